//! Reads a body: bounded in size and time, and as JSON with a place for what is wrong in it.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::http::api::Limits;
use crate::http::problems::{BodyFault, Problem, Text, catalogue};

/// Reads a whole body of one of `media_types`, `bytes_max` at most.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: Payload,
    media_types: &[&str],
    bytes_max: usize,
    limits: Limits,
) -> Result<Bytes, Problem> {
    check(request, media_types, size(bytes_max))?;
    // The network's own time: a body is slow by the clock on the wall, whatever ours says.
    let announced = announced_bytes(request).and_then(|bytes| usize::try_from(bytes).ok());
    let body = BytesMut::with_capacity(announced.unwrap_or(0).min(bytes_max));
    tokio::time::timeout(limits.body_timeout, collect(payload, body, bytes_max))
        .await
        .unwrap_or_else(|_elapsed| Err(Problem::of(catalogue::BODY_TOO_SLOW)))
}

/// Checks what the headers say of a body: one of `media_types`, `bytes_max` at most.
pub(crate) fn check(
    request: &HttpRequest,
    media_types: &[&str],
    bytes_max: u64,
) -> Result<(), Problem> {
    if !media_types.contains(&media_type(request).as_str()) {
        return Err(Problem::of(catalogue::MEDIA_TYPE_UNSUPPORTED).about(
            format!("Expected is {}.", media_types.join(", ")),
            format!("Se așteaptă {}.", media_types.join(", ")),
        ));
    }
    if announced_bytes(request).is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    Ok(())
}

/// Reads the next `bytes` of a body, or a little more; fewer at its end, and nothing after it.
pub(crate) async fn gather(
    payload: &mut Payload,
    bytes: usize,
    limits: Limits,
) -> Result<Vec<u8>, Problem> {
    let gathering = async {
        let mut gathered = Vec::new();
        while gathered.len() < bytes
            && let Some(piece) = payload.next().await
        {
            let piece = piece.map_err(|_cut| Problem::of(catalogue::JSON_MALFORMED))?;
            gathered.extend_from_slice(&piece);
        }
        Ok(gathered)
    };
    tokio::time::timeout(limits.body_timeout, gathering)
        .await
        .unwrap_or_else(|_elapsed| Err(Problem::of(catalogue::BODY_TOO_SLOW)))
}

async fn collect(
    mut payload: Payload,
    mut body: BytesMut,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    while let Some(piece) = payload.next().await {
        // The caller has gone or does not speak HTTP; nobody reads the answer.
        let piece = piece.map_err(|_cut| Problem::of(catalogue::JSON_MALFORMED))?;
        if body.len() + piece.len() > bytes_max {
            return Err(too_large(size(bytes_max)));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn media_type(request: &HttpRequest) -> String {
    let value = request.headers().get(CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = text.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn announced_bytes(request: &HttpRequest) -> Option<u64> {
    let value = request.headers().get(CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

pub(crate) fn too_large(bytes_max: u64) -> Problem {
    Problem::of(catalogue::BODY_TOO_LARGE).about(
        format!("At most {bytes_max} bytes are taken."),
        format!("Se acceptă cel mult {bytes_max} octeți."),
    )
}

/// Why a text is no JSON of the expected shape.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is no JSON.
    Malformed {
        /// The line where it breaks off, from 1.
        line: usize,
        /// The byte of the line, from 1.
        column: usize,
    },
    /// It is JSON, and one place is not as it should be.
    Misshapen(BodyFault),
}

/// Reads JSON of the shape of `T`. What stood there is never repeated: it may be a name.
pub(crate) fn read_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    // What is as it should be is read once.
    serde_json::from_slice(text).or_else(|_why| {
        // Whether it is JSON at all comes first: a shape is judged of a whole document.
        serde_json::from_slice::<IgnoredAny>(text).map_err(|error| malformed(&error))?;
        let mut json = serde_json::Deserializer::from_slice(text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| Unreadable::Misshapen(misshapen(pointer(error.path()), error.inner())))
    })
}

/// Reads a JSON body, or tells what is wrong with it.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    read_json(body).map_err(told)
}

/// The problem of a body that cannot be read.
pub(crate) fn told(unreadable: Unreadable) -> Problem {
    match unreadable {
        Unreadable::Malformed { line, column } => Problem::of(catalogue::JSON_MALFORMED).about(
            format!("The JSON breaks off at line {line}, column {column}."),
            format!("Sintaxa JSON este greșită la linia {line}, coloana {column}."),
        ),
        Unreadable::Misshapen(fault) => {
            Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![fault])
        }
    }
}

fn malformed(error: &serde_json::Error) -> Unreadable {
    Unreadable::Malformed {
        line: error.line(),
        column: error.column(),
    }
}

fn misshapen(pointer: String, error: &serde_json::Error) -> BodyFault {
    let said = error.to_string();
    let (code, en, ro) = if said.starts_with("unknown field") {
        (
            "field-unknown",
            "There is no such field. Leave it out.",
            "Câmpul nu există. Omiteți-l.",
        )
    } else if said.starts_with("missing field") {
        (
            "field-missing",
            "A required field is missing. Fill it in.",
            "Lipsește un câmp obligatoriu. Completați-l.",
        )
    } else if said.starts_with("duplicate field") {
        (
            "field-repeated",
            "The field stands here twice. Give it once.",
            "Câmpul apare de două ori. Trimiteți-l o singură dată.",
        )
    } else {
        (
            "type-wrong",
            "The value is of the wrong kind. Compare it with the API's description.",
            "Valoarea este de alt tip. Comparați-o cu descrierea interfeței.",
        )
    };
    // A missing field is told at the object that lacks it; its name is one of ours.
    let pointer = match said.strip_prefix("missing field `") {
        Some(rest) => {
            let name = rest.split('`').next().unwrap_or_default();
            format!("{}/{name}", pointer.trim_end_matches('/'))
        }
        None => pointer,
    };
    BodyFault {
        pointer,
        code,
        message: Text::new(en, ro),
    }
}

/// The place as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => {
                let key: String = key.chars().take(64).collect();
                format!("/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}
