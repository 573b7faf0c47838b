//! What operators decide about an office's webhook: enable it, disable it, push its events again from a
//! moment on.

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;

use crate::coded;
use crate::console::act::{Act, Deed, Fault, Input, InputKind, reason_of, seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::offices::sheet::office_of;
use crate::console::pages::outbox::moment_of;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::operator::role::Permission;
use crate::domain::webhook::WebhookState;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::webhooks::settings::{From, Wish, carry_out_in};
use crate::flow::webhooks::{WebhookRefusal, wake};
use crate::store::webhooks::{self, Webhook};
use crate::store::{Tx, history};
use crate::words::{Language, name_of};

/// The menu's entry.
const MENU: &str = "/offices";

/// The field with the moment from which events are pushed again.
const SINCE: &str = "since";

/// How far back is offered.
const BACK: TimeDelta = TimeDelta::hours(24);

coded! {
    /// What may be decided about a webhook, by its word in addresses.
    pub(crate) enum Action as "action on a webhook" {
        /// Events are pushed.
        Enable = "enable",
        /// They are not.
        Disable = "disable",
        /// They are pushed again from a moment on.
        Recover = "recover",
    }
}

const fn text_of(action: Action, language: Language) -> &'static str {
    match action {
        Action::Enable => language.choose("Enable", "Activează"),
        Action::Disable => language.choose("Disable", "Dezactivează"),
        Action::Recover => language.choose("Push again from a moment", "Retrimite de la un moment"),
    }
}

const fn consequence(action: Action, language: Language) -> &'static str {
    match action {
        Action::Enable => language.choose(
            "Events are pushed again from where pushing stopped.",
            "Evenimentele se trimit din nou de unde s-au oprit.",
        ),
        Action::Disable => language.choose(
            "Nothing is pushed any more; the office still reads its events itself.",
            "Nu se mai trimite nimic; serviciul își poate citi singur evenimentele.",
        ),
        Action::Recover => language.choose(
            "Every event since the moment is pushed again, in its order; the receiver knows repetitions by their ids.",
            "Fiecare eveniment de la acel moment se trimite din nou, în ordine; destinatarul recunoaște repetițiile după id.",
        ),
    }
}

fn obstacle(action: Action, state: WebhookState, language: Language) -> Option<String> {
    let is_so = match action {
        Action::Enable => state == WebhookState::Enabled,
        Action::Disable => state == WebhookState::Disabled,
        Action::Recover => false,
    };
    let name = name_of(state, language);
    is_so.then(|| {
        format!(
            "{}: {name}.",
            language.choose("It is so already", "Este deja așa")
        )
    })
}

/// The buttons.
pub(super) fn deeds(webhook: &Webhook, code: &str, visit: &Visit) -> Vec<Deed> {
    let needed = Permission::DecideMessages;
    let language = visit.language;
    let not_allowed = || (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit));
    let deed = |action: &Action| Deed {
        text: text_of(*action, language).to_owned(),
        path: format!("/offices/{code}/webhook/{action}"),
        consequence: consequence(*action, language).to_owned(),
        barred: not_allowed().or_else(|| obstacle(*action, webhook.state, language)),
        tone: "",
    };
    let mut deeds = vec![Deed {
        text: visit.says("Încearcă", "Try it").to_owned(),
        path: format!("/offices/{code}/webhook/test"),
        consequence: visit
            .says(
                "Un mesaj de probă pleacă acum; se arată ce răspunde destinatarul.",
                "A test message leaves now; what its receiver answers is shown.",
            )
            .to_owned(),
        barred: not_allowed(),
        tone: "first",
    }];
    deeds.extend(Action::ALL.iter().map(deed));
    deeds.sort_by_key(|deed| deed.barred.is_some());
    deeds
}

/// `GET /offices/{code}/webhook/{action}`
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &path, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /offices/{code}/webhook/{action}`
pub(crate) async fn decide(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match carry(&desk, &visit, &path, &fields).await? {
        Ok(done) => return Ok(see_done(&format!("/offices/{}", path.0), done)),
        Err(fault) => fault,
    };
    let act = page_of(&desk, &path, &visit).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

async fn carry(
    desk: &Desk,
    visit: &Visit,
    path: &(String, String),
    fields: &Fields,
) -> Result<Result<Done, Fault>, Trouble> {
    let action = Action::parse(&path.1).map_err(|_unknown| Trouble::NotFound)?;
    let reason = match reason_of(fields, visit) {
        Ok(reason) => reason,
        Err(fault) => return Ok(Err(fault)),
    };
    let wish = match action {
        Action::Enable => Wish::Enable(None),
        Action::Disable => Wish::Disable,
        Action::Recover => match moment_of(fields.text(SINCE)) {
            Some(since) => Wish::Recover(From::Instant(since)),
            None => return Ok(Err(Fault::wrong(SINCE, since_hint(visit.language)))),
        },
    };
    let actor = visit.user()?.actor();
    let note = note(&desk.gateway, &actor, Some(reason));
    let mut tx = desk.gateway.store.begin().await?;
    let office = office_of(desk, &mut tx, &path.0).await?;
    // Of two who decide at once, the second sees what the first has done.
    let webhook = webhooks::lock(&mut tx, office.id).await?;
    let webhook = webhook.ok_or(Trouble::NotFound)?;
    if seen(fields) != mark_of(&mut tx, &webhook, action).await? {
        return Ok(Err(stale(&mut tx, webhook.id, visit).await?));
    }
    match carry_out_in(&mut tx, office.id, wish, &note).await {
        Ok(_changed) => {
            tx.commit().await?;
            wake(&desk.gateway);
            Ok(Ok(done_of(action)))
        }
        Err(Failure::Broken(error)) => Err(error.into()),
        Err(Failure::Refused(refusal)) => Ok(Err(refused(&refusal, visit))),
    }
}

const fn done_of(action: Action) -> Done {
    match action {
        Action::Enable => Done::WebhookEnabled,
        Action::Disable => Done::WebhookDisabled,
        Action::Recover => Done::WebhookRecovered,
    }
}

/// What a form carries of the webhook as it was seen: its state; and what happened to it last where its
/// events are pushed again, because that leaves the state as it was.
async fn mark_of(tx: &mut Tx, webhook: &Webhook, action: Action) -> Result<String, Trouble> {
    let state = webhook.state.to_string();
    if action != Action::Recover {
        return Ok(state);
    }
    let last = history::find_latest(tx, webhook.id).await?;
    let last = last.map(|last| format!(" {} {}", last.event, last.at.timestamp_micros()));
    Ok(format!("{state}{}", last.unwrap_or_default()))
}

fn since_hint(language: Language) -> &'static str {
    language.choose(
        "A day and a time, such as 2026-11-22T14:30, on the clock of Bucharest.",
        "O zi și o oră, de exemplu 2026-11-22T14:30, pe ora București.",
    )
}

pub(super) fn refused(refusal: &WebhookRefusal, visit: &Visit) -> Fault {
    let text = match refusal {
        WebhookRefusal::ReasonMissing => return Fault::reason_missing(visit),
        WebhookRefusal::KeyMissing => visit.says(
            "Webhook-ul nu are nicio cheie valabilă: nimic nu ar putea fi semnat.",
            "The webhook has no valid key: nothing could be signed.",
        ),
        WebhookRefusal::PlaceUnknown => visit.says(
            "Evenimentele de atunci nu se mai păstrează.",
            "The events of that time are not kept any more.",
        ),
        _ => visit.says(
            "Webhook-ul nu permite aceasta acum.",
            "The webhook does not allow this now.",
        ),
    };
    Fault::conflict(text)
}

async fn page_of(desk: &Desk, path: &(String, String), visit: &Visit) -> Result<Act, Trouble> {
    let language = visit.language;
    let action = Action::parse(&path.1).map_err(|_unknown| Trouble::NotFound)?;
    let mut tx = desk.gateway.store.read().await?;
    let office = office_of(desk, &mut tx, &path.0).await?;
    let webhook = webhooks::find(&mut tx, office.id).await?;
    let webhook = webhook.ok_or(Trouble::NotFound)?;
    let seen = mark_of(&mut tx, &webhook, action).await?;
    drop(tx);
    let back = format!("/offices/{}", office.code);
    let inputs = match action {
        Action::Recover => {
            let value = desk.gateway.clock.now() - BACK;
            let value = value.with_timezone(&chrono_tz::Europe::Bucharest);
            vec![Input {
                name: SINCE,
                label: visit.says("De la", "Since").to_owned(),
                hint: since_hint(language).to_owned(),
                kind: InputKind::Line {
                    value: value.format("%Y-%m-%dT%H:%M").to_string(),
                },
                is_required: true,
            }]
        }
        Action::Enable | Action::Disable => Vec::new(),
    };
    Ok(Act {
        heading: format!("{}: webhook · {}", text_of(action, language), office.name),
        consequence: consequence(action, language).to_owned(),
        facts: vec![
            (
                visit.says("Adresa", "Address").to_owned(),
                webhook.url.clone(),
            ),
            (
                visit.says("Stare", "State").to_owned(),
                name_of(webhook.state, language).to_owned(),
            ),
        ],
        inputs,
        path: format!("{back}/webhook/{action}"),
        back,
        seen,
        confirm: text_of(action, language).to_owned(),
        obstacle: obstacle(action, webhook.state, language),
        ..Act::default()
    })
}
