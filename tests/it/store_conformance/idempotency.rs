//! `store::idempotency`.

use cei_gateway::store::idempotency::{GivenAnswer, find, forget, set_answer, take};

use crate::kit::databases::both;
use crate::store_conformance::given::second;

both! {
    async fn a_key_is_taken_once_and_keeps_its_answer(store: Store) {
        let mut tx = store.begin().await.unwrap();
        assert!(take(&mut tx, "office:1", "k", b"first", second(0)).await.unwrap());
        set_answer(&mut tx, "office:1", "k", 201, "{}").await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = store.begin().await.unwrap();
        assert!(!take(&mut tx, "office:1", "k", b"other", second(1)).await.unwrap());
        assert!(take(&mut tx, "office:2", "k", b"first", second(1)).await.unwrap());
        let answer = GivenAnswer {
            fingerprint: b"first".to_vec(),
            status: 201,
            body: "{}".to_owned(),
        };
        assert_eq!(find(&mut tx, "office:1", "k").await.unwrap(), Some(answer));
        assert_eq!(find(&mut tx, "office:1", "none").await.unwrap(), None);
    }

    async fn whoever_comes_second_waits_and_finds_the_answer(store: Store) {
        let askers = (0..10).map(|_| async {
            let mut tx = store.begin().await.unwrap();
            let first = take(&mut tx, "office:1", "k", b"same", second(0)).await.unwrap();
            if first {
                set_answer(&mut tx, "office:1", "k", 201, "{}").await.unwrap();
            }
            let found = find(&mut tx, "office:1", "k").await.unwrap();
            tx.commit().await.unwrap();
            (first, found.map(|answer| answer.status))
        });
        let answers = futures_util::future::join_all(askers).await;
        assert_eq!(answers.iter().filter(|(first, _)| *first).count(), 1);
        assert!(answers.iter().all(|(_, status)| *status == Some(201)));
    }

    async fn a_key_of_work_that_was_undone_is_free(store: Store) {
        let mut undone = store.begin().await.unwrap();
        assert!(take(&mut undone, "office:1", "k", b"first", second(0)).await.unwrap());
        drop(undone);

        let mut tx = store.begin().await.unwrap();
        assert!(take(&mut tx, "office:1", "k", b"other", second(1)).await.unwrap());
    }

    async fn old_answers_are_forgotten(store: Store) {
        let mut tx = store.begin().await.unwrap();
        for (key, at) in [("old", 0), ("new", 10)] {
            assert!(take(&mut tx, "office:1", key, b"first", second(at)).await.unwrap());
        }
        assert_eq!(forget(&mut tx, second(10)).await.unwrap(), 1);
        assert_eq!(find(&mut tx, "office:1", "old").await.unwrap(), None);
        assert!(find(&mut tx, "office:1", "new").await.unwrap().is_some());
    }
}
