//! The papers of an order: its signed file, whether the signature holds, and the evidence of it all.

use std::io::{Cursor, Read};

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;
use futures_util::stream;

use crate::console::act::{Act, Fault, reason_of};
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::pages::orders::{MENU, find, words};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::hex::hex;
use crate::flow::Failure;
use crate::flow::disclose_order::disclose_order;
use crate::flow::evidence::{self, EvidenceRefusal, EvidenceRequest};
use crate::flow::verify_order::verify_order;
use crate::words::{count, date_and_time, noun};

/// Bytes of a piece of a file that is taken out.
const PIECE_BYTES: usize = 64 * 1024;

/// Pieces that wait for a slow reader.
const PIECES_AHEAD: usize = 4;

#[derive(Template)]
#[template(path = "pages/verification.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    number: &'a str,
    flaw: Option<String>,
    facts: Vec<(String, String)>,
}

/// `GET /orders/{number}/verification`
pub(crate) async fn verify(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let language = visit.language;
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let (flaw, facts) = match Box::pin(verify_order(&desk.gateway, &number)).await {
        Ok(found) => {
            let fact = |ro, en, text| (visit.says(ro, en).to_owned(), text);
            let bytes = i64::try_from(found.size_bytes).unwrap_or(i64::MAX);
            let mut facts = vec![
                fact("Semnată de", "Signed by", found.signer),
                fact("SHA-256", "SHA-256", hex(&found.sha256)),
                fact("Mărime", "Size", count(language, bytes, noun::BYTE)),
            ];
            if let Some(at) = found.signed_at {
                facts.insert(1, fact("La", "At", date_and_time(language, at)));
            }
            (found.flaw, facts)
        }
        Err(Failure::Broken(error)) => return Err(error.into()),
        Err(Failure::Refused(refusal)) => (Some(words::refused(&refusal, &visit)), Vec::new()),
    };
    write(&Page {
        visit: &visit,
        shell: &shell,
        number: &number,
        flaw,
        facts,
    })
}

/// `GET /orders/{number}/file`
pub(crate) async fn show_file(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let act = file_page(&desk, &visit, &number).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /orders/{number}/file`
pub(crate) async fn take_file(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let actor = visit.user()?.actor();
            match disclose_order(&desk.gateway, &number, &actor, Some(reason)).await {
                Ok(disclosure) => {
                    let reader = disclosure.reader(&desk.gateway)?;
                    return Ok(file_answer(
                        "application/xml",
                        &format!("{number}.xml"),
                        reader,
                    ));
                }
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => Fault::conflict(words::refused(&refusal, &visit)),
            }
        }
    };
    let act = file_page(&desk, &visit, &number).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

async fn file_page(desk: &Desk, visit: &Visit, number: &str) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let order = find(&mut tx, number).await?;
    drop(tx);
    let name = visit.says("Descarcă fișierul semnat", "Download the signed file");
    let back = format!("{MENU}/{number}");
    Ok(Act {
        heading: format!("{name}: {number}"),
        consequence: visit
            .says(
                "Fișierul conține datele personale ale tuturor din comandă. Cine îl descarcă și de ce rămâne în jurnalul de audit.",
                "The file holds the personal data of everybody in the order. Who downloads it and why stays in the audit record.",
            )
            .to_owned(),
        path: format!("{back}/file"),
        back,
        confirm: name.to_owned(),
        is_final: true,
        obstacle: order.sealed.is_none().then(|| {
            visit
                .says("Comanda nu este semnată.", "The order is not signed.")
                .to_owned()
        }),
        ..Act::default()
    })
}

/// Answers with a file, piece by piece, in memory that does not grow with it.
fn file_answer(
    content_type: &'static str,
    name: &str,
    mut reader: impl Read + Send + 'static,
) -> HttpResponse {
    let (sender, pieces) = tokio::sync::mpsc::channel(PIECES_AHEAD);
    // It ends with the file, or when nobody takes the pieces any more.
    let reading = tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let read = match reader.read(&mut piece) {
                Ok(0) => return,
                Ok(many) => {
                    piece.truncate(many);
                    Ok(web::Bytes::from(piece))
                }
                Err(error) => {
                    tracing::error!(%error, "a file broke off while it was taken out");
                    Err(error)
                }
            };
            let is_over = read.is_err();
            if sender.blocking_send(read).is_err() || is_over {
                return;
            }
        }
    });
    drop(reading);
    let body = stream::unfold(pieces, async |mut pieces| {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .streaming(body)
}

/// `GET /orders/{number}/evidence`
pub(crate) async fn show_evidence(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let act = evidence_page(&desk, &visit, &number).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /orders/{number}/evidence`
pub(crate) async fn take_evidence(
    desk: web::Data<Desk>,
    visit: Visit,
    number: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let actor = visit.user()?.actor();
            let request = EvidenceRequest {
                number: &number,
                // Its signature proves the digest; the file is taken out by itself, by fewer people.
                with_order: false,
                actor: &actor,
                reason,
            };
            match Box::pin(evidence::take_evidence(&desk.gateway, &request)).await {
                Ok(evidence) => return archive(&desk, &number, evidence).await,
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => Fault::conflict(no_evidence(&refusal, &visit)),
            }
        }
    };
    let act = evidence_page(&desk, &visit, &number).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

async fn archive(
    desk: &Desk,
    number: &str,
    evidence: evidence::Evidence,
) -> Result<HttpResponse, Trouble> {
    let gateway = desk.gateway.clone();
    let writing = move || evidence.write(&gateway, Cursor::new(Vec::new()));
    let written = tokio::task::spawn_blocking(writing)
        .await
        .context("the writing task ended early")?;
    let bytes = written?.into_inner();
    let name = format!("attachment; filename=\"{number}-evidence.zip\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(bytes))
}

async fn evidence_page(desk: &Desk, visit: &Visit, number: &str) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let order = find(&mut tx, number).await?;
    drop(tx);
    let name = visit.says("Descarcă dovezile", "Download the evidence");
    let back = format!("{MENU}/{number}");
    Ok(Act {
        heading: format!("{name}: {number}"),
        consequence: visit
            .says(
                "O arhivă cu semnătura comenzii, documentele C.N.I.N., livrările și istoricul, pe care oricine o poate verifica fără acest sistem. Fișierul comenzii nu este în ea.",
                "An archive with the order's signature, the bureau's documents, the deliveries and the history, which anybody can verify without this system. The order's file is not in it.",
            )
            .to_owned(),
        path: format!("{back}/evidence"),
        back,
        confirm: name.to_owned(),
        obstacle: order
            .sealed
            .is_none()
            .then(|| no_evidence(&EvidenceRefusal::NotSigned { number: number.to_owned() }, visit)),
        ..Act::default()
    })
}

fn no_evidence(refusal: &EvidenceRefusal, visit: &Visit) -> String {
    let [ro, en] = match refusal {
        EvidenceRefusal::Unknown { .. } => ["Comanda nu există.", "There is no such order."],
        EvidenceRefusal::NeverOrdered { .. } => ["Nu a fost comandată.", "It was never ordered."],
        EvidenceRefusal::NotSigned { .. } => {
            ["Comanda nu este semnată.", "The order is not signed."]
        }
        EvidenceRefusal::ReasonMissing => ["Scrieți motivul.", "Give a reason."],
    };
    visit.says(ro, en).to_owned()
}
