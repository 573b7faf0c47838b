//! Finds out whether a fee is paid, and if not, why, for whoever asks by application number or
//! payment reference. It changes nothing.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::fee::FeeState;
use crate::domain::fee_standing::{FeeSigns, FeeStanding, standing};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::payment_reference::PaymentReference;
use crate::domain::refund::RefundState;
use crate::domain::tariff;
use crate::flow::match_payment::is_offered;
use crate::flow::payment_keys::reference_key;
use crate::store::applications::{self, Application};
use crate::store::payments::{self, Payment};
use crate::store::refunds::{self, Refund};
use crate::store::{StoreError, Tx, matches, payment_references};

/// The facts on which an application's fee was decided, as they were kept with it, by name.
pub fn facts_of(application: &Application) -> anyhow::Result<BTreeMap<String, String>> {
    serde_json::from_str(&application.fee_facts)
        .context("the stored facts of a fee are no JSON object")
}

/// What is known of a fee.
#[derive(Clone, Debug)]
pub struct FeeAnswer {
    /// The application, unless only its reference exists yet.
    pub application: Option<Application>,
    /// The payment reference, compact.
    pub reference: String,
    /// Where the fee stands.
    pub standing: FeeStanding,
    /// What is owed in all; without an application, by today's tariff.
    pub due: Money,
    /// The id of the tariff, or of the rule by which nothing is owed.
    pub rule: String,
    /// What is paid.
    pub paid: Money,
    /// The money that is counted, or waits to be.
    pub payments: Vec<FeePayment>,
    /// Money of it that is being given back, or was.
    pub refunds: Vec<FeeRefund>,
}

/// Money that is counted for a fee: never who paid it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FeePayment {
    /// How it was told of.
    pub channel: Channel,
    /// How much of it is for this fee.
    pub amount: Money,
    /// The day of booking, or of payment at a station.
    pub paid_on: Option<NaiveDate>,
    /// Since when it is counted; `None` while it waits for its application.
    pub counted_at: Option<DateTime<Utc>>,
}

/// Money for a fee that is being given back, or was: never to whom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FeeRefund {
    /// What has happened to it.
    pub state: RefundState,
    /// How much.
    pub amount: Money,
    /// When that happened.
    pub at: DateTime<Utc>,
}

/// Reads the fee that `name` (an application's number or id, or a payment reference in any
/// spelling) stands for; `None` when there is none, or none that concerns `office` where one asks.
pub async fn read_fee(
    tx: &mut Tx,
    name: &str,
    office: Option<OfficeId>,
    today: NaiveDate,
) -> anyhow::Result<Option<FeeAnswer>> {
    let is_theirs = |owner: OfficeId| office.is_none_or(|office| office == owner);
    let concerns = |one: &Application| is_theirs(one.office) || is_theirs(one.collect_office);
    let Ok(reference) = PaymentReference::parse(name) else {
        let found = applications::find_by_name(tx, name).await?;
        return match found.filter(concerns) {
            Some(application) => Ok(Some(of_application(tx, application).await?)),
            None => Ok(None),
        };
    };
    let compact = reference.compact();
    if let Some(found) = applications::find_by_payment_reference(tx, &compact).await? {
        return match Some(found).filter(concerns) {
            Some(application) => Ok(Some(of_application(tx, application).await?)),
            None => Ok(None),
        };
    }
    let holder = payment_references::find_holder(tx, reference).await?;
    match holder.filter(|holder| is_theirs(*holder)) {
        Some(_) => Ok(Some(of_reference(tx, compact, today).await?)),
        None => Ok(None),
    }
}

async fn of_application(tx: &mut Tx, application: Application) -> anyhow::Result<FeeAnswer> {
    let told = payments::list_of_application(tx, application.id).await?;
    let counted = counted(tx, application.id, &told).await?;
    let is_short_by = |reason: &MatchReason| {
        let number = Some(i64::from(reason.number()));
        let ties = |one: &Payment| one.state == PaymentState::Matched && one.reason == number;
        told.iter().any(ties)
    };
    let short_by = [MatchReason::OldTariff, MatchReason::OtherProduct]
        .into_iter()
        .find(is_short_by);
    let is_open = matches!(application.fee_state, FeeState::Due | FeeState::PartlyPaid);
    let signs = FeeSigns {
        was_taken_back: told
            .iter()
            .any(|one| one.credit && one.state == PaymentState::Reversed),
        is_suggested: is_open && is_offered(tx, &application).await?,
        short_by,
    };
    // What was not wanted in the end is nothing that a payer waits for.
    let all = refunds::list_of_application(tx, application.id).await?;
    let told =
        |refund: &&Refund| refund.state.holds_money() || refund.state == RefundState::Returned;
    let refunds = all.iter().filter(told).map(|refund| FeeRefund {
        state: refund.state,
        amount: refund.amount,
        at: refund.updated_at,
    });
    Ok(FeeAnswer {
        refunds: refunds.collect(),
        reference: application.payment_reference.clone(),
        standing: standing(application.fee_state, signs),
        due: application.fee_due,
        rule: application.fee_rule.clone(),
        paid: application.fee_paid,
        payments: counted,
        application: Some(application),
    })
}

async fn counted(
    tx: &mut Tx,
    application: ApplicationId,
    told: &[Payment],
) -> Result<Vec<FeePayment>, StoreError> {
    let mut counted = Vec::new();
    for tie in matches::list_of_application(tx, application).await? {
        let payment = told.iter().find(|payment| payment.id == tie.payment);
        counted.extend(payment.map(|payment| FeePayment {
            channel: payment.channel,
            amount: tie.amount,
            paid_on: payment.booked_on,
            counted_at: Some(tie.made_at),
        }));
    }
    Ok(counted)
}

/// A reference that an office was given and no application bears: money may be there already.
async fn of_reference(
    tx: &mut Tx,
    reference: String,
    today: NaiveDate,
) -> anyhow::Result<FeeAnswer> {
    let nobody = ApplicationId(Uuid::nil());
    let surplus = MatchReason::SecondPayment.number();
    let key = reference_key(&reference);
    let waiting = payments::list_waiting(tx, &key, nobody, surplus).await?;
    let bears_it = |one: &&Payment| one.payment_reference.as_deref() == Some(&reference);
    let waiting: Vec<FeePayment> = waiting
        .iter()
        .filter(bears_it)
        .map(|payment| FeePayment {
            channel: payment.channel,
            amount: payment.amount,
            paid_on: payment.booked_on,
            counted_at: None,
        })
        .collect();
    let rate = tariff::rate_on(today);
    Ok(FeeAnswer {
        application: None,
        standing: if waiting.is_empty() {
            FeeStanding::NotLodged
        } else {
            FeeStanding::MoneyWaits
        },
        reference,
        due: rate.amount,
        rule: rate.id.to_owned(),
        paid: Money::ZERO,
        payments: waiting,
        refunds: Vec::new(),
    })
}
