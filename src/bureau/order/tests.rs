use std::io;

use super::*;
use crate::bureau::fixtures::{
    Signer, Spoiling, assert_all_refused, assert_xmlsec1_accepts, at, noon, refusal, schema_faults,
    spoil, spoil_beyond_schema,
};
use crate::bureau::refusal::ReadError;
use crate::bureau::writer::DocumentError;
use crate::xmldsig::sign::SignedDocument;

const SCHEMA: &str = "order-1.xsd";
/// The base64 of "face", "ink", "finger", "thumb".
const FACE: &str = "ZmFjZQ==";
const INK: &str = "aW5r";
const FINGER: &str = "ZmluZ2Vy";
const THUMB: &str = "dGh1bWI=";

fn header(line_count: u32) -> OrderHeader {
    OrderHeader {
        number: "CEI-O-2026-000017".to_owned(),
        message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
        bureau: "IMPRIMERIA".to_owned(),
        product: Product::Cei,
        test: true,
        created_at: at("2026-03-02T09:30:00.123456Z"),
        line_count,
        replaces: None,
    }
}

fn image<'a>(media_type: &'a str, base64: &'a str) -> ImageData<'a> {
    ImageData { media_type, base64 }
}

/// A line for an invented person.
fn line(line_no: u32, application_number: &str) -> OrderLine<'_> {
    OrderLine {
        line_no,
        application_number,
        attempt: 1,
        office: OfficeData {
            code: "CJ-CLUJ",
            name: "SPCLEP Cluj-Napoca",
        },
        delivery_office: OfficeData {
            code: "CJ-TURDA",
            name: "SPCLEP Turda",
        },
        deadline_on: "2026-04-01".parse().unwrap(),
        card_reason: CardReason::Expiry,
        validity: Validity::Years(10),
        applicant: ApplicantData {
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
        },
        biometrics: BiometricData {
            face: image("image/jpeg", FACE),
            signature: Some(image("image/png", INK)),
            signature_missing: None,
            fingers: vec![
                FingerData {
                    position: "RIGHT_INDEX",
                    image: image("image/x-wsq", FINGER),
                },
                FingerData {
                    position: "LEFT_THUMB",
                    image: image("image/jp2", THUMB),
                },
            ],
            fingers_missing: None,
        },
    }
}

/// A line for a child: no fingers, no signature.
fn line_of_child(line_no: u32, application_number: &str) -> OrderLine<'_> {
    let mut line = line(line_no, application_number);
    line.validity = Validity::Unlimited;
    line.applicant.mother_given_names = None;
    line.applicant.domicile.street = None;
    line.biometrics = BiometricData {
        face: image("image/jp2", FACE),
        signature: None,
        signature_missing: Some("UNDER_14"),
        fingers: Vec::new(),
        fingers_missing: Some("UNDER_12"),
    };
    line
}

fn write(
    signer: &Signer,
    header: &OrderHeader,
    lines: &[OrderLine<'_>],
) -> Result<(Vec<u8>, SignedDocument), DocumentError> {
    let mut order = OrderWriter::begin(Vec::new(), &signer.key, header)?;
    for line in lines {
        order.line(line)?;
    }
    order.finish(noon())
}

fn two_lines(signer: &Signer) -> Vec<u8> {
    let lines = [line(1, "CEI-A-1"), line_of_child(2, "CEI-A-2")];
    write(signer, &header(2), &lines).unwrap().0
}

fn write_fault(lines: &[OrderLine<'_>]) -> (u32, &'static str) {
    let count = u32::try_from(lines.len()).unwrap();
    match write(&Signer::new(), &header(count), lines) {
        Err(DocumentError::Line { line_no, fault }) => (line_no, fault.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_is_read_as_it_was_written() {
    let signer = Signer::new();
    let mut header = header(2);
    header.replaces = Some("CEI-O-2026-000016".to_owned());
    let lines = [line(1, "CEI-A-1"), line_of_child(2, "CEI-A-2")];
    let (document, written) = write(&signer, &header, &lines).unwrap();

    let order = read_order(document.as_slice(), &signer.policy()).unwrap();

    assert_eq!(order.header, header);
    assert_eq!(order.verified.sha256, written.sha256);
    assert_eq!(order.image_count, 5);
    assert_eq!(order.image_bytes, 4 + 3 + 6 + 5 + 4);
    let [first, second] = order.lines.as_slice() else {
        panic!("two lines");
    };
    assert_eq!((first.line_no, second.line_no), (1, 2));
    assert_eq!(first.application_number, "CEI-A-1");
    assert_eq!(first.office_code, "CJ-CLUJ");
    assert_eq!(first.delivery_office_code, "CJ-TURDA");
    assert_eq!(first.surname, "ȘTEFĂNESCU-POP");
    assert_eq!(first.given_names, "Ana Măriuța");
    assert_eq!(first.cnp, "2900517121232");
    assert_eq!(first.deadline_on, lines[0].deadline_on);
    assert_eq!(first.image_bytes, [4, 3, 6, 5]);
    assert_eq!(second.image_bytes, [4]);
}

#[test]
fn images_stand_in_the_document_as_the_office_sent_them() {
    let document = String::from_utf8(two_lines(&Signer::new())).unwrap();

    assert!(document.contains("<Face mediaType=\"image/jpeg\">ZmFjZQ==</Face>"));
    assert!(
        document
            .contains("<Finger mediaType=\"image/jp2\" position=\"LEFT_THUMB\">dGh1bWI=</Finger>")
    );
}

#[test]
fn other_parties_tools_accept_an_order() {
    let signer = Signer::new();
    let document = two_lines(&signer);

    assert_eq!(schema_faults(SCHEMA, &document), None);
    assert_xmlsec1_accepts(&signer, &document);
}

#[test]
fn one_finger_needs_the_reason_why_there_are_not_two() {
    let signer = Signer::new();
    let mut one = line(1, "CEI-A-1");
    one.biometrics.fingers.truncate(1);
    assert_eq!(write_fault(&[one.clone()]), (1, "ELEMENTS_DISAGREE"));

    one.biometrics.fingers_missing = Some("PERMANENTLY_IMPOSSIBLE");
    let (document, _) = write(&signer, &header(1), &[one]).unwrap();

    assert_eq!(schema_faults(SCHEMA, &document), None);
    assert!(read_order(document.as_slice(), &signer.policy()).is_ok());
}

#[test]
fn a_line_that_readers_would_refuse_is_not_signed() {
    type Spoil = fn(&mut OrderLine<'_>);
    let spoilings: [(&str, Spoil); 16] = [
        ("VALUE_FORBIDDEN", |line| line.applicant.surname = "Ştefan"),
        ("VALUE_FORBIDDEN", |line| {
            line.applicant.surname = "A\u{202E}B";
        }),
        ("VALUE_FORBIDDEN", |line| {
            line.applicant.surname = "Ion\u{0}";
        }),
        ("VALUE_FORBIDDEN", |line| line.applicant.given_names = ""),
        ("VALUE_FORBIDDEN", |line| {
            line.applicant.given_names = "Ana  Maria";
        }),
        ("VALUE_FORBIDDEN", |line| {
            line.applicant.cnp = "2901317121232";
        }),
        ("VALUE_FORBIDDEN", |line| line.applicant.sex = "X"),
        ("VALUE_FORBIDDEN", |line| line.applicant.domicile.siruta = 0),
        ("VALUE_FORBIDDEN", |line| line.attempt = 0),
        ("VALUE_FORBIDDEN", |line| line.validity = Validity::Years(0)),
        ("VALUE_FORBIDDEN", |line| {
            line.biometrics.face.base64 = "ZmFjZR==";
        }),
        ("VALUE_FORBIDDEN", |line| line.biometrics.face.base64 = ""),
        ("VALUE_FORBIDDEN", |line| {
            line.biometrics.face.media_type = "image/png";
        }),
        ("VALUE_FORBIDDEN", |line| {
            line.biometrics.fingers[0].position = "NOSE";
        }),
        ("ELEMENTS_DISAGREE", |line| line.biometrics.signature = None),
        ("ELEMENTS_DISAGREE", |line| {
            line.biometrics.fingers[0].position = "LEFT_THUMB";
        }),
    ];
    for (index, (code, spoil)) in spoilings.into_iter().enumerate() {
        let mut spoiled = line(1, "CEI-A-1");
        spoil(&mut spoiled);
        assert_eq!(write_fault(&[spoiled]), (1, code), "spoiling {index}");
    }
}

#[test]
fn an_image_of_more_than_one_mebibyte_is_refused() {
    let longest = "AAAA".repeat(1024 * 1024 / 3);
    let mut large = line(1, "CEI-A-1");
    large.biometrics.face.base64 = &longest;
    assert!(write(&Signer::new(), &header(1), &[large]).is_ok());

    let too_long = format!("{longest}AAAA");
    let mut large = line(1, "CEI-A-1");
    large.biometrics.face.base64 = &too_long;
    assert_eq!(write_fault(&[large]), (1, "VALUE_FORBIDDEN"));
}

#[test]
fn lines_are_numbered_as_they_stand_and_each_application_stands_once() {
    assert_eq!(write_fault(&[line(2, "CEI-A-1")]), (2, "LINE_OUT_OF_PLACE"));
    assert_eq!(
        write_fault(&[line(1, "CEI-A-1"), line(1, "CEI-A-2")]),
        (1, "LINE_OUT_OF_PLACE")
    );
    assert_eq!(
        write_fault(&[line(1, "CEI-A-1"), line(2, "CEI-A-1")]),
        (2, "APPLICATION_REPEATED")
    );
}

#[test]
fn an_order_with_more_or_fewer_lines_than_its_header_says_is_not_signed() {
    for told in [1, 3] {
        let lines = [line(1, "CEI-A-1"), line(2, "CEI-A-2")];
        let written = write(&Signer::new(), &header(told), &lines);
        assert!(
            matches!(&written, Err(DocumentError::Content(fault)) if fault.code == "TOTALS_DISAGREE"),
            "{written:?}"
        );
    }
}

#[test]
fn an_order_without_lines_or_with_too_many_is_not_begun() {
    for count in [0, 1001] {
        let begun = OrderWriter::begin(io::sink(), &Signer::new().key, &header(count)).map(drop);
        assert!(matches!(begun, Err(DocumentError::Content(_))), "{begun:?}");
    }
}

/// A name of 101 letters.
const LONG_NAME: &str = concat!(
    "<Surname>",
    "AAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAA",
    "A</Surname><GivenNames>",
);

#[rustfmt::skip]
const SPOILINGS: &[Spoiling] = &[
    spoil("<Product>CEI</Product>", "", "ELEMENT_MISSING"),
    spoil("<Sex>F</Sex>", "", "ELEMENT_MISSING"),
    spoil("<Sex>F</Sex>", "<Sex>F</Sex><Sex>F</Sex>", "ELEMENT_UNEXPECTED"),
    spoil("<Sex>F</Sex>", "<Sex>F</Sex><Eyes>BLUE</Eyes>", "ELEMENT_UNEXPECTED"),
    spoil("<Sex>F</Sex>", "<Sex><Sex>F</Sex></Sex>", "ELEMENT_UNEXPECTED"),
    spoil("<Sex>F</Sex>", "<Sex of=\"card\">F</Sex>", "ATTRIBUTE_UNEXPECTED"),
    spoil("<Sex>F</Sex>", "<Sex>f</Sex>", "VALUE_FORBIDDEN"),
    spoil("<Sex>F</Sex>", "<Sex> F</Sex>", "VALUE_FORBIDDEN"),
    spoil("<Sex>F</Sex>", "F<Sex>F</Sex>", "TEXT_UNEXPECTED"),
    spoil("<Attempt>1</Attempt><Office>", "<Office>", "ELEMENT_MISSING"),
    spoil("<LineNumber>2</LineNumber><ApplicationNumber>CEI-A-2</ApplicationNumber>", "<ApplicationNumber>CEI-A-2</ApplicationNumber><LineNumber>2</LineNumber>", "ELEMENT_MISSING"),
    spoil("<LineNumber>2<", "<LineNumber>1<", "LINE_OUT_OF_PLACE"),
    spoil_beyond_schema("<LineNumber>2<", "<LineNumber>3<", "LINE_OUT_OF_PLACE"),
    spoil("<LineNumber>2<", "<LineNumber>0<", "VALUE_FORBIDDEN"),
    spoil("<LineNumber>2<", "<LineNumber>02<", "VALUE_FORBIDDEN"),
    spoil("<LineNumber>2<", "<LineNumber>+2<", "VALUE_FORBIDDEN"),
    spoil("<LineNumber>2<", "<LineNumber>18446744073709551618<", "VALUE_FORBIDDEN"),
    spoil("<LineNumber>2<", "<LineNumber>184467440737095516180<", "VALUE_TOO_LONG"),
    spoil("<ApplicationNumber>CEI-A-2<", "<ApplicationNumber>CEI-A-1<", "APPLICATION_REPEATED"),
    spoil("<Surname>ȘTEFĂNESCU", "<Surname>ŞTEFĂNESCU", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU", "<Surname>ШТЕФ", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU", "<Surname>S\u{326}TEF", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU", "<Surname>7TEF", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU-POP", "<Surname>-'", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU", "<Surname>A  B", "VALUE_FORBIDDEN"),
    spoil("<Surname>ȘTEFĂNESCU-POP</Surname><GivenNames>", LONG_NAME, "VALUE_FORBIDDEN"),
    spoil("<Cnp>2900517121232<", "<Cnp>0900517121232<", "VALUE_FORBIDDEN"),
    spoil("<BirthOn>1990-05-17<", "<BirthOn>1990-02-30<", "VALUE_FORBIDDEN"),
    spoil("<BirthOn>1990-05-17<", "<BirthOn>1990-05-17Z<", "VALUE_TOO_LONG"),
    spoil("09:30:00.123456Z", "09:30:60Z", "VALUE_FORBIDDEN"),
    spoil("09:30:00.123456Z", "09:30:00+00:00", "VALUE_FORBIDDEN"),
    spoil("09:30:00.123456Z", "24:00:00Z", "VALUE_FORBIDDEN"),
    spoil("<ValidityYears>10<", "<ValidityYears>100<", "VALUE_FORBIDDEN"),
    spoil("<CardReason>EXPIRY<", "<CardReason>WHIM<", "VALUE_FORBIDDEN"),
    spoil("<Environment>TEST<", "<Environment>STAGE<", "VALUE_FORBIDDEN"),
    spoil(" position=\"LEFT_THUMB\"", "", "ATTRIBUTE_UNEXPECTED"),
    spoil("\"LEFT_THUMB\"", "\"RIGHT_INDEX\"", "ELEMENTS_DISAGREE"),
    spoil("\"image/png\"", "\"image/gif\"", "VALUE_FORBIDDEN"),
    spoil(">ZmFjZQ==<", ">ZmFj ZQ==<", "VALUE_FORBIDDEN"),
    spoil(">ZmFjZQ==<", "><", "VALUE_FORBIDDEN"),
    spoil("<FingersMissing>UNDER_12</FingersMissing>", "", "ELEMENTS_DISAGREE"),
    spoil("<SignatureMissing>UNDER_14</SignatureMissing>", "", "ELEMENTS_DISAGREE"),
    spoil_beyond_schema("<LineCount>2<", "<LineCount>3<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<ImageCount>5<", "<ImageCount>4<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<ImageBytes>22<", "<ImageBytes>23<", "TOTALS_DISAGREE"),
    spoil_beyond_schema("<ControlTotals><LineCount>2<", "<ControlTotals><LineCount>1<", "TOTALS_DISAGREE"),
];

#[test]
fn a_spoiled_order_is_refused_by_the_reader_and_by_the_schema() {
    let signer = Signer::new();
    let policy = signer.policy();
    assert_all_refused(&signer, &two_lines(&signer), SCHEMA, SPOILINGS, |bytes| {
        read_order(bytes, &policy)
    });
}

#[test]
fn another_version_is_told_from_another_document() {
    let signer = Signer::new();
    let document = String::from_utf8(two_lines(&signer)).unwrap();
    let next = signer.sign_again(&document.replace("order:1", "order:2"));
    let other = signer.sign_again(&document.replace("order:1", "receipt:1"));

    let not_allowed = refusal(read_order(next.as_slice(), &signer.policy()));
    assert_eq!(
        (not_allowed.code, not_allowed.reason),
        ("NAMESPACE_FORBIDDEN", 106)
    );
    let mut policy = signer.policy();
    policy
        .allowed_namespaces
        .push("urn:cei-gateway:order:2".to_owned());
    let unknown = refusal(read_order(next.as_slice(), &policy));
    assert_eq!((unknown.code, unknown.reason), ("VERSION_UNKNOWN", 106));
    let unexpected = refusal(read_order(other.as_slice(), &policy));
    assert_eq!(
        (unexpected.code, unexpected.reason),
        ("DOCUMENT_UNEXPECTED", 104)
    );
}

#[test]
fn a_changed_order_is_refused_for_its_signature_first() {
    let signer = Signer::new();
    let document = String::from_utf8(two_lines(&signer)).unwrap();
    let changed = document.replace("<Sex>F</Sex>", "<Sex>?</Sex>");

    let refusal = refusal(read_order(changed.as_bytes(), &signer.policy()));

    assert_eq!((refusal.code, refusal.reason), ("DIGEST_MISMATCH", 101));
}

#[test]
fn an_order_of_an_unknown_signer_is_refused() {
    let document = two_lines(&Signer::new());

    let refusal = refusal(read_order(document.as_slice(), &Signer::new().policy()));

    assert_eq!(refusal.reason, 102);
}

#[test]
fn a_source_that_fails_is_not_the_senders_fault() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    let read = read_order(io::BufReader::new(Broken), &Signer::new().policy());

    assert!(matches!(read, Err(ReadError::Source(_))));
}

#[test]
fn no_person_shows_in_debug_output_or_in_refusals() {
    let signer = Signer::new();
    let document = two_lines(&signer);
    let order = read_order(document.as_slice(), &signer.policy()).unwrap();
    let spoiled = String::from_utf8(document)
        .unwrap()
        .replacen("<Surname>ȘTEF", "<Surname>7", 1);
    let spoiled = signer.sign_again(&spoiled);
    let refusal = refusal(read_order(spoiled.as_slice(), &signer.policy()));

    let shown = format!("{:?} {order:?} {refusal:?} {refusal}", line(1, "CEI-A-1"));

    for personal in ["NESCU", "Ana", "2900517121232", "Horea", FACE] {
        assert!(!shown.contains(personal), "{personal} in {shown}");
    }
}
