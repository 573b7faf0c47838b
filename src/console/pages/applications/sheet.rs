//! Everything about one application: what waits, what can be decided, its term, its fee, its card, and
//! its life-line. Of the person nothing but that there is one.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Deed, Fault};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::applications::fee::{Fact, fee_facts};
use crate::console::pages::applications::life::{self, Part, Step};
use crate::console::pages::applications::list::Offices;
use crate::console::pages::applications::possible::{Action, deeds};
use crate::console::pages::applications::term::TermView;
use crate::console::pages::applications::words;
use crate::console::pages::complaints as complaints_page;
use crate::console::pages::holds::{Care, tending_deeds};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::Permission;
use crate::domain::reason::Reason;
use crate::store::applications::{self, Application};
use crate::store::complaints::{self, Complaint};
use crate::store::holds::{self, Hold};
use crate::store::order_lines::{self, OrderLine};
use crate::store::payments::{self, Payment};
use crate::store::{Tx, orders, sealed};
use crate::words::{Detail, Explanation, Language, ago, date, lei, name_of, number};

/// Holds that are shown.
const HOLDS_MAX: i64 = 100;

/// Letters of a document's number that are shown.
const NUMBER_SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "pages/application.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    number: &'a str,
    state: Badge,
    fee: Badge,
    term: TermView,
    waiting: Vec<Waiting>,
    deeds: Vec<Deed>,
    facts: Vec<Fact>,
    fee_facts: Vec<Fact>,
    reveal: Reveal,
    lines: Vec<Line>,
    payments: Vec<Paid>,
    shows_payments: bool,
    complaints: Vec<Told>,
    steps: Vec<Step>,
}

/// An open hold.
struct Waiting {
    title: &'static str,
    happened: &'static str,
    todo: &'static str,
    detail: Detail,
    since: String,
    deeds: Vec<Deed>,
    care: Care,
    /// What can be done about who looks after it.
    tending: Vec<Deed>,
}

/// Whether the person can be looked at.
struct Reveal {
    path: String,
    barred: Option<String>,
}

/// A line that asked for the card.
struct Line {
    order: String,
    path: String,
    place: i64,
    attempt: i64,
    state: Badge,
    reason: String,
    document: String,
    remakes: String,
}

/// A payment of the fee.
struct Paid {
    number: String,
    path: String,
    channel: &'static str,
    amount: String,
    state: Badge,
    booked: String,
}

/// A complaint about the card.
struct Told {
    number: String,
    title: String,
    text: String,
    noticed: String,
    state: Badge,
    payer: &'static str,
    /// What can be decided about it.
    deeds: Vec<Deed>,
}

/// What belongs to an application.
struct Belongings {
    lines: Vec<OrderLine>,
    orders: BTreeMap<uuid::Uuid, String>,
    payments: Vec<Payment>,
    complaints: Vec<Complaint>,
    holds: Vec<Hold>,
    is_erased: bool,
}

impl Belongings {
    async fn read(tx: &mut Tx, application: &Application) -> Result<Self, Trouble> {
        let lines = order_lines::list_of_application(tx, application.id).await?;
        let mut orders = BTreeMap::new();
        let mut holds = holds::list_of(tx, application.id.0, HOLDS_MAX).await?;
        for line in &lines {
            if let Some(order) = orders::find(tx, line.order).await? {
                orders.insert(line.order.0, order.number);
            }
            holds.extend(holds::list_of(tx, line.id.0, HOLDS_MAX).await?);
        }
        holds.retain(|hold| hold.closed_at.is_none());
        let key = sealed::find_key(tx, application.sealed).await?;
        Ok(Self {
            orders,
            holds,
            payments: payments::list_of_application(tx, application.id).await?,
            complaints: complaints::list_of_application(tx, application.id).await?,
            lines,
            is_erased: key.is_none(),
        })
    }

    fn order(&self, line: &OrderLine) -> &str {
        self.orders.get(&line.order.0).map_or("", String::as_str)
    }

    /// The things whose histories make the life-line; payments only for whoever may look at them.
    fn parts(&self, application: &Application, visit: &Visit) -> Vec<Part> {
        let language = visit.language;
        let mut parts = vec![Part::itself(application.id.0)];
        let line =
            |line: &OrderLine| Part::line(line.id.0, self.order(line), line.line_no, language);
        parts.extend(self.lines.iter().map(line));
        if visit.may(Permission::ViewPayments) {
            let payment = |payment| Part::payment(payment, language);
            parts.extend(self.payments.iter().map(payment));
        }
        let complaint = |complaint| Part::complaint(complaint, language);
        parts.extend(self.complaints.iter().map(complaint));
        parts
    }
}

/// `GET /applications/{number}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    name: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let today = desk.gateway.clock.today();
    let mut tx = desk.gateway.store.read().await?;
    let application = applications::find_by_name(&mut tx, &name).await?;
    let application = application.ok_or(Trouble::NotFound)?;
    let own = Belongings::read(&mut tx, &application).await?;
    let offices = Offices::of(&mut tx, std::slice::from_ref(&application)).await?;
    let parts = own.parts(&application, &visit);
    let steps = life::read(&mut tx, &parts, language).await?;
    drop(tx);
    let now = desk.gateway.clock.now();
    let newest = own.lines.iter().max_by_key(|line| line.attempt);
    let shell = Shell::of(&desk, &visit, "/applications").await?;
    let wait = |hold| waiting(hold, &application, &visit, now);
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        number: &application.number,
        state: Badge::of(application.state, language),
        fee: Badge::of(application.fee_state, language),
        term: TermView::of(&application, today, language),
        waiting: own.holds.iter().map(wait).collect(),
        deeds: deeds(&application, newest, &visit),
        facts: facts(&application, &offices, language),
        fee_facts: fee_facts(&application, language)?,
        reveal: reveal(&application, &own, &visit),
        lines: own
            .lines
            .iter()
            .map(|one| line(one, own.order(one), language))
            .collect(),
        payments: own.payments.iter().map(|one| paid(one, language)).collect(),
        shows_payments: visit.may(Permission::ViewPayments),
        complaints: own
            .complaints
            .iter()
            .map(|one| complaint(one, &visit))
            .collect(),
        steps,
    })
}

fn told_of(code: i64) -> Option<Explanation> {
    let number = u16::try_from(code).ok()?;
    Reason::from_number(number).map(Explanation::from)
}

/// An open hold with what can be decided about it: its flow judges whether that fits.
fn waiting(
    hold: &Hold,
    application: &Application,
    visit: &Visit,
    now: chrono::DateTime<chrono::Utc>,
) -> Waiting {
    let language = visit.language;
    let told = told_of(hold.code);
    let needed = Permission::DecideApplications;
    let deed = |(action, tone)| Deed {
        text: words::button(action, language).to_owned(),
        path: format!(
            "/applications/{}/{action}?hold={}",
            application.number, hold.id
        ),
        consequence: words::consequence(action, application, language),
        barred: (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit)),
        tone,
    };
    let all = [
        (Action::Release, "first"),
        (Action::SendBack, ""),
        (Action::TakeNote, ""),
    ];
    Waiting {
        title: told.map_or("", |told| told.title.of(language)),
        happened: told.map_or("", |told| told.happened.of(language)),
        todo: told.map_or("", |told| told.todo.of(language)),
        detail: Detail::of(&hold.detail, language),
        since: ago(language, now, hold.opened_at),
        care: Care::of(hold, now, language),
        tending: tending_deeds(hold, now, visit),
        deeds: all.into_iter().map(deed).collect(),
    }
}

fn reveal(application: &Application, own: &Belongings, visit: &Visit) -> Reveal {
    let needed = Permission::Reveal;
    let erased = visit.says(
        "Datele au fost șterse la sfârșitul termenului de păstrare.",
        "The data were erased at the end of their retention.",
    );
    Reveal {
        path: format!("/applications/{}/reveal", application.number),
        barred: if own.is_erased {
            Some(erased.to_owned())
        } else {
            (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit))
        },
    }
}

fn facts(application: &Application, offices: &Offices, language: Language) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |ro, en, text: String, path: String| {
        let name = language.choose(en, ro);
        facts.push(Fact { name, text, path });
    };
    let nowhere = String::new;
    let (office, path) = offices.name_and_path(application.office);
    fact("Serviciu", "Office", office, path);
    if application.collect_office != application.office {
        let (office, path) = offices.name_and_path(application.collect_office);
        fact("Se ridică de la", "Collected at", office, path);
    }
    let reference = application.office_reference.clone();
    fact(
        "Referința serviciului",
        "Office's reference",
        reference,
        nowhere(),
    );
    let product = name_of(application.product, language).to_owned();
    fact("Document", "Document", product, nowhere());
    let reason = name_of(application.card_reason, language).to_owned();
    fact("Motivul cererii", "Asked for because", reason, nowhere());
    let registered = date(language, application.registered_on);
    fact("Înregistrată", "Registered", registered, nowhere());
    let rule = application.eligibility_rule.clone();
    fact(
        "Regula de eligibilitate",
        "Rule of eligibility",
        rule,
        nowhere(),
    );
    if application.revision > 1 {
        let revision = number(language, application.revision);
        fact("Revizia", "Revision", revision, nowhere());
    }
    if application.remakes > 0 {
        let remakes = number(language, application.remakes);
        fact(
            "Refaceri ale cărții",
            "Remakes of the card",
            remakes,
            nowhere(),
        );
    }
    facts
}

fn line(line: &OrderLine, order: &str, language: Language) -> Line {
    let reason = line.reason.map(|code| match told_of(code) {
        Some(told) => format!("{code} {}", told.title.of(language)),
        None => code.to_string(),
    });
    Line {
        order: order.to_owned(),
        path: format!("/orders/{order}"),
        place: line.line_no,
        attempt: line.attempt,
        state: Badge::of(line.state, language),
        reason: reason.unwrap_or_default(),
        document: line
            .document_number
            .as_deref()
            .map(masked)
            .unwrap_or_default(),
        remakes: match line.remakes {
            0 => String::new(),
            many => number(language, many),
        },
    }
}

/// A document's number leads to its holder: its last letters tell one card from another.
fn masked(document: &str) -> String {
    let hidden = document.chars().count().saturating_sub(NUMBER_SHOWN);
    let shown = document.chars().skip(hidden);
    std::iter::repeat_n('•', hidden).chain(shown).collect()
}

fn paid(payment: &Payment, language: Language) -> Paid {
    Paid {
        number: payment.number.clone(),
        path: format!("/payments/{}", payment.number),
        channel: name_of(payment.channel, language),
        amount: lei(language, payment.amount),
        state: Badge::new(name_of(payment.state, language), ""),
        booked: payment
            .booked_on
            .map(|day| date(language, day))
            .unwrap_or_default(),
    }
}

fn complaint(complaint: &Complaint, visit: &Visit) -> Told {
    let language = visit.language;
    let title = told_of(complaint.code);
    Told {
        number: complaint.number.clone(),
        title: title.map_or_else(
            || complaint.code.to_string(),
            |told| format!("{} {}", complaint.code, told.title.of(language)),
        ),
        text: complaint.text.clone().unwrap_or_default(),
        noticed: date(language, complaint.noticed_on),
        state: Badge::of(complaint.state, language),
        payer: complaint.payer.map_or("", |payer| name_of(payer, language)),
        deeds: complaints_page::deeds(complaint, visit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_number_shows_its_end_alone() {
        assert_eq!(masked("EI1234567"), "••••••567");
        assert_eq!(masked("12"), "12");
        assert_eq!(masked(""), "");
    }
}
