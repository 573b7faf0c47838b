//! Graphile Worker, a job queue in Node.js on the same cluster, delivering to the same sink.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::queues::PAYLOAD;
use crate::sink::Sink;

/// Where `scripts/setup bench` installs it.
const FOLDER: &str = "target/tools/graphile";

/// An installed Graphile Worker.
#[derive(Clone, Debug)]
pub(crate) struct Graphile {
    script: PathBuf,
}

impl Graphile {
    /// Finds it where it is installed.
    pub(crate) fn find() -> Option<Self> {
        let script = PathBuf::from(FOLDER).join("deliver.mjs");
        script.exists().then_some(Self { script })
    }

    /// Messages a second, from its start to the last one completed. With `ordered`, those of an
    /// office go one after another, as webhooks do; without, in whatever order is fastest.
    pub(crate) async fn rate(
        &self,
        url: &str,
        sink: &Sink,
        messages: usize,
        ordered: bool,
    ) -> anyhow::Result<f64> {
        let task = json!({
            "database": url,
            "port": sink.address.port(),
            "messages": messages,
            "lanes": ordered.then_some(200),
            "payload": serde_json::from_str::<Value>(PAYLOAD)?,
        });
        let before = sink.taken();
        let mut command = Command::new("node");
        command.arg(&self.script).arg(task.to_string());
        let ran = tokio::task::spawn_blocking(move || command.output()).await??;
        let complaint = String::from_utf8_lossy(&ran.stderr);
        ensure!(ran.status.success(), "Graphile Worker: {complaint}");
        let taken = sink.taken() - before;
        ensure!(taken == messages, "the sink took {taken} of {messages}");
        let said: Value = serde_json::from_slice(&ran.stdout)?;
        let rate = said.get("rate").and_then(Value::as_f64);
        rate.context("no rate was said")
    }
}
