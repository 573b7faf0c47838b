//! Statements as the files of channels told them.

use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::SourceFileId;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// How far two statements with one number may lie apart to be the same: banks begin to count
/// again every year.
const SAME_NUMBER_DAYS: Days = Days::new(180);

/// A statement as it is stored.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its id.
    pub id: Uuid,
    /// The file it stands in.
    pub source_file: SourceFileId,
    /// The account; empty where the file does not say.
    pub account: String,
    /// The number in the bank's sequence; empty where it has none.
    pub number: String,
    /// The account's currency; empty where the file does not say.
    pub currency: String,
    /// The first day of booking.
    pub booked_from: Option<NaiveDate>,
    /// The last day of booking.
    pub booked_to: Option<NaiveDate>,
    /// The balance before the first entry, in minor units.
    pub opening: Option<i64>,
    /// The balance after the last entry, in minor units.
    pub closing: Option<i64>,
    /// Whether it adds up.
    pub ties: Option<bool>,
    /// How many booked movements it has.
    pub entries: i64,
    /// Equal for statements that tell the same, whatever their format.
    pub digest: Vec<u8>,
}

/// Adds a statement.
pub async fn insert(tx: &mut Tx, new: &Statement, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO statements
            (id, source_file_id, account, number, currency, booked_from, booked_to, opening,
             closing, ties, entries, digest, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    execute!(
        tx,
        SQL,
        new.id,
        new.source_file.0,
        new.account.as_str(),
        new.number.as_str(),
        new.currency.as_str(),
        new.booked_from,
        new.booked_to,
        new.opening,
        new.closing,
        new.ties,
        new.entries,
        new.digest.as_slice(),
        at,
    )?;
    Ok(())
}

/// Whether a statement of the same account and number, of about the same time, told something
/// else.
pub async fn is_told_otherwise(tx: &mut Tx, new: &Statement) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM statements
        WHERE account = $1 AND number = $2 AND digest <> $3 AND source_file_id <> $4
          AND booked_to BETWEEN $5 AND $6";
    let Some(day) = new.booked_to else {
        return Ok(false);
    };
    let from = day.checked_sub_days(SAME_NUMBER_DAYS).unwrap_or(day);
    let to = day.checked_add_days(SAME_NUMBER_DAYS).unwrap_or(day);
    let (count,) = query!(
        fetch_one as (i64,),
        tx,
        SQL,
        new.account.as_str(),
        new.number.as_str(),
        new.digest.as_slice(),
        new.source_file.0,
        from,
        to,
    )?;
    Ok(count > 0)
}

/// The statement before another one.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Previous {
    /// Its number in the bank's sequence; empty where it has none.
    pub number: String,
    /// The balance before its first entry, in minor units.
    pub opening: Option<i64>,
    /// The balance after its last entry, in minor units.
    pub closing: Option<i64>,
    /// Its last day of booking.
    pub booked_to: NaiveDate,
}

/// Finds the last statement of an account, in the same format and not long before, that ended
/// before another one begins, or on the day on which it does: banks tell of a day in several
/// statements. Those that do not add up tell nothing.
pub async fn find_previous(tx: &mut Tx, of: &Statement) -> Result<Option<Previous>, StoreError> {
    const SQL: &str = "
        SELECT s.number, s.opening, s.closing, s.booked_to
        FROM statements s
        JOIN source_files f ON f.id = s.source_file_id
        WHERE s.account = $1 AND s.currency = $2 AND s.booked_to <= $3 AND s.booked_to >= $4
          AND s.ties AND f.format = (SELECT format FROM source_files WHERE id = $5)
        ORDER BY s.booked_to DESC, s.recorded_at DESC, s.id DESC
        LIMIT 1";
    let Some(day) = of.booked_from else {
        return Ok(None);
    };
    let from = day.checked_sub_days(SAME_NUMBER_DAYS).unwrap_or(day);
    query!(
        fetch_optional as Previous,
        tx,
        SQL,
        of.account.as_str(),
        of.currency.as_str(),
        day,
        from,
        of.source_file.0,
    )
}
