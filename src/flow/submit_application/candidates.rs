//! The applications of one request on their way: looked at, checked, sealed, judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;

use crate::domain::cnp::Cnp;
use crate::domain::id::{ApplicationId, OfficeId, SealedId};
use crate::domain::names::Mark;
use crate::domain::submission::Submission;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::Fault;
use crate::flow::person_key::person_key;
use crate::flow::sealing::{each_aside, names_together, publish};
use crate::flow::submit_application::SubmitRefusal;
use crate::flow::submit_application::check::{Surroundings, Written};
use crate::gateway::Gateway;
use crate::store::applications::{Standing, find_standing};
use crate::store::sealed::{NewSealed, SealedKind};
use crate::vault::{Staged, Vault};

/// One application on its way. What was found out about it by itself stays found out, however
/// often the request is judged anew.
pub(super) struct Candidate {
    content: Arc<ApplicationContent>,
    reference: Option<Mark>,
    /// Keyed hash of the CNP, where it is one.
    person: Option<Vec<u8>>,
    digest: Option<[u8; 32]>,
    checked: Option<Result<Submission, Vec<Fault>>>,
    sealed: Option<NewSealed>,
}

/// An application that passed every check, with its content sealed.
#[derive(Clone, Copy)]
pub(super) struct Passed<'a> {
    pub(super) submission: &'a Submission,
    pub(super) digest: &'a [u8; 32],
    pub(super) person_key: &'a [u8],
    pub(super) sealed: &'a NewSealed,
}

/// What is to become of an application.
pub(super) enum Verdict<'a> {
    /// It may be taken in.
    New(Passed<'a>),
    /// It was taken in before, with the same content.
    Before(ApplicationId),
    /// It is the same as an earlier one of the request, the one at this place.
    Same(usize),
    /// Its reference is that of an earlier one of the request, which says something else.
    ReferenceOf(usize),
    /// An earlier one of the request is of the same person.
    PersonOf(usize),
    /// It is not taken in.
    Refused(SubmitRefusal),
}

impl Candidate {
    pub(super) fn new(gateway: &Gateway, content: ApplicationContent) -> Self {
        let cnp = Cnp::parse(&content.applicant.cnp).ok();
        Self {
            reference: Mark::parse(&content.office_reference),
            person: cnp.map(|cnp| person_key(gateway, &cnp)),
            content: Arc::new(content),
            digest: None,
            checked: None,
            sealed: None,
        }
    }

    pub(super) fn content(&self) -> &ApplicationContent {
        &self.content
    }

    /// What the office submitted under its reference before.
    fn before<'a>(&self, standing: &'a [Standing], office: OfficeId) -> Option<&'a Standing> {
        let reference = self.reference.as_ref()?.as_str();
        let mut own = standing.iter().filter(|found| found.office == office);
        own.find(|found| found.office_reference == reference)
    }

    /// The person's open application for the product.
    fn open<'a>(&self, standing: &'a [Standing]) -> Option<&'a Standing> {
        let person = self.person.as_deref()?;
        standing.iter().find(|found| {
            found.is_open
                && found.person_key == person
                && found.product.as_str() == self.content.product
        })
    }

    fn passed(&self) -> Option<Passed<'_>> {
        Some(Passed {
            submission: self.checked.as_ref()?.as_ref().ok()?,
            digest: self.digest.as_ref()?,
            person_key: self.person.as_deref()?,
            sealed: self.sealed.as_ref()?,
        })
    }

    fn judge(&self, standing: &[Standing], office: OfficeId) -> anyhow::Result<Verdict<'_>> {
        if let Some(before) = self.before(standing, office) {
            let is_same = self
                .digest
                .is_some_and(|digest| before.content_sha256 == digest);
            let number = before.number.clone();
            return Ok(if is_same {
                Verdict::Before(before.id)
            } else {
                Verdict::Refused(SubmitRefusal::ReferenceUsed { number })
            });
        }
        if let Some(Err(faults)) = &self.checked {
            return Ok(Verdict::Refused(SubmitRefusal::Faulty(faults.clone())));
        }
        if let Some(open) = self.open(standing) {
            let own_number = (open.office == office).then(|| open.number.clone());
            return Ok(Verdict::Refused(SubmitRefusal::PersonHasOpenOne {
                own_number,
            }));
        }
        let passed = self.passed();
        Ok(Verdict::New(passed.context(
            "an application was neither checked nor refused",
        )?))
    }
}

/// Looks for what stands in the way of the candidates.
pub(super) async fn look(
    gateway: &Gateway,
    office: OfficeId,
    candidates: &[Candidate],
) -> anyhow::Result<Vec<Standing>> {
    let references: Vec<&str> = candidates
        .iter()
        .filter_map(|one| one.reference.as_ref().map(Mark::as_str))
        .collect();
    let persons: Vec<&[u8]> = candidates
        .iter()
        .filter_map(|one| one.person.as_deref())
        .collect();
    let glance = gateway.store.glance()?;
    Ok(find_standing(glance, office, &references, &persons).await?)
}

/// What is to be found out about one candidate.
struct Task {
    content: Arc<ApplicationContent>,
    /// Whether only its digest is asked for, because it stands already.
    is_known: bool,
    /// The blob in which it is to be sealed, unless its person has an open application.
    name: Option<SealedId>,
}

/// What was found out.
struct Found {
    digest: [u8; 32],
    checked: Option<Result<Submission, Vec<Fault>>>,
    staged: Option<Staged>,
}

impl Task {
    fn carry_out(&self, around: &Surroundings, vault: &Vault) -> anyhow::Result<Found> {
        let written = Written::of(&self.content)?;
        let checked = (!self.is_known).then(|| around.check(&self.content));
        let staged = match (&checked, self.name) {
            (Some(Ok(submission)), Some(name)) => Some(written.stage(vault, name, submission)?),
            _ => None,
        };
        Ok(Found {
            digest: written.digest(),
            checked,
            staged,
        })
    }
}

/// Finds out what is not known yet of the candidates, and seals those that may be taken in.
pub(super) async fn find_out(
    gateway: &Gateway,
    around: &Arc<Surroundings>,
    standing: &[Standing],
    candidates: &mut [Candidate],
) -> anyhow::Result<()> {
    let names = names_together(gateway, candidates.len());
    let mut tasks = Vec::new();
    for ((place, one), name) in candidates.iter().enumerate().zip(names) {
        let is_known = one.before(standing, around.office.id).is_some();
        let is_settled = match one.checked {
            None => is_known && one.digest.is_some(),
            Some(Err(_)) => true,
            Some(Ok(_)) => is_known || one.sealed.is_some() || one.open(standing).is_some(),
        };
        if !is_settled {
            let content = Arc::clone(&one.content);
            let name = one.open(standing).is_none().then_some(name);
            tasks.push((
                place,
                Task {
                    content,
                    is_known,
                    name,
                },
            ));
        }
    }
    let (around, vault) = (Arc::clone(around), gateway.vault.clone());
    let work = move |(place, task): (usize, Task)| (place, task.carry_out(&around, &vault));
    let (mut places, mut staged) = (Vec::new(), Vec::new());
    for (place, found) in each_aside(tasks, work).await? {
        let found = found?;
        let one = candidates
            .get_mut(place)
            .context("a task of no candidate")?;
        one.digest = Some(found.digest);
        one.checked = found.checked;
        if let Some(blob) = found.staged {
            places.push(place);
            staged.push(blob);
        }
    }
    if staged.is_empty() {
        return Ok(());
    }
    let sealed = publish(gateway, SealedKind::Application, staged).await?;
    for (place, sealed) in places.into_iter().zip(sealed) {
        if let Some(one) = candidates.get_mut(place) {
            one.sealed = Some(sealed);
        }
    }
    Ok(())
}

/// Judges the candidates by what stands already and by one another: the first one counts.
pub(super) fn judge_all<'a>(
    candidates: &'a [Candidate],
    standing: &[Standing],
    office: OfficeId,
) -> anyhow::Result<Vec<Verdict<'a>>> {
    let (mut references, mut persons) = (BTreeMap::new(), BTreeMap::new());
    let mut verdicts = Vec::with_capacity(candidates.len());
    for (place, candidate) in candidates.iter().enumerate() {
        let mut verdict = candidate.judge(standing, office)?;
        if let Verdict::New(passed) = verdict {
            let reference = passed.submission.office_reference.as_str();
            let person = (passed.person_key, passed.submission.product.as_str());
            if let Some((earlier, digest)) = references.get(reference) {
                verdict = if *digest == passed.digest {
                    Verdict::Same(*earlier)
                } else {
                    Verdict::ReferenceOf(*earlier)
                };
            } else if let Some(earlier) = persons.get(&person) {
                verdict = Verdict::PersonOf(*earlier);
            } else {
                references.insert(reference, (place, passed.digest));
                persons.insert(person, place);
            }
        }
        verdicts.push(verdict);
    }
    Ok(verdicts)
}
