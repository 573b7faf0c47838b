//! Documents that are gathered from their records and believed only afterwards.

use std::io::BufRead;

use crate::bureau::fields::Fields;
use crate::bureau::header::HEADER;
use crate::bureau::reader::{DocumentKind, RecordReader, read_document, require_kind};
use crate::bureau::refusal::{ReadError, incomplete};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;

/// One kind of document, as its reader gathers it.
pub(crate) trait Document: Sized {
    /// The records that may stand many times, read one by one so that their texts are not kept.
    type Parts: Default;

    /// Its root and namespace.
    fn kind() -> &'static DocumentKind;

    /// Takes a record that may stand many times; `false` for the others, which are kept as text.
    fn take(
        _parts: &mut Self::Parts,
        _name: &'static str,
        _fields: &Fields,
    ) -> Result<bool, ContentFault> {
        Ok(false)
    }

    /// Puts the document together, and requires that it does not contradict itself.
    fn gather(head: &Fields, parts: Self::Parts) -> Result<Self, ContentFault>;
}

/// Verifies and reads a document of one kind.
pub(crate) fn read_one<D: Document>(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<D, ReadError> {
    let mut records = Records::<D>::default();
    read_document(source, policy, &mut records)?;
    records.document()
}

/// What was gathered while a document was read; believed only afterwards.
pub(crate) struct Records<D: Document> {
    head: Fields,
    parts: D::Parts,
    document: Option<D>,
}

impl<D: Document> Default for Records<D> {
    fn default() -> Self {
        Self {
            head: Fields::default(),
            parts: D::Parts::default(),
            document: None,
        }
    }
}

impl<D: Document> Records<D> {
    /// The document, once it is verified.
    pub(crate) fn document(self) -> Result<D, ReadError> {
        self.document.ok_or_else(|| incomplete(HEADER))
    }
}

impl<D: Document> RecordReader for Records<D> {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        require_kind(D::kind(), namespace, root)
    }

    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
        if !D::take(&mut self.parts, name, fields)? {
            self.head.append(fields);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        let parts = std::mem::take(&mut self.parts);
        self.document = Some(D::gather(&self.head, parts)?);
        Ok(())
    }
}
