//! Offices at work with several gateways: they hand applications in until they are told that it is
//! done, and read their events wherever somebody answers.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cei_gateway::clock::Clock;
use cei_gateway::random::Random;
use cei_gateway::simulator::person::People;
use cei_gateway::simulator::submission::{Request, submission};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::fleet::{Counter, a_moment, client};

/// A picture with true headers and hardly any content, so that a test can afford many.
const FACE: &[u8] = b"\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 \
    \x00\x00\x00\x1Ejp2h\x00\x00\x00\x16ihdr\x00\x00\x02\x13\x00\x00\x01\x9d\x00\x01\x07\x07\x00\x00\
    \x00\x00\x00\x00jp2c\xFF\x4F\xFF\x51\x00\x29\x00\x00\x00\x00\x01\x9d\x00\x00\x02\x13\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x07\x01\xFF\xD9";

/// Who works, and what they can swear to.
pub(super) struct Town {
    shared: Arc<Shared>,
    clerks: JoinSet<()>,
    readers: JoinSet<()>,
}

struct Shared {
    urls: Vec<String>,
    closes: AtomicBool,
    /// Answers that told that an application is taken in: office and reference.
    taken_in: Mutex<BTreeSet<(String, String)>>,
    /// Requests that were sent again because nobody had answered.
    repeated: AtomicUsize,
    surprises: Mutex<Vec<String>>,
    /// How far each reader has come, by the office's code.
    read: Mutex<Vec<(String, Vec<String>)>>,
}

impl Town {
    /// Opens the counters: each office hands one application in after another, all different, and
    /// reads its events meanwhile.
    pub(super) fn open(urls: Vec<String>, offices: &[Counter], seed: u64) -> Self {
        let random = Random::seeded(seed);
        let people = Arc::new(Mutex::new(People::new(random.clone())));
        let shared = Arc::new(Shared {
            urls,
            closes: AtomicBool::new(false),
            taken_in: Mutex::default(),
            repeated: AtomicUsize::new(0),
            surprises: Mutex::default(),
            read: Mutex::default(),
        });
        let (mut clerks, mut readers) = (JoinSet::new(), JoinSet::new());
        for office in offices {
            let clerk = Clerk {
                office: office.clone(),
                people: Arc::clone(&people),
                random: random.clone(),
                shared: Arc::clone(&shared),
            };
            clerks.spawn(clerk.work());
            let shared = Arc::clone(&shared);
            readers.spawn(read_events(office.clone(), random.clone(), shared));
        }
        Self {
            shared,
            clerks,
            readers,
        }
    }

    /// Lets every clerk finish what it has begun; returns what was taken in.
    pub(super) async fn close(&mut self) -> BTreeSet<(String, String)> {
        self.shared.closes.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clerks.join_next().await {
            ended.unwrap();
        }
        self.shared.taken_in.lock().unwrap().clone()
    }

    /// How many requests were sent again.
    pub(super) fn repeated(&self) -> usize {
        self.shared.repeated.load(Ordering::Relaxed)
    }

    /// The ids of the events that an office has read so far, in order and without a gap.
    pub(super) fn read(&self, office: &str) -> Vec<String> {
        let read = self.shared.read.lock().unwrap();
        let found = read.iter().find(|(code, _)| code == office);
        found.map(|(_, ids)| ids.clone()).unwrap_or_default()
    }

    /// What should never be answered.
    pub(super) fn surprises(&self) -> Vec<String> {
        self.shared.surprises.lock().unwrap().clone()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.readers.abort_all();
    }
}

/// Whoever hands applications in.
struct Clerk {
    office: Counter,
    people: Arc<Mutex<People>>,
    random: Random,
    shared: Arc<Shared>,
}

impl Clerk {
    async fn work(self) {
        let client = client();
        let mut serial = 0;
        while !self.shared.closes.load(Ordering::Relaxed) {
            serial += 1;
            let content = self.content(serial);
            let reference = content["office_reference"].as_str().unwrap().to_owned();
            self.hand_in(&client, &reference, content.to_string()).await;
        }
    }

    /// Sends an application, in the same words, until somebody says that it is taken in.
    async fn hand_in(&self, client: &reqwest::Client, reference: &str, body: String) {
        loop {
            let url = one_of(&self.shared.urls, &self.random);
            let answer = client
                .post(format!("{url}/v1/applications"))
                .bearer_auth(&self.office.key)
                .header("Idempotency-Key", reference)
                .header("Content-Type", "application/json")
                .body(body.clone())
                .send()
                .await;
            match answer.map(|answer| answer.status().as_u16()) {
                Ok(200 | 201) => {
                    let mut taken_in = self.shared.taken_in.lock().unwrap();
                    taken_in.insert((self.office.code.clone(), reference.to_owned()));
                    return;
                }
                // One who is away, stops, or still has the first request in hand.
                Err(_) | Ok(409 | 429 | 503) => {
                    self.shared.repeated.fetch_add(1, Ordering::Relaxed);
                    a_moment().await;
                }
                Ok(status) => {
                    let surprise = format!("{reference}: {status}");
                    self.shared.surprises.lock().unwrap().push(surprise);
                    return;
                }
            }
        }
    }

    fn content(&self, serial: u64) -> Value {
        let today = Clock::System.today();
        let person = self.people.lock().unwrap().person(35, today);
        let request = Request::new(&self.office.code, serial, today);
        let mut content = submission(&person, &request, None, &self.random);
        let image = image();
        content["biometrics"]["face"] = image.clone();
        for finger in content["biometrics"]["fingers"].as_array_mut().unwrap() {
            finger["image"] = image.clone();
        }
        content
    }
}

fn image() -> Value {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    json!({ "media_type": "image/jp2", "data": STANDARD.encode(FACE) })
}

fn one_of<'a>(urls: &'a [String], random: &Random) -> &'a str {
    let place = random.below(u64::try_from(urls.len()).unwrap());
    &urls[usize::try_from(place).unwrap()]
}

/// Follows the events of an office for ever, and notes whatever is not the next one.
async fn read_events(office: Counter, random: Random, shared: Arc<Shared>) {
    let (client, mut after, mut last) = (client(), String::new(), 0);
    loop {
        let url = one_of(&shared.urls, &random);
        let asked = client
            .get(format!("{url}/v1/events?wait=1&limit=20{after}"))
            .bearer_auth(&office.key)
            .send()
            .await;
        let page: Value = match asked {
            Ok(answer) if answer.status().as_u16() == 200 => match answer.json().await {
                Ok(page) => page,
                Err(_) => continue,
            },
            Ok(answer) if !matches!(answer.status().as_u16(), 429 | 503) => {
                let surprise = format!("{} of events", answer.status());
                shared.surprises.lock().unwrap().push(surprise);
                return;
            }
            _ => {
                a_moment().await;
                continue;
            }
        };
        let events = page["data"].as_array().unwrap();
        for event in events {
            let seq = event["seq"].as_i64().unwrap();
            if seq != last + 1 {
                let surprise = format!("{}: {seq} after {last}", office.code);
                shared.surprises.lock().unwrap().push(surprise);
            }
            last = seq;
        }
        note(&shared, &office.code, events);
        after = format!("&after={}", page["next_cursor"].as_str().unwrap());
    }
}

fn note(shared: &Shared, office: &str, events: &[Value]) {
    let ids = events
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned());
    let mut read = shared.read.lock().unwrap();
    match read.iter_mut().find(|(code, _)| code == office) {
        Some((_, known)) => known.extend(ids),
        None => read.push((office.to_owned(), ids.collect())),
    }
}
