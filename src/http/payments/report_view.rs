//! The reconciliation report as automation and the command line give it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::day::DayState;
use crate::domain::hex::hex;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::domain::reconciliation::money::{
    Closing, DayTotals, Head, Invariant, LaterChange, MoneyReport, Row, RowClass,
};
use crate::store::days::DayDecision;

/// How the money of some days stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentReport)]
pub(crate) struct ReportView {
    /// The first day.
    pub(crate) from: NaiveDate,
    /// The last day.
    pub(crate) to: NaiveDate,
    /// Whether every invariant holds.
    pub(crate) holds: bool,
    /// What must always hold.
    pub(crate) invariants: Vec<InvariantView>,
    /// Sums per day, channel and currency.
    pub(crate) days: Vec<DayTotalsView>,
    /// Every row of every leg, by day, channel, leg and key.
    pub(crate) rows: Vec<RowView>,
    /// The days of these that are closed.
    pub(crate) closed: Vec<ClosedDayView>,
    /// What changed on closed days after they were closed, oldest first.
    pub(crate) after_close: Vec<LaterChangeView>,
}

impl From<MoneyReport> for ReportView {
    fn from(report: MoneyReport) -> Self {
        let holds = report.failed().next().is_none();
        Self {
            from: report.from,
            to: report.to,
            holds,
            invariants: report.invariants.into_iter().map(Into::into).collect(),
            days: report.days.iter().map(Into::into).collect(),
            rows: report.rows.into_iter().map(Into::into).collect(),
            closed: report.closings.into_iter().map(Into::into).collect(),
            after_close: report.later.into_iter().map(Into::into).collect(),
        }
    }
}

/// What must always hold, and whether it does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentReportInvariant)]
pub(crate) struct InvariantView {
    /// Which one.
    #[schema(example = "MONEY_ACCOUNTED")]
    pub(crate) code: &'static str,
    /// The currency, where it is about money.
    pub(crate) currency: Option<String>,
    /// Whether it holds.
    pub(crate) holds: bool,
    /// The figure that there should be: minor units where it is about money, else a count.
    pub(crate) wanted: i64,
    /// The figure that there is.
    pub(crate) found: i64,
    /// What breaks it, by number or name; the first ten.
    pub(crate) broken_by: Vec<String>,
}

impl From<Invariant> for InvariantView {
    fn from(one: Invariant) -> Self {
        Self {
            code: one.code.as_str(),
            currency: one.currency,
            holds: one.holds,
            wanted: minor(one.wanted),
            found: minor(one.found),
            broken_by: one.broken_by,
        }
    }
}

/// What came in on one day and channel in one currency, and where it is. All sums in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentReportDay)]
pub(crate) struct DayTotalsView {
    /// The day.
    pub(crate) day: NaiveDate,
    /// The channel.
    pub(crate) channel: &'static str,
    /// The currency (ISO 4217).
    pub(crate) currency: String,
    /// `OPEN` or `CLOSED`.
    pub(crate) state: &'static str,
    /// Movements, outgoing ones too.
    pub(crate) movements: u64,
    /// Everything that came in.
    pub(crate) credited_minor: i64,
    /// Everything that went out.
    pub(crate) debited_minor: i64,
    /// Of what came in: taken back by the channel.
    pub(crate) reversed_minor: i64,
    /// Of what came in: no payment of a fee.
    pub(crate) not_fees_minor: i64,
    /// What came in for fees and stayed: the sum of the five that follow.
    pub(crate) money_in_minor: i64,
    /// Tied to fees.
    pub(crate) matched_minor: i64,
    /// An operator is asked whose it is.
    pub(crate) suggested_minor: i64,
    /// Nobody is known whose it could be.
    pub(crate) unmatched_minor: i64,
    /// To be given back, or given back.
    pub(crate) refunds_minor: i64,
    /// Not in lei.
    pub(crate) foreign_minor: i64,
    /// Rows whose other side is not there yet.
    pub(crate) expected: u64,
    /// Rows whose sides differ.
    pub(crate) mismatched: u64,
}

impl From<&DayTotals> for DayTotalsView {
    fn from(day: &DayTotals) -> Self {
        let under = |head| minor(day.under(head));
        Self {
            day: day.day,
            channel: day.channel.as_str(),
            currency: day.currency.clone(),
            state: day.state.as_str(),
            movements: day.movements,
            credited_minor: minor(day.credited),
            debited_minor: minor(day.debited),
            reversed_minor: under(Head::Reversed),
            not_fees_minor: under(Head::NotFees),
            money_in_minor: minor(day.money_in()),
            matched_minor: under(Head::Matched),
            suggested_minor: under(Head::Suggested),
            unmatched_minor: under(Head::Unmatched),
            refunds_minor: under(Head::Refunds),
            foreign_minor: under(Head::Foreign),
            expected: day.expected,
            mismatched: day.mismatched,
        }
    }
}

/// One thing on both sides of a leg.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentReportRow)]
pub(crate) struct RowView {
    /// The day it belongs to.
    pub(crate) day: NaiveDate,
    /// The channel.
    pub(crate) channel: &'static str,
    /// The leg.
    #[schema(example = "PAYMENT_MATCH")]
    pub(crate) leg: &'static str,
    /// A payment's number, or the name of a lot.
    pub(crate) key: String,
    /// What the channel calls it.
    pub(crate) reference: Option<String>,
    /// How it stands.
    #[schema(example = "UNKNOWN_REFERENCE")]
    pub(crate) finding: &'static str,
    /// `EXPECTED` where one side is not there yet, `MISMATCHED` where both are and differ, null
    /// where they agree.
    pub(crate) class: Option<&'static str>,
    /// What the first side says, in minor units; negative where money went out.
    pub(crate) announced_minor: Option<i64>,
    /// What the second side says, in minor units.
    pub(crate) confirmed_minor: Option<i64>,
    /// The currency (ISO 4217).
    pub(crate) currency: String,
    /// Days since its day.
    pub(crate) age_days: u64,
    /// The state of the payment.
    pub(crate) state: Option<&'static str>,
    /// The number of the reason for that state.
    pub(crate) reason: Option<u16>,
}

impl From<Row> for RowView {
    fn from(row: Row) -> Self {
        Self {
            day: row.day,
            channel: row.channel.as_str(),
            leg: row.leg.as_str(),
            key: row.key,
            reference: row.reference,
            finding: row.finding.as_str(),
            class: row.finding.class().map(RowClass::as_str),
            announced_minor: row.announced.map(Money::bani),
            confirmed_minor: row.confirmed.map(Money::bani),
            currency: row.currency,
            age_days: row.age_days,
            state: row.state.map(PaymentState::as_str),
            reason: row.reason,
        }
    }
}

/// A day that is closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosedDay)]
pub(crate) struct ClosedDayView {
    /// The channel.
    pub(crate) channel: &'static str,
    /// The day.
    pub(crate) day: NaiveDate,
    /// Who closed it.
    pub(crate) closed_by: String,
    /// Why, where it was closed although something did not agree.
    pub(crate) reason: Option<String>,
    /// When.
    pub(crate) closed_at: DateTime<Utc>,
    /// Whether its payments stand as they stood then.
    pub(crate) unchanged: bool,
}

impl From<Closing> for ClosedDayView {
    fn from(closing: Closing) -> Self {
        Self {
            channel: closing.channel.as_str(),
            day: closing.day,
            closed_by: closing.actor,
            reason: closing.reason,
            closed_at: closing.at,
            unchanged: closing.is_unchanged,
        }
    }
}

/// What happened to a payment of a closed day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeAfterClose)]
pub(crate) struct LaterChangeView {
    /// The channel.
    pub(crate) channel: &'static str,
    /// The day.
    pub(crate) day: NaiveDate,
    /// The payment's number.
    pub(crate) payment: String,
    /// What happened: an event of the payment, `RECORDED` or `SEEN_AGAIN`.
    #[schema(example = "MATCH_UNDONE")]
    pub(crate) event: String,
    /// Who did it.
    pub(crate) actor: String,
    /// Why, as the operator said; rules and late files say nothing.
    pub(crate) reason: Option<String>,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

impl From<LaterChange> for LaterChangeView {
    fn from(change: LaterChange) -> Self {
        Self {
            channel: change.channel.as_str(),
            day: change.day,
            payment: change.number,
            event: change.event,
            actor: change.actor,
            reason: change.reason,
            at: change.at,
        }
    }
}

/// What was decided about a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayDecision)]
pub(crate) struct DayDecisionView {
    /// The channel.
    pub(crate) channel: &'static str,
    /// The day.
    pub(crate) day: NaiveDate,
    /// Whether its books are `OPEN` or `CLOSED` now.
    pub(crate) state: &'static str,
    /// Who decided.
    pub(crate) actor: String,
    /// Why.
    pub(crate) reason: Option<String>,
    /// SHA-256 of how every payment of the day stands, in hexadecimal digits.
    pub(crate) digest: String,
    /// When.
    pub(crate) decided_at: DateTime<Utc>,
}

impl From<&DayDecision> for DayDecisionView {
    fn from(decision: &DayDecision) -> Self {
        Self {
            channel: decision.channel.as_str(),
            day: decision.day,
            state: DayState::left_by(Some(decision.event)).as_str(),
            actor: decision.actor.clone(),
            reason: decision.reason.clone(),
            digest: hex(&decision.digest),
            decided_at: decision.decided_at,
        }
    }
}

/// A sum as numbers of JSON carry it; one beyond 64 bits would be all the money there is.
fn minor(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}
