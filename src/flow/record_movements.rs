//! Records many movements of one file together: what is known of them is asked once, and what is
//! new is written in a few statements. Each is treated as [`record_movement`] treats a single one.
//!
//! [`record_movement`]: crate::flow::record_movement

use std::collections::HashMap;

use crate::domain::calendar::bucharest_day;
use crate::domain::id::PaymentId;
use crate::domain::matching::Movement;
use crate::flow::movements::NewMovement;
use crate::flow::record_movement::{in_sequence, number_of, series_of};
use crate::store::history::Note;
use crate::store::movements::{self, NewPayment, Sighting, Source};
use crate::store::{StoreError, Tx, counters};

/// What a movement key stands for.
struct Known {
    payment: PaymentId,
    content: Vec<u8>,
}

/// What is to be written.
#[derive(Default)]
struct Plan {
    known: HashMap<String, Known>,
    payments: Vec<NewPayment>,
    keys: Vec<(PaymentId, String)>,
    sightings: Vec<Sighting>,
}

/// Records movements in the order in which they are told; the first of them is the `first_nth` of
/// its file. An error that is a lost race says that somebody recorded one of them meanwhile: tried
/// again in a new transaction, it is found.
pub(crate) async fn record_all(
    tx: &mut Tx,
    source: &Source,
    told: &[NewMovement],
    first_nth: u32,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let keys: Vec<&str> = told
        .iter()
        .flat_map(|one| one.other_key.iter().chain([&one.key]))
        .map(String::as_str)
        .collect();
    let known = movements::list_known(tx, source.channel, &keys).await?;
    let mut plan = Plan::default();
    for one in known {
        plan.remember(one.movement_key, one.payment, one.content);
    }
    for (nth, movement) in (first_nth..).zip(told) {
        plan.take(source, movement, nth, note)?;
    }
    plan.write(tx, source).await
}

impl Plan {
    fn remember(&mut self, key: String, payment: PaymentId, content: Vec<u8>) {
        self.known.insert(key, Known { payment, content });
    }

    fn take(
        &mut self,
        source: &Source,
        movement: &NewMovement,
        nth: u32,
        note: &Note<'_>,
    ) -> Result<(), StoreError> {
        let same = self.known.get(&movement.key);
        // Where it was told whole and now in parts, or the other way round.
        let other = movement.other_key.as_ref();
        let known = same.or_else(|| self.known.get(other?));
        let contradicts = same.is_some_and(|known| known.content != movement.content);
        let payment = match known {
            Some(known) => known.payment,
            None => self.open(source, movement, nth, note)?,
        };
        let told = movement.amount_minor;
        self.sightings.push(Sighting {
            id: in_sequence(note.random.uuid(note.at), nth),
            payment,
            place: movement.place.clone(),
            told_minor: if movement.credit { told } else { -told },
            contradicts,
        });
        Ok(())
    }

    /// Makes a payment of a movement that nobody knew. Its number is given when all are known.
    fn open(
        &mut self,
        source: &Source,
        movement: &NewMovement,
        nth: u32,
        note: &Note<'_>,
    ) -> Result<PaymentId, StoreError> {
        let id = PaymentId(in_sequence(note.random.uuid(note.at), nth));
        let evidence = &movement.evidence;
        if matches!(evidence.movement(), Movement::Credit | Movement::Reversal) {
            let external = movement.external_reference.as_deref();
            let keys = evidence.keys(source.channel, external).into_iter();
            self.keys.extend(keys.map(|key| (id, key)));
        }
        let stored = serde_json::to_string(evidence);
        self.payments.push(NewPayment {
            id,
            number: String::new(),
            movement_key: movement.key.clone(),
            content: movement.content,
            amount_minor: movement.amount_minor,
            currency: movement.currency.clone(),
            credit: movement.credit,
            reversal: movement.reversal,
            booked_on: movement.booked_on,
            external_reference: movement.external_reference.clone(),
            payment_reference: evidence.only_reference(),
            person_key: evidence.only_person(),
            evidence: stored.map_err(|error| StoreError::Other(error.into()))?,
        });
        self.remember(movement.key.clone(), id, movement.content.to_vec());
        Ok(id)
    }

    async fn write(mut self, tx: &mut Tx, source: &Source) -> Result<(), StoreError> {
        let count = self.payments.len();
        if count > 0 {
            self.number(tx, source).await?;
            let added = movements::insert_payments(tx, source, &self.payments).await?;
            if usize::try_from(added) != Ok(count) {
                return Err(StoreError::Moved { what: "payment" });
            }
            movements::insert_keys(tx, &self.keys).await?;
        }
        movements::insert_sightings(tx, source, &self.sightings).await
    }

    /// Numbers the new payments in the order in which they were told.
    async fn number(&mut self, tx: &mut Tx, source: &Source) -> Result<(), StoreError> {
        let day = bucharest_day(source.at);
        let count = i64::try_from(self.payments.len()).unwrap_or(i64::MAX);
        let series = series_of(source.channel, day);
        let first = counters::take_numbers(tx, &series, count).await?;
        for (serial, payment) in (first..).zip(&mut self.payments) {
            payment.number = number_of(source.channel, day, serial);
        }
        Ok(())
    }
}
