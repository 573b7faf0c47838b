//! Who may call, on two replicas of one database: what one process changes the other obeys within a
//! second.

use std::time::Duration;

use cei_gateway::clock::Clock;
use cei_gateway::domain::id::CredentialId;
use cei_gateway::gateway::Gateway;
use cei_gateway::http::server::{Listener, Running, start};
use cei_gateway::random::Random;
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use cei_gateway::store::tidings::Ear;
use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
use cei_gateway::transport::{Trust, client_config};
use openssl::sha::sha256;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::kit::world::{World, both_worlds, certificates};

/// Within which a revocation is obeyed everywhere.
const PROMISED: Duration = Duration::from_secs(1);

/// Longer than anything here takes, shorter than a test may hang.
const LONG: Duration = Duration::from_secs(30);

/// One process that serves.
struct Replica {
    gateway: Gateway,
    server: Running,
    _listening: JoinSet<()>,
}

impl Replica {
    async fn start(world: &World) -> Self {
        let clock = Clock::Manual(world.clock.clone());
        let random = Random::seeded(11);
        let gateway = Gateway::open(world.config.clone(), clock, random)
            .await
            .unwrap();
        let mut listener = Listener::from_config(&gateway.config).unwrap();
        listener.bind = "127.0.0.1:0".parse().unwrap();
        listener.tls = None;
        listener.threads = 1;
        let server = start(&gateway, listener).unwrap();
        let mut listening = JoinSet::new();
        let store = gateway.store.clone();
        listening.spawn(async move {
            let mut ear = Ear::open(&store).await.unwrap();
            loop {
                ear.follow(Duration::from_millis(500), || ()).await.unwrap();
            }
        });
        while !gateway.store.tidings().is_followed() {
            tokio::task::yield_now().await;
        }
        Self {
            gateway,
            server,
            _listening: listening,
        }
    }

    /// The status of a request with this key.
    async fn ask(&self, client: &reqwest::Client, path: &str, key: &str) -> u16 {
        let url = format!("http://{}{path}", self.server.address);
        let answer = client.get(url).bearer_auth(key).send().await.unwrap();
        answer.status().as_u16()
    }
}

/// Both speak in the clear; a client has its TLS all the same.
fn client() -> reqwest::Client {
    let anchors = std::fs::read(certificate_file(certificates(), TLS_CA)).unwrap();
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(client_config(&trust, None).unwrap())
        .no_proxy()
        .timeout(LONG)
        .build()
        .unwrap()
}

async fn new_key(world: &World, key: &str) -> CredentialId {
    let credential = Credential {
        id: CredentialId(world.id()),
        party: Party::Office,
        office: Some(world.offices[0].id),
        label: "counter".to_owned(),
        kind: CredentialKind::ApiKey,
        hash: sha256(key.as_bytes()).to_vec(),
        scopes: "*".to_owned(),
        revoked_at: None,
    };
    let mut tx = world.write().await;
    let now = world.now();
    assert!(
        credentials::insert(&mut tx, &credential, now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    credential.id
}

async fn revoke(gateway: &Gateway, id: CredentialId) {
    let mut tx = gateway.store.begin().await.unwrap();
    let now = gateway.clock.now();
    assert!(credentials::revoke(&mut tx, id, now).await.unwrap());
    tx.commit().await.unwrap();
}

both_worlds! {
    async fn what_one_replica_revokes_both_refuse_within_a_second(world: &mut World) {
        // It is asked until it refuses, as often as the machine can; the office's rate is not the subject.
        world.config.limits.office_requests_per_second = 0;
        let (here, there) = (Replica::start(world).await, Replica::start(world).await);
        let client = client();
        let mut in_time = 0;
        for number in 0..3 {
            let key = format!("cei_test_number-{number}");
            let id = new_key(world, &key).await;
            for replica in [&here, &there] {
                assert_eq!(replica.ask(&client, "/v1/offices/me", &key).await, 200);
            }
            revoke(&here.gateway, id).await;
            let refused = async {
                for replica in [&here, &there] {
                    while replica.ask(&client, "/v1/offices/me", &key).await != 401 {}
                }
            };
            let mut refused = std::pin::pin!(refused);
            // The machine may be busy with something else once; it is not every time.
            match timeout(PROMISED, &mut refused).await {
                Ok(()) => in_time += 1,
                Err(_elapsed) => timeout(LONG, refused).await.expect("it is heard at all"),
            }
        }
        assert!(in_time >= 2, "{in_time} of 3 within a second");
    }

    async fn an_office_that_waits_at_one_replica_is_sent_away_by_the_other(world: &mut World) {
        let (here, there) = (Replica::start(world).await, Replica::start(world).await);
        let client = client();
        let key = "cei_test_waiting";
        let id = new_key(world, key).await;
        assert_eq!(there.ask(&client, "/v1/events", key).await, 200);
        let waiting = there.ask(&client, "/v1/events?wait=25", key);
        let revoking = async {
            // The request is on its way by the time that another one is answered.
            assert_eq!(there.ask(&client, "/v1/offices/me", key).await, 200);
            revoke(&here.gateway, id).await;
        };
        // Far below the 25 seconds that it would wait otherwise.
        let both = async { tokio::join!(waiting, revoking) };
        let (status, ()) = timeout(Duration::from_secs(15), Box::pin(both)).await.unwrap();
        assert_eq!(status, 401);
    }
}
