//! Ties a payment to a fee, unties it, and lets the fee and the application follow. Ties are never
//! changed: one is undone by a counter-entry. A payment may be tied in parts, each to another fee.

use anyhow::Context;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, MatchId};
use crate::domain::matching::{MatchRule, application_after, fee_after};
use crate::domain::money::Money;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::progress::advance;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, take_step};
use crate::store::matches::{self, Match};
use crate::store::payments::{self, Payment};
use crate::store::{StoreError, Tx, holds, refunds};

/// `PAYMENT_REVERSED`: what was paid is paid no longer.
const PAYMENT_REVERSED: u16 = 603;

/// Ties a payment to the application's fee; what was held of it is decided.
pub(crate) async fn tie<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    application: &mut Application,
    why: (MatchRule, Option<u16>),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    // What was given back of it pays no fee any more.
    let given_back = refunds::sum_held(tx, payment.id).await?;
    let all = payment.amount.checked_sub(given_back);
    let all = all.context("more was given back than there was")?;
    tie_part(tx, payment, (application, all), why, note).await
}

/// Ties `amount` of a payment to the application's fee; other parts may be tied already.
pub(crate) async fn tie_part<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    (application, amount): (&mut Application, Money),
    (rule, reason): (MatchRule, Option<u16>),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let tied = Match {
        id: MatchId(note.random.uuid(note.at)),
        payment: payment.id,
        application: application.id,
        amount,
        rule: rule.as_str().to_owned(),
        actor: note.actor.to_string(),
        undoes: None,
        made_at: note.at,
    };
    matches::insert(tx, &tied).await?;
    let event = match payment.state {
        PaymentState::Matched | PaymentState::Consumed => PaymentEvent::PartMade,
        _ => PaymentEvent::MatchMade,
    };
    step(tx, payment, event, note).await?;
    if is_ordered(application.state) && payment.state == PaymentState::Matched {
        // Money that settles a dispute serves a card that is ordered already.
        step(tx, payment, PaymentEvent::CardOrdered, note).await?;
    }
    name_application(tx, payment, reason).await?;
    holds::close(tx, payment.id.0, None, "MATCHED", note).await?;
    balance(tx, application, amount, false, note).await
}

/// Records the application to which a payment is tied, and the reason of its state; the ties of a
/// payment for several applications tell which, the payment names none.
pub(crate) async fn name_application(
    tx: &mut Tx,
    payment: &mut Payment,
    reason: Option<u16>,
) -> Result<(), StoreError> {
    let ties = matches::list_standing(tx, payment.id).await?;
    let first = ties.first().map(|tie| tie.application);
    let application = first.filter(|one| ties.iter().all(|tie| tie.application == *one));
    payments::set_application(tx, payment.id, application, reason).await?;
    payment.application = application;
    payment.reason = reason.map(i64::from);
    Ok(())
}

/// What of a payment is tied to no fee.
pub(crate) async fn untied_rest(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Money> {
    let mut rest = payment.amount;
    for tie in matches::list_standing(tx, payment.id).await? {
        rest = rest.checked_sub(tie.amount).context("ties overflow")?;
    }
    Ok(rest)
}

/// What of a payment is tied to no fee, and neither set aside to be given back nor given back.
pub(crate) async fn free_rest(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Money> {
    let given_back = refunds::sum_held(tx, payment.id).await?;
    let rest = untied_rest(tx, payment).await?.checked_sub(given_back);
    rest.context("ties overflow")
}

/// Which ties of a payment are undone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Untying {
    /// Only those to this application.
    pub(crate) only: Option<ApplicationId>,
    /// The rule that the counter-entries bear, where it is not that of the tie.
    pub(crate) rule: Option<MatchRule>,
    /// Whether the payment has served an order.
    pub(crate) served: bool,
}

/// An application that lost money.
pub(crate) struct Loser {
    /// As it stands now.
    pub(crate) application: Application,
    /// Whether its card is ordered all the same.
    pub(crate) ordered: bool,
}

/// Undoes standing ties of a payment, whose own step is the caller's. Returns the applications that
/// lost the money.
pub(crate) async fn untie<R>(
    tx: &mut Tx,
    payment: &Payment,
    untying: Untying,
    note: &Note<'_>,
) -> Result<Vec<Loser>, Failure<R>> {
    let mut lost: Vec<Loser> = Vec::new();
    let ties = matches::list_standing(tx, payment.id).await?;
    let is_alone = ties.len() == 1;
    let concerned = |tied: &Match| untying.only.is_none_or(|only| only == tied.application);
    for tied in ties.into_iter().filter(concerned) {
        let amount = negative(tied.amount)?;
        let rule = untying
            .rule
            .map_or(tied.rule, |rule| rule.as_str().to_owned());
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
        // Of one sum for several cards, some may be ordered and others not.
        let ordered = untying.served && (is_alone || !is_before_order(application.state));
        balance(tx, &mut application, amount, ordered, note).await?;
        lost.push(Loser {
            application,
            ordered,
        });
    }
    Ok(lost)
}

/// Takes `amount` out of the ties of a payment to an application: what was paid beyond the fee, or
/// for an application that ended. The payment's own step is the caller's. Returns the fee's state.
pub(crate) async fn take_out<R>(
    tx: &mut Tx,
    payment: &Payment,
    application: ApplicationId,
    amount: Money,
    note: &Note<'_>,
) -> Result<FeeState, Failure<R>> {
    let mut missing = amount;
    let ties = matches::list_standing(tx, payment.id).await?;
    let of_it = ties
        .into_iter()
        .filter(|tie| tie.application == application);
    let latest_first: Vec<Match> = of_it.collect::<Vec<_>>().into_iter().rev().collect();
    for tied in latest_first {
        if missing <= Money::ZERO {
            break;
        }
        let kept = tied.amount.checked_sub(missing).unwrap_or(Money::ZERO);
        let taken = tied.amount.min(missing);
        let counter = Match {
            id: MatchId(note.random.uuid(note.at)),
            amount: negative(tied.amount)?,
            actor: note.actor.to_string(),
            undoes: Some(tied.id),
            made_at: note.at,
            ..tied.clone()
        };
        matches::insert(tx, &counter).await?;
        if kept > Money::ZERO {
            let rest = Match {
                id: MatchId(note.random.uuid(note.at)),
                amount: kept,
                actor: note.actor.to_string(),
                made_at: note.at,
                ..tied
            };
            matches::insert(tx, &rest).await?;
        }
        missing = missing.checked_sub(taken).context("ties overflow")?;
    }
    let found = applications::find(tx, application).await?;
    let mut application = found.context("a tie names an application that does not exist")?;
    balance(tx, &mut application, negative(amount)?, false, note).await?;
    Ok(application.fee_state)
}

/// Ties `amount` of a payment again to the fee that it was taken out of. The payment's own step is
/// the caller's.
pub(crate) async fn put_back<R>(
    tx: &mut Tx,
    payment: &Payment,
    application: &mut Application,
    amount: Money,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let tied = Match {
        id: MatchId(note.random.uuid(note.at)),
        payment: payment.id,
        application: application.id,
        amount,
        rule: MatchRule::Operator.as_str().to_owned(),
        actor: note.actor.to_string(),
        undoes: None,
        made_at: note.at,
    };
    matches::insert(tx, &tied).await?;
    balance(tx, application, amount, false, note).await
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

/// Whether no card is asked for now: money that serves it serves no order.
pub(crate) const fn is_before_order(state: ApplicationState) -> bool {
    use ApplicationState::{Approved, AwaitingFee, Cancelled, OnHold, Ready, Received, Returned};
    matches!(
        state,
        Received | Approved | AwaitingFee | Ready | Returned | OnHold | Cancelled
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
