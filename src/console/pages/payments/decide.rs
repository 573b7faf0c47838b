//! `GET` and `POST /payments/{number}/match`, `unmatch`, `owe-back`, `dismiss`: one decision about one
//! payment.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, version_seen};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::payments::acted::{self, Decided, Setback};
use crate::console::pages::payments::candidate::{outcome, owed, reason};
use crate::console::pages::payments::case::Case;
use crate::console::pages::payments::list::PATH;
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::row::money_of;
use crate::console::pages::payments::sheet::path_of;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::payment_action::PaymentAction;
use crate::flow::Failure;
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide, wake};
use crate::store::applications::{self, Application};
use crate::store::payments::Payment;
use crate::store::{Tx, offices};
use crate::words::{lei, name_of};

/// The field with the application's number.
const APPLICATION: &str = "application";

/// The page that each decision has, and what is told when it is done.
const fn page_of(action: PaymentAction) -> (&'static str, Done) {
    match action {
        PaymentAction::Match | PaymentAction::Split => ("match", Done::PaymentMatched),
        PaymentAction::Unmatch => ("unmatch", Done::PaymentUnmatched),
        PaymentAction::OweBack => ("owe-back", Done::PaymentOwedBack),
        PaymentAction::Dismiss => ("dismiss", Done::PaymentDismissed),
    }
}

/// The decisions that have a page here; a payment is split on a page of its own.
const ACTIONS: [PaymentAction; 4] = [
    PaymentAction::Match,
    PaymentAction::Unmatch,
    PaymentAction::OweBack,
    PaymentAction::Dismiss,
];

fn action_of(word: &str) -> Result<PaymentAction, Trouble> {
    let found = ACTIONS.iter().find(|action| page_of(**action).0 == word);
    found.copied().ok_or(Trouble::NotFound)
}

/// `GET /payments/{number}/{action}` asks whether it is to be done.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let action = action_of(&path.1)?;
    ask(&desk, &visit, (action, &path.0), &asked).await
}

/// `POST /payments/{number}/{action}` does it.
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let action = action_of(&path.1)?;
    act(&desk, &visit, (action, &path.0), &fields).await
}

async fn ask(
    desk: &Desk,
    visit: &Visit,
    (action, name): (PaymentAction, &str),
    asked: &Asked,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let page = Box::pin(page(
        &mut tx,
        visit,
        (action, name),
        &asked.text(APPLICATION),
    ))
    .await?;
    drop(tx);
    page.show(desk, visit, PATH).await
}

async fn act(
    desk: &Desk,
    visit: &Visit,
    (action, name): (PaymentAction, &str),
    fields: &Fields,
) -> Result<HttpResponse, Trouble> {
    let setback = match reason_of(fields, visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let decided = Decided {
                number: name,
                seen: version_seen(fields),
                reason,
            };
            let typed = fields.text(APPLICATION);
            let outcome = acted::carry_out(desk, visit, decided, async |tx, payment, note| {
                let decision = decision(tx, action, typed).await?;
                decide(tx, payment.id, decision, note).await
            });
            match Box::pin(outcome).await? {
                Ok(payment) => {
                    wake(&desk.gateway);
                    return Ok(see_done(&path_of(&payment), page_of(action).1));
                }
                Err(Setback::Stale(fault)) => fault,
                Err(Setback::Refused(refusal)) => fault(refusal, visit),
            }
        }
    };
    let mut tx = desk.gateway.store.read().await?;
    let page = Box::pin(page(
        &mut tx,
        visit,
        (action, name),
        fields.text(APPLICATION),
    ))
    .await?;
    drop(tx);
    page.refuse(desk, visit, PATH, (fields, setback)).await
}

/// What is to be done, with the application that somebody named.
async fn decision(
    tx: &mut Tx,
    action: PaymentAction,
    typed: &str,
) -> Result<Decision, Failure<DecisionRefusal>> {
    let named = if typed.is_empty() {
        None
    } else {
        let found = applications::find_by_name(tx, &typed.to_uppercase()).await?;
        Some(found.ok_or(Failure::Refused(DecisionRefusal::ApplicationUnknown))?)
    };
    Ok(match (action, named) {
        (PaymentAction::Match | PaymentAction::Split, Some(one)) => Decision::Match(one.id),
        (PaymentAction::Match | PaymentAction::Split, None) => {
            return Err(Failure::Refused(DecisionRefusal::ApplicationUnknown));
        }
        (PaymentAction::Unmatch, Some(one)) => Decision::UnmatchPart(one.id),
        (PaymentAction::Unmatch, None) => Decision::Unmatch,
        (PaymentAction::OweBack, _) => Decision::Refund,
        (PaymentAction::Dismiss, _) => Decision::Dismiss,
    })
}

/// A refusal at the field that it is about.
fn fault(refusal: DecisionRefusal, visit: &Visit) -> Fault {
    let text = refusals::words(refusal, visit.language);
    match refusal {
        DecisionRefusal::ApplicationUnknown
        | DecisionRefusal::FeeForbids(_)
        | DecisionRefusal::NotTiedToIt => Fault::wrong(APPLICATION, text),
        DecisionRefusal::ReasonMissing => Fault::wrong("reason", text),
        _ => Fault::conflict(text),
    }
}

/// The page of a decision about a payment as it stands; `number` is the application that somebody named.
async fn page(
    tx: &mut Tx,
    visit: &Visit,
    (action, name): (PaymentAction, &str),
    number: &str,
) -> Result<Act, Trouble> {
    let case = Case::read(tx, name).await?;
    let named = match number {
        "" => None,
        number => applications::find_by_name(tx, &number.to_uppercase()).await?,
    };
    let mut facts = facts(&case.payment, visit);
    if let Some(application) = &named {
        facts.extend(facts_of(tx, application, visit).await?);
    }
    let barred = match (action, &named) {
        // A part may be untied although another part serves a card that is ordered.
        (PaymentAction::Unmatch, Some(application)) if case.may_untie(application) => None,
        _ => case.obstacle(action),
    };
    let own = path_of(&case.payment);
    Ok(Act {
        heading: heading(action, &case.payment, visit),
        consequence: consequence(action, &case, named.as_ref(), visit),
        facts,
        inputs: inputs(action, number, visit),
        path: format!("{own}/{}", page_of(action).0),
        back: own,
        seen: case.payment.version.to_string(),
        confirm: name_of(action, visit.language).to_owned(),
        is_final: action == PaymentAction::Dismiss,
        suggested_reason: suggested_reason(action, &case, number, visit),
        obstacle: barred.map(|why| refusals::words(why, visit.language)),
        ..Act::default()
    })
}

fn heading(action: PaymentAction, payment: &Payment, visit: &Visit) -> String {
    let text = match action {
        PaymentAction::Match | PaymentAction::Split => {
            visit.says("Potriviți plata cu o cerere", "Match the payment")
        }
        PaymentAction::Unmatch => visit.says("Desfaceți potrivirea plății", "Undo the match"),
        PaymentAction::OweBack => {
            visit.says("Marcați plata de restituit", "Mark the payment for refund")
        }
        PaymentAction::Dismiss => visit.says("Plata nu este o taxă", "The payment is no fee"),
    };
    format!("{text}: {}", payment.number)
}

fn consequence(
    action: PaymentAction,
    case: &Case,
    named: Option<&Application>,
    visit: &Visit,
) -> String {
    let says = |ro: &str, en: &str| visit.says(ro, en).to_owned();
    match (action, named) {
        (PaymentAction::Match | PaymentAction::Split, Some(application)) => {
            outcome(application, case.payment.amount, visit.language)
        }
        (PaymentAction::Match | PaymentAction::Split, None) => says(
            "Toată suma plătește taxa cererii pe care o indicați; ce depășește taxa rămâne surplus.",
            "All of it pays the fee of the application that you name; what exceeds the fee is a surplus.",
        ),
        (PaymentAction::Unmatch, Some(_)) => says(
            "Partea acestei cereri devine liberă, iar taxa ei se datorează din nou. Celelalte părți rămân.",
            "The part of this application is free, and its fee is owed again. The other parts stand.",
        ),
        (PaymentAction::Unmatch, None) => says(
            "Plata așteaptă din nou o decizie, iar taxele plătite de ea se datorează din nou; fără ele nu se comandă cărți.",
            "The payment waits for a decision again, and the fees that it paid are owed again; without them no card is ordered.",
        ),
        (PaymentAction::OweBack, _) => says(
            "Plata așteaptă restituirea și nu mai este oferită cererilor noi. Se poate potrivi în continuare, dacă se află a cui este.",
            "The payment waits for its refund and is offered to no new application. It can still be matched, if somebody finds out whose it is.",
        ),
        (PaymentAction::Dismiss, _) => says(
            "Plata nu mai este oferită nici unei cereri și iese din lista celor de decis. Decizia nu se poate desface.",
            "The payment is offered to no application any more and leaves the list of what is to be decided. This cannot be undone.",
        ),
    }
}

fn inputs(action: PaymentAction, number: &str, visit: &Visit) -> Vec<Input> {
    let input = |kind| Input {
        name: APPLICATION,
        label: visit
            .says("Numărul cererii", "Number of the application")
            .to_owned(),
        hint: visit
            .says(
                "de exemplu CLJ-04-2026-000017",
                "such as CLJ-04-2026-000017",
            )
            .to_owned(),
        kind,
        is_required: true,
    };
    let value = number.to_owned();
    match action {
        PaymentAction::Match | PaymentAction::Split => vec![input(InputKind::Line { value })],
        PaymentAction::Unmatch if !number.is_empty() => vec![input(InputKind::Hidden { value })],
        _ => Vec::new(),
    }
}

fn facts(payment: &Payment, visit: &Visit) -> Vec<(String, String)> {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut all = vec![
        fact(
            visit.says("Suma", "Amount"),
            &money_of(payment, visit.language),
        ),
        fact(
            visit.says("Canal", "Channel"),
            name_of(payment.channel, visit.language),
        ),
    ];
    if let Some(reference) = &payment.payment_reference {
        all.push(fact(
            visit.says("Referința de plată", "Payment reference"),
            reference,
        ));
    }
    all
}

async fn facts_of(
    tx: &mut Tx,
    application: &Application,
    visit: &Visit,
) -> Result<Vec<(String, String)>, Trouble> {
    let office = offices::find(tx, application.office).await?;
    let language = visit.language;
    let fee = format!(
        "{} · {}",
        name_of(application.fee_state, language),
        lei(language, owed(application))
    );
    let mut all = vec![
        (
            visit.says("Cererea", "Application").to_owned(),
            application.number.clone(),
        ),
        (
            visit.says("Taxa, de plătit", "Fee, still owed").to_owned(),
            fee,
        ),
    ];
    all.extend(office.map(|office| {
        let name = format!("{} · {}", office.code, office.name);
        (visit.says("Serviciul", "Office").to_owned(), name)
    }));
    Ok(all)
}

/// The reason that the clues of a candidate speak for; of anything else, nobody knows but who decides.
fn suggested_reason(action: PaymentAction, case: &Case, number: &str, visit: &Visit) -> String {
    match (action, case.candidate(number)) {
        (PaymentAction::Match, Some(one)) => reason(&one.suggestion.clues, visit.language),
        _ => String::new(),
    }
}
