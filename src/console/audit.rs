//! The record of what people did, and whether anybody rewrote it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::console::account::time;
use crate::console::desk::Desk;
use crate::console::gate::escaped;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::flow::audit_record::examine::examine;
use crate::store::audit::{self, Record, Sought};

/// Records of a page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'a> {
    visit: &'a Visit,
    sought: Sought,
    rows: Vec<Row>,
    /// Where the page with older records is.
    older: Option<String>,
}

struct Row {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    subject_kind: String,
    subject: String,
    detail: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "audit_verified.html")]
struct VerifiedPage<'a> {
    visit: &'a Visit,
    records: i64,
    last_hash: String,
    heads: i64,
    signed_until: String,
    findings: Vec<String>,
}

/// `GET /audit`
pub(super) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs
        .map_err(|_no_pairs| Trouble::FormUnreadable)?
        .into_inner();
    let text = |name: &str| -> String {
        let found = pairs.iter().find(|(key, _)| key == name);
        let value = found.map_or("", |(_, value)| value.trim());
        value
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect()
    };
    let sought = Sought {
        actor: text("actor"),
        subject: text("subject"),
    };
    let before = text("before").parse().unwrap_or(i64::MAX);
    let mut tx = desk.gateway.store.read().await?;
    let found = audit::list_latest(&mut tx, &sought, before, PAGE).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count >= PAGE);
    let last = found.last().filter(|_| is_full).map(|record| record.seq);
    let (actor, subject) = (escaped(&sought.actor), escaped(&sought.subject));
    let older = last.map(|seq| format!("/audit?actor={actor}&subject={subject}&before={seq}"));
    let rows = found.into_iter().map(row).collect();
    write(&AuditPage {
        visit: &visit,
        sought,
        rows,
        older,
    })
}

fn row(record: Record) -> Row {
    let entry = record.entry;
    Row {
        seq: record.seq,
        at: time(entry.at),
        actor: entry.actor,
        action: entry.action,
        subject_kind: entry.subject_kind,
        subject: entry.subject,
        detail: entry.detail,
        reason: entry.reason.unwrap_or_default(),
    }
}

/// `GET /audit/verification`
pub(super) async fn verify(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let seen = examine(&desk.gateway, &[]).await?;
    let day = seen
        .signed_until
        .map(|day| day.format("%d.%m.%Y").to_string());
    write(&VerifiedPage {
        visit: &visit,
        records: seen.records,
        last_hash: seen.last_hash_text(),
        heads: seen.heads,
        signed_until: day.unwrap_or_else(|| "–".to_owned()),
        findings: seen.findings.iter().map(ToString::to_string).collect(),
    })
}
