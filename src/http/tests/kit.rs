//! A gateway with its server, two offices, the bureau and their keys, in a folder of its own.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use openssl::sha::sha256;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::domain::application::ApplicationEvent;
use crate::domain::id::{ApplicationId, CredentialId, OfficeId};
use crate::domain::operator::Actor;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::fixture;
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::http::server::{Listener, Running, start};
use crate::random::Random;
use crate::store::credentials::{self, Credential, CredentialKind, Party};
use crate::store::offices::{self, Office};
use crate::store::{Tx, applications};
use crate::transport::certificates::{
    self, Validity, certificate_file, generate_development_certificates, key_file,
};
use crate::transport::{self, Identity, Trust};

pub(super) const DEJ: &str = "cei_test_dej";
pub(super) const TURDA: &str = "cei_test_turda";
pub(super) const BUREAU: &str = "cei_test_bureau";

/// Certificates are the same for every test.
static CERTIFICATES: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
    let validity = Validity {
        from: year(2020),
        until: year(2090),
    };
    let offices = ["CLJ-04", "CLJ-08"];
    generate_development_certificates(&folder.path().join("certs"), &offices, validity, false)
        .unwrap();
    folder
});

pub(super) struct Kit {
    pub(super) gateway: Gateway,
    pub(super) clock: ManualClock,
    pub(super) server: Running,
    pub(super) dej: OfficeId,
    client: Client,
    is_tls: bool,
    _folder: TempDir,
}

/// An answer, read.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is the problem of this code, complete, and returns it.
    #[track_caller]
    pub(super) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}", self.text);
        assert_eq!(self.status, status);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        assert_eq!(problem["instance"], problem["request_id"]);
        for member in ["title", "detail"] {
            assert!(!problem[member].as_str().unwrap().is_empty());
        }
        problem
    }

    #[track_caller]
    pub(super) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }
}

impl Kit {
    pub(super) async fn start() -> Self {
        Self::start_with(|_config, listener| listener.tls = None).await
    }

    pub(super) async fn start_tls() -> Self {
        Self::start_with(|_config, _listener| ()).await
    }

    pub(super) async fn start_with(adjust: impl Fn(&mut Config, &mut Listener)) -> Self {
        let folder = TempDir::new().unwrap();
        let certs = CERTIFICATES.path().join("certs");
        std::os::unix::fs::symlink(certs, folder.path().join("certs")).unwrap();
        let mut config = Config::development(folder.path());
        config.vault.durable = false;
        let mut listener = Listener::from_config(&config).unwrap();
        listener.bind = "127.0.0.1:0".parse().unwrap();
        listener.threads = 1;
        adjust(&mut config, &mut listener);
        let is_tls = listener.tls.is_some();
        let clock = ManualClock::at(morning());
        let random = Random::seeded(17);
        let gateway = Gateway::open(config, Clock::Manual(clock.clone()), random)
            .await
            .unwrap();
        let dej = people(&gateway).await;
        Self {
            server: start(&gateway, listener).unwrap(),
            gateway,
            clock,
            dej,
            client: client(None),
            is_tls,
            _folder: folder,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.server.address.port())
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Reads `path` with an API key.
    pub(super) async fn get(&self, key: &str, path: &str) -> Reply {
        send(self.request(Method::GET, path).bearer_auth(key)).await
    }

    /// Reads `path` as somebody who has this version.
    pub(super) async fn get_known(&self, key: &str, path: &str, tag: &str) -> Reply {
        let request = self.request(Method::GET, path).bearer_auth(key);
        send(request.header("If-None-Match", tag)).await
    }

    /// Posts `body` with an API key and an idempotency key.
    pub(super) async fn post(&self, key: &str, path: &str, once: &str, body: &Value) -> Reply {
        let request = self.request(Method::POST, path).bearer_auth(key);
        send(request.header("Idempotency-Key", once).json(body)).await
    }

    pub(super) async fn submit(
        &self,
        key: &str,
        once: &str,
        content: &ApplicationContent,
    ) -> Reply {
        let body = serde_json::to_value(content).unwrap();
        self.post(key, "/v1/applications", once, &body).await
    }

    /// Hands in an adult's application of Dej and returns its id.
    pub(super) async fn taken_in(&self) -> ApplicationId {
        let reply = self.submit(DEJ, "taken-in", &adult()).await;
        reply.expect(201)["id"].as_str().unwrap().parse().unwrap()
    }

    /// Takes steps of an application as the gateway's workers would.
    pub(super) async fn lead(&self, id: ApplicationId, events: &[ApplicationEvent]) {
        let actor = Actor::Gateway("test");
        let note = note(&self.gateway, &actor, None);
        let mut tx = self.gateway.store.begin().await.unwrap();
        let mut application = applications::find(&mut tx, id).await.unwrap().unwrap();
        for event in events {
            advance::<std::convert::Infallible>(&mut tx, &mut application, *event, None, &note)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub(super) async fn read(&self) -> Tx {
        self.gateway.store.read().await.unwrap()
    }
}

/// The version of what was read.
pub(super) fn tag_of(reply: &Reply) -> String {
    reply.header("etag").to_owned()
}

pub(super) async fn send(request: RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    Reply {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

/// A client that shows the certificate of this name.
pub(super) fn client(name: Option<&str>) -> Client {
    let certs = CERTIFICATES.path().join("certs");
    let anchors = std::fs::read(certificate_file(&certs, certificates::TLS_CA)).unwrap();
    let pem = name.map(|name| {
        let read = |file: std::path::PathBuf| std::fs::read(file).unwrap();
        (
            read(certificate_file(&certs, name)),
            read(key_file(&certs, name)),
        )
    });
    client_of(&anchors, pem.as_ref())
}

pub(super) fn client_of(anchors: &[u8], pem: Option<&(Vec<u8>, Vec<u8>)>) -> Client {
    let trust = Trust {
        anchors_pem: anchors,
        crls_pem: None,
    };
    let identity = pem.map(|(chain, key)| Identity {
        chain_pem: chain,
        key_pem: key,
    });
    let tls = transport::client_config(&trust, identity.as_ref()).unwrap();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

/// SHA-256 of the public key of a development certificate.
pub(super) fn key_of_certificate(name: &str) -> [u8; 32] {
    let file = certificate_file(&CERTIFICATES.path().join("certs"), name);
    let pem = std::fs::read(file).unwrap();
    let der = openssl::x509::X509::from_pem(&pem)
        .unwrap()
        .to_der()
        .unwrap();
    transport::spki_sha256(&der).unwrap()
}

pub(super) fn certificates() -> &'static Path {
    CERTIFICATES.path()
}

fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 12, 7, 0, 0).unwrap()
}

/// An adult's application without a payment reference.
pub(super) fn adult() -> ApplicationContent {
    ApplicationContent {
        payment_reference: None,
        ..fixture::adult()
    }
}

/// Another adult's application, with a fee to pay.
pub(super) fn paying() -> ApplicationContent {
    ApplicationContent {
        payment_reference: None,
        office_reference: "CLJ-2026-004712".to_owned(),
        earlier_card: "ISSUED".to_owned(),
        ..fixture::of("2900517121232", fixture::REGISTERED_ON)
    }
}

/// Enters the offices and everybody's keys; returns Dej's id.
async fn people(gateway: &Gateway) -> OfficeId {
    let mut tx = gateway.store.begin().await.unwrap();
    let now = gateway.clock.now();
    let mut ids = Vec::new();
    for (code, key) in [("CLJ-04", DEJ), ("CLJ-08", TURDA)] {
        let id = OfficeId(gateway.random.uuid(now));
        let office = Office {
            id,
            code: code.to_owned(),
            name: format!("SPCLEP {code}"),
            county: "CJ".to_owned(),
            siruta: Some(55_008),
            opened_on: fixture::REGISTERED_ON,
        };
        offices::insert(&mut tx, &office, now).await.unwrap();
        ids.push(id);
        register(&mut tx, gateway, key, Party::Office, Some(id), "*").await;
    }
    register(&mut tx, gateway, BUREAU, Party::Bureau, None, "*").await;
    tx.commit().await.unwrap();
    ids[0]
}

/// Registers an API key.
pub(super) async fn register(
    tx: &mut Tx,
    gateway: &Gateway,
    key: &str,
    party: Party,
    office: Option<OfficeId>,
    scopes: &str,
) -> CredentialId {
    let kind = CredentialKind::ApiKey;
    let hash = sha256(key.as_bytes()).to_vec();
    enter(tx, gateway, (party, office), (kind, hash), scopes).await
}

/// Enters a credential.
pub(super) async fn enter(
    tx: &mut Tx,
    gateway: &Gateway,
    (party, office): (Party, Option<OfficeId>),
    (kind, hash): (CredentialKind, Vec<u8>),
    scopes: &str,
) -> CredentialId {
    let now = gateway.clock.now();
    let credential = Credential {
        id: CredentialId(gateway.random.uuid(now)),
        party,
        office,
        label: "test".to_owned(),
        kind,
        hash,
        scopes: scopes.to_owned(),
        revoked_at: None,
    };
    assert!(credentials::insert(tx, &credential, now).await.unwrap());
    credential.id
}
