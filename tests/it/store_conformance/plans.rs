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
