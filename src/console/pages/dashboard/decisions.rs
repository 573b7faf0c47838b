//! What waits for a person: failed orders by cause and other holds by reason, the oldest first, each with
//! the remedy that fits it most often.

use chrono::{DateTime, TimeDelta, Utc};

use crate::console::pages::dashboard::board::Problem;
use crate::console::pages::dashboard::figures::Figures;
use crate::domain::cause::Cause;
use crate::domain::order_action::OrderAction;
use crate::domain::reason::Reason;
use crate::store::causes::CauseCount;
use crate::store::dashboard::Waiting;
use crate::store::history::SubjectKind;
use crate::words::{Explanation, Language, Noun, count, lasting, name_of, noun, number};

/// How many are shown; the rest is behind a link.
const SHOWN: usize = 5;

/// After which something that waits is shown as bad.
const LONG: TimeDelta = TimeDelta::hours(24);

/// What waits for a person.
pub(super) fn problems(figures: &Figures, language: Language) -> Vec<Problem> {
    let causes = figures
        .causes
        .iter()
        .map(|cause| (cause.oldest, of_cause(cause, figures.read_at, language)));
    let waiting = figures.waiting.iter().filter_map(|waiting| {
        // Payments have a table of their own.
        if waiting.kind == SubjectKind::Payment {
            return None;
        }
        let problem = of_reason(waiting, figures.read_at, language)?;
        Some((waiting.oldest, problem))
    });
    let mut all: Vec<(DateTime<Utc>, Problem)> = causes.chain(waiting).collect();
    all.sort_by_key(|(oldest, _)| *oldest);
    let shown = all.into_iter().take(SHOWN);
    shown.map(|(_, problem)| problem).collect()
}

/// How much rests, as its link says; nothing where nothing does.
pub(crate) fn resting(many: i64, language: Language) -> Option<String> {
    let told = number(language, many);
    let name = language.choose("snoozed", "amânate");
    (many > 0).then(|| format!("{name} {told}"))
}

/// What waits for one cause.
pub(crate) fn of_cause(waits: &CauseCount, now: DateTime<Utc>, language: Language) -> Problem {
    let told = Explanation::from(waits.cause);
    let path = format!("/failed-orders/{}", waits.cause);
    let counted = match (waits.orders, waits.lines) {
        (0, lines) => count(language, lines, noun::LINE),
        (orders, 0) => count(language, orders, noun::ORDER),
        (orders, lines) => {
            let orders = count(language, orders, noun::ORDER);
            format!("{orders}, {}", count(language, lines, noun::LINE))
        }
    };
    let fix = remedy(waits.cause, language);
    Problem {
        title: told.title.of(language).trim_end_matches('.'),
        count: counted,
        happened: told.happened.of(language),
        age: age(language, now - waits.oldest),
        tone: if waits.cause == Cause::Silence && now - waits.oldest < LONG {
            "warn"
        } else {
            "bad"
        },
        fix: fix.map(|(action, text)| (text, format!("{path}?action={action}"))),
        path,
        look: language.choose("Look at them", "Vezi lista").to_owned(),
    }
}

/// What waits for one other reason.
pub(crate) fn of_reason(
    waits: &Waiting,
    now: DateTime<Utc>,
    language: Language,
) -> Option<Problem> {
    let number = u16::try_from(waits.code).ok()?;
    let told = Explanation::from(Reason::from_number(number)?);
    let waited = now - waits.oldest;
    Some(Problem {
        title: told.title.of(language).trim_end_matches('.'),
        count: count(language, waits.count, noun_of(waits.kind)),
        happened: told.happened.of(language),
        age: age(language, waited),
        tone: if waited < LONG { "warn" } else { "bad" },
        path: format!("/failed-orders?code={number}&kind={}", waits.kind),
        fix: None,
        look: language.choose("Look at them", "Vezi lista").to_owned(),
    })
}

/// The decision that fits a cause most often, and what its button says.
fn remedy(cause: Cause, language: Language) -> Option<(OrderAction, &'static str)> {
    let action = *cause.decisions().first()?;
    Some((action, name_of(action, language)))
}

fn age(language: Language, waited: TimeDelta) -> String {
    let time = lasting(language, waited);
    format!("{} {time}", language.choose("for", "de"))
}

const fn noun_of(kind: SubjectKind) -> Noun {
    match kind {
        SubjectKind::Application | SubjectKind::Fee => noun::APPLICATION,
        SubjectKind::Payment => noun::PAYMENT,
        SubjectKind::Order => noun::ORDER,
        SubjectKind::OrderLine => noun::LINE,
        SubjectKind::Inbox | SubjectKind::Letter => noun::MESSAGE,
        _ => noun::HOLD,
    }
}
