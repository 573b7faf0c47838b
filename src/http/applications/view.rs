//! An application as an office sees it: never a name, only what has become of it.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::payment_reference::PaymentReference;
use crate::domain::reason::Reason;
use crate::http::language::Language;
use crate::store::applications::Application;
use crate::store::history::HistoryEntry;
use crate::store::holds::Hold;

/// An application as an office sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub(crate) struct ApplicationView {
    /// Its id.
    id: Uuid,
    /// Its number, as people say it.
    #[schema(example = "CLJ-04-2026-000017")]
    number: String,
    /// The office's own reference.
    office_reference: String,
    /// Counts submissions of the same application, from 1.
    revision: i64,
    /// The kind of document.
    product: &'static str,
    /// Why the card is asked for.
    reason: &'static str,
    /// What has happened to it.
    #[schema(example = "AWAITING_FEE")]
    state: &'static str,
    /// What is owed for it.
    fee: FeeView,
    /// What the payer types.
    payment_reference: PaymentReferenceView,
    /// When the office registered it.
    registered_on: NaiveDate,
    /// The last day of the legal term.
    deadline_on: NaiveDate,
    /// Whether the card is collected at another office.
    collected_elsewhere: bool,
    /// When it was taken in.
    received_at: DateTime<Utc>,
    /// When anything about it changed last.
    updated_at: DateTime<Utc>,
    /// Counts changes.
    version: i64,
}

/// What is owed for an application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fee)]
pub(crate) struct FeeView {
    /// What has happened to the fee.
    #[schema(example = "DUE")]
    state: &'static str,
    /// What is owed.
    #[schema(example = "70.00")]
    due: String,
    /// What is paid.
    #[schema(example = "0.00")]
    paid: String,
    /// The currency (ISO 4217).
    #[schema(example = "RON")]
    currency: &'static str,
    /// The rule by which it was decided.
    #[schema(example = "F2")]
    rule: String,
    /// The facts that the rule used.
    facts: BTreeMap<String, String>,
}

/// A payment reference in its three spellings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentReference)]
pub(crate) struct PaymentReferenceView {
    /// As it is printed (ISO 11649).
    #[schema(example = "RF29 4073 9182 64")]
    printed: String,
    /// As bank software takes it.
    #[schema(example = "RF294073918264")]
    compact: String,
    /// As payment stations take it, which have no letters.
    #[schema(example = "2940 7391 8264")]
    kiosk: String,
}

impl From<PaymentReference> for PaymentReferenceView {
    fn from(reference: PaymentReference) -> Self {
        Self {
            printed: reference.to_string(),
            compact: reference.compact(),
            kiosk: reference.kiosk(),
        }
    }
}

impl TryFrom<&Application> for ApplicationView {
    type Error = anyhow::Error;

    fn try_from(application: &Application) -> Result<Self, Self::Error> {
        let reference = PaymentReference::parse(&application.payment_reference)
            .context("a stored payment reference is none")?;
        let facts = serde_json::from_str(&application.fee_facts)
            .context("the stored facts of a fee are no JSON object")?;
        Ok(Self {
            id: application.id.0,
            number: application.number.clone(),
            office_reference: application.office_reference.clone(),
            revision: application.revision,
            product: application.product.as_str(),
            reason: application.card_reason.as_str(),
            state: application.state.as_str(),
            fee: FeeView {
                state: application.fee_state.as_str(),
                due: application.fee_due.to_string(),
                paid: application.fee_paid.to_string(),
                currency: "RON",
                rule: application.fee_rule.clone(),
                facts,
            },
            payment_reference: reference.into(),
            registered_on: application.registered_on,
            deadline_on: application.deadline_on,
            collected_elsewhere: application.collect_office != application.office,
            received_at: application.received_at,
            updated_at: application.updated_at,
            version: application.version,
        })
    }
}

/// An application with what happened to it and what it waits for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationDetails)]
pub(crate) struct DetailsView {
    #[serde(flatten)]
    application: ApplicationView,
    /// What happened to it, oldest first.
    history: Vec<StepView>,
    /// Why it waits for an operator, if it does.
    holds: Vec<HoldView>,
}

/// One step that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
pub(crate) struct StepView {
    /// When.
    at: DateTime<Utc>,
    /// What it is about: `APPLICATION`, `FEE`, `HOLD`.
    about: String,
    /// What happened.
    #[schema(example = "FEE_FOUND_DUE")]
    event: String,
    /// The state before.
    from: String,
    /// The state after.
    to: String,
    /// What kind of party did it: `office`, `gateway`, `bureau`, `channel`, `operator`.
    by: String,
}

/// Why an application waits for an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldView {
    /// The number of the reason.
    code: i64,
    /// The name of the reason.
    #[schema(example = "DEADLINE_RISK")]
    name: &'static str,
    /// What is wrong, in the language asked for.
    title: &'static str,
    /// Since when.
    opened_at: DateTime<Utc>,
}

impl DetailsView {
    /// Puts an application together with its history and its open holds.
    pub(crate) fn new(
        application: ApplicationView,
        history: Vec<HistoryEntry>,
        holds: &[Hold],
        language: Language,
    ) -> Self {
        Self {
            application,
            history: history.into_iter().map(StepView::from).collect(),
            holds: holds
                .iter()
                .filter(|hold| hold.closed_at.is_none())
                .map(|hold| HoldView::new(hold, language))
                .collect(),
        }
    }
}

impl From<HistoryEntry> for StepView {
    fn from(entry: HistoryEntry) -> Self {
        // The name of an operator is no business of the office's, nor are notes.
        let by = entry.actor.split(':').next().unwrap_or_default().to_owned();
        Self {
            at: entry.at,
            about: entry.subject_kind,
            event: entry.event,
            from: entry.from_state,
            to: entry.to_state,
            by,
        }
    }
}

impl HoldView {
    /// A hold in the language asked for.
    pub(crate) fn new(hold: &Hold, language: Language) -> Self {
        let reason = u16::try_from(hold.code).ok().and_then(Reason::from_number);
        Self {
            code: hold.code,
            name: reason.map_or("", Reason::name),
            title: reason.map_or("", |reason| {
                language.choose(reason.title_en(), reason.title_ro())
            }),
            opened_at: hold.opened_at,
        }
    }
}
