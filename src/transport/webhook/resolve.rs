//! From the name of a machine to the addresses that may be connected to.

use std::io;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;
use tokio::net::lookup_host;

use crate::domain::webhook::{Endpoint, Host, Reach};
use crate::transport::webhook::connection::{Fault, Stage};

/// Addresses of one name that are tried at most.
const ADDRESSES_MAX: usize = 8;

/// Looks names up.
pub trait Resolve: Send + Sync {
    /// The addresses of a name, as the network gives them.
    fn resolve<'a>(
        &'a self,
        name: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// Names as the system looks them up.
#[derive(Clone, Copy, Debug)]
pub struct SystemNames;

impl Resolve for SystemNames {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(lookup_host((name, port)).await?.collect()) })
    }
}

/// The addresses to which a connection may be made, at least one.
///
/// One address that is not allowed refuses the name as a whole: an honest name does not lead to both.
pub(super) async fn addresses(
    names: &dyn Resolve,
    endpoint: &Endpoint,
    reach: Reach,
) -> Result<Vec<SocketAddr>, Fault> {
    let port = endpoint.port();
    let mut found = match endpoint.host() {
        Host::Address(address) => vec![SocketAddr::new(*address, port)],
        Host::Name(name) => names
            .resolve(name, port)
            .await
            .map_err(|error| Fault::io(Stage::Connecting, &error))?,
    };
    if !found.iter().all(|address| reach.allows(address.ip())) {
        return Err(Fault::Forbidden);
    }
    found.truncate(ADDRESSES_MAX);
    if found.is_empty() {
        return Err(Fault::NoAddress);
    }
    // Whatever the resolver says of the port, the one that was judged is used.
    for address in &mut found {
        address.set_port(port);
    }
    Ok(found)
}
