//! Draws up the reconciliation report of payments: gathers the facts, in a bounded number of
//! queries, and asks the domain.

use std::collections::BTreeMap;

use chrono::{Days as Span, NaiveDate};
use openssl::sha::sha256;

use crate::domain::calendar::start_of_day;
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::{
    Closing, Facts, LaterChange, LotCredit, LotFacts, MoneyReport, PaymentFacts, canonical_lines,
};
use crate::flow::payment_evidence::PaymentEvidence;
use crate::store::money_facts::{self, Days};
use crate::store::{Tx, days, refunds};

/// Movements read at a time.
const PAGE: usize = 5_000;
/// Days of one report at most: what it holds in memory is bounded.
pub const DAYS_MAX: u64 = 92;
/// How far a lot and its credit may lie apart.
const LOT_SPAN: Span = Span::new(31);
/// Changes after closing that are listed at most, per channel and kind.
const LATER_MAX: i64 = 2_000;

/// Which money a report is about.
#[derive(Clone, Debug)]
pub struct ReportRequest {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The channel, or all of them.
    pub channel: Option<Channel>,
}

/// Why no report is drawn up.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReportRefusal {
    /// It would end before it begins.
    #[error("the last day lies before the first")]
    Backwards,
    /// It would span too much.
    #[error("a report spans {DAYS_MAX} days at most")]
    TooLong,
}

impl ReportRequest {
    /// Asks for the days from `from` to `to`, both included.
    pub fn new(
        from: NaiveDate,
        to: NaiveDate,
        channel: Option<Channel>,
    ) -> Result<Self, ReportRefusal> {
        match u64::try_from(to.signed_duration_since(from).num_days()) {
            Err(_negative) => Err(ReportRefusal::Backwards),
            Ok(days) if days >= DAYS_MAX => Err(ReportRefusal::TooLong),
            Ok(_) => Ok(Self { from, to, channel }),
        }
    }

    /// The channels that it is about.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        let channels = Channel::ALL.iter().copied();
        channels.filter(|one| self.channel.is_none_or(|wanted| wanted == *one))
    }

    fn days(&self, channel: Channel) -> Days {
        let after = self.to.succ_opt().unwrap_or(self.to);
        Days {
            channel,
            from: self.from,
            to: self.to,
            start: start_of_day(self.from),
            end: start_of_day(after),
        }
    }
}

/// Draws up a report as of `today`.
pub async fn draw_report(
    tx: &mut Tx,
    request: &ReportRequest,
    today: NaiveDate,
) -> anyhow::Result<MoneyReport> {
    Ok(MoneyReport::draw_up(gather(tx, request, today).await?))
}

/// SHA-256 of how payments stand.
pub(crate) fn digest_of<'a>(payments: impl IntoIterator<Item = &'a PaymentFacts>) -> [u8; 32] {
    sha256(canonical_lines(payments).as_bytes())
}

/// Gathers everything that a report is drawn up from.
pub(crate) async fn gather(
    tx: &mut Tx,
    request: &ReportRequest,
    today: NaiveDate,
) -> anyhow::Result<Facts> {
    let mut facts = Facts {
        today,
        from: request.from,
        to: request.to,
        payments: Vec::new(),
        credits: Vec::new(),
        files: Vec::new(),
        refunds: Vec::new(),
        lots: Vec::new(),
        lot_credits: Vec::new(),
        unread_notifications: 0,
        fees_apart: 0,
        closings: Vec::new(),
        later: Vec::new(),
    };
    for channel in request.channels() {
        let days = request.days(channel);
        facts.payments.extend(movements(tx, &days).await?);
        facts
            .credits
            .extend(money_facts::sum_credits(tx, &days).await?);
        facts
            .files
            .extend(money_facts::list_files(tx, &days).await?);
        facts.refunds.extend(refunds::list_facts(tx, &days).await?);
        facts.fees_apart += money_facts::count_fees_apart(tx, &days).await?;
        let closings = closings(tx, &days, &facts.payments).await?;
        facts.closings.extend(closings);
        facts.later.extend(later(tx, &days).await?);
    }
    if request
        .channels()
        .any(|channel| channel == Channel::SelfPay)
    {
        facts.unread_notifications = money_facts::count_unread(tx).await?;
        gather_lots(tx, &mut facts).await?;
    }
    Ok(facts)
}

async fn movements(tx: &mut Tx, days: &Days) -> anyhow::Result<Vec<PaymentFacts>> {
    let mut all = money_facts::list_undated(tx, days).await?;
    let mut after = None;
    let limit = i64::try_from(PAGE)?;
    loop {
        let page = money_facts::list_movements(tx, days, after, limit).await?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|(id, payment)| (payment.booked_on, *id));
        all.extend(page.into_iter().map(|(_, payment)| payment));
        if is_last {
            return Ok(all);
        }
    }
}

async fn closings(
    tx: &mut Tx,
    days: &Days,
    payments: &[PaymentFacts],
) -> anyhow::Result<Vec<Closing>> {
    let channel = days.channel;
    let decided = days::list_closed(tx, channel, days.from, days.to).await?;
    let closing = |one: days::DayDecision| {
        let of_day = payments
            .iter()
            .filter(|payment| payment.channel == channel && payment.booked_on == one.day);
        Closing {
            channel,
            day: one.day,
            is_unchanged: digest_of(of_day).as_slice() == one.digest,
            actor: one.actor,
            reason: one.reason,
            at: one.decided_at,
        }
    };
    Ok(decided.into_iter().map(closing).collect())
}

async fn later(tx: &mut Tx, days: &Days) -> anyhow::Result<Vec<LaterChange>> {
    let span = (days.from, days.to);
    let channel = days.channel;
    let mut all = days::list_later_steps(tx, channel, span, LATER_MAX).await?;
    all.extend(days::list_later_sightings(tx, channel, span, LATER_MAX).await?);
    all.sort_by(|a, b| (a.day, a.at, &a.number).cmp(&(b.day, b.at, &b.number)));
    Ok(all)
}

async fn gather_lots(tx: &mut Tx, facts: &mut Facts) -> anyhow::Result<()> {
    let from = facts.from.checked_sub_days(LOT_SPAN).unwrap_or(facts.from);
    let to = facts.to.checked_add_days(LOT_SPAN).unwrap_or(facts.to);
    let lots = money_facts::list_lots(tx, from, to).await?;
    // A corrected settlement takes the place of the one before.
    let lots: BTreeMap<String, LotFacts> = lots
        .into_iter()
        .map(|lot| (lot.lot.to_uppercase(), lot))
        .collect();
    let named = lots
        .into_iter()
        .map(|(name, lot)| LotFacts { lot: name, ..lot });
    facts.lots = named.collect();
    let reason = MatchReason::SettlementLot.number();
    for row in money_facts::list_lot_credits(tx, from, to, reason).await? {
        let evidence: PaymentEvidence = serde_json::from_str(&row.evidence)?;
        facts.lot_credits.push(LotCredit {
            lot: evidence.lot().map(str::to_uppercase),
            number: row.number,
            on: row.booked_on,
            amount: Money::from_bani(row.amount),
        });
    }
    Ok(())
}
