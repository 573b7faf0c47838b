//! A cause: what it means, and the orders and lines that wait for it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::act::Fault;
use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Choice, Filters, Pager, Tab, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::failed_orders::{MENU, OF, Part, SHOW, cause_of, decide, shown, views};
use crate::console::pages::holds::{Care, Tended};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::domain::cause::Cause;
use crate::domain::id::HoldId;
use crate::domain::operator::role::Permission;
use crate::domain::order_action::OrderAction;
use crate::store::Tx;
use crate::store::causes::{self, CauseCount, Failed};
use crate::store::holds::Shown;
use crate::words::{Detail, Explanation, Language, ago, count, date_and_time, name_of, noun};

#[derive(Template)]
#[template(path = "pages/cause.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    cause: Cause,
    told: Explanation,
    counts: Vec<String>,
    rows: Vec<Row>,
    actions: Vec<Choice>,
    /// Why the visitor decides nothing here.
    barred: Option<String>,
    everything: String,
    views: Vec<Tab>,
    tendings: Vec<(Tended, &'static str)>,
    is_resting: bool,
    pager: Pager,
}

struct Row {
    order: String,
    state: Badge,
    is_quarantined: bool,
    line: Option<(i64, String)>,
    detail: Detail,
    since: String,
    ago: String,
    care: Care,
}

/// `GET /failed-orders/{cause}`: the list, or, where an action is named, what it would do.
pub(crate) async fn cause(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let cause = cause_of(&path)?;
    if let Some(action) = asked.code::<OrderAction>("action")? {
        return decide::show(&desk, &visit, (cause, action), asked.all("order")).await;
    }
    list(&desk, &visit, cause, &asked).await
}

async fn list(
    desk: &Desk,
    visit: &Visit,
    cause: Cause,
    asked: &Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let part = Part::of(&asked.text(OF))?;
    let after: Option<HoldId> = asked.cursor()?;
    let now = desk.gateway.clock.now();
    let shown = shown(asked, bucharest_day(now))?;
    let mut tx = desk.gateway.store.read().await?;
    let wanted = asked.rows_wanted();
    let mut found = read(&mut tx, (cause, shown), (part, after), wanted).await?;
    let counts = causes::list(&mut tx, Some(shown)).await?;
    drop(tx);
    if asked.is_csv() {
        return answer_cells(cells(&found, language), language);
    }
    let filters = Filters::new(format!("{MENU}/{cause}"))
        .with(OF, asked.text(OF))
        .with(SHOW, asked.text(SHOW));
    let key = |row: &Failed| row.hold.id.to_string();
    let pager = filters.page(&mut found, asked.text(CURSOR).is_empty(), key);
    let counts = counts.into_iter().find(|one| one.cause == cause);
    let counts = counted(counts.as_ref(), part, language);
    let shell = Shell::of(desk, visit, MENU).await?;
    let may = visit.may(Permission::DecideOrders);
    write(&Page {
        visit,
        shell: &shell,
        cause,
        told: Explanation::from(cause),
        everything: counts.join(", "),
        counts,
        rows: found
            .into_iter()
            .map(|failed| row(failed, now, language))
            .collect(),
        actions: if shown.resting {
            Vec::new()
        } else {
            actions(cause, language)
        },
        views: views(&filters, shown, language),
        tendings: Tended::offered(shown, language),
        is_resting: shown.resting,
        barred: (!may).then(|| Fault::not_allowed(Permission::DecideOrders, visit)),
        pager,
    })
}

/// Reads a page; what is not asked for is passed over.
async fn read(
    tx: &mut Tx,
    of: (Cause, Shown),
    (part, mut after): (Part, Option<HoldId>),
    wanted: i64,
) -> Result<Vec<Failed>, Trouble> {
    let most = usize::try_from(wanted).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let read = causes::list_failed(tx, of, after, wanted).await?;
        let is_last = read.len() < most;
        after = read.last().map(|row| HoldId(row.hold.id));
        found.extend(read.into_iter().filter(|row| match part {
            Part::All => true,
            Part::Orders => row.line.is_none(),
            Part::Lines => row.line.is_some(),
        }));
        if is_last || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

fn counted(counts: Option<&CauseCount>, part: Part, language: Language) -> Vec<String> {
    let (orders, lines) = counts.map_or((0, 0), |one| (one.orders, one.lines));
    let shown = [
        (orders, noun::ORDER, part != Part::Lines),
        (lines, noun::LINE, part != Part::Orders),
    ];
    let shown = shown.into_iter().filter(|(many, _, is)| *is && *many > 0);
    shown
        .map(|(many, of, _)| count(language, many, of))
        .collect()
}

/// The decisions that fit, the usual one first.
fn actions(cause: Cause, language: Language) -> Vec<Choice> {
    let all = cause.decisions().iter().enumerate();
    all.map(|(place, action)| Choice::new(action, name_of(*action, language), place == 0))
        .collect()
}

fn row(failed: Failed, now: DateTime<Utc>, language: Language) -> Row {
    let hold = &failed.hold;
    Row {
        care: Care::of(hold, now, language),
        since: date_and_time(language, hold.opened_at),
        ago: ago(language, now, hold.opened_at),
        order: failed.order,
        state: Badge::of(failed.state, language),
        is_quarantined: failed.quarantined,
        line: failed.line,
        detail: Detail::of(&failed.hold.detail, language),
    }
}

fn cells(found: &[Failed], language: Language) -> Cells {
    let heads = [
        ("Comandă", "Order"),
        ("Stare", "State"),
        ("Poziție", "Line"),
        ("Cerere", "Application"),
        ("Cod", "Code"),
        ("Detalii", "Details"),
        ("Din", "Since"),
    ];
    let rows = found.iter().map(|failed| {
        let (line_no, application) = match &failed.line {
            Some((line_no, application)) => (line_no.to_string(), application.clone()),
            None => (String::new(), String::new()),
        };
        vec![
            failed.order.clone(),
            name_of(failed.state, language).to_owned(),
            line_no,
            application,
            failed.hold.code.to_string(),
            Detail::of(&failed.hold.detail, language).text,
            date_and_time(language, failed.hold.opened_at),
        ]
    });
    Cells {
        name: "failed-orders",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
