//! What the gate lets through.

use cei_gateway::console::routes::{Access, ROUTES};
use cei_gateway::domain::operator::role::{RIGHTS, Role};
use cei_gateway::domain::sign_in::Stage;
use cei_gateway::flow::people::token::{form_token, masked};
use chrono::TimeDelta;
use reqwest::Method;

use crate::console::browser::{
    Browser, SESSION, add_user, between, console, encoded, session_of, signed_in,
};
use crate::kit::world::{World, both_worlds};

/// Whoever may come: nobody, somebody at a stage of signing in, somebody with a role or with none.
fn visitors() -> Vec<Option<(Stage, Option<Role>)>> {
    let stages = [Stage::NewPassword, Stage::Enrol, Stage::Code];
    let mut all = vec![None, Some((Stage::Open, None))];
    // A role is worth nothing before signing in is finished.
    all.extend(stages.map(|stage| Some((stage, Some(Role::Supervisor)))));
    all.extend(
        Role::ALL
            .iter()
            .map(|role| Some((Stage::Open, Some(*role)))),
    );
    all
}

#[derive(Debug, Eq, PartialEq)]
enum Expected {
    In,
    ToSignIn,
    Forbidden,
}

fn expected(access: Access, visitor: Option<(Stage, Option<Role>)>) -> Expected {
    let open = visitor.filter(|(stage, _)| *stage == Stage::Open);
    match access {
        Access::Anyone => Expected::In,
        Access::At(stage) if visitor.is_some_and(|(at, _)| at == stage) => Expected::In,
        Access::SignedIn if open.is_some() => Expected::In,
        Access::At(_) | Access::SignedIn => Expected::ToSignIn,
        Access::Needs(permission) => {
            let (_, roles) = RIGHTS.iter().find(|(held, _)| *held == permission).unwrap();
            match open {
                None => Expected::ToSignIn,
                Some((_, Some(role))) if roles.contains(&role) => Expected::In,
                Some(_) => Expected::Forbidden,
            }
        }
    }
}

both_worlds! {
    async fn every_route_lets_in_whom_the_list_names_and_nobody_else(world: &mut World) {
        let console = console(world);
        for route in ROUTES {
            for visitor in visitors() {
                let mut browser = Browser::new(&console);
                if let Some((stage, role)) = visitor {
                    let token = session_of(world, role, stage).await;
                    browser.form_token = masked(&form_token(&token)).unwrap();
                    browser.cookies.insert(SESSION.to_owned(), token);
                } else {
                    browser.get("/sign-in").await;
                }
                let part = |part: &'static str| if part.starts_with('{') { "17-x" } else { part };
                let path: Vec<_> = route.path.split('/').map(part).collect();
                let path = path.join("/");
                let answer = match route.method {
                    "GET" => browser.get(&path).await,
                    _ => browser.post(&path, &[]).await,
                };
                let to_sign_in = answer.status == 303 && answer.location().starts_with("/sign-in");
                let found = match answer.status {
                    403 => Expected::Forbidden,
                    303 if to_sign_in && route.access != Access::Anyone => Expected::ToSignIn,
                    _ => Expected::In,
                };
                let wanted = expected(route.access, visitor);
                assert_eq!(found, wanted, "{route:?} {visitor:?} {}", answer.text);
                assert_ne!(answer.status, 500, "{route:?} {visitor:?} {}", answer.text);
            }
        }
        console.stop().await;
    }

    async fn a_session_ends_by_time_by_idleness_and_when_its_account_is_disabled(world: &mut World) {
        let console = console(world);
        let mut browser = signed_in(world, &console, Role::Viewer).await;
        // Whoever works stays signed in beyond half an hour, and no longer than eight hours.
        for _ in 0..19 {
            world.pass(TimeDelta::minutes(25));
            assert_eq!(browser.get("/account").await.status, 200);
        }
        world.pass(TimeDelta::minutes(5));
        let answer = browser.get("/account?x=1").await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=/account%3Fx%3D1"));

        // A page that refreshes itself is nobody who works.
        let mut idle = signed_in(world, &console, Role::Viewer).await;
        for minutes in [20, 9] {
            world.pass(TimeDelta::minutes(minutes));
            let request = idle.request(Method::GET, "/account").header("cei-refresh", "1");
            assert_eq!(idle.send(request).await.status, 200);
        }
        world.pass(TimeDelta::minutes(1));
        let request = idle.request(Method::GET, "/account").header("hx-request", "true");
        let answer = idle.send(request).await;
        assert_eq!((answer.status, answer.header("hx-redirect")), (401, "/sign-in?next=/account"));
        console.stop().await;
    }

    async fn a_forged_cookie_and_a_strange_one_are_nobody(world: &mut World) {
        let console = console(world);
        for cookie in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1 --", "%00"] {
            let mut browser = Browser::new(&console);
            browser.cookies.insert(SESSION.to_owned(), cookie.to_owned());
            let answer = browser.get("/account").await;
            assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=/account"), "{cookie}");
        }
        console.stop().await;
    }

    async fn a_form_that_is_not_ours_changes_nothing(world: &mut World) {
        let console = console(world);
        let mut browser = signed_in(world, &console, Role::Operator).await;
        let mut other = signed_in(world, &console, Role::Operator).await;
        let good = browser.form_token.clone();
        let send = |token: &str| encoded(&[("form_token", token)]);
        let post = |browser: &Browser| browser.request(Method::POST, "/sign-out");
        // Without a token, with another's, with one that is cut off.
        for token in ["", other.form_token.as_str(), good.get(..20).unwrap()] {
            let request = post(&browser).header("sec-fetch-site", "same-origin").body(send(token));
            assert_eq!(browser.send(request).await.status, 403);
        }
        // With ours, but sent by another site, or by nobody knows whom.
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("x-nothing", "1"),
        ] {
            let request = post(&browser).header(name, value).body(send(&good));
            assert_eq!(browser.send(request).await.status, 403, "{name}: {value}");
        }
        assert_eq!(browser.get("/account").await.status, 200, "still signed in");
        // An older browser tells the origin alone.
        let origin = format!("http://{}", console.address);
        let request = post(&browser).header("origin", origin).body(send(&good));
        assert_eq!(browser.send(request).await.status, 303);
        assert_eq!(other.get("/account").await.status, 200, "the other one is not signed out");
        console.stop().await;
    }

    async fn no_address_breaks_a_page_or_puts_markup_into_it(world: &mut World) {
        let console = console(world);
        let roles = [Role::Supervisor, Role::Administrator, Role::Auditor];
        let mut people = Vec::new();
        for role in roles {
            people.push((role, signed_in(world, &console, role).await));
        }
        let long = "x".repeat(3_000);
        let names = [
            "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%22%3E%3Cimg%20src%3Dx%3E", "'", "%E2%80%AE", "%00",
            "..%2F..%2Fetc", long.as_str(),
        ];
        let queries = [
            "after=%3Cscript%3Ealert(1)%3C/script%3E", "after=999999999999999999999999", "after=%00", "after='",
            "q=%22%3E%3Cimg%20src=x%3E%E2%80%AE", "state=%00", "state=SENT,,", "format=..%2F..", "%", "&=&=&",
            "row=x&row=y", "hold=x", "since=%22", "day=%27", "channel=%3C", "action=%3C", "all=yes&status=x",
        ];
        for route in ROUTES.iter().filter(|route| route.method == "GET") {
            // Whoever may come that far.
            let may = |role: &Role| expected(route.access, Some((Stage::Open, Some(*role)))) == Expected::In;
            let found = people.iter_mut().find(|(role, _)| may(role));
            let Some((_, browser)) = found else { continue };
            let with = |name: &str| {
                let part = |part: &str| if part.starts_with('{') { name.to_owned() } else { part.to_owned() };
                route.path.split('/').map(part).collect::<Vec<_>>().join("/")
            };
            let mut addresses: Vec<String> = queries.map(|query| format!("{}?{query}", with("17-x"))).into();
            addresses.push(format!("{}?q={long}&after={long}", with("17-x")));
            if route.path.contains('{') {
                addresses.extend(names.map(with));
            }
            for address in addresses {
                let answer = browser.get(&address).await;
                let is_told = matches!(answer.status, 200 | 303 | 400 | 403 | 404 | 414 | 422 | 431);
                assert!(is_told, "{address}: {} {}", answer.status, answer.text);
                for markup in ["<script>alert", "<img"] {
                    assert!(!answer.text.contains(markup), "{address}: {}", answer.text);
                }
            }
        }
        console.stop().await;
    }

    async fn what_is_too_long_or_no_text_is_refused_before_anybody_reads_it(world: &mut World) {
        let console = console(world);
        let mut browser = signed_in(world, &console, Role::Operator).await;
        let long = "x".repeat(5_000);
        let answer = browser.post("/account/password", &[("present", &long)]).await;
        answer.shows(400, "4000");
        let huge = "x".repeat(90_000);
        let answer = browser.post("/account/password", &[("present", &huge)]).await;
        assert_eq!(answer.status, 413);
        for body in ["form_token=%00", "a=%FF%FE", "=&=&%"] {
            let request = browser.request(Method::POST, "/account/password");
            let request = request.header("sec-fetch-site", "same-origin").body(body);
            let status = browser.send(request).await.status;
            assert!(matches!(status, 400 | 403), "{body} {status}");
        }
        for path in ["/account/sessions/x/end", "/account/sessions/%00/end", "/account/../account"] {
            let status = browser.post(path, &[]).await.status;
            assert!(matches!(status, 404 | 405), "{path} {status}");
        }
        console.stop().await;
    }
}

#[tokio::test]
async fn every_answer_forbids_the_browser_what_we_do_not_do() {
    let database = crate::kit::databases::Database::sqlite().await;
    let world = World::start(database).await;
    let console = console(&world);
    let mut browser = signed_in(&world, &console, Role::Viewer).await;
    let mut nonces = std::collections::BTreeSet::new();
    for path in ["/", "/sign-in", "/account", "/nowhere", "/account"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'nonce-"),
            "{path} {policy}"
        );
        for part in [
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.header("x-request-id").is_empty());
        let nonce = between(&policy, "'nonce-", "'").unwrap();
        let own = format!("nonce=\"{nonce}\"");
        let scripts = answer.text.split("<script").skip(1);
        for script in scripts {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&own), "{path}: <script{tag}>");
        }
        assert!(!answer.text.contains("style="), "{path}");
        nonces.insert(policy);
    }
    assert_eq!(nonces.len(), 5, "a nonce is used once");
    console.stop().await;
}

#[tokio::test]
async fn cookies_are_for_this_host_over_tls_and_no_script_reads_them() {
    let database = crate::kit::databases::Database::sqlite().await;
    let world = World::start(database).await;
    let console = console(&world);
    let given = add_user(&world, "ana", Role::Operator).await;
    let mut browser = Browser::new(&console);
    let first = browser.get("/sign-in").await;
    let second = browser
        .post("/sign-in", &[("name", "ana"), ("password", &given)])
        .await;
    for (answer, name) in [(first, "__Host-cei-form="), (second, "__Host-cei-session=")] {
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with(name), "{cookie}");
        assert!(
            cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
    }
    console.stop().await;
}
