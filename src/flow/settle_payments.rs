//! What becomes of the payments of an application whose card is not made.

use crate::domain::fee::FeeEvent;
use crate::domain::matching::MatchReason;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::tie_payment::step;
use crate::store::applications::Application;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::{Tx, payments};

/// Frees the payments that an order line had consumed, so that the next line may consume them.
pub async fn release<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for mut payment in payments::list_of_application(tx, application.id).await? {
        if payment.state == PaymentState::Consumed {
            step(tx, &mut payment, PaymentEvent::CardNotMade, note).await?;
        }
    }
    Ok(())
}

/// Marks the money of an application that ended without a card as owed back, and lets an operator
/// see to it. The ties stand until the money is given back.
pub async fn owe_refund<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    release(tx, application, note).await?;
    let code = MatchReason::ApplicationEnded.number();
    for mut payment in payments::list_of_application(tx, application.id).await? {
        if payment.state != PaymentState::Matched {
            continue;
        }
        step(tx, &mut payment, PaymentEvent::RefundOwed, note).await?;
        payments::set_application(tx, payment.id, Some(application.id), Some(code)).await?;
        let hold = NewHold {
            kind: SubjectKind::Payment,
            subject: payment.id.0,
            number: &payment.number,
            code,
            detail: &application.number,
        };
        holds::open(tx, &hold, note).await?;
    }
    let from = application.fee_state;
    if from.after(FeeEvent::RefundOwed).is_ok() {
        let event = FeeEvent::RefundOwed;
        application.fee_state =
            take_step::<history::Fee>(tx, application.id.0, from, event, note).await?;
    }
    Ok(())
}
