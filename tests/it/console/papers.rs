//! The pages of the record, of settings, of help and of accessibility: what they show, to whom, and how
//! much a browser has to load for them.

use std::collections::BTreeSet;

use cei_gateway::console::routes::{Access, ROUTES};
use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::audit;
use reqwest::Method;

use crate::console::audit::{act, ana, tamper};
use crate::console::browser::{Browser, console, signed_in};
use crate::kit::world::both_worlds;

/// Bytes that a page, its style and its script may have together, compressed, without fonts.
const LOAD_MAX: usize = 30_000;

/// Bytes of an answer as it comes over the wire.
async fn load(browser: &Browser, path: &str, coding: &str) -> (usize, String) {
    let request = browser.request(Method::GET, path);
    let answer = request
        .header("accept-encoding", coding)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let coded = answer.headers().get("content-encoding");
    let coded = coded.map_or("", |value| value.to_str().unwrap()).to_owned();
    (answer.bytes().await.unwrap().len(), coded)
}

both_worlds! {
    async fn the_record_is_examined_when_somebody_asks_for_it_and_not_by_looking(world: &mut World) {
        const PAGE: &str = "/audit/verification";
        let console = console(world);
        let mut auditor = signed_in(world, &console, Role::Auditor).await;
        act(world, &ana(), 3).await;
        auditor.get(PAGE).await.shows(200, "nu a fost încă verificat");
        assert_eq!(auditor.post(PAGE, &[]).await.location(), PAGE);
        let sound = auditor.get(PAGE).await;
        sound.shows(200, "role=\"status\"");
        assert!(!sound.text.contains("role=\"alert\""));
        tamper(world, "UPDATE audit_records SET actor = 'operator:eve' WHERE seq = 2").await;
        // Looking tells what was seen last, and examines nothing.
        let looked = auditor.get(PAGE).await;
        assert!(!looked.text.contains("role=\"alert\""), "{}", looked.text);
        auditor.post(PAGE, &[]).await;
        let found = auditor.get(PAGE).await;
        found.shows(200, "înregistrarea 2 a fost modificată");
        auditor.post("/preferences", &[("language", "en")]).await;
        auditor.get(PAGE).await.shows(200, "record 2 was altered");
        console.stop().await;
    }

    async fn the_record_is_taken_out_by_whoever_may_with_a_reason_on_the_record(world: &mut World) {
        const PAGE: &str = "/audit/export";
        let console = console(world);
        act(world, &ana(), 2).await;
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        assert_eq!(supervisor.get(PAGE).await.status, 403);
        let mut auditor = signed_in(world, &console, Role::Auditor).await;
        auditor.get(PAGE).await.shows(200, "2 înregistrări");
        auditor.post(PAGE, &[("reason", " ")]).await.shows(422, "role=\"alert\"");
        let taken = auditor.post(PAGE, &[("reason", "yearly audit")]).await;
        assert_eq!((taken.status, taken.header("content-type")), (200, "application/zip"));
        assert!(taken.text.contains("audit.jsonl") && taken.text.contains("<LinesSha256>"));
        let records = audit::list(&mut world.read().await, 0, 10).await.unwrap();
        let last = &records.last().unwrap().entry;
        assert_eq!((last.action.as_str(), last.reason.as_deref()), ("AUDIT_EXPORTED", Some("yearly audit")));
        console.stop().await;
    }

    async fn the_record_is_read_in_words_page_by_page_and_as_a_file(world: &mut World) {
        let console = console(world);
        let mut auditor = signed_in(world, &console, Role::Auditor).await;
        act(world, &ana(), 60).await;
        let first = auditor.get("/audit?actor=operator:ana").await;
        first.shows(200, "cerere");
        let (before, _) = first.text.split_once("\" rel=\"next\"").unwrap();
        let next = before.rsplit("href=\"").next().unwrap();
        let next = next.replace("&amp;", "&").replace("&#38;", "&");
        let second = auditor.get(&next).await;
        second.shows(200, "<td class=\"right\">10</td>");
        assert!(!second.text.contains("<td class=\"right\">11</td>"));
        let file = auditor.get("/audit?actor=operator:ana&format=csv").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(file.text.lines().count(), 61);
        auditor.get("/audit?after=x").await.shows(400, "after");
        let strange = auditor.get("/audit?actor=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
        assert!(!strange.text.contains("<script>alert"), "{}", strange.text);
        console.stop().await;
    }

    async fn settings_are_shown_without_secrets_to_whoever_may_look_at_them(world: &mut World) {
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        assert_eq!(viewer.get("/settings").await.status, 403);
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        let page = administrator.get("/settings").await;
        for part in ["OUG 97/2005", "70,00 lei", "Sigiliul de pe comenzi", "retention.cancelled_days", "30.11.2026"] {
            page.shows(200, part);
        }
        let key = std::fs::read_to_string(world.config.signing.key_file.as_ref().unwrap()).unwrap();
        assert!(!page.text.contains(key.lines().nth(1).unwrap()));
        console.stop().await;
    }

    async fn help_finds_what_a_code_means_and_switches_keys_off(world: &mut World) {
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        viewer.get("/help?q=801").await.shows(200, "801 NO_RECEIPT");
        viewer.get("/help?q=nothing+says+this").await.shows(200, "0 coduri");
        let strange = viewer.get("/help?q=%22%3E%3Cimg+src=x%3E%E2%80%AE").await;
        assert!(!strange.text.contains("<img"), "{}", strange.text);
        viewer.get("/help").await.shows(200, "value=\"off\"");
        let answer = viewer.post("/preferences", &[("keys", "off"), ("next", "/help")]).await;
        assert_eq!((answer.status, answer.location()), (303, "/help"));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("cei-keys=off;") && !cookie.contains("HttpOnly"), "{cookie}");
        viewer.get("/help").await.shows(200, "value=\"on\"");
        console.stop().await;
    }

    async fn everybody_reads_the_accessibility_statement(world: &mut World) {
        let console = console(world);
        let mut stranger = Browser::new(&console);
        stranger.get("/accessibility").await.shows(200, "WCAG");
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        viewer.get("/accessibility").await.shows(200, "aria-label=\"Meniu principal\"");
        console.stop().await;
    }

    async fn a_page_and_what_it_loads_weigh_little(world: &mut World) {
        world.ready_many(5).await;
        let console = console(world);
        act(world, &ana(), 60).await;
        let mut browser = signed_in(world, &console, Role::Supervisor).await;
        let page = browser.get("/").await;
        let names = page.text.split("/static/").skip(1);
        let names: BTreeSet<&str> = names.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(names.len(), 4, "a style, two scripts, a mark: {names:?}");
        let mut shared = 0;
        for name in names {
            let (bytes, coding) = load(&browser, &format!("/static/{name}"), "gzip").await;
            assert_eq!(coding, "gzip", "{name}");
            shared += bytes;
        }
        let pages = ROUTES.iter().filter(|route| {
            let is_inside = matches!(route.access, Access::SignedIn | Access::Needs(_));
            route.method == "GET" && is_inside && !route.path.contains('{')
        });
        for route in pages {
            if browser.get(route.path).await.status != 200 {
                continue;
            }
            let (bytes, coding) = load(&browser, route.path, "gzip").await;
            assert_eq!(coding, "gzip", "{}", route.path);
            let whole = bytes + shared;
            assert!(whole <= LOAD_MAX, "{}: {bytes} + {shared} bytes", route.path);
            // Whoever takes no coding is answered without one.
            let (plain, coding) = load(&browser, route.path, "identity").await;
            assert!(plain > bytes && coding.is_empty(), "{}: {coding}", route.path);
        }
        console.stop().await;
    }
}
