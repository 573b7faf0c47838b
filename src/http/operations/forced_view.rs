//! A word that the bureau told by other means, as operators see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::flow::force_word::APPROVAL_OF_WORD;
use crate::store::forced_words::{ForcedOutcome, ForcedWord};
use crate::store::{StoreError, Tx, approvals, order_lines, orders};

/// A word on a line that the bureau told by other means than a signed document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ForcedWord)]
pub struct ForcedWordView {
    /// Its id.
    pub id: Uuid,
    /// The order.
    pub order: String,
    /// The line's place in it.
    pub line_no: i64,
    /// What happened.
    #[schema(example = "PRODUCED")]
    pub status: String,
    /// The number of the reason.
    pub reason_code: Option<i64>,
    /// The card's number.
    pub document_number: Option<String>,
    /// The consignment's number.
    pub consignment: Option<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// By what the bureau told it.
    pub evidence: String,
    /// `PROPOSED`, `APPLIED`, `WITHDRAWN` or `EXPIRED`.
    pub state: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it may be approved.
    pub expires_at: DateTime<Utc>,
    /// Who approved it, the proposer among them.
    pub approved_by: Vec<String>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the bureau has still to confirm it by a document.
    pub unconfirmed: bool,
}

impl ForcedWordView {
    /// Reads what belongs to a word.
    pub async fn read(
        tx: &mut Tx,
        word: ForcedWord,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let line = order_lines::find(tx, word.line).await?;
        let order = match &line {
            Some(line) => orders::find(tx, line.order).await?,
            None => None,
        };
        let state = match word.outcome {
            Some(outcome) => outcome.as_str(),
            None if word.expires_at <= now => ForcedOutcome::Expired.as_str(),
            None => "PROPOSED",
        };
        Ok(Self {
            id: word.id.0,
            order: order.map(|order| order.number).unwrap_or_default(),
            line_no: line.map_or(0, |line| line.line_no),
            status: word.status.to_string(),
            reason_code: word.reason,
            document_number: word.document_number,
            consignment: word.consignment,
            occurred_at: word.occurred_at,
            evidence: word.evidence,
            state: state.to_owned(),
            proposed_by: word.proposed_by,
            reason: word.why,
            proposed_at: word.proposed_at,
            expires_at: word.expires_at,
            approved_by: approvals::list_persons(tx, word.id.0, APPROVAL_OF_WORD).await?,
            ended_by: word.ended_by,
            ended_at: word.ended_at,
            unconfirmed: word.standing,
        })
    }
}
