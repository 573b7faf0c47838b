//! Orders in the console: the list, one order, and what is decided about it.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
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
}
