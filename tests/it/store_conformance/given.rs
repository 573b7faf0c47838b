//! What stands in the store before a test begins: the smallest rows that the schema takes.

use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::retention::LAW;
use cei_gateway::random::Random;
use cei_gateway::store::Tx;
use cei_gateway::store::history::Note;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::kit::databases::run_sql;

/// Instant 0 of every test, plus this many seconds.
pub(super) fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

/// The id with this number.
pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A note of the gateway at an instant; the seed makes its history rows' ids.
pub(super) struct By {
    actor: Actor,
    random: Random,
}

impl By {
    pub(super) fn the_gateway() -> Self {
        Self {
            actor: Actor::Gateway("test"),
            random: Random::seeded(1),
        }
    }

    pub(super) fn at(&self, at: DateTime<Utc>) -> Note<'_> {
        Note {
            actor: &self.actor,
            reason: Some("because of the test"),
            at,
            random: &self.random,
            retention: LAW,
        }
    }
}

fn day() -> NaiveDate {
    second(0).date_naive()
}

pub(super) async fn an_office(tx: &mut Tx) -> Uuid {
    let office = id(0xF1CE);
    run_sql!(
        tx,
        "INSERT INTO offices (id, code, name, county, opened_on, created_at)
         VALUES ($1, 'CJ-01', 'Cluj-Napoca 1', 'CJ', $2, $3)
         ON CONFLICT DO NOTHING",
        office,
        day(),
        second(0),
    );
    office
}

pub(super) async fn a_sealed_content(tx: &mut Tx) -> Uuid {
    let sealed = id(0x5EA1);
    run_sql!(
        tx,
        "INSERT INTO sealed_contents (id, kind, wrapped_key, size_bytes, sha256, created_at)
         VALUES ($1, 'APPLICATION', $2, 1, $2, $3)
         ON CONFLICT DO NOTHING",
        sealed,
        vec![1_u8],
        second(0),
    );
    sealed
}

/// An application, just received, its fee undecided.
pub(super) async fn an_application(tx: &mut Tx, application: Uuid) {
    let office = an_office(tx).await;
    let sealed = a_sealed_content(tx).await;
    let number = application.simple().to_string();
    run_sql!(
        tx,
        "INSERT INTO applications
            (id, number, office_id, collect_office_id, office_reference, content_sha256, revision,
             product, card_reason, person_key, bureau, test, registered_on, deadline_on,
             eligibility_rule, state, open, fee_state, fee_due, fee_paid, fee_rule, fee_facts,
             payment_reference, sealed_id, content_bytes, order_attempts, remakes, received_at,
             updated_at, version)
         VALUES
            ($1, $2, $3, $3, $2, $4, 1,
             'CEI', 'EXPIRY', $4, 'CNIN', TRUE, $5, $5,
             'rule', 'RECEIVED', TRUE, 'UNDECIDED', 0, 0, 'rule', '{}',
             $2, $6, 1, 0, 0, $7,
             $7, 1)",
        application,
        number,
        office,
        application.as_bytes().to_vec(),
        day(),
        sealed,
        second(0),
    );
}

/// A payment, just imported.
pub(super) async fn a_payment(tx: &mut Tx, payment: Uuid) {
    run_sql!(
        tx,
        "INSERT INTO payments
            (id, number, channel, movement_key, content_sha256, amount, currency, credit,
             reversal, evidence, state, received_at, updated_at, version)
         VALUES ($1, 'P-1', 'CEC', 'key', $2, 4000, 'RON', TRUE, FALSE, '{}', 'IMPORTED', $3, $3, 1)",
        payment,
        vec![1_u8],
        second(0),
    );
}

/// An order, just opened.
pub(super) async fn an_order(tx: &mut Tx, order: Uuid) {
    run_sql!(
        tx,
        "INSERT INTO orders
            (id, number, message_id, bureau, product, test, state, close_reason, line_count,
             resends, created_at, updated_at, version)
         VALUES ($1, 'O-1', $1, 'CNIN', 'CEI', TRUE, 'OPEN', 'COUNT', 1, 0, $2, $2, 1)",
        order,
        second(0),
    );
}

/// A line, just placed, of an order of its own with an application of its own.
pub(super) async fn an_order_line(tx: &mut Tx, line: Uuid) {
    let (order, application) = (id(0x0D), id(0xA0));
    an_order(tx, order).await;
    an_application(tx, application).await;
    run_sql!(
        tx,
        "INSERT INTO order_lines
            (id, order_id, line_no, application_id, attempt, state, live, answered, ended,
             last_sequence, remakes, updated_at, version)
         VALUES ($1, $2, 1, $3, 1, 'PLACED', TRUE, FALSE, FALSE, 0, 0, $4, 1)",
        line,
        order,
        application,
        second(0),
    );
}

/// A document, just arrived.
pub(super) async fn an_inbox_message(tx: &mut Tx, message: Uuid) {
    let sealed = a_sealed_content(tx).await;
    run_sql!(
        tx,
        "INSERT INTO inbox
            (id, source, kind, sha256, sealed_id, state, received_at, updated_at, version)
         VALUES ($1, 'BUREAU', 'RECEIPT', $2, $3, 'ARRIVED', $4, $4, 1)",
        message,
        vec![1_u8],
        sealed,
        second(0),
    );
}
