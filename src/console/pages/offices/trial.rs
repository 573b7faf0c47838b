//! A test message to an office's webhook, and what its receiver answers.

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;

use crate::console::act::{Act, Fault, reason_of};
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::offices::sheet::office_of;
use crate::console::pages::offices::webhook::refused;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::delivery::{DeliveryVerdict, Outcome};
use crate::domain::webhook::{Endpoint, verdict};
use crate::flow::Failure;
use crate::flow::webhooks::settings::note_trial;
use crate::flow::webhooks::turn::{Trial, trial};
use crate::store::webhooks;
use crate::transport::webhook::{Answer, Carrier, Letter, Network, SigningKey};
use crate::words::{name_of, number};

/// The menu's entry.
const MENU: &str = "/offices";

#[derive(Template)]
#[template(path = "pages/webhook_trial.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    name: &'a str,
    back: String,
    outcome: Badge,
    facts: Vec<(&'static str, String)>,
}

/// `GET /offices/{code}/webhook/test`
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    code: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let act = page_of(&desk, &code, &visit).await?;
    act.show(&desk, &visit, MENU).await
}

/// `POST /offices/{code}/webhook/test`
pub(crate) async fn send(
    desk: web::Data<Desk>,
    visit: Visit,
    code: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(reason) => match try_out(&desk, &visit, &code, reason).await? {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        },
    };
    let act = page_of(&desk, &code, &visit).await?;
    act.refuse(&desk, &visit, MENU, (&fields, fault)).await
}

/// Sends the message. No transaction is open while its answer is waited for.
async fn try_out(
    desk: &Desk,
    visit: &Visit,
    code: &str,
    reason: &str,
) -> Result<Result<HttpResponse, Fault>, Trouble> {
    let gateway = &desk.gateway;
    let Some(network) = gateway.webhook_network.as_ref() else {
        return Ok(Err(Fault::conflict(not_set_up(visit))));
    };
    let mut tx = gateway.store.read().await?;
    let office = office_of(desk, &mut tx, code).await?;
    drop(tx);
    let trial = match trial(gateway, office.id).await {
        Ok(trial) => trial,
        Err(Failure::Broken(error)) => return Err(error.into()),
        Err(Failure::Refused(refusal)) => return Ok(Err(refused(&refusal, visit))),
    };
    let actor = visit.user()?.actor();
    match note_trial(gateway, office.id, &actor, reason).await {
        Ok(()) => (),
        Err(Failure::Broken(error)) => return Err(error.into()),
        Err(Failure::Refused(refusal)) => return Ok(Err(refused(&refusal, visit))),
    }
    let began_at = gateway.clock.now();
    let answer = carry(desk, network, &trial).await?;
    let milliseconds = (gateway.clock.now() - began_at).num_milliseconds();
    let meant = verdict(answer.outcome);
    let tone = match meant {
        DeliveryVerdict::Delivered => "ok",
        _ => "bad",
    };
    let mut facts = vec![(
        visit.language.choose("Took", "A durat"),
        format!("{} ms", number(visit.language, milliseconds)),
    )];
    if let Outcome::Status { code, .. } = answer.outcome {
        facts.push(("HTTP", code.to_string()));
    }
    if let Some(detail) = answer.detail {
        facts.push((
            visit.language.choose("What was said", "Ce s-a spus"),
            detail,
        ));
    }
    let shell = Shell::of(desk, visit, MENU).await?;
    let page = write(&Page {
        visit,
        shell: &shell,
        name: &office.name,
        back: format!("/offices/{}", office.code),
        outcome: Badge::new(name_of(meant, visit.language), tone),
        facts,
    })?;
    Ok(Ok(page))
}

async fn carry(desk: &Desk, network: &Network, trial: &Trial) -> Result<Answer, Trouble> {
    let gateway = &desk.gateway;
    let keys: Result<Vec<_>, _> = trial
        .keys
        .iter()
        .map(|key| SigningKey::new(key.kind, key.secret.expose()))
        .collect();
    let keys = keys.context("reading the keys of a webhook")?;
    let letter = Letter {
        id: trial.id,
        at: gateway.clock.now(),
        body: &trial.body,
        keys: &keys,
    };
    match Endpoint::parse(&trial.webhook.url, gateway.config.webhook_reach()) {
        Ok(endpoint) => {
            let mut line = network.line(&endpoint);
            Ok(network.carry(&mut line, &letter).await)
        }
        Err(fault) => Ok(Answer {
            outcome: Outcome::AddressForbidden,
            detail: Some(fault.to_string()),
        }),
    }
}

fn not_set_up(visit: &Visit) -> &'static str {
    visit.language.choose(
        "The gateway is not set up to push: delivery.webhook_ca_file is not set.",
        "Sistemul nu este pregătit să trimită: delivery.webhook_ca_file nu este stabilit.",
    )
}

async fn page_of(desk: &Desk, code: &str, visit: &Visit) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let office = office_of(desk, &mut tx, code).await?;
    let webhook = webhooks::find(&mut tx, office.id).await?;
    let webhook = webhook.ok_or(Trouble::NotFound)?;
    drop(tx);
    let is_ready = desk.gateway.webhook_network.is_some();
    let heading = visit.says("Încercați webhook-ul", "Try the webhook of");
    let back = format!("/offices/{}", office.code);
    Ok(Act {
        heading: format!("{heading}: {}", office.name),
        consequence: visit
            .says(
                "Un mesaj de probă, semnat ca oricare altul și fără loc printre evenimente, pleacă acum la adresa de mai jos.",
                "A test message, signed like any other and without a place among the events, leaves now for the address below.",
            )
            .to_owned(),
        facts: vec![(visit.says("Adresa", "Address").to_owned(), webhook.url)],
        path: format!("{back}/webhook/test"),
        back,
        confirm: visit.says("Trimite mesajul de probă", "Send the test message").to_owned(),
        obstacle: (!is_ready).then(|| not_set_up(visit).to_owned()),
        ..Act::default()
    })
}
