//! `GET /payments/{number}`: one payment, with everything that is needed to decide about it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::look::shell::Shell;
use crate::console::pages::payments::case::Case;
use crate::console::pages::payments::list::PATH;
use crate::console::pages::payments::sheet::Sheet;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;

#[derive(Template)]
#[template(path = "pages/payment.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    sheet: Sheet,
}

/// Shows a payment.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Box::pin(Case::read(&mut tx, &path)).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, PATH).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        sheet: Sheet::of(&case, &visit, desk.gateway.clock.now()),
    })
}
