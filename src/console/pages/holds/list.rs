//! The holds of one reason on one kind of thing.

use actix_web::HttpResponse;
use askama::Template;

use crate::console::act::Fault;
use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Filters, Pager, Tab, answer_cells};
use crate::console::look::shell::Shell;
use crate::console::pages::failed_orders::{SHOW, shown, views};
use crate::console::pages::holds::{Care, DECISIONS, MENU, Tended, fits, path_of};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::domain::id::HoldId;
use crate::domain::operator::role::Permission;
use crate::domain::reason::Reason;
use crate::store::history::SubjectKind;
use crate::store::holds::{self, Hold};
use crate::words::{Detail, Explanation, Language, ago, date_and_time};

#[derive(Template)]
#[template(path = "pages/holds.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    code: u16,
    kind: SubjectKind,
    told: Explanation,
    rows: Vec<Row>,
    /// The words of the decisions that fit, with their names.
    decisions: Vec<(&'static str, &'static str)>,
    views: Vec<Tab>,
    tendings: Vec<(Tended, &'static str)>,
    is_resting: bool,
    /// Why the visitor decides nothing here.
    barred: Option<String>,
    pager: Pager,
}

struct Row {
    id: String,
    number: String,
    path: String,
    detail: Detail,
    since: String,
    ago: String,
    care: Care,
}

/// `GET /failed-orders?code=…&kind=…`, with `show=resting` for those that rest.
pub(crate) async fn list(
    desk: &Desk,
    visit: &Visit,
    asked: &Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let code: Option<u16> = asked.value("code")?;
    let reason = code.and_then(Reason::from_number);
    let reason = reason.ok_or(Trouble::AskedWrong { name: "code" })?;
    let kind: Option<SubjectKind> = asked.code("kind")?;
    let kind = kind.unwrap_or(SubjectKind::Application);
    let after: Option<HoldId> = asked.cursor()?;
    let of = (reason.number(), kind);
    let now = desk.gateway.clock.now();
    let shown = shown(asked, bucharest_day(now))?;
    let mut tx = desk.gateway.store.read().await?;
    let mut found = holds::list_waiting(&mut tx, of, shown, after, asked.rows_wanted()).await?;
    drop(tx);
    if asked.is_csv() {
        return answer_cells(cells(&found, language), language);
    }
    let filters = Filters::new(MENU)
        .with("code", reason.number())
        .with("kind", kind)
        .with(SHOW, asked.text(SHOW));
    let key = |hold: &Hold| hold.id.to_string();
    let pager = filters.page(&mut found, asked.text(CURSOR).is_empty(), key);
    let shell = Shell::of(desk, visit, MENU).await?;
    let fitting = DECISIONS
        .iter()
        .filter(|(decision, ..)| fits(*decision, kind));
    let may = visit.may(Permission::DecideApplications);
    write(&Page {
        visit,
        shell: &shell,
        code: reason.number(),
        kind,
        told: Explanation::from(reason),
        rows: found
            .into_iter()
            .map(|hold| Row {
                care: Care::of(&hold, now, language),
                id: hold.id.to_string(),
                path: path_of(kind, &hold.subject_number),
                number: hold.subject_number,
                detail: Detail::of(&hold.detail, language),
                since: date_and_time(language, hold.opened_at),
                ago: ago(language, now, hold.opened_at),
            })
            .collect(),
        decisions: fitting
            .map(|(_, word, [ro, en])| (*word, language.choose(en, ro)))
            .collect(),
        views: views(&filters, shown, language),
        tendings: Tended::offered(shown, language),
        is_resting: shown.resting,
        barred: (!may).then(|| Fault::not_allowed(Permission::DecideApplications, visit)),
        pager,
    })
}

fn cells(found: &[Hold], language: Language) -> Cells {
    let heads = [
        ("Număr", "Number"),
        ("Cod", "Code"),
        ("Detalii", "Details"),
        ("Din", "Since"),
    ];
    let rows = found.iter().map(|hold| {
        vec![
            hold.subject_number.clone(),
            hold.code.to_string(),
            Detail::of(&hold.detail, language).text,
            date_and_time(language, hold.opened_at),
        ]
    });
    Cells {
        name: "holds",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
