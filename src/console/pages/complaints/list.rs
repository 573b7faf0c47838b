//! The list of complaints: those to be decided, the oldest and so the overdue ones first; the others by
//! what became of them, the latest first.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Filters, Pager, Tab, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::complaints::MENU;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::{bucharest_day, start_of_day};
use crate::domain::complaint::{ANSWER_DAYS, ComplaintState, answer_by};
use crate::domain::id::{ComplaintId, OfficeId};
use crate::domain::reason::Reason;
use crate::store::complaints::{self, Complaint, Undecided};
use crate::store::offices::{self, Office};
use crate::store::{Tx, applications};
use crate::words::{Explanation, Language, ago, count, date, name_of, noun};

/// Filters of the list.
const STATE: &str = "state";
const OFFICE: &str = "office";
const AGE: &str = "age";

/// What the filter of age says.
const OVERDUE: &str = "overdue";

#[derive(Template)]
#[template(path = "pages/complaints.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    tabs: Vec<Tab>,
    state: String,
    age: String,
    office: String,
    is_undecided: bool,
    rows: Vec<Row>,
    pager: Pager,
}

/// A complaint as a row.
struct Row {
    number: String,
    application: String,
    office: String,
    office_path: String,
    what: String,
    lodged: String,
    ago: String,
    state: Badge,
    /// By when it is to be answered, where nobody has decided it.
    answer: Option<Badge>,
    payer: &'static str,
}

/// Which complaints the address asks for.
struct Wanted {
    state: Option<ComplaintState>,
    office: Option<Office>,
    is_overdue: bool,
}

/// `GET /complaints`
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let wanted = Wanted::of(&mut tx, &asked, bucharest_day(now)).await?;
    let after: Option<ComplaintId> = asked.cursor()?;
    let limit = asked.rows_wanted();
    let mut found = wanted.read(&mut tx, now, after, limit).await?;
    let is_first = asked.text(CURSOR).is_empty();
    let filters = wanted.filters();
    if asked.is_csv() {
        let rows = rows(&mut tx, &found, now, language).await?;
        return answer_cells(cells(rows, language), language);
    }
    let pager = filters.page(&mut found, is_first, |one| one.id.to_string());
    let rows = rows(&mut tx, &found, now, language).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        tabs: wanted.tabs(language),
        state: asked.text(STATE),
        age: asked.text(AGE),
        office: asked.text(OFFICE),
        is_undecided: wanted.is_undecided(),
        rows,
        pager,
    })
}

impl Wanted {
    async fn of(tx: &mut Tx, asked: &Asked, today: NaiveDate) -> Result<Self, Trouble> {
        let state: Option<ComplaintState> = asked.code(STATE)?;
        let is_overdue = match asked.text(AGE).as_str() {
            "" => false,
            OVERDUE if state.is_none_or(ComplaintState::is_open) => true,
            _ => return Err(Trouble::AskedWrong { name: AGE }),
        };
        let office = match asked.text(OFFICE).to_uppercase().as_str() {
            "" => None,
            code => {
                let found = offices::find_by_code(tx, code, today).await?;
                Some(found.ok_or(Trouble::AskedWrong { name: OFFICE })?)
            }
        };
        Ok(Self {
            state,
            office,
            is_overdue,
        })
    }

    fn is_undecided(&self) -> bool {
        self.state.is_none_or(ComplaintState::is_open)
    }

    async fn read(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        after: Option<ComplaintId>,
        limit: i64,
    ) -> Result<Vec<Complaint>, Trouble> {
        let office = self.office.as_ref().map(|office| office.id);
        if let Some(state) = self.state.filter(|state| !state.is_open()) {
            return Ok(complaints::list_latest(tx, state, office, after, limit).await?);
        }
        let wanted = Undecided {
            state: self.state,
            office,
            lodged_before: self.is_overdue.then(|| first_in_time(now)),
        };
        Ok(complaints::list_undecided(tx, wanted, after, limit).await?)
    }

    fn filters(&self) -> Filters {
        let office = self.office.as_ref().map(|office| office.code.as_str());
        Filters::new(MENU)
            .with_some(STATE, self.state)
            .with_some(OFFICE, office)
            .with(AGE, if self.is_overdue { OVERDUE } else { "" })
    }

    fn tabs(&self, language: Language) -> Vec<Tab> {
        let tab = |text: &str, state: &str, age: &str, is_here| {
            let mut filters = Filters::new(MENU).with(STATE, state).with(AGE, age);
            if let Some(office) = &self.office {
                filters = filters.with(OFFICE, &office.code);
            }
            Tab {
                text: text.to_owned(),
                path: filters.address(),
                count: String::new(),
                is_here,
            }
        };
        let is_all = self.state.is_none();
        let (undecided, overdue) = (
            language.choose("To be decided", "De hotărât"),
            language.choose("Overdue", "Cu răspuns întârziat"),
        );
        let mut tabs = vec![
            tab(undecided, "", "", is_all && !self.is_overdue),
            tab(overdue, "", OVERDUE, is_all && self.is_overdue),
        ];
        tabs.extend(ComplaintState::ALL.iter().map(|state| {
            let name = name_of(*state, language);
            tab(name, state.as_str(), "", self.state == Some(*state))
        }));
        tabs
    }
}

/// The first instant at which a complaint could be made that is not overdue now.
fn first_in_time(now: DateTime<Utc>) -> DateTime<Utc> {
    start_of_day(bucharest_day(now) - Days::new(ANSWER_DAYS))
}

async fn rows(
    tx: &mut Tx,
    found: &[Complaint],
    now: DateTime<Utc>,
    language: Language,
) -> Result<Vec<Row>, Trouble> {
    let mut ids: Vec<Uuid> = found.iter().map(|one| one.office.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let offices: BTreeMap<OfficeId, Office> = offices::find_all(tx, &ids)
        .await?
        .into_iter()
        .map(|office| (office.id, office))
        .collect();
    let mut rows = Vec::new();
    for one in found {
        let application = applications::find(tx, one.application).await?;
        let application = application.map_or_else(String::new, |found| found.number);
        rows.push(row(
            one,
            application,
            offices.get(&one.office),
            now,
            language,
        ));
    }
    Ok(rows)
}

fn row(
    complaint: &Complaint,
    application: String,
    office: Option<&Office>,
    now: DateTime<Utc>,
    language: Language,
) -> Row {
    let code = u16::try_from(complaint.code).ok();
    let told = code.and_then(Reason::from_number).map(Explanation::from);
    let title = told.map_or("", |told| told.title.of(language));
    Row {
        number: complaint.number.clone(),
        application,
        office: office.map_or_else(String::new, |office| office.name.clone()),
        office_path: office.map_or_else(String::new, |office| format!("/offices/{}", office.code)),
        what: format!("{} {title}", complaint.code),
        lodged: date(language, bucharest_day(complaint.lodged_at)),
        ago: ago(language, now, complaint.lodged_at),
        state: Badge::of(complaint.state, language),
        answer: complaint
            .state
            .is_open()
            .then(|| answer(complaint, now, language)),
        payer: complaint.payer.map_or("", |payer| name_of(payer, language)),
    }
}

/// By when a complaint is to be answered, or since when it should have been.
fn answer(complaint: &Complaint, now: DateTime<Utc>, language: Language) -> Badge {
    let last = answer_by(bucharest_day(complaint.lodged_at));
    let left = (last - bucharest_day(now)).num_days();
    let days = count(language, left.abs(), noun::DAY);
    match (left, language) {
        (..0, Language::Romanian) => Badge::new(format!("întârziat cu {days}"), "bad"),
        (..0, Language::English) => Badge::new(format!("{days} late"), "bad"),
        (0, _) => Badge::new(language.choose("today", "azi"), "warn"),
        (_, Language::Romanian) => Badge::new(format!("încă {days}"), ""),
        (_, Language::English) => Badge::new(format!("{days} left"), ""),
    }
}

fn cells(rows: Vec<Row>, language: Language) -> Cells {
    let heads = [
        ("Reclamație", "Complaint"),
        ("Cerere", "Application"),
        ("Serviciu", "Office"),
        ("Ce nu este bine", "What is wrong"),
        ("Depusă", "Made"),
        ("Stare", "State"),
        ("Răspuns", "Answer"),
        ("Cine plătește", "Who pays"),
    ];
    let cells = rows.into_iter().map(|row| {
        vec![
            row.number,
            row.application,
            row.office,
            row.what,
            row.lodged,
            row.state.text,
            row.answer.map_or_else(String::new, |answer| answer.text),
            row.payer.to_owned(),
        ]
    });
    Cells {
        name: "complaints",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: cells.collect(),
    }
}
