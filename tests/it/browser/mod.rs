//! The console as people meet it, in a real browser: what it shows and says, without and with scripts,
//! by day, by night and on a telephone.

mod axe;
mod chromium;
mod flows;
mod hostile;
mod pages;
mod renewing;
mod signing_in;
mod single_sign_on;
mod tab;

use crate::kit::environment::waived;

/// Whether this machine does without a browser, by name.
fn there_is_no_browser() -> bool {
    ["chromium", "axe-core"].iter().any(|tool| waived(tool))
}
