//! Applications as operators look for them, any office's, and as one office looks for its own,
//! narrowed by what is known.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::application::{ApplicationState, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::store::applications::Application;
use crate::store::applications::row::ApplicationRow;
use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// Days after 1970 that nobody asks about.
const FAR: TimeDelta = TimeDelta::days(2_900_000);

/// Which applications are wanted; what is `None` or `false` narrows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Those of this office.
    pub office: Option<OfficeId>,
    /// Those in this state.
    pub state: Option<ApplicationState>,
    /// Those that ask for this.
    pub product: Option<Product>,
    /// Those whose fee is in this state.
    pub fee_state: Option<FeeState>,
    /// Those that wait for an operator: themselves, or a line that asks for their card.
    pub held: bool,
}

/// Lists the wanted applications after `after`, in the order of their arrival.
pub async fn search(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = if wanted.held {
        held(tx, wanted, after, limit).await?
    } else if let Some(office) = wanted.office {
        of_office(tx, office, wanted, after, limit).await?
    } else {
        of_all(tx, wanted, after, limit).await?
    };
    rows.into_iter().map(Application::try_from).collect()
}

/// Which of its applications an office wants; what is `None` narrows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedByOffice {
    /// Those whose card is collected at the office, whoever submitted them, instead of those that
    /// it submitted.
    pub collected_here: bool,
    /// Those in this state.
    pub state: Option<ApplicationState>,
    /// Those whose fee is in this state.
    pub fee_state: Option<FeeState>,
    /// Those that ask for this.
    pub product: Option<Product>,
    /// Those taken in then or later.
    pub received_from: Option<DateTime<Utc>>,
    /// Those taken in before.
    pub received_before: Option<DateTime<Utc>>,
    /// Those whose term ends before this day.
    pub deadline_before: Option<NaiveDate>,
    /// Those that changed then or later.
    pub changed_since: Option<DateTime<Utc>>,
}

/// Lists the applications that an office wants after `after`, in the order of their arrival. One
/// office has few enough to be looked through.
pub async fn list_of_office(
    tx: &mut Tx,
    office: OfficeId,
    wanted: &WantedByOffice,
    after: Option<ApplicationId>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SUBMITTED: &str = select!(
        "WHERE office_id = $1 AND id > $2 AND (state = $3 OR $3 = '')
           AND (fee_state = $4 OR $4 = '') AND (product = $5 OR $5 = '')
           AND received_at >= $6 AND received_at < $7 AND deadline_on < $8 AND updated_at >= $9
         ORDER BY id
         LIMIT $10"
    );
    const COLLECTED: &str = select!(
        "WHERE collect_office_id = $1 AND id > $2 AND (state = $3 OR $3 = '')
           AND (fee_state = $4 OR $4 = '') AND (product = $5 OR $5 = '')
           AND received_at >= $6 AND received_at < $7 AND deadline_on < $8 AND updated_at >= $9
         ORDER BY id
         LIMIT $10"
    );
    let sql = if wanted.collected_here {
        COLLECTED
    } else {
        SUBMITTED
    };
    // The ends of the years that both databases write alike.
    let (first, last) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + FAR);
    let rows = query!(
        fetch_all as ApplicationRow,
        tx,
        sql,
        office.0,
        after.map_or(Uuid::nil(), |id| id.0),
        wanted.state.map_or("", ApplicationState::as_str),
        wanted.fee_state.map_or("", FeeState::as_str),
        wanted.product.map_or("", Product::as_str),
        wanted
            .received_from
            .map_or(first, |at| at.clamp(first, last)),
        wanted
            .received_before
            .map_or(last, |at| at.clamp(first, last)),
        wanted
            .deadline_before
            .unwrap_or(last.date_naive())
            .min(last.date_naive()),
        wanted
            .changed_since
            .map_or(first, |at| at.clamp(first, last)),
        limit
    )?;
    rows.into_iter().map(Application::try_from).collect()
}

/// What waits is little, whatever the history: everything else is asked of it alone.
async fn held(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ApplicationRow>, StoreError> {
    const SQL: &str = select!(
        "WHERE id > $1 AND (office_id = $2 OR $3) AND (state = $4 OR $4 = '')
           AND (product = $5 OR $5 = '') AND (fee_state = $6 OR $6 = '')
           AND id IN (
               SELECT subject_id FROM holds WHERE open AND subject_kind = 'APPLICATION'
               UNION
               SELECT l.application_id
               FROM holds h
               JOIN order_lines l ON l.id = h.subject_id
               WHERE h.open AND h.subject_kind = 'ORDER_LINE')
         ORDER BY id
         LIMIT $7"
    );
    query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        after,
        wanted.office.map_or(Uuid::nil(), |office| office.0),
        wanted.office.is_none(),
        wanted.state.map_or("", ApplicationState::as_str),
        wanted.product.map_or("", Product::as_str),
        wanted.fee_state.map_or("", FeeState::as_str),
        limit
    )
}

/// One office has few enough to be looked through.
async fn of_office(
    tx: &mut Tx,
    office: OfficeId,
    wanted: &Wanted,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ApplicationRow>, StoreError> {
    const SQL: &str = select!(
        "WHERE office_id = $1 AND id > $2 AND (state = $3 OR $3 = '')
           AND (product = $4 OR $4 = '') AND (fee_state = $5 OR $5 = '')
         ORDER BY id
         LIMIT $6"
    );
    query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        office.0,
        after,
        wanted.state.map_or("", ApplicationState::as_str),
        wanted.product.map_or("", Product::as_str),
        wanted.fee_state.map_or("", FeeState::as_str),
        limit
    )
}

/// One text per combination of the two states, so that each is an index range.
async fn of_all(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Uuid,
    limit: i64,
) -> Result<Vec<ApplicationRow>, StoreError> {
    const ALL: &str = select!("WHERE id > $1 AND (product = $2 OR $2 = '') ORDER BY id LIMIT $3");
    const STATE: &str =
        select!("WHERE state = $1 AND id > $2 AND (product = $3 OR $3 = '') ORDER BY id LIMIT $4");
    const FEE: &str = select!(
        "WHERE fee_state = $1 AND id > $2 AND (product = $3 OR $3 = '') ORDER BY id LIMIT $4"
    );
    const BOTH: &str = select!(
        "WHERE state = $1 AND fee_state = $2 AND id > $3 AND (product = $4 OR $4 = '')
         ORDER BY id
         LIMIT $5"
    );
    let product = wanted.product.map_or("", Product::as_str);
    let state = wanted.state.map(ApplicationState::as_str);
    match (state, wanted.fee_state.map(FeeState::as_str)) {
        (None, None) => query!(fetch_all as ApplicationRow, tx, ALL, after, product, limit),
        (Some(state), None) => query!(
            fetch_all as ApplicationRow,
            tx,
            STATE,
            state,
            after,
            product,
            limit
        ),
        (None, Some(fee)) => query!(
            fetch_all as ApplicationRow,
            tx,
            FEE,
            fee,
            after,
            product,
            limit
        ),
        (Some(state), Some(fee)) => query!(
            fetch_all as ApplicationRow,
            tx,
            BOTH,
            state,
            fee,
            after,
            product,
            limit
        ),
    }
}
