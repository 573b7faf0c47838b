//! Records one movement of money, or where a known one was seen again.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::calendar::bucharest_day;
use crate::domain::id::{InboxId, PaymentId, SealedId, SourceFileId};
use crate::domain::matching::Movement;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::flow::movements::NewMovement;
use crate::store::history::Note;
use crate::store::payments::{self, Observation, Payment};
use crate::store::{StoreError, Tx, counters, matching_keys};

/// Who tells of a movement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Teller {
    /// The channel.
    pub(crate) channel: Channel,
    /// Where its words are sealed.
    pub(crate) sealed: SealedId,
    /// The channel's file, for statements.
    pub(crate) file: Option<SourceFileId>,
    /// The notification, for stations.
    pub(crate) inbox: Option<InboxId>,
}

/// What was known of a movement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Recorded {
    /// Nothing: it is a payment now.
    New,
    /// The same; it was seen once more.
    Repeated,
    /// Something else, under the same key: nothing was changed.
    Changed {
        /// The number of the payment that is known.
        number: String,
    },
}

/// Records a movement as a payment that waits to be looked at. `nth` is its place among what is
/// told together, so that payments stand in the order in which they were told.
pub(crate) async fn record(
    tx: &mut Tx,
    teller: &Teller,
    movement: &NewMovement,
    nth: u32,
    note: &Note<'_>,
) -> Result<Recorded, StoreError> {
    if let Some(known) = find_known(tx, teller.channel, movement).await? {
        return see_again(tx, teller, movement, &known, note).await;
    }
    let payment = new_payment(tx, teller, movement, nth, note).await?;
    if !payments::insert(tx, &payment).await? {
        // Somebody recorded the same meanwhile.
        let known = payments::find_by_movement(tx, teller.channel, &movement.key).await?;
        let known = known.ok_or(StoreError::Moved { what: "payment" })?;
        return see_again(tx, teller, movement, &known, note).await;
    }
    if matches!(
        movement.evidence.movement(),
        Movement::Credit | Movement::Reversal
    ) {
        let external = movement.external_reference.as_deref();
        for key in movement.evidence.keys(teller.channel, external) {
            matching_keys::add(tx, payment.id, &key).await?;
        }
    }
    observe(tx, teller, payment.id, (movement, false), note).await?;
    Ok(Recorded::New)
}

/// Finds the payment that a movement is known as, also where it was told whole and now in parts.
async fn find_known(
    tx: &mut Tx,
    channel: Channel,
    movement: &NewMovement,
) -> Result<Option<Payment>, StoreError> {
    let known = payments::find_by_movement(tx, channel, &movement.key).await?;
    match (&known, &movement.other_key) {
        (None, Some(other)) => payments::find_by_movement(tx, channel, other).await,
        _ => Ok(known),
    }
}

async fn see_again(
    tx: &mut Tx,
    teller: &Teller,
    movement: &NewMovement,
    known: &Payment,
    note: &Note<'_>,
) -> Result<Recorded, StoreError> {
    let same_key = known.movement_key == movement.key;
    if same_key && known.content_sha256 != movement.content {
        // Both stand side by side in the reconciliation report.
        observe(tx, teller, known.id, (movement, true), note).await?;
        return Ok(Recorded::Changed {
            number: known.number.clone(),
        });
    }
    observe(tx, teller, known.id, (movement, false), note).await?;
    Ok(Recorded::Repeated)
}

async fn observe(
    tx: &mut Tx,
    teller: &Teller,
    payment: PaymentId,
    (movement, contradicts): (&NewMovement, bool),
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let told = movement.amount_minor;
    let observation = Observation {
        id: note.random.uuid(note.at),
        payment,
        source_file: teller.file,
        inbox: teller.inbox,
        place: &movement.place,
        told_minor: if movement.credit { told } else { -told },
        contradicts,
        seen_at: note.at,
    };
    payments::insert_observation(tx, &observation).await
}

async fn new_payment(
    tx: &mut Tx,
    teller: &Teller,
    movement: &NewMovement,
    nth: u32,
    note: &Note<'_>,
) -> Result<Payment, StoreError> {
    let evidence = &movement.evidence;
    let stored = serde_json::to_string(evidence);
    Ok(Payment {
        id: PaymentId(in_sequence(note.random.uuid(note.at), nth)),
        number: take_number(tx, teller.channel, note).await?,
        channel: teller.channel,
        movement_key: movement.key.clone(),
        content_sha256: movement.content.to_vec(),
        amount: Money::from_bani(movement.amount_minor),
        currency: movement.currency.clone(),
        credit: movement.credit,
        reversal: movement.reversal,
        booked_on: movement.booked_on,
        external_reference: movement.external_reference.clone(),
        payment_reference: evidence.only_reference(),
        person_key: evidence.only_person(),
        evidence: stored.map_err(|error| StoreError::Other(error.into()))?,
        sealed: Some(teller.sealed),
        state: PaymentState::Imported,
        reason: None,
        application: None,
        reverses: None,
        received_at: note.at,
        version: 1,
    })
}

async fn take_number(tx: &mut Tx, channel: Channel, note: &Note<'_>) -> Result<String, StoreError> {
    let day = bucharest_day(note.at);
    let serial = counters::take_number(tx, &series_of(channel, day)).await?;
    Ok(number_of(channel, day, serial))
}

/// The series in which the payments of a channel are numbered on a day.
pub(crate) fn series_of(channel: Channel, day: NaiveDate) -> String {
    format!("payment:{channel}:{}", day.format("%Y%m%d"))
}

/// A payment's number, as people say it.
pub(crate) fn number_of(channel: Channel, day: NaiveDate, serial: i64) -> String {
    let prefix = match channel {
        Channel::Cec => "CEC",
        Channel::SelfPay => "SP",
    };
    format!("{prefix}-{}-{serial:05}", day.format("%Y%m%d"))
}

/// Writes `nth` into the first 26 random bits of a version 7 identifier (RFC 9562, 6.2, method 1),
/// so that identifiers made in one millisecond sort in this order.
pub(crate) fn in_sequence(id: Uuid, nth: u32) -> Uuid {
    let mut bytes = id.into_bytes();
    let [_, _, _, _, _, _, high, next, variant, low, ..] = &mut bytes;
    let [top, upper, lower, last] = (nth << 6).to_be_bytes();
    *high = 0x70 | (top >> 4);
    *next = (top << 4) | (upper >> 4);
    *variant = 0x80 | ((upper & 0x0f) << 2) | (lower >> 6);
    *low = (lower << 2) | (last >> 6);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn identifiers_of_one_instant_sort_in_the_order_of_telling() {
        let random = Random::seeded(7);
        let at = chrono::DateTime::from_timestamp(1_788_160_000, 0).unwrap();
        let nths = [0, 1, 2, 63, 64, 255, 256, 4_095, 65_536, (1 << 26) - 1];
        let ids = nths.map(|nth| in_sequence(random.uuid(at), nth));
        assert!(ids.is_sorted());
        for id in ids {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }
}
