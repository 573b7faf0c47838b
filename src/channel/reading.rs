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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::HeldCode;

    const BEGINNING: &str = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>\
                             <BkToCstmrStmt><Stmt>";

    const ENTRY: &str = "<Ntry><Amt Ccy='RON'>67.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>";

    /// A file that goes on for ever with the same piece.
    struct Endless {
        head: io::Cursor<Vec<u8>>,
        piece: io::Cursor<Vec<u8>>,
        given: u64,
    }

    impl Endless {
        fn of(head: &str, piece: &str) -> Self {
            let piece = piece.repeat(1 + 4096 / piece.len());
            Self {
                head: io::Cursor::new(head.as_bytes().to_vec()),
                piece: io::Cursor::new(piece.into_bytes()),
                given: 0,
            }
        }
    }

    impl Read for Endless {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let mut count = self.head.read(bytes)?;
            if count == 0 {
                count = self.piece.read(bytes)?;
            }
            if count == 0 {
                self.piece.set_position(0);
                count = self.piece.read(bytes)?;
            }
            self.given += u64::try_from(count).unwrap();
            Ok(count)
        }
    }

    fn markup() -> Survey {
        let mut survey = Survey::default();
        survey.take(BEGINNING.as_bytes());
        survey
    }

    #[test]
    fn what_never_ends_is_refused_with_its_line_while_it_is_read() {
        let entry = format!("{BEGINNING}<Ntry>");
        let tag = format!("{BEGINNING}<Ntry ");
        let comment = format!("{BEGINNING}<!--");
        for (head, piece, bytes_max) in [
            (BEGINNING, "x", 2_000_000),
            (BEGINNING, "<a>", 200_000),
            (BEGINNING, "<Bal><Amt>1</Amt></Bal>", 40_000_000),
            (&entry, "<NtryDtls/>", 40_000_000),
            (&entry, "<Amt>1</Amt>y", 40_000_000),
            (&tag, "a='1' ", 2_000_000),
            (&comment, "- ", 2_000_000),
            (BEGINNING, "</Stmt><Stmt>", 500_000),
        ] {
            let mut source = Endless::of(head, piece);
            let mut ignore = |_at, _entry| ControlFlow::Continue(());
            let outcome = stream(&markup(), &mut source, &mut ignore);
            let Err(Unread::Refused(refused)) = outcome else {
                panic!("{piece}: {outcome:?}");
            };
            assert_eq!(refused.code, RefusedCode::TooLarge, "{piece}");
            assert!(!refused.place.is_empty());
            assert!(source.given < bytes_max, "{piece}: {}", source.given);
        }
    }

    #[test]
    fn whoever_wants_no_more_entries_ends_the_reading() {
        let mut source = Endless::of(BEGINNING, ENTRY);
        let mut seen = 0;
        let mut first_ten = |_at, _entry| {
            seen += 1;
            if seen < 10 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let outcome = stream(&markup(), &mut source, &mut first_ten);
        assert!(matches!(outcome, Err(Unread::Stopped)), "{outcome:?}");
        assert_eq!(seen, 10);
        assert!(source.given < 200_000, "{}", source.given);
    }

    #[test]
    fn doubts_about_entries_are_told_up_to_a_bound_and_counted_beyond() {
        let doubtful = ENTRY.replace("67.00", "67.005").repeat(1_500);
        let text = format!("{BEGINNING}{doubtful}</Stmt></BkToCstmrStmt></Document>");
        let file = read(text.as_bytes()).unwrap();
        let doubts = file.held.iter();
        let doubts: Vec<_> = doubts
            .filter(|held| held.code == HeldCode::AmountUnreadable)
            .collect();
        assert_eq!(doubts.len(), 1_001);
        assert_eq!(doubts[1_000].reason, "and 500 more entries are doubtful");
    }

    #[test]
    fn a_format_that_is_read_whole_is_refused_before_it_is_read() {
        let mut survey = Survey::default();
        let piece = ":61:2609010901C67,00NTRFNONREF\n".repeat(40_000);
        for _ in 0..30 {
            survey.take(piece.as_bytes());
        }
        let mut ignore = |_at, _entry| ControlFlow::Continue(());
        let outcome = stream(&survey, io::empty(), &mut ignore);
        let Err(Unread::Refused(refused)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(refused.code, RefusedCode::TooLarge);
        assert!(refused.reason.contains("32 MiB"), "{refused}");
    }

    #[test]
    fn a_source_that_fails_is_no_fault_of_the_file() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let source = BEGINNING.as_bytes().chain(Broken);
        let mut ignore = |_at, _entry| ControlFlow::Continue(());
        let outcome = stream(&markup(), source, &mut ignore);
        assert!(matches!(outcome, Err(Unread::Broken(_))), "{outcome:?}");
    }
}
