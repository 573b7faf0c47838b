//! `GET` and `POST /payments/{number}/refund`: proposes that money of a payment is given back.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, version_seen};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::payments::acted::{Decided, Setback, carry_out};
use crate::console::pages::payments::case::{Case, find};
use crate::console::pages::payments::list::PATH;
use crate::console::pages::payments::row::money_of;
use crate::console::pages::payments::sheet::path_of;
use crate::console::pages::payments::typed::read_lei;
use crate::console::pages::refunds::refusals;
use crate::console::stale::stale;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::id::PaymentId;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::refund::propose::{Proposal, prepare, propose};
use crate::flow::refund::{Account, RefundRefusal, Source};
use crate::store::{Tx, applications};
use crate::words::{Language, amount, lei};

/// Asks how much is given back, and to whom.
pub(crate) async fn ask(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let page = read_page(&desk, &visit, &path).await?;
    page.show(&desk, &visit, PATH).await
}

/// Proposes it.
pub(crate) async fn act(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => fault,
        Ok(reason) => {
            let decided = Decided {
                number: &path,
                seen: version_seen(&fields),
                reason,
            };
            match Box::pin(carried_out(&desk, &visit, decided, &fields)).await? {
                Ok(number) => {
                    let path = format!("/payments/refunds/{number}");
                    return Ok(see_done(&path, Done::RefundProposed));
                }
                Err(fault) => fault,
            }
        }
    };
    let page = read_page(&desk, &visit, &path).await?;
    page.refuse(&desk, &visit, PATH, (&fields, fault)).await
}

/// Proposes the refund that a form describes; returns its number.
async fn carried_out(
    desk: &Desk,
    visit: &Visit,
    decided: Decided<'_>,
    fields: &Fields,
) -> Result<Result<String, Fault>, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let payment = find(&mut tx, decided.number).await?;
    if payment.version != decided.seen {
        // Looked at before an account is sealed for nothing; the transaction looks again.
        return Ok(Err(stale(&mut tx, payment.id.0, visit).await?));
    }
    drop(tx);
    let proposal = match proposal(payment.id, fields) {
        Ok(proposal) => proposal,
        Err(refusal) => return Ok(Err(refusals::fault(&refusal, visit))),
    };
    let prepared = match Box::pin(prepare(&desk.gateway, proposal)).await {
        Ok(prepared) => prepared,
        Err(Failure::Refused(refusal)) => return Ok(Err(refusals::fault(&refusal, visit))),
        Err(Failure::Broken(error)) => return Err(error.into()),
    };
    let outcome = carry_out(desk, visit, decided, async |tx, _payment, note| {
        propose(tx, &prepared, note).await
    });
    Ok(match Box::pin(outcome).await? {
        Ok(refund) => Ok(refund.number),
        Err(Setback::Stale(fault)) => Err(fault),
        Err(Setback::Refused(refusal)) => Err(refusals::fault(&refusal, visit)),
    })
}

/// Reads what was typed.
fn proposal(payment: PaymentId, fields: &Fields) -> Result<Proposal, RefundRefusal> {
    let amount = match fields.text("amount") {
        "" => None,
        typed => Some(read_lei(typed).ok_or(RefundRefusal::AmountWrong)?),
    };
    let (iban, name) = (fields.text("iban"), fields.text("name"));
    let account = if iban.is_empty() && name.is_empty() {
        None
    } else {
        Some(Account::typed(iban, name)?)
    };
    Ok(Proposal {
        payment,
        amount,
        account,
    })
}

async fn read_page(desk: &Desk, visit: &Visit, name: &str) -> Result<Act, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Box::pin(Case::read(&mut tx, name)).await?;
    let facts = facts(&mut tx, &case, visit).await?;
    drop(tx);
    let own = path_of(&case.payment);
    let language = visit.language;
    let over = desk.gateway.config.payments.refund.two_persons_over;
    let nothing = visit.says(
        "Din această plată nu se poate restitui nimic.",
        "Nothing of the payment can be given back.",
    );
    Ok(Act {
        heading: format!(
            "{}: {}",
            visit.says("Propuneți restituirea", "Propose a refund"),
            case.payment.number
        ),
        consequence: visit
            .says(
                "Banii se pun deoparte de îndată: plata nu se mai potrivește cât timp restituirea este deschisă. La bancă ajunge numai ce a fost aprobat.",
                "The money is set aside at once: the payment is not matched while the refund is open. Only what was approved comes to the bank.",
            )
            .to_owned(),
        facts,
        inputs: inputs(&case, visit),
        path: format!("{own}/refund"),
        back: own,
        seen: case.payment.version.to_string(),
        confirm: visit.says("Propune", "Propose").to_owned(),
        obstacle: case.sources.is_empty().then(|| nothing.to_owned()),
        second_person: Some(match language {
            Language::Romanian => format!(
                "Până la {over} lei aprobă o persoană; peste această sumă sau în altă monedă, două."
            ),
            Language::English => format!(
                "Up to {over} lei one person approves; above it, or not in lei, two persons do."
            ),
        }),
        ..Act::default()
    })
}

/// What may be given back, and whose fee it was for.
async fn facts(tx: &mut Tx, case: &Case, visit: &Visit) -> Result<Vec<(String, String)>, Trouble> {
    let language = visit.language;
    let paid = visit.says("Plata", "Payment").to_owned();
    let mut all = vec![(paid, money_of(&case.payment, language))];
    for source in &case.sources {
        let named = match source.application {
            Some(id) => applications::find(tx, id).await?,
            None => None,
        };
        let whose = named.map(|one| format!(" · {}", one.number));
        let name = if source.is_tied {
            visit.says("Plătit peste taxă", "Paid beyond the fee")
        } else {
            visit.says("Se poate restitui", "Can be given back")
        };
        let told = format!(
            "{}{}",
            lei_of(case, source, language),
            whose.unwrap_or_default()
        );
        all.push((name.to_owned(), told));
    }
    Ok(all)
}

fn lei_of(case: &Case, source: &Source, language: Language) -> String {
    match case.payment.currency.as_str() {
        "RON" => lei(language, source.amount),
        currency => format!("{} {currency}", amount(language, source.amount)),
    }
}

fn inputs(case: &Case, visit: &Visit) -> Vec<Input> {
    let says = |ro: &str, en: &str| visit.says(ro, en).to_owned();
    let is_told = case.payment.channel == Channel::Cec;
    let largest = case.sources.first().map(|source| source.amount);
    let hint = if is_told {
        says(
            "Lăsați gol pentru contul din extras. La plăți în numerar, banca poate trece acolo un cont al ei: verificați.",
            "Leave it empty for the account of the statement. Of cash, a bank may print its own there: look twice.",
        )
    } else {
        says(
            "Contul plătitorului, cum l-a comunicat.",
            "The payer's account, as the payer told it.",
        )
    };
    let line = |name, label, hint, value, is_required| Input {
        name,
        label,
        hint,
        kind: InputKind::Line { value },
        is_required,
    };
    let most = largest.map_or_else(String::new, |most| amount(visit.language, most));
    vec![
        line("amount", says("Suma", "Amount"), String::new(), most, true),
        line("iban", says("IBAN", "IBAN"), hint, String::new(), !is_told),
        line(
            "name",
            says("Titularul contului", "Holder of the account"),
            String::new(),
            String::new(),
            !is_told,
        ),
    ]
}
