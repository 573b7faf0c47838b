//! Moves an application one step and tells its office: no flow does the one without the other.

use serde::Serialize;
use uuid::Uuid;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::calendar::bucharest_day;
use crate::domain::event::{EventKind, told_on};
use crate::domain::id::{MessageId, OfficeId};
use crate::domain::operator::Actor;
use crate::domain::retention::{LAW, RetentionRule};
use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::applications::Application;
use crate::store::history::{self, Note, Walk, take_all, take_first_step, take_step};
use crate::store::offices::lane_of;
use crate::store::outbox::{self, NewMessage};
use crate::store::{StoreError, Tx, sealed};

/// What an office is told: ids and states, never a name.
#[derive(Serialize)]
struct OfficeEvent<'a> {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    application_id: Uuid,
    number: &'a str,
    office_reference: &'a str,
    state: &'a str,
    fee_state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<u16>,
}

/// A note for the history, at the present instant.
pub fn note<'a>(gateway: &'a Gateway, actor: &'a Actor, reason: Option<&'a str>) -> Note<'a> {
    Note {
        actor,
        reason,
        at: gateway.clock.now(),
        random: &gateway.random,
        retention: RetentionRule {
            after_end_days: u64::from(gateway.config.retention.cancelled_days),
            ..LAW
        },
    }
}

/// Takes the application's next step and tells its office (and the office of collection, once the
/// card is on its way). `reason` is the number of the code that explains an unhappy step.
///
/// Every end passes here, whoever brings it about: from it on the term runs after which what is
/// sealed of the person is erased.
pub async fn advance<R>(
    tx: &mut Tx,
    application: &mut Application,
    event: ApplicationEvent,
    reason: Option<u16>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let from = application.state;
    let id = application.id.0;
    application.state = take_step::<history::Application>(tx, id, from, event, note).await?;
    let end = note
        .retention
        .erase_after(application.state, bucharest_day(note.at));
    if let Some(erasure) = end {
        sealed::erase_by(tx, application.sealed, erasure.due_at()).await?;
    }
    if let Some(kind) = told_on(event, application.revision) {
        tell(tx, application, kind, reason, note)?;
    }
    Ok(())
}

/// Takes a step of an application that is not written yet, and tells its office. The row is inserted
/// where its first steps, none of which is an end, have led it.
pub(crate) async fn advance_new<R>(
    tx: &mut Tx,
    application: &mut Application,
    event: ApplicationEvent,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let (id, from) = (application.id.0, application.state);
    application.state = take_first_step::<history::Application>(tx, id, from, event, note).await?;
    application.version += 1;
    if application.state == ApplicationState::Ready {
        application.ready_since = Some(note.at);
    }
    if let Some(kind) = told_on(event, application.revision) {
        tell(tx, application, kind, None, note)?;
    }
    Ok(())
}

/// Takes the same step with many applications as [`advance`] does with one, where the step is no
/// end and has no reason but its own.
pub async fn advance_all<R>(
    tx: &mut Tx,
    applications: &mut [Application],
    event: ApplicationEvent,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let walk = |application: &Application| Walk {
        id: application.id.0,
        from: application.state,
        events: vec![event],
    };
    let walks: Vec<Walk<history::Application>> = applications.iter().map(walk).collect();
    take_all(tx, &walks, note).await?;
    for application in applications {
        application.state = application.state.after(event).map_err(anyhow::Error::new)?;
        if let Some(kind) = told_on(event, application.revision) {
            tell(tx, application, kind, None, note)?;
        }
    }
    Ok(())
}

/// Appends an event to the feed of the application's office, and of the office of collection where
/// the card is on its way there.
pub fn tell(
    tx: &mut Tx,
    application: &Application,
    kind: EventKind,
    reason: Option<u16>,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    append(tx, application.office, application, kind, reason, note)?;
    let on_its_way = matches!(
        application.state,
        ApplicationState::Shipped
            | ApplicationState::CountyValidated
            | ApplicationState::AtOffice
            | ApplicationState::HandedOver
            | ApplicationState::Unclaimed
            | ApplicationState::Destroyed
    );
    if on_its_way && application.collect_office != application.office {
        append(
            tx,
            application.collect_office,
            application,
            kind,
            reason,
            note,
        )?;
    }
    Ok(())
}

fn append(
    tx: &mut Tx,
    office: OfficeId,
    application: &Application,
    kind: EventKind,
    reason: Option<u16>,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let id = note.random.uuid(note.at);
    let kind = format!("{kind}.v1");
    let event = OfficeEvent {
        id,
        kind: kind.clone(),
        time: note.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        application_id: application.id.0,
        number: &application.number,
        office_reference: &application.office_reference,
        state: application.state.as_str(),
        fee_state: application.fee_state.as_str(),
        reason,
    };
    let payload = serde_json::to_string(&event).map_err(|error| StoreError::Other(error.into()))?;
    let message = NewMessage {
        id: MessageId(id),
        kind: &kind,
        subject: application.id.0,
        payload: &payload,
        replay_of: None,
    };
    // Offices ask for their events; nothing is pushed, so the lane is never due.
    outbox::tell(tx, &lane_of(office), &message, note.at);
    Ok(())
}
