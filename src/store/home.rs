//! The runtime in which a store was opened.
//!
//! A connection belongs to the runtime in which it was made, and every thread of the API has a runtime
//! of its own, which ends with the server. Connections that were made for a request would end with it,
//! under workers that finish their passes. So each is made in the store's own runtime.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

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

/// Waits for a future at home as [`at_home`] does, and does not let it be given up halfway: when
/// nobody waits for it any more, it goes on by itself, and what comes of it is dropped.
pub(super) async fn to_its_end<F>(home: &Handle, future: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut going = Going {
        home: home.clone(),
        future: Some(Box::pin(future)),
    };
    poll_fn(move |context| going.poll(context)).await
}

/// A future that is spawned when it is dropped before its end.
struct Going<F: Future<Output: Send> + Send + 'static> {
    home: Handle,
    /// `None` once it has ended.
    future: Option<Pin<Box<F>>>,
}

impl<F: Future<Output: Send> + Send + 'static> Going<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.home.enter();
        let Some(future) = &mut self.future else {
            return Poll::Pending;
        };
        let outcome = future.as_mut().poll(context);
        if outcome.is_ready() {
            self.future = None;
        }
        outcome
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Going<F> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take() {
            // Its task ends with it, and nobody asks what became of it.
            drop(self.home.spawn(async move { drop(future.await) }));
        }
    }
}
