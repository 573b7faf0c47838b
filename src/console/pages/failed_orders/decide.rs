//! One decision for orders of a cause: what it would do with each, and taking it.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, seen};
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::pages::failed_orders::{MENU, cause_of};
use crate::console::pages::orders::words;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::cause::Cause;
use crate::domain::id::CauseDecisionId;
use crate::domain::operator::role::Permission;
use crate::domain::order_action::{Consequence, OrderAction};
use crate::flow::Failure;
use crate::flow::causes::{CauseRefusal, Foreseen, NewCauseDecision, decide_as_seen, preview};
use crate::words::{Explanation, Language, count, name_of, noun, number};

/// The field with about how many orders the page told.
const COUNT: &str = "count";

/// Orders with which it is not possible that are told by name.
const TOLD: usize = 8;

/// `GET /failed-orders/{cause}?action=…`
pub(super) async fn show(
    desk: &Desk,
    visit: &Visit,
    (cause, action): (Cause, OrderAction),
    orders: Vec<String>,
) -> Result<HttpResponse, Trouble> {
    let new = new_decision(cause, action, orders);
    let act = page_of(desk, visit, &new).await?;
    act.show(desk, visit, MENU).await
}

/// `POST /failed-orders/{cause}`
pub(crate) async fn decide(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let action = OrderAction::parse(fields.text("action"));
    let action = action.map_err(|_unknown| Trouble::FormUnreadable)?;
    let orders = fields.all("order").map(str::to_owned).collect();
    let new = new_decision(cause_of(&path)?, action, orders);
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => return again(&desk, &visit, &new, (&fields, fault)).await,
    };
    let id: CauseDecisionId = seen(&fields)
        .parse()
        .map_err(|_no_id| Trouble::FormUnreadable)?;
    let told = fields.text(COUNT).parse().unwrap_or(0);
    let actor = visit.user()?.actor();
    let decided = decide_as_seen(&desk.gateway, (id, told), &new, &actor, reason);
    match Box::pin(decided).await {
        Ok(decision) => Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, format!("{MENU}/decisions/{}", decision.id)))
            .finish()),
        Err(Failure::Broken(error)) => Err(error.into()),
        Err(Failure::Refused(refusal)) => {
            let fault = Fault::conflict(refused(&refusal, visit.language));
            again(&desk, &visit, &new, (&fields, fault)).await
        }
    }
}

const fn new_decision(cause: Cause, action: OrderAction, orders: Vec<String>) -> NewCauseDecision {
    NewCauseDecision {
        cause,
        action,
        orders,
        lines: Vec::new(),
    }
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    new: &NewCauseDecision,
    (fields, fault): (&Fields, Fault),
) -> Result<HttpResponse, Trouble> {
    let act = page_of(desk, visit, new).await?;
    act.refuse(desk, visit, MENU, (fields, fault)).await
}

async fn page_of(desk: &Desk, visit: &Visit, new: &NewCauseDecision) -> Result<Act, Trouble> {
    let language = visit.language;
    let mut tx = desk.gateway.store.read().await?;
    let foreseen = match Box::pin(preview(&mut tx, new)).await {
        Ok(foreseen) => Ok(foreseen),
        Err(Failure::Refused(refusal)) => Err(refused(&refusal, language)),
        Err(Failure::Broken(error)) => return Err(error.into()),
    };
    drop(tx);
    let title = Explanation::from(new.cause).title.of(language);
    let title = title.trim_end_matches('.');
    let verb = name_of(new.action, language);
    let back = format!("{MENU}/{}", new.cause);
    let now = desk.gateway.clock.now();
    let id = CauseDecisionId(desk.gateway.random.uuid(now));
    let act = Act {
        heading: format!("{title}: {}", verb.to_lowercase()),
        path: back.clone(),
        back,
        seen: id.to_string(),
        is_final: new.action.undo().is_none() && new.action != OrderAction::Resend,
        ..Act::default()
    };
    Ok(match foreseen {
        Err(obstacle) => Act {
            obstacle: Some(obstacle),
            ..act
        },
        Ok(foreseen) => foretold(act, new, &foreseen, visit),
    })
}

/// The page with what the decision would do, counted.
fn foretold(act: Act, new: &NewCauseDecision, foreseen: &[Foreseen], visit: &Visit) -> Act {
    let language = visit.language;
    let possible: Vec<&Consequence> = foreseen
        .iter()
        .filter_map(|one| one.answer.as_ref().ok())
        .collect();
    let mut facts = counted(&possible, visit);
    facts.extend(impossible(foreseen, visit));
    let many = i64::try_from(possible.len()).unwrap_or(i64::MAX);
    let orders = count(language, many, noun::ORDER);
    let sentence = possible
        .first()
        .map(|one| words::consequence(one, language));
    let is_allowed = visit.may(Permission::DecideOrders);
    let obstacle = match (&sentence, is_allowed) {
        (_, false) => Some(Fault::not_allowed(Permission::DecideOrders, visit)),
        (None, true) => Some(
            visit
                .says(
                    "Nu este posibil cu niciuna dintre comenzi.",
                    "It is possible with none of the orders.",
                )
                .to_owned(),
        ),
        (Some(_), true) => None,
    };
    Act {
        consequence: match possible.len() {
            1 => sentence.unwrap_or_default(),
            _ => several(new.action, &orders, language),
        },
        confirm: format!("{}: {orders}", name_of(new.action, language)),
        facts,
        inputs: carried(new, foreseen.len()),
        obstacle,
        ..act
    }
}

/// What the form carries along: the decision, and about how many orders the page tells.
fn carried(new: &NewCauseDecision, told: usize) -> Vec<Input> {
    let hidden = |name, value| Input {
        name,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden { value },
        is_required: false,
    };
    let mut inputs = vec![
        hidden("action", new.action.to_string()),
        hidden(COUNT, told.to_string()),
    ];
    inputs.extend(
        new.orders
            .iter()
            .map(|order| hidden("order", order.clone())),
    );
    inputs
}

/// What would happen, counted over all orders with which it is possible.
fn counted(possible: &[&Consequence], visit: &Visit) -> Vec<(String, String)> {
    let sum = |of: fn(&Consequence) -> usize| -> i64 {
        let all: usize = possible.iter().map(|one| of(one)).sum();
        i64::try_from(all).unwrap_or(i64::MAX)
    };
    [
        (
            "Poziții într-o comandă nouă",
            "Lines in a new order",
            sum(|one| one.reordered),
        ),
        (
            "Cereri din nou disponibile",
            "Applications that are ready again",
            sum(|one| one.ready),
        ),
        (
            "Cereri reținute",
            "Applications held back",
            sum(|one| one.set_aside),
        ),
        (
            "Cereri anulate",
            "Applications cancelled",
            sum(|one| one.cancelled),
        ),
    ]
    .into_iter()
    .filter(|(_, _, many)| *many > 0)
    .map(|(ro, en, many)| (visit.says(ro, en).to_owned(), number(visit.language, many)))
    .collect()
}

/// With which orders it is not possible, and why.
fn impossible(foreseen: &[Foreseen], visit: &Visit) -> Vec<(String, String)> {
    let refused: Vec<_> = foreseen
        .iter()
        .filter_map(|one| Some((one.order.number.clone(), one.answer.as_ref().err()?)))
        .collect();
    let mut told: Vec<(String, String)> = refused
        .iter()
        .take(TOLD)
        .map(|(number, refusal)| (number.clone(), words::refused(refusal, visit)))
        .collect();
    let rest = refused.len().saturating_sub(TOLD);
    if rest > 0 {
        let rest = count(
            visit.language,
            i64::try_from(rest).unwrap_or(i64::MAX),
            noun::ORDER,
        );
        let name = visit.says("Și alte", "And others").to_owned();
        let text = visit.says("nu se poate:", "not possible:");
        told.push((name, format!("{text} {rest}")));
    }
    told
}

fn several(action: OrderAction, orders: &str, language: Language) -> String {
    match (language, action) {
        (Language::Romanian, OrderAction::Resend) => {
            format!("Se retrimite același fișier pentru {orders}.")
        }
        (Language::Romanian, OrderAction::Resign) => format!(
            "Se scriu și se semnează comenzi noi, cu aceleași poziții, în locul a {orders}."
        ),
        (Language::Romanian, OrderAction::Split) => format!(
            "Din {orders} se rețin pozițiile pe care le numește C.N.I.N.; celelalte pleacă îndată în comenzi noi."
        ),
        (Language::Romanian, OrderAction::Quarantine) => {
            format!("Nu se mai trimit până la eliberare: {orders}.")
        }
        (Language::Romanian, OrderAction::Release) => {
            format!("Se eliberează și merg mai departe: {orders}.")
        }
        (Language::Romanian, OrderAction::GiveUp) => {
            format!("Se renunță definitiv la {orders}; cererile lor sunt din nou disponibile.")
        }
        (Language::English, OrderAction::Resend) => {
            format!("The same files are sent again: {orders}.")
        }
        (Language::English, OrderAction::Resign) => format!(
            "New orders with the same lines are written and signed in the place of {orders}."
        ),
        (Language::English, OrderAction::Split) => format!(
            "Of {orders}, the lines that the bureau names are held; the others go out at once in new orders."
        ),
        (Language::English, OrderAction::Quarantine) => {
            format!("They are sent no more until they are released: {orders}.")
        }
        (Language::English, OrderAction::Release) => {
            format!("They are released and go on: {orders}.")
        }
        (Language::English, OrderAction::GiveUp) => {
            format!("Given up for good, their applications ready again: {orders}.")
        }
    }
}

fn refused(refusal: &CauseRefusal, language: Language) -> String {
    let both = |ro: String, en: String| match language {
        Language::Romanian => ro,
        Language::English => en,
    };
    match refusal {
        CauseRefusal::ReasonMissing => both("Scrieți motivul.".into(), "Give a reason.".into()),
        CauseRefusal::Unknown => both("Nu există.".into(), "There is none.".into()),
        CauseRefusal::NotOfCause { number, .. } => both(
            format!(
                "Comanda {number} nu mai așteaptă din această cauză; poate altcineva a fost mai rapid."
            ),
            format!(
                "The order {number} does not wait for this cause any more; perhaps somebody was faster."
            ),
        ),
        CauseRefusal::Empty { .. } => both(
            "Nicio comandă nu mai așteaptă din această cauză; poate altcineva a fost mai rapid."
                .into(),
            "No order waits for this cause any more; perhaps somebody was faster.".into(),
        ),
        CauseRefusal::Moved { before, now } => both(
            format!(
                "Ați decis despre {before}, iar acum așteaptă {now}. Nu s-a schimbat nimic; verificați și confirmați din nou."
            ),
            format!(
                "You decided about {before}, and {now} wait now. Nothing was changed; look and confirm again."
            ),
        ),
        CauseRefusal::LinesOfSeveral => both(
            "Pozițiile se indică pentru o singură comandă.".into(),
            "Lines are named for one order only.".into(),
        ),
    }
}
