//! Applications become orders: when one is closed, what is written and signed, what happens to one
//! that cannot be.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::order::OrderState;
use cei_gateway::store::{history, outbox, sealed};
use chrono::{Days, TimeDelta};
use openssl::sha::sha256;

use crate::kit::databases::rows;
use crate::kit::judges::{assert_signed, assert_valid};
use crate::kit::world::{World, both_worlds};

both_worlds! {
    async fn an_order_is_closed_when_it_is_full(world: &mut World) {
        world.config.batching.lines_max = 3;
        world.restart().await;
        let applications = world.ready_many(4).await;

        world.settle().await;

        let order = world.only_order().await;
        assert_eq!(order.close_reason, "COUNT");
        assert_eq!((order.line_count, order.state), (3, OrderState::Queued));
        let states = world.states(&applications).await;
        let ordered = states.iter().filter(|state| **state == ApplicationState::Ordered);
        assert_eq!(ordered.count(), 3);
        assert!(states.contains(&ApplicationState::Ready));
    }

    async fn an_order_is_closed_when_one_has_waited_long_enough(world: &mut World) {
        world.ready().await;
        world.pass(TimeDelta::minutes(239));
        world.settle().await;
        assert!(world.orders().await.is_empty());

        world.pass(TimeDelta::minutes(1));
        world.settle().await;

        assert_eq!(world.only_order().await.close_reason, "AGE");
    }

    async fn an_order_is_closed_when_a_legal_term_is_near(world: &mut World) {
        let mut content = world.content();
        content.registered_on = content.registered_on - Days::new(20);
        for paper in &mut content.attestation.papers {
            paper.issued_on = paper.issued_on.map(|_| content.registered_on);
        }
        world.ready_unchecked(&content).await;

        world.settle().await;

        assert_eq!(world.only_order().await.close_reason, "DEADLINE");
    }

    async fn an_order_is_closed_at_the_cut_off_of_the_day(world: &mut World) {
        world.config.batching.age_max_minutes = 2_000;
        world.restart().await;
        world.ready().await;
        // 15:00 in Bucharest.
        world.wait_until("2026-11-02T12:59:59Z".parse().unwrap());
        world.settle().await;
        assert!(world.orders().await.is_empty());

        world.wait_until("2026-11-02T13:00:00Z".parse().unwrap());
        world.settle().await;

        assert_eq!(world.only_order().await.close_reason, "CUT_OFF");
        world.ready().await;
        world.settle().await;
        assert_eq!(world.orders().await.len(), 1, "it came after the cut-off");
    }

    async fn a_sealed_order_is_what_other_parties_accept(world: &mut World) {
        let order = world.sealed_order(3).await;

        let bytes = world.document_of(&order).await;

        assert_eq!(order.sha256.as_deref(), Some(sha256(&bytes).as_slice()));
        assert_eq!(order.size_bytes, i64::try_from(bytes.len()).ok());
        assert_valid(&bytes, "order-1.xsd");
        assert_signed(&bytes, &world.now().format("%Y-%m-%d %H:%M:%S").to_string());
        let lane = world.gateway.bureau_lane();
        let messages = outbox::list_after(&mut world.read().await, &lane, 0, 10).await.unwrap();
        let subjects: Vec<_> = messages.iter().map(|message| message.subject_id).collect();
        assert_eq!(subjects, [order.id.0]);
    }

    async fn nothing_about_a_person_stands_in_the_database(world: &mut World) {
        let mut content = world.content();
        content.applicant.surname = "Zăbrăuțanu".to_owned();
        let cnp = content.applicant.cnp.clone();
        world.ready_with(content).await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        let order = world.only_order().await;
        let document = world.document_text(&order).await;
        assert!(document.contains("Zăbrăuțanu") && document.contains(&cnp));

        let kept = everything_kept(world).await;

        assert!(kept.contains(&order.number), "the search finds what is there");
        for secret in ["Zăbrăuțanu", "ZĂBRĂUȚANU", &cnp] {
            assert!(!kept.contains(secret));
        }
    }

    async fn a_line_that_cannot_be_written_is_held_and_the_others_go_on(world: &mut World) {
        let good = world.ready_many(2).await;
        let mut content = world.content();
        content.applicant.surname = "Ionescu\u{7}".to_owned();
        let bad = world.ready_unchecked(&content).await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;

        let [first, second] = world.orders().await.try_into().unwrap();
        assert_eq!(first.state, OrderState::Cancelled);
        assert_eq!(world.application(bad.id).await.state, ApplicationState::OnHold);
        assert_eq!(world.holds().await, [(bad.number.clone(), 104)]);
        let detail = only_hold_detail(world).await;
        assert!(detail.contains("Surname") && !detail.contains("Ionescu"), "{detail}");
        let told = history::list(&mut world.read().await, bad.id.0, 100).await.unwrap();
        let steps: Vec<_> = told.iter().map(|step| step.event.as_str()).collect();
        for step in ["PUT_IN_ORDER", "ORDER_WITHDRAWN", "HELD", "OPENED"] {
            assert!(steps.contains(&step), "{steps:?}");
        }
        let withdrawn = told.iter().find(|step| step.event == "ORDER_WITHDRAWN").unwrap();
        assert_eq!(withdrawn.note.as_deref(), Some("line 3 cannot be written"));
        // The others have waited long enough already.
        assert_eq!((second.state, second.line_count), (OrderState::Queued, 2));
        assert_eq!(world.states(&good).await, [ApplicationState::Ordered; 2]);
    }

    async fn a_lost_content_holds_its_application_alone(world: &mut World) {
        let applications = world.ready_many(3).await;
        let lost = &applications[1];
        assert!(world.gateway.vault.erase(lost.sealed).unwrap());
        world.pass(TimeDelta::hours(4));
        world.settle().await;

        let expected = [
            ApplicationState::Ordered,
            ApplicationState::OnHold,
            ApplicationState::Ordered,
        ];
        assert_eq!(world.states(&applications).await, expected);
        assert_eq!(world.holds().await, [(lost.number.clone(), 103)]);
        let second = world.orders().await.pop().unwrap();
        assert_eq!((second.state, second.line_count), (OrderState::Queued, 2));
    }

    async fn an_order_whose_bytes_were_erased_is_set_aside_and_the_lane_goes_on(
        world: &mut World
    ) {
        let first = world.sealed_order(1).await;
        let mut tx = world.write().await;
        let now = world.now();
        sealed::erase(&mut tx, first.sealed.unwrap(), "TEST", now).await.unwrap();
        tx.commit().await.unwrap();
        let second = world.sealed_order(1).await;

        assert!(world.deliver().await.is_empty());
        assert_eq!(world.deliver().await, [second.number]);
        assert_eq!(world.holds().await, [(first.number, 103)]);
    }

    async fn two_batchers_never_order_an_application_twice(world: &mut World) {
        use cei_gateway::worker::{Worker, batcher::Batcher};
        let applications = world.ready_many(4).await;
        world.pass(TimeDelta::hours(4));

        for _ in 0..4 {
            let (one, other, third) = tokio::join!(
                Batcher.pass(&world.gateway),
                Batcher.pass(&world.gateway),
                Batcher.pass(&world.gateway),
            );
            one.unwrap();
            other.unwrap();
            third.unwrap();
        }

        let order = world.only_order().await;
        assert_eq!((order.line_count, order.state), (4, OrderState::Queued));
        assert_eq!(world.states(&applications).await, [ApplicationState::Ordered; 4]);
        let lane = world.gateway.bureau_lane();
        let messages = outbox::list_after(&mut world.read().await, &lane, 0, 10).await.unwrap();
        assert_eq!(messages.len(), 1);
    }
}

async fn only_hold_detail(world: &World) -> String {
    let mut tx = world.read().await;
    let holds = cei_gateway::store::holds::list_open(&mut tx, None, None, 10).await;
    let [hold] = holds.unwrap().try_into().expect("one hold");
    hold.detail
}

/// Every byte of a SQLite database, or every row of a `PostgreSQL` one.
async fn everything_kept(world: &World) -> String {
    if let Some(file) = world.database_file() {
        let folder = file.parent().unwrap();
        let files = std::fs::read_dir(folder).unwrap();
        let bytes = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap());
        return String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned();
    }
    let mut tx = world.read().await;
    let rows = rows!(
        (String,),
        &mut tx,
        "SELECT query_to_xml(format('SELECT * FROM %I', table_name), true, false, '')::text
         FROM information_schema.tables
         WHERE table_schema = 'public'"
    );
    rows.into_iter().map(|(row,)| row).collect()
}
