//! How things are counted: `1 cerere`, `2 cereri`, `20 de cereri`, `101 cereri`, `120 de cereri`.

use crate::words::{Language, number};

/// What is counted, for one and for several, in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Noun {
    /// One of it, in Romanian.
    pub ro_one: &'static str,
    /// Several of it, in Romanian.
    pub ro_many: &'static str,
    /// One of it, in English.
    pub en_one: &'static str,
    /// Several of it, in English.
    pub en_many: &'static str,
}

/// Names of things that are counted.
pub mod noun {
    use super::Noun;

    const fn noun(ro: [&'static str; 2], en: [&'static str; 2]) -> Noun {
        let [ro_one, ro_many] = ro;
        let [en_one, en_many] = en;
        Noun {
            ro_one,
            ro_many,
            en_one,
            en_many,
        }
    }

    /// Applications.
    pub const APPLICATION: Noun = noun(["cerere", "cereri"], ["application", "applications"]);
    /// Orders.
    pub const ORDER: Noun = noun(["comandă", "comenzi"], ["order", "orders"]);
    /// Lines of orders.
    pub const LINE: Noun = noun(["poziție", "poziții"], ["line", "lines"]);
    /// Payments.
    pub const PAYMENT: Noun = noun(["plată", "plăți"], ["payment", "payments"]);
    /// Cards.
    pub const CARD: Noun = noun(["carte", "cărți"], ["card", "cards"]);
    /// Offices.
    pub const OFFICE: Noun = noun(["serviciu", "servicii"], ["office", "offices"]);
    /// Destinations of messages.
    pub const DESTINATION: Noun = noun(
        ["destinație", "destinații"],
        ["destination", "destinations"],
    );
    /// Messages.
    pub const MESSAGE: Noun = noun(["mesaj", "mesaje"], ["message", "messages"]);
    /// Holds.
    pub const HOLD: Noun = noun(["reținere", "rețineri"], ["hold", "holds"]);
    /// Causes.
    pub const CAUSE: Noun = noun(["cauză", "cauze"], ["cause", "causes"]);
    /// Refunds.
    pub const REFUND: Noun = noun(["restituire", "restituiri"], ["refund", "refunds"]);
    /// Approvals.
    pub const APPROVAL: Noun = noun(["aprobare", "aprobări"], ["approval", "approvals"]);
    /// Differences of two accounts.
    pub const DIFFERENCE: Noun = noun(["diferență", "diferențe"], ["difference", "differences"]);
    /// Rows.
    pub const ROW: Noun = noun(["rând", "rânduri"], ["row", "rows"]);
    /// Minutes.
    pub const MINUTE: Noun = noun(["minut", "minute"], ["minute", "minutes"]);
    /// Hours.
    pub const HOUR: Noun = noun(["oră", "ore"], ["hour", "hours"]);
    /// Days.
    pub const DAY: Noun = noun(["zi", "zile"], ["day", "days"]);
    /// Codes of the catalogue.
    pub const CODE: Noun = noun(["cod", "coduri"], ["code", "codes"]);
    /// Records of the audit.
    pub const RECORD: Noun = noun(["înregistrare", "înregistrări"], ["record", "records"]);
    /// Years.
    pub const YEAR: Noun = noun(["an", "ani"], ["year", "years"]);
    /// Seconds.
    pub const SECOND: Noun = noun(["secundă", "secunde"], ["second", "seconds"]);

    /// Bytes.
    pub const BYTE: Noun = noun(["octet", "octeți"], ["byte", "bytes"]);

    /// Every name, for tests.
    #[cfg(test)]
    pub(crate) const ALL: &[Noun] = &[
        APPLICATION,
        ORDER,
        LINE,
        PAYMENT,
        CARD,
        OFFICE,
        DESTINATION,
        MESSAGE,
        HOLD,
        CODE,
        RECORD,
        CAUSE,
        REFUND,
        APPROVAL,
        ROW,
        MINUTE,
        HOUR,
        DAY,
        YEAR,
        SECOND,
        BYTE,
    ];
}

/// How a Romanian number governs what it counts (Gramatica limbii române; CLDR's category `other`
/// needs the preposition).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// `1 cerere`.
    One,
    /// `2 cereri`, `101 cereri`: nothing between number and noun.
    Few,
    /// `20 de cereri`: the preposition between them.
    Of,
}

const fn form(n: u64) -> Form {
    match (n, n % 100) {
        (1, _) => Form::One,
        (0, _) | (_, 1..=19) => Form::Few,
        _ => Form::Of,
    }
}

/// A number with what it counts: `1.284 de cereri`, `1,284 applications`.
pub fn count(language: Language, n: i64, of: Noun) -> String {
    format!("{} {}", number(language, n), counted(language, n, of))
}

/// What stands behind a number: `de cereri`, `applications`.
pub fn counted(language: Language, n: i64, of: Noun) -> String {
    match (language, form(n.unsigned_abs())) {
        (Language::Romanian, Form::One) => of.ro_one.to_owned(),
        (Language::Romanian, Form::Few) => of.ro_many.to_owned(),
        (Language::Romanian, Form::Of) => format!("de {}", of.ro_many),
        (Language::English, Form::One) => of.en_one.to_owned(),
        (Language::English, _) => of.en_many.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn romanian_counts_as_people_do() {
        for (n, text) in [
            (0, "0 cereri"),
            (1, "1 cerere"),
            (2, "2 cereri"),
            (19, "19 cereri"),
            (20, "20 de cereri"),
            (99, "99 de cereri"),
            (100, "100 de cereri"),
            (101, "101 cereri"),
            (119, "119 cereri"),
            (120, "120 de cereri"),
            (1_000, "1.000 de cereri"),
            (1_001, "1.001 cereri"),
            (1_284, "1.284 de cereri"),
            (-1, "-1 cerere"),
            (i64::MIN, "-9.223.372.036.854.775.808 cereri"),
        ] {
            assert_eq!(count(Language::Romanian, n, noun::APPLICATION), text);
        }
    }

    #[test]
    fn english_counts_one_and_many() {
        for (n, text) in [
            (0, "0 orders"),
            (1, "1 order"),
            (21, "21 orders"),
            (1_284, "1,284 orders"),
        ] {
            assert_eq!(count(Language::English, n, noun::ORDER), text);
        }
    }

    #[test]
    fn names_of_things_are_words_of_their_language() {
        for noun in noun::ALL {
            assert!(noun.en_one.is_ascii() && noun.en_many.is_ascii());
            assert_ne!(noun.ro_one, noun.ro_many);
            assert_ne!(noun.en_one, noun.en_many);
        }
    }

    proptest! {
        #[test]
        fn the_last_two_digits_alone_decide_about_the_preposition(n in 2_i64..1_000_000_000) {
            let text = count(Language::Romanian, n, noun::PAYMENT);
            let last_two = n % 100;
            prop_assert_eq!(text.contains(" de "), last_two == 0 || last_two >= 20, "{}", text);
            prop_assert!(text.ends_with("plăți"));
        }
    }
}
