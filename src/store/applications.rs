//! Applications: numbers, states, dates and keyed hashes; the person lies in sealed content.

mod row;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::{ApplicationState, Product};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::money::Money;
use crate::store::applications::row::ApplicationRow;
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{StoreError, Tx, read_code};

pub use row::Application;

/// The columns of [`ApplicationRow`], for every SELECT of an application.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, office_id, collect_office_id, office_reference, content_sha256,
                    revision, product, card_reason, person_key, bureau, test, registered_on,
                    deadline_on, eligibility_rule, state, fee_state, fee_due, fee_paid, fee_rule,
                    fee_facts, payment_reference, sealed_id, content_bytes, order_attempts,
                    remakes, ready_since, received_at, updated_at, version
             FROM applications ",
            $rest
        )
    };
}

// After the macro, which they use.
mod arrival;
pub mod console;
mod ready;
mod search;
mod standing;
pub mod unfinished;

pub use arrival::{Arrival, Arrived, arrive};
pub use ready::{begin_waiting, list_ready_of, list_waiting, sum_up_groups};
pub use search::{Wanted, WantedByOffice, list_of_office, search};
pub use standing::{Standing, Status, find_standing, find_status, find_statuses};

/// Adds an application as it stands in `new`, with the states it was given.
///
/// Returns `false`, having changed nothing, when the office used the reference before, when the
/// person has an open application for the product, or when the payment reference is taken.
pub async fn insert(tx: &mut Tx, new: &Application) -> Result<bool, StoreError> {
    Ok(insert_all(tx, &[new]).await? == 1)
}

/// Adds applications as [`insert`] does; returns how many of them.
async fn insert_all(tx: &mut Tx, new: &[&Application]) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        INSERT INTO applications
            (id, number, office_id, collect_office_id, office_reference, content_sha256,
             revision, product, card_reason, person_key, bureau, test, registered_on,
             deadline_on, eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule,
             fee_facts, payment_reference, sealed_id, content_bytes, order_attempts, remakes,
             ready_since, received_at, updated_at, version)
        SELECT *
        FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::bytea[],
                    $7::bigint[], $8::text[], $9::text[], $10::bytea[], $11::text[],
                    $12::boolean[], $13::date[], $14::date[], $15::text[], $16::text[],
                    $17::boolean[], $18::text[], $19::bigint[], $20::bigint[], $21::text[],
                    $22::text[], $23::text[], $24::uuid[], $25::bigint[], $26::bigint[],
                    $27::bigint[], $28::timestamptz[], $29::timestamptz[], $30::timestamptz[],
                    $31::bigint[])
        ON CONFLICT DO NOTHING";
    // Without a condition, SQLite would take what follows for a join's.
    const SQLITE: &str = "
        INSERT INTO applications
            (id, number, office_id, collect_office_id, office_reference, content_sha256,
             revision, product, card_reason, person_key, bureau, test, registered_on,
             deadline_on, eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule,
             fee_facts, payment_reference, sealed_id, content_bytes, order_attempts, remakes,
             ready_since, received_at, updated_at, version)
        SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), unhex(value ->> 3),
               value ->> 4, unhex(value ->> 5), value ->> 6, value ->> 7, value ->> 8,
               unhex(value ->> 9), value ->> 10, value ->> 11, value ->> 12, value ->> 13,
               value ->> 14, value ->> 15, value ->> 16, value ->> 17, value ->> 18,
               value ->> 19, value ->> 20, value ->> 21, value ->> 22, unhex(value ->> 23),
               value ->> 24, value ->> 25, value ->> 26, value ->> 27, value ->> 28,
               value ->> 29, value ->> 30
        FROM json_each($1)
        WHERE TRUE
        ON CONFLICT DO NOTHING";
    execute_rows!(tx, (POSTGRES, SQLITE), [], new, |new| [
        new.id.0,
        new.number.as_str(),
        new.office.0,
        new.collect_office.0,
        new.office_reference.as_str(),
        new.content_sha256.as_slice(),
        new.revision,
        new.product.as_str(),
        new.card_reason.as_str(),
        new.person_key.as_slice(),
        new.bureau.as_str(),
        new.test,
        new.registered_on,
        new.deadline_on,
        new.eligibility_rule.as_str(),
        new.state.as_str(),
        !new.state.is_ended(),
        new.fee_state.as_str(),
        new.fee_due.bani(),
        new.fee_paid.bani(),
        new.fee_rule.as_str(),
        new.fee_facts.as_str(),
        new.payment_reference.as_str(),
        new.sealed.0,
        new.content_bytes,
        new.order_attempts,
        new.remakes,
        new.ready_since,
        new.received_at,
        new.updated_at,
        new.version,
    ])
}

fn one(row: Option<ApplicationRow>) -> Result<Option<Application>, StoreError> {
    row.map(Application::try_from).transpose()
}

/// Finds an application by its id.
pub async fn find(tx: &mut Tx, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    one(query!(fetch_optional as ApplicationRow, tx, SQL, id.0)?)
}

/// Finds applications by their ids.
pub async fn find_all(
    tx: &mut Tx,
    ids: &[Uuid],
) -> Result<BTreeMap<ApplicationId, Application>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = ANY($1)");
    const SQLITE: &str = select!("WHERE id IN (SELECT unhex(value) FROM json_each($1))");
    let rows = query_rows!(as ApplicationRow, tx, (POSTGRES, SQLITE), [], ids)?;
    let found = rows.into_iter().map(Application::try_from);
    found.map(|one| one.map(|one| (one.id, one))).collect()
}

/// Finds an application by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Application>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    one(query!(fetch_optional as ApplicationRow, tx, SQL, number)?)
}

/// Finds an application by its number or its id, whichever `name` is.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Application>, StoreError> {
    match name.parse::<ApplicationId>() {
        Ok(id) => find(tx, id).await,
        Err(_not_an_id) => find_by_number(tx, name).await,
    }
}

/// Finds an office's application by the office's own reference.
pub async fn find_by_office_reference(
    tx: &mut Tx,
    office: OfficeId,
    reference: &str,
) -> Result<Option<Application>, StoreError> {
    const SQL: &str = select!("WHERE office_id = $1 AND office_reference = $2");
    one(query!(
        fetch_optional as ApplicationRow,
        tx,
        SQL,
        office.0,
        reference
    )?)
}

/// Finds the open application of a person for a product.
pub async fn find_open_of_person(
    tx: &mut Tx,
    person_key: &[u8],
    product: Product,
) -> Result<Option<Application>, StoreError> {
    const SQL: &str = select!("WHERE person_key = $1 AND product = $2 AND open");
    one(query!(
        fetch_optional as ApplicationRow,
        tx,
        SQL,
        person_key,
        product.as_str()
    )?)
}

/// Finds the application that bears a payment reference (compact form).
pub async fn find_by_payment_reference(
    tx: &mut Tx,
    reference: &str,
) -> Result<Option<Application>, StoreError> {
    const SQL: &str = select!("WHERE payment_reference = $1");
    one(query!(
        fetch_optional as ApplicationRow,
        tx,
        SQL,
        reference
    )?)
}

/// Lists applications of an office (or of all, when `office` is `None`) in a state (or in any),
/// after `after`, in the order of their ids, which is the order of arrival.
pub async fn list(
    tx: &mut Tx,
    office: Option<OfficeId>,
    state: Option<ApplicationState>,
    after: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    // One text per combination, so that each is an index range.
    const ALL: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
    const OFFICE: &str = select!("WHERE office_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    const STATE: &str = select!("WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
    const BOTH: &str =
        select!("WHERE office_id = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = match (office, state) {
        (None, None) => query!(fetch_all as ApplicationRow, tx, ALL, after, limit)?,
        (Some(office), None) => query!(
            fetch_all as ApplicationRow,
            tx,
            OFFICE,
            office.0,
            after,
            limit
        )?,
        (None, Some(state)) => query!(
            fetch_all as ApplicationRow,
            tx,
            STATE,
            state.as_str(),
            after,
            limit
        )?,
        (Some(office), Some(state)) => query!(
            fetch_all as ApplicationRow,
            tx,
            BOTH,
            office.0,
            state.as_str(),
            after,
            limit
        )?,
    };
    rows.into_iter().map(Application::try_from).collect()
}

/// Adds `amount` (negative when money was taken back) to what is paid; returns the new sum.
pub async fn add_paid(
    tx: &mut Tx,
    id: ApplicationId,
    amount: Money,
    at: DateTime<Utc>,
) -> Result<Money, StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET fee_paid = fee_paid + $2, updated_at = $3, version = version + 1
        WHERE id = $1
        RETURNING fee_paid";
    let row = query!(fetch_optional as (i64,), tx, SQL, id.0, amount.bani(), at)?;
    row.map(|(bani,)| Money::from_bani(bani))
        .ok_or(StoreError::Moved {
            what: "application",
        })
}

/// Adds `amount` to what is owed; returns the new sum.
pub async fn add_due(
    tx: &mut Tx,
    id: ApplicationId,
    amount: Money,
    at: DateTime<Utc>,
) -> Result<Money, StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET fee_due = fee_due + $2, updated_at = $3, version = version + 1
        WHERE id = $1
        RETURNING fee_due";
    let row = query!(fetch_optional as (i64,), tx, SQL, id.0, amount.bani(), at)?;
    row.map(|(bani,)| Money::from_bani(bani))
        .ok_or(StoreError::Moved {
            what: "application",
        })
}

/// Counts one more order line of each application; returns how many there are now.
pub async fn count_attempts(
    tx: &mut Tx,
    ids: &[Uuid],
) -> Result<BTreeMap<ApplicationId, i64>, StoreError> {
    const POSTGRES: &str = "
        UPDATE applications
        SET order_attempts = order_attempts + 1
        WHERE id = ANY($1)
        RETURNING id, order_attempts";
    const SQLITE: &str = "
        UPDATE applications
        SET order_attempts = order_attempts + 1
        WHERE id IN (SELECT unhex(value) FROM json_each($1))
        RETURNING id, order_attempts";
    let rows = query_rows!(as (Uuid, i64), tx, (POSTGRES, SQLITE), [], ids)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(id, attempts)| (ApplicationId(id), attempts))
        .collect())
}

/// Counts one more remake of the card; returns how many there were.
pub async fn count_remake(tx: &mut Tx, id: ApplicationId) -> Result<i64, StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET remakes = remakes + 1
        WHERE id = $1
        RETURNING remakes";
    let row = query!(fetch_optional as (i64,), tx, SQL, id.0)?;
    row.map(|(remakes,)| remakes).ok_or(StoreError::Moved {
        what: "application",
    })
}

/// Replaces the content of a returned application by a new revision, and all that was decided
/// from it. The state, the number, the office and the payment reference stay.
pub async fn revise(tx: &mut Tx, new: &Application) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET content_sha256 = $2, revision = $10, card_reason = $3, person_key = $4,
            collect_office_id = $5, eligibility_rule = $6, sealed_id = $7, content_bytes = $8,
            updated_at = $9, version = version + 1
        WHERE id = $1 AND state = 'RETURNED'";
    let changed = execute!(
        tx,
        SQL,
        new.id.0,
        new.content_sha256.as_slice(),
        new.card_reason.as_str(),
        new.person_key.as_slice(),
        new.collect_office.0,
        new.eligibility_rule.as_str(),
        new.sealed.0,
        new.content_bytes,
        new.updated_at,
        new.revision,
    )?;
    Ok(changed == 1)
}

/// Moves the last day of the legal term. Returns whether the application was still the one that
/// was read.
pub async fn set_deadline(
    tx: &mut Tx,
    read: &Application,
    deadline_on: NaiveDate,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET deadline_on = $2, updated_at = $3, version = version + 1
        WHERE id = $1 AND version = $4";
    let changed = execute!(tx, SQL, read.id.0, deadline_on, at, read.version)?;
    Ok(changed == 1)
}

/// Counts applications by state.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(ApplicationState, i64)>, StoreError> {
    const SQL: &str = "
        SELECT state, COUNT(*)
        FROM applications
        GROUP BY state
        ORDER BY state";
    query!(fetch_all as (String, i64), tx, SQL)?
        .into_iter()
        .map(|(state, count)| {
            let read = read_code(
                ApplicationState::parse(&state),
                "applications",
                "state",
                &state,
            )?;
            Ok((read, count))
        })
        .collect()
}
