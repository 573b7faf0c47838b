//! Why a visitor does not get what was asked for; each becomes a page that says what to do.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::console::visit::Visit;
use crate::domain::operator::role::Permission;
use crate::flow::Failure;
use crate::store::StoreError;
use crate::words::{Language, name_of};

/// Why a visitor does not get what was asked for.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nobody is signed in, or the session is over.
    SignIn,
    /// There is no such page.
    NotFound,
    /// The page takes no such request.
    MethodNotAllowed,
    /// The person lacks this permission.
    NotAllowed(Permission),
    /// The form was not sent by a page of this console.
    ForeignForm,
    /// The form belongs to a session that is over.
    OldForm,
    /// The form cannot be read.
    FormUnreadable,
    /// The form is larger than any of ours.
    FormTooLarge,
    /// A field has too many characters.
    FieldTooLong {
        /// How many it may have.
        most: usize,
    },
    /// The address asks for something that its page does not know.
    AskedWrong {
        /// The parameter.
        name: &'static str,
    },
    /// The same request may succeed later.
    Busy,
    /// We must act on it.
    Broken(anyhow::Error),
}

/// A text in Romanian and in English.
type Both = (&'static str, &'static str);

impl Trouble {
    /// What the visitor reads: a title and what to do.
    pub(crate) fn words(&self, visit: &Visit) -> (String, String) {
        let (title, text) = match self {
            Self::NotAllowed(permission) => return not_allowed(*permission, visit),
            Self::FieldTooLong { most } => return field_too_long(*most, visit),
            Self::AskedWrong { name } => return asked_wrong(name, visit),
            Self::SignIn | Self::NotFound | Self::MethodNotAllowed => self.of_visitor(),
            Self::ForeignForm | Self::OldForm | Self::FormUnreadable | Self::FormTooLarge => {
                self.of_form()
            }
            Self::Busy | Self::Broken(_) => self.of_ours(),
        };
        (
            visit.says(title.0, title.1).to_owned(),
            visit.says(text.0, text.1).to_owned(),
        )
    }

    /// What went wrong on the way here.
    const fn of_visitor(&self) -> (Both, Both) {
        match self {
            Self::SignIn => (
                ("Intrați în cont", "Sign in"),
                (
                    "Sesiunea s-a încheiat sau nu ați intrat în cont.",
                    "Your session is over, or you have not signed in.",
                ),
            ),
            Self::MethodNotAllowed => (
                (
                    "Cererea nu se potrivește paginii",
                    "The page takes no such request",
                ),
                (
                    "Deschideți pagina din meniu și încercați din nou.",
                    "Open the page from the menu and try again.",
                ),
            ),
            _ => (
                ("Pagina nu există", "There is no such page"),
                (
                    "Verificați adresa sau porniți din meniu.",
                    "Check the address, or start from the menu.",
                ),
            ),
        }
    }

    /// What is wrong with a form.
    const fn of_form(&self) -> (Both, Both) {
        match self {
            Self::ForeignForm => (
                (
                    "Formularul nu vine din consolă",
                    "The form does not come from this console",
                ),
                (
                    "Nu s-a schimbat nimic. Deschideți pagina din consolă și trimiteți formularul de acolo.",
                    "Nothing was changed. Open the page in the console and send the form from there.",
                ),
            ),
            Self::FormUnreadable => (
                ("Formularul nu poate fi citit", "The form cannot be read"),
                (
                    "Nu s-a schimbat nimic. Un câmp conține caractere care nu pot fi păstrate.",
                    "Nothing was changed. A field holds characters that cannot be kept.",
                ),
            ),
            Self::FormTooLarge => (
                ("Formularul este prea mare", "The form is too large"),
                (
                    "Nu s-a schimbat nimic. Scurtați textul.",
                    "Nothing was changed. Shorten the text.",
                ),
            ),
            _ => (
                ("Formularul a expirat", "The form has expired"),
                (
                    "Nu s-a schimbat nimic. Reîncărcați pagina și trimiteți din nou formularul.",
                    "Nothing was changed. Load the page again and send the form once more.",
                ),
            ),
        }
    }

    /// What is wrong on our side.
    const fn of_ours(&self) -> (Both, Both) {
        match self {
            Self::Busy => (
                ("Încercați din nou", "Try again"),
                (
                    "Baza de date nu răspunde acum. Nu s-a schimbat nimic.",
                    "The database does not answer now. Nothing was changed.",
                ),
            ),
            _ => (
                ("Ceva nu a mers", "Something went wrong"),
                (
                    "Eroarea a fost înregistrată. Dați echipei tehnice numărul cererii de mai jos.",
                    "The error was logged. Give the engineers the number of the request below.",
                ),
            ),
        }
    }
}

fn not_allowed(permission: Permission, visit: &Visit) -> (String, String) {
    let title = visit.says("Nu aveți acest drept", "You lack this permission");
    let right = name_of(permission, visit.language);
    let text = match visit.language {
        Language::Romanian => format!(
            "Pagina este pentru cine {right} ({permission}); rolurile dumneavoastră nu au acest drept."
        ),
        Language::English => format!(
            "The page is for whoever may {right} ({permission}); your roles do not hold that permission."
        ),
    };
    (title.to_owned(), text)
}

fn field_too_long(most: usize, visit: &Visit) -> (String, String) {
    let title = visit.says("Un câmp este prea lung", "A field is too long");
    let text = match visit.language {
        Language::Romanian => {
            format!("Nu s-a schimbat nimic. Un câmp poate avea cel mult {most} de caractere.")
        }
        Language::English => {
            format!("Nothing was changed. A field may have {most} characters at most.")
        }
    };
    (title.to_owned(), text)
}

fn asked_wrong(name: &str, visit: &Visit) -> (String, String) {
    let title = visit.says(
        "Adresa cere ceva necunoscut",
        "The address asks for something unknown",
    );
    let text = match visit.language {
        Language::Romanian => format!("Pagina nu cunoaște valoarea parametrului «{name}»."),
        Language::English => {
            format!("The page does not know the value of the parameter \"{name}\".")
        }
    };
    (title.to_owned(), text)
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "answered with {}", self.status_code())
    }
}

/// The answer is a bare one: the gate writes the page, because it knows the visit.
impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAllowed(_) | Self::ForeignForm | Self::OldForm => StatusCode::FORBIDDEN,
            Self::FormUnreadable | Self::FieldTooLong { .. } | Self::AskedWrong { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Failure::<std::convert::Infallible>::Broken(error).into()
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<Failure<std::convert::Infallible>> for Trouble {
    fn from(failure: Failure<std::convert::Infallible>) -> Self {
        let is_busy = failure.is_transient() || failure.is_lost_race();
        match failure {
            Failure::Refused(never) => match never {},
            Failure::Broken(_) if is_busy => Self::Busy,
            Failure::Broken(error) => Self::Broken(error),
        }
    }
}
