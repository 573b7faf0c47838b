use super::*;
use crate::bureau::fixtures::{at, noon, spoil};
use crate::bureau::trial::Trial;

const TRIAL: Trial<Inquiry> = Trial {
    schema: "inquiry-1.xsd",
    write: |signer, document| Ok(write_inquiry(Vec::new(), &signer.key, document, noon())?.0),
    read: |bytes, policy| read_inquiry(bytes, policy),
};

fn inquiry() -> Inquiry {
    Inquiry {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        order_number: "CEI-O-2026-000017".to_owned(),
        order_sha256: [0x0A; 32],
        order_message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
    }
}

#[test]
fn inquiries_are_read_as_they_were_written() {
    TRIAL.assert_understood(&[inquiry()]);
}

#[test]
fn every_element_of_an_inquiry_matters() {
    TRIAL.assert_every_element_matters(&inquiry(), &[]);
}

#[test]
fn a_spoiled_inquiry_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &inquiry(),
        &[
            spoil("<Sha256>0a", "<Sha256>0A", "VALUE_FORBIDDEN"),
            spoil(
                "</Order>",
                "<LineCount>1</LineCount></Order>",
                "ELEMENT_UNEXPECTED",
            ),
            spoil(
                "</CreatedAt>",
                "</CreatedAt><InReplyTo>019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01</InReplyTo>",
                "ELEMENT_UNEXPECTED",
            ),
            spoil("</Order>", "</Order>?", "TEXT_UNEXPECTED"),
            spoil(
                "<Environment>TEST<",
                "<Environment>Test<",
                "VALUE_FORBIDDEN",
            ),
        ],
    );
}
