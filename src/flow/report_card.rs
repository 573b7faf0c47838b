//! What an office says about a card: that it holds it, that the applicant holds it.

use crate::coded;
use crate::domain::acknowledgement::{LineEvent, LineState, application_event};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::reason::Reason;
use crate::domain::reconciliation::catch_up;
use crate::flow::consignments::recount_of_line;
use crate::flow::line_step::{follow, take_line_step};
use crate::flow::once::KeyReused;
use crate::flow::submit_application::reload;
use crate::flow::{Failure, order_progress};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::Note;
use crate::store::order_lines::{self, OrderLine};
use crate::store::{Tx, holds, sealed};

const UNCLAIMED: u16 = Reason::UNCLAIMED.number();
const WRONG_OFFICE: u16 = Reason::WRONG_OFFICE.number();

coded! {
    /// What an office reports.
    pub enum Report as "report" {
        /// It holds the card.
        ReceivedAtOffice = "RECEIVED_AT_OFFICE",
        /// The applicant holds the card.
        HandedOver = "HANDED_OVER",
    }
}

impl Report {
    const fn line_event(self) -> LineEvent {
        match self {
            Self::ReceivedAtOffice => LineEvent::OfficeReceivedCard,
            Self::HandedOver => LineEvent::OfficeHandedOver,
        }
    }
}

/// Why a report was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReportRefusal {
    /// The office has no such application, neither submitted nor to be handed over there.
    #[error("there is no such application")]
    Unknown,
    /// No card of the application is on its way or at the office.
    #[error("the application is {state}: no card of it can be {report}")]
    NotNow {
        /// Its state.
        state: ApplicationState,
        /// What was reported.
        report: Report,
    },
    /// The card that was named is not the application's.
    #[error("the card is of another application")]
    OtherCard,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Takes a report of `office` about the card of an application; `document_number` is the card's,
/// where the office read it. A repeated report changes nothing.
pub async fn report_card(
    tx: &mut Tx,
    gateway: &Gateway,
    (office, id): (OfficeId, ApplicationId),
    report: Report,
    document_number: Option<&str>,
    note: &Note<'_>,
) -> Result<Application, Failure<ReportRefusal>> {
    let mut application = find_concerned(tx, office, id).await?;
    let refused = Failure::Refused(ReportRefusal::NotNow {
        state: application.state,
        report,
    });
    let Some(mut line) = lock_live(tx, id).await? else {
        return Err(refused);
    };
    if document_number.is_some() && document_number != line.document_number.as_deref() {
        return Err(Failure::Refused(ReportRefusal::OtherCard));
    }
    if waits_for_county(gateway, report, application.state) {
        return Err(refused);
    }
    let event = report.line_event();
    let Ok(reached) = line.state.after(event) else {
        return Err(refused);
    };
    if reached == line.state {
        return Ok(application);
    }
    let Some(events) = steps_of_application(application.state, event, reached) else {
        return Err(refused);
    };
    let had_ended = line.state.is_ended();
    take_line_step(tx, &mut line, event, note.at, note).await?;
    follow(tx, &mut application, &events, None, note).await?;
    if report == Report::HandedOver {
        // The images have served their purpose (Regulation (EU) 2025/1208).
        sealed::erase_by(tx, application.sealed, note.at).await?;
        // Somebody came after all.
        holds::close(tx, id.0, Some(UNCLAIMED), "HANDED_OVER", note).await?;
    } else {
        holds::close(tx, line.id.0, Some(WRONG_OFFICE), "ARRIVED", note).await?;
        recount_of_line(tx, line.id, note).await?;
    }
    if !had_ended && line.state.is_ended() {
        order_progress::settle(tx, line.order, note).await?;
    }
    reload(tx, id).await
}

/// Whether the county must check the card before its office may say that it holds it.
fn waits_for_county(gateway: &Gateway, report: Report, state: ApplicationState) -> bool {
    gateway.config.production.county_validation
        && report == Report::ReceivedAtOffice
        && state == ApplicationState::Shipped
}

async fn find_concerned(
    tx: &mut Tx,
    office: OfficeId,
    id: ApplicationId,
) -> Result<Application, Failure<ReportRefusal>> {
    applications::find(tx, id)
        .await?
        .filter(|found| found.office == office || found.collect_office == office)
        .ok_or(Failure::Refused(ReportRefusal::Unknown))
}

/// Finds the live line and keeps the bureau's words off it until the transaction ends.
async fn lock_live(
    tx: &mut Tx,
    id: ApplicationId,
) -> Result<Option<OrderLine>, Failure<ReportRefusal>> {
    match order_lines::find_live(tx, id).await? {
        Some(line) => Ok(order_lines::lock(tx, line.order, line.line_no).await?),
        None => Ok(None),
    }
}

/// Names the steps of the application; none while an operator holds it, who lets it follow.
fn steps_of_application(
    application: ApplicationState,
    event: LineEvent,
    line: LineState,
) -> Option<Vec<ApplicationEvent>> {
    if application == ApplicationState::OnHold {
        return Some(Vec::new());
    }
    let event = application_event(event, false)?;
    if application.after(event).is_ok() {
        return Some(vec![event]);
    }
    catch_up(application, line)
}
