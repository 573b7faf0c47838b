//! Connections of the pool and the runtimes in which they are asked for.

use crate::kit::databases::Database;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_connection_outlives_the_runtime_that_asked_for_it() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = database.store.clone();
    let asking = tokio::task::spawn_blocking(move || {
        // As a thread of the server has one, and ends with it.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let tx = runtime.block_on(store.begin()).unwrap();
        drop(runtime);
        tx
    });
    let tx = asking.await.unwrap();
    tx.commit().await.unwrap();
}
