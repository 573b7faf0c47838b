//! From waiting applications to signed orders in the outbox.

use anyhow::ensure;
use cei_gateway::worker::batcher::Batcher;
use cei_gateway::worker::{Progress, Worker};
use openssl::sha::Sha256;
use serde_json::{Value, json};

use crate::country::Country;
use crate::stopwatch::Stopwatch;

/// Orders everything that waits, and hashes as many bytes as were written.
pub(crate) async fn measure(country: &Country) -> anyhow::Result<Value> {
    let before = tally(country).await?;
    let gateway = &country.gateway;
    let watch = Stopwatch::start();
    while Batcher.pass(gateway).await? == Progress::Worked {}
    let took = watch.seconds();
    let after = tally(country).await?;
    let (lines, bytes) = (after.0 - before.0, u64::try_from(after.1 - before.1)?);
    ensure!(lines > 0, "nothing was ordered");
    // Signature and digest share one pass; the vault hashes the tags of its chunks alone.
    let hashing = hash(bytes)?;
    Ok(json!({
        "lines": lines,
        "bytes": bytes,
        "seconds": took,
        "hashing_seconds": hashing,
    }))
}

/// Seconds in which this many bytes are hashed.
fn hash(bytes: u64) -> anyhow::Result<f64> {
    let piece = vec![b'A'; 1 << 20];
    let watch = Stopwatch::start();
    let mut left = bytes;
    let mut hash = Sha256::new();
    while left > 0 {
        let length = usize::try_from(left)?.min(piece.len());
        hash.update(piece.get(..length).unwrap_or_default());
        left -= u64::try_from(length)?;
    }
    std::hint::black_box(hash.finish());
    Ok(watch.seconds())
}

/// Lines and bytes of all orders that are signed.
async fn tally(country: &Country) -> anyhow::Result<(i64, i64)> {
    const SQL: &str = "
        SELECT COALESCE(SUM(line_count), 0)::bigint, COALESCE(SUM(size_bytes), 0)::bigint
        FROM orders
        WHERE signed_at IS NOT NULL";
    Ok(sqlx::query_as(SQL).fetch_one(&country.pool).await?)
}
