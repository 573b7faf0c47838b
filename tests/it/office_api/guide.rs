//! `docs/office-guide.md`, done as it stands.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Looks for what a program says before it is given up; one takes a tenth of a second.
const LOOKS_MAX: usize = 900;

/// Every command of the guide, block by block.
fn commands() -> Vec<String> {
    let text = std::fs::read_to_string("docs/office-guide.md").unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let command = |block: &str| block.split("```").next().unwrap().to_owned();
    blocks.map(command).collect()
}

/// A program that is ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Starts the demo with the guide's words, and waits until it says that its API stays up.
fn start_demo(words: &str, folder: &Path) -> Program {
    let mut words = words.split_whitespace();
    assert_eq!(words.next(), Some("cei-gateway"));
    let said = folder.join("demo.txt");
    let program = Command::new(env!("CARGO_BIN_EXE_cei-gateway"))
        .args(words)
        .current_dir(folder)
        .env("CI", "1")
        .stdout(File::create(&said).unwrap())
        .stderr(Stdio::inherit())
        .spawn();
    let mut program = Program(program.unwrap());
    for _ in 0..LOOKS_MAX {
        if std::fs::read_to_string(&said)
            .unwrap()
            .contains("stays up at")
        {
            return program;
        }
        let ended = program.0.try_wait().unwrap();
        assert!(ended.is_none(), "the demo has ended: {ended:?}");
        pause();
    }
    panic!("the demo does not stay up");
}

/// Another process is waited for, on the clock on the wall.
fn pause() {
    thread::sleep(Duration::from_millis(100));
}

#[test]
fn the_commands_of_the_guide_lead_to_a_card_that_is_handed_over() {
    let commands = commands();
    let (demo, others) = commands.split_first().unwrap();
    assert!(others.len() >= 12, "{}", others.len());
    let folder = tempfile::tempdir().unwrap();
    let _demo = start_demo(demo, folder.path());

    let shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &others.join("\n")])
        .current_dir(folder.path())
        .output();

    let shell = shell.unwrap();
    let said = String::from_utf8_lossy(&shell.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&shell.stderr);
    assert!(shell.status.success(), "{said}\n{complaints}");
    assert!(said.contains("idempotency-replayed: true"), "{said}");
    assert!(said.ends_with("AT_OFFICE\nHANDED_OVER\n"), "{said}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(
        read("batch.json").starts_with(r#"{"taken_in":4,"#),
        "{}",
        read("batch.json")
    );
    assert!(read("refused.json").contains(r#""pointer":"/product""#));
    let withdrawn = read("withdrawn.json");
    assert!(withdrawn.contains("CANCEL"), "{withdrawn}");
    assert!(
        read("scanned.json").contains("RECEIVED"),
        "{}",
        read("scanned.json")
    );
}
