//! Verifies the signed bytes of an order as the bureau does: that the signature holds, and that the bytes are
//! those that were recorded.

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::bureau::ORDER_NAMESPACE;
use crate::flow::Failure;
use crate::flow::decide_order::OrderRefusal;
use crate::flow::disclose_order::open_order_bytes;
use crate::gateway::Gateway;
use crate::xmldsig::content::IgnoreContent;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::{Verified, VerifyError, verify};

/// What verifying an order found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedOrder {
    /// Whether the signature holds and the bytes are those that were recorded; otherwise why not.
    pub flaw: Option<String>,
    /// Who signed.
    pub signer: String,
    /// When, as the signature says.
    pub signed_at: Option<DateTime<Utc>>,
    /// SHA-256 of the bytes that lie there.
    pub sha256: Vec<u8>,
    /// How many there are.
    pub size_bytes: u64,
}

/// Verifies the signed bytes of an order, in constant memory.
pub async fn verify_order(
    gateway: &Gateway,
    number: &str,
) -> Result<VerifiedOrder, Failure<OrderRefusal>> {
    let disclosure = open_order_bytes(gateway, number).await?;
    // A seal's certificate may have run out since: what counts is the day of signing.
    let signed_at = disclosure.order.signed_at;
    let at = signed_at.unwrap_or_else(|| gateway.clock.now());
    let anchors = gateway.seal.certificates().to_vec();
    let mut policy = TrustPolicy::new(anchors, ORDER_NAMESPACE, at);
    policy.allow_rsa_pkcs1 = true; // A seal may be RSA where a partner cannot do better.
    let reader = disclosure.reader(gateway)?;
    let verified = tokio::task::spawn_blocking(move || verify(reader, &policy, &mut IgnoreContent))
        .await
        .context("the verifying task ended early")?;
    judge(verified, disclosure.sha256.as_deref())
}

fn judge(
    verified: Result<Verified, VerifyError>,
    recorded: Option<&[u8]>,
) -> Result<VerifiedOrder, Failure<OrderRefusal>> {
    let verified = match verified {
        Ok(verified) => verified,
        Err(error @ VerifyError::Read(_)) => {
            return Err(Failure::Broken(anyhow::Error::new(error)));
        }
        Err(error) => {
            return Ok(VerifiedOrder {
                flaw: Some(error.to_string()),
                signer: String::new(),
                signed_at: None,
                sha256: Vec::new(),
                size_bytes: 0,
            });
        }
    };
    let is_recorded = recorded == Some(verified.sha256.as_slice());
    let other = "the signature holds, but the bytes are not those that were recorded";
    Ok(VerifiedOrder {
        flaw: (!is_recorded).then(|| other.to_owned()),
        signer: verified.signer_subject,
        signed_at: Some(verified.signed_at),
        sha256: verified.sha256.to_vec(),
        size_bytes: verified.size_bytes,
    })
}
