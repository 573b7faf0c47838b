//! An application of which everything has been checked, and what was decided about it.
//!
//! Images are described, not held: their bytes stay in the sealed content as they arrived.

use chrono::NaiveDate;

use crate::domain::applicant::Applicant;
use crate::domain::application::{CardReason, Product};
use crate::domain::attestation::Attestation;
use crate::domain::eligibility::EligibilityDecision;
use crate::domain::fingerprints::{Finger, FingersMissing};
use crate::domain::id::OfficeId;
use crate::domain::image::ImageInfo;
use crate::domain::names::Mark;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::requester::Requester;
use crate::domain::signature::Signature;
use crate::domain::tariff::{FeeDecision, FeeFacts};
use crate::domain::validity::ValidityDecision;

/// What was captured of the applicant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Biometrics {
    /// The face.
    pub face: ImageInfo,
    /// The signature, or why there is none.
    pub signature: Signature,
    /// The fingers taken, in the order of the application.
    pub fingers: Vec<Finger>,
    /// Why fewer than two.
    pub fingers_missing: Option<FingersMissing>,
}

/// A fully checked application. Hidden from `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct Submission {
    /// The office's own reference.
    pub office_reference: Mark,
    /// The reservation of the scheduling portal.
    pub reservation_code: Option<Mark>,
    /// The kind of document.
    pub product: Product,
    /// Why the card is asked for.
    pub reason: CardReason,
    /// The day from which the 30 days run.
    pub registered_on: NaiveDate,
    /// The office where the card is collected, when another than the one that asks.
    pub collect_at: Option<OfficeId>,
    /// The payment reference given before.
    pub payment_reference: Option<PaymentReference>,
    /// The person the card is for.
    pub applicant: Applicant,
    /// Who asks.
    pub requester: Requester,
    /// The office's word on the papers.
    pub attestation: Attestation,
    /// Face, signature, fingers.
    pub biometrics: Biometrics,
    /// By which rule the applicant may get the card.
    pub eligibility: EligibilityDecision,
    /// What the fee was decided on, for deciding it again.
    pub fee_facts: FeeFacts,
    /// What is owed, and by which rule.
    pub fee: FeeDecision,
    /// How long the card will be valid.
    pub validity: ValidityDecision,
}

impl std::fmt::Debug for Submission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Submission(…)")
    }
}
