use expect_test::expect;

use crate::simulator::person::People;
use crate::simulator::statement::{DayStatement, Mark, Payer, StatementLine, iban};

use super::*;

fn line(mark: Mark, bani: i64, details: &str) -> StatementLine {
    let payer = Payer::at_counter("Țurcanu-Ghețe Ștefania", "2830218301456");
    StatementLine {
        mark,
        ..StatementLine::at_counter(Money::from_bani(bani), details, payer)
    }
}

fn statement() -> DayStatement {
    let mut settled = line(
        Mark::Credit,
        33_500,
        "DECONTARE SELFPAY SA 5 TRANZACTII LOT SP1",
    );
    settled.payer = Some(Payer {
        name: "SelfPay <Test> & Co SA".to_owned(),
        code: "26067497".to_owned(),
        iban: Some(iban("RZBR", "60012097104")),
        bic: "RZBRROBU".to_owned(),
    });
    let mut named = line(Mark::Credit, 6_700, "taxa CEI RF18 5390 0754 7034");
    named.bank_reference = Some("2026090180931000".to_owned());
    named.structured_reference = Some("RF18539007547034".to_owned());
    let mut charge = line(Mark::Debit, 400, "COMISION ADMINISTRARE CONT");
    charge.payer = None;
    DayStatement {
        iban: iban("CECE", "BC2030RON0923675"),
        number: 244,
        day: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
        opening: Money::from_lei(10_000),
        lines: vec![
            named,
            line(Mark::ReversedCredit, 6_700, "stornare taxa CEI"),
            settled,
            charge,
        ],
    }
}

#[test]
fn an_mt940_message_reads_as_cec_writes_it() {
    expect![[r"
        :20:260901244
        :25:RO38CECEBC2030RON0923675
        :28C:244/1
        :60F:C260831RON10000,00
        :61:2609010901CN67,00NTRFNONREF//2026090180931000
        :86:taxa CEI RF18 5390 0754 7034,Platitor TURCANU-GHETE STEFANIA,Banc
        a platitor CECEROBU,CUI/CNP Platitor 2830218301456 ORDONATOR TURC
        ANU-GHETE STEFANIA
        :61:2609010901RCN67,00NTRFNONREF
        :86:stornare taxa CEI,Platitor TURCANU-GHETE STEFANIA,Banca platitor 
        CECEROBU,CUI/CNP Platitor 2830218301456 ORDONATOR TURCANU-GHETE S
        TEFANIA
        :61:2609010901CN335,00NTRFNONREF
        :86:DECONTARE SELFPAY SA 5 TRANZACTII LOT SP1,Platitor SELFPAY <TEST>
         & CO SA,Iban Platitor RO25RZBR0000060012097104,Banca platitor RZ
        BRROBU,CUI/CNP Platitor 26067497 ORDONATOR SELFPAY <TEST> & CO SA
        :61:2609010901DN4,00NMSCNONREF
        :86:COMISION ADMINISTRARE CONT
        :62F:C260901RON10331,00
        :64:C260901RON10331,00
    "]]
    .assert_eq(&statement().mt940().replace("\r\n", "\n"));
}

#[test]
fn no_line_of_mt940_is_longer_than_65_columns_or_has_foreign_letters() {
    let long = "Ж și încă o explicație lungă ".repeat(30);
    let mut statement = statement();
    statement.lines.push(line(Mark::Credit, 6_700, &long));
    let text = statement.mt940();
    assert!(text.is_ascii());
    let columns = |row: &str| row.trim_start_matches(":86:").len();
    assert_eq!(text.lines().map(columns).max(), Some(65));
    let last = text.rsplit(":86:").next().unwrap();
    let rows = last.lines().take_while(|row| !row.starts_with(':'));
    assert_eq!(rows.count(), 6, "what does not fit six lines is cut");
}

/// The texts between `open` and the next `<`.
fn texts<'a>(document: &'a str, open: &str) -> Vec<&'a str> {
    let parts = document.split(open).skip(1);
    parts.map(|part| part.split('<').next().unwrap()).collect()
}

fn bani(amount: &str) -> i64 {
    Money::parse_minor(amount, '.', 2).unwrap()
}

#[test]
fn a_camt_document_ties_with_its_balances_and_its_summary() {
    let document = statement().camt053();
    let amounts: Vec<i64> = texts(&document, "<Amt Ccy=\"RON\">")
        .into_iter()
        .map(bani)
        .collect();
    let directions = texts(&document, "<CdtDbtInd>");
    assert_eq!((amounts.len(), directions.len()), (10, 10));
    // Two balances, then each amount twice: of the entry and of its only detail.
    let effects: i64 = (2..10)
        .step_by(2)
        .map(|at| {
            if directions[at] == "CRDT" {
                amounts[at]
            } else {
                -amounts[at]
            }
        })
        .sum();
    assert_eq!(amounts[0] + effects, amounts[1]);
    assert_eq!(Money::from_bani(amounts[1]), statement().closing());
    assert_eq!(texts(&document, "<NbOfNtries>"), ["2", "2"]);
    assert_eq!(texts(&document, "<Sum>"), ["402.00", "71.00"]);
    assert_eq!(document.matches("<RvslInd>true</RvslInd>").count(), 1);
    assert_eq!(
        directions[4], "DBIT",
        "a reversal's direction is its effect"
    );
}

#[test]
fn a_camt_text_is_cut_at_140_characters_and_escaped() {
    let document = statement().camt053();
    let unescaped = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let pieces = texts(&document, "<Ustrd>").into_iter().map(unescaped);
    let pieces: Vec<String> = pieces.collect();
    let lengths: Vec<usize> = pieces.iter().map(String::len).collect();
    assert!(lengths.iter().all(|length| *length <= 140), "{lengths:?}");
    assert_eq!(lengths.iter().filter(|length| **length == 140).count(), 2);
    let sent: String = statement().lines.iter().map(StatementLine::text).collect();
    assert_eq!(pieces.concat(), sent);
    assert_eq!(texts(&document, "<Ref>"), ["RF18539007547034"]);
    assert!(document.contains("<Nm>SELFPAY &lt;TEST&gt; &amp; CO SA</Nm>"));
    let mut reader = quick_xml::Reader::from_str(&document);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
}

#[test]
fn a_balance_below_zero_is_marked_so() {
    let overdrawn = DayStatement {
        opening: Money::ZERO,
        lines: vec![line(Mark::ReversedCredit, 6_700, "stornare")],
        ..statement()
    };
    assert_eq!(overdrawn.closing(), Money::from_lei(-67));
    assert!(overdrawn.mt940().contains(":62F:D260901RON67,00\r\n"));
    assert!(
        overdrawn
            .camt053()
            .contains("<Amt Ccy=\"RON\">67.00</Amt><CdtDbtInd>DBIT")
    );
}

#[test]
fn money_given_back_raises_the_balance() {
    let returned = DayStatement {
        lines: vec![line(Mark::ReversedDebit, 400, "stornare comision")],
        ..statement()
    };
    assert_eq!(returned.closing(), Money::from_lei(10_004));
}

#[test]
fn debug_tells_nothing_of_payers() {
    let shown = format!("{:?} {:?}", statement(), statement().lines[0]);
    assert_eq!(shown, "DayStatement(…) StatementLine(…)");
}

#[test]
fn adults_pay_for_themselves_and_parents_for_minors() {
    let random = Random::seeded(1);
    let mut people = People::new(random.clone());
    let day = statement().day;
    let mut paid = |age, habit| {
        let applicant = people.person(age, day).into();
        let fee = Money::from_lei(70);
        let line = StatementLine::for_applicant(&applicant, day, fee, None, habit, &random);
        (line.payer.clone().unwrap().code, line.text(), applicant)
    };
    let (payer, text, adult) = paid(40, CashierHabit::Cnp);
    assert!(payer == adult.cnp && text.matches(&adult.cnp).count() == 2);
    for (age, habit) in [(16, CashierHabit::Cnp), (40, CashierHabit::ForChild)] {
        let (payer, text, minor) = paid(age, habit);
        assert!([&minor.mother.cnp, &minor.father.cnp].contains(&&payer));
        assert!(text.contains(&minor.cnp) && text.contains(&payer));
    }
}
