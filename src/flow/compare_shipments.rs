//! Compares the parcels that an acknowledgement tells of with what was ordered. What does not
//! agree waits for an operator; the words on the lines have been heard all the same, for each
//! stands on its own evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::bureau::acknowledgement::{Entry, Shipment, ShippedCard};
use crate::domain::acknowledgement::LineEvent;
use crate::domain::calendar::bucharest_day;
use crate::domain::id::OfficeId;
use crate::domain::manifest::{ListedCard, Mismatch, judge};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::store::acknowledgements::Word;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::InboxMessage;
use crate::store::{Tx, acknowledgements, applications, offices, order_lines};

/// Findings that a hold names one by one; a parcel gone wrong has hundreds of the same kind.
const NAMED_MAX: usize = 5;

/// A card that is not where it should be.
struct Finding {
    mismatch: Mismatch,
    application: String,
    consignment: String,
}

/// Compares the parcels of a document whose words have been heard: `entries` are those words, none
/// where parcels are told of by themselves.
pub(crate) async fn compare(
    tx: &mut Tx,
    document: &InboxMessage,
    entries: &[Entry],
    shipments: &[Shipment],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let mut findings = not_listed(entries, shipments);
    let mut offices_by_code: BTreeMap<&str, Option<OfficeId>> = BTreeMap::new();
    for shipment in shipments {
        let code = shipment.office_code.as_str();
        if !offices_by_code.contains_key(code) {
            let day = bucharest_day(note.at);
            let office = offices::find_by_code(tx, code, day).await?;
            offices_by_code.insert(code, office.map(|office| office.id));
        }
        let office = offices_by_code.get(code).copied().flatten();
        for card in &shipment.cards {
            let listed = look_up(tx, shipment, card, office).await?;
            findings.extend(judge(listed).map(|mismatch| Finding {
                mismatch,
                application: card.application_number.clone(),
                consignment: shipment.consignment.clone(),
            }));
        }
    }
    hold(tx, document, &findings, note).await
}

/// The cards that the document says to be in a consignment whose parcels it tells of, and that are
/// in none of them.
fn not_listed(entries: &[Entry], shipments: &[Shipment]) -> Vec<Finding> {
    let mut listed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for shipment in shipments {
        let cards = listed.entry(&shipment.consignment).or_default();
        cards.extend(shipment.cards.iter().map(|card| &*card.application_number));
    }
    let missing = entries.iter().filter_map(|entry| {
        let consignment = entry.consignment.as_deref()?;
        let is_missing = entry.status == LineEvent::ParcelShipped
            && !listed
                .get(consignment)?
                .contains(&*entry.application_number);
        is_missing.then(|| Finding {
            mismatch: Mismatch::NotListed,
            application: entry.application_number.clone(),
            consignment: consignment.to_owned(),
        })
    });
    missing.collect()
}

async fn look_up(
    tx: &mut Tx,
    shipment: &Shipment,
    card: &ShippedCard,
    office: Option<OfficeId>,
) -> Result<ListedCard, Failure<Infallible>> {
    let unknown = ListedCard {
        ordered: false,
        told_of: false,
        for_its_office: false,
        in_this_consignment: None,
    };
    let Some(application) = applications::find_by_number(tx, &card.application_number).await?
    else {
        return Ok(unknown);
    };
    let mut told: Vec<Word> = Vec::new();
    let lines = order_lines::list_of_application(tx, application.id).await?;
    for line in &lines {
        let words = acknowledgements::list(tx, line.id).await?;
        let of_card = |word: &Word| word.document_number.as_ref() == Some(&card.document_number);
        told.extend(words.into_iter().filter(of_card));
    }
    Ok(ListedCard {
        ordered: !lines.is_empty(),
        told_of: !told.is_empty(),
        for_its_office: office == Some(application.collect_office),
        in_this_consignment: is_in(&shipment.consignment, &told),
    })
}

/// Whether any word that a card is shipped names this consignment; a card that came back is shipped
/// again in another one.
fn is_in(consignment: &str, told: &[Word]) -> Option<bool> {
    let mut shipped = told
        .iter()
        .filter(|word| word.status == LineEvent::ParcelShipped)
        .filter_map(|word| word.consignment.as_deref())
        .peekable();
    shipped.peek()?;
    Some(shipped.any(|named| named == consignment))
}

async fn hold(
    tx: &mut Tx,
    document: &InboxMessage,
    findings: &[Finding],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let detail = describe(findings);
    let hold = NewHold {
        kind: SubjectKind::Inbox,
        subject: document.id.0,
        number: &first.consignment,
        code: Reason::MANIFEST_MISMATCH.number(),
        detail: &detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

fn describe(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let Finding {
            mismatch,
            application,
            consignment,
        } = finding;
        format!("{mismatch}: {application} in {consignment}")
    };
    let named: Vec<String> = findings.iter().take(NAMED_MAX).map(one).collect();
    let named = named.join("; ");
    match findings.len().saturating_sub(NAMED_MAX) {
        0 => named,
        rest => format!("{named}; and {rest} more"),
    }
}
