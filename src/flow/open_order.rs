//! Opens the next order, if the batching rule asks for one: its lines are fixed, its applications
//! ordered, their payments consumed, all in one transaction.

use std::convert::Infallible;

use uuid::Uuid;

use crate::domain::acknowledgement::LineState;
use crate::domain::application::{ApplicationEvent, Product};
use crate::domain::batching::{BatchingRule, CloseReason, Group, Moment, Waiting};
use crate::domain::calendar::bucharest_day;
use crate::domain::id::{OrderId, OrderLineId};
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::batching_rule::{moment, rule_of};
use crate::flow::progress::{advance_all, note};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, Walk, take_all, take_step};
use crate::store::order_lines::OrderLine;
use crate::store::orders::Order;
use crate::store::{StoreError, Tx, batching_pauses, counters, matches, order_lines, orders};

/// Opens the next order of the product, if it is time for one. Returns its number.
pub async fn open_order(
    gateway: &Gateway,
    product: Product,
) -> Result<Option<String>, Failure<Infallible>> {
    let rule = rule_of(&gateway.config.batching);
    let Some(group) = group_to_close(gateway, &rule, product).await? else {
        return Ok(None);
    };
    let bureau = &gateway.config.bureau.code;
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    // The number comes first: its row is locked until the end, so that of two replicas one counts
    // the day's lines after the other has placed its own.
    let number = take_number(&mut tx, bureau, &note).await?;
    if batching_pauses::find(&mut tx, bureau, product, note.at)
        .await?
        .is_some()
    {
        return Ok(None); // Somebody paused it meanwhile.
    }
    let at = moment(&mut tx, &rule, bureau, product, note.at).await?;
    // The most urgent come first, and more than one order holds cannot be taken now anyway.
    let of_group = (rule.grouping, &group);
    let limit = limit_of(&rule);
    let ready = applications::list_ready_of(&mut tx, bureau, product, of_group, limit).await?;
    let waiting: Vec<Waiting> = ready.iter().map(waiting).collect();
    let Some(closing) = rule.next_order(&waiting, at) else {
        return Ok(None);
    };
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
    let order = insert_numbered(&mut tx, gateway, (&new, number), members, &note).await?;
    tx.commit().await?;
    Ok(Some(order.number))
}

/// The group of which an order is to be closed now, if there is one and nobody paused it. It costs
/// one statement while everybody may still wait.
async fn group_to_close(
    gateway: &Gateway,
    rule: &BatchingRule,
    product: Product,
) -> Result<Option<Group>, StoreError> {
    let bureau = &gateway.config.bureau.code;
    let now = gateway.clock.now();
    let mut tx = gateway.store.read().await?;
    let limit = limit_of(rule);
    let groups =
        applications::sum_up_groups(&mut tx, bureau, product, rule.grouping, limit).await?;
    let unlimited = Moment {
        lines_left: None,
        ..Moment::of(rule, now, 0)
    };
    if rule.next_group(&groups, unlimited).is_none() {
        return Ok(None);
    }
    let pause = batching_pauses::find(&mut tx, bureau, product, now).await?;
    if pause.is_some() {
        return Ok(None);
    }
    let at = moment(&mut tx, rule, bureau, product, now).await?;
    Ok(rule.next_group(&groups, at).map(|(group, _)| group.clone()))
}

/// More than this many applications fit into no order.
fn limit_of(rule: &BatchingRule) -> i64 {
    i64::try_from(rule.lines_max.max(1)).unwrap_or(i64::MAX)
}

fn waiting(application: &Application) -> Waiting {
    Waiting {
        application: application.id,
        ready_since: application.ready_since.unwrap_or(application.updated_at),
        deadline_on: application.deadline_on,
        bytes: u64::try_from(application.content_bytes).unwrap_or(0),
    }
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
    let number = take_number(tx, &gateway.config.bureau.code, note).await?;
    insert_numbered(tx, gateway, (new, number), members, note).await
}

async fn insert_numbered<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    new: (&NewOrder, String),
    members: Vec<Application>,
    note: &Note<'_>,
) -> Result<Order, Failure<R>> {
    let order = write_order(tx, gateway, new, members.len(), note).await?;
    place_all(tx, order.id, members, note).await?;
    Ok(order)
}

/// Takes the next order number of the day.
async fn take_number(tx: &mut Tx, bureau: &str, note: &Note<'_>) -> Result<String, StoreError> {
    let day = bucharest_day(note.at).format("%Y%m%d");
    let serial = counters::take_number(tx, &format!("order:{bureau}:{day}")).await?;
    Ok(format!("{bureau}-{day}-{serial:04}"))
}

async fn write_order<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    (new, number): (&NewOrder, String),
    line_count: usize,
    note: &Note<'_>,
) -> Result<Order, Failure<R>> {
    let order = Order {
        id: OrderId(note.random.uuid(note.at)),
        number,
        message_id: note.random.uuid(note.at),
        bureau: gateway.config.bureau.code.clone(),
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
        quarantined: false,
        created_at: note.at,
        version: 1,
    };
    orders::insert(tx, &order).await?;
    let fixed = OrderEvent::LinesFixed;
    let state = take_step::<history::Order>(tx, order.id.0, order.state, fixed, note).await?;
    Ok(Order { state, ..order })
}

/// Writes the lines, and takes their applications and the payments of the fees along.
async fn place_all<R>(
    tx: &mut Tx,
    order: OrderId,
    mut members: Vec<Application>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let ids: Vec<Uuid> = members.iter().map(|member| member.id.0).collect();
    // First of all, so that of two replicas that read the same list only one goes on.
    advance_all(tx, &mut members, ApplicationEvent::PutInOrder, note).await?;
    let attempts = applications::count_attempts(tx, &ids).await?;
    let line = |(member, line_no): (&Application, i64)| OrderLine {
        id: OrderLineId(note.random.uuid(note.at)),
        order,
        line_no,
        application: member.id,
        attempt: attempts.get(&member.id).copied().unwrap_or(0),
        state: LineState::Placed,
        last_sequence: 0,
        remakes: 0,
        reason: None,
        document_number: None,
        forced: false,
    };
    let lines: Vec<OrderLine> = members.iter().zip(1_i64..).map(line).collect();
    order_lines::insert_all(tx, &lines, note.at).await?;
    let consumed = |id| Walk {
        id,
        from: PaymentState::Matched,
        events: vec![PaymentEvent::CardOrdered],
    };
    let payments = matches::list_matched_of(tx, &ids).await?;
    let payments: Vec<Walk<history::Payment>> = payments.into_iter().map(consumed).collect();
    take_all(tx, &payments, note).await?;
    Ok(())
}
