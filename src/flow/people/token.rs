//! Secrets that a browser holds: random, and known here by their hashes alone.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::sha::{Sha256, sha256};
use zeroize::Zeroizing;

/// Random bytes of a token; nobody guesses one of 2²⁵⁶.
const TOKEN_BYTES: usize = 32;

/// A new token, as text that stands in a cookie.
pub fn new_token() -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
    openssl::rand::rand_priv_bytes(&mut *bytes).context("asking for random bytes")?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
}

/// What the database keeps of a token.
pub fn hash_of(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

/// What the forms carry of whoever holds `token`: nobody else can compute it, and it tells nothing
/// about the token.
pub fn form_token(token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"cei-gateway form\0");
    hash.update(token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finish())
}

/// The token of forms as one page carries it: behind a random mask that is given with it, so that no two
/// pages hold the same text and its letters cannot be told from the length of compressed pages (BREACH).
pub fn masked(form_token: &str) -> anyhow::Result<String> {
    let mut mask = [0; TOKEN_BYTES];
    openssl::rand::rand_bytes(&mut mask).context("asking for random bytes")?;
    let token = URL_SAFE_NO_PAD.decode(form_token)?;
    let hidden = token.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
    let bytes: Vec<u8> = mask.into_iter().chain(hidden).collect();
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The token of forms that a page carried; empty for what no page of ours carries.
pub fn unmasked(carried: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(carried).unwrap_or_default();
    let Some((mask, hidden)) = bytes.split_at_checked(TOKEN_BYTES) else {
        return String::new();
    };
    let token: Vec<u8> = hidden
        .iter()
        .zip(mask)
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    URL_SAFE_NO_PAD.encode(token)
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && openssl::memcmp::eq(one.as_bytes(), other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pages_carry_the_same_text_and_each_is_good() {
        let token = form_token("a");
        let (one, other) = (masked(&token).unwrap(), masked(&token).unwrap());
        assert_ne!(one, other);
        assert!(!one.contains(&token));
        assert_eq!(unmasked(&one), token);
        assert_eq!(unmasked(&other), token);
        for strange in ["", "AA", "?", token.as_str(), "ș"] {
            assert_ne!(unmasked(strange), token);
        }
    }

    #[test]
    fn tokens_differ_and_the_token_of_a_form_is_neither_the_token_nor_its_hash() {
        let (one, other) = (new_token().unwrap(), new_token().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(*one, *other);
        assert_eq!(form_token(&one), form_token(&one));
        assert_ne!(form_token(&one), form_token(&other));
        assert_ne!(form_token(&one), URL_SAFE_NO_PAD.encode(hash_of(&one)));
        assert!(is_same(&one, &one.clone()) && !is_same(&one, &other) && !is_same("", "a"));
    }
}
