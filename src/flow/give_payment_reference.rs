//! Gives an office a payment reference, for an application or before there is one.

use crate::domain::application::Product;
use crate::domain::id::OfficeId;
use crate::domain::payment_reference::PaymentReference;
use crate::flow::Failure;
use crate::store::history::Note;
use crate::store::{StoreError, Tx, payment_references};

/// Draws before giving up; of nine thousand million references, taken ones are rare.
const DRAWS_MAX: usize = 20;

/// Gives `office` a reference that nobody was given before.
pub async fn give_payment_reference<R>(
    tx: &mut Tx,
    office: OfficeId,
    product: Product,
    note: &Note<'_>,
) -> Result<PaymentReference, Failure<R>> {
    for _ in 0..DRAWS_MAX {
        let reference = PaymentReference::from_random(note.random.next_u64());
        if payment_references::give(tx, reference, office, product, note.at).await? {
            return Ok(reference);
        }
    }
    Err(StoreError::Moved {
        what: "supply of payment references",
    }
    .into())
}
