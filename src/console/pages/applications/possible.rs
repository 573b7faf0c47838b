//! What can be decided about an application: each action with what it would bring about, or what is in
//! its way.

use crate::coded;
use crate::console::act::{Deed, Fault};
use crate::console::pages::applications::words;
use crate::console::visit::Visit;
use crate::domain::application::ApplicationEvent;
use crate::domain::operator::role::Permission;
use crate::domain::term;
use crate::flow::decide_card::{CardDecision, may_decide};
use crate::store::applications::Application;
use crate::store::order_lines::OrderLine;
use crate::words::{Language, name_of};

coded! {
    /// What may be decided about an application, by its word in addresses.
    pub(crate) enum Action as "action on an application" {
        /// It is set aside until somebody has decided.
        Hold = "hold",
        /// Its term is extended.
        Extend = "extend",
        /// It ends, or its end is asked for.
        Cancel = "cancel",
        /// Another card is made.
        OrderAnew = "order-anew",
        /// No card is made.
        GiveUp = "give-up",
        /// Its card was destroyed.
        Destroyed = "destroyed",
        /// What waits goes on.
        Release = "release",
        /// It goes back to its office.
        SendBack = "send-back",
        /// A hold is closed, and everything stays as it is.
        TakeNote = "note",
    }
}

impl Action {
    /// The decision about its card, where it is one.
    pub(super) const fn about_card(self) -> Option<CardDecision> {
        match self {
            Self::OrderAnew => Some(CardDecision::OrderAnew),
            Self::GiveUp => Some(CardDecision::GiveUp),
            Self::Destroyed => Some(CardDecision::Destroyed),
            _ => None,
        }
    }

    /// Whether it is about one of the holds.
    pub(super) const fn is_about_hold(self) -> bool {
        matches!(self, Self::Release | Self::SendBack | Self::TakeNote)
    }

    /// Whether nothing takes it back.
    pub(super) const fn is_final(self) -> bool {
        matches!(self, Self::Cancel | Self::GiveUp | Self::Destroyed)
    }
}

/// What is in the way of an action, in words; `None` where nothing is. `line` is the newest that asked
/// for its card. What waits is judged by its flow alone.
pub(super) fn obstacle(
    action: Action,
    application: &Application,
    line: Option<&OrderLine>,
    language: Language,
) -> Option<String> {
    let state = application.state;
    let is_possible = match action {
        Action::Hold => state.after(ApplicationEvent::Held).is_ok(),
        Action::Cancel => state.after(ApplicationEvent::CancelAsked).is_ok(),
        Action::Extend => {
            if !state.is_ended() && was_extended(application) {
                return Some(words::extended_before(language).to_owned());
            }
            !state.is_ended()
        }
        Action::OrderAnew | Action::GiveUp | Action::Destroyed => {
            let Some(line) = line else {
                return Some(words::nothing_ordered(language).to_owned());
            };
            let decision = action.about_card();
            decision.is_some_and(|decision| may_decide(decision, application, line))
        }
        Action::Release | Action::SendBack | Action::TakeNote => true,
    };
    (!is_possible).then(|| words::not_in_state(name_of(state, language), language))
}

fn was_extended(application: &Application) -> bool {
    application.deadline_on != term::deadline(application.registered_on)
}

/// The buttons: what can be done first, then the rest with what is in its way.
pub(super) fn deeds(
    application: &Application,
    line: Option<&OrderLine>,
    visit: &Visit,
) -> Vec<Deed> {
    let needed = Permission::DecideApplications;
    let deed = |action: &Action| {
        let not_allowed = (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit));
        let barred = not_allowed.or_else(|| obstacle(*action, application, line, visit.language));
        Deed {
            text: words::button(*action, visit.language).to_owned(),
            path: format!("/applications/{}/{action}", application.number),
            consequence: words::consequence(*action, application, visit.language),
            barred,
            tone: "",
        }
    };
    // A decision about a card that no state of it allows would only be in the way of the others.
    let matters = |action: &&Action| {
        action.about_card().is_none()
            || obstacle(**action, application, line, visit.language).is_none()
    };
    let own = Action::ALL.iter().filter(|action| !action.is_about_hold());
    let mut deeds: Vec<Deed> = own.filter(matters).map(deed).collect();
    deeds.sort_by_key(|deed| deed.barred.is_some());
    deeds
}
