//! What cashiers type: payment references, personal codes and hints in free text.
//!
//! Numbers are found as runs of whole digit groups, never by sliding a window over digits: in
//! real texts a window finds far more false codes than true ones. A finding is only evidence;
//! matching decides what it is worth.

use chrono::NaiveDate;

use crate::domain::cnp::Cnp;
use crate::domain::payment_reference::PaymentReference;

/// What one text says.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Narrative {
    /// References whose check digits are right, each once.
    pub references: Vec<PaymentReference>,
    /// Codes in what the payer wrote about the payment, each once; the payer's own is apart.
    pub cnps: Vec<Cnp>,
    /// The code that the bank says is the payer's.
    pub payer_cnp: Option<Cnp>,
    /// References that need letters read as digits; only when there is none without.
    pub repaired_references: Vec<PaymentReference>,
    /// Codes that need letters read as digits; only when there is none without.
    pub repaired_cnps: Vec<Cnp>,
    /// Runs of twelve digits that are no reference: perhaps one with a slip.
    pub failed_references: Vec<String>,
    /// Whether it speaks of someone else than the payer: a child, `pentru`, `pt`.
    pub speaks_of_another_person: bool,
    /// The words after `pentru`, `copil`, `beneficiar`: perhaps the beneficiary's name.
    pub beneficiary_hint: Option<String>,
    /// The payer's name, where the bank labels it.
    pub payer_name: Option<String>,
}
