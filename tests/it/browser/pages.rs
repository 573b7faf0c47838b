//! Every page that there is, found by following links through a console full of work: no violation of
//! WCAG 2.2 AA, nothing on the browser's console, nothing that the policy of content stopped, nothing
//! wider than a telephone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use cei_gateway::cli::demo::{Opened, Stage, Wish, draw_up, play, set};
use cei_gateway::console::routes::{Access, ROUTES};
use cei_gateway::domain::cause::Cause;
use cei_gateway::store::{causes, dashboard, four_eyes_requests};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::browser::chromium::Chromium;
use crate::browser::tab::{LOOKS, Tab};
use crate::browser::{axe, there_is_no_browser};
use crate::kit::environment::var;

/// Applications of the story; more come behind it.
const APPLICATIONS: u32 = 4;

/// Kinds of things that wait for whoever opens the console, at least.
const KINDS: usize = 12;

/// Pages of one route that are looked at.
const OF_ROUTE: usize = 1;

/// Every link of a page that stays in the console.
const LINKS: &str =
    "[...document.querySelectorAll('a[href^=\"/\"]')].map(link => link.getAttribute('href'))";

/// What is wider than the window, if anything is.
const OVERFLOW: &str = "document.documentElement.scrollWidth > window.innerWidth
    ? [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > window.innerWidth + 1
        && !one.closest('.scroll')).slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(' | ') : ''";

/// Pages still to be looked at, and those of each route that were.
#[derive(Default)]
struct Walk {
    ahead: VecDeque<String>,
    met: BTreeSet<String>,
    seen: BTreeMap<&'static str, usize>,
    faults: Vec<String>,
}

impl Walk {
    /// Notes where a page leads.
    fn meet(&mut self, links: &Value) {
        for link in links.as_array().unwrap() {
            let link = link.as_str().unwrap();
            let link = link.split('#').next().unwrap();
            if self.met.insert(link.to_owned()) {
                self.ahead.push_back(link.to_owned());
            }
        }
    }

    /// The next page that is worth a look, with its route.
    fn next(&mut self) -> Option<(String, &'static str)> {
        while let Some(address) = self.ahead.pop_front() {
            let path = address.split('?').next().unwrap();
            let Some(route) = route_of(path) else {
                self.faults
                    .push(format!("{address} is linked and is no page"));
                continue;
            };
            let seen = self.seen.entry(route).or_default();
            if *seen < OF_ROUTE && !route.starts_with("/static") {
                *seen += 1;
                return Some((address, route));
            }
        }
        None
    }

    /// The pages with an address of their own that were not looked at.
    fn unseen(&self) -> Vec<&'static str> {
        let pages = ROUTES.iter().filter(|route| {
            let is_inside = matches!(route.access, Access::SignedIn | Access::Needs(_));
            route.method == "GET" && is_inside && !route.path.contains('{')
        });
        let paths = pages.map(|route| route.path);
        paths.filter(|path| !self.seen.contains_key(path)).collect()
    }

    fn complain(&mut self, page: &str, faults: impl IntoIterator<Item = String>) {
        self.faults
            .extend(faults.into_iter().map(|fault| format!("{page}: {fault}")));
    }
}

/// The route of a page: one without names before one with them.
fn route_of(path: &str) -> Option<&'static str> {
    let fits = |pattern: &str| {
        let (parts, given) = (pattern.split('/'), path.split('/'));
        pattern.split('/').count() == path.split('/').count()
            && parts
                .zip(given)
                .all(|(part, given)| part == given || part.starts_with('{'))
    };
    let pages = ROUTES.iter().filter(|route| route.method == "GET");
    let mut fitting: Vec<&str> = pages
        .map(|route| route.path)
        .filter(|path| fits(path))
        .collect();
    fitting.sort_by_key(|path| path.contains('{'));
    fitting.first().copied()
}

/// The address of a page that a form leads to, with what the form says.
fn with_what_it_needs(path: &str) -> String {
    let said = match path {
        "/payments/together" => "?state=UNMATCHED&action=MATCH&sure=90",
        _ => "",
    };
    format!("{path}{said}")
}

/// Signs in with what the demo prints.
async fn sign_in(opened: &Opened, person: usize, browser: &mut Chromium) -> Tab {
    let tab = Tab::open(browser, &opened.url()).await;
    let person = &opened.people[person];
    tab.go(browser, "/").await;
    tab.fill(browser, "#name", person.name).await;
    tab.fill(browser, "#password", &person.password).await;
    tab.follow(browser, "main button").await;
    tab.fill(browser, "#code", &person.codes[0]).await;
    assert_eq!(tab.follow(browser, "main button").await, 200);
    assert_eq!(tab.path(browser).await, "/");
    tab
}

/// Looks at a page in every way.
async fn look_at(
    (address, route): (&str, &'static str),
    tab: &Tab,
    browser: &mut Chromium,
    walk: &mut Walk,
) {
    for look in LOOKS {
        let page = format!("{address} ({})", look.name);
        tab.look(browser, look).await;
        let status = tab.go(browser, address).await;
        if status == 0 {
            return;
        }
        // Not this person's page.
        if status == 403 {
            walk.seen.remove(route);
            drop(tab.complaints(browser));
            return;
        }
        if status != 200 {
            walk.complain(&page, [format!("answered with {status}")]);
            return;
        }
        walk.meet(&tab.see(browser, LINKS).await);
        walk.complain(&page, tab.complaints(browser));
        walk.complain(&page, axe::violations(tab, browser).await);
        let overflow = tab.see(browser, OVERFLOW).await;
        let overflow = overflow.as_str().unwrap().to_owned();
        walk.complain(&page, (!overflow.is_empty()).then_some(overflow));
        if let Some(file) = picture_file(route, walk.seen[route], look.name) {
            tab.picture(browser, &file).await;
        }
    }
}

/// Where a picture is wanted, if it is (`make screenshots`).
fn picture_file(route: &str, number: usize, look: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(var("CEI_SCREENSHOTS")?);
    std::fs::create_dir_all(&folder).unwrap();
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words: Vec<&str> = route
        .split(|c| !kept(c))
        .filter(|word| !word.is_empty())
        .collect();
    let name = if words.is_empty() {
        "dashboard".to_owned()
    } else {
        words.join("-")
    };
    let number = if number > 1 {
        format!("-{number}")
    } else {
        String::new()
    };
    Some(folder.join(format!("{name}{number}-{look}.png")))
}

/// What somebody who opens the console can try to resolve.
async fn kinds_of_work(stage: &Stage) -> BTreeSet<String> {
    let account = draw_up(stage, 0).await.unwrap();
    assert_eq!(account.ordered_twice, 0);
    let holds = account.holds.iter();
    let mut kinds: BTreeSet<String> = holds
        .map(|hold| format!("{} {}", hold.subject, hold.code))
        .collect();
    let now = stage.gateway.clock.now();
    let mut tx = stage.gateway.store.read().await.unwrap();
    for count in causes::list(&mut tx, None).await.unwrap() {
        kinds.insert(format!("cause {}", count.cause));
    }
    if dashboard::count_dead_letters(&mut tx).await.unwrap() > 0 {
        kinds.insert("dead letters".to_owned());
    }
    let later = now + TimeDelta::minutes(1);
    let requests = four_eyes_requests::list_latest(&mut tx, later, 10).await;
    if requests.unwrap().iter().any(|one| one.outcome.is_none()) {
        kinds.insert("approval".to_owned());
    }
    kinds
}

/// Asserts that the demo leaves something of everything that can be tried.
fn assert_everything_waits(kinds: &BTreeSet<String>) {
    let causes = [
        Cause::Certificate,
        Cause::RefusedLines,
        Cause::Size,
        Cause::Unreachable,
        Cause::Schema,
    ];
    let causes = causes.map(|cause| format!("cause {cause}"));
    let others = ["dead letters", "approval"].map(str::to_owned);
    for wanted in causes.iter().chain(&others) {
        assert!(kinds.contains(wanted), "{wanted} is not in {kinds:?}");
    }
    assert!(kinds.len() >= KINDS, "{kinds:?}");
}

#[tokio::test]
async fn a_dozen_things_wait_in_the_demo_and_every_page_about_them_is_sound_in_every_look() {
    let folder = tempfile::tempdir().unwrap();
    let wish = Wish::new(APPLICATIONS, 1, folder.path().to_owned());
    let mut stage = set(&wish).await.unwrap();
    play(&mut stage, |_| ()).await.unwrap();
    let opened = Box::pin(Opened::open(stage, APPLICATIONS)).await.unwrap();
    assert_everything_waits(&kinds_of_work(&opened.stage).await);
    if there_is_no_browser() {
        return opened.close().await;
    }
    let mut browser = Chromium::start().await;
    let mut walk = Walk::default();
    // Two people see everything: whoever approves and administers, and whoever decides.
    for person in 0..opened.people.len() {
        let tab = sign_in(&opened, person, &mut browser).await;
        drop(tab.complaints(&mut browser));
        walk.met.clear();
        walk.meet(&json!(["/"]));
        walk.seen.remove("/");
        while let Some((address, route)) = walk.next() {
            look_at((&address, route), &tab, &mut browser, &mut walk).await;
        }
        // And what no link leads to as things stand.
        let unseen = walk.unseen().into_iter().map(with_what_it_needs);
        walk.meet(&json!(unseen.collect::<Vec<_>>()));
        while let Some((address, route)) = walk.next() {
            look_at((&address, route), &tab, &mut browser, &mut walk).await;
        }
    }
    assert_eq!(walk.unseen(), [""; 0], "nobody may look at it");
    opened.close().await;
    assert!(walk.faults.is_empty(), "{}", walk.faults.join("\n"));
}
