use super::*;
use crate::bureau::fixtures::{
    Signer, assert_all_refused, assert_xmlsec1_accepts, at, noon, schema_faults, spoil,
    spoil_beyond_schema,
};
use crate::bureau::writer::DocumentError;

const SCHEMA: &str = "receipt-1.xsd";

fn positive() -> Receipt {
    Receipt {
        message_id: "019527f0-2222-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: false,
        created_at: at("2026-03-02T09:45:00Z"),
        order_number: "CEI-O-2026-000017".to_owned(),
        order_sha256: [0x0A; 32],
        in_reply_to: Some("019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap()),
        line_count: Some(150),
        outcome: Outcome::Ok,
    }
}

fn negative() -> Receipt {
    let reason = |code, text: &str| ReceiptReason {
        code,
        text: text.to_owned(),
    };
    Receipt {
        in_reply_to: None,
        line_count: None,
        outcome: Outcome::Rejected(vec![
            reason(101, "semnătura nu corespunde documentului"),
            reason(104, "ends before </Order>"),
        ]),
        ..positive()
    }
}

fn write(signer: &Signer, receipt: &Receipt) -> Vec<u8> {
    write_receipt(Vec::new(), &signer.key, receipt, noon())
        .unwrap()
        .0
}

#[test]
fn receipts_are_read_as_they_were_written() {
    let signer = Signer::new();
    for receipt in [positive(), negative()] {
        let document = write(&signer, &receipt);
        let read = read_receipt(document.as_slice(), &signer.policy()).unwrap();
        assert_eq!(read, receipt);
    }
}

#[test]
fn other_parties_tools_accept_receipts() {
    let signer = Signer::new();
    for receipt in [positive(), negative()] {
        let document = write(&signer, &receipt);
        assert_eq!(schema_faults(SCHEMA, &document), None);
        assert_xmlsec1_accepts(&signer, &document);
    }
}

#[test]
fn a_receipt_that_contradicts_itself_is_not_signed() {
    type Spoil = fn(&mut Receipt);
    let spoilings: [(&str, Spoil); 6] = [
        ("ELEMENTS_DISAGREE", |receipt| receipt.in_reply_to = None),
        ("ELEMENTS_DISAGREE", |receipt| receipt.line_count = None),
        ("ELEMENTS_DISAGREE", |receipt| {
            receipt.outcome = Outcome::Rejected(Vec::new());
        }),
        ("ELEMENT_LIMIT", |receipt| {
            let reason = ReceiptReason {
                code: 104,
                text: "x".to_owned(),
            };
            receipt.outcome = Outcome::Rejected(vec![reason; 21]);
        }),
        ("VALUE_FORBIDDEN", |receipt| receipt.line_count = Some(0)),
        ("VALUE_FORBIDDEN", |receipt| {
            "a b".clone_into(&mut receipt.order_number);
        }),
    ];
    let signer = Signer::new();
    for (index, (code, spoil)) in spoilings.into_iter().enumerate() {
        let mut receipt = positive();
        spoil(&mut receipt);
        match write_receipt(Vec::new(), &signer.key, &receipt, noon()) {
            Err(DocumentError::Content(fault)) => assert_eq!(fault.code, code, "{index}"),
            other => panic!("{index}: {other:?}"),
        }
    }
}

#[test]
fn a_spoiled_receipt_is_refused_by_the_reader_and_by_the_schema() {
    let signer = Signer::new();
    let policy = signer.policy();
    let in_reply_to = "<InReplyTo>019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01</InReplyTo>";
    let digest =
        "<Sha256>0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a</Sha256>";
    let spoilings = [
        spoil(digest, "", "ELEMENT_MISSING"),
        spoil("<Sha256>0a", "<Sha256>0A", "VALUE_FORBIDDEN"),
        spoil("<Sha256>0a", "<Sha256>+a", "VALUE_FORBIDDEN"),
        spoil("<Sha256>0a", "<Sha256>0", "VALUE_FORBIDDEN"),
        spoil("<Outcome>OK<", "<Outcome>PERHAPS<", "VALUE_FORBIDDEN"),
        spoil_beyond_schema("<Outcome>OK<", "<Outcome>REJECTED<", "ELEMENTS_DISAGREE"),
        spoil_beyond_schema(
            "</Outcome>",
            "</Outcome><Reason><Code>104</Code><Text>x</Text></Reason>",
            "ELEMENTS_DISAGREE",
        ),
        spoil_beyond_schema(in_reply_to, "", "ELEMENTS_DISAGREE"),
        spoil_beyond_schema("<LineCount>150</LineCount>", "", "ELEMENTS_DISAGREE"),
        spoil("<LineCount>150<", "<LineCount>1001<", "VALUE_FORBIDDEN"),
        spoil(
            "</Answer>",
            "</Answer><Answer><Outcome>OK</Outcome></Answer>",
            "ELEMENT_UNEXPECTED",
        ),
        spoil("019527f0-2222", "019527F0-2222", "VALUE_FORBIDDEN"),
        spoil(
            "</Outcome>",
            "</Outcome><Reason><Code>99</Code><Text>x</Text></Reason>",
            "VALUE_FORBIDDEN",
        ),
        spoil(
            "</Outcome>",
            "</Outcome><Reason><Code>800</Code><Text>x</Text></Reason>",
            "VALUE_FORBIDDEN",
        ),
        spoil(
            "</Outcome>",
            "</Outcome><Reason><Code>104</Code><Text></Text></Reason>",
            "VALUE_FORBIDDEN",
        ),
        spoil(
            "</Outcome>",
            "</Outcome><Reason><Code>104</Code></Reason>",
            "ELEMENT_MISSING",
        ),
    ];
    assert_all_refused(
        &signer,
        &write(&signer, &positive()),
        SCHEMA,
        &spoilings,
        |bytes| read_receipt(bytes, &policy),
    );
}
