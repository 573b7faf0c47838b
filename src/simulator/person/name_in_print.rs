//! Names and texts as banks and kiosks write them.

/// A name in capitals without diacritics: `TURCANU STEFAN`.
pub fn in_capitals(name: &str) -> String {
    without_diacritics(name).to_uppercase()
}

/// A text in ASCII, as SWIFT messages carry it; a letter without a counterpart becomes a dot.
pub fn without_diacritics(text: &str) -> String {
    text.chars().map(base_letter).collect()
}

const fn base_letter(letter: char) -> char {
    match letter {
        'ă' | 'â' | 'á' | 'ä' => 'a',
        'Ă' | 'Â' | 'Á' | 'Ä' => 'A',
        'é' => 'e',
        'É' => 'E',
        'î' | 'í' => 'i',
        'Î' | 'Í' => 'I',
        'ó' | 'ö' => 'o',
        'Ó' | 'Ö' => 'O',
        'ș' | 'ş' => 's',
        'Ș' | 'Ş' => 'S',
        'ț' | 'ţ' => 't',
        'Ț' | 'Ţ' => 'T',
        'ú' | 'ü' => 'u',
        'Ú' | 'Ü' => 'U',
        plain if plain.is_ascii() => plain,
        _ => '.',
    }
}
