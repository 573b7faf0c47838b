//! Wakes workers early within this process. A ring carries no data and may be lost without harm:
//! polling alone is the truth.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::coded;

coded! {
    /// Who can be woken.
    pub enum Bell as "bell" {
        /// The matcher: a payment came, or an application that money may wait for.
        Matcher = "MATCHER",
        /// The batcher: an application became ready, or an order waits to be sealed.
        Batcher = "BATCHER",
        /// The dispatcher: a message was put in the outbox.
        Dispatcher = "DISPATCHER",
        /// The reconciler: a document arrived.
        Reconciler = "RECONCILER",
        /// The janitor, who is in no hurry.
        Janitor = "JANITOR",
        /// The collector of files, which nobody announces.
        Collector = "COLLECTOR",
        /// The postman, who looks by himself.
        Postman = "POSTMAN",
        /// The herald: an office may have new events, or its webhook was changed.
        Herald = "HERALD",
        /// The pruner of the outbox, who is in no hurry either.
        Pruner = "PRUNER",
        /// The redriver: somebody decided about dead letters.
        Redriver = "REDRIVER",
        /// The listener, who is awake always.
        Listener = "LISTENER",
    }
}

/// The bells of one process.
#[derive(Clone, Debug, Default)]
pub struct Bells {
    notifies: Arc<[Notify; Bell::ALL.len()]>,
}

impl Bells {
    /// Wakes whoever waits for `bell`, or the next one who will.
    pub fn ring(&self, bell: Bell) {
        self.of(bell).notify_one();
    }

    /// Returns when `bell` rings, at once when it rang since the last time.
    pub async fn rung(&self, bell: Bell) {
        self.of(bell).notified().await;
    }

    fn of(&self, bell: Bell) -> &Notify {
        let [
            matcher,
            batcher,
            dispatcher,
            reconciler,
            janitor,
            collector,
            postman,
            herald,
            pruner,
            redriver,
            listener,
        ] = &*self.notifies;
        match bell {
            Bell::Matcher => matcher,
            Bell::Batcher => batcher,
            Bell::Dispatcher => dispatcher,
            Bell::Reconciler => reconciler,
            Bell::Janitor => janitor,
            Bell::Collector => collector,
            Bell::Postman => postman,
            Bell::Herald => herald,
            Bell::Pruner => pruner,
            Bell::Redriver => redriver,
            Bell::Listener => listener,
        }
    }
}
