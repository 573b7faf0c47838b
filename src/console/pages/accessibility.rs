//! What the console does for everybody who uses it, and where it falls short.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;

#[derive(Template)]
#[template(path = "pages/accessibility.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
}

/// For whoever is not signed in.
#[derive(Template)]
#[template(path = "pages/accessibility_lone.html")]
struct LonePage<'a> {
    visit: &'a Visit,
}

/// `GET /accessibility`
pub(crate) async fn show(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    if visit.user.is_none() {
        return write(&LonePage { visit: &visit });
    }
    let shell = Shell::of(&desk, &visit, "").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
    })
}
