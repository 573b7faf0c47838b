//! What the nightly comparison with the bureau found about an order.

use chrono::{DateTime, NaiveDate, Utc};

use crate::console::look::badge::Badge;
use crate::console::trouble::Trouble;
use crate::store::Tx;
use crate::store::orders::Order;
use crate::store::reconciliations::{self, Finding};
use crate::words::{Detail, Language, count, date, name_of, noun};

/// Nights that are shown, and differences of one night.
const NIGHTS_MAX: i64 = 7;
const DIFFERENCES_MAX: i64 = 100;

/// The last nights, and what differed in the last one that was answered.
#[derive(Default)]
pub(super) struct Comparison {
    /// Each night with what came of it.
    pub(super) nights: Vec<(String, Badge)>,
    /// What differed.
    pub(super) differences: Vec<Row>,
}

/// A line of which the bureau says something else than we.
pub(super) struct Row {
    pub(super) line: i64,
    pub(super) application: String,
    pub(super) difference: &'static str,
    pub(super) detail: Detail,
}

impl Comparison {
    /// Reads it; an order that no night asked about has none.
    pub(super) async fn read(
        tx: &mut Tx,
        order: &Order,
        language: Language,
    ) -> Result<Self, Trouble> {
        let mut comparison = Self::default();
        let mut is_last = true;
        for (night, answered_at) in
            reconciliations::list_nights_of(tx, order.id, NIGHTS_MAX).await?
        {
            let found =
                reconciliations::list_findings_of(tx, order.id, night, DIFFERENCES_MAX).await?;
            let outcome = outcome((night, answered_at), &found, language);
            comparison.nights.push(outcome);
            if is_last && answered_at.is_some() {
                is_last = false;
                comparison.differences = found.into_iter().map(|one| row(one, language)).collect();
            }
        }
        Ok(comparison)
    }
}

fn outcome(
    (night, answered_at): (NaiveDate, Option<DateTime<Utc>>),
    found: &[Finding],
    language: Language,
) -> (String, Badge) {
    let many = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let badge = match (answered_at, many) {
        (None, _) => Badge::new(language.choose("No answer", "Fără răspuns"), "warn"),
        (Some(_), 0) => Badge::new(language.choose("Agrees", "Se potrivește"), "ok"),
        (Some(_), many) => Badge::new(count(language, many, noun::DIFFERENCE), "bad"),
    };
    (date(language, night), badge)
}

fn row(found: Finding, language: Language) -> Row {
    Row {
        line: found.line_no,
        application: found.application_number,
        difference: name_of(found.difference, language),
        detail: Detail::of(&found.detail, language),
    }
}
