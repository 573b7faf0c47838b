//! The outbox at a glance: how the destinations stand, kind by kind and one by one, and what died.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::{Choice, Filters, Pager};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::outbox::dead::{Group, group};
use crate::console::pages::outbox::names::{LaneNames, kind_name};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::delivery::BreakerState;
use crate::domain::operator::role::Permission;
use crate::store::outbox::overview::{
    Head, KindStanding, LaneStanding, WantedLanes, list_heads, list_kinds, list_wanted,
};
use crate::store::outbox::{Lane, LaneKind, Selection, group_dead};
use crate::words::{Language, date_and_time, lasting, name_of, number};

#[derive(Template)]
#[template(path = "pages/outbox.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    may_decide: bool,
    kinds: Vec<Kind>,
    groups: Vec<Group>,
    lane_kinds: Vec<Choice>,
    standings: Vec<Choice>,
    lanes: Vec<LaneRow>,
    pager: Pager,
}

/// The destinations of one kind.
struct Kind {
    name: String,
    waiting: String,
    oldest: String,
    notes: Vec<(String, &'static str)>,
}

/// A destination.
struct LaneRow {
    name: String,
    path: String,
    standing: Badge,
    waiting: String,
    oldest: String,
    attempts: String,
    next: String,
}

/// `GET /outbox`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let wanted = WantedLanes {
        kind: asked.code("kind")?,
        standing: asked.code("standing")?,
    };
    let after = asked.text(CURSOR);
    let mut tx = desk.gateway.store.read().await?;
    let kinds = list_kinds(&mut tx, now).await?;
    let groups = group_dead(&mut tx, &Selection::default()).await?;
    let mut lanes = list_wanted(&mut tx, wanted, &after, asked.rows_wanted()).await?;
    let pager = filters(wanted).page(&mut lanes, after.is_empty(), |lane| lane.lane.clone());
    let names: Vec<&str> = lanes.iter().map(|lane| lane.lane.as_str()).collect();
    let heads = list_heads(&mut tx, &names).await?;
    let names = LaneNames::of(&mut tx, &names).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, "/outbox").await?;
    let row = |lane: &Lane| lane_row(lane, &heads, &names, now, language);
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        may_decide: visit.may(Permission::DecideMessages),
        kinds: kinds.iter().map(|one| kind(one, now, language)).collect(),
        groups: groups.iter().map(|one| group(one, now, language)).collect(),
        lane_kinds: lane_kinds(wanted, language),
        standings: standings(wanted, language),
        lanes: lanes.iter().map(row).collect(),
        // What is shown of destinations is of this moment.
        pager: Pager {
            csv: String::new(),
            ..pager
        },
    })
}

fn filters(wanted: WantedLanes) -> Filters {
    Filters::new("/outbox")
        .with_some("kind", wanted.kind)
        .with_some("standing", wanted.standing)
}

fn kind(standing: &KindStanding, now: DateTime<Utc>, language: Language) -> Kind {
    let counted = |count: i64, ro: &str, en: &str, tone: &'static str| {
        let text = format!("{} {}", number(language, count), language.choose(en, ro));
        (count > 0).then_some((text, tone))
    };
    let notes = [
        counted(standing.due, "de trimis acum", "due now", ""),
        counted(standing.leased, "în lucru", "being sent", ""),
        counted(standing.abandoned, "părăsite", "abandoned", "warn"),
        counted(standing.paused, "oprite", "paused", "warn"),
        counted(
            standing.resting,
            "în pauză după eșecuri",
            "at rest after failures",
            "bad",
        ),
    ];
    let oldest = standing.oldest.map(|at| lasting(language, now - at));
    Kind {
        name: kind_name(&standing.kind, language),
        waiting: number(language, standing.waiting),
        oldest: match oldest {
            Some(time) => format!("{} {time}", language.choose("for up to", "de cel mult")),
            None => language
                .choose("nothing waits", "nimic nu așteaptă")
                .to_owned(),
        },
        notes: notes.into_iter().flatten().collect(),
    }
}

fn lane_row(
    lane: &Lane,
    heads: &[Head],
    names: &LaneNames,
    now: DateTime<Utc>,
    language: Language,
) -> LaneRow {
    let head = heads.iter().find(|head| head.lane == lane.lane);
    LaneRow {
        name: names.name(&lane.lane, language),
        path: format!("/outbox/lanes/{}", lane.lane),
        standing: standing_of(lane, language),
        waiting: if lane.pushed {
            number(language, lane.last_seq - lane.acked_seq)
        } else {
            "–".to_owned()
        },
        oldest: head
            .map(|head| lasting(language, now - head.created_at))
            .unwrap_or_default(),
        attempts: match lane.attempts {
            0 => String::new(),
            many => number(language, many),
        },
        next: lane
            .next_attempt_at
            .filter(|_| !lane.paused)
            .map(|at| date_and_time(language, at))
            .unwrap_or_default(),
    }
}

/// How a destination stands, in one word.
pub(super) fn standing_of(lane: &Lane, language: Language) -> Badge {
    let breaker = BreakerState::parse(&lane.breaker).unwrap_or(BreakerState::Closed);
    if lane.paused {
        return Badge::new(language.choose("Paused", "Oprită"), "warn");
    }
    if !lane.pushed {
        let text = language.choose("Fetched by the office", "Citită de serviciu");
        return Badge::new(text, "");
    }
    match breaker {
        BreakerState::Closed if lane.acked_seq == lane.last_seq => {
            Badge::new(language.choose("Up to date", "La zi"), "ok")
        }
        BreakerState::Closed => Badge::new(name_of(breaker, language), "ok"),
        BreakerState::HalfOpen => Badge::new(name_of(breaker, language), "warn"),
        BreakerState::Open => Badge::new(name_of(breaker, language), "bad"),
    }
}

fn lane_kinds(wanted: WantedLanes, language: Language) -> Vec<Choice> {
    let any = Choice::new("", language.choose("any", "oricare"), wanted.kind.is_none());
    let choice =
        |kind: &LaneKind| Choice::new(kind, name_of(*kind, language), wanted.kind == Some(*kind));
    std::iter::once(any)
        .chain(LaneKind::ALL.iter().map(choice))
        .collect()
}

fn standings(wanted: WantedLanes, language: Language) -> Vec<Choice> {
    let texts = [
        (None, "any", "oricare"),
        (
            Some(LaneStanding::Waiting),
            "messages wait",
            "cu mesaje de trimis",
        ),
        (Some(LaneStanding::Paused), "paused", "oprită"),
        (
            Some(LaneStanding::Resting),
            "at rest after failures",
            "în pauză după eșecuri",
        ),
    ];
    let choice = |(standing, en, ro): (Option<LaneStanding>, &'static str, &'static str)| {
        let value = standing.map_or("", LaneStanding::as_str);
        Choice::new(value, language.choose(en, ro), wanted.standing == standing)
    };
    texts.into_iter().map(choice).collect()
}
