//! `GET /v1/fees/{name}`: whether a fee is paid, and if not, why.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::calendar::bucharest_day;
use crate::domain::fee_standing::FeeStanding;
use crate::domain::money::Money;
use crate::domain::reason::Reason;
use crate::flow::read_fee::{FeeAnswer, FeePayment, FeeRefund, read_fee};
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::envelope::RequestContext;
use crate::http::language::Language;
use crate::http::problems::{Problem, ProblemView, catalogue};

/// Whether a fee is paid, and if not, why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeeAnswer)]
pub(crate) struct FeeAnswerView {
    /// The application's number; null while only its payment reference exists.
    #[schema(example = "CLJ-04-2026-000017")]
    application: Option<String>,
    /// The payment reference.
    #[schema(example = "RF294073918264")]
    payment_reference: String,
    /// Where the fee stands.
    #[schema(example = "UNDERPAID")]
    standing: &'static str,
    /// Whether the fee is paid.
    paid: bool,
    /// Whether the card may be ordered as far as money goes: paid, or nothing is owed.
    settled: bool,
    /// The answer in words, in the language asked for.
    explanation: &'static str,
    /// The number of the reason, where the catalogue of reasons has one.
    reason: Option<u16>,
    /// What to do, in the language asked for.
    what_to_do: Option<&'static str>,
    /// What is owed in all, in bani; without an application, by today's tariff.
    #[schema(example = 7000)]
    due_minor: i64,
    /// The tariff, or the rule by which nothing is owed.
    #[schema(example = "F2")]
    rule: String,
    /// What is paid, in bani.
    paid_minor: i64,
    /// What is missing, in bani.
    missing_minor: i64,
    /// What is paid beyond what is owed, in bani.
    surplus_minor: i64,
    /// The currency (ISO 4217).
    #[schema(example = "RON")]
    currency: &'static str,
    /// The money that is counted, or waits for the application; never who paid it.
    payments: Vec<FeePaymentView>,
    /// Money of it that is being given back, or was; never to whom.
    refunds: Vec<FeeRefundView>,
}

/// Money for a fee.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeePayment)]
pub(crate) struct FeePaymentView {
    /// How it was told of: `CEC` or `SELFPAY`.
    channel: &'static str,
    /// How much of it is for this fee, in bani.
    #[schema(example = 7000)]
    amount_minor: i64,
    /// The day of booking, or of payment at a station.
    paid_on: Option<NaiveDate>,
    /// Since when it is counted; null while it waits for its application.
    counted_at: Option<DateTime<Utc>>,
}

/// Money that is being given back, or was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeeRefund)]
pub(crate) struct FeeRefundView {
    /// What has happened to it.
    #[schema(example = "EXPORTED")]
    state: &'static str,
    /// What to tell the payer, in the language asked for.
    explanation: &'static str,
    /// How much, in bani.
    #[schema(example = 3000)]
    amount_minor: i64,
    /// When that happened.
    since: DateTime<Utc>,
}

impl From<&FeePayment> for FeePaymentView {
    fn from(payment: &FeePayment) -> Self {
        Self {
            channel: payment.channel.as_str(),
            amount_minor: payment.amount.bani(),
            paid_on: payment.paid_on,
            counted_at: payment.counted_at,
        }
    }
}

impl FeeAnswerView {
    pub(crate) fn new(answer: FeeAnswer, language: Language) -> Self {
        let standing = answer.standing;
        let reason = standing.reason();
        let refund = |one: &FeeRefund| FeeRefundView {
            state: one.state.as_str(),
            explanation: language.choose(one.state.text_en(), one.state.text_ro()),
            amount_minor: one.amount.bani(),
            since: one.at,
        };
        // Of a fee whose money was given back, nothing is missing.
        let missing = match standing {
            FeeStanding::Refunded | FeeStanding::RefundDue => None,
            _ => answer.due.checked_sub(answer.paid),
        };
        let over_zero = |money: Option<Money>| money.unwrap_or(Money::ZERO).max(Money::ZERO);
        Self {
            application: answer.application.map(|found| found.number),
            payment_reference: answer.reference,
            standing: standing.as_str(),
            paid: standing.is_paid(),
            settled: standing.is_settled(),
            explanation: language.choose(standing.text_en(), standing.text_ro()),
            reason: reason.map(Reason::number),
            what_to_do: reason.map(|reason| language.choose(reason.todo_en(), reason.todo_ro())),
            due_minor: answer.due.bani(),
            rule: answer.rule,
            paid_minor: answer.paid.bani(),
            missing_minor: over_zero(missing).bani(),
            surplus_minor: over_zero(answer.paid.checked_sub(answer.due)).bani(),
            currency: "RON",
            payments: answer.payments.iter().map(FeePaymentView::from).collect(),
            refunds: answer.refunds.iter().map(refund).collect(),
        }
    }
}

/// Say whether a fee is paid, and if not, why.
///
/// An office asks about its own applications and references, and about those whose card it hands
/// over; of any other the answer is 404, as if there were none. No answer names a payer or another application.
#[utoipa::path(
    get,
    path = "/v1/fees/{name}",
    tag = "payments",
    params((
        "name" = String,
        Path,
        description = "An application's number or id, or a payment reference in any spelling"
    )),
    responses(
        (status = 200, description = "Where the fee stands", body = FeeAnswerView),
        (status = 404, description = "There is none, or it is not the caller's", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let today = bucharest_day(api.gateway.clock.now());
    let mut tx = api.gateway.store.read().await?;
    let found = read_fee(&mut tx, &path, caller.office, today).await?;
    drop(tx);
    let answer = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let context = request.extensions().get::<RequestContext>().cloned();
    let language = context.map_or_else(Default::default, |context| context.language);
    Ok(HttpResponse::Ok().json(FeeAnswerView::new(answer, language)))
}
