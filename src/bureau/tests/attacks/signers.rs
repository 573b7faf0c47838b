//! Signatures that are good, by keys that should not be believed.

use chrono::TimeDelta;
use openssl::base64::encode_block;
use openssl::pkey::{PKey, Private};
use openssl::x509::{X509, X509Crl};

use crate::bureau::tests::attacks::forgery::Forgery;
use crate::bureau::tests::attacks::victims::Victim;
use crate::bureau::tests::attacks::{ACCEPTED, Attack};
use crate::xmldsig::algorithm::{SignatureAlgorithm, spki_sha256};
use crate::xmldsig::fixtures::{Issued, KeyKind, Party, Usage, Wanted, WantedList, new_key, noon};
use crate::xmldsig::key::{SigningError, SigningKey};
use crate::xmldsig::trust::TrustPolicy;

const UNTRUSTED: &str = "CERTIFICATE_UNTRUSTED";
const USAGE: &str = "CERTIFICATE_USAGE";
const PURPOSE: &str = "CERTIFICATE_PURPOSE";
const NOT_AUTHORITY: &str = "CERTIFICATE_NOT_AUTHORITY";
const EXPIRED: &str = "CERTIFICATE_EXPIRED";
const NOT_YET: &str = "CERTIFICATE_NOT_YET_VALID";
const NOT_NAMED: &str = "CERTIFICATE_NOT_NAMED";
const MISMATCH: &str = "KEY_MISMATCH";

pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = certificates(victim);
    attacks.extend(chains(victim));
    attacks.extend(weak_chains(victim));
    attacks.extend(instants(victim));
    attacks.extend(revocations(victim));
    attacks.extend(identities(victim));
    attacks.extend(keys(victim));
    attacks.push(ended(victim));
    attacks
}

/// A key that signs with whatever algorithm and certificates it is told to.
struct AnyKey {
    key: PKey<Private>,
    algorithm: SignatureAlgorithm,
    certificates: Vec<X509>,
}

impl SigningKey for AnyKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificates(&self) -> &[X509] {
        &self.certificates
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.algorithm
            .sign(&self.key, bytes)
            .map_err(SigningError::Failed)
    }
}

fn named(common_name: &'static str, serial: u32) -> Wanted {
    Wanted {
        serial,
        ..Wanted::signer(common_name)
    }
}

/// The victim's kind of document, signed by someone the victim's issuer vouches for.
fn by_issued(victim: &Victim, name: &str, wanted: &Wanted, expected: &'static str) -> Attack {
    let middle = &victim.party.middle;
    let key = middle.issue(wanted).signing_key(&[middle]);
    Attack::new(name, expected, victim.kind.write(&key))
}

fn certificates(victim: &Victim) -> Vec<Attack> {
    let of_usage = |usage| Wanted {
        usage,
        ..named("Other signer", 11)
    };
    let of_days = |from, to| Wanted {
        valid: (noon() + TimeDelta::days(from), noon() + TimeDelta::days(to)),
        ..named("Other signer", 12)
    };
    vec![
        by_issued(
            victim,
            "a signer like any",
            &named("Other signer", 10),
            ACCEPTED,
        ),
        by_issued(
            victim,
            "a seal",
            &of_usage(Usage::SealingOfDocuments),
            ACCEPTED,
        ),
        by_issued(
            victim,
            "a key for encrypting",
            &of_usage(Usage::Encipherment),
            USAGE,
        ),
        by_issued(
            victim,
            "a key for nothing in particular",
            &of_usage(Usage::Unstated),
            USAGE,
        ),
        by_issued(
            victim,
            "a server's key",
            &of_usage(Usage::ServerOnly),
            PURPOSE,
        ),
        by_issued(
            victim,
            "a key for something private",
            &of_usage(Usage::PrivatePurpose),
            PURPOSE,
        ),
        by_issued(
            victim,
            "a key with a condition that nobody knows",
            &of_usage(Usage::UnknownExtension),
            "CERTIFICATE_EXTENSION",
        ),
        by_issued(
            victim,
            "an authority's key",
            &of_usage(Usage::Authority),
            USAGE,
        ),
        by_issued(victim, "expired", &of_days(-10, -1), EXPIRED),
        by_issued(victim, "not yet valid", &of_days(1, 10), NOT_YET),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn chains(victim: &Victim) -> Vec<Attack> {
    let Party {
        root,
        middle,
        signer,
    } = &victim.party;
    let write = |key: &dyn SigningKey| victim.kind.write(key);
    let stranger = Party::new(KeyKind::P256);
    let itself = Issued::self_signed(&Wanted::signer("Test signer"));
    let below = |usage| {
        let false_middle = root.issue(&Wanted {
            usage,
            ..named("Not an authority", 20)
        });
        let key = false_middle.issue(&named("Test signer", 21));
        write(&key.signing_key(&[&false_middle]))
    };
    let by_signer = signer.issue(&named("Below a signer", 22));
    let expired_middle = root.issue(&Wanted {
        usage: Usage::Authority,
        valid: (noon() - TimeDelta::days(30), noon() - TimeDelta::days(1)),
        ..named("Old issuer", 23)
    });
    let below_expired = expired_middle.issue(&named("Test signer", 24));
    vec![
        Attack::new(
            "of a root with the same name",
            UNTRUSTED,
            write(&stranger.key()),
        ),
        Attack::new(
            "self-signed with the same name",
            UNTRUSTED,
            write(&itself.signing_key(&[])),
        ),
        Attack::new(
            "self-signed, with the true issuers",
            UNTRUSTED,
            write(&itself.signing_key(&[middle])),
        ),
        Attack::new(
            "without its issuer",
            UNTRUSTED,
            write(&signer.signing_key(&[])),
        ),
        Attack::new(
            "with a stranger's issuer",
            UNTRUSTED,
            write(&signer.signing_key(&[&stranger.middle])),
        ),
        Attack::new(
            "below an issuer without the flag of authorities",
            NOT_AUTHORITY,
            below(Usage::AuthorityWithoutFlag),
        ),
        Attack::new(
            "below an issuer that only signs",
            NOT_AUTHORITY,
            below(Usage::Signing),
        ),
        Attack::new(
            "below the true signer",
            NOT_AUTHORITY,
            write(&by_signer.signing_key(&[signer, middle])),
        ),
        Attack::new(
            "below an expired issuer",
            EXPIRED,
            write(&below_expired.signing_key(&[&expired_middle])),
        ),
        Attack::new("of nobody", UNTRUSTED, victim.document.as_bytes())
            .on(|policy| policy.anchors.clear()),
        Attack::new(
            "with more certificates than a chain has",
            "SIGNATURE_STRUCTURE",
            write(&signer.signing_key(&[middle; 8])),
        ),
    ]
}

/// Chains that are whole and should not be.
fn weak_chains(victim: &Victim) -> Vec<Attack> {
    let root = &victim.party.root;
    let authority = |usage, kind| Wanted {
        kind,
        usage,
        ..named("Another issuer", 25)
    };
    let last = root.issue(&authority(Usage::LastAuthority, KeyKind::P256));
    let too_many = last.issue(&Wanted {
        usage: Usage::Authority,
        ..named("An issuer too many", 26)
    });
    let weak = root.issue(&authority(Usage::Authority, KeyKind::Rsa1024));
    let below = |issuer: &Issued, above: &[&Issued]| {
        let key = issuer.issue(&named("Test signer", 27));
        victim.kind.write(&key.signing_key(above))
    };
    vec![
        Attack::new("below the last authority", ACCEPTED, below(&last, &[&last])),
        Attack::new(
            "below one authority too many",
            "CERTIFICATE_PATH_LENGTH",
            below(&too_many, &[&too_many, &last]),
        ),
        Attack::new(
            "below an authority with a short key",
            "CERTIFICATE_WEAK",
            below(&weak, &[&weak]),
        ),
    ]
}

/// An algorithm that is allowed, on a day when it is not any more.
fn ended(victim: &Victim) -> Attack {
    let middle = &victim.party.middle;
    let issued = middle.issue(&Wanted {
        kind: KeyKind::Rsa3072,
        ..named("Old key", 41)
    });
    let key = AnyKey {
        key: issued.key.clone(),
        algorithm: SignatureAlgorithm::RsaPkcs1Sha256,
        certificates: vec![issued.certificate, middle.certificate.clone()],
    };
    Attack::new(
        "RSA PKCS#1 in 2030",
        "ALGORITHM_ENDED",
        victim.kind.write(&key),
    )
    .on(|policy| {
        policy.allow_rsa_pkcs1 = true;
        policy.at = "2030-01-01T00:00:00Z".parse().unwrap();
    })
}

fn instants(victim: &Victim) -> Vec<Attack> {
    let document = victim.document.as_bytes();
    let read_at = |name: &str, expected, at| {
        Attack::new(name, expected, document).on(move |policy| policy.at = at)
    };
    let signed_at = |name: &str, expected, text: &str| {
        let forged = Forgery::of(victim).signature("2026-03-02T10:00:00Z", text);
        Attack::new(name, expected, forged.sealed())
    };
    vec![
        read_at(
            "read after the certificate's end",
            EXPIRED,
            noon() + TimeDelta::days(366),
        ),
        read_at(
            "read before it was signed",
            "SIGNED_IN_FUTURE",
            noon() - TimeDelta::seconds(301),
        ),
        read_at(
            "read by a clock that is a little late",
            ACCEPTED,
            noon() - TimeDelta::seconds(299),
        ),
        signed_at(
            "signed in the future",
            "SIGNED_IN_FUTURE",
            "2026-03-02T10:05:01Z",
        ),
        signed_at(
            "signed before the certificate",
            NOT_YET,
            "2026-01-01T00:00:00Z",
        ),
        signed_at(
            "signed before all certificates",
            NOT_YET,
            "1900-01-01T00:00:00Z",
        ),
        signed_at(
            "signed at another hour of the clock",
            "VALUE_UNREADABLE",
            "2026-03-02T12:00:00+02:00",
        ),
        signed_at(
            "signed at a fraction of a second",
            "VALUE_UNREADABLE",
            "2026-03-02T10:00:00.5Z",
        ),
        signed_at(
            "signed on a day that is none",
            "VALUE_UNREADABLE",
            "2026-02-30T10:00:00Z",
        ),
        signed_at("signed at no time", "VALUE_UNREADABLE", ""),
        Attack::new(
            "signed at another time, says an attacker",
            "PROPERTIES_DIGEST_MISMATCH",
            Forgery::of(victim)
                .signature("T10:00:00Z", "T09:00:00Z")
                .unsealed(),
        ),
    ]
}

fn revocations(victim: &Victim) -> Vec<Attack> {
    let Party {
        root,
        middle,
        signer,
    } = &victim.party;
    let own = |at, revoked: &[&X509]| middle.revocation_list(at, revoked);
    let of_root = |revoked: &[&X509]| root.revocation_list(noon(), revoked);
    let stranger = Party::new(KeyKind::P256);
    let late = noon() + TimeDelta::days(3);
    let early = noon() - TimeDelta::days(3);
    let revoked = [&signer.certificate];
    let since = WantedList {
        revoked_at: noon() + TimeDelta::seconds(1),
        ..WantedList::at(noon(), &revoked)
    };
    let about_others = WantedList {
        users_only: true,
        ..WantedList::at(noon(), &[])
    };
    [
        ("on no list", ACCEPTED, vec![own(noon(), &[])]),
        (
            "revoked",
            "CERTIFICATE_REVOKED",
            vec![own(noon(), &[&signer.certificate])],
        ),
        (
            "revoked since",
            "CERTIFICATE_REVOKED_SINCE",
            vec![middle.revocation_list_of(&since)],
        ),
        (
            "with a list about others",
            "REVOCATION_UNUSABLE",
            vec![middle.revocation_list_of(&about_others)],
        ),
        (
            "below a revoked issuer",
            "CERTIFICATE_REVOKED",
            vec![own(noon(), &[]), of_root(&[&middle.certificate])],
        ),
        (
            "with the list of another issuer",
            "REVOCATION_UNKNOWN",
            vec![of_root(&[])],
        ),
        (
            "with the list of an issuer of the same name",
            "REVOCATION_UNUSABLE",
            vec![stranger.middle.revocation_list(noon(), &[])],
        ),
        (
            "with an old list",
            "REVOCATION_EXPIRED",
            vec![own(early, &[])],
        ),
        (
            "with a list of the future",
            "REVOCATION_NOT_YET_VALID",
            vec![own(late, &[])],
        ),
    ]
    .into_iter()
    .map(|(name, expected, lists)| {
        let read = |der: &Vec<u8>| X509Crl::from_der(der).unwrap();
        let lists: Vec<_> = lists.iter().map(|list| list.to_der().unwrap()).collect();
        Attack::new(name, expected, victim.document.as_bytes())
            .on(move |policy| policy.crls = lists.iter().map(read).collect())
    })
    .collect()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn identities(victim: &Victim) -> Vec<Attack> {
    let middle = &victim.party.middle;
    let other = middle.issue(&named("Another partner", 30));
    let key = victim.party.signer.certificate.public_key().unwrap();
    let expected = spki_sha256(&key).unwrap();
    let only_ours = move |policy: &mut TrustPolicy| {
        policy.allowed_spki_sha256 = Some(vec![expected]);
    };
    let in_base64 = |issued: &Issued| encode_block(&issued.certificate.to_der().unwrap());
    let (own, others) = (in_base64(&victim.party.signer), in_base64(&other));
    let replaced = || Forgery::of(victim).signature(&own, &others);
    let sign = |bytes: &[u8]| {
        SignatureAlgorithm::EcdsaSha256
            .sign(&other.key, bytes)
            .unwrap()
    };
    let of_other = victim.kind.write(&other.signing_key(&[middle]));
    let key_name = "<ds:KeyInfo><ds:KeyName>Test signer</ds:KeyName>";
    let key_value = "<ds:KeyInfo><ds:KeyValue></ds:KeyValue>";
    let with_key = |to: &str| Forgery::of(victim).signature("<ds:KeyInfo>", to).sealed();
    vec![
        Attack::new("the one we expect", ACCEPTED, victim.document.as_bytes()).on(only_ours),
        Attack::new("another partner", "SIGNER_UNEXPECTED", of_other).on(only_ours),
        Attack::new(
            "nobody is expected",
            "SIGNER_UNEXPECTED",
            victim.document.as_bytes(),
        )
        .on(|policy| policy.allowed_spki_sha256 = Some(Vec::new())),
        Attack::new(
            "another's certificate put in",
            NOT_NAMED,
            replaced().unsealed(),
        ),
        Attack::new(
            "another's certificate put in, and signed by him",
            NOT_NAMED,
            replaced().sealed_by(sign),
        ),
        Attack::new(
            "another's certificate put before",
            NOT_NAMED,
            Forgery::of(victim)
                .signature(
                    &own,
                    &format!("{others}</ds:X509Certificate><ds:X509Certificate>{own}"),
                )
                .sealed(),
        ),
        Attack::new(
            "signed by another's key",
            "SIGNATURE_WRONG",
            Forgery::of(victim).sealed_by(sign),
        ),
        Attack::new(
            "a key by its name",
            "SIGNATURE_STRUCTURE",
            with_key(key_name),
        ),
        Attack::new(
            "a key by its value",
            "SIGNATURE_STRUCTURE",
            with_key(key_value),
        ),
        Attack::new(
            "a certificate with bytes after it",
            "VALUE_UNREADABLE",
            Forgery::of(victim)
                .signature(&own, &with_a_byte_more(&victim.party.signer))
                .unsealed(),
        ),
        Attack::new(
            "a certificate that is none",
            "VALUE_UNREADABLE",
            Forgery::of(victim).signature(&own, "AAAA").unsealed(),
        ),
        Attack::new(
            "a certificate by its place",
            "SIGNATURE_STRUCTURE",
            with_key("<ds:KeyInfo><ds:RetrievalMethod URI=\"http://x.example/\"/>"),
        ),
    ]
}

fn with_a_byte_more(issued: &Issued) -> String {
    let der = issued.certificate.to_der().unwrap();
    encode_block(&[der.as_slice(), &[0]].concat())
}

/// Keys of another kind or size than the algorithm has.
fn keys(victim: &Victim) -> Vec<Attack> {
    let Party { middle, .. } = &victim.party;
    [
        (
            "RSA of 2048 bits",
            KeyKind::Rsa2048,
            SignatureAlgorithm::RsaPssSha256,
            "KEY_TOO_SMALL",
        ),
        (
            "RSA of 3072 bits",
            KeyKind::Rsa3072,
            SignatureAlgorithm::RsaPssSha256,
            ACCEPTED,
        ),
        (
            "RSA PKCS#1",
            KeyKind::Rsa3072,
            SignatureAlgorithm::RsaPkcs1Sha256,
            "ALGORITHM_FORBIDDEN",
        ),
        (
            "another curve of 256 bits",
            KeyKind::Secp256k1,
            SignatureAlgorithm::EcdsaSha256,
            MISMATCH,
        ),
        (
            "P-384",
            KeyKind::P384,
            SignatureAlgorithm::EcdsaSha384,
            ACCEPTED,
        ),
    ]
    .into_iter()
    .map(|(name, kind, algorithm, expected)| {
        let issued = middle.issue(&Wanted {
            kind,
            ..named("Other key", 40)
        });
        let key = AnyKey {
            key: issued.key.clone(),
            algorithm,
            certificates: vec![issued.certificate.clone(), middle.certificate.clone()],
        };
        Attack::new(name, expected, victim.kind.write(&key))
    })
    .chain([Attack::new(
        "by a key that was never issued",
        "SIGNATURE_WRONG",
        victim.kind.write(&AnyKey {
            key: new_key(KeyKind::P256),
            algorithm: SignatureAlgorithm::EcdsaSha256,
            certificates: vec![
                victim.party.signer.certificate.clone(),
                middle.certificate.clone(),
            ],
        }),
    )])
    .collect()
}
