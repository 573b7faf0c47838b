//! Payment references that were given out, and the applications that bear them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::application::Product;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::payment_reference::PaymentReference;
use crate::store::glance::glance_rows;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{Glance, StoreError, Tx, read_code};

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

/// A reference and the application that is to bear it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewTie {
    /// The reference, in its compact form.
    pub reference: String,
    /// The office that submits the application.
    pub office: OfficeId,
    /// What is asked for.
    pub product: Product,
    /// The application.
    pub application: ApplicationId,
}

/// Ties references as [`tie`] does. Returns how many were free.
pub async fn tie_all(tx: &mut Tx, ties: &[NewTie]) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        UPDATE payment_references r
        SET application_id = n.application
        FROM UNNEST($1::text[], $2::uuid[], $3::text[], $4::uuid[])
             AS n (reference, office, product, application)
        WHERE r.reference = n.reference AND r.office_id = n.office AND r.product = n.product
          AND r.application_id IS NULL";
    const SQLITE: &str = "
        UPDATE payment_references AS r
        SET application_id = unhex(n.value ->> 3)
        FROM json_each($1) AS n
        WHERE r.reference = n.value ->> 0 AND r.office_id = unhex(n.value ->> 1)
          AND r.product = n.value ->> 2 AND r.application_id IS NULL";
    execute_rows!(tx, (POSTGRES, SQLITE), [], ties, |tie| [
        tie.reference.as_str(),
        tie.office.0,
        tie.product.as_str(),
        tie.application.0,
    ])
}

/// A reference that was given out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given {
    /// The reference, in its compact form.
    pub reference: String,
    /// To whom.
    pub office: OfficeId,
    /// For what.
    pub product: Product,
    /// Whether an application bears it.
    pub is_borne: bool,
}

/// Finds which of these references (in their compact form) were given out.
pub async fn find_given(at: Glance<'_>, references: &[&str]) -> Result<Vec<Given>, StoreError> {
    const POSTGRES: &str = "
        SELECT reference, office_id, product, application_id
        FROM payment_references
        WHERE reference = ANY($1)";
    const SQLITE: &str = "
        SELECT reference, office_id, product, application_id
        FROM payment_references
        WHERE reference IN (SELECT value FROM json_each($1))";
    let rows = glance_rows!(
        as (String, Uuid, String, Option<Uuid>), at, (POSTGRES, SQLITE), [], [references]
    )?;
    let given =
        |(reference, office, product, application): (String, Uuid, String, Option<Uuid>)| {
            let parsed = Product::parse(&product);
            Ok(Given {
                product: read_code(parsed, "payment_references", "product", &reference)?,
                reference,
                office: OfficeId(office),
                is_borne: application.is_some(),
            })
        };
    rows.into_iter().map(given).collect()
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
