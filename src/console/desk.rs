//! What every handler of the console may use.

use std::sync::Arc;

use crate::console::audit::Examinations;
use crate::console::pages::dashboard::Readings;
use crate::gateway::Gateway;
use crate::transport::provider::Provider;

/// What every handler may use; one per process, cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// Everything that flows need.
    pub(crate) gateway: Gateway,
    /// Whether browsers reach the console over TLS that ends here.
    pub(crate) speaks_tls: bool,
    /// The figures that every page shows around it, and the dashboard in it.
    pub(crate) readings: Arc<Readings>,
    /// The way to the provider of single sign-on, where there is one.
    pub(crate) provider: Option<Arc<Provider>>,
    /// What the last examination of the record has seen.
    pub(crate) examinations: Arc<Examinations>,
}
