//! Living applications: those whose card does not lie at the office yet, counted by an index that holds
//! no others. Whatever the history, they are those of some weeks.
//!
//! What is counted here is listed by [`super::console`] under the same condition, so that a figure and its
//! list agree.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::id::OfficeId;
use crate::store::tx::query;
use crate::store::{StoreError, Tx, read_code};

/// The states of living applications; the index `applications_unfinished` holds the same.
pub const UNFINISHED: [ApplicationState; 12] = [
    ApplicationState::Received,
    ApplicationState::Approved,
    ApplicationState::AwaitingFee,
    ApplicationState::Ready,
    ApplicationState::Ordered,
    ApplicationState::InProduction,
    ApplicationState::Produced,
    ApplicationState::Shipped,
    ApplicationState::CountyValidated,
    ApplicationState::Returned,
    ApplicationState::OnHold,
    ApplicationState::CancelRequested,
];

/// Living applications that are alike in state, age and term.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Alike {
    /// Their state.
    pub state: ApplicationState,
    /// When their offices registered them.
    pub registered_on: NaiveDate,
    /// The day by which their cards must be issued.
    pub deadline_on: NaiveDate,
    /// How many there are.
    pub count: i64,
}

/// Counts living applications by state, age and term.
pub async fn count_alike(tx: &mut Tx) -> Result<Vec<Alike>, StoreError> {
    const SQL: &str = "
        SELECT state, registered_on, deadline_on, COUNT(*)
        FROM applications
        WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                        'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                        'CANCEL_REQUESTED')
        GROUP BY state, registered_on, deadline_on
        ORDER BY state, registered_on, deadline_on";
    alike(query!(fetch_all as AlikeRow, tx, SQL)?)
}

/// Counts the living applications of an office by state, age and term.
pub async fn count_alike_of(tx: &mut Tx, office: OfficeId) -> Result<Vec<Alike>, StoreError> {
    const SQL: &str = "
        SELECT state, registered_on, deadline_on, COUNT(*)
        FROM applications
        WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                        'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                        'CANCEL_REQUESTED')
          AND office_id = $1
        GROUP BY state, registered_on, deadline_on
        ORDER BY state, registered_on, deadline_on";
    alike(query!(fetch_all as AlikeRow, tx, SQL, office.0)?)
}

/// State, day of registration, last day of the term, how many.
type AlikeRow = (String, NaiveDate, NaiveDate, i64);

fn alike(rows: Vec<AlikeRow>) -> Result<Vec<Alike>, StoreError> {
    rows.into_iter()
        .map(|(state, registered_on, deadline_on, count)| {
            let read = ApplicationState::parse(&state);
            Ok(Alike {
                state: read_code(read, "applications", "state", &state)?,
                registered_on,
                deadline_on,
                count,
            })
        })
        .collect()
}

/// What an office has not finished.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Backlog {
    /// The office.
    pub office: OfficeId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many.
    pub open: i64,
    /// How many of them have their last day from today on and before the day that was named.
    pub at_risk: i64,
    /// How many of them are past their last day.
    pub late: i64,
    /// When the oldest of them was registered.
    pub oldest_on: NaiveDate,
}

/// Lists the offices that have living applications, the largest backlog first. What ends before
/// `soon` is at risk, what ended before `today` is late.
pub async fn list_backlogs(
    tx: &mut Tx,
    today: NaiveDate,
    soon: NaiveDate,
) -> Result<Vec<Backlog>, StoreError> {
    const SQL: &str = "
        SELECT o.id, o.code, o.name, b.open, b.at_risk, b.late, b.oldest_on
        FROM (
            SELECT office_id, COUNT(*) AS open,
                   COUNT(CASE WHEN deadline_on >= $1 AND deadline_on < $2 THEN 1 END) AS at_risk,
                   COUNT(CASE WHEN deadline_on < $1 THEN 1 END) AS late,
                   MIN(registered_on) AS oldest_on
            FROM applications
            WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED',
                            'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED',
                            'ON_HOLD', 'CANCEL_REQUESTED')
            GROUP BY office_id) AS b
        JOIN offices o ON o.id = b.office_id
        ORDER BY b.open DESC, o.id";
    type Row = (Uuid, String, String, i64, i64, i64, NaiveDate);
    let rows = query!(fetch_all as Row, tx, SQL, today, soon)?;
    let backlog = |(id, code, name, open, at_risk, late, oldest_on)| Backlog {
        office: OfficeId(id),
        code,
        name,
        open,
        at_risk,
        late,
        oldest_on,
    };
    Ok(rows.into_iter().map(backlog).collect())
}
