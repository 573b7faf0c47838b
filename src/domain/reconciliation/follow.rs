//! What a line's step means for its application.
//!
//! The line follows the bureau's evidence at once. Its application may stand elsewhere: an
//! operator holds it, its cancellation was asked for, or it was led back while the parcel was
//! lost. Then it follows by the steps that its own table allows, or an operator is asked.

use crate::domain::acknowledgement::{LineEvent, LineState, application_event};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::reconciliation::EntryFacts;

/// Names the events that lead the application to where the evidence stands, each possible after
/// the one before; `None` when none do and an operator must look.
pub(crate) fn what_follows(
    application: ApplicationState,
    entry: &EntryFacts,
    line: LineState,
) -> Option<Vec<ApplicationEvent>> {
    let Some(event) = application_event(entry.event, entry.office_must_act) else {
        return Some(Vec::new());
    };
    // It follows when the operator lets it go: see `catch_up`.
    if application == ApplicationState::OnHold {
        return Some(Vec::new());
    }
    let event = in_its_words(application, entry.event, event);
    if application.after(event).is_ok() {
        return Some(vec![event]);
    }
    // It answers whoever asked for the end; an application that has ended has its answer.
    if entry.event == LineEvent::CancelCameTooLate {
        return catch_up(application, line).or(Some(Vec::new()));
    }
    catch_up(application, line)
}

/// Says the same in the words of an application that stands where this is called otherwise.
fn in_its_words(
    application: ApplicationState,
    said: LineEvent,
    event: ApplicationEvent,
) -> ApplicationEvent {
    match (application, said) {
        // Whoever asked for the end has it, whatever the bureau calls it.
        (ApplicationState::CancelRequested, LineEvent::LineRejected) => {
            ApplicationEvent::CancelConfirmed
        }
        // The office had the card already: it came back from there, not from the parcel.
        (ApplicationState::AtOffice, LineEvent::CardReturned) => ApplicationEvent::SentBack,
        _ => event,
    }
}

/// The way that every card takes, with the state it reaches by each event.
const ROAD: &[(ApplicationEvent, ApplicationState)] = &[
    (
        ApplicationEvent::ProductionStarted,
        ApplicationState::InProduction,
    ),
    (ApplicationEvent::CardProduced, ApplicationState::Produced),
    (ApplicationEvent::CardShipped, ApplicationState::Shipped),
    (ApplicationEvent::CardReceived, ApplicationState::AtOffice),
    (
        ApplicationEvent::CardHandedOver,
        ApplicationState::HandedOver,
    ),
];

/// Names the events by which an application catches up with its line, for one that an operator
/// has let go or that was led back; empty where it stands as far as the line, `None` where no
/// way leads there.
pub fn catch_up(application: ApplicationState, line: LineState) -> Option<Vec<ApplicationEvent>> {
    let goal = goal(line)?;
    if stands_at(application, goal) {
        return Some(Vec::new());
    }
    let mut events = Vec::new();
    let mut state = application;
    for (event, reached) in ROAD {
        // A step is left out where the table does not know it from here: a bureau may not tell
        // of its beginning, and a card that exists needs no beginning.
        if let Ok(next) = state.after(*event)
            && next != state
        {
            events.push(*event);
            state = next;
        }
        if *reached == goal {
            break;
        }
    }
    stands_at(state, goal).then_some(events)
}

/// Where the application of a line in this state belongs, on the way that every card takes.
const fn goal(line: LineState) -> Option<ApplicationState> {
    match line {
        LineState::Placed | LineState::Received | LineState::Accepted => {
            Some(ApplicationState::Ordered)
        }
        LineState::InProduction
        | LineState::QualityFailed
        | LineState::LostInTransit
        | LineState::DamagedInTransit
        | LineState::Returned => Some(ApplicationState::InProduction),
        LineState::Produced => Some(ApplicationState::Produced),
        LineState::Shipped | LineState::Undeliverable => Some(ApplicationState::Shipped),
        LineState::AtOffice => Some(ApplicationState::AtOffice),
        LineState::HandedOver => Some(ApplicationState::HandedOver),
        LineState::Rejected
        | LineState::Spoiled
        | LineState::Destroyed
        | LineState::Cancelled
        | LineState::Withdrawn => None,
    }
}

/// Whether an application stands at `goal`, or at a state that says the same and more.
const fn stands_at(application: ApplicationState, goal: ApplicationState) -> bool {
    use ApplicationState::*;
    match goal {
        // Until the bureau answers it, a request for the end is all there is to say.
        Ordered => matches!(application, Ordered | CancelRequested),
        InProduction => matches!(application, InProduction | CancelRequested),
        Produced => matches!(application, Produced),
        Shipped => matches!(application, Shipped | CountyValidated),
        AtOffice => matches!(application, AtOffice | Unclaimed),
        HandedOver => matches!(application, HandedOver),
        _ => false,
    }
}
