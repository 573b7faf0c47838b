//! What every kind of document must stand: written, read back, held against its schema and
//! `xmlsec1`, and spoiled in each of its elements.

use std::fmt::Debug;

use crate::bureau::fixtures::{
    Signer, Spoiling, assert_all_refused, assert_xmlsec1_accepts, schema_faults,
};
use crate::bureau::refusal::ReadError;
use crate::bureau::writer::DocumentError;
use crate::xmldsig::trust::TrustPolicy;

/// One way to spoil a document before it is written.
pub(crate) type Spoil<D> = fn(&mut D);

/// A kind of document on trial.
pub(crate) struct Trial<D> {
    pub(crate) schema: &'static str,
    pub(crate) write: fn(&Signer, &D) -> Result<Vec<u8>, DocumentError>,
    pub(crate) read: fn(&[u8], &TrustPolicy) -> Result<D, ReadError>,
}

impl<D: Clone + Debug + PartialEq> Trial<D> {
    /// Requires that samples are read as they were written, and that other parties' tools accept
    /// them.
    pub(crate) fn assert_understood(&self, samples: &[D]) {
        let signer = Signer::new();
        for sample in samples {
            let document = self.written(&signer, sample);
            let read = (self.read)(&document, &signer.policy()).unwrap();
            assert_eq!(&read, sample);
            assert_eq!(schema_faults(self.schema, &document), None);
            assert_xmlsec1_accepts(&signer, &document);
        }
    }

    /// Requires that reader and schema both refuse a sample in which any one value is left out,
    /// stands twice or is no value of its type. What is in `may_go` may be left out, and then
    /// both accept it.
    pub(crate) fn assert_every_element_matters(&self, sample: &D, may_go: &[&str]) {
        let signer = Signer::new();
        let document = self.written(&signer, sample);
        let whole = str::from_utf8(&document).unwrap();
        let (content, _) = whole.split_once("<ds:Signature").unwrap();
        let leaves = leaves(content);
        assert!(leaves.len() > 5, "{leaves:?}");
        for (start, name, end) in leaves {
            let part = |from, to| content.get(from..to).unwrap();
            let (before, leaf) = (part(0, start), part(start, end));
            let after = part(end, content.len());
            let verdicts = |text: String| {
                let changed = signer.sign_again(&text);
                let accepted = (self.read)(&changed, &signer.policy()).is_ok();
                (accepted, schema_faults(self.schema, &changed).is_none())
            };
            let gone = verdicts(format!("{before}{after}"));
            let lawful = may_go.contains(&name);
            assert_eq!(gone, (lawful, lawful), "{leaf} left out");
            let twice = verdicts(format!("{before}{leaf}{leaf}{after}"));
            assert_eq!(twice, (false, false), "{leaf} twice");
            let spoiled = verdicts(format!("{before}<{name}>a  b</{name}>{after}"));
            assert_eq!(spoiled, (false, false), "{leaf} spoiled");
        }
    }

    /// Requires that each spoiling of a sample is refused with its code, by the schema too where
    /// it can know.
    pub(crate) fn assert_refused(&self, sample: &D, spoilings: &[Spoiling]) {
        let signer = Signer::new();
        let policy = signer.policy();
        let document = self.written(&signer, sample);
        assert_all_refused(&signer, &document, self.schema, spoilings, |bytes| {
            (self.read)(bytes, &policy)
        });
    }

    /// Requires that a sample changed in each of these ways is not signed, with the code why.
    pub(crate) fn assert_not_signed(&self, sample: &D, spoilings: &[(&str, Spoil<D>)]) {
        let signer = Signer::new();
        for (index, (code, spoil)) in spoilings.iter().enumerate() {
            let mut spoiled = sample.clone();
            spoil(&mut spoiled);
            match (self.write)(&signer, &spoiled) {
                Err(DocumentError::Content(fault)) => assert_eq!(fault.code, *code, "{index}"),
                other => panic!("{index}: {other:?}"),
            }
        }
    }

    fn written(&self, signer: &Signer, sample: &D) -> Vec<u8> {
        (self.write)(signer, sample).unwrap()
    }
}

/// The elements that hold one value: where each begins, its name, and where it ends.
fn leaves(content: &str) -> Vec<(usize, &str, usize)> {
    content
        .match_indices('<')
        .filter_map(|(start, _)| {
            let (name, rest) = content.get(start + 1..)?.split_once('>')?;
            let (text, end) = rest.split_once('<')?;
            let closed = end.strip_prefix('/')?.split_once('>')?.0 == name;
            let length = 2 * name.len() + text.len() + "<></>".len();
            closed.then_some((start, name, start + length))
        })
        .collect()
}
