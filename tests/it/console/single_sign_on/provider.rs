//! A provider on the wire that says what it is told to say, right or wrong, and believes nobody who cannot
//! prove what the console must prove.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use openssl::sha::sha256;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::console::single_sign_on::key::{Key, Kind};

/// What the provider calls the console.
pub(super) const CLIENT_ID: &str = "cei-console";

/// What the console proves that with.
pub(super) const CLIENT_SECRET: &str = "swordfish/of 1926";

/// How it behaves at its token endpoint.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// As it should.
    Good,
    /// A claim of the token says something else; `null` leaves it out.
    Claim(&'static str, Value),
    /// The token's header names this algorithm, and is signed accordingly.
    Signed(Kind),
    /// Something of the token was changed after it was signed.
    Altered,
    /// There is no token in the answer.
    NoToken,
    /// The token is no token.
    Nonsense,
    /// It answers with this status and says why.
    Refuses(u16, &'static str),
    /// It takes the request and says nothing.
    Silent,
    /// It takes the request and closes.
    Closes,
    /// Its answer has no end.
    Endless,
    /// It sends us elsewhere.
    Redirects,
}

/// What the provider has promised to somebody who was there.
#[derive(Clone)]
struct Promise {
    nonce: String,
    challenge: String,
    subject: String,
    now: DateTime<Utc>,
}

struct Shared {
    manner: Manner,
    key: Key,
    promise: Option<Promise>,
    /// Its word about its token endpoint and its keys, where that is not its own.
    elsewhere: Option<(&'static str, String)>,
    is_public: bool,
    extra: Value,
}

/// A provider.
pub(super) struct Provider {
    pub(super) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    asked: watch::Receiver<Vec<String>>,
    _tasks: JoinSet<()>,
}

/// Where somebody was sent.
pub(super) struct Sent {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) query: String,
}

impl Sent {
    /// Reads the address that the console leads to.
    pub(super) fn of(location: &str) -> Self {
        let (_, query) = location.split_once('?').unwrap();
        let part = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(key, _)| *key == name);
            found.unwrap_or_else(|| panic!("no {name} in {query}")).1
        };
        assert_eq!(part("code_challenge_method"), "S256");
        assert_eq!(part("response_type"), "code");
        Self {
            state: part("state").to_owned(),
            nonce: part("nonce").to_owned(),
            challenge: part("code_challenge").to_owned(),
            query: query.to_owned(),
        }
    }
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener)
    }

    /// Comes back at the address of one that went away.
    pub(super) async fn start_at(address: SocketAddr) -> Self {
        Self::serve(TcpListener::bind(address).await.unwrap())
    }

    fn serve(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared {
            manner: Manner::Good,
            key: Key::new(Kind::Es256, "first"),
            promise: None,
            elsewhere: None,
            is_public: false,
            extra: json!({}),
        }));
        let (asks, asked) = watch::channel(Vec::new());
        let mut tasks = JoinSet::new();
        let theirs = shared.clone();
        tasks.spawn(async move {
            let mut visits = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                visits.spawn(answer(stream, address, theirs.clone(), asks.clone()));
            }
        });
        Self {
            address,
            shared,
            asked,
            _tasks: tasks,
        }
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn behave(&self, manner: Manner) {
        self.shared.lock().unwrap().manner = manner;
    }

    /// Signs with another key from now on.
    pub(super) fn change_key(&self, kind: Kind, id: &str) {
        self.shared.lock().unwrap().key = Key::new(kind, id);
    }

    /// Names somebody else's address in its word about itself.
    pub(super) fn point_elsewhere(&self, what: &'static str, address: String) {
        self.shared.lock().unwrap().elsewhere = Some((what, address));
    }

    /// Gives the console no secret.
    pub(super) fn trust_anybody(&self) {
        self.shared.lock().unwrap().is_public = true;
    }

    /// Says this of everybody, beside what every token says.
    pub(super) fn say(&self, claims: Value) {
        self.shared.lock().unwrap().extra = claims;
    }

    /// Identifies somebody who was sent here; returns the code that they bring back.
    pub(super) fn identify(&self, sent: &Sent, subject: &str, now: DateTime<Utc>) -> &'static str {
        self.shared.lock().unwrap().promise = Some(Promise {
            nonce: sent.nonce.clone(),
            challenge: sent.challenge.clone(),
            subject: subject.to_owned(),
            now,
        });
        "a-code"
    }

    /// What it was asked for, by path.
    pub(super) fn asked_for(&self, path: &str) -> usize {
        self.asked.borrow().iter().filter(|it| *it == path).count()
    }

    /// Waits until it was asked for a path.
    pub(super) async fn is_asked_for(&self, path: &str) {
        let mut asked = self.asked.clone();
        let seen = asked.wait_for(|asked| asked.iter().any(|it| it == path));
        drop(seen.await.unwrap());
    }
}

/// A request, read.
struct Request {
    path: String,
    head: String,
    body: String,
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_it = name.eq_ignore_ascii_case("content-length");
                is_it.then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1)?.to_owned();
                let (head, body) = (head.to_owned(), body.to_owned());
                return Some(Request { path, head, body });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn answer(
    mut stream: TcpStream,
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    asks: watch::Sender<Vec<String>>,
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    asks.send_modify(|asked| asked.push(request.path.clone()));
    let said = said(&request, address, &shared);
    match said {
        Said::Text(status, text) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n\
                 location: http://{address}/keys\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                text.len()
            );
            drop(stream.write_all(head.as_bytes()).await);
            drop(stream.write_all(text.as_bytes()).await);
            drop(stream.shutdown().await);
        }
        Said::Nothing => {
            // Until the other side goes away.
            let mut rest = Vec::new();
            drop(stream.read_to_end(&mut rest).await);
        }
        Said::Gone => (),
        Said::NoEnd => {
            let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\
                        transfer-encoding: chunked\r\n\r\n";
            drop(stream.write_all(head.as_bytes()).await);
            let piece = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            while stream.write_all(piece.as_bytes()).await.is_ok() {}
        }
    }
}

enum Said {
    Text(u16, String),
    Nothing,
    Gone,
    NoEnd,
}

fn said(request: &Request, address: SocketAddr, shared: &Mutex<Shared>) -> Said {
    let shared = shared.lock().unwrap();
    let own = |path: &str| format!("http://{address}{path}");
    match request.path.as_str() {
        "/.well-known/openid-configuration" => {
            let mut word = json!({
                "issuer": format!("http://{address}"),
                "authorization_endpoint": own("/authorize"),
                "token_endpoint": own("/token"),
                "jwks_uri": own("/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            });
            if let Some((what, elsewhere)) = &shared.elsewhere {
                word[*what] = json!(elsewhere);
            }
            Said::Text(200, word.to_string())
        }
        "/keys" => Said::Text(200, json!({ "keys": [shared.key.public()] }).to_string()),
        "/token" => token(request, address, &shared),
        _ => Said::Text(404, "{}".to_owned()),
    }
}

fn token(request: &Request, address: SocketAddr, shared: &Shared) -> Said {
    match &shared.manner {
        Manner::Silent => return Said::Nothing,
        Manner::Closes => return Said::Gone,
        Manner::Endless => return Said::NoEnd,
        Manner::Redirects => return Said::Text(302, String::new()),
        Manner::Refuses(status, error) => {
            let why = json!({ "error": error, "error_description": "ana@example.ro is not here" });
            return Said::Text(*status, why.to_string());
        }
        _ => (),
    }
    let refused = |why: &str| Said::Text(400, json!({ "error": why }).to_string());
    if !is_our_client(request, shared.is_public) {
        return refused("invalid_client");
    }
    let fields: Vec<(String, String)> = request.body.split('&').map(pair).collect();
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let Some(promise) = &shared.promise else {
        return refused("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(sha256(field("code_verifier").as_bytes()));
    let is_theirs = field("code") == "a-code"
        && field("grant_type") == "authorization_code"
        && field("redirect_uri") == "https://console.example/sign-in/provider/answer"
        && challenge == promise.challenge;
    if !is_theirs {
        return refused("invalid_grant");
    }
    let mut body = json!({ "access_token": "x", "token_type": "Bearer" });
    match &shared.manner {
        Manner::NoToken => (),
        Manner::Nonsense => body["id_token"] = json!("a.b.c"),
        manner => body["id_token"] = json!(written(manner, address, promise, shared)),
    }
    Said::Text(200, body.to_string())
}

fn written(manner: &Manner, address: SocketAddr, promise: &Promise, shared: &Shared) -> String {
    let mut claims = json!({
        "iss": format!("http://{address}"),
        "sub": promise.subject,
        "aud": CLIENT_ID,
        "iat": promise.now.timestamp(),
        "exp": (promise.now + TimeDelta::minutes(5)).timestamp(),
        "nonce": promise.nonce,
    });
    let all = claims.as_object_mut().unwrap();
    all.extend(shared.extra.as_object().unwrap().clone());
    match manner {
        Manner::Claim(name, Value::Null) => drop(all.remove(*name)),
        Manner::Claim(name, value) => drop(all.insert((*name).to_owned(), value.clone())),
        Manner::Signed(kind) => return shared.key.as_kind(*kind).sign(&claims),
        _ => (),
    }
    let good = shared.key.sign(&claims);
    if !matches!(manner, Manner::Altered) {
        return good;
    }
    claims["sub"] = json!("somebody else");
    let other = URL_SAFE_NO_PAD.encode(claims.to_string());
    let parts: Vec<&str> = good.split('.').collect();
    format!("{}.{other}.{}", parts[0], parts[2])
}

/// Whether the console proves itself, or says who it is where it has nothing to prove it with.
fn is_our_client(request: &Request, is_public: bool) -> bool {
    let told = request.head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let value = value.strip_prefix("Basic ");
        value.filter(|_| name.eq_ignore_ascii_case("authorization"))
    });
    if is_public {
        let names_itself = request.body.contains(&format!("client_id={CLIENT_ID}"));
        return told.is_none() && names_itself && !request.body.contains("client_secret");
    }
    // RFC 6749 §2.3.1: both are written as in a form.
    let expected = format!("{CLIENT_ID}:swordfish%2Fof+1926");
    told.is_some_and(|told| STANDARD.decode(told).unwrap() == expected.as_bytes())
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap();
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            other => other,
        });
    }
    (name.to_owned(), String::from_utf8(bytes).unwrap())
}

/// How long the console waits for the provider.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
