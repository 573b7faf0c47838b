//! Ties a payment to a fee, unties it, and lets the fee and the application follow. Ties are never
//! changed: one is undone by a counter-entry.

use anyhow::Context;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::fee::FeeState;
use crate::domain::id::MatchId;
use crate::domain::matching::{MatchRule, application_after, fee_after};
use crate::domain::money::Money;
use crate::domain::payment::PaymentEvent;
use crate::flow::Failure;
use crate::flow::progress::advance;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, take_step};
use crate::store::matches::{self, Match};
use crate::store::payments::{self, Payment};
use crate::store::{Tx, holds};

/// `PAYMENT_REVERSED`: what was paid is paid no longer.
const PAYMENT_REVERSED: u16 = 603;

/// Ties a payment to the application's fee; what was held of it is decided.
pub(crate) async fn tie<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    application: &mut Application,
    (rule, reason): (MatchRule, Option<u16>),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let tied = Match {
        id: MatchId(note.random.uuid(note.at)),
        payment: payment.id,
        application: application.id,
        amount: payment.amount,
        rule: rule.as_str().to_owned(),
        actor: note.actor.to_string(),
        undoes: None,
        made_at: note.at,
    };
    matches::insert(tx, &tied).await?;
    payments::set_application(tx, payment.id, Some(application.id), reason).await?;
    step(tx, payment, PaymentEvent::MatchMade, note).await?;
    if is_ordered(application.state) {
        // Money that settles a dispute serves a card that is ordered already.
        step(tx, payment, PaymentEvent::CardOrdered, note).await?;
    }
    payment.application = Some(application.id);
    payment.reason = reason.map(i64::from);
    holds::close(tx, payment.id.0, None, "MATCHED", note).await?;
    balance(tx, application, payment.amount, false, note).await
}

/// Undoes every standing tie of a payment; `ordered` says whether it has served an order. The
/// payment's own step is the caller's. Returns the application that lost the money.
pub(crate) async fn untie<R>(
    tx: &mut Tx,
    payment: &Payment,
    (rule, ordered): (Option<MatchRule>, bool),
    note: &Note<'_>,
) -> Result<Option<Application>, Failure<R>> {
    let mut lost = None;
    for tied in matches::list_standing(tx, payment.id).await? {
        let amount = negative(tied.amount)?;
        let rule = rule.map_or(tied.rule, |rule| rule.as_str().to_owned());
        let counter = Match {
            id: MatchId(note.random.uuid(note.at)),
            payment: tied.payment,
            application: tied.application,
            amount,
            rule,
            actor: note.actor.to_string(),
            undoes: Some(tied.id),
            made_at: note.at,
        };
        matches::insert(tx, &counter).await?;
        let mut application = applications::find(tx, tied.application)
            .await?
            .context("a tie names an application that does not exist")?;
        balance(tx, &mut application, amount, ordered, note).await?;
        lost = Some(application);
    }
    Ok(lost)
}

/// Takes a payment's next step.
pub(crate) async fn step<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    event: PaymentEvent,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    payment.state =
        take_step::<history::Payment>(tx, payment.id.0, payment.state, event, note).await?;
    Ok(())
}

/// Whether the card is asked for, or made: money does not decide about it any more.
const fn is_ordered(state: ApplicationState) -> bool {
    use ApplicationState::{
        AtOffice, CancelRequested, CountyValidated, HandedOver, InProduction, Ordered, Produced,
        Shipped,
    };
    matches!(
        state,
        Ordered
            | InProduction
            | Produced
            | Shipped
            | CountyValidated
            | AtOffice
            | HandedOver
            | CancelRequested
    )
}

/// Adds `amount` to what is paid and takes the steps that follow.
async fn balance<R>(
    tx: &mut Tx,
    application: &mut Application,
    amount: Money,
    ordered: bool,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let paid = applications::add_paid(tx, application.id, amount, note.at).await?;
    application.fee_paid = paid;
    let before = application.fee_state;
    fee_step(tx, application, ordered, note).await?;
    if before == FeeState::Disputed && application.fee_state != before {
        // A dispute ends as paid; only then a surplus can be told.
        fee_step(tx, application, ordered, note).await?;
    }
    let Some(event) = application_after(application.state, application.fee_state) else {
        return Ok(());
    };
    let reason = (event == ApplicationEvent::FeeReopened).then_some(PAYMENT_REVERSED);
    advance(tx, application, event, reason, note).await
}

async fn fee_step<R>(
    tx: &mut Tx,
    application: &mut Application,
    ordered: bool,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let from = application.fee_state;
    if let Some(event) = fee_after(from, application.fee_due, application.fee_paid, ordered) {
        application.fee_state =
            take_step::<history::Fee>(tx, application.id.0, from, event, note).await?;
    }
    Ok(())
}

fn negative(amount: Money) -> anyhow::Result<Money> {
    let negative = Money::ZERO.checked_sub(amount);
    negative.context("an amount has no negative")
}
