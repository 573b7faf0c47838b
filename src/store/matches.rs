//! Ties between payments and fees; never changed, only undone by another entry.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{ApplicationId, MatchId, PaymentId};
use crate::domain::money::Money;
use crate::store::tx::{execute, query, query_rows};
use crate::store::{StoreError, Tx};

/// The tie between one payment and one fee.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// The payment.
    pub payment: PaymentId,
    /// The application whose fee it pays.
    pub application: ApplicationId,
    /// How much of it; negative in an entry that undoes another.
    pub amount: Money,
    /// The rule that made it, or `OPERATOR`.
    pub rule: String,
    /// Who made it.
    pub actor: String,
    /// The tie that it undoes.
    pub undoes: Option<MatchId>,
    /// When.
    pub made_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct MatchRow {
    id: Uuid,
    payment_id: Uuid,
    application_id: Uuid,
    amount: i64,
    rule: String,
    actor: String,
    undoes_id: Option<Uuid>,
    made_at: DateTime<Utc>,
}

impl From<MatchRow> for Match {
    fn from(row: MatchRow) -> Self {
        Self {
            id: MatchId(row.id),
            payment: PaymentId(row.payment_id),
            application: ApplicationId(row.application_id),
            amount: Money::from_bani(row.amount),
            rule: row.rule,
            actor: row.actor,
            undoes: row.undoes_id.map(MatchId),
            made_at: row.made_at,
        }
    }
}

/// Adds a tie. Ties are never changed, only undone by another entry.
pub async fn insert(tx: &mut Tx, new: &Match) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO matches
            (id, payment_id, application_id, amount, rule, actor, undoes_id, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.payment.0,
        new.application.0,
        new.amount.bani(),
        new.rule.as_str(),
        new.actor.as_str(),
        new.undoes.map(|id| id.0),
        new.made_at,
    )?;
    Ok(())
}

/// Lists the ties of a payment that no other entry undoes.
pub async fn list_standing(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Match>, StoreError> {
    const SQL: &str = "
        SELECT m.id, m.payment_id, m.application_id, m.amount, m.rule, m.actor, m.undoes_id,
               m.made_at
        FROM matches m
        WHERE m.payment_id = $1 AND m.undoes_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id)
        ORDER BY m.made_at, m.id
        LIMIT 100";
    let rows = query!(fetch_all as MatchRow, tx, SQL, payment.0)?;
    Ok(rows.into_iter().map(Match::from).collect())
}

/// Lists the ties of an application that no other entry undoes, in the order of their making.
pub async fn list_of_application(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<Match>, StoreError> {
    const SQL: &str = "
        SELECT m.id, m.payment_id, m.application_id, m.amount, m.rule, m.actor, m.undoes_id,
               m.made_at
        FROM matches m
        WHERE m.application_id = $1 AND m.undoes_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id)
        ORDER BY m.made_at, m.id
        LIMIT 200";
    let rows = query!(fetch_all as MatchRow, tx, SQL, application.0)?;
    Ok(rows.into_iter().map(Match::from).collect())
}

/// Whether an operator undid a tie of this payment to this application.
pub async fn was_untied_by_operator(
    tx: &mut Tx,
    payment: PaymentId,
    application: ApplicationId,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM matches
        WHERE payment_id = $1 AND application_id = $2 AND undoes_id IS NOT NULL
          AND rule = 'OPERATOR'";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, payment.0, application.0)?;
    Ok(count > 0)
}

/// Lists the keyed persons to whom operators tied money that is found under `key`, those of ties that
/// were undone left out: whom a payer paid for before.
pub async fn list_chosen_for(
    tx: &mut Tx,
    key: &str,
    limit: i64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    const SQL: &str = "
        SELECT a.person_key
        FROM payment_keys k
        JOIN matches m ON m.payment_id = k.payment_id
        JOIN applications a ON a.id = m.application_id
        WHERE k.key = $1 AND m.rule = 'OPERATOR' AND m.undoes_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id)
        GROUP BY a.person_key
        ORDER BY MAX(m.made_at) DESC, a.person_key
        LIMIT $2";
    let rows = query!(fetch_all as (Vec<u8>,), tx, SQL, key, limit)?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Sums up all ties, those that undo others taken off: what applications were paid in all.
pub async fn sum(tx: &mut Tx) -> Result<Money, StoreError> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM matches";
    let (bani,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(Money::from_bani(bani))
}

/// Lists the payments that are tied to any of these applications and that no card has consumed.
pub async fn list_matched_of(tx: &mut Tx, applications: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    const POSTGRES: &str = "
        SELECT id
        FROM payments
        WHERE state = 'MATCHED' AND id IN (
            SELECT id FROM payments WHERE application_id = ANY($1)
            UNION
            SELECT m.payment_id
            FROM matches m
            WHERE m.application_id = ANY($1) AND m.undoes_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id))
        ORDER BY id";
    const SQLITE: &str = "
        SELECT id
        FROM payments
        WHERE state = 'MATCHED' AND id IN (
            SELECT id FROM payments
            WHERE application_id IN (SELECT unhex(value) FROM json_each($1))
            UNION
            SELECT m.payment_id
            FROM matches m
            WHERE m.application_id IN (SELECT unhex(value) FROM json_each($1))
              AND m.undoes_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id))
        ORDER BY id";
    let rows = query_rows!(as (Uuid,), tx, (POSTGRES, SQLITE), [], applications)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
