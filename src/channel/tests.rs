use proptest::prelude::*;

use super::*;

const MT940: &str = ":20:S1\n:25:RO49AAAA1B31007593840000\n:28C:1\n:60F:C260831RON100,00\n\
                     :61:2609010901CN67,00NTRFNONREF//B1\n:86:?20taxa?32POPA\n\
                     :62F:C260901RON167,00\n-\n";

const CAMT: &str = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>\
                    <BkToCstmrStmt><Stmt><Acct><Id><IBAN>RO49</IBAN></Id><Ccy>RON</Ccy></Acct>\
                    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>1</Amt>\
                    <CdtDbtInd>DBIT</CdtDbtInd></Bal><Ntry><Amt Ccy='RON'>67.00</Amt>\
                    <CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls><Chrgs><Amt Ccy='RON'>1</Amt>\
                    </Chrgs></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>";

const SETTLEMENT: &str = "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status\n\
                          SP1;T-1;2026-08-31 10:05:00;TRM0;2940;67.00;RON;0.50;OK\nTOTAL;1;67.00\n";

#[test]
fn formats_print_as_their_standards_name_them() {
    for (text, format) in [
        (MT940, "MT940"),
        (CAMT, "camt.053.001.08"),
        (SETTLEMENT, "SELFPAY-SETTLEMENT"),
    ] {
        let file = read(text.as_bytes()).unwrap();
        assert_eq!(file.format.to_string(), format);
        assert_eq!(file.statements.len(), 1);
    }
}

#[test]
fn an_older_encoding_is_read_too() {
    let mut bytes = MT940.replace("taxa", "tax@").into_bytes();
    for byte in &mut bytes {
        if *byte == b'@' {
            *byte = 0xE3;
        }
    }
    let file = read(&bytes).unwrap();
    assert!(file.statements[0].entries[0].text.starts_with("taxă"));
}

#[test]
fn what_a_payer_wrote_is_hidden_from_debug() {
    let entry = Entry {
        text: "POPA ION".to_owned(),
        joined_text: "POPAION".to_owned(),
        details: vec![Detail {
            text: "POPA ION".to_owned(),
            ..Detail::default()
        }],
        ..Entry::default()
    };
    let debug = format!("{entry:?}");
    assert!(!debug.contains("POPA"), "{debug}");
}

#[test]
fn a_refusal_says_where_and_why() {
    let refused = read(b"hello").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "neither camt.052/053/054, nor MT940/MT942, nor a table (line 1)"
    );
}

/// A file of which some bytes were cut out and replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let sample = prop::sample::select(vec![MT940, CAMT, SETTLEMENT]);
    let patch = prop::collection::vec(
        prop::sample::select(b"0123456789,.:-?<>&;CDR\n\xC8".to_vec()),
        0..24,
    );
    (sample, any::<prop::sample::Index>(), 0..40_usize, patch).prop_map(
        |(sample, at, cut, patch)| {
            let mut bytes = sample.as_bytes().to_vec();
            let start = at.index(bytes.len());
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, patch);
            bytes
        },
    )
}

/// A camt statement that ties, with all that a small one has.
const WHOLE_CAMT: &str = "<?xml version='1.0' encoding='UTF-8'?>\n\
    <Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>\n\
    <Acct><Id><IBAN>RO49AAAA1B31007593840000</IBAN></Id><Ccy>RON</Ccy></Acct>\n\
    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>100.00</Amt>\
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-08-31</Dt></Dt></Bal>\n\
    <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>162.50</Amt>\
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-01</Dt></Dt></Bal>\n\
    <Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
    <BookgDt><Dt>2026-09-01</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>taxa</Ustrd></RmtInf>\
    </TxDtls></NtryDtls></Ntry>\n\
    <Ntry><Amt Ccy='RON'>4.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
    <BookgDt><Dt>2026-09-01</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>";

const WHOLE_TABLE: &str = include_str!("table/samples/bt.csv");

/// What a file moves, statement by statement.
fn moved(file: &StatementFile) -> Vec<i64> {
    let entries = file
        .statements
        .iter()
        .flat_map(|statement| &statement.entries);
    entries
        .filter(|entry| entry.booked)
        .map(Entry::signed_minor)
        .collect()
}

/// Whether nobody would notice that the money is not that of the whole file.
fn is_silently_other(bytes: &[u8], whole: &[i64]) -> bool {
    let Ok(file) = read(bytes) else {
        return false;
    };
    let is_cut = |told: &Held| told.code == HeldCode::Incomplete;
    let is_silent = file.held.is_empty() && !file.warnings.iter().any(is_cut);
    is_silent && moved(&file) != whole
}

#[test]
fn a_file_cut_at_any_byte_is_never_silently_shorter() {
    for text in [WHOLE_CAMT, MT940, SETTLEMENT, WHOLE_TABLE] {
        let whole = read(text.as_bytes()).unwrap();
        assert_eq!(whole.held, []);
        // Of the table, the rows: what stands above is looked at by other tests.
        let from = if text == WHOLE_TABLE {
            text.len() - 160
        } else {
            0
        };
        for end in from..text.len() {
            let cut = &text.as_bytes()[..end];
            assert!(
                !is_silently_other(cut, &moved(&whole)),
                "cut at {end} of {text}"
            );
        }
    }
    for end in 0..WHOLE_CAMT.len() {
        assert!(read(&WHOLE_CAMT.as_bytes()[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn entities_that_grow_and_document_types_are_refused_before_they_are_read() {
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let outside = "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>";
    for kind in [laughs, outside] {
        let text = WHOLE_CAMT.replace("<Document", &format!("{kind}<Document"));
        let refused = read(text.as_bytes()).unwrap_err();
        assert_eq!(
            (refused.code, refused.place.as_str()),
            (RefusedCode::DocumentType, "line 2")
        );
    }
    let undeclared = WHOLE_CAMT.replace("taxa", "&a;");
    assert_eq!(
        read(undeclared.as_bytes()).unwrap_err().code,
        RefusedCode::NotXml
    );
}

#[test]
fn texts_longer_than_any_are_refused_with_their_line() {
    let long = "x".repeat(4 * 1024 * 1024);
    for (text, place) in [
        (WHOLE_CAMT.replace("taxa", &long), "line 6"),
        (WHOLE_CAMT.replace("<Sts>", &format!("<{long}>")), "line 6"),
        (MT940.replace("taxa", &long), "line 6"),
        (SETTLEMENT.replace("TRM0", &long), "line 2"),
        (WHOLE_TABLE.replace("Comision", &long), "line 11"),
        (long.clone(), "line 1"),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        assert_eq!(
            (refused.code, refused.place.as_str()),
            (RefusedCode::TooLarge, place)
        );
    }
}

#[test]
fn a_wrongly_declared_encoding_loses_neither_letters_nor_money() {
    let text = WHOLE_CAMT.replace("taxa", "taxă pentru Țăran");
    for declared in ["ISO-8859-2", "windows-1252", "UTF-16", "nonsense"] {
        let file = read(text.replace("UTF-8", declared).as_bytes()).unwrap();
        assert_eq!(file.held, [], "{declared}");
        assert_eq!(
            file.statements[0].entries[0].text, "taxă pentru Țăran",
            "{declared}"
        );
    }
    let (latin, _, _) = encoding_rs::ISO_8859_2.encode("taxă pentru Ţăran");
    let (head, tail) = WHOLE_CAMT.split_once("taxa").unwrap();
    let bytes = [head.as_bytes(), &latin, tail.as_bytes()].concat();
    let file = read(&bytes).unwrap();
    assert_eq!(file.statements[0].entries[0].text, "taxă pentru Ţăran");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = read(&[&[0xFF, 0xFE], wide.as_slice()].concat()).unwrap();
    assert_eq!(moved(&file), [6700, -450]);
}

#[test]
fn each_kind_of_message_in_one_envelope_is_read_by_its_own_rules() {
    let report = WHOLE_CAMT
        .split_once("<Document")
        .map(|(_, rest)| format!("<Document{rest}"))
        .unwrap()
        .replace("camt.053", "camt.052")
        .replace("BkToCstmrStmt", "BkToCstmrAcctRpt")
        .replace("Stmt>", "Rpt>")
        .replace("<Sts><Cd>BOOK</Cd></Sts>", "");
    let statement = WHOLE_CAMT.split_once('\n').unwrap().1;
    let file = read(format!("<Envelope>{statement}{report}</Envelope>").as_bytes()).unwrap();
    assert_eq!(file.held, []);
    let ties: Vec<Option<bool>> = file.statements.iter().map(|one| one.ties).collect();
    assert_eq!(ties, [Some(true), None]);
    // A report says of each entry whether it is booked; a statement need not.
    assert!(!file.statements[1].entries[0].booked);
}

/// A valid file with both balances in which one byte was changed, put in or taken out. A table has
/// none of its own: a wrong byte there can be seen only when the running balance breaks.
fn mutated() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let sample = prop::sample::select(vec![WHOLE_CAMT, MT940]);
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"0123456789,.-<>:CDER\n\"".to_vec())
    ];
    (sample, any::<prop::sample::Index>(), byte, 0..3_u8).prop_map(|(sample, at, byte, how)| {
        let mut bytes = sample.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        (sample, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_wrong_byte_never_changes_money_unnoticed((sample, bytes) in mutated()) {
        let whole = moved(&read(sample.as_bytes()).unwrap());
        prop_assert!(!is_silently_other(&bytes, &whole), "{}", String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused_and_never_loses_a_place(bytes in damaged()) {
        match read(&bytes) {
            Ok(file) => {
                let statements = file.statements.len();
                prop_assert!(statements > 0);
                for held in file.held.iter().chain(&file.warnings) {
                    prop_assert!(!held.place.is_empty() && !held.reason.is_empty());
                    prop_assert!(held.statement.is_none_or(|at| at < statements));
                }
                for entry in file.statements.iter().flat_map(|statement| &statement.entries) {
                    prop_assert!(entry.amount_minor >= 0 && !entry.place.is_empty());
                }
            }
            Err(refused) => prop_assert!(!refused.place.is_empty()),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(refused) = read(&bytes) {
            prop_assert!(!refused.reason.is_empty());
        }
    }
}
