//! Applications as people look through them: the living ones by what is left of their terms, all others
//! by their age, the newest first; and the ones of a person.
//!
//! Each text walks one index in the order of its list, so that a page costs the same whatever the history:
//! conditions on the index's own columns are looked at in the index.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::store::applications::Application;
use crate::store::applications::row::ApplicationRow;
use crate::store::applications::unfinished::UNFINISHED;
use crate::store::tx::{query, query_rows};
use crate::store::{StoreError, Tx};

/// Which applications are wanted; what is `None` or empty narrows nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wanted {
    /// Those in one of these states.
    pub states: Vec<ApplicationState>,
    /// Those of this office.
    pub office: Option<OfficeId>,
    /// Those whose last day is this one or later.
    pub deadline_from: Option<NaiveDate>,
    /// Those whose last day is before this one.
    pub deadline_before: Option<NaiveDate>,
    /// Those registered before this day.
    pub registered_before: Option<NaiveDate>,
}

/// A place in a list by terms: the last day of the term, and which of those that share it.
pub type Place = (NaiveDate, ApplicationId);

/// What every text about living applications binds, in the order of its parameters.
struct Bounds {
    from: NaiveDate,
    before: NaiveDate,
    registered_before: NaiveDate,
    after: (NaiveDate, Uuid),
}

impl Bounds {
    fn of(wanted: &Wanted, after: Option<Place>) -> Self {
        // The ends of the years that both databases write alike.
        let first = NaiveDate::default();
        let last = first + Days::new(2_900_000);
        Self {
            from: wanted.deadline_from.unwrap_or(first),
            before: wanted.deadline_before.unwrap_or(last),
            registered_before: wanted.registered_before.unwrap_or(last),
            after: after.map_or((first, Uuid::nil()), |(day, id)| (day, id.0)),
        }
    }
}

fn codes<'a>(states: impl IntoIterator<Item = &'a ApplicationState>) -> Vec<&'static str> {
    states.into_iter().map(|state| state.as_str()).collect()
}

fn all(rows: Vec<ApplicationRow>) -> Result<Vec<Application>, StoreError> {
    rows.into_iter().map(Application::try_from).collect()
}

/// Lists living applications after `after`, those first whose terms end first.
pub async fn list_by_term(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    // The inner question is answered by the index alone; with all columns asked for at once, PostgreSQL
    // would rather fetch and sort every application of a state.
    const POSTGRES: &str = select!(
        "WHERE id = ANY(ARRAY(
             SELECT id
             FROM applications
             WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED',
                             'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED',
                             'ON_HOLD', 'CANCEL_REQUESTED')
               AND deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
               AND (deadline_on, id) > ($4, $5) AND state = ANY($7)
             ORDER BY deadline_on, id
             LIMIT $6))
         ORDER BY deadline_on, id"
    );
    const SQLITE: &str = select!(
        "WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                         'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                         'CANCEL_REQUESTED')
           AND deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
           AND (deadline_on, id) > ($4, $5) AND state IN (SELECT value FROM json_each($7))
         ORDER BY deadline_on, id
         LIMIT $6"
    );
    if let Some(office) = wanted.office {
        return list_by_term_of(tx, office, wanted, after, limit).await;
    }
    let bounds = Bounds::of(wanted, after);
    let states = living(wanted);
    let rows = query_rows!(
        as ApplicationRow,
        tx,
        (POSTGRES, SQLITE),
        [bounds.from, bounds.before, bounds.registered_before, bounds.after.0, bounds.after.1, limit],
        states.as_slice()
    )?;
    all(rows)
}

/// The wanted states; all living ones where none is named.
fn living(wanted: &Wanted) -> Vec<&'static str> {
    if wanted.states.is_empty() {
        codes(&UNFINISHED)
    } else {
        codes(&wanted.states)
    }
}

/// The same of one office; a text of its own, so that the office is looked for in the index.
async fn list_by_term_of(
    tx: &mut Tx,
    office: OfficeId,
    wanted: &Wanted,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const POSTGRES: &str = select!(
        "WHERE id = ANY(ARRAY(
             SELECT id
             FROM applications
             WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED',
                             'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED',
                             'ON_HOLD', 'CANCEL_REQUESTED')
               AND deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
               AND (deadline_on, id) > ($4, $5) AND office_id = $7 AND state = ANY($8)
             ORDER BY deadline_on, id
             LIMIT $6))
         ORDER BY deadline_on, id"
    );
    const SQLITE: &str = select!(
        "WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION',
                         'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD',
                         'CANCEL_REQUESTED')
           AND deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
           AND (deadline_on, id) > ($4, $5) AND office_id = $7
           AND state IN (SELECT value FROM json_each($8))
         ORDER BY deadline_on, id
         LIMIT $6"
    );
    let bounds = Bounds::of(wanted, after);
    let states = living(wanted);
    let rows = query_rows!(
        as ApplicationRow,
        tx,
        (POSTGRES, SQLITE),
        [bounds.from, bounds.before, bounds.registered_before, bounds.after.0, bounds.after.1, limit, office.0],
        states.as_slice()
    )?;
    all(rows)
}

/// Lists the applications after `after` that wait for an operator, themselves or with a line that asks
/// for their card, those first whose terms end first. What waits is little, whatever the history.
pub async fn list_held(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const POSTGRES: &str = select!(
        "WHERE deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
           AND (deadline_on, id) > ($4, $5) AND (office_id = $7 OR $8) AND state = ANY($9)
           AND id = ANY(ARRAY(
               SELECT subject_id FROM holds WHERE open AND subject_kind = 'APPLICATION'
               UNION
               SELECT l.application_id
               FROM holds h
               JOIN order_lines l ON l.id = h.subject_id
               WHERE h.open AND h.subject_kind = 'ORDER_LINE'))
         ORDER BY deadline_on, id
         LIMIT $6"
    );
    const SQLITE: &str = select!(
        "WHERE deadline_on >= $1 AND deadline_on < $2 AND registered_on < $3
           AND (deadline_on, id) > ($4, $5) AND (office_id = $7 OR $8)
           AND state IN (SELECT value FROM json_each($9))
           AND id IN (
               SELECT subject_id FROM holds WHERE open AND subject_kind = 'APPLICATION'
               UNION
               SELECT l.application_id
               FROM holds h
               JOIN order_lines l ON l.id = h.subject_id
               WHERE h.open AND h.subject_kind = 'ORDER_LINE')
         ORDER BY deadline_on, id
         LIMIT $6"
    );
    let bounds = Bounds::of(wanted, after);
    let office = wanted.office.map_or(Uuid::nil(), |office| office.0);
    let any_office = wanted.office.is_none();
    let states = match wanted.states.as_slice() {
        [] => codes(ApplicationState::ALL),
        states => codes(states),
    };
    let rows = query_rows!(
        as ApplicationRow,
        tx,
        (POSTGRES, SQLITE),
        [
            bounds.from, bounds.before, bounds.registered_before, bounds.after.0, bounds.after.1, limit, office,
            any_office,
        ],
        states.as_slice()
    )?;
    all(rows)
}

/// Lists applications before `before`, living or not, the newest first. Terms narrow nothing here.
pub async fn list_newest(
    tx: &mut Tx,
    wanted: &Wanted,
    before: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SQL: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    const SQL_OF_STATE: &str = select!("WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let before = before.map_or(Uuid::max(), |id| id.0);
    if let Some(office) = wanted.office {
        return list_newest_of(tx, office, &wanted.states, before, limit).await;
    }
    if wanted.states.is_empty() {
        return all(query!(fetch_all as ApplicationRow, tx, SQL, before, limit)?);
    }
    // One stretch of the index for each state: none of them has to be sorted.
    let mut rows = Vec::new();
    for state in &wanted.states {
        let state = state.as_str();
        rows.extend(query!(
            fetch_all as ApplicationRow,
            tx,
            SQL_OF_STATE,
            state,
            before,
            limit
        )?);
    }
    let mut found = all(rows)?;
    found.sort_by_key(|one| std::cmp::Reverse(one.id));
    found.dedup_by_key(|one| one.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// One office has few enough to be looked through.
async fn list_newest_of(
    tx: &mut Tx,
    office: OfficeId,
    states: &[ApplicationState],
    before: Uuid,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const POSTGRES: &str = select!(
        "WHERE office_id = $1 AND id < $2 AND state = ANY($4)
         ORDER BY id DESC
         LIMIT $3"
    );
    const SQLITE: &str = select!(
        "WHERE office_id = $1 AND id < $2 AND state IN (SELECT value FROM json_each($4))
         ORDER BY id DESC
         LIMIT $3"
    );
    let states = match states {
        [] => codes(ApplicationState::ALL),
        states => codes(states),
    };
    let rows = query_rows!(
        as ApplicationRow, tx, (POSTGRES, SQLITE), [office.0, before, limit], states.as_slice()
    )?;
    all(rows)
}

/// Lists the applications of a person, the newest first.
pub async fn list_of_person(
    tx: &mut Tx,
    person_key: &[u8],
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SQL: &str = select!("WHERE person_key = $1 ORDER BY id DESC LIMIT $2");
    all(query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        person_key,
        limit
    )?)
}

/// Lists the applications that any of these offices calls by a reference: an office's reference is its
/// own, and others may use the same.
pub async fn list_by_office_reference(
    tx: &mut Tx,
    reference: &str,
    offices: &[Uuid],
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const POSTGRES: &str = select!("WHERE office_reference = $1 AND office_id = ANY($3) LIMIT $2");
    const SQLITE: &str = select!(
        "WHERE office_reference = $1
           AND office_id IN (SELECT unhex(value) FROM json_each($3))
         LIMIT $2"
    );
    let rows = query_rows!(
        as ApplicationRow, tx, (POSTGRES, SQLITE), [reference, limit], offices
    )?;
    all(rows)
}
