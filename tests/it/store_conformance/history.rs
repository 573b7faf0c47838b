//! `store::history`: the steps of every life cycle.

use cei_gateway::domain::acknowledgement::{LineEvent, LineState};
use cei_gateway::domain::order::{OrderEvent, OrderState};
use cei_gateway::store::history::{
    Application, Fee, HistoryEntry, InboxMessage, Order, OrderLine, Payment, StepError, Subject,
    list, take_step,
};
use cei_gateway::store::{StoreError, Tx};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::given::{self, By, id, second};
use crate::kit::databases::{both, rows};

/// Takes the first step of a life cycle and requires that state, version and history say so, and
/// that it cannot be taken again from where the row no longer stands.
async fn check<S: Subject>(tx: &mut Tx, subject: Uuid, state_and_version: &'static str) {
    let by = By::the_gateway();
    let (from, event, to) = S::STEPS[0];
    let taken = take_step::<S>(tx, subject, from, event, &by.at(second(60))).await;
    assert_eq!(taken.unwrap(), to);

    let found = rows!((String, i64, DateTime<Utc>), &mut *tx, state_and_version);
    assert_eq!(found, [(to.to_string(), 2, second(60))]);

    let told = list(tx, subject, 10).await.unwrap();
    let [entry] = told.as_slice() else {
        panic!("{told:?}")
    };
    let expected = HistoryEntry {
        subject_kind: S::KIND.to_string(),
        from_state: from.to_string(),
        event: event.to_string(),
        to_state: to.to_string(),
        actor: "gateway:test".to_owned(),
        note: Some("because of the test".to_owned()),
        at: second(60),
    };
    assert_eq!(format!("{entry:?}"), format!("{expected:?}"));

    let again = take_step::<S>(tx, subject, from, event, &by.at(second(61))).await;
    assert!(
        matches!(again, Err(StepError::Store(StoreError::Moved { what })) if what == S::WHAT),
        "{again:?}"
    );
    assert_eq!(list(tx, subject, 10).await.unwrap().len(), 1);
}

both! {
    async fn an_application_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_application(&mut tx, id(1)).await;
        check::<Application>(&mut tx, id(1), "SELECT state, version, updated_at FROM applications").await;
    }

    async fn a_fee_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_application(&mut tx, id(1)).await;
        check::<Fee>(&mut tx, id(1), "SELECT fee_state, version, updated_at FROM applications").await;
    }

    async fn a_payment_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::a_payment(&mut tx, id(1)).await;
        check::<Payment>(&mut tx, id(1), "SELECT state, version, updated_at FROM payments").await;
    }

    async fn an_order_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_order(&mut tx, id(1)).await;
        check::<Order>(&mut tx, id(1), "SELECT state, version, updated_at FROM orders").await;
    }

    async fn an_order_line_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_order_line(&mut tx, id(1)).await;
        check::<OrderLine>(&mut tx, id(1), "SELECT state, version, updated_at FROM order_lines").await;
    }

    async fn an_inbox_message_takes_a_step_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_inbox_message(&mut tx, id(1)).await;
        check::<InboxMessage>(&mut tx, id(1), "SELECT state, version, updated_at FROM inbox").await;
    }

    async fn what_follows_from_a_state_is_written_with_it(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        given::an_order_line(&mut tx, id(1)).await;
        let refused = LineEvent::LineRejected;
        let state = take_step::<OrderLine>(&mut tx, id(1), LineState::Placed, refused, &by.at(second(1)))
            .await
            .unwrap();
        let found = rows!((bool, bool, bool), &mut tx, "SELECT live, answered, ended FROM order_lines");
        assert_eq!(found, [(state.is_live(), state.is_answered(), state.is_ended())]);
        assert!(!state.is_live(), "a refused line sets its application free");
    }

    async fn an_illegal_step_writes_nothing(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        given::an_order(&mut tx, id(1)).await;
        let outcome =
            take_step::<Order>(&mut tx, id(1), OrderState::Open, OrderEvent::ReceiptPositive, &by.at(second(1)))
                .await;
        assert!(matches!(outcome, Err(StepError::Illegal(_))), "{outcome:?}");
        assert!(list(&mut tx, id(1), 10).await.unwrap().is_empty());
    }

    async fn a_step_of_nobody_is_refused(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        let outcome =
            take_step::<Order>(&mut tx, id(404), OrderState::Open, OrderEvent::LinesFixed, &by.at(second(1)))
                .await;
        assert!(
            matches!(outcome, Err(StepError::Store(StoreError::Moved { what: "order" }))),
            "{outcome:?}"
        );
    }

    async fn of_two_who_take_the_same_step_one_is_told_that_the_row_moved(store: Store) {
        let mut tx = store.begin().await.unwrap();
        given::an_order(&mut tx, id(1)).await;
        tx.commit().await.unwrap();

        let steps = [1, 2].map(|seconds| {
            let store = store.clone();
            async move {
                let by = By::the_gateway();
                let note = by.at(second(seconds));
                let mut tx = store.begin().await.unwrap();
                let taken =
                    take_step::<Order>(&mut tx, id(1), OrderState::Open, OrderEvent::LinesFixed, &note)
                        .await
                        .is_ok();
                tx.commit().await.unwrap();
                taken
            }
        });
        let taken = futures_util::future::join_all(steps).await;
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);

        let mut tx = store.read().await.unwrap();
        assert_eq!(list(&mut tx, id(1), 10).await.unwrap().len(), 1);
    }
}
