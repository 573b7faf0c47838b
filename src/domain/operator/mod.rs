//! Who does things: every history row names an actor, and people have roles that say what they may.

pub mod role;

use crate::domain::id::OfficeId;

/// Who took a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// The gateway itself, by the named worker or flow.
    Gateway(&'static str),
    /// A local office.
    Office(OfficeId),
    /// The bureau, by a signed document.
    Bureau,
    /// A payment channel.
    Channel,
    /// A person, by the name of the account or of the command-line user.
    Operator(String),
    /// Back-office automation, by the name of its key.
    Automation(String),
}

impl Actor {
    /// Whether what it does belongs to the audit record: people, and programs that act for them.
    pub const fn is_on_record(&self) -> bool {
        matches!(self, Self::Operator(_) | Self::Automation(_))
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gateway(part) => write!(f, "gateway:{part}"),
            Self::Office(id) => write!(f, "office:{id}"),
            Self::Bureau => f.write_str("bureau"),
            Self::Channel => f.write_str("channel"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Automation(name) => write!(f, "automation:{name}"),
        }
    }
}
