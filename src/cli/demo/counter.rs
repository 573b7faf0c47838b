//! A ninth office, for whoever tries the demo: its key, applications ready to be handed in, people
//! who pay what they owe, and a courier who leaves parcels.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use chrono::TimeDelta;
use openssl::sha::sha256;
use serde_json::{Value, json};

use crate::cli::demo::stage::{Stage, credential};
use crate::domain::application::ApplicationState;
use crate::domain::id::OfficeId;
use crate::simulator::channels::Payable;
use crate::simulator::person::{Family, People};
use crate::simulator::submission::{Request, submission};
use crate::store::applications::{self, WantedByOffice};
use crate::store::credentials::{self, CredentialKind, Party};
use crate::store::offices::{self, Office};
use crate::store::{Tx, consignments};

/// The office's code; the eight others are of the story.
const CODE: &str = "CLJ-09";
/// Applications written for it: one to hand in alone, one with a fault, and some together.
const WRITTEN: u64 = 6;
/// Its applications and consignments that are looked at.
const LOOKED_AT: i64 = 200;

/// The office.
pub(super) struct Counter {
    office: OfficeId,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Its API key.
    pub(super) key: String,
    /// Those who will pay, by the office's reference.
    families: BTreeMap<String, Family>,
}

/// Opens the office and writes what it needs.
pub(super) async fn open(stage: &Stage) -> anyhow::Result<Counter> {
    let gateway = &stage.gateway;
    let now = gateway.clock.now();
    let office = OfficeId(gateway.random.uuid(now));
    let key = format!("cei_test_{:032x}", u128::from(gateway.random.next_u64()));
    let mut tx = gateway.store.begin().await?;
    let row = Office {
        id: office,
        code: CODE.to_owned(),
        name: "Ghișeul dumneavoastră".to_owned(),
        county: "CJ".to_owned(),
        siruta: Some(54_975),
        opened_on: gateway.clock.today() - TimeDelta::days(365),
    };
    offices::insert(&mut tx, &row, now).await?;
    let hash = sha256(key.as_bytes()).to_vec();
    let mut holder = credential(gateway, "your office", CredentialKind::ApiKey, hash);
    holder.party = Party::Office;
    holder.office = Some(office);
    credentials::insert(&mut tx, &holder, now).await?;
    tx.commit().await?;
    let mut counter = Counter {
        office,
        folder: stage.out.join("office"),
        key,
        families: BTreeMap::new(),
    };
    counter.write_applications(stage)?;
    counter.write_environment(stage)?;
    Ok(counter)
}

impl Counter {
    /// Lets those pay who owe, and the courier leave the parcels that have arrived.
    pub(super) async fn work(&mut self, stage: &mut Stage) -> anyhow::Result<()> {
        let mut tx = stage.gateway.store.read().await?;
        let wanted = WantedByOffice {
            state: Some(ApplicationState::AwaitingFee),
            ..WantedByOffice::default()
        };
        let owing =
            applications::list_of_office(&mut tx, self.office, &wanted, None, LOOKED_AT).await?;
        self.take_parcels(&mut tx).await?;
        drop(tx);
        for application in owing {
            if let Some(family) = self.families.remove(&application.office_reference) {
                stage.channels.pay(Payable {
                    reference: application.payment_reference,
                    family,
                    amount: application.fee_due,
                });
            }
        }
        Ok(())
    }

    /// What stands on the cards of each consignment, as the office's scanner would read it.
    async fn take_parcels(&self, tx: &mut Tx) -> anyhow::Result<()> {
        let arrived = consignments::list_open_of(tx, self.office, None, LOOKED_AT).await?;
        for consignment in arrived {
            let file = self
                .folder
                .join("parcels")
                .join(format!("{}.json", consignment.number));
            if file.exists() {
                continue;
            }
            let cards = consignments::list_cards(tx, consignment.id).await?;
            let numbers: Vec<&str> = cards
                .iter()
                .map(|card| card.document_number.as_str())
                .collect();
            let scan = json!({ "document_numbers": numbers, "final": true });
            fs::write(&file, scan.to_string()).context("leaving a parcel")?;
        }
        Ok(())
    }

    fn write_applications(&mut self, stage: &Stage) -> anyhow::Result<()> {
        let mut people = People::new(stage.gateway.random.clone());
        let today = stage.gateway.clock.today();
        let mut written = Vec::new();
        for serial in 1..=WRITTEN {
            let person = people.person(30, today);
            let request = Request::new(CODE, serial, today);
            written.push(submission(&person, &request, None, &stage.gateway.random));
            self.families
                .insert(request.reference(), Family::from(person));
        }
        fs::create_dir_all(self.folder.join("parcels")).context("making the office's folder")?;
        let mut written = written.into_iter();
        let alone = written.next().context("no application")?;
        let mut faulty = written.next().context("no application")?;
        if let Some(product) = faulty.get_mut("product") {
            *product = json!("PASSPORT");
        }
        let together: Vec<Value> = written.collect();
        for (name, content) in [
            ("application.json", alone),
            ("faulty.json", faulty),
            ("batch.json", json!({ "applications": together })),
        ] {
            fs::write(self.folder.join(name), content.to_string())
                .context("writing an application")?;
        }
        Ok(())
    }

    /// What a shell needs to know.
    fn write_environment(&self, stage: &Stage) -> anyhow::Result<()> {
        let server = stage.server.as_ref().context("the gateway has stopped")?;
        let anchor = fs::canonicalize(stage.out.join("trust").join("tls-ca.pem"))
            .context("looking for the trust anchor")?;
        let text = format!(
            "export CEI_URL='https://localhost:{}'\nexport CEI_CA='{}'\nexport CEI_KEY='{}'\n",
            server.address.port(),
            anchor.display(),
            self.key
        );
        fs::write(self.folder.join("gateway.env"), text).context("writing the environment")
    }
}
