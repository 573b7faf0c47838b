//! Leaving: a session here, a session elsewhere, and all of them.

use cei_gateway::domain::operator::role::Role;
use chrono::TimeDelta;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, assert_told, follow, go, open_tab, tab_of};
use crate::browser::tab::Tab;
use crate::browser::there_is_no_browser;
use crate::console::browser::{CHOSEN, SESSION, add_user, console, first_sign_in};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Signs in with the password and a recovery code.
async fn sign_in(tab: &Tab, browser: &mut Chromium, code: &str) {
    go(tab, browser, "/").await;
    tab.fill(browser, "#name", "ana").await;
    tab.fill(browser, "#password", CHOSEN).await;
    follow(tab, browser, "main button").await;
    tab.fill(browser, "#code", code).await;
    follow(tab, browser, "main button").await;
    assert_eq!(tab.path(browser).await, "/");
}

/// Whether a tab is signed in, as its next page tells.
async fn is_in(tab: &Tab, browser: &mut Chromium) -> bool {
    go(tab, browser, "/account").await;
    drop(tab.complaints(browser));
    tab.path(browser).await == "/account"
}

#[tokio::test]
async fn a_session_is_ended_here_elsewhere_and_everywhere() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let world = World::start(Database::sqlite().await).await;
        let console = console(&world);
        let given = add_user(&world, "ana", Role::Operator).await;
        let (first, device, codes) = first_sign_in(&world, &console, "ana", &given).await;
        let here = open_tab(&console, &mut browser, scripts).await;
        here.hold(&mut browser, SESSION, &first.cookies[SESSION])
            .await;
        let lost = open_tab(&console, &mut browser, scripts).await;
        // A recovery code is as good as the device, once.
        sign_in(&lost, &mut browser, &codes[0]).await;

        // A session that its owner does not recognise.
        assert!(is_in(&here, &mut browser).await);
        let end = "main form[action^=\"/account/sessions/\"] button";
        follow(&here, &mut browser, end).await;
        assert_told(&here, &mut browser).await;
        assert!(!is_in(&lost, &mut browser).await);
        assert!(is_in(&here, &mut browser).await);
        // This one.
        follow(
            &here,
            &mut browser,
            "main form[action=\"/sign-out\"] button",
        )
        .await;
        assert!(!is_in(&here, &mut browser).await);

        // All of them, by their owner, together with the device.
        sign_in(&here, &mut browser, &codes[1]).await;
        sign_in(&lost, &mut browser, &codes[2]).await;
        world.pass(TimeDelta::minutes(1));
        assert!(is_in(&here, &mut browser).await);
        here.fill(&mut browser, "#present-2", CHOSEN).await;
        here.fill(&mut browser, "#code-2", &device.shows(&world))
            .await;
        let leave = "main form[action=\"/account/device\"] button";
        follow(&here, &mut browser, leave).await;
        for tab in [&here, &lost] {
            assert!(!is_in(tab, &mut browser).await);
        }
        console.stop().await;
    }
}

#[tokio::test]
async fn whoever_looks_after_accounts_ends_every_session_of_one() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let world = World::start(Database::sqlite().await).await;
        let console = console(&world);
        let given = add_user(&world, "ana", Role::Operator).await;
        let (first, _, codes) = first_sign_in(&world, &console, "ana", &given).await;
        let here = open_tab(&console, &mut browser, scripts).await;
        here.hold(&mut browser, SESSION, &first.cookies[SESSION])
            .await;
        let there = open_tab(&console, &mut browser, scripts).await;
        sign_in(&there, &mut browser, &codes[0]).await;
        let who = (Role::Administrator, scripts);
        let root = tab_of((&world, &console), &mut browser, who).await;
        go(&root, &mut browser, "/settings/users").await;
        root.press(&mut browser, "tr.below:has(#reason-ana) summary")
            .await;
        root.fill(&mut browser, "#reason-ana", "ana has left").await;
        let button = "form:has(#reason-ana) button[formaction$=\"/sign-out\"]";
        follow(&root, &mut browser, button).await;
        assert_told(&root, &mut browser).await;
        for tab in [&here, &there] {
            assert!(!is_in(tab, &mut browser).await);
        }
        console.stop().await;
    }
}
