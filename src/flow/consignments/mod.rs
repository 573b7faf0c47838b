//! Consignments at their offices: what the bureau tells of them is kept, what the office scans is
//! received and counted, and what does not agree waits for an operator.

mod count;
mod scan;
mod validate;

use std::convert::Infallible;

use crate::bureau::acknowledgement::Shipment;
use crate::domain::calendar::bucharest_day;
use crate::domain::consignment::{ConsignmentState, ScanFinding};
use crate::domain::id::{ConsignmentId, InboxId, OrderLineId};
use crate::flow::report_card::{Report, ReportRefusal, report_card};
use crate::flow::{Failure, compare_shipments};
use crate::gateway::Gateway;
use crate::store::consignments::{self, Consignment};
use crate::store::history::Note;
use crate::store::inbox::InboxMessage;
use crate::store::{StoreError, Tx, offices, order_lines};

pub(crate) use count::recount_of_line;
pub use scan::{CARDS_MAX, Counted, Scan, ScanRefusal, ScannedCard, scan};
pub use validate::{CardVerdict, ValidationRefusal, Verdicts, validate};

/// Takes in what a document of the bureau says of parcels by themselves: they are kept for the
/// offices that count them, and compared with what was ordered.
#[expect(
    dead_code,
    reason = "the notice of shipments is read by the documents that come next"
)]
pub(crate) async fn record_shipments(
    tx: &mut Tx,
    document: &InboxMessage,
    shipments: &[Shipment],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    keep_told(tx, document, shipments, note).await?;
    compare_shipments::compare(tx, document, &[], shipments, note).await
}

/// Keeps what parcels are said to hold. A parcel that is told again changes nothing, unless it
/// names more cards.
pub(crate) async fn keep_told(
    tx: &mut Tx,
    document: &InboxMessage,
    shipments: &[Shipment],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    for shipment in shipments {
        let consignment = find_or_insert(tx, shipment, note).await?;
        let cards = i64::try_from(shipment.cards.len()).unwrap_or(i64::MAX);
        let id = consignment.id;
        let parcel = shipment.parcel.as_str();
        consignments::insert_parcel(tx, id, parcel, cards, document.id, note.at).await?;
        for card in &shipment.cards {
            let (number, application) = (&card.document_number, &card.application_number);
            consignments::tell_card(tx, id, parcel, number, application).await?;
        }
        count::recount(tx, id, note).await?;
    }
    Ok(())
}

async fn find_or_insert(
    tx: &mut Tx,
    shipment: &Shipment,
    note: &Note<'_>,
) -> Result<Consignment, StoreError> {
    let (number, code) = (shipment.consignment.as_str(), shipment.office_code.as_str());
    let found = consignments::find_told(tx, number, code).await?;
    if let Some(known) = found {
        return Ok(known);
    }
    let office = offices::find_by_code(tx, code, bucharest_day(note.at)).await?;
    let new = Consignment {
        id: ConsignmentId(note.random.uuid(note.at)),
        number: number.to_owned(),
        office_code: code.to_owned(),
        office: office.map(|office| office.id),
        state: ConsignmentState::OnItsWay,
        told_at: note.at,
        counted_at: None,
        version: 1,
    };
    if consignments::insert(tx, &new).await? {
        return Ok(new);
    }
    // Another document told of it meanwhile.
    let found = consignments::find_told(tx, number, code).await?;
    found.ok_or(StoreError::Moved {
        what: "consignment",
    })
}

/// Does what waited for the words of a document, once they are heard: see [`follow_line`].
pub(crate) async fn follow_document<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    document: InboxId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for line in consignments::list_lines_to_follow(tx, document).await? {
        follow_line(tx, gateway, line, note).await?;
    }
    Ok(())
}

/// Does what waited for the bureau's word on a line, or for the county's: a card that its office
/// scanned before is received now, and what is missing is counted again.
pub(crate) async fn follow_line<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    line: OrderLineId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let waiting = consignments::find_waiting(tx, line).await?;
    if let Some((consignment, office, number)) = waiting {
        let application = order_lines::find(tx, line).await?.map(|it| it.application);
        if let Some(application) = application {
            let report = Report::ReceivedAtOffice;
            let received = report_card(
                tx,
                gateway,
                (office, application),
                report,
                Some(&number),
                note,
            )
            .await;
            if is_done(received)? {
                let finding = ScanFinding::Received;
                let at = note.at;
                consignments::scan_card(tx, consignment, &number, None, finding, at).await?;
            }
        }
    }
    recount_of_line(tx, line, note).await
}

/// Whether a report was taken; a refusal leaves everything as it was.
fn is_done<T, R>(reported: Result<T, Failure<ReportRefusal>>) -> Result<bool, Failure<R>> {
    match reported {
        Ok(_application) => Ok(true),
        Err(Failure::Refused(_refusal)) => Ok(false),
        Err(Failure::Broken(error)) => Err(Failure::Broken(error)),
    }
}
