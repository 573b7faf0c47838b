//! Hands out the files of the look.

use actix_web::http::header::{AcceptEncoding, CACHE_CONTROL, ContentEncoding, Encoding, VARY};
use actix_web::{HttpResponse, web};

use crate::console::look::asset;
use crate::console::trouble::Trouble;

/// A year: the name of a file changes with its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Answers with a file, as it is or compressed.
pub(super) async fn show(
    name: web::Path<String>,
    accepted: web::Header<AcceptEncoding>,
) -> Result<HttpResponse, Trouble> {
    let file = asset::find(&name).ok_or(Trouble::NotFound)?;
    let offered = [Encoding::gzip(), Encoding::identity()];
    let takes_gzip = accepted.negotiate(offered.iter()) == Some(Encoding::gzip());
    let (coding, bytes) = match &file.gzip {
        Some(gzip) if takes_gzip => (ContentEncoding::Gzip, gzip.as_slice()),
        _ => (ContentEncoding::Identity, file.bytes.as_ref()),
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(file.content_type)
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header((VARY, "accept-encoding"))
        .insert_header(coding);
    Ok(answer.body(bytes))
}
