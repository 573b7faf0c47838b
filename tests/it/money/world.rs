//! A gateway on SQLite with the applications of an invented day.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use cei_gateway::clock::{Clock, ManualClock};
use cei_gateway::config::Config;
use cei_gateway::domain::application::{ApplicationState, CardReason, Product};
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::iban::Iban;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::domain::money::Money;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::flow::match_payment::{offer, remember_name};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::record_statement::{StatementOutcome, record_statement};
use cei_gateway::flow::sealing::seal;
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;
use cei_gateway::store::applications::{self, Application};
use cei_gateway::store::holds::{self, Hold};
use cei_gateway::store::matches;
use cei_gateway::store::offices::{self, Office};
use cei_gateway::store::payments::{self, Payment};
use cei_gateway::store::sealed::{self, SealedKind};
use cei_gateway::transport::certificates::{Validity, generate_development_certificates};
use cei_gateway::worker::matcher::Matcher;
use cei_gateway::worker::{Progress, Worker, drain};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use tempfile::TempDir;

use crate::kit::databases::Database;

/// The folder of other people's statements, or `None` after saying that this test was waived.
pub(crate) fn corpus() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the corpus lies outside the project and its place is told by the environment"
    )]
    let folder = std::env::var("CEI_PAYMENTS_CORPUS").ok();
    if folder.is_none() {
        eprintln!("waived: CEI_PAYMENTS_CORPUS names no folder of statement files");
    }
    folder.map(PathBuf::from)
}

/// What the stations' shared secret stands for.
pub(crate) const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// The evening after the invented day.
fn evening() -> DateTime<Utc> {
    "2026-09-01T18:00:00Z".parse().unwrap()
}

/// A gateway and what it stands on.
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) clock: ManualClock,
    office: OfficeId,
    folder: TempDir,
    _database: Database,
}

impl World {
    /// On SQLite.
    pub(crate) async fn open() -> Self {
        Self::on(Database::sqlite().await).await
    }

    /// On both databases, the second unless it is waived.
    pub(crate) async fn on_both() -> Vec<Self> {
        let mut worlds = vec![Self::open().await];
        if let Some(database) = Database::postgres().await {
            worlds.push(Self::on(database).await);
        }
        worlds
    }

    async fn on(database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        let validity = Validity::around(evening());
        generate_development_certificates(&certs, &[], validity, false).unwrap();
        let mut config = Config::development(folder.path());
        config.vault.durable = false;
        config.database.url.clone_from(&database.url);
        let secret = folder.path().join("selfpay-secret");
        std::fs::write(
            &secret,
            "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        )
        .unwrap();
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&secret, owner_only).unwrap();
        config.channels.selfpay.hmac_key_files = vec![secret];
        config.channels.selfpay.ed25519_key_files = vec![];
        config.payments.refund.debtor_name = "CN Imprimeria Națională SA".to_owned();
        config.payments.refund.debtor_iban = Iban::parse("RO38CECEBC2030RON0923675").ok();
        config.payments.refund.debtor_bic = Some("CECEROBU".to_owned());
        let clock = ManualClock::at(evening());
        let random = Random::seeded(9);
        let gateway = Gateway::open(config, Clock::Manual(clock.clone()), random)
            .await
            .unwrap();
        let office = Office {
            id: OfficeId(gateway.random.uuid(evening())),
            code: "CLJ".to_owned(),
            name: "Cluj-Napoca".to_owned(),
            county: "CJ".to_owned(),
            siruta: Some(54_975),
            opened_on: NaiveDate::from_ymd_opt(2021, 8, 2).unwrap(),
        };
        let mut tx = gateway.store.begin().await.unwrap();
        offices::insert(&mut tx, &office, evening()).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            gateway,
            clock,
            office: office.id,
            folder,
            _database: database,
        }
    }

    /// Imports a file, a little later than what came before.
    pub(crate) async fn import(&self, channel: Channel, bytes: &[u8]) -> Option<StatementOutcome> {
        self.clock.advance(Duration::from_millis(1));
        let actor = Actor::Automation("bank files".to_owned());
        assert!(self.folder.path().exists());
        record_statement(&self.gateway, channel, bytes.to_vec(), &actor)
            .await
            .ok()
    }

    /// Lets the matcher work until nothing is left.
    pub(crate) async fn settle(&self) {
        drain(&Matcher, &self.gateway, 20_000).await.unwrap();
        let after = Matcher.pass(&self.gateway).await.unwrap();
        assert_eq!(after, Progress::Idle);
    }

    /// Opens an application of the day as it is written in the expectation, and offers it to the
    /// money that waits.
    pub(crate) async fn open_application(&self, written: &Value) {
        let gateway = &self.gateway;
        let text = |key: &str| written[key].as_str().unwrap();
        let sealed = seal(gateway, SealedKind::Application, b"{}".to_vec().into())
            .await
            .unwrap();
        let at = gateway.clock.now();
        let mut application = Application {
            id: ApplicationId(gateway.random.uuid(at)),
            number: text("application").to_owned(),
            office: self.office,
            collect_office: self.office,
            office_reference: text("application").to_owned(),
            content_sha256: vec![0; 32],
            revision: 1,
            product: Product::Cei,
            card_reason: CardReason::Expiry,
            person_key: gateway.vault.lookup_hash("cnp", text("cnp")).to_vec(),
            bureau: "CNIN".to_owned(),
            test: true,
            registered_on: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            deadline_on: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            eligibility_rule: "E2".to_owned(),
            state: ApplicationState::AwaitingFee,
            fee_state: FeeState::Due,
            fee_due: Money::from_bani(written["due_minor"].as_i64().unwrap()),
            fee_paid: Money::ZERO,
            fee_rule: "F1".to_owned(),
            fee_facts: "{}".to_owned(),
            payment_reference: text("reference").to_owned(),
            sealed: sealed.id,
            content_bytes: 2,
            order_attempts: 0,
            remakes: 0,
            ready_since: None,
            received_at: at,
            updated_at: at,
            version: 1,
        };
        let actor = Actor::Office(self.office);
        let note = note(gateway, &actor, None);
        let mut tx = gateway.store.begin().await.unwrap();
        sealed::insert(&mut tx, &sealed, at).await.unwrap();
        assert!(applications::insert(&mut tx, &application).await.unwrap());
        let name = text("name").replace(" (minor)", "");
        remember_name(&mut tx, gateway, application.id, (&name, ""))
            .await
            .unwrap();
        offer::<Infallible>(&mut tx, &mut application, &note)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Every payment, in the order of telling.
    pub(crate) async fn payments(&self) -> Vec<Payment> {
        let mut tx = self.gateway.store.read().await.unwrap();
        payments::list(&mut tx, None, None, 100_000).await.unwrap()
    }

    /// The application with a number.
    pub(crate) async fn application(&self, number: &str) -> Application {
        let mut tx = self.gateway.store.read().await.unwrap();
        let found = applications::find_by_number(&mut tx, number).await.unwrap();
        found.unwrap()
    }

    /// Every open hold.
    pub(crate) async fn holds(&self) -> Vec<Hold> {
        let mut tx = self.gateway.store.read().await.unwrap();
        holds::list_open(&mut tx, None, None, 100_000)
            .await
            .unwrap()
    }

    /// Asserts that what applications were paid is what payments are tied to them.
    pub(crate) async fn assert_money_is_conserved(&self) {
        let mut tx = self.gateway.store.read().await.unwrap();
        let applications = applications::list(&mut tx, None, None, None, 10_000)
            .await
            .unwrap();
        let paid = applications.iter().map(|one| one.fee_paid.bani()).sum();
        let tied = matches::sum(&mut tx).await.unwrap();
        assert_eq!(tied, Money::from_bani(paid));
    }
}
