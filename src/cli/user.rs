//! `user`: the accounts of the people who use the console. The first administrator is made here, by
//! whoever may use the gateway's machine.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::Exit;
use crate::cli::arguments::{MayBeWhy, Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Row, instant};
use crate::domain::operator::role::{Role, Roles};
use crate::domain::sign_in::TEMPORARY_PASSWORD_HOURS;
use crate::flow::people::administer::{self, AdministrationRefusal, By};
use crate::flow::people::link;
use crate::gateway::Gateway;
use crate::store::{user_subjects, users};

/// Accounts at a time.
const PAGE: i64 = 200;

/// Accounts of the people who use the console
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account; its password for the first use is shown once
    Add(Add),
    /// List every account by its name, without anything secret
    List,
    /// Let nobody sign in with an account any more, and end its sessions
    Disable(Change),
    /// Let somebody sign in with an account again
    Enable(Change),
    /// Give an account a password for one use, shown once, and end its sessions
    ResetPassword(Change),
    /// Take the device and the recovery codes of an account out of use, and end its sessions
    ResetTotp(Change),
    /// Give an account exactly these roles
    Roles(ChangeRoles),
    /// End every session of an account
    SignOut(Change),
    /// Link an account to a person whom the provider of single sign-on knows
    Link(Link),
    /// Let the provider open an account no more, and end its sessions
    Unlink(Change),
}

/// Add an account
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// Its name, such as ana.popescu; the history will say it
    name: String,
    #[command(flatten)]
    roles: RolesGiven,
    /// What the provider of single sign-on calls its owner; the account has no password then
    #[arg(long, value_name = "SUB")]
    subject: Option<String>,
    #[command(flatten)]
    why: MayBeWhy,
}

/// Link an account to a person whom the provider of single sign-on knows
#[derive(Args, Debug)]
pub(crate) struct Link {
    /// Its name
    name: String,
    /// What the provider calls its owner; the person is shown it when no account is linked yet
    #[arg(long, value_name = "SUB")]
    subject: String,
    #[command(flatten)]
    why: Why,
}

/// Change an account
#[derive(Args, Debug)]
pub(crate) struct Change {
    /// Its name
    name: String,
    #[command(flatten)]
    why: Why,
}

/// Give an account exactly these roles
#[derive(Args, Debug)]
pub(crate) struct ChangeRoles {
    /// Its name
    name: String,
    #[command(flatten)]
    roles: RolesGiven,
    #[command(flatten)]
    why: Why,
}

/// What the person is there for.
#[derive(Args, Debug)]
pub(crate) struct RolesGiven {
    /// What the person is there for; may be repeated
    #[arg(long = "role", required = true, ignore_case = true,
          value_parser = codes(Role::ALL, Role::parse))]
    roles: Vec<Role>,
}

impl RolesGiven {
    fn roles(&self) -> Roles {
        Roles::new(self.roles.iter().copied())
    }
}

#[derive(Serialize)]
struct UserRow {
    name: String,
    roles: String,
    disabled: bool,
    has_password: bool,
    has_device: bool,
    linked_to: Option<String>,
    recovery_codes: i64,
    signed_in_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Row for UserRow {
    const HEADS: &'static [&'static str] = &[
        "NAME",
        "ROLES",
        "STATE",
        "PASSWORD",
        "DEVICE",
        "LINKED TO",
        "RECOVERY CODES>",
        "SIGNED IN",
        "ADDED",
    ];

    fn cells(&self) -> Vec<String> {
        let state = if self.disabled { "disabled" } else { "enabled" };
        let password = if self.has_password { "yes" } else { "none" };
        let device = if self.has_device { "yes" } else { "not yet" };
        vec![
            self.name.clone(),
            self.roles.clone(),
            state.to_owned(),
            password.to_owned(),
            device.to_owned(),
            self.linked_to.clone().unwrap_or_default(),
            self.recovery_codes.to_string(),
            self.signed_in_at.map(instant).unwrap_or_default(),
            instant(self.created_at),
        ]
    }
}

impl Refusal for AdministrationRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_) => Exit::NotFound,
            Self::Name(_) | Self::NoRole | Self::Subject => Exit::Usage,
            Self::Taken(_)
            | Self::LastAdministrator(_)
            | Self::Already(_)
            | Self::Changed(_)
            | Self::NoProvider
            | Self::Linked(_)
            | Self::SubjectTaken(_) => Exit::Refused,
        }
    }
}

impl UserCommand {
    /// Which account is changed, and why; `None` where all are listed.
    fn subject(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::List => None,
            Self::Add(add) => Some((&add.name, add.why.given())),
            Self::Roles(change) => Some((&change.name, Some(&change.why.reason))),
            Self::Link(link) => Some((&link.name, Some(&link.why.reason))),
            Self::Disable(change)
            | Self::Enable(change)
            | Self::ResetPassword(change)
            | Self::ResetTotp(change)
            | Self::SignOut(change)
            | Self::Unlink(change) => Some((&change.name, Some(&change.why.reason))),
        }
    }
}

pub(crate) async fn run(command: UserCommand, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let Some((name, reason)) = command.subject() else {
        return list(context).await;
    };
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let by = By {
        actor: &actor,
        reason,
        seen: None,
    };
    let (done, secret) = change(&command, &gateway, name, by).await?;
    let secret = secret.as_ref().map(|secret| secret.as_str());
    let sentence = match secret {
        None => format!("{name}: {done}."),
        Some(password) => format!(
            "{password}\nThe password of {name} for one use within {TEMPORARY_PASSWORD_HOURS} hours. \
             Give it to nobody else: it is not shown again."
        ),
    };
    let json = json!({ "done": done, "name": name, "password": secret });
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}

/// Changes an account; returns what was done, and a password where one was given.
async fn change(
    command: &UserCommand,
    gateway: &Gateway,
    name: &str,
    by: By<'_>,
) -> Result<(&'static str, Option<Zeroizing<String>>), CliError> {
    let (done, secret) = match command {
        UserCommand::List => ("listed", None),
        UserCommand::Add(Add {
            subject: Some(subject),
            roles,
            ..
        }) => {
            link::add_linked(gateway, (name, subject), &roles.roles(), by).await?;
            ("added and linked", None)
        }
        UserCommand::Add(add) => {
            let given = administer::add(gateway, name, &add.roles.roles(), by).await?;
            ("added", Some(given))
        }
        UserCommand::ResetPassword(_) => {
            let given = administer::reset_password(gateway, name, by).await?;
            ("password reset", Some(given))
        }
        UserCommand::Disable(_) => {
            administer::disable(gateway, name, by).await?;
            ("disabled", None)
        }
        UserCommand::Enable(_) => {
            administer::enable(gateway, name, by).await?;
            ("enabled", None)
        }
        UserCommand::ResetTotp(_) => {
            administer::reset_device(gateway, name, by).await?;
            ("device reset", None)
        }
        UserCommand::SignOut(_) => {
            administer::end_all_sessions(gateway, name, by).await?;
            ("signed out", None)
        }
        UserCommand::Link(wanted) => {
            link::link(gateway, name, &wanted.subject, by).await?;
            ("linked", None)
        }
        UserCommand::Unlink(_) => {
            link::unlink(gateway, name, by).await?;
            ("unlinked", None)
        }
        UserCommand::Roles(change) => {
            administer::set_roles(gateway, name, &change.roles.roles(), by).await?;
            ("roles changed", None)
        }
    };
    Ok((done, secret))
}

async fn list(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let mut rows: Vec<UserRow> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.name.clone()).unwrap_or_default();
        let found = users::list(&mut tx, &after, PAGE).await?;
        if found.is_empty() {
            break;
        }
        for user in found {
            rows.push(UserRow {
                roles: users::roles(&mut tx, user.id).await?.to_string(),
                recovery_codes: users::count_recovery_codes(&mut tx, user.id).await?,
                linked_to: user_subjects::issuer_of(&mut tx, user.id).await?,
                has_password: !user.password_hash.is_empty(),
                name: user.name,
                disabled: user.disabled_at.is_some(),
                has_device: user.code_confirmed,
                signed_in_at: user.signed_in_at,
                created_at: user.created_at,
            });
        }
    }
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}
