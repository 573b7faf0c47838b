//! Why a word that the bureau told by other means is not proposed, applied or withdrawn, in words.

use crate::console::act::Fault;
use crate::console::pages::orders::word::{CODE, DOCUMENT, EVIDENCE, STATUS};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::four_eyes::ApprovalRefusal;
use crate::flow::force_word::ForceRefusal;
use crate::store::forced_words::ForcedOutcome;
use crate::words::name_of;

/// A refusal lacks its reason.
pub(super) fn fault_code(visit: &Visit) -> Fault {
    let text = visit.says(
        "O respingere are numărul unui motiv din catalog.",
        "A refusal has the number of a reason of the catalogue.",
    );
    Fault::wrong(CODE, text)
}

/// How a proposal ended.
pub(super) fn ended(outcome: ForcedOutcome, visit: &Visit) -> String {
    let [ro, en] = match outcome {
        ForcedOutcome::Applied => ["Propunerea a fost aplicată.", "The proposal was applied."],
        ForcedOutcome::Withdrawn => ["Propunerea a fost retrasă.", "The proposal was withdrawn."],
        ForcedOutcome::Expired => ["Propunerea a expirat.", "The proposal has expired."],
    };
    visit.says(ro, en).to_owned()
}

/// What is wrong, for whoever is refused.
pub(super) fn fault_of(refusal: &ForceRefusal, visit: &Visit) -> Result<Fault, Trouble> {
    let conflict = |ro: &str, en: &str| Fault::conflict(visit.says(ro, en));
    Ok(match refusal {
        ForceRefusal::LineUnknown | ForceRefusal::Unknown => return Err(Trouble::NotFound),
        ForceRefusal::ReasonMissing => Fault::reason_missing(visit),
        ForceRefusal::EvidenceMissing => Fault::wrong(
            EVIDENCE,
            visit.says(
                "Scrieți de unde se știe, în cel mult 500 de caractere.",
                "Say by what it is known, in at most 500 characters.",
            ),
        ),
        ForceRefusal::NotForced(_) => Fault::wrong(
            STATUS,
            visit.says(
                "Asta spune numai C.N.I.N., printr-un document.",
                "Only the bureau says that, by a document.",
            ),
        ),
        ForceRefusal::NumberWrong => Fault::wrong(
            DOCUMENT,
            visit.says(
                "O carte făcută are o serie și un număr (1–9 litere mari și cifre); altele nu au.",
                "A made card has a number (1 to 9 capital letters and digits); others have none.",
            ),
        ),
        ForceRefusal::CodeWrong => fault_code(visit),
        ForceRefusal::InFuture => conflict("Nu s-a întâmplat încă.", "It lies in the future."),
        ForceRefusal::NotSent { state, .. } => Fault::conflict(format!(
            "{} {}.",
            visit.says(
                "C.N.I.N. nu poate vorbi despre ce nu i s-a trimis; starea comenzii:",
                "The bureau cannot speak of what it was not sent; the order's state:",
            ),
            name_of(*state, visit.language)
        )),
        ForceRefusal::Impossible(_) => conflict(
            "Poziția nu poate ajunge așa din starea ei.",
            "The line cannot come there from its state.",
        ),
        ForceRefusal::OneWaits => conflict(
            "O altă propunere așteaptă pe această poziție; aprobați-o sau retrageți-o întâi.",
            "Another proposal waits on this line; approve or withdraw it first.",
        ),
        ForceRefusal::Ended(outcome) => Fault::conflict(ended(*outcome, visit)),
        ForceRefusal::Approval(ApprovalRefusal::SamePerson) => conflict(
            "Cine a propus nu poate și aproba.",
            "Whoever proposed cannot approve as well.",
        ),
        ForceRefusal::Approval(ApprovalRefusal::NotAPerson) => conflict(
            "Numai o persoană poate aproba.",
            "Only a person can approve.",
        ),
    })
}
