//! The person of one application, shown once to whoever says why. The record is written before anything
//! is opened.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Act, Fault, reason_of};
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::cnp::Sex;
use crate::domain::requester::Capacity;
use crate::flow::Failure;
use crate::flow::disclose_application::{DiscloseRefusal, Disclosed, disclose_application};
use crate::store::{applications, sealed};
use crate::words::{Language, date, name_of};

/// The menu's entry.
const MENU: &str = "/applications";

#[derive(Template)]
#[template(path = "pages/person.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    number: &'a str,
    person: &'a [(&'static str, String)],
}

/// `GET /applications/{number}/reveal`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &number, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /applications/{number}/reveal`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(&fields, &visit) {
        Ok(reason) => {
            let actor = visit.user()?.actor();
            match disclose_application(&desk.gateway, &number, &actor, reason).await {
                Ok(person) => return page(&desk, &visit, &number, &person).await,
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(DiscloseRefusal::Unknown)) => return Err(Trouble::NotFound),
                Err(Failure::Refused(DiscloseRefusal::ReasonMissing)) => {
                    Fault::reason_missing(&visit)
                }
                Err(Failure::Refused(DiscloseRefusal::Erased)) => Fault::conflict(erased(&visit)),
            }
        }
        Err(fault) => fault,
    };
    let act = page_of(&desk, &number, &visit).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

/// The page asks why before it shows anything.
async fn page_of(desk: &Desk, number: &str, visit: &Visit) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let application = applications::find_by_number(&mut tx, number).await?;
    let application = application.ok_or(Trouble::NotFound)?;
    let key = sealed::find_key(&mut tx, application.sealed).await?;
    let back = format!("/applications/{}", application.number);
    let heading = visit.says(
        "Datele personale din cererea",
        "The person of the application",
    );
    let consequence = visit.says(
        "Numele, CNP-ul și domiciliul se arată o singură dată, pe pagina următoare. Cine, când și de ce a privit rămâne în jurnalul de audit; imaginile rămân sigilate.",
        "Name, CNP and address are shown once, on the next page. Who looked, when and why stays in the audit record; the images stay sealed.",
    );
    Ok(Act {
        heading: format!("{heading} {}", application.number),
        consequence: consequence.to_owned(),
        path: format!("{back}/reveal"),
        back,
        confirm: visit.says("Arată datele", "Show the data").to_owned(),
        obstacle: key.is_none().then(|| erased(visit).to_owned()),
        ..Act::default()
    })
}

fn erased(visit: &Visit) -> &'static str {
    visit.language.choose(
        "The data were erased at the end of their retention.",
        "Datele au fost șterse la sfârșitul termenului de păstrare.",
    )
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    person: &Disclosed,
) -> Result<HttpResponse, Trouble> {
    let shell = Shell::of(desk, visit, MENU).await?;
    write(&Page {
        visit,
        shell: &shell,
        number,
        person: &in_words(person, visit.language),
    })
}

fn in_words(person: &Disclosed, language: Language) -> Vec<(&'static str, String)> {
    let row = |ro, en, text: &str| (language.choose(en, ro), text.to_owned());
    let sex = match Sex::parse(&person.sex) {
        Ok(Sex::Male) => language.choose("male", "masculin"),
        Ok(Sex::Female) => language.choose("female", "feminin"),
        Err(_other) => &person.sex,
    };
    let capacity = match Capacity::parse(&person.capacity) {
        Ok(capacity) => name_of(capacity, language),
        Err(_other) => &person.capacity,
    };
    vec![
        row("Nume", "Surname", &person.surname),
        row("Prenume", "Given names", &person.given_names),
        row("CNP", "CNP", &person.cnp),
        row("Sex", "Sex", sex),
        row(
            "Data nașterii",
            "Date of birth",
            &date(language, person.birth_on),
        ),
        row("Locul nașterii", "Place of birth", &person.birth_place),
        row("Domiciliu", "Address", &person.domicile),
        row("Cine a cerut cartea", "Who asked for the card", capacity),
    ]
}
