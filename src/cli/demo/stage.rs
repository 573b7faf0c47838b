//! Sets the stage: a folder, certificates, a gateway of its own, and the other parties on the wire.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use openssl::sha::sha256;
use openssl::x509::X509;

use crate::cli::demo::outage::Outages;
use crate::clock::{Clock, ManualClock};
use crate::config::{Config, Environment};
use crate::domain::id::{CredentialId, OfficeId};
use crate::domain::office::CLUJ;
use crate::domain::tariff::tariff_on;
use crate::gateway::Gateway;
use crate::http::server::{self, Listener, Running};
use crate::random::Random;
use crate::simulator::bureau::{Bureau, BureauKeys, BureauSettings, FailureRates, Plan};
use crate::simulator::channels::{ChannelKeys, ChannelSettings, Channels, FileRoad, MishapRates};
use crate::simulator::offices::{OfficeKeys, OfficeSettings, Offices};
use crate::simulator::script;
use crate::store::credentials::{Credential, CredentialKind, Party};
use crate::store::offices::Office;
use crate::store::{self, Store, Tx, credentials, offices};
use crate::transport::certificates::{
    self, AUTOMATION, BUREAU_SEAL, BUREAU_TO_GATEWAY, CHANNEL_SELFPAY, GATEWAY_SEAL, SIGNING_CA,
    Validity, certificate_file, generate_development_certificates,
};
use crate::transport::spki_sha256;
use crate::transport::webhook::Network;
use crate::worker::herald::Herald;

/// The first day of the fortnight: its second week begins after the last day on which a first card
/// is free (30.06.2026), so that both rules are seen at work.
const FIRST_DAY: NaiveDate = crate::domain::rule::day(2026, 6, 22);
/// Tells a folder that a demo made from one that it must not touch.
const MARK: &str = ".cei-gateway-demo";
/// What a demo leaves behind, and may remove when it is run again.
const FOLDERS: [&str; 7] = [
    "console",
    "data",
    "orders",
    "receipts",
    "acknowledgements",
    "trust",
    "office",
];
/// How often in a thousand times each misbehaviour of the bureau happens.
const MISBEHAVIOUR_PER_MILLE: u32 = 20;
/// How often in a thousand payments each mishap of payers and cashiers happens.
const PAYMENT_MISHAP_PER_MILLE: u32 = 15;

/// What is asked of a demo.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How many applications.
    pub applications: u32,
    /// What all chance follows from.
    pub seed: u64,
    /// Where it works and leaves its documents.
    pub out: PathBuf,
    /// The database; `None` is an SQLite file in `out`.
    pub database: Option<String>,
    /// How the bureau misbehaves.
    pub plan: Plan,
    /// How often cards fail.
    pub failures: FailureRates,
    /// What goes wrong when people pay.
    pub mishaps: MishapRates,
}

impl Wish {
    /// As in life: a bureau, machines and payers that err now and then, and an SQLite file in
    /// `out`.
    pub fn new(applications: u32, seed: u64, out: PathBuf) -> Self {
        Self {
            applications,
            seed,
            out,
            database: None,
            plan: Plan::each(MISBEHAVIOUR_PER_MILLE),
            failures: FailureRates::default(),
            mishaps: MishapRates::each(PAYMENT_MISHAP_PER_MILLE),
        }
    }
}

/// Everything that takes part.
pub struct Stage {
    /// The gateway.
    pub gateway: Gateway,
    /// Its API, while it runs.
    pub(super) server: Option<Running>,
    /// The time of everybody.
    pub clock: ManualClock,
    /// The bureau.
    pub bureau: Bureau,
    /// Payers, bank and stations.
    pub channels: Channels,
    /// The eight offices.
    pub offices: Offices,
    /// When the gateway's process ends, if it is to.
    pub(super) outages: Option<Outages>,
    /// How often the gateway was started again.
    pub(super) lives: u64,
    /// What all chance follows from.
    pub(super) seed: u64,
    /// The API key of back-office automation, which may do everything that operators may.
    pub(super) api_key: String,
    /// Where it leaves its documents.
    pub(super) out: PathBuf,
    /// Pushes events to offices, once one has asked for that.
    pub(super) herald: Option<Herald<Network>>,
}

impl Stage {
    /// Ends everything in good order.
    pub async fn close(mut self) {
        self.bureau.close().await;
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// How the gateway listens: with one thread, so that everything happens in one order.
    pub(super) fn listener(config: &Config) -> anyhow::Result<Listener> {
        let mut listener = Listener::from_config(config)?;
        listener.threads = 1;
        Ok(listener)
    }
}

/// Sets everything up; afterwards nobody has done anything yet.
pub async fn set(wish: &Wish) -> anyhow::Result<Stage> {
    prepare_folder(&wish.out)?;
    let begins_at = FIRST_DAY.and_time(NaiveTime::MIN).and_utc();
    let clock = ManualClock::at(begins_at);
    let certs = wish.out.join("data").join("certs");
    make_certificates(&certs, begins_at)?;
    publish_trust(&certs, &wish.out.join("trust"))?;

    let bureau = open_bureau(wish, &certs, &clock)?;
    let config = configure(wish, &bureau.url()).await?;
    let random = Random::seeded(wish.seed);
    let mut gateway = Gateway::open(config, Clock::Manual(clock.clone()), random).await?;
    let api_key = introduce_parties(&gateway, &certs).await?;
    let server = server::start(&gateway, Stage::listener(&gateway.config)?)?;
    // Whoever starts again is found where everybody knows it to be.
    let mut config = (*gateway.config).clone();
    config.http.bind = server.address;
    gateway.config = Arc::new(config);
    let gateway_url = format!("https://localhost:{}", server.address.port());
    bureau.speak_to(&gateway_url);

    let channels = ChannelSettings {
        gateway_url: gateway_url.clone(),
        files: FileRoad::Posted(api_key.clone()),
        seed: wish.seed ^ 0x00CE_C000,
        station_percent: 40,
        mishaps: wish.mishaps.clone(),
    };
    let office_settings = OfficeSettings {
        gateway_url,
        seed: wish.seed ^ 0x000F_F1CE,
        fee: tariff_on(FIRST_DAY),
        parallel: 1,
        quiet: TimeDelta::minutes(15),
    };
    let script = script::write(wish.seed, wish.applications, FIRST_DAY);
    let time = || Clock::Manual(clock.clone());
    Ok(Stage {
        channels: Channels::new(channels, ChannelKeys::from_dir(&certs)?, time(), time()),
        offices: Offices::new(
            office_settings,
            OfficeKeys::from_dir(&certs)?,
            script,
            time(),
        ),
        gateway,
        server: Some(server),
        clock,
        bureau,
        outages: None,
        lives: 0,
        seed: wish.seed,
        api_key,
        out: wish.out.clone(),
        herald: None,
    })
}

/// Makes the folder, and clears what an earlier demo left in it. A folder that holds something of
/// somebody else's under one of our names is refused.
fn prepare_folder(out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("making the folder {}", out.display()))?;
    let mark = out.join(MARK);
    for name in FOLDERS {
        let folder = out.join(name);
        if !folder.exists() {
            continue;
        }
        if !mark.exists() {
            bail!(
                "{} is there and no demo made it; name another folder with --out",
                folder.display()
            );
        }
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("clearing {}", folder.display()))?;
    }
    std::fs::write(
        &mark,
        "Made by cei-gateway demo, which may clear this folder.\n",
    )
    .with_context(|| format!("writing {}", mark.display()))?;
    for name in FOLDERS {
        std::fs::create_dir_all(out.join(name)).context("making the demo's folders")?;
    }
    Ok(())
}

/// Certificates that are valid by the machine's clock, which TLS asks, and by the demo's.
fn make_certificates(dir: &Path, begins_at: DateTime<Utc>) -> anyhow::Result<()> {
    let present = Clock::System.now();
    let validity = Validity {
        from: present.min(begins_at) - TimeDelta::days(30),
        until: present.max(begins_at) + TimeDelta::days(3 * 365),
    };
    let codes: Vec<&str> = CLUJ.iter().map(|office| office.code).collect();
    generate_development_certificates(dir, &codes, validity, false)
        .context("making certificates")?;
    Ok(())
}

/// Leaves the certificates by which the documents of this demo can be verified.
fn publish_trust(certs: &Path, trust: &Path) -> anyhow::Result<()> {
    for name in [SIGNING_CA, GATEWAY_SEAL, BUREAU_SEAL, certificates::TLS_CA] {
        let file = certificate_file(certs, name);
        std::fs::copy(&file, trust.join(format!("{name}.pem")))
            .with_context(|| format!("copying {}", file.display()))?;
    }
    Ok(())
}

fn open_bureau(wish: &Wish, certs: &Path, clock: &ManualClock) -> anyhow::Result<Bureau> {
    let mut settings = BureauSettings::honest("CNIN", wish.seed ^ 0x0000_B0E0);
    settings.plan = wish.plan.clone();
    settings.rates = wish.failures;
    settings.dir = Some(wish.out.clone());
    // An order that is never answered costs the demo real seconds.
    settings.hold = std::time::Duration::from_secs(5);
    let keys = BureauKeys::from_dir(certs)?;
    Ok(Bureau::open(settings, keys, Clock::Manual(clock.clone()))?)
}

async fn configure(wish: &Wish, bureau_url: &str) -> anyhow::Result<Config> {
    let mut config = Config::development(&wish.out.join("data"));
    config.environment = Environment::Development;
    config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
    config.http.metrics_bind = None;
    bureau_url.clone_into(&mut config.bureau.url);
    // An office's own program lies on this machine.
    config.webhooks.allow_private = true;
    config.bureau.connect_timeout_seconds = 2;
    config.bureau.total_timeout_seconds = 3;
    if let Some(url) = &wish.database {
        config.database.url.clone_from(url);
        if store::is_postgres(url) {
            // A schema of its own: whatever the database holds stays as it is.
            let schema = format!("demo_{}", Clock::System.now().format("%Y%m%d_%H%M%S_%6f"));
            config.database.url = Store::make_schema(url, &schema).await?;
        } else {
            refuse_existing_file(url)?;
        }
    }
    Ok(config)
}

fn refuse_existing_file(url: &str) -> anyhow::Result<()> {
    let file = url.strip_prefix("sqlite:").unwrap_or(url);
    let file = Path::new(file.strip_prefix("//").unwrap_or(file));
    if file.exists() {
        bail!(
            "{} exists; the demo wants a database of its own",
            file.display()
        );
    }
    Ok(())
}

/// Enters the offices and everybody's credentials; returns the API key of back-office automation.
async fn introduce_parties(gateway: &Gateway, certs: &Path) -> anyhow::Result<String> {
    let mut tx = gateway.store.begin().await?;
    for known in CLUJ {
        let id = OfficeId(gateway.random.uuid(gateway.clock.now()));
        let office = Office {
            id,
            code: known.code.to_owned(),
            name: known.name.to_owned(),
            county: known.county.as_str().to_owned(),
            siruta: Some(i64::from(known.siruta)),
            opened_on: FIRST_DAY - TimeDelta::days(365 * 4),
        };
        offices::insert(&mut tx, &office, gateway.clock.now()).await?;
        let name = certificates::office(known.code);
        admit(&mut tx, gateway, certs, &name, (Party::Office, Some(id))).await?;
    }
    for (name, party) in [
        (BUREAU_TO_GATEWAY, Party::Bureau),
        (CHANNEL_SELFPAY, Party::Channel),
        (AUTOMATION, Party::Automation),
    ] {
        admit(&mut tx, gateway, certs, name, (party, None)).await?;
    }
    let api_key = format!("cei_test_{:032x}", u128::from(gateway.random.next_u64()));
    let hash = sha256(api_key.as_bytes()).to_vec();
    let key = credential(gateway, "back office", CredentialKind::ApiKey, hash);
    credentials::insert(&mut tx, &key, gateway.clock.now()).await?;
    tx.commit().await?;
    Ok(api_key)
}

/// Enters the certificate of a party by its public key.
async fn admit(
    tx: &mut Tx,
    gateway: &Gateway,
    certs: &Path,
    name: &str,
    (party, office): (Party, Option<OfficeId>),
) -> anyhow::Result<()> {
    let file = certificate_file(certs, name);
    let pem = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
    let hash = spki_sha256(&X509::from_pem(&pem)?.to_der()?)?.to_vec();
    let mut certificate = credential(gateway, name, CredentialKind::Certificate, hash);
    certificate.party = party;
    certificate.office = office;
    credentials::insert(tx, &certificate, gateway.clock.now()).await?;
    Ok(())
}

pub(super) fn credential(
    gateway: &Gateway,
    label: &str,
    kind: CredentialKind,
    hash: Vec<u8>,
) -> Credential {
    Credential {
        id: CredentialId(gateway.random.uuid(gateway.clock.now())),
        party: Party::Automation,
        office: None,
        label: label.to_owned(),
        kind,
        hash,
        scopes: "*".to_owned(),
        revoked_at: None,
    }
}
