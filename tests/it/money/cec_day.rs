//! An invented day at the bank's counters and at stations, against its applications: in both
//! formats, whichever comes first, every row ends as the expectation names it.

use std::path::Path;

use cei_gateway::channel::selfpay::webhook::WebhookHeaders;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::payment::{Channel, PaymentState};
use cei_gateway::flow::Failure;
use cei_gateway::flow::match_payment::suggestions;
use cei_gateway::flow::record_notification::{NotificationRefusal, receive_notification};
use cei_gateway::store::payments::Payment;
use serde_json::Value;

use crate::money::world::{World, corpus};

const CAMT: &str = "cec_2026-09-01.camt053.xml";
const MT940: &str = "cec_2026-09-01.sta";

fn expected(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn open_applications(world: &World, expected: &Value) {
    for written in expected["applications"].as_array().unwrap() {
        world.open_application(written).await;
    }
}

async fn import(world: &World, folder: &Path, name: &str) -> (i64, i64) {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let outcome = world.import(Channel::Cec, &bytes).await.unwrap();
    assert_eq!(outcome.held, [], "{name}");
    (outcome.tally.recorded, outcome.tally.repeated)
}

/// The numbers of the applications that an operator is offered for a payment.
async fn offered(world: &World, payment: &Payment, expected: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut tx = world.gateway.store.read().await.unwrap();
    let offered = suggestions(&mut tx, payment).await.unwrap();
    drop(tx);
    for written in expected["applications"].as_array().unwrap() {
        let number = written["application"].as_str().unwrap();
        let id = world.application(number).await.id;
        if offered.iter().any(|one| one.application == id) {
            found.push(number.to_owned());
        }
    }
    found
}

async fn tied_to(world: &World, payment: &Payment, row: &Value) -> bool {
    let application = world
        .application(row["application"].as_str().unwrap())
        .await;
    payment.application == Some(application.id)
}

/// Whether a payment stands as its row says.
async fn assert_row(world: &World, payment: &Payment, row: &Value, expected: &Value) {
    let reason = payment.reason.unwrap_or(0);
    match row["result"].as_str().unwrap() {
        "matched" => {
            assert_eq!(payment.state, PaymentState::Matched, "{row}");
            assert!(tied_to(world, payment, row).await, "{row}");
        }
        "underpaid" => {
            assert_eq!(
                (payment.state, reason),
                (PaymentState::Matched, 905),
                "{row}"
            );
            let number = row["application"].as_str().unwrap();
            let application = world.application(number).await;
            let missing = application.fee_due.bani() - application.fee_paid.bani();
            assert_eq!(Some(missing), row["missing_minor"].as_i64());
            assert_eq!(application.fee_state, FeeState::PartlyPaid);
        }
        "overpaid" => {
            assert_eq!(
                (payment.state, reason),
                (PaymentState::Matched, 904),
                "{row}"
            );
            let number = row["application"].as_str().unwrap();
            let application = world.application(number).await;
            let excess = application.fee_paid.bani() - application.fee_due.bani();
            assert_eq!(Some(excess), row["excess_minor"].as_i64());
            assert_eq!(application.fee_state, FeeState::Overpaid);
        }
        "unmatched" => {
            let suggested = row["suggest"].as_array();
            let open = [PaymentState::Suggested, PaymentState::Unmatched];
            assert_eq!(
                payment.state,
                open[usize::from(suggested.is_none())],
                "{row}"
            );
            let suggested: Vec<String> = suggested
                .into_iter()
                .flatten()
                .map(|number| number.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(offered(world, payment, expected).await, suggested, "{row}");
            assert!(reason > 0);
        }
        "settlement" => assert_eq!((payment.state, reason), (PaymentState::Invalid, 914)),
        "fee" => assert_eq!((payment.state, reason), (PaymentState::Invalid, 913)),
        "reversal" => assert_eq!(payment.state, PaymentState::Reversed),
        other => panic!("{other}"),
    }
}

/// Asserts every row. The fee of row 0 is paid twice, and one of the two is taken back (`reversal`):
/// the other one pays it.
async fn assert_the_day(world: &World, expected: &Value, taken_back: usize) {
    let payments = world.payments().await;
    let rows = expected["statement"].as_array().unwrap();
    assert_eq!(payments.len(), rows.len());
    let (reversed, kept) = (&payments[taken_back], &payments[4 - taken_back]);
    assert_eq!(reversed.state, PaymentState::Reversed);
    assert_eq!(kept.state, PaymentState::Matched);
    assert!(tied_to(world, kept, &rows[0]).await);
    assert_eq!(payments[8].reverses, Some(reversed.id));
    for (at, (payment, row)) in payments.iter().zip(rows).enumerate() {
        assert_eq!(
            payment.external_reference.as_deref(),
            row["bank_reference"].as_str()
        );
        assert_eq!(Some(payment.amount.bani()), row["amount_minor"].as_i64());
        if at != 0 && at != 4 {
            assert_row(world, payment, row, expected).await;
        }
    }
    assert_eq!(
        world.application("CEI-2026-1000").await.fee_state,
        FeeState::Paid
    );
    // The suggested and the unmatched rows wait for an operator, and nothing else does.
    let mut waiting: Vec<String> = world
        .holds()
        .await
        .into_iter()
        .map(|hold| hold.subject_number)
        .collect();
    waiting.sort();
    let expected_to_wait = [3, 5, 11, 12].map(|row: usize| payments[row].number.clone());
    assert_eq!(waiting, expected_to_wait);
    world.assert_money_is_conserved().await;
}

#[tokio::test]
async fn applications_first_every_row_ends_as_expected_in_both_formats() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let expected = expected(&folder);
    for (one, other) in [(CAMT, MT940), (MT940, CAMT)] {
        for world in World::on_both().await {
            open_applications(&world, &expected).await;
            assert_eq!(import(&world, &folder, one).await, (14, 0));
            world.settle().await;
            assert_the_day(&world, &expected, 0).await;
            let before = world.payments().await;
            assert_eq!(
                import(&world, &folder, other).await,
                (0, 14),
                "the same day"
            );
            world.settle().await;
            assert_eq!(world.payments().await, before);
        }
    }
}

#[tokio::test]
async fn the_second_payment_of_a_fee_is_a_refund_candidate_until_the_first_is_taken_back() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let expected = expected(&folder);
    let world = World::open().await;
    open_applications(&world, &expected).await;
    import(&world, &folder, CAMT).await;
    world.settle().await;
    let second = &world.payments().await[4];
    let mut tx = world.gateway.store.read().await.unwrap();
    let steps = cei_gateway::store::history::list(&mut tx, second.id.0, 10)
        .await
        .unwrap();
    let taken = |from: &str, to: &str| {
        let mut steps = steps.iter();
        steps.any(|step| step.from_state == from && step.to_state == to)
    };
    assert!(taken("IMPORTED", "REFUND_DUE") && taken("REFUND_DUE", "MATCHED"));
}

#[tokio::test]
async fn payments_first_every_row_ends_as_expected_in_both_formats() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let expected = expected(&folder);
    for name in [CAMT, MT940] {
        for world in World::on_both().await {
            import(&world, &folder, name).await;
            world.settle().await;
            open_applications(&world, &expected).await;
            world.settle().await;
            // Of two equal payments of which none is tied yet, the later is taken back.
            assert_the_day(&world, &expected, 4).await;
        }
    }
}

#[tokio::test]
async fn stations_are_answered_and_settled_as_expected() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let expected = expected(&folder);
    for world in World::on_both().await {
        open_applications(&world, &expected).await;
        let samples = std::fs::read_to_string(folder.join("selfpay_notifications.jsonl")).unwrap();
        for line in samples.lines() {
            let sample: Value = serde_json::from_str(line).unwrap();
            let header = |name: &str| sample["headers"][name].as_str().unwrap();
            let signed_at: i64 = header("webhook-timestamp").parse().unwrap();
            let now = world.gateway.clock.now().timestamp();
            let mut gateway = world.gateway.clone();
            let at = chrono::DateTime::from_timestamp(signed_at, 0).unwrap();
            gateway.clock =
                cei_gateway::clock::Clock::Manual(cei_gateway::clock::ManualClock::at(at));
            assert!(signed_at < now);
            let headers = WebhookHeaders {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"),
            };
            let body = sample["body"].as_str().unwrap().as_bytes().to_vec();
            let answer = receive_notification(&gateway, headers, body).await;
            if sample["expect"] == "401 signature" {
                assert!(matches!(
                    answer,
                    Err(Failure::Refused(NotificationRefusal::Unauthenticated))
                ));
            } else {
                assert!(answer.is_ok(), "{line}");
            }
        }
        world.settle().await;
        let payments = world.payments().await;
        assert_eq!(
            payments.len(),
            5,
            "four settled ones and one that will not be"
        );
        let settlement = std::fs::read(folder.join("selfpay_settlement_SP20260831.csv")).unwrap();
        let outcome = world.import(Channel::SelfPay, &settlement).await.unwrap();
        assert_eq!(outcome.held, []);
        let recon = &expected["recon"];
        assert_eq!(
            Some(outcome.tally.repeated),
            recon["notified_and_settled"].as_i64()
        );
        assert_eq!(outcome.tally.recorded, 1);
        world.settle().await;
        let payments = world.payments().await;
        let never_notified = payments.last().unwrap().external_reference.as_deref();
        assert_eq!(never_notified, recon["settled_never_notified"][0].as_str());
        for kiosk in 1008..=1012 {
            let application = world.application(&format!("CEI-2026-{kiosk}")).await;
            assert_eq!(application.fee_state, FeeState::Paid, "{kiosk}");
        }
        // Kiosk 5 was paid twice.
        let twice = payments
            .iter()
            .filter(|one| one.state == PaymentState::RefundDue);
        assert_eq!(twice.count(), 1);
        world.assert_money_is_conserved().await;
    }
}
