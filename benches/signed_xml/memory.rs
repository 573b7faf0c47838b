//! The peak memory of processes that do nothing but sign, or verify.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use cei_gateway::bureau::order::read_order;
use cei_gateway::xmldsig::content::IgnoreContent;
use cei_gateway::xmldsig::verify::verify;

use crate::orders::Batch;
use crate::parties::Parties;
use crate::report::{Operation, Report};

/// From this size on an order would have more lines, or larger images, than it may have.
const BEYOND_LIMITS_MEGABYTES: u64 = 1_000;
/// The lines of the documents of which memory is measured repeat so many people.
const PEOPLE: u64 = 8;
const LINES: u64 = 1_000;

/// Has one process sign to another that verifies, and notes the peaks of both.
pub(crate) fn run(parties: &Parties, megabytes: u64, report: &mut Report) -> anyhow::Result<()> {
    let this = std::env::current_exe().context("this program")?;
    let start = |option: &str| {
        let mut command = Command::new(&this);
        command.arg(option).arg(&parties.folder);
        command
    };
    let mut signer = start("--sign-to-stdout")
        .arg(megabytes.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let document = signer.stdout.take().context("no pipe")?;
    let verifier = start("--verify-stdin")
        .stdin(document)
        .stderr(Stdio::piped())
        .spawn()?;
    report.add_memory(Operation::SignToSink, megabytes, peak_kb(signer)?);
    report.add_memory(Operation::VerifyOrder, megabytes, peak_kb(verifier)?);
    Ok(())
}

/// What a child says before it ends well.
fn peak_kb(mut child: Child) -> anyhow::Result<u64> {
    let mut said = String::new();
    child
        .stderr
        .take()
        .context("no pipe")?
        .read_to_string(&mut said)?;
    ensure!(child.wait()?.success(), "a child failed: {said}");
    Ok(said.trim().parse()?)
}

/// The child that signs.
pub(crate) fn sign_to_stdout(folder: &Path, megabytes: u64) -> anyhow::Result<()> {
    let parties = Parties::read(folder)?;
    let mut batch = Batch::draw(PEOPLE)?;
    let sink = io::stdout().lock();
    let bytes = megabytes * 1_000_000;
    if megabytes >= BEYOND_LIMITS_MEGABYTES {
        batch.sign_beyond_limits_to(sink, &parties, bytes)?;
    } else {
        batch.lengthen(bytes / LINES, batch.line_bytes()?)?;
        let (mut sink, _) = batch.sign_lines_to(sink, &parties, LINES)?;
        sink.flush()?;
    }
    tell_peak()
}

/// The child that verifies: orders as the bureau does, larger documents by their signature.
pub(crate) fn verify_stdin(folder: &Path) -> anyhow::Result<()> {
    let parties = Parties::read(folder)?;
    let mut source = BufReader::with_capacity(4096, io::stdin().lock());
    let is_order = source.fill_buf()?.windows(8).any(|at| at == b"<Header>");
    if is_order {
        read_order(source, &parties.policy)?;
    } else {
        verify(source, &parties.policy, &mut IgnoreContent)?;
    }
    tell_peak()
}

/// Writes the most memory this process ever had, in kilobytes.
fn tell_peak() -> anyhow::Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .context("no VmHWM in the status")?;
    write!(io::stderr(), "{}", peak.trim()).context("cannot print")
}
