//! How many references and codes are found in texts as cashiers type them, and how many are found
//! that nobody typed. The texts are invented from a seed; the rates stand in `docs/matching.md`.

use super::*;
use crate::domain::cnp::Sex;
use crate::random::Random;

/// Texts of each kind.
const TEXTS: usize = 20_000;

/// Columns after which banks break a text.
const COLUMN: usize = 65;

struct Cashier {
    random: Random,
}

/// What a text was made of.
struct Typed {
    text: String,
    reference: Option<PaymentReference>,
    cnp: Option<Cnp>,
}

impl Cashier {
    fn pick(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(self.random.below(bound)).unwrap()
    }

    fn any<'a>(&self, of: &[&'a str]) -> &'a str {
        of[self.pick(of.len())]
    }

    fn digits(&self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.pick(10)).unwrap()))
            .collect()
    }

    fn cnp(&self) -> Cnp {
        let day = NaiveDate::from_ymd_opt(1940, 1, 1).unwrap()
            + chrono::Days::new(self.random.below(29_000));
        let sex = [Sex::Male, Sex::Female][self.pick(2)];
        let county = u8::try_from(1 + self.pick(40)).unwrap();
        Cnp::compose(sex, day, county, u16::try_from(1 + self.pick(999)).unwrap()).unwrap()
    }

    /// Words, receipts, telephones, dates and accounts around what matters: no run of twelve or
    /// thirteen digits among them.
    fn noise(&self) -> String {
        let mut words = Vec::new();
        for _ in 0..self.pick(5) {
            words.push(match self.pick(9) {
                0 => format!("chit {}", self.digits(6)),
                1 => format!("tel 07{}", self.digits(8)),
                2 => format!("{:02}.{:02}.2026", 1 + self.pick(28), 1 + self.pick(12)),
                3 => format!("RO49AAAA1B31007593840{}", self.digits(3)),
                4 => "70,00 lei".to_owned(),
                5 => format!("seria CJ nr {}", self.digits(6)),
                _ => self
                    .any(&[
                        "taxa",
                        "carte de identitate",
                        "C.I.",
                        "plată",
                        "Mușat Andrei",
                        "SPCLEP",
                        "Cluj-Napoca",
                        "electronică",
                        "eliberare act,",
                        "MAI;",
                    ])
                    .to_owned(),
            });
        }
        words.join(self.any(&[" ", ", ", "; "]))
    }

    fn written_reference(&self, reference: PaymentReference) -> String {
        let digits = reference.compact().replace("RF", "");
        match self.pick(7) {
            0 => reference.to_string(),
            1 => reference.kiosk(),
            2 => digits,
            3 => format!("ref{digits}"),
            4 => format!("CEI RF {digits}"),
            5 => reference.kiosk().replace(' ', self.any(&["-", ".", "/"])),
            _ => reference.compact().to_lowercase(),
        }
    }

    fn written_cnp(&self, cnp: &Cnp) -> String {
        let code = cnp.as_str();
        let grouped = |by: &str| {
            let (first, rest) = code.split_at(1);
            let (date, last) = rest.split_at(6);
            [first, date, last].join(by)
        };
        match self.pick(5) {
            0 => format!("cnp{code}"),
            1 => format!("CNP: {code}"),
            2 => format!("cnp {}", grouped(" ")),
            3 => grouped("."),
            _ => code.to_owned(),
        }
    }

    /// A text with its parts in any order, broken as banks break it.
    fn text(&self, reference: Option<PaymentReference>, cnp: Option<Cnp>) -> Typed {
        let mut parts = vec![self.noise()];
        parts.extend(reference.map(|reference| self.written_reference(reference)));
        parts.push(self.any(&["taxa CI", "plata", "-"]).to_owned());
        parts.extend(cnp.as_ref().map(|cnp| self.written_cnp(cnp)));
        parts.push(self.noise());
        if self.pick(2) == 0 {
            parts.reverse();
        }
        let joined = parts.join(self.any(&[", ", " - ", "; "]));
        let letters: Vec<char> = joined.chars().collect();
        let lines: Vec<String> = letters
            .chunks(COLUMN)
            .map(|line| line.iter().collect())
            .collect();
        Typed {
            text: lines.join(self.any(&["\n", ""])),
            reference,
            cnp,
        }
    }
}

/// Findings among so many.
#[derive(Debug, Default)]
struct Count {
    right: usize,
    wrong: usize,
}

/// Reads texts and counts what is found of references and of codes.
fn count(texts: impl Iterator<Item = Typed>, on: NaiveDate) -> (Count, Count) {
    let (mut references, mut codes) = (Count::default(), Count::default());
    for typed in texts {
        let found = read(&typed.text, on);
        let right = |one: &&PaymentReference| Some(**one) == typed.reference;
        references.right += found.references.iter().filter(right).count();
        references.wrong += found.references.iter().filter(|one| !right(one)).count();
        let right = |one: &&Cnp| Some(*one) == typed.cnp.as_ref();
        codes.right += found.cnps.iter().filter(right).count();
        codes.wrong += found.cnps.iter().filter(|one| !right(one)).count();
    }
    (references, codes)
}

fn per_mille(part: usize, of: usize) -> usize {
    part * 1_000 / of
}

fn print(what: &str, (references, codes): &(Count, Count)) {
    println!(
        "{what}: of {TEXTS} texts, references {} right and {} wrong, codes {} right and {} wrong",
        references.right, references.wrong, codes.right, codes.wrong
    );
}

#[test]
fn extraction_finds_what_was_typed_and_hardly_anything_else() {
    let cashier = Cashier {
        random: Random::seeded(20_260_901),
    };
    let on = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let reference = || PaymentReference::from_random(cashier.random.next_u64());

    let texts = (0..TEXTS).map(|_| cashier.text(Some(reference()), Some(cashier.cnp())));
    let typed = count(texts, on);
    print("reference and code typed", &typed);
    assert!(per_mille(typed.0.right, TEXTS) >= 990, "{typed:?}");
    assert!(per_mille(typed.1.right, TEXTS) >= 990, "{typed:?}");
    assert!(per_mille(typed.0.wrong, TEXTS) <= 1, "{typed:?}");
    assert!(per_mille(typed.1.wrong, TEXTS) <= 1, "{typed:?}");

    let nothing = count((0..TEXTS).map(|_| cashier.text(None, None)), on);
    print("neither typed", &nothing);
    assert!(per_mille(nothing.0.wrong, TEXTS) <= 1, "{nothing:?}");
    assert!(per_mille(nothing.1.wrong, TEXTS) <= 1, "{nothing:?}");

    // Other people's numbers of just the length: only their check digits tell them apart.
    let strangers = (0..TEXTS).map(|_| Typed {
        text: format!(
            "{} cod {}",
            cashier.noise(),
            cashier.digits(12 + cashier.pick(2))
        ),
        reference: None,
        cnp: None,
    });
    let strangers = count(strangers, on);
    print("a strange number of 12 or 13 digits", &strangers);
    assert!(per_mille(strangers.0.wrong, TEXTS) <= 7, "{strangers:?}");
    assert!(per_mille(strangers.1.wrong, TEXTS) <= 7, "{strangers:?}");

    // A reference with one wrong digit is found as another one never, and kept for suggestions.
    let mut kept = 0;
    for _ in 0..TEXTS {
        let right = reference();
        let mut digits = right.compact().replace("RF", "").into_bytes();
        let at = cashier.pick(12);
        let by = u8::try_from(1 + cashier.pick(9)).unwrap();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        let slipped = String::from_utf8(digits).unwrap();
        let found = read(&format!("{} RF{slipped} taxa", cashier.noise()), on);
        assert!(!found.references.contains(&right));
        kept += usize::from(found.failed_references.contains(&slipped));
    }
    println!("one wrong digit: of {TEXTS} texts, {kept} kept for suggestions");
    assert!(per_mille(kept, TEXTS) >= 990, "{kept}");
}
