//! The bounded, strict reader of all documents: holds what arrives against the shape and gives
//! whole records on.

use std::io::BufRead;

use crate::bureau::fields::Fields;
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Content, Particle, Shape};
use crate::bureau::value::ValueType;
use crate::xmldsig::base64_text::Base64Text;
use crate::xmldsig::content::{ContentFault, ContentReader, Element};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::{Verified, verify};

/// A kind of document: its root and the namespace that carries its version.
pub(crate) struct DocumentKind {
    pub(crate) namespace: &'static str,
    pub(crate) root: &'static Shape,
}

/// Takes the records of a document: the children of its root, each with its values.
pub(crate) trait RecordReader {
    /// Chooses the kind by the root of the document.
    fn begin(&mut self, namespace: &str, root: &str)
    -> Result<&'static DocumentKind, ContentFault>;

    /// A record is whole, and each value is of its type.
    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault>;

    /// The last record was given: counts and totals can be compared.
    fn finish(&mut self) -> Result<(), ContentFault>;
}

/// Verifies a document and gives its records to `records`, which may be believed only when this
/// returns `Ok`.
pub(crate) fn read_document(
    source: impl BufRead,
    policy: &TrustPolicy,
    records: &mut impl RecordReader,
) -> Result<Verified, ReadError> {
    let mut reader = ShapedReader {
        records,
        kind: None,
        open: Vec::new(),
        fields: Fields::default(),
        text: String::new(),
        base64: Base64Text::default(),
        attributes: Vec::new(),
    };
    Ok(verify(source, policy, &mut reader)?)
}

/// Requires that the root is of `kind`.
pub(crate) fn require_kind(
    kind: &'static DocumentKind,
    namespace: &str,
    root: &str,
) -> Result<&'static DocumentKind, ContentFault> {
    if namespace == kind.namespace && root == kind.root.name {
        return Ok(kind);
    }
    let same_family = family(namespace) == family(kind.namespace);
    Err(if same_family && namespace != kind.namespace {
        ContentCode::VersionUnknown.fault(format!("not of version {}", kind.namespace))
    } else {
        ContentCode::DocumentUnexpected.fault(format!("not a document {}", kind.namespace))
    })
}

/// A namespace without its version.
fn family(namespace: &str) -> &str {
    namespace
        .rsplit_once(':')
        .map_or(namespace, |(family, _)| family)
}

/// An element that is open, and which of its children come next.
struct Open {
    shape: &'static Shape,
    particle: usize,
    seen: u32,
}

struct ShapedReader<'r, R> {
    records: &'r mut R,
    kind: Option<&'static DocumentKind>,
    open: Vec<Open>,
    fields: Fields,
    text: String,
    /// Instead of the text, where that is base64.
    base64: Base64Text,
    attributes: Vec<String>,
}

impl<R: RecordReader> ContentReader for ShapedReader<'_, R> {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        let shape = self.shape_of(element)?;
        read_attributes(shape, element, &mut self.attributes)?;
        self.text.clear();
        self.base64 = Base64Text::default();
        self.open.push(Open {
            shape,
            particle: 0,
            seen: 0,
        });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ContentFault> {
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        let name = open.shape.name;
        match open.shape.content {
            Content::Text(value) if value.is_base64() => {
                self.base64.push(text.as_bytes());
                require_short(name, value, self.base64.text_bytes())
            }
            Content::Text(value) => {
                require_short(name, value, self.text.len() + text.len())?;
                self.text.push_str(text);
                Ok(())
            }
            Content::Children(_) if text.bytes().all(|byte| b" \t\n".contains(&byte)) => Ok(()),
            Content::Children(_) => {
                Err(ContentCode::TextUnexpected
                    .fault(format!("text between the elements of {name}")))
            }
        }
    }

    fn base64(&mut self, text: &[u8]) -> Result<(), ContentFault> {
        match self.open.last().map(|open| open.shape) {
            Some(Shape {
                name,
                content: Content::Text(value),
                ..
            }) if value.is_base64() => {
                self.base64.push_digits(text);
                require_short(name, value, self.base64.text_bytes())
            }
            _ => str::from_utf8(text).map_or(Ok(()), |text| self.text(text)),
        }
    }

    fn end(&mut self, _namespace: &str, _local_name: &str) -> Result<(), ContentFault> {
        let Some(closed) = self.open.pop() else {
            return Ok(());
        };
        match closed.shape.content {
            Content::Text(value) => self.keep_value(closed.shape, value)?,
            Content::Children(children) => closed.require_rest(children)?,
        }
        match self.open.len() {
            0 => self.records.finish(),
            1 => {
                let taken = self.records.record(closed.shape.name, &self.fields);
                self.fields.clear();
                taken
            }
            _ => Ok(()),
        }
    }
}

impl<R: RecordReader> ShapedReader<'_, R> {
    /// Finds what the element must be, by the root's kind and by what came before it.
    fn shape_of(&mut self, element: &Element<'_>) -> Result<&'static Shape, ContentFault> {
        let (namespace, name) = (element.namespace(), element.local_name());
        if let (Some(kind), Some(open)) = (self.kind, self.open.last_mut()) {
            return if namespace == kind.namespace {
                open.next(name)
            } else {
                Err(unexpected_in(open.shape))
            };
        }
        let kind = self.records.begin(namespace, name)?;
        self.kind = Some(kind);
        Ok(kind.root)
    }

    fn keep_value(&mut self, shape: &Shape, value: &ValueType) -> Result<(), ContentFault> {
        let parent = self.open.last().map_or("", |open| open.shape.name);
        if value.is_base64() {
            let bytes = self.base64.decoded_bytes();
            let accepted = bytes.filter(|bytes| value.accepts_base64_of(*bytes));
            let bytes = accepted.ok_or_else(|| forbidden(shape.name, value.expected))?;
            self.fields
                .push_base64(parent, shape.name, bytes, &mut self.attributes);
        } else {
            require_value(shape.name, value, &self.text)?;
            self.fields
                .push(parent, shape.name, &self.text, &mut self.attributes);
        }
        Ok(())
    }
}

impl Open {
    /// Finds the child that begins now, or what is wrong with its standing here.
    fn next(&mut self, name: &str) -> Result<&'static Shape, ContentFault> {
        let Content::Children(children) = self.shape.content else {
            return Err(unexpected_in(self.shape));
        };
        let possible = children.get(self.particle..).unwrap_or_default();
        let Some(ahead) = possible.iter().position(|child| child.shape.name == name) else {
            return Err(unexpected_in(self.shape));
        };
        if ahead > 0 {
            self.require_seen(possible.iter().take(ahead))?;
            self.particle += ahead;
            self.seen = 0;
        }
        let particle = possible
            .get(ahead)
            .ok_or_else(|| unexpected_in(self.shape))?;
        if self.seen == particle.most {
            return Err(one_too_many(self.shape, particle));
        }
        self.seen += 1;
        Ok(particle.shape)
    }

    /// Requires that no child is missing when the element ends.
    fn require_rest(&self, children: &'static [Particle]) -> Result<(), ContentFault> {
        self.require_seen(children.get(self.particle..).unwrap_or_default().iter())
    }

    /// Requires that children are left behind only when they stood often enough; the first of
    /// them is the one that was read last.
    fn require_seen<'p>(
        &self,
        left_behind: impl Iterator<Item = &'p Particle>,
    ) -> Result<(), ContentFault> {
        let mut seen = self.seen;
        for particle in left_behind {
            if seen < particle.least {
                let (name, parent) = (particle.shape.name, self.shape.name);
                return Err(
                    ContentCode::ElementMissing.fault(format!("{name} is missing in {parent}"))
                );
            }
            seen = 0;
        }
        Ok(())
    }
}

fn read_attributes(
    shape: &Shape,
    element: &Element<'_>,
    values: &mut Vec<String>,
) -> Result<(), ContentFault> {
    values.clear();
    let name = shape.name;
    if element.attributes().len() != shape.attributes.len() {
        return Err(ContentCode::AttributeUnexpected.fault(format!(
            "{name} has more or fewer attributes than it should"
        )));
    }
    for expected in shape.attributes {
        let found = element.attribute(expected.name).ok_or_else(|| {
            let missing = expected.name;
            ContentCode::AttributeUnexpected.fault(format!("{name} needs the attribute {missing}"))
        })?;
        require_value(expected.name, expected.value, found)?;
        values.push(found.to_owned());
    }
    Ok(())
}

/// Requires that `text` is of the type of the element or attribute `name`.
pub(crate) fn require_value(name: &str, value: &ValueType, text: &str) -> Result<(), ContentFault> {
    if value.accepts(text) {
        return Ok(());
    }
    Err(forbidden(name, value.expected))
}

/// Says of the element or attribute `name` what it must be.
pub(crate) fn forbidden(name: &str, expected: &str) -> ContentFault {
    ContentCode::ValueForbidden.fault(format!("{name} must be {expected}"))
}

/// Refuses a text while it grows beyond what may stand in its element.
fn require_short(name: &str, value: &ValueType, bytes: usize) -> Result<(), ContentFault> {
    if bytes <= value.bytes_max {
        return Ok(());
    }
    Err(ContentCode::ValueTooLong.fault(format!("{name} must be {}", value.expected)))
}

fn unexpected_in(parent: &Shape) -> ContentFault {
    ContentCode::ElementUnexpected.fault(format!(
        "an element that may not stand here, in {}",
        parent.name
    ))
}

fn one_too_many(parent: &Shape, particle: &Particle) -> ContentFault {
    let (name, most) = (particle.shape.name, particle.most);
    let code = if most == 1 {
        ContentCode::ElementUnexpected
    } else {
        ContentCode::ElementLimit
    };
    code.fault(format!("more than {most} {name} in {}", parent.name))
}

/// Requires that a count is what was counted.
pub(crate) fn require_total(name: &str, told: u64, counted: u64) -> Result<(), ContentFault> {
    if told == counted {
        return Ok(());
    }
    Err(ContentCode::TotalsDisagree.fault(format!("{name} says {told}, counted {counted}")))
}

/// How many there are, as totals are counted.
pub(crate) fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bureau::acknowledgement::ACKNOWLEDGEMENT;
    use crate::bureau::cancel_answer::CANCEL_ANSWER;
    use crate::bureau::cancel_request::CANCEL_REQUEST;
    use crate::bureau::erasure_confirmation::ERASURE_CONFIRMATION;
    use crate::bureau::inquiry_answer::INQUIRY_ANSWER;
    use crate::bureau::receipt::RECEIPT;
    use crate::bureau::shape::{group, leaf, one, optional, several};
    use crate::bureau::shipment_notice::SHIPMENT_NOTICE;
    use crate::bureau::value;

    static A: Shape = leaf("A", &value::ATTEMPT);
    static B: Shape = leaf("B", &value::ATTEMPT);
    static C: Shape = leaf("C", &value::ATTEMPT);
    static PARENT: Shape = group("Parent", &[one(&A), optional(&B), several(&C, 2, 3)]);

    /// Reads children by their names, then the end; tells the code of the first refusal.
    fn check(shape: &'static Shape, names: &[&str]) -> &'static str {
        let mut open = Open {
            shape,
            particle: 0,
            seen: 0,
        };
        for name in names {
            if let Err(fault) = open.next(name) {
                return fault.code;
            }
        }
        let Content::Children(children) = shape.content else {
            panic!("no children");
        };
        open.require_rest(children)
            .map_or_else(|fault| fault.code, |()| "accepted")
    }

    #[test]
    fn children_stand_in_their_order_and_as_often_as_they_may() {
        for (names, expected) in [
            ("A B C C", "accepted"),
            ("A C C C", "accepted"),
            ("", "ELEMENT_MISSING"),
            ("B C C", "ELEMENT_MISSING"),
            ("A B", "ELEMENT_MISSING"),
            ("A B C", "ELEMENT_MISSING"),
            ("A C C C C", "ELEMENT_LIMIT"),
            ("A A C C", "ELEMENT_UNEXPECTED"),
            ("A B B C C", "ELEMENT_UNEXPECTED"),
            ("A C B C", "ELEMENT_UNEXPECTED"),
            ("A D C C", "ELEMENT_UNEXPECTED"),
        ] {
            let names: Vec<_> = names.split_whitespace().collect();
            assert_eq!(check(&PARENT, &names), expected, "{names:?}");
        }
    }

    #[test]
    fn a_document_of_many_parts_is_refused_before_it_fills_the_memory() {
        for (kind, before, name, most) in [
            (&ACKNOWLEDGEMENT, "Header", "Entry", 10_000),
            (&ACKNOWLEDGEMENT, "Header", "Shipment", 1_000),
            (&crate::bureau::order::ORDER, "Header", "Line", 1_000),
            (&INQUIRY_ANSWER, "Header Order File", "Entry", 50_000),
            (&CANCEL_REQUEST, "Header Order", "Line", 1_000),
            (&CANCEL_ANSWER, "Header Order", "Entry", 1_000),
            (&SHIPMENT_NOTICE, "Header", "Shipment", 1_000),
            (&ERASURE_CONFIRMATION, "Header", "Erasure", 10_000),
        ] {
            let mut names: Vec<_> = before.split_whitespace().collect();
            let first = names.len();
            names.extend(std::iter::repeat_n(name, most));
            names.push("ControlTotals");
            assert_eq!(check(kind.root, &names), "accepted", "{name}");
            names.insert(first, name);
            assert_eq!(check(kind.root, &names), "ELEMENT_LIMIT", "{name}");
        }
    }

    #[test]
    fn a_root_is_known_by_its_name_and_namespace() {
        let code = |namespace, root| {
            require_kind(&RECEIPT, namespace, root).map_or_else(|fault| fault.code, |_| "known")
        };
        assert_eq!(code("urn:cei-gateway:receipt:1", "Receipt"), "known");
        assert_eq!(
            code("urn:cei-gateway:receipt:2", "Receipt"),
            "VERSION_UNKNOWN"
        );
        assert_eq!(
            code("urn:cei-gateway:receipt:1", "Order"),
            "DOCUMENT_UNEXPECTED"
        );
        assert_eq!(
            code("urn:cei-gateway:order:1", "Receipt"),
            "DOCUMENT_UNEXPECTED"
        );
        assert_eq!(code("", "Receipt"), "DOCUMENT_UNEXPECTED");
    }
}
