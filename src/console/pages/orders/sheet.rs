//! Everything about one order: what can be done, what happened, its lines, what waits.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::act::Deed;
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::holds::{Care, tending_deeds};
use crate::console::pages::orders::comparison::Comparison;
use crate::console::pages::orders::deeds::deeds;
use crate::console::pages::orders::{LINES_MAX, MENU, find, word};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::delivery::DeliveryVerdict;
use crate::domain::operator::role::Permission;
use crate::domain::reason::Reason;
use crate::store::forced_words::{self, ForcedWord};
use crate::store::holds::{self, Hold};
use crate::store::letters::{self, Letter};
use crate::store::order_evidence::{self, AttemptRow};
use crate::store::order_lines::{self, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::{Tx, history};
use crate::words::{Detail, Explanation, Language, count, date_and_time, name_of, noun, number};

/// Steps and holds that are shown.
const STEPS_MAX: i64 = 500;

#[derive(Template)]
#[template(path = "pages/order.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "rights and facts that do not depend on one another"
)]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    number: &'a str,
    state: Badge,
    is_quarantined: bool,
    facts: Vec<(String, String)>,
    deeds: Vec<Deed>,
    waiting: Vec<Waiting>,
    moments: Vec<Moment>,
    lines: Vec<LineRow>,
    letters: Vec<LetterRow>,
    attempts: Vec<Attempt>,
    comparison: Comparison,
    proposals: Vec<Proposal>,
    may_propose: bool,
    may_take_file: bool,
    may_decide: bool,
    is_signed: bool,
}

/// A letter to the bureau about the order.
struct LetterRow {
    number: String,
    kind: &'static str,
    state: Badge,
    occasion: &'static str,
    written: String,
    answered: String,
}

/// An attempt to deliver the order's bytes.
struct Attempt {
    at: String,
    outcome: &'static str,
    status: String,
    detail: String,
}

/// A word on a line that waits for another person.
struct Proposal {
    line_no: i64,
    facts: Vec<(String, String)>,
    approve: Option<String>,
    withdraw: Option<String>,
}

/// An open hold.
struct Waiting {
    care: Care,
    tending: Vec<Deed>,
    note: Option<String>,
    title: &'static str,
    todo: &'static str,
    detail: Detail,
    since: String,
}

struct LineRow {
    no: i64,
    application: String,
    state: Badge,
    reason: String,
    remakes: String,
}

/// `GET /orders/{number}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    name: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let order = find(&mut tx, &name).await?;
    let held = holds::list_of(&mut tx, order.id.0, STEPS_MAX).await?;
    let open: Vec<Hold> = held
        .into_iter()
        .filter(|hold| hold.closed_at.is_none())
        .collect();
    let steps = history::list(&mut tx, order.id.0, STEPS_MAX).await?;
    let lines = lines(&mut tx, &order, language).await?;
    let deeds = deeds(&mut tx, &order, &open, &visit).await?;
    let facts = facts(&mut tx, &order, language).await?;
    let letters = letters::list_of_order(&mut tx, order.id, STEPS_MAX).await?;
    let attempts = order_evidence::list_attempts(&mut tx, order.id.0).await?;
    let comparison = Comparison::read(&mut tx, &order, language).await?;
    let proposals = proposals(&mut tx, &order, &visit).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, language),
        number: &order.number,
        state: Badge::of(order.state, language),
        is_quarantined: order.quarantined,
        facts,
        deeds,
        waiting: open.iter().map(|hold| waiting(hold, now, &visit)).collect(),
        moments: moments(&steps, language),
        lines,
        letters: letters.iter().map(|one| letter(one, language)).collect(),
        attempts: attempts.iter().map(|one| attempt(one, language)).collect(),
        comparison,
        proposals,
        may_propose: visit.may(Permission::DecideOrders) && order.sent_at.is_some(),
        may_take_file: visit.may(Permission::Reveal),
        may_decide: visit.may(Permission::DecideOrders),
        is_signed: order.sealed.is_some(),
    })
}

fn letter(letter: &Letter, language: Language) -> LetterRow {
    let time = |at: Option<_>| at.map_or_else(|| "–".to_owned(), |at| date_and_time(language, at));
    LetterRow {
        number: letter.number.clone(),
        kind: name_of(letter.kind, language),
        state: Badge::of(letter.state, language),
        occasion: name_of(letter.occasion, language),
        written: date_and_time(language, letter.created_at),
        answered: time(letter.answered_at),
    }
}

fn attempt(attempt: &AttemptRow, language: Language) -> Attempt {
    let verdict = DeliveryVerdict::parse(&attempt.outcome).ok();
    Attempt {
        at: date_and_time(language, attempt.started_at),
        outcome: verdict.map_or("", |verdict| name_of(verdict, language)),
        status: attempt
            .status
            .map(|status| status.to_string())
            .unwrap_or_default(),
        detail: attempt.detail.clone().unwrap_or_default(),
    }
}

/// The proposed words that wait on lines of the order.
async fn proposals(tx: &mut Tx, order: &Order, visit: &Visit) -> Result<Vec<Proposal>, Trouble> {
    let waiting = forced_words::list_waiting_of_order(tx, order.id, LINES_MAX).await?;
    let proposal = |(line_no, word): (i64, ForcedWord)| Proposal {
        line_no,
        facts: word::facts(&word, visit),
        approve: visit
            .may(Permission::Approve)
            .then(|| format!("/words/{}/approve", word.id)),
        withdraw: visit
            .may(Permission::DecideOrders)
            .then(|| format!("/words/{}/withdraw", word.id)),
    };
    Ok(waiting.into_iter().map(proposal).collect())
}

fn waiting(hold: &Hold, now: DateTime<Utc>, visit: &Visit) -> Waiting {
    let language = visit.language;
    let may = visit.may(Permission::DecideApplications);
    let reason = reason_of(hold).map(Explanation::from);
    Waiting {
        care: Care::of(hold, now, language),
        tending: tending_deeds(hold, now, visit),
        title: reason.map_or("", |told| told.title.of(language)),
        todo: reason.map_or("", |told| told.todo.of(language)),
        detail: Detail::of(&hold.detail, language),
        since: date_and_time(language, hold.opened_at),
        note: may.then(|| format!("/holds/note?row={}", hold.id)),
    }
}

fn reason_of(hold: &Hold) -> Option<Reason> {
    Reason::from_number(u16::try_from(hold.code).ok()?)
}

async fn facts(
    tx: &mut Tx,
    order: &Order,
    language: Language,
) -> Result<Vec<(String, String)>, Trouble> {
    let mut facts = Vec::new();
    let mut fact = |ro: &str, en: &str, text: String| {
        facts.push((language.choose(en, ro).to_owned(), text));
    };
    let lines = count(language, order.line_count, noun::LINE);
    fact("Cuprinde", "Holds", lines);
    fact(
        "Deschisă",
        "Opened",
        date_and_time(language, order.created_at),
    );
    for (ro, en, at) in [
        ("Semnată", "Signed", order.signed_at),
        ("Trimisă", "Sent", order.sent_at),
        ("Confirmată", "Receipt", order.receipt_at),
    ] {
        if let Some(at) = at {
            fact(ro, en, date_and_time(language, at));
        }
    }
    if order.resends > 0 {
        fact("Retrimiteri", "Sent again", number(language, order.resends));
    }
    if let Some(replaced) = order.replaces
        && let Some(old) = orders::find(tx, replaced).await?
    {
        fact("Înlocuiește", "Replaces", old.number);
    }
    Ok(facts)
}

async fn lines(tx: &mut Tx, order: &Order, language: Language) -> Result<Vec<LineRow>, Trouble> {
    let found = order_lines::list(tx, order.id, 0, LINES_MAX).await?;
    let mut numbers = order_lines::list_application_numbers(tx, order.id, LINES_MAX).await?;
    let line = |line: OrderLine| LineRow {
        no: line.line_no,
        application: numbers.remove(&line.line_no).unwrap_or_default(),
        state: Badge::of(line.state, language),
        reason: reason_text(line.reason, language),
        remakes: match line.remakes {
            0 => String::new(),
            many => number(language, many),
        },
    };
    Ok(found.into_iter().map(line).collect())
}

fn reason_text(code: Option<i64>, language: Language) -> String {
    let Some(code) = code else {
        return String::new();
    };
    let reason = u16::try_from(code).ok().and_then(Reason::from_number);
    match reason.map(Explanation::from) {
        Some(told) => format!("{code} {}", told.title.of(language)),
        None => code.to_string(),
    }
}
