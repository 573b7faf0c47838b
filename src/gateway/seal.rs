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
