//! Why a decision about a payment was not carried out, in words.

use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::flow::decide_payment::{DecisionRefusal, PARTS_MAX};
use crate::words::{Language, lei, name_of};

/// What a refusal says, in a language.
pub(crate) fn words(refusal: DecisionRefusal, language: Language) -> String {
    let says = |ro: &str, en: &str| language.choose(en, ro).to_owned();
    match refusal {
        DecisionRefusal::PaymentUnknown => says("Plata nu există.", "There is no such payment."),
        DecisionRefusal::ApplicationUnknown | DecisionRefusal::PartUnknown(_) => says(
            "Nu există o cerere cu acest număr.",
            "There is no application with this number.",
        ),
        DecisionRefusal::ReasonMissing => says("Scrieți motivul.", "Give the reason."),
        DecisionRefusal::StateForbids(state) => of_state(state, language),
        DecisionRefusal::Tied => says(
            "Plata este potrivită cu o cerere; desfaceți întâi potrivirea.",
            "The payment is matched; undo the match first.",
        ),
        DecisionRefusal::CardOrdered => says(
            "Cartea plătită cu acești bani a fost comandată.",
            "The card that this money paid for is ordered.",
        ),
        DecisionRefusal::RefundUnderWay => says(
            "Se restituie bani din această plată; retrageți întâi restituirea.",
            "Money of this payment is being given back; withdraw the refund first.",
        ),
        DecisionRefusal::NotMoneyIn => says(
            "Numai banii în lei care au intrat în cont pot plăti o taxă.",
            "Only money in lei that came in pays a fee.",
        ),
        DecisionRefusal::FeeForbids(state) => {
            let name = name_of(state, language);
            match language {
                Language::Romanian => format!("Cererea nu primește plăți; taxa ei: {name}."),
                Language::English => format!("The application takes no money; its fee: {name}."),
            }
        }
        DecisionRefusal::NotTiedToIt => says(
            "Nicio parte a plății nu este potrivită cu această cerere.",
            "No part of the payment is matched to this application.",
        ),
        DecisionRefusal::PartsCount => match language {
            Language::Romanian => format!("O plată se împarte în cel mult {PARTS_MAX} de părți."),
            Language::English => format!("A payment is split into {PARTS_MAX} parts at most."),
        },
        DecisionRefusal::PartWrong(_) => says(
            "Fiecare parte are o sumă mai mare decât zero și o cerere proprie.",
            "Each part has an amount above zero, and an application of its own.",
        ),
        DecisionRefusal::PartsExceed(Money::ZERO) => says(
            "Toată suma este deja potrivită sau pusă deoparte.",
            "All of it is matched already, or set aside.",
        ),
        DecisionRefusal::PartsExceed(rest) => {
            let rest = lei(language, rest);
            match language {
                Language::Romanian => format!("Din plată mai sunt liberi numai {rest}."),
                Language::English => format!("Only {rest} of the payment are free."),
            }
        }
        DecisionRefusal::KeyReused(_) => says("S-a făcut deja.", "It was done before."),
    }
}

fn of_state(state: PaymentState, language: Language) -> String {
    let name = name_of(state, language);
    match language {
        Language::Romanian => format!("Nu se poate în starea plății: {name}."),
        Language::English => format!("Not in the state of the payment: {name}."),
    }
}
