//! Fetching from the bureau's outbox.

use crate::flow::receive_document::{self, Kept};
use crate::gateway::Gateway;
use crate::store::inbox::InboxSource;
use crate::transport::route::outbox::{Listed, Outbox, OutboxError};
use crate::worker::postman::{Found, Postman};

/// Documents that are asked for in one look.
const PAGE: usize = 50;

/// Why a document was not fetched.
enum Failure {
    /// The bureau's doing: it is told and passes.
    Theirs(OutboxError),
    /// Ours.
    Ours(anyhow::Error),
}

impl From<OutboxError> for Failure {
    fn from(error: OutboxError) -> Self {
        Self::Theirs(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Ours(error)
    }
}

impl Postman {
    /// Fetches the next page of the outbox. A document that gives trouble holds up no other.
    pub(super) async fn fetch_page(
        &self,
        gateway: &Gateway,
        outbox: &Outbox,
    ) -> anyhow::Result<Found> {
        let after = self.round().after.take();
        let page = match outbox.list(after.as_deref(), PAGE).await {
            Ok(page) => page,
            Err(error) => return Ok(Found::trouble(&error)),
        };
        let mut found = Found {
            new: 0,
            trouble: None,
        };
        for listed in &page {
            match fetch(gateway, outbox, listed).await {
                Ok(Kept::New) => found.new += 1,
                Ok(Kept::Before) => (),
                Err(Failure::Theirs(error)) => {
                    found.trouble = Found::trouble(&error).trouble;
                    if matches!(error, OutboxError::Unanswered(_)) {
                        // Whoever is silent now would be so for every document of the page.
                        return Ok(found);
                    }
                }
                Err(Failure::Ours(error)) => return Err(error),
            }
        }
        // A full page may have another behind it; after one that is not, the list begins anew.
        let last = page.last().filter(|_| page.len() >= PAGE);
        self.round().after = last.map(|listed| listed.id.clone());
        Ok(found)
    }
}

impl Found {
    fn trouble(error: &OutboxError) -> Self {
        let mut words = error.to_string();
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
            words = format!("{error}: {cause}");
        }
        Self {
            new: 0,
            trouble: Some(words.chars().take(200).collect()),
        }
    }
}

/// Fetches one document, keeps it, and only then confirms it. Bytes that are kept already are not
/// fetched again, only confirmed: the confirmation was lost.
async fn fetch(gateway: &Gateway, outbox: &Outbox, listed: &Listed) -> Result<Kept, Failure> {
    let source = InboxSource::Bureau;
    let kept = if receive_document::is_kept(gateway, source, &listed.sha256).await? {
        Kept::Before
    } else {
        let bytes_max = gateway.config.http.upload_bytes_max;
        let document = outbox.fetch(listed, bytes_max).await?;
        receive_document::keep(gateway, source, document).await?
    };
    outbox.confirm(listed).await?;
    Ok(kept)
}
