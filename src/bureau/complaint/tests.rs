use super::*;
use crate::bureau::fixtures::{at, noon, spoil};
use crate::bureau::trial::Trial;

const TRIAL: Trial<Complaint> = Trial {
    schema: "complaint-1.xsd",
    write: |signer, document| Ok(write_complaint(Vec::new(), &signer.key, document, noon())?.0),
    read: |bytes, policy| read_complaint(bytes, policy),
};

fn complaint() -> Complaint {
    Complaint {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        order_number: "CEI-O-2026-000017".to_owned(),
        line_no: 2,
        application_number: "CEI-A-2".to_owned(),
        document_number: "CJ0000002".to_owned(),
        code: 702,
        text: Some("cipul nu răspunde la citire".to_owned()),
        noticed_at: at("2026-03-20T09:15:00Z"),
    }
}

#[test]
fn complaints_are_read_as_they_were_written() {
    let silent = Complaint {
        text: None,
        ..complaint()
    };
    let longest = Complaint {
        text: Some("ș".repeat(500)),
        ..complaint()
    };
    TRIAL.assert_understood(&[complaint(), silent, longest]);
}

#[test]
fn every_element_of_a_complaint_matters() {
    TRIAL.assert_every_element_matters(&complaint(), &["Text"]);
}

#[test]
fn a_complaint_about_something_else_is_not_signed() {
    TRIAL.assert_not_signed(
        &complaint(),
        &[
            ("VALUE_FORBIDDEN", |complaint| complaint.code = 700),
            ("VALUE_FORBIDDEN", |complaint| complaint.code = 709),
            ("VALUE_FORBIDDEN", |complaint| {
                complaint.text = Some("ș".repeat(501));
            }),
            ("VALUE_FORBIDDEN", |complaint| {
                complaint.text = Some(String::new());
            }),
        ],
    );
}

#[test]
fn a_spoiled_complaint_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &complaint(),
        &[
            spoil("<Code>702<", "<Code>709<", "VALUE_FORBIDDEN"),
            spoil(
                "<DocumentNumber>CJ0000002<",
                "<DocumentNumber>CJ-1<",
                "VALUE_FORBIDDEN",
            ),
            spoil("09:15:00Z", "09:15:00+02:00", "VALUE_FORBIDDEN"),
        ],
    );
}
