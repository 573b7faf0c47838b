use super::*;
use crate::bureau::fixtures::{at, noon, spoil, spoil_beyond_schema};
use crate::bureau::trial::Trial;

const TRIAL: Trial<CancelAnswer> = Trial {
    schema: "cancel-answer-1.xsd",
    write: |signer, document| Ok(write_cancel_answer(Vec::new(), &signer.key, document, noon())?.0),
    read: |bytes, policy| read_cancel_answer(bytes, policy),
};

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

fn answer() -> CancelAnswer {
    CancelAnswer {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        in_reply_to: "019527f0-5555-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        order_number: "CEI-O-2026-000017".to_owned(),
        entries: vec![
            entry(1, 3, LineEvent::LineCancelled),
            entry(2, 4, LineEvent::CancelCameTooLate),
        ],
    }
}

#[test]
fn answers_are_read_as_they_were_written() {
    let mut reasoned = answer();
    reasoned.entries[0].reason = Some(604);
    reasoned.entries[1].document_number = Some("CJ0000002".to_owned());
    TRIAL.assert_understood(&[answer(), reasoned]);
}

#[test]
fn every_element_of_an_answer_matters() {
    TRIAL.assert_every_element_matters(&answer(), &[]);
}

#[test]
fn an_answer_that_contradicts_itself_is_not_signed() {
    TRIAL.assert_not_signed(
        &answer(),
        &[
            ("ELEMENT_MISSING", |answer| answer.entries.clear()),
            ("ENTRY_REPEATED", |answer| answer.entries[1].line_no = 1),
            ("ELEMENTS_DISAGREE", |answer| {
                answer.entries[1].order_number = "CEI-O-2026-000018".to_owned();
            }),
            ("VALUE_FORBIDDEN", |answer| {
                answer.entries[1].status = LineEvent::CardMade;
            }),
        ],
    );
}

#[test]
fn a_spoiled_answer_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &answer(),
        &[
            spoil("<Status>CANCELLED<", "<Status>PRODUCED<", "VALUE_FORBIDDEN"),
            spoil("<LineNumber>1<", "<LineNumber>2<", "ENTRY_REPEATED"),
            spoil_beyond_schema("<EntryCount>2<", "<EntryCount>1<", "TOTALS_DISAGREE"),
            spoil_beyond_schema(
                "</Order>\n<Entry><OrderNumber>CEI-O-2026-000017<",
                "</Order>\n<Entry><OrderNumber>CEI-O-2026-000018<",
                "ELEMENTS_DISAGREE",
            ),
        ],
    );
}
