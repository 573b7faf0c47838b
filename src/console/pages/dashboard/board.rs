//! What the dashboard shows, ready to be written: every text and every drawing, and no decision.

use chrono::Days;

use crate::console::look::chart::Chart;
use crate::console::look::share::Share;
use crate::console::look::spark::Spark;
use crate::console::pages::dashboard::figures::Figures;
use crate::console::pages::dashboard::{charts, decisions, rows, stages};
use crate::console::pages::failed_orders::{RESTING, SHOW};
use crate::store::holds::Shown;
use crate::words::{Language, clock_time, count, counted, lasting, lei, noun, number};

/// A figure that matters, with the list that it counts.
#[derive(Clone, Debug)]
pub(crate) struct Tile {
    pub(crate) name: &'static str,
    pub(crate) figure: String,
    pub(crate) unit: String,
    pub(crate) note: String,
    pub(crate) path: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) spark: Spark,
    pub(crate) spark_tone: &'static str,
}

/// What has stopped at a stage.
#[derive(Clone, Debug)]
pub(crate) struct Leak {
    pub(crate) figure: String,
    pub(crate) unit: String,
    pub(crate) text: &'static str,
    pub(crate) path: String,
    pub(crate) tone: &'static str,
}

/// A stage of an application's way.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) figure: String,
    pub(crate) note: String,
    pub(crate) path: String,
    pub(crate) share: Share,
    /// How many passed on from here within a day; `None` at the last stage.
    pub(crate) passed: Option<String>,
    pub(crate) leaks: Vec<Leak>,
}

/// Something that waits for a person, with what is likeliest to mend it.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) title: &'static str,
    /// How many of what wait for it.
    pub(crate) count: String,
    pub(crate) happened: &'static str,
    pub(crate) age: String,
    pub(crate) tone: &'static str,
    pub(crate) path: String,
    /// The likeliest remedy: what its button says, and where it leads.
    pub(crate) fix: Option<(&'static str, String)>,
    pub(crate) look: String,
}

impl Problem {
    /// The same with links to what rests, where that is looked at; what rests has no likeliest remedy.
    pub(crate) fn led_to(mut self, shown: Shown) -> Self {
        if shown.resting {
            let sign = if self.path.contains('?') { '&' } else { '?' };
            self.path = format!("{}{sign}{SHOW}={RESTING}", self.path);
            self.fix = None;
            self.tone = "";
        }
        self
    }
}

/// An office with unfinished applications.
#[derive(Clone, Debug)]
pub(crate) struct OfficeRow {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) open: String,
    pub(crate) share: Share,
    pub(crate) oldest: String,
    pub(crate) led: &'static str,
    pub(crate) seen: String,
}

/// The application that a payment is likeliest for.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) score: String,
    pub(crate) tone: &'static str,
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) clues: String,
}

/// A payment that has found no application.
#[derive(Clone, Debug)]
pub(crate) struct PaymentRow {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) when: String,
    pub(crate) channel: &'static str,
    pub(crate) amount: String,
    pub(crate) why: &'static str,
    pub(crate) candidate: Option<Candidate>,
}

/// The dashboard.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    /// When its figures were read, on the clock of Bucharest.
    pub(crate) read_at: String,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) ages: Chart,
    pub(crate) ages_say: String,
    pub(crate) days: Chart,
    pub(crate) days_say: String,
    pub(crate) problems: Vec<Problem>,
    /// What rests: `amânate 3`; nothing where nothing does.
    pub(crate) resting: Option<String>,
    pub(crate) offices: Vec<OfficeRow>,
    /// Whether the visitor may look at payments.
    pub(crate) shows_payments: bool,
    pub(crate) payments: Vec<PaymentRow>,
    pub(crate) payments_all: String,
}

/// The list of payments that wait.
const PAYMENTS: &str = "/payments";

/// Days ahead over which the terms that run out are drawn.
const DAYS_AHEAD: u64 = 14;

impl Board {
    /// Puts figures into words and drawings.
    pub(crate) fn of(figures: &Figures, language: Language, shows_payments: bool) -> Self {
        let mut tiles = vec![
            unfinished(figures, language),
            usual_time(figures, language),
            at_risk(figures, language),
            past_term(figures, language),
        ];
        let mut stages = stages::stages(figures, language);
        if shows_payments {
            tiles.push(unmatched(figures, language));
        } else {
            // What somebody may not look at is not counted for them either.
            for stage in &mut stages {
                stage.leaks.retain(|leak| leak.path != PAYMENTS);
            }
        }
        Self {
            read_at: clock_time(figures.read_at),
            tiles,
            stages,
            ages: charts::ages(figures, language),
            ages_say: ages_say(figures, language),
            days: charts::days(figures, language),
            days_say: language
                .choose(
                    "On the days marked nobody works.",
                    "Zilele marcate sunt nelucrătoare.",
                )
                .to_owned(),
            problems: decisions::problems(figures, language),
            resting: decisions::resting(figures.resting, language),
            offices: rows::offices(figures, language),
            shows_payments,
            payments: rows::payments(figures, language),
            payments_all: match language {
                Language::Romanian => {
                    format!("Toate cele {}", number(language, figures.unmatched.count))
                }
                Language::English => format!("All {}", number(language, figures.unmatched.count)),
            },
        }
    }
}

fn unfinished(figures: &Figures, language: Language) -> Tile {
    let received: Vec<i64> = figures.days.iter().map(|day| day.received).collect();
    let today = number(language, received.last().copied().unwrap_or_default());
    Tile {
        name: language.choose("Applications under way", "Cereri în lucru"),
        figure: number(language, figures.count(|_| true)),
        unit: String::new(),
        note: match language {
            Language::Romanian => format!("{today} primite azi"),
            Language::English => format!("{today} received today"),
        },
        path: "/applications?under-way=yes",
        tone: "",
        spark: Spark::of(&received),
        spark_tone: "",
    }
}

fn usual_time(figures: &Figures, language: Language) -> Tile {
    let took = &figures.took;
    let at = |hundredths: usize| took.get(took.len() * hundredths / 100).copied();
    let arrived: Vec<i64> = figures.days.iter().map(|day| day.arrived).collect();
    let (figure, unit, note) = if let (Some(half), Some(most)) = (at(50), at(95)) {
        let most = count(language, most, noun::DAY);
        let note = match language {
            Language::Romanian => format!("95\u{a0}% în cel mult {most}"),
            Language::English => format!("95% within {most}"),
        };
        (
            number(language, half),
            counted(language, half, noun::DAY),
            note,
        )
    } else {
        let note = language.choose("no card has arrived yet", "nicio carte ajunsă încă");
        ("–".to_owned(), String::new(), note.to_owned())
    };
    Tile {
        name: language.choose("Median time to the office", "Durată mediană"),
        figure,
        unit,
        note,
        path: "/applications?state=AT_OFFICE",
        tone: "",
        spark: Spark::of(&arrived),
        spark_tone: "good",
    }
}

fn at_risk(figures: &Figures, language: Language) -> Tile {
    let all = figures.count(|alike| figures.is_at_risk(alike));
    let today = figures.count(|alike| alike.deadline_on == figures.today);
    let ahead: Vec<i64> = (0..DAYS_AHEAD)
        .map(|days| figures.today + Days::new(days))
        .map(|day| figures.count(|alike| alike.deadline_on == day))
        .collect();
    Tile {
        name: language.choose("Run out within 5 days", "Expiră în mai puțin de 5 zile"),
        figure: number(language, all),
        unit: String::new(),
        note: match language {
            Language::Romanian => format!("{} chiar azi", number(language, today)),
            Language::English => format!("{} of them today", number(language, today)),
        },
        path: "/applications?term=risk",
        tone: if all > 0 { "warn" } else { "" },
        spark: Spark::of(&ahead),
        spark_tone: "warn",
    }
}

fn past_term(figures: &Figures, language: Language) -> Tile {
    let (prolonged, late) = charts::past_usual_term(figures);
    Tile {
        name: language.choose("Older than 30 days", "Peste 30 de zile"),
        figure: number(language, prolonged + late),
        unit: String::new(),
        note: match language {
            Language::Romanian => format!(
                "{} prelungite, {} fără",
                number(language, prolonged),
                number(language, late)
            ),
            Language::English => format!(
                "{} extended, {} not",
                number(language, prolonged),
                number(language, late)
            ),
        },
        path: "/applications?term=past",
        tone: if prolonged + late > 0 { "bad" } else { "" },
        spark: Spark::default(),
        spark_tone: "bad",
    }
}

fn unmatched(figures: &Figures, language: Language) -> Tile {
    let waiting = figures.unmatched;
    let sum = lei(language, waiting.sum);
    let oldest = waiting
        .oldest
        .map(|at| lasting(language, figures.read_at - at));
    Tile {
        name: language.choose("Unmatched payments", "Plăți nepotrivite"),
        figure: number(language, waiting.count),
        unit: String::new(),
        note: match oldest {
            Some(time) => format!("{sum} · {} {time}", language.choose("up to", "de cel mult")),
            None => language
                .choose("none waits", "niciuna nu așteaptă")
                .to_owned(),
        },
        path: PAYMENTS,
        tone: if waiting.count > 0 { "warn" } else { "" },
        spark: Spark::default(),
        spark_tone: "warn",
    }
}

fn ages_say(figures: &Figures, language: Language) -> String {
    let at_risk = figures.count(|alike| figures.is_at_risk(alike));
    let late = figures.count(|alike| figures.is_late(alike));
    let at_risk = count(language, at_risk, noun::APPLICATION);
    let late = number(language, late);
    match language {
        Language::Romanian => {
            format!("{at_risk} ajung la termen în mai puțin de 5 zile; peste termen: {late}.")
        }
        Language::English => format!("{at_risk} run out within 5 days; past their term: {late}."),
    }
}
