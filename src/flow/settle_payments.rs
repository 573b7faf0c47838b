//! What becomes of the payments of an application whose card is not made.

use crate::domain::fee::FeeEvent;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::store::applications::Application;
use crate::store::history::{self, Note, take_step};
use crate::store::{Tx, payments};

/// Frees the payments that an order line had consumed, so that the next line may consume them.
pub async fn release<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for payment in payments::list_of_application(tx, application.id).await? {
        if payment.state == PaymentState::Consumed {
            let event = PaymentEvent::CardNotMade;
            take_step::<history::Payment>(tx, payment.id.0, payment.state, event, note).await?;
        }
    }
    Ok(())
}

/// Marks the money of an application that ended without a card as owed back.
pub async fn owe_refund<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    release(tx, application, note).await?;
    for payment in payments::list_of_application(tx, application.id).await? {
        if payment.state == PaymentState::Matched {
            let event = PaymentEvent::RefundOwed;
            take_step::<history::Payment>(tx, payment.id.0, payment.state, event, note).await?;
        }
    }
    let event = FeeEvent::RefundOwed;
    if let Ok(_possible) = application.fee_state.after(event) {
        let from = application.fee_state;
        application.fee_state =
            take_step::<history::Fee>(tx, application.id.0, from, event, note).await?;
    }
    Ok(())
}
