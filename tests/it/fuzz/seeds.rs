//! The seeds: small documents of the project's own, written again by `make bless`.

use std::fs;
use std::path::Path;

use cei_gateway::bureau::acknowledgement::{
    Acknowledgement, Entry, Shipment, ShippedCard, write_acknowledgement,
};
use cei_gateway::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity, read_order,
};
use cei_gateway::bureau::receipt::{Outcome, Receipt, write_receipt};
use cei_gateway::domain::acknowledgement::LineEvent;
use cei_gateway::domain::application::{CardReason, Product};
use cei_gateway::transport::certificates::{
    self, BUREAU_SEAL, SIGNING_CA, certificate_file, generate_development_certificates, key_file,
};
use cei_gateway::xmldsig::key::PemKey;
use chrono::{DateTime, Utc};

use crate::fuzz::properties;
use crate::kit::environment;

#[rustfmt::skip]
const XML: &[(&str, &str)] = &[
    ("attributes", "<a xmlns='urn:a' xmlns:p='urn:b' z='1' p:a='2' a=\" &#9;\t&lt;\"/>"),
    ("cdata", "<a xmlns='urn:a'><![CDATA[<&]]>]]&gt;</a>"),
    ("characters", "<a xmlns='urn:a'>ș \u{1F600}&#x10FFFF;&#13;\r\n\r\u{85}</a>"),
    ("comment", "<a xmlns='urn:a'>1<!-- - -->2</a><!-- -->"),
    ("declaration", "<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\n<a xmlns='urn:a'/>\n"),
    ("default", "<a xmlns='urn:a'><b xmlns=''><c xmlns='urn:a'/></b></a>"),
    ("doctype", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"),
    ("entities", "<a xmlns='urn:a' b='&quot;&apos;'>&amp;&lt;&gt;&quot;&apos;</a>"),
    ("instruction", "<?x  y?><a xmlns='urn:a'><?z?></a><?x?>"),
    ("nested", "<a xmlns='urn:a'><b><c><d>1</d>2</c>3</b></a>"),
    ("prefixes", "<p:a xmlns:p='urn:a' xmlns:q='urn:a'><q:b p:c='1'/><p:b xmlns:p='urn:b'/></p:a>"),
    ("xml-attributes", "<a xmlns='urn:a' xml:lang='ro' xml:space='preserve' xml:id='i'> </a >"),
    ("cut", "<a xmlns='urn:a'><b"),
];

#[rustfmt::skip]
const STATEMENTS: &[(&str, &str)] = &[
    ("camt", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>\
      <Stmt><Id>S</Id><Acct><Id><IBAN>RO49AAAA1B31007593840000</IBAN></Id><Ccy>RON</Ccy></Acct>\
      <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\
      <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>68.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\
      <Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls><RmtInf><Ustrd>taxa</Ustrd></RmtInf>\
      </TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"),
    ("mt940", ":20:S1\n:25:RO49AAAA1B31007593840000\n:28C:1\n:60F:C260831RON100,00\n\
      :61:2609010901CN67,00NTRFNONREF//B1\n:86:?20taxa?32POPA\n:62F:C260901RON167,00\n-\n"),
    ("settlement", "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status\n\
      SP1;T-1;2026-08-31 10:05:00;TRM0;2940;67.00;RON;0.50;OK\nTOTAL;1;67.00\n"),
];

const PERSONS: &[(&str, &str)] = &[
    ("name", "Ștefănescu-Țepeș d'Ana"),
    ("cedillas", "\u{15E}tef\u{103}nescu"),
    ("decomposed", "S\u{326}tefa\u{306}n"),
    ("address", "Str. „Horea” nr. 7, bl. A<2>"),
    ("cnp", "2900517121232"),
];

/// The seeds that need no signature: target, name, text.
fn plain() -> Vec<(&'static str, &'static str, &'static str)> {
    [
        ("canonicalizer", XML),
        ("reader", XML),
        ("statements", STATEMENTS),
        ("persons", PERSONS),
    ]
    .into_iter()
    .flat_map(|(target, seeds)| seeds.iter().map(move |(name, text)| (target, *name, *text)))
    .collect()
}

#[test]
fn plain_seeds_are_those_that_are_written_here() {
    for (target, name, text) in plain() {
        let path = Path::new("fuzz/corpus").join(target).join(name);
        if environment::blessing() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        let there = fs::read(&path).unwrap_or_default();
        assert!(
            there == text.as_bytes(),
            "{}: run `make bless`",
            path.display()
        );
    }
}

/// The keys of the signed seeds were thrown away, so that nobody signs another. They are signed
/// anew only when they are valid no more.
#[test]
fn signed_seeds_are_valid() {
    let order = || fs::read("fuzz/corpus/documents/order").unwrap_or_default();
    let anchor = || fs::read("fuzz/anchor.pem").unwrap_or_default();
    let is_valid = || read_order(order().as_slice(), &properties::policy(&anchor())).is_ok();
    if environment::blessing() && !is_valid() {
        write_signed();
    }
    assert!(is_valid(), "run `make bless`, then this again");
}

fn write_signed() {
    let folder = tempfile::tempdir().unwrap();
    let validity = certificates::Validity::around(signed_at());
    generate_development_certificates(folder.path(), &[], validity, false).unwrap();
    let key = fs::read(key_file(folder.path(), BUREAU_SEAL)).unwrap();
    let chain = fs::read(certificate_file(folder.path(), BUREAU_SEAL)).unwrap();
    let key = PemKey::from_pem(&key, &chain).unwrap();
    fs::copy(
        certificate_file(folder.path(), SIGNING_CA),
        "fuzz/anchor.pem",
    )
    .unwrap();
    let documents = [
        ("order", order(&key)),
        ("receipt", receipt(&key)),
        ("acknowledgement", acknowledgement(&key)),
    ];
    for target in ["verifier", "documents", "reader"] {
        let folder = Path::new("fuzz/corpus").join(target);
        fs::create_dir_all(&folder).unwrap();
        for (name, document) in &documents {
            fs::write(folder.join(name), document).unwrap();
        }
    }
}

fn signed_at() -> DateTime<Utc> {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn order(key: &PemKey) -> Vec<u8> {
    let header = OrderHeader {
        number: "CEI-O-1".to_owned(),
        message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        product: Product::Cei,
        test: true,
        created_at: signed_at(),
        line_count: 1,
        replaces: None,
    };
    let office = OfficeData {
        code: "CJ-CLUJ",
        name: "SPCLEP Cluj-Napoca",
    };
    let image = |media_type, base64| ImageData { media_type, base64 };
    let mut order = OrderWriter::begin(Vec::new(), key, &header).unwrap();
    let written = order.line(&OrderLine {
        line_no: 1,
        application_number: "CEI-A-1",
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
    });
    written.unwrap();
    order.finish(signed_at()).unwrap().0
}

/// An invented person.
fn applicant() -> ApplicantData<'static> {
    ApplicantData {
        surname: "ȘTEFĂNESCU-POP",
        given_names: "Ana",
        cnp: "2900517121232",
        sex: "F",
        birth_on: "1990-05-17".parse().unwrap(),
        birth_place: "Jud. CJ",
        citizenship: "ROU",
        mother_given_names: None,
        father_given_names: None,
        domicile: AddressData {
            county: "CJ",
            siruta: 54975,
            locality: "Cluj-Napoca",
            street: Some("Str. „Horea” & Cloșca"),
            number: Some("bl. A<2>"),
            postal_code: None,
        },
    }
}

fn receipt(key: &PemKey) -> Vec<u8> {
    let receipt = Receipt {
        message_id: "019527f0-2222-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: signed_at(),
        order_number: "CEI-O-1".to_owned(),
        order_sha256: [7; 32],
        in_reply_to: Some("019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap()),
        line_count: Some(1),
        outcome: Outcome::Ok,
    };
    write_receipt(Vec::new(), key, &receipt, signed_at())
        .unwrap()
        .0
}

fn acknowledgement(key: &PemKey) -> Vec<u8> {
    let acknowledgement = Acknowledgement {
        message_id: "019527f0-3333-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        test: true,
        created_at: signed_at(),
        entries: vec![Entry {
            order_number: "CEI-O-1".to_owned(),
            line_no: 1,
            application_number: "CEI-A-1".to_owned(),
            sequence: 1,
            status: LineEvent::LineAccepted,
            occurred_at: signed_at(),
            reason: None,
            document_number: None,
            consignment: None,
        }],
        shipments: vec![Shipment {
            consignment: "AWB-1".to_owned(),
            parcel: "1/1".to_owned(),
            office_code: "CJ-TURDA".to_owned(),
            cards: vec![ShippedCard {
                application_number: "CEI-A-1".to_owned(),
                document_number: "CJ0000001".to_owned(),
            }],
        }],
    };
    write_acknowledgement(Vec::new(), key, &acknowledgement, signed_at())
        .unwrap()
        .0
}
