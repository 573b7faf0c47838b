//! Names of states, roles and other codes: one place per enumeration, in both languages.

use crate::domain::acknowledgement::LineState;
use crate::domain::application::{ApplicationState, Product};
use crate::domain::fee::FeeState;
use crate::domain::letter::{LetterKind, LetterState, Occasion};
use crate::domain::operator::role::{Permission, Role};
use crate::domain::order::OrderState;
use crate::domain::order_action::OrderAction;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::reconciliation::Difference;
use crate::domain::refund::RefundState;
use crate::words::{Both, Language};

/// Something that people have a name for.
pub trait Named: Copy {
    /// Its name.
    fn name(self) -> Both;
}

/// What people call it, in a language.
pub fn name_of(thing: impl Named, language: Language) -> &'static str {
    thing.name().of(language)
}

/// Gives every variant of an enumeration its name: Romanian, then English.
macro_rules! names {
    ($( $type:ident { $( $variant:ident: $ro:literal, $en:literal; )+ } )+) => {
        $( impl $crate::words::Named for $type {
            fn name(self) -> $crate::words::Both {
                match self {
                    $( Self::$variant => $crate::words::Both { ro: $ro, en: $en }, )+
                }
            }
        } )+

        /// Every name, for tests.
        #[cfg(test)]
        fn all_names() -> Vec<(String, $crate::words::Both)> {
            let mut all = Vec::new();
            $( for one in $type::ALL {
                all.push((format!("{one:?}"), $crate::words::Named::name(*one)));
            } )+
            all
        }
    };
}

pub(super) use names;

names! {
    ApplicationState {
        Received: "Primită", "Received";
        Approved: "Verificată", "Checked";
        AwaitingFee: "Așteaptă taxa", "Fee awaited";
        Ready: "De comandat", "To be ordered";
        Ordered: "Comandată", "Ordered";
        InProduction: "În producție", "In production";
        Produced: "Personalizată", "Personalized";
        Shipped: "Expediată", "Shipped";
        CountyValidated: "Validată de județ", "Validated by the county";
        AtOffice: "La serviciu", "At the office";
        HandedOver: "Înmânată", "Handed over";
        Returned: "Returnată serviciului", "Returned to the office";
        OnHold: "Reținută", "On hold";
        CancelRequested: "În anulare", "To be cancelled";
        Cancelled: "Anulată", "Cancelled";
        Unclaimed: "Neridicată", "Not collected";
        Destroyed: "Distrusă", "Destroyed";
    }
    FeeState {
        Undecided: "Nestabilită", "Undecided";
        Exempt: "Scutită", "Exempt";
        Due: "Datorată", "Due";
        PartlyPaid: "Plătită parțial", "Partly paid";
        Paid: "Plătită", "Paid";
        Overpaid: "Plătită în plus", "Overpaid";
        RefundDue: "De restituit", "To be refunded";
        Refunded: "Restituită", "Refunded";
        Disputed: "În dispută", "Disputed";
    }
    OrderState {
        Open: "În alcătuire", "Being filled";
        Closed: "De semnat", "To be signed";
        Signed: "Semnată", "Signed";
        Queued: "De trimis", "To be sent";
        Sent: "Trimisă", "Sent";
        ReceiptOk: "Confirmată", "Receipt came";
        ReceiptRejected: "Respinsă", "Refused";
        PartlyAnswered: "Răspuns parțial", "Partly answered";
        AllAnswered: "Răspuns complet", "All answered";
        Settled: "Încheiată", "Settled";
        Cancelled: "Abandonată", "Given up";
    }
    LineState {
        Placed: "Comandată", "Placed";
        Received: "Citită", "Read by the bureau";
        Accepted: "Acceptată", "Accepted";
        InProduction: "În producție", "In production";
        Produced: "Personalizată", "Personalized";
        Shipped: "Expediată", "Shipped";
        AtOffice: "La serviciu", "At the office";
        HandedOver: "Înmânată", "Handed over";
        Rejected: "Respinsă", "Refused";
        QualityFailed: "Rebut, se reface", "Faulty, made again";
        LostInTransit: "Pierdută pe drum", "Lost on its way";
        DamagedInTransit: "Deteriorată pe drum", "Damaged on its way";
        Undeliverable: "Nelivrabilă", "Undeliverable";
        Returned: "Întoarsă la C.N.I.N.", "Back at the bureau";
        Spoiled: "Rebutată", "Spoiled";
        Destroyed: "Distrusă", "Destroyed";
        Cancelled: "Anulată", "Cancelled";
        Withdrawn: "Retrasă", "Withdrawn";
    }
    LetterKind {
        Inquiry: "Întrebare", "Inquiry";
        Cancel: "Cerere de anulare", "Cancel request";
        Complaint: "Reclamație", "Complaint";
        TechnicalError: "Semnalare de eroare", "Report of an error";
    }
    Occasion {
        Doubt: "nu se știe dacă a ajuns", "nobody knows whether it arrived";
        Night: "verificarea de noapte", "the nightly comparison";
        Decision: "decizia unei persoane", "somebody decided it";
        Document: "un document al C.N.I.N.", "a document of the bureau";
    }
    LetterState {
        Decided: "De scris", "To be written";
        Queued: "De trimis", "To be sent";
        Sent: "Trimisă", "Sent";
        Answered: "A primit răspuns", "Answered";
        GivenUp: "Abandonată", "Given up";
    }
    PaymentState {
        Imported: "Înregistrată", "Recorded";
        Matched: "Potrivită", "Matched";
        Suggested: "Cu propunere", "Suggested";
        Unmatched: "Nepotrivită", "Unmatched";
        Invalid: "Nu este o taxă", "No fee";
        Consumed: "Folosită", "Used";
        Reversed: "Stornată", "Reversed";
        RefundDue: "De restituit", "To be refunded";
        Refunded: "Restituită", "Refunded";
    }
    Difference {
        Missing: "Nu o are C.N.I.N.", "Unknown to the bureau";
        Extra: "Nu a fost comandată", "Never ordered";
        Contradicting: "Spune altceva decât înainte", "Says something else than before";
    }
    RefundState {
        Proposed: "Propusă", "Proposed";
        Approved: "Aprobată", "Approved";
        Exported: "La bancă", "With the bank";
        Paid: "Plătită", "Paid";
        Returned: "Întoarsă de bancă", "Returned by the bank";
        Rejected: "Respinsă", "Rejected";
        Withdrawn: "Retrasă", "Withdrawn";
    }
    Channel {
        Cec: "CEC Bank", "CEC Bank";
        SelfPay: "SelfPay", "SelfPay";
    }
    Product {
        Cei: "carte electronică de identitate", "electronic identity card";
    }
    OrderAction {
        Resend: "Retrimite", "Send again";
        Resign: "Semnează din nou", "Sign anew";
        Split: "Împarte", "Split";
        Quarantine: "Pune deoparte", "Set aside";
        Release: "Eliberează", "Release";
        GiveUp: "Renunță", "Give up";
    }
    Role {
        Viewer: "vizualizare", "viewer";
        Operator: "operator", "operator";
        PaymentsOperator: "operator plăți", "payments operator";
        Supervisor: "supervizor", "supervisor";
        Administrator: "administrator", "administrator";
        Auditor: "auditor", "auditor";
    }
    Permission {
        View: "vede cereri, comenzi și mesaje", "look at applications, orders and messages";
        ViewPayments: "vede plăți", "look at payments";
        Reveal: "vede date personale", "see personal data";
        DecideApplications: "decide despre cereri", "decide about applications";
        DecideOrders: "decide despre comenzi", "decide about orders";
        DecideMessages: "decide despre mesaje", "decide about messages";
        DecidePayments: "decide despre plăți", "decide about payments";
        CloseDays: "închide zile", "close days";
        ExportRefunds: "scoate liste de restituiri", "take out lists of refunds";
        Approve: "aprobă ca a doua persoană", "approve as the second person";
        ManageOffices: "administrează servicii", "look after offices";
        ManageUsers: "administrează utilizatori", "look after accounts";
        ViewSettings: "vede setări", "look at settings";
        ViewAudit: "vede jurnalul de audit", "look at the audit record";
        ExportAudit: "exportă jurnalul de audit", "take the audit record out";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_in_both_languages() {
        let all = all_names();
        assert!(all.len() > 100);
        for (what, name) in all {
            assert!(!name.ro.is_empty() && name.en.is_ascii(), "{what}");
            assert!(!name.ro.contains(['ş', 'ţ', 'Ş', 'Ţ']), "{what}");
            assert!(
                !name.ro.contains(['.', '<']) || name.ro.contains("C.N.I.N."),
                "{what}"
            );
        }
    }

    #[test]
    fn a_state_is_not_mistaken_for_another_of_its_kind() {
        fn differ<T: Named>(all: &[T]) {
            for language in [Language::Romanian, Language::English] {
                let mut names: Vec<_> = all.iter().map(|one| name_of(*one, language)).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), all.len());
            }
        }
        differ(ApplicationState::ALL);
        differ(FeeState::ALL);
        differ(OrderState::ALL);
        differ(LineState::ALL);
        differ(PaymentState::ALL);
        differ(RefundState::ALL);
        differ(LetterState::ALL);
    }
}
