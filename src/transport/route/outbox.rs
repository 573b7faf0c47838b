//! The bureau's outbox: documents that it lays out for us, where it cannot or will not call us.
//!
//! What the bureau lists is believed no further than to ask for it: a document counts by the digest
//! of the bytes that came, and is confirmed only by whoever has kept them.

use bytes::Bytes;
use openssl::sha::sha256;
use serde::Deserialize;

use crate::transport::route::digest_of;

/// Bytes of a list at most; a document takes about 150.
const LIST_BYTES_MAX: usize = 1 << 20;
/// Characters of a document's name at most.
const ID_LENGTH_MAX: usize = 128;

/// A document in the outbox, as the bureau describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    /// Its name there, which also ends the address: letters, digits, hyphens, dots, underscores.
    pub id: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many they are.
    pub size_bytes: u64,
}

/// Why the outbox, or a document in it, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// There was no answer, or it broke off.
    #[error("there was no whole answer")]
    Unanswered(#[source] reqwest::Error),
    /// The answer was no success.
    #[error("the answer was HTTP {0}")]
    Status(u16),
    /// The answer is longer than it may be.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
    /// The list is none.
    #[error("the list is not readable: {0}")]
    Unreadable(&'static str),
    /// A document is not what the list says.
    #[error("a document is not what the list says")]
    Other,
}

/// The outbox of a bureau.
#[derive(Clone, Debug)]
pub struct Outbox {
    client: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
struct Page {
    documents: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    sha256: String,
    size: u64,
}

impl Outbox {
    /// The outbox of the bureau at `url`, an address without a slash at the end.
    pub fn new(client: reqwest::Client, url: &str) -> Self {
        Self {
            client,
            url: format!("{url}/outbox"),
        }
    }

    /// The next documents behind `after`, the name of one before; `limit` at most.
    pub async fn list(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Listed>, OutboxError> {
        // A name consists of characters that stand for themselves in an address.
        let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
        let url = format!("{}?limit={limit}{after}", self.url);
        let page = read(self.client.get(url), LIST_BYTES_MAX).await?;
        listed(&page, limit)
    }

    /// The bytes of a document, which are those that the list announced.
    pub async fn fetch(&self, listed: &Listed, bytes_max: usize) -> Result<Vec<u8>, OutboxError> {
        let size = usize::try_from(listed.size_bytes).ok();
        let size = size.filter(|size| *size <= bytes_max);
        let size = size.ok_or(OutboxError::TooLong(bytes_max))?;
        let request = self.client.get(format!("{}/{}", self.url, listed.id));
        let document = read(request, size).await?;
        if document.len() != size || sha256(&document) != listed.sha256 {
            return Err(OutboxError::Other);
        }
        Ok(document)
    }

    /// Tells the bureau that a document is kept, and need not be listed any more. One that it has
    /// already forgotten is as good.
    pub async fn confirm(&self, listed: &Listed) -> Result<(), OutboxError> {
        let request = self.client.delete(format!("{}/{}", self.url, listed.id));
        let answer = request.send().await.map_err(unanswered)?;
        match answer.status().as_u16() {
            200..=299 | 404 | 410 => Ok(()),
            status => Err(OutboxError::Status(status)),
        }
    }
}

/// Reads a list, of which no more than was asked for is looked at.
fn listed(page: &[u8], limit: usize) -> Result<Vec<Listed>, OutboxError> {
    let page: Page = serde_json::from_slice(page)
        .map_err(|_error| OutboxError::Unreadable("it is not the JSON of a list"))?;
    let items = page.documents.into_iter().take(limit);
    items.map(listed_item).collect()
}

fn listed_item(item: Item) -> Result<Listed, OutboxError> {
    if !is_id(&item.id) {
        return Err(OutboxError::Unreadable("a document has no proper name"));
    }
    let sha256 = digest_of(&item.sha256);
    Ok(Listed {
        sha256: sha256.ok_or(OutboxError::Unreadable("a document has no digest"))?,
        id: item.id,
        size_bytes: item.size,
    })
}

/// Whether a name can end an address without leading anywhere else.
fn is_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(is_allowed) && !id.starts_with('.')
}

async fn read(request: reqwest::RequestBuilder, limit: usize) -> Result<Vec<u8>, OutboxError> {
    let mut answer = request.send().await.map_err(unanswered)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(OutboxError::Status(status.as_u16()));
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(unanswered)? {
        take(&mut body, &piece, limit)?;
    }
    Ok(body)
}

fn take(body: &mut Vec<u8>, piece: &Bytes, limit: usize) -> Result<(), OutboxError> {
    if body.len() + piece.len() > limit {
        return Err(OutboxError::TooLong(limit));
    }
    body.extend_from_slice(piece);
    Ok(())
}

fn unanswered(error: reqwest::Error) -> OutboxError {
    OutboxError::Unanswered(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn page(id: &str, sha256: &str, size: &str) -> String {
        format!(r#"{{"documents":[{{"id":"{id}","sha256":"{sha256}","size":{size}}}]}}"#)
    }

    #[test]
    fn a_list_names_documents_by_name_digest_and_size() {
        let list = listed(page("0001-a.b_c", DIGEST, "17").as_bytes(), 5).unwrap();
        let [one] = list.as_slice() else {
            panic!("{list:?}");
        };
        assert_eq!((one.id.as_str(), one.size_bytes), ("0001-a.b_c", 17));
        assert_eq!(one.sha256, sha256(b"test"));
        assert_eq!(listed(br#"{"documents":[]}"#, 5).unwrap(), []);
    }

    #[test]
    fn no_more_is_read_of_a_list_than_was_asked_for() {
        let item = r#"{"id":"1","sha256":"DIGEST","size":1}"#.replace("DIGEST", DIGEST);
        let page = format!(r#"{{"documents":[{item},{item},{item}]}}"#);
        assert_eq!(listed(page.as_bytes(), 2).unwrap().len(), 2);
    }

    #[test]
    fn a_list_that_is_garbage_or_leads_elsewhere_is_refused() {
        let long = "x".repeat(ID_LENGTH_MAX + 1);
        for page in [
            String::new(),
            "<html>".to_owned(),
            "[]".to_owned(),
            page("", DIGEST, "1"),
            page("..", DIGEST, "1"),
            page("a/b", DIGEST, "1"),
            page("a?b", DIGEST, "1"),
            page("%2e", DIGEST, "1"),
            page(&long, DIGEST, "1"),
            page("a", "", "1"),
            page("a", &DIGEST.to_uppercase(), "1"),
            page("a", DIGEST, "-1"),
            page("a", DIGEST, "1e99"),
        ] {
            let refused = listed(page.as_bytes(), 5);
            assert!(matches!(refused, Err(OutboxError::Unreadable(_))), "{page}");
        }
    }
}
