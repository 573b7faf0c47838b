//! The runtime in which a store was opened.
//!
//! A connection belongs to the runtime in which it was made, and every thread of the API has a runtime
//! of its own, which ends with the server. Connections that were made for a request would end with it,
//! under workers that finish their passes. So each is made in the store's own runtime.

use std::future::poll_fn;
use std::pin::pin;

use tokio::runtime::Handle;

/// Waits for a future with what it makes belonging to the runtime `home`.
pub(super) async fn at_home<T>(home: &Handle, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|context| {
        let _entered = home.enter();
        future.as_mut().poll(context)
    })
    .await
}
