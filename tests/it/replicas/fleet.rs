//! Gateways as an operator starts them: the built program, on one database and one folder.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cei_gateway::clock::Clock;
use cei_gateway::domain::id::{CredentialId, OfficeId};
use cei_gateway::domain::office::CLUJ;
use cei_gateway::random::Random;
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use cei_gateway::store::offices::{self, Office};
use openssl::sha::sha256;
use tempfile::TempDir;

use crate::kit::databases::Database;
use crate::kit::world::certificates;

/// How often something is looked for before it is given up; between two looks lies [`LOOK`].
const LOOKS_MAX: usize = 600;
/// Real processes need real time.
const LOOK: Duration = Duration::from_millis(100);

/// Seconds for which a lane is leased here.
pub(super) const LEASE_SECONDS: u64 = 4;

/// An office with its key.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    pub(super) id: OfficeId,
    pub(super) code: String,
    pub(super) key: String,
}

/// Processes on one database.
pub(super) struct Fleet {
    // Killed before the database that they use is dropped.
    processes: Vec<Process>,
    pub(super) database: Database,
    pub(super) offices: Vec<Counter>,
    folder: TempDir,
}

/// One gateway; it is killed should the test end before it.
struct Process {
    child: Option<Child>,
    port: u16,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success(), "{signal} {id}");
    }
}

/// Waits a moment of real time.
pub(super) async fn a_moment() {
    Clock::System.sleep(LOOK).await;
}

/// Looks until it is so; one look is one answer of `is_so`.
#[track_caller]
pub(super) fn until<F, Fut>(what: &str, is_so: F) -> impl Future<Output = ()>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let place = std::panic::Location::caller();
    look(what.to_owned(), place, is_so)
}

async fn look<F, Fut>(what: String, place: &'static std::panic::Location<'static>, mut is_so: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    for _ in 0..LOOKS_MAX {
        if is_so().await {
            return;
        }
        a_moment().await;
    }
    panic!("not so: {what} ({place})");
}

impl Fleet {
    /// A database with the offices of Cluj and room for so many processes, none of which runs.
    pub(super) async fn on(database: Database, size: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(certificates(), folder.path().join("certs")).unwrap();
        let process = |_| Process {
            child: None,
            port: free_port(),
        };
        let mut fleet = Self {
            processes: (0..size).map(process).collect(),
            offices: open_offices(&database).await,
            database,
            folder,
        };
        std::fs::write(fleet.path("config.toml"), fleet.config()).unwrap();
        // The first one makes the master key; two at once would make two.
        fleet.start(0);
        fleet.until_ready(0).await;
        fleet
    }

    fn config(&self) -> String {
        format!(
            r#"data_dir = {:?}
            [database]
            url = {:?}
            connections_max = 6
            [vault]
            durable = false
            [signing]
            key_file = "certs/gateway-seal.key"
            chain_file = "certs/gateway-seal.pem"
            [bureau]
            connect_timeout_seconds = 1
            continue_timeout_seconds = 1
            total_timeout_seconds = 3
            [batching]
            lines_max = 10
            [delivery]
            lease_seconds = {LEASE_SECONDS}
            webhook_ca_file = "certs/tls-ca.pem"
            [webhooks]
            allow_private = true
            connect_timeout_seconds = 1
            total_timeout_seconds = 1
            [workers]
            idle_milliseconds = 100
            failure_milliseconds = 200
            "#,
            self.folder.path(),
            self.database.url
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many processes there may be.
    pub(super) fn size(&self) -> usize {
        self.processes.len()
    }

    /// Where process `number` is to be reached.
    pub(super) fn url(&self, number: usize) -> String {
        format!("http://127.0.0.1:{}", self.processes[number].port)
    }

    /// Where all of them are to be reached.
    pub(super) fn urls(&self) -> Vec<String> {
        (0..self.size()).map(|number| self.url(number)).collect()
    }

    /// What process `number` has logged in all its lives.
    pub(super) fn said(&self, number: usize) -> String {
        std::fs::read_to_string(self.path(&format!("{number}.out"))).unwrap()
    }

    /// Why process `number` ended by itself, if it has.
    fn complaint(&self, number: usize) -> String {
        std::fs::read_to_string(self.path(&format!("{number}.err"))).unwrap()
    }

    /// Starts process `number`, unless it runs.
    pub(super) fn start(&mut self, number: usize) {
        let append = |name: String| -> File {
            let mut options = OpenOptions::new();
            options
                .create(true)
                .append(true)
                .open(self.path(&name))
                .unwrap()
        };
        let (out, err) = (
            append(format!("{number}.out")),
            append(format!("{number}.err")),
        );
        let config = self.path("config.toml");
        let process = &mut self.processes[number];
        if process.child.is_some() {
            return;
        }
        let child = Command::new(env!("CARGO_BIN_EXE_cei-gateway"))
            .arg("--config")
            .arg(config)
            .arg("serve")
            .env("CEI__HTTP__BIND", format!("127.0.0.1:{}", process.port))
            .env("CEI__HTTP__METRICS_BIND", "")
            .env("CEI__CONSOLE__BIND", "")
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        process.child = Some(child);
    }

    /// Waits until process `number` answers.
    pub(super) async fn until_ready(&self, number: usize) {
        let url = format!("{}/readyz", self.url(number));
        let client = client();
        until("a process is ready", || async {
            assert_eq!(self.complaint(number), "");
            let answer = client.get(&url).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// Ends process `number` without a word (SIGKILL).
    pub(super) fn kill(&mut self, number: usize) {
        self.processes[number].kill();
    }

    /// Freezes process `number` where it stands (SIGSTOP).
    pub(super) fn freeze(&self, number: usize) {
        self.processes[number].signal("-STOP");
    }

    /// Lets a frozen process go on, as if no time had passed for it (SIGCONT).
    pub(super) fn thaw(&self, number: usize) {
        self.processes[number].signal("-CONT");
    }
}

/// A client that gives up soon: a frozen process answers nobody.
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .tls_backend_preconfigured(trusting())
        .no_proxy()
        .timeout(Duration::from_secs(4))
        .build()
        .unwrap()
}

/// TLS is not spoken here, and a client wants it to be set up all the same.
fn trusting() -> rustls::ClientConfig {
    use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
    use cei_gateway::transport::{Trust, client_config};

    let anchors = std::fs::read(certificate_file(certificates(), TLS_CA)).unwrap();
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    client_config(&trust, None).unwrap()
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Enters the offices of Cluj, each with an API key.
async fn open_offices(database: &Database) -> Vec<Counter> {
    let (now, random) = (Clock::System.now(), Random::System);
    let mut tx = database.store.begin().await.unwrap();
    let mut counters = Vec::new();
    for known in CLUJ {
        let office = Office {
            id: OfficeId(random.uuid(now)),
            code: known.code.to_owned(),
            name: known.name.to_owned(),
            county: known.county.as_str().to_owned(),
            siruta: Some(known.siruta.into()),
            opened_on: "2025-03-20".parse().unwrap(),
        };
        assert!(offices::insert(&mut tx, &office, now).await.unwrap());
        let key = format!("cei_test_{}", known.code);
        let credential = Credential {
            id: CredentialId(random.uuid(now)),
            party: Party::Office,
            office: Some(office.id),
            label: "counter".to_owned(),
            kind: CredentialKind::ApiKey,
            hash: sha256(key.as_bytes()).to_vec(),
            scopes: "*".to_owned(),
            revoked_at: None,
        };
        assert!(
            credentials::insert(&mut tx, &credential, now)
                .await
                .unwrap()
        );
        counters.push(Counter {
            id: office.id,
            code: office.code,
            key,
        });
    }
    tx.commit().await.unwrap();
    counters
}
