use super::*;
use crate::bureau::fixtures::{at, noon, spoil, spoil_beyond_schema};
use crate::bureau::trial::Trial;

const TRIAL: Trial<CancelRequest> = Trial {
    schema: "cancel-request-1.xsd",
    write: |signer, document| {
        Ok(write_cancel_request(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_cancel_request(bytes, policy),
};

fn line(line_no: u32) -> CancelLine {
    CancelLine {
        line_no,
        application_number: format!("CEI-A-{line_no}"),
        reason: 604,
    }
}

fn request() -> CancelRequest {
    CancelRequest {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        order_number: "CEI-O-2026-000017".to_owned(),
        order_sha256: [0x0A; 32],
        order_message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        lines: vec![line(1), line(7)],
    }
}

#[test]
fn requests_are_read_as_they_were_written() {
    let longest = CancelRequest {
        lines: (1..=1_000).map(line).collect(),
        ..request()
    };
    TRIAL.assert_understood(&[request(), longest]);
}

#[test]
fn every_element_of_a_request_matters() {
    TRIAL.assert_every_element_matters(&request(), &[]);
}

#[test]
fn a_request_that_contradicts_itself_is_not_signed() {
    TRIAL.assert_not_signed(
        &request(),
        &[
            ("ENTRY_REPEATED", |request| request.lines[1].line_no = 1),
            ("APPLICATION_REPEATED", |request| {
                request.lines[1].application_number = "CEI-A-1".to_owned();
            }),
            ("VALUE_FORBIDDEN", |request| request.lines.clear()),
            ("VALUE_FORBIDDEN", |request| {
                request.lines = (1..=1_001).map(line).collect();
            }),
            ("VALUE_FORBIDDEN", |request| request.lines[0].reason = 99),
        ],
    );
}

#[test]
fn a_spoiled_request_is_refused_by_the_reader_and_by_the_schema() {
    TRIAL.assert_refused(
        &request(),
        &[
            spoil("<LineNumber>1<", "<LineNumber>7<", "ENTRY_REPEATED"),
            spoil(
                "<ApplicationNumber>CEI-A-1<",
                "<ApplicationNumber>CEI-A-7<",
                "APPLICATION_REPEATED",
            ),
            spoil("<LineNumber>1<", "<LineNumber>0<", "VALUE_FORBIDDEN"),
            spoil_beyond_schema("<LineCount>2<", "<LineCount>3<", "TOTALS_DISAGREE"),
        ],
    );
}
