//! Carries out what somebody decided about a payment, if it stands as that person saw it.

use crate::console::act::Fault;
use crate::console::desk::Desk;
use crate::console::pages::payments::case::find;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::store::Tx;
use crate::store::history::Note;
use crate::store::payments::{self, Payment};

/// Races that one request may lose before its visitor is told to come again.
const RACES_MAX: u32 = 3;

/// Why nothing was done.
#[derive(Debug)]
pub(crate) enum Setback<R> {
    /// The flow refuses it.
    Refused(R),
    /// Somebody was faster; the fault says who.
    Stale(Fault),
}

/// What a decision is about, as a form carries it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided<'a> {
    /// The payment's number.
    pub(crate) number: &'a str,
    /// The version of the payment that the form was made for.
    pub(crate) seen: i64,
    /// Why.
    pub(crate) reason: &'a str,
}

/// Runs `act` in one transaction with the payment locked; again as a whole when somebody else was faster.
/// Nothing is done when the payment has changed since it was seen.
pub(crate) async fn carry_out<T, R, F>(
    desk: &Desk,
    visit: &Visit,
    decided: Decided<'_>,
    mut act: F,
) -> Result<Result<T, Setback<R>>, Trouble>
where
    F: AsyncFnMut(&mut Tx, &Payment, &Note<'_>) -> Result<T, Failure<R>>,
{
    let actor = visit.user()?.actor();
    let note = note(&desk.gateway, &actor, Some(decided.reason));
    let mut races = 1;
    loop {
        let mut tx = desk.gateway.store.begin().await?;
        let known = find(&mut tx, decided.number).await?;
        let payment = payments::lock(&mut tx, known.id).await?;
        let payment = payment.ok_or(Trouble::NotFound)?;
        if payment.version != decided.seen {
            let fault = stale(&mut tx, payment.id.0, visit).await?;
            return Ok(Err(Setback::Stale(fault)));
        }
        let failure = match act(&mut tx, &payment, &note).await {
            Ok(done) => match tx.commit().await {
                Ok(()) => return Ok(Ok(done)),
                Err(error) => Failure::from(error),
            },
            Err(failure) => failure,
        };
        match failure {
            Failure::Refused(refusal) => return Ok(Err(Setback::Refused(refusal))),
            broken if broken.is_lost_race() && races < RACES_MAX => races += 1,
            Failure::Broken(error) => return Err(error.into()),
        }
    }
}
