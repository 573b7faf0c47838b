//! Finds out which fee a movement of money pays, whichever came first, the money or the
//! application.

use std::convert::Infallible;

use anyhow::Context;
use chrono::NaiveDate;

use crate::domain::application::Product;
use crate::domain::calendar::bucharest_day;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::matching::{
    Candidate, EarlierPayment, Known, MatchReason, MatchRule, MatchingRule, Movement, PersonKey,
    Suggestion, Verdict,
};
use crate::domain::operator::Actor;
use crate::domain::payment::{Channel, PaymentEvent};
use crate::domain::payment_reference::PaymentReference;
use crate::domain::tariff::{PricedProduct, RATES, Rate};
use crate::flow::Failure;
use crate::flow::payment_evidence::{
    PaymentEvidence, code_key, external_key, name_key, named_key, number_key, reference_key,
};
use crate::flow::progress::note;
use crate::flow::reverse_payment::reverse;
use crate::flow::tie_payment::{step, tie};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};
use crate::store::{StoreError, Tx, matching_keys};
use crate::worker::bell::Bell;

/// Applications of one name that are offered at most.
const NAMESAKES_MAX: i64 = 5;

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
    let verdict = judge(&mut tx, &payment, &evidence).await?;
    apply(&mut tx, &mut payment, &verdict, &note).await?;
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
    (surname, given_names): (&str, &str),
) -> Result<(), StoreError> {
    let key = name_key(&gateway.vault, &format!("{surname} {given_names}"));
    matching_keys::add_name(tx, application, &key).await
}

/// Offers an application that opened, or owes again, to the money that waits: each waiting payment
/// is judged again with all its candidates. `application` is then as it stands afterwards.
pub async fn offer<R>(
    tx: &mut Tx,
    _gateway: &Gateway,
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

/// The applications that an operator may choose for a payment, the likeliest first.
pub async fn suggestions(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<Suggestion>> {
    let evidence = read_evidence(payment)?;
    let verdict = judge(tx, payment, &evidence).await?;
    Ok(match verdict {
        Verdict::Suggest { candidates, .. } => candidates,
        _ => Vec::new(),
    })
}

/// The rule of matching for money of `day`, with the prices that people pay by mistake.
fn rule(day: NaiveDate) -> MatchingRule {
    let prices = |fits: &dyn Fn(&Rate) -> bool| {
        let fitting = RATES.iter().filter(|rate| fits(rate));
        fitting.map(|rate| rate.amount).collect()
    };
    MatchingRule {
        person_is_enough: true,
        other_product_fees: prices(&|rate| rate.product == PricedProduct::Simple),
        earlier_fees: prices(&|rate| {
            rate.product == PricedProduct::Electronic && !rate.period.contains(day)
        }),
    }
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
    let mut keys = vec![
        number_key(&application.number),
        code_key(&application.person_key),
    ];
    keys.extend(compact_of(application).map(|reference| reference_key(&reference)));
    let names = matching_keys::list_names(tx, application.id).await?;
    keys.extend(names.iter().map(|name| named_key(name)));
    keys.sort_unstable();
    Ok(keys)
}

fn compact_of(application: &Application) -> Option<String> {
    let reference = PaymentReference::parse(&application.payment_reference).ok()?;
    Some(reference.compact())
}

async fn judge_again<R>(tx: &mut Tx, id: PaymentId, note: &Note<'_>) -> Result<(), Failure<R>> {
    let payment = payments::find(tx, id).await?;
    let mut payment = payment.context("a waiting payment is not there")?;
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

async fn judge(
    tx: &mut Tx,
    payment: &Payment,
    evidence: &PaymentEvidence,
) -> anyhow::Result<Verdict> {
    let booked_on = day_of(payment);
    let said = evidence.as_evidence(payment.amount, &payment.currency, booked_on);
    let mut known = Known::default();
    match evidence.movement() {
        Movement::Credit => {
            let found = candidates_of(tx, evidence).await?;
            let references: Vec<Option<String>> =
                found.iter().map(|(one, _)| compact_of(one)).collect();
            let candidates: Vec<Candidate<'_>> = found
                .iter()
                .zip(&references)
                .filter_map(|((one, named), reference)| {
                    candidate(one, reference.as_deref(), *named)
                })
                .collect();
            known.applications = &candidates;
            Ok(rule(booked_on).judge(&said, known))
        }
        Movement::Reversal => {
            let found = reversible_by(tx, payment, evidence).await?;
            let carried: Vec<PaymentEvidence> = found
                .iter()
                .map(read_evidence)
                .collect::<anyhow::Result<_>>()?;
            let earlier: Vec<EarlierPayment<'_>> = found
                .iter()
                .zip(&carried)
                .map(|(payment, evidence)| earlier_payment(payment, evidence))
                .collect();
            known.payments = &earlier;
            Ok(rule(booked_on).judge(&said, known))
        }
        _ => Ok(rule(booked_on).judge(&said, known)),
    }
}

fn day_of(payment: &Payment) -> NaiveDate {
    let received_on = bucharest_day(payment.received_at);
    payment.booked_on.unwrap_or(received_on)
}

/// Every application that shares a key with the money, and whether by the beneficiary's name.
async fn candidates_of(
    tx: &mut Tx,
    evidence: &PaymentEvidence,
) -> Result<Vec<(Application, bool)>, StoreError> {
    let mut found = Vec::new();
    for reference in evidence.every_reference() {
        found.extend(applications::find_by_payment_reference(tx, reference).await?);
    }
    for number in evidence.numbers() {
        found.extend(applications::find_by_number(tx, number).await?);
    }
    for person in evidence.everybody() {
        for product in Product::ALL {
            found.extend(applications::find_open_of_person(tx, &person.0, *product).await?);
        }
    }
    let mut named = Vec::new();
    if let Some(name) = evidence.beneficiary() {
        named = matching_keys::list_named(tx, &name.0, NAMESAKES_MAX).await?;
        for id in &named {
            found.extend(applications::find(tx, *id).await?);
        }
    }
    found.sort_by_key(|one| one.id);
    found.dedup_by_key(|one| one.id);
    Ok(found
        .into_iter()
        .map(|one| {
            let by_name = named.contains(&one.id);
            (one, by_name)
        })
        .collect())
}

fn candidate<'a>(
    application: &'a Application,
    reference: Option<&'a str>,
    name_is_alike: bool,
) -> Option<Candidate<'a>> {
    Some(Candidate {
        application: application.id,
        reference,
        number: &application.number,
        person: PersonKey(application.person_key.as_slice().try_into().ok()?),
        opened_on: application.registered_on,
        state: application.state,
        fee: application.fee_state,
        due: application.fee_due,
        paid: application.fee_paid,
        name_is_alike,
        chosen_before: false,
    })
}

/// The credits that a reversal may take back: told on the same channel, not booked after it, and
/// at a station of the same transaction.
async fn reversible_by(
    tx: &mut Tx,
    reversal: &Payment,
    evidence: &PaymentEvidence,
) -> Result<Vec<Payment>, StoreError> {
    let channel = reversal.channel;
    let original = reversal.external_reference.as_deref();
    let mut keys: Vec<String> = original
        .map(|reference| external_key(channel, reference))
        .into_iter()
        .collect();
    if channel == Channel::Cec {
        keys.extend(evidence.typed_references().into_iter().map(reference_key));
    }
    let mut found = Vec::new();
    for key in keys {
        found.extend(payments::list_reversible(tx, channel, &key).await?);
    }
    found.retain(|payment| day_of(payment) <= day_of(reversal));
    found.sort_by_key(|payment| payment.id);
    found.dedup_by_key(|payment| payment.id);
    Ok(found)
}

fn earlier_payment<'a>(payment: &'a Payment, evidence: &'a PaymentEvidence) -> EarlierPayment<'a> {
    EarlierPayment {
        payment: payment.id,
        channel_reference: payment.external_reference.as_deref(),
        references: evidence.typed_references(),
        amount: payment.amount,
        booked_on: day_of(payment),
        state: payment.state,
        application: payment.application,
    }
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
    if payments::was_untied_by_operator(tx, payment.id, application).await? {
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

#[cfg(test)]
mod tests;
