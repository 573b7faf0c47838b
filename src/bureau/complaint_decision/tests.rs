use super::*;
use crate::bureau::fixtures::{at, noon, spoil};
use crate::bureau::trial::Trial;

const TRIAL: Trial<ComplaintDecision> = Trial {
    schema: "complaint-decision-1.xsd",
    write: |signer, document| {
        Ok(write_complaint_decision(Vec::new(), &signer.key, document, noon())?.0)
    },
    read: |bytes, policy| read_complaint_decision(bytes, policy),
};

fn admitted() -> ComplaintDecision {
    ComplaintDecision {
        message_id: "019527f0-4444-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: at("2026-03-05T15:00:00Z"),
        in_reply_to: "019527f0-5555-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        application_number: "CEI-A-2".to_owned(),
        document_number: "CJ0000002".to_owned(),
        outcome: ComplaintOutcome::Admitted {
            payer: Payer::Bureau,
        },
        decided_at: at("2026-03-22T12:00:00Z"),
    }
}

fn refused() -> ComplaintDecision {
    ComplaintDecision {
        outcome: ComplaintOutcome::Refused {
            reason: 707,
            text: "the card bears marks of a blade".to_owned(),
        },
        ..admitted()
    }
}

#[test]
fn decisions_are_read_as_they_were_written() {
    let with = |payer: &Payer| ComplaintDecision {
        outcome: ComplaintOutcome::Admitted { payer: *payer },
        ..admitted()
    };
    let mut samples: Vec<_> = Payer::ALL.iter().map(with).collect();
    samples.push(refused());
    TRIAL.assert_understood(&samples);
}

#[test]
fn every_element_of_a_decision_matters() {
    TRIAL.assert_every_element_matters(&admitted(), &[]);
    TRIAL.assert_every_element_matters(&refused(), &[]);
}

#[test]
fn a_refusal_that_says_too_little_or_too_much_is_not_signed() {
    fn reword(decision: &mut ComplaintDecision, words: &str) {
        if let ComplaintOutcome::Refused { text, .. } = &mut decision.outcome {
            words.clone_into(text);
        }
    }
    TRIAL.assert_not_signed(
        &refused(),
        &[
            ("VALUE_FORBIDDEN", |decision| reword(decision, "")),
            ("VALUE_FORBIDDEN", |decision| {
                reword(decision, &"x".repeat(201));
            }),
        ],
    );
}

#[test]
fn a_decision_is_one_of_two_and_never_both() {
    TRIAL.assert_refused(
        &admitted(),
        &[
            spoil("<Payer>BUREAU<", "<Payer>NOBODY<", "VALUE_FORBIDDEN"),
            spoil(
                "<Admitted><Payer>BUREAU</Payer></Admitted>",
                "",
                "ELEMENT_MISSING",
            ),
            spoil(
                "</Admitted>",
                "</Admitted><Refused><Reason>707</Reason><Text>x</Text></Refused>",
                "ELEMENTS_DISAGREE",
            ),
        ],
    );
}
