//! My account: what its owner changes, what a stale or repeated form changes, and hostile texts.

use cei_gateway::domain::operator::role::Role;
use chrono::TimeDelta;
use reqwest::Method;

use crate::console::browser::{
    Browser, CHOSEN, Device, add_user, between, console, encoded, first_sign_in,
};
use crate::kit::world::{World, both_worlds};

const OTHER: &str = "alt cal, altă baterie";

fn version(text: &str) -> String {
    between(text, "name=\"version\" value=\"", "\"").unwrap()
}

/// Signs in with the chosen password and a code.
async fn sign_in(world: &World, browser: &mut Browser, device: &Device, password: &str) {
    world.pass(TimeDelta::seconds(30));
    browser.get("/sign-in").await;
    let fields = [("name", "ana"), ("password", password)];
    assert_eq!(
        browser.post("/sign-in", &fields).await.location(),
        "/sign-in/code"
    );
    browser.get("/sign-in/code").await;
    let code = device.shows(world);
    assert_eq!(
        browser
            .post("/sign-in/code", &[("code", &code)])
            .await
            .status,
        303
    );
}

both_worlds! {
    async fn another_password_ends_the_other_sessions_and_a_form_is_good_once(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (mut here, device, _) = first_sign_in(world, &console, "ana", &given).await;
        let mut there = Browser::new(&console);
        sign_in(world, &mut there, &device, CHOSEN).await;

        let page = here.get("/account").await;
        let version = version(&page.text);
        let form = |present| {
            [("version", version.as_str()), ("present", present), ("new", OTHER), ("again", OTHER)]
        };
        here.post("/account/password", &form("wrong")).await.shows(422, "role=\"alert\"");
        here.post("/account/password", &form(CHOSEN)).await.shows(200, "role=\"status\"");
        // The same form again, as after a second click: the account is no longer what it was made for.
        here.post("/account/password", &form(OTHER)).await.shows(409, "role=\"alert\"");
        assert_eq!(here.get("/account").await.status, 200);
        assert_eq!(there.get("/account").await.status, 303);
        sign_in(world, &mut there, &device, OTHER).await;
        console.stop().await;
    }

    async fn a_form_that_was_opened_before_somebody_else_acted_changes_nothing(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (mut one, device, _) = first_sign_in(world, &console, "ana", &given).await;
        let stale = version(&one.get("/account").await.text);
        let mut other = Browser::new(&console);
        sign_in(world, &mut other, &device, CHOSEN).await;
        world.pass(TimeDelta::seconds(30));
        let code = device.shows(world);
        let fields = [("version", stale.as_str()), ("code", code.as_str())];
        one.post("/account/recovery-codes", &fields).await.shows(409, "role=\"alert\"");
        let fresh = version(&one.get("/account").await.text);
        let fields = [("version", fresh.as_str()), ("code", code.as_str())];
        one.post("/account/recovery-codes", &fields).await.shows(200, "class=\"codes\"");
        // The code was used with that, so that whoever saw it over a shoulder has nothing.
        let fresh = version(&one.get("/account").await.text);
        let fields = [("version", fresh.as_str()), ("code", code.as_str())];
        one.post("/account/recovery-codes", &fields).await.shows(422, "role=\"alert\"");
        console.stop().await;
    }

    async fn nobody_guesses_at_leisure_in_a_session_that_was_left_open(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (mut browser, _, _) = first_sign_in(world, &console, "ana", &given).await;
        let version = version(&browser.get("/account").await.text);
        let mut statuses = Vec::new();
        for present in ["one", "two", "three", "four", "five", CHOSEN] {
            let form = [("version", version.as_str()), ("present", present), ("new", OTHER), ("again", OTHER)];
            statuses.push(browser.post("/account/password", &form).await.status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
        console.stop().await;
    }

    async fn a_lost_session_is_ended_and_a_device_is_left_for_another(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (mut here, device, _) = first_sign_in(world, &console, "ana", &given).await;
        let mut lost = Browser::new(&console);
        sign_in(world, &mut lost, &device, CHOSEN).await;
        let page = here.get("/account").await;
        let path = between(&page.text, "action=\"/account/sessions/", "\"").unwrap();
        let path = format!("/account/sessions/{path}");
        assert_eq!(here.post(&path, &[]).await.location(), "/account?done=SESSION_ENDED");
        assert_eq!(lost.get("/account").await.status, 303);
        assert_eq!(here.post(&path, &[]).await.status, 404);
        // Somebody else's session is none of mine.
        let given = add_user(world, "bogdan", Role::Administrator).await;
        let (mut stranger, _, _) = first_sign_in(world, &console, "bogdan", &given).await;
        sign_in(world, &mut lost, &device, CHOSEN).await;
        let page = here.get("/account").await;
        let path = between(&page.text, "action=\"/account/sessions/", "\"").unwrap();
        stranger.get("/account").await;
        let answer = stranger.post(&format!("/account/sessions/{path}"), &[]).await;
        assert_eq!(answer.status, 404);
        assert_eq!(lost.get("/account").await.status, 200);

        world.pass(TimeDelta::seconds(30));
        let fresh = version(&here.get("/account").await.text);
        let code = device.shows(world);
        let fields = [("version", fresh.as_str()), ("present", CHOSEN), ("code", code.as_str())];
        assert_eq!(here.post("/account/device", &fields).await.location(), "/sign-in");
        assert_eq!(lost.get("/account").await.status, 303);
        here.get("/sign-in").await;
        let fields = [("name", "ana"), ("password", CHOSEN)];
        assert_eq!(here.post("/sign-in", &fields).await.location(), "/sign-in/device");
        console.stop().await;
    }

    async fn what_a_stranger_writes_is_shown_as_text(world: &mut World) {
        const HOSTILE: &str = "\"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(2)>";
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let mut browser = Browser::new(&console);
        browser.get(&format!("/sign-in?next=/{}", encoded(&[("x", HOSTILE)]))).await;
        let fields = [("name", HOSTILE), ("password", HOSTILE), ("next", HOSTILE)];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.text.contains("<script>") && !answer.text.contains("<img"), "{}", answer.text);

        // What a browser says of itself stands in the list of sessions.
        let fields = encoded(&[("form_token", &browser.form_token), ("name", "ana"), ("password", &given)]);
        let request = browser.request(Method::POST, "/sign-in").body(fields);
        let request = request.header("sec-fetch-site", "same-origin").header("user-agent", HOSTILE);
        assert_eq!(browser.send(request).await.status, 303);
        let (mut ana, _, _) = first_sign_in(world, &console, "ana", &given).await;
        let page = ana.get("/account").await;
        page.shows(200, "&#60;script&#62;");
        assert!(!page.text.contains("<script>") && !page.text.contains("<img"), "{}", page.text);
        console.stop().await;
    }
}
