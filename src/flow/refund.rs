//! What is owed back when an application ends without a card.

use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::store::applications::Application;
use crate::store::history::{self, Note, take_step};
use crate::store::{Tx, payments};

/// Marks the fee and the payments of an application as owed back, where money is held.
pub async fn owe_refund<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let id = application.id;
    let holds_money = matches!(
        application.fee_state,
        FeeState::PartlyPaid | FeeState::Paid | FeeState::Overpaid
    );
    if !holds_money {
        return Ok(());
    }
    let owed = FeeEvent::RefundOwed;
    application.fee_state =
        take_step::<history::Fee>(tx, id.0, application.fee_state, owed, note).await?;
    for payment in payments::list_of_application(tx, id).await? {
        if payment.state == PaymentState::Matched {
            let owed = PaymentEvent::RefundOwed;
            take_step::<history::Payment>(tx, payment.id.0, payment.state, owed, note).await?;
        }
    }
    Ok(())
}
