//! The log: one JSON object a line, for machines that collect it.
//!
//! Nothing about a person is ever logged: no name, CNP, address, image, nor any text that a person
//! or a bank typed. Records name things by id, number and code. `error` means that somebody must
//! act, and it is written once, where the failure ends; whoever passes it on adds context instead.

use std::io;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// A reason why the log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// A level that does not exist, or a filter that cannot be read.
    #[error("{0:?} is not a log level")]
    Level(String),
    /// There is a log already.
    #[error("the log is set up already")]
    Repeated(#[from] SetGlobalDefaultError),
}

/// Reads a level, or a list of `module=level` with one level for the rest.
pub fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    let bad = |part: &str| TelemetryError::Level(part.to_owned());
    for part in level.split(',') {
        // The parser takes a misspelt level for a module's name and would log nothing at all.
        let name = part.rsplit_once('=').map_or(part, |(_, name)| name).trim();
        if name.is_empty() || name.parse::<LevelFilter>().is_err() {
            return Err(bad(part));
        }
    }
    EnvFilter::try_new(level).ok().ok_or_else(|| bad(level))
}

/// A log that writes to `writer` what `level` lets through.
pub fn subscriber<W>(
    level: &str,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    Ok(tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_env_filter(filter(level)?)
        .with_writer(writer)
        .finish())
}

/// Makes the log of this process: to stdout, from now on, for every thread.
pub fn init(level: &str) -> Result<(), TelemetryError> {
    Ok(tracing::subscriber::set_global_default(subscriber(
        level,
        io::stdout,
    )?)?)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A log that can be read back.
    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, write: impl FnOnce()) -> Vec<serde_json::Value> {
        let captured = Captured::default();
        let writer = captured.clone();
        let log = subscriber(level, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(log, write);
        let bytes = captured.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_record_is_one_json_object_with_its_fields_and_its_span() {
        let lines = logged("info", || {
            let span = tracing::info_span!("worker.pass", worker = "batcher");
            let _entered = span.entered();
            tracing::info!(order.number = "O-17", "order sealed");
        });

        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["message"], "order sealed");
        assert_eq!(lines[0]["order.number"], "O-17");
        assert_eq!(lines[0]["span"]["worker"], "batcher");
        assert!(lines[0]["timestamp"].is_string());
    }

    #[test]
    fn only_what_the_level_lets_through_is_written() {
        let lines = logged("warn,loud=debug", || {
            tracing::info!("not shown");
            tracing::warn!("shown");
            tracing::debug!(target: "loud", "shown too");
        });

        let messages: Vec<_> = lines
            .iter()
            .map(|line| line["message"].as_str().unwrap())
            .collect();
        assert_eq!(messages, ["shown", "shown too"]);
    }

    #[test]
    fn a_misspelt_level_is_refused_instead_of_silencing_the_log() {
        for level in ["infoo", "", "info,worker", "worker=loud"] {
            assert!(filter(level).is_err(), "{level:?}");
        }
        assert!(filter("info,cei_gateway::worker=debug").is_ok());
    }
}
