//! Whether the applicant may get a card on that day at that office.

use crate::domain::application::CardReason;
use crate::domain::attestation::PaperKind;
use crate::domain::county::County;
use crate::domain::eligibility::{self, EligibilityDecision, EligibilityFacts, Ineligible};
use crate::flow::content::ApplicationContent;
use crate::flow::intake::IntakeContext;
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::{Fault, Faults};

/// Decides eligibility, whatever other faults there are; without a fact that it needs (which is a
/// fault noted elsewhere) it decides nothing.
pub(super) fn eligibility(
    application: &ApplicationContent,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<EligibilityDecision> {
    if application.applicant.birth_on > application.registered_on {
        return None;
    }
    let facts = EligibilityFacts {
        on: application.registered_on,
        birth_on: application.applicant.birth_on,
        reason: CardReason::parse(&application.reason).ok()?,
        office: context.office,
        domicile: County::parse(&application.applicant.domicile.county).ok()?,
        residence_attested: has_residence_proof(application),
        collected_elsewhere: is_collected_elsewhere(application, context),
    };
    match eligibility::decide(&facts) {
        Ok(decision) => Some(decision),
        Err(reasons) => {
            for reason in reasons {
                faults.add(fault_of(reason));
            }
            None
        }
    }
}

fn has_residence_proof(application: &ApplicationContent) -> bool {
    application
        .attestation
        .papers
        .iter()
        .any(|paper| paper.kind == PaperKind::ResidenceProof.as_str())
}

fn is_collected_elsewhere(application: &ApplicationContent, context: &IntakeContext<'_>) -> bool {
    application.collect_at_office.is_some()
        && context
            .collect_at
            .is_none_or(|office| office.id != context.office.id)
}

fn fault_of(reason: Ineligible) -> Fault {
    const REGISTERED: &str = "/registered_on";
    const COUNTY: &str = "/applicant/domicile/county";
    match reason {
        Ineligible::NotYetIssued => Fault::new(REGISTERED, &text::NOT_YET_ISSUED),
        Ineligible::TooYoung { least } => {
            Fault::detailed("/applicant/birth_on", &text::TOO_YOUNG, least)
        }
        Ineligible::OutsidePilotCounty => Fault::new(COUNTY, &text::OUTSIDE_PILOT_COUNTY),
        Ineligible::OutsidePilotReason => Fault::new("/reason", &text::OUTSIDE_PILOT_REASON),
        Ineligible::ReasonNotForAge => Fault::new("/reason", &text::CARD_REASON_NOT_FOR_AGE),
        Ineligible::OtherOffice => Fault::new(COUNTY, &text::OFFICE_NOT_OF_DOMICILE),
        Ineligible::CollectedElsewhere => {
            Fault::new("/collect_at_office", &text::COLLECT_ELSEWHERE_TOO_EARLY)
        }
    }
}
