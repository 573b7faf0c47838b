//! A decision about many dead messages, and how far it has come.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::{Asked, CURSOR};
use crate::console::desk::Desk;
use crate::console::list::{Filters, PAGE_ROWS, Pager};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::outbox::dead::{Around, PATH};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::DeadLetterDecisionId;
use crate::flow::dead_letters::{Standing, read_decision};
use crate::store::causes::Outcome;
use crate::store::dead_letter_decisions::DecidedLetter;
use crate::store::outbox::find_dead;
use crate::words::{Detail, Language, actor, count, date_and_time, name_of, noun, number};

#[derive(Template)]
#[template(path = "pages/dead_decision.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    heading: String,
    is_done: bool,
    dealt: i64,
    letters: i64,
    progress: String,
    counts: Vec<Badge>,
    facts: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    place: String,
    lane: String,
    about: String,
    about_path: String,
    outcome: Badge,
    detail: Detail,
}

/// `GET /outbox/dead/decisions/{id}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let id: DeadLetterDecisionId = id
        .parse()
        .map_err(|_no_id: uuid::Error| Trouble::NotFound)?;
    let after: i64 = asked.cursor()?.unwrap_or(0);
    let mut tx = desk.gateway.store.read().await?;
    let standing = read_decision(&mut tx, id, after, PAGE_ROWS + 1).await?;
    let mut standing = standing.ok_or(Trouble::NotFound)?;
    let filters = Filters::new(format!("{PATH}/decisions/{id}"));
    let is_first = asked.text(CURSOR).is_empty();
    let mut decided = std::mem::take(&mut standing.letters);
    let pager = filters.page(&mut decided, is_first, |letter| letter.place.to_string());
    let mut letters = Vec::new();
    for one in &decided {
        letters.extend(find_dead(&mut tx, one.message).await?);
    }
    let around = Around::of(&mut tx, &letters).await?;
    drop(tx);
    let row = |one: &DecidedLetter| {
        let letter = letters
            .iter()
            .find(|letter| letter.message_id == one.message);
        let about = letter.map(|letter| around.row(letter, language));
        row(one, about, language)
    };
    let waiting = standing.count(None);
    let decision = &standing.decision;
    let dealt = decision.letters - waiting;
    let shell = Shell::of(&desk, &visit, "/outbox").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        heading: format!(
            "{}: {}",
            name_of(decision.action, language),
            count(language, decision.letters, noun::MESSAGE)
        ),
        is_done: waiting == 0,
        dealt,
        letters: decision.letters,
        progress: progress(dealt, decision.letters, language),
        counts: counts(&standing, language),
        facts: vec![
            (
                visit.says("Decis de", "Decided by"),
                actor(language, &decision.actor),
            ),
            (
                visit.says("Când", "When"),
                date_and_time(language, decision.decided_at),
            ),
            (visit.says("Motivul", "Reason"), decision.reason.clone()),
        ],
        rows: decided.iter().map(row).collect(),
        // What becomes of the messages changes while a file is read.
        pager: Pager {
            csv: String::new(),
            ..pager
        },
    })
}

fn progress(dealt: i64, letters: i64, language: Language) -> String {
    let (dealt, letters) = (
        number(language, dealt),
        count(language, letters, noun::MESSAGE),
    );
    match language {
        Language::Romanian => format!("{dealt} din {letters}"),
        Language::English => format!("{dealt} of {letters}"),
    }
}

fn counts(standing: &Standing, language: Language) -> Vec<Badge> {
    let all = [
        (Some(Outcome::Done), "done", "s-au făcut", "ok"),
        (
            Some(Outcome::Refused),
            "not possible",
            "nu s-au putut",
            "warn",
        ),
        (Some(Outcome::Failed), "failed", "au eșuat", "bad"),
        (
            Some(Outcome::Skipped),
            "decided before",
            "decise înainte",
            "",
        ),
        (None, "waiting", "așteaptă", ""),
    ];
    let badge = |(outcome, en, ro, tone): (Option<Outcome>, &str, &str, &'static str)| {
        let messages = standing.count(outcome);
        let text = format!("{} {}", number(language, messages), language.choose(en, ro));
        (messages > 0).then(|| Badge::new(text, tone))
    };
    all.into_iter().filter_map(badge).collect()
}

fn row(
    letter: &DecidedLetter,
    about: Option<crate::console::pages::outbox::dead::Row>,
    language: Language,
) -> Row {
    let (text, tone) = match letter.outcome {
        None => (language.choose("waiting", "așteaptă"), ""),
        Some(Outcome::Done) => (language.choose("done", "s-a făcut"), "ok"),
        Some(Outcome::Refused) => (language.choose("not possible", "nu s-a putut"), "warn"),
        Some(Outcome::Failed) => (language.choose("failed", "a eșuat"), "bad"),
        Some(Outcome::Skipped) => (language.choose("decided before", "decis înainte"), ""),
    };
    let (lane, number_of, path) = match about {
        Some(row) => (row.lane, row.about, row.about_path),
        None => (letter.message.to_string(), "–".to_owned(), String::new()),
    };
    Row {
        place: number(language, letter.place),
        lane,
        about: number_of,
        about_path: path,
        outcome: Badge::new(text, tone),
        detail: Detail::of(letter.detail.as_deref().unwrap_or_default(), language),
    }
}
