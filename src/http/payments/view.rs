//! A payment as operators and automation see it: never a text or a name.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::matching::{Clue, Suggestion};
use crate::domain::money::Money;
use crate::domain::reason::Reason;
use crate::http::applications::view::{HoldView, StepView};
use crate::http::language::Language;
use crate::store::applications::Application;
use crate::store::payments::Payment;

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentView {
    /// Its id.
    id: Uuid,
    /// Its number, as people say it.
    #[schema(example = "CEC-20260902-00017")]
    number: String,
    /// How it was told of: `CEC` or `SELFPAY`.
    channel: &'static str,
    /// How much, in the smallest unit of the currency: 6700 is 67 lei.
    #[schema(example = 6700)]
    amount_minor: i64,
    /// The currency (ISO 4217).
    #[schema(example = "RON")]
    currency: String,
    /// Whether the account grew.
    credit: bool,
    /// Whether it takes an earlier movement back.
    reversal: bool,
    /// The day of booking, or of payment at a station.
    booked_on: Option<NaiveDate>,
    /// The bank's or the station's own reference.
    external_reference: Option<String>,
    /// The one payment reference that it carries.
    #[schema(example = "RF294073918264")]
    payment_reference: Option<String>,
    /// What has happened to it.
    #[schema(example = "UNMATCHED")]
    state: &'static str,
    /// The number of the reason for its state, where it is an unhappy one.
    reason: Option<i64>,
    /// The name of the reason.
    reason_name: Option<&'static str>,
    /// The id of the application it is tied to, or was meant for.
    application_id: Option<Uuid>,
    /// The id of the payment that it takes back.
    reverses_id: Option<Uuid>,
    /// When it was recorded.
    received_at: DateTime<Utc>,
    /// Counts changes.
    version: i64,
}

impl From<&Payment> for PaymentView {
    fn from(payment: &Payment) -> Self {
        let number = payment.reason.and_then(|code| u16::try_from(code).ok());
        Self {
            id: payment.id.0,
            number: payment.number.clone(),
            channel: payment.channel.as_str(),
            amount_minor: payment.amount.bani(),
            currency: payment.currency.clone(),
            credit: payment.credit,
            reversal: payment.reversal,
            booked_on: payment.booked_on,
            external_reference: payment.external_reference.clone(),
            payment_reference: payment.payment_reference.clone(),
            state: payment.state.as_str(),
            reason: payment.reason,
            reason_name: number.and_then(Reason::from_number).map(Reason::name),
            application_id: payment.application.map(|id| id.0),
            reverses_id: payment.reverses.map(|id| id.0),
            received_at: payment.received_at,
            version: payment.version,
        }
    }
}

/// A payment with what happened to it and what may be done about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentDetails)]
pub(crate) struct PaymentDetailsView {
    #[serde(flatten)]
    pub(super) payment: PaymentView,
    /// What happened to it, oldest first.
    pub(super) history: Vec<StepView>,
    /// Why it waits for an operator, if it does.
    pub(super) holds: Vec<HoldView>,
    /// The fees that it pays; more than one for a payment that was split.
    pub(super) ties: Vec<TieView>,
    /// The applications that it may be for, the likeliest first, five at most.
    pub(super) suggestions: Vec<SuggestionView>,
}

/// A tie between a payment, or a part of it, and a fee.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentTie)]
pub(crate) struct TieView {
    /// The application's id.
    pub(super) application_id: Uuid,
    /// Its number.
    pub(super) number: String,
    /// How much of the payment, in bani.
    #[schema(example = 7000)]
    pub(super) amount_minor: i64,
    /// The rule that made it, or `OPERATOR`.
    #[schema(example = "REFERENCE")]
    pub(super) rule: String,
    /// When.
    pub(super) made_at: DateTime<Utc>,
}

/// An application that a payment may be for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentSuggestion)]
pub(crate) struct SuggestionView {
    /// Its id.
    application_id: Uuid,
    /// Its number.
    number: String,
    /// The code of the office that took it in.
    #[schema(example = "CLJ-04")]
    office: String,
    /// What is still owed for it, in bani.
    #[schema(example = 7000)]
    owed_minor: i64,
    /// How likely, 0 to 100: the points of the clues added up. Only the order means anything.
    score: u8,
    /// What speaks for it and against it.
    #[schema(example = json!(["SLIPPED_REFERENCE", "AMOUNT"]))]
    clues: Vec<&'static str>,
    /// The same in words, in the language asked for.
    reasons: Vec<&'static str>,
}

impl SuggestionView {
    pub(super) fn new(
        suggestion: &Suggestion,
        (application, office): (Application, String),
        language: Language,
    ) -> Self {
        let words = |clue: &Clue| language.choose(clue.text_en(), clue.text_ro());
        Self {
            application_id: application.id.0,
            owed_minor: owed(&application).bani(),
            number: application.number,
            office,
            score: suggestion.score,
            clues: suggestion.clues.iter().map(|clue| clue.as_str()).collect(),
            reasons: suggestion.clues.iter().map(words).collect(),
        }
    }
}

/// What is still owed for an application.
pub(crate) fn owed(application: &Application) -> Money {
    let rest = application.fee_due.checked_sub(application.fee_paid);
    rest.unwrap_or(Money::ZERO).max(Money::ZERO)
}
