//! `GET` and `POST /payments/{number}/split`: one payment for several applications, each its part.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Fault, reason_of, version_seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::pages::payments::acted::{Decided, Setback, carry_out};
use crate::console::pages::payments::case::Case;
use crate::console::pages::payments::list::PATH;
use crate::console::pages::payments::parts::{Parts, Typed};
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::row::money_of;
use crate::console::pages::payments::sheet::path_of;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::money::Money;
use crate::domain::payment_action::PaymentAction;
use crate::flow::decide_payment::wake;
use crate::flow::split_payment::split;
use crate::words::lei;

#[derive(Template)]
#[template(path = "pages/payment_split.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    number: &'a str,
    path: &'a str,
    version: i64,
    amount: String,
    /// What of it is free to be split.
    free: String,
    barred: Option<String>,
    rows: &'a [Typed],
    leaves_rest: bool,
    reason: &'a str,
    fault: Option<&'a Fault>,
}

impl Page<'_> {
    /// Whether a field is what is wrong.
    fn is_wrong(&self, field: &str) -> bool {
        self.fault.and_then(|fault| fault.field) == Some(field)
    }
}

/// Asks how it is to be split; the candidates that fit into it stand there already.
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Box::pin(Case::read(&mut tx, &path)).await?;
    drop(tx);
    let parts = Parts::suggested(&case, visit.language);
    show(&desk, &visit, &case, (&parts, "", None)).await
}

/// Splits it.
pub(crate) async fn act(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Box::pin(Case::read(&mut tx, &path)).await?;
    let mut parts = Parts::typed(&fields);
    if !fields.text("more").is_empty() {
        drop(tx);
        parts.add_rows();
        let kept = (&parts, fields.text("reason"), None);
        return show(&desk, &visit, &case, kept).await;
    }
    // What was typed is judged only against the payment that was looked at.
    let is_stale = version_seen(&fields) != case.payment.version;
    let late = if is_stale {
        Some(stale(&mut tx, case.payment.id.0, &visit).await?)
    } else {
        None
    };
    let checked = parts.check(&mut tx, &case, visit.language).await?;
    drop(tx);
    let fault = match (late, checked, reason_of(&fields, &visit)) {
        (Some(fault), _, _) | (None, Err(fault), _) | (None, _, Err(fault)) => fault,
        (None, Ok(meant), Ok(reason)) => {
            let decided = Decided {
                number: &path,
                seen: version_seen(&fields),
                reason,
            };
            let outcome = carry_out(&desk, &visit, decided, async |tx, payment, note| {
                split(tx, payment.id, &meant, note).await
            });
            match Box::pin(outcome).await? {
                Ok(payment) => {
                    wake(&desk.gateway);
                    return Ok(see_done(&path_of(&payment), Done::PaymentSplit));
                }
                Err(Setback::Stale(fault)) => fault,
                Err(Setback::Refused(refusal)) => {
                    Fault::conflict(refusals::words(refusal, visit.language))
                }
            }
        }
    };
    let kept = (&parts, fields.text("reason"), Some(&fault));
    show(&desk, &visit, &case, kept).await
}

async fn show(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    (parts, reason, fault): (&Parts, &str, Option<&Fault>),
) -> Result<HttpResponse, Trouble> {
    let shell = Shell::of(desk, visit, PATH).await?;
    let language = visit.language;
    let barred = case.obstacle(PaymentAction::Split);
    let mut answer = write(&Page {
        visit,
        shell: &shell,
        number: &case.payment.number,
        path: &path_of(&case.payment),
        version: case.payment.version,
        amount: money_of(&case.payment, language),
        free: lei(language, case.free.max(Money::ZERO)),
        barred: barred.map(|why| refusals::words(why, language)),
        rows: &parts.rows,
        leaves_rest: parts.leaves_rest,
        reason,
        fault,
    })?;
    *answer.status_mut() = fault.map_or(StatusCode::OK, |fault| fault.status);
    Ok(answer)
}
