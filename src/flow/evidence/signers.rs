//! The certificates of whoever signed, each once, and the authorities above them.

use std::io::{Seek, Write};

use chrono::{DateTime, Utc};
use openssl::hash::MessageDigest;
use openssl::x509::X509;

use crate::domain::hex::hex;
use crate::flow::evidence::archive::Archive;
use crate::gateway::Gateway;
use crate::xmldsig::shown::ShownSignature;

/// The authorities that the gateway believes about the bureau.
const BUREAU_AUTHORITIES: &str = "certificates/bureau-authorities.pem";

/// Where the certificates of one signer are in the archive, at one time of signing.
#[derive(Clone)]
pub(super) struct Signer {
    /// The file of its own certificate.
    pub(super) certificate: String,
    /// The file of those between it and the authority, if there are any.
    pub(super) between: Option<String>,
    /// The file of what has to be known from elsewhere.
    pub(super) authority: String,
    /// When it signed.
    pub(super) at: DateTime<Utc>,
}

/// A file of the archive whose certificates the reader has to compare with what is known.
pub(super) struct Authority {
    pub(super) file: String,
    /// The SHA-256 of each certificate.
    pub(super) fingerprints: Vec<String>,
}

/// The certificates that were met.
pub(super) struct Signers {
    bureau: Vec<X509>,
    /// Chains with the name that their files begin with.
    chains: Vec<(String, Vec<X509>)>,
    uses_bureau: bool,
}

impl Signers {
    pub(super) fn new(gateway: &Gateway) -> Self {
        Self {
            bureau: gateway.bureau_trust.anchors().to_vec(),
            chains: Vec::new(),
            uses_bureau: false,
        }
    }

    /// Whoever signed one of our documents: the topmost of its certificates is the authority.
    pub(super) fn ours(&mut self, shown: &ShownSignature) -> anyhow::Result<Signer> {
        self.own_chain(&shown.certificates, shown.signed_at)
    }

    /// The seal, as it signs now.
    pub(super) fn seal(&mut self, gateway: &Gateway, at: DateTime<Utc>) -> anyhow::Result<Signer> {
        self.own_chain(gateway.seal.certificates(), at)
    }

    /// Whoever signed a document of the bureau.
    pub(super) fn theirs(&mut self, shown: &ShownSignature) -> anyhow::Result<Signer> {
        self.uses_bureau = true;
        let name = self.name_of("bureau", &shown.certificates)?;
        let has_others = shown.certificates.len() > 1;
        Ok(Signer {
            certificate: format!("{name}.pem"),
            between: has_others.then(|| format!("{name}-chain.pem")),
            authority: BUREAU_AUTHORITIES.to_owned(),
            at: shown.signed_at,
        })
    }

    fn own_chain(&mut self, chain: &[X509], at: DateTime<Utc>) -> anyhow::Result<Signer> {
        let name = self.name_of("gateway", chain)?;
        let has_others = chain.len() > 1;
        Ok(Signer {
            certificate: format!("{name}.pem"),
            between: has_others.then(|| format!("{name}-chain.pem")),
            authority: if has_others {
                format!("{name}-authority.pem")
            } else {
                format!("{name}.pem")
            },
            at,
        })
    }

    /// The name of a chain: the same for the same certificates.
    fn name_of(&mut self, party: &str, chain: &[X509]) -> anyhow::Result<String> {
        let wanted = der_of(chain)?;
        for (name, known) in &self.chains {
            if der_of(known)? == wanted && name.contains(party) {
                return Ok(name.clone());
            }
        }
        let of_party = self.chains.iter().filter(|(name, _)| name.contains(party));
        let name = format!("certificates/{party}-{}", of_party.count() + 1);
        self.chains.push((name.clone(), chain.to_vec()));
        Ok(name)
    }

    /// Writes all of them.
    pub(super) fn write<W: Write + Seek>(&self, archive: &mut Archive<W>) -> anyhow::Result<()> {
        for (name, chain) in &self.chains {
            let Some((signer, others)) = chain.split_first() else {
                continue;
            };
            archive.add(&format!("{name}.pem"), &signer.to_pem()?)?;
            if let Some(topmost) = others.last() {
                archive.add(&format!("{name}-chain.pem"), &pem_of(others)?)?;
                if name.contains("gateway") {
                    archive.add(&format!("{name}-authority.pem"), &topmost.to_pem()?)?;
                }
            }
        }
        if self.uses_bureau {
            archive.add(BUREAU_AUTHORITIES, &pem_of(&self.bureau)?)?;
        }
        Ok(())
    }

    /// What the reader has to compare with what is known from elsewhere.
    pub(super) fn authorities(&self) -> Vec<Authority> {
        let mut found = Vec::new();
        for (name, chain) in &self.chains {
            if !name.contains("gateway") {
                continue;
            }
            let file = match chain.len() {
                1 => format!("{name}.pem"),
                _ => format!("{name}-authority.pem"),
            };
            let fingerprints = chain.last().map(fingerprint).into_iter().collect();
            found.push(Authority { file, fingerprints });
        }
        if self.uses_bureau {
            found.push(Authority {
                file: BUREAU_AUTHORITIES.to_owned(),
                fingerprints: self.bureau.iter().map(fingerprint).collect(),
            });
        }
        found
    }

    /// The files of all certificates.
    pub(super) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        for (name, chain) in &self.chains {
            files.push(format!("{name}.pem"));
            if chain.len() > 1 {
                files.push(format!("{name}-chain.pem"));
                if name.contains("gateway") {
                    files.push(format!("{name}-authority.pem"));
                }
            }
        }
        if self.uses_bureau {
            files.push(BUREAU_AUTHORITIES.to_owned());
        }
        files
    }
}

fn der_of(chain: &[X509]) -> anyhow::Result<Vec<Vec<u8>>> {
    let der: Result<Vec<_>, _> = chain.iter().map(|one| one.to_der()).collect();
    Ok(der?)
}

fn pem_of(chain: &[X509]) -> anyhow::Result<Vec<u8>> {
    let mut pem = Vec::new();
    for one in chain {
        pem.extend(one.to_pem()?);
    }
    Ok(pem)
}

fn fingerprint(certificate: &X509) -> String {
    let digest = certificate.digest(MessageDigest::sha256());
    digest.map_or_else(|_no_memory| "unknown".to_owned(), |digest| hex(&digest))
}
