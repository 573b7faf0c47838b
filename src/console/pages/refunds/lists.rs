//! `GET /payments/refund-lists…`: lists of approved refunds for the bank; written, looked at, withdrawn.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Act, Fault, reason_of, seen};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::list::{Filters, Pager, Tab};
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::payments::sections::sections;
use crate::console::pages::refunds::list::{Row, rows};
use crate::console::pages::refunds::refusals;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::hex::hex;
use crate::domain::id::RefundListId;
use crate::domain::operator::role::Permission;
use crate::domain::refund::RefundState;
use crate::flow::Failure;
use crate::flow::refund::RefundRefusal;
use crate::flow::refund::export::withdraw_refund_list;
use crate::store::refund_lists::{self, RefundList};
use crate::store::{history, refunds};
use crate::words::{Language, actor, amount, count, date_and_time, noun};

/// The address of the lists.
pub(crate) const PATH: &str = "/payments/refund-lists";

/// Steps that are shown at most.
const HISTORY_MAX: i64 = 200;

/// A list, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct ListRow {
    number: String,
    path: String,
    when: String,
    by: String,
    refunds: String,
    amount: String,
    is_withdrawn: bool,
    sha256: String,
}

#[derive(Template)]
#[template(path = "pages/refund_lists.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    sections: Vec<Tab>,
    may_export: bool,
    rows: Vec<ListRow>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "pages/refund_list.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    may_export: bool,
    list: ListRow,
    rows: Vec<Row>,
    moments: Vec<Moment>,
    fault: Option<&'a Fault>,
}

/// Lists them, the latest first.
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let before: Option<RefundListId> = asked.cursor()?;
    let mut tx = desk.gateway.store.read().await?;
    let limit = asked.rows_wanted();
    let mut found = refund_lists::list_latest(&mut tx, before, limit).await?;
    let sections = sections(&mut tx, PATH, &visit).await?;
    drop(tx);
    let filters = Filters::new(PATH);
    let mut pager = filters.page(&mut found, before.is_none(), |one| one.id.to_string());
    pager.csv.clear();
    let shell = Shell::of(&desk, &visit, MENU).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        sections,
        may_export: visit.may(Permission::ExportRefunds),
        rows: found
            .iter()
            .map(|list| ListRow::of(list, visit.language))
            .collect(),
        pager,
    })
}

/// Shows one, with what stands in it.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    page(
        &desk,
        &visit,
        &path,
        (Done::told(&asked, visit.language), None),
    )
    .await
}

/// The page of a list, with what was done, or why nothing was.
pub(super) async fn page(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    (done, fault): (Option<&'static str>, Option<&Fault>),
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let found = refund_lists::find_by_number(&mut tx, number).await?;
    let list = found.ok_or(Trouble::NotFound)?;
    let in_it = refunds::list_of_list(&mut tx, list.id).await?;
    let rows = rows(&mut tx, &in_it, desk, visit.language).await?;
    let steps = history::list(&mut tx, list.id.0, HISTORY_MAX).await?;
    drop(tx);
    let shell = Shell::of(desk, visit, MENU).await?;
    let mut answer = write(&ListPage {
        visit,
        shell: &shell,
        done,
        may_export: visit.may(Permission::ExportRefunds),
        list: ListRow::of(&list, visit.language),
        rows,
        moments: moments(&steps, visit.language),
        fault,
    })?;
    if let Some(fault) = fault {
        *answer.status_mut() = fault.status;
    }
    Ok(answer)
}

/// Asks whether a list is to be withdrawn.
pub(crate) async fn ask_withdraw(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let page = withdrawal(&desk, &visit, &path).await?;
    page.show(&desk, &visit, MENU).await
}

/// Withdraws it.
pub(crate) async fn do_withdraw(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let page = withdrawal(&desk, &visit, &path).await?;
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        // One that was withdrawn meanwhile is refused by the flow; nothing else about a list changes.
        Ok(_) if seen(&fields) != page.seen => Fault::conflict(refusals::words(
            &RefundRefusal::ListWithdrawn,
            visit.language,
        )),
        Ok(reason) => {
            let actor = visit.user()?.actor();
            let told = (&actor, reason);
            match Box::pin(withdraw_refund_list(&desk.gateway, &path, told)).await {
                Ok(list) => {
                    let path = format!("{PATH}/{}", list.number);
                    return Ok(see_done(&path, Done::RefundListWithdrawn));
                }
                Err(Failure::Refused(refusal)) => refusals::fault(&refusal, &visit),
                Err(Failure::Broken(error)) => return Err(error.into()),
            }
        }
    };
    page.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

async fn withdrawal(desk: &Desk, visit: &Visit, number: &str) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let found = refund_lists::find_by_number(&mut tx, number).await?;
    let list = found.ok_or(Trouble::NotFound)?;
    let in_it = refunds::list_of_list(&mut tx, list.id).await?;
    drop(tx);
    let mut paid = in_it
        .iter()
        .filter(|one| one.state != RefundState::Exported);
    let refusal = match (list.withdrawn_at, paid.next()) {
        (Some(_), _) => Some(RefundRefusal::ListWithdrawn),
        (None, Some(paid)) => Some(RefundRefusal::ListPaid(paid.number.clone())),
        (None, None) => None,
    };
    let row = ListRow::of(&list, visit.language);
    Ok(Act {
        heading: format!(
            "{} {}",
            visit.says("Retrageți lista", "Withdraw the list"),
            list.number
        ),
        consequence: visit
            .says(
                "Restituirile din listă sunt din nou doar aprobate și intră în lista următoare. Retrageți lista numai dacă banca a refuzat-o în întregime.",
                "The refunds of the list are merely approved again, and stand in the next list. Withdraw it only if the bank refused it as a whole.",
            )
            .to_owned(),
        facts: vec![
            (visit.says("Restituiri", "Refunds").to_owned(), row.refunds),
            (visit.says("Suma", "Sum").to_owned(), row.amount),
        ],
        path: format!("{PATH}/{}/withdraw", list.number),
        back: format!("{PATH}/{}", list.number),
        seen: list.withdrawn_at.is_none().to_string(),
        confirm: visit.says("Retrage lista", "Withdraw the list").to_owned(),
        is_final: true,
        obstacle: refusal.map(|refusal| refusals::words(&refusal, visit.language)),
        ..Act::default()
    })
}

impl ListRow {
    fn of(list: &RefundList, language: Language) -> Self {
        let currency = match list.currency.as_str() {
            "RON" => "lei",
            other => other,
        };
        Self {
            number: list.number.clone(),
            path: format!("{PATH}/{}", list.number),
            when: date_and_time(language, list.written_at),
            by: actor(language, &list.written_by),
            refunds: count(language, list.refunds, noun::REFUND),
            amount: format!("{} {currency}", amount(language, list.amount)),
            is_withdrawn: list.withdrawn_at.is_some(),
            sha256: hex(&list.sha256),
        }
    }
}
