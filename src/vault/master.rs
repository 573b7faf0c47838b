//! The master keys: they wrap data keys and never touch content.
//!
//! The file holds one key a line, 32 bytes in base64; `#` starts a comment. The first key wraps;
//! every key unwraps, so a new one is put in front and the old one taken out when the last data
//! key has been wrapped anew. From each master key the purposes derive keys of their own
//! (HKDF-SHA256, RFC 5869), so that no key does two jobs. Look-up hashes derive from the **last**
//! key, the oldest: it must not be taken out before the hashes have been computed anew.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::md::Md;
use openssl::pkey::{Id, PKey};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rand::{rand_bytes, rand_priv_bytes};
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::domain::id::SealedId;
use crate::vault::aead::{Binding, KEY_LEN, NONCE_LEN, OpeningKey, SealingKey, TAG_LEN};
use crate::vault::error::VaultError;
use crate::vault::private_file::{self, PrivateFileError};

/// Format of a wrapped key: version, master key id, nonce, ciphertext and tag.
const WRAP_VERSION: u8 = 1;
const MASTER_ID_LEN: usize = 8;
/// Bytes of a wrapped data key, always the same.
pub(super) const WRAPPED_LEN: usize = 1 + MASTER_ID_LEN + NONCE_LEN + KEY_LEN + TAG_LEN;

/// The key of one sealed blob. Erasing its wrapped form erases the content.
pub struct DataKey(pub(super) Zeroizing<[u8; KEY_LEN]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl DataKey {
    /// Its bytes, for a key that is not a blob's.
    pub fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(super) fn random() -> Result<Self, ErrorStack> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        rand_priv_bytes(&mut *key)?;
        Ok(Self(key))
    }
}

/// What a wrapped key is for; it will not unwrap as another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    /// Seals a blob.
    DataKey,
    /// Signs what a webhook is sent.
    WebhookKey,
    /// Gives the codes of a person's second factor.
    SecondFactor,
}

/// Says which master key wrapped a data key, without telling anything about it.
pub(super) type MasterId = [u8; MASTER_ID_LEN];

struct MasterKey {
    id: MasterId,
    wrapping: Zeroizing<[u8; KEY_LEN]>,
    lookup: Zeroizing<[u8; KEY_LEN]>,
}

/// Every master key at hand.
pub(super) struct MasterKeys {
    /// Wraps what is sealed from now on.
    current: MasterKey,
    /// Only unwrap; in the order of the file.
    earlier: Vec<MasterKey>,
}

impl MasterKeys {
    /// Reads the master keys, if nobody else can.
    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        let content = private_file::read(path)?;
        let mut keys = Vec::new();
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let malformed = || VaultError::MasterKeyMalformed {
                path: path.to_owned(),
                line: index + 1,
            };
            let bytes = Zeroizing::new(STANDARD.decode(line).ok().ok_or_else(malformed)?);
            let key: &[u8; KEY_LEN] = bytes.as_slice().try_into().ok().ok_or_else(malformed)?;
            keys.push(MasterKey::derive(key)?);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(|| VaultError::MasterKeyMalformed {
            path: path.to_owned(),
            line: 1,
        })?;
        Ok(Self {
            current,
            earlier: keys.collect(),
        })
    }

    /// Makes a file with one new master key, for its owner alone.
    pub(super) fn create_file(path: &Path) -> Result<(), VaultError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(VaultError::io("making the master key's folder"))?;
        }
        let key = DataKey::random()?;
        let text = Zeroizing::new(format!(
            "# Master key of the vault. Without it nothing sealed can ever be read again: keep a\n\
             # copy apart from the backups of the vault.\n{}\n",
            *Zeroizing::new(STANDARD.encode(*key.0))
        ));
        match private_file::create(path, text.as_bytes()) {
            // Another replica was faster: its key is as good.
            Err(PrivateFileError::Unwritable { source, .. })
                if source.kind() == io::ErrorKind::AlreadyExists =>
            {
                Ok(())
            }
            other => Ok(other?),
        }
    }

    pub(super) fn current_id(&self) -> &MasterId {
        &self.current.id
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.earlier)
    }

    /// The ids of every master key at hand.
    pub(super) fn all_ids(&self) -> impl Iterator<Item = &MasterId> {
        self.all().map(|key| &key.id)
    }

    /// Wraps a data key for one blob; for any other blob it will not unwrap.
    ///
    /// The nonce is random: under one master key that is safe for 2³² data keys (SP 800-38D,
    /// section 8.3), five hundred times what is ever issued.
    pub(super) fn wrap(
        &self,
        purpose: Purpose,
        key: &DataKey,
        id: SealedId,
    ) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_LEN];
        rand_bytes(&mut nonce)?;
        let mut wrapped = Vec::with_capacity(WRAPPED_LEN);
        wrapped.push(WRAP_VERSION);
        wrapped.extend_from_slice(&self.current.id);
        wrapped.extend_from_slice(&nonce);
        let binding = Binding {
            nonce: &nonce,
            bound_to: &bound_to(purpose, self.current.id, id),
        };
        SealingKey::new(&self.current.wrapping)?.seal(&binding, &*key.0, &mut wrapped)?;
        Ok(wrapped)
    }

    /// Gives back a data key that was wrapped for this blob.
    pub(super) fn unwrap(
        &self,
        purpose: Purpose,
        wrapped: &[u8],
        id: SealedId,
    ) -> Result<DataKey, VaultError> {
        let refused = || VaultError::KeyRefused { id };
        let rest = wrapped.strip_prefix(&[WRAP_VERSION]).ok_or_else(refused)?;
        let (master_id, rest) = rest.split_first_chunk().ok_or_else(refused)?;
        let (nonce, sealed) = rest.split_first_chunk().ok_or_else(refused)?;
        let master = self
            .all()
            .find(|key| key.id == *master_id)
            .ok_or(VaultError::UnknownMasterKey { id })?;
        let bound_to = bound_to(purpose, *master_id, id);
        let binding = Binding {
            nonce,
            bound_to: &bound_to,
        };
        // With room for one cipher block more, as openssl asks: the key is never reallocated.
        let mut plain = Zeroizing::new(Vec::with_capacity(KEY_LEN + TAG_LEN));
        if !OpeningKey::new(&master.wrapping)?.open(&binding, sealed, &mut plain)? {
            return Err(refused());
        }
        let mut key = Zeroizing::new([0; KEY_LEN]);
        *key = plain.as_slice().try_into().ok().ok_or_else(refused)?;
        Ok(DataKey(key))
    }

    /// Says whether the key that wraps today wrapped this data key.
    pub(super) fn is_current(&self, wrapped: &[u8]) -> bool {
        wrapped.get(1..=MASTER_ID_LEN) == Some(self.current.id.as_slice())
    }

    /// The keyed hash of `value` among values of the same `domain`.
    pub(super) fn lookup_hash(&self, domain: &str, value: &str) -> Result<[u8; 32], ErrorStack> {
        let oldest = self.earlier.last().unwrap_or(&self.current);
        let key = PKey::hmac(&*oldest.lookup)?;
        let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
        // The length in front keeps ("ab", "c") and ("a", "bc") apart.
        let domain_len = u64::try_from(domain.len()).unwrap_or(u64::MAX);
        signer.update(&domain_len.to_be_bytes())?;
        signer.update(domain.as_bytes())?;
        signer.update(value.as_bytes())?;
        let mut hash = [0; 32];
        signer.sign(&mut hash)?;
        Ok(hash)
    }
}

impl MasterKey {
    fn derive(master: &[u8; KEY_LEN]) -> Result<Self, ErrorStack> {
        let mut id = [0; MASTER_ID_LEN];
        hkdf(master, b"master key id", &mut id)?;
        let mut wrapping = Zeroizing::new([0; KEY_LEN]);
        hkdf(master, b"wrapping of data keys", &mut *wrapping)?;
        let mut lookup = Zeroizing::new([0; KEY_LEN]);
        hkdf(master, b"look-up hashes", &mut *lookup)?;
        Ok(Self {
            id,
            wrapping,
            lookup,
        })
    }
}

fn hkdf(master: &[u8], purpose: &[u8], derived: &mut [u8]) -> Result<(), ErrorStack> {
    let mut derivation = PkeyCtx::new_id(Id::HKDF)?;
    derivation.derive_init()?;
    derivation.set_hkdf_md(Md::sha256())?;
    derivation.set_hkdf_salt(b"cei-gateway vault 1")?;
    derivation.set_hkdf_key(master)?;
    derivation.add_hkdf_info(purpose)?;
    derivation.derive(Some(derived))?;
    Ok(())
}

fn bound_to(purpose: Purpose, master_id: MasterId, id: SealedId) -> Vec<u8> {
    let purpose: &[u8] = match purpose {
        Purpose::DataKey => b"cei-gateway data key",
        Purpose::WebhookKey => b"cei-gateway webhook key",
        Purpose::SecondFactor => b"cei-gateway code key",
    };
    [purpose, &[WRAP_VERSION], &master_id, id.0.as_bytes()].concat()
}
