//! Documents that no honest writer would sign: changed after they were written, and signed again.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::{SignedWriter, WriteError};

/// The media type that signatures name.
const MEDIA_TYPE: &str = "application/xml";

/// A document of ours that says one entry more than it has; `None` where it counts none.
pub(super) fn miscounted(
    document: &[u8],
    key: &dyn SigningKey,
    now: DateTime<Utc>,
) -> Result<Option<Bytes>, WriteError> {
    let Some((before, count, after)) = entry_count(document) else {
        return Ok(None);
    };
    let wrong = format!("{before}{}{after}", count + 1);
    sign_again(&wrong, key, now).transpose()
}

fn entry_count(document: &[u8]) -> Option<(&str, u64, &str)> {
    const TAG: &str = "<EntryCount>";
    let text = str::from_utf8(document).ok()?;
    let start = text.find(TAG)? + TAG.len();
    let (before, rest) = text.split_at_checked(start)?;
    let (count, _) = rest.split_once('<')?;
    let after = rest.strip_prefix(count)?;
    Some((before, count.parse().ok()?, after))
}

/// Signs changed content; `None` where it is not as our writers lay it out.
fn sign_again(
    document: &str,
    key: &dyn SigningKey,
    now: DateTime<Utc>,
) -> Option<Result<Bytes, WriteError>> {
    let (content, _) = document.split_once("<ds:Signature")?;
    let mut tags = content.split('<').skip(1);
    let (root, first_text) = tags.next()?.split_once('>')?;
    let (root, namespace) = root.split_once(" xmlns=\"")?;
    let namespace = namespace.trim_end_matches('"');
    let pieces: Vec<(&str, &str)> = tags.filter_map(|tag| tag.split_once('>')).collect();
    Some(copy((root, namespace), first_text, &pieces, key, now))
}

fn copy(
    (root, namespace): (&str, &str),
    first_text: &str,
    pieces: &[(&str, &str)],
    key: &dyn SigningKey,
    now: DateTime<Utc>,
) -> Result<Bytes, WriteError> {
    let mut xml = SignedWriter::new(Vec::new(), key, root, namespace, &[])?;
    xml.text(&unescaped(first_text))?;
    for (tag, text) in pieces {
        if tag.starts_with('/') {
            xml.end()?;
        } else {
            xml.start(tag, &[])?;
        }
        xml.text(&unescaped(text))?;
    }
    let (bytes, _) = xml.finish(now, MEDIA_TYPE)?;
    Ok(bytes.into())
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
