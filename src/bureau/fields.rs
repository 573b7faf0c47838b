//! The values of one record (a child of the root), with the names of the elements they stood in.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::bureau::refusal::ContentCode;
use crate::bureau::{form, value};
use crate::xmldsig::content::ContentFault;

/// One value.
#[derive(Clone, Copy)]
pub(crate) struct Field<'f> {
    pub(crate) text: &'f str,
    /// The values of its attributes, in the order of its shape.
    pub(crate) attributes: &'f [String],
    /// How many bytes a base64 text stood for; the text itself is not kept.
    pub(crate) base64_of_bytes: usize,
}

#[derive(Clone)]
struct Kept {
    parent: &'static str,
    name: &'static str,
    text_start: usize,
    text_end: usize,
    attributes: Vec<String>,
    base64_of_bytes: usize,
}

/// The values of one record, in the order of the document. The reader has checked their types.
#[derive(Default)]
pub(crate) struct Fields {
    /// The texts of all, one after another, so that a value costs no allocation.
    texts: String,
    kept: Vec<Kept>,
}

impl Fields {
    /// Adds a value of the element `name` in `parent`, and takes the values of its attributes.
    pub(crate) fn push(
        &mut self,
        parent: &'static str,
        name: &'static str,
        text: &str,
        attributes: &mut Vec<String>,
    ) {
        let text_start = self.texts.len();
        self.texts.push_str(text);
        self.kept.push(Kept {
            parent,
            name,
            text_start,
            text_end: self.texts.len(),
            attributes: std::mem::take(attributes),
            base64_of_bytes: 0,
        });
    }

    /// Adds a value that is base64 of so many bytes, which are not kept.
    pub(crate) fn push_base64(
        &mut self,
        parent: &'static str,
        name: &'static str,
        bytes: usize,
        attributes: &mut Vec<String>,
    ) {
        self.push(parent, name, "", attributes);
        if let Some(kept) = self.kept.last_mut() {
            kept.base64_of_bytes = bytes;
        }
    }

    /// Adds the values of another record.
    pub(crate) fn append(&mut self, other: &Self) {
        let shift = self.texts.len();
        self.texts.push_str(&other.texts);
        self.kept.extend(other.kept.iter().map(|kept| Kept {
            text_start: kept.text_start + shift,
            text_end: kept.text_end + shift,
            ..kept.clone()
        }));
    }

    /// Forgets all values.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.kept.clear();
    }

    /// Every value of the elements `name` directly within `parent`.
    pub(crate) fn all(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> impl Iterator<Item = Field<'_>> {
        self.kept
            .iter()
            .filter(move |kept| kept.name == name && kept.parent == parent)
            .map(|kept| self.read_kept(kept))
    }

    fn read_kept<'f>(&'f self, kept: &'f Kept) -> Field<'f> {
        let text = self.texts.get(kept.text_start..kept.text_end);
        Field {
            text: text.unwrap_or_default(),
            attributes: &kept.attributes,
            base64_of_bytes: kept.base64_of_bytes,
        }
    }

    /// The value of an element that may be left out.
    pub(crate) fn find(&self, parent: &'static str, name: &'static str) -> Option<&str> {
        self.all(parent, name).next().map(|field| field.text)
    }

    /// The value of an element that must be there.
    pub(crate) fn text(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> Result<&str, ContentFault> {
        self.find(parent, name).ok_or_else(|| {
            ContentCode::ElementMissing.fault(format!("{name} is missing in {parent}"))
        })
    }

    /// A value in the type that `read` gives it.
    pub(crate) fn read<T>(
        &self,
        parent: &'static str,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ContentFault> {
        read(self.text(parent, name)?).ok_or_else(|| unreadable(parent, name))
    }

    /// The same of an element that may be left out.
    pub(crate) fn read_optional<T>(
        &self,
        parent: &'static str,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ContentFault> {
        self.find(parent, name)
            .map(|text| read(text).ok_or_else(|| unreadable(parent, name)))
            .transpose()
    }

    /// A whole number.
    pub(crate) fn number<T: TryFrom<u64>>(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> Result<T, ContentFault> {
        self.read(parent, name, form::number_as)
    }

    /// An instant.
    pub(crate) fn instant(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> Result<DateTime<Utc>, ContentFault> {
        self.read(parent, name, form::instant)
    }

    /// A day.
    pub(crate) fn day(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> Result<NaiveDate, ContentFault> {
        self.read(parent, name, form::day)
    }

    /// The identifier of a message.
    pub(crate) fn uuid(
        &self,
        parent: &'static str,
        name: &'static str,
    ) -> Result<Uuid, ContentFault> {
        self.read(parent, name, |text| text.parse().ok())
    }

    /// Whether the document is of the test environment.
    pub(crate) fn is_test(&self, parent: &'static str) -> Result<bool, ContentFault> {
        Ok(self.text(parent, "Environment")? == value::TEST)
    }
}

/// The types of the shapes accept only what can be read, so nobody should meet this.
pub(crate) fn unreadable(parent: &str, name: &str) -> ContentFault {
    ContentCode::ValueForbidden.fault(format!("{name} in {parent} cannot be read"))
}
