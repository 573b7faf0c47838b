//! How far an import of statements has come, drawn for whoever watches.

use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::flow::arriving::{Stage, Watch};

/// A bar on standard error; nothing where nobody watches.
pub(super) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub(super) fn of(is_watched: bool) -> Self {
        let target = if is_watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{prefix}: {msg} {bar:30} {percent}%, {eta} left");
        // A template that cannot be read leaves the bar as it is.
        style.map(|style| bar.set_style(style)).unwrap_or_default();
        Self { bar }
    }

    /// Begins a file of so many bytes.
    pub(super) fn begin(&self, file: &Path, size: u64) -> Watch {
        let name = file.file_name().unwrap_or_default();
        self.bar.set_prefix(name.to_string_lossy().into_owned());
        let bar = self.bar.clone();
        Arc::new(move |stage| {
            let (message, done, of) = match stage {
                Stage::Keeping(bytes) => ("keeping", bytes, size),
                Stage::Checking(bytes) => ("checking", bytes, size),
                Stage::Recording { done, of } => ("recording", done, of),
            };
            if bar.message() != message {
                bar.reset();
                bar.set_message(message);
            }
            bar.set_length(of.max(done));
            bar.set_position(done);
        })
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
