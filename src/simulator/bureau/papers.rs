//! What the bureau writes and signs, rightly and as a stranger would.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::extension::KeyUsage;
use openssl::x509::{X509, X509NameBuilder};

use crate::bureau::acknowledgement::{Acknowledgement, write_acknowledgement};
use crate::bureau::order::OrderHeader;
use crate::bureau::receipt::{Outcome, Receipt, ReceiptReason, write_receipt};
use crate::bureau::writer::DocumentError;
use crate::random::Random;
use crate::simulator::bureau::floor::Said;
use crate::xmldsig::key::{PemKey, SigningError, SigningKey};

/// The bureau's seal, a stranger's, and what stands in every header.
pub(super) struct Papers {
    pub(super) bureau: String,
    pub(super) test: bool,
    pub(super) random: Random,
    pub(super) seal: PemKey,
    pub(super) stranger: PemKey,
}

/// The file that a receipt speaks of.
pub(super) struct Received<'a> {
    pub(super) number: &'a str,
    pub(super) sha256: [u8; 32],
    /// What the order says of itself, where it could be read.
    pub(super) header: Option<&'a OrderHeader>,
}

impl Papers {
    /// A receipt: positive, or refusing the file for `fault`.
    pub(super) fn receipt(
        &self,
        order: &Received<'_>,
        fault: Option<(u16, &str)>,
        now: DateTime<Utc>,
    ) -> Result<Bytes, DocumentError> {
        let receipt = Receipt {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            order_number: order.number.to_owned(),
            order_sha256: order.sha256,
            in_reply_to: order.header.map(|header| header.message_id),
            line_count: order.header.map(|header| header.line_count),
            outcome: outcome_of(fault),
        };
        let (bytes, _) = write_receipt(Vec::new(), &self.seal, &receipt, now)?;
        Ok(bytes.into())
    }

    /// An acknowledgement that tells what was said.
    pub(super) fn acknowledgement(&self, said: Said, now: DateTime<Utc>) -> Acknowledgement {
        Acknowledgement {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            entries: said.entries,
            shipments: said.shipments,
        }
    }

    pub(super) fn sealed(&self, document: &Acknowledgement) -> Result<Bytes, DocumentError> {
        signed(document, &self.seal)
    }

    pub(super) fn signed_by_stranger(
        &self,
        document: &Acknowledgement,
    ) -> Result<Bytes, DocumentError> {
        signed(document, &self.stranger)
    }

    /// The first word of a document alone, about an order that nobody sent.
    pub(super) fn about_unknown_order(&self, document: &Acknowledgement) -> Acknowledgement {
        self.first_word(document, |entry| {
            "NOBODYS-ORDER".clone_into(&mut entry.order_number);
        })
    }

    /// The first word of a document alone, said to have happened a second later.
    pub(super) fn contradicting(&self, document: &Acknowledgement) -> Acknowledgement {
        self.first_word(document, |entry| {
            entry.occurred_at += TimeDelta::seconds(1);
        })
    }

    /// A document with the other environment's flag.
    pub(super) fn of_other_environment(&self, document: &Acknowledgement) -> Acknowledgement {
        Acknowledgement {
            message_id: self.random.uuid(document.created_at),
            test: !document.test,
            ..document.clone()
        }
    }

    fn first_word(
        &self,
        document: &Acknowledgement,
        change: impl Fn(&mut crate::bureau::acknowledgement::Entry),
    ) -> Acknowledgement {
        let mut entries: Vec<_> = document.entries.iter().take(1).cloned().collect();
        entries.iter_mut().for_each(change);
        Acknowledgement {
            message_id: self.random.uuid(document.created_at),
            entries,
            shipments: Vec::new(),
            ..document.clone()
        }
    }
}

fn signed(document: &Acknowledgement, key: &dyn SigningKey) -> Result<Bytes, DocumentError> {
    let (bytes, _) = write_acknowledgement(Vec::new(), key, document, document.created_at)?;
    Ok(bytes.into())
}

/// Whether a file is taken, or refused for a fault.
pub(super) fn outcome_of(fault: Option<(u16, &str)>) -> Outcome {
    match fault {
        None => Outcome::Ok,
        Some((code, text)) => Outcome::Rejected(vec![ReceiptReason {
            code,
            text: plain(text),
        }]),
    }
}

/// A text as reasons have it: at most 200 characters, printable, spaced singly.
pub(super) fn plain(text: &str) -> String {
    let printable = |c: char| if c.is_ascii_graphic() { c } else { ' ' };
    let text: String = text.chars().map(printable).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .take(200)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// A key that nobody vouches for, with a certificate that says it is the bureau's.
pub(super) fn stranger(now: DateTime<Utc>) -> Result<PemKey, StrangerError> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, "bureau-seal")?;
    let name = name.build();
    let mut builder = X509::builder()?;
    builder.set_version(2)?; // X.509 counts from zero: version 3.
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(&key)?;
    let year = TimeDelta::days(365);
    builder.set_not_before(&*Asn1Time::from_unix((now - year).timestamp())?)?;
    builder.set_not_after(&*Asn1Time::from_unix((now + year).timestamp())?)?;
    let usage = KeyUsage::new().critical().digital_signature().build()?;
    builder.append_extension(usage)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok(PemKey::new(key, vec![builder.build()])?)
}

/// Why a stranger's key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StrangerError {
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[from] ErrorStack),
    /// The key does not serve.
    #[error("the key does not serve")]
    Key(#[from] SigningError),
}
