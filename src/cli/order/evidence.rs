//! Evidence of an order or a card, as one archive.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::whole_file::WholeFile;
use crate::flow::evidence::{EvidenceRefusal, EvidenceRequest, take_evidence};

/// Write all that proves an order or a card into one archive
#[derive(Args, Debug)]
pub(crate) struct Evidence {
    /// The number of an order, of an application, or of a card (its document number)
    number: String,
    /// Write to this new file, which only you can read
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
    #[command(flatten)]
    why: Why,
    /// Leave the signed order out, which holds personal data of everybody in it; its signature
    /// stays
    #[arg(long)]
    without_order: bool,
    /// Take the place of a file that is there
    #[arg(long)]
    force: bool,
}

impl Refusal for EvidenceRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::NeverOrdered { .. } | Self::NotSigned { .. } => Exit::Refused,
        }
    }
}

pub(crate) async fn evidence(
    command: Evidence,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let path = &command.out;
    let exists = || CliError::refused(format!("{} exists; nothing was written", path.display()));
    // Asked before anything stands in the history; asked again when the file gets its name.
    if !command.force && fs::symlink_metadata(path).is_ok() {
        return Err(exists());
    }
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let file = WholeFile::create(path, context.random.next_u64())?;
    let request = EvidenceRequest {
        number: &command.number,
        with_order: !command.without_order,
        actor: &actor,
        reason: &command.why.reason,
    };
    let evidence = take_evidence(&gateway, &request).await?;
    let (order, has_order) = (evidence.order_number().to_owned(), evidence.has_order());
    let written = tokio::task::spawn_blocking(move || evidence.write(&gateway, file));
    let file = written.await.context("the writing task ended early")?;
    let file = file.context("writing the evidence")?;
    let published = if command.force {
        file.publish()
    } else {
        file.publish_new()
    };
    match published {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists()),
        published => published.with_context(|| format!("publishing {}", path.display()))?,
    }
    let name = path.display();
    let holds = if has_order {
        "with the signed order, which holds personal data"
    } else {
        "without the signed order"
    };
    context.output.done(
        &json!({ "done": "written", "order": order, "file": path, "with_order": has_order }),
        &format!("Evidence of {order} written to {name}, {holds}."),
    )?;
    Ok(Exit::Ok)
}
