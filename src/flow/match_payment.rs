//! Finds out which fee a movement of money pays, whichever came first, the money or the
//! application.

mod judgement;
mod offered;
mod sure;
#[cfg(test)]
mod tests;

use std::convert::Infallible;

use anyhow::Context;

use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::matching::{MatchReason, MatchRule, Movement, Verdict};
use crate::domain::operator::Actor;
use crate::domain::payment::PaymentEvent;
use crate::flow::Failure;
use crate::flow::match_payment::judgement::{compact_of, judge};
use crate::flow::payment_evidence::PaymentEvidence;
use crate::flow::payment_keys::{code_key, name_key, named_key, number_key, reference_key};
use crate::flow::progress::note;
use crate::flow::refund::close::close_refund;
use crate::flow::refund::decide::keep_for;
use crate::flow::refund::is_under_way;
use crate::flow::reverse_payment::reverse;
use crate::flow::tie_payment::{step, tie};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};
use crate::store::{StoreError, Tx, matches, matching_keys};
use crate::worker::bell::Bell;

pub use offered::{is_offered, suggestions};
pub use sure::{Certain, sure_application};

/// Judges the payment that has waited longest to be looked at. Returns whether there was one.
pub async fn match_next(gateway: &Gateway) -> Result<bool, Failure<Infallible>> {
    let mut tx = gateway.store.begin().await?;
    let Some(mut payment) = payments::claim_imported(&mut tx).await? else {
        return Ok(false);
    };
    let actor = Actor::Gateway("matcher");
    let note = note(gateway, &actor, None);
    let evidence = read_evidence(&payment)?;
    let keys = evidence.keys(payment.channel, payment.external_reference.as_deref());
    lock(&mut tx, &keys).await?;
    let keep = keep_for(gateway);
    if !close_refund(&mut tx, &mut payment, &evidence, keep, &note).await? {
        let verdict = judge(&mut tx, &payment, &evidence).await?;
        apply(&mut tx, &mut payment, &verdict, &note).await?;
    }
    if evidence.movement() == Movement::Credit {
        reverse_what_waited(&mut tx, &keys, &note).await?;
    }
    tx.commit().await?;
    gateway.bells.ring(Bell::Batcher);
    Ok(true)
}

/// Remembers the applicant's name as a keyed hash, so that money which names only the beneficiary
/// can be suggested. Call it before [`offer`], in the transaction that opens the application or
/// changes the name.
pub async fn remember_name(
    tx: &mut Tx,
    gateway: &Gateway,
    application: ApplicationId,
    name: (&str, &str),
) -> Result<(), StoreError> {
    let key = remembered_name(gateway, name);
    matching_keys::add_name(tx, application, &key).await
}

/// The keyed hash of an applicant's name, under which [`remember_name`] remembers it.
pub(crate) fn remembered_name(gateway: &Gateway, (surname, given_names): (&str, &str)) -> [u8; 32] {
    name_key(&gateway.vault, &format!("{surname} {given_names}"))
}

/// The keys by which money may find applications that are about to be written, in their order.
pub(crate) fn keys_of_new(
    applications: &[Application],
    names: &[(ApplicationId, [u8; 32])],
) -> Vec<String> {
    let mut keys: Vec<String> = names.iter().map(|(_, name)| named_key(name)).collect();
    keys.extend(applications.iter().flat_map(own_keys));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Offers applications that were just written, with the names just remembered, to the money that
/// waits, as [`offer`] does with one. For most of them no money waits, which was found out for all
/// at once when they were written: `waited_for` are those of their keys for which some does.
pub(crate) async fn offer_new<R>(
    tx: &mut Tx,
    applications: &mut [Application],
    (names, keys): (&[(ApplicationId, [u8; 32])], &[String]),
    waited_for: &[String],
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
    if waited_for.is_empty() {
        matching_keys::share_all(tx, &asked).await?;
        if matching_keys::list_waited_for(tx, &asked).await?.is_empty() {
            return Ok(());
        }
        // Money came in between. Tried again, these find it before they have locked anything.
        return Err(StoreError::Moved { what: "payment" }.into());
    }
    matching_keys::lock_all(tx, &asked).await?;
    let waited_for = matching_keys::list_waited_for(tx, &asked).await?;
    for (application, (_, name)) in applications.iter_mut().zip(names) {
        let mut keys = own_keys(application);
        keys.push(named_key(name));
        if keys.iter().any(|key| waited_for.contains(key)) {
            offer(tx, application, note).await?;
        }
    }
    Ok(())
}

/// The keys of an application beside its applicant's names.
fn own_keys(application: &Application) -> Vec<String> {
    let mut keys = vec![
        number_key(&application.number),
        code_key(&application.person_key),
    ];
    keys.extend(compact_of(application).map(|reference| reference_key(&reference)));
    keys
}

/// Offers an application that opened, or owes again, to the money that waits: each waiting payment
/// is judged again with all its candidates. `application` is then as it stands afterwards.
pub async fn offer<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    offer_to_others(tx, application, None, note).await
}

/// As [`offer`], except to the payment that has just lost its tie.
pub(crate) async fn offer_to_others<R>(
    tx: &mut Tx,
    application: &mut Application,
    except: Option<PaymentId>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let keys = keys_of(tx, application).await?;
    lock(tx, &keys).await?;
    let mut waiting: Vec<PaymentId> = Vec::new();
    let surplus = MatchReason::SecondPayment.number();
    for key in &keys {
        let found = payments::list_waiting(tx, key, application.id, surplus).await?;
        waiting.extend(found.into_iter().map(|payment| payment.id));
    }
    waiting.sort_unstable();
    waiting.dedup();
    for id in waiting.into_iter().filter(|id| Some(*id) != except) {
        judge_again(tx, id, note).await?;
    }
    if let Some(now) = applications::find(tx, application.id).await? {
        *application = now;
    }
    Ok(())
}

pub(crate) fn read_evidence(payment: &Payment) -> anyhow::Result<PaymentEvidence> {
    serde_json::from_str(&payment.evidence).context("reading the evidence of a payment")
}

async fn lock(tx: &mut Tx, sorted_keys: &[String]) -> Result<(), StoreError> {
    for key in sorted_keys {
        matching_keys::lock(tx, key).await?;
    }
    Ok(())
}

/// The keys by which money finds an application, in order.
async fn keys_of(tx: &mut Tx, application: &Application) -> Result<Vec<String>, StoreError> {
    let mut keys = own_keys(application);
    let names = matching_keys::list_names(tx, application.id).await?;
    keys.extend(names.iter().map(|name| named_key(name)));
    keys.sort_unstable();
    Ok(keys)
}

async fn judge_again<R>(tx: &mut Tx, id: PaymentId, note: &Note<'_>) -> Result<(), Failure<R>> {
    let payment = payments::lock(tx, id).await?;
    let mut payment = payment.context("a waiting payment is not there")?;
    if is_under_way(tx, id).await? {
        return Ok(());
    }
    let evidence = read_evidence(&payment)?;
    let verdict = judge(tx, &payment, &evidence).await?;
    apply(tx, &mut payment, &verdict, note).await
}

/// Applies the reversals that overtook their payment.
async fn reverse_what_waited<R>(
    tx: &mut Tx,
    keys: &[String],
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let mut waiting: Vec<PaymentId> = Vec::new();
    for key in keys {
        let found = payments::list_waiting_reversals(tx, key).await?;
        waiting.extend(found.into_iter().map(|payment| payment.id));
    }
    waiting.sort_unstable();
    waiting.dedup();
    for id in waiting {
        judge_again(tx, id, note).await?;
    }
    Ok(())
}

/// Writes a verdict. One that the payment's state does not allow changes nothing, nor does one
/// that says what is known.
async fn apply<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    verdict: &Verdict,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let event = verdict.payment_event();
    let reason = verdict.reason().map(MatchReason::number);
    let Ok(next) = payment.state.after(event) else {
        return Ok(());
    };
    if next == payment.state && reason.map(i64::from) == payment.reason {
        return Ok(());
    }
    match verdict {
        Verdict::Match {
            application, rule, ..
        }
        | Verdict::Partial {
            application, rule, ..
        } => tie_by_rule(tx, payment, *application, (*rule, reason), note).await,
        Verdict::Reverses { payment: of, .. } => reverse(tx, payment, *of, note).await,
        Verdict::RefundCandidate { application, .. } => {
            let tied = Some(*application);
            set_aside(tx, payment, event, (tied, reason, verdict), note).await
        }
        Verdict::Suggest { .. } | Verdict::Unmatched { .. } | Verdict::Invalid { .. } => {
            set_aside(tx, payment, event, (None, reason, verdict), note).await
        }
    }
}

/// Ties money as a rule says, unless an operator has undone the same tie before.
async fn tie_by_rule<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    application: ApplicationId,
    (rule, reason): (MatchRule, Option<u16>),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if matches::was_untied_by_operator(tx, payment.id, application).await? {
        return Ok(());
    }
    let application = applications::find(tx, application).await?;
    let mut application = application.context("a candidate is not there")?;
    tie(tx, payment, &mut application, (rule, reason), note).await
}

/// Moves money to a state in which it waits, with a hold where an operator is to decide.
async fn set_aside<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    event: PaymentEvent,
    (application, reason, verdict): (Option<ApplicationId>, Option<u16>, &Verdict),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    step(tx, payment, event, note).await?;
    payments::set_application(tx, payment.id, application, reason).await?;
    payment.application = application;
    payment.reason = reason.map(i64::from);
    holds::close(tx, payment.id.0, None, event.as_str(), note).await?;
    let Some(code) = reason.filter(|_| needs_decision(verdict)) else {
        return Ok(());
    };
    let detail = detail_of(tx, application, verdict).await?;
    let hold = NewHold {
        kind: SubjectKind::Payment,
        subject: payment.id.0,
        number: &payment.number,
        code,
        detail: &detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Charges and lots are told elsewhere and need nobody; all else that is not tied does.
fn needs_decision(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Suggest { .. } | Verdict::Unmatched { .. } | Verdict::RefundCandidate { .. } => {
            true
        }
        Verdict::Invalid { reason } => *reason == MatchReason::OtherCurrency,
        Verdict::Match { .. } | Verdict::Partial { .. } | Verdict::Reverses { .. } => false,
    }
}

/// Names the applications in question, as people say them.
async fn detail_of(
    tx: &mut Tx,
    application: Option<ApplicationId>,
    verdict: &Verdict,
) -> Result<String, StoreError> {
    let ids: Vec<ApplicationId> = match verdict {
        Verdict::Suggest { candidates, .. } => {
            candidates.iter().map(|one| one.application).collect()
        }
        _ => application.into_iter().collect(),
    };
    let mut numbers = Vec::new();
    for id in ids {
        numbers.extend(applications::find(tx, id).await?.map(|one| one.number));
    }
    let reason = verdict.reason().map_or("", MatchReason::as_str);
    Ok(if numbers.is_empty() {
        reason.to_owned()
    } else {
        format!("{reason}: {}", numbers.join(", "))
    })
}
