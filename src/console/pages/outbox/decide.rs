//! Messages that died, sent again or given up: those that were ticked at once, with a result each; all
//! that match by the workers, with their progress on a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::console::act::{Act, Fault, Input, InputKind, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::outbox::dead::{Around, PATH};
use crate::console::pages::outbox::names::{cause_name, kind_name};
use crate::console::pages::outbox::selected::{ROW, Selected, ticked};
use crate::console::sign_in::see_other;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::flow::Failure;
use crate::flow::dead_letters::{
    self, DeadLetterRefusal, DeadLettersRefusal, NewDeadLetterDecision, RATE, decide_one,
};
use crate::store::dead_letter_decisions::DeadLetterAction;
use crate::store::outbox::{DeadLetter, find_dead};
use crate::words::{Language, count, name_of, noun, number};

/// The menu's entry.
const MENU: &str = "/outbox";

/// The field that says that all are meant, and until when they had died when they were counted.
const ALL: &str = "all";
const UNTIL: &str = "until";

/// What is to be decided about which messages.
struct Wish {
    action: DeadLetterAction,
    rows: Vec<Uuid>,
    /// All that match, of those that had died until then.
    all: Option<(Selected, DateTime<Utc>)>,
}

#[derive(Template)]
#[template(path = "pages/dead_results.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    heading: &'a str,
    results: Vec<Outcome>,
}

/// What became of one message.
struct Outcome {
    lane: String,
    about: String,
    about_path: String,
    badge: Badge,
    text: String,
}

/// `GET /outbox/dead/{action}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let rows = asked.all(ROW);
    let wish = Wish {
        action: action_of(&path)?,
        rows: ticked(rows.iter().map(String::as_str))?,
        all: match asked.text(ALL).as_str() {
            // What died at this very instant is counted, and so meant.
            "yes" => {
                let until = desk.gateway.clock.now() + TimeDelta::milliseconds(1);
                Some((Selected::asked(&asked)?, until))
            }
            _ => None,
        },
    };
    let act = page_of(&desk, &wish, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /outbox/dead/{action}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let wish = Wish {
        action: action_of(&path)?,
        rows: ticked(fields.all(ROW))?,
        all: match fields.text(ALL) {
            "yes" => {
                let until = fields.text(UNTIL).parse::<DateTime<Utc>>();
                let until = until.map_err(|_no_time| Trouble::FormUnreadable)?;
                Some((Selected::of_form(&fields)?, until))
            }
            _ => None,
        },
    };
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(reason) => match &wish.all {
            Some((selected, until)) => {
                let taken = take(&desk, &visit, &wish, (selected, *until), reason).await?;
                match taken {
                    Ok(path) => return Ok(see_other(&path)),
                    Err(fault) => fault,
                }
            }
            None if wish.rows.is_empty() => Fault::wrong(ROW, nothing_ticked(visit.language)),
            None => return one_by_one(&desk, &visit, &wish, reason).await,
        },
    };
    let act = page_of(&desk, &wish, &visit).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

fn action_of(text: &str) -> Result<DeadLetterAction, Trouble> {
    match text {
        "redrive" => Ok(DeadLetterAction::Redrive),
        "discard" => Ok(DeadLetterAction::Discard),
        _ => Err(Trouble::NotFound),
    }
}

const fn word(action: DeadLetterAction) -> &'static str {
    match action {
        DeadLetterAction::Redrive => "redrive",
        DeadLetterAction::Discard => "discard",
    }
}

/// Writes a decision about all that match down; returns the page of its progress.
async fn take(
    desk: &Desk,
    visit: &Visit,
    wish: &Wish,
    (selected, until): (&Selected, DateTime<Utc>),
    reason: &str,
) -> Result<Result<String, Fault>, Trouble> {
    let new = NewDeadLetterDecision {
        action: wish.action,
        selection: selected.selection(Some(until))?,
        rate: RATE,
    };
    let actor = visit.user()?.actor();
    match dead_letters::decide(&desk.gateway, &new, &actor, reason).await {
        Ok(decision) => {
            dead_letters::wake(&desk.gateway);
            Ok(Ok(format!("{PATH}/decisions/{}", decision.id)))
        }
        Err(Failure::Broken(error)) => Err(error.into()),
        Err(Failure::Refused(DeadLettersRefusal::ReasonMissing)) => {
            Ok(Err(Fault::reason_missing(visit)))
        }
        Err(Failure::Refused(_)) => Ok(Err(Fault::conflict(nothing_waits(visit.language)))),
    }
}

/// Deals with each ticked message in a transaction of its own, and tells what became of it.
async fn one_by_one(
    desk: &Desk,
    visit: &Visit,
    wish: &Wish,
    reason: &str,
) -> Result<HttpResponse, Trouble> {
    let (language, actor) = (visit.language, visit.user()?.actor());
    let letters = letters(desk, &wish.rows).await?;
    let mut tx = desk.gateway.store.read().await?;
    let around = Around::of(&mut tx, &letters).await?;
    drop(tx);
    let mut results = Vec::new();
    for letter in &letters {
        let (gateway, message) = (&desk.gateway, letter.message_id);
        let done = decide_one(gateway, message, wish.action, &actor, reason).await;
        let (badge, text) = match done {
            Ok(_ended) => (
                Badge::new(language.choose("done", "s-a făcut"), "ok"),
                String::new(),
            ),
            Err(Failure::Refused(refusal)) => (
                Badge::new(language.choose("not done", "nu s-a făcut"), "warn"),
                refused(&refusal, language),
            ),
            Err(failure @ Failure::Broken(_)) => {
                tracing::error!(message.id = %message, error = ?failure, "a decision failed");
                let text = language.choose(
                    "Nothing was changed; try again.",
                    "Nu s-a schimbat nimic; încercați din nou.",
                );
                (
                    Badge::new(language.choose("failed", "a eșuat"), "bad"),
                    text.to_owned(),
                )
            }
        };
        let row = around.row(letter, language);
        results.push(Outcome {
            lane: row.lane,
            about: row.about,
            about_path: row.about_path,
            badge,
            text,
        });
    }
    let shell = Shell::of(desk, visit, MENU).await?;
    let heading = heading(wish.action, results.len(), language);
    let mut answer = write(&Page {
        visit,
        shell: &shell,
        heading: &heading,
        results,
    })?;
    *answer.status_mut() = StatusCode::OK;
    Ok(answer)
}

async fn letters(desk: &Desk, rows: &[Uuid]) -> Result<Vec<DeadLetter>, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(find_dead(&mut tx, *row).await?);
    }
    Ok(found)
}

fn heading(action: DeadLetterAction, messages: usize, language: Language) -> String {
    let counted = count(
        language,
        i64::try_from(messages).unwrap_or(i64::MAX),
        noun::MESSAGE,
    );
    format!("{}: {counted}", name_of(action, language))
}

fn nothing_ticked(language: Language) -> &'static str {
    language.choose("Tick at least one message.", "Bifați cel puțin un mesaj.")
}

fn nothing_waits(language: Language) -> &'static str {
    language.choose(
        "No such message waits for a decision any more: somebody was faster.",
        "Niciun astfel de mesaj nu mai așteaptă o decizie: altcineva a fost mai rapid.",
    )
}

fn refused(refusal: &DeadLetterRefusal, language: Language) -> String {
    let (ro, en) = match refusal {
        DeadLetterRefusal::ReasonMissing => ("Scrieți motivul.", "Give a reason."),
        DeadLetterRefusal::Unknown => ("Mesajul nu există.", "There is no such message."),
        DeadLetterRefusal::Resolved { .. } => {
            ("S-a decis deja despre el.", "It was decided about before.")
        }
        DeadLetterRefusal::Gone => ("Mesajul nu se mai păstrează.", "It is not kept any more."),
        DeadLetterRefusal::LetterToBureau => (
            "O scrisoare către C.N.I.N. nu se retrimite, se scrie din nou.",
            "A letter to the bureau is not sent again but written anew.",
        ),
        DeadLetterRefusal::CarriesOrder => (
            "La o comandă se renunță pe pagina comenzii.",
            "An order is given up on its own page.",
        ),
        DeadLetterRefusal::Order(_) => (
            "Starea comenzii nu permite retrimiterea; vedeți pagina ei.",
            "Its order cannot be sent again now; see its page.",
        ),
    };
    language.choose(en, ro).to_owned()
}

/// The page that counts what would happen, and asks why.
async fn page_of(desk: &Desk, wish: &Wish, visit: &Visit) -> Result<Act, Trouble> {
    let language = visit.language;
    let mut act = Act {
        path: format!("{PATH}/{}", word(wish.action)),
        back: PATH.to_owned(),
        confirm: name_of(wish.action, language).to_owned(),
        is_final: wish.action == DeadLetterAction::Discard,
        consequence: consequence(wish.action, wish.all.is_some(), language),
        ..Act::default()
    };
    let messages = match &wish.all {
        Some((selected, until)) => {
            act.back = selected.filters(PATH).address();
            foresee_all(desk, visit, &mut act, (selected, *until)).await?
        }
        None => foresee_ticked(desk, visit, &mut act, &wish.rows).await?,
    };
    act.heading = heading(wish.action, messages, language);
    if messages == 0 {
        let none = match wish.all {
            Some(_) => nothing_waits(language),
            None => nothing_ticked(language),
        };
        act.obstacle = Some(none.to_owned());
    }
    Ok(act)
}

fn consequence(action: DeadLetterAction, is_all: bool, language: Language) -> String {
    let text = match action {
        DeadLetterAction::Redrive => language.choose(
            "Each message is put at the end of its destination's queue and delivered again.",
            "Fiecare mesaj intră la coada destinației sale și se livrează din nou.",
        ),
        DeadLetterAction::Discard => language.choose(
            "The messages are given up: their receivers never get them.",
            "Se renunță la mesaje: destinatarii lor nu le vor primi niciodată.",
        ),
    };
    if !is_all {
        return text.to_owned();
    }
    let rate = number(language, RATE);
    match language {
        Language::Romanian => {
            format!("{text} Cel mult {rate} pe secundă; progresul se vede pe pagina deciziei.")
        }
        Language::English => {
            format!("{text} {rate} a second at most; the page of the decision shows its progress.")
        }
    }
}

fn hidden(name: &'static str, value: String) -> Input {
    Input {
        name,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden { value },
        is_required: true,
    }
}

async fn foresee_all(
    desk: &Desk,
    visit: &Visit,
    act: &mut Act,
    (selected, until): (&Selected, DateTime<Utc>),
) -> Result<usize, Trouble> {
    let language = visit.language;
    let selection = selected.selection(Some(until))?;
    let mut tx = desk.gateway.store.read().await?;
    let foreseen = dead_letters::preview(&mut tx, &selection).await?;
    for group in &foreseen.groups {
        let kind = kind_name(&group.lane_kind, language);
        let cause = cause_name(&group.cause, group.status, language);
        let counted = count(language, group.letters, noun::MESSAGE);
        act.facts.push((format!("{kind}: {cause}"), counted));
    }
    act.inputs.push(hidden(ALL, "yes".to_owned()));
    act.inputs.push(hidden(UNTIL, until.to_rfc3339()));
    let pairs = selected.pairs().into_iter();
    act.inputs
        .extend(pairs.map(|(name, value)| hidden(name, value)));
    Ok(usize::try_from(foreseen.letters()).unwrap_or(usize::MAX))
}

async fn foresee_ticked(
    desk: &Desk,
    visit: &Visit,
    act: &mut Act,
    rows: &[Uuid],
) -> Result<usize, Trouble> {
    let language = visit.language;
    let letters = letters(desk, rows).await?;
    let mut tx = desk.gateway.store.read().await?;
    let around = Around::of(&mut tx, &letters).await?;
    drop(tx);
    let open = letters.iter().filter(|letter| letter.resolved_at.is_none());
    let choice = |letter: &DeadLetter| {
        let row = around.row(letter, language);
        let text = format!("{} · {} · {}", row.lane, row.about, row.cause);
        Choice::new(row.id, text, true)
    };
    let choices: Vec<Choice> = open.map(choice).collect();
    let messages = choices.len();
    act.inputs.push(Input {
        name: ROW,
        label: visit.says("Mesajele", "Messages").to_owned(),
        hint: String::new(),
        kind: InputKind::Many(choices),
        is_required: true,
    });
    Ok(messages)
}
