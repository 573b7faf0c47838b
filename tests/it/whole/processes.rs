//! The gateway and the three other parties, each a program of its own, as an operator starts them
//! on one machine. They share a folder of certificates, the wire, and a file of payment slips.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::whole::kit::files;

/// How often something is looked for before it is given up; one look takes a tenth of a second.
const LOOKS_MAX: usize = 1_500;

/// A machine with a gateway that nobody has started.
struct Machine {
    folder: TempDir,
    gateway_port: u16,
    bureau_port: u16,
}

/// A program that runs; it is killed should the test end before it.
struct Program {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

impl Program {
    /// What it has printed so far, and what it complains of.
    fn said(&self) -> (String, String) {
        let read = |file| std::fs::read_to_string(file).unwrap();
        (read(&self.out), read(&self.err))
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self) -> (ExitStatus, (String, String)) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.unwrap().success());
        (self.child.wait().unwrap(), self.said())
    }

    /// Stops it; it has nothing to complain of, and its last words are JSON.
    fn report(self) -> Value {
        let (status, (said, complaints)) = self.stop();
        assert!(status.success(), "{status}: {complaints}");
        let words = serde_json::Deserializer::from_str(&said).into_iter::<Value>();
        words.last().unwrap().unwrap()
    }
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Machine {
    fn set_up() -> Self {
        let machine = Self {
            folder: tempfile::tempdir().unwrap(),
            gateway_port: free_port(),
            bureau_port: free_port(),
        };
        std::fs::write(machine.path("config.toml"), machine.config()).unwrap();
        let certs = machine.text("certs");
        machine.run(&["dev-certs", "--dir", &certs]);
        machine.run(&["office", "add", "--cluj"]);
        for number in 1..=8 {
            let code = format!("CLJ-{number:02}");
            let file = machine.text(&format!("certs/office-{code}.pem"));
            let holder = ["--party", "office", "--office", &code, "--label", "counter"];
            machine.run(&[&["key", "add-certificate", &file], &holder[..]].concat());
        }
        for (name, party) in [
            ("bureau-to-gateway", "bureau"),
            ("channel-selfpay", "channel"),
        ] {
            let file = machine.text(&format!("certs/{name}.pem"));
            let holder = ["--party", party, "--label", name];
            machine.run(&[&["key", "add-certificate", &file], &holder[..]].concat());
        }
        let scope = ["--scope", "payments:write"];
        let key = ["key", "create", "--party", "automation", "--label", "bank"];
        let key = machine.run(&[&key[..], &scope].concat());
        machine.keep_secret("bank.key", key["key"].as_str().unwrap());
        machine
    }

    /// Writes a file that only its owner can read; another one would be refused.
    fn keep_secret(&self, name: &str, secret: &str) {
        let mut options = OpenOptions::new();
        let file = options.create_new(true).write(true).mode(0o600);
        let mut file = file.open(self.path(name)).unwrap();
        file.write_all(secret.as_bytes()).unwrap();
    }

    fn config(&self) -> String {
        format!(
            r#"data_dir = {:?}
            [database]
            url = "sqlite:gateway.sqlite"
            [http]
            bind = "127.0.0.1:{}"
            tls_cert_file = "certs/gateway-server.pem"
            tls_key_file = "certs/gateway-server.key"
            client_ca_file = "certs/tls-ca.pem"
            [console]
            bind = ""
            [vault]
            durable = false
            [signing]
            key_file = "certs/gateway-seal.key"
            chain_file = "certs/gateway-seal.pem"
            [bureau]
            url = "https://localhost:{}"
            ca_file = "certs/tls-ca.pem"
            identity_cert_file = "certs/gateway-to-bureau.pem"
            identity_key_file = "certs/gateway-to-bureau.key"
            acknowledgement_anchors_file = "certs/signing-ca.pem"
            [batching]
            lines_max = 2
            [channels.selfpay]
            ed25519_key_files = ["certs/selfpay-ed25519.pub"]
            [workers]
            idle_milliseconds = 100
            "#,
            self.folder.path(),
            self.gateway_port,
            self.bureau_port
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cei-gateway"));
        command
            .arg("--json")
            .args(["--config", &self.text("config.toml")]);
        command.args(words);
        command
    }

    /// Runs a command to its end and reads what it printed.
    #[track_caller]
    fn run(&self, words: &[&str]) -> Value {
        let ran = self.command(words).output().unwrap();
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{words:?}: {complaint}");
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    /// What stands in one field of everything that is listed.
    fn listed(&self, noun: &str, field: &str) -> BTreeSet<String> {
        let listed = self.run(&[noun, "list", "--limit", "1000"]);
        let rows = listed["data"].as_array().unwrap().iter();
        rows.map(|row| row[field].as_str().unwrap().to_owned())
            .collect()
    }

    /// Starts a command that goes on.
    fn start(&self, name: &str, words: &[&str]) -> Program {
        let out = self.path(&format!("{name}.out"));
        let err = self.path(&format!("{name}.err"));
        let printed = File::create(&out).unwrap();
        let complaints = File::create(&err).unwrap();
        let mut command = self.command(words);
        command
            .stdin(Stdio::null())
            .stdout(printed)
            .stderr(complaints);
        let child = command.spawn().unwrap();
        Program { child, out, err }
    }

    /// Starts a simulator with what all of them are told.
    fn simulate(&self, party: &str, words: &[&str]) -> Program {
        let gateway = format!("https://localhost:{}", self.gateway_port);
        let certs = self.text("certs");
        let stage = ["--gateway", &gateway, "--certs", &certs, "--seed", "3"];
        self.start(party, &[&["simulate", party], &stage[..], words].concat())
    }
}

/// Looks until it is so.
#[track_caller]
fn until(what: &str, programs: &mut [&mut Program], is_so: impl Fn() -> bool) {
    for _ in 0..LOOKS_MAX {
        if is_so() {
            return;
        }
        for program in programs.iter_mut() {
            let ended = program.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {:?}", program.said());
        }
        // Another process had its time meanwhile, and so had they.
        Command::new("sleep").arg("0.1").status().unwrap();
    }
    panic!("not so: {what}");
}

/// The endings of the files in a folder, which may not be there yet.
fn endings(folder: &Path) -> BTreeSet<String> {
    if !folder.exists() {
        return BTreeSet::new();
    }
    let ending = |file: PathBuf| Some(file.extension()?.to_str()?.to_owned());
    files(folder).into_iter().filter_map(ending).collect()
}

#[test]
fn four_programs_bring_applications_and_money_into_orders() {
    let machine = Machine::set_up();
    let mut gateway = machine.start("gateway", &["serve"]);
    until("the API is served", &mut [&mut gateway], || {
        std::fs::read_to_string(machine.path("gateway.out"))
            .is_ok_and(|said| said.contains("the API is served"))
    });
    let bind = format!("127.0.0.1:{}", machine.bureau_port);
    let mut bureau = machine.simulate("bureau", &["--bind", &bind, "--flawless"]);
    let (payers, key, out) = (
        machine.text("payers.ndjson"),
        machine.text("bank.key"),
        machine.text("bank"),
    );
    let counted = ["--applications", "24", "--payers-file", &payers];
    let mut offices = machine.simulate("offices", &counted);
    let told = ["--payers", &payers, "--key-file", &key, "--out", &out];
    let erring = ["--mishaps", "60", "--day-seconds", "2"];
    let mut channels = machine.simulate("channels", &[&told[..], &erring].concat());

    let all = &mut [&mut gateway, &mut bureau, &mut offices, &mut channels];
    until("both formats of statements are written", all, || {
        endings(Path::new(&out)).is_superset(&["csv", "sta", "xml"].map(str::to_owned).into())
    });
    until(
        "money of both channels is matched, or more than that",
        all,
        || {
            let money = machine.run(&["payment", "list", "--limit", "1000"]);
            let matched = |channel: &str| {
                let mut rows = money["data"].as_array().unwrap().iter();
                rows.any(|row| {
                    let state = row["state"].as_str().unwrap();
                    row["channel"] == channel && ["MATCHED", "CONSUMED"].contains(&state)
                })
            };
            matched("CEC") && matched("SELFPAY")
        },
    );
    until("the bureau holds orders", all, || {
        let states = machine.listed("order", "state");
        ["RECEIPT_OK", "PARTLY_ANSWERED", "ALL_ANSWERED"]
            .iter()
            .any(|state| states.contains(*state))
    });
    assert!(machine.listed("application", "fee_state").contains("PAID"));

    let paid = channels.report();
    assert_eq!(paid["refused"].as_array().unwrap().len(), 0, "{paid}");
    for what in ["fees", "files", "notifications"] {
        assert!(paid[what].as_u64().unwrap() > 0, "{paid}");
    }
    let submitted = offices.report();
    assert!(
        submitted["submitted"].as_u64().unwrap() >= 20,
        "{submitted}"
    );
    assert_eq!(submitted["surprises"], serde_json::json!([]), "{submitted}");
    let made = bureau.report();
    assert!(made["orders"].as_u64().unwrap() > 0, "{made}");
    let (status, _log) = gateway.stop();
    assert!(status.success(), "{status}");
}
