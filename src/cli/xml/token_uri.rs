//! Where a key in a token is, as a PKCS#11 URI (RFC 7512) says it.

use std::path::{Path, PathBuf};

/// What a URI may say; the attributes that it may also have are not looked at here, so they are
/// refused.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct TokenUri {
    /// `module-path`: the module of the token's maker.
    pub(super) module: Option<PathBuf>,
    /// `token`.
    pub(super) token_label: Option<String>,
    /// `serial`.
    pub(super) token_serial: Option<String>,
    /// `object`.
    pub(super) key_label: Option<String>,
    /// `id`.
    pub(super) key_id: Option<Vec<u8>>,
    /// `pin-source`: a file whose only line is the PIN.
    pub(super) pin_file: Option<PathBuf>,
}

impl TokenUri {
    /// Reads a URI; none if it is not of the scheme, as a path is not.
    pub(super) fn parse(text: &Path) -> Option<Result<Self, String>> {
        let inside = text.to_str()?.strip_prefix("pkcs11:")?;
        Some(Self::read(inside))
    }

    fn read(inside: &str) -> Result<Self, String> {
        let mut uri = Self::default();
        let (path, query) = inside.split_once('?').unwrap_or((inside, ""));
        for attribute in path.split(';').chain(query.split('&')) {
            if !attribute.is_empty() {
                uri.set(attribute)?;
            }
        }
        let names_token = uri.token_label.is_some() || uri.token_serial.is_some();
        let names_key = uri.key_label.is_some() || uri.key_id.is_some();
        match (&uri.module, names_token, names_key) {
            (None, _, _) => Err("the key needs ?module-path=FILE".to_owned()),
            (_, false, _) => Err("the key needs token=LABEL or serial=NUMBER".to_owned()),
            (_, _, false) => Err("the key needs object=LABEL or id=%NN".to_owned()),
            _ => Ok(uri),
        }
    }

    fn set(&mut self, attribute: &str) -> Result<(), String> {
        let (name, value) = attribute
            .split_once('=')
            .ok_or_else(|| format!("{attribute:?} has no value"))?;
        let bytes = decoded(value).ok_or_else(|| format!("{name} has a '%' without two digits"))?;
        if name == "id" {
            self.key_id = Some(bytes);
            return Ok(());
        }
        let text = String::from_utf8(bytes);
        let text = text.ok().ok_or_else(|| format!("{name} is not UTF-8"))?;
        match name {
            "token" => self.token_label = Some(text),
            "serial" => self.token_serial = Some(text),
            "object" => self.key_label = Some(text),
            "type" if text == "private" => {}
            "module-path" => self.module = Some(text.into()),
            "pin-source" => {
                let file = text.strip_prefix("file://").or(text.strip_prefix("file:"));
                self.pin_file = Some(file.unwrap_or(&text).into());
            }
            "pin-value" => return Err("a PIN belongs into a file: ?pin-source=FILE".to_owned()),
            _ => return Err(format!("{name} is not understood")),
        }
        Ok(())
    }
}

/// The bytes of a value with its percent signs resolved.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let mut pieces = value.split('%');
    let mut bytes = Vec::from(pieces.next()?);
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Result<TokenUri, String>> {
        TokenUri::parse(Path::new(text))
    }

    #[test]
    fn a_uri_names_module_token_key_and_the_file_of_the_pin() {
        let text = "pkcs11:token=Gateway%20seals;object=seal;id=%0a%FF;type=private\
            ?module-path=/usr/lib/p11.so&pin-source=file:/etc/pin";
        let expected = TokenUri {
            module: Some("/usr/lib/p11.so".into()),
            token_label: Some("Gateway seals".to_owned()),
            token_serial: None,
            key_label: Some("seal".to_owned()),
            key_id: Some(vec![0x0a, 0xff]),
            pin_file: Some("/etc/pin".into()),
        };
        assert_eq!(parse(text), Some(Ok(expected)));
        assert_eq!(parse("seal.pem"), None);
    }

    #[test]
    fn what_a_uri_lacks_or_should_not_have_is_said() {
        for (text, expected) in [
            ("pkcs11:token=a;object=b", "module-path"),
            ("pkcs11:object=b?module-path=/m", "token=LABEL"),
            ("pkcs11:token=a?module-path=/m", "object=LABEL"),
            (
                "pkcs11:token=a;object=b?module-path=/m&pin-value=1",
                "pin-source",
            ),
            ("pkcs11:token=%2;object=b?module-path=/m", "'%'"),
            ("pkcs11:token=%+1;object=b?module-path=/m", "'%'"),
            ("pkcs11:token=%ff;object=b?module-path=/m", "UTF-8"),
            ("pkcs11:token;object=b?module-path=/m", "no value"),
            (
                "pkcs11:token=a;slot-id=1;object=b?module-path=/m",
                "slot-id",
            ),
        ] {
            let said = parse(text).expect("a URI").expect_err(text);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
