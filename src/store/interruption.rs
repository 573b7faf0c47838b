//! Stops the process's work at a chosen transaction, as a power cut would, so that tests can show
//! that nothing is lost wherever it happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::store::StoreError;

/// Counts transactions down to the one that is never begun, nor any after it.
#[derive(Clone, Debug)]
pub struct Interruption {
    left: Arc<AtomicI64>,
}

impl Interruption {
    /// Lets `transactions` more begin.
    pub fn after(transactions: i64) -> Self {
        Self {
            left: Arc::new(AtomicI64::new(transactions)),
        }
    }

    /// Whether it has struck.
    pub fn has_struck(&self) -> bool {
        self.left.load(Ordering::SeqCst) <= 0
    }

    /// Counts one transaction, or refuses it.
    pub(super) fn count(&self) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            Ok(())
        } else {
            Err(StoreError::Unavailable(sqlx::Error::PoolClosed))
        }
    }
}
