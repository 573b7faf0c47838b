//! What the bureau can swear to: the other side's evidence when somebody asks whether a card was
//! ordered twice, or not at all.

use std::collections::BTreeMap;

use crate::simulator::bureau::misbehaviour::Misbehaviour;

/// What the bureau has taken, made and said since it started.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BureauLedger {
    /// Orders that it took.
    pub orders: u64,
    /// Lines of these orders.
    pub lines: u64,
    /// Orders that it refused for a fault, by the number of the reason.
    pub refused_orders: BTreeMap<u16, u64>,
    /// Orders that came again with the same bytes after they had been taken.
    pub repeated_orders: u64,
    /// Orders that came again with other bytes.
    pub conflicting_orders: u64,
    /// Lines that it refused, by the number of the reason.
    pub refused_lines: BTreeMap<u16, u64>,
    /// Application numbers of lines that came while another line for the same application could
    /// still become a card: what must never happen.
    pub duplicates: Vec<String>,
    /// Good cards that were made, per application number.
    pub cards: BTreeMap<String, u32>,
    /// Cards that were found wanting.
    pub failed_cards: u64,
    /// Cards that were given up.
    pub spoiled_cards: u64,
    /// Cards that left with the courier.
    pub shipped_cards: u64,
    /// Lines that it cancelled because it was asked to.
    pub cancelled_lines: u64,
    /// Lines that it was asked to cancel too late.
    pub cancels_too_late: u64,
    /// Letters that it took, by kind.
    pub letters: BTreeMap<&'static str, u64>,
    /// Letters that came again with the same bytes.
    pub repeated_letters: u64,
    /// Letters that came again with other bytes.
    pub conflicting_letters: u64,
    /// Letters that it could not use, by the number of the reason.
    pub refused_letters: BTreeMap<u16, u64>,
    /// What the gateway said it could not use: the numbers of its reasons.
    pub errors_told: Vec<u16>,
    /// Honest acknowledgements that the gateway took.
    pub documents: u64,
    /// How often it misbehaved, and how.
    pub misbehaved: BTreeMap<Misbehaviour, u64>,
}
