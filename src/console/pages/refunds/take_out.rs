//! `GET` and `POST /payments/refund-lists/new`: writes a list for the bank; `POST …/document` and
//! `…/table`: takes its bytes out.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, reason_of, seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::refunds::lists::{self, PATH};
use crate::console::pages::refunds::refusals;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::money::Money;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::RefundRefusal;
use crate::flow::refund::export::{LIST_MAX, ListForm, prepare_list, read_list, write_list};
use crate::store::{refund_lists, refunds};
use crate::words::{actor, amount, count, date_and_time, noun};

/// The currency of the lists that the console writes; others are written on the command line.
const CURRENCY: &str = "RON";

/// Asks whether a list is to be written, and says what would stand in it.
pub(crate) async fn ask(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let page = preview(&desk, &visit).await?;
    page.show(&desk, &visit, MENU).await
}

/// Writes it. Nothing is written when other refunds wait than were shown.
pub(crate) async fn act(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let page = preview(&desk, &visit).await?;
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(_) if seen(&fields) != page.seen => changed(&desk, &visit).await?,
        Ok(reason) => match Box::pin(written(&desk, &visit, reason)).await? {
            Ok(number) => {
                let path = format!("{PATH}/{number}");
                return Ok(see_done(&path, Done::RefundListWritten));
            }
            Err(fault) => fault,
        },
    };
    page.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

async fn written(
    desk: &Desk,
    visit: &Visit,
    reason: &str,
) -> Result<Result<String, Fault>, Trouble> {
    let actor = visit.user()?.actor();
    let told = |failure: Failure<RefundRefusal>| match failure {
        Failure::Refused(refusal) => Ok(Err(refusals::fault(&refusal, visit))),
        Failure::Broken(error) => Err(Trouble::from(error)),
    };
    let gateway = &desk.gateway;
    let prepared = match prepare_list(gateway, CURRENCY, &actor).await {
        Ok(prepared) => prepared,
        Err(failure) => return told(failure),
    };
    let note = note(gateway, &actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let outcome = write_list(&mut tx, &prepared, &note).await;
    let failure = match outcome {
        Ok(list) => match tx.commit().await {
            Ok(()) => return Ok(Ok(list.number)),
            Err(error) => Failure::from(error),
        },
        Err(failure) => {
            drop(tx);
            failure
        }
    };
    // Somebody listed one of the refunds meanwhile.
    if failure.is_lost_race() {
        return Ok(Err(changed(desk, visit).await?));
    }
    told(failure)
}

/// Somebody was faster: says who wrote the last list, and when.
async fn changed(desk: &Desk, visit: &Visit) -> Result<Fault, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let last = refund_lists::list_latest(&mut tx, None, 1).await?;
    drop(tx);
    let unchanged = visit.says(
        "Restituirile aprobate nu mai sunt cele arătate; nu s-a scris nicio listă.",
        "Other refunds wait than were shown; no list was written.",
    );
    let last = last.first().map(|list| {
        let by = actor(visit.language, &list.written_by);
        let at = date_and_time(visit.language, list.written_at);
        let last = visit.says("Ultima listă", "The last list");
        format!(" {last}: {}, {by}, {at}.", list.number)
    });
    Ok(Fault::conflict(format!(
        "{unchanged}{}",
        last.unwrap_or_default()
    )))
}

async fn preview(desk: &Desk, visit: &Visit) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let waiting = refunds::list_approved(&mut tx, CURRENCY, LIST_MAX).await?;
    drop(tx);
    let sum = waiting
        .iter()
        .try_fold(Money::ZERO, |sum, one| sum.checked_add(one.amount));
    let how_many = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
    let last = waiting.last().map(|one| one.number.as_str());
    let rule = &desk.gateway.config.payments.refund;
    let has_debtor = rule.debtor_iban.is_some() && !rule.debtor_name.trim().is_empty();
    let refusal = match (waiting.is_empty(), has_debtor) {
        (true, _) => Some(RefundRefusal::NothingToList),
        (false, false) => Some(RefundRefusal::DebtorMissing),
        (false, true) => None,
    };
    let sum_text = amount(visit.language, sum.unwrap_or(Money::ZERO));
    Ok(Act {
        heading: visit
            .says("Scrieți o listă pentru bancă", "Write a list for the bank")
            .to_owned(),
        consequence: visit
            .says(
                "Toate restituirile aprobate în lei intră într-o singură listă numerotată, pe care o descărcați și o duceți la bancă. O restituire nu intră niciodată în două liste.",
                "All approved refunds in lei stand in one numbered list, which you take to the bank. A refund is never in two lists.",
            )
            .to_owned(),
        facts: vec![
            (
                visit.says("Restituiri", "Refunds").to_owned(),
                count(visit.language, how_many, noun::REFUND),
            ),
            (visit.says("Suma", "Sum").to_owned(), format!("{sum_text} lei")),
        ],
        path: format!("{PATH}/new"),
        back: PATH.to_owned(),
        seen: format!("{how_many} {}", last.unwrap_or_default()),
        confirm: visit.says("Scrie lista", "Write the list").to_owned(),
        is_final: false,
        obstacle: refusal.map(|refusal| refusals::words(&refusal, visit.language)),
        ..Act::default()
    })
}

/// Gives the document of a list for the bank, and records who took it.
pub(crate) async fn document(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    bytes(&desk, &visit, &path, ListForm::Document).await
}

/// Gives the table of a list, and records who took it.
pub(crate) async fn table(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    bytes(&desk, &visit, &path, ListForm::Table).await
}

async fn bytes(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    form: ListForm,
) -> Result<HttpResponse, Trouble> {
    let (kind, end) = match form {
        ListForm::Document => ("application/xml", "xml"),
        ListForm::Table => ("text/csv; charset=utf-8", "csv"),
    };
    let actor = visit.user()?.actor();
    match Box::pin(read_list(&desk.gateway, number, form, &actor)).await {
        Ok(bytes) => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, kind))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{number}.{end}\""),
            ))
            .body(bytes.to_vec())),
        Err(Failure::Refused(RefundRefusal::ListUnknown)) => Err(Trouble::NotFound),
        Err(Failure::Refused(refusal)) => {
            let fault = refusals::fault(&refusal, visit);
            lists::page(desk, visit, number, (None, Some(&fault))).await
        }
        Err(Failure::Broken(error)) => Err(error.into()),
    }
}
