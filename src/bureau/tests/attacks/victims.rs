//! One valid document of each kind, as the gateway and the bureau write them.

use std::io::{BufReader, Read};

use crate::bureau::acknowledgement::{
    Acknowledgement, Entry, Shipment, ShippedCard, read_acknowledgement, write_acknowledgement,
};
use crate::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity, read_order,
};
use crate::bureau::receipt::{Outcome, Receipt, read_receipt, write_receipt};
use crate::bureau::refusal::ReadError;
use crate::bureau::{ACKNOWLEDGEMENT_NAMESPACE, ORDER_NAMESPACE, RECEIPT_NAMESPACE};
use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{CardReason, Product};
use crate::xmldsig::fixtures::{KeyKind, Party, noon};
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::trust::TrustPolicy;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Order,
    Receipt,
    Acknowledgement,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Order, Self::Receipt, Self::Acknowledgement];

    pub(super) const fn namespace(self) -> &'static str {
        match self {
            Self::Order => ORDER_NAMESPACE,
            Self::Receipt => RECEIPT_NAMESPACE,
            Self::Acknowledgement => ACKNOWLEDGEMENT_NAMESPACE,
        }
    }

    pub(super) const fn root(self) -> &'static str {
        match self {
            Self::Order => "Order",
            Self::Receipt => "Receipt",
            Self::Acknowledgement => "Acknowledgement",
        }
    }

    /// A document of this kind, signed by `key`.
    pub(super) fn write(self, key: &dyn SigningKey) -> String {
        let document = match self {
            Self::Order => order(key),
            Self::Receipt => {
                write_receipt(Vec::new(), key, &receipt(), noon())
                    .unwrap()
                    .0
            }
            Self::Acknowledgement => {
                let written = write_acknowledgement(Vec::new(), key, &acknowledgement(), noon());
                written.unwrap().0
            }
        };
        String::from_utf8(document).unwrap()
    }

    /// Reads a document as one of this kind.
    pub(super) fn read(self, source: impl Read, policy: &TrustPolicy) -> Result<(), ReadError> {
        let mut source = BufReader::new(source);
        match self {
            Self::Order => read_order(&mut source, policy).map(drop),
            Self::Receipt => read_receipt(&mut source, policy).map(drop),
            Self::Acknowledgement => read_acknowledgement(&mut source, policy).map(drop),
        }
    }
}

/// A valid document, who signed it, and whom its reader trusts.
pub(super) struct Victim {
    pub(super) kind: Kind,
    pub(super) party: Party,
    pub(super) document: String,
}

impl Victim {
    pub(super) fn new(kind: Kind) -> Self {
        let party = Party::new(KeyKind::P256);
        let document = kind.write(&party.key());
        Self {
            kind,
            party,
            document,
        }
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        Kind::ALL.into_iter().map(Self::new)
    }

    pub(super) fn policy(&self) -> TrustPolicy {
        self.party.trust(self.kind.namespace())
    }

    /// The start tag of the root.
    pub(super) fn root_tag(&self) -> String {
        format!("<{} xmlns=\"{}\">", self.kind.root(), self.kind.namespace())
    }
}

fn order(key: &dyn SigningKey) -> Vec<u8> {
    let header = OrderHeader {
        number: "CEI-O-2026-000017".to_owned(),
        message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        product: Product::Cei,
        test: true,
        created_at: noon(),
        line_count: 2,
        replaces: None,
    };
    let mut order = OrderWriter::begin(Vec::new(), key, &header).unwrap();
    order.line(&line(1, "CEI-A-1")).unwrap();
    order.line(&line(2, "CEI-A-2")).unwrap();
    order.finish(noon()).unwrap().0
}

fn line(line_no: u32, application_number: &str) -> OrderLine<'_> {
    let office = OfficeData {
        code: "CJ-CLUJ",
        name: "SPCLEP Cluj-Napoca",
    };
    let image = |media_type, base64| ImageData { media_type, base64 };
    OrderLine {
        line_no,
        application_number,
        attempt: 1,
        office,
        delivery_office: office,
        deadline_on: "2026-04-01".parse().unwrap(),
        card_reason: CardReason::Expiry,
        validity: Validity::Years(10),
        applicant: applicant(),
        biometrics: BiometricData {
            face: image("image/jpeg", "ZmFjZQ=="),
            signature: Some(image("image/png", "aW5r")),
            signature_missing: None,
            fingers: vec![FingerData {
                position: "RIGHT_INDEX",
                image: image("image/x-wsq", "ZmluZ2Vy"),
            }],
            fingers_missing: Some("PERMANENTLY_IMPOSSIBLE"),
        },
    }
}

/// An invented person.
fn applicant() -> ApplicantData<'static> {
    ApplicantData {
        surname: "ȘTEFĂNESCU-POP",
        given_names: "Ana Măriuța",
        cnp: "2900517121232",
        sex: "F",
        birth_on: "1990-05-17".parse().unwrap(),
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
    }
}

fn receipt() -> Receipt {
    Receipt {
        message_id: "019527f0-2222-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: noon(),
        order_number: "CEI-O-2026-000017".to_owned(),
        order_sha256: [7; 32],
        in_reply_to: Some("019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap()),
        line_count: Some(2),
        outcome: Outcome::Ok,
    }
}

fn acknowledgement() -> Acknowledgement {
    let entry = |line_no| Entry {
        order_number: "CEI-O-2026-000017".to_owned(),
        line_no,
        application_number: format!("CEI-A-{line_no}"),
        sequence: 1,
        status: LineEvent::LineAccepted,
        occurred_at: noon(),
        reason: None,
        document_number: None,
        consignment: None,
    };
    let card = |number: u32| ShippedCard {
        application_number: format!("CEI-A-{number}"),
        document_number: format!("CJ{number:07}"),
    };
    Acknowledgement {
        message_id: "019527f0-3333-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: noon(),
        entries: vec![entry(1), entry(2)],
        shipments: vec![Shipment {
            consignment: "AWB-2026/118".to_owned(),
            parcel: "1/1".to_owned(),
            office_code: "CJ-TURDA".to_owned(),
            cards: vec![card(8), card(9)],
        }],
    }
}
