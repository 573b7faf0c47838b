//! Decisions that one person must not take alone: each of several persons gives an approval, and
//! the same person counts once.

use crate::coded;
use crate::domain::operator::Actor;
use crate::domain::operator::role::Permission;

coded! {
    /// What one person asks for and another does.
    pub enum FourEyesAction as "action for two persons" {
        /// Ask the bureau not to make the cards of an order that it has.
        CancelSentOrder = "CANCEL_SENT_ORDER",
        /// Send an order again that the bureau has answered.
        ResendAnsweredOrder = "RESEND_ANSWERED_ORDER",
        /// Let a certificate or an API key count no more.
        RevokeKey = "REVOKE_KEY",
        /// Take somebody's device and recovery codes out of use.
        ResetSecondFactor = "RESET_SECOND_FACTOR",
    }
}

coded! {
    /// How a request ended.
    pub enum RequestOutcome as "outcome of a request" {
        /// Another person approved it, and it was done.
        Done = "DONE",
        /// Another person said no.
        Rejected = "REJECTED",
        /// Whoever asked took it back.
        Withdrawn = "WITHDRAWN",
        /// Nobody decided in time.
        Expired = "EXPIRED",
    }
}

/// Hours within which another person decides.
pub const REQUEST_HOURS: i64 = 72;

impl FourEyesAction {
    /// What whoever asks must be allowed.
    pub const fn asked_with(self) -> Permission {
        match self {
            Self::CancelSentOrder | Self::ResendAnsweredOrder => Permission::DecideOrders,
            Self::RevokeKey => Permission::ManageOffices,
            Self::ResetSecondFactor => Permission::ManageUsers,
        }
    }

    /// What comes of it, for whoever approves: in Romanian and in English.
    pub fn consequence(self, subject: &str) -> [String; 2] {
        match self {
            Self::CancelSentOrder => [
                format!(
                    "Biroului i se cere să nu mai producă nicio carte din comanda {subject}. Cărțile deja produse nu se pot opri."
                ),
                format!(
                    "The bureau is asked to make no more card of the order {subject}. Cards that are made cannot be stopped."
                ),
            ],
            Self::ResendAnsweredOrder => [
                format!(
                    "Comanda {subject} se trimite din nou, deși biroul a răspuns la ea. Un birou care nu recunoaște repetarea poate produce fiecare carte de două ori."
                ),
                format!(
                    "The order {subject} is sent again although the bureau has answered it. A bureau that does not recognise the repetition may make each card twice."
                ),
            ],
            Self::RevokeKey => [
                format!(
                    "Cheia {subject} nu mai este acceptată din secunda aceasta. Programul care o folosește nu mai poate apela poarta până primește alta."
                ),
                format!(
                    "The key {subject} counts no more from this second on. The program that uses it cannot call the gateway until it has another."
                ),
            ],
            Self::ResetSecondFactor => [
                format!(
                    "Oricine știe parola contului {subject} poate adăuga un dispozitiv propriu la următoarea intrare. Verificați că cererea vine de la titular."
                ),
                format!(
                    "Whoever knows the password of {subject} can add a device of their own at the next signing in. Make sure that the account's owner asked for it."
                ),
            ],
        }
    }
}

/// How many persons a decision needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Persons {
    /// One is enough.
    One,
    /// Two, who are not the same: four eyes.
    Two,
}

/// What an approval leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Approval {
    /// Everybody who is needed has approved.
    Complete,
    /// Another person is needed.
    OneMore,
}

/// Why an approval does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// Programs approve nothing.
    #[error("only a person can approve")]
    NotAPerson,
    /// This person has approved already.
    #[error("the same person cannot approve twice")]
    SamePerson,
}

impl Persons {
    /// The number.
    pub const fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Judges the approval of `actor` where the persons of `earlier` have approved before.
    pub fn judge(self, earlier: &[String], actor: &Actor) -> Result<Approval, ApprovalRefusal> {
        let person = person(actor).ok_or(ApprovalRefusal::NotAPerson)?;
        if earlier.contains(&person) {
            return Err(ApprovalRefusal::SamePerson);
        }
        Ok(if earlier.len() + 1 >= self.count() {
            Approval::Complete
        } else {
            Approval::OneMore
        })
    }
}

/// Who a person is, however the name was typed; `None` for what is no person.
pub fn person(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Operator(name) => {
            let words: Vec<&str> = name.split_whitespace().collect();
            Some(words.join(" ").to_lowercase()).filter(|name| !name.is_empty())
        }
        Actor::Gateway(_)
        | Actor::Office(_)
        | Actor::Bureau
        | Actor::Channel
        | Actor::Automation(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(name: &str) -> Actor {
        Actor::Operator(name.to_owned())
    }

    #[test]
    fn two_persons_are_two_who_are_not_the_same() {
        let ana = person(&operator("ana")).unwrap();
        assert_eq!(
            Persons::Two.judge(&[], &operator("ana")),
            Ok(Approval::OneMore)
        );
        let second = Persons::Two.judge(std::slice::from_ref(&ana), &operator("bogdan"));
        assert_eq!(second, Ok(Approval::Complete));
        for same in ["ana", "Ana", " ANA "] {
            let again = Persons::Two.judge(std::slice::from_ref(&ana), &operator(same));
            assert_eq!(again, Err(ApprovalRefusal::SamePerson), "{same}");
        }
        assert_eq!(
            Persons::One.judge(&[], &operator("ana")),
            Ok(Approval::Complete)
        );
    }

    #[test]
    fn every_action_says_what_comes_of_it_in_both_languages() {
        for action in FourEyesAction::ALL {
            let [romanian, english] = action.consequence("X-17");
            assert!(
                romanian.contains("X-17") && english.contains("X-17"),
                "{action}"
            );
            assert_ne!(romanian, english);
        }
    }

    #[test]
    fn a_program_approves_nothing() {
        for actor in [
            Actor::Automation("robot".to_owned()),
            Actor::Gateway("matcher"),
            operator("  "),
        ] {
            let answer = Persons::One.judge(&[], &actor);
            assert_eq!(answer, Err(ApprovalRefusal::NotAPerson), "{actor}");
        }
    }
}
