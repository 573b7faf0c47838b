//! A browser without scripts: cookies, the token of the last form, and where an answer leads. And people
//! with accounts.

use std::collections::BTreeMap;
use std::fmt::Write;

use cei_gateway::console::server::{Listener, Running, start};
use cei_gateway::domain::id::{SessionId, UserId};
use cei_gateway::domain::one_time_code::code_of;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::domain::sign_in::Stage;
use cei_gateway::flow::people::administer::{self, By};
use cei_gateway::flow::people::token::{hash_of, new_token};
use cei_gateway::store::sessions::{self, Session};
use cei_gateway::store::users::{self, User};
use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
use cei_gateway::transport::{Trust, client_config};
use chrono::TimeDelta;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use reqwest::{Client, Method, RequestBuilder};

use crate::kit::world::{World, certificates};

/// A password that its owner chose.
pub(crate) const CHOSEN: &str = "corect cal baterie capsă";

pub(crate) const SESSION: &str = "__Host-cei-session";

/// Starts the console of a world on a free port.
pub(crate) fn console(world: &World) -> Running {
    let mut config = world.config.clone();
    config.console.bind = Some("127.0.0.1:0".parse().unwrap());
    let listener = Listener::from_config(&config).unwrap().unwrap();
    start(&world.gateway, listener).unwrap()
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// Asserts that this is a page with this in it.
    #[track_caller]
    pub(crate) fn shows(&self, status: u16, part: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.text.contains(part), "{part} is not in {}", self.text);
    }
}

pub(crate) struct Browser {
    client: Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) form_token: String,
}

impl Browser {
    pub(crate) fn new(console: &Running) -> Self {
        Self::at(&format!("http://{}", console.address))
    }

    /// A browser that goes to whoever serves at `base`.
    pub(crate) fn at(base: &str) -> Self {
        // TLS is not spoken here, and a client wants it to be set up all the same.
        let anchors = std::fs::read(certificate_file(certificates(), TLS_CA)).unwrap();
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        let client = Client::builder()
            .tls_backend_preconfigured(client_config(&trust, None).unwrap())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            client: client.build().unwrap(),
            base: base.to_owned(),
            cookies: BTreeMap::new(),
            form_token: String::new(),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.header("cookie", cookies.join("; "))
    }

    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        };
        if let Some(token) = between(&answer.text, "name=\"form_token\" value=\"", "\"") {
            self.form_token = token;
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Sends the form of the last page with these fields.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token.clone();
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        let request = self.request(Method::POST, path);
        let request = request
            .header("sec-fetch-site", "same-origin")
            .body(encoded(&all));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request).await
    }
}

/// What stands between two texts for the first time.
pub(crate) fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found.to_owned())
}

/// Fields as a form sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            write!(escaped, "%{byte:02X}").unwrap();
            escaped
        })
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Adds an account; returns the password that it was given.
pub(crate) async fn add_user(world: &World, name: &str, role: Role) -> String {
    let actor = Actor::Operator("root".to_owned());
    let by = By {
        actor: &actor,
        reason: None,
        seen: None,
    };
    let given = administer::add(&world.gateway, name, &Roles::new([role]), by)
        .await
        .unwrap();
    given.to_string()
}

/// A device that shows codes.
pub(crate) struct Device(Vec<u8>);

impl Device {
    /// Reads the key from the page that shows it.
    pub(crate) fn of_page(text: &str) -> Self {
        let key = between(text, "<code>", "</code>").unwrap();
        let letters = key.chars().filter(|c| !c.is_whitespace());
        let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
        for letter in letters {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
            bits = (bits << 5) | u32::try_from(value).unwrap();
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
            }
        }
        Self(bytes)
    }

    /// What it shows now.
    pub(crate) fn shows(&self, world: &World) -> String {
        let key = PKey::hmac(&self.0).unwrap();
        let step = world.now().timestamp() / 30;
        let mut signer = Signer::new(MessageDigest::sha1(), &key).unwrap();
        let hmac = signer.sign_oneshot_to_vec(&step.to_be_bytes()).unwrap();
        code_of(&hmac.try_into().unwrap())
    }
}

/// Signs in for the first time, all steps of it.
pub(crate) async fn first_sign_in(
    world: &World,
    console: &Running,
    name: &str,
    given: &str,
) -> (Browser, Device, Vec<String>) {
    let mut browser = Browser::new(console);
    browser
        .get("/sign-in")
        .await
        .shows(200, "type=\"password\"");
    let answer = browser
        .post("/sign-in", &[("name", name), ("password", given)])
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/sign-in/password")
    );
    browser
        .get("/sign-in/password")
        .await
        .shows(200, "name=\"again\"");
    let passwords = [("new", CHOSEN), ("again", CHOSEN)];
    let answer = browser.post("/sign-in/password", &passwords).await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/sign-in/device"),
        "{}",
        answer.text
    );
    let page = browser.get("/sign-in/device").await;
    page.shows(200, "<svg class=\"qr-code\"");
    let device = Device::of_page(&page.text);
    let code = device.shows(world);
    let answer = browser.post("/sign-in/device", &[("code", &code)]).await;
    answer.shows(200, "class=\"codes\"");
    let codes = answer.text.split("<code>").skip(1);
    let codes = codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    (browser, device, codes)
}

/// An account with a session at `stage`, without the work of signing in; returns the token.
pub(crate) async fn session_of(world: &World, role: Option<Role>, stage: Stage) -> String {
    let now = world.now();
    let id = UserId(world.id());
    let mut user = User {
        id,
        name: format!("u{}", id.0.simple()),
        password_hash: "$argon2id$nobody".to_owned(),
        temporary_until: None,
        code_key: None,
        code_confirmed: false,
        code_step: 0,
        disabled_at: None,
        signed_in_at: None,
        created_at: now,
        version: 1,
    };
    let token = new_token().unwrap().to_string();
    let session = Session {
        id: SessionId(world.id()),
        user: id,
        stage,
        address: "192.0.2.1".to_owned(),
        agent: "test".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + TimeDelta::hours(8),
    };
    let mut tx = world.write().await;
    assert!(users::insert(&mut tx, &user).await.unwrap());
    users::set_roles(&mut tx, id, &Roles::new(role))
        .await
        .unwrap();
    // As the password leaves it to whoever has no device yet.
    let key = world.gateway.vault.new_key().unwrap();
    user.code_key = Some(world.gateway.vault.wrap_code_key(&key, id.0).unwrap());
    assert!(users::update(&mut tx, &user, now).await.unwrap());
    sessions::insert(&mut tx, &session, &hash_of(&token))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    token
}

/// A browser that holds the session of somebody with a role.
pub(crate) async fn signed_in(world: &World, console: &Running, role: Role) -> Browser {
    let mut browser = Browser::new(console);
    let token = session_of(world, Some(role), Stage::Open).await;
    browser.cookies.insert(SESSION.to_owned(), token);
    browser.get("/account").await.shows(200, "form_token");
    browser
}

/// What the hidden fields of a page's form say.
pub(crate) fn hidden(page: &Answer) -> Vec<(String, String)> {
    let inputs = page.text.split("<input type=\"hidden\" ").skip(1);
    let pairs = inputs.filter_map(|input| {
        let name = between(input, "name=\"", "\"")?;
        Some((name, between(input, "value=\"", "\"")?))
    });
    // The token is the browser's, and other forms of the page have fields of their own.
    let foreign = ["form_token", "next"];
    pairs
        .filter(|(name, _)| !foreign.contains(&name.as_str()))
        .collect()
}

/// Sends the form of a page with a reason.
pub(crate) async fn confirm(
    browser: &mut Browser,
    path: &str,
    page: &Answer,
    reason: &str,
) -> Answer {
    fill_in(browser, path, page, &[("reason", reason)]).await
}

/// Sends the form of a page with these fields filled in.
pub(crate) async fn fill_in(
    browser: &mut Browser,
    path: &str,
    page: &Answer,
    typed: &[(&str, &str)],
) -> Answer {
    let fields = hidden(page);
    let mut all: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    all.extend(typed);
    browser.post(path, &all).await
}

/// Rows of the page's list.
pub(crate) fn rows(page: &Answer) -> usize {
    page.text.matches("<tr class=\"row\"").count()
}
