//! Why something is not done about a refund, as callers are told.

use crate::domain::four_eyes::ApprovalRefusal;
use crate::flow::refund::RefundRefusal;
use crate::http::problems::{BodyFault, Problem, Text, catalogue};

fn fault(pointer: &str, code: &'static str, en: &str, ro: &str) -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: pointer.to_owned(),
        code,
        message: Text::new(en, ro),
    }])
}

impl From<RefundRefusal> for Problem {
    fn from(refusal: RefundRefusal) -> Self {
        let code = refusal.code();
        let not_possible = |en: String, ro: &str| {
            let what = format!("({code}) ");
            Self::of(catalogue::REFUND_NOT_POSSIBLE).about(what.clone() + &en, what + ro)
        };
        match &refusal {
            RefundRefusal::PaymentUnknown
            | RefundRefusal::RefundUnknown
            | RefundRefusal::ListUnknown => Self::of(catalogue::NOT_FOUND),
            RefundRefusal::ReasonMissing => fault("/reason", code, "Say why.", "Indicați motivul."),
            RefundRefusal::AmountWrong => fault(
                "/amount_minor",
                code,
                "Give an amount above zero.",
                "Indicați o sumă mai mare decât zero.",
            ),
            RefundRefusal::AccountWrong(_) => fault(
                "/account/iban",
                code,
                "This is no IBAN: look for a slip.",
                "Acesta nu este un IBAN: verificați scrierea.",
            ),
            RefundRefusal::NameMissing => fault(
                "/account/name",
                code,
                "Give the holder's name in Latin letters.",
                "Indicați numele titularului cu litere latine.",
            ),
            RefundRefusal::OwnAccount => fault(
                "/account/iban",
                code,
                "This is the account that refunds are paid from.",
                "Acesta este contul din care se plătesc restituirile.",
            ),
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
            RefundRefusal::NothingLeft(_) => not_possible(
                "Nothing of the payment can be given back.".to_owned(),
                "Din această plată nu se poate restitui nimic.",
            ),
            RefundRefusal::StateForbids(state) => not_possible(
                format!("The refund is {state}."),
                &format!("Starea restituirii este {state}."),
            ),
            RefundRefusal::NothingToList => not_possible(
                "No approved refund waits to be listed.".to_owned(),
                "Nicio restituire aprobată nu așteaptă exportul.",
            ),
            RefundRefusal::CurrencyUnsupported => not_possible(
                "No list can be written in this currency.".to_owned(),
                "Nu se poate scrie o listă în această monedă.",
            ),
            RefundRefusal::ListWithdrawn => not_possible(
                "The list was withdrawn before.".to_owned(),
                "Lista a fost deja retrasă.",
            ),
            RefundRefusal::ListPaid(number) => not_possible(
                format!("The bank has paid {number} of this list."),
                &format!("Banca a plătit {number} din această listă."),
            ),
            RefundRefusal::Erased => not_possible(
                "It was erased when its time had come.".to_owned(),
                "A fost șters la termenul prevăzut.",
            ),
            RefundRefusal::KeyReused(reused) => (*reused).into(),
        }
    }
}
