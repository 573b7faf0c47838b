//! What is sent to a webhook: Standard Webhooks' envelope around the event as the feed shows it.

use chrono::{DateTime, SecondsFormat, Utc};

/// The kind of the message that an office sends to itself.
pub const TEST_KIND: &str = "ro.cei.webhook.test.v1";

/// Writes a message: its kind, when it was decided, and the event `payload` with its place in the office's
/// events and the place of the last one that the receiver took before. `None` when `payload` is no JSON
/// object.
///
/// Where `previous_seq` is less than `seq` − 1, events in between were not delivered: the gap is announced.
pub fn body(
    kind: &str,
    decided_at: DateTime<Utc>,
    payload: &str,
    (seq, previous_seq): (i64, i64),
) -> Option<String> {
    let members = payload.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let comma = if members.is_empty() { "" } else { "," };
    let time = decided_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    // Kinds are words of ours: letters, digits, points and low lines, so nothing needs escaping.
    Some(format!(
        r#"{{"type":"{kind}","timestamp":"{time}","data":{{"seq":{seq},"previous_seq":{previous_seq}{comma}{members}}}}}"#
    ))
}

/// The content of the message that an office sends to itself; it has no place among the events.
pub fn test_payload(id: uuid::Uuid) -> String {
    format!(r#"{{"id":"{id}","type":"{TEST_KIND}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-02T07:00:00.5Z".parse().unwrap()
    }

    #[test]
    fn an_event_is_wrapped_with_its_place_and_the_one_before() {
        let wrapped = body("ro.cei.a.v1", at(), r#"{"id":"1","state":"READY"}"#, (7, 4)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&wrapped).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "ro.cei.a.v1",
                "timestamp": "2026-11-02T07:00:00.500000Z",
                "data": { "seq": 7, "previous_seq": 4, "id": "1", "state": "READY" },
            })
        );
        assert_eq!(
            body("a", at(), "{}", (1, 0)).unwrap(),
            r#"{"type":"a","timestamp":"2026-11-02T07:00:00.500000Z","data":{"seq":1,"previous_seq":0}}"#
        );
    }

    #[test]
    fn what_is_no_object_is_not_wrapped() {
        for payload in ["", "[]", "null", "{", "}", "\"{}\""] {
            assert_eq!(body("a", at(), payload, (1, 0)), None, "{payload}");
        }
    }
}
