//! What is said about decisions on orders.

use crate::console::visit::Visit;
use crate::domain::order_action::{Consequence, OrderAction};
use crate::flow::decide_order::OrderRefusal;
use crate::words::{Language, name_of};

/// The word of an action in an address.
pub(crate) const fn word(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Resend => "resend",
        OrderAction::Resign => "resign",
        OrderAction::Split => "split",
        OrderAction::Quarantine => "quarantine",
        OrderAction::Release => "release",
        OrderAction::GiveUp => "give-up",
    }
}

/// The action with this word.
pub(crate) fn action_of(text: &str) -> Option<OrderAction> {
    let mut all = OrderAction::ALL.iter().copied();
    all.find(|action| word(*action) == text)
}

/// What is to be done with which order.
pub(crate) fn heading(action: OrderAction, number: &str, language: Language) -> String {
    let (ro, en) = match action {
        OrderAction::Resend => ("Retrimiteți comanda", "Send the order again:"),
        OrderAction::Resign => ("Semnați din nou comanda", "Sign the order anew:"),
        OrderAction::Split => ("Împărțiți comanda", "Split the order"),
        OrderAction::Quarantine => ("Puneți deoparte comanda", "Set aside the order"),
        OrderAction::Release => ("Eliberați comanda", "Release the order"),
        OrderAction::GiveUp => ("Renunțați la comanda", "Give up the order"),
    };
    format!("{} {number}", language.choose(en, ro))
}

/// What will happen, as one sentence.
pub(crate) fn consequence(foreseen: &Consequence, language: Language) -> String {
    let text = match language {
        Language::Romanian => foreseen.text_ro(),
        Language::English => foreseen.text_en(),
    };
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    let first = first.into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// Why a decision is not possible.
pub(crate) fn refused(refusal: &OrderRefusal, visit: &Visit) -> String {
    let state = match refusal {
        OrderRefusal::NotNow { state, .. } => name_of(*state, visit.language),
        _ => "",
    };
    let [ro, en] = match refusal {
        OrderRefusal::Unknown { .. } => ["Comanda nu există.", "There is no such order."],
        OrderRefusal::ReasonMissing => ["Scrieți motivul.", "Give a reason."],
        OrderRefusal::NotNow { .. } => {
            return match visit.language {
                Language::Romanian => format!("Nu în starea actuală: {state}."),
                Language::English => format!("Not in its present state: {state}."),
            };
        }
        OrderRefusal::MaybeHeld { .. } => [
            "C.N.I.N. ar putea avea deja comanda; întrebați-l întâi.",
            "The bureau may hold the order already; ask it first.",
        ],
        OrderRefusal::Quarantined { .. } => [
            "Comanda este pusă deoparte; eliberați-o întâi.",
            "The order is set aside; release it first.",
        ],
        OrderRefusal::NothingHeld { .. } => [
            "Nu este nimic de eliberat.",
            "There is nothing to be released.",
        ],
        OrderRefusal::NoLineNamed { .. } => [
            "Alegeți pozițiile îndoielnice; răspunsul C.N.I.N. nu numește niciuna.",
            "Choose the doubtful lines; the bureau's answer names none.",
        ],
        OrderRefusal::NothingToOrder { .. } => [
            "Nicio poziție a ei nu mai poate fi comandată.",
            "None of its lines can be ordered again.",
        ],
        OrderRefusal::Moved { .. } => [
            "Comanda s-a schimbat între timp.",
            "The order has changed meanwhile.",
        ],
        OrderRefusal::NoSuchLine { line_no, .. } => {
            return match visit.language {
                Language::Romanian => format!("Comanda nu are poziția {line_no}."),
                Language::English => format!("The order has no line {line_no}."),
            };
        }
    };
    visit.says(ro, en).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_word_of_its_own_in_addresses() {
        for action in OrderAction::ALL {
            assert_eq!(action_of(word(*action)), Some(*action));
        }
        assert_eq!(action_of("RESEND"), None);
    }

    #[test]
    fn a_consequence_is_a_sentence() {
        let nothing = Consequence::default();
        let text = consequence(&nothing, Language::Romanian);
        assert!(text.starts_with("Se reia") && text.ends_with('.'), "{text}");
    }
}
