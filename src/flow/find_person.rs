//! Finds the applications of a person by the CNP, through the keyed hash. That somebody looked is on the
//! audit record, found or not; the CNP is on none.

use crate::domain::audit::Entry;
use crate::domain::cnp::Cnp;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::person_key::person_key;
use crate::gateway::Gateway;
use crate::store::applications::Application;
use crate::store::applications::console::list_of_person;
use crate::store::audit;

/// Applications that are shown of one person.
const SHOWN: i64 = 50;

/// The applications of a person, the newest first.
pub async fn find_person(
    gateway: &Gateway,
    cnp: &Cnp,
    actor: &Actor,
) -> Result<Vec<Application>, Failure<std::convert::Infallible>> {
    let key = person_key(gateway, cnp);
    let mut tx = gateway.store.begin().await?;
    let found = list_of_person(&mut tx, &key, SHOWN).await?;
    let entry = |kind: &str, subject: &str, detail: String| Entry {
        at: gateway.clock.now(),
        actor: actor.to_string(),
        action: "PERSON_LOOKED_FOR".to_owned(),
        subject_kind: kind.to_owned(),
        subject: subject.to_owned(),
        detail,
        reason: None,
        history: None,
    };
    if found.is_empty() {
        audit::note(&mut tx, entry("PERSON", "", "0".to_owned()));
    }
    for application in &found {
        let (id, number) = (application.id.to_string(), application.number.clone());
        audit::note(&mut tx, entry("APPLICATION", &id, number));
    }
    tx.commit().await?;
    Ok(found)
}
