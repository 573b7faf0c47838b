//! Holds: those of one reason, what is decided about one or several of them, and who looks after them.

mod act;
mod care;
mod chosen;
mod list;
mod tend;
mod tend_page;
mod tended;

pub(crate) use care::{Care, tending_deeds};
pub(crate) use list::list;
pub(crate) use tended::Tended;

use actix_web::{HttpResponse, web};

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::flow::decide_hold::Decision;
use crate::store::history::SubjectKind;

/// The menu's entry.
const MENU: &str = "/failed-orders";

/// Every decision about a hold, with its word in addresses and its name in both languages.
const DECISIONS: [(Decision, &str, [&str; 2]); 3] = [
    (Decision::Release, "release", ["Eliberează", "Release"]),
    (
        Decision::SendBack,
        "send-back",
        ["Trimite înapoi serviciului", "Send back to the office"],
    ),
    (
        Decision::TakeNote,
        "note",
        ["Ia la cunoștință", "Take note"],
    ),
];

/// The field with a hold's id.
const ROW: &str = "row";

/// `GET /holds/{action}`: a decision, or who looks after them; about the holds that are named, or all of a
/// list.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    match Tended::parse(&path) {
        Ok(tended) => tend::show(&desk, &visit, tended, &asked).await,
        Err(_decision) => act::show(&desk, &visit, &path, &asked).await,
    }
}

/// `POST /holds/{action}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    match Tended::parse(&path) {
        Ok(tended) => tend::carry_out(&desk, &visit, tended, &fields).await,
        Err(_decision) => act::carry_out(&desk, &visit, &path, &fields).await,
    }
}

/// Whether a decision fits what waits.
fn fits(decision: Decision, kind: SubjectKind) -> bool {
    match kind {
        SubjectKind::Application | SubjectKind::OrderLine => true,
        SubjectKind::Inbox => decision != Decision::SendBack,
        _ => decision == Decision::TakeNote,
    }
}

/// The page of what waits; empty where it has none.
fn path_of(kind: SubjectKind, number: &str) -> String {
    match kind {
        SubjectKind::Application | SubjectKind::OrderLine | SubjectKind::Fee => {
            format!("/applications/{number}")
        }
        SubjectKind::Payment => format!("/payments/{number}"),
        SubjectKind::Order => format!("/orders/{number}"),
        SubjectKind::Complaint => format!("/complaints/{number}"),
        _ => String::new(),
    }
}
