//! Signatures by the right key over something other than the whole document and its properties.

use crate::bureau::tests::attacks::Attack;
use crate::bureau::tests::attacks::forgery::{Forgery, element};
use crate::bureau::tests::attacks::victims::Victim;

const REFERENCE: &str = "REFERENCE_FORBIDDEN";
const TRANSFORM: &str = "TRANSFORM_FORBIDDEN";
const STRUCTURE: &str = "SIGNATURE_STRUCTURE";

pub(super) const ENVELOPED: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
pub(super) const C14N: &str =
    "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";

/// All signed by the right signer: an insider, or a key that somebody borrowed.
pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = targets(victim);
    attacks.extend(transforms(victim));
    attacks.extend(links(victim));
    attacks
}

fn signed(victim: &Victim, changes: &[(String, String, &'static str)]) -> Vec<Attack> {
    let attack = |(from, to, expected): &(String, String, &'static str)| {
        let forged = Forgery::of(victim).signature(from, to).sealed();
        Attack::new(format!("{from} → {to}"), expected, forged)
    };
    changes.iter().map(attack).collect()
}

fn targets(victim: &Victim) -> Vec<Attack> {
    let change = |from: &str, to: &str, expected| (from.to_owned(), to.to_owned(), expected);
    let mut changes: Vec<_> = [
        " URI=\"#order\"",
        " URI=\"#line-1\"",
        " URI=\"#sig\"",
        " URI=\"#xades-sp\"",
        " URI=\"#xpointer(/)\"",
        " URI=\"#xpointer(id('order'))\"",
        " URI=\"http://x.example/order.xml\"",
        " URI=\"file:///etc/passwd\"",
        " URI=\"order.xml\"",
        " URI=\" \"",
        "",
    ]
    .map(|target| change(" URI=\"\"", target, REFERENCE))
    .into();
    let signature = Forgery::of(victim).signature;
    let document = element(&signature, "<ds:Reference Id");
    let properties = element(&signature, "<ds:Reference Type");
    let third = document.replace("ref-document", "ref-third");
    changes.extend([
        change(document, "", REFERENCE),
        change(properties, "", REFERENCE),
        change(&format!("{document}{properties}"), "", REFERENCE),
        change(document, properties, REFERENCE),
        change(properties, &third, REFERENCE),
        change(properties, &format!("{properties}{third}"), REFERENCE),
        change(" URI=\"#xades-sp\"", " URI=\"#sig\"", REFERENCE),
        change(" URI=\"#xades-sp\"", " URI=\"#sig-value\"", REFERENCE),
        change(" URI=\"#xades-sp\"", " URI=\"\"", REFERENCE),
        change(" URI=\"#xades-sp\"", " URI=\"#\"", REFERENCE),
        change(" URI=\"#xades-sp\"", "", REFERENCE),
        change(
            "http://uri.etsi.org/01903#SignedProperties",
            "http://www.w3.org/2000/09/xmldsig#Manifest",
            REFERENCE,
        ),
        change(
            "http://uri.etsi.org/01903#SignedProperties",
            "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
            REFERENCE,
        ),
        change(
            " URI=\"\"",
            " URI=\"\" Type=\"http://www.w3.org/2000/09/xmldsig#Object\"",
            STRUCTURE,
        ),
        // The standard leaves the order of the two open.
        change(
            &format!("{document}{properties}"),
            &format!("{properties}{document}"),
            "ACCEPTED",
        ),
    ]);
    signed(victim, &changes)
}

fn transforms(victim: &Victim) -> Vec<Attack> {
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"/>");
    let both = format!("{ENVELOPED}{C14N}");
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">\
                 <ds:XPath>not(ancestor-or-self::Line)</ds:XPath></ds:Transform>";
    let prefixes = C14N.replace("></", "><ds:InclusiveNamespaces PrefixList=\"ds\"/></");
    let mut changes = Vec::new();
    for to in [
        format!("{C14N}{ENVELOPED}"),
        C14N.to_owned(),
        ENVELOPED.to_owned(),
        String::new(),
        format!("{both}{C14N}"),
        format!("{both}{xpath}"),
        format!("{xpath}{C14N}"),
        format!("{ENVELOPED}{xpath}"),
        format!(
            "{}{C14N}",
            transform("http://www.w3.org/TR/1999/REC-xslt-19991116")
        ),
        format!(
            "{}{both}",
            transform("http://www.w3.org/2000/09/xmldsig#base64")
        ),
        format!(
            "{}{both}",
            transform("http://www.w3.org/2002/06/xmldsig-filter2")
        ),
        format!(
            "{ENVELOPED}{}",
            transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
        ),
        format!(
            "{ENVELOPED}{}",
            transform("http://www.w3.org/2006/12/xml-c14n11")
        ),
        format!(
            "{ENVELOPED}{}",
            transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
        ),
        format!(
            "{ENVELOPED}{}",
            transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature")
        ),
        format!("{ENVELOPED}{prefixes}"),
    ] {
        changes.push((both.clone(), to, TRANSFORM));
    }
    let properties = format!("#xades-sp\"><ds:Transforms>{C14N}");
    for to in [
        C14N.repeat(2),
        both.clone(),
        transform("http://www.w3.org/2000/09/xmldsig#base64"),
    ] {
        let to = properties.replace(C14N, &to);
        changes.push((properties.clone(), to, TRANSFORM));
    }
    changes.push((
        "<ds:Transforms>".to_owned(),
        "<ds:Transforms Id=\"t\">".to_owned(),
        STRUCTURE,
    ));
    signed(victim, &changes)
}

/// What ties the parts of the signature to one another.
fn links(victim: &Victim) -> Vec<Attack> {
    let change = |from: &str, to: &str, expected| (from.to_owned(), to.to_owned(), expected);
    signed(
        victim,
        &[
            change("Target=\"#sig\"", "Target=\"#other\"", REFERENCE),
            change("Target=\"#sig\"", "Target=\"sig\"", REFERENCE),
            change(" Target=\"#sig\"", "", REFERENCE),
            change(" Id=\"sig\"", "", REFERENCE),
            change(" Id=\"xades-sp\"", " Id=\"elsewhere\"", REFERENCE),
            change(" Id=\"xades-sp\"", "", REFERENCE),
            change(
                "ObjectReference=\"#ref-document\"",
                "ObjectReference=\"#sig\"",
                REFERENCE,
            ),
            change(" ObjectReference=\"#ref-document\"", "", REFERENCE),
            change(" Id=\"ref-document\"", "", REFERENCE),
            change(
                "<ds:KeyInfo>",
                "<ds:KeyInfo URI=\"http://x.example/\">",
                STRUCTURE,
            ),
        ],
    )
}
