//! Checks applications and seals what has passed, off the asynchronous threads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveDate;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use crate::domain::county::{County, Siruta};
use crate::domain::id::{OfficeId, SealedId};
use crate::domain::office::{self as office_rules, OfficeCode, OfficeKind};
use crate::domain::submission::Submission;
use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::{self, Fault, IntakeContext, IntakePolicy};
use crate::flow::person_key::person_key;
use crate::flow::sealing::{aside, names_together, publish};
use crate::flow::submit_application::SubmitRefusal;
use crate::gateway::Gateway;
use crate::store::offices::{self, Office};
use crate::store::sealed::{NewSealed, SealedKind};
use crate::vault::{Staged, Vault};

/// Bytes of an application beside its images, and some more.
const BESIDE_IMAGES_BYTES: usize = 8 * 1024;

/// An application that passed every check, with its content sealed.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) office: Office,
    pub(crate) submission: Submission,
    pub(crate) content_sha256: [u8; 32],
    pub(crate) content: NewSealed,
    pub(crate) person_key: Vec<u8>,
}

/// What the answer depends on beside the applications.
pub(super) struct Surroundings {
    pub(super) office: Office,
    seen: office_rules::Office,
    /// The offices at which cards shall be collected, by code and day of registration.
    collect_at: BTreeMap<(String, NaiveDate), office_rules::Office>,
    today: NaiveDate,
}

impl Surroundings {
    /// Looks up the submitting office, and those that shall hand cards over.
    pub(super) async fn look(
        gateway: &Gateway,
        office: OfficeId,
        contents: impl Iterator<Item = &ApplicationContent>,
    ) -> anyhow::Result<Self> {
        let glance = || gateway.store.glance();
        let office = offices::look(glance()?, office).await?;
        let office = office.context("a credential names an office that does not exist")?;
        let mut collect_at = BTreeMap::new();
        for (code, day) in contents.filter_map(named_office) {
            if let Some(found) = offices::look_by_code(glance()?, &code, day).await? {
                collect_at.insert((code, day), as_rules_see(&found)?);
            }
        }
        Ok(Self {
            seen: as_rules_see(&office)?,
            office,
            collect_at,
            today: gateway.clock.today(),
        })
    }

    /// Checks one application.
    pub(super) fn check(&self, content: &ApplicationContent) -> Result<Submission, Vec<Fault>> {
        let named = named_office(content);
        let circumstances = IntakeContext {
            today: self.today,
            office: &self.seen,
            collect_at: named.and_then(|named| self.collect_at.get(&named)),
            policy: &IntakePolicy::default(),
        };
        intake::check(content, &circumstances)
    }
}

/// The office that an application names by code, and the day on which it must bear it.
fn named_office(content: &ApplicationContent) -> Option<(String, NaiveDate)> {
    let code = OfficeCode::parse(content.collect_at_office.as_deref()?).ok()?;
    Some((code.as_str().to_owned(), content.registered_on))
}

/// The office with what the rules ask about it.
fn as_rules_see(office: &Office) -> anyhow::Result<office_rules::Office> {
    let known = office_rules::CLUJ
        .iter()
        .find(|known| known.code == office.code);
    let county = County::parse(&office.county)?;
    let siruta = office.siruta.and_then(|number| u32::try_from(number).ok());
    // A directorate stands in no locality of its own; its county's number stands for it.
    let place = siruta.unwrap_or_else(|| u32::from(county.siruta_number()));
    let place = known.map_or(place, |known| known.siruta);
    let kind = match (known, siruta) {
        (Some(known), _) => known.kind,
        (None, Some(_)) => OfficeKind::Local,
        (None, None) => OfficeKind::County,
    };
    Ok(office_rules::Office {
        id: office.id,
        code: OfficeCode::parse(&office.code)?,
        aliases: Vec::new(),
        name: office.name.clone(),
        county,
        siruta: Siruta::new(place).context("an office without a locality")?,
        kind,
    })
}

/// Checks an application as if it were handed in, and keeps nothing.
pub async fn check_only(
    gateway: &Gateway,
    office: OfficeId,
    content: ApplicationContent,
) -> Result<(), Failure<SubmitRefusal>> {
    let around = Surroundings::look(gateway, office, std::iter::once(&content)).await?;
    let checked = aside(move || around.check(&content).map(drop)).await?;
    checked.map_err(|faults| Failure::Refused(SubmitRefusal::Faulty(faults)))
}

/// Checks an application and seals its content; that of a revision.
pub(crate) async fn check_and_seal(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
    content_sha256: [u8; 32],
) -> Result<Prepared, Failure<SubmitRefusal>> {
    let content = Arc::new(content.clone());
    let around = Surroundings::look(gateway, office, std::iter::once(&*content)).await?;
    let around = Arc::new(around);
    let names = names_together(gateway, 1);
    let name = *names.first().context("no name for what is to be sealed")?;
    let (vault, checking) = (gateway.vault.clone(), Arc::clone(&around));
    let work = move || {
        checking.check(&content).map(|submission| {
            let staged = Written::of(&content)?.stage(&vault, name, &submission)?;
            anyhow::Ok((submission, staged))
        })
    };
    let checked = aside(work).await?;
    let staged = checked.map_err(|faults| Failure::Refused(SubmitRefusal::Faulty(faults)))?;
    let (submission, staged) = staged?;
    let sealed = publish(gateway, SealedKind::Application, vec![staged]).await?;
    Ok(Prepared {
        office: around.office.clone(),
        person_key: person_key(gateway, &submission.applicant.cnp),
        content: sealed.into_iter().next().context("nothing was sealed")?,
        content_sha256,
        submission,
    })
}

/// An application as its office wrote it, in bytes: every field in the order of its type, so that
/// blanks and the order of fields do not count.
pub(super) struct Written<'a> {
    content: &'a ApplicationContent,
    plain: Zeroizing<Vec<u8>>,
}

impl<'a> Written<'a> {
    pub(super) fn of(content: &'a ApplicationContent) -> anyhow::Result<Self> {
        let plain = plain_of(content)?;
        Ok(Self { content, plain })
    }

    /// SHA-256 of it.
    pub(super) fn digest(&self) -> [u8; 32] {
        sha256(&self.plain)
    }

    /// Seals it as it was checked; its blob is to be published.
    pub(super) fn stage(
        &self,
        vault: &Vault,
        name: SealedId,
        submission: &Submission,
    ) -> anyhow::Result<Staged> {
        // The order is written from what was checked, not from what was typed.
        Ok(match intake::normalised(self.content, submission) {
            Cow::Borrowed(_same) => vault.stage(name, &self.plain)?,
            Cow::Owned(kept) => vault.stage(name, &plain_of(&kept)?)?,
        })
    }
}

/// SHA-256 of an application as its office wrote it.
pub(crate) fn digest_of(content: &ApplicationContent) -> anyhow::Result<[u8; 32]> {
    Ok(Written::of(content)?.digest())
}

/// The content in bytes, in memory that is not moved while it is written and is wiped in the end.
fn plain_of(content: &ApplicationContent) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let images = &content.biometrics;
    let fingers = images.fingers.iter().map(|finger| &finger.image);
    let images = std::iter::once(&images.face).chain(images.signature.as_ref());
    let images: usize = images.chain(fingers).map(|image| image.data.len()).sum();
    let mut plain = Zeroizing::new(Vec::with_capacity(images + BESIDE_IMAGES_BYTES));
    serde_json::to_writer(&mut *plain, content).context("writing an application's content")?;
    Ok(plain)
}
