//! The program on pipes: as long as a document may be, it takes no more memory.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use cei_gateway::transport::certificates::{GATEWAY_SEAL, SIGNING_CA, certificate_file, key_file};
use cei_gateway::xmldsig::enveloped::{Terms, sign_document};
use cei_gateway::xmldsig::key::PemKey;
use cei_gateway::xmldsig::trust::Limits;

use crate::kit::world::{certificates, morning};

fn program(words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cei-gateway"));
    command.args(words).env_clear();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the program")
}

/// Gives the program its standard input, and waits for what it says.
fn answer(words: &[&str], input: &[u8]) -> Output {
    let mut child = program(words);
    let mut stdin = child.stdin.take().expect("its input");
    // It may refuse a document before its end, and then reads no further.
    let told = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    assert!(told.is_ok() || !output.status.success(), "{told:?}");
    output
}

fn signed(document: &[u8]) -> Vec<u8> {
    let read = |path: &Path| fs::read(path).expect("a file");
    let key = read(&key_file(certificates(), GATEWAY_SEAL));
    let chain = read(&certificate_file(certificates(), GATEWAY_SEAL));
    let key = PemKey::from_pem(&key, &chain).expect("a seal");
    let terms = Terms {
        signed_at: morning(),
        mime: "application/xml",
        limits: Limits::of_any_length(),
    };
    let (signed, _) = sign_document(document, Vec::new(), &key, &terms).expect("signed");
    signed
}

#[test]
fn documents_come_from_standard_input_where_the_file_is_a_hyphen() {
    let output = answer(&["xml", "c14n", "-"], b"<a b='1'><!-- --><c/></a>");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"<a b=\"1\"><c></c></a>");

    let refused = answer(&["--json", "xml", "c14n", "-"], b"<a>\n <b></a>");
    assert_eq!(refused.status.code(), Some(7));
    let complaint: serde_json::Value = serde_json::from_slice(&refused.stderr).unwrap();
    let message = complaint["message"].as_str().unwrap();
    assert!(
        message.starts_with("NOT_WELL_FORMED at line 2, column 5"),
        "{message}"
    );

    let trust = certificate_file(certificates(), SIGNING_CA);
    let at = morning().to_rfc3339();
    let verify = ["xml", "verify", "--json", "--at", &at, "--trust"];
    let verify = [&verify[..], &[trust.to_str().unwrap(), "-"]].concat();
    let mut document = signed(b"<a>\n <b/>\n</a>");
    for (valid, code) in [(true, 0), (false, 7)] {
        let output = answer(&verify, &document);
        assert_eq!(output.status.code(), Some(code));
        let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(verdict["valid"], valid, "{verdict}");
        document[1] = b'x';
    }
}

/// The most memory that the process has had, in KiB.
fn peak_kib(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.expect("a peak").parse().expect("a number")
}

#[test]
fn memory_does_not_grow_with_what_comes_through_the_pipe() {
    let at = morning().to_rfc3339();
    let trust = certificate_file(certificates(), SIGNING_CA);
    let verify = [
        "xml",
        "verify",
        "--at",
        &at,
        "--trust",
        trust.to_str().unwrap(),
        "-",
    ];
    let image = "MIIB".repeat(1 << 14);
    let line = format!("<line n='1'><name>Ș &amp; b</name><image>{image}</image></line>\n");
    let block = line.repeat(16);
    for words in [&["xml", "c14n", "-"][..], &verify] {
        let mut child = program(words);
        let mut stdin = child.stdin.take().expect("its input");
        let mut stdout = child.stdout.take().expect("its output");
        let reader = std::thread::spawn(move || {
            let mut sink = Vec::new();
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stdout.read(&mut buffer) {
                sink.clear();
                sink.extend_from_slice(&buffer[..count]);
            }
        });
        stdin.write_all(b"<order>").expect("written");
        let mut peaks = Vec::new();
        for mebibytes in [1, 4] {
            for _ in 0..mebibytes {
                stdin.write_all(block.as_bytes()).expect("written");
            }
            peaks.push(peak_kib(&child));
        }
        drop(stdin);
        child.wait().expect("its end");
        reader.join().expect("its output");
        assert!(peaks[1] < peaks[0] + 1024, "{words:?}: {peaks:?} KiB");
        assert!(peaks[1] < 64 * 1024, "{words:?}: {peaks:?} KiB");
    }
}
