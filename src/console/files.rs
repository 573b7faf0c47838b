//! Hands out the files of the look.

use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::{HttpResponse, web};

use crate::console::look::asset;
use crate::console::trouble::Trouble;

/// A year: the name of a file changes with its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Answers with a file.
pub(super) async fn show(name: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let file = asset::find(&name).ok_or(Trouble::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(file.content_type)
        .insert_header((CACHE_CONTROL, FOR_EVER));
    if file.content_type == asset::FONT {
        // A font is compressed within.
        answer.insert_header(ContentEncoding::Identity);
    }
    Ok(answer.body(file.bytes.as_ref()))
}
