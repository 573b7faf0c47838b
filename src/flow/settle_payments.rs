//! What becomes of the payments of an application whose card is not made.

use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::id::ApplicationId;
use crate::domain::matching::MatchReason;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::tie_payment::{is_before_order, name_application, step};
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};
use crate::store::{StoreError, Tx, matches};

/// Frees the payments that an order line had consumed, so that the next line may consume them.
pub async fn release<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for mut payment in payments::list_of_application(tx, application.id).await? {
        if payment.state == PaymentState::Consumed
            && !serves_another(tx, &payment, application.id).await?
        {
            step(tx, &mut payment, PaymentEvent::CardNotMade, note).await?;
        }
    }
    Ok(())
}

/// Whether a part of a payment is tied to another application whose card is ordered.
async fn serves_another(
    tx: &mut Tx,
    payment: &Payment,
    than: ApplicationId,
) -> Result<bool, StoreError> {
    for other in others_of(tx, payment, than).await? {
        if !is_before_order(other.state) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The other applications to which parts of a payment are tied.
async fn others_of(
    tx: &mut Tx,
    payment: &Payment,
    than: ApplicationId,
) -> Result<Vec<Application>, StoreError> {
    let mut others = Vec::new();
    for tie in matches::list_standing(tx, payment.id).await? {
        if tie.application != than {
            others.extend(applications::find(tx, tie.application).await?);
        }
    }
    Ok(others)
}

/// Marks the money of an application that ended without a card as owed back, and lets an operator
/// see to it. The ties stand until the money is given back. A payment of which parts serve other
/// applications is owed back as a whole only when the last of them has ended.
pub async fn owe_refund<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    release(tx, application, note).await?;
    let code = MatchReason::ApplicationEnded.number();
    for mut payment in payments::list_of_application(tx, application.id).await? {
        if !matches!(
            payment.state,
            PaymentState::Matched | PaymentState::Consumed
        ) {
            continue;
        }
        let others = others_of(tx, &payment, application.id).await?;
        let has_ended = |other: &Application| {
            matches!(other.fee_state, FeeState::RefundDue | FeeState::Refunded)
        };
        let others_live = !others.iter().all(has_ended);
        if payment.state == PaymentState::Matched && !others_live {
            step(tx, &mut payment, PaymentEvent::RefundOwed, note).await?;
            name_application(tx, &mut payment, Some(code)).await?;
        }
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
