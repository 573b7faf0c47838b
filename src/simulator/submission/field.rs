//! Fields of a JSON document by their pointers (RFC 6901, names without `~`).

use serde_json::Value;

/// Sets a field of an existing object, or an existing place of an array; there is nothing to set
/// elsewhere.
pub(super) fn put(document: &mut Value, pointer: &str, value: impl Into<Value>) {
    let Some((group, name)) = pointer.rsplit_once('/') else {
        return;
    };
    match document.pointer_mut(group) {
        Some(Value::Object(fields)) => {
            fields.insert(name.to_owned(), value.into());
        }
        Some(place @ Value::Array(_)) => {
            if let Some(item) = place.pointer_mut(&format!("/{name}")) {
                *item = value.into();
            }
        }
        _ => {}
    }
}

/// Removes a field of an object, if it is there.
pub(super) fn remove(document: &mut Value, pointer: &str) {
    let group = pointer.rsplit_once('/');
    let found = group.and_then(|(group, name)| Some((document.pointer_mut(group)?, name)));
    if let Some((Value::Object(fields), name)) = found {
        fields.remove(name);
    }
}

/// The text of a field; empty when there is none.
pub(super) fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    let value = document.pointer(pointer);
    value.and_then(Value::as_str).unwrap_or_default()
}
