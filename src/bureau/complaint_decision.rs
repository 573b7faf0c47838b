//! The decision on a complaint: admitted, with who pays for the new card, or refused with a reason.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{
    ANSWER_HEADER, APPLICATION_NUMBER, DOCUMENT_NUMBER, HEADER, Heading, REASON_CODE,
};
use crate::bureau::reader::DocumentKind;
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, leaf, one, optional};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{COMPLAINT_DECISION_NAMESPACE, form, value};
use crate::coded;
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// What the bureau decided on a complaint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ComplaintDecision {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The identifier of the complaint that it answers.
    pub in_reply_to: Uuid,
    /// The number of the application that the card was made for.
    pub application_number: String,
    /// The number of the card.
    pub document_number: String,
    /// What was decided.
    pub outcome: ComplaintOutcome,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
}

/// Whether a complaint was found to be right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ComplaintOutcome {
    /// The card is to be made again.
    Admitted {
        /// Who pays for the new card.
        payer: Payer,
    },
    /// The card stays as it is.
    Refused {
        /// The number of the reason, by the catalogue of reasons.
        reason: u16,
        /// The reason in the bureau's words, without personal data; at most 200 characters.
        text: String,
    },
}

coded! {
    /// Who pays for a card that is made again.
    pub enum Payer as "payer" {
        /// The bureau, which made it badly.
        Bureau = "BUREAU",
        /// The office, which asked for it badly.
        Office = "OFFICE",
        /// The holder, who pays a new fee.
        Holder = "HOLDER",
        /// The maker of the blank card, by its warranty.
        Warranty = "WARRANTY",
    }
}

pub(crate) static COMPLAINT_DECISION: DocumentKind = DocumentKind {
    namespace: COMPLAINT_DECISION_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "ComplaintDecision",
    &[one(&ANSWER_HEADER), one(&CARD), one(&DECISION)],
);

static CARD: Shape = group("Card", &[one(&APPLICATION_NUMBER), one(&DOCUMENT_NUMBER)]);
/// Either Admitted or Refused stands in it.
static DECISION: Shape = group(
    "Decision",
    &[optional(&ADMITTED), optional(&REFUSED), one(&DECIDED_AT)],
);
static ADMITTED: Shape = group("Admitted", &[one(&PAYER)]);
static PAYER: Shape = leaf("Payer", &value::PAYER);
static REFUSED: Shape = group("Refused", &[one(&REASON_CODE), one(&TEXT)]);
static TEXT: Shape = leaf("Text", &value::REASON_TEXT);
static DECIDED_AT: Shape = leaf("DecidedAt", &value::INSTANT);

/// Writes and signs the decision on a complaint, as the bureau does.
pub fn write_complaint_decision<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    decision: &ComplaintDecision,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    let mut writer = DocumentWriter::begin(sink, key, &COMPLAINT_DECISION)?;
    let heading = Heading {
        message_id: decision.message_id,
        bureau: &decision.bureau,
        test: decision.test,
        created_at: decision.created_at,
    };
    heading.write_answering(&mut writer, decision.in_reply_to)?;
    writer.open(CARD.name)?;
    writer.leaf(&APPLICATION_NUMBER, &decision.application_number)?;
    writer.leaf(&DOCUMENT_NUMBER, &decision.document_number)?;
    writer.close_record()?;
    writer.open(DECISION.name)?;
    write_outcome(&mut writer, &decision.outcome)?;
    writer.leaf(&DECIDED_AT, &form::instant_text(decision.decided_at))?;
    writer.close_record()?;
    writer.finish(signed_at)
}

fn write_outcome<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    outcome: &ComplaintOutcome,
) -> Result<(), DocumentError> {
    match outcome {
        ComplaintOutcome::Admitted { payer } => {
            writer.open(ADMITTED.name)?;
            writer.leaf(&PAYER, payer.as_str())?;
        }
        ComplaintOutcome::Refused { reason, text } => {
            writer.open(REFUSED.name)?;
            writer.leaf(&REASON_CODE, &reason.to_string())?;
            writer.leaf(&TEXT, text)?;
        }
    }
    writer.close()
}

/// Verifies and reads the decision on a complaint. Whether anybody complained, and about this
/// card, is the caller's to know.
pub fn read_complaint_decision(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<ComplaintDecision, ReadError> {
    read_one(source, policy)
}

impl Document for ComplaintDecision {
    type Parts = ();

    fn kind() -> &'static DocumentKind {
        &COMPLAINT_DECISION
    }

    fn gather(head: &Fields, _parts: ()) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        Ok(Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            in_reply_to: head.uuid(HEADER, "InReplyTo")?,
            application_number: head.text(CARD.name, "ApplicationNumber")?.to_owned(),
            document_number: head.text(CARD.name, "DocumentNumber")?.to_owned(),
            outcome: read_outcome(head)?,
            decided_at: head.instant(DECISION.name, "DecidedAt")?,
        })
    }
}

fn read_outcome(head: &Fields) -> Result<ComplaintOutcome, ContentFault> {
    let payer = head.read_optional(ADMITTED.name, "Payer", |text| Payer::parse(text).ok())?;
    let reason = head.read_optional(REFUSED.name, "Reason", form::number_as)?;
    match (payer, reason) {
        (Some(payer), None) => Ok(ComplaintOutcome::Admitted { payer }),
        (None, Some(reason)) => Ok(ComplaintOutcome::Refused {
            reason,
            text: head.text(REFUSED.name, "Text")?.to_owned(),
        }),
        (Some(_), Some(_)) => Err(ContentCode::ElementsDisagree.fault("both Admitted and Refused")),
        (None, None) => Err(ContentCode::ElementMissing.fault("neither Admitted nor Refused")),
    }
}
