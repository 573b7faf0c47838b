//! What is said about decisions on applications.

use crate::console::pages::applications::possible::Action;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::term::EXTENSION_DAYS_MAX;
use crate::store::applications::Application;
use crate::words::Language;

/// What the button of an action says.
pub(super) const fn button(action: Action, language: Language) -> &'static str {
    match action {
        Action::Hold => language.choose("Put on hold", "Reține"),
        Action::Extend => language.choose("Extend the term", "Prelungește termenul"),
        Action::Cancel => language.choose("Cancel", "Anulează"),
        Action::OrderAnew => language.choose("Order anew", "Comandă din nou"),
        Action::GiveUp => language.choose("Give the card up", "Renunță la carte"),
        Action::Destroyed => language.choose("Record destruction", "Înregistrează distrugerea"),
        Action::Release => language.choose("Release", "Eliberează"),
        Action::SendBack => language.choose("Send back to the office", "Trimite serviciului"),
        Action::TakeNote => language.choose("Take note", "Ia la cunoștință"),
    }
}

/// What is to be done with which application.
pub(super) fn heading(action: Action, number: &str, language: Language) -> String {
    let (ro, en) = match action {
        Action::Hold => ("Rețineți cererea", "Put on hold the application"),
        Action::Extend => (
            "Prelungiți termenul cererii",
            "Extend the term of the application",
        ),
        Action::Cancel => ("Anulați cererea", "Cancel the application"),
        Action::OrderAnew => ("Comandați din nou cartea cererii", "Order anew the card of"),
        Action::GiveUp => ("Renunțați la cartea cererii", "Give up the card of"),
        Action::Destroyed => (
            "Înregistrați distrugerea cărții cererii",
            "Record the destruction of the card of",
        ),
        Action::Release => ("Eliberați cererea", "Release the application"),
        Action::SendBack => ("Trimiteți serviciului cererea", "Send back the application"),
        Action::TakeNote => ("Luați la cunoștință: cererea", "Take note: application"),
    };
    format!("{} {number}", language.choose(en, ro))
}

/// What will happen, as one sentence.
pub(super) fn consequence(action: Action, application: &Application, language: Language) -> String {
    let asks_bureau = application.state.after(ApplicationEvent::CancelAsked)
        == Ok(ApplicationState::CancelRequested);
    let (ro, en) = match action {
        Action::Hold => (
            "Cererea nu se mai comandă până când cineva decide; serviciul este anunțat.",
            "It is not ordered until somebody decides; its office is told.",
        ),
        Action::Extend => return extend_consequence(language),
        Action::Cancel if asks_bureau => (
            "C.N.I.N. este întrebat dacă mai poate anula cartea; cererea așteaptă răspunsul lui.",
            "The bureau is asked whether it can still cancel the card; the application waits for its answer.",
        ),
        Action::Cancel => (
            "Cererea se încheie fără carte, serviciul este anunțat, iar taxa plătită se restituie.",
            "It ends without a card, its office is told, and a fee that was paid is owed back.",
        ),
        Action::OrderAnew => (
            "Se face altă carte, fără nicio taxă pentru titular; cea veche devine fără valoare.",
            "Another card is made, free of charge for its holder; the old one is void.",
        ),
        Action::GiveUp => (
            "Nu se mai face nicio carte; cererea se încheie, iar taxa plătită se restituie.",
            "No card is made any more; the application ends, and a fee that was paid is owed back.",
        ),
        Action::Destroyed => (
            "Cartea neridicată a fost distrusă; cererea se încheie, iar taxa nu se restituie.",
            "The card that nobody collected was destroyed; the application ends, and the fee is not given back.",
        ),
        Action::Release => (
            "Reținerea se închide și cererea merge mai departe de unde s-a oprit.",
            "The hold is closed, and the application goes on where it stopped.",
        ),
        Action::SendBack => (
            "Cererea se întoarce la serviciu, care o corectează și o trimite din nou.",
            "The application goes back to its office, which corrects it and sends it again.",
        ),
        Action::TakeNote => (
            "Reținerea se închide și totul rămâne cum este.",
            "The hold is closed, and everything stays as it is.",
        ),
    };
    language.choose(en, ro).to_owned()
}

fn extend_consequence(language: Language) -> String {
    match language {
        Language::Romanian => format!(
            "Termenul legal se prelungește o singură dată, cu cel mult {EXTENSION_DAYS_MAX} zile \
             (OUG 97/2005, art. 15 alin. 5)."
        ),
        Language::English => format!(
            "The legal term is extended once, by {EXTENSION_DAYS_MAX} days at most (OUG 97/2005, \
             art. 15 (5))."
        ),
    }
}

/// That nothing was ordered for it.
pub(super) const fn nothing_ordered(language: Language) -> &'static str {
    language.choose(
        "No card of it was ordered.",
        "Nu s-a comandat nicio carte pentru ea.",
    )
}

/// That its term was extended before.
pub(super) const fn extended_before(language: Language) -> &'static str {
    language.choose(
        "Its term was extended before, which is possible once.",
        "Termenul a fost deja prelungit; se poate o singură dată.",
    )
}

/// That its state does not allow this.
pub(super) fn not_in_state(state: &str, language: Language) -> String {
    match language {
        Language::Romanian => format!("Nu în starea actuală: {state}."),
        Language::English => format!("Not in its present state: {state}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_told_in_both_languages() {
        for action in Action::ALL {
            for language in [Language::Romanian, Language::English] {
                assert!(!button(*action, language).is_empty(), "{action}");
                assert!(
                    heading(*action, "CJ-1", language).ends_with(" CJ-1"),
                    "{action}"
                );
            }
            assert!(heading(*action, "CJ-1", Language::English).is_ascii());
        }
    }
}
