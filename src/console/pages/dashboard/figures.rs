//! The figures of the dashboard, read at one moment and kept for some seconds: however many people
//! look, the database is asked once.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::console::requests::ToApprove;
use crate::domain::application::ApplicationState;
use crate::domain::calendar::{bucharest_day, start_of_day};
use crate::domain::id::OfficeId;
use crate::domain::matching::Clue;
use crate::domain::payment::PaymentState;
use crate::flow::match_payment::suggestions;
use crate::gateway::Gateway;
use crate::store::applications::unfinished::{self, Alike, Backlog};
use crate::store::causes::{self, CauseCount};
use crate::store::dashboard::{self, LastHeard, Unmatched, Waiting};
use crate::store::history::SubjectKind;
use crate::store::holds::Shown;
use crate::store::payments::{self, Payment};
use crate::store::{Tx, applications, complaints, offices};

/// Within which figures are not read again.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// Days that are looked back upon.
const DAYS_BACK: u64 = 14;

/// Days before the end of a term in which it is at risk.
pub(crate) const RISK_DAYS: u64 = 5;

/// Payments that are shown.
const PAYMENTS_SHOWN: i64 = 5;

/// Arrivals from which the usual time is told.
const ARRIVALS_LOOKED_AT: i64 = 1_000;

/// What came and went on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DayFigures {
    /// The day in Bucharest.
    pub(crate) day: NaiveDate,
    /// Applications taken in.
    pub(crate) received: i64,
    /// Cards that came to their offices.
    pub(crate) arrived: i64,
}

/// A payment without its application, with the likeliest one.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// The payment.
    pub(crate) payment: Payment,
    /// The application's number, how likely it is, and what speaks for it.
    pub(crate) best: Option<(String, u8, Vec<Clue>)>,
}

/// Everything that the dashboard shows, before it is put into words.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// When they were read.
    pub(crate) read_at: DateTime<Utc>,
    /// The day in Bucharest.
    pub(crate) today: NaiveDate,
    /// Living applications by state, age and term.
    pub(crate) alike: Vec<Alike>,
    /// Cards that lie at their offices.
    pub(crate) at_office: i64,
    /// Applications that came to each stage within a day.
    pub(crate) passed: Vec<(ApplicationState, i64)>,
    /// The last days, the oldest first, today included.
    pub(crate) days: Vec<DayFigures>,
    /// Days from registration to the office, of the last arrivals, sorted.
    pub(crate) took: Vec<i64>,
    /// Failed orders by cause.
    pub(crate) causes: Vec<CauseCount>,
    /// Other holds by reason.
    pub(crate) waiting: Vec<Waiting>,
    /// What would be among them, and rests until a later day.
    pub(crate) resting: i64,
    /// The offices that have a backlog, the largest first.
    pub(crate) backlogs: Vec<Backlog>,
    /// When offices were last seen.
    pub(crate) seen: BTreeMap<OfficeId, DateTime<Utc>>,
    /// Payments without an application, together.
    pub(crate) unmatched: Unmatched,
    /// The oldest of them.
    pub(crate) offered: Vec<Offered>,
    /// When the others were last heard.
    pub(crate) heard: LastHeard,
    /// Messages that died.
    pub(crate) dead_letters: i64,
    /// What waits for a second person.
    pub(crate) to_approve: ToApprove,
    /// Complaints that nobody has decided.
    pub(crate) complaints: i64,
}

/// What was read last, shared by everybody who looks.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    kept: Mutex<Kept>,
}

/// What is kept: the last figures, and days that are over, which never change.
#[derive(Debug, Default)]
struct Kept {
    figures: Option<Arc<Figures>>,
    days: BTreeMap<NaiveDate, DayFigures>,
}

impl Readings {
    /// The figures, at most some seconds old. Whoever comes while they are read waits for them.
    pub(crate) async fn read(&self, gateway: &Gateway) -> anyhow::Result<Arc<Figures>> {
        let now = gateway.clock.now();
        let mut kept = self.kept.lock().await;
        if let Some(figures) = &kept.figures
            && now < figures.read_at + FRESH
        {
            return Ok(Arc::clone(figures));
        }
        let figures = Arc::new(Figures::read(gateway, now, &mut kept.days).await?);
        kept.figures = Some(Arc::clone(&figures));
        Ok(figures)
    }
}

/// Reads the last days; of those that are over, only the ones that are not known.
async fn read_days(
    tx: &mut Tx,
    now: DateTime<Utc>,
    known: &mut BTreeMap<NaiveDate, DayFigures>,
) -> anyhow::Result<Vec<DayFigures>> {
    let today = bucharest_day(now);
    let first = today - Days::new(DAYS_BACK - 1);
    let mut days = Vec::new();
    for day in first.iter_days().take_while(|day| *day <= today) {
        if let Some(known) = known.get(&day) {
            days.push(*known);
            continue;
        }
        let time = (start_of_day(day), start_of_day(day + Days::new(1)));
        let figures = DayFigures {
            day,
            received: dashboard::count_received(tx, time).await?,
            arrived: dashboard::count_arrived(tx, time).await?,
        };
        days.push(figures);
        // A transaction that began yesterday may still commit its rows for a while.
        if now > time.1 + TimeDelta::hours(1) {
            known.insert(day, figures);
        }
    }
    known.retain(|day, _| *day >= first);
    Ok(days)
}

impl Figures {
    /// Reads all of them. What looks at every living application is read at the same time.
    async fn read(
        gateway: &Gateway,
        now: DateTime<Utc>,
        known: &mut BTreeMap<NaiveDate, DayFigures>,
    ) -> anyhow::Result<Self> {
        let (alike, backlogs, rest) = tokio::try_join!(
            read_alike(gateway),
            read_backlogs(gateway, bucharest_day(now)),
            Self::read_rest(gateway, now, known),
        )?;
        Ok(Self {
            alike,
            backlogs,
            ..rest
        })
    }

    async fn read_rest(
        gateway: &Gateway,
        now: DateTime<Utc>,
        known: &mut BTreeMap<NaiveDate, DayFigures>,
    ) -> anyhow::Result<Self> {
        let tx = &mut gateway.store.read().await?;
        let today = bucharest_day(now);
        let days = read_days(tx, now, known).await?;
        let arrivals = dashboard::list_last_arrivals(tx, ARRIVALS_LOOKED_AT).await?;
        let mut took: Vec<i64> = arrivals
            .into_iter()
            .map(|(at, registered_on)| (bucharest_day(at) - registered_on).num_days())
            .collect();
        took.sort_unstable();
        Ok(Self {
            read_at: now,
            today,
            alike: Vec::new(),
            at_office: dashboard::count_at_office(tx).await?,
            passed: dashboard::count_passed(tx, (now - TimeDelta::days(1), now)).await?,
            days,
            took,
            causes: causes::list(tx, Some(Shown::waiting(today))).await?,
            waiting: dashboard::list_waiting(tx, Shown::waiting(today)).await?,
            resting: count_resting(tx, today).await?,
            backlogs: Vec::new(),
            seen: offices::list_last_seen(tx).await?.into_iter().collect(),
            unmatched: dashboard::sum_up_unmatched(tx).await?,
            offered: read_offered(tx).await?,
            heard: dashboard::read_last_heard(tx).await?,
            dead_letters: dashboard::count_dead_letters(tx).await?,
            to_approve: ToApprove::read(tx, now).await?,
            complaints: complaints::count_undecided(tx).await?,
        })
    }

    /// Counts the living applications for which something holds.
    pub(crate) fn count(&self, holds: impl Fn(&Alike) -> bool) -> i64 {
        let alike = self.alike.iter().filter(|alike| holds(alike));
        alike.map(|alike| alike.count).sum()
    }

    /// The day on which terms are no longer at risk.
    pub(super) fn soon(&self) -> NaiveDate {
        self.today + Days::new(RISK_DAYS)
    }

    /// Days since an application's registration.
    pub(super) fn age(&self, alike: &Alike) -> i64 {
        (self.today - alike.registered_on).num_days()
    }

    /// Whether the term is over.
    pub(crate) fn is_late(&self, alike: &Alike) -> bool {
        alike.deadline_on < self.today
    }

    /// Whether the term is nearly over.
    pub(crate) fn is_at_risk(&self, alike: &Alike) -> bool {
        !self.is_late(alike) && alike.deadline_on < self.soon()
    }
}

async fn read_alike(gateway: &Gateway) -> anyhow::Result<Vec<Alike>> {
    let mut tx = gateway.store.read().await?;
    Ok(unfinished::count_alike(&mut tx).await?)
}

async fn read_backlogs(gateway: &Gateway, today: NaiveDate) -> anyhow::Result<Vec<Backlog>> {
    let mut tx = gateway.store.read().await?;
    let soon = today + Days::new(RISK_DAYS);
    Ok(unfinished::list_backlogs(&mut tx, today, soon).await?)
}

/// Counts what rests: failed orders and lines of them, and everything else but payments, which have a
/// list of their own.
pub(crate) fn sum_up_resting(causes: &[CauseCount], others: &[Waiting]) -> i64 {
    let failed: i64 = causes.iter().map(|one| one.orders + one.lines).sum();
    let others = others.iter().filter(|one| one.kind != SubjectKind::Payment);
    failed + others.map(|one| one.count).sum::<i64>()
}

async fn count_resting(tx: &mut Tx, today: NaiveDate) -> anyhow::Result<i64> {
    let shown = Shown::resting(today);
    let causes = causes::list(tx, Some(shown)).await?;
    let others = dashboard::list_waiting(tx, shown).await?;
    Ok(sum_up_resting(&causes, &others))
}

/// The oldest payments without an application, those with candidates first.
async fn read_offered(tx: &mut Tx) -> anyhow::Result<Vec<Offered>> {
    let mut found = Vec::new();
    for state in [PaymentState::Suggested, PaymentState::Unmatched] {
        let shown = i64::try_from(found.len()).unwrap_or(PAYMENTS_SHOWN);
        let room = PAYMENTS_SHOWN - shown;
        for payment in payments::list(tx, Some(state), None, room).await? {
            let best = match state {
                PaymentState::Suggested => best_of(tx, &payment).await?,
                _ => None,
            };
            found.push(Offered { payment, best });
        }
    }
    Ok(found)
}

async fn best_of(
    tx: &mut Tx,
    payment: &Payment,
) -> anyhow::Result<Option<(String, u8, Vec<Clue>)>> {
    let Some(best) = suggestions(tx, payment).await?.into_iter().next() else {
        return Ok(None);
    };
    let application = applications::find(tx, best.application).await?;
    Ok(application.map(|application| (application.number, best.score, best.clues)))
}
