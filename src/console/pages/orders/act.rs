//! What operators decide about an order: the page of each action, and carrying it out.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, version_seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::pages::orders::{LINES_MAX, MENU, find, words};
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::order_action::OrderAction;
use crate::flow::Failure;
use crate::flow::decide_order::{
    OrderDecision, OrderRefusal, decide_as_seen, lines_in_doubt, preview,
};
use crate::store::orders::Order;
use crate::store::{Tx, order_lines};
use crate::words::{Language, count, date_and_time, name_of, noun};

/// The field with the lines that a split sets aside.
const LINE: &str = "line";

/// `GET /orders/{number}/{action}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let (number, action) = of_path(&path)?;
    let mut tx = desk.gateway.store.read().await?;
    let act = page_of(&mut tx, number, action, &visit).await?;
    drop(tx);
    act.show(&desk, &visit, MENU).await
}

/// `POST /orders/{number}/{action}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let (number, action) = of_path(&path)?;
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => return again(&desk, &visit, (number, action), (&fields, fault)).await,
    };
    let lines = lines_of(&fields)?;
    let decision = OrderDecision {
        action,
        lines: &lines,
    };
    let seen = (number, version_seen(&fields));
    let actor = visit.user()?.actor();
    let decided = Box::pin(decide_as_seen(
        &desk.gateway,
        seen,
        decision,
        &actor,
        reason,
    ));
    let fault = match decided.await {
        Ok(done) => {
            let path = format!("/orders/{}", done.number);
            return Ok(see_done(&path, done_of(action)));
        }
        Err(Failure::Broken(error)) => return Err(error.into()),
        Err(Failure::Refused(refusal)) => fault_of(&desk, &visit, number, &refusal).await?,
    };
    again(&desk, &visit, (number, action), (&fields, fault)).await
}

fn of_path(path: &(String, String)) -> Result<(&str, OrderAction), Trouble> {
    let action = words::action_of(&path.1).ok_or(Trouble::NotFound)?;
    Ok((&path.0, action))
}

const fn done_of(action: OrderAction) -> Done {
    match action {
        OrderAction::Resend => Done::OrderSentAgain,
        OrderAction::Resign | OrderAction::Split => Done::OrderReplaced,
        OrderAction::Quarantine => Done::OrderSetAside,
        OrderAction::Release => Done::OrderReleased,
        OrderAction::GiveUp => Done::OrderGivenUp,
    }
}

fn lines_of(fields: &Fields) -> Result<Vec<i64>, Trouble> {
    let lines = fields.all(LINE).map(str::parse);
    lines
        .collect::<Result<_, _>>()
        .map_err(|_no_number| Trouble::FormUnreadable)
}

/// What is wrong, for whoever is refused.
async fn fault_of(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    refusal: &OrderRefusal,
) -> Result<Fault, Trouble> {
    match refusal {
        OrderRefusal::Unknown { .. } => Err(Trouble::NotFound),
        OrderRefusal::Moved { .. } => {
            let mut tx = desk.gateway.store.read().await?;
            let order = find(&mut tx, number).await?;
            stale(&mut tx, order.id.0, visit).await
        }
        OrderRefusal::NoLineNamed { .. } | OrderRefusal::NoSuchLine { .. } => {
            Ok(Fault::wrong(LINE, words::refused(refusal, visit)))
        }
        _ => Ok(Fault::conflict(words::refused(refusal, visit))),
    }
}

/// The page of the action once more, as things stand now.
async fn again(
    desk: &Desk,
    visit: &Visit,
    (number, action): (&str, OrderAction),
    (fields, fault): (&Fields, Fault),
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let act = page_of(&mut tx, number, action, visit).await?;
    drop(tx);
    act.refuse(desk, visit, MENU, (fields, fault)).await
}

async fn page_of(
    tx: &mut Tx,
    number: &str,
    action: OrderAction,
    visit: &Visit,
) -> Result<Act, Trouble> {
    let language = visit.language;
    let order = find(tx, number).await?;
    let decision = OrderDecision { action, lines: &[] };
    let (consequence, obstacle) = match preview(tx, &order, decision).await? {
        Ok(foreseen) => (words::consequence(&foreseen, language), None),
        // Whoever splits an order may name the lines that the bureau did not.
        Err(OrderRefusal::NoLineNamed { .. }) => (split_in_words(visit), None),
        Err(refusal) => (String::new(), Some(words::refused(&refusal, visit))),
    };
    let inputs = match action {
        OrderAction::Split => vec![lines_input(tx, &order, visit).await?],
        _ => Vec::new(),
    };
    let back = format!("/orders/{}", order.number);
    Ok(Act {
        heading: words::heading(action, &order.number, language),
        consequence,
        facts: facts(&order, language),
        inputs,
        path: format!("{back}/{}", words::word(action)),
        back,
        seen: order.version.to_string(),
        confirm: name_of(action, language).to_owned(),
        is_final: action.undo().is_none() && action != OrderAction::Resend,
        obstacle,
        ..Act::default()
    })
}

fn split_in_words(visit: &Visit) -> String {
    visit
        .says(
            "Cererile pozițiilor alese se rețin; celelalte pleacă îndată într-o comandă nouă.",
            "The applications of the chosen lines are held; the others go out at once in a new order.",
        )
        .to_owned()
}

fn facts(order: &Order, language: Language) -> Vec<(String, String)> {
    let mut facts = vec![
        (
            language.choose("State", "Stare").to_owned(),
            name_of(order.state, language).to_owned(),
        ),
        (
            language.choose("Lines", "Poziții").to_owned(),
            count(language, order.line_count, noun::LINE),
        ),
    ];
    if let Some(sent_at) = order.sent_at {
        let name = language.choose("Sent", "Trimisă").to_owned();
        facts.push((name, date_and_time(language, sent_at)));
    }
    facts
}

async fn lines_input(tx: &mut Tx, order: &Order, visit: &Visit) -> Result<Input, Trouble> {
    let doubtful = lines_in_doubt(tx, order).await?;
    let numbers = order_lines::list_application_numbers(tx, order.id, LINES_MAX).await?;
    let choice = |(line_no, number): (i64, String)| {
        let text = format!("{line_no} · {number}");
        Choice::new(line_no, text, doubtful.contains(&line_no))
    };
    Ok(Input {
        name: LINE,
        label: visit
            .says("Pozițiile care se rețin", "Lines that are held back")
            .to_owned(),
        hint: visit
            .says(
                "Bifate sunt cele pe care le numește răspunsul C.N.I.N.",
                "Ticked are those that the bureau's answer names.",
            )
            .to_owned(),
        kind: InputKind::Many(numbers.into_iter().map(choice).collect()),
        is_required: true,
    })
}
