//! Documents that are well signed by the right key and say what cannot be.

use crate::bureau::tests::attacks::forgery::{Forgery, element};
use crate::bureau::tests::attacks::victims::{Kind, Victim};
use crate::bureau::tests::attacks::{ACCEPTED, Attack};

const MISSING: &str = "ELEMENT_MISSING";
const UNEXPECTED: &str = "ELEMENT_UNEXPECTED";
const LIMIT: &str = "ELEMENT_LIMIT";
const FORBIDDEN: &str = "VALUE_FORBIDDEN";
const DISAGREE: &str = "ELEMENTS_DISAGREE";
const TOTALS: &str = "TOTALS_DISAGREE";

pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = any(victim);
    attacks.extend(kinds(victim));
    attacks.extend(match victim.kind {
        Kind::Order => order(victim),
        Kind::Receipt => receipt(victim),
        Kind::Acknowledgement => acknowledgement(victim),
    });
    attacks
}

/// A document whose first `from` is `to`, signed again.
fn changed(victim: &Victim, expected: &'static str, from: &str, to: &str) -> Attack {
    let forged = Forgery::of(victim).content(from, to).sealed();
    Attack::new(format!("{from} → {to}"), expected, forged)
}

/// What is the same in all documents.
fn any(victim: &Victim) -> Vec<Attack> {
    let long = "A".repeat(33);
    [
        (MISSING, "<Bureau>IMPRIMERIA</Bureau>", ""),
        (UNEXPECTED, "<Bureau>", "<Evil></Evil><Bureau>"),
        (UNEXPECTED, "<Bureau>", "<Bureau>X</Bureau><Bureau>"),
        (UNEXPECTED, "IMPRIMERIA", "<Bureau></Bureau>"),
        ("ATTRIBUTE_UNEXPECTED", "<Bureau>", "<Bureau of=\"x\">"),
        (
            "ATTRIBUTE_UNEXPECTED",
            "<Bureau>",
            "<Bureau xml:lang=\"ro\">",
        ),
        ("TEXT_UNEXPECTED", "<Bureau>", "x<Bureau>"),
        ("TEXT_UNEXPECTED", "<Bureau>", "&#xA0;<Bureau>"),
        (ACCEPTED, "<Bureau>", "\n<Bureau>"),
        (FORBIDDEN, "IMPRIMERIA", ""),
        (FORBIDDEN, "IMPRIMERIA", " IMPRIMERIA"),
        (FORBIDDEN, "IMPRIMERIA", "IMPRIMERIA&#13;"),
        (FORBIDDEN, "IMPRIMERIA", "ÎMPRIMERIA"),
        ("VALUE_TOO_LONG", "IMPRIMERIA", &long),
        (FORBIDDEN, "<Environment>TEST<", "<Environment>test<"),
        (FORBIDDEN, "<MessageId>0", "<MessageId>G"),
        (FORBIDDEN, "2026-03-02T10:00:00Z", "2026-02-30T10:00:00Z"),
    ]
    .map(|(expected, from, to)| changed(victim, expected, from, to))
    .into()
}

/// Documents of another kind or version, whose namespaces the reader allows.
fn kinds(victim: &Victim) -> Vec<Attack> {
    let own = victim.kind.namespace();
    let second = own.replace(":1", ":2");
    let allowing = |name: String, expected, document: String, namespace: String| {
        Attack::new(name, expected, document)
            .on(move |policy| policy.allowed_namespaces.push(namespace.clone()))
    };
    let mut attacks: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| *kind != victim.kind)
        .map(|kind| {
            let document = kind.write(&victim.party.key());
            let namespace = kind.namespace().to_owned();
            allowing(
                format!("{kind:?}"),
                "DOCUMENT_UNEXPECTED",
                document,
                namespace,
            )
        })
        .collect();
    let version = Forgery::of(victim).content(own, &second).sealed();
    attacks.push(allowing(
        "another version".to_owned(),
        "VERSION_UNKNOWN",
        version,
        second.clone(),
    ));
    let inside = format!("<Bureau xmlns=\"{second}\">");
    let inside = Forgery::of(victim).content("<Bureau>", &inside).sealed();
    attacks.push(allowing(
        "a part of another version".to_owned(),
        UNEXPECTED,
        inside,
        second,
    ));
    let (root, end) = (victim.root_tag(), format!("</{}>", victim.kind.root()));
    let other_root = Forgery::of(victim)
        .content(&root, &root.replacen(victim.kind.root(), "Evil", 1))
        .closing(&end, "</Evil>");
    attacks.push(Attack::new(
        "another root",
        "DOCUMENT_UNEXPECTED",
        other_root.sealed(),
    ));
    attacks
}

fn order(victim: &Victim) -> Vec<Attack> {
    let line = element(&victim.document, "<Line>");
    let mut attacks: Vec<_> = [
        ("LINE_OUT_OF_PLACE", "<LineNumber>2<", "<LineNumber>1<"),
        ("LINE_OUT_OF_PLACE", "<LineNumber>1<", "<LineNumber>2<"),
        ("APPLICATION_REPEATED", "CEI-A-2", "CEI-A-1"),
        (
            DISAGREE,
            "<FingersMissing>PERMANENTLY_IMPOSSIBLE</FingersMissing>",
            "",
        ),
        (TOTALS, "<LineCount>2<", "<LineCount>3<"),
        (
            TOTALS,
            "<ControlTotals><LineCount>2<",
            "<ControlTotals><LineCount>1<",
        ),
        (TOTALS, "<ImageCount>6<", "<ImageCount>5<"),
        (TOTALS, "<ImageBytes>26<", "<ImageBytes>27<"),
        (TOTALS, "ZmFjZQ==", "ZmFjZWQ="),
        ("LINE_OUT_OF_PLACE", line, ""),
        ("LINE_OUT_OF_PLACE", line, &line.repeat(2)),
        ("ATTRIBUTE_UNEXPECTED", " position=\"RIGHT_INDEX\"", ""),
    ]
    .map(|(expected, from, to)| changed(victim, expected, from, to))
    .into();
    let lines: String = (1..=1001)
        .map(|number| {
            line.replace("<LineNumber>1<", &format!("<LineNumber>{number}<"))
                .replace("CEI-A-1", &format!("CEI-A-{number}"))
        })
        .collect();
    attacks.push(Attack {
        name: "more lines than an order may have".to_owned(),
        ..changed(victim, LIMIT, line, &lines)
    });
    attacks
}

fn receipt(victim: &Victim) -> Vec<Attack> {
    const OK: &str = "<Outcome>OK</Outcome>";
    let reason = "<Reason><Code>104</Code><Text>x</Text></Reason>";
    let rejected = |reasons: &str| format!("<Outcome>REJECTED</Outcome>{reasons}");
    let sha256 = element(&victim.document, "<Sha256>");
    let in_reply_to = element(&victim.document, "<InReplyTo>");
    [
        (DISAGREE, OK, rejected("")),
        (ACCEPTED, OK, rejected(reason)),
        (LIMIT, OK, rejected(&reason.repeat(21))),
        (DISAGREE, OK, format!("{OK}{reason}")),
        (DISAGREE, in_reply_to, String::new()),
        (DISAGREE, "<LineCount>2</LineCount>", String::new()),
        (MISSING, sha256, String::new()),
        (FORBIDDEN, "<LineCount>2<", "<LineCount>1001<".to_owned()),
    ]
    .map(|(expected, from, to)| changed(victim, expected, from, &to))
    .into()
}

fn acknowledgement(victim: &Victim) -> Vec<Attack> {
    const SECOND: &str = "<LineNumber>2</LineNumber><ApplicationNumber>CEI-A-2<";
    const NINTH: &str = "<ApplicationNumber>CEI-A-9</ApplicationNumber><DocumentNumber>CJ0000009<";
    let shipment = element(&victim.document, "<Shipment>");
    let entry = element(&victim.document, "<Entry>");
    let moved = shipment.replace("1/1", "2/2");
    let mut attacks: Vec<_> = [
        ("ENTRY_REPEATED", SECOND, SECOND.replace('2', "1")),
        (
            "CARD_REPEATED",
            NINTH,
            NINTH.replace("CJ0000009", "CJ0000008"),
        ),
        (
            "APPLICATION_REPEATED",
            NINTH,
            NINTH.replace("CEI-A-9", "CEI-A-8"),
        ),
        (DISAGREE, ">ACCEPTED<", ">REJECTED<".to_owned()),
        (TOTALS, "<EntryCount>2<", "<EntryCount>1<".to_owned()),
        (TOTALS, "<ShipmentCount>1<", "<ShipmentCount>2<".to_owned()),
        (
            TOTALS,
            "<CardCount>2</CardCount><Card>",
            "<CardCount>1</CardCount><Card>".to_owned(),
        ),
        (
            TOTALS,
            "<CardCount>2</CardCount></ControlTotals>",
            "<CardCount>3</CardCount></ControlTotals>".to_owned(),
        ),
        (TOTALS, entry, String::new()),
        (TOTALS, entry, entry.repeat(2)),
        (TOTALS, shipment, String::new()),
        (TOTALS, shipment, format!("{shipment}{moved}")),
        (UNEXPECTED, entry, format!("{shipment}{entry}")),
    ]
    .map(|(expected, from, to)| changed(victim, expected, from, &to))
    .into();
    attacks.push(Attack {
        name: "more entries than a document may have".to_owned(),
        ..changed(victim, LIMIT, entry, &entry.repeat(10_001))
    });
    attacks
}
