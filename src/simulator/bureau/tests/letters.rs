//! Letters of the gateway to the bureau: what it answers, what it refuses, and how it misbehaves.

use uuid::Uuid;

use super::*;
use crate::bureau::acknowledgement::Entry;
use crate::bureau::cancel_answer::CancelAnswer;
use crate::bureau::cancel_request::{CancelLine, CancelRequest, write_cancel_request};
use crate::bureau::complaint::{Complaint, write_complaint};
use crate::bureau::complaint_decision::{ComplaintOutcome, Payer};
use crate::bureau::inquiry::{Inquiry, write_inquiry};
use crate::bureau::inquiry_answer::{Held, InquiryAnswer};
use crate::bureau::letter::Letter as GatewayLetter;
use crate::bureau::technical_error::{About, TechnicalError, write_technical_error};
use crate::simulator::bureau::settings::{ComplaintRule, Erasures};
use LineEvent::*;

const ORDER: &str = "CEI-O-1";

/// Signs a letter as the gateway does.
fn signed(letter: &GatewayLetter) -> Vec<u8> {
    let (chain, key) = pem(GATEWAY_SEAL);
    let key = PemKey::from_pem(&key, &chain).unwrap();
    let (sink, at) = (Vec::new(), monday());
    let written = match letter {
        GatewayLetter::Inquiry(one) => write_inquiry(sink, &key, one, at),
        GatewayLetter::CancelRequest(one) => write_cancel_request(sink, &key, one, at),
        GatewayLetter::Complaint(one) => write_complaint(sink, &key, one, at),
        GatewayLetter::TechnicalError(one) => write_technical_error(sink, &key, one, at),
    };
    written.unwrap().0
}

fn order_id() -> Uuid {
    Random::seeded(sha256(ORDER.as_bytes())[0].into()).uuid(monday())
}

fn inquiry(id: u128, order: &[u8]) -> GatewayLetter {
    GatewayLetter::Inquiry(Inquiry {
        message_id: Uuid::from_u128(id),
        bureau: CODE.to_owned(),
        test: true,
        created_at: monday(),
        order_number: ORDER.to_owned(),
        order_sha256: sha256(order),
        order_message_id: order_id(),
    })
}

fn cancel(id: u128, order: &[u8], lines: &[(u32, &str)]) -> GatewayLetter {
    let line = |(line_no, number): &(u32, &str)| CancelLine {
        line_no: *line_no,
        application_number: (*number).to_owned(),
        reason: 604,
    };
    GatewayLetter::CancelRequest(CancelRequest {
        message_id: Uuid::from_u128(id),
        bureau: CODE.to_owned(),
        test: true,
        created_at: monday(),
        order_number: ORDER.to_owned(),
        order_sha256: sha256(order),
        order_message_id: order_id(),
        lines: lines.iter().map(line).collect(),
    })
}

fn complaint(id: u128, document_number: &str) -> GatewayLetter {
    GatewayLetter::Complaint(Complaint {
        message_id: Uuid::from_u128(id),
        bureau: CODE.to_owned(),
        test: true,
        created_at: monday(),
        order_number: ORDER.to_owned(),
        line_no: 1,
        application_number: "A-1".to_owned(),
        document_number: document_number.to_owned(),
        code: 702,
        text: None,
        noticed_at: monday(),
    })
}

fn error(id: u128) -> TechnicalError {
    TechnicalError {
        message_id: Uuid::from_u128(id),
        bureau: CODE.to_owned(),
        test: true,
        created_at: monday(),
        about: About {
            sha256: [7; 32],
            message_id: None,
        },
        code: 104,
        text: "not well-formed".to_owned(),
    }
}

impl Scene {
    fn honest() -> Self {
        Self::open(BureauSettings {
            rates: FailureRates::NONE,
            ..BureauSettings::honest(CODE, 1)
        })
    }

    async fn put_bytes(&self, id: Uuid, bytes: &[u8]) -> (StatusCode, Vec<u8>) {
        let url = format!("{}/messages/{id}", self.bureau.url());
        let sent = self.client.put(url).body(bytes.to_vec()).send().await;
        let answer = sent.unwrap();
        let status = answer.status();
        (status, answer.bytes().await.unwrap().to_vec())
    }

    fn understood(&self, bytes: &[u8]) -> Message {
        read_message(bytes, &bureau_policy(self.now())).unwrap().0
    }

    async fn answer(&self, letter: &GatewayLetter) -> Message {
        let bytes = signed(letter);
        let (status, bytes) = self.put_bytes(letter.message_id(), &bytes).await;
        assert_eq!(status, StatusCode::OK);
        self.understood(&bytes)
    }

    /// The answer to letter number 1, sent again in the same bytes.
    async fn answer_again(&self, letter: &[u8]) -> Message {
        let (status, bytes) = self.put_bytes(Uuid::from_u128(1), letter).await;
        assert_eq!(status, StatusCode::OK);
        self.understood(&bytes)
    }

    async fn inquire(&self, id: u128, order: &[u8]) -> InquiryAnswer {
        match self.answer(&inquiry(id, order)).await {
            Message::InquiryAnswer(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    async fn cancel(&self, id: u128, order: &[u8], lines: &[(u32, &str)]) -> CancelAnswer {
        match self.answer(&cancel(id, order, lines)).await {
            Message::CancelAnswer(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// The reason of the error that a letter is answered with.
    async fn fault(&self, id: Uuid, bytes: &[u8]) -> (StatusCode, u16) {
        let (status, answer) = self.put_bytes(id, bytes).await;
        let Message::TechnicalError(error) = self.understood(&answer) else {
            panic!("no error");
        };
        assert_eq!(error.about.sha256, sha256(bytes));
        (status, error.code)
    }

    /// Lets the bureau speak until the cards are made, and puts what it said away.
    async fn wait(&self, hours: u64) -> Vec<Message> {
        self.clock.advance(Duration::from_hours(hours));
        while self.bureau.work().await.unwrap().acted > 0 {}
        let seen = self.gateway.take_seen();
        self.believed(&seen).0
    }
}

fn said(entries: &[Entry]) -> Vec<(u32, u32, LineEvent)> {
    entries
        .iter()
        .map(|entry| (entry.line_no, entry.sequence, entry.status))
        .collect()
}

#[tokio::test]
async fn an_order_that_never_came_is_unknown() {
    let scene = Scene::honest();

    let answer = scene.inquire(1, b"never sent").await;

    assert_eq!(answer.in_reply_to, Uuid::from_u128(1));
    assert_eq!(answer.order_number, ORDER);
    assert_eq!((answer.held, answer.entries), (Held::Unknown, Vec::new()));
    scene.close().await;
}

#[tokio::test]
async fn an_order_that_is_held_is_told_of_with_every_word_spoken_so_far() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1", "A-2"]).signed();
    scene.receipt(ORDER, &order).await;

    let first = scene.inquire(1, &order).await;
    let messages = scene.run().await;
    let later = scene.inquire(2, &order).await;

    let known = Held::Known {
        sha256: sha256(&order),
        message_id: order_id(),
        line_count: 2,
        outcome: Outcome::Ok,
    };
    assert_eq!((&first.held, first.entries), (&known, Vec::new()));
    assert_eq!(later.held, known);
    let (messages, _) = scene.believed(&messages);
    let mut told: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            Message::Acknowledgement(document) => Some(document.entries.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    told.sort_by_key(|entry| (entry.line_no, entry.sequence));
    assert_eq!(told.len(), 2 * WHOLE_LIFE.len());
    assert_eq!(later.entries, told, "the same words, hash for hash");
    scene.close().await;
}

#[tokio::test]
async fn an_inquiry_hears_words_that_were_due_although_nobody_posted_them() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1"]).signed();
    scene.receipt(ORDER, &order).await;
    scene.clock.advance(Duration::from_hours(8));

    let answer = scene.inquire(1, &order).await;

    assert_eq!(
        said(&answer.entries)[..2],
        [(1, 1, LineReceived), (1, 2, LineAccepted)]
    );
    scene.close().await;
}

#[tokio::test]
async fn a_line_that_is_not_begun_is_cancelled_and_may_be_ordered_again() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1", "A-2"]).signed();
    scene.receipt(ORDER, &order).await;

    let answer = scene.cancel(1, &order, &[(2, "A-2")]).await;
    let again = scene.cancel(2, &order, &[(2, "A-2")]).await;
    let second = Draft::new("CEI-O-2", &["A-2"]).signed();
    scene.receipt("CEI-O-2", &second).await;
    scene.run().await;

    assert_eq!(said(&answer.entries), [(2, 1, LineCancelled)]);
    assert_eq!(answer.entries[0].reason, Some(604));
    assert_eq!(again.entries, answer.entries, "one word, told twice");
    let ledger = scene.bureau.ledger();
    assert_eq!(ledger.cancelled_lines, 1);
    assert!(ledger.duplicates.is_empty());
    assert_eq!(
        ledger.cards,
        BTreeMap::from([("A-1".to_owned(), 1), ("A-2".to_owned(), 1)])
    );
    let words = scene.inquire(3, &order).await.entries;
    let of_second = words.iter().filter(|entry| entry.line_no == 2);
    assert_eq!(of_second.count(), 1, "nothing is said after the end");
    scene.close().await;
}

#[tokio::test]
async fn a_card_that_is_begun_is_made_and_the_numbers_go_on() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1"]).signed();
    scene.receipt(ORDER, &order).await;
    let mut before = Vec::new();
    for id in 100.. {
        scene.clock.advance(Duration::from_hours(1));
        before = scene.inquire(id, &order).await.entries;
        if before.len() == 3 {
            break;
        }
    }
    let answer = scene.cancel(2, &order, &[(1, "A-1")]).await;
    scene.run().await;
    let after = scene.inquire(3, &order).await.entries;

    assert_eq!(before.last().unwrap().status, ProductionBegun);
    assert_eq!(said(&answer.entries), [(1, 4, CancelCameTooLate)]);
    let expected = [
        LineReceived,
        LineAccepted,
        ProductionBegun,
        CancelCameTooLate,
        CardMade,
        ParcelShipped,
    ];
    let expected: Vec<_> = (1..).zip(expected).map(|(n, word)| (1, n, word)).collect();
    assert_eq!(said(&after), expected);
    assert_eq!(scene.bureau.ledger().cancels_too_late, 1);
    scene.close().await;
}

#[tokio::test]
async fn a_request_that_is_wrong_in_one_line_cancels_nothing() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1", "A-2"]).signed();
    scene.receipt(ORDER, &order).await;

    for (id, order, lines) in [
        (1, order.as_slice(), [(1, "A-1"), (2, "A-9")]),
        (2, order.as_slice(), [(1, "A-1"), (3, "A-2")]),
        (3, b"another".as_slice(), [(1, "A-1"), (2, "A-2")]),
    ] {
        let letter = cancel(id, order, &lines);
        let fault = scene.fault(letter.message_id(), &signed(&letter)).await;
        assert_eq!(fault, (StatusCode::OK, 108), "{id}");
    }

    let ledger = scene.bureau.ledger();
    assert_eq!(ledger.cancelled_lines, 0);
    assert_eq!(ledger.refused_letters, BTreeMap::from([(108, 3)]));
    scene.close().await;
}

#[tokio::test]
async fn a_complaint_is_decided_by_the_rule_and_only_about_cards_that_were_shipped() {
    let refused = ComplaintOutcome::Refused {
        reason: 707,
        text: "the card is as it should be".to_owned(),
    };
    for (rule, outcome, duplicates) in [
        (
            ComplaintRule::Admit(Payer::Warranty),
            ComplaintOutcome::Admitted {
                payer: Payer::Warranty,
            },
            0,
        ),
        (ComplaintRule::Refuse(707), refused, 1),
    ] {
        let scene = Scene::open(BureauSettings {
            complaints: rule,
            rates: FailureRates::NONE,
            ..BureauSettings::honest(CODE, 1)
        });
        let order = Draft::new(ORDER, &["A-1"]).signed();
        scene.receipt(ORDER, &order).await;
        let early = complaint(1, "CE0000001");
        let fault = scene.fault(early.message_id(), &signed(&early)).await;
        assert_eq!(fault, (StatusCode::OK, 108), "nothing was shipped yet");
        scene.run().await;

        let answer = scene.answer(&complaint(2, "CE0000001")).await;

        let Message::ComplaintDecision(decision) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(decision.in_reply_to, Uuid::from_u128(2));
        assert_eq!(decision.document_number, "CE0000001");
        assert_eq!(decision.outcome, outcome);
        // Only an admitted complaint lets the card be ordered again.
        let second = Draft::new("CEI-O-2", &["A-1"]).signed();
        scene.receipt("CEI-O-2", &second).await;
        assert_eq!(scene.bureau.ledger().duplicates.len(), duplicates);
        scene.close().await;
    }
}

#[tokio::test]
async fn the_same_letter_gets_the_same_answer_and_other_bytes_a_conflict() {
    let scene = Scene::honest();
    let order = Draft::new(ORDER, &["A-1"]).signed();
    scene.receipt(ORDER, &order).await;
    let letter = inquiry(1, &order);
    let bytes = signed(&letter);
    let first = scene.put_bytes(letter.message_id(), &bytes).await;
    scene.wait(80).await;

    assert_eq!(scene.put_bytes(letter.message_id(), &bytes).await, first);
    let other = signed(&inquiry(1, b"another order"));
    let fault = scene.fault(letter.message_id(), &other).await;
    assert_eq!(fault, (StatusCode::CONFLICT, 111));

    let ledger = scene.bureau.ledger();
    assert_eq!(
        (ledger.repeated_letters, ledger.conflicting_letters),
        (1, 1)
    );
    assert_eq!(ledger.letters, BTreeMap::from([("inquiry", 1)]));
    scene.close().await;
}

#[tokio::test]
async fn an_error_is_noted_and_never_answered_with_an_error() {
    let scene = Scene::honest();
    let letter = GatewayLetter::TechnicalError(error(1));
    let bytes = signed(&letter);
    let id = letter.message_id();
    let spoiled = String::from_utf8(bytes.clone()).unwrap();
    let spoiled = spoiled.replace("not well-formed", "very well-formed");
    let nothing = |status: StatusCode| (status, Vec::new());

    let taken = scene.put_bytes(id, &bytes).await;
    let again = scene.put_bytes(id, &bytes).await;
    let conflict = scene.put_bytes(id, spoiled.as_bytes()).await;
    let forged = scene
        .put_bytes(Uuid::from_u128(2), spoiled.as_bytes())
        .await;

    assert_eq!(taken, nothing(StatusCode::ACCEPTED));
    assert_eq!(again, taken);
    assert_eq!(conflict, nothing(StatusCode::CONFLICT));
    assert_eq!(forged, nothing(StatusCode::ACCEPTED));
    let ledger = scene.bureau.ledger();
    assert_eq!(ledger.errors_told, [104]);
    assert_eq!(ledger.refused_letters, BTreeMap::from([(101, 1)]));
    scene.close().await;
}

#[tokio::test]
async fn a_letter_that_is_not_as_it_should_be_is_refused_with_an_error() {
    let scene = Scene::honest();
    let good = inquiry(1, b"order");
    let GatewayLetter::Inquiry(inner) = good.clone() else {
        panic!("an inquiry");
    };
    let production = GatewayLetter::Inquiry(Inquiry {
        test: false,
        ..inner.clone()
    });
    let elsewhere = GatewayLetter::Inquiry(Inquiry {
        bureau: "OTHER".to_owned(),
        ..inner
    });
    let spoiled = String::from_utf8(signed(&good)).unwrap();
    let spoiled = spoiled.replace(ORDER, "CEI-O-9").into_bytes();
    let half = signed(&good);
    let half = &half[..half.len() / 2];
    let order = Draft::new(ORDER, &["A-1"]).signed();
    for (id, bytes, reason) in [
        (1, spoiled.as_slice(), 101),
        (1, half, 104),
        (1, order.as_slice(), 106),
        (1, &signed(&production), 109),
        (1, &signed(&elsewhere), 110),
        (2, &signed(&good), 104),
    ] {
        let fault = scene.fault(Uuid::from_u128(id), bytes).await;
        assert_eq!(fault, (StatusCode::OK, reason));
    }

    assert_eq!(scene.inquire(1, b"order").await.held, Held::Unknown);
    scene.close().await;
}

/// What a bureau that misbehaves in one way on letters answers at once, and what it posts later.
/// The letter, signed, is the second; it can be sent again.
async fn answered(misbehaviour: Misbehaviour) -> (Scene, Vec<u8>, StatusCode, Vec<u8>) {
    let scene = Scene::open(BureauSettings {
        rates: FailureRates::NONE,
        ..BureauSettings::honest(CODE, 1)
    });
    let order = Draft::new(ORDER, &["A-1"]).signed();
    scene.receipt(ORDER, &order).await;
    scene.run().await;
    scene.bureau.set_plan(Plan::always(misbehaviour));
    let letter = signed(&inquiry(1, &order));
    let (status, body) = scene.put_bytes(Uuid::from_u128(1), &letter).await;
    scene.bureau.set_plan(Plan::honest());
    assert_eq!(scene.bureau.ledger().misbehaved[&misbehaviour], 1);
    (scene, letter, status, body)
}

#[tokio::test]
async fn an_answer_that_stays_away_comes_later_or_when_it_is_asked_for_again() {
    use Misbehaviour::{AcceptThen500, LateAnswer, NoAnswer};
    for (misbehaviour, expected, posted) in [
        (LateAnswer, StatusCode::ACCEPTED, 1),
        (NoAnswer, StatusCode::ACCEPTED, 0),
        (AcceptThen500, StatusCode::INTERNAL_SERVER_ERROR, 0),
    ] {
        let (scene, letter, status, body) = answered(misbehaviour).await;
        assert_eq!((status, body.len()), (expected, 0), "{misbehaviour}");
        let later = scene.wait(1).await;
        assert_eq!(later.len(), posted, "{misbehaviour}");
        let again = scene.answer_again(&letter).await;
        assert!(matches!(&again, Message::InquiryAnswer(answer) if answer.entries.len() == 5));
        assert!(later.iter().all(|answer| *answer == again));
        scene.close().await;
    }
}

#[tokio::test]
async fn a_wrong_answer_is_followed_by_the_right_one() {
    let (scene, letter, _, body) = answered(Misbehaviour::AnswerForOther).await;
    let Message::InquiryAnswer(wrong) = scene.understood(&body) else {
        panic!("no answer");
    };
    assert_eq!(wrong.order_number, "NOBODYS-ORDER");
    assert_eq!(wrong.in_reply_to, Uuid::from_u128(1));
    let right = scene.answer_again(&letter).await;
    assert_eq!(scene.wait(1).await, [right]);
    scene.close().await;

    let (scene, letter, _, body) = answered(Misbehaviour::MiscountedAnswer).await;
    let refused = read_message(&*body, &bureau_policy(scene.now()));
    assert!(
        matches!(&refused, Err(ReadError::Refused(refusal)) if refusal.code == "TOTALS_DISAGREE"),
        "{refused:?}"
    );
    let right = scene.answer_again(&letter).await;
    assert_eq!(scene.wait(1).await, [right]);
    scene.close().await;
}

#[tokio::test]
async fn a_right_answer_may_be_contradicted_later() {
    let (scene, _, _, body) = answered(Misbehaviour::ContradictingAnswer).await;
    let Message::InquiryAnswer(right) = scene.understood(&body) else {
        panic!("no answer");
    };
    let later = scene.wait(1).await;
    let [Message::InquiryAnswer(wrong)] = later.as_slice() else {
        panic!("{later:?}");
    };
    assert_eq!(wrong.in_reply_to, right.in_reply_to);
    let (last, changed) = (right.entries.last(), wrong.entries.last());
    let (last, changed) = (last.unwrap(), changed.unwrap());
    assert_eq!(last.sequence, changed.sequence);
    assert_ne!(last.status, changed.status);
    assert_ne!(last.hash(), changed.hash());
    scene.close().await;
}

#[tokio::test]
async fn a_letter_is_not_lost_when_the_connection_is_cut() {
    for (misbehaviour, taken) in [(Misbehaviour::CutBody, 0), (Misbehaviour::CutAnswer, 1)] {
        let scene = Scene::misbehaving(misbehaviour);
        let order = Draft::new(ORDER, &["A-1"]).signed();
        scene.bureau.set_plan(Plan::honest());
        scene.receipt(ORDER, &order).await;
        scene.bureau.set_plan(Plan::always(misbehaviour));
        let letter = signed(&cancel(1, &order, &[(1, "A-1")]));
        let url = format!("{}/messages/{}", scene.bureau.url(), Uuid::from_u128(1));
        let broken = match scene.client.put(url).body(letter.clone()).send().await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(broken, "{misbehaviour}");
        assert_eq!(scene.bureau.ledger().cancelled_lines, taken);

        let Message::CancelAnswer(answer) = scene.answer_again(&letter).await else {
            panic!("no answer");
        };

        assert_eq!(said(&answer.entries), [(1, 1, LineCancelled)]);
        assert_eq!(scene.bureau.ledger().cancelled_lines, 1);
        scene.close().await;
    }
}

#[tokio::test]
async fn parcels_and_erasures_may_be_told_in_documents_of_their_own() {
    let scene = Scene::open(BureauSettings {
        rates: FailureRates::NONE,
        shipment_notices: true,
        erasures: Some(Erasures {
            after: TimeDelta::days(2),
            confirmations: true,
        }),
        ..BureauSettings::honest(CODE, 1)
    });
    let order = Draft::new(ORDER, &["A-1", "A-2"]).signed();
    scene.receipt(ORDER, &order).await;

    let seen = scene.run().await;
    let (messages, refused) = scene.believed(&seen);

    assert!(refused.is_empty());
    assert_eq!(words(&messages).len(), 2 * WHOLE_LIFE.len());
    let mut shipped = Vec::new();
    let mut erased = Vec::new();
    for message in &messages {
        match message {
            Message::Acknowledgement(document) => assert!(document.shipments.is_empty()),
            Message::ShipmentNotice(notice) => {
                let cards = notice.shipments.iter().flat_map(|parcel| &parcel.cards);
                shipped.extend(cards.map(|card| card.application_number.clone()));
            }
            Message::ErasureConfirmation(document) => erased.extend(document.entries()),
            other => panic!("{other:?}"),
        }
    }
    shipped.sort();
    assert_eq!(shipped, ["A-1", "A-2"]);
    let expected = [(1, 6, BiometricsErased), (2, 6, BiometricsErased)];
    assert_eq!(said(&erased), expected);
    let answer = scene.inquire(1, &order).await;
    assert!(erased.iter().all(|word| answer.entries.contains(word)));
    scene.close().await;
}
