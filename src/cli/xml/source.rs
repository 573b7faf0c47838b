//! The documents that the commands read: a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context as _;

use crate::cli::exit::CliError;

/// Opens a document; `-` is standard input.
pub(in crate::cli) fn open(file: &Path) -> Result<Box<dyn Read>, CliError> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let name = file.display();
    match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(CliError::not_found("file", &name.to_string()))
        }
        opened => Ok(Box::new(opened.with_context(|| format!("opening {name}"))?)),
    }
}
