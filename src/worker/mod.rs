//! Background work: one trait, one loop.
//!
//! A pass takes no input: it reads the store, does one bounded piece of work, and what it misses
//! the next pass finds. Tests call [`drain`] until nothing is left; production runs
//! [`supervisor`].

pub mod batcher;
pub mod bell;
pub mod collector;
pub mod dispatcher;
pub mod herald;
pub mod janitor;
pub mod listener;
pub mod matcher;
pub mod postman;
pub mod pruner;
pub mod reconciler;
pub mod redriver;
pub mod supervisor;

use std::convert::Infallible;

use crate::flow::Failure;
use crate::gateway::Gateway;

/// What a pass found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// Something was done, and there may be more.
    Worked,
    /// Nothing was to be done now.
    Idle,
}

/// Work that may be stopped and repeated at any point.
pub trait Worker: Send + Sync + 'static {
    /// Its name, in logs and on the status page.
    const NAME: &'static str;

    /// The bell that wakes it early.
    const BELL: bell::Bell;

    /// Does one bounded piece of work.
    fn pass(&self, gateway: &Gateway) -> impl Future<Output = anyhow::Result<Progress>> + Send;

    /// Ends what goes on beyond a pass, after the last one.
    fn finish(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// How often a flow is tried while others are faster. One that loses so often does not race but
/// contradicts what is stored, and has to be told.
const RACES_MAX: usize = 5;

/// Runs a flow, and runs it again as a whole when another replica was faster.
pub(crate) async fn retry_races<T, F, Fut>(flow: F) -> anyhow::Result<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<T, Failure<Infallible>>>,
{
    for _ in 1..RACES_MAX {
        match flow().await {
            Err(failure) if failure.is_lost_race() => {
                tracing::debug!("another replica was faster; looking again");
            }
            done => return Ok(done?),
        }
    }
    Ok(flow().await?)
}

/// Runs `worker` until it is idle, or for `rounds` passes at most; returns whether it became idle.
pub async fn drain<W: Worker>(
    worker: &W,
    gateway: &Gateway,
    rounds: usize,
) -> anyhow::Result<Progress> {
    let mut progress = Progress::Idle;
    for _ in 0..rounds {
        match worker.pass(gateway).await? {
            Progress::Worked => progress = Progress::Worked,
            Progress::Idle => return Ok(progress),
        }
    }
    Ok(progress)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::StoreError;

    fn overtaken() -> Failure<Infallible> {
        StoreError::Moved { what: "order" }.into()
    }

    #[tokio::test]
    async fn a_flow_that_lost_a_race_runs_again() {
        let runs = Cell::new(0);
        let won = retry_races(|| async {
            runs.set(runs.get() + 1);
            if runs.get() < 3 {
                Err(overtaken())
            } else {
                Ok(runs.get())
            }
        });
        assert_eq!(won.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_flow_that_always_loses_is_told() {
        let runs = Cell::new(0);
        let lost = retry_races(|| async {
            runs.set(runs.get() + 1);
            Err::<(), _>(overtaken())
        });
        assert!(lost.await.is_err());
        assert_eq!(runs.get(), RACES_MAX);
    }

    #[tokio::test]
    async fn any_other_failure_is_told_at_once() {
        let runs = Cell::new(0);
        let failed = retry_races(|| async {
            runs.set(runs.get() + 1);
            Err::<(), Failure<Infallible>>(anyhow::anyhow!("a defect").into())
        });
        assert!(failed.await.is_err());
        assert_eq!(runs.get(), 1);
    }
}
