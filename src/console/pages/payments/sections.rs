//! What stands side by side under the entry of payments: payments, refunds, lists for the bank, days.

use crate::console::list::Tab;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::payment::PaymentState;
use crate::domain::refund::RefundState;
use crate::store::{Tx, payments, refunds};
use crate::words::{Language, number};

/// How far what waits is counted.
pub(crate) const COUNTED_MAX: i64 = 1_000;

/// The sections, with what waits in each; `here` is the address of the one that is shown.
pub(crate) async fn sections(tx: &mut Tx, here: &str, visit: &Visit) -> Result<Vec<Tab>, Trouble> {
    let most = COUNTED_MAX + 1;
    let mut to_decide = 0;
    for state in [PaymentState::Suggested, PaymentState::Unmatched] {
        to_decide += payments::count_up_to(tx, state, most).await?;
    }
    let to_approve = refunds::count_up_to(tx, RefundState::Proposed, most).await?;
    let to_list = refunds::count_up_to(tx, RefundState::Approved, most).await?;
    let language = visit.language;
    let all = [
        ("/payments", visit.says("Plăți", "Payments"), to_decide),
        (
            "/payments/refunds",
            visit.says("Restituiri", "Refunds"),
            to_approve,
        ),
        (
            "/payments/refund-lists",
            visit.says("Liste pentru bancă", "Lists for the bank"),
            to_list,
        ),
        (
            "/payments/days",
            visit.says("Reconciliere pe zile", "Reconciliation by day"),
            0,
        ),
    ];
    let tab = |(path, text, count): (&str, &str, i64)| Tab {
        text: text.to_owned(),
        path: path.to_owned(),
        count: counted_up_to(count, language),
        is_here: path == here,
    };
    Ok(all.into_iter().map(tab).collect())
}

/// A count that stops at a bound: `17`, `1.000+`; empty where nothing waits.
pub(crate) fn counted_up_to(count: i64, language: Language) -> String {
    match count {
        ..=0 => String::new(),
        1..=COUNTED_MAX => number(language, count),
        _ => format!("{}+", number(language, COUNTED_MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_to_a_bound() {
        assert_eq!(counted_up_to(0, Language::Romanian), "");
        assert_eq!(counted_up_to(17, Language::Romanian), "17");
        assert_eq!(counted_up_to(1_000, Language::Romanian), "1.000");
        assert_eq!(counted_up_to(1_001, Language::English), "1,000+");
    }
}
