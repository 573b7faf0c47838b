use super::*;
use crate::bureau::fixtures::{at, noon, spoil, spoil_beyond_schema};
use crate::bureau::receipt::ReceiptReason;
use crate::bureau::trial::Trial;
use crate::domain::acknowledgement::LineEvent;

const TRIAL: Trial<InquiryAnswer> = Trial {
    schema: "inquiry-answer-1.xsd",
    write: |signer, document| {
        Ok(write_inquiry_answer(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_inquiry_answer(bytes, policy),
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

fn known() -> InquiryAnswer {
    let mut shipped = entry(2, 5, LineEvent::ParcelShipped);
    shipped.document_number = Some("CJ0000002".to_owned());
    shipped.consignment = Some("AWB-2026/118".to_owned());
    InquiryAnswer {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        in_reply_to: "019527f0-5555-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        order_number: "CEI-O-2026-000017".to_owned(),
        held: Held::Known {
            sha256: [0x0A; 32],
            message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
            line_count: 2,
            outcome: Outcome::Ok,
        },
        entries: vec![entry(1, 1, LineEvent::LineReceived), shipped],
    }
}

fn unknown() -> InquiryAnswer {
    InquiryAnswer {
        held: Held::Unknown,
        entries: Vec::new(),
        ..known()
    }
}

fn rejected() -> InquiryAnswer {
    let reason = |code| ReceiptReason {
        code,
        text: "ends before </Order>".to_owned(),
    };
    let mut answer = known();
    answer.entries.clear();
    if let Held::Known { outcome, .. } = &mut answer.held {
        *outcome = Outcome::Rejected(vec![reason(104), reason(107)]);
    }
    answer
}

#[test]
fn answers_are_read_as_they_were_written() {
    let silent = InquiryAnswer {
        entries: Vec::new(),
        ..known()
    };
    TRIAL.assert_understood(&[known(), unknown(), rejected(), silent]);
}

#[test]
fn every_element_of_an_answer_matters() {
    TRIAL.assert_every_element_matters(&known(), &["DocumentNumber", "Consignment"]);
    TRIAL.assert_every_element_matters(&rejected(), &[]);
    TRIAL.assert_every_element_matters(&unknown(), &[]);
}

#[test]
fn an_answer_that_contradicts_itself_is_not_signed() {
    TRIAL.assert_not_signed(
        &known(),
        &[
            ("ELEMENTS_DISAGREE", |answer| answer.held = Held::Unknown),
            ("ELEMENTS_DISAGREE", |answer| {
                answer.entries[0].order_number = "CEI-O-2026-000018".to_owned();
            }),
            ("ELEMENTS_DISAGREE", |answer| answer.entries[1].line_no = 3),
            ("ENTRY_REPEATED", |answer| {
                let again = answer.entries[0].clone();
                answer.entries.push(again);
            }),
            ("ELEMENTS_DISAGREE", |answer| {
                if let Held::Known { outcome, .. } = &mut answer.held {
                    *outcome = Outcome::Rejected(Vec::new());
                }
            }),
            ("VALUE_FORBIDDEN", |answer| {
                if let Held::Known { line_count, .. } = &mut answer.held {
                    *line_count = 1_001;
                }
            }),
        ],
    );
}

#[test]
fn a_spoiled_answer_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &known(),
        &[
            spoil("<Held>KNOWN<", "<Held>PERHAPS<", "VALUE_FORBIDDEN"),
            spoil_beyond_schema("<Held>KNOWN<", "<Held>UNKNOWN<", "ELEMENTS_DISAGREE"),
            spoil("<Sequence>1<", "<Sequence>0<", "VALUE_FORBIDDEN"),
            spoil(
                "<Status>RECEIVED<",
                "<Status>HANDED_OVER<",
                "VALUE_FORBIDDEN",
            ),
            spoil_beyond_schema(
                "<Status>RECEIVED<",
                "<Status>REJECTED<",
                "ELEMENTS_DISAGREE",
            ),
            spoil_beyond_schema("<Outcome>OK<", "<Outcome>REJECTED<", "ELEMENTS_DISAGREE"),
            spoil_beyond_schema("<EntryCount>2<", "<EntryCount>1<", "TOTALS_DISAGREE"),
            spoil_beyond_schema("<LineCount>2<", "<LineCount>1<", "ELEMENTS_DISAGREE"),
        ],
    );
}

#[test]
fn a_word_on_an_order_that_is_not_held_is_refused() {
    TRIAL.assert_refused(
        &unknown(),
        &[
            spoil_beyond_schema("<Held>UNKNOWN<", "<Held>KNOWN<", "ELEMENTS_DISAGREE"),
            spoil(
                "<ControlTotals><EntryCount>0<",
                "<Entry><OrderNumber>CEI-O-2026-000017</OrderNumber><LineNumber>1</LineNumber>\
                 <ApplicationNumber>CEI-A-1</ApplicationNumber><Sequence>1</Sequence>\
                 <Status>RECEIVED</Status><OccurredAt>2026-03-05T14:00:00Z</OccurredAt></Entry>\
                 <ControlTotals><EntryCount>1<",
                "ELEMENTS_DISAGREE",
            ),
        ],
    );
}
