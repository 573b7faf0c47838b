//! `GET` and `POST /payments/together`: one decision about several payments. The page before it tells what
//! will become of each; then each is decided in a transaction of its own, if it stands as it was seen.

mod foreseen;
mod words;

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::look::badge::Badge;
use crate::console::outcome::{Outcome, Outcomes};
use crate::console::pages::payments::acted::{Decided, Setback, carry_out};
use crate::console::pages::payments::case::find;
use crate::console::pages::payments::list::{PATH, Wanted};
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::sheet::path_of;
use crate::console::pages::payments::together::foreseen::{Foreseen, Possible, foresee};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::matching::sure::{Doubt, SCORES, Sureness};
use crate::domain::payment_action::PaymentAction;
use crate::flow::Failure;
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide, wake};
use crate::flow::match_payment::sure_application;
use crate::store::payments::Payment;
use crate::store::{Tx, applications};
use crate::words::{Language, count, name_of, noun};

/// Payments that are decided about at once.
const PAYMENTS_MAX: i64 = 500;

/// The field with a payment: its number in an address; in a form also its version, and the number of the
/// application that it is matched with, with colons between them.
const ROW: &str = "row";
const ACTION: &str = "action";
const SURE: &str = "sure";

/// What [`Sureness::ByRule`] is called in addresses.
const BY_RULE: &str = "rule";

/// What can be decided about several payments, the usual thing first.
const ACTIONS: [PaymentAction; 3] = [
    PaymentAction::Match,
    PaymentAction::OweBack,
    PaymentAction::Dismiss,
];

/// What is decided about payments together.
#[derive(Clone, Copy, Debug)]
struct Wish {
    action: PaymentAction,
    sureness: Sureness,
}

/// The decisions with what their buttons say.
pub(super) fn actions(language: Language) -> Vec<(PaymentAction, &'static str)> {
    let named = |action: PaymentAction| (action, name_of(action, language));
    ACTIONS.map(named).to_vec()
}

/// How sure somebody may want to be, as choices.
pub(super) fn choices(language: Language) -> Vec<Choice> {
    let score = |score: &u8| {
        let text = match language {
            Language::Romanian => format!("e singurul candidat, cu scor de cel puțin {score}"),
            Language::English => format!("it is the only candidate, with a score from {score}"),
        };
        Choice::new(score, text, Some(score) == SCORES.first())
    };
    let mut all: Vec<Choice> = SCORES.iter().map(score).collect();
    let by_rule = language.choose("a rule is sure of it", "o regulă este sigură");
    all.push(Choice::new(BY_RULE, by_rule, false));
    all
}

/// Tells what will become of each.
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let action: Option<PaymentAction> = asked.code(ACTION)?;
    let action = action.ok_or(Trouble::AskedWrong { name: ACTION })?;
    let wish = Wish::of(action, &asked.text(SURE)).ok_or(Trouble::AskedWrong { name: SURE })?;
    let mut tx = desk.gateway.store.read().await?;
    let chosen = chosen(&mut tx, &asked).await?;
    let foreseen = Box::pin(foresee(&mut tx, wish, &chosen)).await?;
    drop(tx);
    let back = Wanted::of(&asked)?.filters().address();
    let act = page(wish, &foreseen, back, &visit);
    act.show(&desk, &visit, PATH).await
}

/// Decides about each.
pub(crate) async fn act(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let action = PaymentAction::parse(fields.text(ACTION));
    let action = action.map_err(|_unknown| Trouble::FormUnreadable)?;
    let wish = Wish::of(action, fields.text(SURE)).ok_or(Trouble::FormUnreadable)?;
    let seen: Vec<Seen<'_>> = read_rows(&fields)?;
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => return again(&desk, &visit, wish, &seen, (&fields, fault)).await,
    };
    let mut rows = Vec::new();
    for one in &seen {
        rows.push(Box::pin(decide_one(&desk, &visit, wish, one, reason)).await?);
    }
    wake(&desk.gateway);
    let outcomes = Outcomes {
        heading: heading(wish.action, seen.len(), visit.language),
        back: PATH.to_owned(),
        rows,
    };
    outcomes.show(&desk, &visit, PATH).await
}

impl Wish {
    /// How sure one must be matters where payments are matched; asked for nothing, it is the most.
    fn of(action: PaymentAction, sure: &str) -> Option<Self> {
        let sureness = match sure {
            "" | BY_RULE => Sureness::ByRule,
            text => {
                let at_least = text.parse().ok().filter(|score| SCORES.contains(score))?;
                Sureness::OnlyCandidate { at_least }
            }
        };
        ACTIONS
            .contains(&action)
            .then_some(Self { action, sureness })
    }

    fn sure_text(self) -> String {
        match self.sureness {
            Sureness::ByRule => BY_RULE.to_owned(),
            Sureness::OnlyCandidate { at_least } => at_least.to_string(),
        }
    }
}

/// A payment as the page showed it.
#[derive(Clone, Copy, Debug)]
struct Seen<'a> {
    number: &'a str,
    version: i64,
    /// The application that it was to be matched with.
    application: &'a str,
}

fn read_rows(fields: &Fields) -> Result<Vec<Seen<'_>>, Trouble> {
    let most = usize::try_from(PAYMENTS_MAX).unwrap_or(usize::MAX);
    let read = |row| {
        let mut parts = str::splitn(row, 3, ':');
        let (number, version, application) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Seen {
            number,
            version: version.parse().ok()?,
            application,
        })
    };
    let rows = fields.all(ROW).take(most);
    rows.map(|row| read(row).ok_or(Trouble::FormUnreadable))
        .collect()
}

/// The payments that an address names, or all of the list that it describes.
async fn chosen(tx: &mut Tx, asked: &Asked) -> Result<Vec<Payment>, Trouble> {
    let numbers = asked.all(ROW);
    if numbers.is_empty() {
        return Wanted::of(asked)?.read(tx, None, PAYMENTS_MAX).await;
    }
    let most = usize::try_from(PAYMENTS_MAX).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for number in numbers.iter().take(most) {
        found.push(find(tx, number).await?);
    }
    Ok(found)
}

/// The page once more, for the payments of a form, as they stand now.
async fn again(
    desk: &Desk,
    visit: &Visit,
    wish: Wish,
    seen: &[Seen<'_>],
    (fields, fault): (&Fields, Fault),
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let mut chosen = Vec::new();
    for one in seen {
        chosen.push(find(&mut tx, one.number).await?);
    }
    let foreseen = Box::pin(foresee(&mut tx, wish, &chosen)).await?;
    drop(tx);
    let act = page(wish, &foreseen, PATH.to_owned(), visit);
    act.refuse(desk, visit, PATH, (fields, fault)).await
}

/// Why a payment was not decided about.
enum Refused {
    Decision(DecisionRefusal),
    Doubt(Doubt),
    /// It would be matched with another application now.
    Otherwise,
}

async fn decide_one(
    desk: &Desk,
    visit: &Visit,
    wish: Wish,
    seen: &Seen<'_>,
    reason: &str,
) -> Result<Outcome, Trouble> {
    let language = visit.language;
    let decided = Decided {
        number: seen.number,
        seen: seen.version,
        reason,
    };
    let outcome = carry_out(desk, visit, decided, async |tx, payment, note| {
        let decision = decision(tx, wish, payment, seen.application).await?;
        let decided = decide(tx, payment.id, decision, note).await;
        decided.map_err(|failure| failure.map(Refused::Decision))
    });
    let (badge, detail) = match Box::pin(outcome).await? {
        Ok(_payment) => (
            Badge::new(language.choose("done", "făcut"), "ok"),
            seen.application.to_owned(),
        ),
        Err(Setback::Stale(fault)) => (
            Badge::new(
                language.choose("changed meanwhile", "schimbată între timp"),
                "warn",
            ),
            fault.text,
        ),
        Err(Setback::Refused(refused)) => (
            Badge::new(language.choose("not done", "nefăcut"), "warn"),
            match refused {
                Refused::Decision(refusal) => refusals::words(refusal, language),
                Refused::Doubt(doubt) => words::doubt(doubt, language),
                Refused::Otherwise => words::otherwise(language),
            },
        ),
    };
    Ok(Outcome {
        number: seen.number.to_owned(),
        path: format!("{PATH}/{}", seen.number),
        badge,
        detail,
    })
}

/// What is decided about one payment; judged once more with everything that is known now, so that nothing
/// is matched with what it was not seen to be for.
async fn decision(
    tx: &mut Tx,
    wish: Wish,
    payment: &Payment,
    expected: &str,
) -> Result<Decision, Failure<Refused>> {
    Ok(match wish.action {
        PaymentAction::OweBack => Decision::Refund,
        PaymentAction::Dismiss => Decision::Dismiss,
        _ => {
            let certain = sure_application(tx, payment, wish.sureness).await?;
            let certain = certain.map_err(|doubt| Failure::Refused(Refused::Doubt(doubt)))?;
            let application = applications::find(tx, certain.application).await?;
            if application.is_none_or(|application| application.number != expected) {
                return Err(Failure::Refused(Refused::Otherwise));
            }
            Decision::Match(certain.application)
        }
    })
}

/// The page that tells what will become of each.
fn page(wish: Wish, foreseen: &[Foreseen], back: String, visit: &Visit) -> Act {
    let language = visit.language;
    let possible: Vec<(&Foreseen, &Possible)> = foreseen
        .iter()
        .filter_map(|one| Some((one, one.answer.as_ref().ok()?)))
        .collect();
    let heading = heading(wish.action, possible.len(), language);
    let mut inputs = vec![
        hidden(ACTION, wish.action.to_string()),
        hidden(SURE, wish.sure_text()),
    ];
    inputs.extend(possible.iter().map(|(one, possible)| {
        let (number, version) = (&one.payment.number, one.payment.version);
        let application = possible.application_number();
        hidden(ROW, format!("{number}:{version}:{application}"))
    }));
    Act {
        confirm: heading.clone(),
        heading,
        consequence: words::consequence(wish.action, possible.len(), language),
        facts: words::facts(foreseen.len(), possible.len(), language),
        foreseen: foreseen.iter().map(|one| told(one, language)).collect(),
        inputs,
        path: format!("{PATH}/together"),
        back,
        is_final: wish.action == PaymentAction::Dismiss,
        suggested_reason: words::suggested_reason(wish, language),
        obstacle: possible.is_empty().then(|| words::none_possible(language)),
        ..Act::default()
    }
}

fn told(one: &Foreseen, language: Language) -> Outcome {
    let (badge, detail) = match &one.answer {
        Ok(possible) => (
            Badge::new(language.choose("will be done", "se va face"), "ok"),
            words::possible(possible, &one.payment, language),
        ),
        Err(why) => (
            Badge::new(language.choose("stays as it is", "rămâne așa"), ""),
            words::impossible(why, language),
        ),
    };
    Outcome {
        number: one.payment.number.clone(),
        path: path_of(&one.payment),
        badge,
        detail,
    }
}

fn hidden(name: &'static str, value: String) -> Input {
    Input {
        name,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden { value },
        is_required: false,
    }
}

fn heading(action: PaymentAction, many: usize, language: Language) -> String {
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    let many = count(language, many, noun::PAYMENT);
    format!("{}: {many}", name_of(action, language))
}
