//! The contract annex says what the code does: its examples are read and verified.

use chrono::DateTime;
use serde_json::Value;

use super::notification::{Notification, NotificationKind};
use super::webhook::{self, BODY_BYTES_MAX, WebhookFault, WebhookHeaders, WebhookKey};
use crate::channel;

const ANNEX: &str = include_str!("../../../docs/selfpay.md");

/// The indented blocks of the annex that begin so.
fn blocks(begin: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in ANNEX.lines() {
        let Some(code) = line.strip_prefix("    ") else {
            is_inside = false;
            continue;
        };
        if !is_inside {
            blocks.push(String::new());
        }
        is_inside = true;
        let block = blocks.last_mut().unwrap();
        if !block.is_empty() {
            block.push('\n');
        }
        block.push_str(code);
    }
    blocks.retain(|block| block.starts_with(begin));
    blocks
}

/// The second column of the row of a table whose first is `name`.
fn cell(name: &str) -> &'static str {
    let row = ANNEX
        .lines()
        .find_map(|line| line.strip_prefix(&format!("| {name} | `")));
    row.unwrap().split('`').next().unwrap()
}

fn headers(signature: &str) -> WebhookHeaders<'_> {
    WebhookHeaders {
        id: cell("`webhook-id`"),
        timestamp: cell("`webhook-timestamp`"),
        signature,
    }
}

#[test]
fn the_signed_example_is_verified_with_either_key() {
    let body = blocks("{").remove(0);
    for (key, signature) in [
        ("ed25519 public key", "`webhook-signature` (ed25519)"),
        ("HMAC secret", "`webhook-signature` (HMAC)"),
    ] {
        // The row of a header is told apart from the table that explains it by its value.
        let keys = [WebhookKey::parse(cell(key)).unwrap()];
        let headers = headers(cell(signature));
        let signed_at: i64 = headers.timestamp.parse().unwrap();
        let verify = |body: &str, seconds: i64| {
            let now = DateTime::from_timestamp(signed_at + seconds, 0).unwrap();
            webhook::verify(headers, body.as_bytes(), &keys, now).map_err(|refused| refused.cause)
        };
        assert_eq!(verify(&body, 0), Ok(()), "{key}");
        assert_eq!(verify(&body, 300), Ok(()), "{key}");
        assert_eq!(verify(&body, 301), Err(WebhookFault::TooOld), "{key}");
        let changed = body.replace("67.00", "670.0");
        assert_eq!(verify(&changed, 0), Err(WebhookFault::Forged), "{key}");
    }
    assert!(ANNEX.contains("at most 16 KiB"));
    assert_eq!(BODY_BYTES_MAX, 16 * 1024);
}

#[test]
fn the_example_has_every_required_field_and_no_other() {
    let text = blocks("{").remove(0);
    let body: Value = serde_json::from_str(&text).unwrap();
    Notification::read(text.as_bytes()).unwrap();
    for (field, _) in body.as_object().unwrap() {
        let row = ANNEX
            .lines()
            .find(|line| line.starts_with(&format!("| `{field}` |")));
        assert!(row.unwrap().contains("| required"), "{field}");
        let mut without = body.clone();
        without.as_object_mut().unwrap().remove(field);
        assert!(
            Notification::read(without.to_string().as_bytes()).is_err(),
            "{field}"
        );
    }
    assert!(ANNEX.contains("| `beneficiary_cnp` | optional"));
}

#[test]
fn the_example_of_a_reversal_takes_back_the_payment_of_the_other() {
    let read = |at: usize| Notification::read(blocks("{")[at].as_bytes()).unwrap();
    let (paid, taken_back) = (read(0), read(1));
    assert_eq!(paid.kind, NotificationKind::Confirmed);
    assert_eq!(taken_back.kind, NotificationKind::Reversed);
    assert_eq!(paid.transaction_id, taken_back.transaction_id);
    assert_ne!(paid.event_id, taken_back.event_id);
    assert!(paid.payment_reference().is_some());
    assert_eq!(
        paid.entry().signed_minor(),
        -taken_back.entry().signed_minor()
    );
}

#[test]
fn the_settlements_of_the_annex_are_read_without_a_doubt() {
    let settlements = blocks("lot;");
    let read = |at: usize| channel::read(settlements[at].as_bytes()).unwrap();
    let (day, empty) = (read(0), read(1));
    assert_eq!((day.held.len(), empty.held.len()), (0, 0));
    let rows = &day.statements[0].entries;
    let net: i64 = rows.iter().map(channel::Entry::signed_minor).sum();
    assert_eq!((rows.len(), net), (3, 6700));
    assert_eq!(day.statements[0].number.as_deref(), Some("SP20260901"));
    assert_eq!(empty.statements[0].entries.len(), 0);
}
