//! Opens the next order, if the batching rule asks for one: its lines are fixed, its applications
//! ordered, their payments consumed, all in one transaction.

use std::convert::Infallible;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Europe::Bucharest;

use crate::config::Batching;
use crate::domain::acknowledgement::LineState;
use crate::domain::application::{ApplicationEvent, Product};
use crate::domain::batching::{BatchingRule, CloseReason, Closing, Moment, Waiting};
use crate::domain::calendar::bucharest_day;
use crate::domain::id::{OrderId, OrderLineId};
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, take_step};
use crate::store::order_lines::OrderLine;
use crate::store::orders::Order;
use crate::store::{Tx, counters, order_lines, orders, payments};

/// Opens the next order of the product, if it is time for one. Returns its number.
pub async fn open_order(
    gateway: &Gateway,
    product: Product,
) -> Result<Option<String>, Failure<Infallible>> {
    let rule = rule_of(&gateway.config.batching);
    let limit = i64::try_from(rule.lines_max.max(1)).unwrap_or(i64::MAX);
    let bureau = &gateway.config.bureau.code;
    let now = gateway.clock.now();
    let mut tx = gateway.store.read().await?;
    let backlog = applications::sum_up_ready(&mut tx, bureau, product, limit).await?;
    drop(tx);
    let Some(backlog) = backlog else {
        return Ok(None);
    };
    let at = moment(
        &gateway.config.batching,
        now,
        Some(backlog.oldest_ready_since),
    );
    if rule.why_close(&backlog, at).is_none() {
        return Ok(None);
    }
    let mut tx = gateway.store.begin().await?;
    // The most urgent come first, and more than one order holds cannot be taken now anyway.
    let ready = applications::list_ready(&mut tx, bureau, product, limit).await?;
    let Some(closing) = decide(&rule, &gateway.config.batching, &ready, now) else {
        return Ok(None);
    };
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, None);
    let members = closing
        .members
        .iter()
        .filter_map(|member| ready.iter().find(|one| one.id == *member))
        .cloned()
        .collect();
    let new = NewOrder {
        product,
        because: closing.because,
        replaces: None,
    };
    let order = insert_order(&mut tx, gateway, &new, members, &note).await?;
    tx.commit().await?;
    Ok(Some(order.number))
}

/// What is known of an order before it is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewOrder {
    /// What its lines ask for.
    pub(crate) product: Product,
    /// Why it is closed.
    pub(crate) because: CloseReason,
    /// The order in whose place it stands.
    pub(crate) replaces: Option<OrderId>,
}

/// Opens an order with a line for each of `members`, which are ready, and closes it.
pub(crate) async fn insert_order<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    new: &NewOrder,
    members: Vec<Application>,
    note: &Note<'_>,
) -> Result<Order, Failure<R>> {
    let order = write_order(tx, gateway, new, members.len(), note).await?;
    for (member, line_no) in members.into_iter().zip(1_i64..) {
        place(tx, order.id, line_no, member, note).await?;
    }
    Ok(order)
}

fn rule_of(config: &Batching) -> BatchingRule {
    BatchingRule {
        lines_max: usize::try_from(config.lines_max).unwrap_or(usize::MAX),
        bytes_max: config.bytes_max,
        age_max: Duration::from_mins(u64::from(config.age_max_minutes)),
        deadline_risk_days: config.deadline_risk_days,
    }
}

fn decide(
    rule: &BatchingRule,
    config: &Batching,
    ready: &[Application],
    now: DateTime<Utc>,
) -> Option<Closing> {
    let waiting: Vec<Waiting> = ready
        .iter()
        .map(|one| Waiting {
            application: one.id,
            ready_since: one.ready_since.unwrap_or(one.updated_at),
            deadline_on: one.deadline_on,
            bytes: u64::try_from(one.content_bytes).unwrap_or(0),
        })
        .collect();
    let oldest_ready_since = waiting.iter().map(|one| one.ready_since).min();
    rule.next_order(&waiting, moment(config, now, oldest_ready_since))
}

/// The moment at which the rule is asked: the cut-off has come for those who were ready before it.
fn moment(
    config: &Batching,
    now: DateTime<Utc>,
    oldest_ready_since: Option<DateTime<Utc>>,
) -> Moment {
    let cut_off = cut_off_of_the_day(config, now)
        .is_some_and(|at| now >= at && oldest_ready_since.is_some_and(|ready| ready < at));
    Moment {
        now,
        today: bucharest_day(now),
        cut_off,
    }
}

/// The instant of today's cut-off, where one is configured.
fn cut_off_of_the_day(config: &Batching, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = config.cut_off.as_ref()?.0;
    let local = Bucharest.from_local_datetime(&bucharest_day(now).and_time(time));
    local.earliest().map(|at| at.with_timezone(&Utc))
}

async fn write_order<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    new: &NewOrder,
    line_count: usize,
    note: &Note<'_>,
) -> Result<Order, Failure<R>> {
    let bureau = &gateway.config.bureau.code;
    let day = bucharest_day(note.at).format("%Y%m%d");
    let serial = counters::take_number(tx, &format!("order:{bureau}:{day}")).await?;
    let order = Order {
        id: OrderId(note.random.uuid(note.at)),
        number: format!("{bureau}-{day}-{serial:04}"),
        message_id: note.random.uuid(note.at),
        bureau: bureau.clone(),
        product: new.product,
        test: gateway.config.environment.is_test(),
        state: OrderState::Open,
        close_reason: new.because.to_string(),
        line_count: i64::try_from(line_count).unwrap_or(i64::MAX),
        replaces: new.replaces,
        sealed: None,
        sha256: None,
        size_bytes: None,
        signed_at: None,
        sent_at: None,
        receipt_at: None,
        resends: 0,
        created_at: note.at,
        version: 1,
    };
    orders::insert(tx, &order).await?;
    let fixed = OrderEvent::LinesFixed;
    let state = take_step::<history::Order>(tx, order.id.0, order.state, fixed, note).await?;
    Ok(Order { state, ..order })
}

/// Writes one line, and takes its application and the payments of its fee along.
async fn place<R>(
    tx: &mut Tx,
    order: OrderId,
    line_no: i64,
    mut application: Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    // First of all, so that of two replicas that read the same list only one goes on.
    advance(
        tx,
        &mut application,
        ApplicationEvent::PutInOrder,
        None,
        note,
    )
    .await?;
    let attempt = applications::count_attempt(tx, application.id).await?;
    let line = OrderLine {
        id: OrderLineId(note.random.uuid(note.at)),
        order,
        line_no,
        application: application.id,
        attempt,
        state: LineState::Placed,
        last_sequence: 0,
        remakes: 0,
        reason: None,
        document_number: None,
    };
    order_lines::insert(tx, &line, note.at).await?;
    for payment in payments::list_of_application(tx, application.id).await? {
        if payment.state == PaymentState::Matched {
            let event = PaymentEvent::CardOrdered;
            take_step::<history::Payment>(tx, payment.id.0, payment.state, event, note).await?;
        }
    }
    Ok(())
}
