use super::*;
use std::time::Duration;

use serde_json::{Value, json};

use crate::channel::selfpay::webhook::{SigningKey, sign};
use crate::domain::fee::FeeState;
use crate::domain::payment::PaymentState;
use crate::flow::record_statement::record_statement;
use crate::flow::tests::kit::Kit;

const RF: &str = "RF689698797309";
const CNP: &str = "1550617396378";
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A gateway that knows the secret with which the tests sign.
async fn kit() -> Kit {
    let mut kit = Kit::open().await;
    kit.take_secret(SECRET);
    kit
}

fn body(event: &str, transaction: &str, kind: &str, amount: &str) -> Value {
    json!({
        "event_id": event, "transaction_id": transaction, "type": kind, "reference": RF,
        "amount": amount, "currency": "RON", "terminal": "TRM000",
        "paid_at": "2026-09-01T10:05:00+03:00",
    })
}

fn confirmed(event: &str, amount: &str) -> Value {
    body(event, "SP-1", "payment.confirmed", amount)
}

async fn send(kit: &Kit, body: &Value) -> Result<Receipt, NotificationRefusal> {
    kit.clock.advance(Duration::from_millis(1));
    let bytes = body.to_string().into_bytes();
    let key = SigningKey::parse(SECRET).unwrap();
    let id = body["event_id"].as_str().unwrap();
    let now = kit.gateway.clock.now();
    let signature = sign(id, now, &bytes, &key).unwrap();
    let headers = WebhookHeaders {
        id,
        timestamp: &now.timestamp().to_string(),
        signature: &signature,
    };
    match receive_notification(&kit.gateway, headers, bytes).await {
        Ok(receipt) => Ok(receipt),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Broken(error)) => panic!("{error:#}"),
    }
}

#[tokio::test]
async fn nothing_is_recorded_in_the_request_and_the_matcher_ties_the_money() {
    let kit = kit().await;
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    let receipt = send(&kit, &confirmed("evt_1", "67.00")).await.unwrap();
    assert_eq!(receipt.transaction_id, "SP-1");
    assert_eq!(kit.payments().await, []);
    kit.settle().await;
    let payments = kit.payments().await;
    assert_eq!(payments[0].number, "SP-20260902-00001");
    assert_eq!(payments[0].state, PaymentState::Matched);
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Paid);
}

#[tokio::test]
async fn a_replayed_notification_gets_the_same_answer_and_changes_nothing() {
    let kit = kit().await;
    let first = send(&kit, &confirmed("evt_1", "67.00")).await.unwrap();
    assert_eq!(
        send(&kit, &confirmed("evt_1", "67.00")).await.unwrap(),
        first
    );
    kit.settle().await;
    assert_eq!(
        send(&kit, &confirmed("evt_1", "67.00")).await.unwrap(),
        first
    );
    // The same transaction told by another event is the same payment, too.
    assert_eq!(
        send(&kit, &confirmed("evt_2", "67.00")).await.unwrap(),
        first
    );
    kit.settle().await;
    assert_eq!(kit.payments().await.len(), 1);
    assert_eq!(kit.holds().await, [(902, "PAYMENT".to_owned())]);
}

#[tokio::test]
async fn other_content_for_a_known_transaction_is_refused_held_and_kept() {
    let kit = kit().await;
    send(&kit, &confirmed("evt_1", "67.00")).await.unwrap();
    let changed = confirmed("evt_1", "70.00");
    for _ in ["the first time", "and again"] {
        let refusal = send(&kit, &changed).await.unwrap_err();
        assert!(matches!(refusal, NotificationRefusal::Changed(id) if id == "SP-1"));
        kit.settle().await;
    }
    let payments = kit.payments().await;
    assert_eq!(payments.len(), 1);
    assert_eq!(payments[0].amount.bani(), 6_700);
    let held = kit.holds().await;
    assert_eq!(
        held,
        [(902, "PAYMENT".to_owned()), (921, "INBOX".to_owned())]
    );
    let mut tx = kit.gateway.store.read().await.unwrap();
    let apart = inbox::list(&mut tx, InboxState::Quarantined, None, 10)
        .await
        .unwrap();
    assert_eq!(apart.len(), 1);
    assert_eq!(apart[0].reason, Some(921));
}

#[tokio::test]
async fn a_reversal_before_its_payment_waits_and_is_then_applied() {
    let kit = kit().await;
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    send(&kit, &body("evt_2", "SP-1", "payment.reversed", "67.00"))
        .await
        .unwrap();
    kit.settle().await;
    assert_eq!(kit.holds().await, [(915, "PAYMENT".to_owned())]);
    // Another payment with the same reference is not what was taken back.
    send(&kit, &body("evt_3", "SP-2", "payment.confirmed", "67.00"))
        .await
        .unwrap();
    kit.settle().await;
    assert_eq!(kit.now(&application).await.fee_state, FeeState::Paid);
    send(&kit, &confirmed("evt_1", "67.00")).await.unwrap();
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [
            PaymentState::Reversed,
            PaymentState::Matched,
            PaymentState::Reversed
        ]
    );
    assert_eq!(kit.holds().await, []);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn every_unproven_notification_gets_one_answer_and_is_not_kept() {
    let kit = kit().await;
    let bytes = confirmed("evt_1", "67.00").to_string().into_bytes();
    let key = SigningKey::parse(SECRET).unwrap();
    let now = kit.gateway.clock.now();
    let signature = sign("evt_1", now, &bytes, &key).unwrap();
    let late = (now - Duration::from_secs(301)).timestamp().to_string();
    let timely = now.timestamp().to_string();
    let long = vec![b' '; 16 * 1024 + 1];
    for (id, timestamp, signature, body) in [
        ("evt_2", &timely, signature.as_str(), &bytes),
        ("evt_1", &late, signature.as_str(), &bytes),
        ("evt_1", &timely, "v1,AAAA", &bytes),
        ("evt_1", &timely, "", &bytes),
        ("evt_1", &timely, signature.as_str(), &long),
    ] {
        let headers = WebhookHeaders {
            id,
            timestamp,
            signature,
        };
        let answer = receive_notification(&kit.gateway, headers, body.clone()).await;
        assert!(matches!(
            answer,
            Err(Failure::Refused(NotificationRefusal::Unauthenticated))
        ));
    }
    kit.settle().await;
    assert_eq!(kit.payments().await, []);
}

#[tokio::test]
async fn what_is_signed_and_no_notification_is_refused_with_its_fault() {
    let kit = kit().await;
    let mut wrong = confirmed("evt_1", "67.00");
    wrong["currency"] = json!("EUR");
    let refusal = send(&kit, &wrong).await.unwrap_err();
    assert!(matches!(
        refusal,
        NotificationRefusal::Unreadable(NotificationFault::Currency)
    ));
}

#[tokio::test]
async fn the_settlement_sees_known_payments_again_and_tells_of_new_ones() {
    const HEADER: &str =
        "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status";
    let row = |transaction: &str, amount: &str| {
        format!("L1;{transaction};2026-09-01 10:05:00;TRM000;{RF};{amount};RON;0.00;OK")
    };
    let settlement = [
        HEADER.to_owned(),
        row("SP-1", "67.00"),
        row("SP-2", "67.00"),
        row("SP-3", "70.00"),
        "TOTAL;3;204.00".to_owned(),
    ];
    let kit = kit().await;
    send(&kit, &confirmed("evt_1", "67.00")).await.unwrap();
    send(&kit, &body("evt_3", "SP-3", "payment.confirmed", "67.00"))
        .await
        .unwrap();
    kit.settle().await;
    let bytes = settlement.join("\n").into_bytes();
    let outcome = record_statement(&kit.gateway, Channel::SelfPay, bytes, &kit.actor)
        .await
        .unwrap();
    let tally = outcome.tally;
    assert_eq!(
        (tally.entries, tally.recorded, tally.repeated, tally.held),
        (3, 1, 1, 1)
    );
    assert_eq!(outcome.held[0].code, 921);
    assert_eq!(outcome.held[0].place, "line 4");
    // The notification of what the settlement told of first, and one that contradicts it.
    send(&kit, &body("evt_2", "SP-2", "payment.confirmed", "67.00"))
        .await
        .unwrap();
    kit.settle().await;
    assert_eq!(kit.payments().await.len(), 3);
}
