use chrono::NaiveDate;

use super::*;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::fee::FeeState;
use crate::domain::matching::Clue;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::flow::decide_payment::{Decision, decide_payment};
use crate::flow::progress::advance;
use crate::flow::settle_payments::{owe_refund, release};
use crate::flow::tests::kit::{Kit, Line, paid, statement, taken_back};
use crate::store::history::{self, take_step};

const RF: &str = "RF689698797309";
const CNP: &str = "1550617396378";

async fn kit_with_application() -> (Kit, Application) {
    let kit = Kit::open().await;
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    (kit, application)
}

fn line(bani: i64, reference: &str) -> Line {
    Line {
        bani,
        ..paid(reference, RF)
    }
}

fn standing(application: &Application) -> (ApplicationState, FeeState, i64) {
    (
        application.state,
        application.fee_state,
        application.fee_paid.bani(),
    )
}

/// Orders the card as the batcher does.
async fn order(kit: &Kit, application: &Application) {
    let mut application = kit.now(application).await;
    let note = note(&kit.gateway, &kit.actor, None);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let event = ApplicationEvent::PutInOrder;
    advance::<Infallible>(&mut tx, &mut application, event, None, &note)
        .await
        .unwrap();
    for payment in payments::list_of_application(&mut tx, application.id)
        .await
        .unwrap()
    {
        if payment.state == PaymentState::Matched {
            let event = PaymentEvent::CardOrdered;
            take_step::<history::Payment>(&mut tx, payment.id.0, payment.state, event, &note)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_payment_with_the_reference_settles_the_fee_whichever_comes_first() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[paid("B1", RF)])).await;
    kit.settle().await;
    let ready = (ApplicationState::Ready, FeeState::Paid, 6_700);
    assert_eq!(standing(&kit.now(&application).await), ready);
    assert_eq!(kit.states().await, [PaymentState::Matched]);
    assert_eq!(kit.holds().await, []);

    let kit = Kit::open().await;
    kit.import(&statement("1", &[paid("B1", RF)])).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::Unmatched]);
    assert_eq!(kit.holds().await, [(902, "PAYMENT".to_owned())]);
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    kit.offer(&application).await;
    assert_eq!(standing(&kit.now(&application).await), ready);
    assert_eq!(kit.states().await, [PaymentState::Matched]);
    assert_eq!(
        kit.holds().await,
        [],
        "the hold closes when the money is tied"
    );
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn the_code_of_the_beneficiary_or_the_number_will_do() {
    for text in [
        format!("taxa ci cnp {CNP}"),
        "taxa clj-2026-000001".to_owned(),
    ] {
        let (kit, application) = kit_with_application().await;
        kit.import(&statement("1", &[paid("B1", &text)])).await;
        kit.settle().await;
        assert_eq!(
            kit.now(&application).await.fee_state,
            FeeState::Paid,
            "{text}"
        );
    }
}

#[tokio::test]
async fn whom_an_operator_chose_for_a_payer_is_suggested_again_and_never_tied_by_rule() {
    const MOTHER: &str = "2900517121232";
    let (kit, child) = kit_with_application().await;
    let text = format!("taxa buletin,Platitor POP ANA,CUI/CNP Platitor {MOTHER}");
    kit.import(&statement("1", &[paid("B1", &text)])).await;
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [PaymentState::Unmatched],
        "the payer is nobody's applicant"
    );
    let first = kit.payments().await[0].id;
    let decide = async |decision| {
        decide_payment(
            &kit.gateway,
            first,
            decision,
            (&kit.actor, "told at the desk"),
        )
        .await
    };
    decide(Decision::Match(child.id)).await.unwrap();

    kit.import(&statement("2", &[paid("B2", &text)])).await;
    kit.settle().await;

    assert_eq!(
        kit.states().await,
        [PaymentState::Matched, PaymentState::Suggested]
    );
    let second = kit.payments().await.remove(1);
    let offered = async || {
        let mut tx = kit.gateway.store.read().await.unwrap();
        suggestions(&mut tx, &second).await.unwrap()
    };
    let [one] = offered().await.try_into().unwrap();
    assert_eq!(one.application, child.id);
    assert!(one.clues.contains(&Clue::ChosenBefore), "{:?}", one.clues);

    decide(Decision::Unmatch).await.unwrap();
    assert_eq!(offered().await, [], "a choice that was undone is none");
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn money_for_a_child_is_suggested_by_the_childs_name_whichever_comes_first() {
    let money = statement("1", &[paid("B1", "taxa CI pentru copil Musat Andrei")]);
    for money_first in [true, false] {
        let kit = Kit::open().await;
        if money_first {
            kit.import(&money).await;
            kit.settle().await;
            assert_eq!(kit.holds().await, [(911, "PAYMENT".to_owned())]);
        }
        let application = kit.application("CLJ-2026-000001", CNP, RF).await;
        let mut tx = kit.gateway.store.begin().await.unwrap();
        remember_name(&mut tx, &kit.gateway, application.id, ("Mușat", "Andrei"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        kit.offer(&application).await;
        if !money_first {
            kit.import(&money).await;
            kit.settle().await;
        }
        assert_eq!(kit.states().await, [PaymentState::Suggested]);
        let payments = kit.payments().await;
        let mut tx = kit.gateway.store.read().await.unwrap();
        let offered = suggestions(&mut tx, &payments[0]).await.unwrap();
        let offered: Vec<ApplicationId> = offered.iter().map(|one| one.application).collect();
        assert_eq!(offered, [application.id]);
        assert_eq!(kit.holds().await, [(911, "PAYMENT".to_owned())]);
        let held = holds::list_open(&mut tx, None, None, 10).await.unwrap();
        assert!(
            held[0].detail.contains("CLJ-2026-000001"),
            "{}",
            held[0].detail
        );
    }
}

#[tokio::test]
async fn a_short_payment_waits_for_the_rest_and_a_surplus_is_told() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[line(3_800, "B1")])).await;
    kit.settle().await;
    let short = (ApplicationState::AwaitingFee, FeeState::PartlyPaid, 3_800);
    assert_eq!(standing(&kit.now(&application).await), short);
    assert_eq!(kit.payments().await[0].reason, Some(905));
    kit.import(&statement("2", &[line(3_000, "B2")])).await;
    kit.settle().await;
    let over = (ApplicationState::Ready, FeeState::Overpaid, 6_800);
    assert_eq!(standing(&kit.now(&application).await), over);
    assert_eq!(kit.payments().await[1].reason, Some(904));
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_second_payment_is_a_refund_candidate_and_takes_the_place_of_one_taken_back() {
    let (kit, application) = kit_with_application().await;
    let twice = [paid("B1", RF), paid("B2", RF)];
    kit.import(&statement("1", &twice)).await;
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [PaymentState::Matched, PaymentState::RefundDue]
    );
    assert_eq!(kit.holds().await, [(907, "PAYMENT".to_owned())]);
    kit.import(&statement("2", &[taken_back("B3", RF)])).await;
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [
            PaymentState::Reversed,
            PaymentState::Matched,
            PaymentState::Reversed
        ]
    );
    let ready = (ApplicationState::Ready, FeeState::Paid, 6_700);
    assert_eq!(standing(&kit.now(&application).await), ready);
    assert_eq!(kit.holds().await, []);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_payment_taken_back_before_ordering_lets_the_application_owe_again() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[paid("B1", RF), taken_back("B2", RF)]))
        .await;
    kit.settle().await;
    let owes = (ApplicationState::AwaitingFee, FeeState::Due, 0);
    assert_eq!(standing(&kit.now(&application).await), owes);
    let payments = kit.payments().await;
    assert_eq!(payments[1].reverses, Some(payments[0].id));
    assert_eq!(kit.holds().await, []);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_payment_taken_back_after_ordering_is_an_alarm_and_the_card_stays_ordered() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[paid("B1", RF)])).await;
    kit.settle().await;
    order(&kit, &application).await;
    kit.import(&statement("2", &[taken_back("B2", RF)])).await;
    kit.settle().await;
    let disputed = (ApplicationState::Ordered, FeeState::Disputed, 0);
    assert_eq!(standing(&kit.now(&application).await), disputed);
    assert_eq!(kit.holds().await, [(916, "APPLICATION".to_owned())]);
    // The payer pays again: the dispute ends, and the money serves the card that is ordered.
    kit.import(&statement("3", &[line(7_000, "B3")])).await;
    kit.settle().await;
    let settled = (ApplicationState::Ordered, FeeState::Overpaid, 7_000);
    assert_eq!(standing(&kit.now(&application).await), settled);
    assert_eq!(kit.states().await.last(), Some(&PaymentState::Consumed));
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_reversal_that_finds_nothing_is_held_and_takes_back_no_later_payment() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[taken_back("B1", RF)])).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::Unmatched]);
    assert_eq!(kit.holds().await, [(915, "PAYMENT".to_owned())]);
    // It goes on where the first one ended.
    let next_day = statement("2", &[paid("B2", RF)])
        .replace(":2609010901", ":2609020902")
        .replace("RON10067,00", "RON10000,00")
        .replace("C260831RON10000,00", "C260901RON9933,00");
    kit.import(&next_day).await;
    kit.settle().await;
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Paid);
    assert_eq!(kit.holds().await, [(915, "PAYMENT".to_owned())]);
}

#[tokio::test]
async fn a_reversal_that_overtook_its_payment_waits_for_it() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[taken_back("B1", RF), paid("B2", RF)]))
        .await;
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [PaymentState::Reversed, PaymentState::Reversed]
    );
    let owes = (ApplicationState::AwaitingFee, FeeState::Due, 0);
    assert_eq!(standing(&kit.now(&application).await), owes);
    assert_eq!(kit.holds().await, []);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn what_is_no_fee_is_kept_as_invalid_and_only_foreign_money_asks_for_a_decision() {
    let (kit, _) = kit_with_application().await;
    let other = |mark, text: &str| Line {
        mark,
        ..paid("B", text)
    };
    let lot = "DECONTARE SELFPAY SA LOT SP1,Platitor SELFPAY SA,CUI/CNP Platitor 26067497";
    let lines = [
        other("D", "COMISION"),
        other("RD", "COMISION"),
        other("C", lot),
    ];
    kit.import(&statement("1", &lines)).await;
    let euros = statement("2", &[paid("B9", RF)]).replace("RON1", "EUR1");
    kit.import(&euros).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::Invalid; 4]);
    let reasons: Vec<_> = kit.payments().await.iter().map(|one| one.reason).collect();
    assert_eq!(reasons, [Some(913), Some(913), Some(914), Some(912)]);
    assert_eq!(kit.holds().await, [(912, "PAYMENT".to_owned())]);
}

#[tokio::test]
async fn money_of_an_order_without_a_card_is_freed_and_owed_back_when_the_application_ends() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[paid("B1", RF)])).await;
    kit.settle().await;
    order(&kit, &application).await;
    assert_eq!(kit.states().await, [PaymentState::Consumed]);
    let mut application = kit.now(&application).await;
    let note = note(&kit.gateway, &kit.actor, None);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    release::<Infallible>(&mut tx, &mut application, &note)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kit.states().await, [PaymentState::Matched]);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    owe_refund::<Infallible>(&mut tx, &mut application, &note)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kit.states().await, [PaymentState::RefundDue]);
    assert_eq!(kit.now(&application).await.fee_state, FeeState::RefundDue);
    assert_eq!(application.fee_state, FeeState::RefundDue);
    assert_eq!(kit.holds().await, [(909, "PAYMENT".to_owned())]);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn the_price_of_before_the_change_is_told_as_such_for_an_application_of_after_it() {
    let kit = Kit::open().await;
    let owes = |one: &mut Application| {
        one.registered_on = NaiveDate::from_ymd_opt(2025, 8, 1).unwrap();
        one.fee_due = Money::from_lei(70);
        one.fee_rule = "F2".to_owned();
    };
    let number = "CLJ-2025-000001";
    let application = kit.application_like(number, CNP, RF, owes).await;
    let money = statement("1", &[line(6_700, "B1")]);
    let before_the_change = money
        .replace("260831", "250730")
        .replace("260901", "250731")
        .replace("0901C", "0731C");
    kit.import(&before_the_change).await;
    kit.settle().await;
    assert_eq!(kit.payments().await[0].reason, Some(906));
    let short = (ApplicationState::AwaitingFee, FeeState::PartlyPaid, 6_700);
    assert_eq!(standing(&kit.now(&application).await), short);
    kit.import(&statement("2", &[line(300, "B2")])).await;
    kit.settle().await;
    let ready = (ApplicationState::Ready, FeeState::Paid, 7_000);
    assert_eq!(standing(&kit.now(&application).await), ready);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn the_fee_of_another_document_is_tied_and_told_as_such() {
    let (kit, application) = kit_with_application().await;
    kit.import(&statement("1", &[line(3_800, "B1")])).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::Matched]);
    assert_eq!(kit.payments().await[0].reason, Some(905));
    let short = (ApplicationState::AwaitingFee, FeeState::PartlyPaid, 3_800);
    assert_eq!(standing(&kit.now(&application).await), short);
    kit.import(&statement("2", &[line(2_900, "B2")])).await;
    kit.settle().await;
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Paid);
}

#[tokio::test]
async fn money_of_one_who_is_exempt_is_a_refund_candidate() {
    let kit = Kit::open().await;
    let exempt = |one: &mut Application| {
        one.state = ApplicationState::Ready;
        one.fee_state = FeeState::Exempt;
        one.fee_due = Money::ZERO;
        one.fee_rule = "X1".to_owned();
    };
    let number = "CLJ-2026-000001";
    let application = kit.application_like(number, CNP, RF, exempt).await;
    kit.import(&statement("1", &[line(6_700, "B1")])).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::RefundDue]);
    assert_eq!(kit.payments().await[0].reason, Some(908));
    assert_eq!(kit.holds().await, [(908, "PAYMENT".to_owned())]);
    let untouched = (ApplicationState::Ready, FeeState::Exempt, 0);
    assert_eq!(standing(&kit.now(&application).await), untouched);
}

/// Random days at the counter: whatever happens in whatever order, no ban appears or vanishes.
#[tokio::test]
async fn money_is_conserved_whatever_happens() {
    const REFERENCES: [&str; 3] = ["RF689698797309", "RF978536455681", "RF335055761698"];
    const CNPS: [&str; 3] = ["1550617396378", "1500210018359", "2830218301456"];
    let kit = Kit::open().await;
    let random = crate::random::Random::seeded(20_260_901);
    let pick = |bound: usize| usize::try_from(random.below(u64::try_from(bound).unwrap())).unwrap();
    let mut open: Vec<Application> = Vec::new();
    for day in 0..40 {
        let lines: Vec<Line> = (0..pick(5))
            .map(|at| {
                let bani = [6_700, 6_700, 3_800, 7_000][pick(4)];
                let mark = ["C", "C", "C", "RC", "D"][pick(5)];
                let text = [REFERENCES[pick(3)], CNPS[pick(3)], "taxa buletin"][pick(3)];
                Line {
                    mark,
                    bani,
                    reference: format!("B{day}-{at}"),
                    text: text.to_owned(),
                }
            })
            .collect();
        if !lines.is_empty() {
            kit.import(&statement(&format!("{}", day + 1), &lines))
                .await;
        }
        let next = open.len();
        if next < 3 && pick(6) == 0 {
            let number = format!("CLJ-2026-{next:06}");
            let application = kit.application(&number, CNPS[next], REFERENCES[next]).await;
            kit.offer(&application).await;
            open.push(application);
        }
        kit.settle().await;
        if let Some(one) = open.get(pick(8))
            && kit.now(one).await.state == ApplicationState::Ready
        {
            order(&kit, one).await;
        }
        kit.assert_money_is_conserved().await;
    }
    assert_eq!(open.len(), 3);
    assert!(kit.states().await.contains(&PaymentState::Consumed));
    assert!(kit.states().await.contains(&PaymentState::Reversed));
}
