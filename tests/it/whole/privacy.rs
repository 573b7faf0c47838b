//! Nobody's data lies open: not in the log, not in an address, not in the database, not in the
//! vault; and what is over is erased.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cei_gateway::simulator::bureau::Plan;
use cei_gateway::simulator::channels::MishapRates;
use cei_gateway::telemetry;
use cei_gateway::worker::drain;
use cei_gateway::worker::janitor::Janitor;

use crate::kit::databases::rows;
use crate::whole::kit::{Theatre, assert_sound, files, payers, seed_where};

const APPLICATIONS: u32 = 8;

/// A log that can be read back.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What must not be found: CNPs, and every part of a name, as it is written, in capitals, and
/// without diacritics; by their first three bytes.
struct Secrets(HashMap<[u8; 3], BTreeSet<String>>);

impl Secrets {
    /// From the orders, where it has to stand.
    fn of(orders: &Path) -> Self {
        let mut secrets = Vec::new();
        for order in files(orders) {
            let text = std::fs::read_to_string(order).unwrap();
            for element in [
                "Cnp",
                "Surname",
                "GivenNames",
                "MotherGivenNames",
                "FatherGivenNames",
            ] {
                secrets.extend(values(&text, element).into_iter().flat_map(parts));
            }
        }
        assert!(secrets.len() > 50, "{} secrets", secrets.len());
        Self::from(secrets)
    }

    fn from(secrets: Vec<String>) -> Self {
        let mut by_prefix: HashMap<_, BTreeSet<String>> = HashMap::new();
        for secret in secrets {
            let prefix = *secret.as_bytes().first_chunk().unwrap();
            by_prefix.entry(prefix).or_default().insert(secret);
        }
        Self(by_prefix)
    }

    /// Those that stand in a text with no letter or digit before or after them.
    fn in_text(&self, text: &[u8]) -> BTreeSet<&str> {
        let is_free = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let stands_alone = |(start, secret): &(usize, &str)| {
            let before = start.checked_sub(1).and_then(|place| text.get(place));
            is_free(before) && is_free(text.get(start + secret.len()))
        };
        let alone = self.found_in(text).filter(stands_alone);
        alone.map(|(_, secret)| secret).collect()
    }

    /// Those that stand anywhere in what is no text. There short ones do by chance, and are passed
    /// over.
    fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let found = self.found_in(bytes).map(|(_, secret)| secret);
        found.filter(|secret| secret.len() >= 6).collect()
    }

    fn found_in<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, &'a str)> {
        bytes
            .windows(3)
            .enumerate()
            .flat_map(move |(start, prefix)| {
                let secrets = self.0.get(prefix).into_iter().flatten();
                secrets
                    .filter(move |secret| bytes[start..].starts_with(secret.as_bytes()))
                    .map(move |secret| (start, secret.as_str()))
            })
    }
}

fn values<'a>(xml: &'a str, element: &str) -> Vec<&'a str> {
    let (opening, closing) = (format!("<{element}>"), format!("</{element}>"));
    let rests = xml.split(&opening).skip(1);
    rests
        .map(|rest| rest.split(&closing).next().unwrap())
        .collect()
}

fn parts(value: &str) -> Vec<String> {
    let parts = value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.len() >= 3);
    parts
        .flat_map(|part| {
            let plain: String = part.chars().map(without_diacritic).collect();
            [
                part.to_uppercase(),
                plain.to_uppercase(),
                plain,
                part.to_owned(),
            ]
        })
        .collect()
}

fn without_diacritic(letter: char) -> char {
    match letter {
        'ă' | 'â' | 'á' | 'ä' => 'a',
        'é' => 'e',
        'î' | 'í' => 'i',
        'ó' | 'ö' | 'ő' => 'o',
        'ș' => 's',
        'ț' => 't',
        'ú' | 'ü' | 'ű' => 'u',
        'Ă' | 'Â' | 'Á' | 'Ä' => 'A',
        'É' => 'E',
        'Î' | 'Í' => 'I',
        'Ó' | 'Ö' | 'Ő' => 'O',
        'Ș' => 'S',
        'Ț' => 'T',
        'Ú' | 'Ü' | 'Ű' => 'U',
        other => other,
    }
}

#[test]
fn the_search_finds_what_lies_open() {
    assert_eq!(
        parts("Ștefan-Ana"),
        [
            "ȘTEFAN", "STEFAN", "Stefan", "Ștefan", "ANA", "ANA", "Ana", "Ana"
        ]
    );
    let secrets = Secrets::from(parts("Pușcaș"));
    let found = |text: &'static str| secrets.in_text(text.as_bytes());
    assert_eq!(found("paid by PUSCAS ION"), BTreeSet::from(["PUSCAS"]));
    assert_eq!(found("{\"name\":\"Pușcaș\"}"), BTreeSet::from(["Pușcaș"]));
    assert_eq!(found("PUSCASU"), BTreeSet::new());
    assert_eq!(
        secrets.in_bytes(b"\x07PUSCASREADY"),
        BTreeSet::from(["PUSCAS"])
    );
}

/// The key of every content that is over is gone, its tombstone stands, and no other blob than the
/// living ones lies in the vault.
async fn assert_erased(theatre: &Theatre) {
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    let of_applications = rows!(
        (i64, i64, i64),
        &mut tx,
        "SELECT COUNT(*), COUNT(s.wrapped_key), COUNT(s.erase_reason)
         FROM applications a JOIN sealed_contents s ON s.id = a.sealed_id
         WHERE a.state = 'HANDED_OVER'"
    );
    let [(contents, keys, tombstones)] = of_applications[..] else {
        panic!("one row of counts");
    };
    assert!(contents > 0);
    assert_eq!(
        (keys, tombstones),
        (0, contents),
        "of applications handed over"
    );
    let of_orders = rows!(
        (i64, i64, i64),
        &mut tx,
        "SELECT COUNT(*), COUNT(s.wrapped_key), COUNT(s.erase_reason)
         FROM orders o JOIN sealed_contents s ON s.id = o.sealed_id
         WHERE o.state = 'SETTLED'"
    );
    let [(contents, keys, tombstones)] = of_orders[..] else {
        panic!("one row of counts");
    };
    assert!(contents > 0);
    assert_eq!((keys, tombstones), (0, contents), "of settled orders");
    let living = rows!(
        (uuid::Uuid,),
        &mut tx,
        "SELECT id FROM sealed_contents WHERE wrapped_key IS NOT NULL"
    );
    let living: BTreeSet<String> = living.iter().map(|(id,)| id.simple().to_string()).collect();
    let lying: BTreeSet<String> = files(&theatre.stage.gateway.config.vault.dir)
        .iter()
        .map(|file| file.file_stem().unwrap().to_string_lossy().replace('-', ""))
        .filter(|name| name.len() == 32)
        .collect();
    assert_eq!(lying, living);
}

#[tokio::test]
async fn nobodys_data_lies_open_and_what_is_over_is_erased() {
    let captured = Captured::default();
    let writer = captured.clone();
    let log = telemetry::subscriber("debug", move || writer.clone()).unwrap();
    tracing::subscriber::set_global_default(log).expect("no other test keeps a log");

    let seed = seed_where(APPLICATIONS, |stories| payers(stories) >= 3);
    let mut theatre = Theatre::open(APPLICATIONS, seed, |wish| {
        wish.plan = Plan::each(20);
        wish.mishaps = MishapRates::each(80);
    })
    .await;
    let account = theatre.play().await;
    assert_sound(&account);

    let secrets = Secrets::of(&theatre.dir().join("orders"));
    let log = captured.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&log);
    // Addresses are in the log: the simulators' requests, and the gateway's answers to them.
    assert!(text.contains("/v1/events"), "the log knows no addresses");
    assert_eq!(secrets.in_text(&log), BTreeSet::new(), "in the log");

    for file in files(&theatre.dir().join("data")) {
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(
            secrets.in_bytes(&bytes),
            BTreeSet::new(),
            "{}",
            file.display()
        );
    }

    theatre.stage.clock.advance(Duration::from_hours(24 * 400));
    for _ in 0..3 {
        drain(&Janitor, &theatre.stage.gateway, 1_000)
            .await
            .unwrap();
    }
    assert_erased(&theatre).await;
    theatre.stage.close().await;
}
