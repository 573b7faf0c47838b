//! Counts what the demo has done, and holds the gateway's books against those of the other parties.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::cli::demo::stage::Stage;
use crate::domain::application::ApplicationState;
use crate::domain::id::ApplicationId;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::store::{Tx, applications, cards, holds, order_lines, orders, payments, readings};

/// Rows read at a time.
const PAGE: i64 = 500;

/// What the demo has done; the shape of `--json`.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Applications that the gateway took in.
    pub applications: u64,
    /// The same, by state.
    pub by_state: BTreeMap<&'static str, i64>,
    /// Orders.
    pub orders: i64,
    /// Lines in them.
    pub order_lines: i64,
    /// Cards that exist and were not found wanting.
    pub cards: i64,
    /// Payments by what became of them.
    pub payments: Payments,
    /// Events that the offices have read.
    pub events_delivered: u64,
    /// What waits for an operator.
    pub holds: Vec<Waiting>,
    /// Applications for which two cards were under way at once, by the bureau's own ledger.
    pub ordered_twice: usize,
    /// Applications and payments that somebody else knows of and the gateway does not, and
    /// applications that stand still for no stated reason.
    pub lost: usize,
    /// Deliveries to the bureau that had to be tried again.
    pub retries: i64,
    /// Checks that did not hold, in words; empty when everything is accounted for.
    pub discrepancies: Vec<String>,
    /// How long it took, in seconds of the machine.
    pub seconds: u64,
}

/// Payments by what became of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Payments {
    /// All that were recorded, charges and settlement lots included.
    pub recorded: i64,
    /// Tied to an application.
    pub matched: i64,
    /// An operator is asked whose they are.
    pub suggested: i64,
    /// Nobody is known whose they could be.
    pub unmatched: i64,
    /// Taken back.
    pub reversed: i64,
    /// To be given back.
    pub refund_due: i64,
    /// No payments of fees: charges, settlement lots.
    pub no_fee: i64,
}

/// What waits for an operator.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    /// What it is.
    pub subject: String,
    /// Its number.
    pub number: String,
    /// The reason code.
    pub code: i64,
}

/// Draws up the account.
pub async fn draw_up(stage: &Stage, seconds: u64) -> anyhow::Result<Account> {
    let mut tx = stage.gateway.store.read().await?;
    let by_state = applications::count_by_state(&mut tx).await?;
    let by_order_state = orders::count_by_state(&mut tx).await?;
    let ledger = stage.bureau.ledger();
    let mut account = Account {
        applications: u64::try_from(sum(&by_state)).unwrap_or(0),
        by_state: by_state
            .into_iter()
            .map(|(state, count)| (state.as_str(), count))
            .collect(),
        orders: sum(&by_order_state),
        order_lines: readings::count_order_lines(&mut tx).await?,
        cards: count_cards(&mut tx).await?,
        payments: count_payments(&mut tx).await?,
        events_delivered: stage.offices.ledger().events,
        holds: list_holds(&mut tx).await?,
        ordered_twice: ledger.duplicates.len(),
        lost: 0,
        retries: readings::count_retries(&mut tx).await?,
        discrepancies: Vec::new(),
        seconds,
    };
    check_applications(stage, &mut tx, &mut account).await?;
    check_events(stage, &mut account);
    check_money(stage, &mut tx, &mut account).await?;
    Ok(account)
}

fn sum<T>(counts: &[(T, i64)]) -> i64 {
    counts.iter().map(|(_, count)| count).sum()
}

async fn count_cards(tx: &mut Tx) -> anyhow::Result<i64> {
    let counts = cards::count_by_state(tx).await?;
    Ok(counts
        .iter()
        .filter(|(state, _)| state != "FAILED")
        .map(|(_, count)| count)
        .sum())
}

async fn count_payments(tx: &mut Tx) -> anyhow::Result<Payments> {
    let mut payments = Payments::default();
    for (state, count) in payments::count_by_state(tx).await? {
        payments.recorded += count;
        *match state {
            PaymentState::Matched | PaymentState::Consumed => &mut payments.matched,
            PaymentState::Suggested => &mut payments.suggested,
            PaymentState::Imported | PaymentState::Unmatched => &mut payments.unmatched,
            PaymentState::Reversed => &mut payments.reversed,
            PaymentState::RefundDue | PaymentState::Refunded => &mut payments.refund_due,
            PaymentState::Invalid => &mut payments.no_fee,
        } += count;
    }
    Ok(payments)
}

async fn list_holds(tx: &mut Tx) -> anyhow::Result<Vec<Waiting>> {
    let mut waiting = Vec::new();
    let mut after = None;
    loop {
        let page = holds::list_open(tx, None, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(waiting);
        };
        after = Some(last.id.into());
        waiting.extend(page.into_iter().map(|hold| Waiting {
            subject: hold.subject_kind,
            number: hold.subject_number,
            code: hold.code,
        }));
    }
}

/// Every application that an office was told of is there, where its office believes it to be, and
/// whatever has not ended stands still for a reason.
async fn check_applications(
    stage: &Stage,
    tx: &mut Tx,
    account: &mut Account,
) -> anyhow::Result<()> {
    for view in stage.offices.views() {
        let Some(application) = applications::find(tx, ApplicationId(view.id)).await? else {
            account.lost += 1;
            account
                .discrepancies
                .push(format!("{} is not in the gateway", view.number));
            continue;
        };
        if !is_accounted_for(tx, application.state, application.id.0).await? {
            account.lost += 1;
            let text = format!("{} stands still at {}", view.number, application.state);
            account.discrepancies.push(text);
        }
    }
    let told = u64::try_from(stage.offices.views().count()).unwrap_or(0);
    if told != account.applications {
        let text = format!(
            "offices know {told} applications, the gateway {}",
            account.applications
        );
        account.discrepancies.push(text);
    }
    Ok(())
}

/// Whether an application has ended, or somebody outside the gateway has the next word: a payer,
/// the office, the applicant, or an operator.
async fn is_accounted_for(tx: &mut Tx, state: ApplicationState, id: Uuid) -> anyhow::Result<bool> {
    let others_turn = matches!(
        state,
        ApplicationState::AwaitingFee
            | ApplicationState::Returned
            | ApplicationState::AtOffice
            | ApplicationState::Unclaimed
    );
    if others_turn || state.is_ended() || holds::count_open(tx, id).await? > 0 {
        return Ok(true);
    }
    for line in order_lines::list_of_application(tx, ApplicationId(id)).await? {
        let waits = holds::count_open(tx, line.id.0).await? > 0
            || holds::count_open(tx, line.order.0).await? > 0;
        if waits {
            return Ok(true);
        }
    }
    Ok(false)
}

fn check_events(stage: &Stage, account: &mut Account) {
    let ledger = stage.offices.ledger();
    if ledger.gaps > 0 {
        account
            .discrepancies
            .push(format!("offices saw {} gaps in their events", ledger.gaps));
    }
    let surprises = ledger
        .surprises
        .iter()
        .map(|text| format!("an office was surprised: {text}"));
    account.discrepancies.extend(surprises);
    if stage.bureau.unposted() > 0 || stage.channels.unsent() > 0 {
        account
            .discrepancies
            .push("documents wait to be taken by the gateway".to_owned());
    }
}

/// What came and went by the channels' ledger is what the gateway has recorded, to the ban.
async fn check_money(stage: &Stage, tx: &mut Tx, account: &mut Account) -> anyhow::Result<()> {
    let ledger = stage.channels.ledger();
    let sent = [ledger.counter_credited, ledger.station_credited];
    let sent = sent
        .iter()
        .try_fold(Money::ZERO, |sum, money| sum.checked_add(*money));
    let recorded = readings::sum_of_credits(tx).await?;
    if sent != Some(recorded) {
        account.lost += 1;
        let sent = sent.unwrap_or(Money::ZERO);
        let text = format!("payers paid {sent} lei, the gateway recorded {recorded} lei");
        account.discrepancies.push(text);
    }
    let tied = readings::sum_of_matches(tx).await?;
    let paid = readings::sum_of_paid(tx).await?;
    if tied != paid {
        account.lost += 1;
        let text = format!("matches sum up to {tied} lei, fees say {paid} lei");
        account.discrepancies.push(text);
    }
    Ok(())
}
