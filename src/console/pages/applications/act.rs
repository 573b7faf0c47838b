//! What operators decide about an application: the page of each action, and carrying it out.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, version_seen};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::pages::applications::possible::{Action, obstacle};
use crate::console::pages::applications::term::TermView;
use crate::console::pages::applications::words;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::application::ApplicationState;
use crate::domain::id::HoldId;
use crate::domain::reason::Reason;
use crate::domain::term::{EXTENSION_DAYS_MAX, ExtensionFault};
use crate::flow::Failure;
use crate::flow::cancel_application::{CancelRefusal, cancel};
use crate::flow::decide_card::{self, CardRefusal, decide_card_in};
use crate::flow::decide_hold::{self, Decision, HoldRefusal};
use crate::flow::extend_term::{ExtendRefusal, Extension, extend_term_in};
use crate::flow::progress::note;
use crate::flow::set_aside_application::{SetAsideRefusal, set_aside_in};
use crate::flow::withdraw_application::{WithdrawRefusal, WithdrawalReason};
use crate::store::applications::{self, Application};
use crate::store::history::Note;
use crate::store::{Tx, holds, order_lines};
use crate::words::{Explanation, Language, count, date, name_of, noun};

/// The menu's entry.
const MENU: &str = "/applications";

/// Fields beside the reason: days of an extension, the cause of an end, the hold that is decided about.
const DAYS: &str = "days";
const CAUSE: &str = "cause";
const HOLD: &str = "hold";

/// Why nothing was done, as far as the page tells it.
enum Refused {
    /// There is no such thing.
    Unknown,
    /// Somebody was faster.
    Stale,
    /// Something else, in words.
    Fault(Fault),
}

/// What is to be decided, about what.
struct Wish<'a> {
    number: &'a str,
    action: Action,
    hold: Option<HoldId>,
}

/// `GET /applications/{number}/{action}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let wish = wish_of(&path, asked.value(HOLD)?)?;
    let mut tx = desk.gateway.store.read().await?;
    let act = page_of(&desk, &mut tx, &wish, &visit).await?;
    drop(tx);
    act.show(&desk, &visit, MENU).await
}

/// `POST /applications/{number}/{action}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let wish = wish_of(&path, fields.text(HOLD).parse().ok())?;
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => return again(&desk, &visit, &wish, (&fields, fault)).await,
    };
    let actor = visit.user()?.actor();
    let note = note(&desk.gateway, &actor, Some(reason));
    let mut tx = desk.gateway.store.begin().await?;
    let decided = Box::pin(decide(&mut tx, &wish, &fields, &note, &visit)).await?;
    let fault = match decided {
        Ok(done) => {
            tx.commit().await?;
            decide_hold::wake(&desk.gateway);
            decide_card::wake(&desk.gateway);
            return Ok(see_done(&format!("/applications/{}", wish.number), done));
        }
        Err(refused) => {
            drop(tx);
            fault_of(&desk, &visit, wish.number, refused).await?
        }
    };
    again(&desk, &visit, &wish, (&fields, fault)).await
}

fn wish_of(path: &(String, String), hold: Option<HoldId>) -> Result<Wish<'_>, Trouble> {
    let action = Action::parse(&path.1).map_err(|_unknown| Trouble::NotFound)?;
    if action.is_about_hold() && hold.is_none() {
        return Err(Trouble::NotFound);
    }
    Ok(Wish {
        number: &path.0,
        action,
        hold,
    })
}

async fn decide(
    tx: &mut Tx,
    wish: &Wish<'_>,
    fields: &Fields,
    note: &Note<'_>,
    visit: &Visit,
) -> Result<Result<Done, Refused>, Trouble> {
    let language = visit.language;
    let seen = version_seen(fields);
    let number = wish.number;
    match (wish.action, wish.hold) {
        (Action::Hold, _) => {
            let done = set_aside_in(tx, number, Some(seen), note).await;
            told(
                done,
                |refusal| set_aside_refused(&refusal, visit),
                |()| Done::ApplicationHeld,
            )
        }
        (Action::Extend, _) => {
            let extension = Extension {
                application: number,
                office: None,
                version: Some(seen),
                days: fields.text(DAYS).parse().unwrap_or(0),
            };
            let done = extend_term_in(tx, extension, note).await;
            told(
                done,
                |refusal| extend_refused(&refusal, visit),
                |_| Done::TermExtended,
            )
        }
        (Action::Cancel, _) => {
            // One that is cancelled already would be told as if this form had done it.
            let application = applications::find_by_number(tx, number).await?;
            if application.is_some_and(|application| application.version != seen) {
                return Ok(Err(Refused::Stale));
            }
            let cause = WithdrawalReason::parse(fields.text(CAUSE));
            let cause = cause.map_err(|_unknown| Trouble::FormUnreadable)?;
            let done = cancel(tx, number, Some(seen), cause, note).await;
            told(
                done,
                |refusal| cancel_refused(&refusal, language),
                |ended| cancelled(ended.state),
            )
        }
        (Action::Release | Action::SendBack | Action::TakeNote, Some(hold)) => {
            let (decision, done) = match wish.action {
                Action::Release => (Decision::Release, Done::HoldReleased),
                Action::SendBack => (Decision::SendBack, Done::ApplicationSentBack),
                _ => (Decision::TakeNote, Done::HoldNoted),
            };
            let decided = decide_hold::decide_in(tx, hold, decision, note).await;
            told(decided, |refusal| hold_refused(&refusal, visit), |()| done)
        }
        (action, _) => {
            let decision = action.about_card().ok_or(Trouble::NotFound)?;
            let decided = decide_card_in(tx, number, Some(seen), decision, note).await;
            let done = match action {
                Action::OrderAnew => Done::CardOrderedAnew,
                Action::GiveUp => Done::CardGivenUp,
                _ => Done::CardDestroyed,
            };
            told(
                decided,
                |refusal| card_refused(&refusal, language),
                |_| done,
            )
        }
    }
}

/// Sorts what a flow says into what the page tells and what is ours to mend.
fn told<T, R>(
    outcome: Result<T, Failure<R>>,
    refused: impl FnOnce(R) -> Refused,
    done: impl FnOnce(T) -> Done,
) -> Result<Result<Done, Refused>, Trouble> {
    match outcome {
        Ok(value) => Ok(Ok(done(value))),
        Err(Failure::Refused(refusal)) => Ok(Err(refused(refusal))),
        Err(Failure::Broken(error)) => Err(error.into()),
    }
}

const fn cancelled(state: ApplicationState) -> Done {
    match state {
        ApplicationState::CancelRequested => Done::CancelAsked,
        _ => Done::ApplicationCancelled,
    }
}

fn not_now(state: ApplicationState, language: Language) -> Refused {
    let text = words::not_in_state(name_of(state, language), language);
    Refused::Fault(Fault::conflict(text))
}

fn set_aside_refused(refusal: &SetAsideRefusal, visit: &Visit) -> Refused {
    match refusal {
        SetAsideRefusal::Unknown { .. } => Refused::Unknown,
        SetAsideRefusal::ReasonMissing => Refused::Fault(Fault::reason_missing(visit)),
        SetAsideRefusal::NotNow { state, .. } => not_now(*state, visit.language),
        SetAsideRefusal::Changed => Refused::Stale,
    }
}

fn extend_refused(refusal: &ExtendRefusal, visit: &Visit) -> Refused {
    let language = visit.language;
    match refusal {
        ExtendRefusal::Unknown { .. } => Refused::Unknown,
        ExtendRefusal::ReasonMissing => Refused::Fault(Fault::reason_missing(visit)),
        ExtendRefusal::Ended { state } => not_now(*state, language),
        ExtendRefusal::NotAllowed(ExtensionFault::Days) => {
            Refused::Fault(Fault::wrong(DAYS, days_hint(language)))
        }
        ExtendRefusal::NotAllowed(ExtensionFault::Again) => {
            Refused::Fault(Fault::conflict(words::extended_before(language)))
        }
        ExtendRefusal::Changed | ExtendRefusal::KeyReused(_) => Refused::Stale,
    }
}

fn cancel_refused(refusal: &CancelRefusal, language: Language) -> Refused {
    match refusal {
        CancelRefusal::Withdrawal(WithdrawRefusal::Unknown) => Refused::Unknown,
        CancelRefusal::Withdrawal(WithdrawRefusal::TooLate { state }) => not_now(*state, language),
        CancelRefusal::Withdrawal(_) | CancelRefusal::ReasonMissing => Refused::Stale,
    }
}

fn card_refused(refusal: &CardRefusal, language: Language) -> Refused {
    match refusal {
        CardRefusal::Unknown { .. } => Refused::Unknown,
        CardRefusal::NotOrdered => {
            Refused::Fault(Fault::conflict(words::nothing_ordered(language)))
        }
        CardRefusal::NotNow { application, .. } => not_now(*application, language),
        _ => Refused::Stale,
    }
}

fn hold_refused(refusal: &HoldRefusal, visit: &Visit) -> Refused {
    match refusal {
        HoldRefusal::Unknown => Refused::Unknown,
        HoldRefusal::Closed => Refused::Stale,
        HoldRefusal::ReasonMissing => Refused::Fault(Fault::reason_missing(visit)),
        HoldRefusal::NotNow { state, .. } => {
            let known = ApplicationState::parse(state).ok();
            let state = known.map_or(state.as_str(), |state| name_of(state, visit.language));
            let text = words::not_in_state(state, visit.language);
            Refused::Fault(Fault::conflict(text))
        }
    }
}

async fn fault_of(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    refused: Refused,
) -> Result<Fault, Trouble> {
    match refused {
        Refused::Unknown => Err(Trouble::NotFound),
        Refused::Fault(fault) => Ok(fault),
        Refused::Stale => {
            let mut tx = desk.gateway.store.read().await?;
            let application = applications::find_by_name(&mut tx, number).await?;
            let application = application.ok_or(Trouble::NotFound)?;
            stale(&mut tx, application.id.0, visit).await
        }
    }
}

/// The page of the action once more, as things stand now.
async fn again(
    desk: &Desk,
    visit: &Visit,
    wish: &Wish<'_>,
    (fields, fault): (&Fields, Fault),
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let act = page_of(desk, &mut tx, wish, visit).await?;
    drop(tx);
    act.refuse(desk, visit, MENU, (fields, fault)).await
}

async fn page_of(desk: &Desk, tx: &mut Tx, wish: &Wish<'_>, visit: &Visit) -> Result<Act, Trouble> {
    let language = visit.language;
    let application = applications::find_by_number(tx, wish.number).await?;
    let application = application.ok_or(Trouble::NotFound)?;
    let line = order_lines::find_newest(tx, application.id).await?;
    let mut obstacle = obstacle(wish.action, &application, line.as_ref(), language);
    let mut facts = facts(&application, desk.gateway.clock.today(), language);
    let mut inputs = inputs(wish.action, language);
    if let Some(id) = wish.hold {
        let hold = holds::find(tx, id).await?.ok_or(Trouble::NotFound)?;
        if hold.subject_number != application.number {
            return Err(Trouble::NotFound);
        }
        let code = u16::try_from(hold.code).ok();
        let reason = code.and_then(Reason::from_number).map(Explanation::from);
        let title = reason.map_or("", |told| told.title.of(language));
        let label = language.choose("Held for", "Motivul reținerii");
        facts.push((label.to_owned(), title.to_owned()));
        if hold.closed_at.is_some() {
            let text = language.choose("The hold is closed.", "Reținerea este închisă.");
            obstacle = Some(text.to_owned());
        }
        inputs.push(hidden(HOLD, id.to_string()));
    }
    let back = format!("/applications/{}", application.number);
    Ok(Act {
        heading: words::heading(wish.action, &application.number, language),
        consequence: words::consequence(wish.action, &application, language),
        facts,
        inputs,
        path: format!("{back}/{}", wish.action),
        back,
        seen: application.version.to_string(),
        confirm: words::button(wish.action, language).to_owned(),
        is_final: wish.action.is_final(),
        obstacle,
        ..Act::default()
    })
}

fn hidden(name: &'static str, value: String) -> Input {
    Input {
        name,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden { value },
        is_required: true,
    }
}

fn inputs(action: Action, language: Language) -> Vec<Input> {
    let input = |name, label: &str, hint: String, kind| Input {
        name,
        label: label.to_owned(),
        hint,
        kind,
        is_required: true,
    };
    match action {
        Action::Extend => {
            let value = EXTENSION_DAYS_MAX.to_string();
            let label = language.choose("By how many days", "Cu câte zile");
            vec![input(
                DAYS,
                label,
                days_hint(language),
                InputKind::Line { value },
            )]
        }
        Action::Cancel => {
            let choice = |reason: &WithdrawalReason| {
                let is_first = *reason == WithdrawalReason::Withdrawn;
                Choice::new(reason, name_of(*reason, language), is_first)
            };
            let choices = WithdrawalReason::ALL.iter().map(choice).collect();
            let label = language.choose("What the office is told", "Ce află serviciul");
            vec![input(CAUSE, label, String::new(), InputKind::One(choices))]
        }
        _ => Vec::new(),
    }
}

fn days_hint(language: Language) -> String {
    let most = count(language, i64::from(EXTENSION_DAYS_MAX), noun::DAY);
    match language {
        Language::Romanian => format!("Un număr de la 1 la {most}."),
        Language::English => format!("A number from 1 to {most}."),
    }
}

fn facts(
    application: &Application,
    today: chrono::NaiveDate,
    language: Language,
) -> Vec<(String, String)> {
    let term = TermView::of(application, today, language);
    let mut facts = vec![
        (
            language.choose("State", "Stare").to_owned(),
            name_of(application.state, language).to_owned(),
        ),
        (
            language.choose("Fee", "Taxă").to_owned(),
            name_of(application.fee_state, language).to_owned(),
        ),
        (
            language.choose("Registered", "Înregistrată").to_owned(),
            date(language, application.registered_on),
        ),
    ];
    let left = term.left.map(|left| format!(" ({})", left.text));
    facts.push((
        language
            .choose("Last day of the term", "Ultima zi a termenului")
            .to_owned(),
        format!("{}{}", term.last, left.unwrap_or_default()),
    ));
    facts
}
