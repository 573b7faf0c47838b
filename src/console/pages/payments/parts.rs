//! The parts of a payment as somebody types them, and what is wrong with each.

use crate::console::act::Fault;
use crate::console::fields::Fields;
use crate::console::pages::payments::candidate::owed;
use crate::console::pages::payments::case::Case;
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::typed::read_lei;
use crate::domain::id::ApplicationId;
use crate::domain::money::Money;
use crate::flow::decide_payment::{DecisionRefusal, PARTS_MAX, takes_money};
use crate::flow::split_payment::Part;
use crate::store::applications::{self, Application};
use crate::store::{StoreError, Tx};
use crate::words::{Language, amount, lei};

/// Empty rows that are offered, at first and whenever somebody asks for more.
const MORE_ROWS: usize = 3;

/// A row of the form.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Typed {
    /// The application's number, as typed.
    pub(crate) application: String,
    /// The amount, as typed.
    pub(crate) amount: String,
    /// What is owed for that application; empty where nobody knows.
    pub(crate) owed: String,
    /// What is wrong with the number.
    pub(crate) number_fault: String,
    /// What is wrong with the amount.
    pub(crate) amount_fault: String,
}

/// The form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) rows: Vec<Typed>,
    /// Whether what no part takes may stay a surplus.
    pub(crate) leaves_rest: bool,
}

impl Parts {
    /// The candidates whose fees fit into the payment, the likeliest first, and some empty rows.
    pub(crate) fn suggested(case: &Case, language: Language) -> Self {
        let mut rest = case.free;
        let mut parts = Self::default();
        for offered in &case.offered {
            let owed = owed(&offered.application);
            let left = rest.checked_sub(owed).filter(|left| *left >= Money::ZERO);
            let Some(left) = left.filter(|_| owed > Money::ZERO) else {
                continue;
            };
            rest = left;
            parts.rows.push(Typed {
                application: offered.application.number.clone(),
                amount: amount(language, owed),
                owed: lei(language, owed),
                ..Typed::default()
            });
        }
        parts.add_rows();
        parts
    }

    /// What was typed.
    pub(crate) fn typed(fields: &Fields) -> Self {
        let amounts = fields.all("amount").map(str::trim);
        let numbers = fields.all("application").map(str::trim);
        let rows = numbers.zip(amounts).take(PARTS_MAX + 1);
        Self {
            rows: rows
                .map(|(application, amount)| Typed {
                    application: application.to_owned(),
                    amount: amount.to_owned(),
                    ..Typed::default()
                })
                .collect(),
            leaves_rest: fields.text("rest") == "yes",
        }
    }

    /// Adds empty rows.
    pub(crate) fn add_rows(&mut self) {
        let room = PARTS_MAX.saturating_sub(self.rows.len());
        let more = std::iter::repeat_n(Typed::default(), MORE_ROWS.min(room));
        self.rows.extend(more);
    }

    /// Reads what was typed, and notes at each field what is wrong with it.
    pub(crate) async fn check(
        &mut self,
        tx: &mut Tx,
        case: &Case,
        language: Language,
    ) -> Result<Result<Vec<Part>, Fault>, StoreError> {
        let mut meant = Vec::new();
        let mut named: Vec<ApplicationId> = Vec::new();
        for row in &mut self.rows {
            if row.application.is_empty() && row.amount.is_empty() {
                continue;
            }
            let found = match row.application.as_str() {
                "" => None,
                number => applications::find_by_name(tx, &number.to_uppercase()).await?,
            };
            row.check_number(found.as_ref(), &named, language);
            let read = read_lei(&row.amount).filter(|read| *read > Money::ZERO);
            if read.is_none() {
                row.amount_fault = wrong_amount(&row.amount, language);
            }
            if let (Some(application), Some(amount)) = (found, read) {
                named.push(application.id);
                meant.push(Part {
                    application: application.number,
                    amount,
                });
            }
        }
        Ok(self.judge(meant, case.free, language))
    }

    /// Whether every row is right, and all of them together are the payment.
    fn judge(&self, meant: Vec<Part>, free: Money, language: Language) -> Result<Vec<Part>, Fault> {
        let says = |ro: &str, en: &str| language.choose(en, ro).to_owned();
        if self.rows.iter().any(Typed::is_wrong) {
            let text = says(
                "Corectați câmpurile marcate; nu s-a schimbat nimic.",
                "Correct the fields that are marked; nothing was changed.",
            );
            return Err(Fault::wrong("parts", text));
        }
        if meant.is_empty() {
            let text = says(
                "Indicați cel puțin o cerere și partea ei.",
                "Name at least one application, and its part.",
            );
            return Err(Fault::wrong("parts", text));
        }
        let sum = meant
            .iter()
            .try_fold(Money::ZERO, |sum, part| sum.checked_add(part.amount));
        match sum.and_then(|sum| free.checked_sub(sum)) {
            Some(Money::ZERO) => Ok(meant),
            Some(rest) if rest > Money::ZERO && self.leaves_rest => Ok(meant),
            Some(rest) => Err(Fault::wrong("parts", does_not_add_up(rest, free, language))),
            None => Err(Fault::wrong("parts", wrong_amount("", language))),
        }
    }
}

impl Typed {
    /// Whether something is wrong with it.
    fn is_wrong(&self) -> bool {
        !self.number_fault.is_empty() || !self.amount_fault.is_empty()
    }

    fn check_number(
        &mut self,
        found: Option<&Application>,
        named: &[ApplicationId],
        language: Language,
    ) {
        let says = |ro: &str, en: &str| language.choose(en, ro).to_owned();
        self.number_fault = match found {
            None if self.application.is_empty() => says(
                "Scrieți numărul cererii.",
                "Type the number of the application.",
            ),
            None => refusals::words(DecisionRefusal::ApplicationUnknown, language),
            Some(one) if named.contains(&one.id) => says(
                "Cererea apare deja mai sus.",
                "The application stands above already.",
            ),
            Some(one) if !takes_money(one) => {
                refusals::words(DecisionRefusal::FeeForbids(one.fee_state), language)
            }
            Some(_) => String::new(),
        };
        self.owed = found.map_or_else(String::new, |one| lei(language, owed(one)));
    }
}

fn wrong_amount(typed: &str, language: Language) -> String {
    if typed.is_empty() {
        return language
            .choose("Type the amount.", "Scrieți suma.")
            .to_owned();
    }
    language
        .choose(
            "An amount of lei above zero, such as 67.00.",
            "O sumă în lei mai mare decât zero, de exemplu 67,00.",
        )
        .to_owned()
}

/// What is too much, or left over.
fn does_not_add_up(rest: Money, free: Money, language: Language) -> String {
    let all = lei(language, free);
    let zero = Money::ZERO;
    let apart = lei(language, rest.max(zero.checked_sub(rest).unwrap_or(zero)));
    match (language, rest > zero) {
        (Language::Romanian, true) => format!(
            "Părțile nu dau {all}: mai rămân {apart}. Completați părțile sau bifați că restul rămâne surplus."
        ),
        (Language::English, true) => format!(
            "The parts are not {all}: {apart} are left. Complete them, or tick that the rest stays a surplus."
        ),
        (Language::Romanian, false) => format!("Părțile depășesc {all} cu {apart}."),
        (Language::English, false) => format!("The parts exceed {all} by {apart}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(bani: i64) -> Part {
        Part {
            application: "CLJ-1".to_owned(),
            amount: Money::from_bani(bani),
        }
    }

    fn judged(bani: &[i64], free: i64, leaves_rest: bool) -> Result<usize, String> {
        let parts = Parts {
            rows: Vec::new(),
            leaves_rest,
        };
        let meant = bani.iter().copied().map(part).collect();
        let judged = parts.judge(meant, Money::from_bani(free), Language::Romanian);
        judged.map(|meant| meant.len()).map_err(|fault| fault.text)
    }

    #[test]
    fn parts_are_the_payment_to_the_ban() {
        assert_eq!(judged(&[7_000, 7_000], 14_000, false), Ok(2));
        let less = judged(&[7_000, 6_999], 14_000, false).unwrap_err();
        assert!(
            less.contains("140,00 lei") && less.contains("0,01 lei"),
            "{less}"
        );
        assert_eq!(judged(&[7_000, 6_999], 14_000, true), Ok(2));
        let more = judged(&[7_000, 7_001], 14_000, true).unwrap_err();
        assert_eq!(more, "Părțile depășesc 140,00 lei cu 0,01 lei.");
        assert!(judged(&[], 14_000, true).is_err());
        assert!(judged(&[i64::MAX, i64::MAX], 14_000, true).is_err());
    }

    #[test]
    fn rows_are_added_up_to_the_most_that_a_payment_is_split_into() {
        let mut parts = Parts::default();
        for _ in 0..40 {
            parts.add_rows();
        }
        assert_eq!(parts.rows.len(), PARTS_MAX);
    }
}
