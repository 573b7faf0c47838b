//! Failed orders in the console: the inbox by cause, one decision for all of a cause, other holds.

use cei_gateway::bureau::receipt::{Outcome, ReceiptReason};
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
use cei_gateway::store::orders::Order;

use crate::console::browser::{between, confirm, console, rows, signed_in};
use crate::kit::world::{World, both_worlds};

/// An order of so many lines that the bureau refused.
pub(crate) async fn refused_order(world: &mut World, lines: usize, code: u16, text: &str) -> Order {
    let order = world.sent_order(lines).await;
    let text = text.to_owned();
    let receipt = world.receipt_of(
        &order,
        Outcome::Rejected(vec![ReceiptReason { code, text }]),
    );
    world.receive(&receipt).await;
    world.order(&order.number).await
}

both_worlds! {
    async fn one_decision_settles_all_orders_of_a_cause_and_a_second_click_nothing(world: &mut World) {
        for _ in 0..3 {
            refused_order(world, 2, 102, "<script>the certificate</script>").await;
        }
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let inbox = ana.get("/failed-orders").await;
        inbox.shows(200, "href=\"/failed-orders/CERTIFICATE?action=RESIGN\"");
        inbox.shows(200, "3 comenzi");
        let list = ana.get("/failed-orders/CERTIFICATE").await;
        assert_eq!(rows(&list), 3, "{}", list.text);
        assert!(!list.text.contains("<script>the"), "{}", list.text);
        list.shows(200, "&#60;script&#62;the certificate");

        let path = "/failed-orders/CERTIFICATE";
        let page = ana.get(&format!("{path}?action=RESIGN")).await;
        page.shows(200, "în locul a 3 comenzi");
        confirm(&mut ana, path, &page, " ").await.shows(422, "role=\"alert\"");
        let first = confirm(&mut ana, path, &page, "renewed").await;
        assert_eq!(first.status, 303, "{}", first.text);
        let second = confirm(&mut ana, path, &page, "renewed").await;
        assert_eq!(second.location(), first.location(), "one decision, however often it is sent");
        ana.get(first.location()).await.shows(200, "0 / 3");
        world.settle().await;
        let over = ana.get(first.location()).await;
        over.shows(200, "3 / 3");
        assert_eq!((rows(&over), over.text.matches("badge ok").count()), (3, 3), "{}", over.text);
        assert_eq!(world.orders().await.len(), 6);
        ana.get("/failed-orders").await.shows(200, "Nicio comandă eșuată");
        console.stop().await;
    }

    async fn a_decision_is_about_what_was_told_and_nothing_more(world: &mut World) {
        let one = refused_order(world, 1, 102, "the certificate ran out").await;
        let other = refused_order(world, 1, 102, "the certificate ran out").await;
        let last = refused_order(world, 1, 102, "the certificate ran out").await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let mut ion = signed_in(world, &console, Role::Operator).await;
        let path = "/failed-orders/CERTIFICATE";
        let seen_by_ion = ion.get(&format!("{path}?action=GIVE_UP")).await;
        seen_by_ion.shows(200, "3 comenzi");
        // One of them alone, by its name.
        let named = format!("{path}?action=GIVE_UP&order={}", one.number);
        let page = ana.get(&named).await;
        let answer = confirm(&mut ana, path, &page, "no more").await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        world.settle().await;
        // Ion decided about three, and two are left.
        let answer = confirm(&mut ion, path, &seen_by_ion, "no more").await;
        answer.shows(409, "acum așteaptă 2");
        world.settle().await;
        assert_eq!(world.order(&one.number).await.state, OrderState::Cancelled);
        for order in [&other, &last] {
            assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptRejected);
        }
        // Whoever did not see it tries once more.
        ion.get(&named).await.shows(200, "nu mai așteaptă din această cauză");
        console.stop().await;
    }

    async fn whoever_only_looks_sees_causes_and_decides_nothing(world: &mut World) {
        refused_order(world, 1, 102, "the certificate ran out").await;
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let list = viewer.get("/failed-orders/CERTIFICATE").await;
        assert_eq!((list.status, rows(&list)), (200, 1));
        assert!(!list.text.contains("name=\"action\""), "{}", list.text);
        let page = viewer.get("/failed-orders/CERTIFICATE?action=RESIGN").await;
        page.shows(200, "Numai cine");
        assert_eq!(viewer.post("/failed-orders/CERTIFICATE", &[("action", "RESIGN")]).await.status, 403);
        for path in ["/failed-orders/NONE", "/failed-orders/decisions/x", "/holds/burn?row=x"] {
            assert!(matches!(viewer.get(path).await.status, 403 | 404), "{path}");
        }
        for path in ["/failed-orders?of=x", "/failed-orders?code=1", "/failed-orders/CERTIFICATE?action=X"] {
            assert_eq!(viewer.get(path).await.status, 400, "{path}");
        }
        viewer.get("/failed-orders/CERTIFICATE?format=csv").await.shows(200, ";102 ");
        console.stop().await;
    }

    async fn what_the_dashboard_counts_is_as_long_as_the_list_behind_it(world: &mut World) {
        for _ in 0..2 {
            refused_order(world, 1, 102, "the certificate ran out").await;
        }
        refused_order(world, 2, 107, "too large").await;
        let application = world.ready().await;
        hold(world, &application.number).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Viewer).await;
        let board = ana.get("/").await;
        for (path, badge, length) in [
            ("/failed-orders/CERTIFICATE", "2 comenzi", 2),
            ("/failed-orders/SIZE", "1 comandă", 1),
            ("/failed-orders?code=810&#38;kind=APPLICATION", "1 cerere", 1),
        ] {
            let problem = between(&board.text, &format!("<h3><a href=\"{path}\">"), "</h3>");
            let problem = problem.unwrap_or_else(|| panic!("{path}: {}", board.text));
            assert!(problem.contains(&format!(">{badge}<")), "{problem}");
            assert_eq!(rows(&ana.get(&path.replace("&#38;", "&")).await), length, "{path}");
        }
        let stopped = between(&board.text, "href=\"/failed-orders?of=orders\"><b><span>", "<");
        assert_eq!(stopped.as_deref(), Some("3"), "{}", board.text);
        ana.get("/failed-orders?of=orders").await.shows(200, ">3 comenzi<");
        let tally = between(&board.text, "Comenzi eșuate<span class=\"tally bad\">", "<");
        assert_eq!(tally.as_deref(), Some("3"), "{}", board.text);
        console.stop().await;
    }

    async fn holds_of_a_reason_are_released_together_and_once(world: &mut World) {
        let applications = world.ready_many(2).await;
        for application in &applications {
            hold(world, &application.number).await;
        }
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let list_path = "/failed-orders?code=810&kind=APPLICATION";
        ana.get("/failed-orders").await.shows(200, "code=810&#38;kind=APPLICATION");
        let list = ana.get(list_path).await;
        assert_eq!(rows(&list), 2, "{}", list.text);
        let page = ana.get("/holds/release?code=810&kind=APPLICATION").await;
        page.shows(200, "Eliberează: 2 rețineri");
        let answer = confirm(&mut ana, "/holds/release", &page, "settled").await;
        answer.shows(200, "2 / 2");
        assert!(world.holds().await.is_empty());
        let again = confirm(&mut ana, "/holds/release", &page, "settled").await;
        again.shows(200, "0 / 2");
        again.shows(200, "Închisă între timp de u");
        assert_eq!(rows(&ana.get(list_path).await), 0);
        console.stop().await;
    }
}

/// Holds an application, as an operator does.
pub(crate) async fn hold(world: &World, number: &str) {
    use cei_gateway::domain::operator::Actor;
    use cei_gateway::flow::set_aside_application::set_aside_application;
    let actor = Actor::Operator("ion".to_owned());
    let held = set_aside_application(&world.gateway, number, &actor, "look at it").await;
    held.expect("a hold");
}
