//! Applications become orders: when one is closed, what is written and signed, what happens to one
//! that cannot be.

use cei_gateway::config::GroupBy;
use cei_gateway::domain::application::{ApplicationState, Product};
use cei_gateway::domain::batching::{Grouping, When};
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::decide_order;
use cei_gateway::flow::extend_term::{Extension, extend_term};
use cei_gateway::flow::pause_batching::{PauseDecision, batching_subject, decide_batching};
use cei_gateway::flow::plan_orders::plan_orders;
use cei_gateway::store::orders::Order;
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

    async fn a_cut_off_waits_for_the_next_working_day(world: &mut World) {
        world.config.batching.age_max_minutes = 20_000;
        world.config.batching.days_off = vec!["2026-11-09".parse().unwrap()];
        world.restart().await;
        // Friday after the cut-off; Monday is declared a day off.
        world.wait_until("2026-11-06T13:30:00Z".parse().unwrap());
        world.ready().await;
        world.wait_until("2026-11-10T12:59:59Z".parse().unwrap());
        world.settle().await;
        assert!(world.orders().await.is_empty());

        world.wait_until("2026-11-10T13:00:00Z".parse().unwrap());
        world.settle().await;

        assert_eq!(world.only_order().await.close_reason, "CUT_OFF");
    }

    async fn no_more_is_ordered_in_a_day_than_the_bureau_makes(world: &mut World) {
        world.config.batching.lines_max = 3;
        world.config.batching.lines_per_day = 5;
        world.restart().await;
        world.ready_many(9).await;
        world.settle().await;
        let told = |orders: Vec<Order>| -> Vec<(i64, String)> {
            orders.into_iter().map(|one| (one.line_count, one.close_reason)).collect()
        };
        let first = [(3, "COUNT".to_owned()), (2, "CAPACITY".to_owned())];
        assert_eq!(told(world.orders().await), first);

        // A minute before midnight in Romania, then midnight.
        world.wait_until("2026-11-02T21:59:00Z".parse().unwrap());
        world.settle().await;
        assert_eq!(world.orders().await.len(), 2);
        world.wait_until("2026-11-02T22:00:00Z".parse().unwrap());
        world.settle().await;

        let all = told(world.orders().await);
        assert_eq!(all.iter().map(|one| one.0).sum::<i64>(), 9);
        assert_eq!(all[2], (3, "COUNT".to_owned()));
    }

    async fn two_batchers_keep_the_limit_of_the_day_together(world: &mut World) {
        use cei_gateway::worker::{Worker, batcher::Batcher};
        world.config.batching.lines_max = 2;
        world.config.batching.lines_per_day = 3;
        world.restart().await;
        world.ready_many(8).await;

        for _ in 0..6 {
            let (one, other, third) = tokio::join!(
                Batcher.pass(&world.gateway),
                Batcher.pass(&world.gateway),
                Batcher.pass(&world.gateway),
            );
            one.unwrap();
            other.unwrap();
            third.unwrap();
        }

        let lines: Vec<i64> = world.orders().await.iter().map(|one| one.line_count).collect();
        assert_eq!(lines, [2, 1]);
    }

    async fn an_order_that_was_given_up_leaves_its_room_to_others(world: &mut World) {
        world.config.batching.lines_max = 2;
        world.config.batching.lines_per_day = 2;
        world.restart().await;
        world.ready_many(2).await;
        world.settle().await;
        let order = world.only_order().await;
        let operator = Actor::Operator("ana".to_owned());
        decide_order::give_up(&world.gateway, &order.number, &[], &operator, "wrong day")
            .await
            .unwrap();

        world.settle().await;

        let [given_up, again] = world.orders().await.try_into().unwrap();
        assert_eq!(given_up.state, OrderState::Cancelled);
        assert_eq!((again.line_count, again.state), (2, OrderState::Queued));
    }

    async fn offices_do_not_share_an_order_where_orders_are_grouped_by_office(world: &mut World) {
        world.config.batching.lines_max = 2;
        world.config.batching.group_by = GroupBy(Grouping::Office);
        world.restart().await;
        let mut added = Vec::new();
        for office in [0, 1, 2, 1] {
            let content = world.content();
            let collect = world.offices[office].id;
            added.push(world.ready_for(&content, collect).await);
        }
        world.settle().await;

        let order = world.only_order().await;
        let lines: Vec<_> = world.lines(&order).await.iter().map(|line| line.application).collect();
        assert_eq!(lines, [added[1].id, added[3].id]);

        world.pass(TimeDelta::hours(5));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 3, "two offices are left");
    }

    async fn one_county_shares_its_orders(world: &mut World) {
        world.config.batching.lines_max = 3;
        world.config.batching.group_by = GroupBy(Grouping::County);
        world.restart().await;
        for office in [0, 1, 2] {
            let content = world.content();
            world.ready_for(&content, world.offices[office].id).await;
        }
        world.settle().await;
        assert_eq!(world.only_order().await.line_count, 3);
    }

    async fn a_paused_product_waits_until_it_is_resumed_or_the_pause_ends(world: &mut World) {
        let operator = Actor::Operator("ana".to_owned());
        let decide = async |world: &World, decision, reason| {
            decide_batching(&world.gateway, Product::Cei, decision, &operator, reason).await
        };
        let until = Some(world.now() + TimeDelta::hours(6));
        let pause = PauseDecision::Pause { until };
        assert!(decide(world, pause, " ").await.is_err(), "no reason");
        let past = PauseDecision::Pause { until: Some(world.now()) };
        assert!(decide(world, past, "no chips").await.is_err(), "it would be over");
        assert!(decide(world, pause, "no chips").await.unwrap());
        assert!(!decide(world, pause, "no chips").await.unwrap());

        world.ready().await;
        world.pass(TimeDelta::hours(5));
        world.settle().await;
        assert!(world.orders().await.is_empty());
        world.pass(TimeDelta::hours(1));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 1, "the pause is over");

        let endless = PauseDecision::Pause { until: None };
        assert!(decide(world, endless, "no chips").await.unwrap());
        world.ready().await;
        world.pass(TimeDelta::days(3));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 1);
        assert!(decide(world, PauseDecision::Resume, "chips came").await.unwrap());
        assert!(!decide(world, PauseDecision::Resume, "chips came").await.unwrap());
        world.settle().await;
        assert_eq!(world.orders().await.len(), 2);

        let subject = batching_subject(&world.config.bureau.code, Product::Cei);
        let told = history::list(&mut world.read().await, subject, 10).await.unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|step| (step.from_state.as_str(), step.event.as_str(), step.note.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("RUNNING", "PAUSED", Some("no chips")),
                ("RUNNING", "PAUSED", Some("no chips")),
                ("PAUSED", "RESUMED", Some("chips came"))
            ]
        );
    }

    async fn what_was_planned_is_what_is_ordered(world: &mut World) {
        world.config.batching.lines_max = 2;
        world.config.batching.group_by = GroupBy(Grouping::Office);
        world.restart().await;
        for office in [0, 1, 0, 1, 0, 2] {
            let content = world.content();
            world.ready_for(&content, world.offices[office].id).await;
        }
        let mut tx = world.read().await;
        let plan = plan_orders(&mut tx, &world.config, Product::Cei, world.now()).await.unwrap();
        drop(tx);
        let now = plan.orders.iter().filter(|one| one.when == When::Now);
        let planned: Vec<(usize, String)> =
            now.map(|one| (one.lines, one.because.to_string())).collect();
        assert_eq!(world.orders().await, [], "a plan opens nothing");
        assert_eq!((planned.len(), plan.orders.len()), (2, 4));

        world.settle().await;

        let made = world.orders().await.into_iter();
        let made: Vec<_> = made
            .map(|one| (usize::try_from(one.line_count).unwrap(), one.close_reason))
            .collect();
        assert_eq!(made, planned);
        let later = plan.orders[2].when;
        let When::By(at) = later else { panic!("{later:?}") };
        world.wait_until(at - TimeDelta::seconds(1));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 2);
        world.wait_until(at);
        world.settle().await;
        assert!(world.orders().await.len() > 2);
    }

    async fn a_term_is_extended_once_and_the_application_may_wait_again(world: &mut World) {
        let mut content = world.content();
        content.registered_on = content.registered_on - Days::new(20);
        let application = world.ready_unchecked(&content).await;
        let operator = Actor::Operator("ana".to_owned());
        let extend = async |world: &World, days, reason| {
            let extension = Extension {
                application: &application.number,
                office: None,
                version: None,
                days,
            };
            extend_term(&world.gateway, extension, &operator, reason).await
        };
        assert!(extend(world, 16, "a file from Dej").await.is_err());
        assert!(extend(world, 10, "").await.is_err());
        let extended = extend(world, 10, "a file from Dej").await.unwrap();
        assert_eq!(extended.deadline_on, application.deadline_on + Days::new(10));
        assert!(extend(world, 5, "again").await.is_err(), "once");

        world.settle().await;
        assert!(world.orders().await.is_empty(), "it is not urgent any more");
        let told = history::list(&mut world.read().await, application.id.0, 10).await.unwrap();
        assert_eq!(told.last().unwrap().event, "TERM_EXTENDED");
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
