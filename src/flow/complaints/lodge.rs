//! An office complains about a card.

use chrono::{Datelike, NaiveDate};

use crate::domain::acknowledgement::LineState;
use crate::domain::calendar::bucharest_day;
use crate::domain::complaint::{Complained, ComplaintFault, ComplaintState, TEXT_MAX, check};
use crate::domain::id::{ApplicationId, ComplaintId, OfficeId};
use crate::flow::Failure;
use crate::flow::complaints::tell_bureau;
use crate::flow::once::KeyReused;
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::complaints::{self, Complaint};
use crate::store::history::{self, Note, SubjectKind};
use crate::store::order_lines::{self, OrderLine};
use crate::store::{StoreError, Tx, counters};

/// Steps of a line looked at; one has about ten.
const HISTORY_MAX: i64 = 500;
/// A row of so many digits is a CNP.
const CNP_DIGITS: usize = 13;

/// What an office says is wrong with a card.
#[derive(Clone, Copy, Debug)]
pub struct NewComplaint<'a> {
    /// The office.
    pub office: OfficeId,
    /// The application of the card.
    pub application: ApplicationId,
    /// What is wrong: 701 to 708.
    pub code: u16,
    /// What is wrong, in words without personal data.
    pub text: Option<&'a str>,
    /// The day on which somebody noticed.
    pub noticed_on: NaiveDate,
}

/// Why a complaint was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ComplaintRefusal {
    /// The office has no such application.
    #[error("there is no such application")]
    Unknown,
    /// What the rule says.
    #[error(transparent)]
    Fault(#[from] ComplaintFault),
    /// The text is too long, or holds what looks like a CNP.
    #[error("the text has more than {TEXT_MAX} characters, or a personal number in it")]
    Text,
    /// Nobody notices tomorrow's fault.
    #[error("the day on which it was noticed has not come")]
    NoticedLater,
    /// The same card is complained of already.
    #[error("the complaint {number} about the card is open")]
    Open {
        /// Its number.
        number: String,
    },
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Takes a complaint and has the bureau told.
pub async fn lodge(
    tx: &mut Tx,
    gateway: &Gateway,
    new: NewComplaint<'_>,
    note: &Note<'_>,
) -> Result<Complaint, Failure<ComplaintRefusal>> {
    let text = new.text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| !is_fit_to_keep(text)) {
        return Err(Failure::Refused(ComplaintRefusal::Text));
    }
    let today = bucharest_day(note.at);
    if new.noticed_on > today {
        return Err(Failure::Refused(ComplaintRefusal::NoticedLater));
    }
    let application = find_concerned(tx, &new).await?;
    let line = find_card(tx, &application).await?;
    let complained = Complained {
        code: new.code,
        state: application.state,
        handed_over_on: handed_over_on(tx, &line).await?,
    };
    check(
        &complained,
        gateway.config.production.warranty_months,
        today,
    )
    .map_err(|fault| Failure::Refused(fault.into()))?;
    let mut complaint = Complaint {
        id: ComplaintId(note.random.uuid(note.at)),
        number: take_number(tx, today).await?,
        application: application.id,
        line: line.id,
        document_number: line.document_number.clone(),
        office: new.office,
        code: i64::from(new.code),
        text: text.map(str::to_owned),
        noticed_on: new.noticed_on,
        state: ComplaintState::Lodged,
        letter: None,
        payer: None,
        refusal: None,
        lodged_at: note.at,
        decided_at: None,
        version: 1,
    };
    if let Some(open) = complaints::find_open(tx, line.id).await? {
        let number = open.number;
        return Err(Failure::Refused(ComplaintRefusal::Open { number }));
    }
    if !complaints::insert(tx, &complaint).await? {
        return Err(StoreError::Moved { what: "complaint" }.into());
    }
    let words = ["", "LODGED", complaint.state.as_str()];
    history::record(tx, SubjectKind::Complaint, complaint.id.0, words, note).await?;
    tell_bureau(tx, &mut complaint, &line, note).await?;
    Ok(complaint)
}

/// Whether a text may stand in tables and letters: a row of digits as long as a CNP may not.
fn is_fit_to_keep(text: &str) -> bool {
    let longest = text
        .split(|character: char| !character.is_ascii_digit())
        .map(str::len)
        .max();
    text.chars().count() <= TEXT_MAX && longest.unwrap_or(0) < CNP_DIGITS
}

async fn find_concerned(
    tx: &mut Tx,
    new: &NewComplaint<'_>,
) -> Result<Application, Failure<ComplaintRefusal>> {
    let office = new.office;
    applications::find(tx, new.application)
        .await?
        .filter(|found| found.office == office || found.collect_office == office)
        .ok_or(Failure::Refused(ComplaintRefusal::Unknown))
}

/// The line of the card; the bureau's words are kept off it until the transaction ends.
async fn find_card(
    tx: &mut Tx,
    application: &Application,
) -> Result<OrderLine, Failure<ComplaintRefusal>> {
    let state = application.state;
    let none = ComplaintRefusal::Fault(ComplaintFault::NotNow { state });
    let Some(live) = order_lines::find_live(tx, application.id).await? else {
        return Err(Failure::Refused(none));
    };
    let locked = order_lines::lock(tx, live.order, live.line_no).await?;
    locked.ok_or(Failure::Refused(none))
}

/// The day on which the applicant got the card.
async fn handed_over_on(tx: &mut Tx, line: &OrderLine) -> Result<Option<NaiveDate>, StoreError> {
    let steps = history::list(tx, line.id.0, HISTORY_MAX).await?;
    let step = steps
        .iter()
        .find(|step| step.to_state == LineState::HandedOver.as_str());
    Ok(step.map(|step| bucharest_day(step.at)))
}

async fn take_number(tx: &mut Tx, today: NaiveDate) -> Result<String, StoreError> {
    let year = today.year();
    let serial = counters::take_number(tx, &format!("complaints-{year}")).await?;
    Ok(format!("CEI-C-{year}-{serial:06}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_personal_number_is_not_kept() {
        assert!(is_fit_to_keep(
            "cipul nu răspunde; cititorul 123456789012 merge"
        ));
        assert!(!is_fit_to_keep("titularul 2900517121232 s-a plâns"));
        assert!(is_fit_to_keep(&"ș".repeat(TEXT_MAX)));
        assert!(!is_fit_to_keep(&"ș".repeat(TEXT_MAX + 1)));
    }
}
