//! A payment with everything that somebody needs to decide about it, read in one transaction.

use crate::console::trouble::Trouble;
use crate::domain::matching::Suggestion;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::domain::payment_action::PaymentAction;
use crate::flow::decide_payment::{DecisionRefusal, obstacle};
use crate::flow::match_payment::suggestions;
use crate::flow::refund::{Source, sources};
use crate::flow::tie_payment::{free_rest, is_before_order};
use crate::store::applications::{self, Application};
use crate::store::history::{self, HistoryEntry};
use crate::store::holds::{self, Hold};
use crate::store::matches::{self, Match};
use crate::store::payments::{self, Payment, Sighting};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, offices};

/// Rows of each kind that are shown at most; a payment has a few.
const HISTORY_MAX: i64 = 200;
const HOLDS_MAX: i64 = 100;
const SIGHTINGS_MAX: i64 = 50;

/// An application that a payment may be for.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// How likely it is, and why.
    pub(crate) suggestion: Suggestion,
    /// The application.
    pub(crate) application: Application,
    /// The office that took it in.
    pub(crate) office: String,
}

/// A payment with everything that somebody needs to decide about it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) payment: Payment,
    /// The payment that it takes back.
    pub(crate) reverses: Option<Payment>,
    /// The applications that it may be for, the likeliest first.
    pub(crate) offered: Vec<Offered>,
    /// The fees that it pays.
    pub(crate) ties: Vec<(Match, Application)>,
    /// What of it is tied to no fee, and not set aside to be given back.
    pub(crate) free: Money,
    /// What of it may be given back, the largest first.
    pub(crate) sources: Vec<Source>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) history: Vec<HistoryEntry>,
    pub(crate) sightings: Vec<Sighting>,
    /// What cannot be decided about it now, and why.
    pub(crate) obstacles: Vec<(PaymentAction, DecisionRefusal)>,
}

/// Finds a payment by its number, as people say it, or by its id.
pub(crate) async fn find(tx: &mut Tx, name: &str) -> Result<Payment, Trouble> {
    let found = match name.parse() {
        Ok(id) => payments::find(tx, id).await?,
        Err(_no_id) => payments::find_by_number(tx, name).await?,
    };
    found.ok_or(Trouble::NotFound)
}

impl Case {
    /// Reads a payment by its number or id.
    pub(crate) async fn read(tx: &mut Tx, name: &str) -> Result<Self, Trouble> {
        let payment = find(tx, name).await?;
        let id = payment.id;
        let reverses = match payment.reverses {
            Some(of) => payments::find(tx, of).await?,
            None => None,
        };
        Ok(Self {
            reverses,
            offered: read_offered(tx, &payment).await?,
            ties: read_ties(tx, &payment).await?,
            free: free_rest(tx, &payment).await?,
            sources: sources(tx, &payment).await?,
            refunds: refunds::list_of_payment(tx, id).await?,
            holds: holds::list_of(tx, id.0, HOLDS_MAX).await?,
            history: history::list(tx, id.0, HISTORY_MAX).await?,
            sightings: payments::list_sightings(tx, id, SIGHTINGS_MAX).await?,
            obstacles: read_obstacles(tx, &payment).await?,
            payment,
        })
    }

    /// Why something cannot be decided about it now; `None` where it can.
    pub(crate) fn obstacle(&self, action: PaymentAction) -> Option<DecisionRefusal> {
        let mut all = self.obstacles.iter();
        let known = all.find(|(of, _)| *of == action).map(|(_, why)| *why);
        let is_all_tied = action == PaymentAction::Split && self.free <= Money::ZERO;
        known.or_else(|| is_all_tied.then_some(DecisionRefusal::PartsExceed(Money::ZERO)))
    }

    /// The refund of it that is under way.
    pub(crate) fn open_refund(&self) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.state.is_open())
    }

    /// The candidate with a number.
    pub(crate) fn candidate(&self, number: &str) -> Option<&Offered> {
        let mut all = self.offered.iter();
        all.find(|one| one.application.number == number)
    }

    /// Whether the tie to an application can be undone by itself.
    pub(crate) fn may_untie(&self, application: &Application) -> bool {
        match self.payment.state {
            PaymentState::Matched => self.open_refund().is_none(),
            PaymentState::Consumed => {
                self.ties.len() > 1
                    && is_before_order(application.state)
                    && self.open_refund().is_none()
            }
            _ => false,
        }
    }
}

async fn read_offered(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<Offered>> {
    let mut all = Vec::new();
    if payment.state != PaymentState::Suggested {
        return Ok(all);
    }
    for suggestion in suggestions(tx, payment).await? {
        let Some(application) = applications::find(tx, suggestion.application).await? else {
            continue;
        };
        let office = offices::find(tx, application.office).await?;
        let office = office.map_or_else(String::new, |one| format!("{} · {}", one.code, one.name));
        all.push(Offered {
            suggestion,
            application,
            office,
        });
    }
    Ok(all)
}

async fn read_ties(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<(Match, Application)>> {
    let mut all = Vec::new();
    for tie in matches::list_standing(tx, payment.id).await? {
        if let Some(application) = applications::find(tx, tie.application).await? {
            all.push((tie, application));
        }
    }
    Ok(all)
}

async fn read_obstacles(
    tx: &mut Tx,
    payment: &Payment,
) -> anyhow::Result<Vec<(PaymentAction, DecisionRefusal)>> {
    let mut all = Vec::new();
    for action in PaymentAction::ALL {
        if let Some(why) = obstacle(tx, *action, payment).await? {
            all.push((*action, why));
        }
    }
    Ok(all)
}
