//! Algorithms that are weak, that mean something else, or that the key does not have.

use openssl::base64::encode_block;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::PKey;
use openssl::sign::Signer;

use crate::bureau::tests::attacks::Attack;
use crate::bureau::tests::attacks::forgery::{Forgery, canonical, digests, value_of};
use crate::bureau::tests::attacks::victims::Victim;
use crate::xmldsig::algorithm::SignatureAlgorithm;

const ALGORITHM: &str = "ALGORITHM_FORBIDDEN";
const WRONG: &str = "SIGNATURE_WRONG";

const C14N: &str =
    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = canonicalizations(victim);
    attacks.extend(digest_methods(victim));
    attacks.extend(signature_methods(victim));
    attacks.extend(values(victim));
    attacks
}

fn canonicalizations(victim: &Victim) -> Vec<Attack> {
    let method = |uri: &str| format!("<ds:CanonicalizationMethod Algorithm=\"{uri}\">");
    [
        method("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        method("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        method("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        method("http://www.w3.org/2006/12/xml-c14n11"),
        method("http://www.w3.org/2010/10/xml-c14n2"),
        method("http://www.w3.org/2001/10/xml-exc-c14n"),
        method("HTTP://www.w3.org/2001/10/xml-exc-c14n#"),
        format!("{C14N}<ds:InclusiveNamespaces PrefixList=\"ds\"/>"),
        format!("{C14N}ds"),
    ]
    .into_iter()
    .map(|to| {
        Attack::new(
            &to,
            ALGORITHM,
            Forgery::of(victim).signature(C14N, &to).sealed(),
        )
    })
    .collect()
}

/// SHA-1 where it says so, with the right SHA-1, for each of the three digests.
fn digest_methods(victim: &Victim) -> Vec<Attack> {
    let honest = Forgery::of(victim);
    let [document, properties] = digests(&honest.signature);
    let sha1 = |bytes: &[u8]| encode_block(&hash(MessageDigest::sha1(), bytes).unwrap());
    let content = canonical(&format!("{}{}", honest.content, honest.closing));
    let certificate = victim
        .party
        .signer
        .certificate
        .digest(MessageDigest::sha256())
        .unwrap();
    let named = encode_block(&certificate);
    let der = victim.party.signer.certificate.to_der().unwrap();
    [
        (document, sha1(&content)),
        (
            properties,
            sha1(b"of the properties, which is not looked at"),
        ),
        (named.as_str(), sha1(&der)),
    ]
    .into_iter()
    .map(|(honest_digest, digest)| {
        let method = format!("\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>{honest_digest}<");
        let to = method.replace(SHA256, SHA1).replace(honest_digest, &digest);
        Attack::new(
            &to,
            ALGORITHM,
            honest.clone().signature(&method, &to).sealed(),
        )
    })
    .chain([Attack::new(
        "a digest of another length",
        "VALUE_UNREADABLE",
        honest.clone().signature(document, &sha1(&content)).sealed(),
    )])
    .collect()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn signature_methods(victim: &Victim) -> Vec<Attack> {
    let key = &victim.party.signer.key;
    let public = key.public_key_to_der().unwrap();
    let pem = key.public_key_to_pem().unwrap();
    let hmac = |secret: &[u8], bytes: &[u8]| {
        let secret = PKey::hmac(secret).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &secret).unwrap();
        signer.sign_oneshot_to_vec(bytes).unwrap()
    };
    let ecdsa = |digest, bytes: &[u8]| {
        let der = Signer::new(digest, key)
            .unwrap()
            .sign_oneshot_to_vec(bytes)
            .unwrap();
        raw(&der, 32)
    };
    let method = |uri: &str| Forgery::of(victim).signature(ECDSA, uri);
    let more = |name: &str| method(&format!("http://www.w3.org/2001/04/xmldsig-more#{name}"));
    let old = |name: &str| method(&format!("http://www.w3.org/2000/09/xmldsig#{name}"));
    let sha1 = |bytes: &[u8]| ecdsa(MessageDigest::sha1(), bytes);
    let sha384 = |bytes: &[u8]| ecdsa(MessageDigest::sha384(), bytes);
    let parameters = format!("{ECDSA}\"><ds:HMACOutputLength>0</ds:HMACOutputLength>");
    vec![
        Attack::new(
            "HMAC with the public key",
            ALGORITHM,
            more("hmac-sha256").sealed_by(|bytes| hmac(&public, bytes)),
        ),
        Attack::new(
            "the same in PEM",
            ALGORITHM,
            more("hmac-sha256").sealed_by(|bytes| hmac(&pem, bytes)),
        ),
        Attack::new(
            "HMAC with SHA-1",
            ALGORITHM,
            old("hmac-sha1").sealed_by(|bytes| hmac(&public, bytes)),
        ),
        Attack::new(
            "HMAC cut to nothing",
            ALGORITHM,
            Forgery::of(victim)
                .signature(&format!("{ECDSA}\">"), &parameters)
                .sealed(),
        ),
        Attack::new(
            "ECDSA with SHA-1",
            ALGORITHM,
            more("ecdsa-sha1").sealed_by(sha1),
        ),
        Attack::new(
            "SHA-1 where SHA-256 is said",
            WRONG,
            Forgery::of(victim).sealed_by(sha1),
        ),
        Attack::new("DSA with SHA-1", ALGORITHM, old("dsa-sha1").sealed()),
        Attack::new("RSA with SHA-1", ALGORITHM, old("rsa-sha1").sealed()),
        Attack::new("RSA with MD5", ALGORITHM, more("rsa-md5").sealed()),
        Attack::new(
            "ECDSA with SHA-384 by a P-256 key",
            "KEY_MISMATCH",
            more("ecdsa-sha384").sealed_by(sha384),
        ),
        Attack::new(
            "RSA-PSS by an EC key",
            "KEY_MISMATCH",
            method("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1").sealed(),
        ),
        Attack::new(
            "RSA PKCS#1 where it is not allowed",
            ALGORITHM,
            more("rsa-sha256").sealed(),
        ),
        Attack::new(
            "RSA PKCS#1 by an EC key",
            "KEY_MISMATCH",
            more("rsa-sha256").sealed(),
        )
        .on(|policy| policy.allow_rsa_pkcs1 = true),
        Attack::new("no method", ALGORITHM, method("").sealed()),
    ]
}

/// Values that are no signature of what is signed.
fn values(victim: &Victim) -> Vec<Attack> {
    let honest = Forgery::of(victim);
    let value = value_of(&honest.signature);
    let of_r_and_s = openssl::base64::decode_block(value).unwrap();
    let (r, s) = of_r_and_s.split_at(32);
    let with = |value: Vec<u8>| encode_block(&value);
    let order =
        BigNum::from_hex_str("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    let order = order.unwrap().to_vec();
    let mut attacks: Vec<_> = [
        ("in DER", with(der(r, s))),
        ("without its last byte", with(of_r_and_s[..63].to_vec())),
        (
            "with bytes after it",
            with([&of_r_and_s[..], &[0, 0]].concat()),
        ),
        ("of zeros", with(vec![0; 64])),
        (
            "r and s zero and the order",
            with([vec![0; 32], order.clone()].concat()),
        ),
        ("r and s the order", with([order.clone(), order].concat())),
        ("r and s exchanged", with([s, r].concat())),
        ("empty", String::new()),
    ]
    .into_iter()
    .map(|(name, to)| {
        Attack::new(
            format!("a value {name}"),
            WRONG,
            honest.clone().signature(value, &to).unsealed(),
        )
    })
    .collect();
    let unreadable = [
        ("that is not base64", "?".to_owned()),
        (
            "in base64url",
            value.replace(['+', '/'], "-").replace('=', "_"),
        ),
        (
            "with stray bits at its end",
            format!("{}h==", value.split_at(value.len() - 3).0),
        ),
        ("without padding", value.trim_end_matches('=').to_owned()),
    ];
    attacks.extend(unreadable.map(|(name, to)| {
        let forged = honest.clone().signature(value, &to).unsealed();
        Attack::new(format!("a value {name}"), "VALUE_UNREADABLE", forged)
    }));
    attacks.push(Attack::new(
        "elements in the value",
        "SIGNATURE_STRUCTURE",
        honest
            .clone()
            .signature(value, &format!("<ds:Object/>{value}"))
            .unsealed(),
    ));
    attacks.push(Attack::new(
        "another document's value",
        WRONG,
        honest
            .clone()
            .signature(
                value,
                value_of(&Forgery::of(&Victim::new(victim.kind)).signature),
            )
            .unsealed(),
    ));
    attacks
}

fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |bytes| BigNum::from_slice(bytes).unwrap();
    let value = EcdsaSig::from_private_components(number(r), number(s)).unwrap();
    value.to_der().unwrap()
}

fn raw(der: &[u8], half: i32) -> Vec<u8> {
    let value = EcdsaSig::from_der(der).unwrap();
    let [r, s] = [value.r(), value.s()].map(|number| number.to_vec_padded(half).unwrap());
    [r, s].concat()
}

#[test]
fn an_insider_who_signs_to_the_profile_is_believed() {
    for victim in Victim::all() {
        let forged = Forgery::of(&victim).sealed_by(|bytes| {
            SignatureAlgorithm::EcdsaSha256
                .sign(&victim.party.signer.key, bytes)
                .unwrap()
        });
        victim
            .kind
            .read(forged.as_bytes(), &victim.policy())
            .unwrap();
    }
}
