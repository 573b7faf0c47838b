//! What the bureau answers to letters, rightly and wrongly.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use openssl::sha::sha256;
use uuid::Uuid;

use crate::bureau::acknowledgement::{Entry, Shipment, write_acknowledgement};
use crate::bureau::cancel_answer::{CancelAnswer, write_cancel_answer};
use crate::bureau::cancel_request::CancelRequest;
use crate::bureau::complaint::Complaint;
use crate::bureau::complaint_decision::{
    ComplaintDecision, ComplaintOutcome, Payer, write_complaint_decision,
};
use crate::bureau::erasure_confirmation::{
    Erasure, ErasureConfirmation, write_erasure_confirmation,
};
use crate::bureau::inquiry::Inquiry;
use crate::bureau::inquiry_answer::{Held, InquiryAnswer, write_inquiry_answer};
use crate::bureau::message::Message;
use crate::bureau::receipt::write_receipt;
use crate::bureau::shipment_notice::{ShipmentNotice, write_shipment_notice};
use crate::bureau::technical_error::{About, TechnicalError, write_technical_error};
use crate::bureau::writer::DocumentError;
use crate::domain::acknowledgement::LineEvent;
use crate::simulator::bureau::papers::{Papers, plain};

/// An order that nobody sent, and an application that nobody made.
const NOBODYS: &str = "NOBODYS-ORDER";
/// `MACHINE_FAILURE` and its like: a reason that any line may be refused for.
const SOME_REASON: u16 = 404;

impl Papers {
    /// Signs any document of the bureau.
    pub(super) fn seal(
        &self,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Bytes, DocumentError> {
        let (sink, key) = (Vec::new(), &self.seal);
        let (bytes, _) = match message {
            Message::Receipt(one) => write_receipt(sink, key, one, now)?,
            Message::Acknowledgement(one) => write_acknowledgement(sink, key, one, now)?,
            Message::InquiryAnswer(one) => write_inquiry_answer(sink, key, one, now)?,
            Message::CancelAnswer(one) => write_cancel_answer(sink, key, one, now)?,
            Message::ComplaintDecision(one) => write_complaint_decision(sink, key, one, now)?,
            Message::ShipmentNotice(one) => write_shipment_notice(sink, key, one, now)?,
            Message::ErasureConfirmation(one) => write_erasure_confirmation(sink, key, one, now)?,
            Message::TechnicalError(one) => write_technical_error(sink, key, one, now)?,
        };
        Ok(bytes.into())
    }

    pub(super) fn inquiry_answer(
        &self,
        inquiry: &Inquiry,
        held: Held,
        entries: Vec<Entry>,
        now: DateTime<Utc>,
    ) -> InquiryAnswer {
        InquiryAnswer {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            in_reply_to: inquiry.message_id,
            order_number: inquiry.order_number.clone(),
            held,
            entries,
        }
    }

    pub(super) fn cancel_answer(
        &self,
        request: &CancelRequest,
        entries: Vec<Entry>,
        now: DateTime<Utc>,
    ) -> CancelAnswer {
        CancelAnswer {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            in_reply_to: request.message_id,
            order_number: request.order_number.clone(),
            entries,
        }
    }

    pub(super) fn decision(
        &self,
        complaint: &Complaint,
        outcome: ComplaintOutcome,
        now: DateTime<Utc>,
    ) -> ComplaintDecision {
        ComplaintDecision {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            in_reply_to: complaint.message_id,
            application_number: complaint.application_number.clone(),
            document_number: complaint.document_number.clone(),
            outcome,
            decided_at: now,
        }
    }

    pub(super) fn notice(&self, shipments: Vec<Shipment>, now: DateTime<Utc>) -> ShipmentNotice {
        ShipmentNotice {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            shipments,
        }
    }

    pub(super) fn confirmation(&self, erased: &[Entry], now: DateTime<Utc>) -> ErasureConfirmation {
        let erasure = |entry: &Entry| Erasure {
            order_number: entry.order_number.clone(),
            line_no: entry.line_no,
            application_number: entry.application_number.clone(),
            sequence: entry.sequence,
            erased_at: entry.occurred_at,
        };
        ErasureConfirmation {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            erasures: erased.iter().map(erasure).collect(),
        }
    }

    /// That a document could not be used.
    pub(super) fn technical_error(
        &self,
        document: &[u8],
        message_id: Option<Uuid>,
        (code, text): (u16, &str),
        now: DateTime<Utc>,
    ) -> TechnicalError {
        TechnicalError {
            message_id: self.random.uuid(now),
            bureau: self.bureau.clone(),
            test: self.test,
            created_at: now,
            about: About {
                sha256: sha256(document),
                message_id,
            },
            code,
            text: plain(text),
        }
    }

    /// The same answer, about an order or a card that nobody asked about.
    pub(super) fn for_other(&self, answer: &Message, now: DateTime<Utc>) -> Option<Message> {
        let mut answer = answer.clone();
        let entries = match &mut answer {
            Message::InquiryAnswer(one) => {
                one.message_id = self.random.uuid(now);
                NOBODYS.clone_into(&mut one.order_number);
                &mut one.entries
            }
            Message::CancelAnswer(one) => {
                one.message_id = self.random.uuid(now);
                NOBODYS.clone_into(&mut one.order_number);
                &mut one.entries
            }
            Message::ComplaintDecision(one) => {
                one.message_id = self.random.uuid(now);
                NOBODYS.clone_into(&mut one.application_number);
                return Some(answer);
            }
            _ => return None,
        };
        for entry in entries {
            NOBODYS.clone_into(&mut entry.order_number);
        }
        Some(answer)
    }

    /// An answer to the same letter that says otherwise; `None` where there is nothing to say
    /// otherwise.
    pub(super) fn contradicting_answer(
        &self,
        answer: &Message,
        now: DateTime<Utc>,
    ) -> Option<Message> {
        let mut answer = answer.clone();
        match &mut answer {
            Message::InquiryAnswer(one) => {
                one.message_id = self.random.uuid(now);
                contradict(one.entries.last_mut()?);
            }
            Message::CancelAnswer(one) => {
                one.message_id = self.random.uuid(now);
                contradict(one.entries.last_mut()?);
            }
            Message::ComplaintDecision(one) => {
                one.message_id = self.random.uuid(now);
                one.outcome = match one.outcome {
                    ComplaintOutcome::Admitted { .. } => ComplaintOutcome::Refused {
                        reason: SOME_REASON,
                        text: "on second thoughts".to_owned(),
                    },
                    ComplaintOutcome::Refused { .. } => ComplaintOutcome::Admitted {
                        payer: Payer::Bureau,
                    },
                };
            }
            _ => return None,
        }
        Some(answer)
    }
}

/// Says another state under the same number.
fn contradict(entry: &mut Entry) {
    (entry.status, entry.reason) = match entry.status {
        LineEvent::LineCancelled => (LineEvent::CancelCameTooLate, None),
        LineEvent::CancelCameTooLate => (LineEvent::LineCancelled, None),
        LineEvent::LineRejected => (LineEvent::LineAccepted, None),
        _ => (LineEvent::LineRejected, Some(SOME_REASON)),
    };
}
