//! A gateway on a schema of its own, with two hundred offices and applications that wait.

use std::path::Path;

use anyhow::{Context, ensure};
use cei_gateway::clock::{Clock, ManualClock};
use cei_gateway::config::Config;
use cei_gateway::domain::application::{ApplicationState, CardReason, Product};
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::domain::money::Money;
use cei_gateway::flow::content::ApplicationContent;
use cei_gateway::flow::sealing::seal;
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;
use cei_gateway::simulator::person::People;
use cei_gateway::simulator::submission::{Request, submission};
use cei_gateway::store::Store;
use cei_gateway::store::applications::{self, Application};
use cei_gateway::store::offices::{self, Office};
use cei_gateway::store::sealed::{self, NewSealed, SealedKind};
use cei_gateway::transport::certificates::{Validity, generate_development_certificates};
use chrono::{DateTime, Days, Utc};
use sqlx::PgPool;
use zeroize::Zeroizing;

use crate::cards;

/// Offices of the country.
const OFFICES: u64 = 200;
/// Contents that applications share: each is read and opened anew for every line that it is in.
const CONTENTS: usize = 1_000;
/// Applications inserted in one transaction.
const AT_ONCE: u64 = 1_000;

/// The instant at which everything happens.
const NOON: &str = "2026-11-02T10:00:00Z";

/// A gateway and its country.
pub(crate) struct Country {
    pub(crate) gateway: Gateway,
    /// The same database, for statements that no gateway has.
    pub(crate) pool: PgPool,
    pub(crate) offices: Vec<Office>,
    contents: Vec<(NewSealed, i64)>,
    random: Random,
    taken_in: u64,
    /// How many cards of the past there are.
    pub(crate) past: u64,
}

impl Country {
    /// Opens a gateway in `folder`, in a schema of its own on the server.
    pub(crate) async fn found(folder: &Path, server: &str) -> anyhow::Result<Self> {
        let noon: DateTime<Utc> = NOON.parse()?;
        generate_development_certificates(
            &folder.join("certs"),
            &[],
            Validity::around(noon),
            false,
        )?;
        let mut config = Config::development(folder);
        let schema = format!("bench_{}", std::process::id());
        config.database.url = Store::make_schema(server, &schema).await?;
        let pool = PgPool::connect(&config.database.url).await?;
        let random = Random::seeded(11);
        let clock = Clock::Manual(ManualClock::at(noon));
        let gateway = Gateway::open(config, clock, random.clone()).await?;
        let mut country = Self {
            gateway,
            pool,
            offices: Vec::new(),
            contents: Vec::new(),
            random,
            taken_in: 0,
            past: 0,
        };
        country.open_offices().await?;
        country.seal_contents().await?;
        Ok(country)
    }

    async fn open_offices(&mut self) -> anyhow::Result<()> {
        let now = self.gateway.clock.now();
        let mut tx = self.gateway.store.begin().await?;
        for number in 0..OFFICES {
            let office = Office {
                id: OfficeId(self.random.uuid(now)),
                code: format!("B{number:04}"),
                name: format!("SPCLEP {number}"),
                county: "CJ".to_owned(),
                siruta: None,
                opened_on: now.date_naive(),
            };
            ensure!(
                offices::insert(&mut tx, &office, now).await?,
                "two offices of one code"
            );
            self.offices.push(office);
        }
        tx.commit().await?;
        Ok(())
    }

    async fn seal_contents(&mut self) -> anyhow::Result<()> {
        let mut people = People::new(self.random.clone());
        let now = self.gateway.clock.now();
        for serial in 0..CONTENTS {
            let person = people.person(35, now.date_naive());
            let request = Request::new("B0000", u64::try_from(serial)?, now.date_naive());
            let content = submission(&person, &request, None, &self.random);
            let content: ApplicationContent = serde_json::from_value(content)?;
            let plain = Zeroizing::new(serde_json::to_vec(&content)?);
            let blob = seal(&self.gateway, SealedKind::Application, plain).await?;
            let mut tx = self.gateway.store.begin().await?;
            sealed::insert(&mut tx, &blob, now).await?;
            tx.commit().await?;
            let size = blob.size_bytes;
            self.contents.push((blob, size));
        }
        Ok(())
    }

    /// Adds applications that wait to be ordered.
    pub(crate) async fn take_in(&mut self, count: u64) -> anyhow::Result<()> {
        let mut left = count;
        while left > 0 {
            let now = self.gateway.clock.now();
            let mut tx = self.gateway.store.begin().await?;
            for _ in 0..left.min(AT_ONCE) {
                self.taken_in += 1;
                let application = self.application(now)?;
                ensure!(
                    applications::insert(&mut tx, &application).await?,
                    "an application was there before"
                );
            }
            tx.commit().await?;
            left = left.saturating_sub(AT_ONCE);
        }
        Ok(())
    }

    /// Makes cards until there are so many of the past, all of one office.
    pub(crate) async fn make_past(&mut self, count: u64) -> anyhow::Result<()> {
        let office = self.offices.first().context("no office")?.id.0;
        let bureau = &self.gateway.config.bureau.code;
        let between = (self.past, count);
        self.past = cards::grow(&self.pool, &[office], bureau, between).await?;
        Ok(())
    }

    fn application(&self, now: DateTime<Utc>) -> anyhow::Result<Application> {
        let serial = self.taken_in;
        let choice = usize::try_from(serial)?;
        let office = self.offices.get(choice % self.offices.len());
        let office = office.context("no office")?;
        let content = self.contents.get(choice % self.contents.len());
        let (content, size) = content.context("no content")?;
        let mut person_key = vec![0; 24];
        person_key.extend(serial.to_be_bytes());
        Ok(Application {
            id: ApplicationId(self.random.uuid(now)),
            number: format!("{}-2026-{serial:06}", office.code),
            office: office.id,
            collect_office: office.id,
            office_reference: serial.to_string(),
            content_sha256: vec![1; 32],
            revision: 1,
            product: Product::Cei,
            card_reason: CardReason::Expiry,
            person_key,
            bureau: self.gateway.config.bureau.code.clone(),
            test: true,
            registered_on: now.date_naive(),
            deadline_on: now.date_naive() + Days::new(30),
            eligibility_rule: "E2".to_owned(),
            state: ApplicationState::Ready,
            fee_state: FeeState::Exempt,
            fee_due: Money::ZERO,
            fee_paid: Money::ZERO,
            fee_rule: "X1".to_owned(),
            fee_facts: "{}".to_owned(),
            payment_reference: format!("{serial:012}"),
            sealed: content.id,
            content_bytes: *size,
            order_attempts: 0,
            remakes: 0,
            ready_since: Some(now),
            received_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// Lets the database do now what it would do in the middle of a measurement.
    pub(crate) async fn settle_down(&self) -> anyhow::Result<()> {
        for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
            sqlx::query(statement)
                .execute(&self.pool)
                .await
                .with_context(|| statement.to_owned())?;
        }
        Ok(())
    }
}
