//! The slip with which an applicant goes to pay: the reference, the amount and whom it is for, as
//! one line of JSON. It is how offices and channels that are two programs know of the same fee.

use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::simulator::channels::movement::Payable;
use crate::simulator::person::Family;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Slip {
    reference: String,
    amount_bani: i64,
    family: Family,
}

/// Why a line is no slip; what stood there is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum SlipError {
    /// It is no JSON of the shape of a slip.
    #[error("no payment slip (column {column})")]
    Shape {
        /// The byte of the line where it breaks off, from 1.
        column: usize,
    },
    /// There is nothing to pay.
    #[error("a payment slip over nothing")]
    NothingToPay,
}

impl Payable {
    /// The slip of this fee, without a line break.
    pub fn to_slip(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Slip {
            reference: self.reference.clone(),
            amount_bani: self.amount.bani(),
            family: self.family.clone(),
        })
    }

    /// The fee of a slip.
    pub fn from_slip(line: &str) -> Result<Self, SlipError> {
        let slip: Slip = serde_json::from_str(line).map_err(|error| SlipError::Shape {
            column: error.column(),
        })?;
        if slip.amount_bani <= 0 {
            return Err(SlipError::NothingToPay);
        }
        Ok(Self {
            reference: slip.reference,
            amount: Money::from_bani(slip.amount_bani),
            family: slip.family,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::random::Random;
    use crate::simulator::person::People;

    #[test]
    fn a_slip_is_read_as_it_was_written_and_its_fault_repeats_nothing() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let payable = Payable {
            reference: "RF294073918264".to_owned(),
            family: People::new(Random::seeded(1)).person(9, day).into(),
            amount: Money::from_lei(70),
        };
        let line = payable.to_slip().unwrap();
        let read = Payable::from_slip(&line).unwrap();
        assert_eq!(read.to_slip().unwrap(), line);
        assert_eq!(read.family, payable.family);

        let cut = line.get(..line.len() - 2).unwrap();
        let error = Payable::from_slip(cut).unwrap_err().to_string();
        assert!(error.starts_with("no payment slip (column "), "{error}");
        assert!(!error.contains(&payable.family.cnp), "{error}");
        let free = line.replace("\"amount_bani\":7000", "\"amount_bani\":0");
        let error = Payable::from_slip(&free).unwrap_err();
        assert!(matches!(error, SlipError::NothingToPay));
    }
}
