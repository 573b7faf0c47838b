//! `GET` and `POST /payments/refunds/{number}/approve`, `reject`, `withdraw`.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, reason_of, version_seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::refunds::list::{PATH, money_of};
use crate::console::pages::refunds::refusals;
use crate::console::pages::refunds::show::Case;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::refund::{RefundEvent, RefundState};
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::RefundRefusal;
use crate::flow::refund::decide::{RefundDecision, decide, keep_for};
use crate::store::{payments, refunds};

macro_rules! pages {
    ($( $ask:ident, $do:ident => $decision:ident; )+) => {$(
        /// Asks whether it is to be done.
        pub(crate) async fn $ask(
            desk: web::Data<Desk>,
            visit: Visit,
            path: web::Path<String>,
        ) -> Result<HttpResponse, Trouble> {
            let page = page(&desk, &visit, (RefundDecision::$decision, &path)).await?;
            page.show(&desk, &visit, MENU).await
        }

        /// Does it.
        pub(crate) async fn $do(
            desk: web::Data<Desk>,
            visit: Visit,
            fields: Fields,
            path: web::Path<String>,
        ) -> Result<HttpResponse, Trouble> {
            act(&desk, &visit, (RefundDecision::$decision, &path), &fields).await
        }
    )+};
}

pages! {
    ask_approve, do_approve => Approve;
    ask_reject, do_reject => Reject;
    ask_withdraw, do_withdraw => Withdraw;
}

async fn act(
    desk: &Desk,
    visit: &Visit,
    (decision, number): (RefundDecision, &str),
    fields: &Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(fields, visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let decided = (number, version_seen(fields), reason);
            match Box::pin(carried_out(desk, visit, decision, decided)).await? {
                Ok(done) => return Ok(see_done(&format!("{PATH}/{number}"), done)),
                Err(fault) => fault,
            }
        }
    };
    let page = page(desk, visit, (decision, number)).await?;
    page.refuse(desk, visit, MENU, (fields, fault)).await
}

/// Decides in one transaction, if the refund stands as it was seen.
async fn carried_out(
    desk: &Desk,
    visit: &Visit,
    decision: RefundDecision,
    (number, seen, reason): (&str, i64, &str),
) -> Result<Result<Done, Fault>, Trouble> {
    let actor = visit.user()?.actor();
    let note = note(&desk.gateway, &actor, Some(reason));
    let mut tx = desk.gateway.store.begin().await?;
    let known = refunds::find_by_number(&mut tx, number).await?;
    let payment = known.ok_or(Trouble::NotFound)?.payment;
    // Of two who decide at once, the second sees what the first has done.
    payments::lock(&mut tx, payment).await?;
    let known = refunds::find_by_number(&mut tx, number).await?;
    let refund = known.ok_or(Trouble::NotFound)?;
    if refund.version != seen {
        return Ok(Err(stale(&mut tx, refund.id.0, visit).await?));
    }
    let keep = keep_for(&desk.gateway);
    match decide(&mut tx, number, decision, keep, &note).await {
        Ok(refund) => {
            tx.commit().await?;
            Ok(Ok(done(decision, refund.state)))
        }
        Err(Failure::Refused(refusal)) => Ok(Err(refusals::fault(&refusal, visit))),
        Err(Failure::Broken(error)) => Err(error.into()),
    }
}

const fn done(decision: RefundDecision, state: RefundState) -> Done {
    match (decision, state) {
        (RefundDecision::Approve, RefundState::Proposed) => Done::RefundApprovedOnce,
        (RefundDecision::Approve, _) => Done::RefundApproved,
        (RefundDecision::Reject, _) => Done::RefundRejected,
        (RefundDecision::Withdraw, _) => Done::RefundWithdrawn,
    }
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    (decision, number): (RefundDecision, &str),
) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Case::read(&mut tx, number).await?;
    drop(tx);
    let refund = &case.refund;
    let (page, event) = match decision {
        RefundDecision::Approve => ("approve", RefundEvent::ApprovalGiven),
        RefundDecision::Reject => ("reject", RefundEvent::ApprovalRefused),
        RefundDecision::Withdraw => ("withdraw", RefundEvent::Recalled),
    };
    let refusal = RefundRefusal::StateForbids(refund.state);
    let barred = refund.state.after(event).is_err();
    let (heading, consequence, confirm) = texts(decision, visit);
    let mut facts = vec![
        (
            visit.says("Suma", "Amount").to_owned(),
            money_of(refund, visit.language),
        ),
        (
            visit.says("Plata", "Payment").to_owned(),
            case.payment.clone(),
        ),
    ];
    facts.extend(
        case.application
            .clone()
            .map(|number| (visit.says("Cererea", "Application").to_owned(), number)),
    );
    if !case.approved_by.is_empty() {
        let names = case.approved_by.join(", ");
        facts.push((visit.says("Aprobată de", "Approved by").to_owned(), names));
    }
    Ok(Act {
        heading: format!("{heading} {}", refund.number),
        consequence: consequence.to_owned(),
        facts,
        path: format!("{PATH}/{}/{page}", refund.number),
        back: format!("{PATH}/{}", refund.number),
        seen: refund.version.to_string(),
        confirm: confirm.to_owned(),
        obstacle: barred.then(|| refusals::words(&refusal, visit.language)),
        ..Act::default()
    })
}

/// The heading, what will happen, and what the button says.
const fn texts<'a>(decision: RefundDecision, visit: &Visit) -> (&'a str, &'a str, &'a str) {
    match decision {
        RefundDecision::Approve => (
            visit.says("Aprobați restituirea", "Approve the refund"),
            visit.says(
                "Cu ultima aprobare necesară, restituirea intră în următoarea listă pentru bancă. Priviți întâi contul.",
                "With the last approval that is needed, the refund stands in the next list for the bank. Look at the account first.",
            ),
            visit.says("Aprobă", "Approve"),
        ),
        RefundDecision::Reject => (
            visit.says("Respingeți restituirea", "Reject the refund"),
            visit.says(
                "Restituirea se încheie și banii ei sunt din nou acolo unde au fost.",
                "The refund ends, and its money is where it was before.",
            ),
            visit.says("Respinge", "Reject"),
        ),
        RefundDecision::Withdraw => (
            visit.says("Retrageți restituirea", "Withdraw the refund"),
            visit.says(
                "Restituirea se încheie și banii ei sunt din nou acolo unde au fost.",
                "The refund ends, and its money is where it was before.",
            ),
            visit.says("Retrage", "Withdraw"),
        ),
    }
}
