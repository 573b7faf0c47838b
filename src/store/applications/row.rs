//! What is stored of an application, and how a row is read.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::{ApplicationState, CardReason, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId, SealedId};
use crate::domain::money::Money;
use crate::store::{StoreError, read_code};

/// An application as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its number, as people say it.
    pub number: String,
    /// The office that submitted it.
    pub office: OfficeId,
    /// The office where the card is collected.
    pub collect_office: OfficeId,
    /// The office's own reference.
    pub office_reference: String,
    /// SHA-256 of the content as submitted, to tell a repetition from another application.
    pub content_sha256: Vec<u8>,
    /// Counts submissions of the same application, from 1.
    pub revision: i64,
    /// What is asked for.
    pub product: Product,
    /// Why.
    pub card_reason: CardReason,
    /// Keyed hash of the applicant's CNP.
    pub person_key: Vec<u8>,
    /// The code of the bureau that is to make the card.
    pub bureau: String,
    /// Whether it is test data.
    pub test: bool,
    /// When the office registered it.
    pub registered_on: NaiveDate,
    /// The last day of the legal term.
    pub deadline_on: NaiveDate,
    /// The rule by which the applicant may have the card.
    pub eligibility_rule: String,
    /// What has happened to it.
    pub state: ApplicationState,
    /// What has happened to its fee.
    pub fee_state: FeeState,
    /// What is owed.
    pub fee_due: Money,
    /// What is paid.
    pub fee_paid: Money,
    /// The rule by which the fee was decided.
    pub fee_rule: String,
    /// The facts that the fee rule used, as JSON.
    pub fee_facts: String,
    /// The payment reference, in its compact form (`RF294073918264`).
    pub payment_reference: String,
    /// Where its content is sealed.
    pub sealed: SealedId,
    /// Size of its content in bytes.
    pub content_bytes: i64,
    /// How many order lines were written for it.
    pub order_attempts: i64,
    /// How often the bureau made its card again.
    pub remakes: i64,
    /// Since when it waits to be ordered.
    pub ready_since: Option<DateTime<Utc>>,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// When anything about it changed last.
    pub updated_at: DateTime<Utc>,
    /// Counts changes; its ETag.
    pub version: i64,
}

/// The row as it is read, before its codes are.
#[derive(sqlx::FromRow)]
pub(super) struct ApplicationRow {
    id: Uuid,
    number: String,
    office_id: Uuid,
    collect_office_id: Uuid,
    office_reference: String,
    content_sha256: Vec<u8>,
    revision: i64,
    product: String,
    card_reason: String,
    person_key: Vec<u8>,
    bureau: String,
    test: bool,
    registered_on: NaiveDate,
    deadline_on: NaiveDate,
    eligibility_rule: String,
    state: String,
    fee_state: String,
    fee_due: i64,
    fee_paid: i64,
    fee_rule: String,
    fee_facts: String,
    payment_reference: String,
    sealed_id: Uuid,
    content_bytes: i64,
    order_attempts: i64,
    remakes: i64,
    ready_since: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl TryFrom<ApplicationRow> for Application {
    type Error = StoreError;

    fn try_from(row: ApplicationRow) -> Result<Self, StoreError> {
        const TABLE: &str = "applications";
        let id = row.id;
        Ok(Self {
            id: ApplicationId(id),
            number: row.number,
            office: OfficeId(row.office_id),
            collect_office: OfficeId(row.collect_office_id),
            office_reference: row.office_reference,
            content_sha256: row.content_sha256,
            revision: row.revision,
            product: read_code(Product::parse(&row.product), TABLE, "product", &id)?,
            card_reason: read_code(
                CardReason::parse(&row.card_reason),
                TABLE,
                "card_reason",
                &id,
            )?,
            person_key: row.person_key,
            bureau: row.bureau,
            test: row.test,
            registered_on: row.registered_on,
            deadline_on: row.deadline_on,
            eligibility_rule: row.eligibility_rule,
            state: read_code(ApplicationState::parse(&row.state), TABLE, "state", &id)?,
            fee_state: read_code(FeeState::parse(&row.fee_state), TABLE, "fee_state", &id)?,
            fee_due: Money::from_bani(row.fee_due),
            fee_paid: Money::from_bani(row.fee_paid),
            fee_rule: row.fee_rule,
            fee_facts: row.fee_facts,
            payment_reference: row.payment_reference,
            sealed: SealedId(row.sealed_id),
            content_bytes: row.content_bytes,
            order_attempts: row.order_attempts,
            remakes: row.remakes,
            ready_since: row.ready_since,
            received_at: row.received_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}
