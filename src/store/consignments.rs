//! Consignments: what the bureau says it sent to one office together, and what the office scanned.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::consignment::{ConsignmentState, Difference, ScanFinding};
use crate::domain::id::{ConsignmentId, InboxId, OfficeId, OrderLineId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A consignment to one office.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consignment {
    /// Its id.
    pub id: ConsignmentId,
    /// Its number, as the courier knows it.
    pub number: String,
    /// The code of the office that it is for, as the bureau wrote it.
    pub office_code: String,
    /// The office, where there is one of this code.
    pub office: Option<OfficeId>,
    /// What has happened to it.
    pub state: ConsignmentState,
    /// When the bureau first told of it.
    pub told_at: DateTime<Utc>,
    /// When the office said that it had counted everything.
    pub counted_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: String,
    office_code: String,
    office_id: Option<Uuid>,
    state: String,
    told_at: DateTime<Utc>,
    counted_at: Option<DateTime<Utc>>,
    version: i64,
}

/// The columns of [`Row`], for every SELECT of a consignment.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, office_code, office_id, state, told_at, counted_at, version
             FROM consignments ",
            $rest
        )
    };
}

impl TryFrom<Row> for Consignment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = ConsignmentState::parse(&row.state);
        Ok(Self {
            id: ConsignmentId(row.id),
            number: row.number,
            office_code: row.office_code,
            office: row.office_id.map(OfficeId),
            state: read_code(state, "consignments", "state", &row.state)?,
            told_at: row.told_at,
            counted_at: row.counted_at,
            version: row.version,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<Consignment>, StoreError> {
    rows.into_iter().map(Consignment::try_from).collect()
}

/// Adds a consignment, unless it is known. Returns whether it was new.
pub async fn insert(tx: &mut Tx, new: &Consignment) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO consignments
            (id, number, office_code, office_id, state, told_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
        ON CONFLICT (number, office_code) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.office_code.as_str(),
        new.office.map(|office| office.0),
        new.state.as_str(),
        new.told_at,
    )?;
    Ok(added == 1)
}

/// Finds a consignment by its number and the code of its office.
pub async fn find_told(
    tx: &mut Tx,
    number: &str,
    office_code: &str,
) -> Result<Option<Consignment>, StoreError> {
    const SQL: &str = select!("WHERE number = $1 AND office_code = $2");
    query!(fetch_optional as Row, tx, SQL, number, office_code)?
        .map(Consignment::try_from)
        .transpose()
}

/// Finds the part of a consignment that goes to an office.
pub async fn find_of_office(
    tx: &mut Tx,
    number: &str,
    office: OfficeId,
) -> Result<Option<Consignment>, StoreError> {
    const SQL: &str = select!("WHERE number = $1 AND office_id = $2 ORDER BY id LIMIT 1");
    query!(fetch_optional as Row, tx, SQL, number, office.0)?
        .map(Consignment::try_from)
        .transpose()
}

/// Finds a consignment by its id and locks it until the transaction ends: two parts of one count
/// are taken one after the other.
pub async fn lock(tx: &mut Tx, id: ConsignmentId) -> Result<Option<Consignment>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(fetch_optional as Row, tx, sql, id.0)?
        .map(Consignment::try_from)
        .transpose()
}

/// Lists all parts of a consignment, whatever office they go to.
pub async fn list_of_number(tx: &mut Tx, number: &str) -> Result<Vec<Consignment>, StoreError> {
    const SQL: &str = select!("WHERE number = $1 ORDER BY id LIMIT 1000");
    all(query!(fetch_all as Row, tx, SQL, number)?)
}

/// Lists what is not complete at an office, after `after`, in the order of being told.
pub async fn list_open_of(
    tx: &mut Tx,
    office: OfficeId,
    after: Option<ConsignmentId>,
    limit: i64,
) -> Result<Vec<Consignment>, StoreError> {
    const SQL: &str =
        select!("WHERE office_id = $1 AND state <> 'COMPLETE' AND id > $2 ORDER BY id LIMIT $3");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    all(query!(fetch_all as Row, tx, SQL, office.0, after, limit)?)
}

/// Lists consignments after `after`, all or those in a state, in the order of being told.
pub async fn list(
    tx: &mut Tx,
    state: Option<ConsignmentState>,
    after: Option<ConsignmentId>,
    limit: i64,
) -> Result<Vec<Consignment>, StoreError> {
    const SQL: &str = select!("WHERE (state = $1 OR $1 = '') AND id > $2 ORDER BY id LIMIT $3");
    let state = state.map_or("", ConsignmentState::as_str);
    let after = after.map_or(Uuid::nil(), |id| id.0);
    all(query!(fetch_all as Row, tx, SQL, state, after, limit)?)
}

/// Records that the office has counted everything; the first time counts.
pub async fn set_counted(
    tx: &mut Tx,
    id: ConsignmentId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE consignments SET counted_at = COALESCE(counted_at, $2) WHERE id = $1";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Adds a parcel, unless it was told of before. Returns whether it was new.
pub async fn insert_parcel(
    tx: &mut Tx,
    id: ConsignmentId,
    parcel: &str,
    cards: i64,
    document: InboxId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO consignment_parcels (consignment_id, parcel, cards, inbox_id, told_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (consignment_id, parcel) DO NOTHING";
    Ok(execute!(tx, SQL, id.0, parcel, cards, document.0, at)? == 1)
}

/// A parcel of a consignment.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Parcel {
    /// Its mark.
    pub parcel: String,
    /// How many cards it was said to hold.
    pub cards: i64,
    /// When the bureau told of it.
    pub told_at: DateTime<Utc>,
}

/// Lists the parcels of a consignment.
pub async fn list_parcels(tx: &mut Tx, id: ConsignmentId) -> Result<Vec<Parcel>, StoreError> {
    const SQL: &str = "
        SELECT parcel, cards, told_at
        FROM consignment_parcels
        WHERE consignment_id = $1
        ORDER BY parcel
        LIMIT 1000";
    query!(fetch_all as Parcel, tx, SQL, id.0)
}

/// Records that the bureau lists a card in a parcel.
pub async fn tell_card(
    tx: &mut Tx,
    id: ConsignmentId,
    parcel: &str,
    document_number: &str,
    application_number: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO consignment_cards
            (consignment_id, document_number, application_number, parcel)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (consignment_id, document_number) DO UPDATE
        SET parcel = COALESCE(consignment_cards.parcel, excluded.parcel),
            application_number =
                COALESCE(consignment_cards.application_number, excluded.application_number)";
    execute!(tx, SQL, id.0, document_number, application_number, parcel)?;
    Ok(())
}

/// Records that the office scanned a card, and what it was found to be; the first scan's time
/// stays.
pub async fn scan_card(
    tx: &mut Tx,
    id: ConsignmentId,
    document_number: &str,
    application_number: Option<&str>,
    finding: ScanFinding,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO consignment_cards
            (consignment_id, document_number, application_number, scanned_at, finding)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (consignment_id, document_number) DO UPDATE
        SET scanned_at = COALESCE(consignment_cards.scanned_at, excluded.scanned_at),
            finding = excluded.finding,
            application_number =
                COALESCE(consignment_cards.application_number, excluded.application_number)";
    execute!(
        tx,
        SQL,
        id.0,
        document_number,
        application_number,
        at,
        finding.as_str(),
    )?;
    Ok(())
}

/// A card of a consignment: told of, scanned, or both.
#[derive(Clone, Eq, PartialEq, sqlx::FromRow)]
pub struct ConsignedCard {
    /// Its number.
    pub document_number: String,
    /// Its application, where anybody knows it.
    pub application_number: Option<String>,
    /// The parcel that it was told to be in.
    pub parcel: Option<String>,
    /// When it was scanned.
    pub scanned_at: Option<DateTime<Utc>>,
    /// What it was found to be.
    pub finding: Option<String>,
    /// What has become of it.
    pub state: Option<String>,
}

impl ConsignedCard {
    /// Whether it was told of and is nowhere: neither scanned, nor known to be somewhere else.
    pub fn is_missing(&self) -> bool {
        let is_on_its_way = matches!(self.state.as_deref(), None | Some("PRODUCED" | "SHIPPED"));
        self.parcel.is_some() && self.scanned_at.is_none() && is_on_its_way
    }

    /// Whether it was scanned without having been told of.
    pub const fn is_surplus(&self) -> bool {
        self.parcel.is_none() && self.scanned_at.is_some()
    }
}

/// A document number identifies its holder.
impl std::fmt::Debug for ConsignedCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConsignedCard({:?}, …)", self.application_number)
    }
}

/// Lists the cards of a consignment with what has become of them.
pub async fn list_cards(tx: &mut Tx, id: ConsignmentId) -> Result<Vec<ConsignedCard>, StoreError> {
    const SQL: &str = "
        SELECT k.document_number, k.application_number, k.parcel, k.scanned_at, k.finding, c.state
        FROM consignment_cards k
        LEFT JOIN cards c ON c.document_number = k.document_number
        WHERE k.consignment_id = $1
        ORDER BY k.application_number, k.document_number";
    query!(fetch_all as ConsignedCard, tx, SQL, id.0)
}

/// How the cards counted differ from those told of.
pub fn difference_of(cards: &[ConsignedCard]) -> Difference {
    let named = |card: &&ConsignedCard| card.application_number.clone();
    let surplus: Vec<&ConsignedCard> = cards.iter().filter(|card| card.is_surplus()).collect();
    Difference {
        missing: cards
            .iter()
            .filter(|card| card.is_missing())
            .map(|card| card.application_number.clone().unwrap_or_default())
            .collect(),
        surplus: surplus.iter().filter_map(named).collect(),
        unknown: surplus
            .iter()
            .filter(|card| card.application_number.is_none())
            .count(),
    }
}

/// Lists the consignments that tell of a card of a line, or in which one was scanned.
pub async fn list_of_line(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Vec<ConsignmentId>, StoreError> {
    const SQL: &str = "
        SELECT DISTINCT k.consignment_id
        FROM cards c
        JOIN consignment_cards k ON k.document_number = c.document_number
        WHERE c.order_line_id = $1
        ORDER BY k.consignment_id";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, line.0)?;
    Ok(rows.into_iter().map(|(id,)| ConsignmentId(id)).collect())
}

/// Lists the lines that a document spoke of whose cards were scanned before their time, or are in
/// consignments that were counted.
pub async fn list_lines_to_follow(
    tx: &mut Tx,
    document: InboxId,
) -> Result<Vec<OrderLineId>, StoreError> {
    const SQL: &str = "
        SELECT DISTINCT a.order_line_id
        FROM acknowledgements a
        JOIN cards c ON c.order_line_id = a.order_line_id
        JOIN consignment_cards k ON k.document_number = c.document_number
        JOIN consignments n ON n.id = k.consignment_id
        WHERE a.inbox_id = $1 AND (n.counted_at IS NOT NULL OR k.finding = 'WAITING')
        ORDER BY a.order_line_id";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, document.0)?;
    Ok(rows.into_iter().map(|(id,)| OrderLineId(id)).collect())
}

/// Finds the office that scanned the card of a line before its time, with the consignment and the
/// card's number.
pub async fn find_waiting(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Option<(ConsignmentId, OfficeId, String)>, StoreError> {
    const SQL: &str = "
        SELECT k.consignment_id, n.office_id, k.document_number
        FROM cards c
        JOIN consignment_cards k ON k.document_number = c.document_number
        JOIN consignments n ON n.id = k.consignment_id
        WHERE c.order_line_id = $1 AND k.finding = 'WAITING' AND n.office_id IS NOT NULL
        ORDER BY k.scanned_at DESC
        LIMIT 1";
    let row = query!(fetch_optional as (Uuid, Uuid, String), tx, SQL, line.0)?;
    Ok(row.map(|(id, office, number)| (ConsignmentId(id), OfficeId(office), number)))
}

/// How many cards of a consignment were told of, and how many scanned.
pub async fn count_cards(tx: &mut Tx, id: ConsignmentId) -> Result<(i64, i64), StoreError> {
    const SQL: &str = "
        SELECT COUNT(parcel), COUNT(scanned_at)
        FROM consignment_cards
        WHERE consignment_id = $1";
    query!(fetch_one as (i64, i64), tx, SQL, id.0)
}
