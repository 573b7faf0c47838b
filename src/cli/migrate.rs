//! `migrate`: brings the database's schema up to date. Replicas that start together wait for one
//! another, so running it twice does no harm.

use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::store::Kind;

/// What people call a database.
pub(crate) const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgres => "PostgreSQL",
        Kind::Sqlite => "SQLite",
    }
}

pub(crate) async fn run(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let store = context.store().await?;
    let kind = name_of(store.kind());
    store.close().await;
    context.output.done(
        &json!({ "done": "migrated", "database": kind }),
        &format!("The schema of the {kind} database is up to date."),
    )?;
    Ok(Exit::Ok)
}
