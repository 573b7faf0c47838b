//! Connections of the pool and the runtimes in which they are asked for.

use crate::kit::databases::Database;

/// As many as break together when the threads of a server end.
const CONNECTIONS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn connections_outlive_the_thread_that_asked_for_them() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = database.store.clone();
    let asking = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut open = Vec::new();
            for _ in 0..CONNECTIONS {
                open.push(store.begin().await.unwrap());
            }
            for tx in open {
                tx.commit().await.unwrap();
            }
            // They go back to the pool by a task of their own.
            for _ in 0..CONNECTIONS {
                tokio::task::yield_now().await;
            }
        });
    });
    asking.await.unwrap();
    for _ in 0..CONNECTIONS {
        let tx = database.store.begin().await.unwrap();
        tx.commit().await.unwrap();
    }
}
