//! Why something is not done about a refund, as callers are told.

use crate::domain::four_eyes::ApprovalRefusal;
use crate::flow::refund::RefundRefusal;
use crate::http::problems::{BodyFault, Problem, Text, catalogue};

impl From<RefundRefusal> for Problem {
    fn from(refusal: RefundRefusal) -> Self {
        if let Some((pointer, message)) = fault(&refusal) {
            return Self::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
                pointer: pointer.to_owned(),
                code: refusal.code(),
                message,
            }]);
        }
        match &refusal {
            RefundRefusal::PaymentUnknown
            | RefundRefusal::RefundUnknown
            | RefundRefusal::ListUnknown => Self::of(catalogue::NOT_FOUND),
            RefundRefusal::AccountMissing => Self::of(catalogue::REFUND_ACCOUNT_MISSING),
            RefundRefusal::TooMuch(left) => Self::of(catalogue::REFUND_TOO_MUCH).about(
                format!("At most {left} can be given back in one refund."),
                format!("Se pot restitui cel mult {left} într-o singură restituire."),
            ),
            RefundRefusal::DebtorMissing => Self::of(catalogue::REFUND_DEBTOR_MISSING),
            RefundRefusal::Approval(ApprovalRefusal::SamePerson) => {
                Self::of(catalogue::APPROVAL_SAME_PERSON)
            }
            RefundRefusal::Approval(ApprovalRefusal::NotAPerson) => {
                Self::of(catalogue::APPROVAL_NOT_A_PERSON)
            }
            RefundRefusal::KeyReused(reused) => (*reused).into(),
            other => not_possible(other),
        }
    }
}

/// The field of the body that is wrong, and what is.
fn fault(refusal: &RefundRefusal) -> Option<(&'static str, Text)> {
    let (pointer, en, ro) = match refusal {
        RefundRefusal::ReasonMissing => ("/reason", "Say why.", "Indicați motivul."),
        RefundRefusal::AmountWrong => (
            "/amount_minor",
            "Give an amount above zero.",
            "Indicați o sumă mai mare decât zero.",
        ),
        RefundRefusal::AccountWrong(_) => (
            "/account/iban",
            "This is no IBAN: look for a slip.",
            "Acesta nu este un IBAN: verificați scrierea.",
        ),
        RefundRefusal::NameMissing => (
            "/account/name",
            "Give the holder's name in Latin letters.",
            "Indicați numele titularului cu litere latine.",
        ),
        RefundRefusal::OwnAccount => (
            "/account/iban",
            "This is the account that refunds are paid from.",
            "Acesta este contul din care se plătesc restituirile.",
        ),
        _ => return None,
    };
    Some((pointer, Text::new(en, ro)))
}

/// What the state of a refund, a list or a payment does not allow.
fn not_possible(refusal: &RefundRefusal) -> Problem {
    let (en, ro) = match refusal {
        RefundRefusal::StateForbids(state) => (
            format!("The refund is {state}."),
            format!("Starea restituirii este {state}."),
        ),
        RefundRefusal::ListPaid(number) => (
            format!("The bank has paid {number} of this list."),
            format!("Banca a plătit {number} din această listă."),
        ),
        RefundRefusal::NothingToList => (
            "No approved refund waits to be listed.".to_owned(),
            "Nicio restituire aprobată nu așteaptă exportul.".to_owned(),
        ),
        RefundRefusal::CurrencyUnsupported => (
            "No list can be written in this currency.".to_owned(),
            "Nu se poate scrie o listă în această monedă.".to_owned(),
        ),
        RefundRefusal::ListWithdrawn => (
            "The list was withdrawn before.".to_owned(),
            "Lista a fost deja retrasă.".to_owned(),
        ),
        RefundRefusal::Erased => (
            "It was erased when its time had come.".to_owned(),
            "A fost șters la termenul prevăzut.".to_owned(),
        ),
        _ => (
            "Nothing of the payment can be given back.".to_owned(),
            "Din această plată nu se poate restitui nimic.".to_owned(),
        ),
    };
    Problem::of(catalogue::REFUND_NOT_POSSIBLE).about(en, ro)
}
