//! `GET /payments/refunds`: refunds by state, those first that wait for an approval.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::{Cells, Filters, Pager, Tab, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::payments::sections::{COUNTED_MAX, counted_up_to, sections};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::four_eyes::Persons;
use crate::domain::id::RefundId;
use crate::domain::refund::RefundState;
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, payments};
use crate::words::{Language, actor, amount, date_and_time, name_of, when};

/// The address of the list.
pub(crate) const PATH: &str = "/payments/refunds";

/// Which refunds: those in a state, or all.
type Which = Option<RefundState>;

#[derive(Template)]
#[template(path = "pages/refunds.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    sections: Vec<Tab>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    pager: Pager,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) when: String,
    pub(crate) amount: String,
    pub(crate) payment: String,
    pub(crate) badge: Badge,
    pub(crate) by: String,
    pub(crate) needs_two: bool,
}

/// Lists refunds.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let which = which(&asked)?;
    let before: Option<RefundId> = asked.cursor()?;
    let limit = asked.rows_wanted();
    let mut tx = desk.gateway.store.read().await?;
    let mut found = refunds::list_latest(&mut tx, which, before, limit).await?;
    if asked.is_csv() {
        drop(tx);
        return answer_cells(cells(&found, visit.language), visit.language);
    }
    let filters = match which {
        Some(state) => Filters::new(PATH).with("state", state),
        None => Filters::new(PATH).with("all", "yes"),
    };
    let pager = filters.page(&mut found, before.is_none(), |one| one.id.to_string());
    let rows = rows(&mut tx, &found, &desk, visit.language).await?;
    let tabs = tabs(&mut tx, which, visit.language).await?;
    let sections = sections(&mut tx, PATH, &visit).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        sections,
        tabs,
        rows,
        pager,
    })
}

fn which(asked: &Asked) -> Result<Which, Trouble> {
    if asked.text("all") == "yes" {
        return Ok(None);
    }
    Ok(Some(asked.code("state")?.unwrap_or(RefundState::Proposed)))
}

/// Refunds as rows, with the numbers of their payments.
pub(crate) async fn rows(
    tx: &mut Tx,
    found: &[Refund],
    desk: &Desk,
    language: Language,
) -> Result<Vec<Row>, Trouble> {
    let now = desk.gateway.clock.now();
    let mut rows = Vec::new();
    for refund in found {
        let payment = payments::find(tx, refund.payment).await?;
        rows.push(Row {
            number: refund.number.clone(),
            path: format!("{PATH}/{}", refund.number),
            when: when(language, now, refund.proposed_at),
            amount: money_of(refund, language),
            payment: payment.map(|one| one.number).unwrap_or_default(),
            badge: Badge::of(refund.state, language),
            by: actor(language, &refund.proposed_by),
            needs_two: refund.persons == Persons::Two,
        });
    }
    Ok(rows)
}

/// The amount of a refund with its currency.
pub(crate) fn money_of(refund: &Refund, language: Language) -> String {
    let currency = match refund.currency.as_str() {
        "RON" => "lei",
        other => other,
    };
    format!("{} {currency}", amount(language, refund.amount))
}

async fn tabs(tx: &mut Tx, here: Which, language: Language) -> Result<Vec<Tab>, Trouble> {
    let mut all = Vec::new();
    for state in RefundState::ALL {
        let waits = matches!(state, RefundState::Proposed | RefundState::Approved);
        let count = if waits {
            refunds::count_up_to(tx, *state, COUNTED_MAX + 1).await?
        } else {
            0
        };
        let path = match state {
            RefundState::Proposed => PATH.to_owned(),
            other => format!("{PATH}?state={other}"),
        };
        all.push(Tab {
            text: several(*state, language).to_owned(),
            path,
            count: counted_up_to(count, language),
            is_here: here == Some(*state),
        });
    }
    all.push(Tab {
        text: language.choose("All", "Toate").to_owned(),
        path: format!("{PATH}?all=yes"),
        count: String::new(),
        is_here: here.is_none(),
    });
    all.push(Tab {
        text: language
            .choose("What could be given back", "Ce s-ar putea restitui")
            .to_owned(),
        path: super::candidates::PATH.to_owned(),
        count: String::new(),
        is_here: false,
    });
    Ok(all)
}

/// What people call several refunds in a state.
const fn several(state: RefundState, language: Language) -> &'static str {
    match state {
        RefundState::Proposed => language.choose("To be approved", "De aprobat"),
        RefundState::Approved => language.choose("Approved", "Aprobate"),
        RefundState::Exported => language.choose("With the bank", "La bancă"),
        RefundState::Paid => language.choose("Paid", "Plătite"),
        RefundState::Returned => language.choose("Returned", "Întoarse de bancă"),
        RefundState::Rejected => language.choose("Rejected", "Respinse"),
        RefundState::Withdrawn => language.choose("Withdrawn", "Retrase"),
    }
}

fn cells(found: &[Refund], language: Language) -> Cells {
    let says = |ro, en| language.choose(en, ro);
    let row = |refund: &Refund| {
        vec![
            refund.number.clone(),
            name_of(refund.state, language).to_owned(),
            amount(language, refund.amount),
            refund.currency.clone(),
            date_and_time(language, refund.proposed_at),
            actor(language, &refund.proposed_by),
            refund.persons.count().to_string(),
            refund
                .listed_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ]
    };
    Cells {
        name: "refunds",
        heads: vec![
            says("Număr", "Number"),
            says("Stare", "State"),
            says("Suma", "Amount"),
            says("Moneda", "Currency"),
            says("Propusă la", "Proposed at"),
            says("Propusă de", "Proposed by"),
            says("Aprobări necesare", "Approvals needed"),
            says("Ziua listei", "Day of the list"),
        ],
        rows: found.iter().map(row).collect(),
    }
}
