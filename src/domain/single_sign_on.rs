//! Single sign-on: what a provider may say of a person, and what of it counts.

use crate::coded;

coded! {
    /// Who asks for the second factor of somebody who comes from the provider.
    pub enum SecondFactor as "place of the second factor" {
        /// The gateway: the code of the person's device, as after a password.
        Gateway = "gateway",
        /// The provider, which must say that it asked.
        Provider = "provider",
    }
}

/// What the provider says of somebody who used more than one factor (RFC 8176 §2).
const SEVERAL_FACTORS: &str = "mfa";

/// Bytes of a subject at most (`OpenID` Connect Core 1.0 §2, `sub`).
const SUBJECT_BYTES_MAX: usize = 255;

/// What a provider calls a person, for ever and to nobody else. It may be a CNP: it is shown to the
/// person alone, and kept as a keyed hash.
#[derive(Clone, Eq, PartialEq)]
pub struct Subject(String);

impl Subject {
    /// Takes what a provider or an administrator wrote; `None` for what no provider may write.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=SUBJECT_BYTES_MAX).contains(&text.len());
        let is_plain = !text.chars().any(char::is_control) && text.trim() == text;
        (fits && is_plain).then(|| Self(text.to_owned()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject(…)")
    }
}

/// A person whom a provider vouches for, as it was told and verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proven {
    /// The provider.
    pub issuer: String,
    /// What it calls the person.
    pub subject: Subject,
    /// How strictly it looked (`acr`).
    pub context: Option<String>,
    /// By what means (`amr`).
    pub methods: Vec<String>,
}

impl Proven {
    /// Whether the provider says that it asked for a second factor: by one of `contexts`, or by the
    /// means of several factors.
    pub fn shows_second_factor(&self, contexts: &[String]) -> bool {
        let context = self.context.as_ref();
        context.is_some_and(|context| contexts.contains(context))
            || self.methods.iter().any(|method| method == SEVERAL_FACTORS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proven(context: Option<&str>, methods: &[&str]) -> Proven {
        Proven {
            issuer: "https://id.example".to_owned(),
            subject: Subject::parse("1900101221144").unwrap(),
            context: context.map(str::to_owned),
            methods: methods.iter().map(|one| (*one).to_owned()).collect(),
        }
    }

    #[test]
    fn a_second_factor_is_shown_by_a_context_that_counts_or_by_several_factors() {
        let contexts = ["urn:example:high".to_owned()];
        for (context, methods, shown) in [
            (None, &[][..], false),
            (None, &["pwd"][..], false),
            (None, &["pwd", "otp"][..], false),
            (None, &["pwd", "mfa"][..], true),
            (Some("urn:example:high"), &[][..], true),
            (Some("urn:example:low"), &["pwd"][..], false),
            (Some(""), &["MFA"][..], false),
        ] {
            let person = proven(context, methods);
            assert_eq!(
                person.shows_second_factor(&contexts),
                shown,
                "{context:?} {methods:?}"
            );
        }
        assert!(!proven(Some("urn:example:high"), &[]).shows_second_factor(&[]));
    }

    #[test]
    fn a_subject_is_short_and_plain_and_is_not_printed() {
        for good in [
            "a",
            "auth0|5f7c",
            "CN=Ana Popescu,O=Minister",
            &"x".repeat(255),
        ] {
            assert_eq!(Subject::parse(good).unwrap().expose(), good);
        }
        for bad in ["", " a", "a\n", "a\u{0}b", &"x".repeat(256)] {
            assert_eq!(Subject::parse(bad), None, "{bad:?}");
        }
        assert!(!format!("{:?}", proven(None, &[])).contains("19001"));
    }
}
