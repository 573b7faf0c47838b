//! The ways money comes: CEC Bank's statements and SelfPay's stations, with payers and cashiers who
//! err as they are told.

mod account;
mod keys;
mod ledger;
mod mishap;
mod movement;
mod parcel;
mod slip;
mod station;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::error::ErrorStack;

use crate::clock::Clock;
use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::channels::account::{Account, bucharest_day};
use crate::simulator::channels::movement::{Movement, plan};
use crate::simulator::channels::parcel::{Parcel, Road, Sent};
use crate::simulator::channels::station::Stations;
use crate::simulator::mailbox::Mailbox;
use crate::simulator::pass::{Pass, earliest};
use crate::simulator::statement::DayStatement;

pub use crate::simulator::channels::keys::ChannelKeys;
pub use crate::simulator::channels::ledger::{ChannelLedger, PaidFor};
pub use crate::simulator::channels::mishap::{MishapRates, PaymentMishap, Way};
pub use crate::simulator::channels::movement::Payable;
pub use crate::simulator::channels::slip::SlipError;

/// What the account held before the first statement.
const FIRST_BALANCE: Money = Money::from_lei(10_000);
/// How long a station's notification is on its way.
const NOTIFICATION_DELAY: TimeDelta = TimeDelta::seconds(20);

/// How the files of the bank and of the stations reach the gateway.
#[derive(Clone)]
pub enum FileRoad {
    /// Back-office automation posts them with this API key.
    Posted(String),
    /// Somebody takes them ([`Channels::take_files`]) and brings them.
    HandedOut,
    /// They are posted with this API key, and copies are handed out.
    Both(String),
}

impl FileRoad {
    fn api_key(&self) -> Option<&str> {
        match self {
            Self::Posted(key) | Self::Both(key) => Some(key),
            Self::HandedOut => None,
        }
    }

    fn hands_out(&self) -> bool {
        match self {
            Self::HandedOut | Self::Both(_) => true,
            Self::Posted(_) => false,
        }
    }
}

impl std::fmt::Debug for FileRoad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileRoad(…)")
    }
}

/// A file of the bank or of the stations. It has no `Debug`: statements name payers.
#[derive(Clone)]
pub struct ChannelFile {
    /// Its name, such as `CEC-2026-03-02.xml`.
    pub name: String,
    /// What it says.
    pub content: Bytes,
}

/// How the channels are set up.
#[derive(Clone, Debug)]
pub struct ChannelSettings {
    /// Where the gateway is, without a slash at the end.
    pub gateway_url: String,
    /// How the files reach the gateway.
    pub files: FileRoad,
    /// What their chance follows from.
    pub seed: u64,
    /// How many of a hundred payers go to a station.
    pub station_percent: u32,
    /// What goes wrong, and how often.
    pub mishaps: MishapRates,
}

/// Both channels and everybody who pays. They do nothing until [`Channels::work`] is called.
pub struct Channels {
    settings: ChannelSettings,
    clock: Clock,
    gateway_clock: Clock,
    random: Random,
    road: Road,
    account: Account,
    stations: Stations,
    agenda: BTreeMap<(DateTime<Utc>, u64), Movement>,
    planned: u64,
    mailbox: Mailbox<Parcel>,
    ledger: ChannelLedger,
    files: Vec<ChannelFile>,
}

impl std::fmt::Debug for Channels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Channels(…)")
    }
}

impl Channels {
    /// Opens the account with nothing booked. People live by `clock`; signatures are dated by
    /// `gateway_clock`, since the gateway refuses what was signed long ago.
    pub fn new(
        settings: ChannelSettings,
        keys: ChannelKeys,
        clock: Clock,
        gateway_clock: Clock,
    ) -> Self {
        let road = Road {
            gateway_url: settings.gateway_url.clone(),
            api_key: settings.files.api_key().unwrap_or_default().to_owned(),
            back_office: keys.back_office,
            selfpay: keys.selfpay,
            keys: keys.signing,
        };
        Self {
            random: Random::seeded(settings.seed),
            settings,
            clock,
            gateway_clock,
            road,
            account: Account::open(FIRST_BALANCE),
            stations: Stations::default(),
            agenda: BTreeMap::new(),
            planned: 0,
            mailbox: Mailbox::default(),
            ledger: ChannelLedger {
                balance: FIRST_BALANCE,
                ..ChannelLedger::default()
            },
            files: Vec::new(),
        }
    }

    /// Changes what goes wrong with the payments that are set out to from now on.
    pub fn set_mishaps(&mut self, mishaps: MishapRates) {
        self.settings.mishaps = mishaps;
    }

    /// Somebody sets out to pay a fee now; what becomes of it, chance decides.
    pub fn pay(&mut self, payable: Payable) {
        let mishap = self.settings.mishaps.draw(&self.random);
        let prefers_station = self.random.below(100) < u64::from(self.settings.station_percent);
        let way = mishap.and_then(PaymentMishap::needs).unwrap_or({
            if prefers_station {
                Way::Station
            } else {
                Way::Counter
            }
        });
        let payable = Arc::new(payable);
        let paid_for = PaidFor {
            due: payable.amount,
            credited: Money::ZERO,
            reversed: Money::ZERO,
            way,
            mishap,
        };
        let reference = payable.reference.clone();
        self.ledger.paid_for.insert(reference, paid_for);
        for (at, movement) in plan(&payable, way, mishap, self.clock.now(), &self.random) {
            self.planned += 1;
            self.agenda.insert((at, self.planned), movement);
        }
    }

    /// Books what is due by the clock, closes days, and sends files and notifications.
    pub async fn work(&mut self) -> Result<Pass, ErrorStack> {
        let now = self.clock.now();
        while let Some(due) = self.next_event().filter(|due| *due <= now) {
            // The day ends before what happens in the same instant.
            if self.account.closes_at() == Some(due) {
                self.close_day(due);
            } else if let Some(((at, _), movement)) = self.agenda.pop_first() {
                self.move_money(&movement, at);
            }
        }
        let mut acted = 0;
        while let Some((place, parcel)) = self.mailbox.due(now) {
            let sent = self
                .road
                .send(parcel.clone(), self.gateway_clock.now())
                .await?;
            acted += 1;
            if sent == Sent::NotTaken {
                self.mailbox.not_taken(now);
                continue;
            }
            self.mailbox.taken(place);
            self.note(&parcel, sent);
        }
        let next_at = earliest(self.next_event(), self.mailbox.next_at());
        Ok(Pass { acted, next_at })
    }

    /// How many files and notifications the gateway has not taken yet.
    pub fn unsent(&self) -> usize {
        self.mailbox.len()
    }

    /// The files that were made since this was asked last, where they are handed out.
    pub fn take_files(&mut self) -> Vec<ChannelFile> {
        std::mem::take(&mut self.files)
    }

    /// What they can swear to.
    pub fn ledger(&self) -> &ChannelLedger {
        &self.ledger
    }

    fn next_event(&self) -> Option<DateTime<Utc>> {
        let movement = self.agenda.first_key_value().map(|((at, _), _)| *at);
        earliest(movement, self.account.closes_at())
    }

    fn move_money(&mut self, movement: &Movement, at: DateTime<Utc>) {
        let reference = &movement.payable.reference;
        self.ledger
            .note(reference, movement.amount, movement.taken_back);
        if movement.way == Way::Counter {
            self.account.book(movement, at, &self.random);
            return;
        }
        let (event_id, body) = self.stations.take(movement, at, &self.random);
        // Stations are settled at night, whether or not anybody comes to a counter.
        self.account.open_day(at);
        let times = if movement.mishap == Some(PaymentMishap::NotifiedTwice) {
            2
        } else {
            1
        };
        for _ in 0..times {
            let parcel = Parcel::Notification {
                event_id: event_id.clone(),
                body: Bytes::from(body.clone()),
            };
            self.mailbox.put(at + NOTIFICATION_DELAY, parcel);
        }
    }

    /// Ends a day: the bank's statement, and the stations' settlement, whose sum the account is
    /// credited with on the next day.
    fn close_day(&mut self, at: DateTime<Utc>) {
        if let Some(statement) = self.account.close() {
            self.ledger.balance = statement.closing();
            self.issue(at, file_of(&statement));
        }
        if let Some(lot) = self.stations.settle(bucharest_day(at)) {
            ledger::add(&mut self.ledger.lots, lot.sum);
            self.account.book_lot(&lot.name, lot.count, lot.sum, at);
            let parcel = Parcel::File {
                name: format!("{}.csv", lot.name),
                channel: "SELFPAY",
                media_type: "text/csv",
                content: Bytes::from(lot.csv),
            };
            self.issue(at, parcel);
        }
    }

    /// Lets a file go its way.
    fn issue(&mut self, at: DateTime<Utc>, parcel: Parcel) {
        if let Parcel::File { name, content, .. } = &parcel
            && self.settings.files.hands_out()
        {
            self.files.push(ChannelFile {
                name: name.clone(),
                content: content.clone(),
            });
        }
        if self.settings.files.api_key().is_some() {
            self.mailbox.put(at, parcel);
        }
    }

    fn note(&mut self, parcel: &Parcel, sent: Sent) {
        let (name, count) = match parcel {
            Parcel::File { name, .. } => (name, &mut self.ledger.files),
            Parcel::Notification { event_id, .. } => (event_id, &mut self.ledger.notifications),
        };
        match sent {
            Sent::Refused(status) => self.ledger.refused.push((name.clone(), status)),
            Sent::Taken | Sent::NotTaken => *count += 1,
        }
    }
}

/// A day's statement in one of the bank's two formats, by turns.
fn file_of(statement: &DayStatement) -> Parcel {
    let day = statement.day;
    let (name, media_type, text) = if statement.number.is_multiple_of(2) {
        (format!("CEC-{day}.sta"), "text/plain", statement.mt940())
    } else {
        (
            format!("CEC-{day}.xml"),
            "application/xml",
            statement.camt053(),
        )
    };
    Parcel::File {
        name,
        channel: "CEC",
        media_type,
        content: Bytes::from(text),
    }
}
