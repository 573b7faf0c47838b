//! What the bureau told by other means than a signed document: one person proposes it, another approves.

mod approval;
mod faults;

pub(crate) use approval::{approve, facts, show_approval, show_withdrawal, withdraw};

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::pages::orders::word::faults::{fault_code, fault_of};
use crate::console::pages::orders::{MENU, find};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::acknowledgement::LineEvent;
use crate::domain::reconciliation::may_be_forced;
use crate::flow::Failure;
use crate::flow::force_word::{self, WordProposal};
use crate::store::{Tx, order_lines};
use crate::words::name_of;

/// Fields of the form.
const STATUS: &str = "status";
const CODE: &str = "code";
const DOCUMENT: &str = "document";
const CONSIGNMENT: &str = "consignment";
const EVIDENCE: &str = "evidence";

/// `GET /orders/{number}/lines/{line}/word`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, i64)>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let act = proposal_page(&mut tx, (&path.0, path.1), &visit).await?;
    drop(tx);
    act.show(&desk, &visit, MENU).await
}

/// `POST /orders/{number}/lines/{line}/word`
pub(crate) async fn propose(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, i64)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match read_proposal(&fields, (&path.0, path.1), &visit) {
        Err(fault) => fault,
        Ok((proposal, reason)) => {
            let who = visit.user()?.actor();
            let proposed = force_word::propose(&desk.gateway, &proposal, (&who, reason));
            match proposed.await {
                Ok(_word) => {
                    return Ok(see_done(&format!("{MENU}/{}", path.0), Done::WordProposed));
                }
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => fault_of(&refusal, &visit)?,
            }
        }
    };
    let mut tx = desk.gateway.store.read().await?;
    let act = proposal_page(&mut tx, (&path.0, path.1), &visit).await?;
    drop(tx);
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

fn read_proposal<'a>(
    fields: &'a Fields,
    (order, line_no): (&str, i64),
    visit: &Visit,
) -> Result<(WordProposal, &'a str), Fault> {
    let status = LineEvent::parse(fields.text(STATUS));
    let status = status.map_err(|_unknown| {
        Fault::wrong(
            STATUS,
            visit.says("Alegeți ce s-a întâmplat.", "Choose what happened."),
        )
    })?;
    let some = |name| Some(fields.text(name).to_owned()).filter(|text| !text.is_empty());
    let reason = some(CODE).map(|code| {
        let code = code.split_whitespace().next().unwrap_or_default().parse();
        code.map_err(|_no_number: std::num::ParseIntError| fault_code(visit))
    });
    let proposal = WordProposal {
        order: order.to_owned(),
        line_no,
        status,
        reason: reason.transpose()?,
        document_number: some(DOCUMENT),
        consignment: some(CONSIGNMENT),
        occurred_at: None,
        evidence: fields.text(EVIDENCE).to_owned(),
    };
    Ok((proposal, reason_of(fields, visit)?))
}

async fn proposal_page(
    tx: &mut Tx,
    (number, line_no): (&str, i64),
    visit: &Visit,
) -> Result<Act, Trouble> {
    let order = find(tx, number).await?;
    let lines = order_lines::list(tx, order.id, line_no.saturating_sub(1), 1).await?;
    let line = lines.into_iter().find(|line| line.line_no == line_no);
    let line = line.ok_or(Trouble::NotFound)?;
    let back = format!("{MENU}/{number}");
    let title = visit.says(
        "Ce a spus C.N.I.N. pe altă cale",
        "What the bureau told by other means",
    );
    Ok(Act {
        heading: format!("{title}: {number}, {line_no}"),
        consequence: visit
            .says(
                "După aprobarea altei persoane, poziția trece în starea aceasta, până când C.N.I.N. confirmă printr-un document.",
                "Once another person approves, the line comes to this state, until the bureau confirms it by a document.",
            )
            .to_owned(),
        facts: vec![(
            visit.says("Poziția este acum", "The line is now").to_owned(),
            name_of(line.state, visit.language).to_owned(),
        )],
        inputs: inputs(visit),
        path: format!("{back}/lines/{line_no}/word"),
        back,
        confirm: visit.says("Propune", "Propose").to_owned(),
        second_person: Some(
            visit
                .says(
                    "Nimic nu se întâmplă până când o altă persoană aprobă.",
                    "Nothing happens until another person approves.",
                )
                .to_owned(),
        ),
        ..Act::default()
    })
}

fn inputs(visit: &Visit) -> Vec<Input> {
    let language = visit.language;
    let forced = LineEvent::ALL.iter().filter(|event| may_be_forced(**event));
    let choose = Choice::new("", visit.says("alegeți", "choose"), false);
    let events = forced.map(|event| Choice::new(event, name_of(*event, language), false));
    let line = |name, label: &str, hint: &str, is_required| Input {
        name,
        label: label.to_owned(),
        hint: hint.to_owned(),
        kind: InputKind::Line {
            value: String::new(),
        },
        is_required,
    };
    vec![
        Input {
            name: STATUS,
            label: visit.says("Ce s-a întâmplat", "What happened").to_owned(),
            hint: String::new(),
            kind: InputKind::One(std::iter::once(choose).chain(events).collect()),
            is_required: true,
        },
        line(
            DOCUMENT,
            visit.says("Seria și numărul cărții", "The card's number"),
            visit.says(
                "numai pentru o carte făcută",
                "for a card that was made only",
            ),
            false,
        ),
        line(
            CODE,
            visit.says("Motivul respingerii", "Reason of the refusal"),
            visit.says(
                "numărul din catalog, numai la respingere",
                "its number, for a refusal only",
            ),
            false,
        ),
        line(
            CONSIGNMENT,
            visit.says("Numărul coletului", "Number of the consignment"),
            "",
            false,
        ),
        line(
            EVIDENCE,
            visit.says("De unde se știe", "By what it is known"),
            visit.says(
                "convorbirea sau scrisoarea, cu data ei; fără date personale",
                "the call or the letter, with its date; no personal data",
            ),
            true,
        ),
    ]
}
