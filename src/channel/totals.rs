//! What the entries of a statement come to, without the entries: they may be millions.

use crate::channel::Entry;
use crate::channel::checks::Total;

/// Places that are told of one currency; more of the same tell nothing new.
const PLACES_MAX: usize = 100;

/// Currencies that are told apart in one statement: it should have one.
const CURRENCIES_MAX: usize = 8;

/// Entries on one side, and what they come to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sum {
    count: usize,
    minor: i128,
}

impl Sum {
    /// Whether this is what a statement's summary told.
    pub(crate) fn is(self, told: Total) -> bool {
        told.count.is_none_or(|count| count == self.count)
            && told
                .sum_minor
                .is_none_or(|minor| i128::from(minor) == self.minor)
    }
}

/// Entries of both sides.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sums {
    pub(crate) credits: Sum,
    pub(crate) debits: Sum,
}

impl Sums {
    pub(crate) const fn count(&self) -> usize {
        self.credits.count + self.debits.count
    }

    /// By how much the account grew.
    pub(crate) const fn net_minor(&self) -> i128 {
        self.credits.minor - self.debits.minor
    }

    fn add(&mut self, entry: &Entry) {
        let side = if entry.credit {
            &mut self.credits
        } else {
            &mut self.debits
        };
        side.count += 1;
        side.minor += i128::from(entry.amount_minor);
    }
}

/// What the entries of a statement come to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    pub(crate) all: Sums,
    pub(crate) booked: Sums,
    /// The currency of the first entry.
    pub(crate) first_currency: Option<String>,
    /// Where booked entries of each currency stand, the first ones.
    currencies: Vec<Places>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Places {
    currency: String,
    /// Each with its number among all entries.
    places: Vec<(usize, String)>,
}

impl Totals {
    /// Those of entries that are at hand.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let mut totals = Self::default();
        for entry in entries {
            totals.add(entry);
        }
        totals
    }

    pub(crate) fn add(&mut self, entry: &Entry) {
        self.all.add(entry);
        if self.first_currency.is_none() {
            self.first_currency = Some(entry.currency.clone());
        }
        if entry.booked {
            self.booked.add(entry);
            self.remember(entry);
        }
    }

    /// Booked entries in another currency than the account: the currency, and the place.
    pub(crate) fn strangers(&self, own: Option<&str>) -> Vec<(&str, &str)> {
        let Some(own) = own else {
            return Vec::new();
        };
        let strange = self.currencies.iter().filter(|one| one.currency != own);
        let mut found: Vec<(usize, &str, &str)> = strange
            .flat_map(|one| {
                let places = one.places.iter();
                places.map(|(at, place)| (*at, one.currency.as_str(), place.as_str()))
            })
            .collect();
        found.sort_unstable();
        let told = found.into_iter();
        told.map(|(_, currency, place)| (currency, place)).collect()
    }

    fn remember(&mut self, entry: &Entry) {
        let same = |one: &&mut Places| one.currency == entry.currency;
        let place = || (self.all.count(), entry.place.clone());
        match self.currencies.iter_mut().find(same) {
            Some(known) if known.places.len() < PLACES_MAX => known.places.push(place()),
            Some(_) => {}
            None => {
                let place = place();
                // Of so many currencies some are strangers for sure.
                if self.currencies.len() < CURRENCIES_MAX {
                    self.currencies.push(Places {
                        currency: entry.currency.clone(),
                        places: vec![place],
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(currency: &str, place: usize) -> Entry {
        Entry {
            amount_minor: 6_700,
            currency: currency.to_owned(),
            credit: place.is_multiple_of(2),
            booked: true,
            place: format!("line {place}"),
            ..Entry::default()
        }
    }

    #[test]
    fn sums_are_kept_by_side_and_by_whether_they_happened() {
        let pending = Entry {
            booked: false,
            ..entry("RON", 2)
        };
        let totals = Totals::of(&[entry("RON", 0), entry("RON", 1), entry("RON", 2), pending]);
        assert_eq!((totals.all.count(), totals.booked.count()), (4, 3));
        assert_eq!(totals.booked.net_minor(), 6_700);
        assert_eq!(totals.all.net_minor(), 13_400);
    }

    #[test]
    fn strangers_stand_in_the_order_of_the_file() {
        let entries = [
            entry("EUR", 1),
            entry("RON", 2),
            entry("USD", 3),
            entry("EUR", 4),
        ];
        let totals = Totals::of(&entries);
        assert_eq!(
            totals.strangers(Some("RON")),
            [("EUR", "line 1"), ("USD", "line 3"), ("EUR", "line 4")]
        );
        assert_eq!(totals.strangers(None), []);
    }

    #[test]
    fn what_is_remembered_does_not_grow_with_the_file() {
        let mut totals = Totals::default();
        for place in 0..10_000 {
            totals.add(&entry("RON", place));
            totals.add(&entry(&format!("{place:03}"), place));
        }
        let places: usize = totals.currencies.iter().map(|one| one.places.len()).sum();
        assert!(places < 2 * PLACES_MAX, "{places}");
        assert!(!totals.strangers(Some("RON")).is_empty());
    }
}
