//! The API as offices and everybody else see it: who may do what, the guide, the description.

mod guide;
mod roles;
mod schemathesis;

use std::net::SocketAddr;

use cei_gateway::domain::id::{CredentialId, OfficeId};
use cei_gateway::http::server::{Listener, Running, start};
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use openssl::sha::sha256;

use crate::kit::world::World;

/// Registers an API key that says in its name who holds it; returns the key.
async fn register(world: &World, party: Party, office: Option<OfficeId>, scopes: &str) -> String {
    let gateway = &world.gateway;
    let key = format!("cei_test_{:032x}", u128::from(gateway.random.next_u64()));
    let credential = Credential {
        id: CredentialId(gateway.random.uuid(gateway.clock.now())),
        party,
        office,
        label: "tester".to_owned(),
        kind: CredentialKind::ApiKey,
        hash: sha256(key.as_bytes()).to_vec(),
        scopes: scopes.to_owned(),
        revoked_at: None,
    };
    let mut tx = world.write().await;
    assert!(
        credentials::insert(&mut tx, &credential, gateway.clock.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    key
}

/// Lets everybody ask as often as they like.
async fn lift_limits(world: &mut World) {
    world.config.limits.office_requests_per_second = 0;
    world.config.limits.failures_per_minute = 0;
    world.restart().await;
}

/// Starts the server of a world, without TLS.
fn serve(world: &World) -> (Running, SocketAddr) {
    let mut listener = Listener::from_config(&world.config).unwrap();
    listener.bind = "127.0.0.1:0".parse().unwrap();
    listener.tls = None;
    listener.threads = 1;
    let server = start(&world.gateway, listener).unwrap();
    let address = server.address;
    (server, address)
}
