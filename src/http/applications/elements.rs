//! The elements of a list in a body, each as it was written, so that one that is not as it should be
//! does not keep the others from being read.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::http::body::{Unreadable, read_json};

/// A body that is a list under one name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    applications: Vec<IgnoredAny>,
}

/// The elements of `{"applications": […]}`, `max` at most; `None` where there are more.
pub(super) fn elements(text: &[u8], max: usize) -> Result<Option<Vec<&[u8]>>, Unreadable> {
    let listed: Listed = read_json(text)?;
    if listed.applications.len() > max {
        return Ok(None);
    }
    // The only name has no bracket in it, so the first one begins the list.
    let start = text.iter().position(|byte| *byte == b'[').unwrap_or(0);
    let mut rest = text.get(start + 1..).unwrap_or_default();
    let mut found = Vec::with_capacity(listed.applications.len());
    for _ in &listed.applications {
        let begins = rest.iter().position(|byte| !is_between(*byte));
        rest = rest.get(begins.unwrap_or(0)..).unwrap_or_default();
        let (element, after) = rest.split_at_checked(length(rest)).unwrap_or((rest, &[]));
        found.push(element);
        rest = after;
    }
    Ok(Some(found))
}

fn is_between(byte: u8) -> bool {
    byte == b',' || byte.is_ascii_whitespace()
}

/// How long the value is with which `text` begins, of which is known that it is well-formed.
fn length(text: &[u8]) -> usize {
    if let Some(b'{' | b'[' | b'"') = text.first() {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
        let read = values.next();
        return read.map_or(0, |_value| values.byte_offset());
    }
    // A number or a word ends where the next one or the end of the list begins.
    let ends = |byte: &u8| is_between(*byte) || *byte == b']';
    text.iter().position(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Option<Vec<String>> {
        let found = elements(text.as_bytes(), 4).ok().flatten()?;
        let text = |one: &&[u8]| String::from_utf8(one.to_vec()).unwrap();
        Some(found.iter().map(text).collect())
    }

    #[test]
    fn elements_are_cut_out_as_they_were_written() {
        let text = r#" { "applications" : [ {"a":"]},[","b":[1,{}]} ,17,"x]\"," , null ] } "#;
        assert_eq!(
            texts(text).unwrap(),
            [r#"{"a":"]},[","b":[1,{}]}"#, "17", r#""x]\",""#, "null"]
        );
        assert_eq!(texts(r#"{"applications":[]}"#).unwrap(), [""; 0]);
        assert_eq!(
            texts(r#"{"\u0061pplications":[[1],2]}"#).unwrap(),
            ["[1]", "2"]
        );
    }

    #[test]
    fn what_is_no_list_under_that_name_is_told() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"applications":{}}"#,
            r#"{"applications":[1]"#,
        ] {
            assert!(elements(text.as_bytes(), 4).is_err(), "{text}");
        }
        assert!(elements(br#"{"applications":[],"more":1}"#, 4).is_err());
        assert!(texts(r#"{"applications":[1,2,3,4,5]}"#).is_none());
    }
}
