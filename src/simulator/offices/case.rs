//! One applicant at a counter, from the first question to the card.

use chrono::NaiveDate;
use serde_json::Value;

use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::offices::agenda::Deed;
use crate::simulator::offices::ledger::OfficeView;
use crate::simulator::person::Person;
use crate::simulator::script::{Story, Turn};
use crate::simulator::submission::{Mishap, Request, submission};

/// What an office remembers of an applicant.
pub(super) struct Case {
    pub(super) story: Story,
    /// Forgotten once the card is handed over.
    pub(super) person: Option<Person>,
    /// The payment reference that was asked for, without blanks.
    pub(super) reference: Option<String>,
    /// When it was first handed in; a correction does not change it.
    pub(super) registered_on: Option<NaiveDate>,
    /// Why the card was asked for, in what was taken in.
    pub(super) reason: Option<String>,
    /// What the gateway says is due.
    pub(super) due: Option<Money>,
    /// How many requests about it have had their last word; makes the next one's key.
    pub(super) round: u32,
    /// The key under which it was taken in.
    pub(super) submit_key: Option<String>,
    /// How often it has been written; each time its images are new, and it is right except perhaps
    /// the first time.
    pub(super) writings: u64,
    /// Whether it came back: what is written then keeps the reason of what was taken in.
    pub(super) was_returned: bool,
    /// What the gateway made of it.
    pub(super) view: Option<OfficeView>,
}

impl Case {
    pub(super) fn new(story: Story) -> Self {
        Self {
            story,
            person: None,
            reference: None,
            registered_on: None,
            reason: None,
            due: None,
            round: 0,
            submit_key: None,
            writings: 0,
            was_returned: false,
            view: None,
        }
    }

    /// The code of the office that hands the card over.
    pub(super) fn hands_over_at(&self) -> &'static str {
        self.story.collect_at.unwrap_or(self.story.office)
    }

    /// What goes wrong this time.
    pub(super) fn mishap(&self, seed: u64) -> Option<Mishap> {
        let slips = self.story.turn == Turn::Slip && self.writings == 0;
        slips.then(|| Mishap::draw(self.story.age, &self.random(seed)))
    }

    /// Writes the application; the same text each time until `writings` goes up.
    pub(super) fn write(&self, person: &Person, today: NaiveDate, seed: u64) -> Value {
        let request = Request {
            earlier_card: self.story.earlier_card,
            reason: self.reason.as_deref().filter(|_| self.was_returned),
            collect_at_office: self.story.collect_at,
            payment_reference: self.reference.as_deref(),
            ..Request::new(
                self.story.office,
                self.story.serial,
                self.registered_on.unwrap_or(today),
            )
        };
        submission(person, &request, self.mishap(seed), &self.random(seed))
    }

    /// The key of the next request of this kind; a repetition has the key of what it repeats.
    pub(super) fn key(&self, deed: Deed) -> String {
        if let (Some(key), Deed::SubmitAgain) = (&self.submit_key, deed) {
            return key.clone();
        }
        let Story { office, serial, .. } = &self.story;
        format!("{office}-{serial}-{deed}-{}", self.round)
    }

    /// Chance of this case alone, so that what others do changes nothing here.
    fn random(&self, seed: u64) -> Random {
        let spread = self.story.serial.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Random::seeded(seed ^ spread ^ self.writings)
    }
}
