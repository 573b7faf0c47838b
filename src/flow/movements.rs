//! The lines of a file as movements of money, each with the key that makes it one and no other.
//!
//! A movement's key rests on its account, day, currency, signed amount and the bank's reference of
//! it, or its words where the bank gives none, and on which one it is among equals: most entries
//! have no reference, and twins are normal where everybody pays the same. A file that repeats a day
//! maps its n-th equal line to the n-th; a line too many is new money.

use std::collections::HashMap;

use chrono::NaiveDate;
use openssl::sha::Sha256;

use crate::channel::{Detail, Entry, FormatFamily, Held, Statement, StatementFile};
use crate::domain::cnp::Cnp;
use crate::domain::matching::Movement;
use crate::domain::narrative;
use crate::domain::payment::Channel;
use crate::domain::refund::numbers_in;
use crate::flow::payment_evidence::{PaymentEvidence, Words};
use crate::flow::payment_keys::hex;
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

/// One statement of a file, and what to do with it.
#[derive(Clone, Debug)]
pub(crate) struct PlannedStatement {
    /// The account; empty where the file does not say.
    pub(crate) account: String,
    /// The number in the bank's sequence, in one form for all formats.
    pub(crate) number: String,
    /// The account's currency.
    pub(crate) currency: String,
    /// The first and the last day of booking.
    pub(crate) booked: Option<(NaiveDate, NaiveDate)>,
    /// The balances before and after.
    pub(crate) balances: (Option<i64>, Option<i64>),
    /// Whether it adds up.
    pub(crate) ties: Option<bool>,
    /// Equal for statements that tell the same, whatever their format.
    pub(crate) digest: [u8; 32],
    /// Whether its money is not believed until an operator has looked.
    pub(crate) is_held: bool,
    /// Its booked movements.
    pub(crate) movements: Vec<NewMovement>,
}

/// Turns a file into movements. A reason to hold a file holds every statement of it.
pub(crate) fn plan(vault: &Vault, channel: Channel, file: &StatementFile) -> Vec<PlannedStatement> {
    let mut planner = Planner {
        vault,
        channel,
        seen: HashMap::new(),
    };
    let holds_all = file.held.iter().any(|held| held.statement.is_none());
    (0..)
        .zip(&file.statements)
        .map(|(at, statement)| {
            let of_this = |held: &Held| held.statement == Some(at);
            let is_held = holds_all || file.held.iter().any(of_this);
            planner.statement(statement, is_held)
        })
        .collect()
}

/// Whether files of a format come on a channel.
pub(crate) fn is_told_on(family: FormatFamily, channel: Channel) -> bool {
    (family == FormatFamily::SelfPaySettlement) == (channel == Channel::SelfPay)
}

/// The key of a station's movement: a payment and its reversal share the transaction.
pub(crate) fn station_key(vault: &Vault, transaction: &str, credit: bool) -> String {
    let direction = if credit { "CREDIT" } else { "REVERSAL" };
    hex(&vault.lookup_hash("movement", &format!("SELFPAY|{transaction}|{direction}")))
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

struct Planner<'a> {
    vault: &'a Vault,
    channel: Channel,
    /// How many equal lines came before, in this file.
    seen: HashMap<String, u64>,
}

impl Planner<'_> {
    fn statement(&mut self, statement: &Statement, is_held: bool) -> PlannedStatement {
        let account = statement.account.clone().unwrap_or_default();
        let booked = statement.entries.iter().filter(|entry| entry.booked);
        let movements: Vec<NewMovement> = booked
            .flat_map(|entry| self.entry(&account, statement, entry))
            .collect();
        let days = movements.iter().filter_map(|one| one.booked_on);
        let closing_on = statement.closing_on.or(statement.created_on);
        let first = days.clone().min().or(closing_on);
        let last = days.max().or(closing_on);
        PlannedStatement {
            number: one_form(statement.number.as_deref().unwrap_or("")),
            currency: statement.currency.clone().unwrap_or_default(),
            booked: first.zip(last),
            balances: (statement.opening_minor, statement.closing_minor),
            ties: statement.ties,
            digest: digest(statement, &movements),
            account,
            is_held,
            movements,
        }
    }

    fn entry(&mut self, account: &str, statement: &Statement, entry: &Entry) -> Vec<NewMovement> {
        if self.channel == Channel::SelfPay {
            return vec![station_movement(self.vault, entry, None)];
        }
        let booked_on = entry.booked_on.or(entry.value_on).or(statement.closing_on);
        let base = self.base_key(account, entry, booked_on);
        let occurrence = self.seen.entry(base.clone()).or_insert(0);
        *occurrence += 1;
        let key = format!("{base}#{occurrence}");
        match parts(entry) {
            Some(parts) => (1..)
                .zip(parts)
                .map(|(number, (detail, minor))| {
                    let part_key = format!("{key}/{number}");
                    let part = self.part(entry, detail, minor, booked_on);
                    NewMovement {
                        key: part_key,
                        other_key: Some(key.clone()),
                        place: format!("{}, detail {number}", entry.place),
                        ..part
                    }
                })
                .collect(),
            None => vec![NewMovement {
                other_key: Some(format!("{key}/1")),
                key,
                ..self.whole(entry, booked_on)
            }],
        }
    }

    fn base_key(&self, account: &str, entry: &Entry, on: Option<NaiveDate>) -> String {
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
        hex(&self.vault.lookup_hash("movement", &told))
    }

    fn whole(&self, entry: &Entry, booked_on: Option<NaiveDate>) -> NewMovement {
        let mut views = vec![entry.joined_text.as_str(), entry.text.as_str()];
        let texts: Vec<String> = entry.details.iter().flat_map(joinings).collect();
        views.extend(texts.iter().map(String::as_str));
        let structured = entry.structured_reference.as_deref();
        let told = (&views[..], structured);
        let movement = self.movement(entry, entry.signed_minor(), booked_on, told);
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
        let views: Vec<&str> = texts.iter().map(String::as_str).collect();
        let structured = detail.structured_reference.as_deref();
        let movement = self.movement(entry, signed_minor, booked_on, (&views, structured));
        let ids = detail.end_to_end_id.as_deref();
        about_refunds(movement, views.iter().copied().chain(ids))
    }

    fn movement(
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
fn one_form(number: &str) -> String {
    let (head, page) = number.split_once('/').unwrap_or((number, ""));
    let head = head.trim().trim_start_matches('0');
    let page = page.trim().trim_start_matches('0');
    match page {
        "" | "1" => head.to_owned(),
        page => format!("{head}/{page}"),
    }
}

fn digest(statement: &Statement, movements: &[NewMovement]) -> [u8; 32] {
    let mut keys: Vec<&str> = movements.iter().map(|one| one.key.as_str()).collect();
    keys.sort_unstable();
    let balances = (statement.opening_minor, statement.closing_minor);
    let mut hash = Sha256::new();
    hash.update(format!("{balances:?}").as_bytes());
    for key in keys {
        hash.update(key.as_bytes());
        hash.update(b"\n");
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for (written, form) in [
            ("244", "244"),
            ("00244/001", "244"),
            ("244/2", "244/2"),
            ("", ""),
            (" 7 / 1", "7"),
        ] {
            assert_eq!(one_form(written), form, "{written}");
        }
    }

    fn entry(minors: &[Option<i64>]) -> Entry {
        let details = minors.iter().map(|minor| Detail {
            amount_minor: minor.map(i64::abs),
            credit: minor.is_none_or(|minor| minor >= 0),
            ..Detail::default()
        });
        Entry {
            amount_minor: 13_400,
            credit: true,
            details: details.collect(),
            ..Entry::default()
        }
    }

    #[test]
    fn details_are_payments_where_they_make_up_the_entry() {
        let split = |minors: &[Option<i64>]| parts(&entry(minors)).map(|parts| parts.len());
        assert_eq!(split(&[Some(6_700), Some(6_700)]), Some(2));
        assert_eq!(split(&[Some(13_800), Some(-400)]), Some(2));
        assert_eq!(split(&[Some(13_400)]), None);
        assert_eq!(split(&[Some(6_700), Some(6_600)]), None);
        assert_eq!(split(&[Some(13_400), None]), None);
    }
}
