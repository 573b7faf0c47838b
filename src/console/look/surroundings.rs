//! The shell of any page, from the figures that are kept: what waits behind each entry of the menu, and
//! how the other parties stand.

use chrono::{DateTime, Utc};

use crate::console::desk::Desk;
use crate::console::look::shell::{Light, Shell, Tally};
use crate::console::pages::dashboard::{Figures, since};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::operator::role::Permission;
use crate::words::Language;

/// Hours of silence after which a light is no longer green: the bureau and the stations speak all day,
/// the bank once.
const QUIET_HOURS: i64 = 4;
const BANK_QUIET_HOURS: i64 = 76;

impl Shell {
    /// The shell around a page that belongs to the entry `menu` of the menu.
    pub(crate) async fn of(
        desk: &Desk,
        visit: &Visit,
        menu: &'static str,
    ) -> Result<Self, Trouble> {
        let figures = desk.readings.read(&desk.gateway).await?;
        Ok(Self {
            tallies: tallies(&figures, visit),
            lights: lights(&figures, visit.language),
            ..Self::bare(desk, visit, menu)
        })
    }

    /// The shell without figures, for when they cannot be read.
    pub(crate) fn bare(desk: &Desk, visit: &Visit, menu: &'static str) -> Self {
        Self {
            path: menu,
            environment: desk.gateway.config.environment,
            language: visit.language,
            tallies: Vec::new(),
            lights: Vec::new(),
        }
    }
}

/// What waits, as far as the visitor may look at it.
fn tallies(figures: &Figures, visit: &Visit) -> Vec<Tally> {
    let mut tallies = vec![
        Tally {
            path: "/failed-orders",
            count: figures.causes.iter().map(|cause| cause.orders).sum(),
            is_bad: true,
        },
        Tally {
            path: "/complaints",
            count: figures.complaints,
            is_bad: false,
        },
        Tally {
            path: "/outbox",
            count: figures.dead_letters,
            is_bad: false,
        },
        Tally {
            path: "/requests",
            count: figures.to_approve.count_for(visit),
            is_bad: false,
        },
    ];
    if visit.may(Permission::ViewPayments) {
        tallies.push(Tally {
            path: "/payments",
            count: figures.unmatched.count,
            is_bad: false,
        });
    }
    tallies
}

/// How the other parties stand.
pub(crate) fn lights(figures: &Figures, language: Language) -> Vec<Light> {
    let heard = &figures.heard;
    let bureau = language.choose("Bureau", "C.N.I.N.");
    [
        (bureau, heard.bureau, QUIET_HOURS),
        ("CEC Bank", heard.cec, BANK_QUIET_HOURS),
        ("SelfPay", heard.selfpay, QUIET_HOURS),
    ]
    .into_iter()
    .map(|(name, at, quiet)| light(name, at, quiet, figures.read_at, language))
    .collect()
}

fn light(
    name: &str,
    at: Option<DateTime<Utc>>,
    quiet_hours: i64,
    now: DateTime<Utc>,
    language: Language,
) -> Light {
    let silent = at.map(|at| now - at);
    let tone = match silent {
        Some(silent) if silent.num_hours() < quiet_hours => "ok",
        Some(_) => "warn",
        None => "",
    };
    Light {
        tone,
        name: name.to_owned(),
        said: silent.map_or_else(
            || language.choose("nothing yet", "încă nimic").to_owned(),
            |silent| since(language, silent),
        ),
    }
}
