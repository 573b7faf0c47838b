//! A decision about a cause, and what has become of its orders so far.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::desk::Desk;
use crate::console::look::badge::Badge;
use crate::console::look::share::Share;
use crate::console::look::shell::Shell;
use crate::console::pages::failed_orders::MENU;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::CauseDecisionId;
use crate::flow::causes::read_decision;
use crate::store::causes::{DecidedOrder, Outcome};
use crate::words::{Detail, Explanation, Language, actor, count, date_and_time, name_of, noun};

#[derive(Template)]
#[template(path = "pages/decision.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    title: String,
    is_over: bool,
    progress: String,
    share: Share,
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
}

struct Row {
    order: String,
    outcome: Badge,
    detail: Detail,
    replacement: Option<String>,
}

/// `GET /failed-orders/decisions/{id}`
pub(crate) async fn decision(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let id: CauseDecisionId = id.parse().map_err(|_no_id| Trouble::NotFound)?;
    let mut tx = desk.gateway.store.read().await?;
    let read = read_decision(&mut tx, id).await?;
    drop(tx);
    let (decision, orders) = read.ok_or(Trouble::NotFound)?;
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let cause = Explanation::from(decision.cause).title.of(language);
    let fact = |ro: &str, en: &str, text: String| (visit.says(ro, en).to_owned(), text);
    let ended = orders.iter().filter(|one| one.outcome.is_some()).count();
    let share = share(&orders, language);
    write(&Page {
        visit: &visit,
        shell: &shell,
        title: format!(
            "{}: {}",
            name_of(decision.action, language),
            count(language, decision.orders, noun::ORDER)
        ),
        is_over: ended == orders.len(),
        progress: format!("{ended} / {}", orders.len()),
        share,
        facts: vec![
            fact("Cauza", "Cause", cause.to_owned()),
            fact(
                "Hotărâtă de",
                "Decided by",
                actor(language, &decision.actor),
            ),
            fact("La", "At", date_and_time(language, decision.decided_at)),
            fact("Motivul", "Reason", decision.reason),
        ],
        rows: orders.into_iter().map(|one| row(one, language)).collect(),
    })
}

fn share(orders: &[DecidedOrder], language: Language) -> Share {
    let many = |fits: fn(Option<Outcome>) -> bool| -> i64 {
        let fitting = orders.iter().filter(|one| fits(one.outcome)).count();
        i64::try_from(fitting).unwrap_or(i64::MAX)
    };
    let done = many(|outcome| outcome == Some(Outcome::Done));
    let waiting = many(|outcome| outcome.is_none());
    let other = many(|outcome| outcome.is_some_and(|outcome| outcome != Outcome::Done));
    let label = match language {
        Language::Romanian => format!("{done} făcute, {other} nefăcute, {waiting} de făcut"),
        Language::English => format!("{done} done, {other} not done, {waiting} to do"),
    };
    Share::of(done, other, 0, label)
}

fn row(one: DecidedOrder, language: Language) -> Row {
    let (ro, en, tone) = match one.outcome {
        None => ("așteaptă", "waits", ""),
        Some(Outcome::Done) => ("făcut", "done", "ok"),
        Some(Outcome::Refused) => ("nu s-a putut", "not possible", "warn"),
        Some(Outcome::Skipped) => ("nu mai aștepta", "did not wait any more", ""),
        Some(Outcome::Failed) => ("eroare", "failed", "bad"),
    };
    Row {
        order: one.number,
        outcome: Badge::new(language.choose(en, ro), tone),
        detail: Detail::of(one.detail.as_deref().unwrap_or_default(), language),
        replacement: one.replacement,
    }
}
