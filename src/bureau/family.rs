//! A reader for documents of several kinds, which learns the kind from the document.

use std::io::BufRead;

use crate::bureau::document::{Document, Records};
use crate::bureau::fields::Fields;
use crate::bureau::header::HEADER;
use crate::bureau::reader::{DocumentKind, RecordReader, read_document, require_kind};
use crate::bureau::refusal::{ContentCode, ReadError, incomplete};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::Verified;

/// One kind among several that may arrive.
pub(crate) struct Member<M> {
    kind: fn() -> &'static DocumentKind,
    begin: fn() -> Box<dyn Pending<M>>,
}

impl<M> Member<M> {
    /// The kind of the documents `D`.
    pub(crate) const fn of<D: Document + Into<M> + 'static>() -> Self {
        Self {
            kind: D::kind,
            begin: || Box::new(Records::<D>::default()),
        }
    }
}

/// A document that is being gathered, of whichever kind.
trait Pending<M>: RecordReader {
    fn conclude(self: Box<Self>) -> Result<M, ReadError>;
}

impl<M, D: Document + Into<M>> Pending<M> for Records<D> {
    fn conclude(self: Box<Self>) -> Result<M, ReadError> {
        self.document().map(Into::into)
    }
}

/// Verifies and reads a document of one of the kinds, and tells who signed it.
pub(crate) fn read_member<M: 'static>(
    members: &'static [Member<M>],
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<(M, Verified), ReadError> {
    let mut records = FamilyRecords {
        members,
        pending: None,
    };
    let verified = read_document(source, policy, &mut records)?;
    let pending = records.pending.ok_or_else(|| incomplete(HEADER))?;
    Ok((pending.conclude()?, verified))
}

struct FamilyRecords<M: 'static> {
    members: &'static [Member<M>],
    pending: Option<Box<dyn Pending<M>>>,
}

impl<M> RecordReader for FamilyRecords<M> {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        // A root of no member is held against the first one, which refuses it.
        let member = self
            .members
            .iter()
            .find(|member| (member.kind)().root.name == root)
            .or_else(|| self.members.first());
        let Some(member) = member else {
            return Err(ContentCode::DocumentUnexpected.fault("no document is expected here"));
        };
        self.pending = Some((member.begin)());
        require_kind((member.kind)(), namespace, root)
    }

    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
        match &mut self.pending {
            Some(pending) => pending.record(name, fields),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        match &mut self.pending {
            Some(pending) => pending.finish(),
            None => Ok(()),
        }
    }
}
