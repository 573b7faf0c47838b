//! The second person's decision about a word that the bureau told by other means.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, reason_of};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::orders::MENU;
use crate::console::pages::orders::word::faults::{ended, fault_of};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::id::ForcedWordId;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::force_word;
use crate::store::forced_words::{self, ForcedWord};
use crate::store::{order_lines, orders};
use crate::words::{Explanation, actor, date_and_time, name_of};

/// `GET /words/{id}/approve`
pub(crate) async fn show_approval(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let (act, _) = decision_page(&desk, &visit, id_of(&id)?, true).await?;
    act.show(&desk, &visit, MENU).await
}

/// `GET /words/{id}/withdraw`
pub(crate) async fn show_withdrawal(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let (act, _) = decision_page(&desk, &visit, id_of(&id)?, false).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /words/{id}/approve`
pub(crate) async fn approve(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    Box::pin(decide(&desk, &visit, (id_of(&id)?, true), &fields)).await
}

/// `POST /words/{id}/withdraw`
pub(crate) async fn withdraw(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    Box::pin(decide(&desk, &visit, (id_of(&id)?, false), &fields)).await
}

fn id_of(text: &str) -> Result<ForcedWordId, Trouble> {
    text.parse().map_err(|_no_id| Trouble::NotFound)
}

async fn decide(
    desk: &Desk,
    visit: &Visit,
    (id, is_approval): (ForcedWordId, bool),
    fields: &Fields,
) -> Result<HttpResponse, Trouble> {
    let (act, order) = decision_page(desk, visit, id, is_approval).await?;
    let fault = match reason_of(fields, visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let who = visit.user()?.actor();
            let by = (&who, reason);
            let decided = if is_approval {
                Box::pin(force_word::approve(&desk.gateway, id, by)).await
            } else {
                force_word::withdraw(&desk.gateway, id, by).await
            };
            let done = if is_approval {
                Done::WordApplied
            } else {
                Done::WordWithdrawn
            };
            match decided {
                Ok(_word) => return Ok(see_done(&format!("{MENU}/{order}"), done)),
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => fault_of(&refusal, visit)?,
            }
        }
    };
    // As things stand now: somebody may have been faster.
    let (act_now, _) = decision_page(desk, visit, id, is_approval).await?;
    let act = if act_now.obstacle.is_some() {
        act_now
    } else {
        act
    };
    act.refuse(desk, visit, MENU, (fields, fault)).await
}

/// The page of a decision about a proposal, and the number of its order.
async fn decision_page(
    desk: &Desk,
    visit: &Visit,
    id: ForcedWordId,
    is_approval: bool,
) -> Result<(Act, String), Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let word = forced_words::find(&mut tx, id).await?;
    let word = word.ok_or(Trouble::NotFound)?;
    let line = order_lines::find(&mut tx, word.line).await?;
    let line = line.ok_or(Trouble::NotFound)?;
    let order = orders::find(&mut tx, line.order).await?;
    let order = order.ok_or(Trouble::NotFound)?.number;
    drop(tx);
    let names = if is_approval {
        ["Aprobă", "Approve"]
    } else {
        ["Retrage", "Withdraw"]
    };
    let name = visit.says(names[0], names[1]);
    let consequences = if is_approval {
        [
            "Poziția trece în starea aceasta, ca și cum C.N.I.N. ar fi spus-o printr-un document.",
            "The line comes to this state, as if the bureau had told it by a document.",
        ]
    } else {
        [
            "Propunerea nu se mai aplică.",
            "The proposal is not applied.",
        ]
    };
    let back = format!("{MENU}/{order}");
    let path = if is_approval { "approve" } else { "withdraw" };
    let ended = word.outcome.map(|outcome| ended(outcome, visit));
    let act = Act {
        heading: format!("{name}: {order}, {}", line.line_no),
        consequence: visit.says(consequences[0], consequences[1]).to_owned(),
        facts: facts(&word, visit),
        path: format!("/words/{id}/{path}"),
        back,
        confirm: name.to_owned(),
        is_final: is_approval,
        obstacle: ended,
        ..Act::default()
    };
    Ok((act, order))
}

/// What somebody who decides about a proposal should know.
pub(crate) fn facts(word: &ForcedWord, visit: &Visit) -> Vec<(String, String)> {
    let language = visit.language;
    let fact = |ro: &str, en: &str, text: String| (visit.says(ro, en).to_owned(), text);
    let mut facts = vec![fact(
        "Ce s-a întâmplat",
        "What happened",
        name_of(word.status, language).to_owned(),
    )];
    if let Some(number) = &word.document_number {
        facts.push(fact("Cartea", "The card", number.clone()));
    }
    if let Some(code) = word.reason {
        let reason = u16::try_from(code).ok().and_then(Reason::from_number);
        let told = reason.map(Explanation::from);
        let title = told.map_or("", |told| told.title.of(language));
        facts.push(fact(
            "Motivul respingerii",
            "Reason of the refusal",
            format!("{code} {title}"),
        ));
    }
    let who = actor(language, &word.proposed_by);
    let at = date_and_time(language, word.proposed_at);
    facts.push(fact(
        "De unde se știe",
        "By what it is known",
        word.evidence.clone(),
    ));
    facts.push(fact(
        "Propus de",
        "Proposed by",
        format!("{who}, {at}: {}", word.why),
    ));
    facts.push(fact(
        "Expiră",
        "Expires",
        date_and_time(language, word.expires_at),
    ));
    facts
}
