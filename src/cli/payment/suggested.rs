//! The applications that a payment may be for, as an operator chooses among them.

use serde::Serialize;

use crate::cli::application::lei;
use crate::cli::exit::CliError;
use crate::cli::output::{Row, Sheet};
use crate::domain::matching::Clue;
use crate::domain::payment::PaymentState;
use crate::flow::match_payment::suggestions;
use crate::store::payments::Payment;
use crate::store::{Tx, applications, offices};

/// A candidate: never a person, only what leads to one.
#[derive(Serialize)]
pub(super) struct Suggested {
    application: String,
    office: String,
    /// What is still owed for it, in bani.
    owed: i64,
    /// 0 to 100; only the order means anything.
    score: u8,
    reasons: Vec<Why>,
}

/// What speaks for a candidate or against it.
#[derive(Serialize)]
struct Why {
    code: &'static str,
    en: &'static str,
    ro: &'static str,
}

impl From<&Clue> for Why {
    fn from(clue: &Clue) -> Self {
        Self {
            code: clue.as_str(),
            en: clue.text_en(),
            ro: clue.text_ro(),
        }
    }
}

impl Row for Suggested {
    const HEADS: &'static [&'static str] = &["APPLICATION", "OFFICE", "OWED>", "SCORE>", "WHY"];

    fn cells(&self) -> Vec<String> {
        let why: Vec<&str> = self.reasons.iter().map(|reason| reason.en).collect();
        vec![
            self.application.clone(),
            self.office.clone(),
            lei(self.owed),
            self.score.to_string(),
            why.join(" "),
        ]
    }
}

/// Reads the candidates, while there is something to choose.
pub(super) async fn read(tx: &mut Tx, payment: &Payment) -> Result<Vec<Suggested>, CliError> {
    let mut found = Vec::new();
    if payment.state != PaymentState::Suggested {
        return Ok(found);
    }
    for suggestion in suggestions(tx, payment).await? {
        let Some(application) = applications::find(tx, suggestion.application).await? else {
            continue;
        };
        let office = offices::find(tx, application.office).await?;
        let rest = application.fee_due.bani() - application.fee_paid.bani();
        found.push(Suggested {
            application: application.number,
            office: office.map(|office| office.code).unwrap_or_default(),
            owed: rest.max(0),
            score: suggestion.score,
            reasons: suggestion.clues.iter().map(Why::from).collect(),
        });
    }
    Ok(found)
}

/// Writes the candidates; nothing where there are none.
pub(super) fn write(sheet: &mut Sheet, suggested: &[Suggested]) {
    if !suggested.is_empty() {
        sheet.heading("Candidates");
        sheet.table(suggested);
    }
}
