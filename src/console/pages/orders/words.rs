//! What is said about decisions on orders.

use crate::console::visit::Visit;
use crate::domain::order_action::{Consequence, OrderAction, OrderFate};
use crate::flow::decide_order::OrderRefusal;
use crate::words::{Language, count, name_of, noun};

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
    let counted = |many: usize, of| count(language, i64::try_from(many).unwrap_or(i64::MAX), of);
    let mut text = match foreseen.fate {
        OrderFate::GivenUp if foreseen.reordered > 0 => {
            let lines = counted(foreseen.reordered, noun::LINE);
            match language {
                Language::Romanian => format!(
                    "Se scrie o comandă nouă cu {lines}, iar la aceasta se renunță definitiv"
                ),
                Language::English => {
                    format!(
                        "A new order with {lines} is written, and this one is given up for good"
                    )
                }
            }
        }
        fate => fate_in_words(fate, language).to_owned(),
    };
    for (many, ro, en) in [
        (
            foreseen.ready,
            "disponibile pentru comenzile următoare",
            "ready for the next orders",
        ),
        (foreseen.set_aside, "reținute", "held back"),
        (foreseen.cancelled, "anulate", "cancelled"),
        (
            foreseen.waiting,
            "în așteptare ca până acum",
            "waiting as before",
        ),
        (foreseen.unchanged, "neschimbate", "unchanged"),
    ] {
        if many > 0 {
            let applications = counted(many, noun::APPLICATION);
            for part in ["; ", language.choose(en, ro), ": ", &applications] {
                text.push_str(part);
            }
        }
    }
    text.push('.');
    text
}

const fn fate_in_words(fate: OrderFate, language: Language) -> &'static str {
    let [ro, en] = match fate {
        OrderFate::Stays => ["Se reia ce a fost reținut", "What was held back goes on"],
        OrderFate::SentAgain => [
            "Se trimite din nou același fișier",
            "The same file is sent again",
        ],
        OrderFate::Stopped => [
            "Nu se mai trimite până la eliberare",
            "It is sent no more until it is released",
        ],
        OrderFate::GoesOn => [
            "Merge mai departe din starea actuală",
            "It goes on from its present state",
        ],
        OrderFate::GoesOut => ["Merge mai departe și se trimite", "It goes on and is sent"],
        OrderFate::GivenUp => [
            "Se renunță definitiv la comandă",
            "The order is given up for good",
        ],
    };
    language.choose(en, ro)
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
        let text = consequence(&Consequence::default(), Language::Romanian);
        assert_eq!(text, "Se reia ce a fost reținut.");
        let split = Consequence {
            fate: OrderFate::GivenUp,
            reordered: 20,
            set_aside: 1,
            ..Consequence::default()
        };
        assert_eq!(
            consequence(&split, Language::Romanian),
            "Se scrie o comandă nouă cu 20 de poziții, iar la aceasta se renunță definitiv; reținute: 1 cerere."
        );
    }
}
