//! Signing in, from the password that somebody was given to the dashboard, and once more with a code:
//! with scripts and without.

use cei_gateway::domain::operator::role::Role;
use chrono::TimeDelta;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::browser::{axe, there_is_no_browser};
use crate::console::browser::{CHOSEN, Device, add_user, console};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Asserts that the page has no fault that a browser or axe-core finds.
async fn assert_sound(tab: &Tab, browser: &mut Chromium, page: &str) {
    assert_eq!(tab.complaints(browser), [""; 0], "{page}");
    // Without scripts axe-core, which is one, waits for ever; the page is the same.
    if tab.has_scripts {
        assert_eq!(axe::violations(tab, browser).await, [""; 0], "{page}");
    }
}

async fn first_time(world: &World, tab: &Tab, browser: &mut Chromium, given: &str) -> Device {
    assert_eq!(tab.go(browser, "/audit").await, 200);
    assert_sound(tab, browser, "password").await;
    tab.fill(browser, "#name", "ana").await;
    tab.fill(browser, "#password", given).await;
    tab.follow(browser, "main button").await;
    assert_sound(tab, browser, "new password").await;
    tab.fill(browser, "#new", CHOSEN).await;
    tab.fill(browser, "#again", CHOSEN).await;
    tab.follow(browser, "main button").await;
    assert_sound(tab, browser, "device").await;
    let page = tab.see(browser, "document.documentElement.outerHTML").await;
    let device = Device::of_page(page.as_str().unwrap());
    tab.fill(browser, "#code", &device.shows(world)).await;
    tab.follow(browser, "main button").await;
    assert_sound(tab, browser, "recovery codes").await;
    tab.follow(browser, "main a.first").await;
    assert_eq!(tab.path(browser).await, "/audit");
    device
}

#[tokio::test]
async fn somebody_signs_in_for_the_first_time_and_again_with_a_code() {
    if there_is_no_browser() {
        return;
    }
    for scripts in [true, false] {
        let world = World::start(Database::sqlite().await).await;
        let console = console(&world);
        let given = add_user(&world, "ana", Role::Auditor).await;
        let mut browser = Chromium::start().await;
        let base = format!("http://localhost:{}", console.address.port());
        let mut tab = Tab::open(&mut browser, &base).await;
        if !scripts {
            tab.without_scripts(&mut browser).await;
        }
        let device = first_time(&world, &tab, &mut browser, &given).await;

        world.pass(TimeDelta::minutes(1));
        let again = Tab::open(&mut browser, &base).await;
        again.go(&mut browser, "/").await;
        again.fill(&mut browser, "#name", "ana").await;
        again.fill(&mut browser, "#password", CHOSEN).await;
        again.follow(&mut browser, "main button").await;
        assert_sound(&again, &mut browser, "code").await;
        // A wrong code is told, and the right one counts after it.
        again.fill(&mut browser, "#code", "000000").await;
        assert_eq!(again.follow(&mut browser, "main button").await, 422);
        assert!(
            again
                .see(&mut browser, "!!document.querySelector('[role=alert]')")
                .await
                == true
        );
        // The browser itself says on its console that a page came with such a status.
        drop(again.complaints(&mut browser));
        again
            .fill(&mut browser, "#code", &device.shows(&world))
            .await;
        again.follow(&mut browser, "main button").await;
        assert_eq!(again.path(&mut browser).await, "/");
        assert_sound(&again, &mut browser, "dashboard").await;
        console.stop().await;
    }
}
