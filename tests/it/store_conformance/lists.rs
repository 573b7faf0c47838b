//! `store::applications::console` and `store::offices`: lists that people look through, page by page.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::store::applications::Application;
use cei_gateway::store::applications::console::{self, Wanted};
use cei_gateway::store::applications::unfinished;
use cei_gateway::store::{Tx, offices};
use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::given::{an_application, an_office, id, second};
use crate::kit::databases::{Database, both, rows, run_sql};

fn today() -> NaiveDate {
    second(0).date_naive()
}

/// An application in a state whose term ends so many days from now.
async fn given(tx: &mut Tx, number: u128, state: ApplicationState, days_left: u64) {
    const SQL: &str = "
        UPDATE applications
        SET state = $1, deadline_on = $2, person_key = $3, open = FALSE
        WHERE id = $4";
    an_application(tx, id(number)).await;
    let deadline_on = today() + Days::new(days_left);
    let key = id(number).as_bytes().to_vec();
    run_sql!(tx, SQL, state.as_str(), deadline_on, key, id(number));
}

fn ids(found: &[Application]) -> Vec<Uuid> {
    found.iter().map(|one| one.id.0).collect()
}

fn place_of(found: &[Application]) -> Option<console::Place> {
    found.last().map(|one| (one.deadline_on, one.id))
}

both! {
    async fn living_applications_are_listed_by_their_terms_page_by_page(store: Store) {
        let mut tx = store.begin().await.unwrap();
        for (number, days_left) in [(1, 9), (2, 3), (3, 3), (4, 30), (5, 0)] {
            given(&mut tx, number, ApplicationState::Ready, days_left).await;
        }
        given(&mut tx, 6, ApplicationState::AtOffice, 1).await;
        let wanted = Wanted::default();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = console::list_by_term(&mut tx, &wanted, after, 2).await.unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(ids(&page));
            after = place_of(&page);
        }
        assert_eq!(seen, [id(5), id(2), id(3), id(1), id(4)]);
        let of_nobody = Wanted { office: Some(OfficeId(id(9))), ..Wanted::default() };
        assert_eq!(console::list_by_term(&mut tx, &of_nobody, None, 9).await.unwrap(), []);
        let office = OfficeId(an_office(&mut tx).await);
        let own = Wanted { office: Some(office), states: vec![ApplicationState::Ready], ..Wanted::default() };
        let found = console::list_by_term(&mut tx, &own, None, 9).await.unwrap();
        assert_eq!(ids(&found), [id(5), id(2), id(3), id(1), id(4)]);
        let alike = unfinished::count_alike_of(&mut tx, office).await.unwrap();
        assert_eq!(alike.iter().map(|one| one.count).sum::<i64>(), 5);
    }

    async fn all_others_are_listed_the_newest_first_in_whatever_states(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let states = [ApplicationState::AtOffice, ApplicationState::HandedOver, ApplicationState::Cancelled];
        for (number, state) in (1..=9).zip(states.into_iter().cycle()) {
            given(&mut tx, number, state, 1).await;
        }
        let all = Wanted::default();
        let first = console::list_newest(&mut tx, &all, None, 4).await.unwrap();
        assert_eq!(ids(&first), [id(9), id(8), id(7), id(6)]);
        let two = Wanted { states: vec![states[0], states[1]], ..Wanted::default() };
        let before = Some(ApplicationId(id(8)));
        let found = console::list_newest(&mut tx, &two, before, 3).await.unwrap();
        assert_eq!(ids(&found), [id(7), id(5), id(4)]);
        let office = Some(OfficeId(an_office(&mut tx).await));
        let own = Wanted { office, ..two };
        let found = console::list_newest(&mut tx, &own, before, 3).await.unwrap();
        assert_eq!(ids(&found), [id(7), id(5), id(4)]);
        let own = Wanted { office, ..Wanted::default() };
        assert_eq!(console::list_newest(&mut tx, &own, None, 99).await.unwrap().len(), 9);
    }

    async fn a_person_is_found_by_the_key_and_a_reference_in_every_office(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given(&mut tx, 1, ApplicationState::Ready, 1).await;
        let key = id(1).as_bytes().to_vec();
        let found = console::list_of_person(&mut tx, &key, 9).await.unwrap();
        assert_eq!(ids(&found), [id(1)]);
        assert_eq!(console::list_of_person(&mut tx, &[7; 16], 9).await.unwrap(), []);
        let office = an_office(&mut tx).await;
        let reference = found[0].office_reference.clone();
        let found = console::list_by_office_reference(&mut tx, &reference, &[office], 9).await.unwrap();
        assert_eq!(ids(&found), [id(1)]);
        let found = console::list_by_office_reference(&mut tx, &reference, &[id(3)], 9).await.unwrap();
        assert_eq!(found, []);
    }

    async fn an_office_was_last_seen_at_the_latest_of_what_is_known(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let office = OfficeId(an_office(&mut tx).await);
        assert_eq!(offices::find_last_seen(&mut tx, office).await.unwrap(), None);
        assert_eq!(offices::note_seen(&mut tx, &[(office, second(90))]).await.unwrap(), 1);
        // Another process was slower to write what it saw before.
        assert_eq!(offices::note_seen(&mut tx, &[(office, second(60))]).await.unwrap(), 0);
        assert_eq!(offices::find_last_seen(&mut tx, office).await.unwrap(), Some(second(90)));
        assert_eq!(offices::list_last_seen(&mut tx).await.unwrap(), [(office, second(90))]);
    }
}

/// The lists with the index that each walks, in its order.
const LISTS: [(&str, &str); 4] = [
    (
        "SELECT id, number FROM applications
         WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                         'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                         'CANCEL_REQUESTED')
           AND deadline_on >= '2026-01-01' AND deadline_on < '2027-01-01'
           AND (deadline_on, id) > ('2026-01-01', 'ID')
         ORDER BY deadline_on, id LIMIT 51",
        "applications_terms",
    ),
    (
        "SELECT id, number FROM applications
         WHERE state = 'AT_OFFICE' AND id < 'ID' ORDER BY id DESC LIMIT 51",
        "applications_state",
    ),
    (
        "SELECT id, number FROM applications
         WHERE office_id = 'ID' AND id < 'ID' ORDER BY id DESC LIMIT 51",
        "applications_office",
    ),
    (
        "SELECT id, number FROM applications WHERE person_key = 'KEY' LIMIT 51",
        "applications_person",
    ),
];

#[tokio::test]
async fn postgres_walks_each_list_by_an_index_without_sorting() {
    const MANY: &str = "
        INSERT INTO applications
            (id, number, office_id, collect_office_id, office_reference, content_sha256, revision, product,
             card_reason, person_key, bureau, test, registered_on, deadline_on, eligibility_rule, state, open,
             fee_state, fee_due, fee_paid, fee_rule, fee_facts, payment_reference, sealed_id, content_bytes,
             order_attempts, remakes, received_at, updated_at, version)
        SELECT gen_random_uuid(), 'N-' || n, a.office_id, a.collect_office_id, 'R-' || n, a.content_sha256, 1,
               a.product, a.card_reason, decode(md5(n::text), 'hex'), a.bureau, a.test,
               a.registered_on - n % 60, a.deadline_on - n % 60, a.eligibility_rule,
               CASE WHEN n % 50 = 0 THEN 'READY' WHEN n % 50 = 1 THEN 'AT_OFFICE' ELSE 'HANDED_OVER' END, FALSE,
               a.fee_state, a.fee_due, a.fee_paid, a.fee_rule, a.fee_facts, 'P-' || n, a.sealed_id, 1, 0, 0,
               a.received_at, a.updated_at, 1
        FROM applications a, generate_series(1, 20000) AS n";
    let Some(database) = Database::postgres().await else {
        return;
    };
    let mut tx = database.store.begin().await.unwrap();
    an_application(&mut tx, id(1)).await;
    let office = an_office(&mut tx).await;
    run_sql!(&mut tx, MANY);
    run_sql!(&mut tx, "ANALYZE applications");
    for (sql, index) in LISTS {
        let sql = sql
            .replace("'ID'", &format!("'{office}'"))
            .replace("'KEY'", "'\\x00'");
        let plan = rows!(
            (String,),
            &mut tx,
            sqlx::AssertSqlSafe(format!("EXPLAIN (COSTS OFF) {sql}"))
        );
        let plan: Vec<String> = plan.into_iter().map(|(line,)| line).collect();
        let plan = plan.join("\n");
        let of_one_office = index == "applications_office";
        // All of these rows are of one office, so that any order by id serves its list.
        assert!(plan.contains(index) || of_one_office, "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }
}
