//! `store::dashboard`, `store::applications::unfinished` and `console`: what is counted is what is listed.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::id::OfficeId;
use cei_gateway::random::Random;
use cei_gateway::store::Tx;
use cei_gateway::store::applications::console::{self, Wanted};
use cei_gateway::store::applications::unfinished::{self, UNFINISHED};
use cei_gateway::store::holds::Shown;
use cei_gateway::store::{dashboard, offices};
use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::given::{an_application, an_office, id, second};
use crate::kit::databases::{Database, both, rows, run_sql};

fn today() -> NaiveDate {
    second(0).date_naive()
}

fn days_ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

/// An application in a state, registered so many days ago, with a term of so many days.
async fn given(tx: &mut Tx, number: u128, state: ApplicationState, [age, term]: [u64; 2]) {
    const SQL: &str = "
        UPDATE applications
        SET state = $1, registered_on = $2, deadline_on = $3, person_key = $4, open = FALSE
        WHERE id = $5";
    an_application(tx, id(number)).await;
    let registered_on = days_ago(age);
    let key = id(number).as_bytes().to_vec();
    run_sql!(
        tx,
        SQL,
        state.as_str(),
        registered_on,
        registered_on + Days::new(term),
        key,
        id(number)
    );
}

/// Applications in every state, of ages on both sides of every limit.
async fn many(tx: &mut Tx) {
    let mut number = 1;
    for state in ApplicationState::ALL {
        for (age, term) in [
            (0, 30),
            (25, 30),
            (26, 30),
            (30, 30),
            (31, 30),
            (31, 45),
            (46, 45),
        ] {
            given(tx, number, *state, [age, term]).await;
            number += 1;
        }
    }
}

async fn listed(tx: &mut Tx, wanted: Wanted) -> i64 {
    let found = console::list_by_term(tx, &wanted, None, 1_000)
        .await
        .unwrap();
    i64::try_from(found.len()).unwrap()
}

both! {
    async fn every_count_of_living_applications_is_the_length_of_its_list(store: Store) {
        let mut tx = store.begin().await.unwrap();
        many(&mut tx).await;
        let alike = unfinished::count_alike(&mut tx).await.unwrap();
        let all: i64 = alike.iter().map(|alike| alike.count).sum();
        assert_eq!(all, i64::try_from(UNFINISHED.len() * 7).unwrap());
        assert_eq!(listed(&mut tx, Wanted::default()).await, all);

        for state in ApplicationState::ALL {
            let counted: i64 = alike.iter().filter(|one| one.state == *state).map(|one| one.count).sum();
            let wanted = Wanted { states: vec![*state], ..Default::default() };
            assert_eq!(listed(&mut tx, wanted).await, counted, "{state}");
            assert_eq!(counted > 0, UNFINISHED.contains(state), "{state}");
        }

        let soon = today() + Days::new(5);
        let at_risk = |on: NaiveDate| on >= today() && on < soon;
        let counted: i64 = alike.iter().filter(|one| at_risk(one.deadline_on)).map(|one| one.count).sum();
        let wanted = Wanted {
            deadline_from: Some(today()), deadline_before: Some(soon), ..Default::default()
        };
        assert_eq!(listed(&mut tx, wanted).await, counted);
        assert_eq!(counted, i64::try_from(UNFINISHED.len() * 2).unwrap());

        let old = days_ago(30);
        let counted: i64 = alike.iter().filter(|one| one.registered_on < old).map(|one| one.count).sum();
        let wanted = Wanted { registered_before: Some(old), ..Default::default() };
        assert_eq!(listed(&mut tx, wanted).await, counted);
    }

    async fn a_backlog_counts_what_its_office_has_not_finished(store: Store) {
        let mut tx = store.begin().await.unwrap();
        many(&mut tx).await;
        let office = OfficeId(an_office(&mut tx).await);
        let soon = today() + Days::new(5);
        let backlogs = unfinished::list_backlogs(&mut tx, today(), soon).await.unwrap();
        let [backlog] = backlogs.as_slice() else { panic!("{backlogs:?}") };
        let wanted = Wanted { office: Some(office), ..Default::default() };
        assert_eq!(backlog.open, listed(&mut tx, wanted).await);
        let late = Wanted { deadline_before: Some(today()), office: Some(office), ..Default::default() };
        assert_eq!(backlog.late, listed(&mut tx, late).await);
        assert_eq!(backlog.oldest_on, days_ago(46));
        assert_eq!((backlog.office, backlog.code.as_str()), (office, "CJ-01"));
        let other = Wanted { office: Some(OfficeId(id(7))), ..Default::default() };
        assert_eq!(listed(&mut tx, other).await, 0);
    }

    async fn who_came_to_a_stage_is_counted_by_the_time_of_it(store: Store) {
        const STEP: &str = "
            INSERT INTO history (id, subject_kind, subject_id, from_state, event, to_state, actor, at)
            VALUES ($1, $2, $3, $4, 'X', $5, 'test', $6)";
        let mut tx = store.begin().await.unwrap();
        an_application(&mut tx, id(1)).await;
        for (kind, from, to, at) in [
            ("APPLICATION", "SHIPPED", "AT_OFFICE", 100),
            ("APPLICATION", "READY", "ORDERED", 150),
            // Neither a repetition, nor a line, nor what came before or after.
            ("APPLICATION", "AT_OFFICE", "AT_OFFICE", 121),
            ("ORDER_LINE", "SHIPPED", "AT_OFFICE", 122),
            ("APPLICATION", "SHIPPED", "AT_OFFICE", 99),
            ("APPLICATION", "SHIPPED", "AT_OFFICE", 200),
        ] {
            // One source of ids never goes back in time, and these steps do.
            let step: Uuid = Random::seeded(u64::try_from(at).unwrap()).uuid(second(at));
            run_sql!(&mut tx, STEP, step, kind, id(1), from, to, second(at));
        }
        let time = (second(100), second(200));
        assert_eq!(dashboard::count_arrived(&mut tx, time).await.unwrap(), 1);
        let mut passed = dashboard::count_passed(&mut tx, time).await.unwrap();
        passed.sort();
        assert_eq!(passed, [(ApplicationState::Ordered, 1), (ApplicationState::AtOffice, 1)]);
        let arrivals = dashboard::list_last_arrivals(&mut tx, 2).await.unwrap();
        assert_eq!(arrivals.len(), 2);
        assert!(arrivals.contains(&(second(200), today())), "{arrivals:?}");
    }

    async fn nothing_is_counted_where_nothing_is(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let time = (second(0), second(100));
        assert_eq!(dashboard::count_received(&mut tx, time).await.unwrap(), 0);
        assert_eq!(dashboard::count_at_office(&mut tx).await.unwrap(), 0);
        assert_eq!(dashboard::count_dead_letters(&mut tx).await.unwrap(), 0);
        for shown in [Shown::waiting(today()), Shown::resting(today())] {
            assert_eq!(dashboard::list_waiting(&mut tx, shown).await.unwrap(), []);
        }
        assert_eq!(offices::list_last_seen(&mut tx).await.unwrap(), []);
        let unmatched = dashboard::sum_up_unmatched(&mut tx).await.unwrap();
        assert_eq!(unmatched, dashboard::Unmatched::default());
        let heard = dashboard::read_last_heard(&mut tx).await.unwrap();
        assert_eq!(heard, dashboard::LastHeard::default());
        assert_eq!(unfinished::list_backlogs(&mut tx, today(), today()).await.unwrap(), []);
    }
}

/// The counts of the dashboard, with the index that each is read from.
const COUNTS: [(&str, &str); 7] = [
    (
        "SELECT state, registered_on, deadline_on, COUNT(*) FROM applications
         WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                         'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                         'CANCEL_REQUESTED')
         GROUP BY state, registered_on, deadline_on",
        "applications_unfinished",
    ),
    (
        "SELECT to_state, COUNT(*) FROM history
         WHERE subject_kind = 'APPLICATION' AND from_state <> to_state
           AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED',
                            'AT_OFFICE')
         GROUP BY to_state",
        "history_stages",
    ),
    (
        "SELECT COUNT(*) FROM history
         WHERE subject_kind = 'APPLICATION' AND from_state <> to_state
           AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED',
                            'AT_OFFICE')
           AND to_state = 'AT_OFFICE'",
        "history_stages",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM four_eyes_requests
         WHERE outcome IS NULL AND expires_at > '2026-11-02 07:00:00+00:00' LIMIT 100) AS counted",
        "four_eyes_requests_waiting",
    ),
    (
        "SELECT id FROM four_eyes_requests
         WHERE outcome IS NULL AND expires_at > '2026-11-02 07:00:00+00:00'
         ORDER BY action, subject LIMIT 100",
        "four_eyes_requests_waiting",
    ),
    (
        "SELECT w.id, o.number FROM forced_words w
         JOIN order_lines l ON l.id = w.order_line_id
         JOIN orders o ON o.id = l.order_id
         WHERE w.outcome IS NULL AND w.expires_at > '2026-11-02 07:00:00+00:00'
         ORDER BY w.id LIMIT 100",
        "forced_words_waiting",
    ),
    (
        "SELECT id FROM refunds WHERE state = 'PROPOSED' ORDER BY id LIMIT 100",
        "refunds_state",
    ),
];

#[tokio::test]
async fn sqlite_counts_by_indexes_that_hold_what_is_alive() {
    let database = Database::sqlite().await;
    let mut tx = database.store.read().await.unwrap();
    for (sql, index) in COUNTS {
        let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan = rows!((i64, i64, i64, String), &mut tx, sql);
        let plan: Vec<String> = plan.into_iter().map(|row| row.3).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
    }
}

#[tokio::test]
async fn postgres_counts_by_indexes_that_hold_what_is_alive() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let mut tx = database.store.begin().await.unwrap();
    // Of tables without rows it would read the whole nothing.
    run_sql!(&mut tx, "SET LOCAL enable_seqscan = off");
    for (sql, index) in COUNTS {
        let sql = sqlx::AssertSqlSafe(format!("EXPLAIN (COSTS OFF) {sql}"));
        let plan = rows!((String,), &mut tx, sql);
        // Of nothing at all, either index of living applications costs the same.
        let either = index.replace("unfinished", "terms");
        let is_by_index = |line: &str| line.contains(index) || line.contains(&either);
        assert!(plan.iter().any(|(line,)| is_by_index(line)), "{plan:?}");
    }
}
