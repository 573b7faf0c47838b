//! Orders in the console: the list, one order, and what is decided about it.

use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
use cei_gateway::store::dashboard::count_dead_letters;
use chrono::TimeDelta;

use crate::console::browser::{Browser, between, console, signed_in};
use crate::kit::world::{World, both_worlds};

/// An order that the bureau took and said nothing about.
async fn sent_order(world: &mut World) -> String {
    world.ready().await;
    world.pass(TimeDelta::hours(4));
    world.settle().await;
    world.deliver().await;
    let order = world.only_order().await;
    assert_eq!(order.state, OrderState::Sent);
    order.number
}

/// Opens the page of an action; returns what its hidden field says was seen.
async fn open(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    between(&page.text, "name=\"seen\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}

both_worlds! {
    async fn an_order_is_sent_again_from_its_page_once(world: &mut World) {
        let number = sent_order(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        ana.get("/orders").await.shows(200, &format!("href=\"/orders/{number}\""));
        ana.get("/orders?state=SENT").await.shows(200, &number);
        let other = ana.get("/orders?state=CLOSED").await;
        assert!(!other.text.contains(&number), "{}", other.text);

        let thing = format!("/orders/{number}");
        let act = format!("{thing}/resend");
        ana.get(&thing).await.shows(200, &format!("href=\"{act}\""));
        let seen = open(&mut ana, &act).await;
        // Nobody says why.
        let answer = ana.post(&act, &[("seen", &seen), ("reason", "  ")]).await;
        answer.shows(422, "role=\"alert\"");
        assert_eq!(world.order(&number).await.state, OrderState::Sent);
        let form = [("seen", seen.as_str()), ("reason", "the bureau asked <for> it")];
        let answer = ana.post(&act, &form).await;
        let told = format!("{thing}?done=ORDER_SENT_AGAIN");
        assert_eq!((answer.status, answer.location()), (303, told.as_str()), "{}", answer.text);
        assert_eq!(world.order(&number).await.state, OrderState::Queued);
        let page = ana.get(&told).await;
        page.shows(200, "role=\"status\"");
        page.shows(200, "the bureau asked &#60;for&#62; it");

        // The same form once more, as after a second click: nothing is done twice.
        let answer = ana.post(&act, &form).await;
        answer.shows(409, "role=\"alert\"");
        answer.shows(409, "Retrimisă prin decizie");
        assert_eq!(world.order(&number).await.resends, 1);
        console.stop().await;
    }

    async fn whoever_comes_second_is_told_who_was_first(world: &mut World) {
        let number = sent_order(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let mut ion = signed_in(world, &console, Role::Supervisor).await;
        let (aside, resend) = (format!("/orders/{number}/quarantine"), format!("/orders/{number}/resend"));
        let seen_by_ion = open(&mut ion, &resend).await;
        let seen = open(&mut ana, &aside).await;
        let answer = ana.post(&aside, &[("seen", &seen), ("reason", "wait")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let answer = ion.post(&resend, &[("seen", &seen_by_ion), ("reason", "kept words")]).await;
        answer.shows(409, "role=\"alert\"");
        // It cannot be sent again now, and the page says why.
        answer.shows(409, "pusă deoparte");
        assert_eq!(world.order(&number).await.resends, 0);
        console.stop().await;
    }

    async fn what_somebody_may_not_do_has_no_button_and_no_page(world: &mut World) {
        let number = sent_order(world).await;
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let page = viewer.get(&format!("/orders/{number}")).await;
        page.shows(200, "aria-disabled=\"true\"");
        assert!(!page.text.contains("/resend\""), "{}", page.text);
        assert_eq!(viewer.get(&format!("/orders/{number}/resend")).await.status, 403);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        for path in ["/orders/none", "/orders/none/resend", &format!("/orders/{number}/burn")] {
            let answer = ana.get(path).await;
            // Within the console: with its menu.
            answer.shows(404, "<nav aria-label=");
        }
        ana.get("/orders?state=NONE").await.shows(400, "«state»");
        ana.get("/orders?after=x").await.shows(400, "«after»");
        console.stop().await;
    }

    async fn the_list_of_orders_is_had_as_a_file_in_both_languages(world: &mut World) {
        let number = sent_order(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Viewer).await;
        let answer = ana.get("/orders?format=csv").await;
        answer.shows(200, &format!("{number};Trimisă;;1;"));
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        ana.cookies.insert("cei-language".to_owned(), "en".to_owned());
        ana.get("/orders?format=csv").await.shows(200, &format!("{number};Sent;;1;"));
        ana.get(&format!("/orders/{number}")).await.shows(200, "What happened");
        console.stop().await;
    }

    async fn what_the_bureau_is_asked_and_what_needs_two_stands_on_the_page(world: &mut World) {
        let order = world.received_order(2).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let thing = format!("/orders/{}", order.number);
        for what in ["inquiry", "cancel", "resend"] {
            ana.get(&thing).await.shows(200, &format!("href=\"{thing}/ask/{what}\""));
        }
        let ask = format!("{thing}/ask/inquiry");
        ana.get(&ask).await.shows(200, "primește o scrisoare");
        ana.post(&ask, &[("reason", "")]).await.shows(422, "role=\"alert\"");
        let answer = ana.post(&ask, &[("reason", "a doubt")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = ana.get(answer.location()).await;
        page.shows(200, "C.N.I.N. este întrebat");
        page.shows(200, "Scrisori către C.N.I.N.");

        let ask = format!("{thing}/ask/cancel");
        ana.get(&ask).await.shows(200, "o altă persoană");
        let form = [("reason", "the office asked")];
        assert_eq!(ana.post(&ask, &form).await.status, 303);
        ana.post(&ask, &form).await.shows(409, "așteaptă o altă persoană");
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        supervisor.get("/requests").await.shows(200, &order.number);
        assert_eq!(ana.get(&format!("{thing}/ask/burn")).await.status, 404);
        console.stop().await;
    }

    async fn an_order_that_was_answered_goes_again_when_two_persons_want_it(world: &mut World) {
        let order = world.received_order(2).await;
        let (thing, before) = (format!("/orders/{}", order.number), order.resends);
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        // One person alone does not, on the page or past it.
        let form = [("seen", "1"), ("reason", "they lost it")];
        assert_ne!(ana.post(&format!("{thing}/resend"), &form).await.status, 303);
        let answer = ana.post(&format!("{thing}/ask/resend"), &[("reason", "they lost it")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(world.deliver().await.is_empty());

        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let page = supervisor.get("/requests").await;
        page.shows(200, "de două ori");
        let id = between(&page.text, "action=\"/requests/", "/approve\"").unwrap();
        let answer = supervisor.post(&format!("/requests/{id}/approve"), &[("reason", "I asked them")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(world.deliver().await, [order.number.as_str()]);
        assert!(world.deliver().await.is_empty());

        // What the bureau answered stays answered; its second receipt changes nothing.
        let now = world.order(&order.number).await;
        assert_eq!((now.state, now.resends), (OrderState::ReceiptOk, before + 1));
        ana.get(&thing).await.shows(200, "Retrimisă cu aprobarea a două persoane");
        console.stop().await;
    }

    async fn what_goes_again_and_does_not_arrive_waits_for_a_person(world: &mut World) {
        let order = world.received_order(1).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let ask = format!("/orders/{}/ask/resend", order.number);
        assert_eq!(ana.post(&ask, &[("reason", "they lost it")]).await.status, 303);
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let page = supervisor.get("/requests").await;
        let id = between(&page.text, "action=\"/requests/", "/approve\"").unwrap();
        supervisor.post(&format!("/requests/{id}/approve"), &[("reason", "I asked them")]).await;
        let failed = world.try_to_deliver(DeliveryVerdict::Permanent, 413).await;
        assert_eq!(failed, [order.number.as_str()]);
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        assert!(!world.holds().await.is_empty());
        let dead = || async { count_dead_letters(&mut world.read().await).await.unwrap() };
        assert_eq!(dead().await, 1);

        // The next one that two persons send deals with the one that died.
        assert_eq!(ana.post(&ask, &[("reason", "they have room now")]).await.status, 303);
        let page = supervisor.get("/requests").await;
        let id = between(&page.text, "action=\"/requests/", "/approve\"").unwrap();
        let answer = supervisor.post(&format!("/requests/{id}/approve"), &[("reason", "so they say")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(world.deliver().await, [order.number.as_str()]);
        assert_eq!(dead().await, 0);
        console.stop().await;
    }

    async fn the_papers_of_an_order_are_verified_and_taken_out_on_the_record(world: &mut World) {
        let order = world.sent_order(1).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let thing = format!("/orders/{}", order.number);
        let page = ana.get(&format!("{thing}/verification")).await;
        page.shows(200, "Semnătura este bună");

        let file = format!("{thing}/file");
        ana.get(&file).await.shows(200, "datele personale");
        ana.post(&file, &[("reason", " ")]).await.shows(422, "role=\"alert\"");
        let answer = ana.post(&file, &[("reason", "the bureau lost it")]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/xml"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.text.as_bytes(), world.document_of(&order).await);
        ana.get(&thing).await.shows(200, "the bureau lost it");

        let answer = ana.post(&format!("{thing}/evidence"), &[("reason", "a court asks")]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"));
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        assert_eq!(viewer.get(&file).await.status, 403);
        viewer.get(&format!("{thing}/verification")).await.shows(200, "Semnătura este bună");
        console.stop().await;
    }

    async fn what_the_bureau_told_by_telephone_counts_when_another_person_approves(world: &mut World) {
        let order = world.received_order(1).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let thing = format!("/orders/{}", order.number);
        let propose = format!("{thing}/lines/1/word");
        ana.get(&propose).await.shows(200, "option value=\"ACCEPTED\"");
        assert_eq!(ana.get(&format!("{thing}/lines/2/word")).await.status, 404);
        let told = "<b>call</b> of 2 March";
        let form = |status, evidence| [("status", status), ("evidence", evidence), ("reason", "told")];
        ana.post(&propose, &form("", told)).await.shows(422, "Alegeți");
        let wrong = ana.post(&propose, &form("PRODUCED", told)).await;
        wrong.shows(422, "aria-invalid");
        wrong.shows(422, "&#60;b&#62;call");
        ana.post(&propose, &form("ACCEPTED", "")).await.shows(422, "De unde");
        let answer = ana.post(&propose, &form("ACCEPTED", told)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        ana.post(&propose, &form("ACCEPTED", told)).await.shows(409, "O altă propunere");

        let page = ana.get(&thing).await;
        page.shows(200, "Propus pentru poziția 1");
        assert!(!page.text.contains("/approve\""), "an operator approves nothing");
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let page = supervisor.get(&thing).await;
        let path = between(&page.text, "href=\"/words/", "/approve\"").unwrap();
        let approve = format!("/words/{path}/approve");
        supervisor.get(&approve).await.shows(200, "&#60;b&#62;call");
        let answer = supervisor.post(&approve, &[("reason", "seen")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(world.lines(&order).await[0].state, LineState::Accepted);
        supervisor.post(&approve, &[("reason", "seen")]).await.shows(409, "a fost aplicată");
        console.stop().await;
    }
}
