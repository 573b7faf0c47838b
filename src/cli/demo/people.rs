//! Two persons for the console: each has a password and a device already, as after a first signing in,
//! and recovery codes with which a newcomer signs in at once. The demo's time is its own, so that no
//! telephone shows its codes.

use std::fmt::Write;
use std::fs;

use anyhow::Context;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::cli::demo::done;
use crate::cli::demo::stage::Stage;
use crate::domain::one_time_code::{base32, code_of, grouped, step_of, ungrouped};
use crate::domain::operator::Actor;
use crate::domain::operator::role::{Role, Roles};
use crate::flow::people::administer::{self, By};
use crate::flow::people::session::{self, Holder, Place};
use crate::flow::people::sign_in;
use crate::flow::people::token::{hash_of, new_token};
use crate::gateway::Gateway;

/// Who there is: whoever decides alone, and whoever approves what needs a second person.
const PEOPLE: [(&str, &[Role]); 2] = [
    (
        "maria.danila",
        &[Role::Supervisor, Role::Administrator, Role::Auditor],
    ),
    (FIRST_PERSON, &[Role::Operator, Role::PaymentsOperator]),
];
/// Who asks for what the other one approves.
pub(super) const FIRST_PERSON: &str = "ion.pop";
/// Codes that are printed; the others stand in a file.
const CODES_PRINTED: usize = 2;
/// Bytes of a password.
const PASSWORD_BYTES: usize = 10;

/// Somebody who can sign in.
pub struct Person {
    /// The account.
    pub name: &'static str,
    /// Its password.
    pub password: Zeroizing<String>,
    /// Codes that each sign in once.
    pub codes: Vec<Zeroizing<String>>,
    roles: Roles,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({}, …)", self.name)
    }
}

/// Adds the accounts, the way people come by theirs, and writes down how to sign in.
pub(super) async fn invite(stage: &Stage) -> anyhow::Result<Vec<Person>> {
    let folder = stage.out.join("console");
    let mut people = Vec::new();
    for (name, roles) in PEOPLE {
        let person = enrol(&stage.gateway, name, Roles::new(roles.iter().copied())).await?;
        let file = folder.join(format!("{name}.txt"));
        let text = person.described(person.codes.len(), "\n");
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        people.push(person);
    }
    Ok(people)
}

/// Adds an account and goes through its first signing in.
async fn enrol(gateway: &Gateway, name: &'static str, roles: Roles) -> anyhow::Result<Person> {
    let actor = Actor::Operator("demo".to_owned());
    let by = By {
        actor: &actor,
        reason: Some("the demo's own account"),
        seen: None,
    };
    let given = done(administer::add(gateway, name, &roles, by).await)?;
    let place = Place {
        address: "127.0.0.1".to_owned(),
        agent: "cei-gateway demo".to_owned(),
    };
    let begun = done(sign_in::give_password(gateway, (name, &given), &place).await)?;
    let password = new_password()?;
    let holder = holder_of(gateway, &begun.token).await?;
    let chosen = [password.as_str(), password.as_str()];
    let begun = done(sign_in::choose_password(gateway, &holder, chosen, &place).await)?;
    let holder = holder_of(gateway, &begun.token).await?;
    let enrolment = done(sign_in::enrolment(gateway, &holder).await)?;
    let code = shown_code(&enrolment.secret, gateway.clock.now().timestamp())?;
    let (begun, codes) = done(sign_in::confirm_device(gateway, &holder, &code, &place).await)?;
    let holder = holder_of(gateway, &begun.token).await?;
    done(sign_in::sign_out(gateway, &holder).await)?;
    Ok(Person {
        name,
        password,
        codes,
        roles,
    })
}

async fn holder_of(gateway: &Gateway, token: &str) -> anyhow::Result<Holder> {
    let holder = done(session::find(gateway, token, true).await)?;
    holder.context("a session that was just begun is over")
}

fn new_password() -> anyhow::Result<Zeroizing<String>> {
    let random = hash_of(&new_token()?);
    let bytes: Vec<u8> = random.into_iter().take(PASSWORD_BYTES).collect();
    Ok(Zeroizing::new(grouped(&base32(&bytes), "-").to_lowercase()))
}

/// What a device shows that was told this key.
fn shown_code(secret: &str, seconds: i64) -> anyhow::Result<String> {
    let key = PKey::hmac(&unbase32(secret))?;
    let mut signer = Signer::new(MessageDigest::sha1(), &key)?;
    let hmac = signer.sign_oneshot_to_vec(&step_of(seconds).to_be_bytes())?;
    let hmac: [u8; 20] = hmac.as_slice().try_into().context("an HMAC-SHA1")?;
    Ok(code_of(&hmac))
}

/// The bytes of a key that was written for typing.
fn unbase32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for letter in ungrouped(text).bytes() {
        let five = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter.saturating_sub(b'2') + 26,
        };
        word = (word << 5) | u32::from(five);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from((word >> bits) & 0xff));
        }
    }
    bytes
}

impl Person {
    /// How to sign in, with so many codes, each behind `between`.
    fn described(&self, codes: usize, between: &str) -> String {
        let mut text = format!(
            "{}  {}\n    password  {}\n    codes     ",
            self.name,
            self.roles,
            self.password.as_str()
        );
        for code in self.codes.iter().take(codes) {
            // A text takes every letter.
            write!(text, "{}{between}", code.as_str()).unwrap_or_default();
        }
        text.trim_end().to_owned() + "\n"
    }

    /// The same for a terminal.
    pub(super) fn introduction(&self) -> String {
        let text = self.described(CODES_PRINTED, "  ");
        text.lines().fold(String::new(), |mut all, line| {
            writeln!(all, "  {line}").unwrap_or_default();
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::{Wish, set};
    use crate::domain::sign_in::Stage as SignInStage;

    #[tokio::test]
    async fn each_of_them_signs_in_with_what_is_told_and_with_each_code_once() {
        let folder = tempfile::tempdir().unwrap();
        let wish = Wish::new(1, 1, folder.path().to_owned());
        let stage = set(&wish).await.unwrap();
        let people = invite(&stage).await.unwrap();
        assert_eq!(people.len(), 2);
        for person in &people {
            let file = folder
                .path()
                .join("console")
                .join(format!("{}.txt", person.name));
            let written = fs::read_to_string(file).unwrap();
            assert!(
                person
                    .codes
                    .iter()
                    .all(|code| written.contains(code.as_str()))
            );
            let (first, told) = (&person.codes[0], person.introduction());
            assert!(told.contains(first.as_str()) && told.contains(person.password.as_str()));
            let signs_in = async |code: &str| {
                let (gateway, place) = (&stage.gateway, Place::default());
                let known = (person.name, person.password.as_str());
                let begun = sign_in::give_password(gateway, known, &place)
                    .await
                    .unwrap();
                assert_eq!(begun.stage, SignInStage::Code);
                let holder = holder_of(gateway, &begun.token).await.unwrap();
                sign_in::give_code(gateway, &holder, code, &place)
                    .await
                    .is_ok()
            };
            assert!(signs_in(first).await);
            assert!(!signs_in(first).await, "a code is good once");
            assert!(signs_in(&person.codes[1]).await);
        }
        stage.close().await;
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        for bytes in [&b"foobar"[..], b"12345678901234567890", b"\xff\x00\x7f"] {
            assert_eq!(unbase32(&grouped(&base32(bytes), " ")), bytes);
        }
    }

    #[test]
    fn the_code_is_that_of_the_standard() {
        // RFC 6238, appendix B: SHA-1, 59 seconds; the last six of eight digits.
        let secret = base32(b"12345678901234567890");
        assert_eq!(shown_code(&secret, 59).unwrap(), "287082");
    }
}
