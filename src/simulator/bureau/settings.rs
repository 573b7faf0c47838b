//! How a bureau is set up.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use crate::bureau::complaint_decision::Payer;
use crate::simulator::bureau::misbehaviour::Plan;
use crate::simulator::bureau::production::FailureRates;

/// How the erasure of biometric data is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Erasures {
    /// How long after the last word on a line its data are erased.
    pub after: TimeDelta,
    /// Whether it is told in confirmations of their own instead of acknowledgements.
    pub confirmations: bool,
}

/// How complaints are decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ComplaintRule {
    /// Every complaint about a card that was shipped is admitted, and this party pays.
    Admit(Payer),
    /// Every one is refused, for the reason with this number.
    Refuse(u16),
}

/// How a bureau is set up.
#[derive(Clone, Debug)]
pub struct BureauSettings {
    /// Where it listens; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Its code in documents.
    pub code: String,
    /// Whether it is the bureau of the test environment.
    pub test: bool,
    /// What its chance follows from.
    pub seed: u64,
    /// How often cards fail.
    pub rates: FailureRates,
    /// How it misbehaves.
    pub plan: Plan,
    /// Where copies of orders, receipts and acknowledgements are kept.
    pub dir: Option<PathBuf>,
    /// Bytes of an order at most.
    pub order_bytes_max: usize,
    /// How long an order that is not answered is held, in real time.
    pub hold: Duration,
    /// Whether parcels are told of in shipment notices instead of acknowledgements.
    pub shipment_notices: bool,
    /// Whether biometric data are erased, and how that is told.
    pub erasures: Option<Erasures>,
    /// How complaints are decided.
    pub complaints: ComplaintRule,
}

impl BureauSettings {
    /// An honest bureau of the test environment on a free port of this machine.
    pub fn honest(code: &str, seed: u64) -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            code: code.to_owned(),
            test: true,
            seed,
            rates: FailureRates::default(),
            plan: Plan::honest(),
            dir: None,
            order_bytes_max: 64 * 1024 * 1024,
            hold: Duration::from_mins(1),
            shipment_notices: false,
            erasures: None,
            complaints: ComplaintRule::Admit(Payer::Bureau),
        }
    }
}
