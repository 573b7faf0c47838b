use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use std::fs;
use std::io::{BufReader, Write};
use std::process::Command;
use std::sync::LazyLock;

use super::*;

/// A key and its certificate; they take long to make.
static PARTY: LazyLock<(PKey<Private>, X509)> = LazyLock::new(|| party(3072));

fn party(bits: u32) -> (PKey<Private>, X509) {
    let key = PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
    let certificate = certificate_of(&key);
    (key, certificate)
}

fn certificate_of(key: &PKey<Private>) -> X509 {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "bureau").unwrap();
    let name = name.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    let day = |days| Asn1Time::days_from_now(days).unwrap();
    builder.set_not_before(&day(0)).unwrap();
    builder.set_not_after(&day(10)).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

fn encrypted(plain: &[u8], transport: KeyTransport) -> Vec<u8> {
    let recipient = Recipient::new(PARTY.1.clone(), transport).unwrap();
    let mut writing = Encryption::begin(Vec::new(), &recipient).unwrap();
    // In uneven pieces, so that no boundary is met by chance.
    for piece in plain.chunks(7_919) {
        writing.write_all(piece).unwrap();
    }
    writing.finish().unwrap()
}

fn opened(document: &[u8], key: &PKey<Private>) -> Result<Vec<u8>, DecryptError> {
    let mut plain = Vec::new();
    let mut source = BufReader::with_capacity(1_021, document);
    decrypt(&mut source, key, &mut plain).map(|()| plain)
}

fn sample(length: usize) -> Vec<u8> {
    (0_u8..=250).cycle().take(length).collect()
}

#[test]
fn what_is_encrypted_is_decrypted_whatever_its_length() {
    for transport in KeyTransport::ALL {
        for length in [0, 1, 2, 3, 15, 16, 17, 49_151, 49_152, 49_153, 300_000] {
            let plain = sample(length);
            let document = encrypted(&plain, *transport);
            assert!(opened(&document, &PARTY.0).unwrap() == plain, "{length}");
        }
    }
}

#[test]
fn two_encryptions_of_the_same_share_neither_key_nor_nonce() {
    let [one, other] = [(); 2].map(|()| encrypted(b"the same", KeyTransport::RsaOaepSha256));
    let texts = |document: &[u8]| {
        let text = String::from_utf8(document.to_vec()).unwrap();
        let values = text.split("<xenc:CipherValue>").skip(1);
        values
            .map(|value| value.split('<').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, other) = (texts(&one), texts(&other));
    assert_eq!(one.len(), 2);
    assert!(one[0] != other[0] && one[1] != other[1]);
}

#[test]
fn xmlsec1_decrypts_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (document, key) = (folder.path().join("a.xml"), folder.path().join("key.pem"));
    let plain = [b"<a>".as_slice(), "ș".repeat(100_000).as_bytes(), b"</a>"].concat();
    fs::write(&document, encrypted(&plain, KeyTransport::RsaOaepSha1)).unwrap();
    fs::write(&key, PARTY.0.private_key_to_pem_pkcs8().unwrap()).unwrap();

    let mut command = Command::new("xmlsec1");
    let command = command.args(["--decrypt", "--privkey-pem"]);
    let output = command.args([&key, &document]).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(output.stdout == plain);
}

#[test]
fn a_wrong_key_and_a_changed_text_are_refused_alike() {
    let document = encrypted(&sample(1_000), KeyTransport::RsaOaepSha256);
    let (stranger, _) = party(2048);
    for key in [stranger, party(3072).0] {
        let refused = opened(&document, &key).unwrap_err();
        assert!(matches!(refused, DecryptError::NotAuthentic), "{refused:?}");
    }
    let elliptic = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let elliptic = openssl::ec::EcKey::generate(&elliptic).unwrap();
    let refused = opened(&document, &PKey::from_ec_key(elliptic).unwrap());
    assert!(matches!(refused, Err(DecryptError::NotAuthentic)));
}

/// A base64 digit in the middle of a text, changed to another one.
fn spoilt(document: &[u8], at: usize) -> Vec<u8> {
    let mut spoilt = document.to_vec();
    spoilt[at] = if spoilt[at] == b'A' { b'B' } else { b'A' };
    spoilt
}

#[test]
fn every_changed_part_is_refused() {
    let document = encrypted(&sample(1_000), KeyTransport::RsaOaepSha256);
    let text = String::from_utf8(document.clone()).unwrap();
    let values: Vec<_> = text
        .match_indices("<xenc:CipherValue>")
        .map(|(at, tag)| at + tag.len())
        .collect();
    let [wrapped, ciphertext] = values.try_into().unwrap();
    let end = text.rfind("</xenc:CipherValue>").unwrap();
    for (part, at) in [
        ("wrapped key", wrapped + 100),
        ("nonce", ciphertext + 3),
        ("ciphertext", ciphertext + 500),
        ("tag", end - 6),
    ] {
        let refused = opened(&spoilt(&document, at), &PARTY.0);
        assert!(
            matches!(refused, Err(DecryptError::NotAuthentic)),
            "{part}: {refused:?}"
        );
    }
    for (from, to) in [
        ("aes256-gcm", "aes256-cbc"),
        ("mgf1sha256", "mgf1sha384"),
        ("xenc:EncryptedKey>", "xenc:EncryptedKex>"),
        ("</xenc:EncryptedData>", "</xenc:EncryptedDatA>"),
    ] {
        let refused = opened(text.replace(from, to).as_bytes(), &PARTY.0);
        assert!(
            matches!(refused, Err(DecryptError::Layout(_))),
            "{from}: {refused:?}"
        );
    }
    for length in [0, 10, wrapped + 5, ciphertext + 8, end, document.len() - 1] {
        let refused = opened(&document[..length], &PARTY.0);
        assert!(
            matches!(refused, Err(DecryptError::Layout(_))),
            "{length}: {refused:?}"
        );
    }
}

#[test]
fn only_rsa_keys_of_full_length_receive() {
    let short = Recipient::new(party(2048).1, KeyTransport::RsaOaepSha256);
    assert!(matches!(short, Err(RecipientError::KeyUnfit)));
    let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let elliptic = Recipient::new(certificate_of(&key), KeyTransport::RsaOaepSha256);
    assert!(matches!(elliptic, Err(RecipientError::KeyUnfit)));
}

/// Processor time of the fastest of some rounds, in nanoseconds.
fn fastest(mut round: impl FnMut()) -> i64 {
    let spent = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        now.tv_sec * 1_000_000_000 + now.tv_nsec
    };
    let times = (0..15).map(|_| {
        let before = spent();
        round();
        spent() - before
    });
    times.min().unwrap()
}

#[test]
#[ignore = "measures, and means something only when it is built for release"]
fn what_encrypting_costs_beside_bare_aes() {
    use openssl::cipher::Cipher;
    use openssl::cipher_ctx::CipherCtx;
    const PIECE: usize = 64 * 1024;
    let plain = sample(32 << 20);
    let recipient = Recipient::new(PARTY.1.clone(), KeyTransport::RsaOaepSha256).unwrap();
    let mut out = vec![0; PIECE];
    let bare = fastest(|| {
        let mut cipher = CipherCtx::new().unwrap();
        let aes = Cipher::aes_256_gcm();
        cipher
            .encrypt_init(Some(aes), Some(&[7; 32]), Some(&[7; 12]))
            .unwrap();
        for piece in plain.chunks(PIECE) {
            cipher
                .cipher_update(piece, Some(&mut out[..piece.len()]))
                .unwrap();
        }
        cipher.cipher_final(&mut []).unwrap();
    });
    let encrypting = fastest(|| {
        let mut writing = Encryption::begin(std::io::sink(), &recipient).unwrap();
        for piece in plain.chunks(PIECE) {
            writing.write_all(piece).unwrap();
        }
        writing.finish().unwrap();
    });
    let hundredths = encrypting * 100 / bare;
    println!(
        "32 MiB: AES-256-GCM alone {} µs, encrypted for XML {} µs, ratio {}.{:02}",
        bare / 1_000,
        encrypting / 1_000,
        hundredths / 100,
        hundredths % 100,
    );
    assert!(encrypting >= bare / 2, "it encrypts at all");
}
