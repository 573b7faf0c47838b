//! Who works on a hold, until when it rests, and what was remarked about it. Every statement says what
//! the hold must still be, so that of two who act at once one is first.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::HoldId;
use crate::domain::tending::claims_count_since;
use crate::store::history::{Note, SubjectKind, record};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Gives an open hold to `by`: one that nobody works on, or that `from` works on. Returns whether it was
/// so; otherwise nothing has changed.
pub async fn claim(
    tx: &mut Tx,
    id: HoldId,
    (by, at): (&str, DateTime<Utc>),
    from: Option<&str>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET claimed_by = $2, claimed_at = $3
        WHERE id = $1 AND open AND (claimed_by IS NULL OR claimed_at <= $4 OR claimed_by = $5)";
    let since = claims_count_since(at);
    let claimed = execute!(tx, SQL, id.0, by, at, since, from)?;
    Ok(claimed == 1)
}

/// Ends the claim that `by` has of an open hold. Returns whether there was one.
pub async fn give_back(tx: &mut Tx, id: HoldId, by: &str) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET claimed_by = NULL, claimed_at = NULL
        WHERE id = $1 AND open AND claimed_by = $2";
    Ok(execute!(tx, SQL, id.0, by)? == 1)
}

/// Lets an open hold rest from `today` until a day. Returns whether it waited; otherwise nothing has
/// changed.
pub async fn snooze(
    tx: &mut Tx,
    id: HoldId,
    (today, until): (NaiveDate, NaiveDate),
    note: &Note<'_>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET wakes_on = $2, snoozed_by = $3, snooze_reason = $4
        WHERE id = $1 AND open AND (wakes_on IS NULL OR wakes_on <= $5)";
    let by = note.actor.to_string();
    let snoozed = execute!(tx, SQL, id.0, until, by.as_str(), note.reason, today)?;
    Ok(snoozed == 1)
}

/// Lets an open hold that rests `today` wait again. Returns whether it rested.
pub async fn wake(tx: &mut Tx, id: HoldId, today: NaiveDate) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET wakes_on = NULL, snoozed_by = NULL, snooze_reason = NULL
        WHERE id = $1 AND open AND wakes_on > $2";
    Ok(execute!(tx, SQL, id.0, today)? == 1)
}

/// Lets everything of a subject wait again: something has happened to it.
pub(super) async fn wake_all(
    tx: &mut Tx,
    subject: Uuid,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET wakes_on = NULL, snoozed_by = NULL, snooze_reason = NULL
        WHERE subject_id = $1 AND open AND wakes_on IS NOT NULL";
    if execute!(tx, SQL, subject)? > 0 {
        record(
            tx,
            SubjectKind::Hold,
            subject,
            ["OPEN", "WOKEN", "OPEN"],
            note,
        )
        .await?;
    }
    Ok(())
}

/// Keeps what was remarked about an open hold. Returns whether it is open.
pub async fn remark(tx: &mut Tx, id: HoldId, note: &Note<'_>) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE holds
        SET remark = $2, remarked_by = $3, remarked_at = $4
        WHERE id = $1 AND open";
    let by = note.actor.to_string();
    let remarked = execute!(tx, SQL, id.0, note.reason, by.as_str(), note.at)?;
    Ok(remarked == 1)
}

/// Finds the last day of the first legal term that runs for what waits under a subject: of the
/// application itself, of those whose cards an order asks for, or a consignment holds.
pub async fn find_term(tx: &mut Tx, subject: Uuid) -> Result<Option<NaiveDate>, StoreError> {
    // The states are those in which a term runs, as the index `applications_unfinished` has them.
    const SQL: &str = "
        SELECT MIN(deadline_on)
        FROM applications
        WHERE id IN (
            SELECT id FROM applications WHERE id = $1
            UNION ALL
            SELECT application_id FROM order_lines WHERE id = $1
            UNION ALL
            SELECT application_id FROM order_lines WHERE order_id = $1 AND live
            UNION ALL
            SELECT l.application_id
            FROM letters t
            JOIN order_lines l ON l.order_id = t.order_id AND l.live
            WHERE t.id = $1
            UNION ALL
            SELECT application_id FROM complaints WHERE id = $1
            UNION ALL
            SELECT a.id
            FROM consignment_cards c
            JOIN applications a ON a.number = c.application_number
            WHERE c.consignment_id = $1)
          AND state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                        'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                        'CANCEL_REQUESTED')";
    let (term,) = query!(fetch_one as (Option<NaiveDate>,), tx, SQL, subject)?;
    Ok(term)
}
