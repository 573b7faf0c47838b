//! The same with a provider that others wrote: oidc-provider, run by node from `tests/oidc`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use cei_gateway::config::Oidc;
use cei_gateway::console::server::Running;
use chrono::{DateTime, TimeDelta, Utc};

use crate::console::browser::{Answer, Browser, Device, SESSION, console};
use crate::console::single_sign_on::provider::CLIENT_SECRET;
use crate::console::single_sign_on::{SUBJECT, add_linked, by_provider, come_back, record, set_up};
use crate::kit::environment::waived;
use crate::kit::world::{World, both_worlds};

/// Where scripts/setup installs it.
const MODULES: &str = "target/tools/oidc/node_modules";

const SCRIPT: &str = "tests/oidc/provider.mjs";

/// Whether this machine does without it, by name.
pub(crate) fn there_is_no_provider() -> bool {
    waived("oidc-provider")
}

/// A provider that runs until it is dropped.
pub(crate) struct Real {
    process: Child,
    pub(crate) issuer: String,
}

impl Real {
    /// Starts one that sends people back to `answer_url` and lives at `now`.
    pub(crate) fn start(answer_url: &str, secret: &str, now: DateTime<Utc>) -> Self {
        let modules = std::path::absolute(MODULES).unwrap();
        assert!(
            modules.exists(),
            "{MODULES} is not there; run scripts/setup test"
        );
        let mut process = Command::new("node")
            .arg(SCRIPT)
            .arg(modules)
            .envs([("REDIRECT", answer_url), ("SECRET", secret)])
            .env("NOW", now.timestamp().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node");
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let issuer = line.trim().to_owned();
        assert!(
            issuer.starts_with("http://127.0.0.1:"),
            "the provider did not start: {issuer:?}"
        );
        Self { process, issuer }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn scene(world: &mut World, change: impl FnOnce(&mut Oidc)) -> (Running, Real) {
    let answer_url = "https://console.example/sign-in/provider/answer";
    let real = Real::start(answer_url, CLIENT_SECRET, world.now());
    set_up(world, &real.issuer, change).await;
    (console(world), real)
}

/// All of the way, for somebody with a name and means, and with what is wrong about it.
async fn go_through(
    browser: &mut Browser,
    real: &Real,
    (name, means, wrong): (&str, &str, &str),
) -> Answer {
    let path = |location: &str| {
        location
            .strip_prefix(&real.issuer)
            .unwrap_or(location)
            .to_owned()
    };
    let left = browser.get("/sign-in/provider").await;
    let mut there = Browser::at(&real.issuer);
    let asked = there.get(&path(left.location())).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let form = path(asked.location());
    there.get(&form).await.shows(200, "Who are you?");
    let fields = [("name", name), ("amr", means), ("how", wrong)];
    let mut answer = there.post(&form, &fields).await;
    if answer.location().starts_with(&real.issuer) {
        answer = there.get(&path(answer.location())).await;
    }
    let (base, query) = answer
        .location()
        .split_once('?')
        .expect("back to the console");
    assert_eq!(base, "https://console.example/sign-in/provider/answer");
    come_back(browser, query).await
}

both_worlds! {
    async fn somebody_comes_from_a_real_provider_and_gives_a_code(world: &mut World) {
        if there_is_no_provider() {
            return;
        }
        let (console, real) = scene(world, |_| ()).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        let answer = go_through(&mut browser, &real, (SUBJECT, "", "")).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in/device"), "{}", answer.text);
        let device = Device::of_page(&browser.get("/sign-in/device").await.text);
        browser.post("/sign-in/device", &[("code", &device.shows(world))]).await.shows(200, "class=\"codes\"");
        world.pass(TimeDelta::minutes(1));
        let mut again = Browser::new(&console);
        let answer = go_through(&mut again, &real, (SUBJECT, "", "")).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in/code"), "{}", answer.text);
        again.get("/sign-in/code").await;
        let answer = again.post("/sign-in/code", &[("code", &device.shows(world))]).await;
        assert_eq!((answer.status, answer.location()), (303, "/"));
        console.stop().await;
    }

    async fn a_real_provider_says_that_it_asked_for_two_factors_or_lets_nobody_in(world: &mut World) {
        if there_is_no_provider() {
            return;
        }
        let (console, real) = scene(world, by_provider).await;
        add_linked(world, "ana", SUBJECT).await;
        let mut browser = Browser::new(&console);
        let mfa = "pwd mfa";
        for (who, status, words) in [
            ((SUBJECT, "pwd", ""), 403, "Al doilea factor nu a fost cerut de ROeID."),
            (("nobody-yet", mfa, ""), 403, "<code>nobody-yet</code>"),
            ((SUBJECT, mfa, "nonce"), 422, "codul NONCE."),
            ((SUBJECT, mfa, "audience"), 422, "codul AUDIENCE."),
            ((SUBJECT, mfa, "issuer"), 422, "codul ISSUER."),
            ((SUBJECT, mfa, "expired"), 422, "codul EXPIRED."),
            ((SUBJECT, mfa, "unsigned"), 422, "codul ALGORITHM."),
            ((SUBJECT, mfa, "denied"), 422, "Intrarea a fost refuzată sau oprită la ROeID."),
        ] {
            let answer = go_through(&mut browser, &real, who).await;
            assert_eq!(answer.status, status, "{who:?} {}", answer.text);
            answer.shows(status, words);
            assert!(!browser.cookies.contains_key(SESSION), "{who:?}");
        }
        let answer = go_through(&mut browser, &real, (SUBJECT, mfa, "")).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{}", answer.text);
        browser.get("/account").await.shows(200, "<small>operator</small>");
        let said = record(world).await;
        let refused = said.iter().filter(|line| line.contains("SIGN_IN_FAILED")).count();
        assert_eq!(refused, 7, "{said:#?}");
        console.stop().await;
    }
}
