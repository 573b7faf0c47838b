//! Retries inside one operation: connecting, and transactions that lost a race. Schedules that
//! outlive the process are rows, see `domain::delivery`.

use std::time::Duration;

use backoff::ExponentialBackoffBuilder;

use crate::store::StoreError;

/// How long one operation may go on trying before its caller is told.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs `operation` again, as a whole, while it fails for a reason that may pass by itself.
pub async fn retrying<T, E, F, Fut>(mut operation: F) -> Result<T, StoreError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Into<StoreError>,
{
    let schedule = ExponentialBackoffBuilder::new()
        .with_initial_interval(Duration::from_millis(10))
        .with_max_interval(Duration::from_secs(2))
        .with_max_elapsed_time(Some(PATIENCE))
        .build();
    backoff::future::retry(schedule, || {
        let attempt = operation();
        async {
            attempt.await.map_err(|error| {
                let error: StoreError = error.into();
                if error.is_transient() {
                    backoff::Error::transient(error)
                } else {
                    backoff::Error::permanent(error)
                }
            })
        }
    })
    .await
}
