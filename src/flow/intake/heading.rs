//! The application as such: references, product, reason, days, offices.

use chrono::NaiveDate;

use crate::domain::application::{CardReason, Product};
use crate::domain::id::OfficeId;
use crate::domain::names::Mark;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::tariff::EarlierCard;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::IntakeContext;
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::{Fault, FaultText, Faults, known};

/// What stands at the head of an application.
pub(super) struct Heading {
    pub(super) office_reference: Mark,
    pub(super) reservation_code: Option<Mark>,
    pub(super) product: Product,
    pub(super) reason: CardReason,
    pub(super) registered_on: NaiveDate,
    pub(super) collect_at: Option<OfficeId>,
    pub(super) payment_reference: Option<PaymentReference>,
    pub(super) earlier_card: EarlierCard,
}

/// Reads the head of an application.
pub(super) fn read(
    application: &ApplicationContent,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<Heading> {
    let office_reference = faults.note(mark(
        "/office_reference",
        &text::OFFICE_REFERENCE_INVALID,
        &application.office_reference,
    ));
    let reservation_code = application
        .reservation_code
        .as_deref()
        .map(|code| mark("/reservation_code", &text::RESERVATION_CODE_INVALID, code));
    let reservation_code = faults.note(reservation_code.transpose());
    let product = faults.note(known(
        "/product",
        &text::PRODUCT_UNKNOWN,
        Product::parse(&application.product),
        Product::ALL,
    ));
    let reason = faults.note(card_reason(application));
    let registered_on = faults.note(registered_on(application, context.today));
    let collect_at = faults.note(collect_at(application, context));
    let payment_reference = application
        .payment_reference
        .as_deref()
        .map(payment_reference);
    let payment_reference = faults.note(payment_reference.transpose());
    let earlier_card = faults.note(known(
        "/earlier_card",
        &text::EARLIER_CARD_UNKNOWN,
        EarlierCard::parse(&application.earlier_card),
        EarlierCard::ALL,
    ));
    Some(Heading {
        office_reference: office_reference?,
        reservation_code: reservation_code?,
        product: product?,
        reason: reason?,
        registered_on: registered_on?,
        collect_at: collect_at?,
        payment_reference: payment_reference?,
        earlier_card: earlier_card?,
    })
}

fn mark(pointer: &str, text: &FaultText, value: &str) -> Result<Mark, Fault> {
    Mark::parse(value).ok_or_else(|| Fault::new(pointer, text))
}

fn card_reason(application: &ApplicationContent) -> Result<CardReason, Fault> {
    known(
        "/reason",
        &text::CARD_REASON_UNKNOWN,
        CardReason::parse(&application.reason),
        CardReason::ALL,
    )
}

fn registered_on(application: &ApplicationContent, today: NaiveDate) -> Result<NaiveDate, Fault> {
    if application.registered_on > today {
        return Err(Fault::new("/registered_on", &text::REGISTERED_IN_FUTURE));
    }
    Ok(application.registered_on)
}

/// The other office, or `None` when the card is collected where it is asked for.
fn collect_at(
    application: &ApplicationContent,
    context: &IntakeContext<'_>,
) -> Result<Option<OfficeId>, Fault> {
    match (&application.collect_at_office, context.collect_at) {
        (None, _) => Ok(None),
        (Some(_), Some(office)) if office.id == context.office.id => Ok(None),
        (Some(_), Some(office)) => Ok(Some(office.id)),
        (Some(_), None) => Err(Fault::new(
            "/collect_at_office",
            &text::COLLECT_OFFICE_UNKNOWN,
        )),
    }
}

fn payment_reference(value: &str) -> Result<PaymentReference, Fault> {
    PaymentReference::parse(value)
        .ok()
        .ok_or_else(|| Fault::new("/payment_reference", &text::PAYMENT_REFERENCE_INVALID))
}
