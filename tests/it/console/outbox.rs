//! The outbox in the console: destinations, messages that died, and what is decided about them.

use cei_gateway::domain::id::OfficeId;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::{self, Selection, find_lane, list_dead};
use cei_gateway::worker::drain;
use cei_gateway::worker::redriver::Redriver;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::console::browser::{Browser, between, console, signed_in};
use crate::kit::world::{World, both_worlds};

/// Events of the first office that died, so many of them; returns their ids.
pub(crate) async fn dead_events(world: &mut World, events: usize, cause: &str) -> Vec<Uuid> {
    let office = world.offices[0].id;
    for _ in 0..events {
        held(world).await;
    }
    let mut tx = world.write().await;
    let all = outbox::list_after(&mut tx, &lane_of(office), 0, 1_000)
        .await
        .unwrap();
    let buried = &all[all.len() - events..];
    for message in buried {
        outbox::bury(&mut tx, message, cause, 10, world.now())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    buried.iter().map(|message| message.message_id).collect()
}

/// An application that was held, of which its office is told.
async fn held(world: &mut World) {
    use cei_gateway::domain::operator::Actor;
    use cei_gateway::flow::set_aside_application::set_aside_application;
    let application = world.ready().await;
    let actor = Actor::Operator("test".to_owned());
    set_aside_application(&world.gateway, &application.number, &actor, "a test")
        .await
        .unwrap();
}

pub(crate) async fn waiting(world: &World) -> usize {
    let mut tx = world.read().await;
    list_dead(&mut tx, &Selection::default(), None, 1_000)
        .await
        .unwrap()
        .len()
}

async fn seen(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    between(&page.text, "name=\"seen\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}

fn lane_path(office: OfficeId) -> String {
    format!("/outbox/lanes/{}", lane_of(office))
}

both_worlds! {
    async fn ticked_messages_are_sent_again_with_a_result_each_and_once(world: &mut World) {
        let ids = dead_events(world, 3, "PERMANENT 410").await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let glance = ana.get("/outbox").await;
        glance.shows(200, "Refuzat definitiv (HTTP 410)");
        glance.shows(200, "3 mesaje");
        glance.shows(200, &world.offices[0].name);
        // The menu counts what the list holds.
        assert!(glance.text.contains("<span class=\"tally \">3</span>"), "{}", glance.text);
        let list = ana.get("/outbox/dead").await;
        assert_eq!(list.text.matches("name=\"row\"").count(), 3);
        let file = ana.get("/outbox/dead?format=csv").await;
        assert_eq!(file.text.lines().count() - 1, 3);

        let preview = ana.get(&format!("/outbox/dead/redrive?row={}&row={}", ids[0], ids[1])).await;
        preview.shows(200, "Retrimite: 2 mesaje");
        let rows = [ids[0].to_string(), ids[1].to_string()];
        let form = [("row", rows[0].as_str()), ("row", rows[1].as_str()), ("reason", "the office mended it")];
        let silent = ana.post("/outbox/dead/redrive", &form[..2]).await;
        silent.shows(422, "role=\"alert\"");
        assert_eq!(waiting(world).await, 3);
        let result = ana.post("/outbox/dead/redrive", &form).await;
        result.shows(200, "s-a făcut");
        assert_eq!(result.text.matches("badge ok").count(), 2, "{}", result.text);
        assert_eq!(waiting(world).await, 1);
        // The same form again: each says that it was decided about.
        let again = ana.post("/outbox/dead/redrive", &form).await;
        assert_eq!(again.text.matches("S-a decis deja despre el.").count(), 2, "{}", again.text);
        assert_eq!(waiting(world).await, 1);
        ana.get("/outbox/dead/redrive").await.shows(200, "Bifați cel puțin un mesaj.");
        ana.post("/outbox/dead/redrive", &[("reason", "x")]).await.shows(422, "role=\"alert\"");
        ana.get("/outbox/dead/redrive?row=x").await.shows(400, "«row»");
        assert_eq!(ana.get("/outbox/dead/burn").await.status, 404);
        console.stop().await;
    }

    async fn all_that_match_are_decided_about_with_a_preview_and_progress(world: &mut World) {
        dead_events(world, 2, "RETRY").await;
        world.pass(TimeDelta::hours(2));
        dead_events(world, 3, "PERMANENT 400").await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let filter = "kind=OFFICE&cause=PERMANENT&status=400";
        let list = ana.get(&format!("/outbox/dead?{filter}")).await;
        assert_eq!(list.text.matches("name=\"row\"").count(), 3);
        // Since an hour ago, on the clock of Bucharest.
        let since = (world.now() - TimeDelta::hours(1)).with_timezone(&chrono_tz::Europe::Bucharest);
        let since = since.format("%Y-%m-%dT%H:%M").to_string();
        let list = ana.get(&format!("/outbox/dead?since={since}")).await;
        assert_eq!(list.text.matches("name=\"row\"").count(), 3);
        ana.get("/outbox/dead?since=yesterday").await.shows(400, "«since»");

        let preview = ana.get(&format!("/outbox/dead/discard?{filter}&all=yes")).await;
        preview.shows(200, "Renunță: 3 mesaje");
        assert_eq!(waiting(world).await, 5, "a preview changes nothing");
        let until = between(&preview.text, "name=\"until\" value=\"", "\"").unwrap();
        let until = until.replace("&#43;", "+");
        // One more dies while somebody reads.
        world.pass(TimeDelta::minutes(1));
        dead_events(world, 1, "PERMANENT 400").await;
        let form = [
            ("all", "yes"), ("until", until.as_str()), ("kind", "OFFICE"), ("cause", "PERMANENT"),
            ("status", "400"), ("reason", "the office left <b>"),
        ];
        let answer = ana.post("/outbox/dead/discard", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let decision = answer.location().to_owned();
        let page = ana.get(&decision).await;
        page.shows(200, "0 din 3 mesaje");
        page.shows(200, "the office left &#60;b&#62;");
        world.pass(TimeDelta::seconds(5));
        drain(&Redriver, &world.gateway, 20).await.unwrap();
        let page = ana.get(&decision).await;
        page.shows(200, "3 din 3 mesaje");
        page.shows(200, "3 s-au făcut");
        assert_eq!(waiting(world).await, 3, "what was not counted is not decided about");
        // The same form again finds nothing that waits.
        ana.post("/outbox/dead/discard", &form).await.shows(409, "role=\"alert\"");
        assert_eq!(ana.get("/outbox/dead/decisions/none").await.status, 404);
        console.stop().await;
    }

    async fn a_destination_is_paused_and_resumed_from_its_page(world: &mut World) {
        let console = console(world);
        let office = world.offices[0].id;
        let (page, mut ana) = (lane_path(office), signed_in(world, &console, Role::Operator).await);
        let mut ion = signed_in(world, &console, Role::Supervisor).await;
        ana.get(&page).await.shows(200, "Oprește trimiterea");
        let pause = format!("{page}/pause");
        let seen_by_ion = seen(&mut ion, &pause).await;
        let seen_by_ana = seen(&mut ana, &pause).await;
        let form = [("seen", seen_by_ana.as_str()), ("reason", "its receiver is being moved")];
        let answer = ana.post(&pause, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let told = answer.location().to_owned();
        ana.get(&told).await.shows(200, "role=\"status\"");
        ana.get(&page).await.shows(200, "its receiver is being moved");
        let late = ion.post(&pause, &[("seen", &seen_by_ion), ("reason", "me too")]).await;
        late.shows(409, "Între timp");
        let mut tx = world.read().await;
        assert!(find_lane(&mut tx, &lane_of(office)).await.unwrap().unwrap().paused);
        drop(tx);
        ana.get("/outbox?standing=paused").await.shows(200, &world.offices[0].name);
        let resume = format!("{page}/resume");
        let now = seen(&mut ana, &resume).await;
        let answer = ana.post(&resume, &[("seen", &now), ("reason", "it was moved")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        ana.get("/outbox?standing=paused").await.shows(200, "Nicio destinație");
        ana.get("/outbox?kind=OFFICE").await.shows(200, &world.offices[0].name);
        for path in ["/outbox/lanes/none", "/outbox/lanes/none/pause", &format!("{page}/burn")] {
            assert_eq!(ana.get(path).await.status, 404, "{path}");
        }
        ana.get("/outbox?kind=NONE").await.shows(400, "«kind»");
        console.stop().await;
    }

    async fn who_only_looks_decides_nothing_about_messages(world: &mut World) {
        let ids = dead_events(world, 1, "PERMANENT 410").await;
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let page = viewer.get("/outbox/dead").await;
        page.shows(200, "Refuzat definitiv");
        assert!(!page.text.contains("name=\"row\""), "{}", page.text);
        let path = lane_path(world.offices[0].id);
        viewer.get(&path).await.shows(200, "aria-disabled=\"true\"");
        for path in [format!("/outbox/dead/redrive?row={}", ids[0]), format!("{path}/pause")] {
            assert_eq!(viewer.get(&path).await.status, 403, "{path}");
        }
        viewer.cookies.insert("cei-language".to_owned(), "en".to_owned());
        viewer.get("/outbox").await.shows(200, "Could not be delivered");
        console.stop().await;
    }
}
