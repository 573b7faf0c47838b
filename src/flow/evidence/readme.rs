//! The page that tells what is in the archive and how each part is verified. Its commands are run
//! as they stand by a test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::flow::evidence::archive::{SUMS, SUMS_SIGNATURE};
use crate::flow::evidence::signers::{Signer, Signers};
use crate::flow::evidence::{DocumentRow, Facts};
use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::shown::ShownSignature;

/// Where xmlsec1 finds the signed properties.
const PROPERTIES: &str = "'http://uri.etsi.org/01903/v1.3.2#:SignedProperties'";

/// The page, while the archive is written.
pub(super) struct Readme {
    title: String,
    made_at: String,
    /// The files with what they are.
    files: Vec<(String, String)>,
    /// What each step says, and its commands.
    steps: Vec<Step>,
    /// What is missing, and why.
    gone: Vec<String>,
}

struct Step {
    title: String,
    says: String,
    commands: Vec<String>,
}

impl Readme {
    pub(super) fn new(facts: &Facts) -> Self {
        let order = &facts.order;
        let title = match &facts.card {
            None => format!("Evidence of the order {}", order.number),
            Some(card) => format!(
                "Evidence of the card for the application {}: line {} of the order {}",
                card.application, card.line, order.number
            ),
        };
        let mut readme = Self {
            title,
            made_at: format!(
                "{} by {}",
                facts.made_at.format("%Y-%m-%dT%H:%M:%SZ"),
                facts.program
            ),
            files: Vec::new(),
            steps: Vec::new(),
            gone: Vec::new(),
        };
        readme.file("README.md", "this page");
        readme.file(
            "evidence.json",
            "the order and the card as the gateway has them",
        );
        readme
    }

    fn file(&mut self, name: &str, is: &str) {
        self.files.push((name.to_owned(), is.to_owned()));
    }

    /// The order's signature, which is there whether or not the order is.
    pub(super) fn signature(&mut self, shown: &ShownSignature, signer: &Signer) {
        self.file(
            "order/signature.xml",
            "the `ds:Signature` of the order, as it stands in it",
        );
        self.file(
            "order/signed-info.xml",
            "its `ds:SignedInfo` in canonical form: byte by byte what the key signed",
        );
        self.file(
            "order/signature-value.bin",
            "its value, as openssl reads it",
        );
        let digest = STANDARD.encode(shown.document_digest);
        let cut = "sed -n 's|.*<ds:SignedInfo\\(>.*</ds:SignedInfo>\\).*|<ds:SignedInfo \
                   xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"\\1|p' order/signature.xml \
                   | tr -d '\\n' | cmp - order/signed-info.xml";
        let mut commands = vec![
            cut.to_owned(),
            openssl_command(
                shown.algorithm,
                &signer.certificate,
                "order/signature-value.bin",
                "order/signed-info.xml",
            ),
            format!("grep -q '<ds:DigestValue>{digest}</ds:DigestValue>' order/signed-info.xml"),
        ];
        commands.extend(chain_command(signer));
        self.steps.push(Step {
            title: "The gateway signed the order's digest".to_owned(),
            says: format!(
                "The value is the signature of `signed-info.xml` by the key of `{}`, and what was \
                 signed names the SHA-256 `{digest}` (base64) of the order in canonical form without \
                 its signature. This holds also when the order itself is no longer there. The signer \
                 says that it signed at {}.",
                signer.certificate,
                shown.signed_at.format("%Y-%m-%dT%H:%M:%SZ"),
            ),
            commands,
        });
    }

    /// The order itself.
    pub(super) fn order(&mut self, sha256: &str, shown: &ShownSignature, signer: &Signer) {
        self.file(
            "order/order.xml",
            "the signed order. **It holds personal data of everybody in it**",
        );
        let mut commands = vec![
            format!("echo '{sha256}  order/order.xml' | sha256sum --check --strict --quiet"),
            xmlsec_command(&signer.certificate, "order/order.xml"),
        ];
        commands.extend(chain_command(signer));
        self.steps.push(Step {
            title: "The order is what the gateway signed".to_owned(),
            says: format!(
                "The file is the one that the gateway recorded, and its signature ({}) holds.",
                shown.algorithm
            ),
            commands,
        });
    }

    /// The order may be kept no longer.
    pub(super) fn order_erased(&mut self, sha256: &str) {
        self.gone.push(format!(
            "The signed order was erased, because the personal data in it may be kept no longer. Its \
             SHA-256 was `{sha256}`; whoever holds a copy can compare it, and can compare the digest \
             that the gateway signed."
        ));
    }

    /// The order was not asked for.
    pub(super) fn order_left_out(&mut self, sha256: &str) {
        self.gone.push(format!(
            "The signed order was left out, because nobody needs the personal data in it to verify \
             the rest. Its SHA-256 is `{sha256}`."
        ));
    }

    /// A document of the bureau.
    pub(super) fn document(
        &mut self,
        row: &DocumentRow,
        file: &str,
        shown: &ShownSignature,
        signer: &Signer,
        order_sha256: Option<&str>,
    ) {
        let id = row.message_id.as_deref().unwrap_or("-");
        self.file(
            file,
            &format!("a document of the bureau: {} {id}", row.kind),
        );
        let mut commands = vec![xmlsec_command(&signer.certificate, file)];
        commands.extend(chain_command(signer));
        let mut says = format!(
            "The bureau says that it signed at {}, and the gateway received it at {}.",
            shown.signed_at.format("%Y-%m-%dT%H:%M:%SZ"),
            row.received_at.format("%Y-%m-%dT%H:%M:%SZ"),
        );
        if let Some(sha256) = order_sha256 {
            says.push_str(" It names the SHA-256 of the order's file.");
            commands.push(format!("grep -q '<Sha256>{sha256}</Sha256>' {file}"));
        }
        let title = format!("The bureau signed the {} `{file}`", row.kind);
        self.steps.push(Step {
            title,
            says,
            commands,
        });
    }

    /// A document that may be kept no longer.
    pub(super) fn document_erased(&mut self, row: &DocumentRow) {
        let id = row.message_id.as_deref().unwrap_or("-");
        self.gone.push(format!(
            "The bureau's {} {id} of {} was erased. Its SHA-256 was `{}`.",
            row.kind,
            row.received_at.format("%Y-%m-%dT%H:%M:%SZ"),
            row.sha256,
        ));
    }

    /// The whole page.
    pub(super) fn finish(
        mut self,
        algorithm: SignatureAlgorithm,
        seal: &Signer,
        signers: &Signers,
    ) -> String {
        for (name, is) in [
            (
                "documents.jsonl",
                "the bureau's documents, also those that were erased",
            ),
            (
                "words.jsonl",
                "what the bureau said of each card, and what was made of it",
            ),
            (
                "history.jsonl",
                "every step of the order, its lines and their applications",
            ),
            ("deliveries.jsonl", "every attempt at delivering the order"),
        ] {
            self.file(name, is);
        }
        for file in signers.files() {
            self.file(&file, "certificates");
        }
        self.file(SUMS, "the SHA-256 of every file above");
        self.file(SUMS_SIGNATURE, "the gateway's seal on these digests");
        let mut commands = vec![
            openssl_command(algorithm, &seal.certificate, SUMS_SIGNATURE, SUMS),
            format!("sha256sum --check --strict --quiet {SUMS}"),
        ];
        commands.extend(chain_command(seal));
        self.steps.insert(
            0,
            Step {
                title: "Nothing was changed since the archive was made".to_owned(),
                says: "The gateway's seal is on the digests of all files. For `history.jsonl`, \
                       `words.jsonl` and `deliveries.jsonl`, which are the gateway's own account, it \
                       is the only signature."
                    .to_owned(),
                commands,
            },
        );
        self.text(signers)
    }

    fn text(&self, signers: &Signers) -> String {
        let mut text = vec![
            format!("# {}", self.title),
            String::new(),
            format!("Made at {}.", self.made_at),
            String::new(),
            "## What is here".to_owned(),
            String::new(),
        ];
        text.extend(
            self.files
                .iter()
                .map(|(name, is)| format!("- `{name}`: {is}")),
        );
        if !self.gone.is_empty() {
            text.extend([
                String::new(),
                "## What is not here".to_owned(),
                String::new(),
            ]);
            text.extend(self.gone.iter().map(|gone| format!("- {gone}")));
        }
        text.extend(["", "## How to verify", ""].map(str::to_owned));
        text.push(
            "Unpack the archive into an empty folder and run the commands there, in a shell of Linux \
             with OpenSSL 3 and xmlsec1 (1.2; 1.3 for RSA-PSS). Each ends with status 0 if what stands \
             above it is true, and with another if not."
                .to_owned(),
        );
        for (step, number) in self.steps.iter().zip(1..) {
            text.push(format!(
                "\n### {number}. {}\n\n{}\n\n```sh",
                step.title, step.says
            ));
            text.extend(step.commands.iter().cloned());
            text.push("```".to_owned());
        }
        text.extend(["", "## Whom to believe", ""].map(str::to_owned));
        text.push(
            "An archive cannot vouch for itself. Compare the SHA-256 of these certificates with what \
             you know from elsewhere, such as the authority's own publication:"
                .to_owned(),
        );
        text.push(String::new());
        for authority in signers.authorities() {
            for fingerprint in authority.fingerprints {
                text.push(format!("- `{}`: `{fingerprint}`", authority.file));
            }
        }
        text.push(
            "\nThe times of signing are what the signers say. Whether a certificate was revoked, ask \
             its issuer.\n"
                .to_owned(),
        );
        text.join("\n")
    }
}

/// Verifies a bare signature with the key of a certificate.
fn openssl_command(
    algorithm: SignatureAlgorithm,
    certificate: &str,
    signature: &str,
    file: &str,
) -> String {
    let how = match algorithm {
        SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::RsaPkcs1Sha256 => "-sha256",
        SignatureAlgorithm::EcdsaSha384 => "-sha384",
        SignatureAlgorithm::RsaPssSha256 => {
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
        }
    };
    format!(
        "openssl x509 -in {certificate} -noout -pubkey | openssl dgst {how} -verify /dev/stdin \
         -signature {signature} {file}"
    )
}

/// Verifies a signed document with the key of a certificate.
fn xmlsec_command(certificate: &str, file: &str) -> String {
    // Only this key: what the document carries is not asked.
    format!(
        "xmlsec1 --verify --enabled-key-data key-name --pubkey-cert-pem {certificate} \
         --id-attr:Id {PROPERTIES} {file}"
    )
}

/// Verifies the way from a certificate to its authority, at the time of signing.
fn chain_command(signer: &Signer) -> Option<String> {
    if signer.authority == signer.certificate {
        return None;
    }
    let between = signer.between.as_ref();
    let between = between.map_or_else(String::new, |file| format!(" -untrusted {file}"));
    Some(format!(
        "openssl verify -attime {} -partial_chain -trusted {}{between} {}",
        signer.at.timestamp(),
        signer.authority,
        signer.certificate,
    ))
}
