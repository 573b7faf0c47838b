//! Signing in, from the password that was given to the last recovery code.

use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::flow::Failure;
use cei_gateway::flow::people::administer::{self, AdministrationRefusal, By};
use chrono::TimeDelta;

use crate::console::browser::{
    Browser, CHOSEN, SESSION, add_user, between, console, first_sign_in,
};
use crate::kit::databases::rows;
use crate::kit::world::both_worlds;

/// Signs in with name and password; returns where that leads, or the status.
async fn try_password(browser: &mut Browser, name: &str, password: &str) -> String {
    let answer = browser
        .post("/sign-in", &[("name", name), ("password", password)])
        .await;
    match answer.status {
        303 => answer.location().to_owned(),
        status => status.to_string(),
    }
}

both_worlds! {
    async fn somebody_signs_in_for_the_first_time_and_again_with_a_code(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana.popescu", Role::Operator).await;
        let (mut browser, device, codes) = first_sign_in(world, &console, "ana.popescu", &given).await;
        assert_eq!(codes.len(), 10);
        browser.get("/").await.shows(200, "<html");

        // Signed out is signed out, also for whoever kept the cookie.
        let kept = browser.cookies[SESSION].clone();
        browser.get("/account").await;
        assert_eq!(browser.post("/sign-out", &[]).await.location(), "/sign-in");
        browser.cookies.insert(SESSION.to_owned(), kept);
        assert_eq!(browser.get("/account").await.status, 303);

        // The given password was for one use, the code of the enrolment too.
        let mut again = Browser::new(&console);
        again.get("/sign-in?next=/account").await;
        assert_eq!(try_password(&mut again, "ana.popescu", &given).await, "422");
        let fields = [("name", " Ana.Popescu "), ("password", CHOSEN), ("next", "/account")];
        let answer = again.post("/sign-in", &fields).await;
        assert_eq!(answer.location(), "/sign-in/code?next=/account");
        let before = again.cookies[SESSION].clone();
        again.get("/sign-in/code?next=/account").await.shows(200, "value=\"/account\"");
        assert_eq!(again.get("/account").await.status, 303, "half of it is not enough");
        let code = device.shows(world);
        again.get("/sign-in/code").await;
        again.post("/sign-in/code", &[("code", &code)]).await.shows(422, "role=\"alert\"");
        world.pass(TimeDelta::seconds(30));
        let code = device.shows(world);
        let answer = again.post("/sign-in/code", &[("code", &code), ("next", "/account")]).await;
        assert_eq!((answer.status, answer.location()), (303, "/account"));
        assert_ne!(again.cookies[SESSION], before, "a token of its own for every step");
        again.get("/account").await.shows(200, "<small>operator</small>");
        console.stop().await;
    }

    async fn a_recovery_code_lets_in_once(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (_, _, codes) = first_sign_in(world, &console, "ana", &given).await;
        let typed = codes[4].to_lowercase().replace('-', " ");
        for (code, status) in [(typed.as_str(), 303), (typed.as_str(), 422), (codes[5].as_str(), 303)] {
            let mut browser = Browser::new(&console);
            browser.get("/sign-in").await;
            assert_eq!(try_password(&mut browser, "ana", CHOSEN).await, "/sign-in/code");
            browser.get("/sign-in/code").await;
            let answer = browser.post("/sign-in/code", &[("code", code)]).await;
            assert_eq!(answer.status, status, "{code}");
        }
        console.stop().await;
    }

    async fn a_code_that_is_sent_twice_at_once_lets_in_once(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let (_, device, _) = first_sign_in(world, &console, "ana", &given).await;
        world.pass(TimeDelta::seconds(60));
        let code = device.shows(world);
        let mut browsers = Vec::new();
        for _ in 0..2 {
            let mut browser = Browser::new(&console);
            browser.get("/sign-in").await;
            assert_eq!(try_password(&mut browser, "ana", CHOSEN).await, "/sign-in/code");
            browser.get("/sign-in/code").await;
            browsers.push(browser);
        }
        let [one, other] = &mut browsers[..] else { panic!("two") };
        let fields = [("code", code.as_str())];
        let (one, other) = tokio::join!(
            one.post("/sign-in/code", &fields),
            other.post("/sign-in/code", &fields),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 303);
        assert!(matches!(statuses[1], 422 | 503), "{statuses:?}");
        console.stop().await;
    }

    async fn an_unknown_name_is_answered_like_a_known_one(world: &mut World) {
        let console = console(world);
        add_user(world, "ana", Role::Viewer).await;
        let mut answers = Vec::new();
        for name in ["ana", "nobody", "Ă; DROP TABLE users"] {
            // Each from the beginning of its failures: the address is patient enough for all.
            let mut seen = Vec::new();
            for _ in 0..6 {
                let mut browser = Browser::new(&console);
                browser.get("/sign-in").await;
                let fields = [("name", name), ("password", "wrong")];
                let answer = browser.post("/sign-in", &fields).await;
                let nonce = between(&answer.text, "nonce=\"", "\"").unwrap();
                let text = answer.text.replace(&nonce, "…").replace(&browser.form_token, "…");
                let escaped = name.replace(';', "&#59;");
                seen.push((answer.status, text.replace(name, "…").replace(&escaped, "…")));
            }
            let statuses: Vec<_> = seen.iter().map(|(status, _)| *status).collect();
            assert_eq!(statuses, [422, 422, 422, 422, 422, 429], "{name}");
            answers.push(seen);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
        console.stop().await;
    }

    async fn waits_grow_and_the_right_password_does_not_help_while_they_last(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let mut browser = Browser::new(&console);
        browser.get("/sign-in").await;
        for _ in 0..5 {
            assert_eq!(try_password(&mut browser, "ana", "wrong").await, "422");
        }
        assert_eq!(try_password(&mut browser, "ana", &given).await, "429");
        world.pass(TimeDelta::seconds(15));
        assert_eq!(try_password(&mut browser, "ana", "wrong").await, "422");
        world.pass(TimeDelta::seconds(16));
        assert_eq!(try_password(&mut browser, "ana", &given).await, "429", "the second wait is longer");
        world.pass(TimeDelta::seconds(15));
        assert_eq!(try_password(&mut browser, "ana", &given).await, "/sign-in/password");
        console.stop().await;
    }

    async fn a_given_password_is_good_for_three_days_and_not_as_ones_own(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Viewer).await;
        let mut browser = Browser::new(&console);
        browser.get("/sign-in").await;
        assert_eq!(try_password(&mut browser, "ana", &given).await, "/sign-in/password");
        browser.get("/sign-in/password").await;
        for (new, again) in [(given.as_str(), given.as_str()), ("short", "short"), (CHOSEN, "other"), ("ana ana ana ana", "ana ana ana ana")] {
            let answer = browser.post("/sign-in/password", &[("new", new), ("again", again)]).await;
            answer.shows(422, "role=\"alert\"");
        }
        world.pass(TimeDelta::hours(72));
        let mut late = Browser::new(&console);
        late.get("/sign-in").await;
        assert_eq!(try_password(&mut late, "ana", &given).await, "422");
        console.stop().await;
    }

    async fn whoever_looks_after_accounts_can_end_them_and_there_is_always_one(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Operator).await;
        let (mut browser, _, _) = first_sign_in(world, &console, "ana", &given).await;
        add_user(world, "root", Role::Administrator).await;
        let actor = Actor::Operator("root".to_owned());
        let by = By { actor: &actor, reason: Some("left the office"), seen: None };
        let gateway = &world.gateway;

        // Roles count from the next page on.
        administer::set_roles(gateway, "ana", &Roles::new([Role::Auditor]), by).await.unwrap();
        browser.get("/account").await.shows(200, "<small>auditor</small>");

        administer::disable(gateway, "ana", by).await.unwrap();
        assert_eq!(browser.get("/account").await.status, 303);
        let mut again = Browser::new(&console);
        again.get("/sign-in").await;
        assert_eq!(try_password(&mut again, "ana", CHOSEN).await, "422");

        administer::enable(gateway, "ana", by).await.unwrap();
        assert_eq!(browser.get("/account").await.status, 303, "the old session stays ended");
        administer::reset_device(gateway, "ana", by).await.unwrap();
        assert_eq!(try_password(&mut again, "ana", CHOSEN).await, "/sign-in/device");

        for refused in [
            administer::disable(gateway, "root", by).await,
            administer::set_roles(gateway, "root", &Roles::new([Role::Viewer]), by).await,
        ] {
            let Err(Failure::Refused(refusal)) = refused else { panic!("not refused") };
            assert_eq!(refusal, AdministrationRefusal::LastAdministrator("root".to_owned()));
        }
        let again = administer::add(gateway, "ANA", &Roles::new([Role::Viewer]), by).await;
        assert!(matches!(again, Err(Failure::Refused(AdministrationRefusal::Taken(_)))));
        console.stop().await;
    }

    async fn nothing_secret_stands_in_the_database(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ana", Role::Operator).await;
        let (browser, _, codes) = first_sign_in(world, &console, "ana", &given).await;
        let token = browser.cookies[SESSION].clone();
        let mut tx = world.read().await;
        let users = rows!((String, Option<Vec<u8>>), &mut tx, "SELECT password_hash, code_key FROM users");
        assert!(users[0].0.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        assert_eq!(users[0].1.as_ref().unwrap().len(), 69, "wrapped by the master key");
        let hashes = rows!((Vec<u8>,), &mut tx, "SELECT token_hash FROM sessions");
        let codes_kept = rows!((Vec<u8>,), &mut tx, "SELECT hash FROM recovery_codes");
        assert_eq!((hashes.len(), codes_kept.len()), (3, 10));
        for (kept,) in hashes.iter().chain(&codes_kept) {
            let is_text = kept.as_slice() == token.as_bytes();
            assert!(kept.len() == 32 && !is_text && !codes.iter().any(|code| code.as_bytes() == kept.as_slice()));
        }
        console.stop().await;
    }
}
