//! What people do all day, in a real browser, with scripts and without: each act is done as a person does
//! it, by clicks and typing, its page says afterwards what was done, nothing is complained of, and the
//! database is what it should be.

mod applications;
mod approvals;
mod failed_orders;
mod messages;
mod orders;
mod payments;
mod refunds;
mod sessions;

use cei_gateway::console::server::Running;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::sign_in::Stage;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::console::browser::{SESSION, session_of};
use crate::kit::world::World;

/// With scripts and without.
const BOTH: [bool; 2] = [true, false];

/// The button of the form on a page about one thing.
const CONFIRM: &str = "main form[method=post] button[type=submit]:not([name])";

/// A tab of nobody yet.
async fn open_tab(console: &Running, browser: &mut Chromium, scripts: bool) -> Tab {
    let base = format!("http://localhost:{}", console.address.port());
    let mut tab = Tab::open(browser, &base).await;
    if !scripts {
        tab.without_scripts(browser).await;
    }
    tab
}

/// A tab of somebody with a role who has signed in.
async fn tab_of(
    (world, console): (&World, &Running),
    browser: &mut Chromium,
    (role, scripts): (Role, bool),
) -> Tab {
    let tab = open_tab(console, browser, scripts).await;
    let token = session_of(world, Some(role), Stage::Open).await;
    tab.hold(browser, SESSION, &token).await;
    tab
}

/// Goes to a page, which must be there.
async fn go(tab: &Tab, browser: &mut Chromium, path: &str) {
    assert_eq!(tab.go(browser, path).await, 200, "{path}");
}

/// Follows a link or a button to a page, which must be there.
async fn follow(tab: &Tab, browser: &mut Chromium, selector: &str) {
    let status = tab.follow(browser, selector).await;
    let here = tab.path(browser).await;
    assert_eq!(status, 200, "{selector} led to {here}");
}

/// Asserts that the page says what was done, and that nothing is wrong with it.
async fn assert_told(tab: &Tab, browser: &mut Chromium) {
    let told =
        "[...document.querySelectorAll('main [role=status]')].map(one => one.innerText).join(' ')";
    let told = tab.see(browser, told).await;
    let here = tab.path(browser).await;
    assert!(
        !told.as_str().unwrap().trim().is_empty(),
        "{here} says nothing"
    );
    assert_eq!(tab.complaints(browser), [""; 0], "{here}");
}

/// Gives the reason that the page of an act asks for and confirms it; returns where that led.
async fn confirm(tab: &Tab, browser: &mut Chromium, reason: &str) -> String {
    tab.fill(browser, "#reason", reason).await;
    follow(tab, browser, CONFIRM).await;
    assert_told(tab, browser).await;
    tab.path(browser).await
}

/// Does what a button of the page of a thing leads to; returns what the address says was done.
async fn act(tab: &Tab, browser: &mut Chromium, thing: &str, action: &str) -> String {
    go(tab, browser, thing).await;
    follow(tab, browser, &format!("main a[href=\"{thing}/{action}\"]")).await;
    let path = confirm(tab, browser, "the office asked").await;
    let done = path.split_once("done=").map(|(_, done)| done.to_owned());
    done.unwrap_or_else(|| panic!("{path} says nothing of what was done"))
}

/// Sends the form of a page, which must be refused with a status; what the browser itself says of such
/// a status is no complaint.
async fn assert_refused(tab: &Tab, browser: &mut Chromium, (button, status): (&str, u64)) {
    assert_eq!(tab.follow(browser, button).await, status);
    let alert = tab.see(browser, "!!document.querySelector('main [role=alert]')");
    assert_eq!(alert.await, true, "{status} without a word");
    for complaint in tab.complaints(browser) {
        let told = format!("the server responded with a status of {status}");
        assert!(complaint.contains(&told), "{complaint}");
    }
}
