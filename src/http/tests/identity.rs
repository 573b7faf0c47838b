//! Who may: certificates over real TLS, API keys, parties, scopes.

use reqwest::{Client, Method};
use serde_json::json;

use crate::config::Environment;
use crate::domain::id::CredentialId;
use crate::http::tests::kit::{
    BUREAU, DEJ, Kit, TURDA, adult, certificates, client, client_of, enter, key_of_certificate,
    register, send,
};
use crate::store::credentials::{self, CredentialKind, Party};
use crate::transport::certificates as names;

/// Registers the certificate of Dej.
async fn with_certificate(kit: &Kit) -> CredentialId {
    let hash = key_of_certificate(&names::office("CLJ-04")).to_vec();
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let who = (Party::Office, Some(kit.dej));
    let what = (CredentialKind::Certificate, hash);
    let id = enter(&mut tx, &kit.gateway, who, what, "*").await;
    tx.commit().await.unwrap();
    id
}

async fn me(kit: &Kit, client: &Client) -> super::kit::Reply {
    send(client.get(kit.url("/v1/offices/me"))).await
}

#[tokio::test]
async fn a_registered_certificate_says_who_calls() {
    let kit = Kit::start_tls().await;
    with_certificate(&kit).await;

    let view = me(&kit, &client(Some("office-CLJ-04"))).await.expect(200);
    assert_eq!(view["code"], "CLJ-04");
    assert_eq!(view["test"], true);
}

#[tokio::test]
async fn a_certificate_that_nobody_registered_is_unknown() {
    let kit = Kit::start_tls().await;
    with_certificate(&kit).await;

    let reply = me(&kit, &client(Some("office-CLJ-08"))).await;
    reply.problem(401, "credentials-unknown");
}

#[tokio::test]
async fn without_certificate_and_key_nobody_knows_who_calls() {
    let kit = Kit::start_tls().await;

    let reply = me(&kit, &client(None)).await;
    reply.problem(401, "credentials-missing");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_from_the_next_request_on() {
    let kit = Kit::start_tls().await;
    let id = with_certificate(&kit).await;
    let office = client(Some("office-CLJ-04"));
    me(&kit, &office).await.expect(200);

    let mut tx = kit.gateway.store.begin().await.unwrap();
    let now = kit.gateway.clock.now();
    assert!(credentials::revoke(&mut tx, id, now).await.unwrap());
    tx.commit().await.unwrap();

    me(&kit, &office).await.problem(401, "credentials-revoked");
}

#[tokio::test]
async fn a_certificate_of_a_foreign_authority_opens_no_connection() {
    let kit = Kit::start_tls().await;
    let certs = certificates().join("certs");
    let anchors = std::fs::read(names::certificate_file(&certs, names::TLS_CA)).unwrap();
    // The seal's certificate comes from the authority of signatures, not of connections.
    let seal = names::GATEWAY_SEAL;
    let chain = std::fs::read(names::certificate_file(&certs, seal)).unwrap();
    let key = std::fs::read(names::key_file(&certs, seal)).unwrap();

    let stranger = client_of(&anchors, Some(&(chain, key)));
    assert!(stranger.get(kit.url("/livez")).send().await.is_err());
}

#[tokio::test]
async fn keys_are_known_revoked_or_unknown() {
    let kit = Kit::start().await;
    let path = "/v1/offices/me";
    assert_eq!(kit.get(DEJ, path).await.expect(200)["code"], "CLJ-04");
    kit.get("cei_test_nobody", path)
        .await
        .problem(401, "credentials-unknown");
    kit.get("secret", path)
        .await
        .problem(401, "credentials-unknown");
    let basic = kit
        .request(Method::GET, path)
        .basic_auth("dej", Some("dej"));
    send(basic).await.problem(401, "credentials-unknown");

    let mut tx = kit.gateway.store.begin().await.unwrap();
    let revoked = "cei_test_old";
    let id = register(
        &mut tx,
        &kit.gateway,
        revoked,
        Party::Office,
        Some(kit.dej),
        "*",
    )
    .await;
    let now = kit.gateway.clock.now();
    assert!(credentials::revoke(&mut tx, id, now).await.unwrap());
    tx.commit().await.unwrap();
    kit.get(revoked, path)
        .await
        .problem(401, "credentials-revoked");
}

#[tokio::test]
async fn keys_serve_their_own_environment_alone() {
    let kit = Kit::start().await;
    let reply = kit.get("cei_live_dej", "/v1/offices/me").await;
    reply.problem(401, "key-of-other-environment");

    let production = Kit::start_with(|config, listener| {
        config.environment = Environment::Production;
        listener.tls = None;
        std::fs::create_dir_all(&config.vault.dir).unwrap();
        let file = &config.vault.master_key_file;
        let key = openssl::base64::encode_block(&[7; 32]);
        std::fs::write(file, key).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(file, mode).unwrap();
    })
    .await;
    let reply = production.get(DEJ, "/v1/offices/me").await;
    reply.problem(401, "key-of-other-environment");
}

#[tokio::test]
async fn what_is_for_one_party_is_for_no_other() {
    let kit = Kit::start().await;
    let reply = kit.get(BUREAU, "/v1/events").await;
    reply.problem(403, "party-not-allowed");
    let request = kit.request(Method::POST, "/v1/bureau/messages");
    let request = request.header("Content-Type", "application/xml");
    let reply = send(request.bearer_auth(DEJ).body("<a/>")).await;
    reply.problem(403, "party-not-allowed");
}

#[tokio::test]
async fn a_credential_does_what_its_scopes_say() {
    let kit = Kit::start().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let reader = "cei_test_reader";
    let scopes = "events:read applications:read";
    register(
        &mut tx,
        &kit.gateway,
        reader,
        Party::Office,
        Some(kit.dej),
        scopes,
    )
    .await;
    tx.commit().await.unwrap();

    kit.get(reader, "/v1/events").await.expect(200);
    let reply = kit.submit(reader, "k1", &adult()).await;
    let problem = reply.problem(403, "scope-missing");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("applications:write")
    );
}

#[tokio::test]
async fn an_office_sees_its_own_applications_alone() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;

    let path = format!("/v1/applications/{id}");
    kit.get(DEJ, &path).await.expect(200);
    kit.get(TURDA, &path).await.problem(404, "not-found");
    let withdrawal = json!({"reason": "WITHDRAWN"});
    let reply = kit
        .post(TURDA, &format!("{path}/withdrawal"), "w", &withdrawal)
        .await;
    reply.problem(404, "not-found");
    let report = json!({"report": "HANDED_OVER"});
    let reply = kit
        .post(TURDA, &format!("{path}/reports"), "r", &report)
        .await;
    reply.problem(404, "not-found");
    let revision = serde_json::to_value(adult()).unwrap();
    let reply = kit
        .post(TURDA, &format!("{path}/revisions"), "v", &revision)
        .await;
    reply.problem(404, "not-found");
    let number = "/v1/applications?number=CLJ-04-2026-000001";
    assert_eq!(kit.get(TURDA, number).await.expect(200)["data"], json!([]));
}
