//! Stops the process's work at a chosen transaction, as a power cut would, so that tests can show
//! that nothing is lost wherever it happens.

use std::panic::Location;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::store::StoreError;

/// A place in the code that begins a transaction.
pub type Place = &'static Location<'static>;

/// Decides which transaction is never begun, nor any after it.
#[derive(Clone)]
pub struct Interruption {
    judge: Arc<Mutex<dyn FnMut(Place) -> bool + Send>>,
    struck_at: Arc<OnceLock<Place>>,
}

impl Interruption {
    /// Lets `transactions` more begin.
    pub fn after(transactions: i64) -> Self {
        let mut left = transactions;
        Self::when(move |_place| {
            left -= 1;
            left < 0
        })
    }

    /// Strikes at the first transaction of which `judge` says so, told where it would begin.
    pub fn when(judge: impl FnMut(Place) -> bool + Send + 'static) -> Self {
        Self {
            judge: Arc::new(Mutex::new(judge)),
            struck_at: Arc::default(),
        }
    }

    /// Whether it has struck.
    pub fn has_struck(&self) -> bool {
        self.struck_at().is_some()
    }

    /// Where it struck, if it has.
    pub fn struck_at(&self) -> Option<Place> {
        self.struck_at.get().copied()
    }

    /// Lets one transaction begin at `place`, or refuses it.
    pub(super) fn allow(&self, place: Place) -> Result<(), StoreError> {
        if !self.has_struck() {
            let mut judge = self.judge.lock().unwrap_or_else(PoisonError::into_inner);
            if !(*judge)(place) {
                return Ok(());
            }
            self.struck_at.get_or_init(|| place);
        }
        Err(StoreError::Unavailable(sqlx::Error::PoolClosed))
    }
}

impl std::fmt::Debug for Interruption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interruption({:?})", self.struck_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_it_has_struck_nothing_begins_any_more() {
        let interruption = Interruption::after(2);
        let here = Location::caller();
        assert!(interruption.allow(here).is_ok());
        assert!(interruption.clone().allow(here).is_ok());
        assert_eq!(interruption.struck_at(), None);
        assert!(interruption.allow(here).is_err());
        assert_eq!(interruption.struck_at(), Some(here));
        assert!(interruption.clone().allow(here).is_err());
    }

    #[test]
    fn it_strikes_where_it_is_told_to() {
        let here = Location::caller();
        let mut seen = 0;
        let interruption = Interruption::when(move |place| {
            seen += 1;
            place.file() == file!() && seen == 2
        });
        assert!(interruption.allow(here).is_ok());
        assert!(interruption.allow(here).is_err());
        assert!(interruption.allow(here).is_err());
    }
}
