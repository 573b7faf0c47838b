//! What people do about accounts, keys and the record, beside what happens to the things of the day.

use crate::words::{Both, Language};

/// What was done, by the word that the record has; `None` for a word of a life cycle.
pub fn act(language: Language, word: &str) -> Option<&'static str> {
    let found = ACTS.iter().find(|(known, _)| *known == word);
    found.map(|(_, told)| told.of(language))
}

/// What kind of thing a record is about.
pub fn subject(language: Language, word: &str) -> Option<&'static str> {
    let found = SUBJECTS.iter().find(|(known, _)| *known == word);
    found.map(|(_, told)| told.of(language))
}

const fn both(ro: &'static str, en: &'static str) -> Both {
    Both { ro, en }
}

#[rustfmt::skip]
const ACTS: &[(&str, Both)] = &[
    ("SIGNED_IN",              both("A intrat în cont", "Signed in")),
    ("SIGNED_OUT",             both("A ieșit din cont", "Signed out")),
    ("SIGN_IN_FAILED",         both("Intrare nereușită în cont", "Failed to sign in")),
    ("IDENTIFIED",             both("A fost recunoscut de furnizorul de identitate", "Was identified by the provider")),
    ("SESSION_ENDED",          both("A încheiat o sesiune", "Ended a session")),
    ("SESSIONS_ENDED",         both("A încheiat toate sesiunile", "Ended every session")),
    ("PASSWORD_CHOSEN",        both("Și-a ales o parolă", "Chose a password")),
    ("PASSWORD_CHANGED",       both("Și-a schimbat parola", "Changed the password")),
    ("PASSWORD_RESET",         both("A dat o parolă nouă", "Gave a new password")),
    ("DEVICE_CONFIRMED",       both("A adăugat un dispozitiv", "Added a device")),
    ("DEVICE_LEFT",            both("A renunțat la dispozitiv", "Left the device")),
    ("DEVICE_RESET",           both("A resetat dispozitivul", "Reset the device")),
    ("RECOVERY_CODE_USED",     both("A folosit un cod de rezervă", "Used a recovery code")),
    ("RECOVERY_CODES_RENEWED", both("A cerut coduri de rezervă noi", "Asked for new recovery codes")),
    ("USER_ADDED",             both("A adăugat un cont", "Added an account")),
    ("USER_DISABLED",          both("A dezactivat contul", "Disabled the account")),
    ("USER_ENABLED",           both("A reactivat contul", "Enabled the account")),
    ("USER_LINKED",            both("A legat contul de o persoană", "Linked the account to a person")),
    ("USER_UNLINKED",          both("A dezlegat contul", "Unlinked the account")),
    ("ROLES_CHANGED",          both("A schimbat rolurile", "Changed the roles")),
    ("REQUEST_MADE",           both("A cerut aprobarea altcuiva", "Asked for somebody's approval")),
    ("REQUEST_APPROVED",       both("A aprobat", "Approved")),
    ("REQUEST_REJECTED",       both("A respins cererea", "Rejected the request")),
    ("REQUEST_WITHDRAWN",      both("A retras cererea", "Withdrew the request")),
    ("DAY_CLOSED",             both("A închis ziua", "Closed the day")),
    ("DAY_REOPENED",           both("A redeschis ziua", "Opened the day again")),
    ("OFFICE_ADDED",           both("A adăugat un serviciu", "Added an office")),
    ("KEY_ADDED",              both("A adăugat o cheie", "Added a key")),
    ("KEY_REPLACED",           both("A înlocuit o cheie", "Replaced a key")),
    ("KEY_REVOKED",            both("A revocat o cheie", "Revoked a key")),
    ("AUDIT_EXPORTED",         both("A exportat jurnalul", "Took the record out")),
];

#[rustfmt::skip]
const SUBJECTS: &[(&str, Both)] = &[
    ("APPLICATION", both("cerere", "application")),
    ("FEE",         both("taxă", "fee")),
    ("PAYMENT",     both("plată", "payment")),
    ("REFUND",      both("restituire", "refund")),
    ("ORDER",       both("comandă", "order")),
    ("ORDER_LINE",  both("poziție din comandă", "line of an order")),
    ("LETTER",      both("scrisoare", "letter")),
    ("CONSIGNMENT", both("colet", "consignment")),
    ("COMPLAINT",   both("reclamație", "complaint")),
    ("INBOX",       both("document primit", "document received")),
    ("SOURCE_FILE", both("fișier de plăți", "file of payments")),
    ("HOLD",        both("reținere", "hold")),
    ("LANE",        both("destinație", "destination")),
    ("DAY",         both("zi", "day")),
    ("USER",        both("cont", "account")),
    ("PROVIDER",    both("furnizor de identitate", "identity provider")),
    ("REQUEST",     both("cerere de aprobare", "request for approval")),
    ("OFFICE",      both("serviciu", "office")),
    ("KEY",         both("cheie", "key")),
    ("CREDENTIAL",  both("cheie", "key")),
    ("AUDIT",       both("jurnal", "record")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_in_both_languages() {
        for list in [ACTS, SUBJECTS] {
            let mut words: Vec<&str> = list.iter().map(|(word, _)| *word).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), list.len());
            for (word, told) in list {
                assert!(!told.ro.is_empty() && told.en.is_ascii(), "{word}");
                assert!(!told.ro.contains(['ş', 'ţ', 'Ş', 'Ţ']), "{word}");
            }
        }
        assert_eq!(
            act(Language::Romanian, "SIGNED_IN"),
            Some("A intrat în cont")
        );
        assert_eq!(act(Language::English, "<b>"), None);
        assert_eq!(subject(Language::English, "USER"), Some("account"));
    }
}
