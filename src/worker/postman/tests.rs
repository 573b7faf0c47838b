//! What the bureau lays out is fetched, kept and only then confirmed, whatever the bureau says.

use std::fs;

use openssl::sha::sha256;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::domain::hex::hex;
use crate::flow::tests::kit::Kit;
use crate::simulator::test_kit::{FakeGateway as FakeBureau, Reply, Seen, certificates};
use crate::store::Interruption;
use crate::store::inbox::{self, InboxSource};
use crate::transport::certificates::GATEWAY_TO_BUREAU;

/// Not looked into more often than that.
const REST: Duration = Duration::from_mins(1);

/// A gateway, and a bureau that answers by rote.
struct Scene {
    kit: Kit,
    bureau: FakeBureau,
    postman: Postman,
}

impl Scene {
    async fn open(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let bureau = FakeBureau::open(answers);
        let client = crate::simulator::keys::client(certificates(), Some(GATEWAY_TO_BUREAU));
        let outbox = Outbox::new(client.unwrap(), &bureau.url);
        Self {
            kit: Kit::open().await,
            bureau,
            postman: postman(Place::Outbox(outbox)),
        }
    }

    /// Looks when the next look is due; what was asked of the bureau.
    async fn look(&self) -> Vec<String> {
        self.kit.clock.advance(REST);
        self.postman.pass(&self.kit.gateway).await.unwrap();
        self.asked()
    }

    fn asked(&self) -> Vec<String> {
        let seen = self.bureau.take_seen().into_iter();
        seen.map(|seen| format!("{} {}", seen.method, seen.target))
            .collect()
    }

    fn trouble(&self) -> String {
        self.postman.round().trouble.clone().unwrap_or_default()
    }
}

fn postman(place: Place) -> Postman {
    Postman {
        place,
        rest: REST,
        round: Arc::default(),
    }
}

async fn is_kept(kit: &Kit, document: &[u8]) -> bool {
    let mut tx = kit.gateway.store.read().await.unwrap();
    let found = inbox::find_by_digest(&mut tx, InboxSource::Bureau, &sha256(document)).await;
    found.unwrap().is_some()
}

/// The list of these documents, by their names.
fn list(documents: &[(&str, &str)]) -> String {
    let documents: Vec<_> = documents
        .iter()
        .map(|(id, text)| {
            let digest = hex(&sha256(text.as_bytes()));
            json!({"id": id, "sha256": digest, "size": text.len()})
        })
        .collect();
    json!({ "documents": documents }).to_string()
}

fn is_list(seen: &Seen) -> bool {
    seen.method == "GET" && seen.target.starts_with("/outbox?")
}

#[tokio::test]
async fn a_document_is_fetched_kept_and_then_confirmed() {
    let scene = Scene::open(|seen| match seen.target.as_str() {
        _ if is_list(seen) => (200, list(&[("one", "first"), ("two", "second")])),
        "/outbox/one" if seen.method == "GET" => (200, "first".to_owned()),
        "/outbox/two" if seen.method == "GET" => (200, "second".to_owned()),
        _ => (204, String::new()),
    })
    .await;
    let asked = scene.look().await;
    let expected = [
        "GET /outbox?limit=50",
        "GET /outbox/one",
        "DELETE /outbox/one",
        "GET /outbox/two",
        "DELETE /outbox/two",
    ];
    assert_eq!(asked, expected);
    assert!(is_kept(&scene.kit, b"first").await && is_kept(&scene.kit, b"second").await);

    let again = scene.look().await;
    let expected = [
        "GET /outbox?limit=50",
        "DELETE /outbox/one",
        "DELETE /outbox/two",
    ];
    assert_eq!(again, expected, "bytes that are kept are only confirmed");
    assert_eq!(scene.trouble(), "");
}

#[tokio::test]
async fn between_two_looks_nothing_is_asked() {
    let scene = Scene::open(|_| (200, list(&[]))).await;
    assert_eq!(scene.look().await.len(), 1);
    for _ in 0..3 {
        let idle = scene.postman.pass(&scene.kit.gateway).await.unwrap();
        assert_eq!(idle, Progress::Idle);
    }
    assert_eq!(scene.asked(), [""; 0]);
}

#[tokio::test]
async fn what_could_not_be_kept_is_not_confirmed() {
    let mut scene = Scene::open(|seen| match seen.target.as_str() {
        _ if is_list(seen) => (200, list(&[("one", "first")])),
        _ => (200, "first".to_owned()),
    })
    .await;
    let store = scene.kit.gateway.store.clone();
    // Two looks at the inbox, and then the transaction that keeps it.
    for transactions in 0..3 {
        scene.kit.gateway.store = store.interrupted(Interruption::after(transactions));
        scene.kit.clock.advance(REST);
        scene.postman.pass(&scene.kit.gateway).await.unwrap_err();
        let asked = scene.asked();
        assert!(!asked.iter().any(|asked| asked.starts_with("DELETE")));
    }
    scene.kit.gateway.store = store;
    assert_eq!(scene.look().await.last().unwrap(), "DELETE /outbox/one");
    assert!(is_kept(&scene.kit, b"first").await);
}

#[tokio::test]
async fn other_bytes_than_were_listed_are_neither_kept_nor_confirmed_and_hold_up_nothing() {
    let scene = Scene::open(|seen| match seen.target.as_str() {
        _ if is_list(seen) => (
            200,
            list(&[
                ("cut", "whole"),
                ("long", "x"),
                ("none", "gone"),
                ("good", "good"),
            ]),
        ),
        "/outbox/cut" => (200, "whol".to_owned()),
        "/outbox/long" => (200, "x".repeat(10_000)),
        "/outbox/good" => (200, "good".to_owned()),
        _ => (404, String::new()),
    })
    .await;
    let asked = scene.look().await;
    let confirmed: Vec<_> = asked
        .iter()
        .filter(|asked| asked.starts_with("DELETE"))
        .collect();
    assert_eq!(confirmed, ["DELETE /outbox/good"]);
    assert!(!is_kept(&scene.kit, b"whol").await && is_kept(&scene.kit, b"good").await);
}

#[tokio::test]
async fn garbage_and_endless_lists_are_told_once_and_do_no_harm() {
    let whole = list(&[("one", "first")]);
    let endless = format!("{{\"documents\":[{}]}}", " ".repeat(2 << 20));
    for (status, page, trouble) in [
        (200, "<html>".to_owned(), "the list is not readable"),
        (200, endless, "the answer has more than 1048576 bytes"),
        (500, whole, "the answer was HTTP 500"),
    ] {
        let scene = Scene::open(move |_| (status, page.clone())).await;
        assert_eq!(scene.look().await, ["GET /outbox?limit=50"]);
        assert!(scene.trouble().starts_with(trouble), "{}", scene.trouble());
        assert!(!scene.postman.tell(Some(scene.trouble())), "it was told");
        assert!(scene.postman.tell(None), "that it is over is told too");
    }
}

#[tokio::test]
async fn a_bureau_that_cannot_be_reached_is_asked_again() {
    let scene = Scene::open(|_| (200, list(&[]))).await;
    scene.bureau.stop().await;
    assert_eq!(scene.look().await, [""; 0]);
    assert!(scene.trouble().starts_with("there was no whole answer"));
    assert!(
        !scene.trouble().contains("localhost"),
        "{}",
        scene.trouble()
    );
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_is_not_followed_without_end() {
    let names: Vec<String> = (100..150).map(|number| number.to_string()).collect();
    let scene = Scene::open(move |seen| {
        if is_list(seen) {
            let all = names.iter().map(|name| (name.as_str(), name.as_str()));
            return (200, list(&all.collect::<Vec<_>>()));
        }
        let name = seen.target.trim_start_matches("/outbox/");
        (200, name.to_owned())
    })
    .await;
    let clock = &scene.kit.clock;
    clock.advance(REST);
    let first = scene.postman.pass(&scene.kit.gateway).await.unwrap();
    assert_eq!(
        first,
        Progress::Worked,
        "a full page may have another behind it"
    );
    let second = scene.postman.pass(&scene.kit.gateway).await.unwrap();
    assert_eq!(second, Progress::Idle, "nothing in it was new");
    let asked = scene.asked();
    let lists: Vec<_> = asked.iter().filter(|asked| asked.contains('?')).collect();
    assert_eq!(
        lists,
        ["GET /outbox?limit=50", "GET /outbox?limit=50&after=149"]
    );
}

/// A gateway and a spool.
struct Spooled {
    kit: Kit,
    dir: TempDir,
    postman: Postman,
}

impl Spooled {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        Self {
            kit: Kit::open().await,
            dir,
            postman: postman(Place::Spool(spool)),
        }
    }

    fn lay(&self, name: &str, document: &str, announced: &str) {
        let path = self.dir.path().join("in").join(name);
        let digest = hex(&sha256(announced.as_bytes()));
        let manifest = json!({"size": announced.len(), "sha256": digest});
        fs::write(&path, document).unwrap();
        fs::write(path.with_added_extension("manifest"), manifest.to_string()).unwrap();
    }

    async fn look(&self) -> anyhow::Result<Progress> {
        self.kit.clock.advance(REST);
        self.postman.pass(&self.kit.gateway).await
    }

    fn has(&self, path: &str) -> bool {
        self.dir.path().join("in").join(path).exists()
    }
}

#[tokio::test]
async fn a_document_in_the_spool_is_kept_and_put_away_with_its_report() {
    let spooled = Spooled::open().await;
    spooled.lay("good.xml", "good", "good");
    spooled.lay("bad.xml", "changed", "Changed");
    assert_eq!(spooled.look().await.unwrap(), Progress::Worked);
    assert!(is_kept(&spooled.kit, b"good").await);
    assert!(!is_kept(&spooled.kit, b"changed").await);
    for name in [
        "good.xml",
        "bad.xml",
        "good.xml.manifest",
        "bad.xml.manifest",
    ] {
        assert!(!spooled.has(name), "{name}");
    }
    assert!(spooled.has("done/good.xml") && spooled.has("refused/bad.xml"));
    let report = spooled.dir.path().join("in/refused/bad.xml.report.json");
    let report = fs::read_to_string(report).unwrap();
    assert!(report.contains("another digest"), "{report}");
}

#[tokio::test]
async fn a_crash_between_keeping_and_putting_away_is_made_good() {
    let mut spooled = Spooled::open().await;
    spooled.lay("good.xml", "good", "good");
    let store = spooled.kit.gateway.store.clone();
    for transactions in 0..2 {
        spooled.kit.gateway.store = store.interrupted(Interruption::after(transactions));
        spooled.look().await.unwrap_err();
        assert!(spooled.has("good.xml") && spooled.has("good.xml.manifest"));
    }
    spooled.kit.gateway.store = store;
    spooled.look().await.unwrap();
    assert!(is_kept(&spooled.kit, b"good").await && spooled.has("done/good.xml"));

    // It was kept and moved, and then the process ended.
    spooled.lay("again.xml", "good", "good");
    fs::remove_file(spooled.dir.path().join("in/again.xml")).unwrap();
    spooled.look().await.unwrap();
    assert!(!spooled.has("again.xml.manifest"));
}

#[tokio::test]
async fn a_manifest_whose_document_is_still_to_come_waits_and_is_told_once() {
    let spooled = Spooled::open().await;
    spooled.lay("late.xml", "late", "late");
    fs::remove_file(spooled.dir.path().join("in/late.xml")).unwrap();
    assert_eq!(spooled.look().await.unwrap(), Progress::Idle);
    assert!(spooled.has("late.xml.manifest"));
    assert!(spooled.postman.round().trouble.is_some());

    fs::write(spooled.dir.path().join("in/late.xml"), "late").unwrap();
    assert_eq!(spooled.look().await.unwrap(), Progress::Worked);
    assert!(spooled.has("done/late.xml"));
    assert!(spooled.postman.round().trouble.is_none());
}
