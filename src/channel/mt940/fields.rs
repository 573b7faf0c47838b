//! The fields of SWIFT messages: `:tag:` at the beginning of a line, continued on the next.

/// One field.
pub(crate) struct Field {
    /// The tag, `61` of `:61:`.
    pub(crate) tag: Tag,
    /// The line of the file on which it begins, counted from 1.
    pub(crate) line: usize,
    /// Its lines, the first without the tag, all without line ends.
    pub(crate) lines: Vec<String>,
}

impl Field {
    /// The first line without blanks at its ends.
    pub(crate) fn value(&self) -> &str {
        self.lines.first().map_or("", |line| line.trim())
    }
}

/// What the tokenizer found.
pub(crate) enum Token {
    /// A field.
    Field(Field),
    /// The end of a message.
    EndOfMessage,
    /// The file ends inside a block that was opened with `{4:`: it was cut.
    Cut {
        /// The last line of the file, counted from 1.
        line: usize,
    },
    /// A line in the shape of a field that no statement has, kept as text of the one before.
    UnknownField {
        /// The line of the file, counted from 1.
        line: usize,
        /// What stood where the tag stands.
        tag: String,
    },
}

/// The fields of MT940 and MT942, and one that Raiffeisen adds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tag {
    Reference,
    RelatedReference,
    Account,
    Number,
    OpeningBalance,
    OpeningOfPage,
    Entry,
    Text,
    Addition,
    ClosingBalance,
    ClosingOfPage,
    AvailableBalance,
    MadeAt,
    Floor,
    Debits,
    Credits,
}

impl Tag {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "20" => Self::Reference,
            "21" => Self::RelatedReference,
            "25" | "25P" => Self::Account,
            "28" | "28C" => Self::Number,
            "60F" => Self::OpeningBalance,
            "60M" => Self::OpeningOfPage,
            "61" => Self::Entry,
            "86" => Self::Text,
            "NS" => Self::Addition,
            "62F" => Self::ClosingBalance,
            "62M" => Self::ClosingOfPage,
            "64" | "65" | "65F" => Self::AvailableBalance,
            "13" | "13D" => Self::MadeAt,
            "34F" => Self::Floor,
            "90D" => Self::Debits,
            "90C" => Self::Credits,
            _ => return None,
        })
    }
}

/// Whether a text looks like SWIFT messages at all.
pub(crate) fn is_swift(text: &str) -> bool {
    lines(text).any(|(_, line)| matches!(tagged(content(&line).0), Some((tag, _)) if known(tag)))
}

/// Splits a file into fields and ends of messages.
///
/// Block headers (`{1:…}{4:`) and lines before the first field of a message belong to no field.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Option<Field> = None;
    let mut is_in_block = false;
    let mut last = 1;
    for (number, line) in lines(text) {
        let (rest, begins_message) = content(&line);
        last = number;
        is_in_block = (is_in_block && !ends_message(&line)) || line.contains("{4:");
        if begins_message || ends_message(&line) {
            tokens.extend(open.take().map(Token::Field));
            tokens.push(Token::EndOfMessage);
        }
        if ends_message(rest) {
            continue;
        }
        match tagged(rest) {
            Some((tag, value)) if known(tag) => {
                tokens.extend(open.take().map(Token::Field));
                open = Tag::parse(tag).map(|tag| Field {
                    tag,
                    line: number,
                    lines: vec![value.to_owned()],
                });
            }
            unknown => {
                if let Some((tag, _)) = unknown {
                    tokens.push(Token::UnknownField {
                        line: number,
                        tag: tag.to_owned(),
                    });
                }
                if let Some(field) = &mut open {
                    field.lines.push(rest.to_owned());
                }
            }
        }
    }
    tokens.extend(open.map(Token::Field));
    if is_in_block {
        tokens.push(Token::Cut { line: last });
    }
    tokens.push(Token::EndOfMessage);
    tokens
}

/// The lines with their numbers, without control characters: some banks send 0x01 and 0x03.
fn lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let clean = |line: &str| line.chars().filter(|letter| !letter.is_control()).collect();
    (1..).zip(text.lines().map(clean))
}

/// What a line holds after block headers, and whether a message begins in it.
fn content(line: &str) -> (&str, bool) {
    match line.split_once("{4:") {
        Some((_, rest)) => (rest, true),
        None => (line, line.starts_with("{1:")),
    }
}

fn ends_message(line: &str) -> bool {
    line == "-" || line.starts_with("-}")
}

/// The tag and the rest of a line that begins like a field.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, value) = line.strip_prefix(':')?.split_once(':')?;
    let mut letters = tag.chars();
    let shape = (
        letters.next()?,
        letters.next()?,
        letters.next(),
        letters.next(),
    );
    let digits = shape.0.is_ascii_digit() && shape.1.is_ascii_digit();
    let option = shape.2.is_none_or(|letter| letter.is_ascii_uppercase());
    let is_tag = (digits && option && shape.3.is_none()) || known(tag);
    is_tag.then_some((tag, value))
}

fn known(tag: &str) -> bool {
    Tag::parse(tag).is_some()
}
