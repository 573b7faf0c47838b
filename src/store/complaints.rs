//! Complaints: what offices say is wrong with cards.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::complaint::{ComplaintState, Payer};
use crate::domain::id::{ApplicationId, ComplaintId, OfficeId, OrderLineId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A complaint as it is stored.
#[derive(Clone, Eq, PartialEq)]
pub struct Complaint {
    /// Its id.
    pub id: ComplaintId,
    /// Its number, as people say it.
    pub number: String,
    /// The application of the card.
    pub application: ApplicationId,
    /// The line that the card was made on.
    pub line: OrderLineId,
    /// The card's number.
    pub document_number: Option<String>,
    /// The office that complains.
    pub office: OfficeId,
    /// What is wrong: 701 to 708.
    pub code: i64,
    /// What is wrong, in words without personal data.
    pub text: Option<String>,
    /// The day on which somebody noticed.
    pub noticed_on: NaiveDate,
    /// What has happened to it.
    pub state: ComplaintState,
    /// The letter that told the bureau.
    pub letter: Option<Uuid>,
    /// Who pays for the other card.
    pub payer: Option<Payer>,
    /// The number of the reason why it was refused.
    pub refusal: Option<i64>,
    /// When it was made.
    pub lodged_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i64,
}

/// A document number identifies its holder.
impl std::fmt::Debug for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Complaint({}, {}, {}, …)",
            self.number, self.code, self.state
        )
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: String,
    application_id: Uuid,
    order_line_id: Uuid,
    document_number: Option<String>,
    office_id: Uuid,
    code: i64,
    text: Option<String>,
    noticed_on: NaiveDate,
    state: String,
    letter_id: Option<Uuid>,
    payer: Option<String>,
    refusal: Option<i64>,
    lodged_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    version: i64,
}

/// The columns of [`Row`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, application_id, order_line_id, document_number, office_id, code,
                    text, noticed_on, state, letter_id, payer, refusal, lodged_at, decided_at,
                    version
             FROM complaints ",
            $rest
        )
    };
}

impl TryFrom<Row> for Complaint {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = ComplaintState::parse(&row.state);
        let payer = row.payer.as_ref().map(|payer| {
            let read = Payer::parse(payer);
            read_code(read, "complaints", "payer", payer)
        });
        Ok(Self {
            id: ComplaintId(row.id),
            number: row.number,
            application: ApplicationId(row.application_id),
            line: OrderLineId(row.order_line_id),
            document_number: row.document_number,
            office: OfficeId(row.office_id),
            code: row.code,
            text: row.text,
            noticed_on: row.noticed_on,
            state: read_code(state, "complaints", "state", &row.state)?,
            letter: row.letter_id,
            payer: payer.transpose()?,
            refusal: row.refusal,
            lodged_at: row.lodged_at,
            decided_at: row.decided_at,
            version: row.version,
        })
    }
}

fn one(row: Option<Row>) -> Result<Option<Complaint>, StoreError> {
    row.map(Complaint::try_from).transpose()
}

/// Adds a complaint. Returns `false`, having changed nothing, when one about the same card is open.
pub async fn insert(tx: &mut Tx, new: &Complaint) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO complaints
            (id, number, application_id, order_line_id, document_number, office_id, code, text,
             noticed_on, state, open, lodged_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11, $11, 1)
        ON CONFLICT (order_line_id) WHERE open DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.application.0,
        new.line.0,
        new.document_number.as_deref(),
        new.office.0,
        new.code,
        new.text.as_deref(),
        new.noticed_on,
        new.state.as_str(),
        new.lodged_at,
    )?;
    Ok(added == 1)
}

/// Finds a complaint by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Complaint>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    one(query!(fetch_optional as Row, tx, SQL, number)?)
}

/// Finds the complaint that a letter told the bureau of.
pub async fn find_by_letter(tx: &mut Tx, letter: Uuid) -> Result<Option<Complaint>, StoreError> {
    const SQL: &str = select!("WHERE letter_id = $1");
    one(query!(fetch_optional as Row, tx, SQL, letter)?)
}

/// Finds the open complaint about the card of a line.
pub async fn find_open(tx: &mut Tx, line: OrderLineId) -> Result<Option<Complaint>, StoreError> {
    const SQL: &str = select!("WHERE order_line_id = $1 AND open");
    one(query!(fetch_optional as Row, tx, SQL, line.0)?)
}

/// Finds a complaint by its number and locks it until the transaction ends: of two who decide the
/// slower one sees what the faster one decided.
pub async fn lock(tx: &mut Tx, number: &str) -> Result<Option<Complaint>, StoreError> {
    const POSTGRES: &str = select!("WHERE number = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE number = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    one(query!(fetch_optional as Row, tx, sql, number)?)
}

/// Lists the complaints about the cards of an application, oldest first.
pub async fn list_of_application(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<Complaint>, StoreError> {
    const SQL: &str = select!("WHERE application_id = $1 ORDER BY id LIMIT 100");
    query!(fetch_all as Row, tx, SQL, application.0)?
        .into_iter()
        .map(Complaint::try_from)
        .collect()
}

/// Lists complaints after `after`, all or those in a state, oldest first.
pub async fn list(
    tx: &mut Tx,
    state: Option<ComplaintState>,
    after: Option<ComplaintId>,
    limit: i64,
) -> Result<Vec<Complaint>, StoreError> {
    const SQL: &str = select!("WHERE (state = $1 OR $1 = '') AND id > $2 ORDER BY id LIMIT $3");
    let state = state.map_or("", ComplaintState::as_str);
    let after = after.map_or(Uuid::nil(), |id| id.0);
    query!(fetch_all as Row, tx, SQL, state, after, limit)?
        .into_iter()
        .map(Complaint::try_from)
        .collect()
}

/// Which of the complaints that nobody has decided.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Undecided {
    /// Only those in this state.
    pub state: Option<ComplaintState>,
    /// Only those of this office.
    pub office: Option<OfficeId>,
    /// Only those made before this instant.
    pub lodged_before: Option<DateTime<Utc>>,
}

/// Lists complaints that nobody has decided after `after`, oldest first; there are few at a time.
pub async fn list_undecided(
    tx: &mut Tx,
    wanted: Undecided,
    after: Option<ComplaintId>,
    limit: i64,
) -> Result<Vec<Complaint>, StoreError> {
    const SQL: &str = select!(
        "WHERE open AND id > $1 AND (state = $2 OR $2 = '') AND (office_id = $3 OR $4)
           AND (lodged_at < $5 OR $6)
         ORDER BY id
         LIMIT $7"
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let state = wanted.state.map_or("", ComplaintState::as_str);
    let office = wanted.office.map_or(Uuid::nil(), |office| office.0);
    let rows = query!(
        fetch_all as Row,
        tx,
        SQL,
        after,
        state,
        office,
        wanted.office.is_none(),
        wanted.lodged_before,
        wanted.lodged_before.is_none(),
        limit
    )?;
    rows.into_iter().map(Complaint::try_from).collect()
}

/// Lists complaints in a state, of all offices or of one, before `before`, the latest first.
pub async fn list_latest(
    tx: &mut Tx,
    state: ComplaintState,
    office: Option<OfficeId>,
    before: Option<ComplaintId>,
    limit: i64,
) -> Result<Vec<Complaint>, StoreError> {
    const ALL: &str = select!("WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    const OFFICE: &str =
        select!("WHERE office_id = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    let before = before.map_or(Uuid::max(), |id| id.0);
    let state = state.as_str();
    let rows = match office {
        None => query!(fetch_all as Row, tx, ALL, state, before, limit)?,
        Some(office) => query!(fetch_all as Row, tx, OFFICE, office.0, state, before, limit)?,
    };
    rows.into_iter().map(Complaint::try_from).collect()
}

/// Counts the complaints that nobody has decided.
pub async fn count_undecided(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM complaints WHERE open";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(count)
}

/// Records which letter told the bureau.
pub async fn set_letter(tx: &mut Tx, id: ComplaintId, letter: Uuid) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE complaints SET letter_id = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, letter)?;
    Ok(())
}

/// Records how a complaint ended.
pub async fn set_decided(
    tx: &mut Tx,
    id: ComplaintId,
    payer: Option<Payer>,
    refusal: Option<i64>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE complaints
        SET payer = $2, refusal = $3, decided_at = $4
        WHERE id = $1";
    execute!(tx, SQL, id.0, payer.map(Payer::as_str), refusal, at)?;
    Ok(())
}
