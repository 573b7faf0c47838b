//! The eight offices: they play a script, read their events, correct what comes back, and report
//! cards until the applicants have them.

mod agenda;
mod call;
mod case;
mod consequence;
mod feed;
mod keys;
mod ledger;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::clock::Clock;
use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::channels::Payable;
use crate::simulator::offices::agenda::{Agenda, Deed, Task};
use crate::simulator::offices::call::{Call, Reply};
use crate::simulator::offices::case::Case;
use crate::simulator::offices::feed::{Feed, Told};
use crate::simulator::pass::Pass;
use crate::simulator::person::{People, Person};
use crate::simulator::script::Script;

pub use crate::simulator::offices::keys::OfficeKeys;
pub use crate::simulator::offices::ledger::{OfficeLedger, OfficeView};

/// How long an office waits before it tries again.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// How often a task is put off before it is given up.
const PUT_OFF_MAX: u32 = 500;
/// Pages of events that one office reads in one pass at most.
const PAGES_MAX: u32 = 100;

/// How the offices are set up.
#[derive(Clone, Debug)]
pub struct OfficeSettings {
    /// Where the gateway is, without a slash at the end.
    pub gateway_url: String,
    /// What their chance follows from.
    pub seed: u64,
    /// What a card costs who pays before the gateway has said what is due.
    pub fee: Money,
    /// Requests under way at once; with one, everything happens in the same order every time.
    pub parallel: usize,
    /// How long they go without reading their events, unless somebody rings; zero to read every
    /// time.
    pub quiet: TimeDelta,
}

/// All offices. They do nothing until [`Offices::work`] is called.
pub struct Offices {
    settings: OfficeSettings,
    clock: Clock,
    random: Random,
    people: People,
    clients: BTreeMap<&'static str, reqwest::Client>,
    feeds: BTreeMap<&'static str, Feed>,
    cases: Vec<Case>,
    by_id: HashMap<Uuid, usize>,
    /// What was told of applications whose answer was lost on the way.
    early: HashMap<Uuid, Vec<(&'static str, Told)>>,
    agenda: Agenda,
    payables: Vec<Payable>,
    ledger: OfficeLedger,
    reads_at: DateTime<Utc>,
}

impl std::fmt::Debug for Offices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Offices({} cases)", self.cases.len())
    }
}

impl Offices {
    /// Opens the offices with a script to play.
    pub fn new(settings: OfficeSettings, keys: OfficeKeys, script: Script, clock: Clock) -> Self {
        let feeds = keys.clients.keys().map(|code| (*code, Feed::default()));
        let mut offices = Self {
            random: Random::seeded(settings.seed),
            people: People::new(Random::seeded(!settings.seed)),
            feeds: feeds.collect(),
            cases: Vec::new(),
            settings,
            clock,
            clients: keys.clients,
            by_id: HashMap::new(),
            early: HashMap::new(),
            agenda: Agenda::default(),
            payables: Vec::new(),
            ledger: OfficeLedger::default(),
            reads_at: DateTime::UNIX_EPOCH,
        };
        offices.take_up(script);
        offices
    }

    /// Gives them more to play, behind what they have: its stories are numbered on from the last one.
    pub fn take_up(&mut self, script: Script) {
        let played = self.cases.len();
        let serials = self.cases.iter().map(|case| case.story.serial);
        let last = serials.max().unwrap_or(0);
        for scheduled in &script.schedule {
            let task = Task {
                case: played + scheduled.story,
                deed: scheduled.scene.into(),
                put_off: 0,
            };
            self.agenda.add(scheduled.at, task);
        }
        let stories = script.stories.into_iter();
        self.cases.extend(stories.map(|mut story| {
            story.serial += last;
            Case::new(story)
        }));
    }

    /// Lets them read their events at the next occasion: something may have happened.
    pub fn ring(&mut self) {
        self.reads_at = DateTime::UNIX_EPOCH;
    }

    /// Does what is due by the clock, then reads every office's events, if it is time to.
    pub async fn work(&mut self) -> Pass {
        let mut acted = 0;
        loop {
            let parallel = self.settings.parallel.max(1);
            let due = self.agenda.take_due(self.clock.now(), parallel);
            if due.is_empty() {
                break;
            }
            acted += u32::try_from(due.len()).unwrap_or(u32::MAX);
            let calls: Vec<(Task, Call)> = due
                .into_iter()
                .filter_map(|task| Some((task, self.begin(task)?)))
                .collect();
            let replies: Vec<(Task, Reply)> = stream::iter(calls)
                .map(|(task, call)| async move { (task, call.send().await) })
                .buffered(parallel)
                .collect()
                .await;
            for (task, reply) in replies {
                self.conclude(task, reply);
            }
        }
        let now = self.clock.now();
        if now >= self.reads_at {
            acted += self.read_events().await;
            self.reads_at = now + self.settings.quiet;
        }
        Pass {
            acted,
            next_at: self.agenda.next_at(),
        }
    }

    /// The fees that applicants set out to pay since this was asked last.
    pub fn take_payables(&mut self) -> Vec<Payable> {
        std::mem::take(&mut self.payables)
    }

    /// What they can swear to.
    pub fn ledger(&self) -> &OfficeLedger {
        &self.ledger
    }

    /// Every application that was taken in, as its office sees it.
    pub fn views(&self) -> impl Iterator<Item = &OfficeView> {
        self.cases.iter().filter_map(|case| case.view.as_ref())
    }

    /// Prepares the request of a task; none when there is nothing to ask, now or ever.
    fn begin(&mut self, task: Task) -> Option<Call> {
        match task.deed {
            Deed::Pay => {
                self.send_to_pay(task);
                return None;
            }
            Deed::Submit if self.waits_for_reference(task.case) => {
                self.put_off(task);
                return None;
            }
            _ => (),
        }
        let body = self.body_of(task)?;
        let case = self.cases.get(task.case)?;
        let (office, path) = target_of(case, task.deed)?;
        Some(Call {
            client: self.clients.get(office)?.clone(),
            method: Method::POST,
            url: format!("{}{path}", self.settings.gateway_url),
            content: Some((case.key(task.deed), body)),
        })
    }

    /// What a request says.
    fn body_of(&mut self, task: Task) -> Option<String> {
        let body = match task.deed {
            Deed::AskReference => json!({ "product": "CEI" }),
            Deed::Submit | Deed::SubmitAgain | Deed::Revise => {
                let (today, seed) = (self.clock.today(), self.settings.seed);
                let person = self.person_of(task.case)?;
                let case = self.cases.get_mut(task.case)?;
                case.registered_on.get_or_insert(today);
                let content = case.write(&person, today, seed);
                case.reason = content.get("reason")?.as_str().map(str::to_owned);
                content
            }
            Deed::Withdraw => json!({ "reason": "WITHDRAWN" }),
            Deed::ReportReceived => json!({ "report": "RECEIVED_AT_OFFICE" }),
            Deed::ReportHandedOver => json!({ "report": "HANDED_OVER" }),
            Deed::Pay => return None,
        };
        Some(body.to_string())
    }

    /// The applicant of a case, who comes into being when first needed; none when the case has
    /// ended.
    fn person_of(&mut self, case: usize) -> Option<Person> {
        let today = self.clock.today();
        let case = self.cases.get_mut(case)?;
        if case.person.is_none() && case.view.is_none() {
            case.person = Some(self.people.person(case.story.age, today));
        }
        case.person.clone()
    }

    /// Reads what every office has been told meanwhile; returns how many events there were.
    async fn read_events(&mut self) -> u32 {
        let offices: Vec<(&'static str, reqwest::Client)> = self
            .clients
            .iter()
            .map(|(code, client)| (*code, client.clone()))
            .collect();
        let before = self.ledger.events;
        for (office, client) in offices {
            for _ in 0..PAGES_MAX {
                let Some(feed) = self.feeds.get_mut(office) else {
                    break;
                };
                let call = Call {
                    client: client.clone(),
                    method: Method::GET,
                    url: format!("{}{}", self.settings.gateway_url, feed.target()),
                    content: None,
                };
                let Reply::Done { body, .. } = call.send().await else {
                    break;
                };
                let page = feed.read(&body);
                let is_full = page.is_full;
                self.hear(office, page);
                if !is_full {
                    break;
                }
            }
        }
        u32::try_from(self.ledger.events - before).unwrap_or(u32::MAX)
    }
}

/// Which office asks where.
fn target_of(case: &Case, deed: Deed) -> Option<(&'static str, String)> {
    let of_application = |what: &str| {
        let id = case.view.as_ref()?.id;
        Some(format!("/v1/applications/{id}/{what}"))
    };
    let office = case.story.office;
    Some(match deed {
        Deed::AskReference => (office, "/v1/payment-references".to_owned()),
        Deed::Submit | Deed::SubmitAgain => (office, "/v1/applications".to_owned()),
        Deed::Revise => (office, of_application("revisions")?),
        Deed::Withdraw => (office, of_application("withdrawal")?),
        Deed::ReportReceived | Deed::ReportHandedOver => {
            (case.hands_over_at(), of_application("reports")?)
        }
        Deed::Pay => return None,
    })
}
