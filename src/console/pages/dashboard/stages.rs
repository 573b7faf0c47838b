//! The way of applications in seven stages, and what has stopped at each.

use crate::console::look::share::Share;
use crate::console::pages::dashboard::board::{Leak, Stage};
use crate::console::pages::dashboard::figures::Figures;
use crate::domain::application::ApplicationState;
use crate::domain::application::ApplicationState::{
    Approved, AtOffice, AwaitingFee, CancelRequested, CountyValidated, InProduction, OnHold,
    Ordered, Produced, Ready, Received, Returned, Shipped,
};
use crate::domain::cause::Cause;
use crate::store::applications::unfinished::Alike;
use crate::store::causes::CauseCount;
use crate::words::{Language, Noun, counted, noun, number};

/// A stage: its name in both languages, its states, and the state that the next one begins with.
struct Row {
    ro: &'static str,
    en: &'static str,
    states: &'static [ApplicationState],
    next: ApplicationState,
}

const fn row(
    [ro, en]: [&'static str; 2],
    states: &'static [ApplicationState],
    next: ApplicationState,
) -> Row {
    Row {
        ro,
        en,
        states,
        next,
    }
}

/// The stages before the office, in their order.
const ROWS: [Row; 6] = [
    row(["Primite", "Received"], &[Received, Approved], AwaitingFee),
    row(["Așteaptă taxa", "Fee awaited"], &[AwaitingFee], Ready),
    row(["De comandat", "To be ordered"], &[Ready], Ordered),
    row(["Comandate", "Ordered"], &[Ordered], InProduction),
    row(["În producție", "In production"], &[InProduction], Produced),
    row(
        ["Personalizate", "Personalized"],
        &[Produced, Shipped, CountyValidated],
        AtOffice,
    ),
];

/// The stages with their figures.
pub(super) fn stages(figures: &Figures, language: Language) -> Vec<Stage> {
    let mut stages: Vec<Stage> = ROWS
        .iter()
        .zip(leaks(figures, language))
        .map(|(row, leaks)| stage(row, leaks, figures, language))
        .collect();
    stages.push(Stage {
        name: language.choose("At the office", "La serviciu"),
        figure: number(language, figures.at_office),
        note: language.choose("to be collected", "de ridicat").to_owned(),
        path: format!("/applications?state={AtOffice}"),
        share: share(language, figures.at_office, 0, 0),
        passed: None,
        leaks: Vec::new(),
    });
    stages
}

fn stage(row: &Row, leaks: Vec<Leak>, figures: &Figures, language: Language) -> Stage {
    let here = |alike: &Alike| row.states.contains(&alike.state);
    let all = figures.count(here);
    let late = figures.count(|alike| here(alike) && figures.is_late(alike));
    let at_risk = figures.count(|alike| here(alike) && figures.is_at_risk(alike));
    let oldest = figures.alike.iter().filter(|alike| here(alike));
    let oldest = oldest.map(|alike| figures.age(alike)).max();
    let day = language.choose("d", "z");
    let states: Vec<&str> = row.states.iter().map(|state| state.as_str()).collect();
    let passed = figures.passed.iter().find(|(state, _)| *state == row.next);
    Stage {
        name: language.choose(row.en, row.ro),
        figure: number(language, all),
        note: match oldest {
            Some(age) => format!("{} {age} {day}", language.choose("up to", "cel mult")),
            None => language.choose("none", "niciuna").to_owned(),
        },
        path: format!("/applications?state={}", states.join(",")),
        share: share(language, all - late - at_risk, at_risk, late),
        passed: Some(number(language, passed.map_or(0, |(_, count)| *count))),
        leaks,
    }
}

/// A bar of what is on time, at risk and late.
pub(crate) fn share(language: Language, on_time: i64, at_risk: i64, late: i64) -> Share {
    let [first, second, third] = [on_time, at_risk, late].map(|count| number(language, count));
    let label = match language {
        Language::Romanian => {
            format!("{first} în termen, {second} sub 5 zile, {third} peste termen")
        }
        Language::English => format!("{first} on time, {second} under 5 days, {third} late"),
    };
    Share::of(on_time, at_risk, late, label)
}

/// Something that has stopped: at which stage, how many of what, in both languages, and their list.
struct Stop {
    stage: usize,
    count: i64,
    of: Noun,
    texts: [&'static str; 2],
    path: String,
    tone: &'static str,
}

/// What has stopped, stage by stage.
fn leaks(figures: &Figures, language: Language) -> [Vec<Leak>; ROWS.len()] {
    let mut leaks = [const { Vec::new() }; ROWS.len()];
    let stops = applications_stopped(figures).into_iter();
    for stop in stops.chain(others_stopped(figures)) {
        let Some(stage) = leaks.get_mut(stop.stage) else {
            continue;
        };
        if stop.count > 0 {
            let [ro, en] = stop.texts;
            stage.push(Leak {
                figure: number(language, stop.count),
                unit: counted(language, stop.count, stop.of),
                text: language.choose(en, ro),
                path: stop.path,
                tone: stop.tone,
            });
        }
    }
    leaks
}

fn applications_stopped(figures: &Figures) -> [Stop; 3] {
    let stop = |stage, state: ApplicationState, texts| Stop {
        stage,
        count: figures.count(|alike| alike.state == state),
        of: noun::APPLICATION,
        texts,
        path: format!("/applications?state={state}"),
        tone: "warn",
    };
    [
        stop(
            0,
            Returned,
            ["returnate serviciului", "returned to the office"],
        ),
        stop(0, OnHold, ["reținute", "on hold"]),
        stop(4, CancelRequested, ["în anulare", "to be cancelled"]),
    ]
}

fn others_stopped(figures: &Figures) -> [Stop; 4] {
    let sum = |of: fn(&CauseCount) -> i64| figures.causes.iter().map(of).sum();
    let failed = |stage, count, of, texts, (path, tone): (&str, _)| Stop {
        stage,
        count,
        of,
        texts,
        path: path.to_owned(),
        tone,
    };
    let silent = |waits: &CauseCount| match waits.cause {
        Cause::Silence => waits.orders,
        _ => 0,
    };
    let stopped = |waits: &CauseCount| match waits.cause {
        Cause::Silence => 0,
        _ => waits.orders,
    };
    [
        Stop {
            stage: 1,
            count: figures.unmatched.count,
            of: noun::PAYMENT,
            texts: ["fără cerere", "without application"],
            path: "/payments".to_owned(),
            tone: "warn",
        },
        failed(
            3,
            sum(stopped),
            noun::ORDER,
            ["oprite", "stopped"],
            ("/failed-orders?of=orders", "bad"),
        ),
        failed(
            4,
            sum(silent),
            noun::ORDER,
            ["fără răspuns", "without answer"],
            ("/failed-orders/SILENCE?of=orders", "bad"),
        ),
        failed(
            5,
            sum(|waits| waits.lines),
            noun::LINE,
            ["cu probleme", "with problems"],
            ("/failed-orders?of=lines", "warn"),
        ),
    ]
}
