//! The channels against a gateway that only listens: money is conserved, and each mishap is what
//! it says.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;

use super::*;
use crate::channel::selfpay::notification::{Notification, NotificationKind};
use crate::clock::ManualClock;
use crate::simulator::person::People;
use crate::simulator::test_kit::{FakeGateway, Seen, at, certificates};

const REFERENCE: &str = "RF294073918264";

struct Town {
    clock: ManualClock,
    gateway: FakeGateway,
    channels: Channels,
    people: People,
}

impl Town {
    fn with(mishaps: MishapRates, station_percent: u32) -> Self {
        let clock = ManualClock::at(at("2026-03-02T09:00:00Z"));
        let gateway = FakeGateway::open(|_| (202, String::new()));
        let settings = ChannelSettings {
            gateway_url: gateway.url.clone(),
            files: FileRoad::Posted("cei_test_key".to_owned()),
            seed: 3,
            station_percent,
            mishaps,
        };
        let keys = ChannelKeys::from_dir(certificates()).unwrap();
        let time = Clock::Manual(clock.clone());
        Self {
            channels: Channels::new(settings, keys, time.clone(), time),
            clock,
            gateway,
            people: People::new(Random::seeded(8)),
        }
    }

    fn pay(&mut self, reference: &str) {
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        self.channels.pay(Payable {
            reference: reference.to_owned(),
            family: self.people.person(40, day).into(),
            amount: Money::from_lei(70),
        });
    }

    /// Works until nothing is due.
    async fn run(&mut self) -> Vec<Seen> {
        while let Some(next_at) = self.channels.work().await.unwrap().next_at {
            let now = self.channels.clock.now();
            self.clock
                .advance((next_at - now).to_std().unwrap_or_default());
        }
        assert_eq!(self.channels.unsent(), 0);
        self.gateway.take_seen()
    }
}

fn files<'a>(seen: &'a [Seen], channel: &str) -> Vec<&'a Seen> {
    let target = format!("/v1/payments/statements?channel={channel}");
    seen.iter().filter(|one| one.target == target).collect()
}

fn notifications(seen: &[Seen]) -> Vec<Notification> {
    seen.iter()
        .filter(|one| one.target == "/v1/channels/selfpay/notifications")
        .map(|one| Notification::read(&one.body).unwrap())
        .collect()
}

/// What the gateway's reader finds in the statements: effects in bani with their texts, after
/// it found that each ties and continues the one before.
fn entries(seen: &[Seen]) -> Vec<(i64, String)> {
    let mut last_closing = Some(FIRST_BALANCE.bani());
    let mut found = Vec::new();
    for (number, file) in (1..).zip(files(seen, "CEC")) {
        let read = crate::channel::read(&file.body).unwrap();
        assert!(read.held.is_empty(), "{:?}", read.held);
        let statement = &read.statements[0];
        assert_eq!(statement.ties, Some(true));
        let of_bank = statement.number.as_deref().unwrap().trim_end_matches("/1");
        assert_eq!(of_bank, number.to_string());
        assert_eq!(statement.opening_minor, last_closing);
        last_closing = statement.closing_minor;
        for entry in &statement.entries {
            let sign = if entry.credit { 1 } else { -1 };
            let mut text = entry.joined_text.clone();
            for detail in &entry.details {
                text.push_str(&detail.text);
            }
            found.push((sign * entry.amount_minor, text));
        }
    }
    found
}

#[tokio::test]
async fn statements_alternate_between_formats_and_tie() {
    let mut town = Town::with(MishapRates::none(), 0);
    for day in 0..4 {
        for payer in 0..5 {
            town.pay(&format!("RF2940739{day}{payer:04}"));
        }
        town.channels.work().await.unwrap();
        town.clock.advance(Duration::from_hours(24));
    }
    let seen = town.run().await;
    let kinds: Vec<&str> = files(&seen, "CEC")
        .iter()
        .map(|file| file.header("content-type"))
        .collect();
    assert_eq!(
        kinds,
        [
            "application/xml",
            "text/plain",
            "application/xml",
            "text/plain"
        ]
    );
    assert!(
        seen.iter()
            .all(|one| one.header("authorization") == "Bearer cei_test_key")
    );
    let all = entries(&seen);
    assert_eq!(all.len(), 20);
    assert!(all.iter().all(|(bani, _)| *bani == 7_000));
    let ledger = town.channels.ledger();
    assert_eq!(ledger.counter_credited, Money::from_lei(1_400));
    assert_eq!(ledger.balance, Money::from_lei(11_400));
    assert_eq!((ledger.files, ledger.refused.len()), (4, 0));
    town.gateway.close().await;
}

#[tokio::test]
async fn stations_tell_at_once_settle_at_night_and_credit_the_next_day() {
    let mut town = Town::with(MishapRates::none(), 100);
    town.pay(REFERENCE);
    let seen = town.run().await;
    let told = notifications(&seen);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].reference, "294073918264");
    assert_eq!(told[0].amount_minor, 7_000);
    let signature = seen[0].header("webhook-signature");
    assert!(signature.starts_with("v1a,"), "{signature}");
    let settled = files(&seen, "SELFPAY");
    assert_eq!(settled.len(), 1);
    let text = String::from_utf8(settled[0].body.to_vec()).unwrap();
    assert!(text.contains("TOTAL;1;70.00"));
    let credited = entries(&seen);
    assert_eq!(credited.len(), 1);
    assert!(
        credited[0].1.contains("LOT SP20260302"),
        "{}",
        credited[0].1
    );
    assert_eq!(town.channels.ledger().lots, Money::from_lei(70));
    town.gateway.close().await;
}

/// What one payment with a mishap does to the account.
async fn at_counter(mishap: PaymentMishap) -> (Vec<(i64, String)>, ChannelLedger) {
    let mut town = Town::with(MishapRates::always(mishap), 0);
    town.pay(REFERENCE);
    let seen = town.run().await;
    let ledger = town.channels.ledger().clone();
    town.gateway.close().await;
    (entries(&seen), ledger)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn each_mishap_at_the_counter_is_what_it_says() {
    use PaymentMishap::*;
    for (mishap, effects) in [
        (Late, vec![7_000]),
        (Twice, vec![7_000, 7_000]),
        (Reversal, vec![7_000, -7_000, 7_000]),
        (WrongDigit, vec![7_000]),
        (ForChild, vec![7_000]),
        (NoReference, vec![7_000]),
    ] {
        let (entries, ledger) = at_counter(mishap).await;
        let found: Vec<i64> = entries.iter().map(|(bani, _)| *bani).collect();
        assert_eq!(found, effects, "{mishap}");
        let paid = &ledger.paid_for[REFERENCE];
        let net = paid.credited.bani() - paid.reversed.bani();
        assert_eq!(net, effects.iter().sum::<i64>(), "{mishap}");
        assert_eq!(paid.mishap, Some(mishap));
        let names_reference = digits(&entries[0].1).contains("294073918264");
        let is_clear = matches!(mishap, Late | Twice | Reversal);
        assert_eq!(names_reference, is_clear, "{mishap}: {}", entries[0].1);
    }
}

#[tokio::test]
async fn too_little_is_topped_up() {
    let (entries, ledger) = at_counter(PaymentMishap::TooLittle).await;
    let parts: Vec<i64> = entries.iter().map(|(bani, _)| *bani).collect();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| (1..7_000).contains(part)));
    assert_eq!(parts.iter().sum::<i64>(), 7_000);
    assert_eq!(ledger.paid_for[REFERENCE].credited, Money::from_lei(70));
}

#[tokio::test]
async fn a_station_takes_back_under_the_same_transaction_and_repeats_to_the_letter() {
    let mut town = Town::with(MishapRates::always(PaymentMishap::Reversal), 100);
    town.pay(REFERENCE);
    let told = notifications(&town.run().await);
    let kinds: Vec<_> = told.iter().map(|one| one.kind).collect();
    assert_eq!(
        kinds,
        [
            NotificationKind::Confirmed,
            NotificationKind::Reversed,
            NotificationKind::Confirmed
        ]
    );
    assert_eq!(told[0].transaction_id, told[1].transaction_id);
    assert_ne!(told[0].transaction_id, told[2].transaction_id);
    assert_eq!(town.channels.ledger().lots, Money::from_lei(70));
    town.gateway.close().await;

    let mut town = Town::with(MishapRates::always(PaymentMishap::NotifiedTwice), 0);
    town.pay(REFERENCE);
    let told = notifications(&town.run().await);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    town.gateway.close().await;
}

#[tokio::test]
async fn what_a_deaf_gateway_does_not_take_is_sent_again_and_what_it_refuses_is_remembered() {
    let mut town = Town::with(MishapRates::none(), 0);
    let good = std::mem::replace(
        &mut town.gateway,
        FakeGateway::open(|_| (503, String::new())),
    );
    town.channels.road.gateway_url = town.gateway.url.clone();
    town.pay(REFERENCE);
    town.clock.advance(Duration::from_hours(12));
    let pass = town.channels.work().await.unwrap();
    assert_eq!((pass.acted, town.channels.unsent()), (1, 1));
    assert!(pass.next_at.is_some());

    let strict = FakeGateway::open(|_| (422, String::new()));
    town.channels.road.gateway_url = strict.url.clone();
    town.run().await;
    let refused = [("CEC-2026-03-02.xml".to_owned(), 422)];
    assert_eq!(town.channels.ledger().refused, refused);
    for gateway in [town.gateway, good, strict] {
        gateway.close().await;
    }
}

#[tokio::test]
async fn money_is_conserved_whatever_goes_wrong() {
    let mut town = Town::with(MishapRates::each(60), 40);
    for payer in 0..120 {
        town.pay(&format!("RF29407{payer:07}"));
    }
    let seen = town.run().await;
    let ledger = town.channels.ledger();
    let sum = |amounts: &mut dyn Iterator<Item = Money>| -> i64 { amounts.map(Money::bani).sum() };
    let counter = ledger.counter_credited.bani() - ledger.counter_reversed.bani();
    let station = ledger.station_credited.bani() - ledger.station_reversed.bani();
    assert_eq!(ledger.lots.bani(), station);
    assert_eq!(
        ledger.balance.bani(),
        FIRST_BALANCE.bani() + counter + ledger.lots.bani()
    );
    let per_reference = sum(&mut ledger.paid_for.values().map(|paid| paid.credited))
        - sum(&mut ledger.paid_for.values().map(|paid| paid.reversed));
    assert_eq!(per_reference, counter + station);
    let booked: i64 = entries(&seen).iter().map(|(bani, _)| bani).sum();
    assert_eq!(booked, counter + station);
    let drawn: BTreeMap<_, usize> = ledger
        .paid_for
        .values()
        .filter_map(|paid| paid.mishap)
        .fold(BTreeMap::new(), |mut all, mishap| {
            *all.entry(mishap).or_default() += 1;
            all
        });
    assert_eq!(drawn.len(), PaymentMishap::ALL.len(), "{drawn:?}");
    town.gateway.close().await;
}
