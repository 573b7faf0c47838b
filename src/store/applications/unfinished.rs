//! Living applications: those whose card does not lie at the office yet, counted and listed by an index
//! that holds no others. Whatever the history, they are those of some weeks.
//!
//! What is counted here is listed here by the same condition, so that a figure and its list agree.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::store::applications::Application;
use crate::store::applications::row::ApplicationRow;
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
    let rows = query!(fetch_all as (String, NaiveDate, NaiveDate, i64), tx, SQL)?;
    rows.into_iter()
        .map(|(state, registered_on, deadline_on, count)| {
            Ok(Alike {
                state: read_code(
                    ApplicationState::parse(&state),
                    "applications",
                    "state",
                    &state,
                )?,
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

/// Lists the offices with the most living applications, the largest backlog first. What ends before
/// `soon` is at risk, what ended before `today` is late.
pub async fn list_backlogs(
    tx: &mut Tx,
    today: NaiveDate,
    soon: NaiveDate,
    limit: i64,
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
            GROUP BY office_id
            ORDER BY 2 DESC, 1
            LIMIT $3) AS b
        JOIN offices o ON o.id = b.office_id
        ORDER BY b.open DESC, o.id";
    type Row = (Uuid, String, String, i64, i64, i64, NaiveDate);
    let rows = query!(fetch_all as Row, tx, SQL, today, soon, limit)?;
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

/// Which living applications are wanted; what is `None` narrows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedUnfinished {
    /// Those in this state.
    pub state: Option<ApplicationState>,
    /// Those of this office.
    pub office: Option<OfficeId>,
    /// Those whose last day is this one or later.
    pub deadline_from: Option<NaiveDate>,
    /// Those whose last day is before this one.
    pub deadline_before: Option<NaiveDate>,
    /// Those registered before this day.
    pub registered_before: Option<NaiveDate>,
}

/// Lists living applications after `after`, in the order of their arrival.
pub async fn list(
    tx: &mut Tx,
    wanted: &WantedUnfinished,
    after: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SQL: &str = select!(
        "WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                         'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                         'CANCEL_REQUESTED')
           AND (state = $1 OR $1 = '') AND (office_id = $2 OR $3)
           AND deadline_on >= $4 AND deadline_on < $5 AND registered_on < $6 AND id > $7
         ORDER BY id
         LIMIT $8"
    );
    // The ends of the years that both databases write alike.
    let first = NaiveDate::default();
    let last = first + Days::new(2_900_000);
    let rows = query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        wanted.state.map_or("", ApplicationState::as_str),
        wanted.office.map_or(Uuid::nil(), |office| office.0),
        wanted.office.is_none(),
        wanted.deadline_from.unwrap_or(first),
        wanted.deadline_before.unwrap_or(last),
        wanted.registered_before.unwrap_or(last),
        after.map_or(Uuid::nil(), |id| id.0),
        limit
    )?;
    rows.into_iter().map(Application::try_from).collect()
}
