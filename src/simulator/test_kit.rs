//! What the simulators' tests share: certificates, and a gateway that only listens.

use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::simulator::script::OFFICES;
use crate::transport::certificates::{
    GATEWAY_SERVER, TLS_CA, Validity, certificate_file, generate_development_certificates, key_file,
};
use crate::transport::{Identity, Trust, server_config};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// One set of certificates for all tests: they only read it.
pub(crate) fn certificates() -> &'static Path {
    static DIR: OnceLock<TempDir> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let codes = OFFICES.map(|office| office.code);
        let validity = Validity {
            from: at("2020-01-01T00:00:00Z"),
            until: at("2120-01-01T00:00:00Z"),
        };
        generate_development_certificates(dir.path(), &codes, validity, false).unwrap();
        dir
    })
    .path()
}

/// A request as the gateway saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Status and JSON or empty body.
pub(crate) type Reply = (u16, String);

type Answers = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A gateway that keeps what it is sent and answers by rote.
pub(crate) struct FakeGateway {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: ServerHandle,
}

impl FakeGateway {
    pub(crate) fn open(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let dir = certificates();
        let read = |path| std::fs::read(path).unwrap();
        let anchors = read(certificate_file(dir, TLS_CA));
        let identity = Identity {
            chain_pem: &read(certificate_file(dir, GATEWAY_SERVER)),
            key_pem: &read(key_file(dir, GATEWAY_SERVER)),
        };
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        let tls = server_config(&identity, Some(&trust)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, answers): (_, Arc<Answers>) = (Arc::clone(&seen), Arc::new(answers));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new((Arc::clone(&kept), Arc::clone(&answers))))
                .app_data(web::PayloadConfig::new(64 << 20))
                .default_service(web::to(keep))
        })
        .workers(1)
        .disable_signals()
        .listen_rustls_0_23(listener, tls)
        .unwrap()
        .run();
        let handle = server.handle();
        #[expect(clippy::disallowed_methods, reason = "a test owns its servers")]
        drop(tokio::spawn(server));
        Self {
            url: format!("https://localhost:{port}"),
            seen,
            server: handle,
        }
    }

    /// What it was sent since it was asked last.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    pub(crate) async fn close(self) {
        self.stop().await;
    }

    /// Answers nobody any more.
    pub(crate) async fn stop(&self) {
        self.server.stop(false).await;
    }
}

type Kept = (Arc<Mutex<Vec<Seen>>>, Arc<Answers>);

async fn keep(kept: web::Data<Kept>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers = request.headers().iter();
    let seen = Seen {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body,
    };
    let (status, body) = kept.1(&seen);
    kept.0.lock().unwrap().push(seen);
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .content_type("application/json")
        .body(body)
}
