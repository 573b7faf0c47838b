//! An application as it is kept: the office's content with every printed text in the form in which
//! the card will carry it, so that the order is written from what was checked.

use std::borrow::Cow;

use crate::domain::applicant::PostalCode;
use crate::domain::names::{Name, PrintText};
use crate::domain::submission::Submission;
use crate::flow::content::{AddressContent, ApplicantContent, ApplicationContent};

/// Returns `content` with the texts that `submission` read from it: composed letters, commas below,
/// single blanks; and with the reason for missing fingers that goes without saying under 12. What is
/// in that form already is not copied, with its images.
pub fn normalised<'a>(
    content: &'a ApplicationContent,
    submission: &Submission,
) -> Cow<'a, ApplicationContent> {
    let applicant = applicant(&content.applicant, submission);
    let missing = submission.biometrics.fingers_missing;
    let fingers_missing = missing.map(|reason| reason.as_str().to_owned());
    if applicant == content.applicant && fingers_missing == content.biometrics.fingers_missing {
        return Cow::Borrowed(content);
    }
    let mut kept = content.clone();
    kept.applicant = applicant;
    kept.biometrics.fingers_missing = fingers_missing;
    Cow::Owned(kept)
}

fn applicant(content: &ApplicantContent, submission: &Submission) -> ApplicantContent {
    let person = &submission.applicant;
    let home = &person.domicile;
    ApplicantContent {
        surname: person.surname.as_str().to_owned(),
        given_names: person.given_names.as_str().to_owned(),
        cnp: person.cnp.as_str().to_owned(),
        birth_place: person.birth_place.as_str().to_owned(),
        mother_given_names: name(person.mother_given_names.as_ref()),
        father_given_names: name(person.father_given_names.as_ref()),
        domicile: AddressContent {
            locality: home.locality.as_str().to_owned(),
            street: text(home.street.as_ref()),
            number: text(home.number.as_ref()),
            postal_code: home
                .postal_code
                .as_ref()
                .map(PostalCode::as_str)
                .map(str::to_owned),
            ..content.domicile.clone()
        },
        ..content.clone()
    }
}

fn name(name: Option<&Name>) -> Option<String> {
    name.map(Name::as_str).map(str::to_owned)
}

fn text(text: Option<&PrintText>) -> Option<String> {
    text.map(PrintText::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::intake::{IntakeContext, IntakePolicy, check, fixture};

    #[test]
    fn what_is_kept_is_what_was_checked() {
        let content = fixture::adult();
        let today = content.registered_on;
        let mut typed = content.clone();
        typed.applicant.surname = "  Ştefănescu   Popa ".to_owned();
        let office = fixture::office(1);
        let policy = IntakePolicy::default();
        let at_counter = IntakeContext {
            today,
            office: &office,
            collect_at: None,
            policy: &policy,
        };
        let submission = check(&typed, &at_counter).unwrap();
        let kept = normalised(&typed, &submission);
        assert_eq!(kept.applicant.surname, "Ștefănescu Popa");
        assert_eq!(kept.biometrics, content.biometrics);
        assert_eq!(
            check(&kept, &at_counter).ok(),
            Some(submission),
            "checked again, it says the same"
        );
    }
}
