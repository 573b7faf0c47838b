//! Who looks after a hold, until when it rests, what was remarked: as lists and pages show it.

use chrono::{DateTime, Utc};

use crate::console::act::{Deed, Fault};
use crate::console::pages::holds::Tended;
use crate::console::visit::Visit;
use crate::domain::calendar::bucharest_day;
use crate::domain::operator::role::Permission;
use crate::store::holds::{Hold, Shown};
use crate::words::{Language, actor, ago, date, when};

/// Who looks after a hold, in words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Care {
    /// Who works on it, and since when.
    pub(crate) who: Option<String>,
    /// Until when it rests, who decided so, and why.
    pub(crate) rests: Option<String>,
    /// What was last remarked, by whom and when.
    pub(crate) remark: Option<String>,
}

impl Care {
    /// As it stands `now`.
    pub(crate) fn of(hold: &Hold, now: DateTime<Utc>, language: Language) -> Self {
        let claim = hold.claim(now);
        Self {
            who: claim.map(|claim| {
                let who = actor(language, claim.by);
                format!("{who}, {}", ago(language, now, claim.at))
            }),
            rests: rests(hold, now, language),
            remark: remark(hold, now, language),
        }
    }
}

fn rests(hold: &Hold, now: DateTime<Utc>, language: Language) -> Option<String> {
    let until = date(language, hold.rests_until(bucharest_day(now))?);
    let by = actor(language, hold.snoozed_by.as_deref().unwrap_or_default());
    let why = hold.snooze_reason.as_deref().unwrap_or_default();
    Some(match language {
        Language::Romanian => format!("amânată până la {until} ({by}): {why}"),
        Language::English => format!("snoozed until {until} ({by}): {why}"),
    })
}

fn remark(hold: &Hold, now: DateTime<Utc>, language: Language) -> Option<String> {
    let text = hold.remark.as_deref()?;
    let by = actor(language, hold.remarked_by.as_deref().unwrap_or_default());
    let at = hold.remarked_at.map(|at| when(language, now, at));
    Some(format!("{by}, {}: {text}", at.unwrap_or_default()))
}

/// The buttons on the page of what waits.
pub(crate) fn tending_deeds(hold: &Hold, now: DateTime<Utc>, visit: &Visit) -> Vec<Deed> {
    let needed = Permission::DecideApplications;
    let today = bucharest_day(now);
    let shown = Shown {
        resting: hold.rests_until(today).is_some(),
        today,
    };
    let is_claimed = hold.claim(now).is_some();
    let offered = Tended::offered(shown, visit.language);
    let fitting = offered
        .into_iter()
        .filter(|(tended, _)| *tended != Tended::GiveBack || is_claimed);
    fitting
        .map(|(tended, text)| Deed {
            text: text.to_owned(),
            path: format!("/holds/{tended}?row={}", hold.id),
            consequence: tended.consequence(visit.language).to_owned(),
            barred: (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit)),
            tone: "",
        })
        .collect()
}
