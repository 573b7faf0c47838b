//! The bureau over loopback TLS: what it takes, what it refuses, and each of its misbehaviours.

mod letters;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use openssl::sha::sha256;
use openssl::x509::X509;
use reqwest::StatusCode;

use super::*;
use crate::bureau::message::{MESSAGE_NAMESPACES, Message, read_message};
use crate::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity,
};
use crate::bureau::receipt::{Outcome, Receipt};
use crate::bureau::refusal::ReadError;
use crate::clock::ManualClock;
use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{CardReason, Product};
use crate::simulator::person::{People, Person};
use crate::simulator::pictures;
use crate::simulator::test_kit::{FakeGateway, Seen, at, certificates};
use crate::transport::certificates::{
    CHANNEL_SELFPAY, GATEWAY_SEAL, GATEWAY_TO_BUREAU, SIGNING_CA, certificate_file, key_file,
};
use crate::xmldsig::key::PemKey;
use crate::xmldsig::trust::TrustPolicy;

const CODE: &str = "CNIN";

fn monday() -> DateTime<Utc> {
    at("2026-03-02T09:00:00Z")
}

fn read(path: std::path::PathBuf) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn pem(name: &str) -> (Vec<u8>, Vec<u8>) {
    let dir = certificates();
    (read(certificate_file(dir, name)), read(key_file(dir, name)))
}

/// A client that shows the certificate `name`.
fn client(name: &str) -> reqwest::Client {
    crate::simulator::keys::client(certificates(), Some(name)).unwrap()
}

/// Whose messages the gateway believes.
fn bureau_policy(now: DateTime<Utc>) -> TrustPolicy {
    let anchors = read(certificate_file(certificates(), SIGNING_CA));
    let anchors = X509::stack_from_pem(&anchors).unwrap();
    let mut policy = TrustPolicy::new(anchors, MESSAGE_NAMESPACES[0], now);
    let others = MESSAGE_NAMESPACES[1..].iter();
    policy
        .allowed_namespaces
        .extend(others.map(|&namespace| namespace.to_owned()));
    policy
}

/// A bureau, a gateway that only listens, and a clock between them.
struct Scene {
    clock: ManualClock,
    gateway: FakeGateway,
    bureau: Bureau,
    client: reqwest::Client,
}

impl Scene {
    fn open(settings: BureauSettings) -> Self {
        let clock = ManualClock::at(monday());
        let gateway = FakeGateway::open(|_| (202, String::new()));
        let keys = BureauKeys::from_dir(certificates()).unwrap();
        let bureau = Bureau::open(settings, keys, Clock::Manual(clock.clone())).unwrap();
        bureau.speak_to(&gateway.url);
        Self {
            clock,
            gateway,
            bureau,
            client: client(GATEWAY_TO_BUREAU),
        }
    }

    fn misbehaving(misbehaviour: Misbehaviour) -> Self {
        Self::open(BureauSettings {
            plan: Plan::always(misbehaviour),
            rates: FailureRates::NONE,
            hold: Duration::from_millis(50),
            ..BureauSettings::honest(CODE, 1)
        })
    }

    fn now(&self) -> DateTime<Utc> {
        Clock::Manual(self.clock.clone()).now()
    }

    async fn put(&self, number: &str, order: &[u8]) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/orders/{number}", self.bureau.url());
        self.client.put(url).body(order.to_vec()).send().await
    }

    /// Puts an order and reads the receipt that the answer carries.
    async fn receipt(&self, number: &str, order: &[u8]) -> (StatusCode, Receipt) {
        let answer = self.put(number, order).await.unwrap();
        let status = answer.status();
        let body = answer.bytes().await.unwrap();
        let (message, _) = read_message(&*body, &bureau_policy(self.now())).unwrap();
        let Message::Receipt(receipt) = message else {
            panic!("an acknowledgement instead of a receipt");
        };
        (status, receipt)
    }

    /// Works until nothing is due for a week, the clock going from one due instant to the next.
    async fn run(&self) -> Vec<Seen> {
        let end = self.now() + TimeDelta::days(10);
        while let Some(next_at) = self.bureau.work().await.unwrap().next_at {
            let wait = (next_at - self.now()).to_std().unwrap_or_default();
            assert!(self.now() + wait < end, "everything ends");
            self.clock.advance(wait);
        }
        self.gateway.take_seen()
    }

    /// The documents that a gateway believes, and how many it would refuse.
    fn believed(&self, seen: &[Seen]) -> (Vec<Message>, Vec<&'static str>) {
        let mut refused = Vec::new();
        let mut believed = Vec::new();
        for request in seen {
            assert_eq!(request.target, "/v1/bureau/messages");
            match read_message(&*request.body, &bureau_policy(self.now())) {
                Ok((message, _)) => believed.push(message),
                Err(ReadError::Refused(refusal)) => refused.push(refusal.code),
                Err(ReadError::Source(error)) => panic!("{error}"),
            }
        }
        (believed, refused)
    }

    async fn close(self) {
        self.bureau.close().await;
        self.gateway.close().await;
    }
}

fn people(count: usize) -> Vec<Person> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let mut people = People::new(Random::seeded(5));
    (0..count).map(|_| people.person(30, day)).collect()
}

struct Draft<'a> {
    number: &'a str,
    applications: &'a [&'a str],
    test: bool,
    bureau: &'a str,
}

impl<'a> Draft<'a> {
    fn new(number: &'a str, applications: &'a [&'a str]) -> Self {
        Self {
            number,
            applications,
            test: true,
            bureau: CODE,
        }
    }

    /// Signs the order as the gateway does.
    fn signed(&self) -> Vec<u8> {
        let (chain, key) = pem(GATEWAY_SEAL);
        let seal = PemKey::from_pem(&key, &chain).unwrap();
        let header = OrderHeader {
            number: self.number.to_owned(),
            message_id: Random::seeded(sha256(self.number.as_bytes())[0].into()).uuid(monday()),
            bureau: self.bureau.to_owned(),
            product: Product::Cei,
            test: self.test,
            created_at: monday(),
            line_count: u32::try_from(self.applications.len()).unwrap(),
            replaces: None,
        };
        let mut writer = OrderWriter::begin(Vec::new(), &seal, &header).unwrap();
        let random = Random::seeded(1);
        let face = STANDARD.encode(pictures::small_face().bytes);
        let finger = STANDARD.encode(pictures::signature(&random).bytes);
        let people = people(self.applications.len());
        for (line_no, (number, person)) in (1..).zip(self.applications.iter().zip(&people)) {
            writer
                .line(&line(line_no, number, person, &face, &finger))
                .unwrap();
        }
        writer.finish(monday()).unwrap().0
    }
}

fn line<'a>(
    line_no: u32,
    application_number: &'a str,
    person: &'a Person,
    face: &'a str,
    finger: &'a str,
) -> OrderLine<'a> {
    let office = OfficeData {
        code: "CLJ-02",
        name: "SPCLEP Cluj-Napoca",
    };
    let image = |media_type, base64| ImageData { media_type, base64 };
    OrderLine {
        line_no,
        application_number,
        attempt: 1,
        office,
        delivery_office: office,
        deadline_on: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
        card_reason: CardReason::Expiry,
        validity: Validity::Years(10),
        applicant: ApplicantData {
            surname: &person.surname,
            given_names: &person.given_names,
            cnp: &person.cnp,
            sex: person.sex.as_str(),
            birth_on: person.birth_on,
            birth_place: &person.birth_place,
            citizenship: "ROU",
            mother_given_names: None,
            father_given_names: None,
            domicile: AddressData {
                county: person.address.county,
                siruta: person.address.siruta,
                locality: person.address.locality,
                street: None,
                number: None,
                postal_code: None,
            },
        },
        biometrics: BiometricData {
            face: image("image/jpeg", face),
            signature: None,
            signature_missing: Some("UNABLE_TO_SIGN"),
            fingers: vec![FingerData {
                position: "RIGHT_INDEX",
                image: image("image/jp2", finger),
            }],
            fingers_missing: Some("TEMPORARILY_IMPOSSIBLE"),
        },
    }
}

/// The words of believed acknowledgements: line, sequence, status.
fn words(messages: &[Message]) -> Vec<(u32, u32, LineEvent)> {
    messages
        .iter()
        .filter_map(|message| match message {
            Message::Acknowledgement(document) => Some(&document.entries),
            _ => None,
        })
        .flatten()
        .map(|entry| (entry.line_no, entry.sequence, entry.status))
        .collect()
}

const WHOLE_LIFE: [LineEvent; 5] = [
    LineEvent::LineReceived,
    LineEvent::LineAccepted,
    LineEvent::ProductionBegun,
    LineEvent::CardMade,
    LineEvent::ParcelShipped,
];

#[tokio::test]
async fn an_order_is_taken_and_its_cards_are_made_and_shipped() {
    let copies = tempfile::tempdir().unwrap();
    let scene = Scene::open(BureauSettings {
        rates: FailureRates::NONE,
        dir: Some(copies.path().to_owned()),
        ..BureauSettings::honest(CODE, 1)
    });
    let order = Draft::new("CEI-O-1", &["A-1", "A-2"]).signed();
    let (status, receipt) = scene.receipt("CEI-O-1", &order).await;
    assert_eq!((status, receipt.outcome), (StatusCode::OK, Outcome::Ok));
    assert_eq!(receipt.order_sha256, sha256(&order));
    assert_eq!(receipt.line_count, Some(2));

    let seen = scene.run().await;
    let (messages, refused) = scene.believed(&seen);
    assert!(refused.is_empty());
    for line in [1, 2] {
        let mut told: Vec<_> = words(&messages)
            .into_iter()
            .filter(|word| word.0 == line)
            .collect();
        told.sort();
        let expected: Vec<_> = (1..).zip(WHOLE_LIFE).map(|(n, e)| (line, n, e)).collect();
        assert_eq!(told, expected);
    }
    let ledger = scene.bureau.ledger();
    assert_eq!(
        (ledger.orders, ledger.lines, ledger.shipped_cards),
        (1, 2, 2)
    );
    let cards = [("A-1", 1), ("A-2", 1)].map(|(number, cards)| (number.to_owned(), cards));
    assert_eq!(ledger.cards, BTreeMap::from(cards));
    assert!(ledger.duplicates.is_empty() && ledger.misbehaved.is_empty());
    assert_eq!(read(copies.path().join("orders/CEI-O-1.xml")), order);
    let kept = std::fs::read_dir(copies.path().join("acknowledgements")).unwrap();
    assert_eq!(u64::try_from(kept.count()).unwrap(), ledger.documents);
    scene.close().await;
}

#[tokio::test]
async fn an_order_that_is_not_as_it_should_be_gets_a_negative_receipt_with_the_reason() {
    let scene = Scene::open(BureauSettings::honest(CODE, 1));
    let good = Draft::new("CEI-O-1", &["A-1"]).signed();
    let text = String::from_utf8(good.clone()).unwrap();
    let production = Draft {
        test: false,
        ..Draft::new("CEI-O-3", &["A-1"])
    };
    let elsewhere = Draft {
        bureau: "OTHER",
        ..Draft::new("CEI-O-4", &["A-1"])
    };
    for (number, order, reason) in [
        ("CEI-O-1", text.replace("A-1", "A-9").into_bytes(), 101),
        ("CEI-O-2", good.clone(), 104),
        ("CEI-O-3", production.signed(), 109),
        ("CEI-O-4", elsewhere.signed(), 110),
        ("CEI-O-5", good[..good.len() / 2].to_vec(), 104),
    ] {
        let (status, receipt) = scene.receipt(number, &order).await;
        assert_eq!(status, StatusCode::OK);
        let Outcome::Rejected(reasons) = receipt.outcome else {
            panic!("{number} was taken");
        };
        assert_eq!(reasons[0].code, reason, "{number}: {}", reasons[0].text);
    }
    assert_eq!(scene.bureau.ledger().orders, 0);
    assert_eq!(scene.bureau.work().await.unwrap().next_at, None);
    scene.close().await;
}

#[tokio::test]
async fn the_same_bytes_get_the_same_receipt_and_other_bytes_a_conflict() {
    let scene = Scene::open(BureauSettings::honest(CODE, 1));
    let order = Draft::new("CEI-O-1", &["A-1"]).signed();
    let first = scene.receipt("CEI-O-1", &order).await;
    assert_eq!(scene.receipt("CEI-O-1", &order).await, first);
    let other = Draft::new("CEI-O-1", &["A-2"]).signed();
    let (status, receipt) = scene.receipt("CEI-O-1", &other).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(matches!(receipt.outcome, Outcome::Rejected(reasons) if reasons[0].code == 105));
    let ledger = scene.bureau.ledger();
    assert_eq!((ledger.orders, ledger.lines), (1, 1));
    assert_eq!((ledger.repeated_orders, ledger.conflicting_orders), (1, 1));
    scene.close().await;
}

#[tokio::test]
async fn a_second_line_for_one_application_is_refused_and_remembered() {
    let scene = Scene::open(BureauSettings {
        rates: FailureRates::NONE,
        ..BureauSettings::honest(CODE, 1)
    });
    for number in ["CEI-O-1", "CEI-O-2"] {
        let order = Draft::new(number, &["A-1"]).signed();
        assert_eq!(scene.receipt(number, &order).await.1.outcome, Outcome::Ok);
    }
    scene.run().await;
    let ledger = scene.bureau.ledger();
    assert_eq!(ledger.duplicates, ["A-1"]);
    assert_eq!(ledger.cards["A-1"], 1);
    assert_eq!(ledger.refused_lines, BTreeMap::from([(208, 1)]));
    scene.close().await;
}

#[tokio::test]
async fn nobody_but_the_gateway_is_let_in() {
    let scene = Scene::open(BureauSettings::honest(CODE, 1));
    let url = format!("{}/orders/CEI-O-1", scene.bureau.url());
    let stranger = client(CHANNEL_SELFPAY).put(&url).body("x").send().await;
    assert!(stranger.is_err());
    assert!(scene.put("CEI-O-1", b"x").await.is_ok());
    assert_eq!(scene.put("..%2Fx", b"x").await.unwrap().status(), 404);
    scene.close().await;
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_gets_every_document_in_the_end() {
    let scene = Scene::open(BureauSettings {
        rates: FailureRates::NONE,
        ..BureauSettings::honest(CODE, 1)
    });
    let deaf = FakeGateway::open(|_| (503, String::new()));
    scene.bureau.speak_to(&deaf.url);
    let order = Draft::new("CEI-O-1", &["A-1"]).signed();
    scene.receipt("CEI-O-1", &order).await;
    scene.clock.advance(Duration::from_hours(6));
    scene.bureau.work().await.unwrap();
    let unposted = scene.bureau.unposted();
    assert!(unposted > 0);
    assert_eq!(deaf.take_seen().len(), 1, "one try, then rest");
    assert_eq!(scene.bureau.work().await.unwrap().acted, 0);
    scene.bureau.speak_to(&scene.gateway.url);
    let seen = scene.run().await;
    let (messages, _) = scene.believed(&seen);
    assert_eq!(words(&messages).len(), WHOLE_LIFE.len());
    deaf.close().await;
    scene.close().await;
}

#[tokio::test]
async fn each_bad_answer_is_followed_by_the_honest_one() {
    use Misbehaviour::*;
    for misbehaviour in [
        Answer500,
        TimeOut,
        Silent,
        LateReceipt,
        RefuseOrder,
        AcceptThen500,
    ] {
        let scene = Scene::misbehaving(misbehaviour);
        let order = Draft::new("CEI-O-1", &["A-1"]).signed();
        if misbehaviour == RefuseOrder {
            let (_, receipt) = scene.receipt("CEI-O-1", &order).await;
            assert!(
                matches!(receipt.outcome, Outcome::Rejected(reasons) if reasons[0].code == 104)
            );
        } else {
            let answer = scene.put("CEI-O-1", &order).await.unwrap();
            let expected = match misbehaviour {
                Answer500 | AcceptThen500 => 500,
                TimeOut => 504,
                _ => 202,
            };
            assert_eq!(answer.status(), expected, "{misbehaviour}");
            assert!(answer.bytes().await.unwrap().is_empty());
        }
        if misbehaviour == LateReceipt {
            scene.clock.advance(Duration::from_mins(40));
            scene.bureau.work().await.unwrap();
            let seen = scene.gateway.take_seen();
            let (messages, _) = scene.believed(&seen);
            assert!(
                messages
                    .iter()
                    .any(|one| matches!(one, Message::Receipt(_)))
            );
        }
        let (status, receipt) = scene.receipt("CEI-O-1", &order).await;
        assert_eq!((status, receipt.outcome), (StatusCode::OK, Outcome::Ok));
        let ledger = scene.bureau.ledger();
        assert_eq!(ledger.orders, 1, "{misbehaviour}");
        assert_eq!(ledger.misbehaved, BTreeMap::from([(misbehaviour, 1)]));
        scene.close().await;
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_followed_by_an_honest_answer() {
    for (misbehaviour, repeated) in [(Misbehaviour::CutBody, 0), (Misbehaviour::CutAnswer, 1)] {
        let scene = Scene::misbehaving(misbehaviour);
        let order = Draft::new("CEI-O-1", &["A-1"]).signed();
        let broken = match scene.put("CEI-O-1", &order).await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(broken, "{misbehaviour}");

        let (status, receipt) = scene.receipt("CEI-O-1", &order).await;

        assert_eq!((status, receipt.outcome), (StatusCode::OK, Outcome::Ok));
        let ledger = scene.bureau.ledger();
        assert_eq!((ledger.orders, ledger.repeated_orders), (1, repeated));
        assert_eq!(ledger.misbehaved, BTreeMap::from([(misbehaviour, 1)]));
        scene.close().await;
    }
}

#[tokio::test]
async fn a_refused_handshake_is_followed_by_one_that_succeeds() {
    let scene = Scene::misbehaving(Misbehaviour::RefuseConnection);
    assert!(scene.put("CEI-O-1", b"x").await.is_err());
    assert!(scene.put("CEI-O-1", b"x").await.is_ok());
    let misbehaved = scene.bureau.ledger().misbehaved;
    assert_eq!(misbehaved[&Misbehaviour::RefuseConnection], 1);
    scene.close().await;
}

/// What the gateway gets from a bureau that posts every document in one wrong way: the messages
/// that it believes and the codes of those that it does not.
async fn posted(misbehaviour: Misbehaviour) -> (Vec<Message>, Vec<&'static str>) {
    let scene = Scene::misbehaving(misbehaviour);
    let order = Draft::new("CEI-O-1", &["A-1"]).signed();
    scene.receipt("CEI-O-1", &order).await;
    let seen = scene.run().await;
    let found = scene.believed(&seen);
    let documents = scene.bureau.ledger().documents;
    assert_eq!(
        scene.bureau.ledger().misbehaved[&misbehaviour],
        documents,
        "an occasion for each document"
    );
    scene.close().await;
    found
}

fn distinct(messages: &[Message]) -> usize {
    let mut words = words(messages);
    words.sort();
    words.dedup();
    words.len()
}

#[tokio::test]
async fn documents_are_repeated_and_reordered() {
    let (messages, refused) = posted(Misbehaviour::RepeatDocument).await;
    assert!(refused.is_empty());
    assert_eq!(words(&messages).len(), 2 * WHOLE_LIFE.len());
    assert_eq!(distinct(&messages), WHOLE_LIFE.len());

    let (messages, refused) = posted(Misbehaviour::ReorderDocuments).await;
    assert!(refused.is_empty());
    assert_eq!(words(&messages).len(), WHOLE_LIFE.len());
}

#[tokio::test]
async fn a_reordered_document_comes_after_a_later_one() {
    let settings = BureauSettings {
        rates: FailureRates::NONE,
        plan: Plan::always(Misbehaviour::ReorderDocuments),
        ..BureauSettings::honest(CODE, 1)
    };
    let scene = Scene::open(settings);
    let order = Draft::new("CEI-O-1", &["A-1"]).signed();
    scene.receipt("CEI-O-1", &order).await;
    scene.clock.advance(Duration::from_mins(30));
    scene.bureau.work().await.unwrap();
    scene.bureau.set_plan(Plan::honest());
    let seen = scene.run().await;
    let (messages, _) = scene.believed(&seen);
    let sequences: Vec<u32> = words(&messages).into_iter().map(|word| word.1).collect();
    assert_eq!(sequences, [2, 1, 3, 4, 5]);
    scene.close().await;
}

#[tokio::test]
async fn what_cannot_be_believed_comes_again_rightly() {
    for (misbehaviour, code) in [
        (Misbehaviour::TruncateDocument, "TRUNCATED"),
        (Misbehaviour::WrongSignature, "CERTIFICATE_UNTRUSTED"),
        (Misbehaviour::MiscountDocument, "TOTALS_DISAGREE"),
    ] {
        let (messages, refused) = posted(misbehaviour).await;
        assert_eq!(words(&messages).len(), WHOLE_LIFE.len(), "{misbehaviour}");
        assert!(!refused.is_empty());
        assert!(refused.iter().all(|found| *found == code), "{refused:?}");
    }
}

#[tokio::test]
async fn documents_of_the_other_environment_carry_its_flag() {
    let (messages, refused) = posted(Misbehaviour::WrongTestFlag).await;
    assert!(refused.is_empty());
    let (right, wrong): (Vec<_>, Vec<_>) = messages.into_iter().partition(
        |message| matches!(message, Message::Acknowledgement(document) if document.test),
    );
    assert_eq!(right.len(), wrong.len());
    assert_eq!(words(&right).len(), WHOLE_LIFE.len());
}

#[tokio::test]
async fn words_on_unknown_lines_and_contradictions_are_told_beside_the_truth() {
    let (messages, _) = posted(Misbehaviour::UnknownLine).await;
    let stray = messages.iter().filter(|message| {
        matches!(message, Message::Acknowledgement(document)
            if document.entries[0].order_number == "NOBODYS-ORDER")
    });
    assert_eq!(stray.count() * 2, messages.len());

    let (messages, _) = posted(Misbehaviour::ConflictingWord).await;
    let mut hashes: BTreeMap<u32, Vec<[u8; 32]>> = BTreeMap::new();
    for message in &messages {
        if let Message::Acknowledgement(document) = message {
            for entry in &document.entries {
                hashes.entry(entry.sequence).or_default().push(entry.hash());
            }
        }
    }
    assert!(
        hashes
            .values()
            .all(|said| said.len() == 2 && said[0] != said[1])
    );
}
