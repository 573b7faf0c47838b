//! Applications as operators see them: numbers, states, codes and days of any office's, never a
//! person. The command line prints the same views.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::id::{ApplicationId, OfficeId};
use crate::http::operations::view::{HistoryView, HoldView, read_history, read_holds, reason_text};
use crate::store::applications::Application;
use crate::store::{StoreError, Tx, offices, order_lines, orders, payments};

/// An application in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApplicationSummary {
    /// Its id.
    pub id: Uuid,
    /// Its number, as people say it.
    #[schema(example = "CLJ-04-2026-000017")]
    pub number: String,
    /// The code of the office that submitted it.
    #[schema(example = "CLJ-04")]
    pub office: String,
    /// What has happened to it.
    #[schema(example = "READY")]
    pub state: String,
    /// What has happened to its fee.
    #[schema(example = "PAID")]
    pub fee_state: String,
    /// What is owed, in bani.
    #[schema(example = 7000)]
    pub fee_due: i64,
    /// What is paid, in bani.
    #[schema(example = 7000)]
    pub fee_paid: i64,
    /// The last day of the legal term.
    pub deadline_on: NaiveDate,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// When anything about it changed last.
    pub updated_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

impl ApplicationSummary {
    /// The application, with the code of its office.
    pub fn new(application: &Application, codes: &OfficeCodes) -> Self {
        Self {
            id: application.id.0,
            number: application.number.clone(),
            office: codes.code(application.office),
            state: application.state.to_string(),
            fee_state: application.fee_state.to_string(),
            fee_due: application.fee_due.bani(),
            fee_paid: application.fee_paid.bani(),
            deadline_on: application.deadline_on,
            received_at: application.received_at,
            updated_at: application.updated_at,
            version: application.version,
        }
    }
}

/// The codes of all offices.
#[derive(Debug)]
pub struct OfficeCodes(BTreeMap<Uuid, String>);

impl OfficeCodes {
    /// Reads them.
    pub async fn read(tx: &mut Tx) -> Result<Self, StoreError> {
        let all = offices::list(tx).await?;
        let code = |office: offices::Office| (office.id.0, office.code);
        Ok(Self(all.into_iter().map(code).collect()))
    }

    /// The present code of an office.
    pub fn code(&self, office: OfficeId) -> String {
        self.0.get(&office.0).cloned().unwrap_or_default()
    }
}

/// An application with everything that is tied to it and everything that happened to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApplicationRecord)]
pub struct ApplicationRecord {
    /// What stands in lists.
    #[serde(flatten)]
    pub summary: ApplicationSummary,
    /// The office's own reference.
    pub office_reference: String,
    /// The code of the office where the card is collected.
    pub collect_office: String,
    /// Counts submissions of the same application, from 1.
    pub revision: i64,
    /// The kind of document.
    #[schema(example = "CEI")]
    pub product: String,
    /// Why the card is asked for.
    #[schema(example = "EXPIRY")]
    pub card_reason: String,
    /// What the payer types, as bank software takes it.
    #[schema(example = "RF294073918264")]
    pub payment_reference: String,
    /// The rule by which the applicant may have the card.
    #[schema(example = "E2")]
    pub eligibility_rule: String,
    /// The rule by which the fee was decided.
    #[schema(example = "F2")]
    pub fee_rule: String,
    /// The facts that the rule used.
    pub fee_facts: BTreeMap<String, String>,
    /// When the office registered it.
    pub registered_on: NaiveDate,
    /// Whether it is test data.
    pub test: bool,
    /// How often the bureau made the card anew.
    pub remakes: i64,
    /// The order lines that asked for its card.
    pub lines: Vec<LineOfApplication>,
    /// The payments that are tied to it.
    pub payments: Vec<PaymentOfApplication>,
    /// What of it waits for an operator, or waited.
    pub holds: Vec<HoldView>,
    /// What happened to it and to its fee, oldest first.
    pub history: Vec<HistoryView>,
}

/// An order line that asked for an application's card.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineOfApplication {
    /// The number of the order.
    #[schema(example = "CNIN-20260302-0001")]
    pub order: String,
    /// Its place in the order, from 1.
    pub line_no: i64,
    /// Counts the lines of the same application, from 1.
    pub attempt: i64,
    /// What has happened to it.
    #[schema(example = "PRODUCED")]
    pub state: String,
    /// The reason of a refusal, by number and name.
    pub reason: Option<String>,
    /// The number of the card.
    pub document_number: Option<String>,
}

/// A payment that is tied to an application.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaymentOfApplication {
    /// Its number.
    #[schema(example = "CEC-20260902-00017")]
    pub number: String,
    /// How it was told of: `CEC` or `SELFPAY`.
    pub channel: String,
    /// What has happened to it.
    #[schema(example = "CONSUMED")]
    pub state: String,
    /// How much, in bani.
    pub amount: i64,
    /// The day of booking, or of payment at a station.
    pub booked_on: Option<NaiveDate>,
}

/// Reads everything about an application but its sealed content.
pub async fn read_application(
    tx: &mut Tx,
    application: Application,
) -> anyhow::Result<ApplicationRecord> {
    let codes = OfficeCodes::read(tx).await?;
    let id = application.id;
    let fee_facts = serde_json::from_str(&application.fee_facts)
        .context("the stored facts of a fee are no JSON object")?;
    Ok(ApplicationRecord {
        summary: ApplicationSummary::new(&application, &codes),
        collect_office: codes.code(application.collect_office),
        office_reference: application.office_reference,
        revision: application.revision,
        product: application.product.to_string(),
        card_reason: application.card_reason.to_string(),
        payment_reference: application.payment_reference,
        eligibility_rule: application.eligibility_rule,
        fee_rule: application.fee_rule,
        fee_facts,
        registered_on: application.registered_on,
        test: application.test,
        remakes: application.remakes,
        lines: read_lines(tx, id).await?,
        payments: read_payments(tx, id).await?,
        holds: read_holds(tx, id.0).await?,
        history: read_history(tx, id.0).await?,
    })
}

async fn read_lines(tx: &mut Tx, id: ApplicationId) -> Result<Vec<LineOfApplication>, StoreError> {
    let mut lines = Vec::new();
    for line in order_lines::list_of_application(tx, id).await? {
        let order = orders::find(tx, line.order).await?;
        lines.push(LineOfApplication {
            order: order.map(|order| order.number).unwrap_or_default(),
            line_no: line.line_no,
            attempt: line.attempt,
            state: line.state.to_string(),
            reason: line.reason.map(reason_text),
            document_number: line.document_number,
        });
    }
    Ok(lines)
}

async fn read_payments(
    tx: &mut Tx,
    id: ApplicationId,
) -> Result<Vec<PaymentOfApplication>, StoreError> {
    let tied = payments::list_of_application(tx, id).await?;
    let payment = |payment: payments::Payment| PaymentOfApplication {
        number: payment.number,
        channel: payment.channel.to_string(),
        state: payment.state.to_string(),
        amount: payment.amount.bani(),
        booked_on: payment.booked_on,
    };
    Ok(tied.into_iter().map(payment).collect())
}
