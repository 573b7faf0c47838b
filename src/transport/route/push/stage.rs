//! How far a push had come when it failed, and what that says of the document's arrival.

use std::error::Error;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::domain::delivery::Outcome;

/// How far a push has come.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Stage {
    /// The name is looked up, the connection is made.
    #[default]
    Connecting,
    /// TLS is agreed upon.
    Securing,
    /// The headers are sent, and nothing of the document.
    Asking,
    /// Some of the document may be sent, its last piece is not.
    Sending,
    /// The last piece was handed to the connection.
    Sent,
}

/// What the parts of one push tell each other.
#[derive(Default)]
pub(super) struct Progress {
    noted: Mutex<Noted>,
    /// Rung when the bureau asks for the document.
    asked_for: Notify,
}

#[derive(Default)]
struct Noted {
    stage: Stage,
    answer: Option<(u16, Option<Duration>)>,
    fault: Option<io::Error>,
}

impl Progress {
    pub(super) fn reached(&self, stage: Stage) {
        self.noted().stage = stage;
    }

    pub(super) fn stage(&self) -> Stage {
        self.noted().stage
    }

    /// The bureau has given its final answer, a status and what its `Retry-After` asks for: nothing
    /// more is to be sent.
    pub(super) fn answered(&self, status: u16, retry_after: Option<Duration>) {
        self.noted().answer = Some((status, retry_after));
    }

    /// The bureau's final answer, whatever became of what came with it.
    pub(super) fn answer(&self) -> Option<(u16, Option<Duration>)> {
        self.noted().answer
    }

    /// The bureau wants the document.
    pub(super) fn asked_for(&self) {
        self.asked_for.notify_one();
    }

    /// Returns when the bureau wants the document.
    pub(super) async fn until_asked_for(&self) {
        self.asked_for.notified().await;
    }

    /// The document cannot be read: a fault of ours.
    pub(super) fn failed(&self, fault: io::Error) {
        self.noted().fault = Some(fault);
    }

    /// Why the document could not be read, if it could not; given once.
    pub(super) fn fault(&self) -> Option<io::Error> {
        self.noted().fault.take()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a push got no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    /// The time was up.
    #[error("the time was up")]
    TimedOut,
    /// The network or TLS.
    #[error("the connection failed")]
    Io(#[from] io::Error),
    /// What was heard is no HTTP, or the connection ended within it.
    #[error("the exchange failed")]
    Http(#[from] hyper::Error),
    /// The request cannot be written.
    #[error("the request cannot be written")]
    Request(#[from] hyper::http::Error),
}

impl WireError {
    /// The innermost cause: without an address, and never with content.
    pub(super) fn describe(&self) -> String {
        let mut cause: &dyn Error = self;
        while let Some(source) = cause.source() {
            cause = source;
        }
        cause.to_string().chars().take(200).collect()
    }

    /// Whether TLS itself refused: an alert of the other side, or a certificate that we refuse.
    fn is_tls(&self) -> bool {
        let mut cause: Option<&dyn Error> = Some(self);
        while let Some(error) = cause {
            // An I/O error gives its inner error's source, not the inner error.
            let inner = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            let is_inside = inner.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>);
            if is_inside || error.is::<rustls::Error>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

/// What a push that got no answer says of its document.
///
/// In doubt is what was handed over whole: its last bytes may have left. Under TLS 1.3 the bureau
/// refuses our certificate after the handshake, in place of an answer.
pub(super) fn outcome(stage: Stage, error: &WireError) -> Outcome {
    let is_late = matches!(error, WireError::TimedOut);
    match stage {
        Stage::Connecting => Outcome::ConnectFailed,
        Stage::Securing if is_late => Outcome::ConnectFailed,
        Stage::Securing => Outcome::TlsRefused,
        Stage::Asking if error.is_tls() => Outcome::TlsRefused,
        Stage::Asking | Stage::Sending => Outcome::LostWhileSending,
        Stage::Sent if is_late => Outcome::TimedOutAfterSending,
        Stage::Sent => Outcome::LostAfterSending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_handed_over_whole_is_in_doubt() {
        let broken = || WireError::Io(io::ErrorKind::ConnectionReset.into());
        let alert = || {
            let alert = rustls::AlertDescription::CertificateRequired;
            let alert = rustls::Error::AlertReceived(alert);
            WireError::Io(io::Error::new(io::ErrorKind::InvalidData, alert))
        };
        for (stage, error, expected) in [
            (Stage::Connecting, broken(), Outcome::ConnectFailed),
            (
                Stage::Connecting,
                WireError::TimedOut,
                Outcome::ConnectFailed,
            ),
            (Stage::Securing, broken(), Outcome::TlsRefused),
            (Stage::Securing, WireError::TimedOut, Outcome::ConnectFailed),
            (Stage::Asking, alert(), Outcome::TlsRefused),
            (Stage::Asking, broken(), Outcome::LostWhileSending),
            (
                Stage::Asking,
                WireError::TimedOut,
                Outcome::LostWhileSending,
            ),
            (Stage::Sending, broken(), Outcome::LostWhileSending),
            (
                Stage::Sending,
                WireError::TimedOut,
                Outcome::LostWhileSending,
            ),
            (Stage::Sent, broken(), Outcome::LostAfterSending),
            (Stage::Sent, alert(), Outcome::LostAfterSending),
            (
                Stage::Sent,
                WireError::TimedOut,
                Outcome::TimedOutAfterSending,
            ),
        ] {
            assert_eq!(outcome(stage, &error), expected, "{stage:?}, {error:?}");
        }
    }
}
