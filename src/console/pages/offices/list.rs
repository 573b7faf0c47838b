//! The list of offices, the largest backlogs first. There are some thousands of them at most, so that the
//! list is put in order in memory.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::coded;
use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Choice, Filters, Pager, answer_cells};
use crate::console::look::share::Share;
use crate::console::look::shell::Shell;
use crate::console::pages::dashboard::{led, share, since};
use crate::console::pages::search::plain;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::OfficeId;
use crate::store::applications::unfinished::Backlog;
use crate::store::offices::{self, Office};
use crate::words::{Language, date_and_time, number};

/// Hours without a sign after which an office is silent.
const SILENT: TimeDelta = TimeDelta::hours(12);

coded! {
    /// What a list of offices begins with.
    pub(crate) enum Order as "order of offices" {
        /// The largest backlog.
        Backlog = "backlog",
        /// Whoever was seen the longest time ago.
        Seen = "seen",
        /// The first code.
        Code = "code",
    }
}

#[derive(Template)]
#[template(path = "pages/offices.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    sought: String,
    orders: Vec<Choice>,
    silent: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    code: String,
    name: String,
    path: String,
    county: String,
    open: String,
    open_path: String,
    share: Share,
    oldest: String,
    led: &'static str,
    seen: String,
}

/// An office with what is known of it.
struct Known {
    office: Office,
    backlog: Option<Backlog>,
    seen: Option<DateTime<Utc>>,
}

impl Known {
    fn open(&self) -> i64 {
        self.backlog.as_ref().map_or(0, |backlog| backlog.open)
    }
}

/// `GET /offices`
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let order: Order = asked.code("order")?.unwrap_or(Order::Backlog);
    let is_silent = match asked.text("silent").as_str() {
        "" => false,
        "yes" => true,
        _ => return Err(Trouble::AskedWrong { name: "silent" }),
    };
    let sought = asked.text("q");
    let mut all = read(&desk).await?;
    let wanted = plain(&sought);
    all.retain(|known| {
        let is_meant = plain(&known.office.name).contains(&wanted)
            || plain(&known.office.code).contains(&wanted);
        let was_seen = known.seen.is_some_and(|at| now - at < SILENT);
        is_meant && !(is_silent && was_seen)
    });
    sort(&mut all, order);
    if asked.is_csv() {
        return answer_cells(cells(&all, language), language);
    }
    let filters = Filters::new("/offices")
        .with("q", &sought)
        .with(
            "order",
            if order == Order::Backlog {
                ""
            } else {
                order.as_str()
            },
        )
        .with_some("silent", is_silent.then_some("yes"));
    let after = asked.text(CURSOR);
    if let Some(place) = all.iter().position(|known| known.office.code == after) {
        all.drain(..=place);
    }
    let pager = filters.page(&mut all, after.is_empty(), |known| {
        known.office.code.clone()
    });
    let shell = Shell::of(&desk, &visit, "/offices").await?;
    let today = desk.gateway.clock.today();
    let row = |known: &Known| row(known, (now, today), language);
    write(&Page {
        visit: &visit,
        shell: &shell,
        orders: orders(order, language),
        silent: silent(is_silent, language),
        rows: all.iter().map(row).collect(),
        sought,
        pager,
    })
}

async fn read(desk: &Desk) -> Result<Vec<Known>, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let all = offices::list(&mut tx).await?;
    drop(tx);
    // The figures of the dashboard, so that both pages say the same.
    let figures = desk.readings.read(&desk.gateway).await?;
    let backlogs = figures.backlogs.iter().map(|one| (one.office, one));
    let backlogs: BTreeMap<OfficeId, &Backlog> = backlogs.collect();
    let known = |office: Office| Known {
        backlog: backlogs.get(&office.id).map(|one| (*one).clone()),
        seen: figures.seen.get(&office.id).copied(),
        office,
    };
    Ok(all.into_iter().map(known).collect())
}

/// Puts offices in order; those that are alike by their codes, as they were read.
fn sort(all: &mut [Known], order: Order) {
    match order {
        Order::Backlog => all.sort_by_key(|known| std::cmp::Reverse(known.open())),
        Order::Seen => all.sort_by_key(|known| known.seen),
        Order::Code => (),
    }
}

fn row(known: &Known, (now, today): (DateTime<Utc>, chrono::NaiveDate), language: Language) -> Row {
    let Known {
        office,
        backlog,
        seen,
    } = known;
    let (at_risk, late) = backlog
        .as_ref()
        .map_or((0, 0), |backlog| (backlog.at_risk, backlog.late));
    let open = known.open();
    let days = backlog
        .as_ref()
        .map(|backlog| (today - backlog.oldest_on).num_days());
    Row {
        path: format!("/offices/{}", office.code),
        open: number(language, open),
        open_path: format!("/applications?under-way=yes&office={}", office.code),
        share: share(language, open - at_risk - late, at_risk, late),
        oldest: match days {
            Some(days) => format!("{days} {}", language.choose("d", "z")),
            None => "–".to_owned(),
        },
        led: led(*seen, now),
        seen: match seen {
            Some(at) => since(language, now - *at),
            None => language.choose("never", "niciodată").to_owned(),
        },
        code: office.code.clone(),
        name: office.name.clone(),
        county: office.county.clone(),
    }
}

fn orders(chosen: Order, language: Language) -> Vec<Choice> {
    let choice = |order: &Order| {
        let text = match order {
            Order::Backlog => language.choose("largest backlog first", "restanța cea mai mare"),
            Order::Seen => language.choose("silent the longest first", "văzut cel mai demult"),
            Order::Code => language.choose("by code", "după cod"),
        };
        Choice::new(order, text, *order == chosen)
    };
    Order::ALL.iter().map(choice).collect()
}

fn silent(is_silent: bool, language: Language) -> Vec<Choice> {
    vec![
        Choice::new("", language.choose("all", "toate"), !is_silent),
        Choice::new(
            "yes",
            language.choose("silent for 12 hours", "tăcute de 12 ore"),
            is_silent,
        ),
    ]
}

fn cells(all: &[Known], language: Language) -> Cells {
    let heads = [
        ("Cod", "Code"),
        ("Serviciu", "Office"),
        ("Județ", "County"),
        ("În lucru", "Open"),
        ("Sub 5 zile rămase", "Under 5 days left"),
        ("Peste termen", "Late"),
        ("Văzut", "Seen"),
    ];
    let rows = all.iter().map(|known| {
        let backlog = known.backlog.as_ref();
        let figure = |of: fn(&Backlog) -> i64| backlog.map_or(0, of).to_string();
        vec![
            known.office.code.clone(),
            known.office.name.clone(),
            known.office.county.clone(),
            figure(|backlog| backlog.open),
            figure(|backlog| backlog.at_risk),
            figure(|backlog| backlog.late),
            known
                .seen
                .map(|at| date_and_time(language, at))
                .unwrap_or_default(),
        ]
    });
    Cells {
        name: "offices",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
