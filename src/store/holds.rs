//! Holds: what waits for an operator, and why.

mod tended;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::cause::Cause;
use crate::domain::id::{HoldId, OrderId};
use crate::domain::tending::{claim_ends, claims_count_since};
use crate::store::history::{Note, SubjectKind, record};
use crate::store::tx::{execute, query, query_rows};
use crate::store::{StoreError, Tx};

pub use tended::{claim, find_term, give_back, remark, snooze, wake};

/// Something that is to wait for an operator.
#[derive(Clone, Debug)]
pub struct NewHold<'a> {
    /// What waits.
    pub kind: SubjectKind,
    /// Its id.
    pub subject: Uuid,
    /// Its number, as people say it.
    pub number: &'a str,
    /// The number of the reason code.
    pub code: u16,
    /// What a reader needs beside the code; no personal data.
    pub detail: &'a str,
}

/// A hold as it is listed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Hold {
    /// Its id.
    pub id: Uuid,
    /// What waits.
    pub subject_kind: String,
    /// The id of what waits.
    pub subject_id: Uuid,
    /// The number of what waits.
    pub subject_number: String,
    /// The number of the reason code.
    pub code: i64,
    /// What a reader needs beside the code.
    pub detail: String,
    /// The cause, of an order or a line of one.
    pub cause: Option<String>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub closed_by: Option<String>,
    /// What was decided.
    pub decision: Option<String>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Who works on it, or did.
    pub claimed_by: Option<String>,
    /// Since when.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The day on which it waits again.
    pub wakes_on: Option<NaiveDate>,
    /// Who let it rest.
    pub snoozed_by: Option<String>,
    /// Why.
    pub snooze_reason: Option<String>,
    /// What was last remarked about it.
    pub remark: Option<String>,
    /// By whom.
    pub remarked_by: Option<String>,
    /// When.
    pub remarked_at: Option<DateTime<Utc>>,
}

/// Who works on a hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Claim<'a> {
    /// Who, as the history names actors.
    pub by: &'a str,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Hold {
    /// Who works on it `now`: a claim ends with the hold, and by itself after some hours.
    pub fn claim(&self, now: DateTime<Utc>) -> Option<Claim<'_>> {
        let claim = self.last_claim()?;
        (claim.at > claims_count_since(now)).then_some(claim)
    }

    /// When the claim of an open hold ends, or has ended, by itself.
    pub fn claim_ends_at(&self) -> Option<DateTime<Utc>> {
        self.last_claim().map(|claim| claim_ends(claim.at))
    }

    fn last_claim(&self) -> Option<Claim<'_>> {
        let (by, at) = (self.claimed_by.as_deref()?, self.claimed_at?);
        self.closed_at.is_none().then_some(Claim { by, at })
    }

    /// Until when it rests; `None` where it waits `today`.
    pub fn rests_until(&self, today: NaiveDate) -> Option<NaiveDate> {
        let until = self.wakes_on.filter(|until| *until > today)?;
        self.closed_at.is_none().then_some(until)
    }
}

/// Which of the open holds: those that wait for somebody, or those that rest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shown {
    /// Whether those that rest.
    pub resting: bool,
    /// The day in Bucharest.
    pub today: NaiveDate,
}

impl Shown {
    /// What waits for somebody.
    pub const fn waiting(today: NaiveDate) -> Self {
        let resting = false;
        Self { resting, today }
    }

    /// What rests until a later day.
    pub const fn resting(today: NaiveDate) -> Self {
        let resting = true;
        Self { resting, today }
    }
}

/// The columns of [`Hold`], for every SELECT of a hold.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, subject_kind, subject_id, subject_number, code, detail, cause, opened_at,
                    closed_at, closed_by, decision, decision_reason, claimed_by, claimed_at, wakes_on,
                    snoozed_by, snooze_reason, remark, remarked_by, remarked_at
             FROM holds ",
            $rest
        )
    };
}

/// Opens a hold, unless the same subject waits for the same reason already. What rested of the subject
/// waits again: something has happened to it.
///
/// Returns whether a hold was opened.
pub async fn open(tx: &mut Tx, new: &NewHold<'_>, note: &Note<'_>) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO holds
            (id, subject_kind, subject_id, subject_number, code, detail, cause, open, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8)
        ON CONFLICT (subject_id, code) WHERE open DO NOTHING";
    let id = note.random.uuid(note.at);
    let of_order = matches!(new.kind, SubjectKind::Order | SubjectKind::OrderLine);
    let cause = of_order.then(|| Cause::of(new.code, new.detail));
    let opened = execute!(
        tx,
        SQL,
        id,
        new.kind.as_str(),
        new.subject,
        new.number,
        i64::from(new.code),
        new.detail,
        cause.map(Cause::as_str),
        note.at,
    )? == 1;
    if opened {
        let code = new.code.to_string();
        record(
            tx,
            SubjectKind::Hold,
            new.subject,
            ["", "OPENED", &code],
            note,
        )
        .await?;
        tended::wake_all(tx, new.subject, note).await?;
    }
    Ok(opened)
}

/// Closes the open holds of a subject, all of them or those with one code, with the decision that
/// closed them. Returns how many there were. What rested of the subject waits again.
pub async fn close(
    tx: &mut Tx,
    subject: Uuid,
    code: Option<u16>,
    decision: &str,
    note: &Note<'_>,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET open = FALSE, closed_at = $1, closed_by = $2, decision = $3, decision_reason = $4
        WHERE subject_id = $5 AND open AND (code = $6 OR $6 < 0)";
    let actor = note.actor.to_string();
    let code = code.map_or(-1, i64::from);
    let closed = execute!(
        tx,
        SQL,
        note.at,
        actor.as_str(),
        decision,
        note.reason,
        subject,
        code,
    )?;
    if closed > 0 {
        record(
            tx,
            SubjectKind::Hold,
            subject,
            ["OPEN", decision, "CLOSED"],
            note,
        )
        .await?;
        tended::wake_all(tx, subject, note).await?;
    }
    Ok(closed)
}

/// Finds a hold by its id.
pub async fn find(tx: &mut Tx, id: HoldId) -> Result<Option<Hold>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    query!(fetch_optional as Hold, tx, SQL, id.0)
}

/// Finds a hold by its id and locks it until the transaction ends, so that of two who decide about
/// it the slower one sees what the faster one decided.
pub async fn lock(tx: &mut Tx, id: HoldId) -> Result<Option<Hold>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(fetch_optional as Hold, tx, sql, id.0)
}

/// Lists open holds after `after`, oldest first; `code` narrows to one reason.
pub async fn list_open(
    tx: &mut Tx,
    code: Option<u16>,
    after: Option<HoldId>,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str =
        select!("WHERE open AND (code = $1 OR $1 < 0) AND id > $2 ORDER BY id LIMIT $3");
    let code = code.map_or(-1, i64::from);
    let after = after.map_or(Uuid::nil(), |id| id.0);
    query!(fetch_all as Hold, tx, SQL, code, after, limit)
}

/// Lists the open holds that rest, after `after`, the oldest first; `code` narrows to one reason.
pub async fn list_resting(
    tx: &mut Tx,
    (code, today): (Option<u16>, NaiveDate),
    after: Option<HoldId>,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str = select!(
        "WHERE open AND (code = $1 OR $1 < 0) AND wakes_on > $2 AND id > $3
         ORDER BY id
         LIMIT $4"
    );
    let code = code.map_or(-1, i64::from);
    let after = after.map_or(Uuid::nil(), |id| id.0);
    query!(fetch_all as Hold, tx, SQL, code, today, after, limit)
}

/// Lists open holds of a reason on subjects of a kind that have no cause of failed orders, after
/// `after`, the oldest first.
pub async fn list_waiting(
    tx: &mut Tx,
    (code, kind): (u16, SubjectKind),
    shown: Shown,
    after: Option<HoldId>,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str = select!(
        "WHERE open AND cause IS NULL AND code = $1 AND subject_kind = $2 AND id > $3
           AND (wakes_on IS NOT NULL AND wakes_on > $4) = $5
         ORDER BY id
         LIMIT $6"
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    query!(
        fetch_all as Hold,
        tx,
        SQL,
        i64::from(code),
        kind.as_str(),
        after,
        shown.today,
        shown.resting,
        limit
    )
}

/// Lists the open holds of a cause of failed orders, the oldest first.
pub async fn list_of_cause(
    tx: &mut Tx,
    cause: Cause,
    shown: Shown,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str = select!(
        "WHERE open AND cause IS NOT NULL AND cause = $1
           AND (wakes_on IS NOT NULL AND wakes_on > $2) = $3
         ORDER BY id
         LIMIT $4"
    );
    let (today, resting) = (shown.today, shown.resting);
    query!(
        fetch_all as Hold,
        tx,
        SQL,
        cause.as_str(),
        today,
        resting,
        limit
    )
}

/// Lists the open holds of an order and of its lines that have a cause, the oldest first.
pub async fn list_of_order(
    tx: &mut Tx,
    order: OrderId,
    cause: Cause,
    limit: i64,
) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str = select!(
        "WHERE open AND cause = $2
           AND (subject_id = $1 OR subject_id IN (SELECT id FROM order_lines WHERE order_id = $1))
         ORDER BY id
         LIMIT $3"
    );
    query!(fetch_all as Hold, tx, SQL, order.0, cause.as_str(), limit)
}

/// Lists the holds of a subject, open and closed, oldest first.
pub async fn list_of(tx: &mut Tx, subject: Uuid, limit: i64) -> Result<Vec<Hold>, StoreError> {
    const SQL: &str = select!("WHERE subject_id = $1 ORDER BY id LIMIT $2");
    query!(fetch_all as Hold, tx, SQL, subject, limit)
}

/// Lists what the open holds of some subjects say beside their codes, the latest of each last.
pub async fn list_details(
    tx: &mut Tx,
    subjects: &[Uuid],
) -> Result<Vec<(Uuid, String)>, StoreError> {
    const POSTGRES: &str = "
        SELECT subject_id, detail
        FROM holds
        WHERE open AND subject_id = ANY($1)
        ORDER BY id";
    const SQLITE: &str = "
        SELECT subject_id, detail
        FROM holds
        WHERE open AND subject_id IN (SELECT unhex(value) FROM json_each($1))
        ORDER BY id";
    query_rows!(as (Uuid, String), tx, (POSTGRES, SQLITE), [], subjects)
}

/// Counts the open holds of a subject.
pub async fn count_open(tx: &mut Tx, subject: Uuid) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM holds WHERE subject_id = $1 AND open";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, subject)?;
    Ok(count)
}
