//! The page of a decision about a complaint, and carrying it out.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, version_seen};
use crate::console::desk::Desk;
use crate::console::done::see_done;
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::pages::complaints::verdict::Verdict;
use crate::console::pages::complaints::{MENU, path_of};
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::calendar::bucharest_day;
use crate::domain::complaint::{Payer, answer_by};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::complaints::{ComplaintVerdict, DecisionRefusal, decide_in, wake};
use crate::flow::progress::note;
use crate::store::complaints::{self, Complaint};
use crate::store::{Tx, applications, offices};
use crate::words::{Explanation, date, name_of};

/// Fields beside the reason: who pays for the other card, the number of the reason that the office is told.
const PAYER: &str = "payer";
const CODE: &str = "code";

/// `GET /complaints/{number}/{verdict}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let verdict = verdict_of(&path.1)?;
    let act = page_of(&desk, &visit, &path.0, verdict).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /complaints/{number}/{verdict}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let (number, verdict) = (path.0.as_str(), verdict_of(&path.1)?);
    let read = reason_of(&fields, &visit)
        .and_then(|reason| Ok((reason, wanted(verdict, &fields, &visit)?)));
    let fault = match read {
        Err(fault) => fault,
        Ok((reason, wanted)) => {
            let decided = decide(&desk, &visit, (number, wanted), &fields, reason);
            match Box::pin(decided).await? {
                Ok(path) => {
                    wake(&desk.gateway);
                    return Ok(see_done(&path, verdict.done()));
                }
                Err(fault) => fault,
            }
        }
    };
    let act = page_of(&desk, &visit, number, verdict).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

fn verdict_of(word: &str) -> Result<Verdict, Trouble> {
    Verdict::parse(word).map_err(|_unknown| Trouble::NotFound)
}

/// What the form decides.
fn wanted(verdict: Verdict, fields: &Fields, visit: &Visit) -> Result<ComplaintVerdict, Fault> {
    match verdict {
        Verdict::Admit => {
            let payer = Payer::parse(fields.text(PAYER)).map_err(|_unknown| {
                let text = visit.says("Alegeți cine plătește.", "Choose who pays.");
                Fault::wrong(PAYER, text)
            })?;
            Ok(ComplaintVerdict::Admitted { payer })
        }
        Verdict::Refuse => {
            let typed = fields.text(CODE);
            let code = typed.parse().ok().and_then(Reason::from_number);
            if code.is_none() && !typed.is_empty() {
                let text = visit.says(
                    "Nu există un motiv cu acest număr.",
                    "There is no reason with this number.",
                );
                return Err(Fault::wrong(CODE, text));
            }
            let reason = code.map(Reason::number);
            Ok(ComplaintVerdict::Refused { reason })
        }
        Verdict::Withdraw => Ok(ComplaintVerdict::Withdrawn),
    }
}

/// Decides, if the complaint stands as it was seen; returns the page that shows it.
async fn decide(
    desk: &Desk,
    visit: &Visit,
    (number, verdict): (&str, ComplaintVerdict),
    fields: &Fields,
    reason: &str,
) -> Result<Result<String, Fault>, Trouble> {
    let actor = visit.user()?.actor();
    let note = note(&desk.gateway, &actor, Some(reason));
    let mut tx = desk.gateway.store.begin().await?;
    let complaint = complaints::lock(&mut tx, number).await?;
    let complaint = complaint.ok_or(Trouble::NotFound)?;
    if complaint.version != version_seen(fields) {
        return Ok(Err(stale(&mut tx, complaint.id.0, visit).await?));
    }
    let path = path_of(&mut tx, &complaint).await?;
    match decide_in(&mut tx, number, verdict, &note).await {
        Ok(_complaint) => {
            tx.commit().await?;
            Ok(Ok(path))
        }
        Err(Failure::Broken(error)) => Err(error.into()),
        Err(Failure::Refused(DecisionRefusal::Unknown { .. })) => Err(Trouble::NotFound),
        Err(Failure::Refused(DecisionRefusal::ReasonMissing)) => {
            Ok(Err(Fault::reason_missing(visit)))
        }
        Err(Failure::Refused(DecisionRefusal::NotNow { .. } | DecisionRefusal::KeyReused(_))) => {
            Ok(Err(stale(&mut tx, complaint.id.0, visit).await?))
        }
    }
}

async fn page_of(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    verdict: Verdict,
) -> Result<Act, Trouble> {
    let language = visit.language;
    let mut tx = desk.gateway.store.read().await?;
    let complaint = complaints::find_by_number(&mut tx, number).await?;
    let complaint = complaint.ok_or(Trouble::NotFound)?;
    let back = path_of(&mut tx, &complaint).await?;
    let facts = facts(&mut tx, &complaint, visit).await?;
    drop(tx);
    let state = name_of(complaint.state, language);
    let obstacle = (!verdict.fits(&complaint)).then(|| {
        let text = visit.says("Reclamația a fost hotărâtă", "The complaint was decided");
        format!("{text}: {state}.")
    });
    Ok(Act {
        heading: verdict.heading(&complaint.number, language),
        consequence: verdict.consequence(&complaint, language).to_owned(),
        facts,
        inputs: inputs(verdict, visit),
        path: format!("{MENU}/{}/{verdict}", complaint.number),
        back,
        seen: complaint.version.to_string(),
        confirm: verdict.button(language).to_owned(),
        is_final: true,
        obstacle,
        ..Act::default()
    })
}

async fn facts(
    tx: &mut Tx,
    complaint: &Complaint,
    visit: &Visit,
) -> Result<Vec<(String, String)>, Trouble> {
    let language = visit.language;
    let application = applications::find(tx, complaint.application).await?;
    let office = offices::find(tx, complaint.office).await?;
    let code = u16::try_from(complaint.code).ok();
    let told = code.and_then(Reason::from_number).map(Explanation::from);
    let title = told.map_or("", |told| told.title.of(language));
    let fact = |ro: &str, en: &str, value: String| (visit.says(ro, en).to_owned(), value);
    let mut facts = vec![
        fact(
            "Cererea",
            "Application",
            application.map_or_else(String::new, |one| one.number),
        ),
        fact(
            "Serviciul",
            "Office",
            office.map_or_else(String::new, |one| format!("{} · {}", one.code, one.name)),
        ),
        fact(
            "Ce nu este bine",
            "What is wrong",
            format!("{} {title}", complaint.code),
        ),
        fact(
            "Starea",
            "State",
            name_of(complaint.state, language).to_owned(),
        ),
        fact(
            "De răspuns până la",
            "To be answered by",
            date(language, answer_by(bucharest_day(complaint.lodged_at))),
        ),
    ];
    if let Some(text) = &complaint.text {
        facts.push(fact(
            "Ce scrie serviciul",
            "What the office says",
            text.clone(),
        ));
    }
    Ok(facts)
}

fn inputs(verdict: Verdict, visit: &Visit) -> Vec<Input> {
    match verdict {
        Verdict::Admit => {
            let mut choices = vec![Choice::new("", visit.says("alegeți", "choose"), true)];
            let choice = |payer: &Payer| Choice::new(payer, name_of(*payer, visit.language), false);
            choices.extend(Payer::ALL.iter().map(choice));
            vec![Input {
                name: PAYER,
                label: visit
                    .says("Cine plătește noua carte", "Who pays for the other card")
                    .to_owned(),
                hint: String::new(),
                kind: InputKind::One(choices),
                is_required: true,
            }]
        }
        Verdict::Refuse => vec![Input {
            name: CODE,
            label: visit
                .says(
                    "Codul motivului comunicat serviciului",
                    "Number of the reason that the office is told",
                )
                .to_owned(),
            hint: visit
                .says(
                    "Din catalogul de coduri (Ajutor); poate lipsi.",
                    "From the catalogue of codes (Help); may be left out.",
                )
                .to_owned(),
            kind: InputKind::Line {
                value: String::new(),
            },
            is_required: false,
        }],
        Verdict::Withdraw => Vec::new(),
    }
}
