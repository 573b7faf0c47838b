//! Development certificates: every key of every party, so that a machine with nothing on it can
//! run the gateway with real TLS and real signatures. Never for production.
//!
//! `certs/README.md` says what each key is for and who would hold it in production.

mod issue;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::error::ErrorStack;
use openssl::pkey::PKey;

use crate::transport::certificates::issue::{Party, Use};

/// The authority of every TLS certificate.
pub const TLS_CA: &str = "tls-ca";
/// The authority of every signing certificate.
pub const SIGNING_CA: &str = "signing-ca";
/// The gateway's API and console.
pub const GATEWAY_SERVER: &str = "gateway-server";
/// The bureau's order channel.
pub const BUREAU_SERVER: &str = "bureau-server";
/// The gateway, when it calls the bureau.
pub const GATEWAY_TO_BUREAU: &str = "gateway-to-bureau";
/// The bureau, when it calls the gateway.
pub const BUREAU_TO_GATEWAY: &str = "bureau-to-gateway";
/// `SelfPay`, when it calls the gateway.
pub const CHANNEL_SELFPAY: &str = "channel-selfpay";
/// Back-office automation.
pub const AUTOMATION: &str = "automation";
/// The gateway's signature on orders.
pub const GATEWAY_SEAL: &str = "gateway-seal";
/// The bureau's signature on receipts and acknowledgements.
pub const BUREAU_SEAL: &str = "bureau-seal";
/// The shared secret of `SelfPay`'s notifications (`whsec_…`, Standard Webhooks).
pub const SELFPAY_HMAC_FILE: &str = "selfpay-hmac.secret";
/// The public key of `SelfPay`'s notifications (`whpk_…`, Standard Webhooks, ed25519).
pub const SELFPAY_ED25519_FILE: &str = "selfpay-ed25519.pub";
/// The private key to it, which the simulator of `SelfPay` signs with (PEM, PKCS#8).
pub const SELFPAY_ED25519_KEY_FILE: &str = "selfpay-ed25519.key";

/// The name of the client certificate of an office.
pub fn office(code: &str) -> String {
    format!("office-{code}")
}

/// The certificate file of a name: PEM, readable by all.
pub fn certificate_file(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.pem"))
}

/// The private key file of a name: PEM, PKCS#8, mode 0600.
pub fn key_file(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.key"))
}

/// From when until when certificates are valid.
///
/// TLS is judged by the machine's clock, documents by the gateway's, which a demonstration moves
/// by hand: the period must hold both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The last instant.
    pub until: DateTime<Utc>,
}

impl Validity {
    /// From a day before `now`, for machines whose clocks differ, until two years after.
    pub fn around(now: DateTime<Utc>) -> Self {
        Self {
            from: now - TimeDelta::days(1),
            until: now + TimeDelta::days(2 * 365),
        }
    }
}

/// A reason why development certificates could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    /// There are certificates already, and nobody said that they may be replaced.
    #[error("{path} exists; nothing was written")]
    AlreadyThere {
        /// The first file that exists.
        path: PathBuf,
    },
    /// A code from which no file name is made.
    #[error("the office code {code:?} may hold letters, digits, hyphens and underscores only")]
    OfficeCode {
        /// The code.
        code: String,
    },
    /// A file could not be written.
    #[error("{path} cannot be written")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[from] ErrorStack),
}

/// Makes every development key and certificate in `dir`, and returns the files written.
///
/// Writes all or, if one exists already and `overwrite` is false, nothing. Keys are P-256.
pub fn generate_development_certificates(
    dir: &Path,
    offices: &[&str],
    validity: Validity,
    overwrite: bool,
) -> Result<Vec<PathBuf>, CertificatesError> {
    let files = generate(dir, offices, validity)?;
    if let (false, Some(there)) = (overwrite, files.iter().find(|file| file.path.exists())) {
        return Err(CertificatesError::AlreadyThere {
            path: there.path.clone(),
        });
    }
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source| CertificatesError::Unwritable { path, source }
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(unwritable(dir))?;
    for file in &files {
        file.write().map_err(unwritable(&file.path))?;
    }
    Ok(files.into_iter().map(|file| file.path).collect())
}

fn generate(
    dir: &Path,
    offices: &[&str],
    validity: Validity,
) -> Result<Vec<NewFile>, CertificatesError> {
    let tls = Party::authority(TLS_CA, validity)?;
    let signing = Party::authority(SIGNING_CA, validity)?;
    let mut parties = Vec::new();
    for name in [GATEWAY_SERVER, BUREAU_SERVER] {
        parties.push(tls.issue(name, Use::Server, validity)?);
    }
    for name in [
        GATEWAY_TO_BUREAU,
        BUREAU_TO_GATEWAY,
        CHANNEL_SELFPAY,
        AUTOMATION,
    ] {
        parties.push(tls.issue(name, Use::Client, validity)?);
    }
    for code in offices {
        check_office_code(code)?;
        parties.push(tls.issue(&office(code), Use::Client, validity)?);
    }
    for name in [GATEWAY_SEAL, BUREAU_SEAL] {
        parties.push(signing.issue(name, Use::Seal, validity)?);
    }
    parties.extend([tls, signing]);

    let mut files = webhook_keys(dir)?;
    for party in &parties {
        let key = party.key.private_key_to_pem_pkcs8()?;
        files.push(NewFile {
            path: key_file(dir, &party.name),
            content: key,
            mode: 0o600,
        });
        let certificate = party.certificate.to_pem()?;
        let path = certificate_file(dir, &party.name);
        files.push(NewFile {
            path,
            content: certificate,
            mode: 0o644,
        });
    }
    Ok(files)
}

fn check_office_code(code: &str) -> Result<(), CertificatesError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if code.is_empty() || !code.bytes().all(allowed) {
        return Err(CertificatesError::OfficeCode {
            code: code.to_owned(),
        });
    }
    Ok(())
}

/// The keys of `SelfPay`'s notifications, in the texts that Standard Webhooks gives them.
fn webhook_keys(dir: &Path) -> Result<Vec<NewFile>, ErrorStack> {
    let mut secret = [0; 32];
    openssl::rand::rand_priv_bytes(&mut secret)?;
    let hmac = format!("whsec_{}\n", STANDARD.encode(secret));
    let key = PKey::generate_ed25519()?;
    let public = format!("whpk_{}\n", STANDARD.encode(key.raw_public_key()?));
    let private = key.private_key_to_pem_pkcs8()?;
    let file = |name: &str, content: Vec<u8>, mode| NewFile {
        path: dir.join(name),
        content,
        mode,
    };
    Ok(vec![
        file(SELFPAY_HMAC_FILE, hmac.into_bytes(), 0o600),
        file(SELFPAY_ED25519_KEY_FILE, private, 0o600),
        file(SELFPAY_ED25519_FILE, public.into_bytes(), 0o600),
    ])
}

struct NewFile {
    path: PathBuf,
    content: Vec<u8>,
    mode: u32,
}

impl NewFile {
    /// Writes the file with its mode from the start; an existing one is replaced, not reused,
    /// because it would keep its old mode.
    fn write(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(self.mode)
            .open(&self.path)?;
        file.write_all(&self.content)
    }
}
