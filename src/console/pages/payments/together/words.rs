//! What is said about one decision on several payments.

use crate::console::pages::payments::candidate::outcome;
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::together::Wish;
use crate::console::pages::payments::together::foreseen::{Impossible, Possible};
use crate::domain::matching::sure::{Doubt, Sureness};
use crate::domain::payment_action::PaymentAction;
use crate::store::payments::Payment;
use crate::words::{Language, count, lei, noun, number};

/// What will happen, in one sentence.
pub(super) fn consequence(action: PaymentAction, many: usize, language: Language) -> String {
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    let many = count(language, many, noun::PAYMENT);
    match (action, language) {
        (PaymentAction::OweBack, Language::Romanian) => {
            format!("Se marchează de restituit {many}; nu mai sunt oferite cererilor noi.")
        }
        (PaymentAction::OweBack, Language::English) => {
            format!("Marked for refund: {many}; they are offered to no new application.")
        }
        (PaymentAction::Dismiss, Language::Romanian) => {
            format!(
                "Ies din lista celor de decis, ca plăți care nu sunt taxe: {many}. Nu se poate desface."
            )
        }
        (PaymentAction::Dismiss, Language::English) => {
            format!("They leave the list as no fees: {many}. This cannot be undone.")
        }
        (_, Language::Romanian) => {
            format!(
                "Se potrivesc cu cererile de mai jos {many}; fiecare taxă este astfel plătită exact."
            )
        }
        (_, Language::English) => {
            format!("Matched with the applications below: {many}; each fee is then paid exactly.")
        }
    }
}

/// How many of how many.
pub(super) fn facts(all: usize, possible: usize, language: Language) -> Vec<(String, String)> {
    let told = |many: usize| number(language, i64::try_from(many).unwrap_or(i64::MAX));
    vec![
        (
            language.choose("Looked at", "Examinate").to_owned(),
            told(all),
        ),
        (
            language.choose("Will be done", "Se va face").to_owned(),
            told(possible),
        ),
        (
            language.choose("Stay as they are", "Rămân așa").to_owned(),
            told(all.saturating_sub(possible)),
        ),
    ]
}

/// What will become of a payment.
pub(super) fn possible(possible: &Possible, payment: &Payment, language: Language) -> String {
    let amount = lei(language, payment.amount);
    let Possible::Matched { application, score } = possible else {
        return amount;
    };
    let sure = match (score, language) {
        (Some(score), Language::Romanian) => format!("scor {score}"),
        (Some(score), Language::English) => format!("score {score}"),
        (None, _) => language.choose("by rule", "prin regulă").to_owned(),
    };
    let outcome = outcome(application, payment.amount, language);
    format!("{amount} → {} ({sure}). {outcome}", application.number)
}

/// Why nothing will become of a payment.
pub(super) fn impossible(why: &Impossible, language: Language) -> String {
    match why {
        Impossible::Refused(refusal) => refusals::words(*refusal, language),
        Impossible::Doubt(told) => doubt(*told, language),
        Impossible::Contested { application } => match language {
            Language::Romanian => {
                format!("Mai multe plăți din listă sunt pentru {application}: hotărâți pe rând.")
            }
            Language::English => {
                format!("Several payments of the list are for {application}: decide one by one.")
            }
        },
    }
}

/// Why it is not sure enough whose a payment is.
pub(super) fn doubt(doubt: Doubt, language: Language) -> String {
    let (ro, en) = match doubt {
        Doubt::NoCandidate => ("Nicio cerere nu se potrivește.", "No application fits."),
        Doubt::Several => (
            "Se potrivesc mai multe cereri sau suma este pentru mai multe: hotărâți pe pagina plății.",
            "Several applications fit, or the sum is for several: decide on the payment's page.",
        ),
        Doubt::AnotherPerson => (
            "Textul vorbește despre altă persoană.",
            "The text speaks of another person.",
        ),
        Doubt::ReferenceUnknown => (
            "Referința scrisă este corectă, dar cererea ei nu a sosit încă.",
            "The reference is sound, and its application has not come yet.",
        ),
        Doubt::Amount => (
            "Suma nu este exact cea datorată.",
            "The amount is not exactly what is owed.",
        ),
        Doubt::Date => (
            "Între înregistrare și plată este mai mult de o lună.",
            "Registration and payment lie more than a month apart.",
        ),
        Doubt::Score(score) => {
            return match language {
                Language::Romanian => format!("Scorul candidatului este numai {score}."),
                Language::English => format!("The candidate's score is only {score}."),
            };
        }
        Doubt::NoRule => (
            "Este numai un candidat; nicio regulă nu este sigură.",
            "It is a candidate only; no rule is sure.",
        ),
        Doubt::Undone => (
            "Cineva a desfăcut înainte aceeași potrivire.",
            "Somebody has undone the same match before.",
        ),
    };
    language.choose(en, ro).to_owned()
}

/// That the payment would be matched with another application than the page said.
pub(super) fn otherwise(language: Language) -> String {
    language
        .choose(
            "It would be matched with another application now; nothing was changed.",
            "Acum s-ar potrivi cu altă cerere; nimic nu s-a schimbat.",
        )
        .to_owned()
}

/// That nothing can be done with any of them.
pub(super) fn none_possible(language: Language) -> String {
    language
        .choose(
            "It is possible with none of the payments.",
            "Nu este posibil cu niciuna dintre plăți.",
        )
        .to_owned()
}

/// The reason that fits what was asked for; of money that is set aside, only who decides knows.
pub(super) fn suggested_reason(wish: Wish, language: Language) -> String {
    match (wish.action, wish.sureness, language) {
        (PaymentAction::Match, Sureness::ByRule, _) => language
            .choose("a rule is sure of it", "o regulă este sigură")
            .to_owned(),
        (PaymentAction::Match, Sureness::OnlyCandidate { at_least }, Language::Romanian) => {
            format!("singurul candidat, scor de cel puțin {at_least}, nimic nu îl contrazice")
        }
        (PaymentAction::Match, Sureness::OnlyCandidate { at_least }, Language::English) => {
            format!("the only candidate, a score from {at_least}, nothing against it")
        }
        _ => String::new(),
    }
}
