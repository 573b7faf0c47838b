//! The signed documents about the record: where it stood at the end of a day, and what was taken out.

use std::io;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use openssl::x509::X509;

use crate::domain::hex::hex;
use crate::gateway::Gateway;
use crate::xmldsig::content::{ContentFault, ContentReader, Element};
use crate::xmldsig::sign::SignedWriter;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::verify;

/// The namespace of these documents.
pub(super) const NAMESPACE: &str = "urn:ro:cei:audit:1";

/// What is signed about a day.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Said {
    pub(super) day: String,
    pub(super) seq: String,
    pub(super) hash: String,
}

impl Said {
    pub(super) fn new(day: NaiveDate, seq: i64, hash: &[u8]) -> Self {
        Self {
            day: day.to_string(),
            seq: seq.to_string(),
            hash: hex(hash),
        }
    }
}

/// Signs where the record stood at the end of a day.
pub(super) fn sign_head(
    gateway: &Gateway,
    said: &Said,
    at: DateTime<Utc>,
) -> anyhow::Result<Vec<u8>> {
    let fields = [
        ("Day", &said.day),
        ("Record", &said.seq),
        ("Hash", &said.hash),
    ];
    sign(gateway, "AuditHead", &fields, at)
}

/// Signs a document of a root with some texts in it.
pub(super) fn sign(
    gateway: &Gateway,
    root: &str,
    fields: &[(&str, &String)],
    at: DateTime<Utc>,
) -> anyhow::Result<Vec<u8>> {
    let mut writer = SignedWriter::new(Vec::new(), gateway.seal.as_ref(), root, NAMESPACE, &[])?;
    for (name, text) in fields {
        writer.newline()?;
        writer.element(name, &[], text)?;
    }
    let (document, _written) = writer.finish(at, "application/xml").context("signing")?;
    Ok(document)
}

/// Reads a signed head: what it says, if the signature holds and is that of somebody whom `anchors`
/// vouch for.
pub(super) fn read_head(document: &[u8], anchors: &[X509], at: DateTime<Utc>) -> Option<Said> {
    let mut policy = TrustPolicy::new(anchors.to_vec(), NAMESPACE, at);
    policy.allow_rsa_pkcs1 = true;
    let mut reader = HeadReader::default();
    verify(io::Cursor::new(document), &policy, &mut reader).ok()?;
    Some(reader.said)
}

/// Whose signatures count as ours: the authority above the seal, or the seal's own certificate.
pub(super) fn own_anchors(gateway: &Gateway) -> Vec<X509> {
    gateway
        .seal
        .certificates()
        .last()
        .cloned()
        .into_iter()
        .collect()
}

/// An instant as documents write it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Reads the texts of a head.
#[derive(Default)]
struct HeadReader {
    said: Said,
    open: String,
}

impl ContentReader for HeadReader {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        element.local_name().clone_into(&mut self.open);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ContentFault> {
        let field = match self.open.as_str() {
            "Day" => &mut self.said.day,
            "Record" => &mut self.said.seq,
            "Hash" => &mut self.said.hash,
            _ => return Ok(()),
        };
        field.push_str(text);
        Ok(())
    }

    fn end(&mut self, _namespace: &str, _local_name: &str) -> Result<(), ContentFault> {
        self.open.clear();
        Ok(())
    }
}
