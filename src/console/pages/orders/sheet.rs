//! Everything about one order: what can be done, what happened, its lines, what waits.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Deed, Fault};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::orders::words;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::cause::Cause;
use crate::domain::operator::role::Permission;
use crate::domain::order_action::OrderAction;
use crate::domain::reason::Reason;
use crate::flow::decide_order::preview_all;
use crate::store::holds::{self, Hold};
use crate::store::order_lines::{self, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::{Tx, history};
use crate::words::{Explanation, Language, count, date_and_time, name_of, noun, number};

/// Lines of one order that are shown; an order has no more.
const LINES_MAX: i64 = 1_000;
/// Steps and holds that are shown.
const STEPS_MAX: i64 = 500;

#[derive(Template)]
#[template(path = "pages/order.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    number: &'a str,
    state: Badge,
    is_quarantined: bool,
    facts: Vec<(String, String)>,
    deeds: Vec<Deed>,
    waiting: Vec<Waiting>,
    moments: Vec<Moment>,
    lines: Vec<Line>,
}

/// An open hold.
struct Waiting {
    title: &'static str,
    todo: &'static str,
    detail: String,
    since: String,
}

struct Line {
    line_no: i64,
    application: String,
    state: Badge,
    reason: String,
    remakes: String,
}

/// `GET /orders/{number}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    name: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let mut tx = desk.gateway.store.read().await?;
    let order = orders::find_by_number(&mut tx, &name).await?;
    let order = order.ok_or(Trouble::NotFound)?;
    let held = holds::list_of(&mut tx, order.id.0, STEPS_MAX).await?;
    let open: Vec<Hold> = held
        .into_iter()
        .filter(|hold| hold.closed_at.is_none())
        .collect();
    let steps = history::list(&mut tx, order.id.0, STEPS_MAX).await?;
    let lines = lines(&mut tx, &order, language).await?;
    let deeds = deeds(&mut tx, &order, &open, &visit).await?;
    let facts = facts(&mut tx, &order, language).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, "/orders").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        number: &order.number,
        state: Badge::of(order.state, language),
        is_quarantined: order.quarantined,
        facts,
        deeds,
        waiting: open.iter().map(|hold| waiting(hold, language)).collect(),
        moments: moments(&steps, language),
        lines,
    })
}

fn waiting(hold: &Hold, language: Language) -> Waiting {
    let reason = reason_of(hold).map(Explanation::from);
    Waiting {
        title: reason.map_or("", |told| told.title.of(language)),
        todo: reason.map_or("", |told| told.todo.of(language)),
        detail: hold.detail.clone(),
        since: date_and_time(language, hold.opened_at),
    }
}

fn reason_of(hold: &Hold) -> Option<Reason> {
    Reason::from_number(u16::try_from(hold.code).ok()?)
}

/// The buttons: what the order's state and the visitor's rights allow, the likeliest remedy first, and
/// the others with what is in their way.
async fn deeds(
    tx: &mut Tx,
    order: &Order,
    open: &[Hold],
    visit: &Visit,
) -> Result<Vec<Deed>, Trouble> {
    let may = visit.may(Permission::DecideOrders);
    let causes = open.iter().filter_map(|hold| {
        let code = u16::try_from(hold.code).ok()?;
        Some(Cause::of(code, &hold.detail))
    });
    let fitting: Vec<OrderAction> = causes
        .flat_map(|cause| cause.decisions().iter().copied())
        .collect();
    let mut deeds = Vec::new();
    let mut likeliest = None;
    for (action, foreseen) in preview_all(tx, order).await? {
        let (consequence, barred) = match foreseen {
            _ if !may => (
                String::new(),
                Some(Fault::not_allowed(Permission::DecideOrders, visit)),
            ),
            Ok(foreseen) => (words::consequence(&foreseen, visit.language), None),
            Err(refusal) => (String::new(), Some(words::refused(&refusal, visit))),
        };
        let place = fitting.iter().position(|fits| *fits == action);
        if barred.is_none() {
            likeliest = likeliest.max(place.map(|place| (std::cmp::Reverse(place), action)));
        }
        let deed = Deed {
            text: name_of(action, visit.language).to_owned(),
            path: format!("/orders/{}/{}", order.number, words::word(action)),
            consequence,
            barred,
            tone: "",
        };
        deeds.push((action, deed));
    }
    let likeliest = likeliest.map(|(_, action)| action);
    for (action, deed) in &mut deeds {
        if likeliest == Some(*action) {
            deed.tone = "first";
        }
    }
    deeds.sort_by_key(|(action, deed)| (deed.barred.is_some(), likeliest != Some(*action)));
    Ok(deeds.into_iter().map(|(_, deed)| deed).collect())
}

async fn facts(
    tx: &mut Tx,
    order: &Order,
    language: Language,
) -> Result<Vec<(String, String)>, Trouble> {
    let mut facts = Vec::new();
    let mut fact = |ro: &str, en: &str, text: String| {
        facts.push((language.choose(en, ro).to_owned(), text));
    };
    let lines = count(language, order.line_count, noun::LINE);
    fact("Cuprinde", "Holds", lines);
    fact(
        "Deschisă",
        "Opened",
        date_and_time(language, order.created_at),
    );
    for (ro, en, at) in [
        ("Semnată", "Signed", order.signed_at),
        ("Trimisă", "Sent", order.sent_at),
        ("Confirmată", "Receipt", order.receipt_at),
    ] {
        if let Some(at) = at {
            fact(ro, en, date_and_time(language, at));
        }
    }
    if order.resends > 0 {
        fact("Retrimiteri", "Sent again", number(language, order.resends));
    }
    if let Some(replaced) = order.replaces
        && let Some(old) = orders::find(tx, replaced).await?
    {
        fact("Înlocuiește", "Replaces", old.number);
    }
    Ok(facts)
}

async fn lines(tx: &mut Tx, order: &Order, language: Language) -> Result<Vec<Line>, Trouble> {
    let found = order_lines::list(tx, order.id, 0, LINES_MAX).await?;
    let mut numbers = order_lines::list_application_numbers(tx, order.id, LINES_MAX).await?;
    let line = |line: OrderLine| Line {
        line_no: line.line_no,
        application: numbers.remove(&line.line_no).unwrap_or_default(),
        state: Badge::of(line.state, language),
        reason: reason_text(line.reason, language),
        remakes: match line.remakes {
            0 => String::new(),
            many => number(language, many),
        },
    };
    Ok(found.into_iter().map(line).collect())
}

fn reason_text(code: Option<i64>, language: Language) -> String {
    let Some(code) = code else {
        return String::new();
    };
    let reason = u16::try_from(code).ok().and_then(Reason::from_number);
    match reason.map(Explanation::from) {
        Some(told) => format!("{code} {}", told.title.of(language)),
        None => code.to_string(),
    }
}
