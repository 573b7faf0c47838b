//! What the caller of the tests says through the environment.

/// The text of an environment variable, unless it is missing or empty.
pub(crate) fn var(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the gateway reads its environment in `config`; the tests read theirs here"
    )]
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// Whether a tool was waived by its name, in `CEI_WAIVE`; says so.
///
/// Without a waiver a missing tool fails the test that needs it: nothing is skipped silently.
pub(crate) fn waived(tool: &str) -> bool {
    let waived = var("CEI_WAIVE").is_some_and(|names| names.split_whitespace().any(|n| n == tool));
    if waived {
        eprintln!("waived: {tool} (CEI_WAIVE)");
    }
    waived
}

/// Whether expected files are to be written again instead of compared (`make bless`).
pub(crate) fn blessing() -> bool {
    var("CEI_BLESS").is_some()
}
