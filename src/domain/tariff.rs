//! What a card costs, and who pays nothing.
//!
//! Prices and exemptions are dated rows with the source they came from; the price is that of the
//! day on which the application is registered. The announced end of the exemption for first cards
//! is 30.06.2026 and what follows is not decided, so callers pass its period ([`FREE_FIRST_CARD`]
//! unless configured otherwise).

use chrono::{Days, NaiveDate};

use crate::coded;
use crate::domain::calendar::age_on;
use crate::domain::money::Money;
use crate::domain::rule::{Fact, Period, day};

/// One price of one product over some days.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate {
    /// The rule's id, kept with every decision.
    pub id: &'static str,
    /// What costs this.
    pub product: PricedProduct,
    /// The days of registration it applies to.
    pub period: Period,
    /// The price.
    pub amount: Money,
}

coded! {
    /// A document with a price of its own.
    pub enum PricedProduct as "priced product" {
        /// The electronic identity card.
        Electronic = "CEI",
        /// The simple identity card, which the gateway never orders but people pay by mistake.
        Simple = "SIMPLE_CARD",
    }
}

const FIRST_RATE: Rate = Rate {
    id: "F1",
    product: PricedProduct::Electronic,
    period: Period::between(day(2021, 8, 2), day(2025, 7, 31)),
    amount: Money::from_lei(67),
};

/// Every known price. Sources: DJEP Cluj (67 lei, 2025); press on the changes of 01.08.2025.
///
/// The dates of the simple card's prices are not public; they are taken to have changed together
/// with the electronic card's. They only help to recognise a payment for the other product.
pub const RATES: &[Rate] = &[
    FIRST_RATE,
    Rate {
        id: "F2",
        product: PricedProduct::Electronic,
        period: Period::since(day(2025, 8, 1)),
        amount: Money::from_lei(70),
    },
    Rate {
        id: "S1",
        product: PricedProduct::Simple,
        period: Period::between(day(2021, 8, 2), day(2025, 7, 31)),
        amount: Money::from_lei(38),
    },
    Rate {
        id: "S2",
        product: PricedProduct::Simple,
        period: Period::since(day(2025, 8, 1)),
        amount: Money::from_lei(40),
    },
];

/// X1 and X2: from the national start to the announced end (DJEP Cluj; government, 2025).
pub const FREE_FIRST_CARD: Period = Period::between(day(2025, 3, 20), day(2026, 6, 30));

/// The age from which the first card is free.
const FREE_FROM_AGE: u32 = 14;

/// X2 looks this many days ahead for the birthday.
const DAYS_BEFORE_BIRTHDAY: Days = Days::new(30);

coded! {
    /// What the office attests about electronic cards that the applicant had before.
    pub enum EarlierCard as "earlier card" {
        /// None.
        None = "NONE",
        /// Only one of the pilot, which does not count as a first card (X3).
        Pilot = "PILOT",
        /// One issued since the national start.
        Issued = "ISSUED",
    }
}

coded! {
    /// Whose fault a card is made again for; nobody pays for it twice (X4).
    pub enum RemakeCause as "cause of a remake" {
        /// The bureau made or delivered it badly.
        BureauFault = "BUREAU_FAULT",
        /// The office made an error, and an operator decided so.
        OfficeError = "OFFICE_ERROR",
    }
}

/// What the decision on a fee depends on.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct FeeFacts {
    /// The day on which the office registered the application.
    pub registered_on: NaiveDate,
    /// When the applicant was born.
    pub birth_on: NaiveDate,
    /// Which electronic cards the applicant had before.
    pub earlier_card: EarlierCard,
    /// Why the card is made again, when it is.
    pub remake: Option<RemakeCause>,
}

impl std::fmt::Debug for FeeFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FeeFacts(…)")
    }
}

/// What is owed, by which rules, and on which facts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FeeDecision {
    /// What is owed; zero when an exemption applies.
    pub due: Money,
    /// The rule that gives the price: `F1`, `F2`.
    pub rule: &'static str,
    /// The rule by which nothing is owed: `X1`, `X2`, `X4`.
    pub exemption: Option<&'static str>,
    /// What was so on that day; no personal datum.
    pub facts: Vec<Fact>,
}

/// Decides what is owed for an electronic card.
pub fn decide(facts: &FeeFacts, free_first_card: Period) -> FeeDecision {
    let rate = rate_on(facts.registered_on);
    let exemption = exemption(facts, free_first_card);
    FeeDecision {
        due: exemption.map_or(rate.amount, |_| Money::ZERO),
        rule: rate.id,
        exemption,
        facts: written_down(facts, rate, free_first_card),
    }
}

/// The price of an electronic card for an application registered on `day`.
pub fn tariff_on(day: NaiveDate) -> Money {
    rate_on(day).amount
}

/// Every amount that is or was the price of a card, the simple one included: tells a payment at
/// an old price or for the other product from one of any other sum.
pub fn known_amounts() -> impl Iterator<Item = Money> {
    RATES.iter().map(|rate| rate.amount)
}

/// The electronic card's rate on `day`; before the first one known, that one.
pub fn rate_on(day: NaiveDate) -> &'static Rate {
    RATES
        .iter()
        .filter(|rate| rate.product == PricedProduct::Electronic)
        .find(|rate| rate.period.contains(day))
        .unwrap_or(&FIRST_RATE)
}

fn exemption(facts: &FeeFacts, free_first_card: Period) -> Option<&'static str> {
    if facts.remake.is_some() {
        return Some("X4");
    }
    let is_first = facts.earlier_card != EarlierCard::Issued;
    if !is_first || !free_first_card.contains(facts.registered_on) {
        return None;
    }
    if age_on(facts.birth_on, facts.registered_on) >= FREE_FROM_AGE {
        Some("X1")
    } else if turns_fourteen_soon(facts) {
        Some("X2")
    } else {
        None
    }
}

fn turns_fourteen_soon(facts: &FeeFacts) -> bool {
    facts
        .registered_on
        .checked_add_days(DAYS_BEFORE_BIRTHDAY)
        .is_some_and(|last_day| age_on(facts.birth_on, last_day) >= FREE_FROM_AGE)
}

fn written_down(facts: &FeeFacts, rate: &Rate, free_first_card: Period) -> Vec<Fact> {
    let age = age_on(facts.birth_on, facts.registered_on);
    let mut written = vec![
        Fact::new("registered_on", facts.registered_on),
        Fact::new("age", age),
        Fact::new("earlier_card", facts.earlier_card),
        Fact::new("tariff", rate.amount),
        Fact::new("free_first_card_from", free_first_card.from),
    ];
    if let Some(until) = free_first_card.until {
        written.push(Fact::new("free_first_card_until", until));
    }
    if age < FREE_FROM_AGE {
        let soon = turns_fourteen_soon(facts);
        written.push(Fact::new("turns_14_within_30_days", soon));
    }
    if facts.earlier_card == EarlierCard::Pilot {
        written.push(Fact::new("pilot_card_not_counted_by", "X3"));
    }
    if let Some(cause) = facts.remake {
        written.push(Fact::new("remake", cause));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(registered_on: NaiveDate, birth_on: NaiveDate, card: EarlierCard) -> FeeDecision {
        let facts = FeeFacts {
            registered_on,
            birth_on,
            earlier_card: card,
            remake: None,
        };
        decide(&facts, FREE_FIRST_CARD)
    }

    const ADULT: NaiveDate = day(1990, 5, 17);

    #[test]
    fn the_price_is_that_of_the_day_of_registration() {
        assert_eq!(tariff_on(day(2025, 7, 31)), Money::from_lei(67));
        assert_eq!(tariff_on(day(2025, 8, 1)), Money::from_lei(70));
        assert_eq!(tariff_on(day(2020, 1, 1)), Money::from_lei(67));
        let late = decided(day(2026, 9, 1), ADULT, EarlierCard::Issued);
        assert_eq!((late.due, late.rule), (Money::from_lei(70), "F2"));
    }

    #[test]
    fn rates_of_one_product_never_overlap() {
        for product in PricedProduct::ALL {
            let rates: Vec<_> = RATES.iter().filter(|r| r.product == *product).collect();
            for pair in rates.windows(2) {
                assert_eq!(
                    pair[0].period.until.unwrap().succ_opt(),
                    Some(pair[1].period.from)
                );
            }
            assert_eq!(rates.last().unwrap().period.until, None);
        }
    }

    #[test]
    fn the_first_card_is_free_between_two_days() {
        for (registered_on, exemption) in [
            (day(2025, 3, 19), None),
            (day(2025, 3, 20), Some("X1")),
            (day(2026, 6, 30), Some("X1")),
            (day(2026, 7, 1), None),
        ] {
            let decision = decided(registered_on, ADULT, EarlierCard::None);
            assert_eq!(decision.exemption, exemption, "{registered_on}");
            assert_eq!(decision.due == Money::ZERO, exemption.is_some());
        }
    }

    #[test]
    fn a_card_of_the_pilot_is_not_a_first_card_and_an_issued_one_is() {
        let on = day(2026, 1, 12);
        let pilot = decided(on, ADULT, EarlierCard::Pilot);
        assert_eq!(pilot.exemption, Some("X1"));
        assert!(
            pilot
                .facts
                .contains(&Fact::new("pilot_card_not_counted_by", "X3"))
        );
        let second = decided(on, ADULT, EarlierCard::Issued);
        assert_eq!((second.due, second.exemption), (Money::from_lei(70), None));
    }

    #[test]
    fn a_child_pays_unless_fourteen_within_thirty_days() {
        let birthday = day(2011, 6, 15);
        for (registered_on, exemption) in [
            (day(2025, 5, 15), None),       // 31 days before.
            (day(2025, 5, 16), Some("X2")), // 30 days before.
            (day(2025, 6, 14), Some("X2")),
            (day(2025, 6, 15), Some("X1")),
        ] {
            let decision = decided(registered_on, birthday, EarlierCard::None);
            assert_eq!(decision.exemption, exemption, "{registered_on}");
        }
        assert_eq!(
            decided(day(2025, 6, 2), day(2019, 1, 1), EarlierCard::None).due,
            Money::from_lei(67)
        );
    }

    #[test]
    fn one_born_on_the_29th_of_february_turns_fourteen_on_the_1st_of_march() {
        let leap = day(2012, 2, 29);
        let eve = decided(day(2026, 2, 28), leap, EarlierCard::None);
        assert_eq!(eve.exemption, Some("X2"));
        let birthday = decided(day(2026, 3, 1), leap, EarlierCard::None);
        assert_eq!(birthday.exemption, Some("X1"));
    }

    #[test]
    fn a_remake_for_anothers_fault_is_free_at_any_time() {
        for cause in RemakeCause::ALL {
            let facts = FeeFacts {
                registered_on: day(2027, 1, 1),
                birth_on: ADULT,
                earlier_card: EarlierCard::Issued,
                remake: Some(*cause),
            };
            let decision = decide(&facts, FREE_FIRST_CARD);
            assert_eq!(
                (decision.due, decision.exemption),
                (Money::ZERO, Some("X4"))
            );
            assert!(decision.facts.contains(&Fact::new("remake", cause)));
        }
    }

    #[test]
    fn another_end_of_the_exemption_can_be_configured() {
        let facts = FeeFacts {
            registered_on: day(2026, 7, 1),
            birth_on: ADULT,
            earlier_card: EarlierCard::None,
            remake: None,
        };
        let longer = Period::between(day(2025, 3, 20), day(2026, 12, 31));
        assert_eq!(decide(&facts, longer).exemption, Some("X1"));
    }

    #[test]
    fn the_facts_kept_hold_no_birth_date() {
        let birthday = day(2012, 4, 1);
        let decision = decided(day(2026, 1, 12), birthday, EarlierCard::Pilot);
        assert!(
            decision
                .facts
                .iter()
                .all(|fact| !fact.value.contains("2012"))
        );
        assert!(decision.facts.contains(&Fact::new("age", 13)));
    }

    #[test]
    fn all_prices_of_both_cards_are_known() {
        let lei: Vec<_> = known_amounts().map(|amount| amount.bani() / 100).collect();
        assert_eq!(lei, [67, 70, 38, 40]);
    }
}
