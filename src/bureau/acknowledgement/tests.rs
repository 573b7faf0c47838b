use std::collections::HashSet;

use super::*;
use crate::bureau::fixtures::{
    Signer, Spoiling, assert_all_refused, assert_xmlsec1_accepts, at, noon, refusal, schema_faults,
    spoil, spoil_beyond_schema,
};
use crate::bureau::form::is_of_bureau;
use crate::bureau::writer::DocumentError;
use crate::domain::acknowledgement::LineEvent;

const SCHEMA: &str = "acknowledgement-1.xsd";

fn entry(line_no: u32, sequence: u32, status: LineEvent) -> Entry {
    Entry {
        order_number: "CEI-O-2026-000017".to_owned(),
        line_no,
        application_number: format!("CEI-A-{line_no}"),
        sequence,
        status,
        occurred_at: at("2026-03-05T14:00:00.5Z"),
        reason: None,
        document_number: None,
        consignment: None,
    }
}

fn shipment(parcel: &str, cards: &[u32]) -> Shipment {
    let card = |number: &u32| ShippedCard {
        application_number: format!("CEI-A-{number}"),
        document_number: format!("CJ{number:07}"),
    };
    Shipment {
        consignment: "AWB-2026/118".to_owned(),
        parcel: parcel.to_owned(),
        office_code: "CJ-TURDA".to_owned(),
        cards: cards.iter().map(card).collect(),
    }
}

fn acknowledgement() -> Acknowledgement {
    let mut rejected = entry(1, 2, LineEvent::LineRejected);
    rejected.reason = Some(303);
    let mut shipped = entry(2, 5, LineEvent::ParcelShipped);
    shipped.document_number = Some("CJ0000002".to_owned());
    shipped.consignment = Some("AWB-2026/118".to_owned());
    Acknowledgement {
        message_id: "019527f0-3333-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        entries: vec![entry(1, 1, LineEvent::LineReceived), rejected, shipped],
        shipments: vec![shipment("1/2", &[2, 3]), shipment("2/2", &[4])],
    }
}

fn write(signer: &Signer, document: &Acknowledgement) -> Vec<u8> {
    write_acknowledgement(Vec::new(), &signer.key, document, noon())
        .unwrap()
        .0
}

#[test]
fn acknowledgements_are_read_as_they_were_written() {
    let signer = Signer::new();
    let whole = acknowledgement();
    let mut words_only = acknowledgement();
    words_only.shipments.clear();
    let mut shipments_only = acknowledgement();
    shipments_only.entries.clear();
    for document in [whole, words_only, shipments_only] {
        let bytes = write(&signer, &document);
        let read = read_acknowledgement(bytes.as_slice(), &signer.policy()).unwrap();
        assert_eq!(read, document);
        assert_eq!(schema_faults(SCHEMA, &bytes), None);
    }
}

#[test]
fn every_word_of_the_bureau_can_be_said_and_no_other() {
    let signer = Signer::new();
    for status in LineEvent::ALL.iter().copied() {
        let mut document = acknowledgement();
        document.entries = vec![entry(1, 1, status)];
        document.entries[0].reason = Some(408);
        let written = write_acknowledgement(Vec::new(), &signer.key, &document, noon());
        if is_of_bureau(status) {
            let bytes = written.unwrap().0;
            let read = read_acknowledgement(bytes.as_slice(), &signer.policy()).unwrap();
            assert_eq!(read.entries[0].status, status);
            assert_eq!(schema_faults(SCHEMA, &bytes), None, "{status}");
        } else {
            assert!(
                matches!(written, Err(DocumentError::Content(_))),
                "{status}"
            );
        }
    }
}

#[test]
fn other_parties_tools_accept_an_acknowledgement() {
    let signer = Signer::new();
    let document = write(&signer, &acknowledgement());

    assert_eq!(schema_faults(SCHEMA, &document), None);
    assert_xmlsec1_accepts(&signer, &document);
}

#[test]
fn an_acknowledgement_that_contradicts_itself_is_not_signed() {
    type Spoil = fn(&mut Acknowledgement);
    let spoilings: [(&str, Spoil); 8] = [
        ("ELEMENT_MISSING", |document| {
            document.entries.clear();
            document.shipments.clear();
        }),
        ("ELEMENTS_DISAGREE", |document| {
            document.entries[1].reason = None;
        }),
        ("ENTRY_REPEATED", |document| {
            document.entries[1].sequence = 1;
        }),
        ("CARD_REPEATED", |document| {
            document.shipments[1].cards[0].document_number = "CJ0000003".to_owned();
        }),
        ("APPLICATION_REPEATED", |document| {
            document.shipments[1].cards[0].application_number = "CEI-A-3".to_owned();
        }),
        ("ELEMENTS_DISAGREE", |document| {
            document.shipments[1].parcel = "1/2".to_owned();
        }),
        ("VALUE_FORBIDDEN", |document| {
            document.shipments[1].cards.clear();
        }),
        ("VALUE_FORBIDDEN", |document| {
            document.entries[0].sequence = 0;
        }),
    ];
    let signer = Signer::new();
    for (index, (code, spoil)) in spoilings.into_iter().enumerate() {
        let mut document = acknowledgement();
        spoil(&mut document);
        match write_acknowledgement(Vec::new(), &signer.key, &document, noon()) {
            Err(DocumentError::Content(fault)) => assert_eq!(fault.code, code, "{index}"),
            other => panic!("{index}: {other:?}"),
        }
    }
}

#[rustfmt::skip]
const SPOILINGS: &[Spoiling] = &[
    spoil("<Sequence>1<", "<Sequence>0<", "VALUE_FORBIDDEN"),
    spoil("<Sequence>1<", "<Sequence>-1<", "VALUE_FORBIDDEN"),
    spoil("<Sequence>1<", "<Sequence>1.0<", "VALUE_FORBIDDEN"),
    spoil("<Sequence>1<", "<Sequence>4294967297<", "VALUE_FORBIDDEN"),
    spoil("<Sequence>1<", "<Sequence>18446744073709551617<", "VALUE_FORBIDDEN"),
    spoil("<Sequence>1</Sequence>", "", "ELEMENT_MISSING"),
    spoil("<Sequence>1<", "<Sequence>2<", "ENTRY_REPEATED"),
    spoil("<LineNumber>1<", "<LineNumber>0<", "VALUE_FORBIDDEN"),
    spoil("<LineNumber>1<", "<LineNumber>4294967297<", "VALUE_FORBIDDEN"),
    spoil("<Status>RECEIVED<", "<Status>LOST<", "VALUE_FORBIDDEN"),
    spoil("<Status>RECEIVED<", "<Status>HANDED_OVER<", "VALUE_FORBIDDEN"),
    spoil("<Status>RECEIVED<", "<Status>ORDER_GIVEN_UP<", "VALUE_FORBIDDEN"),
    spoil("<Status>RECEIVED</Status>", "<Status>RECEIVED</Status><Status>RECEIVED</Status>", "ELEMENT_UNEXPECTED"),
    spoil("<Status>RECEIVED</Status>", "", "ELEMENT_MISSING"),
    spoil("<Reason>303<", "<Reason>1303<", "VALUE_FORBIDDEN"),
    spoil_beyond_schema("<Reason>303</Reason>", "", "ELEMENTS_DISAGREE"),
    spoil("<Reason>303</Reason>", "<Note>blurred</Note>", "ELEMENT_UNEXPECTED"),
    spoil("<DocumentNumber>CJ0000002<", "<DocumentNumber>CJ00000022<", "VALUE_TOO_LONG"),
    spoil("<DocumentNumber>CJ0000002<", "<DocumentNumber>cj0000002<", "VALUE_FORBIDDEN"),
    spoil("14:00:00.500Z", "14:00:00.1234567Z", "VALUE_TOO_LONG"),
    spoil("14:00:00.500Z", "14:00:00.Z", "VALUE_FORBIDDEN"),
    spoil("<EntryCount>3</EntryCount>", "", "ELEMENT_MISSING"),
    spoil_beyond_schema("<EntryCount>3<", "<EntryCount>2<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<ShipmentCount>2<", "<ShipmentCount>1<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<CardCount>3<", "<CardCount>4<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<CardCount>2<", "<CardCount>1<", "TOTALS_DISAGREE"),
    spoil("<CardCount>2<", "<CardCount>0<", "VALUE_FORBIDDEN"),
    spoil("<Parcel>1/2<", "<Parcel>2/2<", "ELEMENTS_DISAGREE"),
    spoil("</Header>", "</Header>3 entries", "TEXT_UNEXPECTED"),
];

#[test]
fn a_spoiled_acknowledgement_is_refused_by_the_reader_and_by_the_schema() {
    let signer = Signer::new();
    let policy = signer.policy();
    let document = write(&signer, &acknowledgement());

    assert_all_refused(&signer, &document, SCHEMA, SPOILINGS, |bytes| {
        read_acknowledgement(bytes, &policy)
    });
}

#[test]
fn a_document_with_neither_words_nor_shipments_is_refused() {
    let signer = Signer::new();
    let mut small = acknowledgement();
    small.shipments.clear();
    let document = String::from_utf8(write(&signer, &small)).unwrap();
    let (header, _) = document.split_once("<Entry>").unwrap();
    let totals = "<ControlTotals><EntryCount>0</EntryCount><ShipmentCount>0</ShipmentCount>\
                  <CardCount>0</CardCount></ControlTotals>\n";
    let empty = signer.sign_again(&format!("{header}{totals}"));

    let refusal = refusal(read_acknowledgement(empty.as_slice(), &signer.policy()));

    assert_eq!(refusal.code, "ELEMENT_MISSING");
    assert!(schema_faults(SCHEMA, &empty).is_some());
}

#[test]
fn the_text_that_is_hashed_is_as_documented() {
    let mut shipped = entry(2, 5, LineEvent::ParcelShipped);
    shipped.consignment = Some("AWB-2026/118".to_owned());

    assert_eq!(
        shipped.canonical_text(),
        "cei-gateway acknowledgement entry 1\nCEI-O-2026-000017\n2\nCEI-A-2\n5\nSHIPPED\n\
         2026-03-05T14:00:00.500000Z\n\n\nAWB-2026/118\n"
    );
    assert_eq!(
        shipped.hash(),
        openssl::sha::sha256(shipped.canonical_text().as_bytes())
    );
}

#[test]
fn the_hash_changes_with_every_field_and_with_nothing_else() {
    type Change = fn(&mut Entry);
    let changes: [Change; 10] = [
        |_| (),
        |entry| entry.order_number.push('0'),
        |entry| entry.line_no = 9,
        |entry| entry.application_number.push('0'),
        |entry| entry.sequence = 9,
        |entry| entry.status = LineEvent::CardRemade,
        |entry| entry.occurred_at = at("2026-03-05T14:00:00.500001Z"),
        |entry| entry.reason = Some(408),
        |entry| entry.document_number = Some("X1".to_owned()),
        |entry| entry.consignment = Some("X1".to_owned()),
    ];
    let hashes: HashSet<_> = changes
        .iter()
        .map(|change| {
            let mut word = entry(1, 1, LineEvent::CardMade);
            change(&mut word);
            word.hash()
        })
        .collect();
    assert_eq!(hashes.len(), changes.len());

    let mut same = entry(1, 1, LineEvent::CardMade);
    same.occurred_at = at("2026-03-05T16:00:00.500000+02:00");
    assert!(hashes.contains(&same.hash()));
}

#[test]
fn a_word_told_again_in_another_document_keeps_its_hash() {
    let signer = Signer::new();
    let first = acknowledgement();
    let mut second = acknowledgement();
    second.message_id = "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap();
    second.entries.reverse();
    let read = |document| {
        let bytes = write(&signer, document);
        read_acknowledgement(bytes.as_slice(), &signer.policy()).unwrap()
    };

    assert_eq!(
        read(&first).entries[0].hash(),
        read(&second).entries[2].hash()
    );
}
