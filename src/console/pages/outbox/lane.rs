//! One destination: how far it has come, what is next, how that was tried, and stopping or resuming it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::act::{Act, Deed, Fault, reason_of, seen};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::outbox::dead::{Group, group};
use crate::console::pages::outbox::glance::standing_of;
use crate::console::pages::outbox::names::{LaneNames, TryRow, outcome_badge, run_of};
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::Permission;
use crate::flow::Failure;
use crate::flow::decide_lane::{LaneRefusal, set_paused, subject};
use crate::store::outbox::overview::{Head, KeptAttempt, list_attempts, list_heads};
use crate::store::outbox::{Lane, LaneKind, Selection, find_lane, group_dead};
use crate::store::webhooks::push::list_runs;
use crate::store::{Tx, history};
use crate::words::{Language, date_and_time, lasting, number};

/// The menu's entry.
const MENU: &str = "/outbox";

/// Tries and steps that are shown.
const TRIES_MAX: i64 = 50;
const STEPS_MAX: i64 = 200;

#[derive(Template)]
#[template(path = "pages/lane.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    may_decide: bool,
    name: String,
    office_path: String,
    standing: Badge,
    facts: Vec<(&'static str, String)>,
    deeds: Vec<Deed>,
    tries: Vec<TryRow>,
    groups: Vec<Group>,
    moments: Vec<Moment>,
}

/// `GET /outbox/lanes/{lane}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    name: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let lane = find_lane(&mut tx, &name).await?.ok_or(Trouble::NotFound)?;
    let heads = list_heads(&mut tx, &[lane.lane.as_str()]).await?;
    let tries = tries(&mut tx, &lane, heads.first(), language).await?;
    let of_lane = Selection {
        lane: Some(lane.lane.clone()),
        ..Selection::default()
    };
    let dead = group_dead(&mut tx, &of_lane).await?;
    let steps = history::list(&mut tx, subject(&lane.lane), STEPS_MAX).await?;
    let names = LaneNames::of(&mut tx, &[lane.lane.as_str()]).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let of_lane = |one| {
        let group = group(one, now, language);
        let here =
            |path: String| format!("{path}&lane={}", crate::console::gate::escaped(&lane.lane));
        Group {
            path: here(group.path),
            redrive: here(group.redrive),
            discard: here(group.discard),
            ..group
        }
    };
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        may_decide: visit.may(Permission::DecideMessages),
        name: names.name(&lane.lane, language),
        office_path: names.office_path(&lane.lane),
        standing: standing_of(&lane, language),
        facts: facts(&lane, heads.first(), now, language),
        deeds: deeds(&lane, &visit),
        tries,
        groups: dead.iter().map(of_lane).collect(),
        moments: moments(&steps, language),
    })
}

/// The tries at an office's events are kept in runs, those at the bureau's messages one by one.
async fn tries(
    tx: &mut Tx,
    lane: &Lane,
    head: Option<&Head>,
    language: Language,
) -> Result<Vec<TryRow>, Trouble> {
    if lane.kind == LaneKind::Office.as_str() {
        let runs = list_runs(tx, &lane.lane, None, TRIES_MAX).await?;
        return Ok(runs.iter().map(|run| run_of(run, language)).collect());
    }
    let Some(head) = head else {
        return Ok(Vec::new());
    };
    let kept = list_attempts(tx, head.message_id, TRIES_MAX).await?;
    let row = |attempt: &KeptAttempt| TryRow {
        when: date_and_time(language, attempt.ended_at),
        places: number(language, head.seq),
        attempt: number(language, attempt.attempt),
        outcome: outcome_badge(&attempt.outcome, language),
        status: attempt
            .status
            .map(|status| status.to_string())
            .unwrap_or_default(),
        detail: attempt.detail.clone().unwrap_or_default(),
    };
    Ok(kept.iter().map(row).collect())
}

fn facts(
    lane: &Lane,
    head: Option<&Head>,
    now: DateTime<Utc>,
    language: Language,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![(
        language.choose("Messages so far", "Mesaje până acum"),
        number(language, lane.last_seq),
    )];
    if lane.pushed {
        let waiting = number(language, lane.last_seq - lane.acked_seq);
        facts.push((language.choose("Waiting", "De trimis"), waiting));
    }
    if let Some(head) = head {
        let age = lasting(language, now - head.created_at);
        let text = format!("{} · {age}", number(language, head.seq));
        facts.push((language.choose("The next one", "Următorul"), text));
    }
    if lane.attempts > 0 {
        let tries = number(language, lane.attempts);
        facts.push((language.choose("Tries at it", "Încercări"), tries));
    }
    if let Some(at) = lane.next_attempt_at.filter(|_| !lane.paused) {
        let next = date_and_time(language, at);
        facts.push((language.choose("Next try", "Următoarea încercare"), next));
    }
    if let Some(until) = lane.lease_until.filter(|until| *until > now) {
        let until = date_and_time(language, until);
        facts.push((
            language.choose("Being sent until", "În lucru până la"),
            until,
        ));
    }
    facts.push((
        language.choose("Kept from place", "Păstrate de la locul"),
        number(language, lane.floor_seq + 1),
    ));
    facts
}

const fn text_of(paused: bool, language: Language) -> &'static str {
    if paused {
        language.choose("Pause", "Oprește trimiterea")
    } else {
        language.choose("Resume", "Reia trimiterea")
    }
}

const fn consequence(paused: bool, language: Language) -> &'static str {
    if paused {
        language.choose(
            "Nothing is sent there until somebody resumes it; everything is kept.",
            "Nu se mai trimite nimic acolo până când cineva reia; totul se păstrează.",
        )
    } else {
        language.choose(
            "Whatever waits is sent again, in its order.",
            "Ce așteaptă se trimite din nou, în ordinea lui.",
        )
    }
}

const fn state(paused: bool) -> &'static str {
    if paused { "PAUSED" } else { "RUNNING" }
}

fn obstacle(lane: &Lane, paused: bool, language: Language) -> Option<String> {
    let text = if paused {
        language.choose("It is paused.", "Este oprită.")
    } else {
        language.choose("It is not paused.", "Nu este oprită.")
    };
    (lane.paused == paused).then(|| text.to_owned())
}

fn deeds(lane: &Lane, visit: &Visit) -> Vec<Deed> {
    let needed = Permission::DecideMessages;
    let deed = |paused: bool| {
        let word = if paused { "pause" } else { "resume" };
        let not_allowed = (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit));
        Deed {
            text: text_of(paused, visit.language).to_owned(),
            path: format!("/outbox/lanes/{}/{word}", lane.lane),
            consequence: consequence(paused, visit.language).to_owned(),
            barred: not_allowed.or_else(|| obstacle(lane, paused, visit.language)),
            tone: if paused { "" } else { "first" },
        }
    };
    // The one that can be done; the other would only say that it is so.
    vec![deed(!lane.paused)]
}

/// `GET /outbox/lanes/{lane}/{action}`
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &path, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /outbox/lanes/{lane}/{action}`
pub(crate) async fn decide(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let (name, paused) = (&path.0, wished(&path.1)?);
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        // It stands otherwise than it was seen: the wish was somebody else's, and is done.
        Ok(_reason) if seen(&fields) == state(paused) => was_faster(&desk, name, &visit).await?,
        Ok(reason) => {
            let actor = visit.user()?.actor();
            match set_paused(&desk.gateway, name, paused, &actor, reason).await {
                Ok(true) => {
                    let done = if paused {
                        Done::DestinationPaused
                    } else {
                        Done::DestinationResumed
                    };
                    return Ok(see_done(&format!("/outbox/lanes/{name}"), done));
                }
                Ok(false) => was_faster(&desk, name, &visit).await?,
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(LaneRefusal::Unknown { .. })) => {
                    return Err(Trouble::NotFound);
                }
                Err(Failure::Refused(LaneRefusal::ReasonMissing)) => Fault::reason_missing(&visit),
            }
        }
    };
    let act = page_of(&desk, &path, &visit).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

fn wished(action: &str) -> Result<bool, Trouble> {
    match action {
        "pause" => Ok(true),
        "resume" => Ok(false),
        _ => Err(Trouble::NotFound),
    }
}

async fn was_faster(desk: &Desk, name: &str, visit: &Visit) -> Result<Fault, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    stale(&mut tx, subject(name), visit).await
}

async fn page_of(desk: &Desk, path: &(String, String), visit: &Visit) -> Result<Act, Trouble> {
    let language = visit.language;
    let paused = wished(&path.1)?;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let lane = find_lane(&mut tx, &path.0).await?;
    let lane = lane.ok_or(Trouble::NotFound)?;
    let heads = list_heads(&mut tx, &[lane.lane.as_str()]).await?;
    let names = LaneNames::of(&mut tx, &[lane.lane.as_str()]).await?;
    drop(tx);
    let facts = facts(&lane, heads.first(), now, language).into_iter();
    let back = format!("/outbox/lanes/{}", lane.lane);
    Ok(Act {
        heading: format!(
            "{}: {}",
            text_of(paused, language),
            names.name(&lane.lane, language)
        ),
        consequence: consequence(paused, language).to_owned(),
        facts: facts.map(|(name, text)| (name.to_owned(), text)).collect(),
        path: format!("{back}/{}", path.1),
        back,
        seen: state(lane.paused).to_owned(),
        confirm: text_of(paused, language).to_owned(),
        obstacle: obstacle(&lane, paused, language),
        ..Act::default()
    })
}
