//! One pass over a document: what is hashed, what is kept aside, what is shown.

use std::io::BufRead;

use crate::xmldsig::canonical::Canonicalizer;
use crate::xmldsig::characters::is_blank;
use crate::xmldsig::content::{ContentFault, ContentReader, Element};
use crate::xmldsig::diverted::{Diverted, WholeSignature};
use crate::xmldsig::document_hash::CanonicalHash;
use crate::xmldsig::event::{Event, Kind, Writing};
use crate::xmldsig::ids::Ids;
use crate::xmldsig::refusal::{Flaw, Position, RefusalCode};
use crate::xmldsig::strict::{StrictError, StrictReader};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::{uris, xades};

/// Where in the document the pass is.
enum Place {
    /// Before the signature.
    Content,
    /// In the signature.
    Signature(Box<Diverted>),
    /// After the signature, where only white space and the end of the root may follow.
    After(Box<WholeSignature>),
}

/// What one pass has found; none of it is verified.
pub(crate) struct Passed {
    pub(crate) signature: Box<WholeSignature>,
    /// Of the canonical document without its signature.
    pub(crate) document_digest: [u8; 32],
    /// What the reader of the content did not accept, and where.
    pub(crate) fault: Option<(ContentFault, Position)>,
}

/// One pass over a document.
pub(crate) struct Pass<'p, C> {
    limits: &'p Limits,
    content: &'p mut C,
    /// The first fault of the content, held back until the signature is known to be good.
    fault: Option<(ContentFault, Position)>,
    place: Place,
    is_before_signing: bool,
    depth: usize,
    ids: Ids,
    canonicalizer: Canonicalizer,
    canonical: Vec<u8>,
    /// `None` while the canonical form is, byte by byte, the file: then one hash serves both.
    document: Option<CanonicalHash>,
}

impl<'p, C: ContentReader> Pass<'p, C> {
    pub(crate) fn new(limits: &'p Limits, content: &'p mut C) -> Self {
        Self {
            limits,
            content,
            fault: None,
            place: Place::Content,
            is_before_signing: false,
            depth: 0,
            ids: Ids::default(),
            canonicalizer: Canonicalizer::default(),
            canonical: Vec::new(),
            document: None,
        }
    }

    /// A pass over a document that is about to be signed: it may have neither a signature nor an
    /// identifier that the signature will have.
    pub(crate) fn before_signing(limits: &'p Limits, content: &'p mut C) -> Self {
        let mut pass = Self::new(limits, content);
        pass.is_before_signing = true;
        pass.ids.reserve(&xades::IDS);
        pass
    }

    /// How many elements are open, the signature's not counted.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Takes the next event; tells whether it was the last.
    pub(crate) fn step<R: BufRead>(
        &mut self,
        reader: &mut StrictReader<'_, R>,
    ) -> Result<bool, StrictError> {
        let taken = reader.next(|event| {
            if matches!(event.kind, Kind::EndOfDocument) {
                return Ok(None);
            }
            let taken = self.take(event);
            taken.map(Some).map_err(|flaw| flaw.at(event.position))
        })?;
        let Some(same_as_file) = taken? else {
            return Ok(true);
        };
        if self.document.is_none() && !same_as_file {
            let before = reader.input().hash_before_event();
            let mut document = CanonicalHash::after(before.map_err(StrictError::Read)?);
            document.update(&self.canonical);
            self.document = Some(document);
        }
        Ok(false)
    }

    /// Gives what the pass has found; nothing when there was no signature.
    pub(crate) fn finish(self) -> Option<Passed> {
        let (Place::After(signature), Some(document)) = (self.place, self.document) else {
            return None;
        };
        Some(Passed {
            signature,
            document_digest: document.finish(),
            fault: self.fault,
        })
    }

    /// Gives the digest of the canonical form of a document without signature; `file` is the digest
    /// of its bytes.
    pub(crate) fn finish_unsigned(self, file: [u8; 32]) -> [u8; 32] {
        self.document.map_or(file, CanonicalHash::finish)
    }

    /// Takes one event; tells whether its canonical form is what stands in the file.
    fn take(&mut self, event: &Event<'_>) -> Result<bool, Flaw> {
        refuse_unsigned_markup(event)?;
        self.canonical.clear();
        if let Kind::Start(element) = event.kind {
            self.refuse_if_signed(&element)?;
            self.ids.remember(&element, self.limits)?;
            self.enter(&element)?;
        }
        if let Place::Signature(signature) = &mut self.place {
            if let Some(whole) = signature.push(event)? {
                self.place = Place::After(Box::new(whole));
            }
            return Ok(false);
        }
        self.require_nothing_after(event)?;
        let same_as_file = self.hash(event);
        self.show(event);
        Ok(same_as_file)
    }

    /// Before signing, refuses a signature that is there already.
    fn refuse_if_signed(&self, element: &Element<'_>) -> Result<(), Flaw> {
        let is_signature = element.namespace() == uris::DS && element.local_name() == "Signature";
        if self.is_before_signing && is_signature {
            return Err(Flaw::new(RefusalCode::SignatureRepeated, "signed already"));
        }
        Ok(())
    }

    /// Decides what the start of an element means for where we are.
    fn enter(&mut self, element: &Element<'_>) -> Result<(), Flaw> {
        // The namespace of a bare one is that of its parent, which was looked at.
        let is_known = element.is_bare && matches!(self.place, Place::Content);
        if is_known || matches!(self.place, Place::Signature(_)) {
            return Ok(());
        }
        let namespace = element.namespace();
        if namespace != uris::DS && namespace != uris::XADES {
            return Ok(());
        }
        let is_signature =
            namespace == uris::DS && element.local_name() == "Signature" && self.depth == 1;
        match self.place {
            Place::Content if is_signature => {
                let diverted = Diverted::new(self.limits.signature_bytes);
                self.place = Place::Signature(Box::new(diverted));
                Ok(())
            }
            Place::After(_) if is_signature => Err(Flaw::new(
                RefusalCode::SignatureRepeated,
                "a second signature",
            )),
            Place::Content | Place::Signature(_) | Place::After(_) => Err(Flaw::new(
                RefusalCode::SignatureMisplaced,
                "a part of a signature elsewhere than in the signature of the root",
            )),
        }
    }

    fn require_nothing_after(&self, event: &Event<'_>) -> Result<(), Flaw> {
        let follows = match event.kind {
            Kind::Start(_) | Kind::Base64(_) => true,
            Kind::Text { text, .. } => !is_blank(text),
            Kind::End(_)
            | Kind::Instruction { .. }
            | Kind::Comment(_)
            | Kind::Outside
            | Kind::EndOfDocument => false,
        };
        if follows && matches!(self.place, Place::After(_)) {
            return Err(Flaw::new(
                RefusalCode::ContentAfterSignature,
                "content that follows the signature",
            ));
        }
        Ok(())
    }

    /// Adds the canonical form of an event to the hash of the document; tells whether it is what
    /// stands in the file.
    fn hash(&mut self, event: &Event<'_>) -> bool {
        if self.canonicalizer.keeps(event) {
            if let Some(document) = &mut self.document {
                document.update(event.raw);
            }
            return true;
        }
        self.canonicalizer.push(event, &mut self.canonical);
        if let Some(document) = &mut self.document {
            document.update(&self.canonical);
            return false;
        }
        self.canonical == event.raw && !matches!(event.kind, Kind::Outside)
    }

    /// Shows an event to the reader of the content.
    fn show(&mut self, event: &Event<'_>) {
        match event.kind {
            Kind::Start(_) => self.depth += 1,
            Kind::End(_) => self.depth = self.depth.saturating_sub(1),
            Kind::Text { .. }
            | Kind::Base64(_)
            | Kind::Instruction { .. }
            | Kind::Comment(_)
            | Kind::Outside
            | Kind::EndOfDocument => {}
        }
        if self.fault.is_some() {
            return;
        }
        let shown = match event.kind {
            Kind::Start(element) => self.content.start(&element),
            Kind::End(tag) => self.content.end(tag.namespace, tag.local_name),
            Kind::Base64(text) => self.content.base64(text),
            Kind::Text { text, .. } => self.content.text(text),
            Kind::Instruction { .. } | Kind::Comment(_) | Kind::Outside | Kind::EndOfDocument => {
                Ok(())
            }
        };
        if let Err(fault) = shown {
            self.fault = Some((fault, event.position));
        }
    }
}

/// Comments are not hashed; instructions and CDATA have no use here: all three serve to show one
/// text to the verifier and another to a reader.
fn refuse_unsigned_markup(event: &Event<'_>) -> Result<(), Flaw> {
    let flaw = match event.kind {
        Kind::Comment(_) => Flaw::new(RefusalCode::CommentForbidden, "a comment"),
        Kind::Instruction { .. } => Flaw::new(
            RefusalCode::InstructionForbidden,
            "a processing instruction",
        ),
        Kind::Text {
            writing: Writing::Cdata,
            ..
        } => Flaw::new(RefusalCode::CdataForbidden, "a CDATA section"),
        Kind::Text { .. }
        | Kind::Base64(_)
        | Kind::Start(_)
        | Kind::End(_)
        | Kind::Outside
        | Kind::EndOfDocument => {
            return Ok(());
        }
    };
    Err(flaw)
}
