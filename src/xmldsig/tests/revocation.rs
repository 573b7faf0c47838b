//! What revocation lists say, and which of them count.

use chrono::TimeDelta;
use openssl::x509::X509Crl;

use super::*;
use crate::xmldsig::fixtures::{Usage, WantedList};

/// Requires an answer for each choice of lists about the same document.
fn assert_answers(party: &Party, cases: Vec<(&str, Vec<X509Crl>, &str)>) {
    let (document, _) = sample(&party.key());
    for (name, lists, expected) in cases {
        let mut policy = party.policy();
        policy.crls = lists;
        assert_eq!(refusal_code(&document, &policy), expected, "{name}");
    }
}

#[test]
fn a_revoked_certificate_is_refused_and_so_is_one_below_a_revoked_authority() {
    let party = Party::new(KeyKind::P256);
    let (signer, middle) = (&party.signer.certificate, &party.middle.certificate);
    let none = || party.middle.revocation_list(noon(), &[]);
    let by_root = |revoked: &[&_]| party.root.revocation_list(noon(), revoked);
    let signers = || party.middle.revocation_list(noon(), &[signer]);
    assert_answers(
        &party,
        vec![
            ("nobody", vec![none()], "VERIFIED"),
            ("signer", vec![signers()], "CERTIFICATE_REVOKED"),
            (
                "authority",
                vec![none(), by_root(&[middle])],
                "CERTIFICATE_REVOKED",
            ),
            // The serial number of one authority's certificate says nothing of another's.
            (
                "same serial number",
                vec![none(), by_root(&[signer])],
                "VERIFIED",
            ),
        ],
    );
}

#[test]
fn whether_it_was_revoked_before_or_after_it_signed_is_told_apart() {
    let party = Party::new(KeyKind::P256);
    let revoked: &[_] = &[&*party.signer.certificate.clone()];
    let (document, _) = sample(&party.key());
    let mut policy = party.policy();
    policy.at = noon() + TimeDelta::days(1);
    for (seconds, expected) in [
        (-1, "CERTIFICATE_REVOKED"),
        (0, "CERTIFICATE_REVOKED"),
        (1, "CERTIFICATE_REVOKED_SINCE"),
    ] {
        let owned: Vec<_> = revoked.iter().map(|one| (*one).to_owned()).collect();
        let revoked: Vec<_> = owned.iter().collect();
        let list = WantedList {
            revoked_at: noon() + TimeDelta::seconds(seconds),
            ..WantedList::at(policy.at, &revoked)
        };
        policy.crls = vec![party.middle.revocation_list_of(&list)];
        assert_eq!(refusal_code(&document, &policy), expected, "{seconds}");
    }
}

#[test]
fn a_list_that_is_not_current_refuses_everybody() {
    let party = Party::new(KeyKind::P256);
    let list =
        |authority: &Issued, days| authority.revocation_list(noon() + TimeDelta::days(days), &[]);
    let (current, expired) = (|| list(&party.middle, 0), || list(&party.middle, -2));
    assert_answers(
        &party,
        vec![
            ("expired", vec![expired()], "REVOCATION_EXPIRED"),
            (
                "early",
                vec![list(&party.middle, 3)],
                "REVOCATION_NOT_YET_VALID",
            ),
            (
                "beside its successor",
                vec![expired(), current()],
                "VERIFIED",
            ),
            (
                "before its successor",
                vec![current(), expired()],
                "VERIFIED",
            ),
            (
                "of the upper authority",
                vec![current(), list(&party.root, -2)],
                "REVOCATION_EXPIRED",
            ),
        ],
    );
}

#[test]
fn a_list_must_be_the_issuers_and_about_all_it_issued() {
    let party = Party::new(KeyKind::P256);
    let same_name = Party::new(KeyKind::P256);
    let stranger = Issued::root("A stranger").revocation_list(noon(), &[]);
    let forged = same_name.middle.revocation_list(noon(), &[]);
    let partial = party.middle.revocation_list_of(&WantedList {
        users_only: true,
        ..WantedList::at(noon(), &[])
    });
    assert_answers(
        &party,
        vec![
            ("a stranger's", vec![stranger], "REVOCATION_UNKNOWN"),
            ("forged", vec![forged], "REVOCATION_UNUSABLE"),
            ("partial", vec![partial], "REVOCATION_UNUSABLE"),
            (
                "of the upper authority alone",
                vec![party.root.revocation_list(noon(), &[])],
                "REVOCATION_UNKNOWN",
            ),
        ],
    );
}

#[test]
fn an_authority_that_may_not_sign_lists_has_none() {
    let root = Issued::root("Test root");
    let middle = root.issue(&Wanted {
        usage: Usage::AuthorityWithoutLists,
        ..Wanted::signer("Test issuer")
    });
    let signer = middle.issue(&Wanted::signer("Test signer"));
    let party = Party {
        root,
        middle,
        signer,
    };
    let list = party.middle.revocation_list(noon(), &[]);
    assert_answers(
        &party,
        vec![
            ("without lists", Vec::new(), "VERIFIED"),
            ("with a list", vec![list], "REVOCATION_UNUSABLE"),
        ],
    );
}

#[test]
fn a_pinned_signer_cannot_be_looked_up_and_is_refused_once_there_are_lists() {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.signer.signing_key(&[]));
    let mut policy = party.policy();
    policy.anchors = vec![party.signer.certificate.clone()];
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    policy.crls = vec![party.middle.revocation_list(noon(), &[])];
    assert_eq!(refusal_code(&document, &policy), "REVOCATION_UNKNOWN");
}
