//! A headless Chromium, spoken to over two pipes in the `DevTools` protocol.

use std::collections::VecDeque;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};
use tokio::time::timeout;

/// Within which an answer, or what a page does next, must be there.
const PATIENCE: Duration = Duration::from_mins(1);

/// The names under which Chromium is installed.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A browser, ended when dropped.
pub(crate) struct Chromium {
    process: Child,
    to: Sender,
    from: BufReader<Receiver>,
    calls: u64,
    /// What it told without being asked, and nobody has read yet.
    events: VecDeque<Event>,
    _folder: TempDir,
}

/// What happened in a tab.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) params: Value,
    /// The session of the tab.
    pub(crate) session: String,
}

impl Chromium {
    /// Starts one, with a profile of its own.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [to, from] = ["to", "from"].map(|name| folder.path().join(name));
        for pipe in [&to, &from] {
            assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }
        // Both ends are open here, so that nobody waits for the other.
        let mut options = OpenOptions::new();
        let options = options.read_write(true);
        let (sender, receiver) = (options.open_sender(&to), options.open_receiver(&from));
        let mut browser = Self {
            process: start(folder.path()),
            to: sender.unwrap(),
            from: BufReader::new(receiver.unwrap()),
            calls: 0,
            events: VecDeque::new(),
            _folder: folder,
        };
        browser.call("", "Browser.getVersion", json!({})).await;
        browser
    }

    /// Calls a method, in the session of a tab or in none, and returns what it answers.
    pub(crate) async fn call(&mut self, session: &str, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty() {
            call["sessionId"] = json!(session);
        }
        let text = format!("{call}\0");
        self.to.write_all(text.as_bytes()).await.unwrap();
        loop {
            let told = self.hear().await;
            if told["id"] != json!(id) {
                self.keep(&told);
                continue;
            }
            assert!(told["error"].is_null(), "{method}: {}", told["error"]);
            return told["result"].clone();
        }
    }

    /// Waits until something happens in a tab.
    pub(crate) async fn wait_for(&mut self, session: &str, method: &str) -> Event {
        loop {
            let is_it = |event: &Event| event.session == session && event.method == method;
            if let Some(place) = self.events.iter().position(is_it) {
                return self.events.remove(place).unwrap();
            }
            let told = self.hear().await;
            self.keep(&told);
        }
    }

    /// Takes out what happened in a tab so far.
    pub(crate) fn take_events(&mut self, session: &str) -> Vec<Event> {
        let mut taken = Vec::new();
        for event in std::mem::take(&mut self.events) {
            if event.session == session {
                taken.push(event);
            } else {
                self.events.push_back(event);
            }
        }
        taken
    }

    fn keep(&mut self, told: &Value) {
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let (method, session) = (text("method"), text("sessionId"));
        if !method.is_empty() {
            let params = told["params"].clone();
            self.events.push_back(Event {
                method,
                params,
                session,
            });
        }
    }

    async fn hear(&mut self) -> Value {
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, self.from.read_until(0, &mut bytes)).await;
        let read = read.expect("Chromium says nothing").unwrap();
        assert!(read > 0, "Chromium is gone");
        bytes.pop();
        serde_json::from_slice(&bytes).unwrap()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn start(folder: &Path) -> Child {
    let installed = |name: &&&str| {
        let status = Command::new("which")
            .arg(name)
            .stdout(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    let program = NAMES.iter().find(installed);
    let program = program.expect("Chromium is missing; run scripts/setup test");
    // The shell opens the pipes under the numbers that Chromium expects them at.
    let line = r#"folder=$1; shift; exec "$@" 3<"$folder/to" 4>"$folder/from""#;
    Command::new("sh")
        .args(["-c", line, "sh"])
        .arg(folder)
        .arg(program)
        .args([
            "--headless",
            "--remote-debugging-pipe",
            // Tests run as root in places where there is no user for a sandbox.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "about:blank",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
