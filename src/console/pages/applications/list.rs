//! The list of applications: what is under way by the ends of the terms, everything else the newest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Cells, Choice, Pager, Tab, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::applications::filter::{Filter, Term, address};
use crate::console::pages::applications::term::TermView;
use crate::console::pages::dashboard::{Figures, past_usual_term};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::application::ApplicationState;
use crate::domain::id::OfficeId;
use crate::store::applications::Application;
use crate::store::offices::{self, Office};
use crate::store::{StoreError, Tx};
use crate::words::{Language, date, name_of, number};

#[derive(Template)]
#[template(path = "pages/applications.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    tabs: Vec<Tab>,
    states: Vec<Choice>,
    terms: Vec<Choice>,
    office: String,
    under_way: Vec<Choice>,
    held: Vec<Choice>,
    is_by_term: bool,
    rows: Vec<Line>,
    pager: Pager,
}

/// An application in a list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) state: Badge,
    pub(crate) fee: Badge,
    pub(crate) office: String,
    pub(crate) office_path: String,
    pub(crate) reference: String,
    pub(crate) registered: String,
    pub(crate) term: TermView,
}

/// The offices of some applications.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offices(BTreeMap<OfficeId, Office>);

impl Offices {
    /// Reads those of these applications.
    pub(crate) async fn of(tx: &mut Tx, found: &[Application]) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = found
            .iter()
            .flat_map(|one| [one.office.0, one.collect_office.0])
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let all = offices::find_all(tx, &ids).await?;
        Ok(Self(
            all.into_iter().map(|office| (office.id, office)).collect(),
        ))
    }

    /// The name of an office and its page.
    pub(crate) fn name_and_path(&self, office: OfficeId) -> (String, String) {
        match self.0.get(&office) {
            Some(office) => (office.name.clone(), format!("/offices/{}", office.code)),
            None => (String::new(), String::new()),
        }
    }

    fn code(&self, office: OfficeId) -> String {
        let office = self.0.get(&office);
        office.map_or_else(String::new, |office| office.code.clone())
    }
}

/// `GET /applications`
pub(crate) async fn list(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let today = desk.gateway.clock.today();
    let mut tx = desk.gateway.store.read().await?;
    let filter = Filter::read(&mut tx, &asked, today).await?;
    let mut found = filter.find(&mut tx, &asked, today).await?;
    if asked.is_csv() {
        let offices = Offices::of(&mut tx, &found).await?;
        return answer_cells(cells(&found, &offices, today, language), language);
    }
    let is_first = asked.text(CURSOR).is_empty();
    let pager = filter
        .filters()
        .page(&mut found, is_first, |one| filter.key(one));
    let offices = Offices::of(&mut tx, &found).await?;
    drop(tx);
    let figures = desk.readings.read(&desk.gateway).await?;
    let shell = Shell::of(&desk, &visit, "/applications").await?;
    let rows = found.iter().map(|one| line(one, &offices, today, language));
    write(&Page {
        visit: &visit,
        shell: &shell,
        tabs: tabs(&filter, &figures, language),
        states: states(&filter, language),
        terms: terms(&filter, language),
        under_way: yes_or_any(filter.under_way, language),
        held: yes_or_any(filter.held, language),
        is_by_term: filter.held || filter.is_by_term(),
        rows: rows.collect(),
        office: filter.office.map(|(code, _)| code).unwrap_or_default(),
        pager,
    })
}

/// An application as it stands in lists.
pub(crate) fn line(
    application: &Application,
    offices: &Offices,
    today: NaiveDate,
    language: Language,
) -> Line {
    let (office, office_path) = offices.name_and_path(application.office);
    Line {
        number: application.number.clone(),
        path: format!("/applications/{}", application.number),
        state: Badge::of(application.state, language),
        fee: Badge::of(application.fee_state, language),
        office,
        office_path,
        reference: application.office_reference.clone(),
        registered: date(language, application.registered_on),
        term: TermView::of(application, today, language),
    }
}

/// The views that people work by, with the figures that the dashboard has.
fn tabs(filter: &Filter, figures: &Arc<Figures>, language: Language) -> Vec<Tab> {
    let (extended, late_of_old) = past_usual_term(figures);
    let all = figures.count(|_| true);
    let at_risk = figures.count(|alike| figures.is_at_risk(alike));
    let late = figures.count(|alike| figures.is_late(alike));
    let here = filter.filters().address();
    let tab = |ro, en, path: String, count: Option<i64>| Tab {
        text: language.choose(en, ro).to_owned(),
        count: count.map_or_else(String::new, |count| number(language, count)),
        is_here: path == here,
        path,
    };
    vec![
        tab("Toate", "All", "/applications".to_owned(), None),
        tab(
            "În lucru",
            "Under way",
            address("under-way", "yes"),
            Some(all),
        ),
        tab(
            "Sub 5 zile rămase",
            "Under 5 days left",
            address("term", Term::Risk),
            Some(at_risk),
        ),
        tab(
            "Peste termen",
            "Late",
            address("term", Term::Late),
            Some(late),
        ),
        tab(
            "Peste 30 de zile",
            "Older than 30 days",
            address("term", Term::Past),
            Some(extended + late_of_old),
        ),
        tab(
            "Așteaptă o decizie",
            "Waiting for a decision",
            address("held", "yes"),
            None,
        ),
        tab(
            "La serviciu",
            "At the office",
            address("state", ApplicationState::AtOffice),
            Some(figures.at_office),
        ),
    ]
}

fn states(filter: &Filter, language: Language) -> Vec<Choice> {
    let any = language.choose("any", "oricare");
    let mut choices = vec![Choice::new("", any, filter.states.is_empty())];
    if filter.states.len() > 1 {
        let codes: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        let names: Vec<&str> = filter
            .states
            .iter()
            .map(|state| name_of(*state, language))
            .collect();
        choices.push(Choice::new(codes.join(","), names.join(", "), true));
    }
    choices.extend(ApplicationState::ALL.iter().map(|state| {
        let is_chosen = filter.states == [*state];
        Choice::new(state, name_of(*state, language), is_chosen)
    }));
    choices
}

fn terms(filter: &Filter, language: Language) -> Vec<Choice> {
    let any = Choice::new("", language.choose("any", "oricare"), filter.term.is_none());
    let choice = |term: &Term| {
        let text = match term {
            Term::Risk => language.choose("under 5 days left", "sub 5 zile rămase"),
            Term::Late => language.choose("late", "depășit"),
            Term::Past => language.choose("older than 30 days", "peste 30 de zile"),
        };
        Choice::new(term, text, filter.term == Some(*term))
    };
    std::iter::once(any)
        .chain(Term::ALL.iter().map(choice))
        .collect()
}

fn yes_or_any(is_yes: bool, language: Language) -> Vec<Choice> {
    vec![
        Choice::new("", language.choose("any", "oricare"), !is_yes),
        Choice::new("yes", language.choose("yes", "da"), is_yes),
    ]
}

fn cells(found: &[Application], offices: &Offices, today: NaiveDate, language: Language) -> Cells {
    let heads = [
        ("Cerere", "Application"),
        ("Cod serviciu", "Code of the office"),
        ("Serviciu", "Office"),
        ("Referința serviciului", "Office's reference"),
        ("Stare", "State"),
        ("Taxă", "Fee"),
        ("Înregistrată", "Registered"),
        ("Ultima zi", "Last day"),
        ("Ziua", "Day"),
    ];
    let rows = found.iter().map(|one| {
        let line = line(one, offices, today, language);
        vec![
            line.number,
            offices.code(one.office),
            line.office,
            line.reference,
            line.state.text,
            line.fee.text,
            line.registered,
            line.term.last,
            line.term.day,
        ]
    });
    Cells {
        name: "applications",
        heads: heads.map(|(ro, en)| language.choose(en, ro)).to_vec(),
        rows: rows.collect(),
    }
}
