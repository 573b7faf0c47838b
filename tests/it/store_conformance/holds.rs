//! `store::holds`.

use cei_gateway::domain::id::HoldId;
use cei_gateway::store::history::{self, SubjectKind};
use cei_gateway::store::holds::{self, NewHold};
use uuid::Uuid;

use super::given::{By, id, second};
use crate::kit::databases::both;

fn a_hold(subject: u128, code: u16) -> NewHold<'static> {
    NewHold {
        kind: SubjectKind::Payment,
        subject: id(subject),
        number: "P-7",
        code,
        detail: "two applications carry this reference",
    }
}

both! {
    async fn a_hold_for_the_same_reason_is_opened_once(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        let mut opened = Vec::new();
        for (code, at) in [(602, 1), (602, 2), (603, 3)] {
            opened.push(holds::open(&mut tx, &a_hold(7, code), &by.at(second(at))).await.unwrap());
        }
        assert_eq!(opened, [true, false, true]);
        assert_eq!(holds::count_open(&mut tx, id(7)).await.unwrap(), 2);

        let told = history::list(&mut tx, id(7), 10).await.unwrap();
        let told: Vec<_> = told.iter().map(|row| (row.event.as_str(), row.to_state.as_str())).collect();
        assert_eq!(told, [("OPENED", "602"), ("OPENED", "603")]);
    }

    async fn a_decision_closes_the_holds_it_names_and_says_who_and_why(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        for (subject, code) in [(7, 602), (7, 603), (8, 602)] {
            holds::open(&mut tx, &a_hold(subject, code), &by.at(second(code.into()))).await.unwrap();
        }
        let found = holds::list_open(&mut tx, Some(603), None, 10).await.unwrap();
        let [hold] = found.as_slice() else { panic!("{found:?}") };

        let note = by.at(second(1000));
        assert_eq!(holds::close(&mut tx, id(7), Some(603), "MATCHED", &note).await.unwrap(), 1);
        assert_eq!(holds::close(&mut tx, id(7), Some(603), "MATCHED", &note).await.unwrap(), 0);
        assert_eq!(holds::count_open(&mut tx, id(7)).await.unwrap(), 1);

        let closed = holds::find(&mut tx, HoldId(hold.id)).await.unwrap().unwrap();
        assert_eq!(closed.closed_at, Some(second(1000)));
        assert_eq!(closed.closed_by.as_deref(), Some("gateway:test"));
        assert_eq!(closed.decision.as_deref(), Some("MATCHED"));
        assert_eq!(closed.decision_reason.as_deref(), Some("because of the test"));

        assert_eq!(holds::close(&mut tx, id(7), None, "GIVEN_UP", &note).await.unwrap(), 1);
        assert_eq!(holds::count_open(&mut tx, id(7)).await.unwrap(), 0);
        assert_eq!(holds::count_open(&mut tx, id(8)).await.unwrap(), 1);
    }

    async fn a_closed_hold_may_be_opened_again_for_the_same_reason(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        holds::open(&mut tx, &a_hold(7, 602), &by.at(second(1))).await.unwrap();
        holds::close(&mut tx, id(7), None, "MATCHED", &by.at(second(2))).await.unwrap();
        assert!(holds::open(&mut tx, &a_hold(7, 602), &by.at(second(3))).await.unwrap());
    }

    async fn open_holds_are_listed_page_by_page_oldest_first(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        for subject in 1..=5 {
            let at = second(i64::try_from(subject).unwrap());
            holds::open(&mut tx, &a_hold(subject, 602), &by.at(at)).await.unwrap();
        }
        holds::close(&mut tx, id(2), None, "MATCHED", &by.at(second(9))).await.unwrap();

        let first = holds::list_open(&mut tx, None, None, 2).await.unwrap();
        let last = first.last().map(|hold| HoldId(hold.id));
        let second_page = holds::list_open(&mut tx, None, last, 10).await.unwrap();
        let subjects = |page: &[holds::Hold]| page.iter().map(|h| h.subject_id).collect::<Vec<Uuid>>();
        assert_eq!(subjects(&first), [id(1), id(3)]);
        assert_eq!(subjects(&second_page), [id(4), id(5)]);
        assert!(holds::list_open(&mut tx, Some(999), None, 10).await.unwrap().is_empty());
    }
}
