//! Reason codes: why something was refused, held or made again, who acts on it and how.
//!
//! Numbers are stable and never given twice; offices, the bureau and operators see the same one.
//! 1xx messages, 2xx data, 3xx biometrics, 4xx production, 5xx logistics, 6xx fee and life,
//! 7xx complaints, 8xx the gateway's own holds, 9xx money.

use crate::coded;

mod biometrics;
mod data;
mod gateway;
mod life;
mod messages;
mod money;
mod production;

coded! {
    /// Who acts on a reason.
    pub enum Owner as "owner of a reason" {
        /// The local office.
        Office = "OFFICE",
        /// The gateway's operators.
        Gateway = "GATEWAY",
        /// The personalization bureau.
        Bureau = "BUREAU",
        /// The bank or payment institution.
        Bank = "BANK",
    }
}

coded! {
    /// What the owner does.
    pub enum Action as "action on a reason" {
        /// Correct the data and hand the application in again.
        FixAndResubmit = "FIX_AND_RESUBMIT",
        /// Take photo, fingers or signature again.
        Recapture = "RECAPTURE",
        /// Wait; it resolves itself or by somebody else's act.
        Wait = "WAIT",
        /// Try the same again.
        Retry = "RETRY",
        /// Make the card again at no cost for the applicant.
        RemakeFree = "REMAKE_FREE",
        /// Give the money back.
        Refund = "REFUND",
        /// A person decides.
        Escalate = "ESCALATE",
    }
}

/// One reason of the table, by its number.
#[derive(Clone, Copy)]
pub struct Reason(&'static Entry);

/// One row of the table.
struct Entry {
    number: u16,
    name: &'static str,
    owner: Owner,
    action: Action,
    en: Told,
    ro: Told,
}

/// What a reason is called, what it says and what to do about it, in one language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Told {
    /// What is wrong.
    pub title: &'static str,
    /// What happened.
    pub happened: &'static str,
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub todo: &'static str,
}

/// Declares reasons: `Reason::NAME` for each, and `TABLE` of all of them.
macro_rules! reasons {
    ($(
        $number:literal $name:ident: $owner:ident, $action:ident;
            en $title_en:literal => $todo_en:literal,
                happened $happened_en:literal, because $why_en:literal;
            ro $title_ro:literal => $todo_ro:literal,
                happened $happened_ro:literal, because $why_ro:literal;
    )+) => {
        impl $crate::domain::reason::Reason {
            $(
                #[doc = $title_en]
                pub const $name: Self = Self(&$crate::domain::reason::Entry {
                    number: $number,
                    name: stringify!($name),
                    owner: $crate::domain::reason::Owner::$owner,
                    action: $crate::domain::reason::Action::$action,
                    en: $crate::domain::reason::Told {
                        title: $title_en,
                        happened: $happened_en,
                        why: $why_en,
                        todo: $todo_en,
                    },
                    ro: $crate::domain::reason::Told {
                        title: $title_ro,
                        happened: $happened_ro,
                        why: $why_ro,
                        todo: $todo_ro,
                    },
                });
            )+
        }

        /// The reasons of this family, by number.
        pub(super) const TABLE: &[$crate::domain::reason::Reason] =
            &[$($crate::domain::reason::Reason::$name),+];
    };
}
use reasons;

impl Reason {
    /// Every reason, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            messages::TABLE,
            data::TABLE,
            biometrics::TABLE,
            production::TABLE,
            life::TABLE,
            gateway::TABLE,
            money::TABLE,
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    /// The reason with this number, if there is one.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::all().find(|reason| reason.number() == number)
    }

    /// The reason with this name, such as `SCHEMA_INVALID`, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|reason| reason.name() == name)
    }

    /// The stable number.
    pub const fn number(self) -> u16 {
        self.0.number
    }

    /// The stable name, such as `SCHEMA_INVALID`.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// What is wrong, in Romanian.
    pub const fn title_ro(self) -> &'static str {
        self.0.ro.title
    }

    /// What is wrong, in English.
    pub const fn title_en(self) -> &'static str {
        self.0.en.title
    }

    /// What to do, in Romanian.
    pub const fn todo_ro(self) -> &'static str {
        self.0.ro.todo
    }

    /// What to do, in English.
    pub const fn todo_en(self) -> &'static str {
        self.0.en.todo
    }

    /// All that is said of it, in Romanian.
    pub const fn ro(self) -> Told {
        self.0.ro
    }

    /// All that is said of it, in English.
    pub const fn en(self) -> Told {
        self.0.en
    }

    /// Who acts.
    pub const fn owner(self) -> Owner {
        self.0.owner
    }

    /// What the owner does.
    pub const fn action(self) -> Action {
        self.0.action
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Reason {}

impl PartialOrd for Reason {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reason {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number().cmp(&other.number())
    }
}

impl std::hash::Hash for Reason {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.number(), self.name())
    }
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reason({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_through_the_table_and_find_their_reason() {
        let numbers: Vec<u16> = Reason::all().map(Reason::number).collect();
        assert!(
            numbers.windows(2).all(|pair| pair[0] < pair[1]),
            "{numbers:?}"
        );
        for reason in Reason::all() {
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
        }
        assert_eq!(Reason::from_number(100), None);
        assert_eq!(numbers.len(), 119);
    }

    #[test]
    fn names_are_unique_and_find_their_reason() {
        let names: std::collections::BTreeSet<_> = Reason::all().map(Reason::name).collect();
        assert_eq!(names.len(), Reason::all().count());
        for reason in Reason::all() {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(Reason::from_name("NO_SUCH_REASON"), None);
    }

    fn texts(told: Told) -> [&'static str; 4] {
        [told.title, told.happened, told.why, told.todo]
    }

    #[test]
    fn every_text_is_a_sentence() {
        for reason in Reason::all() {
            for text in texts(reason.en()).into_iter().chain(texts(reason.ro())) {
                assert!(text.len() > 10 && text.ends_with('.'), "{reason}: {text}");
                assert!(text.starts_with(char::is_uppercase), "{reason}: {text}");
                assert!(!text.contains("  "), "{reason}: {text}");
            }
        }
    }

    #[test]
    fn romanian_is_written_with_commas_below() {
        for reason in Reason::all() {
            for text in texts(reason.ro()) {
                assert!(
                    !text.contains(['ş', 'Ş', 'ţ', 'Ţ', 'ã', 'Ã']),
                    "{reason}: {text}"
                );
            }
        }
    }

    #[test]
    fn english_has_no_letters_of_romanian() {
        for reason in Reason::all() {
            for text in texts(reason.en()) {
                assert!(text.is_ascii(), "{reason}: {text}");
            }
        }
    }

    #[test]
    fn a_reason_shows_number_and_name() {
        assert_eq!(Reason::SCHEMA_INVALID.to_string(), "104 SCHEMA_INVALID");
        assert_eq!(format!("{:?}", Reason::PRINT), "Reason(401 PRINT)");
    }

    #[test]
    fn what_the_office_must_correct_is_its_own() {
        for reason in Reason::all() {
            if matches!(reason.action(), Action::FixAndResubmit | Action::Recapture) {
                assert_eq!(reason.owner(), Owner::Office, "{reason}");
            }
        }
    }
}
