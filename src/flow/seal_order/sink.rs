//! Where an order goes while it is written: into the vault signed and, where the bureau takes it so,
//! encrypted beside it, in the same pass. What is sent, and sent again, are bytes that were written
//! once.

use std::io::{self, Write};

use anyhow::Context;

use crate::bureau::encrypted_order::encrypt_order;
use crate::bureau::order::OrderHeader;
use crate::domain::id::SealedId;
use crate::store::order_originals::Original;
use crate::store::sealed::{NewSealed, SealedKind};
use crate::vault::{SealWriter, Sealed, Vault};
use crate::xmldsig::sign::SignedDocument;
use crate::xmlenc::{EnvelopeWriter, Recipient};

/// An order that lies in the vault, durably.
pub(super) struct WrittenOrder {
    /// What the rows of sealed contents must keep.
    pub(super) blobs: Vec<NewSealed>,
    /// What is to be sent.
    pub(super) sent: Original,
    /// The signed order, where it is not what is sent.
    pub(super) original: Option<Original>,
    /// The signature.
    pub(super) signature: String,
}

/// The sink of one order.
pub(super) struct OrderSink {
    signed: (SealedId, SealWriter),
    encrypted: Option<(SealedId, EnvelopeWriter<SealWriter>)>,
}

impl OrderSink {
    /// Opens the blob of the signed order and, for a receiver, that of the encrypted one.
    pub(super) fn open(
        vault: &Vault,
        signed: SealedId,
        header: &OrderHeader,
        encrypted: Option<(SealedId, &Recipient)>,
    ) -> anyhow::Result<Self> {
        let encrypted = match encrypted {
            None => None,
            Some((id, recipient)) => {
                let blob = vault.writer(id)?;
                let writer = encrypt_order(blob, header, recipient)?;
                Some((id, writer))
            }
        };
        Ok(Self {
            signed: (signed, vault.writer(signed)?),
            encrypted,
        })
    }

    /// Makes both durable.
    pub(super) fn finish(self, document: SignedDocument) -> anyhow::Result<WrittenOrder> {
        let (id, writer) = self.signed;
        let mut blobs = vec![blob(id, writer.finish()?)];
        let signed = original(id, &document.sha256, document.size_bytes)?;
        let (sent, original) = match self.encrypted {
            None => (signed, None),
            Some((id, writer)) => {
                let (writer, file) = writer.finish()?;
                blobs.push(blob(id, writer.finish()?));
                let sent = original(id, &file.sha256, file.size_bytes)?;
                (sent, Some(signed))
            }
        };
        Ok(WrittenOrder {
            blobs,
            sent,
            original,
            signature: document.signature,
        })
    }
}

impl Write for OrderSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.signed.1.write(bytes)?;
        if let Some((_, encrypted)) = &mut self.encrypted {
            encrypted.write_all(bytes.get(..count).unwrap_or_default())?;
        }
        Ok(count)
    }

    /// Does nothing: content is sealed chunk by chunk, and durable only when finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn original(sealed: SealedId, sha256: &[u8; 32], size_bytes: u64) -> anyhow::Result<Original> {
    Ok(Original {
        sealed,
        sha256: sha256.to_vec(),
        size_bytes: i64::try_from(size_bytes).context("an order out of range")?,
    })
}

fn blob(id: SealedId, sealed: Sealed) -> NewSealed {
    NewSealed {
        id,
        kind: SealedKind::Order,
        wrapped_key: sealed.wrapped_key,
        size_bytes: sealed.size_bytes,
        sha256: sealed.sha256.to_vec(),
        erase_at: None,
    }
}
