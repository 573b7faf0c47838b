//! The examples of `docs/bureau-protocol.md` are what the schemas and the readers accept.

use std::collections::BTreeSet;

use crate::bureau::fixtures::{Signer, schema_faults};
use crate::bureau::letter::read_letter;
use crate::bureau::message::read_message;
use crate::bureau::order::read_order;

const PAGE: &str = include_str!("../../../docs/bureau-protocol.md");

/// Every kind of document, by the name of its schema.
const KINDS: [&str; 12] = [
    "acknowledgement",
    "cancel-answer",
    "cancel-request",
    "complaint",
    "complaint-decision",
    "erasure-confirmation",
    "inquiry",
    "inquiry-answer",
    "order",
    "receipt",
    "shipment-notice",
    "technical-error",
];

/// The examples, each with its kind, which its namespace names.
fn examples() -> Vec<(&'static str, &'static str)> {
    PAGE.split("```xml\n")
        .skip(1)
        .map(|block| {
            let (example, _) = block.split_once("```").unwrap();
            let (_, after) = example.split_once("urn:cei-gateway:").unwrap();
            (after.split(':').next().unwrap(), example)
        })
        .collect()
}

#[test]
fn every_kind_of_document_has_an_example() {
    let shown: BTreeSet<_> = examples().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(shown, BTreeSet::from(KINDS));
}

#[test]
fn schemas_and_readers_accept_the_examples() {
    let signer = Signer::new();
    let policy = signer.policy();
    for (kind, example) in examples() {
        let signed = signer.sign_again(example);
        let schema = format!("{kind}-1.xsd");
        assert_eq!(schema_faults(&schema, &signed), None, "{kind}");
        let read = match kind {
            "order" => read_order(&*signed, &policy).map(|_| ()),
            "inquiry" | "cancel-request" | "complaint" => {
                read_letter(&*signed, &policy).map(|_| ())
            }
            "technical-error" => {
                assert!(read_letter(&*signed, &policy).is_ok());
                read_message(&*signed, &policy).map(|_| ())
            }
            _ => read_message(&*signed, &policy).map(|_| ()),
        };
        assert!(read.is_ok(), "{kind}: {read:?}");
    }
}

#[test]
fn a_letter_is_no_message_of_the_bureau_and_the_reverse() {
    let signer = Signer::new();
    let policy = signer.policy();
    for (kind, example) in examples() {
        let signed = signer.sign_again(example);
        let as_letter = read_letter(&*signed, &policy).is_ok();
        let as_message = read_message(&*signed, &policy).is_ok();
        let expected = match kind {
            "order" => (false, false),
            "inquiry" | "cancel-request" | "complaint" => (true, false),
            "technical-error" => (true, true),
            _ => (false, true),
        };
        assert_eq!((as_letter, as_message), expected, "{kind}");
    }
}
