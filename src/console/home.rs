//! The first page.

use actix_web::HttpResponse;
use askama::Template;

use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    visit: &'a Visit,
}

pub(super) async fn show(visit: Visit) -> Result<HttpResponse, Trouble> {
    write(&Home { visit: &visit })
}
