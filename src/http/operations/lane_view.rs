//! Destinations of the outbox as operators see them: all together, on a page, and one by one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::flow::decide_lane::subject;
use crate::http::operations::dead_letter_view::DeadGroupView;
use crate::http::operations::view::{HistoryView, LaneView, read_history};
use crate::store::outbox::overview::{
    Head, KeptAttempt, KindStanding, list_attempts, list_heads, list_kinds,
};
use crate::store::outbox::{Lane, LaneKind, Selection, find_lane, group_dead, list_lanes};
use crate::store::webhooks::push::{Run, list_runs};
use crate::store::{StoreError, Tx};

/// Tries at a message that are shown.
const ATTEMPTS_MAX: i64 = 50;

/// The destinations of one kind together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LaneKindStanding)]
pub struct KindView {
    /// Who stands at their end.
    #[schema(example = "BUREAU")]
    pub kind: String,
    /// How many there are.
    pub lanes: i64,
    /// How many of them are pushed; the others are fetched.
    pub pushed: i64,
    /// Messages that wait to be pushed.
    pub waiting: i64,
    /// When the oldest of them was put into the outbox.
    pub waiting_since: Option<DateTime<Utc>>,
    /// Destinations that are due now.
    pub due: i64,
    /// Destinations that a process holds.
    pub leased: i64,
    /// Destinations whose process did not come back in time; another takes them over.
    pub abandoned: i64,
    /// Destinations that an operator paused.
    pub paused: i64,
    /// Destinations that are left in peace for a while because they fail.
    pub resting: i64,
}

impl From<KindStanding> for KindView {
    fn from(kind: KindStanding) -> Self {
        Self {
            kind: kind.kind,
            lanes: kind.lanes,
            pushed: kind.pushed,
            waiting: kind.waiting,
            waiting_since: kind.oldest,
            due: kind.due,
            leased: kind.leased,
            abandoned: kind.abandoned,
            paused: kind.paused,
            resting: kind.resting,
        }
    }
}

/// The outbox at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Outbox)]
pub struct OutboxView {
    /// The destinations by kind.
    pub kinds: Vec<KindView>,
    /// Messages that could not be delivered, by why.
    pub dead: Vec<DeadGroupView>,
}

/// Reads the outbox at a glance.
pub async fn read_outbox(tx: &mut Tx, now: DateTime<Utc>) -> Result<OutboxView, StoreError> {
    let kinds = list_kinds(tx, now).await?;
    let dead = group_dead(tx, &Selection::default()).await?;
    Ok(OutboxView {
        kinds: kinds.into_iter().map(KindView::from).collect(),
        dead: dead.into_iter().map(DeadGroupView::from).collect(),
    })
}

/// Reads destinations by name, after `after`, each with the age of what waits.
pub async fn read_lanes(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<LaneView>, StoreError> {
    let lanes = list_lanes(tx, after, limit).await?;
    let names: Vec<&str> = lanes.iter().map(|lane| lane.lane.as_str()).collect();
    let heads = list_heads(tx, &names).await?;
    let view = |lane: Lane| {
        let head = heads.iter().find(|head| head.lane == lane.lane);
        LaneView {
            waiting_since: head.map(|head| head.created_at),
            ..LaneView::from(lane)
        }
    };
    Ok(lanes.into_iter().map(view).collect())
}

/// The message that is the next of its destination.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NextMessage)]
pub struct HeadView {
    /// Its id.
    pub message_id: Uuid,
    /// Its place.
    pub seq: i64,
    /// What it is.
    #[schema(example = "order")]
    pub kind: String,
    /// The order, letter or application that it is about.
    pub subject_id: Uuid,
    /// The message that it repeats, after an operator's decision.
    pub replay_of: Option<Uuid>,
    /// When it was put into the outbox.
    pub created_at: DateTime<Utc>,
}

impl From<&Head> for HeadView {
    fn from(head: &Head) -> Self {
        Self {
            message_id: head.message_id,
            seq: head.seq,
            kind: head.kind.clone(),
            subject_id: head.subject_id,
            replay_of: head.replay_of,
            created_at: head.created_at,
        }
    }
}

/// One try at delivering a message, or tries at successive messages that ended alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub struct AttemptView {
    /// The place of the first message.
    pub first_seq: i64,
    /// The place of the last one.
    pub last_seq: i64,
    /// Counts the tries at each of them, from 1.
    pub attempt: i64,
    /// How it ended.
    #[schema(example = "RETRY")]
    pub outcome: String,
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// What was said.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

impl AttemptView {
    /// The view of a try at the message in this place.
    fn at(seq: i64, kept: KeptAttempt) -> Self {
        Self {
            first_seq: seq,
            last_seq: seq,
            attempt: kept.attempt,
            outcome: kept.outcome,
            status: kept.status,
            detail: kept.detail,
            started_at: kept.started_at,
            ended_at: kept.ended_at,
        }
    }
}

impl From<Run> for AttemptView {
    fn from(run: Run) -> Self {
        Self {
            first_seq: run.first_seq,
            last_seq: run.last_seq,
            attempt: run.attempt,
            outcome: run.outcome,
            status: run.status,
            detail: run.detail,
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }
}

/// One destination with all that is known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LaneDetail)]
pub struct LaneDetailView {
    /// What stands in lists.
    #[serde(flatten)]
    pub lane: LaneView,
    /// The last place that needs no delivery any more.
    pub acked_seq: i64,
    /// The last place that the receiver took, where a webhook pushes.
    pub delivered_seq: i64,
    /// The last place that is not kept any more.
    pub floor_seq: i64,
    /// How often it was leased.
    pub leases: i64,
    /// The message that is next.
    pub next: Option<HeadView>,
    /// The tries at it, the newest first; of an office, the last tries at all.
    pub tries: Vec<AttemptView>,
    /// Its messages that could not be delivered, by why.
    pub dead: Vec<DeadGroupView>,
    /// What operators decided about it, oldest first.
    pub history: Vec<HistoryView>,
}

/// Reads all that is known of a destination.
pub async fn read_lane(tx: &mut Tx, name: &str) -> Result<Option<LaneDetailView>, StoreError> {
    let Some(lane) = find_lane(tx, name).await? else {
        return Ok(None);
    };
    let heads = list_heads(tx, &[name]).await?;
    let head = heads.first();
    let tries = read_tries(tx, &lane, head).await?;
    let of_lane = Selection {
        lane: Some(name.to_owned()),
        ..Selection::default()
    };
    let dead = group_dead(tx, &of_lane).await?;
    Ok(Some(LaneDetailView {
        acked_seq: lane.acked_seq,
        delivered_seq: lane.delivered_seq,
        floor_seq: lane.floor_seq,
        leases: lane.lease_epoch,
        next: head.map(HeadView::from),
        tries,
        dead: dead.into_iter().map(DeadGroupView::from).collect(),
        history: read_history(tx, subject(name)).await?,
        lane: LaneView {
            waiting_since: head.map(|head| head.created_at),
            ..LaneView::from(lane)
        },
    }))
}

/// The tries at an office's events are kept in runs, those at the bureau's messages one by one.
async fn read_tries(
    tx: &mut Tx,
    lane: &Lane,
    head: Option<&Head>,
) -> Result<Vec<AttemptView>, StoreError> {
    if lane.kind == LaneKind::Office.as_str() {
        let runs = list_runs(tx, &lane.lane, None, ATTEMPTS_MAX).await?;
        return Ok(runs.into_iter().map(AttemptView::from).collect());
    }
    let Some(head) = head else {
        return Ok(Vec::new());
    };
    let kept = list_attempts(tx, head.message_id, ATTEMPTS_MAX).await?;
    let view = |attempt| AttemptView::at(head.seq, attempt);
    Ok(kept.into_iter().map(view).collect())
}
