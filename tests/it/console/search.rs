//! The search of the console: a number leads to the thing, a CNP to the applications of its person, and
//! stands nowhere afterwards.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::store::audit;

use crate::console::browser::{Browser, console, signed_in};
use crate::kit::world::both_worlds;

/// Sends the search form; returns where it leads.
async fn leads(browser: &mut Browser, text: &str) -> String {
    let answer = browser.post("/search", &[("q", text)]).await;
    assert_eq!(answer.status, 303, "{text}: {}", answer.text);
    answer.location().to_owned()
}

both_worlds! {
    async fn what_bears_a_number_is_found_by_it(world: &mut World) {
        let console = console(world);
        let order = world.received_order(1).await;
        let line = world.lines(&order).await.remove(0);
        let application = world.application(line.application).await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let page = format!("/applications/{}", application.number);
        assert_eq!(leads(&mut ana, &application.number).await, page);
        assert_eq!(leads(&mut ana, &application.number.to_lowercase()).await, page);
        assert_eq!(leads(&mut ana, &format!("  {} ", application.office_reference)).await, page);
        let reference = PaymentReference::parse(&application.payment_reference).unwrap();
        assert_eq!(leads(&mut ana, &reference.to_string()).await, page);
        assert_eq!(leads(&mut ana, &application.payment_reference).await, page);
        assert_eq!(leads(&mut ana, &order.number).await, format!("/orders/{}", order.number));
        let answer = ana.get(&format!("/search?q={}", application.number)).await;
        assert_eq!((answer.status, answer.location()), (303, page.as_str()));
        ana.get("/search").await.shows(200, "name=\"q\"");
        console.stop().await;
    }

    async fn what_nothing_bears_is_said_as_text(world: &mut World) {
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Viewer).await;
        for text in ["<script>alert(1)</script>", "\"><img src=x>", "X-1' OR '1'='1", "\u{202e}abc", "%"] {
            let answer = ana.post("/search", &[("q", text)]).await;
            answer.shows(200, "Nimic nu poartă acest nume");
            assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img src=x"), "{text}");
        }
        ana.post("/search", &[("q", "  ")]).await.shows(200, "name=\"q\"");
        let long = "x".repeat(3_000);
        assert_eq!(ana.post("/search", &[("q", &long)]).await.status, 200);
        console.stop().await;
    }

    async fn a_person_is_found_by_the_cnp_which_stands_nowhere_afterwards(world: &mut World) {
        let console = console(world);
        let content = world.content();
        let cnp = content.applicant.cnp.clone();
        let application = world.ready_with(content).await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let (first, rest) = cnp.split_at(7);
        let spaced = format!("{first} {rest}");
        for text in [cnp.as_str(), &spaced] {
            let answer = ana.post("/search", &[("q", text)]).await;
            answer.shows(200, &application.number);
            assert!(!answer.text.contains(&cnp) && !answer.text.contains(text), "{}", answer.text);
        }
        // An address is no place for it.
        let answer = ana.get(&format!("/search?q={cnp}")).await;
        answer.shows(422, "Un CNP nu se pune în adresă");
        assert!(!answer.text.contains(&application.number));
        // One with a wrong check digit is nobody's.
        let (most, last) = cnp.split_at(12);
        let other = if last == "9" { "0" } else { "9" };
        let wrong = format!("{most}{other}");
        let answer = ana.post("/search", &[("q", &wrong)]).await;
        answer.shows(422, "nu sunt un CNP");
        assert!(!answer.text.contains(&wrong));

        let mut tx = world.read().await;
        let records = audit::list(&mut tx, 0, 1_000).await.unwrap();
        let looks: Vec<_> = records.iter().filter(|record| record.entry.action == "PERSON_LOOKED_FOR").collect();
        assert_eq!(looks.len(), 2);
        assert!(looks.iter().all(|look| look.entry.subject == application.id.to_string()));
        assert!(records.iter().all(|record| !format!("{record:?}").contains(&cnp)));
        console.stop().await;
    }

    async fn a_look_for_somebody_who_has_no_application_is_on_the_record_too(world: &mut World) {
        let console = console(world);
        let cnp = world.content().applicant.cnp;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        ana.post("/search", &[("q", &cnp)]).await.shows(200, "Nimic nu poartă");
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let answer = viewer.post("/search", &[("q", &cnp)]).await;
        answer.shows(422, "cine are dreptul să vadă date personale");
        let mut tx = world.read().await;
        let records = audit::list(&mut tx, 0, 1_000).await.unwrap();
        let looks = records.iter().filter(|record| record.entry.action == "PERSON_LOOKED_FOR");
        assert_eq!(looks.count(), 1, "whoever may not look has seen nothing");
        console.stop().await;
    }
}
