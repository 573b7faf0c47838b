//! What people read who do not get into their account, or who choose a password that cannot be taken.

use chrono_tz::Europe::Bucharest;

use crate::console::visit::Visit;
use crate::domain::sign_in::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordFault};
use crate::flow::people::account::AccountRefusal;
use crate::flow::people::sign_in::SignInRefusal;

/// Why somebody does not get further.
pub(super) fn of_refusal(refusal: SignInRefusal, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match refusal {
        SignInRefusal::Wrong => says(
            "Numele sau parola nu se potrivesc.",
            "The name or the password is wrong.",
        ),
        SignInRefusal::CodeWrong => says(
            "Codul nu se potrivește sau a fost deja folosit. Așteptați următorul cod.",
            "The code is wrong or was used already. Wait for the next one.",
        ),
        SignInRefusal::Barred { until } => {
            let time = until.with_timezone(&Bucharest).format("%H:%M:%S");
            format!(
                "{} {time}.",
                visit.says(
                    "Prea multe încercări greșite. Încercați din nou după ora",
                    "Too many wrong attempts. Try again after",
                )
            )
        }
        SignInRefusal::TemporaryOver => says(
            "Parola de unică folosință a expirat. Cereți alta unui administrator.",
            "The one-time password has expired. Ask an administrator for another.",
        ),
        SignInRefusal::Password(fault) => of_fault(fault, visit),
        SignInRefusal::Over => says(
            "Intrarea în cont a fost începută din nou.",
            "Signing in was begun anew.",
        ),
    }
}

/// Why a password cannot be taken.
pub(super) fn of_fault(fault: PasswordFault, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match fault {
        PasswordFault::TooShort => {
            let (before, after) = (
                visit.says("Parola are cel puțin", "A password has at least"),
                visit.says("caractere.", "characters."),
            );
            format!("{before} {PASSWORD_CHARS_MIN} {after}")
        }
        PasswordFault::TooLong => {
            let (before, after) = (
                visit.says("Parola are cel mult", "A password has at most"),
                visit.says("de caractere.", "characters."),
            );
            format!("{before} {PASSWORD_CHARS_MAX} {after}")
        }
        PasswordFault::HoldsName => says(
            "Parola nu poate conține numele contului.",
            "The password cannot hold the name of the account.",
        ),
        PasswordFault::TooSimple => says(
            "Parola este prea simplă. Alegeți câteva cuvinte fără legătură între ele.",
            "The password is too simple. Choose a few words that have nothing to do with each other.",
        ),
        PasswordFault::SameAsBefore => says(
            "Parola nouă este aceeași cu cea dinainte.",
            "The new password is the same as before.",
        ),
        PasswordFault::Differ => says("Cele două parole diferă.", "The two passwords differ."),
    }
}

/// Why an account stays as it is.
pub(super) fn of_account(refusal: AccountRefusal, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match refusal {
        AccountRefusal::Wrong => says(
            "Parola actuală nu se potrivește.",
            "The present password is wrong.",
        ),
        AccountRefusal::CodeWrong => of_refusal(SignInRefusal::CodeWrong, visit),
        AccountRefusal::Barred { until } => of_refusal(SignInRefusal::Barred { until }, visit),
        AccountRefusal::Password(fault) => of_fault(fault, visit),
        AccountRefusal::Stale => says(
            "Contul a fost schimbat între timp. Nu s-a schimbat nimic acum: reîncărcați pagina.",
            "The account was changed meanwhile. Nothing was changed now: load the page again.",
        ),
        AccountRefusal::NoSuchSession => says(
            "Sesiunea s-a încheiat deja.",
            "The session has ended already.",
        ),
    }
}
