//! The gateway's seal, from wherever the configuration says that its key is.

use std::sync::Arc;

use anyhow::Context;

use crate::config::{Config, KeyKind, Signing, read_secret_bytes, read_secret_text};
use crate::gateway::{read, read_optional, required};
use crate::xmldsig::key::{PemKey, SigningKey, read_chain};
use crate::xmldsig::token::{TokenKey, TokenPin, TokenPlace};

/// Opens the gateway's seal.
pub(crate) fn load_seal(config: &Config) -> anyhow::Result<Arc<dyn SigningKey>> {
    let signing = &config.signing;
    match signing.kind {
        KeyKind::Pem | KeyKind::Pkcs12 => {
            let key = open_file(signing).context("reading the gateway's seal")?;
            let pkcs1 = signing.rsa_pkcs1;
            Ok(Arc::new(if pkcs1 { key.with_rsa_pkcs1() } else { key }))
        }
        KeyKind::Pkcs11 => {
            let key = open_token(signing).context("opening the gateway's seal in its token")?;
            let pkcs1 = signing.rsa_pkcs1;
            Ok(Arc::new(if pkcs1 { key.with_rsa_pkcs1() } else { key }))
        }
    }
}

fn open_file(signing: &Signing) -> anyhow::Result<PemKey> {
    let file = required(signing.key_file.as_ref(), "signing.key_file")?;
    let key = read_secret_bytes(file).context("reading the seal's key")?;
    let passphrase = signing.passphrase_file.as_deref().map(read_secret_text);
    let passphrase = passphrase
        .transpose()
        .context("reading the passphrase of the seal's key")?;
    let passphrase = passphrase.as_ref().map(|secret| secret.expose().as_str());
    if signing.kind == KeyKind::Pem {
        let chain = read(required(signing.chain_file.as_ref(), "signing.chain_file")?)?;
        return Ok(PemKey::from_pem_with_passphrase(
            key.expose(),
            passphrase,
            &chain,
        )?);
    }
    let chain = read_optional(signing.chain_file.as_deref())?;
    Ok(PemKey::from_pkcs12_with_chain(
        key.expose(),
        passphrase.unwrap_or_default(),
        chain.as_deref(),
    )?)
}

fn open_token(signing: &Signing) -> anyhow::Result<TokenKey> {
    let token = &signing.pkcs11;
    let module = required(token.module_file.as_ref(), "signing.pkcs11.module_file")?;
    let pin_file = required(token.pin_file.as_ref(), "signing.pkcs11.pin_file")?;
    let pin = read_secret_text(pin_file).context("reading the token's PIN")?;
    let place = TokenPlace {
        module: module.to_owned(),
        token_label: token.token_label.clone(),
        token_serial: token.token_serial.clone(),
        key_label: token.key_label.clone(),
        key_id: token.key_id.as_ref().map(|id| id.0.clone()),
        pin: TokenPin::new(pin.expose()),
    };
    let chain = read_optional(signing.chain_file.as_deref())?;
    let chain = chain.as_deref().map(read_chain).transpose()?;
    Ok(TokenKey::open(place, chain)?)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use openssl::pkcs12::Pkcs12;
    use openssl::pkey::{PKey, Private};
    use openssl::symm::Cipher;
    use openssl::x509::X509;
    use tempfile::TempDir;

    use super::*;
    use crate::transport::certificates::{
        GATEWAY_SEAL, Validity, certificate_file, generate_development_certificates, key_file,
    };
    use crate::vault::private_file;
    use crate::xmldsig::algorithm::SignatureAlgorithm;

    /// A folder with development certificates, the configuration for it, and its seal.
    fn set_up() -> (TempDir, Config, PKey<Private>, X509) {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        generate_development_certificates(&certs, &[], Validity::around(now), false).unwrap();
        let read = |file| std::fs::read(file).unwrap();
        let key = PKey::private_key_from_pem(&read(key_file(&certs, GATEWAY_SEAL))).unwrap();
        let chain = X509::from_pem(&read(certificate_file(&certs, GATEWAY_SEAL))).unwrap();
        let config = Config::development(folder.path());
        (folder, config, key, chain)
    }

    fn secret(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
        let file = folder.join(name);
        private_file::create(&file, bytes).unwrap();
        file
    }

    fn cause(config: &Config) -> String {
        let error = load_seal(config).err().expect("no seal");
        format!("{error:#}")
    }

    #[test]
    fn a_plain_and_an_encrypted_pem_key_seal() {
        let (folder, mut config, key, _) = set_up();
        let seal = load_seal(&config).unwrap();
        assert_eq!(seal.algorithm(), SignatureAlgorithm::EcdsaSha256);

        let pem = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"swordfish");
        config.signing.key_file = Some(secret(folder.path(), "seal.key", &pem.unwrap()));
        assert!(cause(&config).ends_with("is encrypted, and there is no passphrase"));
        config.signing.passphrase_file = Some(secret(folder.path(), "passphrase", b"swordfish\n"));
        assert!(load_seal(&config).is_ok());
    }

    #[test]
    fn a_pkcs12_file_seals_with_its_own_certificate_or_another_chain() {
        let (folder, mut config, key, chain) = set_up();
        let file = Pkcs12::builder()
            .pkey(&key)
            .cert(&chain)
            .build2("swordfish");
        let file = file.unwrap().to_der().unwrap();
        config.signing.kind = KeyKind::Pkcs12;
        config.signing.key_file = Some(secret(folder.path(), "seal.p12", &file));
        config.signing.passphrase_file = Some(secret(folder.path(), "passphrase", b"swordfish"));
        assert!(load_seal(&config).is_ok());

        config.signing.chain_file = None;
        let seal = load_seal(&config).unwrap();
        assert_eq!(seal.certificates(), [chain]);

        config.signing.passphrase_file = Some(secret(folder.path(), "wrong", b"sword"));
        assert!(cause(&config).contains("the passphrase does not open the private key"));
    }

    #[test]
    fn a_token_without_a_module_is_said_to_lack_it() {
        let (folder, mut config, _, _) = set_up();
        config.signing.kind = KeyKind::Pkcs11;
        config.signing.pkcs11.module_file = Some("/nowhere/module.so".into());
        config.signing.pkcs11.pin_file = Some(secret(folder.path(), "pin", b"1234"));
        let cause = cause(&config);
        assert!(
            cause.contains("the module /nowhere/module.so cannot be used"),
            "{cause}"
        );
    }
}
