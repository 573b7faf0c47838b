//! Messages that died, in groups, and decisions about them, as operators see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::flow::dead_letters::{Preview, Standing};
use crate::http::operations::view::{DeadLetterView, dead_letter_views};
use crate::store::causes::Outcome;
use crate::store::dead_letter_decisions::DecidedLetter;
use crate::store::outbox::{DeadGroup, Selection};
use crate::store::{StoreError, Tx};

/// Like failures together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeadGroup)]
pub struct DeadGroupView {
    /// Who stands at the end of their lanes.
    #[schema(example = "OFFICE")]
    pub lane_kind: String,
    /// Why they died.
    #[schema(example = "PERMANENT")]
    pub cause: String,
    /// The HTTP status of the last answers, where there was one.
    #[schema(example = 410)]
    pub status: Option<i64>,
    /// How many messages there are.
    pub letters: i64,
    /// In how many lanes.
    pub lanes: i64,
    /// When the first of them died.
    pub oldest: DateTime<Utc>,
    /// When the last one did.
    pub newest: DateTime<Utc>,
}

impl From<DeadGroup> for DeadGroupView {
    fn from(group: DeadGroup) -> Self {
        Self {
            lane_kind: group.lane_kind,
            cause: group.cause,
            status: group.status,
            letters: group.letters,
            lanes: group.lanes,
            oldest: group.oldest,
            newest: group.newest,
        }
    }
}

/// Which dead letters are meant: those to which all that is named applies.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeadLetterSelection)]
pub struct SelectionContent {
    /// The one of this message.
    pub message: Option<Uuid>,
    /// Those whose lane ends at an office, or at the bureau.
    #[schema(example = "OFFICE")]
    pub lane_kind: Option<String>,
    /// Those of this lane.
    pub lane: Option<String>,
    /// Those that died of this.
    #[schema(example = "PERMANENT")]
    pub cause: Option<String>,
    /// Those whose last answer had this HTTP status; 0: those without an answer.
    pub status: Option<i64>,
    /// Those that died at this instant or later.
    pub since: Option<DateTime<Utc>>,
    /// Those that died before this instant.
    pub until: Option<DateTime<Utc>>,
}

impl From<SelectionContent> for Selection {
    fn from(content: SelectionContent) -> Self {
        Self {
            message: content.message,
            lane_kind: content.lane_kind,
            lane: content.lane,
            cause: content.cause,
            status: content.status,
            since: content.since,
            until: content.until,
        }
    }
}

impl From<Selection> for SelectionContent {
    fn from(selection: Selection) -> Self {
        Self {
            message: selection.message,
            lane_kind: selection.lane_kind,
            lane: selection.lane,
            cause: selection.cause,
            status: selection.status,
            since: selection.since,
            until: selection.until,
        }
    }
}

/// What a decision would be about; nothing is changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeadLetterPreview)]
pub struct PreviewView {
    /// How many messages.
    pub letters: i64,
    /// The messages, by why they died.
    pub groups: Vec<DeadGroupView>,
    /// The first of them, in the order in which they would be dealt with.
    pub first: Vec<DeadLetterView>,
}

/// Reads the view of what is foreseen.
pub async fn read_preview(tx: &mut Tx, preview: Preview) -> Result<PreviewView, StoreError> {
    let letters = preview.letters();
    Ok(PreviewView {
        letters,
        groups: preview
            .groups
            .into_iter()
            .map(DeadGroupView::from)
            .collect(),
        first: dead_letter_views(tx, preview.first).await?,
    })
}

/// What became of a message under a decision.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DecidedLetter)]
pub struct DecidedLetterView {
    /// Its place in the decision.
    pub place: i64,
    /// The message that died.
    pub message_id: Uuid,
    /// `DONE`, `REFUSED`, `SKIPPED` or `FAILED`; null while it waits for its turn.
    pub outcome: Option<String>,
    /// What was done, or why nothing was.
    pub detail: Option<String>,
    /// The message that was sent in its place.
    pub replayed_as: Option<Uuid>,
}

impl From<DecidedLetter> for DecidedLetterView {
    fn from(letter: DecidedLetter) -> Self {
        Self {
            place: letter.place,
            message_id: letter.message,
            outcome: letter.outcome.map(|outcome| outcome.to_string()),
            detail: letter.detail,
            replayed_as: letter.replayed_as,
        }
    }
}

/// A decision about many dead letters, and how far it has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeadLetterDecision)]
pub struct DecisionView {
    /// Its id.
    pub id: Uuid,
    /// What is done with each message.
    #[schema(example = "REDRIVE")]
    pub action: String,
    /// Which messages were meant.
    pub selection: SelectionContent,
    /// How many messages it is about.
    pub letters: i64,
    /// How many a second, at most.
    pub rate: i64,
    /// With how many it was done.
    pub done: i64,
    /// With how many it was not, for the reason that stands with each.
    pub refused: i64,
    /// About how many somebody else had decided before.
    pub skipped: i64,
    /// How many wait for their turn.
    pub waiting: i64,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// A page of the messages.
    pub results: Vec<DecidedLetterView>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

impl DecisionView {
    /// The view of how far a decision has come; the page is followed by `next_cursor`.
    pub fn new(standing: Standing, next_cursor: Option<String>) -> Self {
        let count = |outcome| standing.count(outcome);
        let (done, skipped) = (count(Some(Outcome::Done)), count(Some(Outcome::Skipped)));
        let refused = count(Some(Outcome::Refused)) + count(Some(Outcome::Failed));
        let waiting = count(None);
        let decision = standing.decision;
        Self {
            id: decision.id.0,
            action: decision.action.to_string(),
            selection: decision.selection.into(),
            letters: decision.letters,
            rate: decision.rate,
            done,
            refused,
            skipped,
            waiting,
            actor: decision.actor,
            reason: decision.reason,
            decided_at: decision.decided_at,
            results: standing
                .letters
                .into_iter()
                .map(DecidedLetterView::from)
                .collect(),
            next_cursor,
        }
    }
}
