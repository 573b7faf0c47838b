//! Checks an application as it arrives and turns its texts into the domain's types.
//!
//! Every fault is told at once, with its place, a stable code and what to do, so that an office
//! corrects an application in one go. Nothing is stored here and nothing is asked of the world:
//! what intake depends on is in its [`IntakeContext`].

use chrono::NaiveDate;

use crate::domain::applicant::Applicant;
use crate::domain::attestation::Attestation;
use crate::domain::calendar::age_on;
use crate::domain::eligibility::EligibilityDecision;
use crate::domain::image::{self, ImageRule};
use crate::domain::office::Office;
use crate::domain::requester::Requester;
use crate::domain::rule::Period;
use crate::domain::submission::{Biometrics, Submission};
use crate::domain::tariff::{self, FeeFacts};
use crate::domain::validity;
use crate::flow::content::ApplicationContent;

mod biometrics;
mod catalogue;
mod fault;
#[cfg(test)]
pub(crate) mod fixture;
mod heading;
mod normalised;
mod papers;
mod person;
mod printed;
mod standing;
#[cfg(test)]
mod tests;

pub use catalogue::FAULTS;
pub use fault::{Fault, FaultText};
pub use normalised::normalised;

use fault::Faults;
use heading::Heading;

/// What may be decided otherwise than in the law's tables: switches, and numbers that the bureau
/// or the ministry may set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IntakePolicy {
    /// Whether one parent may ask with the other's declaration.
    pub one_parent_with_declaration: bool,
    /// The days of registration on which a first card is free.
    pub free_first_card: Period,
    /// How many letters there is room for in print.
    pub print: PrintLimits,
    /// What a photograph may be.
    pub face: ImageRule,
    /// What a fingerprint may be.
    pub finger: ImageRule,
    /// What a signature may be.
    pub signature: ImageRule,
}

/// How many letters of each text the card has room for. The bureau's own numbers are not public;
/// these are cautious assumptions until it gives them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PrintLimits {
    /// Family name.
    pub surname: usize,
    /// Given names.
    pub given_names: usize,
    /// Given names of one parent.
    pub parent: usize,
    /// Place of birth.
    pub birth_place: usize,
    /// Each of locality, street and number of an address.
    pub address_part: usize,
}

impl Default for PrintLimits {
    fn default() -> Self {
        Self {
            surname: 40,
            given_names: 40,
            parent: 40,
            birth_place: 60,
            address_part: 60,
        }
    }
}

impl Default for IntakePolicy {
    fn default() -> Self {
        Self {
            one_parent_with_declaration: false,
            free_first_card: tariff::FREE_FIRST_CARD,
            print: PrintLimits::default(),
            face: image::FACE,
            finger: image::FINGER,
            signature: image::SIGNATURE,
        }
    }
}

/// What the answer depends on beside the application.
#[derive(Clone, Copy, Debug)]
pub struct IntakeContext<'a> {
    /// The day on the wall in Bucharest.
    pub today: NaiveDate,
    /// The office that hands the application in.
    pub office: &'a Office,
    /// The office that `collect_at_office` names, where there is one of that code.
    pub collect_at: Option<&'a Office>,
    /// Switches and limits.
    pub policy: &'a IntakePolicy,
}

/// Checks everything about an application and decides eligibility, fee and validity.
///
/// # Errors
///
/// Every fault of the application; never an empty list.
pub fn check(
    application: &ApplicationContent,
    context: &IntakeContext<'_>,
) -> Result<Submission, Vec<Fault>> {
    let mut faults = Faults::default();
    let age = age_at_registration(application);
    let parts = Parts {
        heading: heading::read(application, context, &mut faults),
        applicant: person::read(application, context, &mut faults),
        requester: papers::requester(application, age, context, &mut faults),
        attestation: papers::attestation(application, &mut faults),
        biometrics: biometrics::read(&application.biometrics, age, context.policy, &mut faults),
    };
    let eligibility = standing::eligibility(application, context, &mut faults);
    match (parts.submission(age, eligibility, context.policy), faults) {
        (Some(submission), faults) if faults.is_empty() => Ok(submission),
        (_, faults) => Err(faults.into_vec()),
    }
}

/// The applicant's age when the office registered the application; `None` when born later, which
/// is a fault of its own and leaves nothing to judge by age.
fn age_at_registration(application: &ApplicationContent) -> Option<u32> {
    let birth_on = application.applicant.birth_on;
    (birth_on <= application.registered_on).then(|| age_on(birth_on, application.registered_on))
}

/// What was read of an application; each part is there unless it has a fault.
struct Parts {
    heading: Option<Heading>,
    applicant: Option<Applicant>,
    requester: Option<Requester>,
    attestation: Option<Attestation>,
    biometrics: Option<Biometrics>,
}

impl Parts {
    fn submission(
        self,
        age: Option<u32>,
        eligibility: Option<EligibilityDecision>,
        policy: &IntakePolicy,
    ) -> Option<Submission> {
        let (heading, applicant, biometrics) = (self.heading?, self.applicant?, self.biometrics?);
        let fee_facts = FeeFacts {
            registered_on: heading.registered_on,
            birth_on: applicant.birth_on,
            earlier_card: heading.earlier_card,
            remake: None,
        };
        Some(Submission {
            office_reference: heading.office_reference,
            reservation_code: heading.reservation_code,
            product: heading.product,
            reason: heading.reason,
            registered_on: heading.registered_on,
            collect_at: heading.collect_at,
            payment_reference: heading.payment_reference,
            requester: self.requester?,
            attestation: self.attestation?,
            eligibility: eligibility?,
            fee: tariff::decide(&fee_facts, policy.free_first_card),
            fee_facts,
            validity: validity::decide(age?, biometrics.fingers_missing),
            applicant,
            biometrics,
        })
    }
}
