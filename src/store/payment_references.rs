//! Payment references that were given out, and the applications that bear them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::application::Product;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::payment_reference::PaymentReference;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Gives a reference to an office. Returns `false` when it was given before.
pub async fn give(
    tx: &mut Tx,
    reference: PaymentReference,
    office: OfficeId,
    product: Product,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO payment_references (reference, office_id, product, given_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (reference) DO NOTHING";
    let compact = reference.compact();
    Ok(execute!(tx, SQL, compact.as_str(), office.0, product.as_str(), at)? == 1)
}

/// Ties a reference to the application that bears it from now on. Returns `false` when the office
/// was never given it for the product, or another application bears it.
pub async fn tie(
    tx: &mut Tx,
    reference: PaymentReference,
    office: OfficeId,
    product: Product,
    application: ApplicationId,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE payment_references
        SET application_id = $4
        WHERE reference = $1 AND office_id = $2 AND product = $3 AND application_id IS NULL";
    let compact = reference.compact();
    let tied = execute!(
        tx,
        SQL,
        compact.as_str(),
        office.0,
        product.as_str(),
        application.0,
    )?;
    Ok(tied == 1)
}

/// Finds the office that was given a reference, while no application bears it.
pub async fn find_holder(
    tx: &mut Tx,
    reference: PaymentReference,
) -> Result<Option<OfficeId>, StoreError> {
    const SQL: &str = "
        SELECT office_id
        FROM payment_references
        WHERE reference = $1 AND application_id IS NULL";
    let compact = reference.compact();
    let row = query!(fetch_optional as (Uuid,), tx, SQL, compact.as_str())?;
    Ok(row.map(|(office,)| OfficeId(office)))
}

/// Whether an office holds a reference for a product that no application bears yet.
pub async fn is_free(
    tx: &mut Tx,
    reference: PaymentReference,
    office: OfficeId,
    product: Product,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM payment_references
        WHERE reference = $1 AND office_id = $2 AND product = $3 AND application_id IS NULL";
    let compact = reference.compact();
    let (count,) = query!(
        fetch_one as (i64,),
        tx,
        SQL,
        compact.as_str(),
        office.0,
        product.as_str(),
    )?;
    Ok(count == 1)
}
