//! What the gateway does: one file per business step, one transaction each.
//!
//! A flow asks the domain, writes the answer, and rings a bell. It does no network I/O, knows no
//! HTTP and does not loop over passes.

mod apply_acknowledgement;
mod apply_receipt;
pub mod arriving;
pub mod audit_record;
mod batching_rule;
pub mod cancel_application;
pub mod causes;
pub mod chase_receipt;
pub mod close_day;
mod compare_shipments;
pub mod complaints;
pub mod consignments;
pub mod content;
pub mod dead_letters;
pub mod decide_card;
pub mod decide_hold;
pub mod decide_lane;
pub mod decide_order;
pub mod decide_payment;
pub mod deliveries;
pub mod disclose_application;
pub mod disclose_order;
pub mod draw_report;
pub mod erase_content;
pub mod evidence;
pub mod extend_term;
pub mod find_person;
pub mod force_word;
pub mod give_payment_reference;
pub mod intake;
mod lane_breaker;
pub mod letters;
pub(crate) mod line_step;
pub mod match_payment;
mod movements;
mod occurrences;
pub mod once;
pub mod open_order;
pub mod order_progress;
pub mod outbox_retention;
pub mod pause_batching;
mod payment_evidence;
mod payment_keys;
pub mod people;
pub mod person_key;
pub mod plan_orders;
pub mod progress;
pub mod read_document;
pub mod read_fee;
pub mod receive_document;
mod record_movement;
mod record_movements;
pub mod record_notification;
pub mod record_statement;
pub mod recover_leases;
pub mod refund;
pub mod replace_card;
pub mod report_card;
pub mod resubmit_application;
mod reverse_payment;
pub mod seal_order;
pub mod sealing;
pub mod send_order;
pub mod set_aside_application;
pub mod settle_payments;
pub mod split_payment;
pub mod submit_application;
pub mod tend_hold;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod tie_payment;
pub mod uncollected;
pub mod verify_order;
pub mod webhooks;
pub mod withdraw_application;
mod withdraw_order;

use crate::store::StoreError;
use crate::store::history::StepError;

/// Why a flow did not do what was asked.
#[derive(Debug)]
pub enum Failure<R> {
    /// The caller can act on it.
    Refused(R),
    /// We must act on it.
    Broken(anyhow::Error),
}

impl<R> Failure<R> {
    /// Whether the same request, made again, may succeed: the database was away or busy.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Broken(error) => error
                .chain()
                .filter_map(|cause| cause.downcast_ref::<StoreError>())
                .any(StoreError::is_transient),
        }
    }

    /// Whether the flow stopped because another one was faster; run again as a whole, it sees what
    /// that one left.
    pub fn is_lost_race(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Broken(error) => error
                .chain()
                .filter_map(|cause| cause.downcast_ref::<StoreError>())
                .any(StoreError::is_lost_race),
        }
    }
}

impl<R> Failure<R> {
    /// The same failure, told in the words of another flow.
    pub fn map<S>(self, told: impl FnOnce(R) -> S) -> Failure<S> {
        match self {
            Self::Refused(refusal) => Failure::Refused(told(refusal)),
            Self::Broken(error) => Failure::Broken(error),
        }
    }
}

impl Failure<std::convert::Infallible> {
    /// The same failure of a flow that can be refused for other reasons.
    pub fn without_refusal<R>(self) -> Failure<R> {
        self.map(|never| match never {})
    }
}

impl<R> From<StoreError> for Failure<R> {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl<R> From<anyhow::Error> for Failure<R> {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

/// A step that the flow knew to be possible and that was not: somebody was faster, or a defect.
impl<R, S, E> From<StepError<S, E>> for Failure<R>
where
    S: std::fmt::Debug + std::fmt::Display + Send + Sync + 'static,
    E: std::fmt::Debug + std::fmt::Display + Send + Sync + 'static,
{
    fn from(error: StepError<S, E>) -> Self {
        match error {
            StepError::Store(error) => Self::Broken(error.into()),
            StepError::Illegal(illegal) => Self::Broken(anyhow::Error::new(illegal)),
        }
    }
}

/// A flow that nobody can refuse failed for a reason that is ours.
impl From<Failure<std::convert::Infallible>> for anyhow::Error {
    fn from(failure: Failure<std::convert::Infallible>) -> Self {
        match failure {
            Failure::Broken(error) => error,
            Failure::Refused(never) => match never {},
        }
    }
}
