//! The page before holds are taken on, given back, snoozed, woken or remarked upon.

use chrono::{DateTime, NaiveDate, Utc};

use crate::console::act::{Act, Asks, Input, InputKind};
use crate::console::desk::Desk;
use crate::console::list::Choice;
use crate::console::pages::holds::chosen::{self, hidden};
use crate::console::pages::holds::tend::{DAY, FROM, WHEN, heading};
use crate::console::pages::holds::{Care, Tended};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::tending::{Rest, SnoozeFault, check_snooze};
use crate::domain::working_days::WorkingDays;
use crate::flow::tend_hold::worked_days;
use crate::store::holds::{self, Hold};
use crate::words::{Language, date, rest, snooze_fault};

/// What one way to look after holds adds to the page.
#[derive(Default)]
struct Added {
    inputs: Vec<Input>,
    facts: Vec<(String, String)>,
    obstacle: Option<String>,
    warning: Option<String>,
    asks: Asks,
}

/// The page about the holds as they stand now.
pub(super) async fn page_of(
    desk: &Desk,
    visit: &Visit,
    tended: Tended,
    found: &[Hold],
) -> Result<Act, Trouble> {
    let language = visit.language;
    let now = desk.gateway.clock.now();
    let open: Vec<&Hold> = found
        .iter()
        .filter(|hold| hold.closed_at.is_none())
        .collect();
    let mut added = match tended {
        Tended::Claim => claim(&open, now, visit)?,
        Tended::Snooze => snooze(desk, &open, visit).await?,
        Tended::GiveBack | Tended::Wake => Added {
            asks: Asks::Nothing,
            ..Added::default()
        },
        Tended::Remark => Added {
            asks: Asks::Remark,
            ..Added::default()
        },
    };
    if open.is_empty() {
        let text = visit.says(
            "Nu mai așteaptă nimic: reținerile au fost închise.",
            "Nothing waits any more: the holds were closed.",
        );
        added.obstacle = Some(text.to_owned());
    }
    let standing = |hold: &Hold| standing(hold, now, language);
    added.facts.extend(chosen::facts(&open, standing, language));
    let mut inputs = chosen::rows(&open);
    inputs.extend(added.inputs);
    let heading = heading(tended, open.len(), language);
    Ok(Act {
        confirm: heading.clone(),
        heading,
        consequence: tended.consequence(language).to_owned(),
        facts: added.facts,
        inputs,
        path: format!("/holds/{tended}"),
        back: chosen::back(found),
        asks: added.asks,
        second_person: added.warning,
        obstacle: added.obstacle,
        ..Act::default()
    })
}

/// Who works on each stands in the form, so that nobody is passed over unseen.
fn claim(open: &[&Hold], now: DateTime<Utc>, visit: &Visit) -> Result<Added, Trouble> {
    let me = visit.user()?.actor().to_string();
    let other = |hold: &&Hold| {
        let claim = hold.claim(now).filter(|claim| claim.by != me);
        claim.map_or("", |claim| claim.by).to_owned()
    };
    let others: Vec<String> = open.iter().map(other).collect();
    let is_taken_over = others.iter().any(|from| !from.is_empty());
    let warning = visit.says(
        "Atenție: de unele se ocupă deja altcineva, cum scrie mai jos. Vorbiți întâi; preluarea rămâne în jurnalul de audit.",
        "Mind: somebody else works on some of them, as is told below. Talk to them first; taking over stays in the audit record.",
    );
    Ok(Added {
        inputs: others.into_iter().map(|from| hidden(FROM, from)).collect(),
        warning: is_taken_over.then(|| warning.to_owned()),
        asks: if is_taken_over {
            Asks::Reason
        } else {
            Asks::Nothing
        },
        ..Added::default()
    })
}

/// The days until which they may rest, with the legal term that is in the way.
async fn snooze(desk: &Desk, open: &[&Hold], visit: &Visit) -> Result<Added, Trouble> {
    let language = visit.language;
    let term = first_term(desk, open).await?;
    let today = desk.gateway.clock.today();
    // One that cannot rest is not in the way of the others: each is judged by its own term.
    let limit = term.filter(|_| open.len() == 1);
    let days = days_offered((today, limit), &worked_days(&desk.gateway), language);
    let past = limit.filter(|_| days.is_empty());
    let name = visit.says(
        "Primul termen legal se încheie",
        "The first legal term ends",
    );
    let fact = |last| (name.to_owned(), date(language, last));
    Ok(Added {
        obstacle: past.map(|last| snooze_fault(language, SnoozeFault::PastTerm { last })),
        facts: term.into_iter().map(fact).collect(),
        inputs: day_inputs(days, visit).to_vec(),
        ..Added::default()
    })
}

/// How a hold stands: who works on it, until when it rests.
fn standing(hold: &Hold, now: DateTime<Utc>, language: Language) -> String {
    let care = Care::of(hold, now, language);
    let nobody = language.choose("nobody works on it", "nu se ocupă nimeni");
    let who = care.who.map_or_else(
        || nobody.to_owned(),
        |who| format!("{} {who}", language.choose("worked on by", "se ocupă")),
    );
    match care.rests {
        Some(rests) => format!("{who}; {rests}"),
        None => who,
    }
}

/// The first legal term that runs for any of them.
async fn first_term(desk: &Desk, open: &[&Hold]) -> Result<Option<NaiveDate>, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let mut first: Option<NaiveDate> = None;
    for hold in open {
        let term = holds::find_term(&mut tx, hold.subject_id).await?;
        first = first.into_iter().chain(term).min();
    }
    Ok(first)
}

/// The days that are offered, each once: not after the first term that runs.
fn days_offered(
    (today, term): (NaiveDate, Option<NaiveDate>),
    worked: &WorkingDays,
    language: Language,
) -> Vec<Choice> {
    let mut days: Vec<Choice> = Vec::new();
    for one in Rest::ALL {
        let Some(day) = one.ends_on(today, worked) else {
            continue;
        };
        let is_new = days.iter().all(|other| other.value != day.to_string());
        if is_new && check_snooze(day, today, term, worked).is_ok() {
            let text = format!("{} – {}", rest(language, *one), date(language, day));
            days.push(Choice::new(day, text, days.is_empty()));
        }
    }
    days
}

fn day_inputs(days: Vec<Choice>, visit: &Visit) -> [Input; 2] {
    [
        Input {
            name: WHEN,
            label: visit.says("Revine", "Comes back").to_owned(),
            hint: String::new(),
            kind: InputKind::One(days),
            is_required: false,
        },
        Input {
            name: DAY,
            label: visit.says("Sau altă zi", "Or another day").to_owned(),
            hint: visit
                .says(
                    "O zi lucrătoare din următoarele 30 de zile, ca 30.11.2026, cel târziu ultima zi a termenului.",
                    "A working day of the next 30 days, as 30.11.2026, the last day of the term at the latest.",
                )
                .to_owned(),
            kind: InputKind::Line {
                value: String::new(),
            },
            is_required: false,
        },
    ]
}
