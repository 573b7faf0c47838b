//! The keyed hash by which a person's applications and payments are found; tables hold no CNP.

use crate::domain::cnp::Cnp;
use crate::gateway::Gateway;

/// The key of the person who bears `cnp`.
pub fn person_key(gateway: &Gateway, cnp: &Cnp) -> Vec<u8> {
    gateway.vault.lookup_hash("cnp", cnp.as_str()).to_vec()
}
