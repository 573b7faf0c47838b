//! A page that renews itself: its figures change under the eyes of whoever reads it, and what is being used
//! stays as it is.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::sign_in::Stage;
use chrono::TimeDelta;
use serde_json::Value;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::browser::there_is_no_browser;
use crate::console::browser::{SESSION, console, session_of};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Longer than the console keeps the figures of its dashboard.
const FIGURES_KEPT: TimeDelta = TimeDelta::seconds(30);

/// The page's clock, turned by hand: what it wanted to do every ten seconds.
const CLOCK: &str =
    "window.setInterval = (what, pause) => { window.tick = what; window.pause_of_tick = pause; };";

/// Ten seconds pass, and what comes of it is there.
const RENEW: &str = "new Promise(done => {
    document.addEventListener('htmx:finally:request', () => done(true), { once: true });
    window.tick();
})";

/// Ten seconds pass; whether anything was asked for.
const ASKED: &str = "(() => {
    let asked = false;
    document.addEventListener('htmx:before:request', () => { asked = true; }, { once: true });
    window.tick();
    return new Promise(done => setTimeout(() => done(asked), 0));
})()";

/// A tick in a part that renews itself.
const TICK: &str = "(() => {
    const tick = Object.assign(document.createElement('input'), { type: 'checkbox', id: 'tick', checked: true });
    document.getElementById('tiles').append(tick);
    document.getElementById('q').focus();
})()";

/// What the tiles say, and who has the focus.
const TILES: &str = "document.getElementById('tiles').innerText";
const FOCUSED: &str = "document.activeElement.id || document.activeElement.getAttribute('href')";

async fn see(tab: &Tab, browser: &mut Chromium, expression: &str) -> Value {
    tab.see(browser, expression).await
}

#[tokio::test]
async fn figures_renew_themselves_and_nobody_loses_the_focus() {
    if there_is_no_browser() {
        return;
    }
    let mut world = World::start(Database::sqlite().await).await;
    let console = console(&world);
    let mut browser = Chromium::start().await;
    let base = format!("http://localhost:{}", console.address.port());
    let tab = Tab::open(&mut browser, &base).await;
    let token = session_of(&world, Some(Role::Operator), Stage::Open).await;
    tab.hold(&mut browser, SESSION, &token).await;
    tab.before_scripts(&mut browser, CLOCK).await;
    assert_eq!(tab.go(&mut browser, "/").await, 200);
    assert_eq!(
        see(&tab, &mut browser, "window.pause_of_tick").await,
        10_000
    );
    let before = see(&tab, &mut browser, TILES).await;

    // The page is not loaded again, and who had the focus keeps it.
    see(
        &tab,
        &mut browser,
        "window.same_page = true, document.getElementById('q').focus()",
    )
    .await;
    world.ready_many(3).await;
    world.pass(FIGURES_KEPT);
    assert_eq!(see(&tab, &mut browser, RENEW).await, true);
    let after = see(&tab, &mut browser, TILES).await;
    assert_ne!(before, after);
    assert_eq!(see(&tab, &mut browser, "window.same_page").await, true);
    assert_eq!(see(&tab, &mut browser, FOCUSED).await, "q");

    // A part that somebody is using stays as it is.
    see(
        &tab,
        &mut browser,
        "document.querySelector('#tiles a').focus()",
    )
    .await;
    let focused = see(&tab, &mut browser, FOCUSED).await;
    world.ready_many(2).await;
    world.pass(FIGURES_KEPT);
    assert_eq!(see(&tab, &mut browser, RENEW).await, true);
    assert_eq!(see(&tab, &mut browser, TILES).await, after);
    assert_eq!(see(&tab, &mut browser, FOCUSED).await, focused);
    // What is ticked stays ticked, and is the same.
    see(&tab, &mut browser, TICK).await;
    assert_eq!(see(&tab, &mut browser, RENEW).await, true);
    assert_eq!(see(&tab, &mut browser, TILES).await, after);
    see(
        &tab,
        &mut browser,
        "document.getElementById('tick').remove()",
    )
    .await;
    assert_eq!(see(&tab, &mut browser, RENEW).await, true);
    assert_ne!(see(&tab, &mut browser, TILES).await, after);

    // Nothing is asked for while it is paused; what was chosen is remembered from page to page.
    tab.press(&mut browser, "#pause").await;
    assert_eq!(see(&tab, &mut browser, ASKED).await, false);
    tab.go(&mut browser, "/orders").await;
    assert_eq!(see(&tab, &mut browser, ASKED).await, false);
    tab.press(&mut browser, "#pause").await;
    assert_eq!(see(&tab, &mut browser, ASKED).await, true);
    assert_eq!(tab.complaints(&mut browser), [""; 0]);

    // Whoever is signed out meanwhile is led to sign in, and back again.
    tab.let_go(&mut browser, SESSION).await;
    assert_eq!(tab.leave(&mut browser, "window.tick()").await, 200);
    assert_eq!(tab.path(&mut browser).await, "/sign-in?next=/orders");
    console.stop().await;
}
