//! The schema: the same on both databases, and the same as the code's words.

use std::collections::{BTreeMap, BTreeSet};

use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::{ApplicationState, CardReason, Product};
use cei_gateway::domain::card::CardState;
use cei_gateway::domain::complaint::{ComplaintState, Payer};
use cei_gateway::domain::consignment::{ConsignmentState, ScanFinding};
use cei_gateway::domain::day::DayEvent;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::four_eyes::{FourEyesAction, RequestOutcome};
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::letter::{LetterKind, LetterState, Occasion};
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::payment::{Channel, PaymentState};
use cei_gateway::domain::reconciliation::Difference;
use cei_gateway::domain::refund::RefundState;
use cei_gateway::domain::sign_in::Stage;
use cei_gateway::domain::webhook::{KeyKind, OnExhausted, WebhookState};
use cei_gateway::store::Tx;
use cei_gateway::store::authentication_failures::FailureCause;
use cei_gateway::store::causes::Outcome;
use cei_gateway::store::dead_letter_decisions::DeadLetterAction;
use cei_gateway::store::forced_words::ForcedOutcome;
use cei_gateway::store::history::SubjectKind;
use cei_gateway::store::outbox::LaneKind;
use cei_gateway::store::sealed::SealedKind;

use crate::kit::databases::{Database, both, rows};

/// The codes of an enumeration.
macro_rules! codes {
    ($name:ty) => {
        <$name>::ALL
            .iter()
            .map(|variant| variant.as_str())
            .collect()
    };
}

/// Which words each checked column takes. A `CHECK (… IN (…))` that stands nowhere here fails.
fn words() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let every_subject: Vec<&str> = codes!(SubjectKind);
    let without = |absent: &[&str]| {
        let mut left = every_subject.clone();
        left.retain(|kind| !absent.contains(kind));
        left
    };
    vec![
        ("applications", "product", codes!(Product)),
        ("applications", "card_reason", codes!(CardReason)),
        ("applications", "state", codes!(ApplicationState)),
        ("applications", "fee_state", codes!(FeeState)),
        ("payment_references", "product", codes!(Product)),
        ("payments", "channel", codes!(Channel)),
        ("payments", "state", codes!(PaymentState)),
        ("source_files", "channel", codes!(Channel)),
        ("day_decisions", "channel", codes!(Channel)),
        ("day_decisions", "event", codes!(DayEvent)),
        ("batching_pauses", "product", codes!(Product)),
        ("orders", "product", codes!(Product)),
        ("orders", "state", codes!(OrderState)),
        ("order_lines", "state", codes!(LineState)),
        ("letters", "kind", codes!(LetterKind)),
        ("letters", "occasion", codes!(Occasion)),
        ("letters", "state", codes!(LetterState)),
        ("reconciliation_findings", "difference", codes!(Difference)),
        ("cause_decision_orders", "outcome", codes!(Outcome)),
        ("dead_letter_decisions", "action", codes!(DeadLetterAction)),
        ("dead_letter_turns", "outcome", codes!(Outcome)),
        ("forced_words", "outcome", codes!(ForcedOutcome)),
        ("cards", "state", codes!(CardState)),
        ("consignments", "state", codes!(ConsignmentState)),
        ("consignment_cards", "finding", codes!(ScanFinding)),
        ("complaints", "state", codes!(ComplaintState)),
        ("complaints", "payer", codes!(Payer)),
        ("inbox", "state", codes!(InboxState)),
        ("lanes", "kind", codes!(LaneKind)),
        ("sealed_contents", "kind", codes!(SealedKind)),
        ("webhooks", "state", codes!(WebhookState)),
        ("webhooks", "on_exhausted", codes!(OnExhausted)),
        ("webhook_keys", "kind", codes!(KeyKind)),
        ("user_roles", "role", codes!(Role)),
        ("sessions", "stage", codes!(Stage)),
        ("four_eyes_requests", "action", codes!(FourEyesAction)),
        ("four_eyes_requests", "outcome", codes!(RequestOutcome)),
        ("deliveries", "outcome", codes!(DeliveryVerdict)),
        // A file has no life cycle of its own; a fee is held as its application, a refund as its
        // payment; holds do not nest.
        ("history", "subject_kind", without(&["SOURCE_FILE"])),
        ("holds", "subject_kind", without(&["FEE", "HOLD", "REFUND"])),
        ("refunds", "state", codes!(RefundState)),
        // Words without an enumeration yet; each goes to its enumeration when it has one.
        (
            "credentials",
            "party",
            vec!["OFFICE", "BUREAU", "CHANNEL", "AUTOMATION", "OPERATOR"],
        ),
        ("credentials", "kind", vec!["CERTIFICATE", "API_KEY"]),
        ("authentication_failures", "cause", codes!(FailureCause)),
        ("inbox", "source", vec!["BUREAU", "SELFPAY"]),
        (
            "acknowledgements",
            "disposition",
            vec!["APPLIED", "WAITING", "LATE", "CONFLICT", "IMPOSSIBLE"],
        ),
        ("lanes", "breaker", vec!["CLOSED", "OPEN", "HALF_OPEN"]),
    ]
}

/// The texts of a table's definition that say what a column may hold, with the column's name.
///
/// SQLite keeps the definition as written; `PostgreSQL` writes it anew.
async fn checks(tx: &mut Tx) -> Vec<(String, String)> {
    const POSTGRES: &str = "
        SELECT conrelid::regclass::text, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conislocal";
    const SQLITE: &str = "
        SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK%'";
    let sql = if matches!(tx, Tx::Postgres(..)) {
        POSTGRES
    } else {
        SQLITE
    };
    let mut found = Vec::new();
    for (table, definition) in rows!((String, String), tx, sql) {
        for check in definition.split("CHECK").skip(1) {
            found.push((table.clone(), check.to_owned()));
        }
    }
    found
}

/// The column and the words of a check, unless it is of another kind.
fn words_of(check: &str) -> Option<(String, BTreeSet<String>)> {
    // On SQLite the next column follows the check.
    let check = check.split('\n').next()?;
    let mut quoted = check.split('\'');
    let column = quoted.next()?.trim_start_matches([' ', '(']);
    let column: String = column
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let is_comparison_of_conditions = check.contains(" IS ");
    let words: BTreeSet<String> = quoted.step_by(2).map(str::to_owned).collect();
    (!words.is_empty() && !is_comparison_of_conditions).then_some((column, words))
}

both! {
    async fn the_words_of_every_checked_column_are_those_of_the_code(store: Store) {
        let expected: BTreeMap<(String, String), BTreeSet<String>> = words()
            .into_iter()
            .map(|(table, column, words)| {
                let words = words.into_iter().map(str::to_owned).collect();
                ((table.to_owned(), column.to_owned()), words)
            })
            .collect();
        let mut tx = store.read().await.unwrap();
        let found: BTreeMap<_, _> = checks(&mut tx)
            .await
            .into_iter()
            .filter_map(|(table, check)| {
                let (column, words) = words_of(&check)?;
                Some(((table, column), words))
            })
            .collect();
        for (place, words) in &expected {
            assert_eq!(found.get(place), Some(words), "{place:?}");
        }
        let unexpected: Vec<_> = found.keys().filter(|place| !expected.contains_key(place)).collect();
        assert!(unexpected.is_empty(), "in no table of this test: {unexpected:?}");
    }

    async fn every_migration_in_the_folder_was_built_in_and_applied(store: Store) {
        let mut tx = store.read().await.unwrap();
        let folder = match tx {
            Tx::Postgres(..) => "migrations/postgres",
            Tx::Sqlite(..) => "migrations/sqlite",
        };
        let mut expected = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let number: i64 = name.split('_').next().unwrap().parse().unwrap();
            let digest = openssl::sha::sha384(&std::fs::read(&path).unwrap());
            expected.push((number, digest.to_vec()));
        }
        expected.sort();
        let applied = rows!(
            (i64, Vec<u8>),
            &mut tx,
            "SELECT version, checksum FROM _sqlx_migrations ORDER BY version"
        );
        assert_eq!(applied, expected, "build again: the folder has changed since");
    }
}

/// A column: its table, its name, its type as SQLite would say it, and whether it may be missing.
type Column = (String, String, String, bool);

/// Columns of a primary key are left out of the last question, which SQLite answers differently;
/// so are the months of a table that lies in months, for SQLite has none.
const POSTGRES_COLUMNS: &str = "
    SELECT c.table_name::text, c.column_name::text,
           CASE c.data_type
               WHEN 'uuid' THEN 'BLOB'
               WHEN 'bytea' THEN 'BLOB'
               WHEN 'text' THEN 'TEXT'
               WHEN 'date' THEN 'TEXT'
               WHEN 'timestamp with time zone' THEN 'TEXT'
               WHEN 'bigint' THEN 'INTEGER'
               WHEN 'boolean' THEN 'INTEGER'
               ELSE c.data_type
           END,
           c.is_nullable = 'YES'
    FROM information_schema.columns c
    JOIN pg_class r ON r.oid = format('public.%I', c.table_name)::regclass
    WHERE c.table_schema = 'public' AND c.table_name <> '_sqlx_migrations'
      AND NOT r.relispartition
    ORDER BY 1, 2";

const SQLITE_COLUMNS: &str = "
    SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0
    FROM sqlite_master t
    JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name <> '_sqlx_migrations' AND t.name NOT LIKE 'sqlite%'
    ORDER BY 1, 2";

const POSTGRES_INDEXES: &str = "
    SELECT i.relname::text, x.indisunique
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    WHERE i.relnamespace = 'public'::regnamespace AND NOT i.relispartition
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u'))
    ORDER BY 1";

const SQLITE_INDEXES: &str = "
    SELECT i.name, i.\"unique\" = 1
    FROM sqlite_master t
    JOIN pragma_index_list(t.name) i
    WHERE t.type = 'table' AND i.origin = 'c'
    ORDER BY 1";

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let Some(postgres) = Database::postgres().await else {
        return;
    };
    let sqlite = Database::sqlite().await;
    let mut here = postgres.store.read().await.unwrap();
    let mut there = sqlite.store.read().await.unwrap();

    let columns = rows!(Column, &mut here, POSTGRES_COLUMNS);
    assert!(columns.len() > 100, "only {} columns", columns.len());
    assert_eq!(columns, rows!(Column, &mut there, SQLITE_COLUMNS));

    let indexes = rows!((String, bool), &mut here, POSTGRES_INDEXES);
    assert!(indexes.len() > 30, "only {} indexes", indexes.len());
    assert_eq!(indexes, rows!((String, bool), &mut there, SQLITE_INDEXES));
}

#[tokio::test]
async fn every_table_of_sqlite_holds_its_types() {
    let sqlite = Database::sqlite().await;
    let mut tx = sqlite.store.read().await.unwrap();
    let loose = rows!(
        (String,),
        &mut tx,
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND NOT strict
           AND name NOT LIKE 'sqlite%' AND name <> '_sqlx_migrations'"
    );
    assert!(loose.is_empty(), "not STRICT: {loose:?}");
}

/// Foreign keys whose index covers only some of their rows, and why that is enough.
const PARTLY_INDEXED: &[(&str, &str)] = &[
    // Asked for what is unresolved only, and lanes are never deleted.
    ("dead_letters", "lane"),
];

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    // The index begins with the key's columns and leaves out nothing but missing values.
    const BARE: &str = "
        SELECT k.conrelid::regclass::text, a.attname::text
        FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f'
          AND NOT EXISTS (
              SELECT 1
              FROM pg_index x
              WHERE x.indrelid = k.conrelid
                AND x.indkey[0] = k.conkey[1]
                AND (x.indpred IS NULL
                     OR pg_get_expr(x.indpred, x.indrelid) = format('(%s IS NOT NULL)', a.attname)))
        ORDER BY 1, 2";
    let Some(postgres) = Database::postgres().await else {
        return;
    };
    let mut tx = postgres.store.read().await.unwrap();
    let bare = rows!((String, String), &mut tx, BARE);
    let bare: Vec<_> = bare
        .iter()
        .map(|(table, column)| (table.as_str(), column.as_str()))
        .collect();
    assert_eq!(bare, PARTLY_INDEXED);
}
