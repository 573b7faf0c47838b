//! Certificates and revocation lists that are renewed while the server runs.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::config::{Config, Http};
use crate::domain::id::CredentialId;
use crate::http::tests::kit::{Kit, certificates, client, enter, key_of_certificate, send};
use crate::http::tls::FileTls;
use crate::store::authentication_failures;
use crate::store::credentials::{CredentialKind, Party};
use crate::transport::certificates::{self as names, certificate_file, key_file};
use crate::transport::tests::revoking_in;

const LONG: Duration = Duration::from_secs(20);

/// A copy of the server's files, with a revocation list that revokes nobody.
fn own_files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = certificates().join("certs");
    for file in [
        certificate_file(&from, names::GATEWAY_SERVER),
        key_file(&from, names::GATEWAY_SERVER),
        certificate_file(&from, names::TLS_CA),
    ] {
        let copy = folder.path().join(file.file_name().unwrap());
        // Copies keep the mode, without which a key is refused.
        std::fs::copy(&file, copy).unwrap();
    }
    write_list(folder.path(), &[]);
    folder
}

fn write_list(folder: &Path, revoked: &[&str]) {
    let list = revoking_in(
        &certificates().join("certs"),
        revoked,
        "2089-01-01T00:00:00Z",
    );
    std::fs::write(folder.join("clients.crl"), list).unwrap();
}

fn http_of(config: &Config, folder: &Path) -> Http {
    let mut http = config.http.clone();
    http.tls_cert_file = Some(certificate_file(folder, names::GATEWAY_SERVER));
    http.tls_key_file = Some(key_file(folder, names::GATEWAY_SERVER));
    http.client_ca_file = Some(certificate_file(folder, names::TLS_CA));
    http.client_crl_file = Some(folder.join("clients.crl"));
    http
}

async fn register_certificate(kit: &Kit) -> CredentialId {
    let hash = key_of_certificate(&names::office("CLJ-04")).to_vec();
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let who = (Party::Office, Some(kit.dej));
    let what = (CredentialKind::Certificate, hash);
    let id = enter(&mut tx, &kit.gateway, who, what, "*").await;
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_certificate_that_its_authority_revokes_is_refused_without_a_restart() {
    let folder = own_files();
    let kit = Kit::start_with(|config, listener| {
        config.http = http_of(config, folder.path());
        listener.tls = FileTls::load(&config.http).unwrap();
    })
    .await;
    register_certificate(&kit).await;
    let office = client(Some("office-CLJ-04"));
    let me = async || send(office.get(kit.url("/v1/offices/me"))).await;
    me().await.expect(200);

    write_list(folder.path(), &["office-CLJ-04"]);
    kit.server.follow_files()();
    // The connection that is open is judged again.
    let refused = async {
        loop {
            let reply = me().await;
            if reply.status != 200 {
                return reply;
            }
        }
    };
    let reply = tokio::time::timeout(LONG, refused).await.unwrap();
    reply.problem(401, "certificate-refused");
    // A new one does not come to stand.
    let again = client(Some("office-CLJ-04"));
    again.get(kit.url("/livez")).send().await.unwrap_err();
    // Without a certificate nothing has changed.
    send(client(None).get(kit.url("/livez"))).await.expect(200);

    let store = &kit.gateway.store;
    let failures = &kit.server.api().identities.failures;
    failures.write(store).await.unwrap();
    let mut tx = kit.read().await;
    let since = chrono::DateTime::UNIX_EPOCH;
    let rows = authentication_failures::list_since(&mut tx, since, None, 10)
        .await
        .unwrap();
    let mut told: Vec<_> = rows
        .iter()
        .map(|row| (row.cause.as_str(), row.address.as_str()))
        .collect();
    told.sort_unstable();
    let cause = "CERTIFICATE_REFUSED";
    assert_eq!(told, [(cause, ""), (cause, "127.0.0.1")]);
    assert!(rows.iter().all(|row| row.who.starts_with("certificate:")));
}

#[test]
fn files_that_have_not_changed_are_nothing_new_and_bad_ones_are_told_once() {
    let folder = own_files();
    let config = Config::development(folder.path());
    let tls = FileTls::load(&http_of(&config, folder.path()))
        .unwrap()
        .unwrap();
    assert!(!tls.follow().unwrap());

    let list = folder.path().join("clients.crl");
    std::fs::write(&list, "not a list").unwrap();
    tls.follow().unwrap_err();
    assert!(!tls.follow().unwrap(), "it is told once");
    write_list(folder.path(), &["office-CLJ-04"]);
    assert!(tls.follow().unwrap());
    assert!(!tls.follow().unwrap());
    std::fs::remove_file(&list).unwrap();
    tls.follow().unwrap_err();
}
