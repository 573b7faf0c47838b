//! The batching rule as it is configured, asked at a moment.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::Batching;
use crate::domain::application::Product;
use crate::domain::batching::{BatchingRule, Moment};
use crate::domain::calendar::{bucharest_day, start_of_day};
use crate::domain::working_days::WorkingDays;
use crate::store::{StoreError, Tx, orders};

/// The rule as it is configured.
pub(crate) fn rule_of(config: &Batching) -> BatchingRule {
    BatchingRule {
        lines_max: usize::try_from(config.lines_max).unwrap_or(usize::MAX),
        bytes_max: config.bytes_max,
        age_max: Duration::from_mins(u64::from(config.age_max_minutes)),
        deadline_risk_days: config.deadline_risk_days,
        cut_offs: config.cut_offs.iter().map(|cut_off| cut_off.0).collect(),
        working_days: WorkingDays {
            off: config.days_off.iter().copied().collect(),
            on: config.extra_working_days.iter().copied().collect(),
        },
        lines_per_day: Some(config.lines_per_day).filter(|limit| *limit > 0),
        grouping: config.group_by.0,
    }
}

/// The moment at which the rule is asked, with what was ordered today where the day has a limit.
pub(crate) async fn moment(
    tx: &mut Tx,
    rule: &BatchingRule,
    bureau: &str,
    product: Product,
    now: DateTime<Utc>,
) -> Result<Moment, StoreError> {
    if rule.lines_per_day.is_none() {
        return Ok(Moment::of(rule, now, 0));
    }
    let midnight = start_of_day(bucharest_day(now));
    let lines = orders::count_lines_since(tx, bureau, product, midnight).await?;
    Ok(Moment::of(rule, now, u64::try_from(lines).unwrap_or(0)))
}
