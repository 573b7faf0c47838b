//! What else waits for a second person, each with an approval of its own: words of the bureau told by
//! other means, and refunds. And how much of everything that waits there is.

use chrono::{DateTime, Utc};

use crate::console::pages::refunds::list::money_of;
use crate::console::requests::PAGE;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::operator::role::Permission;
use crate::domain::refund::RefundState;
use crate::store::forced_words::{self, ToApprove as Word};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, four_eyes_requests};
use crate::words::{actor, date_and_time, name_of};

/// How much waits for a second person, of each kind no more than is listed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct ToApprove {
    requests: i64,
    words: i64,
    refunds: i64,
}

impl ToApprove {
    /// Counts what waits, by the index of what waits.
    pub(crate) async fn read(tx: &mut Tx, now: DateTime<Utc>) -> anyhow::Result<Self> {
        Ok(Self {
            requests: four_eyes_requests::count_waiting(tx, now, PAGE).await?,
            words: forced_words::count_to_approve(tx, now, PAGE).await?,
            refunds: refunds::count_up_to(tx, RefundState::Proposed, PAGE).await?,
        })
    }

    /// How much of it a visitor finds listed.
    pub(crate) fn count_for(&self, visit: &Visit) -> i64 {
        let refunds = if visit.may(Permission::ViewPayments) {
            self.refunds
        } else {
            0
        };
        self.requests + self.words + refunds
    }
}

/// Something that waits, with the page on which it is approved.
pub(super) struct Also {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) told: String,
    pub(super) asked_by: String,
    pub(super) asked_at: String,
    /// Until when it may be approved; empty where it waits for ever.
    pub(super) expires_at: String,
    /// Where the visitor approves it; `None` for whoever may not.
    pub(super) approve: Option<String>,
}

/// Lists what else waits, as far as the visitor may look at it: words first, then refunds, of each the
/// oldest first.
pub(super) async fn list_also(
    tx: &mut Tx,
    now: DateTime<Utc>,
    visit: &Visit,
) -> Result<Vec<Also>, Trouble> {
    let words = forced_words::list_to_approve(tx, now, PAGE).await?;
    let mut all: Vec<Also> = words.iter().map(|word| of_word(word, visit)).collect();
    if visit.may(Permission::ViewPayments) {
        let proposed = Some(RefundState::Proposed);
        let refunds = refunds::list(tx, proposed, None, PAGE).await?;
        all.extend(refunds.iter().map(|refund| of_refund(refund, visit)));
    }
    Ok(all)
}

fn of_word(word: &Word, visit: &Visit) -> Also {
    let language = visit.language;
    let is_own = visit
        .user
        .as_ref()
        .is_some_and(|user| user.actor().to_string() == word.proposed_by);
    let may_approve = visit.may(Permission::Approve) && !is_own;
    let order = visit.says("comanda", "order");
    let line = visit.says("poziția", "line");
    Also {
        kind: visit.says("Cuvânt aflat pe altă cale", "Word told by other means"),
        name: format!("{order} {}, {line} {}", word.order, word.line_no),
        path: format!("/orders/{}", word.order),
        told: name_of(word.status, language).to_owned(),
        asked_by: actor(language, &word.proposed_by),
        asked_at: date_and_time(language, word.proposed_at),
        expires_at: date_and_time(language, word.expires_at),
        approve: may_approve.then(|| format!("/words/{}/approve", word.id)),
    }
}

fn of_refund(refund: &Refund, visit: &Visit) -> Also {
    let language = visit.language;
    let path = format!("/payments/refunds/{}", refund.number);
    Also {
        kind: visit.says("Restituire", "Refund"),
        name: refund.number.clone(),
        told: money_of(refund, language),
        asked_by: actor(language, &refund.proposed_by),
        asked_at: date_and_time(language, refund.proposed_at),
        expires_at: String::new(),
        approve: visit
            .may(Permission::Approve)
            .then(|| format!("{path}/approve")),
        path,
    }
}
