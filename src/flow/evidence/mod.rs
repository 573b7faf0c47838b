//! Gathers what proves an order, or one card of it, and writes it as one archive that others verify
//! with xmlsec1 and openssl alone: no part of it needs the gateway to be believed.
//!
//! When the order's bytes may be kept no longer, its signature still proves their digest.

mod archive;
mod gather;
mod readme;
mod signers;

use std::io::{Read, Seek, Write};

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::id::SealedId;
use crate::domain::operator::Actor;
use crate::flow::evidence::archive::Archive;
use crate::flow::evidence::readme::Readme;
use crate::flow::evidence::signers::Signers;
use crate::gateway::Gateway;
use crate::xmldsig::shown::{ShownSignature, show, show_alone};

pub use crate::flow::evidence::gather::take_evidence;

/// Why no evidence was taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EvidenceRefusal {
    /// The number is nobody's.
    #[error("there is no order, application or card {number}")]
    Unknown {
        /// As it was asked for.
        number: String,
    },
    /// The application was never put into an order.
    #[error("the application {number} was never ordered")]
    NeverOrdered {
        /// The application.
        number: String,
    },
    /// The order has no document yet.
    #[error("the order {number} is not signed yet")]
    NotSigned {
        /// The order.
        number: String,
    },
    /// Who takes evidence says why.
    #[error("taking evidence needs a reason in words")]
    ReasonMissing,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceRequest<'a> {
    /// The number of an order, of an application, or of a card.
    pub number: &'a str,
    /// Whether the signed order is wanted too. It holds personal data of everybody in it.
    pub with_order: bool,
    /// Who asks.
    pub actor: &'a Actor,
    /// Why, for the history.
    pub reason: &'a str,
}

/// Everything that proves an order or a card, but for the sealed bytes.
pub struct Evidence {
    facts: Facts,
    signature: Option<String>,
    order_bytes: OrderBytes,
    documents: Vec<Document>,
    words: Vec<WordRow>,
    history: Vec<HistoryRow>,
    deliveries: Vec<DeliveryRow>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Evidence({}, …)", self.facts.order.number)
    }
}

/// Where the signed bytes of the order are.
enum OrderBytes {
    /// In the vault, under this key.
    Kept(SealedId, Vec<u8>),
    /// Their time has come.
    Erased,
    /// They were not asked for.
    NotWanted,
}

/// A document that speaks of the order.
struct Document {
    row: DocumentRow,
    /// Where its bytes are; `None` when they were erased.
    bytes: Option<(SealedId, Vec<u8>)>,
}

/// What `evidence.json` says.
#[derive(Serialize)]
struct Facts {
    asked_for: String,
    made_at: DateTime<Utc>,
    program: &'static str,
    order: OrderFacts,
    /// The card that was asked for; none when it was the whole order.
    card: Option<CardFacts>,
}

#[derive(Serialize)]
struct OrderFacts {
    number: String,
    message_id: String,
    bureau: String,
    product: &'static str,
    test: bool,
    state: &'static str,
    line_count: i64,
    sha256: String,
    size_bytes: Option<i64>,
    signed_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    receipt_at: Option<DateTime<Utc>>,
    resends: i64,
}

#[derive(Serialize)]
struct CardFacts {
    line: i64,
    application: String,
    attempt: i64,
    state: &'static str,
    document_number: Option<String>,
    reason: Option<i64>,
}

#[derive(Serialize)]
struct DocumentRow {
    /// The file of this archive; none when the document was erased.
    file: Option<String>,
    kind: String,
    message_id: Option<String>,
    sha256: String,
    received_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct WordRow {
    line: i64,
    application: String,
    sequence: i64,
    status: &'static str,
    reason: Option<i64>,
    document_number: Option<String>,
    consignment: Option<String>,
    occurred_at: DateTime<Utc>,
    disposition: &'static str,
    /// The file of this archive that says it first.
    document: Option<String>,
}

#[derive(Serialize)]
struct HistoryRow {
    about: String,
    number: String,
    at: DateTime<Utc>,
    from: String,
    event: String,
    to: String,
    actor: String,
    note: Option<String>,
}

#[derive(Serialize)]
struct DeliveryRow {
    message_id: String,
    lane: String,
    seq: i64,
    kind: String,
    attempt: i64,
    outcome: String,
    status: Option<i64>,
    detail: Option<String>,
    started_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
}

impl Evidence {
    /// The number of the order that it proves, or whose card it proves.
    pub fn order_number(&self) -> &str {
        &self.facts.order.number
    }

    /// Whether the signed order goes into the archive.
    pub fn has_order(&self) -> bool {
        matches!(self.order_bytes, OrderBytes::Kept(..))
    }

    /// Writes the archive, in memory that does not grow with the order. Blocks on the file system,
    /// and on the seal's token. After an error the sink holds a part of it, to be thrown away.
    pub fn write<W: Write + Seek>(self, gateway: &Gateway, sink: W) -> anyhow::Result<W> {
        let mut archive = Archive::new(sink);
        let mut readme = Readme::new(&self.facts);
        let mut signers = Signers::new(gateway);
        archive.add("evidence.json", &serde_json::to_vec_pretty(&self.facts)?)?;
        self.write_order(gateway, &mut archive, &mut readme, &mut signers)?;
        for document in &self.documents {
            write_document(
                gateway,
                document,
                &self.facts,
                &mut archive,
                &mut readme,
                &mut signers,
            )?;
        }
        let index: Vec<_> = self.documents.iter().map(|one| &one.row).collect();
        archive.add("documents.jsonl", &lines_of(&index)?)?;
        archive.add("words.jsonl", &lines_of(&self.words)?)?;
        archive.add("history.jsonl", &lines_of(&self.history)?)?;
        archive.add("deliveries.jsonl", &lines_of(&self.deliveries)?)?;
        let seal = signers.seal(gateway, self.facts.made_at)?;
        signers.write(&mut archive)?;
        let text = readme.finish(gateway.seal.algorithm(), &seal, &signers);
        archive.add("README.md", text.as_bytes())?;
        archive.finish(gateway.seal.as_ref())
    }

    fn write_order<W: Write + Seek>(
        &self,
        gateway: &Gateway,
        archive: &mut Archive<W>,
        readme: &mut Readme,
        signers: &mut Signers,
    ) -> anyhow::Result<()> {
        let order = &self.facts.order;
        let shown = self.shown(gateway)?;
        if let Some(shown) = &shown {
            let signer = signers.ours(shown)?;
            if let Some(signature) = &self.signature {
                let value = shown.openssl_value()?;
                let value = value.context("the value of a signature is none")?;
                archive.add("order/signature.xml", signature.as_bytes())?;
                archive.add("order/signed-info.xml", &shown.signed_info)?;
                archive.add("order/signature-value.bin", &value)?;
                readme.signature(shown, &signer);
            }
            if let OrderBytes::Kept(id, key) = &self.order_bytes {
                let mut reader = gateway.vault.reader(*id, key)?;
                archive.copy("order/order.xml", &mut reader)?;
                readme.order(&order.sha256, shown, &signer);
            }
        }
        match self.order_bytes {
            OrderBytes::Kept(..) => {}
            OrderBytes::Erased => readme.order_erased(&order.sha256),
            OrderBytes::NotWanted => readme.order_left_out(&order.sha256),
        }
        Ok(())
    }

    /// The order's signature: as it was kept, or else from the bytes.
    fn shown(&self, gateway: &Gateway) -> anyhow::Result<Option<ShownSignature>> {
        if let Some(signature) = &self.signature {
            return Ok(Some(show_alone(signature)?));
        }
        match &self.order_bytes {
            OrderBytes::Kept(id, key) => Ok(Some(show(gateway.vault.reader(*id, key)?)?)),
            OrderBytes::Erased | OrderBytes::NotWanted => Ok(None),
        }
    }
}

fn write_document<W: Write + Seek>(
    gateway: &Gateway,
    document: &Document,
    facts: &Facts,
    archive: &mut Archive<W>,
    readme: &mut Readme,
    signers: &mut Signers,
) -> anyhow::Result<()> {
    let (Some(file), Some((id, key))) = (&document.row.file, &document.bytes) else {
        readme.document_erased(&document.row);
        return Ok(());
    };
    let bytes = gateway.vault.get(*id, key)?;
    archive.add(file, &bytes)?;
    let shown = show(bytes.as_slice())?;
    let signer = signers.theirs(&shown)?;
    // What a receipt says of the order's bytes, so that one signature leads to the other.
    let digest = format!("<Sha256>{}</Sha256>", facts.order.sha256);
    let names_order = document.row.kind == "receipt"
        && bytes
            .windows(digest.len())
            .any(|part| part == digest.as_bytes());
    let order_sha256 = names_order.then_some(facts.order.sha256.as_str());
    readme.document(&document.row, file, &shown, &signer, order_sha256);
    Ok(())
}

/// One JSON object a line.
fn lines_of<T: Serialize>(rows: &[T]) -> anyhow::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, row)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Reads to the end what is only vouched for at its end.
fn copy_all(
    reader: &mut impl Read,
    mut write: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        write(bytes)?;
    }
}
