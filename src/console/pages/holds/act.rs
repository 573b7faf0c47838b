//! What is decided about one hold or several: each in a transaction of its own, with a row for what became
//! of it.

use actix_web::HttpResponse;

use crate::console::act::{Act, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::outcome::{Outcome, Outcomes};
use crate::console::pages::holds::{DECISIONS, MENU, ROW, chosen, fits};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::id::HoldId;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::decide_hold::{Decision, HoldRefusal, decide};
use crate::store::holds::Hold;
use crate::words::{Explanation, Language, count, noun};

/// About the holds that are named, or all of a list.
pub(super) async fn show(
    desk: &Desk,
    visit: &Visit,
    word: &str,
    asked: &Asked,
) -> Result<HttpResponse, Trouble> {
    let decision = decision_of(word)?;
    let found = chosen::asked(desk, asked).await?;
    let act = page_of(&found, decision, visit)?;
    act.show(desk, visit, MENU).await
}

/// Carries the decision out for each.
pub(super) async fn carry_out(
    desk: &Desk,
    visit: &Visit,
    word: &str,
    fields: &Fields,
) -> Result<HttpResponse, Trouble> {
    let decision = decision_of(word)?;
    let found = chosen::find_all(desk, fields.all(ROW)).await?;
    let reason = match reason_of(fields, visit) {
        Ok(reason) => reason,
        Err(fault) => {
            let act = page_of(&found, decision, visit)?;
            return act.refuse(desk, visit, MENU, (fields, fault)).await;
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
        rows.push(outcome(desk, hold, refusal.as_ref(), visit.language).await?);
    }
    let outcomes = Outcomes {
        heading: heading(decision, found.len(), visit.language),
        back: chosen::back(&found),
        rows,
    };
    outcomes.show(desk, visit, MENU).await
}

fn decision_of(word: &str) -> Result<Decision, Trouble> {
    let found = DECISIONS.iter().find(|(_, known, _)| *known == word);
    found
        .map(|(decision, ..)| *decision)
        .ok_or(Trouble::NotFound)
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
        .all(|hold| chosen::kind_of(hold).is_some_and(|kind| fits(decision, kind)));
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
    Ok(Act {
        confirm: heading.clone(),
        heading,
        consequence: consequence(decision, visit),
        facts: chosen::facts(&open, |hold| title(hold, language), language),
        inputs: chosen::rows(&open),
        path: format!("/holds/{word}"),
        back: chosen::back(found),
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

/// What a hold waits for.
fn title(hold: &Hold, language: Language) -> String {
    let code = u16::try_from(hold.code).ok();
    let told = code.and_then(Reason::from_number).map(Explanation::from);
    told.map_or("", |told| told.title.of(language)).to_owned()
}

async fn outcome(
    desk: &Desk,
    hold: &Hold,
    refusal: Option<&HoldRefusal>,
    language: Language,
) -> Result<Outcome, Trouble> {
    let refused = match refusal {
        Some(refusal) => Some(refused(desk, hold, refusal, language).await?),
        None => None,
    };
    Ok(chosen::outcome(hold, refused, language))
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
        HoldRefusal::Closed => chosen::closed(desk, hold, language).await?,
        HoldRefusal::NotNow { state, .. } => match language {
            Language::Romanian => format!("Nu în starea actuală: {state}."),
            Language::English => format!("Not in its present state: {state}."),
        },
    })
}
