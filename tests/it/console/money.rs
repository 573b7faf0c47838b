//! Money for the console's tests: applications that owe, and statements of invented days.

use std::fmt::Write;

use std::convert::Infallible;

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::iban::Iban;
use cei_gateway::domain::id::ApplicationId;
use cei_gateway::domain::money::Money;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::flow::match_payment::{offer, remember_name};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::record_statement::record_statement;
use cei_gateway::flow::sealing::seal;
use cei_gateway::store::applications::{self, Application};
use cei_gateway::store::payments::{self, Payment};
use cei_gateway::store::sealed::{self, SealedKind};
use cei_gateway::worker::drain;
use cei_gateway::worker::matcher::Matcher;
use chrono::TimeDelta;

use crate::console::browser::{Browser, between};
use crate::kit::world::World;

/// The payment reference of the application with a serial number.
pub(crate) fn reference(serial: u64) -> String {
    PaymentReference::from_random(50_000 + 97 * serial).compact()
}

/// Adds an application of somebody with this name that owes so many lei.
pub(crate) async fn owing(world: &mut World, serial: u64, name: &str, lei: i64) -> Application {
    let like = world.ready().await;
    world.pass(TimeDelta::milliseconds(1));
    let gateway = &world.gateway;
    let blob = seal(gateway, SealedKind::Application, b"{}".to_vec().into());
    let blob = blob.await.unwrap();
    let cnp = format!("19001011{serial:05}");
    let mut application = Application {
        id: ApplicationId(world.id()),
        number: format!("TRD-02-2026-{serial:06}"),
        office_reference: format!("T-{serial}"),
        person_key: gateway.vault.lookup_hash("cnp", &cnp).to_vec(),
        state: ApplicationState::AwaitingFee,
        fee_state: FeeState::Due,
        fee_due: Money::from_lei(lei),
        fee_rule: "F1".to_owned(),
        payment_reference: reference(serial),
        sealed: blob.id,
        ready_since: None,
        ..like
    };
    let actor = Actor::Office(application.office);
    let note = note(gateway, &actor, None);
    let mut tx = world.write().await;
    sealed::insert(&mut tx, &blob, world.now()).await.unwrap();
    assert!(applications::insert(&mut tx, &application).await.unwrap());
    remember_name(&mut tx, gateway, application.id, (name, ""))
        .await
        .unwrap();
    offer::<Infallible>(&mut tx, &mut application, &note)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    application
}

/// Imports a statement of today, in which each of these amounts of lei came in with its text, and lets
/// the matcher work.
pub(crate) async fn paid(world: &World, number: u32, lines: &[(i64, &str)]) {
    let day = world.now().format("%y%m%d");
    let short = world.now().format("%m%d");
    // A statement begins where the one before ended.
    let before = all_payments(world).await;
    let opening = 100
        + before
            .iter()
            .map(|one| one.amount.bani() / 100)
            .sum::<i64>();
    let mut closing = opening;
    let mut text = String::new();
    for (lei, told) in lines {
        closing += lei;
        write!(
            text,
            ":61:{day}{short}C{lei},00NTRFNONREF\r\n:86:{told}\r\n"
        )
        .unwrap();
    }
    let file = format!(
        ":20:{number}\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:{number}/1\r\n\
         :60F:C{day}RON{opening},00\r\n{text}:62F:C{day}RON{closing},00\r\n"
    );
    import(world, file).await;
}

/// Imports a statement of today with one credit of 70 lei whose bank reference is `reference`, which
/// whoever sends money may have a hand in.
pub(crate) async fn paid_as(world: &World, reference: &str) {
    let day = world.now().date_naive();
    let escaped = reference
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let balance = |code: &str, lei: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"RON\">{lei}.00</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    let file = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr>\
         <MsgId>M1</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>\
         <ElctrncSeqNb>1</ElctrncSeqNb><Acct><Id><IBAN>RO38CECEBC2030RON0923675</IBAN></Id>\
         <Ccy>RON</Ccy></Acct>{}{}<Ntry><Amt Ccy=\"RON\">70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>\
         <Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{escaped}</AcctSvcrRef>\
         <NtryDtls><TxDtls><RmtInf><Ustrd>{escaped}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt>\
         </BkToCstmrStmt></Document>",
        balance("OPBD", 100),
        balance("CLBD", 170),
    );
    import(world, file).await;
}

async fn import(world: &World, file: String) {
    world.pass(TimeDelta::milliseconds(1));
    let actor = Actor::Automation("bank files".to_owned());
    let imported = record_statement(&world.gateway, Channel::Cec, file.into_bytes(), &actor);
    let outcome = Box::pin(imported).await.unwrap();
    assert_eq!(outcome.held, []);
    drain(&Matcher, &world.gateway, 1_000).await.unwrap();
}

/// Every payment, in the order of telling.
pub(crate) async fn all_payments(world: &World) -> Vec<Payment> {
    let mut tx = world.read().await;
    payments::list(&mut tx, None, None, 1_000).await.unwrap()
}

/// A payment as it stands.
pub(crate) async fn payment(world: &World, like: &Payment) -> Payment {
    let mut tx = world.read().await;
    payments::find(&mut tx, like.id).await.unwrap().unwrap()
}

/// Lets the gateway know from which account refunds are paid.
pub(crate) async fn with_debtor(world: &mut World) {
    let refund = &mut world.config.payments.refund;
    refund.debtor_name = "Imprimeria Națională".to_owned();
    refund.debtor_iban = Iban::parse("RO38CECEBC2030RON0923675").ok();
    world.restart().await;
}

/// Opens a page with a form; returns what its hidden field says was seen.
pub(crate) async fn open(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    between(&page.text, "name=\"seen\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}
