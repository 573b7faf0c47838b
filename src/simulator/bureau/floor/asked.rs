//! What the floor knows and does when it is asked about lines: every word it has spoken, lines that
//! are no longer wanted, cards that are complained about.

use chrono::{DateTime, Utc};

use crate::bureau::acknowledgement::Entry;
use crate::domain::acknowledgement::LineEvent;
use crate::simulator::bureau::floor::{Floor, Line};
use crate::simulator::bureau::ledger::BureauLedger;
use crate::simulator::bureau::production::Word;

impl Floor {
    /// Every word that was spoken on lines of an order.
    pub(in crate::simulator::bureau) fn words_on(&self, order_number: &str) -> Vec<Entry> {
        self.lines_of(order_number)
            .iter()
            .flat_map(|line| line.said.iter().cloned())
            .collect()
    }

    /// Whether the order has this line, for this application.
    pub(in crate::simulator::bureau) fn has_line(
        &self,
        order_number: &str,
        line_no: u32,
        application_number: &str,
    ) -> bool {
        self.place_of(order_number, line_no)
            .and_then(|place| self.lines.get(place))
            .is_some_and(|line| line.application_number == application_number)
    }

    /// Cancels a line whose card is not being made yet, or says that it is too late. What was
    /// cancelled before is told again in the same words.
    pub(in crate::simulator::bureau) fn cancel(
        &mut self,
        order_number: &str,
        line_no: u32,
        reason: u16,
        at: DateTime<Utc>,
        ledger: &mut BureauLedger,
    ) -> Option<Entry> {
        let place = self.place_of(order_number, line_no)?;
        let line = self.lines.get_mut(place)?;
        if let Some(before) = line.word(LineEvent::LineCancelled) {
            return Some(before.clone());
        }
        if !line.may_be_cancelled() {
            ledger.cancels_too_late += 1;
            let event = LineEvent::CancelCameTooLate;
            let reason = None;
            return Some(line.say(Word { at, event, reason }, None));
        }
        if let Some(next) = line.words.front() {
            self.agenda.remove(&(next.at, place));
        }
        line.words.clear();
        ledger.cancelled_lines += 1;
        let event = LineEvent::LineCancelled;
        let reason = Some(reason);
        let entry = line.say(Word { at, event, reason }, None);
        if self.live.get(&entry.application_number) == Some(&place) {
            self.live.remove(&entry.application_number);
        }
        self.erase_later(place, at);
        Some(entry)
    }

    /// Whether a line's card left with the courier.
    pub(in crate::simulator::bureau) fn has_shipped(
        &self,
        order_number: &str,
        line_no: u32,
        document_number: &str,
    ) -> bool {
        self.place_of(order_number, line_no)
            .and_then(|place| self.lines.get(place))
            .and_then(|line| line.word(LineEvent::ParcelShipped))
            .is_some_and(|word| word.document_number.as_deref() == Some(document_number))
    }

    /// Lets an application be ordered again, because its card is to be made anew.
    pub(in crate::simulator::bureau) fn let_order_again(&mut self, application_number: &str) {
        self.live.remove(application_number);
    }

    fn lines_of(&self, order_number: &str) -> &[Line] {
        self.orders
            .get(order_number)
            .and_then(|places| self.lines.get(places.clone()))
            .unwrap_or_default()
    }

    fn place_of(&self, order_number: &str, line_no: u32) -> Option<usize> {
        let places = self.orders.get(order_number)?;
        let ahead = usize::try_from(line_no.checked_sub(1)?).ok()?;
        let place = places.start.checked_add(ahead)?;
        places.contains(&place).then_some(place)
    }
}

impl Line {
    fn word(&self, event: LineEvent) -> Option<&Entry> {
        self.said.iter().find(|entry| entry.status == event)
    }

    /// A card that is begun is made, and one that was refused needs no cancelling.
    fn may_be_cancelled(&self) -> bool {
        let harmless = |event| matches!(event, LineEvent::LineReceived | LineEvent::LineAccepted);
        self.said.iter().all(|entry| harmless(entry.status))
    }
}
