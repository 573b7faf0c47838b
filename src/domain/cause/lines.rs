//! Which lines a bureau doubts, read from its words. A receipt has no element for lines, so the
//! text of a reason names them: `302 line 3: the face`, `lines 3, 17 and 20`, `pozițiile 3 și 17`.

/// The words that stand before the numbers of lines, in either language.
const WORDS: &[&str] = &[
    "line",
    "lines",
    "linia",
    "liniile",
    "poziția",
    "pozițiile",
    "pozitia",
    "pozitiile",
];
/// The words between such numbers.
const AND: &[&str] = &["and", "și", "si"];

/// The lines that a text names, each once, from the first.
pub fn doubtful_lines(text: &str) -> Vec<i64> {
    let mut found = Vec::new();
    let mut listing = false;
    for word in text.split(|c: char| c.is_whitespace() || c == ',') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() {
            continue;
        }
        let small = bare.to_lowercase();
        if WORDS.contains(&small.as_str()) {
            listing = true;
        } else if let (true, Ok(number)) = (listing, small.parse::<i64>()) {
            if number > 0 {
                found.push(number);
            }
            // What comes after a colon or a full stop is told of the line, and is no line.
            listing = !word.ends_with([':', ';', '.', ')']);
        } else if !AND.contains(&small.as_str()) {
            listing = false;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_after_the_word_line_are_lines_and_others_are_not() {
        for (text, lines) in [
            ("302 line 3: the face is too small", vec![3]),
            ("104 lines 3, 17 and 20", vec![3, 17, 20]),
            ("302 line 3; 303 line 1", vec![1, 3]),
            ("302 pozițiile 4 și 2: fotografia", vec![2, 4]),
            ("104 line 3: 531 pixels", vec![3]),
            ("104 the file does not agree with the schema", vec![]),
            ("104 line three, 5 of them", vec![]),
            ("(line 7)", vec![7]),
            ("line 0, line 99999999999999999999", vec![]),
        ] {
            assert_eq!(doubtful_lines(text), lines, "{text}");
        }
    }
}
