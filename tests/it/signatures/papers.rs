//! Every kind of document that is signed, about people who do not exist.

use cei_gateway::bureau::acknowledgement::{
    Acknowledgement, Entry, Shipment, ShippedCard, write_acknowledgement,
};
use cei_gateway::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity,
};
use cei_gateway::bureau::receipt::{Outcome, Receipt, ReceiptReason, write_receipt};
use cei_gateway::domain::acknowledgement::LineEvent;
use cei_gateway::domain::application::{CardReason, Product};
use cei_gateway::random::Random;
use cei_gateway::xmldsig::key::SigningKey;
use cei_gateway::xmldsig::sign::SignedWriter;
use uuid::Uuid;

use crate::signatures::parties::noon;

/// A document with its name.
pub(super) type Paper = (&'static str, Vec<u8>);

/// One of each kind, and some that no application would ever write.
pub(super) fn papers(key: &dyn SigningKey) -> Vec<Paper> {
    let reason = ReceiptReason {
        code: 104,
        text: "fișierul nu respectă schema <order-1.xsd>".to_owned(),
    };
    vec![
        ("order", order(key)),
        ("receipt", receipt(key, Outcome::Ok)),
        ("refusal", receipt(key, Outcome::Rejected(vec![reason]))),
        ("acknowledgement", acknowledgement(key)),
        ("generated-1", generated(key, 1, NAMES)),
        ("generated-2", generated(key, 2, NAMES)),
        ("generated-3", generated(key, 3, NAMES)),
    ]
}

/// A document with names that are not ASCII. signxml cannot read one: it passes documents on to
/// itself in ASCII, and a name has no character references.
pub(super) fn paper_with_foreign_names(key: &dyn SigningKey) -> Paper {
    ("foreign names", generated(key, 4, FOREIGN_NAMES))
}

fn order(key: &dyn SigningKey) -> Vec<u8> {
    let header = OrderHeader {
        number: "CNIN-20260302-1".to_owned(),
        message_id: Uuid::from_u128(1),
        bureau: "CNIN".to_owned(),
        product: Product::Cei,
        test: true,
        created_at: noon(),
        line_count: 2,
        replaces: None,
    };
    let mut order = OrderWriter::begin(Vec::new(), key, &header).expect("an order");
    order.line(&line(1, "CJ-2026-0000001")).expect("a line");
    order.line(&line(2, "CJ-2026-0000002")).expect("a line");
    order.finish(noon()).expect("signed").0
}

fn line(line_no: u32, application_number: &str) -> OrderLine<'_> {
    let office = OfficeData {
        code: "CJ-CLUJ",
        name: "SPCLEP Cluj-Napoca",
    };
    let day = |text: &str| text.parse().expect("a day");
    OrderLine {
        line_no,
        application_number,
        attempt: 1,
        office,
        delivery_office: office,
        deadline_on: day("2026-04-01"),
        card_reason: CardReason::Expiry,
        validity: Validity::Years(10),
        applicant: ApplicantData {
            surname: "ȘTEFĂNESCU-POP",
            given_names: "Ana Măriuța",
            cnp: "2900517121232",
            sex: "F",
            birth_on: day("1990-05-17"),
            birth_place: "Jud. CJ Mun. Cluj-Napoca",
            citizenship: "ROU",
            mother_given_names: Some("Ioana"),
            father_given_names: None,
            domicile: AddressData {
                county: "CJ",
                siruta: 54975,
                locality: "Cluj-Napoca",
                street: Some("Str. „Horea” & Cloșca"),
                number: Some("nr. 7, bl. A<2>"),
                postal_code: Some("400174"),
            },
        },
        biometrics: biometrics(),
    }
}

fn biometrics() -> BiometricData<'static> {
    let image = |media_type| ImageData {
        media_type,
        base64: "bm90IGEgcGljdHVyZQ==",
    };
    BiometricData {
        face: image("image/jpeg"),
        signature: Some(image("image/png")),
        signature_missing: None,
        fingers: vec![FingerData {
            position: "RIGHT_INDEX",
            image: image("image/x-wsq"),
        }],
        fingers_missing: Some("TEMPORARILY_IMPOSSIBLE"),
    }
}

fn receipt(key: &dyn SigningKey, outcome: Outcome) -> Vec<u8> {
    let receipt = Receipt {
        message_id: Uuid::from_u128(2),
        bureau: "CNIN".to_owned(),
        test: true,
        created_at: noon(),
        order_number: "CNIN-20260302-1".to_owned(),
        order_sha256: [7; 32],
        in_reply_to: Some(Uuid::from_u128(1)),
        line_count: Some(2),
        outcome,
    };
    let written = write_receipt(Vec::new(), key, &receipt, noon());
    written.expect("a receipt").0
}

fn acknowledgement(key: &dyn SigningKey) -> Vec<u8> {
    let entry = |line_no: u32, status, reason| Entry {
        order_number: "CNIN-20260302-1".to_owned(),
        line_no,
        application_number: format!("CJ-2026-000000{line_no}"),
        sequence: 1,
        status,
        occurred_at: noon(),
        reason,
        document_number: None,
        consignment: None,
    };
    let shipment = Shipment {
        consignment: "AWB1".to_owned(),
        parcel: "1/1".to_owned(),
        office_code: "CJ-CLUJ".to_owned(),
        cards: vec![ShippedCard {
            application_number: "CJ-2026-0000003".to_owned(),
            document_number: "CJ000003".to_owned(),
        }],
    };
    let words = Acknowledgement {
        message_id: Uuid::from_u128(3),
        bureau: "CNIN".to_owned(),
        test: true,
        created_at: noon(),
        entries: vec![
            entry(1, LineEvent::LineAccepted, None),
            entry(2, LineEvent::LineRejected, Some(201)),
        ],
        shipments: vec![shipment],
    };
    let written = write_acknowledgement(Vec::new(), key, &words, noon());
    written.expect("an acknowledgement").0
}

/// What is hard to canonicalise: it must come out the same at whoever hashes it.
const TEXTS: &[&str] = &[
    "",
    " ",
    "\n\t",
    "a\r\nb\rc",
    "<&>\"'",
    "]]>",
    "Ș Ț ă â î €",
    "\u{1F600}\u{10FFFD}",
    "e\u{301} \u{e9}",
    "\u{85}\u{2028}\u{a0}",
];
const NAMES: &[&str] = &["line", "a-b.c", "_x", "Element", "ds", "Signature"];
const FOREIGN_NAMES: &[&str] = &["număr", "line", "Ștampilă", "数字"];

/// A document that was drawn by lot.
fn generated(key: &dyn SigningKey, seed: u64, names: &[&str]) -> Vec<u8> {
    let random = Random::seeded(seed);
    let text = || TEXTS[draw(&random, TEXTS.len())];
    let name = || names[draw(&random, names.len())];
    let root = [("z", text()), (names[0], text())];
    let mut xml = SignedWriter::new(Vec::new(), key, "document", "urn:test:generated", &root)
        .expect("a root");
    let mut open = 0_usize;
    for _ in 0..200 {
        match draw(&random, 5) {
            0 if open < 20 => {
                xml.start(name(), &[("b", text()), ("a", text())])
                    .expect("an element");
                open += 1;
            }
            1 if open > 0 => {
                xml.end().expect("an end");
                open -= 1;
            }
            2 => xml.newline().expect("a newline"),
            3 => xml.element(name(), &[], text()).expect("an element"),
            _ => xml.text(text()).expect("text"),
        }
    }
    for _ in 0..open {
        xml.end().expect("an end");
    }
    xml.finish(noon(), "application/xml").expect("signed").0
}

fn draw(random: &Random, below: usize) -> usize {
    let below = u64::try_from(below).expect("few");
    usize::try_from(random.below(below)).expect("fewer")
}
