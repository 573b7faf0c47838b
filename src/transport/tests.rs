//! Handshakes between the parties of a development set of certificates, without a network where
//! none is needed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::extension::{AuthorityKeyIdentifier, CrlNumber};
use openssl::x509::{X509, X509CrlBuilder, X509RevokedBuilder};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConnection, ServerConnection};
use tempfile::TempDir;

use super::certificates::*;
use super::renewal::ServerTls;
use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// TLS is judged by the machine's clock, whatever that says.
fn a_century() -> Validity {
    Validity {
        from: at("2020-01-01T00:00:00Z"),
        until: at("2120-01-01T00:00:00Z"),
    }
}

/// One set of certificates for all tests: they only read it.
fn development() -> &'static Path {
    static DIR: OnceLock<TempDir> = OnceLock::new();
    DIR.get_or_init(|| made_in(a_century())).path()
}

fn made_in(validity: Validity) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    generate_development_certificates(dir.path(), &["CJ01"], validity, false).unwrap();
    dir
}

/// What a party reads from its files.
struct Files {
    chain: Vec<u8>,
    key: Vec<u8>,
    anchors: Vec<u8>,
}

impl Files {
    fn of(dir: &Path, name: &str) -> Self {
        Self {
            chain: fs::read(certificate_file(dir, name)).unwrap(),
            key: fs::read(key_file(dir, name)).unwrap(),
            anchors: fs::read(certificate_file(dir, TLS_CA)).unwrap(),
        }
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            chain_pem: &self.chain,
            key_pem: &self.key,
        }
    }

    fn trust(&self) -> Trust<'_> {
        Trust {
            anchors_pem: &self.anchors,
            crls_pem: None,
        }
    }
}

/// Lets both sides talk until they agree or one refuses; the client's certificate as the server
/// sees it, if it showed one.
fn handshake(
    client: ClientConfig,
    server: ServerConfig,
    host: &'static str,
) -> Result<Option<Vec<u8>>, rustls::Error> {
    let host = ServerName::try_from(host).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), host)?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    while client.is_handshaking() || server.is_handshaking() {
        let mut flight = Vec::new();
        client.write_tls(&mut flight).unwrap();
        server.read_tls(&mut flight.as_slice()).unwrap();
        server.process_new_packets()?;
        flight.clear();
        server.write_tls(&mut flight).unwrap();
        client.read_tls(&mut flight.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    let shown = server.peer_certificates().and_then(|chain| chain.first());
    Ok(shown.map(|certificate| certificate.to_vec()))
}

/// The gateway's server, which asks for client certificates.
fn gateway(crls: Option<&[u8]>) -> ServerConfig {
    let files = Files::of(development(), GATEWAY_SERVER);
    let clients = Trust {
        crls_pem: crls,
        ..files.trust()
    };
    server_config(&files.identity(), Some(&clients)).unwrap()
}

fn client_named(name: &str) -> ClientConfig {
    let files = Files::of(development(), name);
    client_config(&files.trust(), Some(&files.identity())).unwrap()
}

#[test]
fn a_client_is_known_by_the_key_of_its_certificate() {
    let shown = handshake(client_named("office-CJ01"), gateway(None), "localhost").unwrap();

    let pem = Files::of(development(), "office-CJ01").chain;
    let der = X509::from_pem(&pem).unwrap().to_der().unwrap();
    assert_eq!(shown.as_deref(), Some(der.as_slice()));
    let other = Files::of(development(), AUTOMATION).chain;
    let other = X509::from_pem(&other).unwrap().to_der().unwrap();
    assert_ne!(spki_sha256(&der).unwrap(), spki_sha256(&other).unwrap());
}

#[test]
fn a_renewed_certificate_of_the_same_key_has_the_same_hash() {
    let pem = Files::of(development(), "office-CJ01");
    let key = PKey::private_key_from_pem(&pem.key).unwrap();
    let mut renewed = X509::builder().unwrap();
    let since = Asn1Time::from_unix(a_century().from.timestamp()).unwrap();
    renewed.set_not_before(&since).unwrap();
    renewed.set_not_after(&since).unwrap();
    renewed.set_pubkey(&key).unwrap();
    renewed.sign(&key, MessageDigest::sha256()).unwrap();
    let first = X509::from_pem(&pem.chain).unwrap();

    let hash = spki_sha256(&first.to_der().unwrap()).unwrap();

    assert_eq!(
        hash,
        spki_sha256(&renewed.build().to_der().unwrap()).unwrap()
    );
    assert_eq!(
        hash,
        openssl::sha::sha256(&key.public_key_to_der().unwrap())
    );
    assert!(matches!(
        spki_sha256(b"no certificate"),
        Err(TransportError::Certificate(_))
    ));
}

#[test]
fn a_client_without_a_certificate_is_let_in_as_nobody() {
    let files = Files::of(development(), GATEWAY_SERVER);
    let client = || client_config(&files.trust(), None).unwrap();
    assert_eq!(
        handshake(client(), gateway(None), "localhost").unwrap(),
        None
    );
    assert_eq!(
        handshake(client(), gateway(None), "127.0.0.1").unwrap(),
        None
    );

    let open = server_config(&files.identity(), None).unwrap();
    let office = client_named("office-CJ01");
    assert_eq!(
        handshake(office, open, "localhost").unwrap(),
        None,
        "nobody asked for it"
    );
}

/// Why the handshake was refused: the name that rustls gives to what is wrong with a certificate.
fn refusal(result: Result<Option<Vec<u8>>, rustls::Error>) -> String {
    let Err(rustls::Error::InvalidCertificate(reason)) = result else {
        panic!("expected a refused certificate, got {result:?}");
    };
    let name = format!("{reason:?}");
    let mut words = name.split(|letter: char| !letter.is_alphanumeric());
    words.next().unwrap().to_owned()
}

#[test]
fn a_stranger_is_refused_on_either_side() {
    let strangers = made_in(a_century());
    let files = Files::of(development(), GATEWAY_SERVER);
    let stranger = Files::of(strangers.path(), "office-CJ01");

    let as_client = client_config(&files.trust(), Some(&stranger.identity())).unwrap();
    let reason = refusal(handshake(as_client, gateway(None), "localhost"));
    // Both authorities have the same name: the signature tells them apart.
    assert_eq!(reason, "BadSignature");

    let as_server = Files::of(strangers.path(), GATEWAY_SERVER);
    let as_server = server_config(&as_server.identity(), None).unwrap();
    let client = client_named(GATEWAY_TO_BUREAU);
    assert_eq!(
        refusal(handshake(client, as_server, "localhost")),
        "BadSignature"
    );

    let seal = Files::of(development(), GATEWAY_SEAL);
    let as_client = client_config(&files.trust(), Some(&seal.identity())).unwrap();
    let reason = refusal(handshake(as_client, gateway(None), "localhost"));
    assert_eq!(
        reason, "InvalidPurposeContext",
        "a seal opens no connection"
    );
}

#[test]
fn another_host_another_use_and_another_time_are_refused() {
    let elsewhere = handshake(client_named(AUTOMATION), gateway(None), "elsewhere.example");
    assert_eq!(refusal(elsewhere), "NotValidForNameContext");

    let server_as_client = handshake(client_named(BUREAU_SERVER), gateway(None), "localhost");
    assert_eq!(refusal(server_as_client), "InvalidPurposeContext");

    let past = Validity {
        from: at("2020-01-01T00:00:00Z"),
        until: at("2021-01-01T00:00:00Z"),
    };
    let past = made_in(past);
    let server = Files::of(past.path(), GATEWAY_SERVER);
    let client = client_config(&server.trust(), None).unwrap();
    let expired = server_config(&server.identity(), None).unwrap();
    assert_eq!(
        refusal(handshake(client, expired, "localhost")),
        "ExpiredContext"
    );
}

#[test]
fn both_versions_of_tls_are_spoken_and_no_session_is_resumed() {
    for version in [&TLS12, &TLS13] {
        let files = Files::of(development(), GATEWAY_SERVER);
        let client = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(pem::anchors(&files.anchors).unwrap())
            .with_no_client_auth();
        handshake(client, gateway(None), "localhost").unwrap();
    }
    assert_eq!(gateway(None).send_tls13_tickets, 0);
    assert!(!gateway(None).session_storage.can_cache());
}

/// A list that revokes these certificates of the TLS authority, good for `until`.
fn revoking(names: &[&str], until: &str) -> Vec<u8> {
    revoking_in(development(), names, until)
}

/// A list by which the TLS authority of a folder revokes these certificates, good for `until`.
pub(crate) fn revoking_in(dir: &Path, names: &[&str], until: &str) -> Vec<u8> {
    let authority = Files::of(dir, TLS_CA);
    let key = PKey::private_key_from_pem(&authority.key).unwrap();
    let authority = X509::from_pem(&authority.chain).unwrap();
    let since = Asn1Time::from_unix(a_century().from.timestamp()).unwrap();
    let mut list = X509CrlBuilder::new().unwrap();
    list.set_issuer_name(authority.subject_name()).unwrap();
    list.set_last_update(&since).unwrap();
    list.set_next_update(&Asn1Time::from_unix(at(until).timestamp()).unwrap())
        .unwrap();
    // RFC 5280, section 5.2, wants both extensions in every list.
    let context = X509::builder().unwrap();
    let context = context.x509v3_context(Some(&authority), None);
    let issuer = AuthorityKeyIdentifier::new()
        .keyid(true)
        .build(&context)
        .unwrap();
    list.append_extension(issuer).unwrap();
    let number = CrlNumber::new(BigNum::from_u32(1).unwrap()).unwrap();
    list.append_extension(number.build().unwrap()).unwrap();
    for name in names {
        let certificate = X509::from_pem(&Files::of(dir, name).chain).unwrap();
        let mut entry = X509RevokedBuilder::new().unwrap();
        entry
            .set_serial_number(certificate.serial_number())
            .unwrap();
        entry.set_revocation_date(&since).unwrap();
        list.add_revoked(entry.build()).unwrap();
    }
    list.sign(&key, MessageDigest::sha256()).unwrap();
    list.build().unwrap().to_pem().unwrap()
}

#[test]
fn a_revoked_certificate_is_refused_and_a_stale_list_does_not_open_the_door() {
    let list = revoking(&["office-CJ01"], "2119-01-01T00:00:00Z");
    let revoked = handshake(
        client_named("office-CJ01"),
        gateway(Some(&list)),
        "localhost",
    );
    assert_eq!(refusal(revoked), "Revoked");
    let other = handshake(client_named(AUTOMATION), gateway(Some(&list)), "localhost");
    assert!(other.unwrap().is_some());

    let stale = revoking(&[], "2021-01-01T00:00:00Z");
    let refused = handshake(client_named(AUTOMATION), gateway(Some(&stale)), "localhost");
    assert_eq!(refusal(refused), "ExpiredRevocationListContext");

    let files = Files::of(development(), GATEWAY_SERVER);
    let list = revoking(&[GATEWAY_SERVER], "2119-01-01T00:00:00Z");
    let trust = Trust {
        crls_pem: Some(&list),
        ..files.trust()
    };
    let client = client_config(&trust, None).unwrap();
    assert_eq!(
        refusal(handshake(client, gateway(None), "localhost")),
        "Revoked"
    );
}

#[test]
fn a_renewed_certificate_is_shown_from_the_next_handshake_on() {
    let strangers = made_in(a_century());
    let (old, new) = (
        Files::of(development(), GATEWAY_SERVER),
        Files::of(strangers.path(), GATEWAY_SERVER),
    );
    let tls = ServerTls::new(&old.identity(), Some(&old.trust())).unwrap();
    let who_trusts = |files: &Files| client_config(&files.trust(), None).unwrap();
    handshake(who_trusts(&old), tls.config(), "localhost").unwrap();

    tls.renew(&new.identity(), Some(&new.trust())).unwrap();
    handshake(who_trusts(&new), tls.config(), "localhost").unwrap();
    let as_before = handshake(who_trusts(&old), tls.config(), "localhost");
    assert_eq!(refusal(as_before), "BadSignature");
    // The authorities are the new ones too.
    let office = Files::of(strangers.path(), "office-CJ01");
    let office = client_config(&new.trust(), Some(&office.identity())).unwrap();
    assert!(
        handshake(office, tls.config(), "localhost")
            .unwrap()
            .is_some()
    );
    let former = Files::of(development(), "office-CJ01");
    let former = client_config(&new.trust(), Some(&former.identity())).unwrap();
    assert_eq!(
        refusal(handshake(former, tls.config(), "localhost")),
        "BadSignature"
    );
}

#[test]
fn a_renewed_list_counts_for_connections_that_are_open_too() {
    let files = Files::of(development(), GATEWAY_SERVER);
    let tls = ServerTls::new(&files.identity(), Some(&files.trust())).unwrap();
    let refused = Arc::new(std::sync::Mutex::new(Vec::new()));
    let witnessed = Arc::clone(&refused);
    tls.witness_refusals(move |der| witnessed.lock().unwrap().push(der.to_vec()));
    let office = handshake(client_named("office-CJ01"), tls.config(), "localhost");
    let office = CertificateDer::from(office.unwrap().unwrap());
    let chain = [office.clone()];
    let now = at("2026-03-02T09:00:00Z");
    assert!(tls.still_trusts(&chain, now));

    let list = revoking(&["office-CJ01"], "2119-01-01T00:00:00Z");
    let trust = Trust {
        crls_pem: Some(&list),
        ..files.trust()
    };
    let before = tls.generation();
    tls.renew(&files.identity(), Some(&trust)).unwrap();
    assert!(tls.generation() > before);
    assert!(!tls.still_trusts(&chain, now));
    let again = handshake(client_named("office-CJ01"), tls.config(), "localhost");
    assert_eq!(refusal(again), "Revoked");
    assert_eq!(*refused.lock().unwrap(), [office.to_vec()]);
    assert_eq!(
        lists_valid_until(&list).unwrap(),
        at("2119-01-01T00:00:00Z")
    );
}

#[test]
fn a_renewal_that_does_not_serve_changes_nothing() {
    let (one, other) = (
        Files::of(development(), GATEWAY_SERVER),
        Files::of(development(), BUREAU_SERVER),
    );
    let tls = ServerTls::new(&one.identity(), Some(&one.trust())).unwrap();
    let pair = Identity {
        chain_pem: &one.chain,
        key_pem: &other.key,
    };
    let nobody = Trust {
        anchors_pem: b"",
        crls_pem: None,
    };
    assert!(tls.renew(&pair, Some(&one.trust())).is_err());
    assert!(tls.renew(&other.identity(), Some(&nobody)).is_err());
    assert_eq!(tls.generation(), 0);
    let office = handshake(client_named("office-CJ01"), tls.config(), "localhost");
    assert!(office.unwrap().is_some());
}

#[test]
fn what_is_missing_or_does_not_fit_together_is_named() {
    let (one, other) = (
        Files::of(development(), GATEWAY_SERVER),
        Files::of(development(), BUREAU_SERVER),
    );
    let pair = Identity {
        chain_pem: &one.chain,
        key_pem: &other.key,
    };
    let error = server_config(&pair, None).unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error}");

    let nothing = Trust {
        anchors_pem: b"",
        crls_pem: None,
    };
    let error = client_config(&nothing, None).unwrap_err();
    assert_eq!(error.to_string(), "the trust anchor file is empty");

    let keyless = Identity {
        chain_pem: &one.chain,
        key_pem: &one.chain,
    };
    let error = server_config(&keyless, None).unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Pem {
                what: "private key file",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn the_client_shows_its_certificate_and_follows_no_redirect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let bureau = Files::of(development(), BUREAU_SERVER);
    let server = server_config(&bureau.identity(), Some(&bureau.trust())).unwrap();
    let conversation = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut tls = ServerConnection::new(Arc::new(server)).unwrap();
        let mut stream = rustls::Stream::new(&mut tls, &mut socket);
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).unwrap();
        request.truncate(length);
        stream
            .write_all(
                b"HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n",
            )
            .unwrap();
        tls.send_close_notify();
        tls.write_tls(&mut socket).unwrap();
        let shown = tls.peer_certificates().unwrap()[0].to_vec();
        (String::from_utf8(request).unwrap(), shown)
    });
    let gateway = Files::of(development(), GATEWAY_TO_BUREAU);
    let ten_seconds = Duration::from_secs(10);
    let timeouts = Timeouts {
        connect: ten_seconds,
        total: ten_seconds,
    };
    let client = https_client(&gateway.trust(), Some(&gateway.identity()), timeouts).unwrap();

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let get = async |scheme: &str| {
        let url = format!("{scheme}://localhost:{port}/orders/1");
        client.get(url).send().await
    };
    let answer = runtime.block_on(get("https")).unwrap();
    let plain = runtime.block_on(get("http"));

    assert_eq!(answer.status(), 302);
    assert!(plain.unwrap_err().is_builder(), "plain HTTP never leaves");
    let (request, shown) = conversation.join().unwrap();
    assert!(
        request.starts_with("GET /orders/1 HTTP/1.1\r\n"),
        "{request}"
    );
    assert_eq!(
        shown,
        X509::from_pem(&gateway.chain).unwrap().to_der().unwrap()
    );
}

#[test]
fn keys_are_private_and_nothing_is_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let make = |overwrite| {
        generate_development_certificates(dir.path(), &["CJ01", "CJ_2"], a_century(), overwrite)
    };
    let files = make(false).unwrap();
    assert_eq!(files.len(), 3 + 2 * (2 + 2 + 4 + 2 + 2));
    for file in &files {
        let mode = fs::metadata(file).unwrap().mode() & 0o777;
        let public = file.extension().is_some_and(|extension| extension == "pem");
        assert_eq!(
            mode,
            if public { 0o644 } else { 0o600 },
            "{}",
            file.display()
        );
    }
    let before = fs::read(key_file(dir.path(), GATEWAY_SEAL)).unwrap();

    let refused = make(false);
    assert!(
        matches!(refused, Err(CertificatesError::AlreadyThere { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fs::read(key_file(dir.path(), GATEWAY_SEAL)).unwrap(),
        before
    );

    assert_eq!(make(true).unwrap(), files);
    assert_ne!(
        fs::read(key_file(dir.path(), GATEWAY_SEAL)).unwrap(),
        before
    );
}

#[test]
fn an_office_code_cannot_lead_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    for code in ["", "../CJ01", "CJ 01", "Câmpia"] {
        let made = generate_development_certificates(dir.path(), &[code], a_century(), false);
        assert!(
            matches!(made, Err(CertificatesError::OfficeCode { .. })),
            "{code:?}: {made:?}"
        );
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// What openssl itself says about a certificate.
fn described(name: &str) -> String {
    let pem = fs::read(certificate_file(development(), name)).unwrap();
    String::from_utf8(X509::from_pem(&pem).unwrap().to_text().unwrap()).unwrap()
}

#[test]
fn every_certificate_says_what_it_may_be_used_for() {
    let expected = [
        (
            TLS_CA,
            "CA:TRUE, pathlen:0",
            "Certificate Sign, CRL Sign",
            "",
        ),
        (
            SIGNING_CA,
            "CA:TRUE, pathlen:0",
            "Certificate Sign, CRL Sign",
            "",
        ),
        (
            GATEWAY_SERVER,
            "CA:FALSE",
            "Digital Signature",
            "TLS Web Server Authentication",
        ),
        (
            "office-CJ01",
            "CA:FALSE",
            "Digital Signature",
            "TLS Web Client Authentication",
        ),
        (
            GATEWAY_SEAL,
            "CA:FALSE",
            "Digital Signature, Non Repudiation",
            "1.3.6.1.5.5.7.3.36",
        ),
        (
            BUREAU_SEAL,
            "CA:FALSE",
            "Digital Signature, Non Repudiation",
            "1.3.6.1.5.5.7.3.36",
        ),
    ];
    for (name, constraint, usage, extended) in expected {
        let text = described(name);
        assert!(text.contains("Version: 3"), "{text}");
        assert!(text.contains(&format!(
            "X509v3 Key Usage: critical\n                {usage}\n"
        )));
        for part in [constraint, extended, "Subject Key Identifier"] {
            assert!(text.contains(part), "{name} lacks {part}: {text}");
        }
    }
    assert!(described(GATEWAY_SERVER).contains("DNS:localhost, IP Address:127.0.0.1"));
}

#[test]
fn certificates_are_valid_for_the_whole_period_asked_for() {
    let text = described(GATEWAY_SEAL);
    assert!(
        text.contains("Not Before: Jan  1 00:00:00 2020 GMT"),
        "{text}"
    );
    assert!(
        text.contains("Not After : Jan  1 00:00:00 2120 GMT"),
        "{text}"
    );
    let pem = |name| fs::read(certificate_file(development(), name)).unwrap();
    assert_eq!(valid_until(&pem(GATEWAY_SEAL)).unwrap(), a_century().until);

    let short = Validity {
        from: a_century().from,
        until: at("2026-12-24T18:30:00Z"),
    };
    let short = fs::read(certificate_file(made_in(short).path(), TLS_CA)).unwrap();
    let chain = [pem(GATEWAY_SERVER), short, pem(TLS_CA)].concat();
    assert_eq!(
        valid_until(&chain).unwrap(),
        at("2026-12-24T18:30:00Z"),
        "the shortest counts"
    );
    assert!(matches!(
        valid_until(b""),
        Err(TransportError::Empty { .. })
    ));

    let now = at("2026-03-02T09:00:00Z");
    let usual = Validity::around(now);
    assert!(usual.from < now && usual.until > now + TimeDelta::days(365));
}

#[test]
fn the_webhook_keys_belong_together() {
    let dir = development();
    let hmac = fs::read_to_string(dir.join(SELFPAY_HMAC_FILE)).unwrap();
    let hmac = hmac.trim_end().strip_prefix("whsec_").unwrap();
    assert_eq!(openssl::base64::decode_block(hmac).unwrap().len(), 32);

    let private = fs::read(dir.join(SELFPAY_ED25519_KEY_FILE)).unwrap();
    let private = PKey::private_key_from_pem(&private).unwrap();
    let public = fs::read_to_string(dir.join(SELFPAY_ED25519_FILE)).unwrap();
    let public = public.trim_end().strip_prefix("whpk_").unwrap();
    assert_eq!(
        openssl::base64::decode_block(public).unwrap(),
        private.raw_public_key().unwrap()
    );
}
