//! What may be kept no longer is gone: key, bytes and all, but for its tombstone.

use cei_gateway::domain::acknowledgement::LineEvent::{self, CardMade, LineAccepted, LineRejected};
use cei_gateway::domain::application::{ApplicationEvent, ApplicationState};
use cei_gateway::domain::id::{ApplicationId, SealedId};
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::erase_content::sweep_orphans;
use cei_gateway::flow::progress::{advance, note};
use cei_gateway::flow::{Failure, sealing};
use cei_gateway::store::sealed::{self, SealedKind};
use cei_gateway::worker::drain;
use cei_gateway::worker::janitor::Janitor;
use chrono::{DateTime, TimeDelta, Utc};
use zeroize::Zeroizing;

use crate::kit::databases::rows;
use crate::kit::world::{World, both_worlds};

/// What is left of sealed content: whether its key is there, and the tombstone.
async fn remains(world: &World, id: SealedId) -> (bool, Option<DateTime<Utc>>, Option<String>) {
    let mut tx = world.read().await;
    let found = rows!(
        (Option<Vec<u8>>, Option<DateTime<Utc>>, Option<String>),
        &mut tx,
        "SELECT wrapped_key, erased_at, erase_reason FROM sealed_contents WHERE id = $1",
        id.0
    );
    let [(key, erased_at, reason)] = found.try_into().expect("one row");
    (key.is_some(), erased_at, reason)
}

async fn is_open(world: &World, id: SealedId) -> bool {
    let key = sealed::find_key(&mut world.read().await, id).await.unwrap();
    match key {
        Some(key) => sealing::open(&world.gateway, id, key).await.is_ok(),
        None => false,
    }
}

async fn clean(world: &World) {
    drain(&Janitor, &world.gateway, 20)
        .await
        .expect("a janitor's pass");
}

/// Takes steps of an application, one after the other.
async fn take(world: &World, id: ApplicationId, events: &[ApplicationEvent]) {
    let actor = Actor::Gateway("test");
    let note = note(&world.gateway, &actor, None);
    let mut tx = world.write().await;
    let mut application = world.application(id).await;
    for event in events {
        let taken: Result<(), Failure<()>> =
            advance(&mut tx, &mut application, *event, None, &note).await;
        taken.expect("a step of the life cycle");
    }
    tx.commit().await.unwrap();
}

/// From an order to the office's shelf.
const TO_THE_OFFICE: [ApplicationEvent; 3] = [
    ApplicationEvent::CardProduced,
    ApplicationEvent::CardShipped,
    ApplicationEvent::CardReceived,
];

async fn say(world: &World, order: &cei_gateway::store::orders::Order, words: &[LineEvent]) {
    let mut entries = world.entries(order, 1, 1, words).await;
    for entry in &mut entries {
        entry.reason = (entry.status == LineRejected).then_some(303);
    }
    world.acknowledge(entries).await;
}

both_worlds! {
    async fn content_is_erased_at_once_when_the_applicant_has_the_card(world: &mut World) {
        let application = world.ready().await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        take(world, application.id, &TO_THE_OFFICE).await;
        clean(world).await;
        assert!(is_open(world, application.sealed).await);

        take(world, application.id, &[ApplicationEvent::CardHandedOver]).await;
        clean(world).await;

        let (has_key, erased_at, reason) = remains(world, application.sealed).await;
        assert_eq!((has_key, erased_at), (false, Some(world.now())));
        assert_eq!(reason.as_deref(), Some("RETENTION"));
        assert!(!is_open(world, application.sealed).await);
        let there = world.gateway.vault.erase(application.sealed).unwrap();
        assert!(!there, "the bytes are gone too");
    }

    async fn content_is_erased_at_once_when_the_card_is_destroyed(world: &mut World) {
        let application = world.ready().await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        take(world, application.id, &TO_THE_OFFICE).await;
        let ended = [ApplicationEvent::TermPassed, ApplicationEvent::CardDestroyed];

        take(world, application.id, &ended).await;
        clean(world).await;

        assert!(!remains(world, application.sealed).await.0);
    }

    async fn content_of_a_cancelled_application_is_kept_for_the_configured_days(
        world: &mut World
    ) {
        let application = world.ready().await;
        take(world, application.id, &[ApplicationEvent::CancelAsked]).await;
        let state = world.application(application.id).await.state;
        assert_eq!(state, ApplicationState::Cancelled);

        // The day of the end is the 2nd of November; 30 days later begins in Bucharest.
        world.wait_until("2026-12-01T21:59:59Z".parse().unwrap());
        clean(world).await;
        assert!(is_open(world, application.sealed).await);
        world.wait_until("2026-12-01T22:00:00Z".parse().unwrap());
        clean(world).await;

        assert!(!is_open(world, application.sealed).await);
        assert!(!remains(world, application.sealed).await.0);
    }

    async fn content_of_a_card_that_nobody_collects_is_erased_ninety_days_after_its_issue(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        say(world, &order, &[LineAccepted, CardMade]).await;
        let line = world.lines(&order).await.swap_remove(0);
        let sealed = world.application(line.application).await.sealed;

        // Made on the 2nd of November.
        world.wait_until("2027-01-30T21:59:59Z".parse().unwrap());
        clean(world).await;
        assert!(is_open(world, sealed).await);
        world.wait_until("2027-01-30T22:00:00Z".parse().unwrap());
        clean(world).await;

        assert!(!remains(world, sealed).await.0);
    }

    async fn the_document_of_an_order_goes_when_its_last_line_has_ended(world: &mut World) {
        let order = world.received_order(1).await;
        let document = order.sealed.unwrap();
        clean(world).await;
        assert!(is_open(world, document).await);

        say(world, &order, &[LineRejected]).await;
        clean(world).await;

        assert!(!is_open(world, document).await);
        assert!(!remains(world, document).await.0);
    }

    async fn the_document_of_an_order_goes_after_ninety_days_whatever_became_of_it(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        let document = order.sealed.unwrap();
        let signed_at = order.signed_at.unwrap();

        world.wait_until(signed_at + TimeDelta::days(90) - TimeDelta::seconds(1));
        clean(world).await;
        assert!(is_open(world, document).await);
        world.wait_until(signed_at + TimeDelta::days(90));
        clean(world).await;

        assert!(!is_open(world, document).await);
    }

    async fn a_blob_without_a_row_is_swept_and_those_with_rows_stay(world: &mut World) {
        let application = world.ready().await;
        let plain = Zeroizing::new(b"never committed".to_vec());
        let orphan = sealing::seal(&world.gateway, SealedKind::Application, plain).await.unwrap();
        // Files bear the machine's time, whatever that is: a century is more.
        world.pass(TimeDelta::days(36_500));

        // Each pass looks at one drawer of 4,096, by chance.
        let mut swept = 0;
        for _ in 0..100_000 {
            swept += sweep_orphans(&world.gateway).await.unwrap();
            if swept > 0 {
                break;
            }
        }

        assert_eq!(swept, 1);
        let there = world.gateway.vault.get(orphan.id, &orphan.wrapped_key);
        assert!(there.is_err());
        assert!(is_open(world, application.sealed).await);
    }
}
