//! Keys of a provider, and tokens signed with them, as others than the console's crates make them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sha::sha256;
use openssl::sign::{RsaPssSaltlen, Signer};
use serde_json::{Value, json};

/// How a token is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    /// RSA with a longer hash, which is good but not one of those that count.
    Rs512,
    /// A MAC with the secret of the client.
    Hs256,
    /// A MAC with the public key, which whoever takes any key for any algorithm would believe.
    Hs256OfPublicKey,
    /// Not at all.
    None,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs512 => "RS512",
            Self::Hs256 | Self::Hs256OfPublicKey => "HS256",
            Self::None => "none",
        }
    }
}

/// A key with its id.
#[derive(Clone)]
pub(super) struct Key {
    kind: Kind,
    id: String,
    pair: PKey<Private>,
}

impl Key {
    pub(super) fn new(kind: Kind, id: &str) -> Self {
        let pair = match kind {
            Kind::EdDsa => PKey::generate_ed25519().unwrap(),
            Kind::Rs256 | Kind::Ps256 | Kind::Rs512 => {
                PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
            }
            _ => {
                let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
                PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
            }
        };
        let id = id.to_owned();
        Self { kind, id, pair }
    }

    /// The same key under its name, used in another way.
    pub(super) fn as_kind(&self, kind: Kind) -> Self {
        Self {
            kind,
            ..self.clone()
        }
    }

    /// What the provider publishes of it.
    pub(super) fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut all = if let Ok(rsa) = self.pair.rsa() {
            json!({ "kty": "RSA", "n": text(&rsa.n().to_vec()), "e": text(&rsa.e().to_vec()) })
        } else if let Ok(ec) = self.pair.ec_key() {
            let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
            let mut context = BigNumContext::new().unwrap();
            let point = ec.public_key();
            let group = ec.group();
            point
                .affine_coordinates(group, &mut x, &mut y, &mut context)
                .unwrap();
            let (x, y) = (x.to_vec_padded(32).unwrap(), y.to_vec_padded(32).unwrap());
            json!({ "kty": "EC", "crv": "P-256", "x": text(&x), "y": text(&y) })
        } else {
            let x = self.pair.raw_public_key().unwrap();
            json!({ "kty": "OKP", "crv": "Ed25519", "x": text(&x) })
        };
        all["kid"] = json!(self.id);
        all["use"] = json!("sig");
        all
    }

    /// A token that says this.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": self.kind.name(), "kid": self.id, "typ": "JWT" });
        let [header, claims] = [&header, claims].map(|it| URL_SAFE_NO_PAD.encode(it.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.signature(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn signature(&self, content: &[u8]) -> Vec<u8> {
        let mac = |key: &[u8]| {
            let key = PKey::hmac(key).unwrap();
            let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
            signer.sign_oneshot_to_vec(content).unwrap()
        };
        match self.kind {
            Kind::None => Vec::new(),
            Kind::Hs256 => mac(super::provider::CLIENT_SECRET.as_bytes()),
            Kind::Hs256OfPublicKey => mac(&self.pair.public_key_to_pem().unwrap()),
            Kind::Es256 => {
                let ec = self.pair.ec_key().unwrap();
                let signature = EcdsaSig::sign(&sha256(content), &ec).unwrap();
                let halves = [signature.r(), signature.s()];
                halves.map(|half| half.to_vec_padded(32).unwrap()).concat()
            }
            Kind::EdDsa => {
                let mut signer = Signer::new_without_digest(&self.pair).unwrap();
                signer.sign_oneshot_to_vec(content).unwrap()
            }
            Kind::Rs256 | Kind::Ps256 | Kind::Rs512 => self.rsa(content),
        }
    }

    fn rsa(&self, content: &[u8]) -> Vec<u8> {
        let digest = if self.kind == Kind::Rs512 {
            MessageDigest::sha512()
        } else {
            MessageDigest::sha256()
        };
        let mut signer = Signer::new(digest, &self.pair).unwrap();
        if self.kind == Kind::Ps256 {
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer
                .set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
                .unwrap();
        }
        signer.sign_oneshot_to_vec(content).unwrap()
    }
}
