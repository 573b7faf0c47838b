//! Applications that arrive: everything that each brings, written at once.
//!
//! On `PostgreSQL` that is one statement for four tables: what an application costs there is, above
//! all, the number of times that somebody has to be woken up. SQLite lies in the same process and is
//! asked table by table.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, Transaction};

use crate::store::applications::{Application, insert_all};
use crate::store::sealed::NewSealed;
use crate::store::tx::{Cell, execute};
use crate::store::{StoreError, Tx, matching_keys};

/// An application that arrives, as it stands after its first steps, with what it brings.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The application.
    pub application: &'a Application,
    /// Its content. The blob is durable already.
    pub content: &'a NewSealed,
    /// The keyed hash of its applicant's name.
    pub name_key: &'a [u8; 32],
    /// Whether its payment reference was drawn for it, and nobody was given it before.
    pub is_reference_new: bool,
}

/// What could be written of applications that arrived.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Arrived {
    /// Applications; fewer than arrived when the office used a reference before, when a person has an
    /// open application for the product, or when a payment reference is borne already.
    pub applications: u64,
    /// New payment references; fewer than there were when one was given out before.
    pub references: u64,
    /// Those of the keys asked about for which money waits.
    pub waited_for: Vec<String>,
}

/// Writes applications with all that they bring, and finds for which of `keys` money waits.
///
/// Where less was written than arrived, the transaction must not be committed.
pub async fn arrive(
    tx: &mut Tx,
    arrivals: &[Arrival<'_>],
    keys: &[&str],
    at: DateTime<Utc>,
) -> Result<Arrived, StoreError> {
    match tx {
        Tx::Postgres(tx, _) => Ok(in_one_statement(tx, arrivals, keys, at).await?),
        Tx::Sqlite(..) => table_by_table(tx, arrivals, keys, at).await,
    }
}

// A name is remembered, and a reference given, for what was written and for nothing else.
const POSTGRES: &str = "
    WITH n AS MATERIALIZED (
        SELECT *
        FROM UNNEST(
            $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::bytea[],
            $9::bigint[], $10::text[], $11::text[], $12::bytea[], $13::text[], $14::boolean[],
            $15::date[], $16::date[], $17::text[], $18::text[], $19::boolean[], $20::text[],
            $21::bigint[], $22::bigint[], $23::text[], $24::text[], $25::text[], $26::uuid[],
            $27::bigint[], $28::bigint[], $29::bigint[], $30::timestamptz[],
            $31::timestamptz[], $32::timestamptz[], $33::bigint[],
            $34::text[], $35::bytea[], $36::bigint[], $37::bytea[], $38::timestamptz[],
            $39::bytea[], $40::boolean[])
        AS n (
            id, number, office_id, collect_office_id, office_reference, content_sha256,
             revision, product, card_reason, person_key, bureau, test, registered_on,
             deadline_on, eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule,
             fee_facts, payment_reference, sealed_id, content_bytes, order_attempts, remakes,
             ready_since, received_at, updated_at, version,
            kind, wrapped_key, size_bytes, sha256, erase_at, name_key, is_reference_new)),
    blobs AS (
        INSERT INTO sealed_contents
            (id, kind, wrapped_key, size_bytes, sha256, created_at, erase_at)
        SELECT sealed_id, kind, wrapped_key, size_bytes, sha256, $1, erase_at
        FROM n),
    written AS (
        INSERT INTO applications
            (id, number, office_id, collect_office_id, office_reference, content_sha256,
             revision, product, card_reason, person_key, bureau, test, registered_on,
             deadline_on, eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule,
             fee_facts, payment_reference, sealed_id, content_bytes, order_attempts, remakes,
             ready_since, received_at, updated_at, version)
        SELECT
             id, number, office_id, collect_office_id, office_reference, content_sha256,
             revision, product, card_reason, person_key, bureau, test, registered_on,
             deadline_on, eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule,
             fee_facts, payment_reference, sealed_id, content_bytes, order_attempts, remakes,
             ready_since, received_at, updated_at, version
        FROM n
        ON CONFLICT DO NOTHING
        RETURNING id),
    ties AS (
        INSERT INTO payment_references
            (reference, office_id, product, application_id, given_at)
        SELECT payment_reference, office_id, product, id, $1
        FROM n JOIN written USING (id)
        WHERE is_reference_new
        ON CONFLICT (reference) DO NOTHING
        RETURNING 1),
    names AS (
        INSERT INTO application_names (name_key, application_id)
        SELECT name_key, id FROM n JOIN written USING (id)
        ON CONFLICT DO NOTHING)
    SELECT (SELECT COUNT(*) FROM written), (SELECT COUNT(*) FROM ties),
           ARRAY(SELECT DISTINCT k.key
                 FROM payment_keys k
                 JOIN payments p ON p.id = k.payment_id
                 WHERE k.key = ANY($2) AND p.credit AND NOT p.reversal
                   AND p.state IN ('UNMATCHED', 'SUGGESTED'))";

async fn in_one_statement(
    tx: &mut Transaction<'static, Postgres>,
    arrivals: &[Arrival<'_>],
    keys: &[&str],
    at: DateTime<Utc>,
) -> Result<Arrived, sqlx::Error> {
    let mut query = sqlx::query_as::<_, (i64, i64, Vec<String>)>(POSTGRES)
        .bind(at)
        .bind(keys);
    macro_rules! bind {
        (|$one:ident| $($cell:expr),+ $(,)?) => {
            $( query = query.bind(arrivals.iter().map(|$one| $cell).collect::<Vec<_>>()); )+
        };
    }
    bind!(
        |one| one.application.id.0,
        one.application.number.as_str(),
        one.application.office.0,
        one.application.collect_office.0,
        one.application.office_reference.as_str(),
        one.application.content_sha256.as_slice(),
        one.application.revision,
        one.application.product.as_str(),
        one.application.card_reason.as_str(),
        one.application.person_key.as_slice(),
        one.application.bureau.as_str(),
        one.application.test,
        one.application.registered_on,
        one.application.deadline_on,
        one.application.eligibility_rule.as_str(),
        one.application.state.as_str(),
        !one.application.state.is_ended(),
        one.application.fee_state.as_str(),
        one.application.fee_due.bani(),
        one.application.fee_paid.bani(),
        one.application.fee_rule.as_str(),
        one.application.fee_facts.as_str(),
        one.application.payment_reference.as_str(),
        one.application.sealed.0,
        one.application.content_bytes,
        one.application.order_attempts,
        one.application.remakes,
        one.application.ready_since,
        one.application.received_at,
        one.application.updated_at,
        one.application.version,
        one.content.kind.as_str(),
        one.content.wrapped_key.as_slice(),
        one.content.size_bytes,
        one.content.sha256.as_slice(),
        one.content.erase_at,
        one.name_key.as_slice(),
        one.is_reference_new,
    );
    let (applications, references, waited_for) = query.fetch_one(&mut **tx).await?;
    Ok(Arrived {
        applications: applications.unsigned_abs(),
        references: references.unsigned_abs(),
        waited_for,
    })
}

async fn table_by_table(
    tx: &mut Tx,
    arrivals: &[Arrival<'_>],
    keys: &[&str],
    at: DateTime<Utc>,
) -> Result<Arrived, StoreError> {
    add_blobs(tx, arrivals, at).await?;
    let applications: Vec<&Application> = arrivals.iter().map(|one| one.application).collect();
    let mut arrived = Arrived {
        applications: insert_all(tx, &applications).await?,
        ..Arrived::default()
    };
    if usize::try_from(arrived.applications) != Ok(arrivals.len()) {
        return Ok(arrived);
    }
    arrived.references = add_references(tx, arrivals, at).await?;
    add_names(tx, arrivals).await?;
    arrived.waited_for = matching_keys::list_waited_for(tx, keys).await?;
    Ok(arrived)
}

async fn add_blobs(
    tx: &mut Tx,
    arrivals: &[Arrival<'_>],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQLITE: &str = "
        INSERT INTO sealed_contents
            (id, kind, wrapped_key, size_bytes, sha256, created_at, erase_at)
        SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3,
               unhex(value ->> 4), $1, value ->> 5
        FROM json_each($2)";
    let rows = arrivals.iter().map(|one| {
        row([
            one.content.id.0.into_json(),
            one.content.kind.as_str().into_json(),
            one.content.wrapped_key.as_slice().into_json(),
            one.content.size_bytes.into_json(),
            one.content.sha256.as_slice().into_json(),
            one.content.erase_at.into_json(),
        ])
    });
    execute!(tx, SQLITE, at, table(rows))?;
    Ok(())
}

async fn add_references(
    tx: &mut Tx,
    arrivals: &[Arrival<'_>],
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    const SQLITE: &str = "
        INSERT INTO payment_references (reference, office_id, product, application_id, given_at)
        SELECT value ->> 0, unhex(value ->> 1), value ->> 2, unhex(value ->> 3), $1
        FROM json_each($2)
        WHERE TRUE
        ON CONFLICT (reference) DO NOTHING";
    let new = arrivals.iter().filter(|one| one.is_reference_new);
    let rows = new.map(|one| {
        row([
            one.application.payment_reference.as_str().into_json(),
            one.application.office.0.into_json(),
            one.application.product.as_str().into_json(),
            one.application.id.0.into_json(),
        ])
    });
    execute!(tx, SQLITE, at, table(rows))
}

async fn add_names(tx: &mut Tx, arrivals: &[Arrival<'_>]) -> Result<(), StoreError> {
    const SQLITE: &str = "
        INSERT INTO application_names (name_key, application_id)
        SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each($1)
        WHERE TRUE
        ON CONFLICT DO NOTHING";
    let rows = arrivals.iter().map(|one| {
        row([
            one.name_key.as_slice().into_json(),
            one.application.id.0.into_json(),
        ])
    });
    execute!(tx, SQLITE, table(rows))?;
    Ok(())
}

fn row(cells: impl IntoIterator<Item = Value>) -> Value {
    cells.into_iter().collect()
}

/// Rows as SQLite's `json_each` takes them.
fn table(rows: impl Iterator<Item = Value>) -> String {
    rows.collect::<Value>().to_string()
}
