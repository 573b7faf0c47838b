//! Taking from the spool.

use anyhow::Context;
use serde_json::json;

use crate::flow::receive_document::{self, Kept};
use crate::gateway::Gateway;
use crate::store::inbox::InboxSource;
use crate::transport::route::spool::{Candidate, Look, Spool};
use crate::worker::postman::Found;

/// What became of a document in the spool.
enum Fate {
    Taken(Kept),
    Refused(&'static str),
    /// It stays where it is; why, where that is worth telling.
    Waits(Option<&'static str>),
}

/// Takes every document of the spool that is as its manifest says.
pub(super) async fn take_all(gateway: &Gateway, spool: &Spool) -> anyhow::Result<Found> {
    let looking = spool.clone();
    let arrived = blocking(move || looking.arrived()).await?;
    let mut found = Found {
        new: 0,
        trouble: None,
    };
    for candidate in arrived {
        match take(gateway, candidate).await? {
            Fate::Taken(Kept::New) => found.new += 1,
            Fate::Taken(Kept::Before) => (),
            Fate::Refused(why) => tracing::warn!(why, "a document in the spool was refused"),
            Fate::Waits(trouble) => found.trouble = trouble.map(str::to_owned).or(found.trouble),
        }
    }
    Ok(found)
}

async fn take(gateway: &Gateway, candidate: Candidate) -> anyhow::Result<Fate> {
    let bytes_max = u64::try_from(gateway.config.http.upload_bytes_max)?;
    let looked_at = candidate.clone();
    let fate = match blocking(move || looked_at.look(bytes_max)).await? {
        Look::Whole(document) => {
            let kept = receive_document::keep(gateway, InboxSource::Bureau, document).await?;
            Fate::Taken(kept)
        }
        Look::Missing(digest) => {
            // It was kept and moved, and then the process ended.
            let source = InboxSource::Bureau;
            if receive_document::is_kept(gateway, source, &digest).await? {
                Fate::Taken(Kept::Before)
            } else {
                Fate::Waits(Some("a manifest in the spool has no document"))
            }
        }
        Look::Wrong(why) => Fate::Refused(why),
        Look::NotNow => Fate::Waits(None),
    };
    let (is_taken, report) = match &fate {
        Fate::Taken(Kept::New) => (true, json!({"outcome": "RECORDED"})),
        Fate::Taken(Kept::Before) => (true, json!({"outcome": "REPEATED"})),
        Fate::Refused(why) => (false, json!({"outcome": "REFUSED", "reason": why})),
        Fate::Waits(_) => return Ok(fate),
    };
    let report = format!("{report:#}\n");
    blocking(move || candidate.put_away(is_taken, &report)).await?;
    Ok(fate)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.context("a task on the spool ended early")?;
    done.context("working in the spool")
}
