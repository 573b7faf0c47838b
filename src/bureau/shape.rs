//! What may stand where in a document: elements, in which order, how often, of which type.

use crate::bureau::value::ValueType;

/// One element.
pub(crate) struct Shape {
    /// Its name, in the namespace of the document.
    pub(crate) name: &'static str,
    /// Its attributes, all of which must be there.
    pub(crate) attributes: &'static [AttributeShape],
    /// What it holds.
    pub(crate) content: Content,
}

/// One attribute.
pub(crate) struct AttributeShape {
    pub(crate) name: &'static str,
    pub(crate) value: &'static ValueType,
}

/// What an element holds.
pub(crate) enum Content {
    /// One value.
    Text(&'static ValueType),
    /// Elements, in this order.
    Children(&'static [Particle]),
}

/// One element of a sequence, with how often it may stand.
pub(crate) struct Particle {
    pub(crate) shape: &'static Shape,
    pub(crate) least: u32,
    pub(crate) most: u32,
}

/// An element that holds one value.
pub(crate) const fn leaf(name: &'static str, value: &'static ValueType) -> Shape {
    leaf_with(name, &[], value)
}

/// An element that holds one value and has attributes.
pub(crate) const fn leaf_with(
    name: &'static str,
    attributes: &'static [AttributeShape],
    value: &'static ValueType,
) -> Shape {
    Shape {
        name,
        attributes,
        content: Content::Text(value),
    }
}

/// An element that holds elements.
pub(crate) const fn group(name: &'static str, children: &'static [Particle]) -> Shape {
    Shape {
        name,
        attributes: &[],
        content: Content::Children(children),
    }
}

/// An element that must stand once.
pub(crate) const fn one(shape: &'static Shape) -> Particle {
    several(shape, 1, 1)
}

/// An element that may be left out.
pub(crate) const fn optional(shape: &'static Shape) -> Particle {
    several(shape, 0, 1)
}

/// An element that stands from `least` to `most` times.
pub(crate) const fn several(shape: &'static Shape, least: u32, most: u32) -> Particle {
    Particle { shape, least, most }
}
