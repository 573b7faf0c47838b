//! As much of DER (X.690) as it takes to find the extensions of a certificate or of a revocation
//! list. OpenSSL has read the same bytes before; here they are only walked through.

/// One element: its tag and its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT`: where a revocation list has its extensions (RFC 5280 §5.1).
const LIST_EXTENSIONS: u8 = 0xa0;
/// `[3] EXPLICIT`: where a certificate has them (RFC 5280 §4.1).
const CERTIFICATE_EXTENSIONS: u8 = 0xa3;

/// One extension of a certificate or a revocation list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Extension<'a> {
    /// The content of its object identifier.
    pub(crate) oid: &'a [u8],
    /// Whether whoever does not know it must refuse.
    pub(crate) critical: bool,
    /// Its value, which is DER again.
    pub(crate) value: &'a [u8],
}

/// The extensions of a certificate; `None` when it is no such thing.
pub(crate) fn certificate_extensions(der: &[u8]) -> Option<Vec<Extension<'_>>> {
    extensions(der, CERTIFICATE_EXTENSIONS)
}

/// The extensions of a revocation list, not those of its entries; `None` when it is no such thing.
pub(crate) fn list_extensions(der: &[u8]) -> Option<Vec<Extension<'_>>> {
    extensions(der, LIST_EXTENSIONS)
}

/// The object identifiers of a sequence that holds nothing else, as extended key usage does.
pub(crate) fn object_identifiers(der: &[u8]) -> Option<Vec<&[u8]>> {
    let members = elements(only(der, SEQUENCE)?)?;
    members
        .into_iter()
        .map(|one| (one.tag == OBJECT_IDENTIFIER).then_some(one.content))
        .collect()
}

fn extensions(der: &[u8], tag: u8) -> Option<Vec<Extension<'_>>> {
    let whole = elements(only(der, SEQUENCE)?)?;
    let signed = whole.first().filter(|one| one.tag == SEQUENCE)?;
    let Some(wrapped) = elements(signed.content)?
        .into_iter()
        .find(|one| one.tag == tag)
    else {
        return Some(Vec::new());
    };
    elements(only(wrapped.content, SEQUENCE)?)?
        .into_iter()
        .map(|one| extension(one.content))
        .collect()
}

fn extension(content: &[u8]) -> Option<Extension<'_>> {
    let parts = elements(content)?;
    let (oid, critical, value) = match parts.as_slice() {
        [oid, value] => (oid, false, value),
        [oid, critical, value] if critical.tag == BOOLEAN => {
            (oid, critical.content != [0].as_slice(), value)
        }
        _ => return None,
    };
    let fits = oid.tag == OBJECT_IDENTIFIER && value.tag == OCTET_STRING;
    fits.then_some(Extension {
        oid: oid.content,
        critical,
        value: value.content,
    })
}

/// The content of the one element that `der` is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    match element(der)? {
        (one, []) if one.tag == tag => Some(one.content),
        _ => None,
    }
}

fn elements(mut der: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (one, rest) = element(der)?;
        found.push(one);
        der = rest;
    }
    Some(found)
}

/// The first element and what follows it.
fn element(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // Four bytes of length are 4 GiB, which nothing here has.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(length & 0x0f))?;
            let sum = |sum: usize, byte: &u8| (sum << 8) | usize::from(*byte);
            (length.iter().fold(0, sum), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Element { tag, content }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xmldsig::fixtures::{Issued, Usage, Wanted, noon};

    #[test]
    fn the_extensions_of_a_certificate_are_found() {
        let issued = Issued::self_signed(&Wanted {
            usage: Usage::SealingOfDocuments,
            ..Wanted::signer("Test signer")
        });
        let der = issued.certificate.to_der().unwrap();

        let found = certificate_extensions(&der).unwrap();

        // Key usage and extended key usage: 2.5.29.15 and 2.5.29.37.
        let usage = found
            .iter()
            .find(|one| one.oid == [0x55, 0x1d, 15])
            .unwrap();
        assert!(usage.critical);
        let purposes = found
            .iter()
            .find(|one| one.oid == [0x55, 0x1d, 37])
            .unwrap();
        assert!(!purposes.critical);
        let document_signing: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
        assert_eq!(
            object_identifiers(purposes.value),
            Some(vec![document_signing])
        );
    }

    #[test]
    fn the_extensions_of_a_list_are_found_and_none_is_none() {
        let root = Issued::root("Test root");
        let list = root.revocation_list(noon(), &[&root.certificate]);
        let der = list.to_der().unwrap();
        let oids: Vec<_> = list_extensions(&der)
            .unwrap()
            .into_iter()
            .map(|one| (one.oid.to_vec(), one.critical))
            .collect();
        // Authority key identifier and CRL number.
        let expected = [(vec![0x55, 0x1d, 35], false), (vec![0x55, 0x1d, 20], false)];
        assert_eq!(oids, expected);
        assert_eq!(certificate_extensions(&der), Some(Vec::new()));
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_no_der() {
        let root = Issued::root("Test root");
        let der = root.certificate.to_der().unwrap();
        for end in 0..der.len() {
            assert_eq!(certificate_extensions(&der[..end]), None, "{end}");
        }
        assert_eq!(certificate_extensions(&[&der[..], &[0]].concat()), None);
        assert_eq!(object_identifiers(&[0x30, 0x80, 0, 0]), None);
        assert_eq!(object_identifiers(&[0x30, 2, 5, 0]), None);
        assert_eq!(object_identifiers(&[0x30, 0x85, 0, 0, 0, 0, 1]), None);
    }
}
