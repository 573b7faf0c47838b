//! Days of payments are reported, closed, and tell what changed afterwards.

use std::time::Duration;

use cei_gateway::domain::day::DayEvent;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::domain::reconciliation::money::{
    DayTotals, Leg, MoneyReport, RowClass, RowFinding,
};
use cei_gateway::flow::Failure;
use cei_gateway::flow::close_day::{DayRefusal, decide_day};
use cei_gateway::flow::decide_payment::{Decision, decide_payment};
use cei_gateway::flow::draw_report::{ReportRequest, draw_report};
use chrono::NaiveDate;
use serde_json::json;

use crate::kit::databases::{Database, run_sql};
use crate::money::world::World;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

fn reference() -> String {
    PaymentReference::from_random(40).compact()
}

/// A statement of the day with one credit per text, of `lei` each.
fn statement(number: u32, lei: i64, texts: &[&str]) -> String {
    let line = |text: &&str| format!(":61:2609010901C{lei},00NTRFNONREF\r\n:86:{text}\r\n");
    let lines = texts.iter().map(line).collect::<Vec<_>>().concat();
    let closing = 100 + lei * i64::try_from(texts.len()).unwrap();
    format!(
        ":20:{number}\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:{number}/1\r\n\
         :60F:C260901RON100,00\r\n{lines}:62F:C260901RON{closing},00\r\n"
    )
}

async fn import(world: &World, file: &str) {
    let outcome = world.import(Channel::Cec, file.as_bytes()).await.unwrap();
    assert_eq!(outcome.held, []);
    world.settle().await;
}

/// Opens the application that owes 70 lei under the reference.
async fn open_application(world: &World) {
    let written = json!({
        "application": "CLJ-01-2026-000001", "cnp": "1900101120012", "due_minor": 7_000,
        "reference": reference(), "name": "POP ION",
    });
    world.open_application(&written).await;
}

async fn report(world: &World) -> MoneyReport {
    let today = NaiveDate::from_ymd_opt(2026, 9, 2).unwrap();
    let request = ReportRequest::new(day(), day(), None).unwrap();
    let mut tx = world.gateway.store.read().await.unwrap();
    draw_report(&mut tx, &request, today).await.unwrap()
}

async fn decide(
    world: &World,
    event: DayEvent,
    reason: Option<&str>,
) -> Result<usize, Option<DayRefusal>> {
    let actor = Actor::Operator("ana".to_owned());
    let channel = Some(Channel::Cec);
    match decide_day(&world.gateway, day(), channel, event, (&actor, reason)).await {
        Ok(decided) => Ok(decided.len()),
        Err(Failure::Refused(refusal)) => Err(Some(refusal)),
        Err(Failure::Broken(_)) => Err(None),
    }
}

fn assert_all_hold(report: &MoneyReport) {
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[tokio::test]
async fn what_changes_on_a_closed_day_shows_with_its_reason() {
    for world in World::on_both().await {
        let paid = format!("taxa CEI {}", reference());
        import(&world, &statement(1, 70, &[&paid])).await;
        open_application(&world).await;
        let not_over = decide(&world, DayEvent::CloseDecided, None).await;
        assert_eq!(not_over, Err(Some(DayRefusal::NotOver)));

        world.clock.advance(Duration::from_hours(12));
        assert_eq!(decide(&world, DayEvent::CloseDecided, None).await, Ok(1));
        let again = decide(&world, DayEvent::CloseDecided, Some("again")).await;
        assert!(matches!(again, Err(Some(DayRefusal::StateForbids { .. }))));
        let closed = report(&world).await;
        assert_all_hold(&closed);
        assert!(closed.closings[0].is_unchanged);
        assert_eq!(closed.later.len(), 0);

        world.clock.advance(Duration::from_hours(1));
        let payment = &world.payments().await[0];
        let actor = Actor::Operator("dan".to_owned());
        let why = (&actor, "the receipt is another person's");
        decide_payment(&world.gateway, payment.id, Decision::Unmatch, why)
            .await
            .unwrap();
        import(&world, &statement(2, 70, &[&paid, "taxa buletin"])).await;
        let changed = report(&world).await;
        assert_all_hold(&changed);
        assert!(!changed.closings[0].is_unchanged);
        let later: Vec<(&str, &str, Option<&str>)> = changed
            .later
            .iter()
            .map(|one| {
                (
                    one.event.as_str(),
                    one.actor.as_str(),
                    one.reason.as_deref(),
                )
            })
            .collect();
        let undone = ("MATCH_UNDONE", "operator:dan", Some(why.1));
        assert!(later.contains(&undone), "{later:?}");
        assert!(later.contains(&("RECORDED", "channel", None)), "{later:?}");
        assert!(
            later.contains(&("SEEN_AGAIN", "channel", None)),
            "{later:?}"
        );

        let silent = decide(&world, DayEvent::ReopenDecided, Some(" ")).await;
        assert_eq!(silent, Err(Some(DayRefusal::ReasonMissing)));
        let why = Some("a line was missing");
        assert_eq!(decide(&world, DayEvent::ReopenDecided, why).await, Ok(1));
        let open = report(&world).await;
        assert_eq!((open.closings.len(), open.later.len()), (0, 0));
        assert_eq!(decide(&world, DayEvent::CloseDecided, None).await, Ok(1));
    }
}

#[tokio::test]
async fn a_day_that_does_not_agree_is_closed_with_a_reason_only() {
    for world in World::on_both().await {
        open_application(&world).await;
        let paid = format!("taxa CEI {}", reference());
        import(&world, &statement(1, 67, &[&paid])).await;
        world.clock.advance(Duration::from_hours(12));
        let drawn = report(&world).await;
        assert_eq!(drawn.count(RowClass::Mismatched), 1);
        assert_eq!(drawn.rows[0].finding, RowFinding::AmountDiffers);
        let refused = decide(&world, DayEvent::CloseDecided, None).await;
        let Err(Some(DayRefusal::Disagrees { what, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(what, "1 mismatched");
        let why = Some("the payer will top it up");
        assert_eq!(decide(&world, DayEvent::CloseDecided, why).await, Ok(1));
        let closed = report(&world).await;
        assert_eq!(closed.closings[0].reason.as_deref(), why);
    }
}

#[tokio::test]
async fn two_stories_of_one_transaction_are_a_mismatch() {
    const HEADER: &str =
        "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status";
    let settlement = |lot: &str, lei: i64| {
        format!(
            "{HEADER}\r\n{lot};T-1;2026-09-01 10:05:00;T1;1;{lei}.00;RON;0.50;OK\r\nTOTAL;1;{lei}.00\r\n"
        )
    };
    for world in World::on_both().await {
        for (lot, lei) in [("SP1", 70), ("SP2", 67)] {
            let file = settlement(lot, lei);
            world
                .import(Channel::SelfPay, file.as_bytes())
                .await
                .unwrap();
        }
        world.settle().await;
        let drawn = report(&world).await;
        assert_all_hold(&drawn);
        let row = drawn
            .rows
            .iter()
            .find(|row| row.leg == Leg::NotificationSettlement)
            .unwrap();
        assert_eq!(row.finding, RowFinding::AmountDiffers, "{row:?}");
        let told = [row.announced, row.confirmed].map(|one| one.unwrap().bani());
        assert_eq!(told, [6_700, 7_000]);
        let lots: Vec<(&str, i64, RowFinding)> = drawn
            .rows
            .iter()
            .filter(|row| row.leg == Leg::LotCredit)
            .map(|row| (row.key.as_str(), row.announced.unwrap().bani(), row.finding))
            .collect();
        let expected = RowFinding::Expected;
        assert_eq!(lots, [("SP1", 7_000, expected), ("SP2", 6_700, expected)]);
    }
}

#[tokio::test]
async fn a_lot_and_its_credit_find_each_other_by_name() {
    for world in World::on_both().await {
        let lot = "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status\r\n\
                   SP20260901;T-1;2026-09-01 10:05:00;T1;1;70.00;RON;0.50;OK\r\nTOTAL;1;70.00\r\n";
        world
            .import(Channel::SelfPay, lot.as_bytes())
            .await
            .unwrap();
        let credit = "DECONTARE SELFPAY SA 1 TRANZACTII LOT SP20260901,Platitor SELFPAY SA,\
                      Banca platitor RZBRROBU,CUI/CNP Platitor 26067497 ORDONATOR SELFPAY SA";
        import(&world, &statement(1, 70, &[credit])).await;
        let drawn = report(&world).await;
        assert_all_hold(&drawn);
        let row = drawn.rows.iter().find(|row| row.leg == Leg::LotCredit);
        let row = row.unwrap();
        assert_eq!(
            (row.key.as_str(), row.finding),
            ("SP20260901", RowFinding::Matched)
        );
        // The lot's money is counted once, with its payments.
        let money_in: i128 = drawn.days.iter().map(DayTotals::money_in).sum();
        assert_eq!(money_in, 7_000);
    }
}

/// Counts the statements that sqlx tells of on this thread.
#[derive(Default)]
struct Counting(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counting {
    fn on_event(
        &self,
        event: &tracing::Event<'_>,
        _context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        if event.metadata().target() == "sqlx::query" {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

/// The statements that a report over September takes.
async fn statements_of(store: &cei_gateway::store::Store) -> (usize, usize) {
    use tracing_subscriber::layer::SubscriberExt;
    let counting = Counting::default();
    let count = std::sync::Arc::clone(&counting.0);
    // While there is one subscriber, other tests' threads would decide what is worth telling.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = tracing_subscriber::registry().with(counting);
    let _guard = tracing::subscriber::set_default(log);
    let last = NaiveDate::from_ymd_opt(2026, 9, 30).unwrap();
    let request = ReportRequest::new(day(), last, None).unwrap();
    let mut tx = store.read().await.unwrap();
    let drawn = draw_report(&mut tx, &request, last).await.unwrap();
    drop(tx);
    (
        count.load(std::sync::atomic::Ordering::Relaxed),
        drawn.rows.len(),
    )
}

#[tokio::test]
async fn a_month_of_20_000_payments_takes_a_query_per_page_and_none_per_row() {
    // sqlx tells of the statements of SQLite on another thread, where nobody counts.
    let Some(database) = Database::postgres().await else {
        return;
    };
    let (empty, _) = statements_of(&database.store).await;
    assert!((10..30).contains(&empty), "{empty} statements for nothing");
    let mut tx = database.store.begin().await.unwrap();
    let added = run_sql!(
        &mut tx,
        "INSERT INTO payments
             (id, number, channel, movement_key, content_sha256, amount, currency, credit,
              reversal, booked_on, evidence, state, received_at, updated_at, version)
         SELECT gen_random_uuid(), 'P-' || n, 'CEC', 'key-' || n, '\\x00', 7000, 'RON', TRUE,
                FALSE, DATE '2026-09-01' + (n % 30), '{}', 'UNMATCHED',
                TIMESTAMPTZ '2026-09-01 12:00:00Z', TIMESTAMPTZ '2026-09-01 12:00:00Z', 1
         FROM generate_series(1, 20000) AS n"
    );
    assert_eq!(added, 20_000);
    tx.commit().await.unwrap();
    let (full, rows) = statements_of(&database.store).await;
    assert_eq!(rows, 20_000);
    // Four full pages, and the empty one that follows them.
    assert_eq!(full - empty, 4);
}
