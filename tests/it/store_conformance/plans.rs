//! How `PostgreSQL` reads a log that lies in months: by the index of each, and in order.

use cei_gateway::domain::month::Month;
use cei_gateway::store::months::{self, MonthTable};
use cei_gateway::store::outbox::{LaneKind, open_lane};

use crate::kit::databases::{Database, rows, run_sql};

/// Some lanes with messages in three months, so many that it pays to look where they are.
async fn filled(database: &Database) {
    const LANES: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, created_at)
        SELECT 'office:' || o, s, gen_random_uuid(), 'event', gen_random_uuid(), repeat('x', 200),
               TIMESTAMPTZ '2026-03-01T00:00:00Z' + s * INTERVAL '1 hour'
        FROM generate_series(1, 10) AS o, generate_series(1, 2000) AS s";
    let mut tx = database.store.begin().await.unwrap();
    let mut month = Month::of("2026-03-02T00:00:00Z".parse().unwrap());
    for _ in 0..3 {
        for parent in months::list_parents(&mut tx).await.unwrap() {
            months::make(&mut tx, &MonthTable { month, parent })
                .await
                .unwrap();
        }
        month = month.next();
    }
    for lane in 1..=10 {
        open_lane(&mut tx, &format!("office:{lane}"), LaneKind::Office)
            .await
            .unwrap();
    }
    run_sql!(&mut tx, LANES);
    run_sql!(&mut tx, "UPDATE lanes SET last_seq = 2000");
    tx.commit().await.unwrap();
    let mut tx = database.store.begin().await.unwrap();
    run_sql!(&mut tx, "ANALYZE outbox");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_page_of_a_lane_is_read_by_the_index_of_each_month_without_sorting() {
    const PAGE: &str = "
        EXPLAIN (COSTS OFF)
        SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
        FROM outbox
        WHERE lane = 'office:7' AND seq > 100
        ORDER BY seq
        LIMIT 100";
    let Some(database) = Database::postgres().await else {
        return;
    };
    filled(&database).await;
    let mut tx = database.store.read().await.unwrap();
    let plan: Vec<String> = rows!((String,), &mut tx, PAGE)
        .into_iter()
        .map(|(line,)| line)
        .collect();
    let plan = plan.join("\n");
    assert!(plan.contains("Merge Append"), "{plan}");
    assert_eq!(
        plan.matches("Index Scan using outbox_2026").count(),
        3,
        "{plan}"
    );
    assert!(
        !plan.contains("Seq Scan on outbox_2026") && !plan.contains("Sort  "),
        "{plan}"
    );
}

#[tokio::test]
async fn a_dead_letters_message_is_looked_for_in_its_month_alone() {
    const ONE: &str = "
        EXPLAIN (COSTS OFF)
        SELECT payload
        FROM outbox
        WHERE lane = 'office:7' AND seq = 1000 AND created_at = '2026-04-11T16:00:00Z'";
    let Some(database) = Database::postgres().await else {
        return;
    };
    filled(&database).await;
    let mut tx = database.store.read().await.unwrap();
    let plan: Vec<String> = rows!((String,), &mut tx, ONE)
        .into_iter()
        .map(|(line,)| line)
        .collect();
    let plan = plan.join("\n");
    assert!(
        plan.contains("outbox_2026_04") && !plan.contains("outbox_2026_03"),
        "{plan}"
    );
}

#[tokio::test]
async fn months_are_listed_the_oldest_first_and_go_one_by_one() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    filled(&database).await;
    let mut tx = database.store.begin().await.unwrap();
    let all = months::list(&mut tx).await.unwrap();
    assert!(all.is_sorted() && all.len() >= 9, "{all:?}");
    let first = all.iter().find(|table| table.parent == "outbox").unwrap();
    assert_eq!(first.month.to_string(), "2026_03");
    months::discard(&mut tx, first).await.unwrap();
    let left = months::list(&mut tx).await.unwrap();
    assert_eq!(left.len(), all.len() - 1);
    assert!(!left.contains(first));
}

/// So many payments that it pays to look where they are, nearly all of which are settled.
async fn many_payments(database: &Database) {
    const PAYMENTS: &str = "
        INSERT INTO payments
            (id, number, channel, movement_key, content_sha256, amount, currency, credit, reversal,
             booked_on, evidence, state, reason, received_at, updated_at, version)
        SELECT gen_random_uuid(), 'CEC-' || s, 'CEC', 'k' || s, '\\x00', 7000, 'RON', TRUE, FALSE,
               DATE '2026-01-01' + s / 200, '{}',
               CASE WHEN s % 500 = 0 THEN 'SUGGESTED' WHEN s % 501 = 0 THEN 'UNMATCHED'
                    ELSE 'CONSUMED' END,
               910, now(), now(), 1
        FROM generate_series(1, 40000) AS s";
    let mut tx = database.store.begin().await.unwrap();
    run_sql!(&mut tx, PAYMENTS);
    tx.commit().await.unwrap();
    let mut tx = database.store.begin().await.unwrap();
    run_sql!(&mut tx, "ANALYZE payments");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn lists_of_payments_are_stretches_of_an_index_however_many_there_are() {
    const WAITING: &str = "
        EXPLAIN (COSTS OFF)
        SELECT * FROM payments
        WHERE state = 'SUGGESTED' AND id > '00000000-0000-0000-0000-000000000000'
          AND (channel = 'CEC' OR 'CEC' = '') AND (reason = -1 OR -1 < 0)
        ORDER BY id LIMIT 51";
    const LATEST: &str = "
        EXPLAIN (COSTS OFF)
        SELECT * FROM payments
        WHERE state = 'CONSUMED' AND id < 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        ORDER BY id DESC LIMIT 51";
    const ALL: &str = "
        EXPLAIN (COSTS OFF)
        SELECT * FROM payments
        WHERE id < 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        ORDER BY id DESC LIMIT 51";
    const DAY: &str = "
        EXPLAIN (COSTS OFF)
        SELECT * FROM payments
        WHERE channel = 'CEC' AND booked_on = '2026-03-01'
          AND id > '00000000-0000-0000-0000-000000000000' AND (state = '' OR '' = '')
        ORDER BY id LIMIT 51";
    const COUNT: &str = "
        EXPLAIN (COSTS OFF)
        SELECT COUNT(*)
        FROM (SELECT 1 AS one FROM payments WHERE state = 'UNMATCHED' LIMIT 1001) AS counted";
    const SUMS: &str = "
        EXPLAIN (COSTS OFF)
        SELECT booked_on, state, COUNT(*), SUM(amount)
        FROM payments
        WHERE channel = 'CEC' AND booked_on BETWEEN '2026-03-01' AND '2026-03-14'
        GROUP BY booked_on, state";
    let Some(database) = Database::postgres().await else {
        return;
    };
    many_payments(&database).await;
    let mut tx = database.store.read().await.unwrap();
    for (sql, index) in [
        (WAITING, "payments_state"),
        (LATEST, "payments_"),
        (ALL, "payments_pkey"),
        (DAY, "payments_booked"),
        (COUNT, "payments_state"),
        (SUMS, "payments_booked"),
    ] {
        let plan: Vec<String> = rows!((String,), &mut tx, sql)
            .into_iter()
            .map(|(line,)| line)
            .collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{plan}");
    }
}
