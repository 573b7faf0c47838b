use crate::channel::{self, Entry, HeldCode, RefusedCode, StatementFile};

const BCR: &str = include_str!("samples/bcr.csv");
const BCR_GEORGE: &str = include_str!("samples/bcr-george.csv");
const BRD: &str = include_str!("samples/brd.csv");
const BT: &str = include_str!("samples/bt.csv");
const CEC: &str = include_str!("samples/cec.csv");
const ING: &str = include_str!("samples/ing.csv");
const ING_BALANCE: &str = include_str!("samples/ing-balance.csv");
const RAIFFEISEN: &str = include_str!("samples/raiffeisen.csv");

fn read(text: &str) -> StatementFile {
    channel::read(text.as_bytes()).unwrap()
}

fn held(text: &str) -> Vec<(HeldCode, String)> {
    let held = read(text).held.into_iter();
    held.map(|held| (held.code, held.place)).collect()
}

fn signed(entries: &[Entry]) -> Vec<i64> {
    entries.iter().map(Entry::signed_minor).collect()
}

/// A sample that has one statement and nothing to hold.
#[track_caller]
fn check(text: &str, format: &str, account: Option<&str>, balances: (i64, i64), amounts: &[i64]) {
    let file = read(text);
    assert_eq!(file.format.to_string(), format);
    assert_eq!(file.held, [], "{format}");
    let [statement] = file.statements.as_slice() else {
        panic!("{format}: not one statement");
    };
    assert_eq!(statement.account.as_deref(), account, "{format}");
    assert_eq!(statement.currency.as_deref(), Some("RON"), "{format}");
    assert_eq!(statement.opening_minor, Some(balances.0), "{format}");
    assert_eq!(statement.closing_minor, Some(balances.1), "{format}");
    assert_eq!(statement.ties, Some(true), "{format}");
    assert_eq!(signed(&statement.entries), amounts, "{format}");
    let reference = statement.entries.iter().any(|entry| {
        let digits = entry.joined_text.replace(' ', "");
        digits.contains("RF18539007547034")
    });
    assert!(reference, "{format}");
}

#[test]
fn each_layout_is_known_by_its_header_and_read() {
    check(
        BT,
        "CSV-BT",
        Some("RO51BTRLRONCRT0000000001"),
        (100_000, 112_950),
        &[6700, 6700, -450],
    );
    check(
        RAIFFEISEN,
        "CSV-RAIFFEISEN",
        Some("RO80RZBR0000060000000001"),
        (1_000_000, 1_012_900),
        &[6700, 6700, -500],
    );
    check(
        BCR,
        "CSV-BCR",
        Some("RO66RNCB0000000000000001"),
        (100_000, 106_500),
        &[6700, -200],
    );
    check(
        BRD,
        "CSV-BRD",
        Some("RO43BRDE0000000000000001"),
        (100_000, 106_650),
        &[6700, -50],
    );
    check(
        CEC,
        "CSV-CEC",
        Some("RO38CECEBC2030RON0923675"),
        (1_000_000, 1_006_200),
        &[6700, -500],
    );
    check(
        ING,
        "CSV-ING",
        Some("RO49INGB0000999900000001"),
        (200_000, 83_244),
        &[6700, -123_456],
    );
}

#[test]
fn a_row_tells_days_reference_and_text() {
    let file = read(BT);
    let entries = &file.statements[0].entries;
    let second = &entries[1];
    assert_eq!(second.booked_on.unwrap().to_string(), "2026-09-01");
    assert_eq!(second.value_on.unwrap().to_string(), "2026-09-02");
    assert_eq!(second.bank_reference.as_deref(), Some("000ABC2"));
    assert_eq!(second.text, "Incasare OP a \"doua\" taxa, 67 lei");
    assert_eq!(second.place, "line 9");
    assert_eq!(entries[2].place, "line 11");
    let payer = &read(RAIFFEISEN).statements[0].entries[1].text;
    assert_eq!(payer, "taxa,Platitor ȘERBAN ANA");
    assert_eq!(read(RAIFFEISEN).statements[0].number.as_deref(), Some("2"));
}

#[test]
fn rows_without_day_and_amount_go_on_with_the_text() {
    let file = read(ING);
    let entries = &file.statements[0].entries;
    assert_eq!(
        entries[0].text,
        "Incasare Ordonator:POPA ION Detalii:taxa CEI RF18 5390 0754 7034"
    );
    assert_eq!(entries[1].text, "Comision pe operatiune Cont propriu");
    assert_eq!(entries[0].booked_on.unwrap().to_string(), "2026-09-02");
}

#[test]
fn balances_may_run_from_the_newest_row_to_the_oldest() {
    let file = read(ING_BALANCE);
    assert_eq!(file.format.to_string(), "CSV-ING-BALANCE");
    let statement = &file.statements[0];
    assert_eq!(statement.opening_minor, Some(106_700));
    assert_eq!(statement.closing_minor, Some(113_244));
    assert_eq!(statement.ties, Some(true));
    let codes: Vec<HeldCode> = file.held.iter().map(|held| held.code).collect();
    assert_eq!(codes, [HeldCode::AccountMissing]);
}

#[test]
fn each_account_of_a_file_is_a_statement_of_its_own() {
    let file = read(BCR_GEORGE);
    assert_eq!(file.format.to_string(), "CSV-BCR-GEORGE");
    assert_eq!(file.held, []);
    let seen: Vec<_> = file
        .statements
        .iter()
        .map(|one| {
            let (account, currency) = (one.account.as_deref(), one.currency.as_deref());
            (account, currency, one.ties, one.entries.len())
        })
        .collect();
    let first = (Some("RO66RNCB0000000000000001"), Some("RON"), Some(true), 2);
    let second = (Some("RO66RNCB0000000000000002"), Some("EUR"), Some(true), 1);
    assert_eq!(seen, [first, second]);
}

#[test]
fn older_code_pages_are_read() {
    let text = RAIFFEISEN.replace('Ș', "Ş");
    let (bytes, _, _) = encoding_rs::ISO_8859_2.encode(&text);
    assert!(std::str::from_utf8(&bytes).is_err());
    let file = channel::read(&bytes).unwrap();
    assert_eq!(file.held, []);
    assert!(file.statements[0].entries[1].text.contains("ŞERBAN"));
    let mut cp852 = CEC.replace("POPA", "~OPA").into_bytes();
    for byte in &mut cp852 {
        if *byte == b'~' {
            *byte = 0xB8;
        }
    }
    let file = channel::read(&cp852).unwrap();
    assert!(file.statements[0].entries[0].text.contains("ȘOPA"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_cannot_be_believed_is_held_with_its_line() {
    for (sample, change, to, expected) in [
        (
            BT,
            ",67.00,\"1,134.00\"",
            ",67.005,\"1,134.00\"",
            (HeldCode::AmountUnreadable, "line 9"),
        ),
        (
            BT,
            ",67.00,\"1,134.00\"",
            ",68.00,\"1,134.00\"",
            (HeldCode::BalanceDiffers, "line 9"),
        ),
        (
            BT,
            "2026-09-01,2026-09-02",
            "2026-09-31,2026-09-02",
            (HeldCode::DateUnreadable, "line 9"),
        ),
        (
            BT,
            "2026-09-01,2026-09-02",
            "2026-09-01,2026-02-30",
            (HeldCode::DateUnreadable, "line 9"),
        ),
        (
            BT,
            "000ABC3,-4.50,,",
            "000ABC3,-4.50,1,",
            (HeldCode::EntryUnreadable, "line 11"),
        ),
        (
            BT,
            "000ABC3,-4.50,,",
            "000ABC3,,,",
            (HeldCode::EntryUnreadable, "line 11"),
        ),
        (
            BT,
            "000ABC3,-4.50,,",
            "000ABC3,,-4.50,",
            (HeldCode::EntryUnreadable, "line 11"),
        ),
        (
            BT,
            "000ABC3,-4.50,,",
            "000ABC3,\"1,23.00\",,",
            (HeldCode::AmountUnreadable, "line 11"),
        ),
        (
            BRD,
            "67,00;RON",
            "67,00;EUR",
            (HeldCode::CurrencyChanged, "line 4"),
        ),
        (
            BRD,
            "1.066,50",
            "1.066,51",
            (HeldCode::BalanceDiffers, "statement 1"),
        ),
        (
            BRD,
            "Total;",
            "Altceva;",
            (HeldCode::DateUnreadable, "line 6"),
        ),
        (
            BRD,
            "Sold initial:;1.000,00",
            "Sold initial:;multi",
            (HeldCode::AmountUnreadable, "line 2"),
        ),
        (CEC, ";C;67", ";?;67", (HeldCode::EntryUnreadable, "line 5")),
        (
            CEC,
            ";C;67",
            ";C;-67",
            (HeldCode::EntryUnreadable, "line 5"),
        ),
        (
            ING,
            "\"67,00\"",
            "67.00",
            (HeldCode::AmountUnreadable, "line 4"),
        ),
    ] {
        assert!(sample.contains(change), "{change}");
        let held = held(&sample.replacen(change, to, 1));
        let expected = (expected.0, expected.1.to_owned());
        assert!(held.contains(&expected), "{change} {to}: {held:?}");
    }
}

#[test]
fn a_row_that_is_missing_shows_in_the_balances() {
    let rows: Vec<&str> = BT.lines().collect();
    let without_second = [&rows[..8], &rows[10..]].concat().join("\n");
    let file = read(&without_second);
    assert_eq!(file.statements[0].entries.len(), 2);
    assert_eq!(file.statements[0].ties, Some(false));
}

#[test]
fn a_table_without_balances_is_read_with_a_warning() {
    let text = BRD
        .replace("Sold initial:;1.000,00\n", "")
        .replace("Sold final:;1.066,50\n", "");
    let file = read(&text);
    assert_eq!(file.held, []);
    assert_eq!(file.statements[0].ties, None);
    assert_eq!(file.warnings[0].code, HeldCode::BalanceMissing);
}

#[test]
fn a_table_without_rows_is_a_statement_without_entries() {
    let header: String = BCR.lines().take(2).collect::<Vec<_>>().join("\n");
    let file = read(&header);
    assert_eq!(file.held, []);
    assert_eq!(file.statements[0].entries.len(), 0);
}

#[test]
fn a_quote_that_is_never_closed_is_noticed() {
    let (cut, _) = BT.split_once("doua").unwrap();
    let held = held(cut);
    assert!(
        held.contains(&(HeldCode::EntryUnreadable, "file".to_owned())),
        "{held:?}"
    );
    let (before, _) = BT.split_once("Comision").unwrap();
    let endless = format!("{before}\"{}", "x,\n".repeat(4_000));
    let refused = channel::read(endless.as_bytes()).unwrap_err();
    assert_eq!(
        (refused.code, refused.place.as_str()),
        (RefusedCode::TooLarge, "line 11")
    );
}

#[test]
fn a_table_of_no_known_bank_is_refused() {
    for text in [
        "Date,Description,Amount\n2026-09-01,taxa,67.00\n",
        &BT.replace("Sold contabil", "Sold"),
        &BT.replacen("BANCA", &"\n\"x\"".repeat(70), 1),
    ] {
        let refused = channel::read(text.as_bytes()).unwrap_err();
        let code = refused.code;
        assert!(
            matches!(code, RefusedCode::UnknownTable | RefusedCode::UnknownFormat),
            "{refused}"
        );
    }
}
