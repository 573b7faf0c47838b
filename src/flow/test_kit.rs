//! A gateway on SQLite in a folder that vanishes, with a clock that stands still.

use chrono::{DateTime, NaiveDate, Utc};
use tempfile::TempDir;

use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::domain::application::{ApplicationState, CardReason, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::flow::sealing::seal;
use crate::gateway::Gateway;
use crate::random::Random;
use crate::store::applications::{self, Application};
use crate::store::offices::{self, Office};
use crate::store::sealed::{self, SealedKind};
use crate::transport::certificates::{Validity, generate_development_certificates};

/// The gateway and what it stands on.
pub(crate) struct Kit {
    pub(crate) gateway: Gateway,
    pub(crate) clock: ManualClock,
    pub(crate) office: OfficeId,
    pub(crate) actor: Actor,
    _folder: TempDir,
}

/// Noon in Romania on the day after the invented day at the bank's counters.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-09-02T09:00:00Z".parse().unwrap()
}

impl Kit {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        generate_development_certificates(&certs, &[], Validity::around(noon()), false).unwrap();
        let mut config = Config::development(folder.path());
        config.vault.durable = false;
        let clock = ManualClock::at(noon());
        let random = Random::seeded(1);
        let gateway = Gateway::open(config, Clock::Manual(clock.clone()), random)
            .await
            .unwrap();
        let office = Office {
            id: OfficeId(gateway.random.uuid(noon())),
            code: "CLJ".to_owned(),
            name: "Cluj-Napoca".to_owned(),
            county: "CJ".to_owned(),
            siruta: Some(54_975),
            opened_on: NaiveDate::from_ymd_opt(2021, 8, 2).unwrap(),
        };
        let mut tx = gateway.store.begin().await.unwrap();
        offices::insert(&mut tx, &office, noon()).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            gateway,
            clock,
            office: office.id,
            actor: Actor::Operator("ana".to_owned()),
            _folder: folder,
        }
    }

    /// An application that owes 67 lei, opened as the intake will open it but for the offer.
    pub(crate) async fn application(
        &self,
        number: &str,
        cnp: &str,
        reference: &str,
    ) -> Application {
        let gateway = &self.gateway;
        let blob = seal(gateway, SealedKind::Application, b"{}".to_vec().into())
            .await
            .unwrap();
        let application = Application {
            id: ApplicationId(gateway.random.uuid(noon())),
            number: number.to_owned(),
            office: self.office,
            collect_office: self.office,
            office_reference: number.to_owned(),
            content_sha256: vec![0; 32],
            revision: 1,
            product: Product::Cei,
            card_reason: CardReason::Expiry,
            person_key: gateway.vault.lookup_hash("cnp", cnp).to_vec(),
            bureau: "CNIN".to_owned(),
            test: true,
            registered_on: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            deadline_on: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            eligibility_rule: "E2".to_owned(),
            state: ApplicationState::AwaitingFee,
            fee_state: FeeState::Due,
            fee_due: Money::from_lei(67),
            fee_paid: Money::ZERO,
            fee_rule: "F1".to_owned(),
            fee_facts: "{}".to_owned(),
            payment_reference: reference.to_owned(),
            sealed: blob.id,
            content_bytes: 2,
            order_attempts: 0,
            remakes: 0,
            ready_since: None,
            received_at: noon(),
            updated_at: noon(),
            version: 1,
        };
        let mut tx = gateway.store.begin().await.unwrap();
        sealed::insert(&mut tx, &blob, noon()).await.unwrap();
        assert!(applications::insert(&mut tx, &application).await.unwrap());
        tx.commit().await.unwrap();
        application
    }

    /// The application as it stands now.
    pub(crate) async fn now(&self, application: &Application) -> Application {
        let mut tx = self.gateway.store.read().await.unwrap();
        let found = applications::find(&mut tx, application.id).await.unwrap();
        found.unwrap()
    }
}
