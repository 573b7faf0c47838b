//! `store::counters`.

use cei_gateway::store::counters::take_number;

use crate::kit::databases::both;

both! {
    async fn every_series_counts_from_one(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let mut taken = Vec::new();
        for series in ["orders", "orders", "payments", "orders"] {
            taken.push(take_number(&mut tx, series).await.unwrap());
        }
        assert_eq!(taken, [1, 2, 1, 3]);
    }

    async fn a_number_that_was_rolled_back_is_given_again(store: Store) {
        let mut undone = store.begin().await.unwrap();
        assert_eq!(take_number(&mut undone, "orders").await.unwrap(), 1);
        drop(undone);

        let mut tx = store.begin().await.unwrap();
        assert_eq!(take_number(&mut tx, "orders").await.unwrap(), 1);
    }

    async fn numbers_taken_at_the_same_time_are_all_different_and_without_gaps(store: Store) {
        let takers = (0..20).map(|_| async {
            let mut tx = store.begin().await.unwrap();
            let number = take_number(&mut tx, "orders").await.unwrap();
            tx.commit().await.unwrap();
            number
        });
        let mut taken = futures_util::future::join_all(takers).await;
        taken.sort_unstable();
        assert_eq!(taken, (1..=20).collect::<Vec<i64>>());
    }
}
