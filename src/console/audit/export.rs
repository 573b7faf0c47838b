//! Taking the record out: the lines, and the gateway's signed word about them, in one archive.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::console::act::{Act, reason_of};
use crate::console::audit::MENU;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::calendar::bucharest_day;
use crate::flow::audit_record::export::export_archive;
use crate::store::audit;
use crate::words::{count, noun};

/// Records that are taken out through a browser at most, some 25 MB; the command line takes any number.
const RECORDS_MAX: i64 = 50_000;

/// `GET /audit/export`
pub(crate) async fn ask(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /audit/export`
pub(crate) async fn take_out(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &visit).await?;
    if act.obstacle.is_some() {
        return act.show(&desk, &visit, MENU).await;
    }
    let reason = match reason_of(&fields, &visit) {
        Ok(reason) => reason,
        Err(fault) => return act.refuse(&desk, &visit, MENU, (&fields, fault)).await,
    };
    let actor = visit.user()?.actor();
    let archive = Box::pin(export_archive(&desk.gateway, &actor, Some(reason))).await?;
    let day = bucharest_day(desk.gateway.clock.now()).format("%Y%m%d");
    let name = format!("attachment; filename=\"audit-{day}.zip\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(archive))
}

async fn page_of(desk: &Desk, visit: &Visit) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let (records, _) = audit::end(&mut tx).await?;
    drop(tx);
    let text = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    let too_many = (records > RECORDS_MAX).then(|| {
        text(
            "Jurnalul este prea mare pentru navigator: folosiți `cei-gateway audit export`.",
            "The record is too long for a browser: use `cei-gateway audit export`.",
        )
    });
    Ok(Act {
        heading: text("Exportați jurnalul de audit", "Take the audit record out"),
        consequence: text(
            "Primiți o arhivă cu toate înregistrările, câte una pe linie, și documentul semnat cu sigiliul sistemului despre ele. Exportul se înscrie el însuși în jurnal.",
            "You receive an archive with every record, one a line, and the document about them that is signed with the gateway's seal. Taking it out is a record itself.",
        ),
        facts: vec![(
            text("Cuprinde", "Holds"),
            count(visit.language, records, noun::RECORD),
        )],
        path: "/audit/export".to_owned(),
        back: MENU.to_owned(),
        confirm: text("Descărcați arhiva", "Download the archive"),
        obstacle: too_many,
        ..Act::default()
    })
}
