//! The documents that the commands read: a file, or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;

use crate::cli::exit::CliError;

/// How much is read at once.
const READ_BYTES: usize = 64 * 1024;

/// Opens a document; `-` is standard input.
pub(in crate::cli) fn open(file: &Path) -> Result<Box<dyn BufRead>, CliError> {
    if file == Path::new("-") {
        let stdin = io::stdin().lock();
        return Ok(Box::new(BufReader::with_capacity(READ_BYTES, stdin)));
    }
    let name = file.display();
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(CliError::not_found("file", &name.to_string()))
        }
        opened => {
            let opened = opened.with_context(|| format!("opening {name}"))?;
            Ok(Box::new(BufReader::with_capacity(READ_BYTES, opened)))
        }
    }
}
