//! Why something was not done about a refund, in words, at the field that it is about.

use crate::console::act::Fault;
use crate::console::visit::Visit;
use crate::domain::four_eyes::ApprovalRefusal;
use crate::flow::refund::RefundRefusal;
use crate::words::{Language, lei, name_of};

/// A refusal at the field that it is about.
pub(crate) fn fault(refusal: &RefundRefusal, visit: &Visit) -> Fault {
    let text = words(refusal, visit.language);
    match refusal {
        RefundRefusal::ReasonMissing => Fault::wrong("reason", text),
        RefundRefusal::AmountWrong | RefundRefusal::TooMuch(_) => Fault::wrong("amount", text),
        RefundRefusal::AccountMissing
        | RefundRefusal::AccountWrong(_)
        | RefundRefusal::OwnAccount => Fault::wrong("iban", text),
        RefundRefusal::NameMissing => Fault::wrong("name", text),
        _ => Fault::conflict(text),
    }
}

/// What a refusal says, in a language.
pub(crate) fn words(refusal: &RefundRefusal, language: Language) -> String {
    of_form(refusal, language)
        .or_else(|| of_refund(refusal, language))
        .unwrap_or_else(|| of_list(refusal, language))
}

/// What is wrong with what was typed.
fn of_form(refusal: &RefundRefusal, language: Language) -> Option<String> {
    let says = |ro: &str, en: &str| Some(language.choose(en, ro).to_owned());
    match refusal {
        RefundRefusal::ReasonMissing => says("Scrieți motivul.", "Give the reason."),
        RefundRefusal::AmountWrong => says(
            "O sumă mai mare decât zero, de exemplu 67,00.",
            "An amount above zero, such as 67.00.",
        ),
        RefundRefusal::TooMuch(left) => {
            let left = lei(language, *left);
            match language {
                Language::Romanian => Some(format!(
                    "Într-o restituire se pot întoarce cel mult {left}."
                )),
                Language::English => {
                    Some(format!("At most {left} can be given back in one refund."))
                }
            }
        }
        RefundRefusal::AccountMissing => says(
            "Extrasul nu arată contul plătitorului: scrieți IBAN-ul și titularul.",
            "The statement does not tell the payer's account: type IBAN and holder.",
        ),
        RefundRefusal::AccountWrong(_) => says(
            "Acesta nu este un IBAN: verificați scrierea.",
            "This is no IBAN: look for a slip.",
        ),
        RefundRefusal::NameMissing => says(
            "Scrieți numele titularului cu litere latine.",
            "Type the holder's name in Latin letters.",
        ),
        RefundRefusal::OwnAccount => says(
            "Acesta este contul din care se plătesc restituirile.",
            "This is the account that refunds are paid from.",
        ),
        _ => None,
    }
}

/// What a refund or its payment does not allow.
fn of_refund(refusal: &RefundRefusal, language: Language) -> Option<String> {
    let says = |ro: &str, en: &str| Some(language.choose(en, ro).to_owned());
    match refusal {
        RefundRefusal::PaymentUnknown => says("Plata nu există.", "There is no such payment."),
        RefundRefusal::RefundUnknown => says("Restituirea nu există.", "There is no such refund."),
        RefundRefusal::NothingLeft(_) => says(
            "Din această plată nu se poate restitui nimic.",
            "Nothing of this payment can be given back.",
        ),
        RefundRefusal::StateForbids(state) => {
            let name = name_of(*state, language);
            match language {
                Language::Romanian => Some(format!("Nu se poate în starea restituirii: {name}.")),
                Language::English => Some(format!("Not in the state of the refund: {name}.")),
            }
        }
        RefundRefusal::Approval(ApprovalRefusal::SamePerson) => says(
            "Ați aprobat deja; a doua aprobare o dă altă persoană.",
            "You have approved already; the second approval is another person's.",
        ),
        RefundRefusal::Approval(ApprovalRefusal::NotAPerson) => says(
            "Numai o persoană poate aproba.",
            "Only a person can approve.",
        ),
        RefundRefusal::Erased => says(
            "Datele au fost șterse la termenul prevăzut.",
            "It was erased when its time had come.",
        ),
        RefundRefusal::KeyReused(_) => says("S-a făcut deja.", "It was done before."),
        _ => None,
    }
}

/// What a list does not allow.
fn of_list(refusal: &RefundRefusal, language: Language) -> String {
    let says = |ro: &str, en: &str| language.choose(en, ro).to_owned();
    match refusal {
        RefundRefusal::DebtorMissing => says(
            "Configurația nu spune din ce cont se plătesc restituirile (payments.refund).",
            "The configuration does not say from which account refunds are paid (payments.refund).",
        ),
        RefundRefusal::NothingToList => says(
            "Nicio restituire aprobată nu așteaptă o listă.",
            "No approved refund waits for a list.",
        ),
        RefundRefusal::CurrencyUnsupported => says(
            "Nu se poate scrie o listă în această monedă.",
            "No list can be written in this currency.",
        ),
        RefundRefusal::ListWithdrawn => says(
            "Lista a fost deja retrasă.",
            "The list was withdrawn before.",
        ),
        RefundRefusal::ListPaid(number) => match language {
            Language::Romanian => format!("Banca a plătit deja {number} din această listă."),
            Language::English => format!("The bank has paid {number} of this list."),
        },
        _ => says("Lista nu există.", "There is no such list."),
    }
}
