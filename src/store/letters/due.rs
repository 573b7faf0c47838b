//! Which letters somebody has to do something about.

use chrono::{DateTime, Utc};

use crate::store::letters::{Letter, LetterRow, one, select};
use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// Finds the letter that has waited longest to be written. One that asks to cancel cards waits
/// until the bureau has their order: the two go by different lanes.
pub async fn find_due(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'DECIDED' AND due_at <= $1
           AND (kind <> 'CANCEL'
                OR EXISTS (SELECT 1 FROM orders o
                           WHERE o.id = letters.order_id
                             AND o.state IN ('SENT', 'RECEIPT_OK', 'PARTLY_ANSWERED',
                                             'ALL_ANSWERED', 'SETTLED')))
         ORDER BY due_at, id
         LIMIT 1"
    );
    one(query!(fetch_optional as LetterRow, tx, SQL, now)?)
}

/// Lists letters that need not be written any more: the doubt about the order is over, or the order
/// was given up.
pub async fn list_needless(tx: &mut Tx, limit: i64) -> Result<Vec<Letter>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'DECIDED'
           AND ((kind = 'INQUIRY' AND occasion = 'DOUBT'
                 AND EXISTS (SELECT 1 FROM orders o
                             WHERE o.id = letters.order_id AND o.state <> 'QUEUED'))
                OR (kind = 'CANCEL'
                    AND EXISTS (SELECT 1 FROM orders o
                                WHERE o.id = letters.order_id AND o.state = 'CANCELLED')))
         ORDER BY id
         LIMIT $1"
    );
    query!(fetch_all as LetterRow, tx, SQL, limit)?
        .into_iter()
        .map(Letter::try_from)
        .collect()
}

/// Finds the letter that was sent before `before`, has waited longest for an answer that is due
/// soon, and about which nobody was asked yet.
pub async fn find_unanswered(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'SENT' AND kind IN ('INQUIRY', 'CANCEL') AND sent_at <= $1
           AND NOT EXISTS (SELECT 1 FROM holds
                           WHERE subject_id = letters.id AND opened_at >= letters.sent_at)
         ORDER BY sent_at
         LIMIT 1"
    );
    one(query!(fetch_optional as LetterRow, tx, SQL, before)?)
}
