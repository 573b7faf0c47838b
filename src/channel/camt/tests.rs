use expect_test::{Expect, expect};

use crate::channel::{self, Entry, FormatFamily, HeldCode, RefusedCode, StatementFile};

/// A document of camt.053 version 8 with these elements in its one statement.
fn document(inside: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>\
         <GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>\
         <CreDtTm>2026-09-01T23:59:00-05:00</CreDtTm>\
         <Acct><Id><IBAN>RO49AAAA1B31007593840000</IBAN></Id><Ccy>RON</Ccy></Acct>\n\
         {inside}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn balance(code: &str, amount: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-01</Dt></Dt></Bal>"
    )
}

/// An entry of 67 lei with these elements in it, between balances that tie.
fn with_entry(inside: &str) -> String {
    document(&format!(
        "{}{}<Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{inside}</Ntry>",
        balance("OPBD", "100.00"),
        balance("CLBD", "167.00")
    ))
}

fn read(text: &str) -> StatementFile {
    channel::read(text.as_bytes()).unwrap()
}

fn entry(text: &str) -> Entry {
    read(text).statements.remove(0).entries.remove(0)
}

fn codes(file: &StatementFile) -> Vec<HeldCode> {
    file.held.iter().map(|held| held.code).collect()
}

#[track_caller]
fn check_entry(inside: &str, expected: &Expect) {
    let entry = entry(&with_entry(inside));
    expected.assert_debug_eq(&(entry.text.clone(), entry.joined_text.clone(), entry));
}

#[test]
fn a_statement_tells_its_account_numbers_and_balances() {
    let file = read(&with_entry("<Sts><Cd>BOOK</Cd></Sts>"));
    assert_eq!(file.format.to_string(), "camt.053.001.08");
    assert_eq!((file.held.len(), file.warnings.len()), (0, 0));
    let statement = &file.statements[0];
    assert_eq!(
        statement.account.as_deref(),
        Some("RO49AAAA1B31007593840000")
    );
    assert_eq!(statement.id.as_deref(), Some("S1"));
    assert_eq!(statement.number.as_deref(), Some("7"));
    assert_eq!(statement.ties, Some(true));
    // The date as written, whatever the time zone.
    let created_on = statement.created_on.map(|on| on.to_string());
    assert_eq!(created_on.as_deref(), Some("2026-09-01"));
}

#[test]
fn an_entry_is_read_with_what_identifies_it() {
    check_entry(
        "<RvslInd>true</RvslInd><BookgDt><DtTm>2026-09-01T23:30:00-10:00</DtTm></BookgDt>\
         <ValDt><Dt>2026-09-02</Dt></ValDt><AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls>\
         <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>POPA &amp; ION\
         </Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>taxa RF2940</Ustrd><Ustrd>73918264</Ustrd>\
         <Strd><CdtrRefInf><Ref>RF294073918264</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>\
         </NtryDtls><AddtlNtryInf>ghiseu 4</AddtlNtryInf>",
        &expect![[r#"
            (
                "taxa RF2940 73918264 ghiseu 4 ,Platitor POPA & ION",
                "taxa RF294073918264 ghiseu 4 ,Platitor POPA & ION",
                Entry {
                    place: "statement 1, entry 1, line 3",
                    amount_minor: 6700,
                    currency: "RON",
                    credit: true,
                    reversal: true,
                    booked: true,
                    booked_on: Some(
                        2026-09-01,
                    ),
                    value_on: Some(
                        2026-09-02,
                    ),
                    bank_reference: Some(
                        "B-1",
                    ),
                    text: "…",
                    details: [
                        Detail {
                            amount_minor: Some(
                                6700,
                            ),
                            credit: true,
                            text: "…",
                            ..
                        },
                    ],
                    ..
                },
            )
        "#]],
    );
}

#[test]
fn references_of_the_only_detail_are_those_of_the_entry() {
    let entry = entry(&with_entry(
        "<NtryDtls><TxDtls><Refs><AcctSvcrRef>B-2</AcctSvcrRef><EndToEndId>E-1</EndToEndId></Refs>\
         <RmtInf><Strd><CdtrRefInf><Ref>RF294073918264</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>\
         </NtryDtls>",
    ));
    assert_eq!(entry.bank_reference.as_deref(), Some("B-2"));
    assert_eq!(entry.end_to_end_id.as_deref(), Some("E-1"));
    assert_eq!(
        entry.structured_reference.as_deref(),
        Some("RF294073918264")
    );
}

#[test]
fn only_what_has_happened_is_booked() {
    for (status, statement, report) in [
        ("<Sts>BOOK</Sts>", true, true),
        ("<Sts><Cd>BOOK</Cd></Sts>", true, true),
        ("<Sts><Cd>PDNG</Cd></Sts>", false, false),
        ("<Sts>INFO</Sts>", false, false),
        ("<Sts><Prtry>X</Prtry></Sts>", false, false),
        ("", true, false),
    ] {
        let text = with_entry(status);
        assert_eq!(entry(&text).booked, statement, "{status}");
        let text = text
            .replace("camt.053", "camt.052")
            .replace("BkToCstmrStmt", "BkToCstmrAcctRpt");
        assert_eq!(entry(&text).booked, report, "{status}");
    }
}

#[test]
fn details_of_both_signs_add_up_and_a_cut_list_is_held() {
    let detail = |amount: &str, sign: &str| {
        format!(
            "<TxDtls><AmtDtls><TxAmt><Amt Ccy='RON'>{amount}</Amt></TxAmt></AmtDtls>\
             <CdtDbtInd>{sign}</CdtDbtInd></TxDtls>"
        )
    };
    let whole = format!("{}{}", detail("70.00", "CRDT"), detail("3.00", "DBIT"));
    let file = read(&with_entry(&format!("<NtryDtls>{whole}</NtryDtls>")));
    assert_eq!(codes(&file), []);
    let cut = format!(
        "<NtryDtls>{}{}</NtryDtls>",
        detail("30.00", "CRDT"),
        detail("1", "CRDT")
    );
    let file = read(&with_entry(&cut));
    assert_eq!(codes(&file), [HeldCode::DetailsDiffer]);
    assert_eq!(file.held[0].place, "statement 1, entry 1, line 3");
    assert!(
        file.held[0].reason.contains("36.00 RON"),
        "{}",
        file.held[0].reason
    );
}

#[test]
fn the_only_detail_has_the_amount_of_the_entry_when_its_own_is_in_another_currency() {
    let entry = entry(&with_entry(
        "<NtryDtls><TxDtls><Amt Ccy='EUR'>13.40</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls>",
    ));
    assert_eq!(entry.details[0].amount_minor, Some(6700));
    assert!(entry.details[0].credit);
}

#[test]
fn prefixes_and_wrappers_do_not_matter() {
    let text = with_entry("")
        .replace("<?xml version='1.0' encoding='UTF-8'?>", "")
        .replace("xmlns=", "xmlns:c=")
        .replace("</", "</c:")
        .replace('<', "<c:")
        .replace("<c:/c:", "</c:");
    let wrapped = format!("<Envelope xmlns='urn:x'><Header/><Body>{text}</Body></Envelope>");
    let file = read(&wrapped);
    assert_eq!(file.format.version, Some(8));
    assert_eq!(file.statements[0].entries.len(), 1);
}

#[test]
fn version_one_has_its_version_in_the_body_and_details_in_the_entry() {
    let text = with_entry("<TxDtls><RmtInf><Ustrd>taxa</Ustrd></RmtInf></TxDtls>")
        .replace("001.08", "001.01")
        .replace("BkToCstmrStmt", "BkToCstmrStmtV01")
        .replace("<CdOrPrtry>", "")
        .replace("</CdOrPrtry>", "");
    let file = read(&text);
    assert_eq!(file.format.version, Some(1));
    assert_eq!(file.statements[0].entries[0].text, "taxa");
    assert_eq!(file.statements[0].ties, Some(true));
}

#[test]
fn an_unknown_version_is_read_with_a_warning() {
    for namespace in ["camt.053.001.15", "camt.053.001.xx", "something.else"] {
        let file = read(&with_entry("").replace("camt.053.001.08", namespace));
        assert_eq!(file.format.family, FormatFamily::Camt053);
        assert_eq!(file.warnings.len(), 1, "{namespace}");
        assert_eq!(file.warnings[0].code, HeldCode::UnknownVersion);
        assert_eq!(codes(&file), []);
    }
}

#[test]
fn what_cannot_be_believed_is_held() {
    for (change, to, expected) in [
        ("167.00", "168.00", HeldCode::BalanceDiffers),
        ("<Cd>OPBD</Cd>", "<Cd>ITBD</Cd>", HeldCode::BalanceMissing),
        (
            "<Ccy>RON</Ccy>",
            "<Ccy>EUR</Ccy>",
            HeldCode::CurrencyChanged,
        ),
        (
            "<IBAN>RO49AAAA1B31007593840000</IBAN>",
            "",
            HeldCode::AccountMissing,
        ),
        (">67.00<", ">67.005<", HeldCode::AmountUnreadable),
        (">67.00<", "><", HeldCode::AmountUnreadable),
        (">100.00<", ">hundred<", HeldCode::AmountUnreadable),
        (
            "<Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT",
            "<Ntry><Amt Ccy='RON'>67.00</Amt>\
          <CdtDbtInd>?",
            HeldCode::EntryUnreadable,
        ),
        (
            "<Dt>2026-09-05</Dt>",
            "<Dt>2026-09-31</Dt>",
            HeldCode::DateUnreadable,
        ),
    ] {
        let text = with_entry("<ValDt><Dt>2026-09-05</Dt></ValDt>");
        assert!(text.contains(change), "{change}");
        let file = read(&text.replace(change, to));
        assert!(
            codes(&file).contains(&expected),
            "{change} {to}: {:?}",
            file.held
        );
        assert!(
            file.held
                .iter()
                .all(|held| held.statement == Some(0) && !held.place.is_empty())
        );
    }
}

#[test]
fn a_summary_that_differs_is_held() {
    let summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>";
    let file = read(&with_entry("").replace("<Ntry>", &format!("{summary}<Ntry>")));
    assert_eq!(codes(&file), [HeldCode::SummaryDiffers]);
}

#[test]
fn what_is_no_statement_is_refused_with_its_place() {
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    for (text, code) in [
        (with_entry("").replace("</Stmt>", ""), RefusedCode::NotXml),
        (with_entry("&nbsp;"), RefusedCode::NotXml),
        (
            document("")
                .replace("<Stmt>", "<Sxmt>")
                .replace("</Stmt>", "</Sxmt>"),
            RefusedCode::NoStatement,
        ),
        (
            "<Document xmlns='urn:x'/>".to_owned(),
            RefusedCode::NoStatement,
        ),
        (
            with_entry("").replace(
                "<Document",
                "<!DOCTYPE Document [<!ENTITY a 'b'>]><Document",
            ),
            RefusedCode::DocumentType,
        ),
        (with_entry(&deep), RefusedCode::TooLarge),
    ] {
        let refused = channel::read(text.as_bytes()).unwrap_err();
        assert_eq!(refused.code, code, "{refused}");
        assert!(!refused.place.is_empty());
    }
}

#[test]
fn every_version_of_every_message_is_read_alike() {
    for (family, body, part) in [
        ("camt.052", "BkToCstmrAcctRpt", "Rpt"),
        ("camt.053", "BkToCstmrStmt", "Stmt"),
        ("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    ] {
        for version in 1..=14 {
            let status = if version < 7 { "BOOK" } else { "<Cd>BOOK</Cd>" };
            let text = with_entry(&format!("<Sts>{status}</Sts>"))
                .replace("camt.053.001.08", &format!("{family}.001.{version:02}"))
                .replace("BkToCstmrStmt", body)
                .replace("Stmt>", &format!("{part}>"));
            let file = read(&text);
            assert_eq!(
                file.format.to_string(),
                format!("{family}.001.{version:02}")
            );
            assert_eq!((file.held.len(), file.warnings.len()), (0, 0));
            assert!(file.statements[0].entries[0].booked);
        }
    }
}

/// One page of a statement with an entry of 67 lei.
fn page(number: usize, is_last: bool, opening: (&str, &str), closing: (&str, &str)) -> String {
    let text = document(&format!(
        "<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{is_last}</LastPgInd></StmtPgntn>{}{}\
         <Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>",
        balance(opening.0, opening.1),
        balance(closing.0, closing.1)
    ));
    let start = text.find("<Stmt>").unwrap();
    let end = text.find("</BkToCstmrStmt>").unwrap();
    text.get(start..end).unwrap().to_owned()
}

fn pages(pages: &[String]) -> StatementFile {
    let empty = document("");
    let start = empty.find("<Stmt>").unwrap();
    let end = empty.find("</BkToCstmrStmt>").unwrap();
    read(&format!(
        "{}{}{}",
        empty.get(..start).unwrap(),
        pages.concat(),
        empty.get(end..).unwrap()
    ))
}

#[test]
fn pages_with_balances_of_their_own_tie_one_by_one_and_must_chain() {
    let first = page(1, false, ("OPBD", "100.00"), ("ITBD", "167.00"));
    let last = page(2, true, ("ITBD", "167.00"), ("CLBD", "234.00"));
    let file = pages(&[first.clone(), last]);
    assert_eq!(codes(&file), []);
    let ties: Vec<Option<bool>> = file.statements.iter().map(|one| one.ties).collect();
    assert_eq!(ties, [Some(true), Some(true)]);
    let elsewhere = page(2, true, ("ITBD", "200.00"), ("CLBD", "267.00"));
    let file = pages(&[first, elsewhere]);
    assert_eq!(codes(&file), [HeldCode::PagesDoNotChain]);
    assert_eq!(file.held[0].place, "statement 2");
}

#[test]
fn pages_that_repeat_the_balances_of_the_whole_tie_together_or_not_at_all() {
    let (opening, closing) = (("OPBD", "100.00"), ("CLBD", "234.00"));
    let first = page(1, false, opening, closing);
    let last = page(2, true, opening, closing);
    let file = pages(&[first.clone(), last]);
    assert_eq!(codes(&file), []);
    assert!(file.statements.iter().all(|one| one.ties == Some(true)));
    let alone = pages(&[first]);
    assert_eq!(codes(&alone), [HeldCode::BalanceDiffers]);
}

#[test]
fn pages_out_of_order_tie_one_by_one_or_not_at_all() {
    let first = page(1, false, ("OPBD", "100.00"), ("ITBD", "167.00"));
    let last = page(2, true, ("ITBD", "167.00"), ("CLBD", "234.00"));
    let file = pages(&[last, first]);
    assert_eq!(codes(&file), []);
    assert!(file.statements.iter().all(|one| one.ties == Some(true)));
    let whole = |number, is_last| page(number, is_last, ("OPBD", "100.00"), ("CLBD", "234.00"));
    let file = pages(&[whole(2, true), whole(1, false)]);
    assert_eq!(
        codes(&file),
        [HeldCode::BalanceDiffers, HeldCode::BalanceDiffers]
    );
}

#[test]
fn two_accounts_in_one_file_are_two_statements_and_held_apart() {
    let one = page(1, true, ("OPBD", "100.00"), ("CLBD", "167.00"));
    let other = page(1, true, ("OPBD", "100.00"), ("CLBD", "168.00"))
        .replace("RO49AAAA1B31007593840000", "RO38CECEBC2030RON0923675");
    let file = pages(&[one, other]);
    let accounts = file.statements.iter().map(|one| one.account.clone());
    let accounts: Vec<String> = accounts.map(Option::unwrap).collect();
    assert_eq!(
        accounts,
        ["RO49AAAA1B31007593840000", "RO38CECEBC2030RON0923675"]
    );
    assert_eq!(codes(&file), [HeldCode::BalanceDiffers]);
    assert_eq!(file.held[0].statement, Some(1));
}

#[test]
fn a_batch_of_which_details_are_missing_is_held() {
    let entry = |told: usize| {
        format!("<NtryDtls><Btch><NbOfTxs>{told}</NbOfTxs></Btch><TxDtls/><TxDtls/></NtryDtls>")
    };
    assert_eq!(codes(&read(&with_entry(&entry(2)))), []);
    let file = read(&with_entry(&entry(3)));
    assert_eq!(codes(&file), [HeldCode::DetailsDiffer]);
    assert!(file.held[0].reason.contains("incomplete"));
    let booked_as_one = "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch></NtryDtls>";
    assert_eq!(codes(&read(&with_entry(booked_as_one))), []);
}

#[test]
fn the_net_sum_is_checked_in_both_of_its_spellings() {
    for (net, is_right) in [
        (
            "<TtlNetNtryAmt>67.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd>",
            true,
        ),
        (
            "<TtlNetNtryAmt>67.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>",
            false,
        ),
        (
            "<TtlNetNtry><Amt>67</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>",
            true,
        ),
        (
            "<TtlNetNtry><Amt>68</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>",
            false,
        ),
    ] {
        let summary = format!("<TxsSummry><TtlNtries>{net}</TtlNtries></TxsSummry>");
        let file = read(&with_entry("").replace("<Ntry>", &format!("{summary}<Ntry>")));
        assert_eq!(codes(&file).is_empty(), is_right, "{net}");
    }
}

#[test]
fn a_comma_in_an_amount_and_letters_after_a_day_are_not_guessed_at() {
    let comma = with_entry("").replace(">67.00<", ">67,000<");
    assert!(codes(&read(&comma)).contains(&HeldCode::AmountUnreadable));
    for (day, is_day) in [
        ("2026-09-05", true),
        ("2026-09-05+03:00", true),
        ("2026-09-05T10:00:00Z", true),
        ("2026-09-051", false),
    ] {
        let file = read(&with_entry(&format!("<ValDt><Dt>{day}</Dt></ValDt>")));
        assert_eq!(codes(&file).is_empty(), is_day, "{day}");
    }
}

#[test]
fn version_one_names_the_reference_otherwise() {
    let entry = entry(&with_entry(
        "<TxDtls><RmtInf><Strd><CdtrRefInf><CdtrRef>RF294073918264</CdtrRef></CdtrRefInf></Strd>\
         </RmtInf></TxDtls>",
    ));
    assert_eq!(
        entry.structured_reference.as_deref(),
        Some("RF294073918264")
    );
}
