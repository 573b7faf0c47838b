use crate::channel::{self, Entry, HeldCode, RefusedCode, StatementFile};

const ACCOUNT: &str = "RO49AAAA1B31007593840000";

/// A message with these lines between balances of 100 and `closing` lei.
fn message(lines: &str, closing: &str) -> String {
    format!(
        ":20:S1\n:25:{ACCOUNT}\n:28C:244/1\n:60F:C260831RON100,00\n{lines}\
         :62F:C260901RON{closing}\n"
    )
}

fn read(text: &str) -> StatementFile {
    channel::read(text.as_bytes()).unwrap()
}

fn entries(text: &str) -> Vec<Entry> {
    let file = read(text);
    assert_eq!(file.held, []);
    let statements = file.statements.into_iter();
    statements.flat_map(|statement| statement.entries).collect()
}

fn codes(text: &str) -> Vec<HeldCode> {
    let held = read(text).held;
    assert!(held.iter().all(|held| !held.place.is_empty()));
    held.into_iter().map(|held| held.code).collect()
}

const LINE: &str = ":61:2609010901CN67,00NTRFNONREF//B1\n";

#[test]
fn a_statement_of_cec_bank_is_read() {
    let text = message(
        &format!(
            "{LINE}:86:taxa CEI,Platitor POPA ION,Banca platitor CECER\nOBU,CUI/CNP Platitor 1\n"
        ),
        "167,00",
    );
    let file = read(&text);
    assert_eq!(file.format.to_string(), "MT940");
    assert_eq!(file.held, []);
    let statement = &file.statements[0];
    assert_eq!(statement.account.as_deref(), Some(ACCOUNT));
    assert_eq!(statement.id.as_deref(), Some("S1"));
    assert_eq!(statement.number.as_deref(), Some("244/1"));
    assert_eq!(statement.opening_minor, Some(10_000));
    assert_eq!(statement.closing_minor, Some(16_700));
    assert_eq!(statement.ties, Some(true));
    let entry = &statement.entries[0];
    assert_eq!(entry.place, "line 5");
    assert_eq!(
        entry.joined_text,
        "taxa CEI,Platitor POPA ION,Banca platitor CECEROBU,CUI/CNP Platitor 1"
    );
    assert!(entry.text.contains("CECER OBU"));
}

#[test]
fn line_ends_blocks_and_control_characters_do_not_matter() {
    let plain = message(&format!("{LINE}:86:taxa\n"), "167,00");
    let expected = entries(&plain);
    assert_eq!(expected.len(), 1);
    for text in [
        plain.replace('\n', "\r\n"),
        format!("\u{1}{{1:F01CECEROBU}}{{2:I940X}}{{4:\n{plain}-}}{{5:}}\u{3}"),
        format!("{{1:F01CECEROBU}}{{2:I940X}}{{4:{plain}-}}"),
        format!("CECEROBU\n940\nCECEROBU\n{plain}-\n"),
        format!("\u{FEFF}\n\n{plain}"),
    ] {
        let found = entries(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].text, expected[0].text, "{text}");
    }
}

#[test]
fn several_messages_and_accounts_are_several_statements() {
    let one = message(LINE, "167,00");
    let glued = format!("{{1:F01A}}{{4:\n{one}-}}{{1:F01A}}{{4:\n{one}-}}");
    let without_heads = format!(
        "{one}:25:RO09BCYP0000001234567890\n:28C:1\n:60F:C260901RON0,\n:62F:C260901RON0,\n"
    );
    for text in [
        format!("{one}{one}"),
        format!("{one}-\n{one}-\n"),
        glued,
        without_heads,
    ] {
        let file = read(&text);
        assert_eq!(file.statements.len(), 2, "{text}");
        assert_eq!(file.held, [], "{text}");
    }
}

#[test]
fn pages_must_follow_each_other() {
    let page = |opening: &str, closing: &str| {
        format!(":20:S\n:25:{ACCOUNT}\n:28C:1\n:60{opening}\n{LINE}:62{closing}\n")
    };
    let first = page("F:C260901RON100,", "M:C260901RON167,");
    let second = page("M:C260901RON167,", "F:C260901RON234,");
    assert_eq!(codes(&format!("{first}{second}")), []);
    let gap = page("M:C260901RON200,", "F:C260901RON267,");
    assert_eq!(codes(&format!("{first}{gap}")), [HeldCode::PagesDoNotChain]);
    assert_eq!(codes(&second), [HeldCode::PagesDoNotChain]);
    let another_day = message(LINE, "167,00");
    assert_eq!(
        codes(&format!("{first}{another_day}")),
        [HeldCode::PagesDoNotChain]
    );
}

#[test]
fn reversals_and_announcements_move_what_they_say() {
    let lines = ":61:260901RC7,NTRF\n:61:260901RD5,NTRF\n:61:260901EC900,NTRF\n";
    let found = entries(&message(lines, "98,00"));
    let seen: Vec<(i64, bool, bool)> = found
        .iter()
        .map(|entry| (entry.signed_minor(), entry.reversal, entry.booked))
        .collect();
    assert_eq!(
        seen,
        [
            (-700, true, true),
            (500, true, true),
            (90_000, false, false)
        ]
    );
}

#[test]
fn the_dialects_of_romanian_banks_are_read() {
    for (text, expected) in [
        (
            ":86:Decontare -Platitor POPA ION RO49 CODFISC 0 -Detalii taxa RF2940\n73918264\n",
            "Decontare -Platitor POPA ION RO49 CODFISC 0 -Detalii taxa RF294073918264",
        ),
        (
            ":86:+20TAXA RF2940+2173918264+32POPA ION\n",
            "TAXA RF294073918264,Platitor POPA ION",
        ),
        (
            ":86:~20TAXA RF2940~\n2173918264~32POPA ION\n",
            "TAXA RF294073918264,Platitor POPA ION",
        ),
        (
            ":86:^20TAXA RF2940^2173918264^32POPA ION\n",
            "TAXA RF294073918264,Platitor POPA ION",
        ),
        (":NS:01TAXA RF2940\n0273918264\n", "TAXA RF294073918264"),
        (":86:TAXA\n:86: RF294073918264\n", "TAXA RF294073918264"),
        ("TAXA RF294073918264\n", "TAXA RF294073918264"),
    ] {
        let found = entries(&message(&format!("{LINE}{text}"), "167,00"));
        assert_eq!(found[0].joined_text, expected);
    }
}

#[test]
fn a_text_after_the_closing_balance_is_about_the_statement() {
    let text = format!(
        "{}:64:C260901RON167,00\n:86:/SUM/1/0/\n",
        message(LINE, "167,00")
    );
    assert_eq!(entries(&text)[0].text, "");
    let before = message(&format!(":86:about the account\n{LINE}"), "167,00");
    assert_eq!(entries(&before)[0].text, "");
}

#[test]
fn an_interim_report_needs_no_balances() {
    let text = format!(
        ":20:S1\n:25:{ACCOUNT}\n:28C:1/1\n:34F:RON0,\n:13D:2609011200+0300\n{LINE}:90D:0RON0,\n\
         :90C:1RON67,00\n"
    );
    let file = read(&text);
    assert_eq!(file.format.to_string(), "MT942");
    assert_eq!(file.held, []);
    let statement = &file.statements[0];
    assert_eq!(statement.currency.as_deref(), Some("RON"));
    assert_eq!(statement.ties, None);
    let created_on = statement.created_on.map(|on| on.to_string());
    assert_eq!(created_on.as_deref(), Some("2026-09-01"));
    let counted_otherwise = text.replace(":90C:1RON67,00", ":90C:2RON134,00");
    assert_eq!(codes(&counted_otherwise), [HeldCode::SummaryDiffers]);
}

#[test]
fn what_cannot_be_believed_is_held() {
    let whole = message(&format!("{LINE}:86:taxa 13\n"), "167,00");
    for (change, to, expected) in [
        ("RON167,00", "RON168,00", HeldCode::BalanceDiffers),
        (":62F:C260901RON167,00\n", "", HeldCode::BalanceMissing),
        (
            ":25:RO49AAAA1B31007593840000\n",
            "",
            HeldCode::AccountMissing,
        ),
        ("RON167,00", "EUR167,00", HeldCode::CurrencyChanged),
        ("C260831RON100,00", "100,00", HeldCode::AmountUnreadable),
        (":62F:C260901", ":62F:C260931", HeldCode::DateUnreadable),
        (
            "2609010901CN67,00",
            "2609310901CN67,00",
            HeldCode::DateUnreadable,
        ),
        ("CN67,00", "CN6.7,00", HeldCode::EntryUnreadable),
        (
            ":86:taxa 13\n",
            ":86:taxa 13\n:12:11\n",
            HeldCode::UnknownField,
        ),
        (":86:taxa 13\n", ":25:another\n", HeldCode::UnknownField),
        ("2609010901CN", "261001CN", HeldCode::ValueDateLate),
    ] {
        assert!(whole.contains(change), "{change}");
        let codes = codes(&whole.replace(change, to));
        assert!(codes.contains(&expected), "{change} {to}: {codes:?}");
    }
    assert_eq!(codes(&whole), []);
}

#[test]
fn a_line_after_the_end_of_a_message_is_not_lost() {
    let text = format!("{}-\n:61:2609010901C1,NTRF\n", message(LINE, "167,00"));
    let file = read(&text);
    assert_eq!(file.statements.len(), 1);
    assert_eq!(file.statements[0].entries.len(), 2);
    assert_eq!(codes(&text), [HeldCode::BalanceDiffers]);
}

#[test]
fn what_is_no_statement_is_refused() {
    for (text, code) in [
        ("", RefusedCode::Empty),
        (" \n", RefusedCode::Empty),
        (":NS:\n", RefusedCode::NoStatement),
        ("1\n2\n3\n", RefusedCode::UnknownFormat),
        ("date,amount,text\n", RefusedCode::UnknownTable),
    ] {
        let refused = channel::read(text.as_bytes()).unwrap_err();
        assert_eq!(refused.code, code, "{text:?}");
    }
}

#[test]
fn nobody_is_named_in_what_operators_or_logs_see() {
    let text = message(&format!("{LINE}:86:taxa POPA ION\n:12:11\n"), "1,00");
    let file = read(&text);
    assert!(!format!("{file:?}").contains("POPA"));
}

/// One invented file for each dialect that Romanian banks write.
const DIALECTS: [(&str, &str); 8] = [
    ("alpha", include_str!("dialects/alpha.sta")),
    ("bcr", include_str!("dialects/bcr.sta")),
    ("brd", include_str!("dialects/brd.sta")),
    ("bt", include_str!("dialects/bt.sta")),
    ("cec", include_str!("dialects/cec.sta")),
    ("exim", include_str!("dialects/exim.sta")),
    ("ing", include_str!("dialects/ing.sta")),
    ("raiffeisen", include_str!("dialects/raiffeisen.sta")),
];

#[test]
fn each_romanian_dialect_ties_and_keeps_the_reference_whole() {
    for (bank, text) in DIALECTS {
        let file = read(text);
        assert_eq!(file.format.to_string(), "MT940", "{bank}");
        assert_eq!(file.held, [], "{bank}");
        assert_eq!(file.statements.len(), 1, "{bank}");
        let statement = &file.statements[0];
        let account = statement.account.as_deref().unwrap();
        assert!(account.starts_with("RO") && account.len() == 24, "{bank}");
        assert_eq!(statement.ties, Some(true), "{bank}");
        assert_eq!(statement.currency.as_deref(), Some("RON"), "{bank}");
        let signed: Vec<i64> = statement.entries.iter().map(Entry::signed_minor).collect();
        assert_eq!(signed, [6700, -450], "{bank}");
        let entry = &statement.entries[0];
        assert_eq!(entry.booked_on.unwrap().to_string(), "2026-09-01", "{bank}");
        let digits = entry.joined_text.replace(' ', "");
        assert!(digits.contains("RF18539007547034"), "{bank}: {digits}");
        assert!(entry.text.contains("POPA"), "{bank}: {}", entry.text);
    }
}

#[test]
fn a_dialect_that_is_cut_anywhere_is_refused_held_or_whole() {
    for (bank, text) in DIALECTS {
        let whole = read(text);
        for end in 0..text.len() {
            let Ok(file) = channel::read(&text.as_bytes()[..end]) else {
                continue;
            };
            let entries = |file: &StatementFile| {
                let entries = file.statements.iter().flat_map(|one| one.entries.clone());
                entries
                    .map(|entry| entry.signed_minor())
                    .collect::<Vec<_>>()
            };
            let is_whole = entries(&file) == entries(&whole)
                && file.statements[0].closing_minor == whole.statements[0].closing_minor;
            assert!(!file.held.is_empty() || is_whole, "{bank} cut at {end}");
        }
    }
}

#[test]
fn a_block_that_does_not_end_was_cut() {
    let text = format!("{{1:F01A}}{{4:\n{}-}}\n", message(LINE, "167,00"));
    assert_eq!(codes(&text), []);
    let cut = text.trim_end().trim_end_matches("-}");
    assert_eq!(codes(cut), [HeldCode::Incomplete]);
}

#[test]
fn an_interim_report_tells_its_currency_once() {
    let report = |lines: &str| format!(":20:S1\n:25:{ACCOUNT}\n:28C:1/1\n{lines}");
    let both_floors = report(&format!(
        ":34F:ROND0,\n:34F:RONC0,\n:13:2609011200\n{LINE}:90C:1RON67,\n"
    ));
    let file = read(&both_floors);
    assert_eq!(
        (file.format.to_string().as_str(), file.held.len()),
        ("MT942", 0)
    );
    assert_eq!(file.warnings.len(), 0);
    let uncounted = report(&format!(":34F:RON0,\n:13D:2609011200+0300\n{LINE}"));
    let file = read(&uncounted);
    assert_eq!((file.held.len(), file.warnings.len()), (0, 1));
    for (lines, expected) in [
        (
            ":34F:RON0,\n:34F:EUR0,\n:90C:0RON0,\n",
            HeldCode::CurrencyChanged,
        ),
        (":34F:RON0,\n:90C:0EUR0,\n", HeldCode::CurrencyChanged),
        (":34F:RON0,\n:90C:RON0,\n", HeldCode::AmountUnreadable),
        (":34F:RON0,\n:90C:1RON\n", HeldCode::AmountUnreadable),
    ] {
        assert!(codes(&report(lines)).contains(&expected), "{lines}");
    }
}

#[test]
fn expected_movements_of_an_interim_report_are_not_booked() {
    let text = format!(
        ":20:S1\n:25:{ACCOUNT}\n:28C:1\n:34F:RON0,\n:13D:2609011200+0300\n{LINE}\
         :61:260902EC67,NTRFNONREF\n:61:260902ED5,NTRFNONREF\n:90D:0RON0,\n:90C:1RON67,\n"
    );
    let file = read(&text);
    assert_eq!(file.held, []);
    let booked: Vec<bool> = file.statements[0]
        .entries
        .iter()
        .map(|one| one.booked)
        .collect();
    assert_eq!(booked, [true, false, false]);
}

#[test]
fn the_text_is_also_kept_as_the_bank_wrote_it() {
    let text = message(
        &format!("{LINE}:86:+20taxa RF2940\n73918264+32POPA ION\n"),
        "167,00",
    );
    let entry = &entries(&text)[0];
    assert_eq!(entry.as_written, "+20taxa RF294073918264+32POPA ION");
    assert_eq!(entry.joined_text, "taxa RF294073918264,Platitor POPA ION");
}

#[test]
fn carriage_returns_alone_end_lines_too() {
    let text = message(LINE, "167,00").replace('\n', "\r");
    assert_eq!(entries(&text).len(), 1);
}

#[test]
fn a_line_without_end_is_refused() {
    let text = message(&format!("{LINE}:86:{}\n", "x".repeat(100_000)), "167,00");
    let refused = channel::read(text.as_bytes()).unwrap_err();
    assert_eq!(
        (refused.code, refused.place.as_str()),
        (RefusedCode::TooLarge, "line 6")
    );
}
