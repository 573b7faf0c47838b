//! Lists of refunds for the bank. The bytes lie in sealed content, so that the same can be had again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{RefundListId, SealedId};
use crate::domain::money::Money;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// A list of refunds for the bank.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefundList {
    /// Its id.
    pub id: RefundListId,
    /// Its number, which is the message's identification too.
    pub number: String,
    /// ISO 4217 code of all its refunds.
    pub currency: String,
    /// How many refunds it was written with.
    pub refunds: i64,
    /// Their sum.
    pub amount: Money,
    /// Where the pain.001 document is sealed.
    pub document: SealedId,
    /// Where the table is sealed.
    pub table: SealedId,
    /// SHA-256 of the document.
    pub sha256: Vec<u8>,
    /// Who had it written.
    pub written_by: String,
    /// When.
    pub written_at: DateTime<Utc>,
    /// When it was withdrawn as a whole.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct ListRow {
    id: Uuid,
    number: String,
    currency: String,
    refunds: i64,
    amount: i64,
    document_id: Uuid,
    table_id: Uuid,
    sha256: Vec<u8>,
    written_by: String,
    written_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

/// The columns of [`ListRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, currency, refunds, amount, document_id, table_id, sha256, written_by,
                    written_at, withdrawn_at
             FROM refund_lists ",
            $rest
        )
    };
}

impl From<ListRow> for RefundList {
    fn from(row: ListRow) -> Self {
        Self {
            id: RefundListId(row.id),
            number: row.number,
            currency: row.currency,
            refunds: row.refunds,
            amount: Money::from_bani(row.amount),
            document: SealedId(row.document_id),
            table: SealedId(row.table_id),
            sha256: row.sha256,
            written_by: row.written_by,
            written_at: row.written_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

/// Adds a list.
pub async fn insert(tx: &mut Tx, new: &RefundList) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO refund_lists
            (id, number, currency, refunds, amount, document_id, table_id, sha256, written_by,
             written_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.currency.as_str(),
        new.refunds,
        new.amount.bani(),
        new.document.0,
        new.table.0,
        new.sha256.as_slice(),
        new.written_by.as_str(),
        new.written_at,
    )?;
    Ok(())
}

/// Finds a list by its id.
pub async fn find(tx: &mut Tx, id: RefundListId) -> Result<Option<RefundList>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    let row = query!(fetch_optional as ListRow, tx, SQL, id.0)?;
    Ok(row.map(RefundList::from))
}

/// Finds a list by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<RefundList>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    let row = query!(fetch_optional as ListRow, tx, SQL, number)?;
    Ok(row.map(RefundList::from))
}

/// Lists the lists after `after`, in the order of their writing.
pub async fn list(
    tx: &mut Tx,
    after: Option<RefundListId>,
    limit: i64,
) -> Result<Vec<RefundList>, StoreError> {
    const SQL: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = query!(fetch_all as ListRow, tx, SQL, after, limit)?;
    Ok(rows.into_iter().map(RefundList::from).collect())
}

/// Lists the lists before `before`, the latest first.
pub async fn list_latest(
    tx: &mut Tx,
    before: Option<RefundListId>,
    limit: i64,
) -> Result<Vec<RefundList>, StoreError> {
    const SQL: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let before = before.map_or(Uuid::max(), |id| id.0);
    let rows = query!(fetch_all as ListRow, tx, SQL, before, limit)?;
    Ok(rows.into_iter().map(RefundList::from).collect())
}

/// Records that a list was withdrawn. Returns `false` when it had been before.
pub async fn withdraw(
    tx: &mut Tx,
    id: RefundListId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE refund_lists
        SET withdrawn_at = $2
        WHERE id = $1 AND withdrawn_at IS NULL";
    Ok(execute!(tx, SQL, id.0, at)? == 1)
}
