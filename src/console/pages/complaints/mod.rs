//! Complaints about cards: the list, the overdue ones first, and what is decided about one.

pub(crate) mod decide;
mod list;
mod verdict;

pub(crate) use list::list;
pub(crate) use verdict::deeds;

use actix_web::{HttpResponse, web};

use crate::console::desk::Desk;
use crate::console::sign_in::see_other;
use crate::console::trouble::Trouble;
use crate::store::complaints::{self, Complaint};
use crate::store::{Tx, applications};

/// The menu's entry.
const MENU: &str = "/complaints";

/// `GET /complaints/{number}` leads to the page of its application, which shows it.
pub(crate) async fn lead(
    desk: web::Data<Desk>,
    number: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let complaint = complaints::find_by_number(&mut tx, &number).await?;
    let complaint = complaint.ok_or(Trouble::NotFound)?;
    let path = path_of(&mut tx, &complaint).await?;
    Ok(see_other(&path))
}

/// The page that shows a complaint: that of its application.
async fn path_of(tx: &mut Tx, complaint: &Complaint) -> Result<String, Trouble> {
    let application = applications::find(tx, complaint.application).await?;
    let application = application.ok_or(Trouble::NotFound)?;
    Ok(format!("/applications/{}", application.number))
}
