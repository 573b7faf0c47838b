//! Reads a file, whatever its format and encoding: whole, or as a stream of entries.
//!
//! A stream is read twice: once for its letters ([`survey`]), once for its statements ([`stream`]).
//! Of camt no more than one entry is in memory. The other formats are read whole, and refused when
//! they are longer than any statement of theirs.

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::channel::encoding::{self, Decoded, Survey};
use crate::channel::letters::Letters;
use crate::channel::{Entry, Refused, RefusedCode, StatementFile, camt, mt940, settlement, table};

/// Lines of SWIFT have 65 letters and rows of tables a few hundred.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Some hundred thousand entries of a format that is read whole: MT940, tables, settlements.
const WHOLE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Bytes that are looked at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Is shown each entry with the statement, counted from 0, in which it stands.
pub type Visit<'a> = dyn FnMut(usize, Entry) -> ControlFlow<()> + 'a;

/// Why a reading did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The file cannot be read at all.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Its bytes could not be had.
    #[error("the file's bytes could not be read")]
    Broken(#[from] io::Error),
    /// Whoever is shown the entries wants no more.
    #[error("nobody wants the rest of the file")]
    Stopped,
}

/// Looks at all bytes of a file, to know how they are to be read.
pub fn survey(mut source: impl Read) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(survey),
            Ok(count) => survey.take(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads a file from its beginning and shows each entry to `visit`. What is returned has every
/// statement, without entries.
pub fn stream(
    survey: &Survey,
    mut source: impl Read,
    visit: &mut Visit<'_>,
) -> Result<StatementFile, Unread> {
    if survey.is_markup() {
        let mut letters = Letters::new(source, survey.codec());
        let mut file = camt::read(&mut letters, visit)?;
        let warning = letters.has_unreadable().then(encoding::unreadable);
        file.warnings.extend(warning);
        return Ok(file);
    }
    if survey.size_bytes() > WHOLE_BYTES_MAX {
        return Err(too_large().into());
    }
    let mut bytes = Vec::new();
    source
        .by_ref()
        .take(WHOLE_BYTES_MAX)
        .read_to_end(&mut bytes)?;
    let mut file = read_whole(&bytes)?;
    for (at, statement) in file.statements.iter_mut().enumerate() {
        for entry in std::mem::take(&mut statement.entries) {
            if visit(at, entry) == ControlFlow::Break(()) {
                return Err(Unread::Stopped);
            }
        }
    }
    Ok(file)
}

/// Reads a file that is at hand, with all its entries.
pub fn read(bytes: &[u8]) -> Result<StatementFile, Refused> {
    let mut survey = Survey::default();
    survey.take(bytes);
    let mut entries: Vec<Vec<Entry>> = Vec::new();
    let mut collect = |at: usize, entry: Entry| {
        entries.resize_with(entries.len().max(at + 1), Vec::new);
        if let Some(of_statement) = entries.get_mut(at) {
            of_statement.push(entry);
        }
        ControlFlow::Continue(())
    };
    let mut file = match stream(&survey, bytes, &mut collect) {
        Ok(file) => file,
        Err(Unread::Refused(refused)) => return Err(refused),
        // Neither happens to bytes that are at hand.
        Err(other) => {
            let reason = other.to_string();
            return Err(Refused::new(RefusedCode::UnknownFormat, "file", &reason));
        }
    };
    for (statement, entries) in file.statements.iter_mut().zip(entries) {
        statement.entries = entries;
    }
    Ok(file)
}

fn too_large() -> Refused {
    let reason = "the file is longer than 32 MiB, which only camt may be";
    Refused::new(RefusedCode::TooLarge, "file", reason)
}

/// Reads a file that is no XML.
fn read_whole(bytes: &[u8]) -> Result<StatementFile, Refused> {
    let decoded = with_line_feeds(encoding::decode(bytes));
    let text = decoded.text.trim_start();
    let mut file = if text.is_empty() {
        Err(Refused::new(
            RefusedCode::Empty,
            "file",
            "the file is empty",
        ))
    } else if let Some(number) = too_long_line(&decoded.text) {
        let reason = "a line is longer than any of a statement";
        let place = format!("line {number}");
        Err(Refused::new(RefusedCode::TooLarge, place, reason))
    } else if settlement::is_settlement(text) {
        settlement::read(&decoded.text)
    } else if mt940::is_swift(&decoded.text) {
        mt940::read(&decoded.text)
    } else {
        table::read(bytes, text).unwrap_or_else(|| Err(unknown(text)))
    }?;
    file.warnings.extend(decoded.warning);
    Ok(file)
}

/// Old programs end lines with a carriage return alone.
fn with_line_feeds(decoded: Decoded<'_>) -> Decoded<'_> {
    if decoded.text.contains('\n') || !decoded.text.contains('\r') {
        return decoded;
    }
    Decoded {
        text: decoded.text.replace('\r', "\n").into(),
        ..decoded
    }
}

/// The first line, counted from 1, that is longer than any of a format made of lines.
fn too_long_line(text: &str) -> Option<usize> {
    let mut lines = (1..).zip(text.lines());
    let found = lines.find(|(_, line)| line.len() > LINE_BYTES_MAX);
    found.map(|(number, _)| number)
}

/// Tells a table without a profile from what is no statement at all.
fn unknown(text: &str) -> Refused {
    let header = text.lines().next().unwrap_or("");
    let columns = |separator| header.split(separator).count();
    if [';', ',', '\t']
        .into_iter()
        .any(|separator| columns(separator) > 2)
    {
        let reason = "the columns are those of no known table";
        return Refused::new(RefusedCode::UnknownTable, "line 1", reason);
    }
    let reason = "neither camt.052/053/054, nor MT940/MT942, nor a table";
    Refused::new(RefusedCode::UnknownFormat, "line 1", reason)
}
