//! `GET /payments/refund-candidates`: payments of which something may be given back.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::list::{Filters, PAGE_ROWS, Pager, Tab};
use crate::console::look::shell::Shell;
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::payments::row::Row;
use crate::console::pages::payments::sections::sections;
use crate::console::pages::refunds::list;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::PaymentId;
use crate::domain::operator::role::Permission;
use crate::flow::refund::{Candidate, candidates};
use crate::store::payments::Payment;
use crate::words::amount;

/// The address of the list.
pub(crate) const PATH: &str = "/payments/refund-candidates";

#[derive(Template)]
#[template(path = "pages/refund_candidates.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    sections: Vec<Tab>,
    may_propose: bool,
    /// Each payment, with how much of it may be given back.
    rows: Vec<(Row, String)>,
    pager: Pager,
}

/// Lists them, oldest first.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let after: Option<PaymentId> = asked.cursor()?;
    let mut tx = desk.gateway.store.read().await?;
    let (found, last) = candidates(&mut tx, after, PAGE_ROWS).await?;
    let sections = sections(&mut tx, list::PATH, &visit).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let filters = Filters::new(PATH);
    let now = desk.gateway.clock.now();
    let none = std::collections::BTreeMap::new();
    let row = |one: &Candidate| {
        let largest = one.sources.first().map(|source| source.amount);
        let most = largest.map_or_else(String::new, |most| amount(visit.language, most));
        let text = format!("{most} {}", currency_of(&one.payment));
        (Row::of(&one.payment, &none, now, visit.language), text)
    };
    write(&Page {
        visit: &visit,
        shell: &shell,
        sections,
        may_propose: visit.may(Permission::DecidePayments),
        rows: found.iter().map(row).collect(),
        pager: Pager {
            first: after.map(|_| filters.address()),
            next: last.map(|last| filters.changed("after", last)),
            csv: String::new(),
        },
    })
}

fn currency_of(payment: &Payment) -> &str {
    match payment.currency.as_str() {
        "RON" => "lei",
        other => other,
    }
}
