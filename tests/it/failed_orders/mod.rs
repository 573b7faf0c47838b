//! Orders that failed: causes, decisions about all orders of one, quarantine, words that two persons
//! apply, and that nothing of it loses or doubles a card.

mod causes;
mod forced;
mod quarantine;
mod random;

use cei_gateway::bureau::receipt::{Outcome, Receipt, ReceiptReason};
use cei_gateway::domain::cause::Cause;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order_action::OrderAction;
use cei_gateway::flow::Failure;
use cei_gateway::flow::causes::NewCauseDecision;
use cei_gateway::flow::decide_order::{OrderDecision, OrderDone, OrderRefusal, decide};
use cei_gateway::store::orders::Order;

use crate::kit::world::World;

/// A person who decides.
fn operator(name: &str) -> Actor {
    Actor::Operator(name.to_owned())
}

/// The receipt that refuses an order for a reason.
fn refusal(world: &World, order: &Order, code: u16, text: &str) -> Receipt {
    let text = text.to_owned();
    world.receipt_of(order, Outcome::Rejected(vec![ReceiptReason { code, text }]))
}

/// An order of so many lines that the bureau refused.
async fn refused_order(world: &mut World, lines: usize, code: u16, text: &str) -> Order {
    let order = world.sent_order(lines).await;
    world.receive(&refusal(world, &order, code, text)).await;
    world.order(&order.number).await
}

/// One decision about an order.
async fn act(
    world: &World,
    order: &Order,
    action: OrderAction,
    lines: &[i64],
) -> Result<OrderDone, Failure<OrderRefusal>> {
    let decision = OrderDecision { action, lines };
    let why = "told by telephone";
    decide(
        &world.gateway,
        &order.number,
        decision,
        &operator("ana"),
        why,
    )
    .await
}

/// All orders of a cause.
fn all_of(cause: Cause, action: OrderAction) -> NewCauseDecision {
    NewCauseDecision {
        cause,
        action,
        orders: Vec::new(),
        lines: Vec::new(),
    }
}
