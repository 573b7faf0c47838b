//! Why orders fail, seen from what mends them: many orders, one cause, one decision.
//!
//! A cause is derived from the code and the detail of a hold. It is what an operator thinks in: a
//! certificate ran out and forty orders wait; whoever renewed it decides once.

mod lines;
mod texts;

use crate::coded;
use crate::domain::order_action::OrderAction;

pub use lines::doubtful_lines;

coded! {
    /// Why orders or lines of orders wait for an operator.
    pub enum Cause as "cause of a failure" {
        /// The bureau does not trust the certificate: expired, revoked, unknown.
        Certificate = "CERTIFICATE",
        /// The signature does not hold.
        Signature = "SIGNATURE",
        /// The file does not follow its schema, or its totals do not add up.
        Schema = "SCHEMA",
        /// The file is larger than the bureau takes.
        Size = "SIZE",
        /// Test data reached production, or the reverse.
        Environment = "ENVIRONMENT",
        /// The signed bytes are lost, or cannot be decrypted.
        BytesLost = "BYTES_LOST",
        /// The bureau could not be reached.
        Unreachable = "UNREACHABLE",
        /// The bureau refused the delivery or the file for another reason.
        Refused = "REFUSED",
        /// The bureau refused the file because of lines in it.
        RefusedLines = "REFUSED_LINES",
        /// The bureau says nothing, or a word of it is missing.
        Silence = "SILENCE",
        /// What the bureau says contradicts what is known.
        Conflict = "CONFLICT",
        /// The card fails, or a parcel went wrong.
        Production = "PRODUCTION",
        /// An operator took it out of all automatic sending.
        Operator = "OPERATOR",
        /// Anything else.
        Other = "OTHER",
    }
}

/// The code of a file that the bureau refused; its detail begins with the bureau's own code.
const ORDER_REJECTED: u16 = 808;
/// The code of a delivery that the bureau's server refused; its detail names the HTTP status.
const BUREAU_REFUSED: u16 = 806;

impl Cause {
    /// The cause of a hold with this code and this detail, on an order or a line of one.
    pub fn of(code: u16, detail: &str) -> Self {
        match code {
            ORDER_REJECTED => first_number(detail).map_or(Self::Refused, of_receipt),
            BUREAU_REFUSED => http_status(detail).map_or(Self::Refused, of_status),
            101 => Self::Signature,
            102 | 110 => Self::Certificate,
            103 => Self::BytesLost,
            104 | 106 | 112 => Self::Schema,
            107 => Self::Size,
            109 => Self::Environment,
            105 | 108 | 111 | 209 | 802 | 807 | 820 | 821 => Self::Conflict,
            801 | 803 | 812 | 822 => Self::Silence,
            805 | 823 => Self::Unreachable,
            804 | 809 | 401..=599 => Self::Production,
            810 => Self::Operator,
            _ => Self::Other,
        }
    }

    /// The decisions that fit it, the usual one first. Others are not forbidden: what an order
    /// allows follows from its state.
    pub const fn decisions(self) -> &'static [OrderAction] {
        use OrderAction::{GiveUp, Quarantine, Release, Resend, Resign, Split};
        match self {
            Self::Certificate | Self::Signature => &[Resign, Resend, Quarantine, GiveUp],
            Self::Schema | Self::RefusedLines => &[Split, Resign, Quarantine, GiveUp],
            Self::Size => &[GiveUp, Split, Quarantine],
            Self::Environment | Self::Refused => &[Resend, Resign, Quarantine, GiveUp],
            Self::BytesLost => &[Resign, GiveUp],
            Self::Unreachable | Self::Silence | Self::Conflict | Self::Other => {
                &[Resend, Quarantine]
            }
            Self::Operator => &[Release, GiveUp],
            Self::Production => &[],
        }
    }
}

/// The cause that a receipt names by its main reason.
fn of_receipt(code: u16) -> Cause {
    match code {
        201..=399 => Cause::RefusedLines,
        ORDER_REJECTED | BUREAU_REFUSED => Cause::Refused,
        code => match Cause::of(code, "") {
            Cause::Other => Cause::Refused,
            cause => cause,
        },
    }
}

/// The cause that the bureau's server names by its status (RFC 9110).
const fn of_status(status: u16) -> Cause {
    match status {
        401 | 403 | 495 | 496 => Cause::Certificate,
        400 | 415 | 422 => Cause::Schema,
        409 | 412 => Cause::Conflict,
        413 => Cause::Size,
        _ => Cause::Refused,
    }
}

fn first_number(detail: &str) -> Option<u16> {
    detail.split_whitespace().next()?.parse().ok()
}

fn http_status(detail: &str) -> Option<u16> {
    let (_, behind) = detail.split_once("HTTP ")?;
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reason::Reason;

    #[test]
    fn the_code_of_a_hold_names_its_cause() {
        for (code, detail, cause) in [
            (101, "", Cause::Signature),
            (102, "", Cause::Certificate),
            (103, "its signed bytes were erased", Cause::BytesLost),
            (801, "sent 2 times, no receipt came", Cause::Silence),
            (802, "", Cause::Conflict),
            (805, "RETRY 503", Cause::Unreachable),
            (810, "", Cause::Operator),
            (811, "", Cause::Other),
            (820, "", Cause::Conflict),
            (822, "", Cause::Silence),
        ] {
            assert_eq!(Cause::of(code, detail), cause, "{code}");
        }
    }

    #[test]
    fn a_refused_file_has_the_cause_that_the_receipt_names() {
        for (detail, cause) in [
            (
                "102 the certificate ran out; 101 and so on",
                Cause::Certificate,
            ),
            ("104 the file does not agree with the schema", Cause::Schema),
            ("107 too large", Cause::Size),
            ("109 test data", Cause::Environment),
            ("105 held before", Cause::Conflict),
            ("302 line 3", Cause::RefusedLines),
            ("808 for no reason", Cause::Refused),
            ("999 nobody knows", Cause::Refused),
            ("without a number", Cause::Refused),
            ("", Cause::Refused),
        ] {
            assert_eq!(Cause::of(808, detail), cause, "{detail}");
        }
    }

    #[test]
    fn a_refused_delivery_has_the_cause_that_the_status_names() {
        for (detail, cause) in [
            ("HTTP 403", Cause::Certificate),
            ("HTTP 413, at once", Cause::Size),
            ("answered HTTP 409", Cause::Conflict),
            ("HTTP 400", Cause::Schema),
            ("HTTP 410", Cause::Refused),
            ("HTTP", Cause::Refused),
        ] {
            assert_eq!(Cause::of(806, detail), cause, "{detail}");
        }
    }

    #[test]
    fn every_reason_has_a_cause_and_every_cause_a_text() {
        for reason in Reason::all() {
            let cause = Cause::of(reason.number(), "");
            assert_eq!(Cause::parse(cause.as_str()), Ok(cause));
        }
        for cause in Cause::ALL {
            let texts = cause.texts();
            for text in [texts.title_en, texts.todo_en, texts.title_ro, texts.todo_ro] {
                assert!(text.ends_with('.') && text.len() > 10, "{cause}: {text}");
                assert!(text.starts_with(char::is_uppercase), "{cause}: {text}");
                assert!(!text.contains(['ş', 'ţ', 'ã', 'Ş', 'Ţ']), "{cause}: {text}");
            }
            assert!(texts.title_en.is_ascii() && texts.todo_en.is_ascii());
        }
    }

    #[test]
    fn nothing_is_signed_anew_by_default_that_the_bureau_may_hold() {
        for cause in [Cause::Silence, Cause::Conflict, Cause::Unreachable] {
            assert!(!cause.decisions().contains(&OrderAction::Resign), "{cause}");
        }
    }
}
