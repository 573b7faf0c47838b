//! `cei-gateway serve` as a process of its own, whose memory and processor time the kernel tells.
#![expect(clippy::float_arithmetic, reason = "figures for people, no money")]

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use cei_gateway::clock::Clock;

use crate::load::{Line, Target, get};
use crate::measure::real;
use crate::town::Town;

/// How often a child is asked whether it lives before it is given up.
const LOOKS_MAX: usize = 300;
/// What the kernel counts processor time in: hundredths of a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A gateway that serves; it is killed when dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) target: Target,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Served {
    /// Starts one on the town's database, without workers, and waits until it answers.
    pub(crate) async fn start(town: &Town, tls: bool) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let file = town
            .folder
            .join(if tls { "tls.toml" } else { "plain.toml" });
        std::fs::write(&file, config(town, address, tls))?;
        let log = File::create(file.with_extension("log"))?;
        let child = Command::new(env!("CARGO_BIN_EXE_cei-gateway"))
            .arg("--config")
            .arg(&file)
            .args(["serve", "--no-workers"])
            .stdin(Stdio::null())
            .stdout(log)
            .spawn()
            .context("starting cei-gateway serve")?;
        let tls = tls.then(|| town.tls()).transpose()?;
        let mut served = Self {
            child,
            target: Target { address, tls },
        };
        served.wait_until_it_answers().await?;
        Ok(served)
    }

    async fn wait_until_it_answers(&mut self) -> anyhow::Result<()> {
        for _ in 0..LOOKS_MAX {
            if let Ok(mut line) = Line::open(&self.target).await {
                ensure!(line.ask(&get("/livez", None, None)).await?.status == 200);
                return Ok(());
            }
            if let Some(ended) = self.child.try_wait()? {
                bail!("cei-gateway serve ended with {ended}");
            }
            Clock::System.sleep(Duration::from_millis(100)).await;
        }
        bail!("cei-gateway serve does not answer")
    }

    /// Its resident memory in KiB.
    pub(crate) fn memory_kib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.context("no VmRSS")?.trim().trim_end_matches(" kB");
        Ok(resident.trim().parse()?)
    }

    /// The processor's seconds that it took so far.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold blanks; user and system time are the 12th and 13th after.
        let (_, rest) = stat.rsplit_once(')').context("no stat")?;
        let ticks: Result<Vec<usize>, _> = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse)
            .collect();
        Ok(ticks?.into_iter().map(real).sum::<f64>() / TICKS_PER_SECOND)
    }
}

fn config(town: &Town, address: SocketAddr, tls: bool) -> String {
    let tls = if tls {
        "tls_cert_file = \"certs/gateway-server.pem\"\n\
         tls_key_file = \"certs/gateway-server.key\"\n\
         client_ca_file = \"certs/tls-ca.pem\"\n"
    } else {
        ""
    };
    format!(
        "data_dir = \"{}\"\n\
         [database]\nurl = {:?}\n\
         [http]\nbind = \"{address}\"\n{tls}\
         [limits]\noffice_requests_per_second = 0\nconnections_per_address = 0\n\
         [signing]\nkey_file = \"certs/gateway-seal.key\"\nchain_file = \"certs/gateway-seal.pem\"\n\
         [logging]\nlevel = \"error\"\n",
        town.folder.display(),
        town.config.database.url,
    )
}
