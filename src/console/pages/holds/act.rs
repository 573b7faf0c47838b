//! What is decided about one hold or several: each in a transaction of its own, with a row for what became
//! of it.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Input, InputKind, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::list::Filters;
use crate::console::look::badge::Badge;
use crate::console::outcome::{Outcome, Outcomes};
use crate::console::pages::holds::{DECISIONS, MENU, fits, path_of};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::id::HoldId;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::decide_hold::{Decision, HoldRefusal, decide};
use crate::store::history::SubjectKind;
use crate::store::holds::{self, Hold};
use crate::words::{Explanation, Language, actor, count, date_and_time, noun};

/// Holds that are decided about at once.
const HOLDS_MAX: i64 = 500;

/// The field with a hold's id.
const ROW: &str = "row";

/// `GET /holds/{action}`: about the holds that are named, or all of a reason and a kind.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let decision = decision_of(&path)?;
    let ids = asked.all(ROW);
    let found = if ids.is_empty() {
        let code: Option<u16> = asked.value("code")?;
        let kind: Option<SubjectKind> = asked.code("kind")?;
        let (Some(code), Some(kind)) = (code, kind) else {
            return Err(Trouble::AskedWrong { name: ROW });
        };
        let mut tx = desk.gateway.store.read().await?;
        holds::list_waiting(&mut tx, (code, kind), None, HOLDS_MAX).await?
    } else {
        find_all(&desk, ids.iter().map(String::as_str)).await?
    };
    let act = page_of(&found, decision, &visit)?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /holds/{action}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let decision = decision_of(&path)?;
    let found = find_all(&desk, fields.all(ROW)).await?;
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => {
            let act = page_of(&found, decision, &visit)?;
            return act.refuse(&desk, &visit, MENU, (&fields, fault)).await;
        }
    };
    let who = visit.user()?.actor();
    let mut rows = Vec::new();
    for hold in &found {
        let id = HoldId(hold.id);
        let decided = decide(&desk.gateway, id, decision, &who, reason).await;
        let refusal = match decided {
            Ok(()) => None,
            Err(Failure::Refused(refusal)) => Some(refusal),
            Err(Failure::Broken(error)) => return Err(error.into()),
        };
        rows.push(outcome(&desk, hold, refusal.as_ref(), visit.language).await?);
    }
    let outcomes = Outcomes {
        heading: heading(decision, found.len(), visit.language),
        back: back(&found),
        rows,
    };
    outcomes.show(&desk, &visit, MENU).await
}

fn decision_of(word: &str) -> Result<Decision, Trouble> {
    let found = DECISIONS.iter().find(|(_, known, _)| *known == word);
    found
        .map(|(decision, ..)| *decision)
        .ok_or(Trouble::NotFound)
}

async fn find_all(desk: &Desk, ids: impl Iterator<Item = &str>) -> Result<Vec<Hold>, Trouble> {
    let most = usize::try_from(HOLDS_MAX).unwrap_or(usize::MAX);
    let mut tx = desk.gateway.store.read().await?;
    let mut found = Vec::new();
    for id in ids.take(most) {
        let id: HoldId = id
            .parse()
            .map_err(|_no_id| Trouble::AskedWrong { name: ROW })?;
        found.push(holds::find(&mut tx, id).await?.ok_or(Trouble::NotFound)?);
    }
    Ok(found)
}

fn kind_of(hold: &Hold) -> Option<SubjectKind> {
    SubjectKind::parse(&hold.subject_kind).ok()
}

/// The list of holds of the same reason and kind.
fn back(found: &[Hold]) -> String {
    let first = found.first();
    let first = first.map(|hold| (hold.code, hold.subject_kind.as_str()));
    let (code, kind) = first.unzip();
    Filters::new(MENU)
        .with_some("code", code)
        .with_some("kind", kind)
        .address()
}

fn heading(decision: Decision, many: usize, language: Language) -> String {
    let name = DECISIONS.iter().find(|(known, ..)| *known == decision);
    let [ro, en] = name.map_or([""; 2], |(_, _, names)| *names);
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    format!(
        "{}: {}",
        language.choose(en, ro),
        count(language, many, noun::HOLD)
    )
}

fn page_of(found: &[Hold], decision: Decision, visit: &Visit) -> Result<Act, Trouble> {
    let language = visit.language;
    let open: Vec<&Hold> = found
        .iter()
        .filter(|hold| hold.closed_at.is_none())
        .collect();
    let does_fit = open
        .iter()
        .all(|hold| kind_of(hold).is_some_and(|kind| fits(decision, kind)));
    let obstacle = match (open.is_empty(), does_fit) {
        (true, _) => Some(visit.says(
            "Nu mai este nimic de hotărât: reținerile au fost închise.",
            "There is nothing left to decide: the holds were closed.",
        )),
        (false, false) => Some(visit.says(
            "Decizia nu se potrivește cu ce așteaptă.",
            "The decision does not fit what waits.",
        )),
        (false, true) => None,
    };
    let word = DECISIONS.iter().find(|(known, ..)| *known == decision);
    let word = word.map(|(_, word, _)| *word).ok_or(Trouble::NotFound)?;
    let heading = heading(decision, open.len(), language);
    let rows = open.iter().map(|hold| Input {
        name: ROW,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden {
            value: hold.id.to_string(),
        },
        is_required: false,
    });
    Ok(Act {
        confirm: heading.clone(),
        heading,
        consequence: consequence(decision, visit),
        facts: facts(&open, language),
        inputs: rows.collect(),
        path: format!("/holds/{word}"),
        back: back(found),
        obstacle: obstacle.map(str::to_owned),
        ..Act::default()
    })
}

fn consequence(decision: Decision, visit: &Visit) -> String {
    let text = match decision {
        Decision::Release => visit.says(
            "Ce așteaptă merge mai departe: cererea la comanda următoare sau după poziția ei, mesajul la o nouă citire.",
            "What waits goes on: an application to the next order or after its line, a message to be read again.",
        ),
        Decision::SendBack => visit.says(
            "Cererea se întoarce la serviciul ei, care o corectează.",
            "The application goes back to its office, which corrects it.",
        ),
        Decision::TakeNote => visit.says(
            "Reținerea se închide, iar totul rămâne așa cum este.",
            "The hold is closed, and everything stays as it is.",
        ),
    };
    text.to_owned()
}

/// Holds that are told by name.
const TOLD: usize = 10;

fn facts(open: &[&Hold], language: Language) -> Vec<(String, String)> {
    let fact = |hold: &&Hold| {
        let code = u16::try_from(hold.code).ok();
        let told = code.and_then(Reason::from_number).map(Explanation::from);
        let title = told.map_or("", |told| told.title.of(language));
        (hold.subject_number.clone(), title.to_owned())
    };
    let mut facts: Vec<_> = open.iter().take(TOLD).map(fact).collect();
    let rest = open.len().saturating_sub(TOLD);
    if rest > 0 {
        let rest = count(
            language,
            i64::try_from(rest).unwrap_or(i64::MAX),
            noun::HOLD,
        );
        facts.push(("…".to_owned(), rest));
    }
    facts
}

async fn outcome(
    desk: &Desk,
    hold: &Hold,
    refusal: Option<&HoldRefusal>,
    language: Language,
) -> Result<Outcome, Trouble> {
    let kind = kind_of(hold);
    let (badge, detail) = match refusal {
        None => (
            Badge::new(language.choose("done", "făcut"), "ok"),
            String::new(),
        ),
        Some(refusal) => (
            Badge::new(language.choose("not done", "nefăcut"), "warn"),
            refused(desk, hold, refusal, language).await?,
        ),
    };
    Ok(Outcome {
        number: hold.subject_number.clone(),
        path: kind.map_or_else(String::new, |kind| path_of(kind, &hold.subject_number)),
        badge,
        detail,
    })
}

/// Why a decision was not carried out; where somebody was faster, who, and when.
async fn refused(
    desk: &Desk,
    hold: &Hold,
    refusal: &HoldRefusal,
    language: Language,
) -> Result<String, Trouble> {
    Ok(match refusal {
        HoldRefusal::Unknown => language
            .choose("There is no such hold.", "Nu există.")
            .to_owned(),
        HoldRefusal::ReasonMissing => language
            .choose("Give a reason.", "Scrieți motivul.")
            .to_owned(),
        HoldRefusal::Closed => {
            let mut tx = desk.gateway.store.read().await?;
            let now = holds::find(&mut tx, HoldId(hold.id)).await?;
            let by = now.as_ref().and_then(|hold| hold.closed_by.as_deref());
            let at = now.as_ref().and_then(|hold| hold.closed_at);
            let by = by.map(|by| actor(language, by)).unwrap_or_default();
            let at = at.map(|at| date_and_time(language, at)).unwrap_or_default();
            match language {
                Language::Romanian => format!("Închisă între timp de {by}, {at}."),
                Language::English => format!("Closed meanwhile by {by}, {at}."),
            }
        }
        HoldRefusal::NotNow { state, .. } => match language {
            Language::Romanian => format!("Nu în starea actuală: {state}."),
            Language::English => format!("Not in its present state: {state}."),
        },
    })
}
