use super::*;
use std::time::Duration;

use crate::store::Interruption;

use crate::flow::tests::kit::{Kit, Line, noon, paid, statement};
use crate::store::statements::{self, Statement};

const RF: &str = "RF294073918264";

fn tally(outcome: &StatementOutcome) -> (i64, i64, i64, i64) {
    let Tally {
        entries,
        recorded,
        repeated,
        held,
        ..
    } = outcome.tally;
    (entries, recorded, repeated, held)
}

fn codes(outcome: &StatementOutcome) -> Vec<u16> {
    outcome.held.iter().map(|held| held.code).collect()
}

/// Lines of which every third equals every other third one.
fn many(count: usize) -> Vec<Line> {
    (0..count)
        .map(|at| match at % 3 {
            0 => paid("", "DEPUNERE NUMERAR taxa buletin"),
            _ => paid(&format!("B{at}"), "taxa"),
        })
        .collect()
}

#[tokio::test]
async fn the_same_bytes_again_change_nothing() {
    let kit = Kit::open().await;
    let file = statement(
        "244/1",
        &[paid("B1", RF), paid("", "taxa"), paid("", "taxa")],
    );
    let first = kit.import(&file).await;
    assert!(first.is_new);
    assert_eq!(tally(&first), (3, 3, 0, 0));
    assert_eq!(first.format, "MT940");
    let again = kit.import(&file).await;
    assert_eq!(
        again,
        StatementOutcome {
            is_new: false,
            ..first
        }
    );
    assert_eq!(kit.payments().await.len(), 3);
    assert_eq!(kit.holds().await, []);
}

#[tokio::test]
async fn payments_are_numbered_in_the_order_of_the_file() {
    let kit = Kit::open().await;
    kit.import(&statement("244/1", &many(70))).await;
    let payments = kit.payments().await;
    let numbers: Vec<String> = payments.iter().map(|one| one.number.clone()).collect();
    let expected = (1..=70).map(|serial| format!("CEC-20260902-{serial:05}"));
    assert_eq!(numbers, expected.collect::<Vec<_>>());
    assert!(
        payments
            .iter()
            .all(|one| !one.evidence.contains("DEPUNERE"))
    );
}

/// The same gateway, which dies after so many transactions.
fn dying_after(kit: &Kit, transactions: i64) -> Gateway {
    let mut gateway = kit.gateway.clone();
    gateway.store = gateway.store.interrupted(Interruption::after(transactions));
    gateway
}

async fn import_until(kit: &Kit, transactions: i64, file: &str) -> Option<StatementOutcome> {
    let gateway = dying_after(kit, transactions);
    let bytes = file.as_bytes().to_vec();
    let imported = record_statement(&gateway, Channel::Cec, bytes, &kit.actor).await;
    imported.ok()
}

#[tokio::test]
async fn an_import_killed_anywhere_is_ended_by_the_same_file() {
    let lines = 2 * CHUNK + 20;
    let file = statement("244/1", &many(lines));
    let mut killed = Vec::new();
    for transactions in 0.. {
        let kit = Kit::open().await;
        let is_ended = import_until(&kit, transactions, &file).await.is_some();
        let before = kit.payments().await.len();
        let outcome = kit.import(&file).await;
        assert_eq!(outcome.is_new, !is_ended, "after {transactions}");
        let all = i64::try_from(lines).unwrap();
        assert_eq!(tally(&outcome), (all, all, 0, 0));
        let payments = kit.payments().await;
        assert_eq!(payments.len(), lines);
        let last = payments.last().map(|one| one.number.clone());
        assert_eq!(last, Some(format!("CEC-20260902-{lines:05}")));
        if is_ended {
            break;
        }
        killed.push(before);
    }
    // Before the file has its row, then after each part, the last of which is not yet the end.
    assert_eq!(killed, [0, 0, 0, CHUNK, 2 * CHUNK, lines]);
}

#[tokio::test]
async fn an_import_killed_again_and_again_goes_on_each_time() {
    let kit = Kit::open().await;
    let lines = 4 * CHUNK;
    let file = statement("244/1", &many(lines));
    let mut recorded = Vec::new();
    // It looks for the file, then for its key, records one part, and dies.
    while import_until(&kit, 3, &file).await.is_none() && recorded.len() < 10 {
        recorded.push(kit.payments().await.len() / CHUNK);
    }
    assert_eq!(recorded, [1, 2, 3, 4]);
    assert_eq!(kit.payments().await.len(), lines);
    assert!(!kit.import(&file).await.is_new);
}

#[tokio::test]
async fn two_who_import_the_same_file_at_once_record_it_once() {
    let kit = Kit::open().await;
    let lines = 6 * CHUNK;
    let file = statement("244/1", &many(lines)).into_bytes();
    let import = || record_statement(&kit.gateway, Channel::Cec, file.clone(), &kit.actor);
    let (one, other) = tokio::join!(import(), import());
    let all = i64::try_from(lines).unwrap();
    for outcome in [one, other] {
        // Whoever lost every race is told so.
        match outcome {
            Ok(outcome) => assert_eq!(tally(&outcome), (all, all, 0, 0)),
            Err(failure) => assert!(failure.is_lost_race(), "{failure:?}"),
        }
    }
    assert_eq!(kit.payments().await.len(), lines);
}

#[tokio::test]
async fn an_import_that_nobody_repeats_is_ended_by_the_matcher() {
    let kit = Kit::open().await;
    let file = statement("244/1", &many(CHUNK + 1));
    assert_eq!(import_until(&kit, 3, &file).await, None);
    kit.settle().await;
    assert_eq!(
        kit.payments().await.len(),
        CHUNK,
        "it may still be under way"
    );
    kit.clock.advance(Duration::from_mins(16));
    kit.settle().await;
    assert_eq!(kit.payments().await.len(), CHUNK + 1);
    assert!(!kit.import(&file).await.is_new);
}

#[tokio::test]
async fn an_import_that_goes_on_is_not_taken_for_interrupted() {
    let kit = Kit::open().await;
    let file = statement("244/1", &many(2 * CHUNK));
    assert_eq!(import_until(&kit, 3, &file).await, None);
    kit.clock.advance(Duration::from_mins(16));
    assert_eq!(import_until(&kit, 3, &file).await, None);
    let before = kit.gateway.clock.now() - Duration::from_mins(15);
    let mut tx = kit.gateway.store.read().await.unwrap();
    let found = source_files::find_unfinished(&mut tx, before).await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn equal_lines_of_an_overlapping_file_are_the_same_and_one_more_is_new_money() {
    let kit = Kit::open().await;
    let twin = || paid("", "DEPUNERE NUMERAR taxa buletin");
    kit.import(&statement("244/1", &[twin(), twin()])).await;
    let wider = statement("245/1", &[twin(), paid("B1", RF), twin(), twin()]);
    let outcome = kit.import(&wider).await;
    assert_eq!(tally(&outcome), (4, 2, 2, 0));
    assert_eq!(kit.payments().await.len(), 4);
}

#[tokio::test]
async fn a_statement_that_does_not_tie_is_held_with_the_difference_and_the_others_go_on() {
    let kit = Kit::open().await;
    let good = statement("244/1", &[paid("B1", RF)]);
    let bad = statement("245/1", &[paid("B2", RF)])
        .replace(":62F:C260901RON10067,00", ":62F:C260901RON10060,00");
    let outcome = kit.import(&format!("{bad}-\r\n{good}-\r\n")).await;
    assert_eq!(tally(&outcome), (2, 1, 0, 1));
    assert_eq!(codes(&outcome), [917]);
    assert!(outcome.held[0].reason.contains("-7.00 RON"), "{outcome:?}");
    let payments = kit.payments().await;
    assert_eq!(payments.len(), 1);
    assert_eq!(payments[0].external_reference.as_deref(), Some("B1"));
    assert_eq!(kit.holds().await, [(917, "SOURCE_FILE".to_owned())]);
    let again = kit.import(&format!("{bad}-\r\n{good}-\r\n")).await;
    assert_eq!(again.held, outcome.held);
    assert_eq!(kit.holds().await.len(), 1);
}

#[tokio::test]
async fn another_content_under_the_same_number_is_held_and_its_new_money_recorded() {
    let kit = Kit::open().await;
    kit.import(&statement("244/1", &[paid("B1", RF)])).await;
    let changed = statement("00244/001", &[paid("B1", RF), paid("B2", "taxa")]);
    let outcome = kit.import(&changed).await;
    assert_eq!(tally(&outcome), (2, 1, 1, 0));
    assert_eq!(codes(&outcome), [918]);
    assert_eq!(kit.holds().await, [(918, "SOURCE_FILE".to_owned())]);
}

/// A statement of another day, with an opening balance in lei.
fn on(day: u32, number: &str, opening: i64, lines: &[Line]) -> String {
    let closing = opening + 67 * i64::try_from(lines.len()).unwrap();
    statement(number, lines)
        .replace(":2609010901", &format!(":2609{day:02}09{day:02}"))
        .replace(
            "C260831RON10000,00",
            &format!("C2609{:02}RON{opening},00", day - 1),
        )
        .lines()
        .map(|line| match line.strip_prefix(":62F:") {
            Some(_) => format!(":62F:C2609{day:02}RON{closing},00\r\n"),
            None => format!("{line}\r\n"),
        })
        .collect()
}

#[tokio::test]
async fn a_gap_before_a_statement_is_held_and_its_money_recorded() {
    let kit = Kit::open().await;
    let paid = |name| [paid(name, "taxa")];
    let first = kit.import(&on(2, "244/1", 1_000, &paid("B1"))).await;
    let next = kit.import(&on(3, "245/1", 1_067, &paid("B2"))).await;
    assert_eq!((codes(&first), codes(&next)), (vec![], vec![]));
    let apart = kit.import(&on(4, "246/1", 1_000, &paid("B3"))).await;
    assert_eq!(codes(&apart), [919]);
    assert!(apart.held[0].reason.contains("-134.00 RON"), "{apart:?}");
    let late = kit.import(&on(7, "249/1", 1_067, &paid("B4"))).await;
    assert_eq!(codes(&late), [919]);
    assert!(late.held[0].reason.contains("247 to 248"), "{late:?}");
    assert_eq!(tally(&late), (1, 1, 0, 0));
    assert_eq!(kit.payments().await.len(), 4);
    // The missing one follows what stands before it.
    let missing = kit.import(&on(5, "247/1", 1_067, &paid("B5"))).await;
    assert_eq!(codes(&missing), Vec::<u16>::new());
}

#[tokio::test]
async fn several_statements_of_one_day_go_on_or_tell_the_day_again() {
    let kit = Kit::open().await;
    let paid = |name| [paid(name, "taxa")];
    let mut all = Vec::new();
    for (number, opening, name) in [
        ("244/1", 1_000, "B1"),
        ("245/1", 1_067, "B2"),
        ("246/1", 1_067, "B3"),
    ] {
        all.extend(codes(
            &kit.import(&on(2, number, opening, &paid(name))).await,
        ));
    }
    assert_eq!(all, Vec::<u16>::new());
    let next = kit.import(&on(3, "247/1", 1_134, &paid("B4"))).await;
    assert_eq!(codes(&next), Vec::<u16>::new());
    let apart = kit.import(&on(3, "248/1", 5, &paid("B5"))).await;
    assert_eq!(codes(&apart), [919]);
}

#[tokio::test]
async fn the_same_number_half_a_year_later_is_another_statement() {
    let kit = Kit::open().await;
    kit.import(&statement("244/1", &[paid("B1", RF)])).await;
    let later = statement("244/1", &[paid("B2", RF)])
        .replace(":2609010901", ":2709010901")
        .replace("C2609", "C2709")
        .replace("C2608", "C2708");
    assert_eq!(kit.import(&later).await.held, []);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_nothing_is_kept() {
    let kit = Kit::open().await;
    let refused = |channel, file: &str| {
        let bytes = file.as_bytes().to_vec();
        let (gateway, actor) = (kit.gateway.clone(), kit.actor.clone());
        async move {
            match record_statement(&gateway, channel, bytes, &actor).await {
                Err(Failure::Refused(refusal)) => refusal,
                other => panic!("{other:?}"),
            }
        }
    };
    let unreadable = refused(Channel::Cec, "good morning").await;
    assert!(matches!(unreadable, StatementRefusal::Unreadable(_)));
    let file = statement("244/1", &[paid("B1", RF)]);
    assert_eq!(
        refused(Channel::SelfPay, &file).await,
        StatementRefusal::OtherChannel {
            format: "MT940".to_owned(),
            channel: Channel::SelfPay
        }
    );
    let mut tx = kit.gateway.store.read().await.unwrap();
    let far = noon() + Duration::from_hours(24);
    assert_eq!(
        source_files::find_unfinished(&mut tx, far).await.unwrap(),
        None
    );
    assert_eq!(kit.payments().await, []);
}

#[tokio::test]
async fn one_sum_told_in_parts_and_again_whole_is_recorded_once() {
    let part = |name: &str| {
        format!(
            "<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs><Amt Ccy=\"RON\">67.00</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>taxa {name}</Ustrd></RmtInf></TxDtls>"
        )
    };
    let balance = |code: &str, lei: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"RON\">{lei}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-01</Dt></Dt></Bal>"
        )
    };
    let camt = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Id>1</Id><ElctrncSeqNb>244</ElctrncSeqNb><Acct><Id><IBAN>RO38CECEBC2030RON0923675</IBAN></Id>\
         <Ccy>RON</Ccy></Acct>{}{}<Ntry><Amt Ccy=\"RON\">134.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-09-01</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>\
         <NtryDtls>{}{}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", "10000.00"),
        balance("CLBD", "10134.00"),
        part("E1"),
        part("E2"),
    );
    let whole = statement(
        "244/1",
        &[Line {
            bani: 13_400,
            ..paid("B1", "taxa")
        }],
    );
    let orders = [[&camt, &whole], [&whole, &camt]];
    for (order, payments) in orders.iter().zip([2, 1]) {
        let kit = Kit::open().await;
        for file in order {
            kit.import(file).await;
        }
        let recorded = kit.payments().await;
        assert_eq!(recorded.len(), payments);
        let sum: i64 = recorded.iter().map(|one| one.amount.bani()).sum();
        assert_eq!(sum, 13_400);
    }
}

#[tokio::test]
async fn a_statement_is_stored_with_its_period_and_balances() {
    let kit = Kit::open().await;
    let outcome = kit.import(&statement("244/1", &[paid("B1", RF)])).await;
    let mut tx = kit.gateway.store.read().await.unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let other = Statement {
        id: kit.gateway.random.uuid(noon()),
        source_file: SourceFileId(kit.gateway.random.uuid(noon())),
        account: "RO38CECEBC2030RON0923675".to_owned(),
        number: "244".to_owned(),
        currency: "RON".to_owned(),
        booked_from: Some(day),
        booked_to: Some(day),
        opening: None,
        closing: None,
        ties: None,
        entries: 1,
        digest: vec![0; 32],
    };
    assert!(
        statements::is_told_otherwise(&mut tx, &other)
            .await
            .unwrap()
    );
    let same_file = Statement {
        source_file: outcome.file,
        ..other
    };
    assert!(
        !statements::is_told_otherwise(&mut tx, &same_file)
            .await
            .unwrap()
    );
}
