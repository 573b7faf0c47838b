//! Every SQL text of the store, prepared by both databases.
//!
//! The texts are read from the sources, so a new one is checked without being listed anywhere. A
//! text in a constant whose name begins with `POSTGRES` or `SQLITE` belongs to that database alone.

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::kit::databases::{Database, both};
use crate::kit::rust_source::{Piece, RustFile, pieces};
use cei_gateway::store::Tx;

struct Statement {
    /// The file and the constant's name.
    place: String,
    name: String,
    sql: String,
}

fn is_sql(text: &str) -> bool {
    const VERBS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
    VERBS.iter().any(|verb| text.trim_start().starts_with(verb))
}

/// The name of the constant that the code before a literal declares.
fn constant(code: &str) -> Option<&str> {
    let declared = code.trim_end().strip_suffix(": &str =")?;
    let (_, name) = declared.rsplit_once("const ")?;
    Some(name)
}

/// Every SQL text of the store. Panics on one that is not a constant beside its caller: the same
/// text with other types bound is what sqlx's cache must never see.
fn statements() -> Vec<Statement> {
    let mut found = Vec::new();
    for file in RustFile::all_in("src/store") {
        let mut before = "";
        for piece in pieces(file.released()) {
            match piece {
                Piece::Text(sql) if is_sql(sql) => {
                    let name = constant(before)
                        .unwrap_or_else(|| panic!("{}: SQL outside a constant: {sql}", file.path));
                    found.push(Statement {
                        place: format!("{}: {name}", file.path),
                        name: name.to_owned(),
                        sql: sql.replace("\\\"", "\"").replace("\\\n", ""),
                    });
                }
                Piece::Code(code) => before = code,
                Piece::Text(_) | Piece::Character(_) | Piece::Comment(_) => (),
            }
        }
    }
    found
}

/// What the database says of a text that it will not prepare.
async fn objection(tx: &mut Tx, sql: String) -> Option<sqlx::Error> {
    let sql = AssertSqlSafe(sql).into_sql_str();
    match tx {
        Tx::Postgres(tx) => tx.prepare(sql).await.err(),
        Tx::Sqlite(tx) => tx.prepare(sql).await.err(),
    }
}

/// Whether `PostgreSQL` understood every word and only misses the types, which binds bring.
fn misses_types_only(error: &sqlx::Error) -> bool {
    const DATATYPE_MISMATCH: &str = "42804";
    const INDETERMINATE_DATATYPE: &str = "42P18";
    error
        .as_database_error()
        .and_then(|refusal| refusal.code().map(std::borrow::Cow::into_owned))
        .is_some_and(|code| code == DATATYPE_MISMATCH || code == INDETERMINATE_DATATYPE)
}

async fn check(database: Database, not_for_it: &str) {
    let mut checked = 0;
    for statement in statements() {
        if statement.name.starts_with(not_for_it) {
            continue;
        }
        // A transaction of its own, because an error ends it.
        let mut tx = database.store.begin().await.unwrap();
        let objection = objection(&mut tx, statement.sql).await;
        let objection = objection.filter(|error| !misses_types_only(error));
        assert!(objection.is_none(), "{}: {objection:?}", statement.place);
        checked += 1;
    }
    assert!(checked >= 30, "only {checked} statements were found");
}

#[tokio::test]
async fn every_statement_is_prepared_by_sqlite() {
    check(Database::sqlite().await, "POSTGRES").await;
}

#[tokio::test]
async fn every_statement_is_prepared_by_postgres() {
    if let Some(database) = Database::postgres().await {
        check(database, "SQLITE").await;
    }
}

both! {
    async fn a_statement_with_an_unknown_column_is_objected_to(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let sql = "SELECT nothing FROM lanes WHERE lane = $1".to_owned();
        let error = objection(&mut tx, sql).await.unwrap();
        assert!(!misses_types_only(&error), "{error}");
    }
}
