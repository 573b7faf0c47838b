//! The settings of the operators' console.

use crate::config::Config;
use crate::config::fault::Findings;
use crate::config::validate::{AT_LEAST_ONE, GIVE_BOTH};

impl Config {
    pub(super) fn check_console(&self, findings: &mut Findings) {
        let console = &self.console;
        findings.expect(
            console.certificate_file.is_some() == console.key_file.is_some(),
            "console.certificate_file",
            "certificate and key belong together",
            GIVE_BOTH,
        );
        let is_local = console.bind.is_none_or(|bind| bind.ip().is_loopback());
        findings.expect(
            console.certificate_file.is_some() || is_local || !self.is_strict(),
            "console.bind",
            "would carry passwords over the network in the clear",
            "name console.certificate_file, or listen on 127.0.0.1 behind a proxy",
        );
        findings.expect(
            console.bind != Some(self.http.bind) || self.http.bind.port() == 0,
            "console.bind",
            "is the same address as http.bind",
            "choose another port",
        );
        findings.expect(
            (1..=24).contains(&console.session_hours),
            "console.session_hours",
            "does not lie between 1 and 24",
            "give the hours of a working day",
        );
        findings.expect(
            console.idle_minutes > 0,
            "console.idle_minutes",
            "is 0",
            AT_LEAST_ONE,
        );
        if let Some(url) = &console.public_url {
            self.check_url(findings, "console.public_url", url);
        }
        if let Some(issuer) = &console.oidc.issuer {
            self.check_issuer(findings, issuer);
            self.check_oidc(findings);
        }
    }

    /// The provider's address: https, or http to this machine itself on a developer's.
    fn check_issuer(&self, findings: &mut Findings, issuer: &str) {
        let key = "console.oidc.issuer";
        let plain = issuer.strip_prefix("http://").filter(|rest| {
            let authority = rest.split('/').next().unwrap_or_default();
            !self.is_strict() && is_loopback(authority)
        });
        let address = issuer.strip_prefix("https://").or(plain);
        let address = address.unwrap_or_default();
        let remedy = "write it as the provider does, `https://HOST` or `https://HOST/PATH`";
        findings.expect(
            !address.is_empty() && !address.starts_with('/'),
            key,
            "is no https address, nor http to this machine itself in development",
            remedy,
        );
        let is_bare = !address.contains(['@', '?', '#']) && address.bytes().all(is_graphic);
        findings.expect(is_bare, key, "holds more than host and path", remedy);
    }

    fn check_oidc(&self, findings: &mut Findings) {
        let oidc = &self.console.oidc;
        findings.expect(
            self.console.public_url.is_some(),
            "console.public_url",
            "is missing, and console.oidc.issuer sends people back to it",
            "write how browsers reach the console",
        );
        findings.expect(
            !oidc.client_id.is_empty() && oidc.client_id.bytes().all(is_graphic),
            "console.oidc.client_id",
            "is no name that a provider gives",
            "write what the provider calls this console",
        );
        for (key, words) in [
            ("console.oidc.scopes", &oidc.scopes),
            ("console.oidc.acr_values", &oidc.acr_values),
        ] {
            let is_good = words.iter().all(|word| word.bytes().all(is_graphic));
            let remedy = "write each as the provider does";
            findings.expect(is_good, key, "holds more than plain words", remedy);
        }
        let length = oidc.name.trim().chars().count();
        findings.expect(
            (1..=PROVIDER_NAME_MAX).contains(&length) && !oidc.name.contains(char::is_control),
            "console.oidc.name",
            "does not fit on a button",
            "write 1 to 40 characters",
        );
    }
}

/// Characters of a provider's name that fit on a button.
const PROVIDER_NAME_MAX: usize = 40;

fn is_graphic(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// Whether an address of the form `HOST` or `HOST:PORT` is this machine itself.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{Config, Environment};

    /// A configuration with single sign-on, changed; the keys that are then at fault.
    fn faults_after(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::development(Path::new("/srv/cei"));
        config.console.public_url = Some("https://console.example".to_owned());
        config.console.oidc.issuer = Some("https://id.example/realms/ministry".to_owned());
        config.console.oidc.client_id = "cei-console".to_owned();
        assert_eq!(config.validate(), Ok(()));
        change(&mut config);
        let faults = config.validate().err().map(|faults| faults.0);
        let faults = faults.unwrap_or_default().into_iter();
        faults.map(|fault| fault.key).collect()
    }

    #[test]
    fn a_provider_is_reached_over_tls_or_on_this_machine_in_development() {
        let issuer = |issuer: &str| {
            faults_after(|config| config.console.oidc.issuer = Some(issuer.to_owned()))
        };
        for good in [
            "https://id.example",
            "https://id.example/",
            "https://id.example:8443/realms/a",
            "http://localhost:8080",
            "http://127.0.0.1/realms/a",
            "http://[::1]:8080/",
        ] {
            assert_eq!(issuer(good), [""; 0], "{good}");
        }
        for bad in [
            "id.example",
            "https://",
            "https:///a",
            "http://id.example",
            "http://localhost.example",
            "http://127.0.0.1@id.example",
            "https://ana@id.example",
            "https://id.example?a=b",
            "https://id.example/a b",
            "ftp://id.example",
        ] {
            assert!(
                issuer(bad).contains(&"console.oidc.issuer".to_owned()),
                "{bad}"
            );
        }
        let strict = faults_after(|config| {
            config.environment = Environment::Test;
            config.console.oidc.issuer = Some("http://localhost:8080".to_owned());
        });
        assert_eq!(strict, ["console.oidc.issuer"]);
    }

    #[test]
    fn single_sign_on_needs_an_address_to_come_back_to_and_a_name() {
        type Change = fn(&mut Config);
        let cases: [(Change, &str); 5] = [
            (
                |config| config.console.public_url = None,
                "console.public_url",
            ),
            (
                |config| config.console.oidc.client_id = String::new(),
                "console.oidc.client_id",
            ),
            (
                |config| config.console.oidc.scopes = vec!["a b".to_owned()],
                "console.oidc.scopes",
            ),
            (
                |config| config.console.oidc.acr_values = vec!["a\nb".to_owned()],
                "console.oidc.acr_values",
            ),
            (
                |config| config.console.oidc.name = " ".to_owned(),
                "console.oidc.name",
            ),
        ];
        for (change, key) in cases {
            assert_eq!(faults_after(change), [key]);
        }
        let off = faults_after(|config| {
            config.console.oidc.issuer = None;
            config.console.oidc.client_id = String::new();
            config.console.public_url = None;
        });
        assert_eq!(off, [""; 0], "without a provider nothing of it matters");
    }
}
