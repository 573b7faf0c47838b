//! Single sign-on: people come from a provider, with and without our code, and nobody else does.

mod failures;
mod key;
mod provider;
pub(crate) mod real;

use cei_gateway::config::Oidc;
use cei_gateway::console::server::Running;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::domain::single_sign_on::SecondFactor;
use cei_gateway::flow::people::administer::{self, By};
use cei_gateway::flow::people::link;
use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::console::browser::{Answer, Browser, Device, SESSION, console};
use crate::console::single_sign_on::provider::{CLIENT_ID, CLIENT_SECRET, Provider, Sent};
use crate::kit::databases::rows;
use crate::kit::world::{World, both_worlds, certificates};

/// What the provider calls Ana; it looks like what must stand nowhere.
const SUBJECT: &str = "2900101221146";

const TRIP: &str = "__Host-cei-trip";

/// A console with single sign-on, and the provider beside it.
async fn scene(world: &mut World, change: impl FnOnce(&mut Oidc)) -> (Running, Provider) {
    let provider = Provider::start().await;
    set_up(world, &provider.issuer(), change).await;
    (console(world), provider)
}

/// Has the gateway know a provider.
pub(crate) async fn set_up(world: &mut World, issuer: &str, change: impl FnOnce(&mut Oidc)) {
    let secret = world.config.data_dir.join("client-secret");
    cei_gateway::vault::private_file::create(&secret, CLIENT_SECRET.as_bytes()).unwrap();
    let settings = &mut world.config.console;
    settings.public_url = Some("https://console.example".to_owned());
    let oidc = &mut settings.oidc;
    oidc.issuer = Some(issuer.to_owned());
    oidc.client_id = CLIENT_ID.to_owned();
    oidc.client_secret_file = Some(secret);
    oidc.ca_file = Some(certificate_file(certificates(), TLS_CA));
    oidc.name = "ROeID".to_owned();
    change(oidc);
    assert_eq!(world.config.validate(), Ok(()));
    world.restart().await;
}

fn by_provider(oidc: &mut Oidc) {
    oidc.second_factor = SecondFactor::Provider;
    oidc.acr_values = vec!["urn:example:high".to_owned()];
}

const ROOT: &str = "root";

pub(crate) async fn add_linked(world: &World, name: &str, subject: &str) {
    let actor = Actor::Operator(ROOT.to_owned());
    let by = By {
        actor: &actor,
        reason: Some("new colleague"),
        seen: None,
    };
    let roles = Roles::new([Role::Operator]);
    link::add_linked(&world.gateway, (name, subject), &roles, by)
        .await
        .unwrap();
}

/// Leaves for the provider; returns where the browser was sent.
async fn leave(browser: &mut Browser, next: &str) -> Sent {
    let answer = browser.get(&format!("/sign-in/provider{next}")).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    Sent::of(answer.location())
}

/// Comes back as the provider leads a browser back: from another site.
async fn come_back(browser: &mut Browser, query: &str) -> Answer {
    let request = browser.request(Method::GET, &format!("/sign-in/provider/answer?{query}"));
    let request = request.header("sec-fetch-site", "cross-site");
    browser.send(request).await
}

/// All of the way, for whom the provider calls `subject`.
async fn go_through(
    world: &World,
    browser: &mut Browser,
    provider: &Provider,
    subject: &str,
) -> Answer {
    let sent = leave(browser, "").await;
    let code = provider.identify(&sent, subject, world.now());
    come_back(browser, &format!("code={code}&state={}", sent.state)).await
}

/// What the record says of signing in, oldest first.
async fn record(world: &World) -> Vec<String> {
    let mut tx = world.read().await;
    let rows = rows!(
        (String, String, String, String),
        &mut tx,
        "SELECT actor, action, subject, detail FROM audit_records ORDER BY seq"
    );
    rows.into_iter()
        .map(|(actor, action, subject, detail)| format!("{actor} {action} {subject} {detail}"))
        .collect()
}

/// Asserts that what the provider calls somebody stands nowhere.
async fn assert_kept_nowhere(world: &World, subject: &str) {
    let mut tx = world.read().await;
    let links = rows!(
        (String, Vec<u8>),
        &mut tx,
        "SELECT issuer, subject_hash FROM user_subjects"
    );
    for (issuer, hash) in &links {
        assert!(!issuer.contains(subject) && hash.len() == 32);
    }
    drop(tx);
    for line in record(world).await {
        assert!(!line.contains(subject), "{line}");
    }
}

both_worlds! {
    async fn somebody_comes_from_the_provider_and_gives_the_code_of_a_device(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        browser.get("/sign-in?next=/account").await
            .shows(200, "<a class=\"button wide\" href=\"/sign-in/provider?next=/account\">Intră cu ROeID</a>");

        // The first time: a device is set up, as after a password.
        let sent = leave(&mut browser, "?next=/account").await;
        assert!(sent.query.contains("scope=openid&") || sent.query.ends_with("scope=openid"), "{}", sent.query);
        assert!(!sent.query.contains("acr_values"), "{}", sent.query);
        let code = provider.identify(&sent, SUBJECT, world.now());
        let answer = come_back(&mut browser, &format!("code={code}&state={}&iss={}", sent.state, provider.issuer())).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in/device?next=/account"), "{}", answer.text);
        assert!(!browser.cookies.contains_key(TRIP), "the way is over");
        assert_eq!(browser.get("/account").await.status, 303, "half of it is not enough");
        let device = Device::of_page(&browser.get("/sign-in/device").await.text);
        browser.post("/sign-in/device", &[("code", &device.shows(world))]).await.shows(200, "class=\"codes\"");
        browser.get("/account").await.shows(200, "Contul nu are parolă");

        // Again: the code is asked for, and waits follow from wrong ones as ever.
        let before = browser.cookies[SESSION].clone();
        world.pass(TimeDelta::minutes(1));
        let mut again = Browser::new(&console);
        let answer = go_through(world, &mut again, &provider, SUBJECT).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in/code"));
        assert_ne!(again.cookies[SESSION], before);
        again.get("/sign-in/code").await;
        for status in [422, 422, 422, 422, 422, 429] {
            let answer = again.post("/sign-in/code", &[("code", "000000")]).await;
            assert_eq!(answer.status, status);
        }
        world.pass(TimeDelta::minutes(1));
        let answer = again.post("/sign-in/code", &[("code", &device.shows(world))]).await;
        assert_eq!((answer.status, answer.location()), (303, "/"));
        again.get("/account").await.shows(200, "<small>operator</small>");

        // An account without a password is not opened by any, nor by none.
        let mut other = Browser::new(&console);
        for password in ["", " ", "corect cal baterie capsă"] {
            other.get("/sign-in").await;
            let answer = other.post("/sign-in", &[("name", "ana"), ("password", password)]).await;
            assert_eq!(answer.status, 422);
        }
        let said = record(world).await;
        let issuer = provider.issuer();
        for line in [
            format!("operator:root USER_LINKED ana {issuer}"),
            format!("operator:ana IDENTIFIED ana {issuer}"),
            "operator:ana SIGNED_IN ana 127.0.0.1".to_owned(),
            "gateway:console SIGN_IN_FAILED ana ".to_owned(),
        ] {
            assert!(said.contains(&line), "{line} is not in {said:#?}");
        }
        assert_kept_nowhere(world, SUBJECT).await;
        console.stop().await;
    }

    async fn where_the_provider_asks_for_the_second_factor_it_must_say_so(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        for claims in [json!({}), json!({ "amr": ["pwd"] }), json!({ "acr": "urn:example:low" })] {
            provider.say(claims);
            let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
            answer.shows(403, "Al doilea factor nu a fost cerut de ROeID.");
            assert!(!browser.cookies.contains_key(SESSION));
        }
        let said = record(world).await;
        let refused = "gateway:console SIGN_IN_FAILED ana provider: no second factor";
        assert_eq!(said.iter().filter(|line| *line == refused).count(), 3, "{said:#?}");

        for claims in [json!({ "amr": ["pwd", "mfa"] }), json!({ "acr": "urn:example:high" })] {
            provider.say(claims);
            let mut browser = Browser::new(&console);
            let sent = leave(&mut browser, "?next=/account").await;
            assert!(sent.query.contains("acr_values=urn%3Aexample%3Ahigh"), "{}", sent.query);
            let code = provider.identify(&sent, SUBJECT, world.now());
            let answer = come_back(&mut browser, &format!("code={code}&state={}", sent.state)).await;
            assert_eq!((answer.status, answer.location()), (303, "/account"), "{}", answer.text);
            browser.get("/account").await.shows(200, "<small>operator</small>");
        }
        console.stop().await;
    }

    async fn a_stranger_is_told_what_to_tell_the_administrator_and_is_let_in_once_linked(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        provider.say(json!({ "amr": ["mfa"] }));
        add_linked(world, "ana", "somebody else").await;
        let mut browser = Browser::new(&console);
        let answer = go_through(world, &mut browser, &provider, "a<b>&\"'1").await;
        answer.shows(403, "<code>a&#60;b&#62;&#38;&#34;&#39;1</code>");
        answer.shows(403, "cei-gateway user link");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!browser.cookies.contains_key(SESSION));
        let said = record(world).await;
        let line = format!("gateway:console SIGN_IN_FAILED {} provider: no account", provider.issuer());
        assert!(said.contains(&line), "{said:#?}");
        assert_kept_nowhere(world, "a<b>").await;

        let actor = Actor::Operator(ROOT.to_owned());
        let by = By { actor: &actor, reason: Some("showed a card"), seen: None };
        let given = administer::add(&world.gateway, "ion", &Roles::new([Role::Auditor]), by).await.unwrap();
        link::link(&world.gateway, "ion", "a<b>&\"'1", by).await.unwrap();
        let answer = go_through(world, &mut browser, &provider, "a<b>&\"'1").await;
        assert_eq!((answer.status, answer.location()), (303, "/"));
        browser.get("/account").await.shows(200, "intrați și cu ROeID");

        // The password stays good beside it, until its owner changes it.
        let mut other = Browser::new(&console);
        other.get("/sign-in").await;
        let answer = other.post("/sign-in", &[("name", "ion"), ("password", &given)]).await;
        assert_eq!(answer.location(), "/sign-in/password");
        console.stop().await;
    }

    async fn a_disabled_or_unlinked_account_is_opened_no_more_and_its_sessions_end(world: &mut World) {
        let (console, provider) = scene(world, by_provider).await;
        provider.say(json!({ "amr": ["mfa"] }));
        add_linked(world, "ana", SUBJECT).await;
        let actor = Actor::Operator(ROOT.to_owned());
        let by = By { actor: &actor, reason: Some("left"), seen: None };
        let gateway = &world.gateway;
        let mut browser = Browser::new(&console);
        assert_eq!(go_through(world, &mut browser, &provider, SUBJECT).await.status, 303);
        browser.get("/account").await.shows(200, "ana");

        administer::disable(gateway, "ana", by).await.unwrap();
        assert_eq!(browser.get("/account").await.status, 303);
        let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        answer.shows(403, "Contul dumneavoastră este dezactivat");
        administer::enable(gateway, "ana", by).await.unwrap();
        assert_eq!(go_through(world, &mut browser, &provider, SUBJECT).await.status, 303);

        link::unlink(gateway, "ana", by).await.unwrap();
        assert_eq!(browser.get("/account").await.status, 303, "its session has ended");
        let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        answer.shows(403, "Niciun cont nu este legat");
        let said = record(world).await;
        assert!(said.contains(&"gateway:console SIGN_IN_FAILED ana provider: account disabled".to_owned()));
        assert!(said.contains(&"operator:root USER_UNLINKED ana ".to_owned()), "{said:#?}");

        // The person may be given another account now.
        add_linked(world, "ana.noua", SUBJECT).await;
        assert_eq!(go_through(world, &mut browser, &provider, SUBJECT).await.status, 303);
        console.stop().await;
    }

    async fn whoever_comes_is_given_another_session_and_the_one_before_ends(world: &mut World) {
        let (console, provider) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        go_through(world, &mut browser, &provider, SUBJECT).await;
        let planted = browser.cookies[SESSION].clone();
        let sent = leave(&mut browser, "").await;
        let code = provider.identify(&sent, SUBJECT, world.now());
        come_back(&mut browser, &format!("code={code}&state={}", sent.state)).await;
        assert_ne!(browser.cookies[SESSION], planted);
        let mut late = Browser::new(&console);
        late.cookies.insert(SESSION.to_owned(), planted);
        assert_eq!(late.get("/sign-in/device").await.status, 303, "the planted one is worth nothing");
        browser.get("/sign-in/device").await.shows(200, "qr-code");
        console.stop().await;
    }

    async fn a_public_client_proves_each_way_by_its_verifier_alone(world: &mut World) {
        let (console, provider) = scene(world, |oidc| oidc.client_secret_file = None).await;
        provider.trust_anybody();
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        let answer = go_through(world, &mut browser, &provider, SUBJECT).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in/device"), "{}", answer.text);
        console.stop().await;
    }

    async fn the_page_of_accounts_says_who_is_linked_and_not_to_whom(world: &mut World) {
        let (console, _provider) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = crate::console::browser::signed_in(world, &console, Role::Administrator).await;
        let page = browser.get("/settings/users").await;
        page.shows(200, "<span class=\"badge\">legat</span>");
        assert!(!page.text.contains(SUBJECT));
        assert_eq!(page.text.matches(">legat<").count(), 1);
        console.stop().await;
    }
}

#[tokio::test]
async fn without_a_provider_there_is_no_button_and_no_way() {
    let world = World::start(crate::kit::databases::Database::sqlite().await).await;
    let console = console(&world);
    let mut browser = Browser::new(&console);
    let page = browser.get("/sign-in").await;
    page.shows(200, "type=\"password\"");
    assert!(!page.text.contains("/sign-in/provider"));
    for path in [
        "/sign-in/provider",
        "/sign-in/provider/answer?code=a&state=b",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, answer.location()),
            (303, "/sign-in"),
            "{path}"
        );
    }
    console.stop().await;
}
