//! `store::sealed`.

use cei_gateway::domain::id::SealedId;
use cei_gateway::store::sealed::{self, NewSealed, SealedKind};
use chrono::{DateTime, Utc};

use super::given::{id, second};
use crate::kit::databases::{both, rows};

fn a_blob(number: u128, erase_at: Option<DateTime<Utc>>) -> NewSealed {
    NewSealed {
        id: SealedId(id(number)),
        kind: SealedKind::Application,
        wrapped_key: vec![0, 1, 255],
        size_bytes: 70_000,
        sha256: vec![7; 32],
        erase_at,
    }
}

/// Size, instant and reason.
type Tombstone = (i64, DateTime<Utc>, String);

both! {
    async fn a_key_is_found_as_it_was_put_until_it_is_erased(store: Store) {
        let blob = a_blob(1, None);
        let mut tx = store.begin().await.unwrap();
        assert!(!sealed::is_known(&mut tx, blob.id).await.unwrap());
        sealed::insert(&mut tx, &blob, second(0)).await.unwrap();
        assert!(sealed::is_known(&mut tx, blob.id).await.unwrap());
        assert_eq!(
            sealed::find_key(&mut tx, blob.id).await.unwrap(),
            Some(vec![0, 1, 255])
        );

        assert!(sealed::erase(&mut tx, blob.id, "the term passed", second(9)).await.unwrap());
        assert_eq!(sealed::find_key(&mut tx, blob.id).await.unwrap(), None);
        assert!(!sealed::is_known(&mut tx, blob.id).await.unwrap());
        assert!(!sealed::erase(&mut tx, blob.id, "again", second(10)).await.unwrap());

        let tombstones = rows!(
            Tombstone,
            &mut tx,
            "SELECT size_bytes, erased_at, erase_reason FROM sealed_contents"
        );
        assert_eq!(
            tombstones,
            [(70_000, second(9), "the term passed".to_owned())],
            "what was erased, when and why stays on record"
        );
    }

    async fn an_unknown_blob_has_no_key_and_cannot_be_erased(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let nobody = SealedId(id(404));
        assert_eq!(sealed::find_key(&mut tx, nobody).await.unwrap(), None);
        assert!(!sealed::erase(&mut tx, nobody, "for nothing", second(0)).await.unwrap());
    }

    async fn what_is_due_is_listed_most_overdue_first(store: Store) {
        let mut tx = store.begin().await.unwrap();
        for blob in [
            a_blob(1, Some(second(20))),
            a_blob(2, Some(second(10))),
            a_blob(3, None),
            a_blob(4, Some(second(31))),
            a_blob(5, Some(second(5))),
        ] {
            sealed::insert(&mut tx, &blob, second(0)).await.unwrap();
        }
        sealed::erase(&mut tx, SealedId(id(5)), "done", second(6)).await.unwrap();

        let due = sealed::list_due(&mut tx, second(30), 10).await.unwrap();
        assert_eq!(due, [SealedId(id(2)), SealedId(id(1))]);
        let bounded = sealed::list_due(&mut tx, second(30), 1).await.unwrap();
        assert_eq!(bounded, [SealedId(id(2))]);
    }

    async fn an_earlier_day_of_erasure_stands_and_a_later_one_gives_way(store: Store) {
        let blob = a_blob(1, None);
        let mut tx = store.begin().await.unwrap();
        sealed::insert(&mut tx, &blob, second(0)).await.unwrap();
        for (asked, due_from) in [(50, 50), (80, 50), (20, 20)] {
            sealed::erase_by(&mut tx, blob.id, second(asked)).await.unwrap();
            let before = sealed::list_due(&mut tx, second(due_from - 1), 10).await.unwrap();
            let from_then = sealed::list_due(&mut tx, second(due_from), 10).await.unwrap();
            assert_eq!((before, from_then), (vec![], vec![blob.id]), "after asking for {asked}");
        }
    }
}
