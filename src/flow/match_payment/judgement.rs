//! What a movement of money may belong to, and what the rule says about it.

use chrono::NaiveDate;

use crate::domain::application::Product;
use crate::domain::calendar::bucharest_day;
use crate::domain::matching::{
    Candidate, EarlierPayment, Known, MatchingRule, Movement, PersonKey, Verdict,
};
use crate::domain::payment::Channel;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::tariff::{PricedProduct, RATES, Rate};
use crate::flow::match_payment::read_evidence;
use crate::flow::payment_evidence::PaymentEvidence;
use crate::flow::payment_keys::{code_key, external_key, reference_key};
use crate::store::applications::{self, Application};
use crate::store::payments::{self, Payment};
use crate::store::{StoreError, Tx, matches, matching_keys};

/// Applications of one name that are offered at most.
const NAMESAKES_MAX: i64 = 5;
/// Persons for whom a payer paid before, by an operator's choice, that are offered at most.
const CHOSEN_MAX: i64 = 5;

/// An application that shares a key with money.
struct Found {
    application: Application,
    /// By the beneficiary's name.
    named: bool,
    /// By what operators chose for the payer before.
    chosen: bool,
}

/// Judges a movement with everything that shares a key with it.
pub(super) async fn judge(
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
            let references: Vec<Option<String>> = found
                .iter()
                .map(|one| compact_of(&one.application))
                .collect();
            let candidates: Vec<Candidate<'_>> = found
                .iter()
                .zip(&references)
                .filter_map(|(one, reference)| candidate(one, reference.as_deref()))
                .collect();
            known.applications = &candidates;
            Ok(rule().judge(&said, known))
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
            Ok(rule().judge(&said, known))
        }
        _ => Ok(rule().judge(&said, known)),
    }
}

fn day_of(payment: &Payment) -> NaiveDate {
    let received_on = bucharest_day(payment.received_at);
    payment.booked_on.unwrap_or(received_on)
}

/// The rule of matching, with the prices that people pay by mistake.
fn rule() -> MatchingRule {
    let prices = |fits: &dyn Fn(&Rate) -> bool| {
        let fitting = RATES.iter().filter(|rate| fits(rate));
        fitting.map(|rate| rate.amount).collect()
    };
    MatchingRule {
        person_is_enough: true,
        other_product_fees: prices(&|rate| rate.product == PricedProduct::Simple),
        // The day of registration decides which price is due: money of either side of a change may
        // have the other side's price. What is due itself is never short, and not taken for one.
        earlier_fees: prices(&|rate| rate.product == PricedProduct::Electronic),
    }
}

/// The application's payment reference in the form that evidence has.
pub(super) fn compact_of(application: &Application) -> Option<String> {
    let reference = PaymentReference::parse(&application.payment_reference).ok()?;
    Some(reference.compact())
}

/// Every application that shares a key with the money.
async fn candidates_of(tx: &mut Tx, evidence: &PaymentEvidence) -> Result<Vec<Found>, StoreError> {
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
    let mut chosen = Vec::new();
    if let Some(payer) = evidence.payer() {
        chosen = matches::list_chosen_for(tx, &code_key(&payer.0), CHOSEN_MAX).await?;
        for person in &chosen {
            for product in Product::ALL {
                found.extend(applications::find_open_of_person(tx, person, *product).await?);
            }
        }
    }
    found.sort_by_key(|one| one.id);
    found.dedup_by_key(|one| one.id);
    let found = found.into_iter().map(|application| Found {
        named: named.contains(&application.id),
        chosen: chosen.contains(&application.person_key),
        application,
    });
    Ok(found.collect())
}

fn candidate<'a>(found: &'a Found, reference: Option<&'a str>) -> Option<Candidate<'a>> {
    let application = &found.application;
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
        name_is_alike: found.named,
        chosen_before: found.chosen,
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
