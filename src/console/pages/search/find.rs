//! What a name or a number leads to.

use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::names::Mark;
use crate::domain::operator::role::Permission;
use crate::domain::payment_reference::PaymentReference;
use crate::store::applications::console::list_by_office_reference;
use crate::store::applications::{self, Application};
use crate::store::offices::{self, Office};
use crate::store::{Tx, cards, complaints, orders, payments, refunds};
use crate::words::name_of;

/// Digits of a CNP.
const CNP_DIGITS: usize = 13;

/// Letters of an office's name from which it is looked for.
const NAME_LETTERS_MIN: usize = 2;

/// Offices and applications that are shown.
const SHOWN: usize = 20;

/// What somebody looks for.
#[derive(Clone, Eq, PartialEq)]
pub(super) enum Sought {
    /// Nothing yet.
    Nothing,
    /// A person, by thirteen digits.
    Person(String),
    /// Something that bears this name or number.
    Name(String),
}

impl Sought {
    /// What is looked for by a text as people type it.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        let is_space = |letter: &char| letter.is_whitespace() || matches!(letter, '-' | '.' | '/');
        let bare: String = text.chars().filter(|letter| !is_space(letter)).collect();
        let is_digits = bare.bytes().all(|byte| byte.is_ascii_digit());
        match (text.is_empty(), is_digits && bare.len() == CNP_DIGITS) {
            (true, _) => Self::Nothing,
            (false, true) => Self::Person(bare),
            (false, false) => Self::Name(text.to_owned()),
        }
    }
}

/// Something that was found, other than an application.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// What it is.
    pub(super) kind: &'static str,
    /// Its number or name.
    pub(super) name: String,
    /// How it stands.
    pub(super) note: String,
    /// Its page.
    pub(super) path: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) applications: Vec<Application>,
    pub(super) hits: Vec<Hit>,
}

impl Found {
    /// The page of what was found, where it is one thing alone.
    pub(super) fn only_path(&self) -> Option<String> {
        match (self.applications.as_slice(), self.hits.as_slice()) {
            ([only], []) => Some(format!("/applications/{}", only.number)),
            ([], [only]) => Some(only.path.clone()),
            _ => None,
        }
    }

    fn add(&mut self, application: Option<Application>) {
        if let Some(application) = application
            && !self.applications.iter().any(|one| one.id == application.id)
        {
            self.applications.push(application);
        }
    }
}

/// Finds what bears a name or a number, each by an index. `by_form` says that the name stands in no
/// address: only then is a card looked for, whose number leads to its holder.
pub(super) async fn find(
    tx: &mut Tx,
    name: &str,
    visit: &Visit,
    by_form: bool,
) -> Result<Found, Trouble> {
    let mut found = Found::default();
    let all = offices::list(tx).await?;
    found.hits.extend(of_name(&all, name, visit));
    // What cannot be a number or a reference is nothing to ask a database for.
    let Some(mark) = Mark::parse(name) else {
        return Ok(found);
    };
    let number = mark.as_str().to_uppercase();
    found.add(applications::find_by_number(tx, &number).await?);
    if let Ok(reference) = PaymentReference::parse(name) {
        let reference = reference.compact();
        found.add(applications::find_by_payment_reference(tx, &reference).await?);
    }
    let ids: Vec<uuid::Uuid> = all.iter().map(|office| office.id.0).collect();
    let shown = i64::try_from(SHOWN).unwrap_or(i64::MAX);
    for one in list_by_office_reference(tx, mark.as_str(), &ids, shown).await? {
        found.add(Some(one));
    }
    if let Some(complaint) = complaints::find_by_number(tx, &number).await? {
        found.add(applications::find(tx, complaint.application).await?);
    }
    if by_form && let Some(card) = cards::find(tx, &number).await? {
        found.add(applications::find(tx, card.application).await?);
    }
    if let Some(order) = orders::find_by_number(tx, &number).await? {
        found.hits.push(Hit {
            kind: visit.language.choose("Order", "Comandă"),
            note: name_of(order.state, visit.language).to_owned(),
            path: format!("/orders/{}", order.number),
            name: order.number,
        });
    }
    if visit.may(Permission::ViewPayments) {
        found.hits.extend(money(tx, &number, visit).await?);
    }
    found.hits.retain(|hit| visit.reaches(&hit.path));
    Ok(found)
}

async fn money(tx: &mut Tx, number: &str, visit: &Visit) -> Result<Vec<Hit>, Trouble> {
    let language = visit.language;
    let mut hits = Vec::new();
    if let Some(payment) = payments::find_by_number(tx, number).await? {
        hits.push(Hit {
            kind: language.choose("Payment", "Plată"),
            note: name_of(payment.state, language).to_owned(),
            path: format!("/payments/{}", payment.number),
            name: payment.number,
        });
    }
    if let Some(refund) = refunds::find_by_number(tx, number).await? {
        hits.push(Hit {
            kind: language.choose("Refund", "Restituire"),
            note: name_of(refund.state, language).to_owned(),
            path: format!("/payments/refunds/{}", refund.number),
            name: refund.number,
        });
    }
    Ok(hits)
}

/// The offices whose code or name has the letters, whatever their case.
fn of_name(all: &[Office], name: &str, visit: &Visit) -> Vec<Hit> {
    let wanted = plain(name);
    if wanted.chars().count() < NAME_LETTERS_MIN {
        return Vec::new();
    }
    let exact = all.iter().filter(|office| plain(&office.code) == wanted);
    let mut chosen: Vec<&Office> = exact.collect();
    if chosen.is_empty() {
        let has = |text: &str| plain(text).contains(&wanted);
        let near = all
            .iter()
            .filter(|office| has(&office.code) || has(&office.name));
        chosen = near.take(SHOWN).collect();
    }
    let hit = |office: &Office| Hit {
        kind: visit.language.choose("Office", "Serviciu"),
        name: office.name.clone(),
        note: office.code.clone(),
        path: format!("/offices/{}", office.code),
    };
    chosen.into_iter().map(hit).collect()
}

/// A text as it is compared: small letters, without the marks that people leave out.
pub(crate) fn plain(text: &str) -> String {
    let bare = |letter: char| match letter {
        'ă' | 'â' => 'a',
        'î' => 'i',
        'ș' | '\u{15f}' => 's',
        'ț' | '\u{163}' => 't',
        other => other,
    };
    text.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(bare)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_digits_are_a_person_however_they_are_written() {
        for text in ["1900101120017", " 1 900101 120017 ", "1-900101-120017"] {
            assert!(
                Sought::of(text) == Sought::Person("1900101120017".to_owned()),
                "{text}"
            );
        }
        for text in [
            "190010112001",
            "19001011200177",
            "A900101120017",
            "CLJ-01-2026-000001",
        ] {
            assert!(Sought::of(text) == Sought::Name(text.to_owned()), "{text}");
        }
        assert!(Sought::of("  ") == Sought::Nothing);
    }

    #[test]
    fn a_name_is_found_without_its_marks() {
        assert_eq!(plain(" Târgu Mureș "), "targu mures");
        assert_eq!(plain("ȚĂNDĂREI"), "tandarei");
    }
}
