//! Which account is whose, for people whom a provider of single sign-on knows.

use crate::domain::operator::role::Roles;
use crate::domain::single_sign_on::Subject;
use crate::flow::Failure;
use crate::flow::people::administer::{
    AdministrationRefusal, By, Outcome, begin, end_sessions, finish, insert, new_user, note,
};
use crate::gateway::Gateway;
use crate::store::users::{self, User};
use crate::store::{Tx, user_subjects};

/// Links an account to the person whom the provider calls `subject`.
pub async fn link(gateway: &Gateway, name: &str, subject: &str, by: By<'_>) -> Outcome<()> {
    let whose = Whose::of(gateway, subject)?;
    let (mut tx, user) = begin(gateway, name, by).await?;
    tie(gateway, &mut tx, &user, &whose).await?;
    let action = (user.name.as_str(), "USER_LINKED");
    note(&mut tx, gateway, action, &whose.issuer, by);
    tx.commit().await?;
    Ok(())
}

/// Adds an account without a password, for the person whom the provider calls `subject`.
pub async fn add_linked(
    gateway: &Gateway,
    (name, subject): (&str, &str),
    roles: &Roles,
    by: By<'_>,
) -> Outcome<()> {
    let whose = Whose::of(gateway, subject)?;
    let user = new_user(gateway, name, roles)?;
    let mut tx = gateway.store.begin().await?;
    insert(&mut tx, gateway, (&user, roles), by).await?;
    tie(gateway, &mut tx, &user, &whose).await?;
    let action = (user.name.as_str(), "USER_LINKED");
    note(&mut tx, gateway, action, &whose.issuer, by);
    tx.commit().await?;
    Ok(())
}

/// Unlinks an account and ends its sessions: the provider opens it no more.
pub async fn unlink(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<()> {
    let (mut tx, user) = begin(gateway, name, by).await?;
    if !user_subjects::delete(&mut tx, user.id).await? {
        return Err(Failure::Refused(AdministrationRefusal::Already(user.name)));
    }
    end_sessions(&mut tx, gateway, &user, by).await?;
    // The account's version grows, so that whoever comes from the provider at this moment is too late.
    finish(gateway, tx, &user, "USER_UNLINKED", by).await
}

/// What is kept of a subject: whoever reads the database learns neither it nor whose it is.
pub(super) fn hash_of(gateway: &Gateway, issuer: &str, subject: &Subject) -> [u8; 32] {
    // An issuer is an address and has no blank.
    let value = format!("{issuer} {}", subject.expose());
    gateway.vault.lookup_hash("subject", &value)
}

/// A person, as the database knows one.
struct Whose {
    issuer: String,
    hash: [u8; 32],
}

impl Whose {
    fn of(gateway: &Gateway, subject: &str) -> Outcome<Self> {
        let issuer = gateway.config.console.oidc.issuer.clone();
        let issuer = issuer.ok_or(Failure::Refused(AdministrationRefusal::NoProvider))?;
        let subject = Subject::parse(subject);
        let subject = subject.ok_or(Failure::Refused(AdministrationRefusal::Subject))?;
        let hash = hash_of(gateway, &issuer, &subject);
        Ok(Self { issuer, hash })
    }
}

async fn tie(gateway: &Gateway, tx: &mut Tx, user: &User, whose: &Whose) -> Outcome<()> {
    let (issuer, hash) = (whose.issuer.as_str(), whose.hash.as_slice());
    let now = gateway.clock.now();
    if user_subjects::insert(tx, user.id, (issuer, hash), now).await? {
        return Ok(());
    }
    let refusal = match user_subjects::find_user(tx, issuer, hash).await? {
        Some(other) if other != user.id => {
            let other = users::find(tx, other).await?;
            let name = other.map(|other| other.name).unwrap_or_default();
            AdministrationRefusal::SubjectTaken(name)
        }
        _ => AdministrationRefusal::Linked(user.name.clone()),
    };
    Err(Failure::Refused(refusal))
}
