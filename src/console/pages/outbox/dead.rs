//! Messages that could not be delivered: by why they died, and one by one.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::{Cells, Filters, Pager, answer_cells};
use crate::console::look::shell::Shell;
use crate::console::pages::outbox::names::{LaneNames, cause_name, kind_name};
use crate::console::pages::outbox::selected::Selected;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::{ApplicationId, OrderId};
use crate::domain::operator::role::Permission;
use crate::store::outbox::{DeadGroup, DeadLetter, LaneKind, find_dead, group_dead, list_dead};
use crate::store::{StoreError, Tx, applications, orders};
use crate::words::{Language, count, date_and_time, lasting, noun, number};

/// The page's path.
pub(super) const PATH: &str = "/outbox/dead";

#[derive(Template)]
#[template(path = "pages/dead_letters.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    may_decide: bool,
    groups: Vec<Group>,
    selected: &'a Selected,
    total: String,
    redrive_all: String,
    discard_all: String,
    rows: Vec<Row>,
    pager: Pager,
}

/// Messages that died alike.
pub(crate) struct Group {
    pub(crate) kind: String,
    pub(crate) cause: String,
    pub(crate) messages: String,
    pub(crate) lanes: String,
    pub(crate) oldest: String,
    pub(crate) path: String,
    pub(crate) redrive: String,
    pub(crate) discard: String,
}

/// A message that died.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) died: String,
    pub(super) lane: String,
    pub(super) lane_path: String,
    pub(super) what: String,
    pub(super) about: String,
    pub(super) about_path: String,
    pub(super) cause: String,
    pub(super) attempts: String,
}

/// What the messages of a page are about, and where they were to go.
pub(super) struct Around {
    names: LaneNames,
    applications: BTreeMap<ApplicationId, String>,
    orders: BTreeMap<Uuid, String>,
}

impl Around {
    /// Reads it.
    pub(super) async fn of(tx: &mut Tx, letters: &[DeadLetter]) -> Result<Self, StoreError> {
        let lanes: Vec<&str> = letters.iter().map(|letter| letter.lane.as_str()).collect();
        let of_office = |letter: &&DeadLetter| letter.lane_kind == LaneKind::Office.as_str();
        let events = letters.iter().filter(of_office);
        let ids: Vec<Uuid> = events.map(|letter| letter.subject_id).collect();
        let found = applications::find_all(tx, &ids).await?;
        let mut of_orders = BTreeMap::new();
        for letter in letters.iter().filter(|letter| !of_office(letter)) {
            if let Some(order) = orders::find(tx, OrderId(letter.subject_id)).await? {
                of_orders.insert(letter.subject_id, order.number);
            }
        }
        Ok(Self {
            names: LaneNames::of(tx, &lanes).await?,
            applications: found
                .into_iter()
                .map(|(id, application)| (id, application.number))
                .collect(),
            orders: of_orders,
        })
    }

    /// A message as a row.
    pub(super) fn row(&self, letter: &DeadLetter, language: Language) -> Row {
        let application = self.applications.get(&ApplicationId(letter.subject_id));
        let order = self.orders.get(&letter.subject_id);
        let (about, about_path) = match (application, order) {
            (Some(number), _) => (number.clone(), format!("/applications/{number}")),
            (None, Some(number)) => (number.clone(), format!("/orders/{number}")),
            (None, None) => ("–".to_owned(), String::new()),
        };
        Row {
            id: letter.message_id,
            died: date_and_time(language, letter.died_at),
            lane: self.names.name(&letter.lane, language),
            lane_path: format!("/outbox/lanes/{}", letter.lane),
            what: letter.kind.clone(),
            about,
            about_path,
            cause: cause_name(&letter.cause, letter.status, language),
            attempts: number(language, letter.attempts),
        }
    }
}

/// `GET /outbox/dead`
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let selected = Selected::asked(&asked)?;
    let selection = selected.selection(None)?;
    let after: Option<Uuid> = asked.cursor()?;
    let mut tx = desk.gateway.store.read().await?;
    let after = match after {
        Some(message) => {
            let last = find_dead(&mut tx, message).await?;
            // It was forgotten long after it was decided about.
            Some(last.ok_or(Trouble::AskedWrong { name: CURSOR })?)
        }
        None => None,
    };
    let wanted = asked.rows_wanted();
    let mut found = list_dead(&mut tx, &selection, after.as_ref(), wanted).await?;
    if asked.is_csv() {
        return answer_cells(cells(&mut tx, &found, language).await?, language);
    }
    let groups = group_dead(&mut tx, &selection).await?;
    let key = |letter: &DeadLetter| letter.message_id.to_string();
    let filters = selected.filters(PATH);
    let pager = filters.page(&mut found, after.is_none(), key);
    let around = Around::of(&mut tx, &found).await?;
    drop(tx);
    let total = groups.iter().map(|group| group.letters).sum();
    let all = |action: &str| {
        let filters = selected.filters(&format!("{PATH}/{action}"));
        filters.with("all", "yes").address()
    };
    let shell = Shell::of(&desk, &visit, "/outbox").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        may_decide: visit.may(Permission::DecideMessages),
        groups: groups.iter().map(|one| group(one, now, language)).collect(),
        selected: &selected,
        total: count(language, total, noun::MESSAGE),
        redrive_all: all("redrive"),
        discard_all: all("discard"),
        rows: found
            .iter()
            .map(|letter| around.row(letter, language))
            .collect(),
        pager,
    })
}

/// Messages that died alike, with the pages of what can be decided about all of them.
pub(super) fn group(group: &DeadGroup, now: DateTime<Utc>, language: Language) -> Group {
    let filters = |path: &str| {
        Filters::new(path)
            .with("kind", &group.lane_kind)
            .with("cause", &group.cause)
            .with("status", group.status.unwrap_or(0))
    };
    let decide = |action: &str| {
        let filters = filters(&format!("{PATH}/{action}"));
        filters.with("all", "yes").address()
    };
    let age = lasting(language, now - group.oldest);
    Group {
        kind: kind_name(&group.lane_kind, language),
        cause: cause_name(&group.cause, group.status, language),
        messages: count(language, group.letters, noun::MESSAGE),
        lanes: count(language, group.lanes, noun::DESTINATION),
        oldest: format!("{} {age}", language.choose("for", "de")),
        path: filters(PATH).address(),
        redrive: decide("redrive"),
        discard: decide("discard"),
    }
}

async fn cells(tx: &mut Tx, found: &[DeadLetter], language: Language) -> Result<Cells, StoreError> {
    let around = Around::of(tx, found).await?;
    let heads = [
        ("Mesaj", "Message"),
        ("Când", "When"),
        ("Destinație", "Destination"),
        ("Ce", "What"),
        ("Despre", "About"),
        ("De ce", "Why"),
        ("Încercări", "Tries"),
    ];
    let rows = found.iter().map(|letter| {
        let row = around.row(letter, language);
        vec![
            row.id.to_string(),
            row.died,
            row.lane,
            row.what,
            row.about,
            row.cause,
            letter.attempts.to_string(),
        ]
    });
    Ok(Cells {
        name: "dead-messages",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    })
}
