//! The lines of a file as movements of money, each with the key that makes it one and no other.
//!
//! A movement's key rests on its account, day, currency, signed amount and the bank's reference of
//! it, or its words where the bank gives none, and on which one it is among equals: most entries
//! have no reference, and twins are normal where everybody pays the same. A file that repeats a day
//! maps its n-th equal line to the n-th; a line too many is new money.

mod digest;

use chrono::NaiveDate;

use crate::channel::{Detail, Entry, FormatFamily, Statement, StatementFile};
use crate::domain::cnp::Cnp;
use crate::domain::hex::hex;
use crate::domain::matching::Movement;
use crate::domain::narrative;
use crate::domain::payment::Channel;
use crate::domain::refund::numbers_in;
use crate::flow::movements::digest::Digest;
use crate::flow::occurrences::Occurrences;
use crate::flow::payment_evidence::{PaymentEvidence, Words};
use crate::vault::Vault;

/// One movement, ready to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewMovement {
    /// What makes it one movement and no other, within its channel.
    pub(crate) key: String,
    /// The key under which another file may have told the same money whole, or in parts.
    pub(crate) other_key: Option<String>,
    /// Keyed hash of what may not differ when it is told again.
    pub(crate) content: [u8; 32],
    /// How much, never negative.
    pub(crate) amount_minor: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// Whether the account grew.
    pub(crate) credit: bool,
    /// Whether it takes an earlier movement back.
    pub(crate) reversal: bool,
    /// The booking day.
    pub(crate) booked_on: Option<NaiveDate>,
    /// What the channel calls it.
    pub(crate) external_reference: Option<String>,
    /// What it says.
    pub(crate) evidence: PaymentEvidence,
    /// Where in the file it stands.
    pub(crate) place: String,
}

/// What the booked movements of a statement come to.
#[derive(Clone, Debug)]
pub(crate) struct ToldStatement {
    /// The first and the last day of booking.
    pub(crate) booked: Option<(NaiveDate, NaiveDate)>,
    /// How many there are.
    pub(crate) movements: i64,
    /// Equal for statements that tell the same, whatever their format.
    pub(crate) digest: [u8; 32],
}

/// The channel on which files of a format come.
pub(crate) const fn channel_of(family: FormatFamily) -> Channel {
    match family {
        FormatFamily::SelfPaySettlement => Channel::SelfPay,
        _ => Channel::Cec,
    }
}

/// The key of a station's movement: a payment and its reversal share the transaction.
pub(crate) fn station_key(vault: &Vault, transaction: &str, credit: bool) -> String {
    hex(&station_hash(vault, transaction, credit))
}

fn station_hash(vault: &Vault, transaction: &str, credit: bool) -> [u8; 32] {
    let direction = if credit { "CREDIT" } else { "REVERSAL" };
    vault.lookup_hash("movement", &format!("SELFPAY|{transaction}|{direction}"))
}

/// A station's line as a movement; `beneficiary` is the code that was typed beside the reference.
pub(crate) fn station_movement(
    vault: &Vault,
    entry: &Entry,
    beneficiary: Option<&Cnp>,
) -> NewMovement {
    let transaction = entry.bank_reference.clone().unwrap_or_default();
    let typed = entry.structured_reference.as_deref().unwrap_or("");
    let typed: String = typed.split_whitespace().collect();
    let content = format!("{}|{}|{typed}", entry.signed_minor(), entry.currency);
    let evidence = PaymentEvidence::of(
        vault,
        entry.credit,
        entry.reversal,
        Words {
            views: &[],
            structured: entry.structured_reference.as_deref(),
            beneficiary,
            on: entry.booked_on.unwrap_or_default(),
        },
    );
    let original = entry.reversal.then(|| transaction.clone());
    NewMovement {
        key: station_key(vault, &transaction, entry.credit),
        other_key: None,
        content: vault.lookup_hash("content", &content),
        amount_minor: entry.amount_minor,
        currency: entry.currency.clone(),
        credit: entry.credit,
        reversal: entry.reversal,
        booked_on: entry.booked_on,
        external_reference: Some(transaction),
        evidence: evidence.taking_back(original),
        place: entry.place.clone(),
    }
}

/// Turns the entries of a file into movements, one after the other and each once.
pub(crate) struct Planner<'a> {
    vault: &'a Vault,
    channel: Channel,
    file: &'a StatementFile,
    /// How many equal lines came before, in this file.
    seen: Occurrences,
    told: Vec<Told>,
}

/// What was told of a statement so far.
#[derive(Clone, Default)]
struct Told {
    days: Option<(NaiveDate, NaiveDate)>,
    movements: i64,
    digest: Digest,
}

/// A booked entry with its key, of which the movements have still to be made.
pub(crate) struct Keyed<'e> {
    entry: &'e Entry,
    key: String,
    booked_on: Option<NaiveDate>,
    /// Its details, where they are the movements.
    parts: Option<Vec<(&'e Detail, i64)>>,
}

impl Keyed<'_> {
    /// How many movements it is.
    pub(crate) fn movements(&self) -> usize {
        self.parts.as_ref().map_or(1, Vec::len)
    }
}

impl<'a> Planner<'a> {
    /// Plans the entries of `file`, whose statements are known, and of which `entries` are booked.
    pub(crate) fn of(
        vault: &'a Vault,
        channel: Channel,
        file: &'a StatementFile,
        entries: usize,
    ) -> Self {
        Self {
            vault,
            channel,
            file,
            seen: Occurrences::of_lines(entries),
            told: vec![Told::default(); file.statements.len()],
        }
    }

    /// Gives the next booked entry its key. Every entry must come here, in the order of the file,
    /// whether its movements are made or not.
    pub(crate) fn key<'e>(&mut self, at: usize, entry: &'e Entry) -> Keyed<'e> {
        let statement = self.file.statements.get(at);
        let keyed = if self.channel == Channel::SelfPay {
            self.key_of_station(at, entry)
        } else {
            self.key_of_bank(at, statement, entry)
        };
        if let Some(told) = self.told.get_mut(at) {
            told.add(&keyed);
        }
        keyed
    }

    /// Makes movement `nth` of an entry, counted from 0.
    pub(crate) fn movement(&self, keyed: &Keyed<'_>, nth: usize) -> NewMovement {
        if self.channel == Channel::SelfPay {
            return station_movement(self.vault, keyed.entry, None);
        }
        let Keyed {
            entry,
            key,
            booked_on,
            parts,
        } = keyed;
        let part = parts.as_ref().and_then(|parts| parts.get(nth));
        match part {
            Some((detail, minor)) => {
                let number = nth + 1;
                NewMovement {
                    key: format!("{key}/{number}"),
                    other_key: Some(key.clone()),
                    place: format!("{}, detail {number}", entry.place),
                    ..self.part(entry, detail, *minor, *booked_on)
                }
            }
            None => NewMovement {
                other_key: Some(format!("{key}/1")),
                key: key.clone(),
                ..self.whole(entry, *booked_on)
            },
        }
    }

    /// What the statements came to.
    pub(crate) fn finished(self) -> Vec<ToldStatement> {
        let told = self.told.into_iter().zip(&self.file.statements);
        told.map(|(told, statement)| told.of(statement)).collect()
    }

    fn key_of_station<'e>(&mut self, at: usize, entry: &'e Entry) -> Keyed<'e> {
        let transaction = entry.bank_reference.as_deref().unwrap_or_default();
        let hash = station_hash(self.vault, transaction, entry.credit);
        self.digest(at, &hash, 0);
        Keyed {
            entry,
            key: hex(&hash),
            booked_on: entry.booked_on,
            parts: None,
        }
    }

    fn key_of_bank<'e>(
        &mut self,
        at: usize,
        statement: Option<&Statement>,
        entry: &'e Entry,
    ) -> Keyed<'e> {
        let closing_on = statement.and_then(|statement| statement.closing_on);
        let account = statement.and_then(|statement| statement.account.as_deref());
        let booked_on = entry.booked_on.or(entry.value_on).or(closing_on);
        let base = self.base_hash(account.unwrap_or_default(), entry, booked_on);
        let first = base.first_chunk().copied();
        let occurrence = self.seen.count(first.map_or(0, u64::from_be_bytes));
        let parts = parts(entry);
        match &parts {
            Some(parts) => (1..)
                .zip(parts)
                .for_each(|(number, _)| self.digest(at, &base, number)),
            None => self.digest(at, &base, 0),
        }
        Keyed {
            entry,
            key: format!("{}#{occurrence}", hex(&base)),
            booked_on,
            parts,
        }
    }

    fn digest(&mut self, at: usize, hash: &[u8; 32], part: u32) {
        if let Some(told) = self.told.get_mut(at) {
            told.digest.add(hash, part);
        }
    }

    fn base_hash(&self, account: &str, entry: &Entry, on: Option<NaiveDate>) -> [u8; 32] {
        let day = on.map(|day| day.to_string()).unwrap_or_default();
        let what = entry.bank_reference.as_deref().map_or_else(
            || {
                let words = narrative::fold(&entry.joined_text);
                format!("t:{}", words.split_whitespace().collect::<String>())
            },
            |reference| format!("r:{}", reference.trim()),
        );
        let (channel, signed) = (self.channel, entry.signed_minor());
        let told = format!(
            "{channel}|{account}|{day}|{}|{signed}|{what}",
            entry.currency
        );
        self.vault.lookup_hash("movement", &told)
    }

    fn whole(&self, entry: &Entry, booked_on: Option<NaiveDate>) -> NewMovement {
        let mut views = vec![entry.joined_text.as_str()];
        views.extend((entry.text != entry.joined_text).then_some(entry.text.as_str()));
        let texts: Vec<String> = entry.details.iter().flat_map(joinings).collect();
        for text in &texts {
            // Most entries have one detail, which says what the entry says.
            if !views.iter().take(2).any(|view| view == text) {
                views.push(text);
            }
        }
        let structured = entry.structured_reference.as_deref();
        let told = (&views[..], structured);
        let movement = self.of_words(entry, entry.signed_minor(), booked_on, told);
        let ids = entry.details.iter().map(|one| &one.end_to_end_id);
        let ids = ids.chain([&entry.end_to_end_id]).flatten();
        about_refunds(
            movement,
            views.iter().copied().chain(ids.map(String::as_str)),
        )
    }

    fn part(
        &self,
        entry: &Entry,
        detail: &Detail,
        signed_minor: i64,
        booked_on: Option<NaiveDate>,
    ) -> NewMovement {
        let texts = joinings(detail);
        let mut views: Vec<&str> = texts.iter().map(String::as_str).collect();
        views.dedup();
        let structured = detail.structured_reference.as_deref();
        let movement = self.of_words(entry, signed_minor, booked_on, (&views, structured));
        let ids = detail.end_to_end_id.as_deref();
        about_refunds(movement, views.iter().copied().chain(ids))
    }

    fn of_words(
        &self,
        entry: &Entry,
        signed_minor: i64,
        booked_on: Option<NaiveDate>,
        (views, structured): (&[&str], Option<&str>),
    ) -> NewMovement {
        let credit = signed_minor >= 0;
        let words = Words {
            views,
            structured,
            beneficiary: None,
            on: booked_on.unwrap_or_default(),
        };
        let evidence = PaymentEvidence::of(self.vault, credit, entry.reversal, words);
        let takes_back = evidence.movement() == Movement::Reversal;
        let original = entry.bank_reference.clone().filter(|_| takes_back);
        NewMovement {
            key: String::new(),
            other_key: None,
            content: self
                .vault
                .lookup_hash("content", &format!("{signed_minor}|{}", entry.currency)),
            amount_minor: signed_minor.saturating_abs(),
            currency: entry.currency.clone(),
            credit,
            reversal: entry.reversal,
            booked_on,
            external_reference: entry.bank_reference.clone(),
            evidence: evidence.taking_back(original),
            place: entry.place.clone(),
        }
    }
}

/// Reads which refunds a movement names, in its texts and in the payer's own key.
fn about_refunds<'a>(
    movement: NewMovement,
    said: impl IntoIterator<Item = &'a str>,
) -> NewMovement {
    let named = said.into_iter().flat_map(numbers_in);
    NewMovement {
        evidence: movement.evidence.about(named),
        ..movement
    }
}

/// The details of an entry with their signed amounts, where they make it up to the ban.
fn parts(entry: &Entry) -> Option<Vec<(&Detail, i64)>> {
    if entry.details.len() < 2 {
        return None;
    }
    let signed = |detail: &Detail| {
        let minor = detail.amount_minor?;
        Some(if detail.credit { minor } else { -minor })
    };
    let parts: Option<Vec<(&Detail, i64)>> = entry
        .details
        .iter()
        .map(|detail| signed(detail).map(|minor| (detail, minor)))
        .collect();
    let parts = parts?;
    let sum = parts
        .iter()
        .try_fold(0_i64, |sum, (_, minor)| sum.checked_add(*minor))?;
    (sum == entry.signed_minor()).then_some(parts)
}

/// A detail's text with its pieces joined by nothing and by a blank.
fn joinings(detail: &Detail) -> [String; 2] {
    [
        detail.text.replace('\n', ""),
        detail.text.replace('\n', " "),
    ]
}

/// `244`, `00244` and `244/1` are one number; `244/2` is its second page.
pub(crate) fn one_form(number: &str) -> String {
    let (head, page) = number.split_once('/').unwrap_or((number, ""));
    let head = head.trim().trim_start_matches('0');
    let page = page.trim().trim_start_matches('0');
    match page {
        "" | "1" => head.to_owned(),
        page => format!("{head}/{page}"),
    }
}

impl Told {
    fn add(&mut self, keyed: &Keyed<'_>) {
        let count = i64::try_from(keyed.movements()).unwrap_or(i64::MAX);
        self.movements = self.movements.saturating_add(count);
        if let Some(day) = keyed.booked_on {
            let (first, last) = self.days.unwrap_or((day, day));
            self.days = Some((first.min(day), last.max(day)));
        }
    }

    fn of(self, statement: &Statement) -> ToldStatement {
        let closing_on = statement.closing_on.or(statement.created_on);
        let balances = (statement.opening_minor, statement.closing_minor);
        ToldStatement {
            booked: self.days.or(closing_on.zip(closing_on)),
            movements: self.movements,
            digest: self.digest.finished(balances),
        }
    }
}

#[cfg(test)]
mod tests;
