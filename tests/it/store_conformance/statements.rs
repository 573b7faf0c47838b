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

/// What the code before a literal makes of it.
enum Use<'a> {
    /// It is a whole statement, in the constant of this name.
    Whole(&'a str),
    /// It goes on where the file's `select!` begins, or that of the module around it, in the
    /// constant of this name.
    Rest(&'a str),
    /// It is the beginning that the file's `select!` has for all.
    Beginning,
    /// None of these.
    Other,
}

fn use_of(code: &str) -> Use<'_> {
    let code = code.trim_end();
    if code.ends_with("concat!(") {
        Use::Beginning
    } else if let Some(name) = constant(code) {
        Use::Whole(name)
    } else if let Some(name) = code.strip_suffix("select!(").and_then(constant) {
        Use::Rest(name)
    } else {
        Use::Other
    }
}

/// The name of the constant whose value is about to follow.
fn constant(code: &str) -> Option<&str> {
    let declared = code.trim_end().strip_suffix(": &str =")?;
    declared.rsplit_once("const ").map(|(_, name)| name)
}

/// Every SQL text of the store. Panics on one that is not a constant beside its caller: the same
/// text with other types bound is what sqlx's cache must never see.
fn statements() -> Vec<Statement> {
    let files = RustFile::all_in("src/store");
    let around = |file: &RustFile| {
        let (folder, _name) = file.path.rsplit_once('/')?;
        let around = files
            .iter()
            .find(|one| one.path == format!("{folder}.rs"))?;
        beginning_in(around.released())
    };
    files
        .iter()
        .flat_map(|file| statements_in(&file.path, file.released(), around(file)))
        .collect()
}

/// The beginning that a file's `select!` has for all.
fn beginning_in(text: &str) -> Option<&str> {
    let all = pieces(text);
    let mut pairs = all.windows(2);
    pairs.find_map(|pair| match pair {
        [Piece::Code(code), Piece::Text(text)] if matches!(use_of(code), Use::Beginning) => {
            Some(*text)
        }
        _ => None,
    })
}

fn statements_in(path: &str, text: &str, inherited: Option<&str>) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut beginning = inherited.unwrap_or_default();
    let mut before = "";
    for piece in pieces(text) {
        let Piece::Text(literal) = piece else {
            if let Piece::Code(code) = piece {
                before = code;
            }
            continue;
        };
        let (name, sql) = match use_of(before) {
            Use::Beginning => {
                beginning = literal;
                continue;
            }
            Use::Rest(name) => {
                assert!(!beginning.is_empty(), "{path}: {name} begins nowhere");
                (name, format!("{beginning}{literal}"))
            }
            Use::Whole(name) => (name, literal.to_owned()),
            Use::Other => ("", literal.to_owned()),
        };
        if is_sql(&sql) {
            assert!(!name.is_empty(), "{path}: SQL outside a constant: {sql}");
            found.push(Statement {
                place: format!("{path}: {name}"),
                name: name.to_owned(),
                sql: sql.replace("\\\"", "\"").replace("\\\n", ""),
            });
        }
    }
    found
}

/// What the database says of a text that it will not prepare.
async fn objection(tx: &mut Tx, sql: String) -> Option<sqlx::Error> {
    let sql = AssertSqlSafe(sql).into_sql_str();
    match tx {
        Tx::Postgres(tx, _) => tx.prepare(sql).await.err(),
        Tx::Sqlite(tx, _) => tx.prepare(sql).await.err(),
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
        let objection = objection(&mut tx, statement.sql.clone()).await;
        let objection = objection.filter(|error| !misses_types_only(error));
        let Statement { place, sql, .. } = statement;
        assert!(objection.is_none(), "{place}: {objection:?}\n{sql}");
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

#[test]
fn statements_are_found_in_every_form_that_the_store_has() {
    let text = r#"
        macro_rules! select { ($rest:literal) => { concat!("SELECT a FROM b ", $rest) }; }
        fn f() { const SQL: &str = "UPDATE \"b\" SET c = 1"; }
        fn g() { const ONE: &str = select!("WHERE d = $1"); const NOT: &str = "sql"; }
        fn h() { const POSTGRES: &str =
            select!("WHERE e = $1"); }"#;
    let found = statements_in("x.rs", text, None);
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.sql.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("SQL", "UPDATE \"b\" SET c = 1"),
            ("ONE", "SELECT a FROM b WHERE d = $1"),
            ("POSTGRES", "SELECT a FROM b WHERE e = $1"),
        ]
    );
}
