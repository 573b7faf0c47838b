//! One office: when it was last seen, what it has not finished, what it calls with, and its webhook.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::console::act::Deed;
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::dashboard::{led, since};
use crate::console::pages::offices::webhook::deeds;
use crate::console::pages::outbox::{TryRow, run_of};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::application::ApplicationState;
use crate::domain::names::Mark;
use crate::domain::webhook::WebhookState;
use crate::flow::decide_lane::subject;
use crate::store::applications::unfinished::{self, Alike};
use crate::store::credentials::{self, Standing};
use crate::store::offices::{self, Office, lane_of};
use crate::store::outbox::{Lane, find_lane};
use crate::store::webhooks::keys::{self, Key};
use crate::store::webhooks::push::list_runs;
use crate::store::webhooks::{self, Webhook};
use crate::store::{Tx, history};
use crate::words::{Language, count, date, date_and_time, name_of, noun, number};

/// Deliveries and steps that are shown.
const RUNS_MAX: i64 = 20;
const STEPS_MAX: i64 = 100;

/// Days before its end in which a credential is to be renewed.
const ENDS_SOON: i64 = 30;

#[derive(Template)]
#[template(path = "pages/office.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    office: &'a Office,
    led: &'static str,
    seen: String,
    lane_path: String,
    facts: Vec<(&'static str, String)>,
    backlog: Vec<Stage>,
    credentials: Vec<Proof>,
    webhook: Option<Hook>,
    tries: Vec<TryRow>,
    moments: Vec<Moment>,
}

/// What the office has not finished, in one state.
struct Stage {
    state: Badge,
    figure: String,
    oldest: String,
    path: String,
}

/// What the office calls with.
struct Proof {
    kind: &'static str,
    label: String,
    state: Badge,
    ends: String,
    used: String,
}

/// Its webhook.
struct Hook {
    state: Badge,
    facts: Vec<(&'static str, String)>,
    keys: Vec<String>,
    deeds: Vec<Deed>,
}

/// Finds an office by the code that it bears today.
pub(super) async fn office_of(desk: &Desk, tx: &mut Tx, code: &str) -> Result<Office, Trouble> {
    let today = desk.gateway.clock.today();
    let mark = Mark::parse(code).ok_or(Trouble::NotFound)?;
    let found = offices::find_by_code(tx, mark.as_str(), today).await?;
    found.ok_or(Trouble::NotFound)
}

/// `GET /offices/{code}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    code: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let office = office_of(&desk, &mut tx, &code).await?;
    let seen = offices::find_last_seen(&mut tx, office.id).await?;
    let alike = unfinished::count_alike_of(&mut tx, office.id).await?;
    let proofs = credentials::list_of_office(&mut tx, office.id).await?;
    let lane_name = lane_of(office.id);
    let lane = find_lane(&mut tx, &lane_name).await?;
    let webhook = webhooks::find(&mut tx, office.id).await?;
    let keys = keys::list_valid(&mut tx, office.id, now).await?;
    let runs = list_runs(&mut tx, &lane_name, None, RUNS_MAX).await?;
    let steps = history::list(&mut tx, subject(&lane_name), STEPS_MAX).await?;
    drop(tx);
    let today = desk.gateway.clock.today();
    let hook = webhook.as_ref().zip(lane.as_ref());
    let hook = hook.map(|(webhook, lane)| hook_of((webhook, lane), &keys, &office.code, &visit));
    let shell = Shell::of(&desk, &visit, "/offices").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        office: &office,
        led: led(seen, now),
        seen: match seen {
            Some(at) => format!(
                "{} ({})",
                since(language, now - at),
                date_and_time(language, at)
            ),
            None => visit.says("niciodată", "never").to_owned(),
        },
        lane_path: format!("/outbox/lanes/{lane_name}"),
        facts: facts(&office, lane.as_ref(), language),
        backlog: backlog(&alike, &office, today, language),
        credentials: proofs.iter().map(|one| proof(one, now, language)).collect(),
        webhook: hook,
        tries: runs.iter().map(|run| run_of(run, language)).collect(),
        moments: moments(&steps, language),
    })
}

fn facts(office: &Office, lane: Option<&Lane>, language: Language) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (language.choose("Code", "Cod"), office.code.clone()),
        (language.choose("County", "Județ"), office.county.clone()),
        (
            language.choose("Takes applications since", "Primește cereri din"),
            date(language, office.opened_on),
        ),
    ];
    if let Some(lane) = lane {
        facts.push((
            language.choose("Events so far", "Evenimente până acum"),
            number(language, lane.last_seq),
        ));
    }
    facts
}

/// What is not finished, state by state, each with its list.
fn backlog(
    alike: &[Alike],
    office: &Office,
    today: chrono::NaiveDate,
    language: Language,
) -> Vec<Stage> {
    let mut by_state: BTreeMap<ApplicationState, (i64, chrono::NaiveDate)> = BTreeMap::new();
    for one in alike {
        let entry = by_state.entry(one.state).or_insert((0, one.registered_on));
        entry.0 += one.count;
        entry.1 = entry.1.min(one.registered_on);
    }
    let stage = |(state, (figure, oldest)): (ApplicationState, (i64, chrono::NaiveDate))| Stage {
        state: Badge::of(state, language),
        figure: number(language, figure),
        oldest: count(language, (today - oldest).num_days(), noun::DAY),
        path: format!("/applications?state={state}&office={}", office.code),
    };
    by_state.into_iter().map(stage).collect()
}

fn proof(standing: &Standing, now: DateTime<Utc>, language: Language) -> Proof {
    let credential = &standing.credential;
    let period = standing.period;
    let left = period.until.map(|until| until - now);
    let state = if credential.revoked_at.is_some() {
        Badge::new(language.choose("revoked", "revocată"), "")
    } else if left.is_some_and(|left| left <= TimeDelta::zero()) {
        Badge::new(language.choose("expired", "expirată"), "bad")
    } else if period.from.is_some_and(|from| from > now) {
        Badge::new(language.choose("not yet valid", "încă nevalabilă"), "")
    } else if left.is_some_and(|left| left.num_days() < ENDS_SOON) {
        Badge::new(language.choose("ends soon", "expiră curând"), "warn")
    } else {
        Badge::new(language.choose("valid", "valabilă"), "ok")
    };
    let ends = period.until.map(|until| {
        let days = (until - now).num_days().max(0);
        let left = count(language, days, noun::DAY);
        format!("{} · {left}", date_and_time(language, until))
    });
    Proof {
        kind: name_of(credential.kind, language),
        label: credential.label.clone(),
        state,
        ends: ends.unwrap_or_else(|| language.choose("no end", "fără sfârșit").to_owned()),
        used: match standing.last_used_at {
            Some(at) => date_and_time(language, at),
            None => language.choose("never", "niciodată").to_owned(),
        },
    }
}

fn hook_of((webhook, lane): (&Webhook, &Lane), keys: &[Key], code: &str, visit: &Visit) -> Hook {
    let language = visit.language;
    let tone = match webhook.state {
        WebhookState::Enabled => "ok",
        WebhookState::Disabled if webhook.reason.is_some() => "bad",
        WebhookState::Disabled => "",
    };
    let waiting = number(language, lane.last_seq - lane.acked_seq);
    let key = |key: &Key| {
        let kind = name_of(key.kind, language);
        match key.valid_until {
            Some(until) => format!("{kind} → {}", date_and_time(language, until)),
            None => kind.to_owned(),
        }
    };
    Hook {
        state: Badge::new(name_of(webhook.state, language), tone),
        facts: vec![
            (language.choose("Address", "Adresa"), webhook.url.clone()),
            (language.choose("Waiting", "De trimis"), waiting),
            (
                language.choose("If undeliverable", "Dacă nu se poate livra"),
                name_of(webhook.on_exhausted, language).to_owned(),
            ),
            (
                language.choose("At most a second", "Cel mult pe secundă"),
                number(language, webhook.rate_per_second),
            ),
        ],
        keys: keys.iter().map(key).collect(),
        deeds: deeds(webhook, code, visit),
    }
}
