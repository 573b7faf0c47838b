//! pgbench on the same server: single rows, and a hundred rows in one statement.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use sqlx::PgPool;

use crate::measure::real;

/// A row of some six hundred bytes with one index, as small as a row that matters can be.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS bench_rows
        (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload TEXT NOT NULL)";

/// Rows a second, `together` in one transaction, by so many clients for so many seconds.
pub(crate) async fn rate(
    (pool, url, folder): (&PgPool, &str, &Path),
    together: usize,
    clients: usize,
    seconds: usize,
) -> anyhow::Result<f64> {
    sqlx::query(TABLE).execute(pool).await?;
    let script = folder.join(format!("insert-{together}.sql"));
    std::fs::write(
        &script,
        format!(
            "INSERT INTO bench_rows (payload)\n\
             SELECT repeat('x', 600) FROM generate_series(1, {together});\n"
        ),
    )?;
    let mut command = Command::new(program()?);
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={seconds}"))
        .arg("--file")
        .arg(&script)
        .arg(url);
    let ran = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&ran.stdout);
    ensure!(
        ran.status.success(),
        "pgbench: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let rate = said.lines().find_map(|line| {
        let rate = line.strip_prefix("tps = ")?.split(' ').next()?;
        rate.parse::<f64>().ok()
    });
    let rate = rate.with_context(|| format!("pgbench said: {said}"))?;
    Ok(times(rate, together))
}

#[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
fn times(rate: f64, together: usize) -> f64 {
    rate * real(together)
}

/// The newest pgbench where Debian puts it, or the one in the path.
fn program() -> anyhow::Result<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql");
    if !versions.exists() {
        return Ok(PathBuf::from("pgbench"));
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(versions)?
        .filter_map(|version| Some(version.ok()?.path().join("bin/pgbench")))
        .filter(|program| program.exists())
        .collect();
    found.sort();
    Ok(found.pop().unwrap_or_else(|| PathBuf::from("pgbench")))
}
