//! The record of what people did, whether anybody rewrote it, and taking it out.

mod export;
mod verification;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Filters, Pager, answer_cells};
use crate::console::look::shell::Shell;
use crate::console::look::timeline::moment;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::store::audit::{self, Record, Sought};
use crate::store::history::HistoryEntry;
use crate::words::{Language, act, actor, date_and_time, subject};

pub(crate) use export::{ask, take_out};
pub(crate) use verification::{Examinations, examine_now, show};

/// The entry of the menu.
const MENU: &str = "/audit";

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    sought: &'a Sought,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    seq: i64,
    at: String,
    actor: String,
    /// The list of what the same actor did.
    of_actor: String,
    action: String,
    subject_kind: String,
    subject: String,
    /// The list of what was done about the same.
    of_subject: String,
    detail: String,
    reason: String,
}

/// `GET /audit`
pub(super) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let sought = Sought {
        actor: asked.text("actor"),
        subject: asked.text("subject"),
    };
    let before: Option<i64> = asked.cursor()?;
    let before = before.unwrap_or(i64::MAX);
    let mut tx = desk.gateway.store.read().await?;
    let mut found = audit::list_latest(&mut tx, &sought, before, asked.rows_wanted()).await?;
    drop(tx);
    if asked.is_csv() {
        return answer_cells(cells(found, visit.language), visit.language);
    }
    let filters = Filters::new(MENU)
        .with("actor", &sought.actor)
        .with("subject", &sought.subject);
    let key = |record: &Record| record.seq.to_string();
    let pager = filters.page(&mut found, asked.text(CURSOR).is_empty(), key);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let rows = found.into_iter().map(|record| row(record, visit.language));
    write(&AuditPage {
        visit: &visit,
        shell: &shell,
        sought: &sought,
        rows: rows.collect(),
        pager,
    })
}

fn row(record: Record, language: Language) -> Row {
    let entry = record.entry;
    // What has a history is told as the history tells it.
    let steps = entry.history.and(entry.detail.split_once(" → "));
    let (from_state, to_state) = steps.unwrap_or_default();
    let told = moment(
        &HistoryEntry {
            subject_kind: entry.subject_kind.clone(),
            from_state: from_state.to_owned(),
            event: entry.action.clone(),
            to_state: to_state.to_owned(),
            actor: entry.actor.clone(),
            note: None,
            at: entry.at,
        },
        language,
    );
    let kind = subject(language, &entry.subject_kind);
    Row {
        seq: record.seq,
        at: date_and_time(language, entry.at),
        actor: actor(language, &entry.actor),
        of_actor: Filters::new(MENU).with("actor", &entry.actor).address(),
        action: act(language, &entry.action).map_or(told.what, str::to_owned),
        subject_kind: kind.unwrap_or(&entry.subject_kind).to_owned(),
        of_subject: Filters::new(MENU).with("subject", &entry.subject).address(),
        detail: if steps.is_some() {
            told.change
        } else {
            entry.detail
        },
        reason: entry.reason.unwrap_or_default(),
        subject: entry.subject,
    }
}

fn cells(found: Vec<Record>, language: Language) -> Cells {
    let heads = [
        ("Nr.", "No."),
        ("Când", "When"),
        ("Cine", "Who"),
        ("Ce a făcut", "Did what"),
        ("Despre ce", "About what"),
        ("Care", "Which"),
        ("Detalii", "Details"),
        ("Motivul", "Reason"),
    ];
    let rows = found.into_iter().map(|record| {
        let row = row(record, language);
        vec![
            row.seq.to_string(),
            row.at,
            row.actor,
            row.action,
            row.subject_kind,
            row.subject,
            row.detail,
            row.reason,
        ]
    });
    Cells {
        name: "audit",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
