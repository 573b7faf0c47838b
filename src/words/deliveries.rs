//! How messages fare on their way, in both languages.

use crate::domain::delivery::{BreakerState, DeliveryVerdict};
use crate::domain::webhook::{KeyKind, OnExhausted, WebhookEvent, WebhookState};
use crate::words::states::names;

names! {
    DeliveryVerdict {
        Delivered: "Livrat", "Delivered";
        Retry: "Nu a ajuns", "Did not arrive";
        Later: "Destinatarul cere timp", "The receiver asks for time";
        Ambiguous: "Nu se știe dacă a ajuns", "Nobody knows whether it arrived";
        Permanent: "Refuzat definitiv", "Refused for good";
    }
    BreakerState {
        Closed: "Se trimite", "Sending";
        Open: "Pauză după eșecuri", "At rest after failures";
        HalfOpen: "Se încearcă un mesaj", "One message is tried";
    }
    WebhookState {
        Disabled: "Dezactivat", "Disabled";
        Enabled: "Activ", "Enabled";
    }
    WebhookEvent {
        TurnedOn: "Webhook activat", "The webhook was enabled";
        TurnedOff: "Webhook dezactivat", "The webhook was disabled";
        Exhausted: "Un eveniment a epuizat încercările", "One event used up its tries";
        Gone: "Destinatarul a răspuns că nu mai există (410)", "The receiver answered that it is gone (410)";
        RefusedAll: "Destinatarul a refuzat multe evenimente la rând", "The receiver refused many events in a row";
    }
    OnExhausted {
        DeadLetter: "evenimentul se pune deoparte, celelalte merg mai departe", "the event is set aside, those behind it go on";
        Block: "evenimentul rămâne primul, nimic nu trece înainte", "the event stays the first, nothing passes it";
    }
    KeyKind {
        Ed25519: "Ed25519 (v1a)", "Ed25519 (v1a)";
        Hmac: "HMAC-SHA256 (v1)", "HMAC-SHA256 (v1)";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_in_both_languages() {
        for (what, name) in all_names() {
            assert!(!name.ro.is_empty() && name.en.is_ascii(), "{what}");
            assert!(
                !name
                    .ro
                    .contains(['\u{15f}', '\u{163}', '\u{15e}', '\u{162}']),
                "{what}"
            );
        }
    }
}
