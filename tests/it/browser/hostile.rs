//! What others wrote is text wherever it is shown: markup, scripts and templates in it do nothing, and a
//! mark that turns the direction of writing turns nothing that stands beside it.
//!
//! | tag | field, and who fills it | pages |
//! |---|---|---|
//! | `F1` | name of an office (whoever adds it) | `/offices`, `/offices/{code}`, `/outbox` |
//! | `F2` | label of a key (whoever adds it) | `/offices/{code}` |
//! | `F3` | what a webhook's receiver said (its operator) | `/offices/{code}`, `/outbox/lanes/{lane}` |
//! | `F4` | address of a webhook (the office) | `/offices/{code}` |
//! | `F5` | why a message died (its receiver) | `/outbox/dead`, `/outbox/lanes/{lane}`, `/outbox` |
//! | `F6` | an office's reference of an application | `/applications`, `/applications/{number}` |
//! | `F7` | place of birth (the office) | `/applications/{number}/reveal`, once it is confirmed |
//! | `F8` | reference and text of a transfer (the payer) | `/payments/{number}` and its decisions, `/payments` |
//! | `F9` | why the bureau refuses an order | `/failed-orders/{cause}`, `/orders/{number}` |
//! | `FA` | what the bureau's server says to an order | `/orders/{number}` |
//! | `FB` | reason of a decision about an order (people) | `/orders/{number}` |
//! | `FC` | reason of a hold (people) | `/applications/{number}` |
//! | `FD` | reason of a pause (people) | `/outbox/lanes/{lane}` |
//! | `FE` | reason of closing a day (people) | `/payments/days/{day}` |
//! | `FF` | reason of a decision about a payment (people) | `/payments/{number}` |
//! | `FG` | reason of a request (people) | `/requests`, `/audit` |
//! | `FH` | by what a word is known, `FI` why it is proposed (people) | `/orders/{number}`, `/words/{id}/approve` |
//! | `FJ` | reason of a cause's decision (people) | `/failed-orders/decisions/{id}` |
//! | `FK` | reason of a decision about dead messages (people) | `/outbox/dead/decisions/{id}` |
//! | `FL` | reason of a refund (people) | `/payments/refunds/{number}`, `/audit` |
//! | `FN` | what a browser calls itself (anybody) | `/account` |
//! | `FO` | what is wrong with a card (the office) | `/applications/{number}` |
//! | – | what is looked for, in addresses (anybody) | `/search`, `/help`, `/audit`, `/payments`, `/offices`, `/applications` |
//!
//! The name and account of a refund are shown once to whoever asks, which is tested with refunds.

use cei_gateway::console::server::Running;
use cei_gateway::domain::complaint::ComplaintState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::{ComplaintId, CredentialId, OfficeId, SessionId};
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::webhook::OnExhausted;
use cei_gateway::flow::people::token::{hash_of, new_token};
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::flow::webhooks::settings::{Wanted, set};
use cei_gateway::store::applications::Application;
use cei_gateway::store::complaints::{self, Complaint};
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use cei_gateway::store::offices::{self, Office, lane_of};
use cei_gateway::store::orders::Order;
use cei_gateway::store::payments::Payment;
use cei_gateway::store::sessions::{self, Session};
use cei_gateway::store::webhooks::push::{Run, insert_runs};
use chrono::TimeDelta;
use serde_json::json;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::browser::there_is_no_browser;
use crate::console::browser::{Answer, Browser, SESSION, between, console, signed_in};
use crate::console::failed_orders::refused_order;
use crate::console::money::{all_payments, open, paid_as, with_debtor};
use crate::console::outbox::dead_events;
use crate::console::refunds::{IBAN, only_refund};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// A text that tries to be more than one; the bureau's documents take it too.
fn told(tag: &str) -> String {
    format!(
        "{tag}\"><img src=x onerror=alert(1)><script>alert(2)</script>'{{{{7*7}}}} javascript:alert(3)"
    )
}

/// The same, which writes backwards from its end on.
fn turned(tag: &str) -> String {
    format!("{}\u{202e}fin", told(tag))
}

/// What is wrong with a page: elements that nobody of us wrote, links that run something, and text of
/// ours behind a mark that turns it round, with nothing between the two that ends its reach.
const FAULTS: &str = r"(() => {
    const faults = [];
    const foreign = 'img,iframe,object,embed,script:not([nonce]),[onerror],[onclick],[onload],[style]';
    for (const one of document.querySelectorAll(foreign)) faults.push('element ' + one.outerHTML.slice(0, 90));
    for (const one of document.querySelectorAll('[href],[src],[action],[formaction]'))
        for (const name of ['href', 'src', 'action', 'formaction'])
            if (/^\s*javascript:/i.test(one.getAttribute(name) ?? '')) faults.push('link ' + one.outerHTML.slice(0, 90));
    if (document.body.textContent.includes('49} javascript')) faults.push('a template ran');
    const style = (one) => getComputedStyle(one);
    const blockOf = (node) => {
        let one = node.parentElement;
        while (['inline', 'contents'].includes(style(one).display)) one = one.parentElement;
        return one;
    };
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.lastIndexOf('\u202e');
        if (at < 0) continue;
        if (node.data.slice(at + 1).replace('fin', '').trim()) faults.push('turned ' + node.data.slice(at));
        const block = blockOf(node);
        let end = node.parentElement;
        while (end !== block && !/isolate|plaintext/.test(style(end).unicodeBidi)) end = end.parentElement;
        const rest = document.createTreeWalker(end, NodeFilter.SHOW_TEXT);
        rest.currentNode = node;
        for (let next = rest.nextNode(); next; next = rest.nextNode())
            if (blockOf(next) === block && next.data.trim()) faults.push('turned round: ' + next.data.trim().slice(0, 60));
    }
    return [...new Set(faults)];
})()";

/// Everything that is told by somebody else, and where it is shown.
struct Scene {
    lane: String,
    office: String,
    strange_office: String,
    application: Application,
    payment: Payment,
    refused: Order,
    unsent: Order,
    day: String,
    pages: Vec<(String, Vec<&'static str>)>,
}

/// Offices, keys, webhooks, messages: what is told by those who are pushed to.
async fn tell_of_offices(world: &mut World) -> (String, String, String) {
    let office = world.offices[0].clone();
    let lane = lane_of(office.id);
    dead_events(world, 1, &turned("F5")).await;
    let actor = Actor::Office(office.id);
    let wanted = Wanted {
        url: "https://office.example/F4'javascript:alert(3)",
        on_exhausted: OnExhausted::DeadLetter,
        rate_per_second: None,
    };
    set(&world.gateway, office.id, &wanted, &actor)
        .await
        .unwrap();
    let now = world.now();
    let strange = Office {
        id: OfficeId(world.id()),
        code: "XX-1".to_owned(),
        name: turned("F1"),
        ..office.clone()
    };
    let key = Credential {
        id: CredentialId(world.id()),
        party: Party::Office,
        office: Some(office.id),
        label: turned("F2"),
        kind: CredentialKind::ApiKey,
        hash: vec![9; 32],
        scopes: String::new(),
        revoked_at: None,
    };
    let run = Run {
        id: world.id(),
        first_seq: 1,
        last_seq: 1,
        attempt: 1,
        outcome: DeliveryVerdict::Permanent.to_string(),
        status: Some(418),
        detail: Some(turned("F3")),
        started_at: now,
        ended_at: now,
    };
    let mut tx = world.write().await;
    assert!(offices::insert(&mut tx, &strange, now).await.unwrap());
    assert!(credentials::insert(&mut tx, &key, now).await.unwrap());
    insert_runs(&mut tx, &lane, &[run]).await.unwrap();
    tx.commit().await.unwrap();
    (lane, office.code, strange.code)
}

/// An application of which an office says strange things, with a complaint about the card of `order`.
async fn tell_of_an_application(world: &mut World, order: &Order) -> Application {
    let mut content = world.content();
    content.office_reference = turned("F6");
    content.applicant.birth_place = turned("F7");
    let application = world.ready_unchecked(&content).await;
    let line = world.lines(order).await.remove(0);
    let complaint = Complaint {
        id: ComplaintId(world.id()),
        number: "RC-1".to_owned(),
        application: application.id,
        line: line.id,
        document_number: None,
        office: application.office,
        code: 701,
        text: Some(turned("FO")),
        noticed_on: world.now().date_naive(),
        state: ComplaintState::Lodged,
        letter: None,
        payer: None,
        refusal: None,
        lodged_at: world.now(),
        decided_at: None,
        version: 1,
    };
    let mut tx = world.write().await;
    assert!(complaints::insert(&mut tx, &complaint).await.unwrap());
    tx.commit().await.unwrap();
    application
}

/// An order to which the bureau's server says something strange.
async fn tell_of_a_delivery(world: &mut World) -> Order {
    let order = world.sealed_order(1).await;
    let departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();
    let arrival = Arrival {
        verdict: DeliveryVerdict::Permanent,
        status: Some(413),
        detail: Some(turned("FA")),
        retry_after: None,
        unsendable: None,
        started_at: world.now(),
    };
    assert!(
        record_attempt(&world.gateway, &departure, &arrival)
            .await
            .unwrap()
    );
    order
}

/// Has everybody say strange things.
async fn set_the_scene(world: &mut World) -> Scene {
    with_debtor(world).await;
    let refused = refused_order(world, 1, 102, &told("F9")).await;
    let unsent = tell_of_a_delivery(world).await;
    let (lane, office, strange_office) = tell_of_offices(world).await;
    let application = tell_of_an_application(world, &refused).await;
    paid_as(world, "F8\"><img src=x onerror=alert(1)>\u{202e}fin").await;
    let [payment] = all_payments(world).await.try_into().unwrap();
    let day = world.now().date_naive().to_string();
    world.pass(TimeDelta::hours(24));
    Scene {
        lane,
        office,
        strange_office,
        application,
        payment,
        refused,
        unsent,
        day,
        pages: Vec::new(),
    }
}

/// Opens the page of an act and confirms it with a reason.
async fn act(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let seen = open(browser, path).await;
    let mut all = vec![("seen", seen.as_str())];
    all.extend(fields);
    let answer = browser.post(path.split('?').next().unwrap(), &all).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    answer
}

impl Scene {
    /// Somebody of ours gives strange reasons for everything.
    async fn decide(&mut self, world: &World, browser: &mut Browser) {
        let order = format!("/orders/{}", self.unsent.number);
        let application = format!("/applications/{}", self.application.number);
        let payment = format!("/payments/{}", self.payment.number);
        let lane = format!("/outbox/lanes/{}", self.lane);
        let day = format!("/payments/days/{}", self.day);
        for (path, tag, field) in [
            (format!("{order}/quarantine"), "FB", ("", "")),
            (format!("{application}/hold"), "FC", ("", "")),
            (format!("{lane}/pause"), "FD", ("", "")),
            (format!("{payment}/owe-back"), "FF", ("", "")),
            (format!("{day}/close?channel=CEC"), "FE", ("channel", "CEC")),
        ] {
            act(browser, &path, &[field, ("reason", &turned(tag))]).await;
        }
        let refund = [
            ("amount", "70"),
            ("iban", IBAN),
            ("name", "Popa Vlad"),
            ("reason", &turned("FL")),
        ];
        act(browser, &format!("{payment}/refund"), &refund).await;
        let refund = format!("/payments/refunds/{}", only_refund(world).await.number);
        self.show(&refund, &["FL"]);
        self.show(&application, &["F6", "FC", "FO"]);
        self.show("/applications", &["F6"]);
        self.show("/failed-orders?code=810&kind=APPLICATION", &[]);
        self.show(&lane, &["F3", "F5", "FD"]);
        self.show(&payment, &["F8", "FF"]);
        for action in ["unmatch", "refund", "dismiss"] {
            self.show(&format!("{payment}/{action}"), &[]);
        }
        self.show(&day, &["FE"]);
    }

    /// Somebody of ours asks for a strange word, and another decides about strange things.
    async fn ask(&mut self, browser: &mut Browser, order: &Order) {
        let thing = format!("/orders/{}", order.number);
        let form = [
            ("status", "ACCEPTED"),
            ("evidence", &turned("FH")),
            ("reason", &turned("FI")),
        ];
        let proposed = browser.post(&format!("{thing}/lines/1/word"), &form).await;
        assert_eq!(proposed.status, 303, "{}", proposed.text);
        let page = browser.get(&thing).await;
        let word = between(&page.text, "href=\"/words/", "/").unwrap();
        let action = ("action", "CANCEL_SENT_ORDER");
        let form = [
            action,
            ("subject", &order.number),
            ("reason", &turned("FG")),
        ];
        let asked = browser.post("/requests", &form).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        self.show(&thing, &["FH", "FI"]);
        self.show(&format!("/words/{word}/withdraw"), &["FH", "FI"]);
        self.show("/requests", &["FG"]);
        self.show("/audit", &["FG", "FL"]);
        self.show(&format!("/orders/{}", self.refused.number), &["F9"]);
        self.show("/failed-orders/CERTIFICATE", &["F9"]);
        self.show(&format!("/orders/{}", self.unsent.number), &["FA", "FB"]);
        self.show("/failed-orders/SIZE", &[]);
        self.show("/offices", &["F1"]);
        self.show(&format!("/offices/{}", self.strange_office), &["F1"]);
        self.show(&format!("/offices/{}", self.office), &["F2", "F3", "F4"]);
        self.show("/outbox", &["F1", "F5"]);
        self.show("/outbox/dead", &["F5"]);
        self.show("/account", &["FN"]);
    }

    fn show(&mut self, path: &str, tags: &[&'static str]) {
        self.pages.push((path.to_owned(), tags.to_vec()));
    }
}

/// Signs the holder of a session in once more, with a browser that calls itself something strange.
async fn call_itself(world: &World, browser: &Browser, name: &str) {
    let mut tx = world.write().await;
    let token = hash_of(&browser.cookies[SESSION]);
    let like = sessions::find(&mut tx, &token).await.unwrap().unwrap();
    let other = Session {
        id: SessionId(world.id()),
        agent: name.to_owned(),
        ..like
    };
    let token = new_token().unwrap();
    sessions::insert(&mut tx, &other, &hash_of(&token))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// What is wrong with the page that a tab shows, where these fields must stand.
async fn faults(tab: &Tab, browser: &mut Chromium, tags: &[&str]) -> Vec<String> {
    let found = tab.see(browser, FAULTS).await;
    let found = found.as_array().unwrap().iter();
    let mut faults: Vec<String> = found
        .map(|fault| fault.as_str().unwrap().to_owned())
        .collect();
    for tag in tags {
        // As text, whole, up to the sign after which a field may have been cut off.
        let text = if *tag == "F4" {
            "F4'javascript:alert(3)".to_owned()
        } else {
            format!("{tag}\"><img src=x onerror=alert(1)>")
        };
        let shown = format!("document.body.textContent.includes({})", json!(text));
        if tab.see(browser, &shown).await != true {
            faults.push(format!("{tag} is not shown"));
        }
    }
    faults.extend(tab.complaints(browser));
    faults
}

/// What is looked for in addresses, which pages repeat.
fn echoes() -> Vec<(String, Vec<&'static str>)> {
    let text =
        "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E%3Cscript%3Ealert(2)%3C/script%3E%E2%80%AEfin";
    let paths = [
        "/search?q=",
        "/help?q=",
        "/audit?actor=",
        "/audit?subject=",
        "/payments?q=",
        "/offices?q=",
        "/applications?done=",
        "/outbox/dead?cause=",
    ];
    paths
        .map(|path| (format!("{path}{text}"), Vec::new()))
        .into()
}

async fn tab_with(console: &Running, browser: &mut Chromium, token: &str) -> Tab {
    let base = format!("http://localhost:{}", console.address.port());
    let tab = Tab::open(browser, &base).await;
    tab.hold(browser, SESSION, token).await;
    tab
}

#[tokio::test]
async fn what_others_wrote_is_text_on_every_page_that_shows_it() {
    if there_is_no_browser() {
        return;
    }
    let mut world = World::start(Database::sqlite().await).await;
    let other = world.received_order(1).await;
    let mut scene = set_the_scene(&mut world).await;
    let console = console(&world);
    let mut ana = signed_in(&world, &console, Role::Supervisor).await;
    call_itself(&world, &ana, &told("FN")).await;
    scene.decide(&world, &mut ana).await;
    scene.ask(&mut ana, &other).await;
    world.pass(TimeDelta::seconds(10));

    let mut browser = Chromium::start().await;
    let tab = tab_with(&console, &mut browser, &ana.cookies[SESSION]).await;
    let mut wrong = Vec::new();
    let mut pages = std::mem::take(&mut scene.pages);
    pages.extend(echoes());
    for (path, tags) in &pages {
        let status = tab.go(&mut browser, path).await;
        if status != 200 {
            wrong.push(format!("{path}: {status}"));
        }
        for fault in faults(&tab, &mut browser, tags).await {
            wrong.push(format!("{path}: {fault}"));
        }
    }
    // What is shown after something was confirmed.
    let reveal = format!("/applications/{}/reveal", scene.application.number);
    let cause = "/failed-orders/CERTIFICATE?action=RESIGN".to_owned();
    let dead = "/outbox/dead/discard?all=yes".to_owned();
    for (path, reason, tag) in [
        (reveal, "ask", "F7"),
        (cause, "FJ", "FJ"),
        (dead, "FK", "FK"),
    ] {
        tab.go(&mut browser, &path).await;
        tab.fill(&mut browser, "#reason", &turned(reason)).await;
        let button = "main form[method=post] button[type=submit]";
        assert_eq!(tab.follow(&mut browser, button).await, 200, "{path}");
        for fault in faults(&tab, &mut browser, &[tag]).await {
            wrong.push(format!("after {path}: {fault}"));
        }
    }
    world.settle().await;
    console.stop().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
