//! Money that is given back, from the payment to the debit, on both databases.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::calendar::bucharest_day;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::domain::reconciliation::money::{Leg, MoneyReport, RowFinding};
use cei_gateway::domain::refund::{RefundState, end_to_end_id};
use cei_gateway::flow::draw_report::{ReportRequest, draw_report};
use cei_gateway::flow::read_fee::read_fee;
use cei_gateway::flow::refund::decide::{RefundDecision, decide_refund};
use cei_gateway::flow::refund::export::{
    ListForm, export_refunds, prepare_list, read_list, write_list,
};
use cei_gateway::flow::refund::propose::{Proposal, propose_refund};
use cei_gateway::store::refunds::{self, Refund};
use serde_json::json;

use crate::kit::judges::assert_valid;
use crate::money::world::World;

const NUMBER: &str = "CLJ-01-2026-000001";
const PAYER: &str = "RO49AAAA1B31007593840000";
const WHY: &str = "the payer asks for it";
const SCHEMA: &str = "pain.001.001.09-refunds.xsd";

fn reference() -> String {
    PaymentReference::from_random(40).compact()
}

fn person(name: &str) -> Actor {
    Actor::Operator(name.to_owned())
}

/// A statement of camt.053 in lei that ties, with one entry: a credit of the payer's, or a debit
/// that bears an end-to-end identification.
fn statement(number: u32, bani: i64, opening: i64, end_to_end: Option<&str>) -> String {
    let lei = |bani: i64| format!("{}.{:02}", bani / 100, bani % 100);
    let credit = end_to_end.is_none();
    let sign = if credit { "CRDT" } else { "DBIT" };
    let closing = if credit {
        opening + bani
    } else {
        opening - bani
    };
    let balance = |code: &str, bani: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"RON\">{}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-01</Dt></Dt></Bal>",
            lei(bani)
        )
    };
    let transaction = match end_to_end {
        Some(id) => format!("<Refs><EndToEndId>{id}</EndToEndId></Refs>"),
        None => format!(
            "<RltdPties><Dbtr><Pty><Nm>POPA VLAD</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{PAYER}\
             </IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>taxa CEI {}</Ustrd></RmtInf>",
            reference()
        ),
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr>\
         <MsgId>M{number}</MsgId><CreDtTm>2026-09-01T20:00:00</CreDtTm></GrpHdr><Stmt>\
         <Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id>\
         <IBAN>RO38CECEBC2030RON0923675</IBAN></Id><Ccy>RON</Ccy></Acct>{}{}<Ntry>\
         <Amt Ccy=\"RON\">{}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-09-01</Dt></BookgDt><AcctSvcrRef>B{number}</AcctSvcrRef><NtryDtls>\
         <TxDtls>{transaction}</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing),
        lei(bani),
    )
}

async fn import(world: &World, file: &str) -> bool {
    let outcome = world.import(Channel::Cec, file.as_bytes()).await.unwrap();
    assert_eq!(outcome.held, []);
    world.settle().await;
    outcome.is_new
}

/// An application of 70 lei for which 250 were paid.
async fn overpaid(world: &World) {
    let written = json!({
        "application": NUMBER, "cnp": "1900101120012", "due_minor": 7_000,
        "reference": reference(), "name": "POP ION",
    });
    world.open_application(&written).await;
    import(world, &statement(1, 25_000, 100_000, None)).await;
    let after = world.application(NUMBER).await;
    assert_eq!(after.fee_state, FeeState::Overpaid);
}

async fn report(world: &World) -> MoneyReport {
    let today = bucharest_day(world.gateway.clock.now());
    let request = ReportRequest::new(today, today, None).unwrap();
    let mut tx = world.gateway.store.read().await.unwrap();
    let report = draw_report(&mut tx, &request, today).await.unwrap();
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.is_empty(), "{failed:?}");
    report
}

fn finding(report: &MoneyReport) -> Option<RowFinding> {
    let mut rows = report.rows.iter();
    let row = rows.find(|row| row.leg == Leg::RefundDebit);
    row.map(|row| row.finding)
}

async fn propose(world: &World) -> Refund {
    let proposal = Proposal {
        payment: world.payments().await[0].id,
        amount: None,
        account: None,
    };
    let told = (&person("ana"), WHY);
    propose_refund(&world.gateway, proposal, told)
        .await
        .unwrap()
}

async fn approve(world: &World, refund: &Refund, name: &str) -> RefundState {
    let told = (&person(name), WHY);
    let decision = RefundDecision::Approve;
    let decided = decide_refund(&world.gateway, &refund.number, decision, told);
    decided.await.unwrap().state
}

async fn now(world: &World, refund: &Refund) -> Refund {
    let mut tx = world.gateway.store.read().await.unwrap();
    refunds::find(&mut tx, refund.id).await.unwrap().unwrap()
}

/// What the clerk is told of refunds.
async fn told(world: &World) -> Vec<RefundState> {
    let today = bucharest_day(world.gateway.clock.now());
    let mut tx = world.gateway.store.read().await.unwrap();
    let answer = read_fee(&mut tx, NUMBER, None, today).await.unwrap();
    let refunds = answer.unwrap().refunds;
    refunds.iter().map(|one| one.state).collect()
}

#[tokio::test]
async fn a_surplus_goes_the_straight_way_from_the_payer_and_back() {
    for world in World::on_both().await {
        overpaid(&world).await;
        let refund = propose(&world).await;
        assert_eq!(refund.amount.bani(), 18_000);
        assert!(refund.told_by_bank, "the account stands in the statement");
        assert_eq!(told(&world).await, [RefundState::Proposed]);
        assert_eq!(approve(&world, &refund, "ana").await, RefundState::Proposed);
        assert_eq!(
            approve(&world, &refund, "bogdan").await,
            RefundState::Approved
        );
        report(&world).await;

        let ana = person("ana");
        let list = export_refunds(&world.gateway, "RON", &ana).await.unwrap();
        let read = |form| read_list(&world.gateway, &list.number, form, &ana);
        let document = read(ListForm::Document).await.unwrap();
        assert_valid(&document, SCHEMA);
        assert_eq!(*read(ListForm::Document).await.unwrap(), *document);
        let table = read(ListForm::Table).await.unwrap();
        let table = String::from_utf8(table.to_vec()).unwrap();
        assert!(
            table.contains(PAYER) && table.contains("POPA VLAD;"),
            "{table}"
        );
        assert!(export_refunds(&world.gateway, "RON", &ana).await.is_err());
        assert_eq!(finding(&report(&world).await), Some(RowFinding::Expected));
        assert_eq!(told(&world).await, [RefundState::Exported]);

        let id = end_to_end_id(&refund.number);
        let debit = statement(2, 18_000, 125_000, Some(&id));
        assert!(import(&world, &debit).await);
        assert!(!import(&world, &debit).await);
        assert_eq!(now(&world, &refund).await.state, RefundState::Paid);
        assert_eq!(finding(&report(&world).await), Some(RowFinding::Matched));
        let after = world.application(NUMBER).await;
        assert_eq!(
            (after.state, after.fee_state, after.fee_paid.bani()),
            (ApplicationState::Ready, FeeState::Paid, 7_000)
        );
        assert_eq!(told(&world).await, [RefundState::Paid]);
        assert_eq!(world.holds().await.len(), 0);
        world.assert_money_is_conserved().await;
    }
}

#[tokio::test]
async fn a_crash_between_sealing_a_list_and_writing_it_down_lists_nothing() {
    for world in World::on_both().await {
        overpaid(&world).await;
        let refund = propose(&world).await;
        approve(&world, &refund, "ana").await;
        approve(&world, &refund, "bogdan").await;
        let ana = person("ana");
        let lost = prepare_list(&world.gateway, "RON", &ana).await.unwrap();
        assert_eq!(now(&world, &refund).await.state, RefundState::Approved);
        let list = export_refunds(&world.gateway, "RON", &ana).await.unwrap();
        assert_eq!(list.refunds, 1);

        // The process that was taken for dead goes on: its list is not written.
        let note = cei_gateway::flow::progress::note(&world.gateway, &ana, None);
        let mut tx = world.gateway.store.begin().await.unwrap();
        assert!(write_list(&mut tx, &lost, &note).await.is_err());
        drop(tx);
        let now = now(&world, &refund).await;
        assert_eq!(
            (now.state, now.list),
            (RefundState::Exported, Some(list.id))
        );
    }
}

#[tokio::test]
async fn two_who_propose_at_once_do_not_give_the_same_money_back_twice() {
    for world in World::on_both().await {
        overpaid(&world).await;
        let payment = world.payments().await[0].id;
        let proposal = || Proposal {
            payment,
            amount: None,
            account: None,
        };
        let (ana, bogdan) = (person("ana"), person("bogdan"));
        let (one, other) = tokio::join!(
            propose_refund(&world.gateway, proposal(), (&ana, WHY)),
            propose_refund(&world.gateway, proposal(), (&bogdan, WHY)),
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        report(&world).await;
        world.assert_money_is_conserved().await;
    }
}
