//! An office scans the cards of a consignment, in parts, and says when it has scanned all of them.
//! A card that is scanned again is told again what it was found to be.

use crate::domain::acknowledgement::LineState;
use crate::domain::card::{CardState, DocumentNumber};
use crate::domain::consignment::{ConsignmentEvent, ScanFinding};
use crate::domain::id::OfficeId;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::consignments::count::recount;
use crate::flow::consignments::is_done;
use crate::flow::once::KeyReused;
use crate::flow::report_card::{Report, report_card};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::cards::{self, Card};
use crate::store::consignments::{self, ConsignedCard, Consignment};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::{Tx, offices, order_lines};

const WRONG_OFFICE: u16 = Reason::WRONG_OFFICE.number();

/// Cards in one part at most.
pub const CARDS_MAX: usize = 1_000;

/// A part of a count.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    /// The office that counts.
    pub office: OfficeId,
    /// The consignment's number.
    pub consignment: &'a str,
    /// The numbers of the cards that were scanned.
    pub document_numbers: &'a [String],
    /// Whether everything has been scanned now.
    pub is_final: bool,
}

/// Document numbers identify their holders.
impl std::fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scan({}, …)", self.consignment)
    }
}

/// Why a part of a count was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScanRefusal {
    /// The bureau has told of no such consignment to this office.
    #[error("there is no such consignment to the office")]
    Unknown,
    /// There are too many cards in one part.
    #[error("a part has at most {CARDS_MAX} cards")]
    TooMany,
    /// A text is no document number.
    #[error("number {index} of the part is no document number")]
    NotANumber {
        /// Its place in the part, from 0.
        index: usize,
    },
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// A card that was scanned, and what it was found to be.
#[derive(Clone, Eq, PartialEq)]
pub struct ScannedCard {
    /// Its number.
    pub document_number: String,
    /// Its application, where the card belongs to the office.
    pub application_number: Option<String>,
    /// What it was found to be.
    pub finding: ScanFinding,
}

/// A document number identifies its holder.
impl std::fmt::Debug for ScannedCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ScannedCard({}, …)", self.finding)
    }
}

/// How far a count has come.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The consignment after this part.
    pub consignment: Consignment,
    /// The cards of this part.
    pub scanned: Vec<ScannedCard>,
    /// All cards of the consignment, as far as they were told of or scanned.
    pub cards: Vec<ConsignedCard>,
}

/// Takes a part of a count.
pub async fn scan(
    tx: &mut Tx,
    gateway: &Gateway,
    scan: Scan<'_>,
    note: &Note<'_>,
) -> Result<Counted, Failure<ScanRefusal>> {
    check(&scan).map_err(Failure::Refused)?;
    let consignment = find(tx, &scan).await?;
    let mut scanned = Vec::with_capacity(scan.document_numbers.len());
    for number in scan.document_numbers {
        let card = take_card(tx, gateway, &consignment, scan.office, number, note).await?;
        let application = card.application_number.as_deref();
        let (id, finding) = (consignment.id, card.finding);
        consignments::scan_card(tx, id, number, application, finding, note.at).await?;
        scanned.push(card);
    }
    if !consignment.state.is_counted() && !scanned.is_empty() {
        let event = ConsignmentEvent::CardsScanned;
        take_step::<history::Consignment>(tx, consignment.id.0, consignment.state, event, note)
            .await?;
    }
    if scan.is_final {
        consignments::set_counted(tx, consignment.id, note.at).await?;
    }
    recount(tx, consignment.id, note).await?;
    Ok(Counted {
        consignment: find(tx, &scan).await?,
        scanned,
        cards: consignments::list_cards(tx, consignment.id).await?,
    })
}

fn check(scan: &Scan<'_>) -> Result<(), ScanRefusal> {
    if scan.document_numbers.len() > CARDS_MAX {
        return Err(ScanRefusal::TooMany);
    }
    let malformed = scan
        .document_numbers
        .iter()
        .position(|number| DocumentNumber::parse(number).is_err());
    malformed.map_or(Ok(()), |index| Err(ScanRefusal::NotANumber { index }))
}

async fn find(tx: &mut Tx, scan: &Scan<'_>) -> Result<Consignment, Failure<ScanRefusal>> {
    let unknown = Failure::Refused(ScanRefusal::Unknown);
    let found = consignments::find_of_office(tx, scan.consignment, scan.office).await?;
    let Some(found) = found else {
        return Err(unknown);
    };
    consignments::lock(tx, found.id).await?.ok_or(unknown)
}

/// Finds out what a scanned card is, and receives it where it belongs.
async fn take_card(
    tx: &mut Tx,
    gateway: &Gateway,
    consignment: &Consignment,
    office: OfficeId,
    number: &str,
    note: &Note<'_>,
) -> Result<ScannedCard, Failure<ScanRefusal>> {
    let found = |finding, application: Option<&Application>| ScannedCard {
        document_number: number.to_owned(),
        application_number: application.map(|application| application.number.clone()),
        finding,
    };
    let Some(card) = cards::find(tx, number).await? else {
        return Ok(found(ScanFinding::Unknown, None));
    };
    let Some(application) = applications::find(tx, card.application).await? else {
        return Ok(found(ScanFinding::Unknown, None));
    };
    if application.collect_office != office {
        hold_misdirected(tx, consignment, &card, &application, note).await?;
        return Ok(found(ScanFinding::WrongOffice, None));
    }
    if matches!(
        card.state,
        CardState::Void | CardState::Destroyed | CardState::Failed
    ) {
        return Ok(found(ScanFinding::Void, Some(&application)));
    }
    let report = Report::ReceivedAtOffice;
    let (id, number) = (application.id, Some(number));
    let received = report_card(tx, gateway, (office, id), report, number, note).await;
    let finding = if is_done(received)? {
        ScanFinding::Received
    } else {
        why_not_received(tx, &card).await?
    };
    Ok(found(finding, Some(&application)))
}

/// What a card is that could not be received: early, or impossible.
async fn why_not_received(tx: &mut Tx, card: &Card) -> Result<ScanFinding, Failure<ScanRefusal>> {
    let line = order_lines::find(tx, card.line).await?;
    let state = line.map(|line| line.state);
    Ok(match state {
        // The bureau has not said that it is shipped, or the county has not checked it.
        Some(LineState::Produced | LineState::Shipped) => ScanFinding::Waiting,
        Some(LineState::HandedOver) => ScanFinding::Received,
        _ => ScanFinding::NotPossible,
    })
}

/// Has an operator see to it that a card comes to its own office.
async fn hold_misdirected(
    tx: &mut Tx,
    consignment: &Consignment,
    card: &Card,
    application: &Application,
    note: &Note<'_>,
) -> Result<(), Failure<ScanRefusal>> {
    let own = offices::find(tx, application.collect_office).await?;
    let own = own.map_or_else(String::new, |office| office.code);
    let detail = format!(
        "it was scanned at {} in {}, and is collected at {own}",
        consignment.office_code, consignment.number
    );
    let hold = NewHold {
        kind: SubjectKind::OrderLine,
        subject: card.line.0,
        number: &application.number,
        code: WRONG_OFFICE,
        detail: &detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
