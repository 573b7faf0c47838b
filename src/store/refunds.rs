//! Refunds: money of payments that is given back. The account it goes to lies in sealed content.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::four_eyes::Persons;
use crate::domain::id::{ApplicationId, PaymentId, RefundId, RefundListId, SealedId};
use crate::domain::money::Money;
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::RefundFacts;
use crate::domain::refund::RefundState;
use crate::store::money_facts::Days;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A refund as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Its number, as people say it.
    pub number: String,
    /// The payment that it gives back, in whole or in part.
    pub payment: PaymentId,
    /// The application whose fee the money was for, where one is known.
    pub application: Option<ApplicationId>,
    /// How much, above zero.
    pub amount: Money,
    /// ISO 4217 code.
    pub currency: String,
    /// What has happened to it.
    pub state: RefundState,
    /// How many persons must approve it.
    pub persons: Persons,
    /// Whether its money was taken out of a tie to the application's fee.
    pub untied: bool,
    /// Whether the account stands in the bank's statement; else an operator typed it.
    pub told_by_bank: bool,
    /// Where account and name are sealed.
    pub sealed: SealedId,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// The last list for the bank in which it stands.
    pub list: Option<RefundListId>,
    /// The day of that list.
    pub listed_on: Option<NaiveDate>,
    /// The bank's debit that paid it.
    pub debit: Option<PaymentId>,
    /// The bank's credit that brought it back.
    pub returned_by: Option<PaymentId>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct RefundRow {
    id: Uuid,
    number: String,
    payment_id: Uuid,
    application_id: Option<Uuid>,
    amount: i64,
    currency: String,
    state: String,
    persons: i64,
    untied: bool,
    told_by_bank: bool,
    sealed_id: Uuid,
    proposed_by: String,
    proposed_at: DateTime<Utc>,
    list_id: Option<Uuid>,
    listed_on: Option<NaiveDate>,
    debit_id: Option<Uuid>,
    return_id: Option<Uuid>,
    updated_at: DateTime<Utc>,
    version: i64,
}

/// The columns of [`RefundRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, payment_id, application_id, amount, currency, state, persons, untied,
                    told_by_bank, sealed_id, proposed_by, proposed_at, list_id, listed_on, debit_id,
                    return_id, updated_at, version
             FROM refunds ",
            $rest
        )
    };
}

impl TryFrom<RefundRow> for Refund {
    type Error = StoreError;

    fn try_from(row: RefundRow) -> Result<Self, StoreError> {
        let state = RefundState::parse(&row.state);
        Ok(Self {
            state: read_code(state, "refunds", "state", &row.id)?,
            id: RefundId(row.id),
            number: row.number,
            payment: PaymentId(row.payment_id),
            application: row.application_id.map(ApplicationId),
            amount: Money::from_bani(row.amount),
            currency: row.currency,
            persons: if row.persons > 1 {
                Persons::Two
            } else {
                Persons::One
            },
            untied: row.untied,
            told_by_bank: row.told_by_bank,
            sealed: SealedId(row.sealed_id),
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at,
            list: row.list_id.map(RefundListId),
            listed_on: row.listed_on,
            debit: row.debit_id.map(PaymentId),
            returned_by: row.return_id.map(PaymentId),
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

/// Adds a refund.
pub async fn insert(tx: &mut Tx, new: &Refund) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO refunds
            (id, number, payment_id, application_id, amount, currency, state, persons, untied,
             told_by_bank, sealed_id, proposed_by, proposed_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let persons: i64 = match new.persons {
        Persons::One => 1,
        Persons::Two => 2,
    };
    execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.payment.0,
        new.application.map(|id| id.0),
        new.amount.bani(),
        new.currency.as_str(),
        new.state.as_str(),
        persons,
        new.untied,
        new.told_by_bank,
        new.sealed.0,
        new.proposed_by.as_str(),
        new.proposed_at,
        new.updated_at,
        new.version,
    )?;
    Ok(())
}

fn one(row: Option<RefundRow>) -> Result<Option<Refund>, StoreError> {
    row.map(Refund::try_from).transpose()
}

fn many(rows: Vec<RefundRow>) -> Result<Vec<Refund>, StoreError> {
    rows.into_iter().map(Refund::try_from).collect()
}

/// Finds a refund by its id.
pub async fn find(tx: &mut Tx, id: RefundId) -> Result<Option<Refund>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    one(query!(fetch_optional as RefundRow, tx, SQL, id.0)?)
}

/// Finds a refund by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Refund>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    one(query!(fetch_optional as RefundRow, tx, SQL, number)?)
}

/// Lists refunds in a state (or in any) after `after`, in the order of their proposal.
pub async fn list(
    tx: &mut Tx,
    state: Option<RefundState>,
    after: Option<RefundId>,
    limit: i64,
) -> Result<Vec<Refund>, StoreError> {
    const ALL: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(match state {
        None => query!(fetch_all as RefundRow, tx, ALL, after, limit)?,
        Some(state) => query!(
            fetch_all as RefundRow,
            tx,
            STATE,
            state.as_str(),
            after,
            limit
        )?,
    })
}

/// Lists refunds in a state (or in any) before `before`, the latest first.
pub async fn list_latest(
    tx: &mut Tx,
    state: Option<RefundState>,
    before: Option<RefundId>,
    limit: i64,
) -> Result<Vec<Refund>, StoreError> {
    const ALL: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let before = before.map_or(Uuid::max(), |id| id.0);
    many(match state {
        None => query!(fetch_all as RefundRow, tx, ALL, before, limit)?,
        Some(state) => query!(
            fetch_all as RefundRow,
            tx,
            STATE,
            state.as_str(),
            before,
            limit
        )?,
    })
}

/// Counts the refunds in a state, no further than to `most`.
pub async fn count_up_to(tx: &mut Tx, state: RefundState, most: i64) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM (SELECT 1 AS one FROM refunds WHERE state = $1 LIMIT $2) AS counted";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, state.as_str(), most)?;
    Ok(count)
}

/// Lists the refunds of a payment, oldest first.
pub async fn list_of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Refund>, StoreError> {
    const SQL: &str = select!("WHERE payment_id = $1 ORDER BY id LIMIT 200");
    many(query!(fetch_all as RefundRow, tx, SQL, payment.0)?)
}

/// Lists the refunds of money that was for an application's fee, oldest first.
pub async fn list_of_application(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<Refund>, StoreError> {
    const SQL: &str = select!("WHERE application_id = $1 ORDER BY id LIMIT 200");
    many(query!(fetch_all as RefundRow, tx, SQL, application.0)?)
}

/// Lists what stands in a list for the bank, in the order in which it stands there.
pub async fn list_of_list(tx: &mut Tx, list: RefundListId) -> Result<Vec<Refund>, StoreError> {
    const SQL: &str = select!("WHERE list_id = $1 ORDER BY id");
    many(query!(fetch_all as RefundRow, tx, SQL, list.0)?)
}

/// Lists approved refunds in a currency that wait for a list, oldest first.
pub async fn list_approved(
    tx: &mut Tx,
    currency: &str,
    limit: i64,
) -> Result<Vec<Refund>, StoreError> {
    const SQL: &str = select!("WHERE state = 'APPROVED' AND currency = $1 ORDER BY id LIMIT $2");
    many(query!(fetch_all as RefundRow, tx, SQL, currency, limit)?)
}

/// Sums up what of a payment is set aside to be given back, or was given back.
pub async fn sum_held(tx: &mut Tx, payment: PaymentId) -> Result<Money, StoreError> {
    const SQL: &str = "
        SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT)
        FROM refunds
        WHERE payment_id = $1 AND state IN ('PROPOSED', 'APPROVED', 'EXPORTED', 'PAID')";
    let (bani,) = query!(fetch_one as (i64,), tx, SQL, payment.0)?;
    Ok(Money::from_bani(bani))
}

/// Lists payments that may be given back, in whole or in part, after `after`, in the order of their
/// recording. How much of each, the caller finds out.
pub async fn list_candidates(
    tx: &mut Tx,
    after: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<PaymentId>, StoreError> {
    // A UNION and no OR: each part is an index range.
    const SQL: &str = "
        SELECT c.id
        FROM (SELECT p.id FROM payments p WHERE p.state = 'REFUND_DUE'
              UNION
              SELECT p.id
              FROM payments p
              WHERE p.state IN ('SUGGESTED', 'UNMATCHED') AND p.reason IN (907, 908, 909)
              UNION
              SELECT p.id FROM payments p WHERE p.state = 'INVALID' AND p.reason = 912 AND p.credit
              UNION
              SELECT h.subject_id
              FROM holds h
              WHERE h.open AND h.code IN (904, 909) AND h.subject_kind = 'PAYMENT'
              UNION
              SELECT m.payment_id
              FROM applications a
              JOIN matches m ON m.application_id = a.id
              WHERE a.fee_state = 'OVERPAID') c
        WHERE c.id > $1
        ORDER BY c.id
        LIMIT $2";
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = query!(fetch_all as (Uuid,), tx, SQL, after, limit)?;
    Ok(rows.into_iter().map(|(id,)| PaymentId(id)).collect())
}

/// Records in which list a refund stands.
pub async fn set_list(
    tx: &mut Tx,
    id: RefundId,
    list: RefundListId,
    on: NaiveDate,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE refunds SET list_id = $2, listed_on = $3 WHERE id = $1";
    execute!(tx, SQL, id.0, list.0, on)?;
    Ok(())
}

/// Records that a refund stands in no list any more.
pub async fn clear_list(tx: &mut Tx, id: RefundId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE refunds SET list_id = NULL, listed_on = NULL WHERE id = $1";
    execute!(tx, SQL, id.0)?;
    Ok(())
}

/// Records the bank's debit that paid a refund.
pub async fn set_debit(tx: &mut Tx, id: RefundId, debit: PaymentId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE refunds SET debit_id = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, debit.0)?;
    Ok(())
}

/// Records the bank's credit that brought a refund back.
pub async fn set_return(tx: &mut Tx, id: RefundId, credit: PaymentId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE refunds SET return_id = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, credit.0)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    number: String,
    channel: String,
    listed_on: NaiveDate,
    amount: i64,
    currency: String,
    state: String,
    debited: Option<i64>,
}

/// Lists the refunds of payments of a channel that stand in the bank's lists of some days.
pub async fn list_facts(tx: &mut Tx, days: &Days) -> Result<Vec<RefundFacts>, StoreError> {
    const SQL: &str = "
        SELECT r.number, p.channel, r.listed_on, r.amount, r.currency, r.state,
               d.amount AS debited
        FROM refunds r
        JOIN payments p ON p.id = r.payment_id
        LEFT JOIN payments d ON d.id = r.debit_id
        WHERE r.listed_on BETWEEN $2 AND $3 AND p.channel = $1
        ORDER BY r.listed_on, r.number";
    let channel = days.channel.as_str();
    let rows = query!(fetch_all as FactsRow, tx, SQL, channel, days.from, days.to)?;
    rows.into_iter()
        .map(|row| {
            let state = RefundState::parse(&row.state);
            Ok(RefundFacts {
                state: read_code(state, "refunds", "state", &row.number)?,
                channel: read_code(
                    Channel::parse(&row.channel),
                    "payments",
                    "channel",
                    &row.number,
                )?,
                number: row.number,
                listed_on: row.listed_on,
                amount: Money::from_bani(row.amount),
                currency: row.currency,
                debited: row.debited.map(Money::from_bani),
            })
        })
        .collect()
}
