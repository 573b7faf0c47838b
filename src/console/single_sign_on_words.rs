//! What people read whom the provider of single sign-on does not bring in.

use chrono_tz::Europe::Bucharest;

use crate::console::visit::Visit;
use crate::flow::people::single_sign_on::{ArrivalRefusal, TripRefusal};
use crate::transport::provider::ProviderFault;

/// Why somebody does not leave for the provider, or is not taken back.
pub(super) fn of_trip(refusal: TripRefusal, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match refusal {
        TripRefusal::Barred { until } => {
            let time = until.with_timezone(&Bucharest).format("%H:%M:%S");
            let before = visit.says(
                "Prea multe încercări greșite. Încercați din nou după ora",
                "Too many wrong attempts. Try again after",
            );
            format!("{before} {time}.")
        }
        TripRefusal::TooMany => says(
            "Prea multe intrări au fost începute de la această adresă. Încercați din nou peste câteva minute.",
            "Too many people have begun to sign in from this address. Try again in some minutes.",
        ),
        TripRefusal::NotExpected => says(
            "Intrarea a fost începută în alt navigator, a expirat sau a fost deja folosită. Începeți din nou.",
            "Signing in was begun in another browser, took too long, or was used already. Begin anew.",
        ),
        TripRefusal::OtherState => says(
            "Răspunsul furnizorului nu aparține intrării începute aici. Începeți din nou.",
            "The provider's answer does not belong to what was begun here. Begin anew.",
        ),
    }
}

/// Why the account of somebody whom the provider knows stays shut.
pub(super) fn of_arrival(refusal: ArrivalRefusal, provider: &str, visit: &Visit) -> String {
    let (before, after) = match refusal {
        ArrivalRefusal::Stranger => (
            visit.says(
                "Niciun cont nu este legat de identitatea dumneavoastră la",
                "No account is linked to your identity at",
            ),
            visit.says(
                "Un administrator poate lega unul.",
                "An administrator can link one.",
            ),
        ),
        ArrivalRefusal::Disabled => (
            visit.says(
                "Contul dumneavoastră este dezactivat, deși v-a recunoscut",
                "Your account is disabled, though you are known to",
            ),
            visit.says("Întrebați un administrator.", "Ask an administrator."),
        ),
        ArrivalRefusal::OneFactor => (
            visit.says(
                "Al doilea factor nu a fost cerut de",
                "A second factor was not asked for by",
            ),
            visit.says(
                "Intrați acolo cu doi factori, de exemplu parolă și telefon, apoi încercați din nou.",
                "Sign in there with two factors, such as a password and a telephone, and try again.",
            ),
        ),
    };
    format!("{before} {provider}. {after}")
}

/// Why the provider vouches for nobody, by the name that it gives to it.
pub(super) fn denied(error: &str, provider: &str, visit: &Visit) -> String {
    let (before, after) = match error {
        "access_denied" => (
            visit.says(
                "Intrarea a fost refuzată sau oprită la",
                "Signing in was refused or stopped at",
            ),
            visit.says(
                "Încercați din nou sau folosiți parola.",
                "Try again, or use the password.",
            ),
        ),
        "temporarily_unavailable" | "server_error" => return away(provider, visit),
        _ => (
            visit.says("Nu ați fost recunoscut de", "You were not identified by"),
            visit.says(
                "Încercați din nou; dacă se repetă, întrebați un administrator.",
                "Try again; if it happens again, ask an administrator.",
            ),
        ),
    };
    format!("{before} {provider}. {after}")
}

/// Why what the provider says cannot be had, or not be believed.
pub(super) fn of_provider(fault: &ProviderFault, provider: &str, visit: &Visit) -> String {
    match fault {
        ProviderFault::Away(_) | ProviderFault::Resting | ProviderFault::Unusable(_) => {
            away(provider, visit)
        }
        ProviderFault::Refused(_) => denied("", provider, visit),
        ProviderFault::Token(defect) => {
            let (before, after) = (
                visit.says(
                    "Răspunsul nu a putut fi verificat. L-a dat",
                    "The answer could not be verified. It came from",
                ),
                visit.says(
                    "Încercați din nou; dacă se repetă, spuneți unui administrator codul",
                    "Try again; if it happens again, tell an administrator the code",
                ),
            );
            format!("{before} {provider}. {after} {defect}.")
        }
    }
}

fn away(provider: &str, visit: &Visit) -> String {
    let (before, after) = (
        visit.says("Nu răspunde acum:", "There is no answer now from"),
        visit.says(
            "Folosiți parola contului sau încercați din nou mai târziu.",
            "Use the account's password, or try again later.",
        ),
    );
    format!("{before} {provider}. {after}")
}
