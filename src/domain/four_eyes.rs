//! Decisions that one person must not take alone: each of several persons gives an approval, and
//! the same person counts once.

use crate::domain::operator::Actor;

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
