//! What is looked at with one statement: what stands in the way of new applications, and how an
//! application stands.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::{ApplicationState, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::store::glance::{glance, glance_rows};
use crate::store::{Glance, StoreError, read_code};

/// An application that another one may be, or that stands in its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Its id.
    pub id: ApplicationId,
    /// Its number.
    pub number: String,
    /// The office that submitted it.
    pub office: OfficeId,
    /// The office's own reference.
    pub office_reference: String,
    /// SHA-256 of its content.
    pub content_sha256: Vec<u8>,
    /// Keyed hash of the applicant's CNP.
    pub person_key: Vec<u8>,
    /// What is asked for.
    pub product: Product,
    /// Whether it has not ended.
    pub is_open: bool,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    id: Uuid,
    number: String,
    office_id: Uuid,
    office_reference: String,
    content_sha256: Vec<u8>,
    person_key: Vec<u8>,
    product: String,
    open: bool,
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self, StoreError> {
        let product = Product::parse(&row.product);
        Ok(Self {
            id: ApplicationId(row.id),
            number: row.number,
            office: OfficeId(row.office_id),
            office_reference: row.office_reference,
            content_sha256: row.content_sha256,
            person_key: row.person_key,
            product: read_code(product, "applications", "product", &row.id)?,
            is_open: row.open,
        })
    }
}

/// Finds an office's applications of these references, and the open ones of these persons.
pub async fn find_standing(
    at: Glance<'_>,
    office: OfficeId,
    references: &[&str],
    persons: &[&[u8]],
) -> Result<Vec<Standing>, StoreError> {
    const POSTGRES: &str = "
        SELECT id, number, office_id, office_reference, content_sha256, person_key, product, open
        FROM applications
        WHERE office_id = $1 AND office_reference = ANY($2)
        UNION ALL
        SELECT id, number, office_id, office_reference, content_sha256, person_key, product, open
        FROM applications
        WHERE person_key = ANY($3) AND open";
    const SQLITE: &str = "
        SELECT id, number, office_id, office_reference, content_sha256, person_key, product, open
        FROM applications
        WHERE office_id = $1 AND office_reference IN (SELECT value FROM json_each($2))
        UNION ALL
        SELECT id, number, office_id, office_reference, content_sha256, person_key, product, open
        FROM applications
        WHERE person_key IN (SELECT unhex(value) FROM json_each($3)) AND open";
    let rows = glance_rows!(
        as StandingRow, at, (POSTGRES, SQLITE), [office.0], [references, persons]
    )?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// How an application stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Status {
    /// Its id.
    pub id: ApplicationId,
    /// Its number.
    pub number: String,
    /// The office's own reference.
    pub office_reference: String,
    /// Counts submissions of the same application, from 1.
    pub revision: i64,
    /// What has happened to it.
    pub state: ApplicationState,
    /// What has happened to its fee.
    pub fee_state: FeeState,
    /// The last day of the legal term.
    pub deadline_on: NaiveDate,
    /// When anything about it changed last.
    pub updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
    /// How many holds it ever had.
    pub holds: i64,
    /// How many of them are open.
    pub open_holds: i64,
}

#[derive(sqlx::FromRow)]
struct StatusRow {
    id: Uuid,
    number: String,
    office_reference: String,
    revision: i64,
    state: String,
    fee_state: String,
    deadline_on: NaiveDate,
    updated_at: DateTime<Utc>,
    version: i64,
    holds: i64,
    open_holds: i64,
}

impl TryFrom<StatusRow> for Status {
    type Error = StoreError;

    fn try_from(row: StatusRow) -> Result<Self, StoreError> {
        const TABLE: &str = "applications";
        let id = row.id;
        Ok(Self {
            id: ApplicationId(id),
            number: row.number,
            office_reference: row.office_reference,
            revision: row.revision,
            state: read_code(ApplicationState::parse(&row.state), TABLE, "state", &id)?,
            fee_state: read_code(FeeState::parse(&row.fee_state), TABLE, "fee_state", &id)?,
            deadline_on: row.deadline_on,
            updated_at: row.updated_at,
            version: row.version,
            holds: row.holds,
            open_holds: row.open_holds,
        })
    }
}

/// Finds how an application stands that `office` submitted or hands over.
pub async fn find_status(
    at: Glance<'_>,
    office: OfficeId,
    id: ApplicationId,
) -> Result<Option<Status>, StoreError> {
    const SQL: &str = "
        SELECT a.id, a.number, a.office_reference, a.revision, a.state, a.fee_state,
               a.deadline_on, a.updated_at, a.version,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id) AS holds,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id AND h.open) AS open_holds
        FROM applications a
        WHERE a.id = $1 AND (a.office_id = $2 OR a.collect_office_id = $2)";
    let row = glance!(fetch_optional as StatusRow, at, SQL, id.0, office.0)?;
    row.map(Status::try_from).transpose()
}

/// Finds how the applications of these numbers stand, of those that `office` submitted or hands
/// over, by number.
pub async fn find_statuses(
    at: Glance<'_>,
    office: OfficeId,
    numbers: &[&str],
) -> Result<Vec<Status>, StoreError> {
    const POSTGRES: &str = "
        SELECT a.id, a.number, a.office_reference, a.revision, a.state, a.fee_state,
               a.deadline_on, a.updated_at, a.version,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id) AS holds,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id AND h.open) AS open_holds
        FROM applications a
        WHERE a.number = ANY($2) AND (a.office_id = $1 OR a.collect_office_id = $1)
        ORDER BY a.number";
    const SQLITE: &str = "
        SELECT a.id, a.number, a.office_reference, a.revision, a.state, a.fee_state,
               a.deadline_on, a.updated_at, a.version,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id) AS holds,
               (SELECT COUNT(*) FROM holds h WHERE h.subject_id = a.id AND h.open) AS open_holds
        FROM applications a
        WHERE a.number IN (SELECT value FROM json_each($2))
          AND (a.office_id = $1 OR a.collect_office_id = $1)
        ORDER BY a.number";
    let rows = glance_rows!(as StatusRow, at, (POSTGRES, SQLITE), [office.0], [numbers])?;
    rows.into_iter().map(Status::try_from).collect()
}
