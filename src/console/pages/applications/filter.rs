//! Which applications an address asks for, and in what order they are listed.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{Days, NaiveDate};

use crate::coded;
use crate::console::asked::Asked;
use crate::console::list::Filters;
use crate::console::pages::dashboard::RISK_DAYS;
use crate::console::trouble::Trouble;
use crate::domain::application::ApplicationState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::names::Mark;
use crate::domain::term::TERM_DAYS;
use crate::store::applications::Application;
use crate::store::applications::console::{self, Place, Wanted};
use crate::store::applications::unfinished::UNFINISHED;
use crate::store::{Tx, offices};

coded! {
    /// How an application stands to its term.
    pub(crate) enum Term as "standing to the term" {
        /// Less than five days are left.
        Risk = "risk",
        /// The last day is over.
        Late = "late",
        /// The usual term is over, extended or not.
        Past = "past",
    }
}

/// Which applications are asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) states: Vec<ApplicationState>,
    /// The office's code, as it was written, and the office.
    pub(super) office: Option<(String, OfficeId)>,
    pub(super) term: Option<Term>,
    pub(super) under_way: bool,
    pub(super) held: bool,
}

/// A place in a list by terms, as it stands in an address.
struct TermPlace(Place);

impl FromStr for TermPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (day, id) = text.split_once('_').ok_or(())?;
        let day = day.parse().map_err(|_no_day| ())?;
        let id = id.parse::<ApplicationId>().map_err(|_no_id| ())?;
        Ok(Self((day, id)))
    }
}

impl Filter {
    /// Reads the filters; what is not known of one is refused by its name.
    pub(super) async fn read(
        tx: &mut Tx,
        asked: &Asked,
        today: NaiveDate,
    ) -> Result<Self, Trouble> {
        let code = asked.text("office");
        let office = match Mark::parse(&code) {
            Some(mark) => offices::find_by_code(tx, mark.as_str(), today).await?,
            None => None,
        };
        if office.is_none() && !code.is_empty() {
            return Err(Trouble::AskedWrong { name: "office" });
        }
        Ok(Self {
            states: asked.codes("state")?,
            office: office.map(|office| (code, office.id)),
            term: asked.code("term")?,
            under_way: yes(asked, "under-way")?,
            held: yes(asked, "held")?,
        })
    }

    /// The filters as the address says them.
    pub(super) fn filters(&self) -> Filters {
        let states: Vec<&str> = self.states.iter().map(|state| state.as_str()).collect();
        let yes = |is: bool| is.then_some("yes");
        Filters::new("/applications")
            .with("state", states.join(","))
            .with_some("office", self.office.as_ref().map(|(code, _)| code))
            .with_some("term", self.term)
            .with_some("under-way", yes(self.under_way))
            .with_some("held", yes(self.held))
    }

    /// Whether only living applications are meant, so that terms order the list.
    pub(super) fn is_by_term(&self) -> bool {
        let living = |state: &ApplicationState| UNFINISHED.contains(state);
        self.under_way
            || self.term.is_some()
            || (!self.states.is_empty() && self.states.iter().all(living))
    }

    /// Reads the applications of a page; `rows` of them at most.
    pub(super) async fn find(
        &self,
        tx: &mut Tx,
        asked: &Asked,
        today: NaiveDate,
    ) -> Result<Vec<Application>, Trouble> {
        let rows = asked.rows_wanted();
        let wanted = self.wanted(today);
        if self.held {
            let after: Option<TermPlace> = asked.cursor()?;
            let after = after.map(|place| place.0);
            return Ok(console::list_held(tx, &wanted, after, rows).await?);
        }
        if self.is_by_term() {
            // What is asked for of living applications alone, and is none of theirs, is nothing.
            if wanted.states.is_empty() && !self.states.is_empty() {
                return Ok(Vec::new());
            }
            let after: Option<TermPlace> = asked.cursor()?;
            let after = after.map(|place| place.0);
            return Ok(console::list_by_term(tx, &wanted, after, rows).await?);
        }
        let before: Option<ApplicationId> = asked.cursor()?;
        Ok(console::list_newest(tx, &wanted, before, rows).await?)
    }

    /// The key of a row's place in the list.
    pub(super) fn key(&self, application: &Application) -> String {
        let id = application.id;
        if self.held || self.is_by_term() {
            format!("{}_{id}", application.deadline_on)
        } else {
            id.to_string()
        }
    }

    fn wanted(&self, today: NaiveDate) -> Wanted {
        let soon = today + Days::new(RISK_DAYS);
        let usual = today - Days::new(u64::from(TERM_DAYS));
        let is_risk = self.term == Some(Term::Risk);
        let narrows = self.is_by_term() && !self.held;
        let states = self.states.iter().copied();
        Wanted {
            states: states
                .filter(|state| !narrows || UNFINISHED.contains(state))
                .collect(),
            office: self.office.as_ref().map(|(_, office)| *office),
            deadline_from: is_risk.then_some(today),
            deadline_before: match self.term {
                Some(Term::Risk) => Some(soon),
                Some(Term::Late) => Some(today),
                Some(Term::Past) | None => None,
            },
            registered_before: (self.term == Some(Term::Past)).then_some(usual),
        }
    }
}

fn yes(asked: &Asked, name: &'static str) -> Result<bool, Trouble> {
    match asked.text(name).as_str() {
        "" => Ok(false),
        "yes" => Ok(true),
        _ => Err(Trouble::AskedWrong { name }),
    }
}

/// The address of applications with one filter.
pub(super) fn address(name: &'static str, value: impl Display) -> String {
    Filters::new("/applications").with(name, value).address()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_place_by_terms_reads_back_as_it_was_written() {
        let id = ApplicationId(Uuid::from_u128(7));
        let text = format!("2026-11-22_{id}");
        let TermPlace((day, read)) = text.parse().ok().unwrap();
        assert_eq!((day.to_string().as_str(), read), ("2026-11-22", id));
        for text in ["", "2026-11-22", "x_y", "2026-11-22_", "_"] {
            assert!(text.parse::<TermPlace>().is_err(), "{text}");
        }
    }

    #[test]
    fn living_applications_alone_are_listed_by_their_terms() {
        let of = |states: &[ApplicationState]| Filter {
            states: states.to_vec(),
            ..Filter::default()
        };
        assert!(of(&[ApplicationState::Ready, ApplicationState::OnHold]).is_by_term());
        assert!(!of(&[ApplicationState::Ready, ApplicationState::AtOffice]).is_by_term());
        assert!(!of(&[]).is_by_term());
        let under_way = Filter {
            under_way: true,
            ..of(&[ApplicationState::AtOffice, ApplicationState::Ready])
        };
        let today = NaiveDate::default();
        assert_eq!(under_way.wanted(today).states, [ApplicationState::Ready]);
    }

    #[test]
    fn an_address_says_what_is_asked_for() {
        let filter = Filter {
            states: vec![ApplicationState::Produced, ApplicationState::Shipped],
            term: Some(Term::Risk),
            held: true,
            ..Filter::default()
        };
        assert_eq!(
            filter.filters().address(),
            "/applications?state=PRODUCED%2CSHIPPED&term=risk&held=yes"
        );
    }
}
