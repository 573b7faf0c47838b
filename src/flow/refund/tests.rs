use super::*;
use crate::domain::application::ApplicationState;
use crate::domain::fee::FeeState;
use crate::domain::iban::Iban;
use crate::domain::operator::Actor;
use crate::flow::cancel_application::cancel;
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide_payment};
use crate::flow::progress::note;
use crate::flow::refund::decide::{RefundDecision, decide_refund};
use crate::flow::refund::export::{ListForm, export_refunds, read_list, withdraw_refund_list};
use crate::flow::refund::propose::{Proposal, propose_refund};
use crate::flow::tests::kit::{Kit, Line, paid, statement, taken_back};
use crate::flow::withdraw_application::WithdrawalReason;
use crate::store::applications::Application;
use crate::store::refunds::Refund;
use crate::store::sealed;

const RF: &str = "RF689698797309";
const CNP: &str = "1550617396378";
const PAYER: &str = "RO49AAAA1B31007593840000";
const WHY: &str = "the payer asks for it";

/// A payment of `bani` for a fee of 67 lei, with the payer's account in the statement.
async fn overpaid(bani: i64) -> (Kit, Application) {
    let mut kit = Kit::open().await;
    let mut config = (*kit.gateway.config).clone();
    config.payments.refund.debtor_name = "Imprimeria Națională".to_owned();
    config.payments.refund.debtor_iban = Iban::parse("RO38CECEBC2030RON0923675").ok();
    kit.gateway.config = std::sync::Arc::new(config);
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    let told = format!("taxa CEI {RF},Platitor POPA VLAD,Iban Platitor {PAYER},Banca platitor X");
    let sum = Line {
        bani,
        ..paid("B1", &told)
    };
    Box::pin(kit.import(&statement("1", &[sum]))).await;
    Box::pin(kit.settle()).await;
    (kit, application)
}

fn person(name: &str) -> Actor {
    Actor::Operator(name.to_owned())
}

async fn propose(kit: &Kit, bani: Option<i64>) -> Result<Refund, Failure<RefundRefusal>> {
    let proposal = Proposal {
        payment: kit.payments().await[0].id,
        amount: bani.map(Money::from_bani),
        account: None,
    };
    propose_refund(&kit.gateway, proposal, (&kit.actor, WHY)).await
}

async fn decide(
    kit: &Kit,
    number: &str,
    decision: RefundDecision,
    who: &str,
) -> Result<Refund, Failure<RefundRefusal>> {
    decide_refund(&kit.gateway, number, decision, (&person(who), WHY)).await
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Failure<RefundRefusal>>) -> &'static str {
    match answer {
        Err(Failure::Refused(refusal)) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

/// Proposed, approved by one person, and in a list.
async fn listed(kit: &Kit) -> Refund {
    let refund = propose(kit, None).await.unwrap();
    let approve = RefundDecision::Approve;
    decide(kit, &refund.number, approve, "ana").await.unwrap();
    export_refunds(&kit.gateway, "RON", &kit.actor)
        .await
        .unwrap();
    now(kit, &refund).await
}

async fn now(kit: &Kit, refund: &Refund) -> Refund {
    let mut tx = kit.gateway.store.read().await.unwrap();
    refunds::find(&mut tx, refund.id).await.unwrap().unwrap()
}

/// The bank's debit for a refund.
fn debit(refund: &Refund, bani: i64) -> Line {
    Line {
        mark: "D",
        bani,
        reference: format!("D{bani}"),
        text: format!("restituire {}", refund.number.replace('-', "")),
    }
}

async fn tell(kit: &Kit, number: &str, lines: &[Line]) {
    kit.import(&statement(number, lines)).await;
    kit.settle().await;
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_surplus_is_given_back_and_the_card_is_made_all_the_same() {
    let (kit, application) = overpaid(10_000).await;
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Overpaid);
    let refund = propose(&kit, None).await.unwrap();
    assert_eq!(refund.amount, Money::from_bani(3_300));
    assert!(refund.told_by_bank && refund.untied);
    let after = kit.now(&application).await;
    assert_eq!(
        (after.state, after.fee_state),
        (ApplicationState::Ready, FeeState::Paid)
    );
    kit.assert_money_is_conserved().await;

    assert_eq!(refusal(propose(&kit, None).await), "refund-nothing-left");
    let approve = RefundDecision::Approve;
    let approved = decide(&kit, &refund.number, approve, "ana").await.unwrap();
    assert_eq!(approved.state, RefundState::Approved);
    let list = export_refunds(&kit.gateway, "RON", &kit.actor)
        .await
        .unwrap();
    let again = export_refunds(&kit.gateway, "RON", &kit.actor).await;
    assert_eq!(refusal(again), "refund-nothing-to-list");
    let read = read_list(&kit.gateway, &list.number, ListForm::Document, &kit.actor);
    let bytes = read.await.unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(
        text.contains(PAYER) && text.contains("<Nm>POPA VLAD</Nm>"),
        "{text}"
    );

    tell(&kit, "2", &[debit(&refund, 3_300)]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Paid);
    let states = kit.states().await;
    assert_eq!(states, [PaymentState::Matched, PaymentState::Invalid]);
    assert_eq!(kit.payments().await[1].reason, Some(934));
    assert_eq!(kit.holds().await, []);
}

#[tokio::test]
async fn a_withdrawn_or_rejected_refund_gives_the_money_back_to_its_fee() {
    let (kit, application) = overpaid(10_000).await;
    for decision in [RefundDecision::Withdraw, RefundDecision::Reject] {
        let refund = propose(&kit, Some(1_000)).await.unwrap();
        assert_eq!(
            kit.now(&application).await.fee_paid,
            Money::from_bani(9_000)
        );
        decide(&kit, &refund.number, decision, "ana").await.unwrap();
        let free = kit.now(&application).await;
        assert_eq!(
            (free.fee_state, free.fee_paid.bani()),
            (FeeState::Overpaid, 10_000)
        );
        kit.assert_money_is_conserved().await;
        let again = decide(&kit, &refund.number, decision, "ana").await;
        assert_eq!(refusal(again), "refund-state-forbids");
    }
    let all = propose(&kit, None).await.unwrap();
    assert_eq!(all.amount, Money::from_bani(3_300));
}

#[tokio::test]
async fn never_more_is_given_back_than_is_left() {
    let (kit, _application) = overpaid(10_000).await;
    assert_eq!(refusal(propose(&kit, Some(3_301)).await), "refund-too-much");
    assert_eq!(refusal(propose(&kit, Some(0)).await), "refund-amount-wrong");
    propose(&kit, Some(3_000)).await.unwrap();
    assert_eq!(refusal(propose(&kit, Some(301)).await), "refund-too-much");
    propose(&kit, Some(300)).await.unwrap();
    assert_eq!(refusal(propose(&kit, Some(1)).await), "refund-nothing-left");
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn money_of_which_a_refund_is_under_way_is_not_matched_or_untied() {
    let (kit, application) = overpaid(10_000).await;
    let refund = propose(&kit, None).await.unwrap();
    let payment = kit.payments().await[0].id;
    for decision in [
        Decision::Unmatch,
        Decision::UnmatchPart(application.id),
        Decision::Match(application.id),
        Decision::Dismiss,
        Decision::Refund,
    ] {
        let told = (&kit.actor, WHY);
        let answer = decide_payment(&kit.gateway, payment, decision, told).await;
        let is_refused = matches!(
            answer,
            Err(Failure::Refused(DecisionRefusal::RefundUnderWay))
        );
        assert!(is_refused, "{decision:?}");
    }
    let withdraw = RefundDecision::Withdraw;
    decide(&kit, &refund.number, withdraw, "ana").await.unwrap();
    let told = (&kit.actor, WHY);
    decide_payment(&kit.gateway, payment, Decision::Unmatch, told)
        .await
        .unwrap();
}

#[tokio::test]
async fn above_the_limit_two_different_persons_approve() {
    let (kit, _application) = overpaid(20_000).await;
    let refund = propose(&kit, None).await.unwrap();
    let approve = RefundDecision::Approve;
    let first = decide(&kit, &refund.number, approve, "ana").await.unwrap();
    assert_eq!(first.state, RefundState::Proposed);
    let same = decide(&kit, &refund.number, approve, "Ana").await;
    assert_eq!(refusal(same), "approval-same-person");
    let robot = Actor::Automation("robot".to_owned());
    let number = &refund.number;
    let answer = decide_refund(&kit.gateway, number, approve, (&robot, WHY)).await;
    assert_eq!(refusal(answer), "approval-not-a-person");
    let nothing = export_refunds(&kit.gateway, "RON", &kit.actor).await;
    assert_eq!(refusal(nothing), "refund-nothing-to-list");
    let second = decide(&kit, &refund.number, approve, "bogdan")
        .await
        .unwrap();
    assert_eq!(second.state, RefundState::Approved);
    let third = decide(&kit, &refund.number, approve, "carmen").await;
    assert_eq!(refusal(third), "refund-state-forbids");
}

#[tokio::test]
async fn a_payment_given_back_in_small_parts_needs_two_persons_all_the_same() {
    let (kit, _application) = overpaid(20_000).await;
    let first = propose(&kit, Some(10_000)).await.unwrap();
    assert_eq!(first.persons.count(), 1);
    let second = propose(&kit, Some(1)).await.unwrap();
    assert_eq!(second.persons.count(), 2);
}

#[tokio::test]
async fn a_list_that_the_bank_refused_is_withdrawn_and_its_refunds_are_listed_again() {
    let (kit, _application) = overpaid(10_000).await;
    let refund = listed(&kit).await;
    let list = refund.list.unwrap();
    let number = {
        let mut tx = kit.gateway.store.read().await.unwrap();
        let found = crate::store::refund_lists::find(&mut tx, list)
            .await
            .unwrap();
        found.unwrap().number
    };
    let told = (&kit.actor, WHY);
    withdraw_refund_list(&kit.gateway, &number, told)
        .await
        .unwrap();
    assert_eq!(now(&kit, &refund).await.state, RefundState::Approved);
    let again = withdraw_refund_list(&kit.gateway, &number, told).await;
    assert_eq!(refusal(again), "refund-list-withdrawn");

    tell(&kit, "2", &[debit(&refund, 3_300)]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Approved);
    assert_eq!(kit.holds().await, [(932, "PAYMENT".to_owned())]);
    let second = export_refunds(&kit.gateway, "RON", &kit.actor)
        .await
        .unwrap();
    assert_ne!(second.number, number);
    assert_eq!(second.refunds, 1);
}

#[tokio::test]
async fn a_debit_that_does_not_fit_waits_for_an_operator() {
    let (kit, _application) = overpaid(10_000).await;
    let refund = listed(&kit).await;
    tell(&kit, "2", &[debit(&refund, 3_000)]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Exported);
    assert_eq!(kit.holds().await, [(930, "PAYMENT".to_owned())]);

    tell(&kit, "3", &[debit(&refund, 3_300)]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Paid);
    let twice = Line {
        reference: "D9".to_owned(),
        ..debit(&refund, 3_300)
    };
    tell(&kit, "4", &[twice]).await;
    let codes: Vec<i64> = kit
        .holds()
        .await
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, [930, 931]);

    let same = statement("3", &[debit(&refund, 3_300)]);
    assert!(!kit.import(&same).await.is_new);
}

#[tokio::test]
async fn what_comes_back_is_a_candidate_again() {
    let (kit, application) = overpaid(10_000).await;
    let refund = listed(&kit).await;
    tell(&kit, "2", &[debit(&refund, 3_300)]).await;
    let back = Line {
        mark: "C",
        reference: "R1".to_owned(),
        ..debit(&refund, 3_300)
    };
    tell(&kit, "3", &[back]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Returned);
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Overpaid);
    assert_eq!(kit.payments().await[2].reason, Some(935));
    let second = propose(&kit, None).await.unwrap();
    assert_eq!(second.amount, refund.amount);
    assert_ne!(second.number, refund.number);
}

#[tokio::test]
async fn a_payer_who_writes_a_refunds_number_is_a_payer_all_the_same() {
    let (kit, _application) = overpaid(10_000).await;
    let refund = propose(&kit, None).await.unwrap();
    let credit = Line {
        mark: "C",
        ..debit(&refund, 3_300)
    };
    tell(&kit, "2", &[credit]).await;
    let states = kit.states().await;
    assert_eq!(states, [PaymentState::Matched, PaymentState::Unmatched]);
}

#[tokio::test]
async fn a_payment_that_is_taken_back_ends_its_refund_or_raises_an_alarm() {
    let (kit, _application) = overpaid(10_000).await;
    let refund = propose(&kit, None).await.unwrap();
    let reversal = Line {
        bani: 10_000,
        ..taken_back("B1", RF)
    };
    tell(&kit, "2", std::slice::from_ref(&reversal)).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Withdrawn);
    assert_eq!(kit.holds().await, []);

    let (kit, _application) = overpaid(10_000).await;
    let refund = listed(&kit).await;
    tell(&kit, "2", &[reversal]).await;
    assert_eq!(now(&kit, &refund).await.state, RefundState::Exported);
    assert_eq!(kit.holds().await, [(933, "PAYMENT".to_owned())]);
}

#[tokio::test]
async fn money_of_an_application_that_ended_is_given_back_as_a_whole() {
    let (kit, application) = overpaid(6_700).await;
    let note = note(&kit.gateway, &kit.actor, Some(WHY));
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let cause = WithdrawalReason::ALL[0];
    cancel(&mut tx, &application.number, None, cause, &note)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kit.now(&application).await.fee_state, FeeState::RefundDue);
    let refund = listed(&kit).await;
    tell(&kit, "2", &[debit(&refund, 6_700)]).await;
    assert_eq!(kit.states().await[0], PaymentState::Refunded);
    let after = kit.now(&application).await;
    assert_eq!(
        (after.fee_state, after.fee_paid),
        (FeeState::Refunded, Money::ZERO)
    );
    assert_eq!(kit.holds().await, []);

    let back = Line {
        mark: "C",
        reference: "R1".to_owned(),
        ..debit(&refund, 6_700)
    };
    tell(&kit, "3", &[back]).await;
    assert_eq!(kit.states().await[0], PaymentState::RefundDue);
    assert_eq!(kit.now(&application).await.fee_state, FeeState::RefundDue);
}

#[tokio::test]
async fn an_exempt_applicant_who_paid_is_a_candidate() {
    let kit = Kit::open().await;
    kit.application_like("CLJ-2026-000001", CNP, RF, |one| {
        one.state = ApplicationState::Ready;
        one.fee_state = FeeState::Exempt;
        one.fee_due = Money::ZERO;
    })
    .await;
    kit.import(&statement("1", &[paid("B1", RF)])).await;
    kit.settle().await;
    let mut tx = kit.gateway.store.read().await.unwrap();
    let (found, next) = candidates(&mut tx, None, 10).await.unwrap();
    assert_eq!((found.len(), next), (1, None));
    assert_eq!(found[0].sources[0].amount, Money::from_lei(67));
    assert_eq!(found[0].payment.reason, Some(908));
}

#[tokio::test]
async fn a_cashier_tells_no_account_so_an_operator_types_it() {
    let kit = Kit::open().await;
    kit.import(&statement("1", &[paid("B1", "taxa buletin")]))
        .await;
    kit.settle().await;
    assert_eq!(refusal(propose(&kit, None).await), "refund-account-missing");
    let proposal = Proposal {
        payment: kit.payments().await[0].id,
        amount: None,
        account: Account::typed(PAYER, "Ștefan Popa").ok(),
    };
    let told = (&kit.actor, WHY);
    let refund = propose_refund(&kit.gateway, proposal, told).await.unwrap();
    assert!(!refund.told_by_bank);
    assert_eq!(kit.states().await, [PaymentState::RefundDue]);
    let shown = disclose_account(&kit.gateway, &refund.number, told).await;
    assert_eq!(shown.unwrap().name, "Ștefan Popa");
    let silent = disclose_account(&kit.gateway, &refund.number, (&kit.actor, " ")).await;
    assert_eq!(refusal(silent), "reason-missing");
    let unpaid = export_refunds(&kit.gateway, "RON", &kit.actor).await;
    assert_eq!(refusal(unpaid), "refund-debtor-missing");
}

#[tokio::test]
async fn the_account_is_erased_when_its_time_has_come() {
    let (kit, _application) = overpaid(10_000).await;
    let refund = listed(&kit).await;
    tell(&kit, "2", &[debit(&refund, 3_300)]).await;
    let due = kit.gateway.clock.now() + chrono::TimeDelta::days(90);
    let mut tx = kit.gateway.store.read().await.unwrap();
    let before = sealed::list_due(&mut tx, due - chrono::TimeDelta::days(1), 100);
    assert_eq!(before.await.unwrap(), []);
    let erased = sealed::list_due(&mut tx, due, 100).await.unwrap();
    assert!(erased.contains(&refund.sealed));
    assert_eq!(erased.len(), 3, "the account, the document and the table");
}

#[test]
fn an_account_needs_a_right_iban_and_a_name_that_can_be_written() {
    let typed = |iban: &str, name: &str| Account::typed(iban, name).map_err(|one| one.code());
    assert!(typed(PAYER, "Popa Ion").is_ok());
    assert_eq!(typed("RO00", "Popa").unwrap_err(), "refund-account-wrong");
    assert_eq!(typed(PAYER, " ").unwrap_err(), "refund-name-missing");
    assert_eq!(typed(PAYER, "Попа").unwrap_err(), "refund-name-missing");
    let account = Account::typed(PAYER, "Popa Ion").unwrap();
    assert_eq!(format!("{account:?}"), "Account(…)");
}
