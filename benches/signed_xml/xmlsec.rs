//! The same work done by xmlsec1, over libxml2 and OpenSSL.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use cei_gateway::transport::certificates::{GATEWAY_SEAL, SIGNING_CA, certificate_file, key_file};

use crate::parties::Parties;
use crate::report::{Operation, Report};
use crate::spent::Spent;

const ROUNDS: u32 = 3;
const ID_ATTRIBUTE: [&str; 2] = [
    "--id-attr:Id",
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
];

/// Times signing and verifying; says so in the report when there is no xmlsec1.
pub(crate) fn run(
    document: &[u8],
    parties: &Parties,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    if Command::new("xmlsec1").arg("--version").output().is_err() {
        report.note("xmlsec1 is not installed (Debian: apt-get install xmlsec1): not compared");
        return Ok(());
    }
    let (signed, template) = (folder.join("signed.xml"), folder.join("template.xml"));
    fs::write(&signed, document)?;
    fs::write(&template, emptied(document)?)?;
    let own = |file: std::path::PathBuf| file.display().to_string();
    let keys = format!(
        "{},{}",
        own(key_file(&parties.folder, GATEWAY_SEAL)),
        own(certificate_file(&parties.folder, GATEWAY_SEAL))
    );
    for _ in 0..ROUNDS {
        let mut sign = Command::new("xmlsec1");
        sign.args(["--sign", "--output", "/dev/null"])
            .args(["--privkey-pem", &keys])
            .args(ID_ATTRIBUTE)
            .arg(&template);
        report.add(Operation::XmlsecSign, cost(&mut sign)?);
        let mut verify = Command::new("xmlsec1");
        verify
            .args(["--verify", "--enabled-key-data", "x509"])
            .args(["--verification-gmt-time", "2026-03-02 10:00:00"])
            .args(ID_ATTRIBUTE)
            .arg("--trusted-pem")
            .args([&certificate_file(&parties.folder, SIGNING_CA), &signed]);
        report.add(Operation::XmlsecVerify, cost(&mut verify)?);
    }
    fs::remove_file(signed)?;
    Ok(fs::remove_file(template)?)
}

/// The document as xmlsec1 wants it before it signs: without digests, value and certificate.
fn emptied(document: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = str::from_utf8(document)?;
    let (content, signature) = text
        .rsplit_once("<ds:Signature ")
        .context("no signature to empty")?;
    let (signed_info, rest) = signature
        .split_once("</ds:SignedInfo>")
        .context("no SignedInfo")?;
    let mut template = content.to_owned();
    template.push_str("<ds:Signature ");
    template.push_str(&without_text(signed_info, "ds:DigestValue"));
    template.push_str("</ds:SignedInfo>");
    let rest = without_text(rest, "ds:SignatureValue");
    template.push_str(&without_text(&rest, "ds:X509Certificate"));
    Ok(template.into_bytes())
}

fn without_text(xml: &str, element: &str) -> String {
    let end = format!("</{element}>");
    xml.split_inclusive(&end)
        .map(|piece| match piece.rfind(&format!("<{element}")) {
            Some(start) => {
                let (before, tag) = piece.split_at(start);
                let tag = tag.split_inclusive('>').next().unwrap_or_default();
                format!("{before}{tag}{end}")
            }
            None => piece.to_owned(),
        })
        .collect()
}

fn cost(tool: &mut Command) -> anyhow::Result<Spent> {
    let before = children_cpu_ns()?;
    let output = tool.stdout(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "xmlsec1 failed: {said}");
    let cpu_ns = children_cpu_ns()? - before;
    Ok(Spent {
        cpu_ns,
        wall_ns: cpu_ns,
    })
}

/// The processor's time of all children that have ended, in steps of a hundredth of a second:
/// `cutime` and `cstime` in `/proc/self/stat`.
fn children_cpu_ns() -> anyhow::Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(')').context("no name in stat")?;
    let fields: Vec<_> = after_name.split_whitespace().collect();
    let ticks: u64 = fields
        .get(13..15)
        .context("a short stat")?
        .iter()
        .map(|field| field.parse().unwrap_or(0_u64))
        .sum();
    Ok(ticks * 10_000_000)
}
