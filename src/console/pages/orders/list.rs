//! The list of orders, the latest first.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Choice, Filters, Pager, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::store::orders::{self, Order};
use crate::words::{Language, date_and_time, name_of, number};

#[derive(Template)]
#[template(path = "pages/orders.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    states: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    number: String,
    path: String,
    state: Badge,
    is_quarantined: bool,
    lines: String,
    opened: String,
    sent: String,
    receipt: String,
    resends: String,
}

/// `GET /orders`
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let state: Option<OrderState> = asked.code("state")?;
    let before: Option<OrderId> = asked.cursor()?;
    let mut tx = desk.gateway.store.read().await?;
    let mut found = orders::list_latest(&mut tx, state, before, asked.rows_wanted()).await?;
    drop(tx);
    if asked.is_csv() {
        return answer_cells(cells(&found, visit.language), visit.language);
    }
    let filters = Filters::new("/orders").with_some("state", state);
    let key = |order: &Order| order.id.to_string();
    let pager = filters.page(&mut found, asked.text(CURSOR).is_empty(), key);
    let shell = Shell::of(&desk, &visit, "/orders").await?;
    let rows = found.iter().map(|order| row(order, visit.language));
    write(&Page {
        visit: &visit,
        shell: &shell,
        states: states(state, visit.language),
        rows: rows.collect(),
        pager,
    })
}

fn states(chosen: Option<OrderState>, language: Language) -> Vec<Choice> {
    let any = Choice::new("", language.choose("any", "oricare"), chosen.is_none());
    // No order rests in `OPEN`: it exists only inside the transaction that fills it.
    let all = OrderState::ALL
        .iter()
        .filter(|state| **state != OrderState::Open);
    let choice = |state: &OrderState| {
        let is_chosen = chosen == Some(*state);
        Choice::new(state, name_of(*state, language), is_chosen)
    };
    std::iter::once(any).chain(all.map(choice)).collect()
}

fn row(order: &Order, language: Language) -> Row {
    let time = |at: Option<_>| at.map_or_else(|| "–".to_owned(), |at| date_and_time(language, at));
    Row {
        path: format!("/orders/{}", order.number),
        number: order.number.clone(),
        state: Badge::of(order.state, language),
        is_quarantined: order.quarantined,
        lines: number(language, order.line_count),
        opened: date_and_time(language, order.created_at),
        sent: time(order.sent_at),
        receipt: time(order.receipt_at),
        resends: match order.resends {
            0 => String::new(),
            many => number(language, many),
        },
    }
}

fn cells(found: &[Order], language: Language) -> Cells {
    let heads = [
        ("Comandă", "Order"),
        ("Stare", "State"),
        ("Pusă deoparte", "Set aside"),
        ("Poziții", "Lines"),
        ("Deschisă", "Opened"),
        ("Trimisă", "Sent"),
        ("Confirmată", "Receipt"),
        ("Retrimiteri", "Sent again"),
    ];
    let rows = found.iter().map(|order| {
        let row = row(order, language);
        let aside = if row.is_quarantined { "1" } else { "" };
        vec![
            row.number,
            row.state.text,
            aside.to_owned(),
            order.line_count.to_string(),
            row.opened,
            row.sent,
            row.receipt,
            order.resends.to_string(),
        ]
    });
    Cells {
        name: "orders",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
