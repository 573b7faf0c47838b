//! What a movement of money says of itself, in a form that may be stored: references, and keyed
//! hashes of personal codes and names. The words themselves stay in the sealed file.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::cnp::Cnp;
use crate::domain::matching::{Evidence, Movement, PersonKey};
use crate::domain::money::Money;
use crate::domain::narrative::{self, Narrative};
use crate::domain::payment::Channel;
use crate::domain::payment_reference::PaymentReference;
use crate::flow::payment_keys::{
    KeyedHash, code_key, external_key, name_key, named_key, number_key, person_key, reference_key,
};
use crate::vault::Vault;

/// Keys of one kind that are looked up at most: a text with more is no cashier's.
const KEYS_MAX: usize = 20;

/// The currency in which fees are paid.
const LEI: &str = "RON";

/// Everything found in a movement that may lead to its application.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct PaymentEvidence {
    /// What kind of line it is: a code of [`Movement`].
    movement: String,
    /// For the sum of a settlement lot: the lot's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lot: Option<String>,
    /// For a reversal: the channel's own reference of what it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    original: Option<String>,
    /// The refunds that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<String>,
    /// The payment reference in its own field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    structured: Option<String>,
    /// Payment references in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    /// Those that need letters read as digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    repaired: Vec<String>,
    /// Those one slip away from what was typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slipped: Vec<String>,
    /// Application numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    numbers: Vec<String>,
    /// Persons whose code stands in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    people: Vec<KeyedHash>,
    /// The person whose code the channel gives as the payer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payer: Option<KeyedHash>,
    /// The name that follows `pentru`, `copil` and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beneficiary: Option<KeyedHash>,
    /// Whether the text speaks of another person than the payer.
    #[serde(default)]
    other_person: bool,
}

impl std::fmt::Debug for PaymentEvidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaymentEvidence({}, …)", self.movement)
    }
}

/// What a channel says of one movement.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// The texts, in every joining of their lines.
    pub(crate) views: &'a [&'a str],
    /// What stands in the field made for a reference.
    pub(crate) structured: Option<&'a str>,
    /// The personal code that was asked for beside the reference.
    pub(crate) beneficiary: Option<&'a Cnp>,
    /// The day by which codes are judged.
    pub(crate) on: NaiveDate,
}

impl PaymentEvidence {
    /// Reads what a movement says.
    pub(crate) fn of(vault: &Vault, credit: bool, reversal: bool, words: Words<'_>) -> Self {
        let structured = words
            .structured
            .and_then(|typed| PaymentReference::parse(typed).ok());
        let mut views = words.views.to_vec();
        // What is no reference is still something that the payer typed.
        views.extend(words.structured.filter(|_| structured.is_none()));
        let narrative = narrative::read_views(&views, words.on);
        let folded: Vec<String> = views.iter().map(|view| narrative::fold(view)).collect();
        let is_lot = is_settlement_lot(&narrative, &folded);
        let movement = match Movement::of(credit, reversal) {
            Movement::Credit if is_lot => Movement::SettlementLot,
            movement => movement,
        };
        let person = |cnp: &Cnp| person_key(vault, cnp);
        let people = narrative.cnps.iter().chain(words.beneficiary);
        Self {
            movement: movement.as_str().to_owned(),
            lot: folded
                .iter()
                .filter(|_| is_lot)
                .find_map(|it| lot_named(it)),
            original: None,
            refunds: Vec::new(),
            structured: structured.map(PaymentReference::compact),
            references: compact(&narrative.references),
            repaired: compact(&narrative.repaired_references),
            slipped: compact(&slips(&narrative.failed_references)),
            numbers: bounded(folded.iter().flat_map(|view| application_numbers(view))),
            people: bounded(people.map(person)),
            payer: narrative.payer_cnp.as_ref().map(person),
            beneficiary: narrative
                .beneficiary_hint
                .map(|hint| KeyedHash(name_key(vault, &hint))),
            other_person: narrative.speaks_of_another_person,
        }
    }

    /// Names what a reversal takes back, as the channel calls it.
    pub(crate) fn taking_back(self, original: Option<String>) -> Self {
        Self { original, ..self }
    }

    /// Names the refunds that the bank says it is about.
    pub(crate) fn about(self, refunds: impl IntoIterator<Item = String>) -> Self {
        Self {
            refunds: bounded(refunds),
            ..self
        }
    }

    /// The numbers of the refunds that it names.
    pub(crate) fn refunds(&self) -> &[String] {
        &self.refunds
    }

    /// What kind of line it is; a line of an unknown kind is no money for a fee.
    pub(crate) fn movement(&self) -> Movement {
        Movement::parse(&self.movement).unwrap_or(Movement::Debit)
    }

    /// The lot whose sum this is, as its settlement file calls it.
    pub(crate) fn lot(&self) -> Option<&str> {
        self.lot.as_deref()
    }

    /// The one payment reference that was typed without a fault.
    pub(crate) fn only_reference(&self) -> Option<String> {
        let typed = bounded(self.structured.iter().chain(&self.references).cloned());
        match typed.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The one person that is named.
    pub(crate) fn only_person(&self) -> Option<Vec<u8>> {
        match self.everybody().as_slice() {
            [one] => Some(one.0.to_vec()),
            _ => None,
        }
    }

    /// Every payment reference, the mended ones too.
    pub(crate) fn every_reference(&self) -> Vec<&str> {
        let all = self.structured.iter().chain(&self.references);
        all.chain(&self.repaired)
            .chain(&self.slipped)
            .map(String::as_str)
            .collect()
    }

    /// The payment references that were typed without a fault.
    pub(crate) fn typed_references(&self) -> Vec<&str> {
        let typed = self.structured.iter().chain(&self.references);
        typed.map(String::as_str).collect()
    }

    /// Everybody whose code appears, the payer too.
    pub(crate) fn everybody(&self) -> Vec<KeyedHash> {
        bounded(self.people.iter().chain(&self.payer).copied())
    }

    /// The person whose account or hand it came from, where the text says so.
    pub(crate) fn payer(&self) -> Option<&KeyedHash> {
        self.payer.as_ref()
    }

    /// The application numbers.
    pub(crate) fn numbers(&self) -> &[String] {
        &self.numbers
    }

    /// The name of the person it is for.
    pub(crate) fn beneficiary(&self) -> Option<&KeyedHash> {
        self.beneficiary.as_ref()
    }

    /// The keys by which an application or a reversal finds this movement.
    pub(crate) fn keys(&self, channel: Channel, external: Option<&str>) -> Vec<String> {
        let references = self.every_reference().into_iter().map(reference_key);
        let people = self.everybody().into_iter().map(|one| code_key(&one.0));
        let numbers = self.numbers.iter().map(|number| number_key(number));
        let names = self.beneficiary.iter().map(|name| named_key(&name.0));
        let own = external.map(|reference| external_key(channel, reference));
        let original = self.original.as_deref();
        let original = original.map(|reference| external_key(channel, reference));
        let keys = references.chain(people).chain(numbers).chain(names);
        bounded(own.into_iter().chain(original).chain(keys))
    }

    /// The evidence as the rules read it.
    pub(crate) fn as_evidence(
        &self,
        amount: Money,
        currency: &str,
        booked_on: NaiveDate,
    ) -> Evidence<'_> {
        fn texts(list: &[String]) -> Vec<&str> {
            list.iter().map(String::as_str).collect()
        }
        Evidence {
            amount,
            currency_is_ron: currency == LEI,
            movement: self.movement(),
            booked_on,
            original: self.original.as_deref(),
            structured_reference: self.structured.as_deref(),
            references: texts(&self.references),
            repaired_references: texts(&self.repaired),
            slipped_references: texts(&self.slipped),
            application_numbers: texts(&self.numbers),
            people: self.people.iter().map(|one| PersonKey(one.0)).collect(),
            payer: self.payer.map(|one| PersonKey(one.0)),
            speaks_of_another_person: self.other_person,
        }
    }
}

/// `SelfPay` pays a lot in one sum; its bank labels it as the payer and the text names the lot.
fn is_settlement_lot(narrative: &Narrative, folded: &[String]) -> bool {
    let words = |text: &str, word: &str| {
        text.split(|letter: char| !letter.is_alphanumeric())
            .any(|one| one == word)
    };
    let payer = narrative.payer_name.as_deref();
    payer.is_some_and(|payer| words(payer, "SELFPAY")) && folded.iter().any(|it| words(it, "LOT"))
}

/// The word after `LOT`.
fn lot_named(folded: &str) -> Option<String> {
    let mut words = folded.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
    words.find(|word| *word == "LOT")?;
    words.find(|word| !word.is_empty()).map(str::to_owned)
}

/// Words that look like the numbers of applications: an office's code, a year, a serial.
fn application_numbers(folded: &str) -> impl Iterator<Item = String> {
    folded
        .split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_'))
        .filter(|word| is_application_number(word))
        .map(str::to_owned)
}

fn is_application_number(word: &str) -> bool {
    let is_digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = word.rsplitn(3, '-');
    let (serial, year, code) = (parts.next(), parts.next(), parts.next());
    serial.is_some_and(|serial| is_digits(serial, 4..=9))
        && year.is_some_and(|year| is_digits(year, 4..=4))
        && code.is_some_and(|code| code.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// The references that one slip would turn into what was typed.
///
/// Of the 119 texts one slip away, one or two have right check digits.
fn slips(typed: &[String]) -> Vec<PaymentReference> {
    bounded(
        typed
            .iter()
            .take(KEYS_MAX)
            .flat_map(|typed| slips_of(typed)),
    )
}

fn slips_of(typed: &str) -> Vec<PaymentReference> {
    let mut found = Vec::new();
    for at in 0..typed.len() {
        for digit in b'0'..=b'9' {
            let mut one = typed.as_bytes().to_vec();
            if let Some(place) = one.get_mut(at) {
                *place = digit;
            }
            found.push(one);
        }
        let mut swapped = typed.as_bytes().to_vec();
        if at + 1 < swapped.len() {
            swapped.swap(at, at + 1);
            found.push(swapped);
        }
    }
    found
        .into_iter()
        .filter_map(|digits| String::from_utf8(digits).ok())
        .filter_map(|digits| PaymentReference::parse(&digits).ok())
        .collect()
}

fn compact(references: &[PaymentReference]) -> Vec<String> {
    bounded(references.iter().map(|one| one.compact()))
}

/// Each once, in order, and not more than anybody would type.
fn bounded<T: Ord>(keys: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut keys: Vec<T> = keys.into_iter().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(KEYS_MAX);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_with_one_slip_leads_to_the_reference() {
        let right = PaymentReference::parse("RF334177848648").unwrap();
        for typed in ["334177488648", "334177848649", "534177848648"] {
            let slips = slips(&[typed.to_owned()]);
            assert!(slips.contains(&right), "{typed}");
            assert!(
                slips.iter().all(|slip| slip.is_one_slip_from(typed)),
                "{typed}"
            );
        }
    }

    #[test]
    fn application_numbers_are_words_of_their_own() {
        let found = |text: &str| application_numbers(text).collect::<Vec<_>>();
        assert_eq!(
            found("TAXA CEI-2026-1000, CLJ-N_1-2026-000002."),
            ["CEI-2026-1000", "CLJ-N_1-2026-000002"]
        );
        for text in [
            "CEI-2026",
            "TAXA CEI",
            "2026-2026-1000",
            "CEI-26-1000",
            "CEI-2026-1",
            "CEI-2026-1000X",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
