//! Refunds as operators and automation see them: never whose account money goes to.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::applications::view::StepView;
use crate::http::language::Language;
use crate::http::payments::view::PaymentView;
use crate::store::refunds::Refund;

/// What is given back, to which account, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefundProposal)]
pub(crate) struct ProposalContent {
    /// How much, in the smallest unit of the payment's currency; without it, all that can be.
    #[serde(default)]
    #[schema(example = 3000)]
    pub(super) amount_minor: Option<i64>,
    /// The account that it goes to; without it, the payer's as the bank's statement tells it.
    #[serde(default)]
    pub(super) account: Option<AccountContent>,
    /// Why, in words without personal data.
    pub(super) reason: String,
}

/// An account and its holder.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefundAccount)]
pub(crate) struct AccountContent {
    /// The IBAN.
    pub(super) iban: String,
    /// The holder's name.
    pub(super) name: String,
}

impl std::fmt::Debug for ProposalContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProposalContent(…)")
    }
}

impl std::fmt::Debug for AccountContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountContent(…)")
    }
}

/// Why something is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefundDecision)]
pub(crate) struct ReasonContent {
    /// Why, in words without personal data.
    pub(super) reason: String,
}

/// A refund; never whose account it goes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundView {
    /// Its number.
    #[schema(example = "RB-20260902-00017")]
    number: String,
    /// What has happened to it.
    #[schema(example = "APPROVED")]
    state: &'static str,
    /// The same in words, in English.
    explanation: &'static str,
    /// The id of the payment that it gives back.
    payment_id: Uuid,
    /// The id of the application whose fee the money was for.
    application_id: Option<Uuid>,
    /// How much, in the smallest unit of the currency.
    #[schema(example = 3000)]
    amount_minor: i64,
    /// The currency (ISO 4217).
    #[schema(example = "RON")]
    currency: String,
    /// How many persons must approve it.
    persons: usize,
    /// Whether the account was found in the bank's statement; else an operator typed it.
    account_told_by_bank: bool,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: DateTime<Utc>,
    /// The day of the bank's list in which it stands.
    listed_on: Option<NaiveDate>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl RefundView {
    pub(super) fn new(refund: &Refund, language: Language) -> Self {
        let state = refund.state;
        Self {
            number: refund.number.clone(),
            state: state.as_str(),
            explanation: language.choose(state.text_en(), state.text_ro()),
            payment_id: refund.payment.0,
            application_id: refund.application.map(|id| id.0),
            amount_minor: refund.amount.bani(),
            currency: refund.currency.clone(),
            persons: refund.persons.count(),
            account_told_by_bank: refund.told_by_bank,
            proposed_by: refund.proposed_by.clone(),
            proposed_at: refund.proposed_at,
            listed_on: refund.listed_on,
            updated_at: refund.updated_at,
        }
    }
}

/// A refund with who approved it and what happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundDetails)]
pub(crate) struct RefundDetailsView {
    #[serde(flatten)]
    pub(super) refund: RefundView,
    /// Who approved it, in order.
    pub(super) approved_by: Vec<String>,
    /// What happened to it, oldest first.
    pub(super) history: Vec<StepView>,
}

/// A page of refunds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundPage)]
pub(crate) struct RefundPageView {
    /// The refunds, in the order of their proposal.
    pub(super) data: Vec<RefundView>,
    /// Where the next page begins; null at the end.
    pub(super) next_cursor: Option<String>,
}

/// A payment of which something may be given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundCandidate)]
pub(crate) struct CandidateView {
    /// The payment.
    pub(super) payment: PaymentView,
    /// How much at most in one refund, in the smallest unit of the currency.
    #[schema(example = 3000)]
    pub(super) refundable_minor: i64,
}

/// A page of candidates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundCandidatePage)]
pub(crate) struct CandidatePageView {
    /// The candidates, in the order of the recording of their payments.
    pub(super) data: Vec<CandidateView>,
    /// Where the next page begins; null at the end.
    pub(super) next_cursor: Option<String>,
}
