//! What the section of the bureau must be: one way to it, whole, and times that fit each other.

use crate::config::Config;
use crate::config::fault::Findings;
use crate::config::validate::GIVE_BOTH;

/// The longest bureau code with which an order's number keeps within its 32 characters: code, day
/// and serial number.
const BUREAU_CODE_LENGTH_MAX: usize = 12;

impl Config {
    pub(super) fn check_bureau(&self, findings: &mut Findings) {
        let bureau = &self.bureau;
        let is_allowed = |byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-');
        findings.expect(
            (1..=BUREAU_CODE_LENGTH_MAX).contains(&bureau.code.len())
                && bureau.code.bytes().all(is_allowed)
                && !bureau.code.starts_with('-'),
            "bureau.code",
            "is not 1 to 12 capital letters, digits and hyphens, with which order numbers begin",
            "write the code that the bureau goes by",
        );
        findings.expect(
            !bureau.name.trim().is_empty(),
            "bureau.name",
            "is empty",
            "write it",
        );
        self.check_ways(findings);
        findings.expect(
            bureau.identity_cert_file.is_some() == bureau.identity_key_file.is_some(),
            "bureau.identity_cert_file",
            "certificate and key belong together",
            GIVE_BOTH,
        );
        if bureau.spool_dir.is_none() {
            let identity = bureau.identity_cert_file.as_ref();
            self.require(findings, "bureau.ca_file", bureau.ca_file.as_ref());
            self.require(findings, "bureau.identity_cert_file", identity);
        }
        findings.expect(
            bureau.crl_file.is_none() || bureau.ca_file.is_some(),
            "bureau.crl_file",
            "a revocation list needs its authority",
            "name bureau.ca_file too",
        );
        findings.expect(
            bureau.connect_timeout_seconds > 0
                && bureau.connect_timeout_seconds <= bureau.total_timeout_seconds,
            "bureau.connect_timeout_seconds",
            "does not lie between 1 and bureau.total_timeout_seconds",
            "make it smaller than the other",
        );
        findings.expect(
            bureau.total_timeout_seconds < u64::from(self.delivery.lease_seconds),
            "bureau.total_timeout_seconds",
            "outlasts delivery.lease_seconds, so that a second process would send the same again",
            "make it shorter, or the lease longer",
        );
    }

    /// An address or a folder, and how often either is looked at.
    fn check_ways(&self, findings: &mut Findings) {
        let bureau = &self.bureau;
        let has_spool = bureau.spool_dir.is_some();
        if !bureau.url.is_empty() || (self.is_strict() && !has_spool) {
            self.check_url(findings, "bureau.url", &bureau.url);
        }
        findings.expect(
            bureau.url.is_empty() || !has_spool,
            "bureau.spool_dir",
            "is given beside bureau.url, and an order goes one way",
            "leave one of them empty",
        );
        findings.expect(
            bureau.poll_seconds == 0 || has_spool || !bureau.url.is_empty(),
            "bureau.poll_seconds",
            "is given without an address whose outbox could be asked",
            "name bureau.url, or make it 0",
        );
        findings.expect(
            bureau.continue_timeout_seconds > 0
                && bureau.continue_timeout_seconds < bureau.total_timeout_seconds,
            "bureau.continue_timeout_seconds",
            "does not lie between 1 and bureau.total_timeout_seconds",
            "make it smaller than the other",
        );
    }

    pub(super) fn check_acknowledgements(&self, findings: &mut Findings) {
        let bureau = &self.bureau;
        let anchors = bureau.acknowledgement_anchors_file.as_ref();
        self.require(findings, "bureau.acknowledgement_anchors_file", anchors);
        findings.expect(
            bureau.acknowledgement_crl_file.is_none() || anchors.is_some(),
            "bureau.acknowledgement_crl_file",
            "a revocation list needs its authority",
            "name bureau.acknowledgement_anchors_file too",
        );
    }
}
