//! The county's check of the cards of a consignment, where it is asked for: what passes may be
//! received by its office, what does not goes back to the bureau.

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::consignments::follow_line;
use crate::flow::line_step::{follow, take_line_step, watch_trouble};
use crate::flow::once::KeyReused;
use crate::flow::progress::advance;
use crate::gateway::Gateway;
use crate::store::Tx;
use crate::store::applications::{self, Application};
use crate::store::consignments::{self, Consignment};
use crate::store::history::Note;
use crate::store::order_lines::{self, OrderLine};

/// What the county says of the cards of a consignment.
#[derive(Clone, Copy, Debug)]
pub struct Verdicts<'a> {
    /// The consignment's number.
    pub consignment: &'a str,
    /// The applications of the cards that failed; every other card of it passed.
    pub refused: &'a [String],
}

/// What became of a card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CardVerdict {
    /// Its application.
    pub application_number: String,
    /// Where the application stands now.
    pub state: ApplicationState,
    /// Whether the card failed.
    pub refused: bool,
}

/// Why what the county says was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValidationRefusal {
    /// There is no such consignment.
    #[error("there is no such consignment")]
    Unknown,
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// Nobody asks the county here.
    #[error("production.county_validation is off")]
    Off,
    /// A card that is said to have failed is in no parcel of the consignment.
    #[error("the card of {application} is in no parcel of the consignment")]
    NotInIt {
        /// Its application.
        application: String,
    },
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Takes what the county says of a consignment. Said again, it changes nothing.
pub async fn validate(
    tx: &mut Tx,
    gateway: &Gateway,
    verdicts: Verdicts<'_>,
    note: &Note<'_>,
) -> Result<Vec<CardVerdict>, Failure<ValidationRefusal>> {
    if !gateway.config.production.county_validation {
        return Err(Failure::Refused(ValidationRefusal::Off));
    }
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(ValidationRefusal::ReasonMissing));
    }
    let parts = consignments::list_of_number(tx, verdicts.consignment).await?;
    if parts.is_empty() {
        return Err(Failure::Refused(ValidationRefusal::Unknown));
    }
    let told = list_told(tx, &parts).await?;
    let stranger = verdicts.refused.iter().find(|one| !told.contains(one));
    if let Some(stranger) = stranger {
        let application = stranger.clone();
        return Err(Failure::Refused(ValidationRefusal::NotInIt { application }));
    }
    let mut taken = Vec::new();
    for number in &told {
        let refused = verdicts.refused.contains(number);
        taken.extend(take(tx, gateway, number, refused, note).await?);
    }
    Ok(taken)
}

/// The applications of the cards that the bureau listed.
async fn list_told(
    tx: &mut Tx,
    parts: &[Consignment],
) -> Result<Vec<String>, Failure<ValidationRefusal>> {
    let mut told = Vec::new();
    for part in parts {
        let cards = consignments::list_cards(tx, part.id).await?;
        let listed = cards.into_iter().filter(|card| card.parcel.is_some());
        told.extend(listed.filter_map(|card| card.application_number));
    }
    told.sort();
    told.dedup();
    Ok(told)
}

/// Takes what the county says of one card; `None` for one of which nothing was ordered.
async fn take(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    refused: bool,
    note: &Note<'_>,
) -> Result<Option<CardVerdict>, Failure<ValidationRefusal>> {
    let Some(mut application) = applications::find_by_number(tx, number).await? else {
        return Ok(None);
    };
    let found = order_lines::find_live(tx, application.id).await?;
    let locked = match found {
        Some(line) => order_lines::lock(tx, line.order, line.line_no).await?,
        None => None,
    };
    if let Some(mut line) = locked {
        if refused {
            send_back(tx, &mut line, &mut application, note).await?;
        } else {
            pass(tx, gateway, &line, &mut application, note).await?;
        }
    }
    Ok(Some(CardVerdict {
        application_number: application.number,
        state: application.state,
        refused,
    }))
}

async fn pass(
    tx: &mut Tx,
    gateway: &Gateway,
    line: &OrderLine,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<ValidationRefusal>> {
    let event = ApplicationEvent::CountyPassed;
    if application.state.after(event).is_err() {
        return Ok(()); // It passed before, or is not on its way.
    }
    advance(tx, application, event, None, note).await?;
    follow_line(tx, gateway, line.id, note).await?;
    if let Some(now) = applications::find(tx, application.id).await? {
        *application = now;
    }
    Ok(())
}

/// A card that failed goes back to the bureau; somebody watches that another one comes.
async fn send_back(
    tx: &mut Tx,
    line: &mut OrderLine,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<ValidationRefusal>> {
    let failed = ApplicationEvent::ShipmentFailed;
    let is_on_its_way = matches!(
        application.state,
        ApplicationState::Shipped | ApplicationState::CountyValidated
    );
    if !is_on_its_way || line.state.after(LineEvent::CardReturned).is_err() {
        return Ok(());
    }
    let code = Some(Reason::COUNTY_VALIDATION.number());
    take_line_step(tx, line, LineEvent::CardReturned, note.at, note).await?;
    follow(tx, application, &[failed], code, note).await?;
    watch_trouble(tx, line, application, code, note).await
}
