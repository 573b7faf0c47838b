use super::*;
use crate::bureau::fixtures::{at, noon, spoil};
use crate::bureau::trial::Trial;

const TRIAL: Trial<TechnicalError> = Trial {
    schema: "technical-error-1.xsd",
    write: |signer, document| {
        Ok(write_technical_error(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_technical_error(bytes, policy),
};

fn error() -> TechnicalError {
    TechnicalError {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        about: About {
            sha256: [0x0A; 32],
            message_id: Some("019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap()),
        },
        code: 104,
        text: "ELEMENT_MISSING at line 3, column 9".to_owned(),
    }
}

#[test]
fn errors_are_read_as_they_were_written() {
    let mut unread = error();
    unread.about.message_id = None;
    TRIAL.assert_understood(&[error(), unread]);
}

#[test]
fn every_element_of_an_error_matters() {
    // The header's MessageId may not go; that of the document it is about may.
    let mut unread = error();
    unread.about.message_id = None;
    TRIAL.assert_every_element_matters(&unread, &[]);
}

#[test]
fn only_technical_reasons_are_signed() {
    TRIAL.assert_not_signed(
        &error(),
        &[
            ("VALUE_FORBIDDEN", |error| error.code = 99),
            ("VALUE_FORBIDDEN", |error| error.code = 201),
            ("VALUE_FORBIDDEN", |error| error.text = "x".repeat(201)),
        ],
    );
}

#[test]
fn a_spoiled_error_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &error(),
        &[
            spoil("<Code>104<", "<Code>204<", "VALUE_FORBIDDEN"),
            spoil(
                "<MessageId>019527f0-1c2a",
                "<MessageId>019527F0-1c2a",
                "VALUE_FORBIDDEN",
            ),
        ],
    );
}
