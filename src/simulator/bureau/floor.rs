//! The factory floor: every line that was taken, and the words on it as their time comes.

mod asked;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openssl::sha::Sha256;

use crate::bureau::acknowledgement::{Entry, Shipment, ShippedCard};
use crate::bureau::order::{ReadLine, ReadOrder};
use crate::domain::acknowledgement::LineEvent;
use crate::random::Random;
use crate::simulator::bureau::ledger::BureauLedger;
use crate::simulator::bureau::production::{self, FailureRates, Word, next_courier};
use crate::simulator::pass::earliest;
use crate::simulator::person::check_digit;

/// Cards in one parcel at most.
const PARCEL_CARDS_MAX: usize = 400;
/// `CNP_INVALID`, by the catalogue of reasons.
const CNP_INVALID: u16 = 201;
/// `DUPLICATE_PERSON_ORDER`.
const ORDERED_TWICE: u16 = 208;

/// What is said of lines, and the parcel that it tells of.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) entries: Vec<Entry>,
    pub(super) shipments: Vec<Shipment>,
}

/// The lines and what is due on them.
pub(super) struct Floor {
    seed: u64,
    rates: FailureRates,
    lines: Vec<Line>,
    /// When the next word on a line is due, by the place of the line.
    agenda: BTreeSet<(DateTime<Utc>, usize)>,
    /// The applications that a line may still make a card for.
    live: HashMap<String, usize>,
    /// Cards that wait for the courier, by office.
    waiting: BTreeMap<String, Vec<usize>>,
    courier_at: Option<DateTime<Utc>>,
    cards_numbered: u64,
    consignments: u64,
    /// How long after the last word on a line its biometric data are erased.
    erases_after: Option<TimeDelta>,
    /// Where the lines of each order stand.
    orders: HashMap<Arc<str>, Range<usize>>,
}

struct Line {
    order_number: Arc<str>,
    number: u32,
    application_number: String,
    office_code: String,
    words: VecDeque<Word>,
    said: Vec<Entry>,
    document_number: Option<String>,
}

impl Floor {
    pub(super) fn new(seed: u64, rates: FailureRates, erases_after: Option<TimeDelta>) -> Self {
        Self {
            erases_after,
            orders: HashMap::new(),
            seed,
            rates,
            lines: Vec::new(),
            agenda: BTreeSet::new(),
            live: HashMap::new(),
            waiting: BTreeMap::new(),
            courier_at: None,
            cards_numbered: 0,
            consignments: 0,
        }
    }

    /// Takes the lines of an order that was read at `at`.
    pub(super) fn take(&mut self, order: &ReadOrder, at: DateTime<Utc>, ledger: &mut BureauLedger) {
        let order_number: Arc<str> = Arc::from(order.header.number.as_str());
        let first = self.lines.len();
        for line in &order.lines {
            let place = self.lines.len();
            let refused = self.fault_of(line);
            if refused == Some(ORDERED_TWICE) {
                ledger.duplicates.push(line.application_number.clone());
            }
            let words = if let Some(reason) = refused {
                production::refusal(at, reason)
            } else {
                self.live.insert(line.application_number.clone(), place);
                production::plan(at, line.attempt, self.rates, &self.random_of(line))
            };
            self.agenda
                .extend(words.front().map(|word| (word.at, place)));
            self.lines.push(Line {
                order_number: Arc::clone(&order_number),
                number: line.line_no,
                application_number: line.application_number.clone(),
                office_code: line.delivery_office_code.clone(),
                words,
                said: Vec::new(),
                document_number: None,
            });
        }
        self.orders.insert(order_number, first..self.lines.len());
        ledger.orders += 1;
        ledger.lines += u64::try_from(order.lines.len()).unwrap_or(u64::MAX);
    }

    /// Says what is due until `now`, in the order of time: words, and one by one the parcels.
    pub(super) fn speak(&mut self, now: DateTime<Utc>, ledger: &mut BureauLedger) -> Vec<Said> {
        let mut all = Vec::new();
        let mut words = Said::default();
        while let Some(due) = self.next_at().filter(|due| *due <= now) {
            if self.courier_at.is_some_and(|courier| courier <= due) {
                // A parcel's cards were told of before the parcel.
                all.push(std::mem::take(&mut words));
                all.extend(self.ship(due, ledger));
            } else if let Some((_, place)) = self.agenda.pop_first() {
                words.entries.extend(self.say(place, ledger));
            }
        }
        all.push(words);
        all.retain(|said| !said.entries.is_empty());
        all
    }

    /// When the next word is due.
    pub(super) fn next_at(&self) -> Option<DateTime<Utc>> {
        let word = self.agenda.first().map(|(at, _)| *at);
        earliest(word, self.courier_at)
    }

    /// Chance that depends on the application and the attempt alone, so that neither the order of
    /// arrival nor a restart changes a card's fate.
    fn random_of(&self, line: &ReadLine) -> Random {
        let mut hash = Sha256::new();
        hash.update(&self.seed.to_be_bytes());
        hash.update(&line.attempt.to_be_bytes());
        hash.update(line.application_number.as_bytes());
        let first = hash.finish().first_chunk::<8>().copied();
        Random::seeded(u64::from_be_bytes(first.unwrap_or_default()))
    }

    fn fault_of(&self, line: &ReadLine) -> Option<u16> {
        if self.live.contains_key(&line.application_number) {
            return Some(ORDERED_TWICE);
        }
        let (twelve, last) = line.cnp.split_at_checked(12)?;
        (last.parse() != Ok(check_digit(twelve))).then_some(CNP_INVALID)
    }

    /// Says the next word on a line and notes when the one after it is due.
    fn say(&mut self, place: usize, ledger: &mut BureauLedger) -> Option<Entry> {
        let line = self.lines.get_mut(place)?;
        let word = line.words.pop_front()?;
        let is_card = matches!(word.event, LineEvent::CardMade | LineEvent::CardRemade);
        if is_card {
            self.cards_numbered += 1;
            line.document_number = Some(format!("CE{:07}", self.cards_numbered % 10_000_000));
        }
        let entry = line.say(word, None);
        if let Some(next) = line.words.front() {
            self.agenda.insert((next.at, place));
        } else if word.event == LineEvent::BiometricsErased {
            // The last word; whether the application may be ordered again was settled before.
        } else if is_card {
            let office = line.office_code.clone();
            self.waiting.entry(office).or_default().push(place);
            self.courier_at.get_or_insert_with(|| next_courier(word.at));
        } else {
            if self.live.get(&line.application_number) == Some(&place) {
                self.live.remove(&line.application_number);
            }
            self.erase_later(place, word.at);
        }
        note(&entry, ledger);
        Some(entry)
    }

    /// Gives every waiting card to the courier, one parcel for each office.
    fn ship(&mut self, at: DateTime<Utc>, ledger: &mut BureauLedger) -> Vec<Said> {
        self.courier_at = None;
        self.consignments += 1;
        let consignment = format!("AWB-{:06}", self.consignments);
        let mut parcels = Vec::new();
        for (office_code, places) in std::mem::take(&mut self.waiting) {
            for (number, places) in (1..).zip(places.chunks(PARCEL_CARDS_MAX)) {
                let parcel = format!("{office_code}/{number}");
                let said = self.pack(at, (&consignment, &parcel, &office_code), places);
                ledger.shipped_cards += u64::try_from(said.entries.len()).unwrap_or(u64::MAX);
                parcels.push(said);
            }
        }
        parcels
    }

    /// Plans the erasure of a line's biometric data, after everything else was said.
    fn erase_later(&mut self, place: usize, after: DateTime<Utc>) {
        let (Some(wait), Some(line)) = (self.erases_after, self.lines.get_mut(place)) else {
            return;
        };
        let at = after + wait;
        line.words.push_back(Word {
            at,
            event: LineEvent::BiometricsErased,
            reason: None,
        });
        self.agenda.insert((at, place));
    }

    fn pack(
        &mut self,
        at: DateTime<Utc>,
        (consignment, parcel, office_code): (&str, &str, &str),
        places: &[usize],
    ) -> Said {
        let mut entries = Vec::with_capacity(places.len());
        let mut cards = Vec::with_capacity(places.len());
        for place in places {
            let Some(line) = self.lines.get_mut(*place) else {
                continue;
            };
            cards.extend(line.card());
            let word = Word {
                at,
                event: LineEvent::ParcelShipped,
                reason: None,
            };
            entries.push(line.say(word, Some(consignment)));
            self.erase_later(*place, at);
        }
        let shipment = Shipment {
            consignment: consignment.to_owned(),
            parcel: parcel.to_owned(),
            office_code: office_code.to_owned(),
            cards,
        };
        Said {
            entries,
            shipments: vec![shipment],
        }
    }
}

impl Line {
    /// Says a word, under the next number of the line, and remembers it.
    fn say(&mut self, word: Word, consignment: Option<&str>) -> Entry {
        // An erasure is told without a card, so that it is one word however it is told.
        let with_card = word.event != LineEvent::BiometricsErased;
        let card = self.document_number.clone().filter(|_| with_card);
        let last = self.said.last().map_or(0, |entry| entry.sequence);
        let entry = Entry {
            order_number: self.order_number.to_string(),
            line_no: self.number,
            application_number: self.application_number.clone(),
            sequence: last + 1,
            status: word.event,
            occurred_at: word.at,
            reason: word.reason,
            document_number: card,
            consignment: consignment.map(str::to_owned),
        };
        self.said.push(entry.clone());
        entry
    }

    fn card(&self) -> Option<ShippedCard> {
        Some(ShippedCard {
            application_number: self.application_number.clone(),
            document_number: self.document_number.clone()?,
        })
    }
}

/// Writes a word into the ledger.
fn note(entry: &Entry, ledger: &mut BureauLedger) {
    match entry.status {
        LineEvent::CardMade | LineEvent::CardRemade => {
            *ledger
                .cards
                .entry(entry.application_number.clone())
                .or_default() += 1;
        }
        LineEvent::LineRejected => {
            let reason = entry.reason.unwrap_or_default();
            *ledger.refused_lines.entry(reason).or_default() += 1;
        }
        LineEvent::QualityCheckFailed => ledger.failed_cards += 1,
        LineEvent::CardSpoiled => ledger.spoiled_cards += 1,
        _ => (),
    }
}
