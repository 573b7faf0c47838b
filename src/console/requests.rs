//! What needs two persons: what was asked for, and another person's decision.

mod also;

pub(crate) use also::ToApprove;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::requests::also::{Also, list_also};
use crate::console::sign_in::told;
use crate::console::trouble::Trouble;
use crate::console::users::reason_of;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::four_eyes::{ApprovalRefusal, FourEyesAction, RequestOutcome, person};
use crate::domain::id::RequestId;
use crate::domain::operator::role::Permission;
use crate::flow::people::requests::{self, RequestRefusal};
use crate::store::four_eyes_requests::{self, Request};
use crate::words::date_and_time;

/// How many of each kind a page lists.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    waiting: Vec<Row>,
    also: Vec<Also>,
    ended: Vec<Row>,
    fault: String,
}

struct Row {
    id: RequestId,
    title: &'static str,
    subject: String,
    consequence: String,
    asked_by: String,
    asked_at: String,
    reason: String,
    expires_at: String,
    is_own: bool,
    may_approve: bool,
    outcome: &'static str,
    tone: &'static str,
    ended_by: String,
    ended_reason: String,
}

/// `GET /requests`
pub(super) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let done = Done::told(&asked, visit.language);
    page(&desk, &visit, done, String::new()).await
}

/// `POST /requests`
pub(super) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let action = FourEyesAction::parse(fields.text("action"));
    let action = action.map_err(|_unknown| Trouble::NotFound)?;
    // Each action has a permission of its own, which the list of routes cannot know.
    if !visit.may(action.asked_with()) {
        return Err(Trouble::NotAllowed(action.asked_with()));
    }
    let actor = visit.user()?.actor();
    let subject = fields.text("subject");
    let reason = reason_of(&fields)?.unwrap_or_default();
    let asked = requests::ask(&desk.gateway, (action, subject), &actor, &reason).await;
    let outcome = told(asked)?.map(|_request| Done::RequestMade);
    answer(&desk, &visit, outcome).await
}

/// `POST /requests/{id}/approve`
pub(super) async fn approve(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let (id, actor) = (id_of(&id)?, visit.user()?.actor());
    let reason = reason_of(&fields)?.unwrap_or_default();
    let approved = requests::approve(&desk.gateway, id, &actor, &reason).await;
    let outcome = told(approved)?.map(|_request| Done::RequestApproved);
    answer(&desk, &visit, outcome).await
}

/// `POST /requests/{id}/reject`
pub(super) async fn reject(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let (id, actor) = (id_of(&id)?, visit.user()?.actor());
    let reason = reason_of(&fields)?.unwrap_or_default();
    let rejected = requests::reject(&desk.gateway, id, &actor, &reason).await;
    let outcome = told(rejected)?.map(|_request| Done::RequestRejected);
    answer(&desk, &visit, outcome).await
}

/// `POST /requests/{id}/withdraw`
pub(super) async fn withdraw(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let (id, actor) = (id_of(&id)?, visit.user()?.actor());
    let reason = reason_of(&fields)?.unwrap_or_default();
    let withdrawn = requests::withdraw(&desk.gateway, id, &actor, &reason).await;
    let outcome = told(withdrawn)?.map(|_request| Done::RequestWithdrawn);
    answer(&desk, &visit, outcome).await
}

fn id_of(text: &str) -> Result<RequestId, Trouble> {
    text.parse().map_err(|_no_id| Trouble::NotFound)
}

async fn answer(
    desk: &Desk,
    visit: &Visit,
    outcome: Result<Done, RequestRefusal>,
) -> Result<HttpResponse, Trouble> {
    let refusal = match outcome {
        Ok(done) => return Ok(see_done("/requests", done)),
        Err(RequestRefusal::Unknown) => return Err(Trouble::NotFound),
        Err(refusal) => refusal,
    };
    let mut answer = page(desk, visit, None, words(&refusal, visit)).await?;
    *answer.status_mut() = match refusal {
        RequestRefusal::Ended { .. } | RequestRefusal::Moved { .. } | RequestRefusal::OneWaits => {
            StatusCode::CONFLICT
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(answer)
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    done: Option<&'static str>,
    fault: String,
) -> Result<HttpResponse, Trouble> {
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let mut waiting = four_eyes_requests::list_waiting(&mut tx, now, PAGE).await?;
    waiting.sort_by_key(|request| std::cmp::Reverse((request.asked_at, request.id)));
    let later = now + chrono::TimeDelta::minutes(1);
    let mut ended = four_eyes_requests::list_latest(&mut tx, later, PAGE).await?;
    ended.retain(|request| request.outcome.is_some() || request.expires_at <= now);
    let also = list_also(&mut tx, now, visit).await?;
    drop(tx);
    let rows = |requests: Vec<Request>| {
        let rows = requests.into_iter().map(|request| row(request, visit));
        rows.collect::<Result<Vec<Row>, Trouble>>()
    };
    let shell = Shell::of(desk, visit, "/requests").await?;
    write(&RequestsPage {
        visit,
        shell: &shell,
        done,
        waiting: rows(waiting)?,
        also,
        ended: rows(ended)?,
        fault,
    })
}

fn row(request: Request, visit: &Visit) -> Result<Row, Trouble> {
    let own = person(&visit.user()?.actor());
    let is_own = own.as_ref() == Some(&request.asked_by);
    let [romanian, english] = request.action.consequence(&request.subject);
    let (ended_by, ended_reason) = (request.ended_by, request.ended_reason);
    let how = request.outcome.unwrap_or(RequestOutcome::Expired);
    Ok(Row {
        id: request.id,
        title: title(request.action, visit),
        consequence: visit.says(&romanian, &english).to_owned(),
        subject: request.subject,
        asked_by: request.asked_by,
        asked_at: date_and_time(visit.language, request.asked_at),
        reason: request.reason,
        expires_at: date_and_time(visit.language, request.expires_at),
        is_own,
        may_approve: visit.may(Permission::Approve) && !is_own,
        outcome: outcome(how, visit),
        tone: tone(how),
        ended_by: ended_by.unwrap_or_default(),
        ended_reason: ended_reason.unwrap_or_default(),
    })
}

fn title(action: FourEyesAction, visit: &Visit) -> &'static str {
    let words = match action {
        FourEyesAction::CancelSentOrder => ("Anularea unei comenzi trimise", "Cancel a sent order"),
        FourEyesAction::ResendAnsweredOrder => (
            "Retrimiterea unei comenzi la care s-a răspuns",
            "Send an answered order again",
        ),
        FourEyesAction::RevokeKey => ("Revocarea unei chei", "Revoke a key"),
        FourEyesAction::ResetSecondFactor => ("Resetarea unui dispozitiv", "Reset a device"),
    };
    visit.language.choose(words.1, words.0)
}

fn outcome(outcome: RequestOutcome, visit: &Visit) -> &'static str {
    let words = match outcome {
        RequestOutcome::Done => ("aprobată și executată", "approved and done"),
        RequestOutcome::Rejected => ("respinsă", "rejected"),
        RequestOutcome::Withdrawn => ("retrasă", "withdrawn"),
        RequestOutcome::Expired => ("expirată", "expired"),
    };
    visit.language.choose(words.1, words.0)
}

/// How an end is coloured.
const fn tone(outcome: RequestOutcome) -> &'static str {
    match outcome {
        RequestOutcome::Done => "ok",
        RequestOutcome::Rejected => "bad",
        RequestOutcome::Withdrawn => "",
        RequestOutcome::Expired => "warn",
    }
}

pub(crate) fn words(refusal: &RequestRefusal, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match refusal {
        RequestRefusal::ReasonMissing => says("Scrieți motivul.", "Give a reason."),
        RequestRefusal::SubjectUnknown(_) => says("Nu există.", "There is no such thing."),
        RequestRefusal::OneWaits => says(
            "Același lucru a fost cerut deja și așteaptă o altă persoană.",
            "The same was asked for already and waits for another person.",
        ),
        RequestRefusal::Unknown => says("Cererea nu există.", "There is no such request."),
        RequestRefusal::Ended { outcome: how, by } => format!(
            "{}: {by} – {}.",
            visit.says(
                "Cererea s-a încheiat între timp",
                "The request has ended meanwhile"
            ),
            outcome(*how, visit)
        ),
        RequestRefusal::Moved {
            subject,
            before,
            now,
        } => format!(
            "{subject}: {before} → {now}. {}",
            visit.says(
                "Starea s-a schimbat de când s-a cerut; nu s-a făcut nimic.",
                "The state has changed since it was asked; nothing was done.",
            )
        ),
        RequestRefusal::Impossible(why) => {
            format!(
                "{} {why}",
                visit.says("Nu se poate:", "This cannot be done:")
            )
        }
        RequestRefusal::Approval(ApprovalRefusal::SamePerson) => says(
            "Cine a cerut nu poate și aproba.",
            "Whoever asked cannot approve as well.",
        ),
        RequestRefusal::Approval(ApprovalRefusal::NotAPerson) => says(
            "Numai o persoană poate aproba.",
            "Only a person can approve.",
        ),
        RequestRefusal::NotYours => says(
            "Numai cine a cerut poate retrage cererea.",
            "Only whoever asked can take the request back.",
        ),
    }
}
