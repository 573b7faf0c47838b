//! Every file that the configuration names, in one list.

use std::fs::File;
use std::path::PathBuf;

use crate::config::fault::Findings;
use crate::config::{Config, Faults};
use crate::vault::private_file;

/// A key of the configuration, what stands in its file, and the file, if there is one.
pub(super) type NamedFile<'a> = (&'static str, Holds, &'a mut Option<PathBuf>);

/// What stands in a file, and so who may read it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holds {
    /// Certificates and lists: anybody may.
    Public,
    /// A key or a password: its owner alone may.
    Secret,
}

impl Config {
    /// Tries every file that is named: that it is there, and, if it holds a secret, that nobody
    /// else can read it. The vault's master key is left to [`crate::vault::Vault::open`].
    pub fn check_files(&self) -> Result<(), Faults> {
        let mut findings = Findings::default();
        for (key, holds, path) in self.clone().named_files() {
            let problem = match holds {
                Holds::Secret => private_file::read(path)
                    .err()
                    .map(|error| error.to_string()),
                Holds::Public => File::open(&*path)
                    .err()
                    .map(|error| format!("{} cannot be read ({error})", path.display())),
            };
            if let Some(problem) = problem {
                findings.add(key, &problem, "give a file that the gateway can read");
            }
        }
        findings.into_result()
    }

    /// Takes every relative path from `data_dir`.
    pub(super) fn complete_paths(&mut self) {
        let data_dir = self.data_dir.clone();
        for (_, _, path) in self.named_files() {
            // `join` keeps an absolute path as it is.
            *path = data_dir.join(&*path);
        }
        for path in [&mut self.vault.dir, &mut self.vault.master_key_file] {
            *path = data_dir.join(&*path);
        }
        if let Some(dir) = &mut self.bureau.spool_dir {
            *dir = data_dir.join(&*dir);
        }
        for folder in &mut self.payments.folders {
            folder.path = data_dir.join(&folder.path);
        }
        if let Some(file) = self.database.url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if !file.starts_with(":memory:") {
                self.database.url = format!("sqlite:{}", data_dir.join(file).display());
            }
        }
    }

    fn named_files(&mut self) -> Vec<(&'static str, Holds, &mut PathBuf)> {
        use Holds::*;
        let Self {
            database,
            http,
            console,
            signing,
            bureau,
            delivery,
            channels,
            ..
        } = self;
        let single: [NamedFile<'_>; 13] = [
            (
                "database.password_file",
                Secret,
                &mut database.password_file,
            ),
            ("http.tls_cert_file", Public, &mut http.tls_cert_file),
            ("http.tls_key_file", Secret, &mut http.tls_key_file),
            ("http.client_ca_file", Public, &mut http.client_ca_file),
            ("http.client_crl_file", Public, &mut http.client_crl_file),
            ("bureau.ca_file", Public, &mut bureau.ca_file),
            ("bureau.crl_file", Public, &mut bureau.crl_file),
            (
                "bureau.identity_cert_file",
                Public,
                &mut bureau.identity_cert_file,
            ),
            (
                "bureau.identity_key_file",
                Secret,
                &mut bureau.identity_key_file,
            ),
            (
                "bureau.acknowledgement_anchors_file",
                Public,
                &mut bureau.acknowledgement_anchors_file,
            ),
            (
                "bureau.acknowledgement_crl_file",
                Public,
                &mut bureau.acknowledgement_crl_file,
            ),
            (
                "bureau.encryption_cert_file",
                Public,
                &mut bureau.encryption_cert_file,
            ),
            (
                "delivery.webhook_ca_file",
                Public,
                &mut delivery.webhook_ca_file,
            ),
        ];
        let selfpay = &mut channels.selfpay;
        let hmac = selfpay.hmac_key_files.iter_mut();
        let ed25519 = selfpay.ed25519_key_files.iter_mut();
        single
            .into_iter()
            .chain(console.named_files())
            .chain(signing.named_files())
            .filter_map(|(key, holds, path)| Some((key, holds, path.as_mut()?)))
            .chain(hmac.map(|path| ("channels.selfpay.hmac_key_files", Secret, path)))
            .chain(ed25519.map(|path| ("channels.selfpay.ed25519_key_files", Public, path)))
            .collect()
    }
}
