use super::*;
use crate::bureau::fixtures::{at, noon, spoil, spoil_beyond_schema};
use crate::bureau::trial::Trial;

const TRIAL: Trial<ErasureConfirmation> = Trial {
    schema: "erasure-confirmation-1.xsd",
    write: |signer, document| {
        Ok(write_erasure_confirmation(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_erasure_confirmation(bytes, policy),
};

fn erasure(line_no: u32, sequence: u32) -> Erasure {
    Erasure {
        order_number: "CEI-O-2026-000017".to_owned(),
        line_no,
        application_number: format!("CEI-A-{line_no}"),
        sequence,
        erased_at: at("2026-06-05T14:00:00Z"),
    }
}

fn confirmation() -> ErasureConfirmation {
    ErasureConfirmation {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        erasures: vec![erasure(1, 7), erasure(2, 8)],
    }
}

#[test]
fn confirmations_are_read_as_they_were_written() {
    TRIAL.assert_understood(&[confirmation()]);
}

#[test]
fn every_element_of_a_confirmation_matters() {
    TRIAL.assert_every_element_matters(&confirmation(), &[]);
}

#[test]
fn a_confirmation_that_contradicts_itself_is_not_signed() {
    TRIAL.assert_not_signed(
        &confirmation(),
        &[
            ("ELEMENT_MISSING", |confirmation| {
                confirmation.erasures.clear();
            }),
            ("ENTRY_REPEATED", |confirmation| {
                confirmation.erasures[1] = erasure(1, 7);
            }),
            ("VALUE_FORBIDDEN", |confirmation| {
                confirmation.erasures[1].sequence = 0;
            }),
        ],
    );
}

#[test]
fn a_spoiled_confirmation_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &confirmation(),
        &[
            spoil_beyond_schema("<ErasureCount>2<", "<ErasureCount>3<", "TOTALS_DISAGREE"),
            spoil(
                "</ErasedAt>",
                "</ErasedAt><Reason>604</Reason>",
                "ELEMENT_UNEXPECTED",
            ),
        ],
    );
}

#[test]
fn an_erasure_is_the_word_that_an_acknowledgement_would_say() {
    let erasure = erasure(1, 7);
    let word = Entry {
        order_number: "CEI-O-2026-000017".to_owned(),
        line_no: 1,
        application_number: "CEI-A-1".to_owned(),
        sequence: 7,
        status: LineEvent::BiometricsErased,
        occurred_at: at("2026-06-05T14:00:00Z"),
        reason: None,
        document_number: None,
        consignment: None,
    };

    assert_eq!(erasure.entry().hash(), word.hash());
    let told = Acknowledgement::from(confirmation());
    assert_eq!(told.entries[0], word);
    assert_eq!(told.entries.len(), 2);
}
