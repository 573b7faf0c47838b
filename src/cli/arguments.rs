//! Arguments that several commands share.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use uuid::Uuid;

use crate::domain::codes::UnknownCode;

/// Which part of a list.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Paging {
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    pub(crate) limit: i64,
    /// Go on after this id, as the list before said
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<Uuid>,
}

impl Paging {
    /// Where to go on after `rows`, unless they were the last.
    pub(crate) fn next<T>(&self, rows: &[T], id: impl Fn(&T) -> Uuid) -> Option<String> {
        let is_full = usize::try_from(self.limit).is_ok_and(|limit| rows.len() >= limit);
        rows.last()
            .filter(|_| is_full)
            .map(|row| id(row).to_string())
    }
}

/// Why, in words.
#[derive(Args, Clone, Debug)]
pub(crate) struct Why {
    /// Why, for the history; without personal data
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// Why, for the record, where it is not asked for.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct MayBeWhy {
    /// Why, for the record; without personal data
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl MayBeWhy {
    /// The reason, where somebody wrote one.
    pub(crate) fn given(&self) -> Option<&str> {
        let reason = self.reason.as_deref().unwrap_or_default().trim();
        (!reason.is_empty()).then_some(reason)
    }
}

/// A parser of stable codes that lists them in help texts and takes small letters too.
pub(crate) fn codes<T>(
    all: &'static [T],
    parse: fn(&str) -> Result<T, UnknownCode>,
) -> impl TypedValueParser<Value = T>
where
    T: Copy + AsCode + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(AsCode::as_code))
        .try_map(move |text| parse(&text.to_uppercase()))
}

/// An enumeration with stable codes.
pub(crate) trait AsCode {
    /// The stable code.
    fn as_code(&self) -> &'static str;
}

macro_rules! as_code {
    ($($name:ty),+ $(,)?) => {$(
        impl AsCode for $name {
            fn as_code(&self) -> &'static str {
                self.as_str()
            }
        }
    )+};
}
as_code!(
    crate::domain::acknowledgement::LineEvent,
    crate::domain::application::ApplicationState,
    crate::domain::application::Product,
    crate::domain::cause::Cause,
    crate::domain::complaint::ComplaintState,
    crate::domain::complaint::Payer,
    crate::domain::consignment::ConsignmentState,
    crate::domain::county::County,
    crate::domain::operator::role::Role,
    crate::domain::order::OrderState,
    crate::domain::order_action::OrderAction,
    crate::domain::payment::Channel,
    crate::domain::payment::PaymentState,
    crate::domain::refund::RefundState,
    crate::store::credentials::Party,
);
