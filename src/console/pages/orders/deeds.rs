//! What can be done with an order, on its page: the buttons, and what is in the way of the others.

use crate::console::act::{Deed, Fault};
use crate::console::pages::orders::{MENU, ask, words};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::cause::Cause;
use crate::domain::operator::role::Permission;
use crate::domain::order_action::OrderAction;
use crate::flow::decide_order::preview_all;
use crate::store::Tx;
use crate::store::holds::Hold;
use crate::store::orders::Order;
use crate::words::name_of;

/// The buttons: what the order's state and the visitor's rights allow, the likeliest remedy first, and
/// the others with what is in their way.
pub(super) async fn deeds(
    tx: &mut Tx,
    order: &Order,
    open: &[Hold],
    visit: &Visit,
) -> Result<Vec<Deed>, Trouble> {
    let may = visit.may(Permission::DecideOrders);
    let causes = open.iter().filter_map(|hold| {
        let code = u16::try_from(hold.code).ok()?;
        Some(Cause::of(code, &hold.detail))
    });
    let fitting: Vec<OrderAction> = causes
        .flat_map(|cause| cause.decisions().iter().copied())
        .collect();
    let mut deeds = Vec::new();
    let mut likeliest = None;
    for (action, foreseen) in preview_all(tx, order).await? {
        let (consequence, barred) = match foreseen {
            _ if !may => (
                String::new(),
                Some(Fault::not_allowed(Permission::DecideOrders, visit)),
            ),
            Ok(foreseen) => (words::consequence(&foreseen, visit.language), None),
            Err(refusal) => (String::new(), Some(words::refused(&refusal, visit))),
        };
        let place = fitting.iter().position(|fits| *fits == action);
        if barred.is_none() {
            likeliest = likeliest.max(place.map(|place| (std::cmp::Reverse(place), action)));
        }
        let deed = Deed {
            text: name_of(action, visit.language).to_owned(),
            path: format!("{MENU}/{}/{}", order.number, words::word(action)),
            consequence,
            barred,
            tone: "",
        };
        deeds.push((action, deed));
    }
    let likeliest = likeliest.map(|(_, action)| action);
    for (action, deed) in &mut deeds {
        if likeliest == Some(*action) {
            deed.tone = "first";
        }
    }
    deeds.sort_by_key(|(action, deed)| (deed.barred.is_some(), likeliest != Some(*action)));
    let mut deeds: Vec<Deed> = deeds.into_iter().map(|(_, deed)| deed).collect();
    let asked = deeds
        .iter()
        .take_while(|deed| deed.barred.is_none())
        .count();
    deeds.splice(asked..asked, ask::deeds(order, visit));
    Ok(deeds)
}
