//! The identifiers of a document, which must each be the only one of their kind.

use std::collections::HashSet;

use crate::xmldsig::content::Element;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris;

/// Longer identifiers are not kept.
const ID_BYTES_MAX: usize = 128;

/// The identifiers seen so far.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    seen: HashSet<Box<str>>,
}

impl Ids {
    /// Remembers identifiers that no element has yet.
    pub(crate) fn reserve(&mut self, ids: &[&str]) {
        self.seen.extend(ids.iter().map(|id| (*id).into()));
    }

    /// Remembers the identifiers of an element and refuses one that was seen before.
    #[inline]
    pub(crate) fn remember(&mut self, element: &Element<'_>, limits: &Limits) -> Result<(), Flaw> {
        for attribute in element.attributes() {
            let identifies = match attribute.namespace {
                "" => matches!(attribute.local_name, "Id" | "ID" | "id"),
                uris::XML => attribute.local_name == "id",
                _ => false,
            };
            if !identifies {
                continue;
            }
            if attribute.value.len() > ID_BYTES_MAX || self.seen.len() >= limits.ids {
                return Err(Flaw::new(
                    RefusalCode::IdLimit,
                    "too many identifiers, or one too long",
                ));
            }
            if !self.seen.insert(attribute.value.into()) {
                return Err(Flaw::new(
                    RefusalCode::IdRepeated,
                    "an identifier that stands twice",
                ));
            }
        }
        Ok(())
    }
}
