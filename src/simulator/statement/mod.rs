//! A day of the bureau's account as a bank and a kiosk network write it, each in its own way.
//!
//! Written from the other party's side: nothing here reads what the gateway's `channel` writes or
//! shares a line with it.

mod camt;
mod iban;
mod mt940;
pub mod narrative;
pub mod selfpay;
pub mod webhook;

use chrono::NaiveDate;

use crate::coded;
use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::draw::once_in;
use crate::simulator::person::{Family, name_in_print};
use crate::simulator::statement::narrative::{Beneficiary, CashierHabit, narrative};

pub use crate::simulator::statement::iban::iban;

coded! {
    /// What a line does to the account, in the words of field 61 of MT940.
    pub enum Mark as "debit or credit mark" {
        /// Money came.
        Credit = "C",
        /// Money went.
        Debit = "D",
        /// Money that had come was taken back: the balance falls.
        ReversedCredit = "RC",
        /// Money that had gone came back: the balance rises.
        ReversedDebit = "RD",
    }
}

impl Mark {
    /// Whether the balance rises.
    pub const fn adds(self) -> bool {
        matches!(self, Self::Credit | Self::ReversedDebit)
    }

    /// Whether an earlier line is taken back.
    pub const fn is_reversal(self) -> bool {
        matches!(self, Self::ReversedCredit | Self::ReversedDebit)
    }
}

/// Who paid, as the bank knows it.
#[derive(Clone, Eq, PartialEq)]
pub struct Payer {
    /// Name, as it stands in the payer's identity document or in the register of firms.
    pub name: String,
    /// CNP of a person or CUI of a firm; the payer's, not the applicant's.
    pub code: String,
    /// The account the money came from; none for cash at a counter.
    pub iban: Option<String>,
    /// The bank it came from.
    pub bic: String,
}

impl Payer {
    /// Somebody who paid in cash at a counter of CEC Bank.
    pub fn at_counter(name: &str, cnp: &str) -> Self {
        Self {
            name: name.to_owned(),
            code: cnp.to_owned(),
            iban: None,
            bic: "CECEROBU".to_owned(),
        }
    }
}

/// One movement on the account.
#[derive(Clone, Eq, PartialEq)]
pub struct StatementLine {
    /// The amount, never negative; `mark` says which way it went.
    pub amount: Money,
    /// Which way it went.
    pub mark: Mark,
    /// The bank's own reference, at most 16 characters; most lines of most banks have none.
    pub bank_reference: Option<String>,
    /// What the cashier typed.
    pub details: String,
    /// Who paid; `None` for the bank's own lines, such as commissions.
    pub payer: Option<Payer>,
    /// The payment reference in a field of its own, where the channel carries one (camt only).
    pub structured_reference: Option<String>,
}

impl StatementLine {
    /// A fee paid in cash at a counter.
    pub fn at_counter(amount: Money, details: &str, payer: Payer) -> Self {
        Self {
            amount,
            mark: Mark::Credit,
            bank_reference: None,
            details: details.to_owned(),
            payer: Some(payer),
            structured_reference: None,
        }
    }

    /// What CEC Bank books when somebody pays for `applicant` on `day`: adults pay for themselves,
    /// parents for minors, and whoever says "for a child" is a parent.
    pub fn for_applicant(
        applicant: &Family,
        day: NaiveDate,
        amount: Money,
        reference: Option<&str>,
        habit: CashierHabit,
        random: &Random,
    ) -> Self {
        let name = format!("{} {}", applicant.surname, applicant.given_names);
        let whom = Beneficiary {
            name: &name,
            cnp: &applicant.cnp,
            reference,
        };
        let details = narrative(habit, whom, random);
        let payer = if applicant.age_on(day) < 18 || habit == CashierHabit::ForChild {
            let parent = one_of_two(&applicant.mother, &applicant.father, random);
            let parent_name = format!("{} {}", parent.surname, parent.given_names);
            Payer::at_counter(&parent_name, &parent.cnp)
        } else {
            Payer::at_counter(&name, &applicant.cnp)
        };
        Self::at_counter(amount, &details, payer)
    }

    /// The line's text in CEC Bank's dialect: details, then what the bank knows of the payer,
    /// without diacritics.
    pub(super) fn text(&self) -> String {
        let details = name_in_print::without_diacritics(&self.details);
        let Some(payer) = &self.payer else {
            return details;
        };
        let name = name_in_print::in_capitals(&payer.name);
        let from = payer
            .iban
            .as_ref()
            .map_or_else(String::new, |iban| format!("Iban Platitor {iban},"));
        let (bic, code) = (&payer.bic, &payer.code);
        format!(
            "{details},Platitor {name},{from}Banca platitor {bic},\
             CUI/CNP Platitor {code} ORDONATOR {name}"
        )
    }

    fn effect_bani(&self) -> i64 {
        if self.mark.adds() {
            self.amount.bani()
        } else {
            self.amount.bani().saturating_neg()
        }
    }
}

fn one_of_two<'a, T>(one: &'a T, other: &'a T, random: &Random) -> &'a T {
    if once_in(random, 2) { one } else { other }
}

/// The statement of one account for one day, in lei.
#[derive(Clone, Eq, PartialEq)]
pub struct DayStatement {
    /// The account.
    pub iban: String,
    /// The statement's number in its year; the next day's is one more.
    pub number: u32,
    /// The day whose movements it lists.
    pub day: NaiveDate,
    /// The balance before them.
    pub opening: Money,
    /// The movements, in the order of booking.
    pub lines: Vec<StatementLine>,
}

impl DayStatement {
    /// The balance after all movements, which is the next day's opening.
    pub fn closing(&self) -> Money {
        let effects = self.lines.iter().map(StatementLine::effect_bani);
        Money::from_bani(effects.fold(self.opening.bani(), i64::saturating_add))
    }

    /// The statement as an ISO 20022 document, camt.053.001.08.
    pub fn camt053(&self) -> String {
        camt::write(self)
    }

    /// The statement as a SWIFT MT940 message in CEC Bank's dialect.
    pub fn mt940(&self) -> String {
        mt940::write(self)
    }

    /// The day on which the opening balance was the closing one.
    fn day_before(&self) -> NaiveDate {
        self.day.pred_opt().unwrap_or(self.day)
    }
}

macro_rules! without_debug_of_persons {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
without_debug_of_persons!(Payer, StatementLine, DayStatement);

#[cfg(test)]
mod tests;
