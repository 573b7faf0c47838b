//! Orders that only the bureau can read.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::slice;
use std::sync::LazyLock;

use cei_gateway::bureau::encrypted_order::{decrypt_order, is_header_of};
use cei_gateway::bureau::order::read_order;
use cei_gateway::domain::acknowledgement::LineEvent::LineRejected;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::decide_order::resend;
use cei_gateway::flow::disclose_order::open_order_bytes;
use cei_gateway::store::{order_originals, sealed};
use cei_gateway::transport::certificates::{SIGNING_CA, certificate_file};
use cei_gateway::worker::batcher::Batcher;
use cei_gateway::worker::janitor::Janitor;
use cei_gateway::worker::{Worker, drain};
use cei_gateway::xmldsig::trust::TrustPolicy;
use cei_gateway::xmlenc::DecryptError;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sha::sha256;
use openssl::x509::{X509Builder, X509NameBuilder};
use tempfile::TempDir;

use crate::kit::environment::waived;
use crate::kit::judges::{assert_signed, assert_valid};
use crate::kit::world::{World, both_worlds, certificates, morning};

/// The bureau's key for encrypted orders; it takes long to make.
static KEY: LazyLock<PKey<Private>> =
    LazyLock::new(|| PKey::from_rsa(Rsa::generate(3072).unwrap()).unwrap());
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// A certificate of the bureau's key, valid until `until`.
fn certificate(until: DateTime<Utc>) -> PathBuf {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "bureau-encryption")
        .unwrap();
    let name = name.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&KEY).unwrap();
    let instant = |at: DateTime<Utc>| Asn1Time::from_unix(at.timestamp()).unwrap();
    builder
        .set_not_before(&instant(morning() - TimeDelta::days(1)))
        .unwrap();
    builder.set_not_after(&instant(until)).unwrap();
    builder.sign(&KEY, MessageDigest::sha256()).unwrap();
    let pem = builder.build().to_pem().unwrap();
    let path = FOLDER.path().join(format!("{}.pem", until.timestamp()));
    // Tests may write it at the same time; each gives it its name at once.
    let file = tempfile::NamedTempFile::new_in(FOLDER.path()).unwrap();
    fs::write(file.path(), pem).unwrap();
    file.persist(&path).unwrap();
    path
}

/// Lets a world encrypt its orders from now on.
pub(crate) async fn encrypt(world: &mut World, with_sha1: bool) {
    let until = morning() + TimeDelta::days(700);
    world.config.bureau.encryption_cert_file = Some(certificate(until));
    world.config.bureau.encryption_oaep_sha1 = with_sha1;
    world.restart().await;
}

/// The bureau's key in PEM.
pub(crate) fn key_pem() -> Vec<u8> {
    KEY.private_key_to_pem_pkcs8().unwrap()
}

/// What xmlsec1 makes of a document with the bureau's key.
fn decrypted_by_xmlsec1(document: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let key = write("key.pem", &key_pem());
    let file = write("order.xml", document);
    let mut command = Command::new("xmlsec1");
    let command = command.args(["--decrypt", "--privkey-pem"]);
    let output = command.arg(&key).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    output.stdout
}

fn decrypted(document: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let mut order = Vec::new();
    decrypt_order(document, &KEY, &mut order).map(|_| order)
}

/// The signed order, as an operator gets it.
async fn signed_order(world: &World, number: &str) -> Vec<u8> {
    let disclosure = open_order_bytes(&world.gateway, number).await.unwrap();
    let mut reader = disclosure.reader(&world.gateway).unwrap();
    let mut bytes = Vec::new();
    std::io::copy(&mut reader, &mut bytes).unwrap();
    assert_eq!(
        disclosure.sha256.as_deref(),
        Some(sha256(&bytes).as_slice())
    );
    bytes
}

both_worlds! {
    async fn xmlsec1_decrypts_an_order_to_the_signed_one_and_verifies_it(world: &mut World) {
        encrypt(world, true).await;
        let order = world.sealed_order(2).await;

        let sent = world.document_of(&order).await;
        let signed = signed_order(world, &order.number).await;

        assert_eq!(order.sha256.as_deref(), Some(sha256(&sent).as_slice()));
        assert_eq!(order.size_bytes, i64::try_from(sent.len()).ok());
        assert_valid(&sent, "encrypted-order-1.xsd");
        let text = String::from_utf8(sent.clone()).unwrap();
        assert!(text.contains(&format!("<OrderNumber>{}</OrderNumber>", order.number)));
        assert!(!text.contains("Surname"));
        assert_valid(&signed, "order-1.xsd");
        assert_signed(&signed, &world.now().format("%Y-%m-%d %H:%M:%S").to_string());
        if !waived("xmlsec1") {
            assert!(decrypted_by_xmlsec1(&sent) == signed);
        }
    }

    async fn the_header_in_the_open_is_bound_to_the_order(world: &mut World) {
        encrypt(world, false).await;
        let order = world.sealed_order(1).await;
        let sent = world.document_of(&order).await;
        let signed = signed_order(world, &order.number).await;
        let anchors = fs::read(certificate_file(certificates(), SIGNING_CA)).unwrap();
        let anchors = openssl::x509::X509::stack_from_pem(&anchors).unwrap();
        let policy = TrustPolicy::new(anchors, "urn:cei-gateway:order:1", world.now());
        let header = read_order(signed.as_slice(), &policy).unwrap().header;

        let mut inside = Vec::new();
        let honest = decrypt_order(sent.as_slice(), &KEY, &mut inside).unwrap();
        assert!(inside == signed && is_header_of(&honest, &header));

        let text = String::from_utf8(sent).unwrap();
        for (from, to) in [
            (order.number.as_str(), "CNIN-20261102-9999"),
            ("<LineCount>1<", "<LineCount>2<"),
            (">TEST<", ">PRODUCTION<"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            let told = decrypt_order(changed.as_bytes(), &KEY, &mut Vec::new()).unwrap();
            assert!(!is_header_of(&told, &header), "{from}");
        }
        let more = format!("{text} ");
        assert!(matches!(decrypted(more.as_bytes()), Err(DecryptError::Layout(_))));
    }

    async fn an_encrypted_order_is_sent_again_with_the_same_bytes(world: &mut World) {
        encrypt(world, false).await;
        let order = world.sent_order(1).await;
        let first = world.document_of(&order).await;
        let actor = Actor::Operator("ana".to_owned());
        resend(&world.gateway, &order.number, &actor, "no receipt came").await.unwrap();
        // A new certificate is for new orders.
        encrypt(world, true).await;

        assert_eq!(world.deliver().await, slice::from_ref(&order.number));

        let again = world.order(&order.number).await;
        assert_eq!((again.resends, &again.sha256), (1, &order.sha256));
        assert!(world.document_of(&again).await == first);
    }

    async fn the_signed_order_and_the_encrypted_one_are_erased_together(world: &mut World) {
        encrypt(world, false).await;
        let settled = world.received_order(1).await;
        let mut refused = world.entry(&settled, 1, 1, LineRejected).await;
        refused.reason = Some(303);
        world.acknowledge(vec![refused]).await;
        let old = world.received_order(1).await;
        drain(&Janitor, &world.gateway, 20).await.unwrap();
        let kept = async |world: &World, order: &cei_gateway::store::orders::Order| {
            let mut tx = world.read().await;
            let original = order_originals::find(&mut tx, order.id).await.unwrap().unwrap();
            let mut kept = 0;
            for id in [original.sealed, order.sealed.unwrap()] {
                kept += usize::from(sealed::find_key(&mut tx, id).await.unwrap().is_some());
            }
            kept
        };
        assert_eq!(kept(world, &settled).await, 0);
        assert_eq!(kept(world, &old).await, 2);

        world.wait_until(old.signed_at.unwrap() + TimeDelta::days(90));
        drain(&Janitor, &world.gateway, 20).await.unwrap();
        assert_eq!(kept(world, &old).await, 0);
    }

    async fn orders_wait_while_the_certificate_is_not_valid(world: &mut World) {
        world.config.bureau.encryption_cert_file = Some(certificate(morning() + TimeDelta::hours(1)));
        world.restart().await;
        world.ready().await;
        world.pass(TimeDelta::hours(4));

        let mut outcomes = Vec::new();
        for _ in 0..3 {
            outcomes.push(Batcher.pass(&world.gateway).await.is_ok());
        }
        assert_eq!(outcomes, [true, false, false], "opened, and then not sealed");
        assert_eq!(world.only_order().await.state, OrderState::Closed);

        encrypt(world, false).await;
        world.settle().await;
        assert_eq!(world.only_order().await.state, OrderState::Queued);
    }
}
