//! For whom orders are encrypted, as the configuration says.

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use openssl::asn1::Asn1Time;
use openssl::x509::X509;

use crate::config::Config;
use crate::gateway::read;
use crate::xmlenc::{KeyTransport, Recipient};

/// The bureau, as the receiver of encrypted orders.
#[derive(Debug)]
pub struct OrderEncryption(Recipient);

impl OrderEncryption {
    /// Reads the bureau's certificate; `None` when orders are not encrypted.
    pub(crate) fn load(config: &Config) -> anyhow::Result<Option<Self>> {
        let bureau = &config.bureau;
        let Some(file) = &bureau.encryption_cert_file else {
            return Ok(None);
        };
        let certificate = X509::from_pem(&read(file)?)
            .with_context(|| format!("reading the certificate in {}", file.display()))?;
        let transport = if bureau.encryption_oaep_sha1 {
            KeyTransport::RsaOaepSha1
        } else {
            KeyTransport::RsaOaepSha256
        };
        let recipient = Recipient::new(certificate, transport)
            .context("encrypting orders for bureau.encryption_cert_file")?;
        Ok(Some(Self(recipient)))
    }

    /// The receiver, if its certificate is valid at this instant. With one that is not, orders wait:
    /// nobody knows who holds the key.
    pub(crate) fn recipient(&self, at: DateTime<Utc>) -> anyhow::Result<&Recipient> {
        let certificate = self.0.certificate();
        let at = Asn1Time::from_unix(at.timestamp())?;
        ensure!(
            *certificate.not_before() <= *at && *certificate.not_after() >= *at,
            "the certificate in bureau.encryption_cert_file is not valid now"
        );
        Ok(&self.0)
    }
}
