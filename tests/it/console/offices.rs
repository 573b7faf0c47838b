//! Offices in the console: who was last seen when, what each has not finished, and their webhooks.

use std::time::Duration;

use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::webhook::{KeyKind, OnExhausted};
use cei_gateway::flow::webhooks::keys::make;
use cei_gateway::flow::webhooks::settings::{Wanted, set};
use cei_gateway::store::offices;
use chrono::TimeDelta;

use crate::console::browser::{Browser, between, console, signed_in};
use crate::kit::world::{World, both_worlds};

/// Gives the first office a webhook; the name in its address is hostile.
pub(crate) async fn with_webhook(world: &World) {
    let actor = Actor::Office(world.offices[0].id);
    let wanted = Wanted {
        url: "https://office.example/hook?a=%3Cscript%3E",
        on_exhausted: OnExhausted::DeadLetter,
        rate_per_second: None,
    };
    set(&world.gateway, world.offices[0].id, &wanted, &actor)
        .await
        .unwrap();
}

async fn seen(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    between(&page.text, "name=\"seen\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}

both_worlds! {
    async fn offices_are_listed_with_what_they_have_not_finished(world: &mut World) {
        world.ready_many(2).await;
        let console = console(world);
        let office = world.offices[0].clone();
        let mut tx = world.write().await;
        offices::note_seen(&mut tx, &[(office.id, world.now())]).await.unwrap();
        tx.commit().await.unwrap();
        world.pass(TimeDelta::minutes(2));
        let mut ana = signed_in(world, &console, Role::Viewer).await;
        let list = ana.get("/offices").await;
        assert_eq!(list.text.matches("<th scope=\"row\">").count(), world.offices.len());
        // The one with a backlog stands first.
        let first = between(&list.text, "<th scope=\"row\">", "</th>").unwrap();
        assert!(first.contains(&office.code), "{first}");
        list.shows(200, "acum 2 min");
        let one = ana.get(&format!("/offices?q={}", office.code.to_lowercase())).await;
        assert_eq!(one.text.matches("<th scope=\"row\">").count(), 1);
        let silent = ana.get("/offices?silent=yes&order=code").await;
        assert_eq!(silent.text.matches("<th scope=\"row\">").count(), world.offices.len() - 1);
        let file = ana.get("/offices?format=csv").await;
        file.shows(200, &format!("{};", office.code));
        let page = ana.get(&format!("/offices/{}", office.code)).await;
        page.shows(200, "De comandat");
        page.shows(200, &format!("/applications?state=READY&#38;office={}", office.code));
        let list = ana.get(&format!("/applications?state=READY&office={}&format=csv", office.code)).await;
        assert_eq!(list.text.lines().count() - 1, 2, "the figure is the length of its list");
        assert_eq!(ana.get("/offices/NONE").await.status, 404);
        ana.get("/offices?order=x").await.shows(400, "«order»");
        ana.get("/offices?silent=maybe").await.shows(400, "«silent»");
        ana.get("/offices?q=%3Cscript%3E").await.shows(200, "Niciun serviciu");
        console.stop().await;
    }

    async fn a_webhook_is_enabled_disabled_and_recovered_by_an_operator(world: &mut World) {
        with_webhook(world).await;
        let console = console(world);
        let office = world.offices[0].clone();
        let page = format!("/offices/{}", office.code);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        ana.get(&page).await.shows(200, "Dezactivat");
        let act = |action: &str| format!("{page}/webhook/{action}");
        let state = seen(&mut ana, &act("enable")).await;
        let form = [("seen", state.as_str()), ("reason", "the office asked")];
        // Without a key nothing could be signed.
        ana.post(&act("enable"), &form).await.shows(409, "nicio cheie");
        let actor = Actor::Office(office.id);
        make(&world.gateway, office.id, KeyKind::Ed25519, Duration::ZERO, &actor).await.unwrap();
        let answer = ana.post(&act("enable"), &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        // A second click is told what happened.
        ana.post(&act("enable"), &form).await.shows(409, "Webhook activat");
        let state = seen(&mut ana, &act("recover")).await;
        let wrong = [("seen", state.as_str()), ("reason", "lost"), ("since", "yesterday")];
        ana.post(&act("recover"), &wrong).await.shows(422, "aria-invalid=\"true\"");
        let right = [("seen", state.as_str()), ("reason", "lost"), ("since", "2026-11-02T08:00")];
        let answer = ana.post(&act("recover"), &right).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let state = seen(&mut ana, &act("disable")).await;
        let answer = ana.post(&act("disable"), &[("seen", &state), ("reason", "enough")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let told = answer.location().to_owned();
        ana.get(&told).await.shows(200, "enough");
        // Nothing here speaks to the network: the test says so.
        ana.get(&act("test")).await.shows(200, "webhook");
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        viewer.get(&page).await.shows(200, "aria-disabled=\"true\"");
        assert_eq!(viewer.get(&act("disable")).await.status, 403);
        assert_eq!(viewer.get(&act("test")).await.status, 403);
        assert_eq!(ana.get(&act("burn")).await.status, 404);
        let other = format!("/offices/{}/webhook/enable", world.offices[1].code);
        assert_eq!(ana.get(&other).await.status, 404, "it has none");
        console.stop().await;
    }
}
