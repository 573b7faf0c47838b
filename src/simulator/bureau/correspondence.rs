//! Letters of the gateway: verified as strictly as orders, answered once, and answered again in
//! the same bytes when they come again.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::sha::sha256;
use uuid::Uuid;

use crate::bureau::TECHNICAL_ERROR_NAMESPACE;
use crate::bureau::cancel_request::CancelRequest;
use crate::bureau::complaint::Complaint;
use crate::bureau::complaint_decision::ComplaintOutcome;
use crate::bureau::inquiry::Inquiry;
use crate::bureau::inquiry_answer::Held;
use crate::bureau::letter::{LETTER_NAMESPACES, Letter, read_letter};
use crate::bureau::message::Message;
use crate::bureau::refusal::ReadError;
use crate::bureau::writer::DocumentError;
use crate::simulator::bureau::desk::{Answer, Desk};
use crate::simulator::bureau::forge;
use crate::simulator::bureau::letter::{Letter as Outgoing, LetterKind, SOON};
use crate::simulator::bureau::misbehaviour::Misbehaviour;
use crate::simulator::bureau::settings::ComplaintRule;
use crate::xmldsig::trust::TrustPolicy;

/// `SCHEMA_INVALID`, by the catalogue of reasons.
const NOT_AS_IT_SHOULD_BE: u16 = 104;
/// `UNKNOWN_ORDER_OR_LINE`.
const NOT_KNOWN: u16 = 108;
/// `TEST_FLAG_MISMATCH`.
const OTHER_ENVIRONMENT: u16 = 109;
/// `SENDER_NOT_AUTHORISED`: the letter is for another bureau.
const NOT_FOR_US: u16 = 110;
/// `MESSAGE_REPLAYED_DIFFERENTLY`.
const OTHER_BYTES: u16 = 111;
/// How much later an answer is posted that was not given at once.
const LATE: TimeDelta = TimeDelta::minutes(40);
/// An error begins with its namespace, within so many bytes.
const BEGINNING: usize = 512;

/// Why a letter cannot be used: the number of the reason, and words.
type Fault = (u16, String);

/// The letters that were answered.
#[derive(Default)]
pub(super) struct Correspondence {
    /// Those that were used, by their identifier.
    filed: HashMap<Uuid, FiledLetter>,
    /// The errors told about those that were not, by the SHA-256 of their bytes.
    refused: HashMap<[u8; 32], Bytes>,
}

struct FiledLetter {
    sha256: [u8; 32],
    /// `None` for what is never answered.
    answer: Option<Bytes>,
}

impl Desk {
    /// Answers a letter that was put under `message_id`.
    pub(super) fn receive_letter(
        &mut self,
        message_id: Uuid,
        document: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Answer, DocumentError> {
        if let Some(answer) = self.answer_letter_again(message_id, document, now)? {
            return Ok(answer);
        }
        let letter = match self.verify_letter(message_id, document, now) {
            Ok(letter) => letter,
            Err(fault) => return self.refuse_letter(document, None, &fault, now),
        };
        // What was due before the letter came was said before it.
        self.speak(now)?;
        let answer = match &letter {
            Letter::Inquiry(inquiry) => Ok(Some(self.answer_inquiry(inquiry, now))),
            Letter::CancelRequest(request) => self.answer_cancel(request, now).map(Some),
            Letter::Complaint(complaint) => self.decide_complaint(complaint, now).map(Some),
            Letter::TechnicalError(error) => {
                self.ledger.errors_told.push(error.code);
                Ok(None)
            }
        };
        match answer {
            Err(fault) => self.refuse_letter(document, Some(message_id), &fault, now),
            Ok(answer) => {
                *self.ledger.letters.entry(letter.kind()).or_default() += 1;
                self.archive.keep_letter(&message_id.to_string(), document);
                let sealed = answer.as_ref().map(|one| self.papers.seal(one, now));
                let sealed = sealed.transpose()?;
                let filed = FiledLetter {
                    sha256: sha256(document),
                    answer: sealed.clone(),
                };
                self.correspondence.filed.insert(message_id, filed);
                match answer.zip(sealed) {
                    Some((answer, sealed)) => self.hand_out_answer(&answer, sealed, now),
                    None => Ok(Answer::Accepted),
                }
            }
        }
    }

    /// The answer to a letter that was met before: the same to the same bytes, and an error to
    /// others.
    fn answer_letter_again(
        &mut self,
        message_id: Uuid,
        document: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, DocumentError> {
        let digest = sha256(document);
        if let Some(error) = self.correspondence.refused.get(&digest) {
            return Ok(Some(Answer::Document(200, error.clone())));
        }
        let Some(filed) = self.correspondence.filed.get(&message_id) else {
            return Ok(None);
        };
        if filed.sha256 == digest {
            self.ledger.repeated_letters += 1;
            let answer = filed.answer.clone();
            return Ok(Some(
                answer.map_or(Answer::Accepted, |answer| Answer::Document(200, answer)),
            ));
        }
        self.ledger.conflicting_letters += 1;
        if is_like_error(document) {
            return Ok(Some(Answer::Conflict));
        }
        let fault = (OTHER_BYTES, "we hold other bytes under this identifier");
        let error = self
            .papers
            .technical_error(document, Some(message_id), fault, now);
        let error = self.papers.seal(&Message::TechnicalError(error), now)?;
        Ok(Some(Answer::Document(409, error)))
    }

    /// Reads a letter as one who trusts nobody.
    fn verify_letter(
        &self,
        message_id: Uuid,
        document: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Letter, Fault> {
        let [first, others @ ..] = LETTER_NAMESPACES;
        let mut policy = TrustPolicy::new(self.trust.anchors.clone(), first, now);
        policy.allowed_namespaces.extend(others.map(str::to_owned));
        policy.allowed_spki_sha256 = Some(vec![self.trust.signer_spki_sha256]);
        let (letter, _) = read_letter(document, &policy).map_err(|error| match error {
            ReadError::Refused(refusal) => (refusal.reason, refusal.to_string()),
            ReadError::Source(error) => (NOT_AS_IT_SHOULD_BE, error.to_string()),
        })?;
        let (code, text) = if letter.message_id() != message_id {
            (NOT_AS_IT_SHOULD_BE, "the letter has another identifier")
        } else if letter.bureau() != self.papers.bureau {
            (NOT_FOR_US, "the letter is for another bureau")
        } else if letter.is_test() != self.papers.test {
            (OTHER_ENVIRONMENT, "the letter is of the other environment")
        } else {
            return Ok(letter);
        };
        Err((code, text.to_owned()))
    }

    /// Tells an error about a letter, unless the letter is one.
    fn refuse_letter(
        &mut self,
        document: &[u8],
        message_id: Option<Uuid>,
        (code, text): &Fault,
        now: DateTime<Utc>,
    ) -> Result<Answer, DocumentError> {
        *self.ledger.refused_letters.entry(*code).or_default() += 1;
        if is_like_error(document) {
            return Ok(Answer::Accepted);
        }
        let error = self
            .papers
            .technical_error(document, message_id, (*code, text), now);
        let error = self.papers.seal(&Message::TechnicalError(error), now)?;
        let digest = sha256(document);
        self.correspondence.refused.insert(digest, error.clone());
        Ok(Answer::Document(200, error))
    }

    fn answer_inquiry(&self, inquiry: &Inquiry, now: DateTime<Utc>) -> Message {
        let held = self.held(&inquiry.order_number);
        let entries = match held {
            Held::Unknown => Vec::new(),
            Held::Known { .. } => self.floor.words_on(&inquiry.order_number),
        };
        self.papers
            .inquiry_answer(inquiry, held, entries, now)
            .into()
    }

    fn answer_cancel(
        &mut self,
        request: &CancelRequest,
        now: DateTime<Utc>,
    ) -> Result<Message, Fault> {
        let number = &request.order_number;
        match self.held(number) {
            Held::Known { sha256, .. } if sha256 == request.order_sha256 => (),
            _ => return Err((NOT_KNOWN, "we do not hold this order".to_owned())),
        }
        // Nothing is cancelled by a letter that is wrong in one of its lines.
        let known = request.lines.iter().all(|line| {
            self.floor
                .has_line(number, line.line_no, &line.application_number)
        });
        if !known {
            return Err((NOT_KNOWN, "the order has no such line".to_owned()));
        }
        let (floor, ledger) = (&mut self.floor, &mut self.ledger);
        let entries = request
            .lines
            .iter()
            .filter_map(|line| floor.cancel(number, line.line_no, line.reason, now, ledger));
        let entries = entries.collect();
        Ok(self.papers.cancel_answer(request, entries, now).into())
    }

    fn decide_complaint(
        &mut self,
        complaint: &Complaint,
        now: DateTime<Utc>,
    ) -> Result<Message, Fault> {
        let (number, line_no) = (&complaint.order_number, complaint.line_no);
        let application = &complaint.application_number;
        let is_ours = self.floor.has_line(number, line_no, application)
            && self
                .floor
                .has_shipped(number, line_no, &complaint.document_number);
        if !is_ours {
            return Err((NOT_KNOWN, "we shipped no such card".to_owned()));
        }
        let outcome = match self.complaints {
            ComplaintRule::Admit(payer) => {
                self.floor.let_order_again(application);
                ComplaintOutcome::Admitted { payer }
            }
            ComplaintRule::Refuse(reason) => ComplaintOutcome::Refused {
                reason,
                text: "the card is as it should be".to_owned(),
            },
        };
        Ok(self.papers.decision(complaint, outcome, now).into())
    }

    /// Answers a letter that was used, as the plan has it.
    fn hand_out_answer(
        &mut self,
        answer: &Message,
        sealed: Bytes,
        now: DateTime<Utc>,
    ) -> Result<Answer, DocumentError> {
        let drawn = self.plan.draw(Misbehaviour::LETTERS, &self.random);
        let Some(misbehaviour) = drawn else {
            return Ok(Answer::Document(200, sealed));
        };
        let wrong = match misbehaviour {
            Misbehaviour::AnswerForOther => self.papers.for_other(answer, now),
            Misbehaviour::ContradictingAnswer => self.papers.contradicting_answer(answer, now),
            _ => None,
        };
        let wrong = match wrong {
            Some(wrong) => Some(self.papers.seal(&wrong, now)?),
            None if misbehaviour == Misbehaviour::MiscountedAnswer => {
                forge::miscounted(&sealed, &self.papers.seal, now)?
            }
            None => None,
        };
        let (given, later) = match (misbehaviour, wrong) {
            (Misbehaviour::LateAnswer, _) => {
                let kind = LetterKind::Answer;
                (Answer::Accepted, Some((LATE, kind, sealed)))
            }
            (Misbehaviour::NoAnswer, _) => (Answer::Accepted, None),
            (Misbehaviour::AcceptThen500, _) => (Answer::ServerError, None),
            (Misbehaviour::CutAnswer, _) => (Answer::Cut(sealed), None),
            (Misbehaviour::ContradictingAnswer, Some(wrong)) => {
                let given = Answer::Document(200, sealed);
                (given, Some((SOON, LetterKind::Stray, wrong)))
            }
            (_, Some(wrong)) => {
                let given = Answer::Document(200, wrong);
                (given, Some((SOON, LetterKind::Answer, sealed)))
            }
            // This answer has nothing that could be said wrongly in this way.
            (_, None) => return Ok(Answer::Document(200, sealed)),
        };
        self.note(misbehaviour);
        if let Some((wait, kind, bytes)) = later {
            self.mailbox.put(now + wait, Outgoing { kind, bytes });
        }
        Ok(given)
    }
}

/// Whether a document gives itself out for an error, believable or not: it is never answered with
/// one.
fn is_like_error(document: &[u8]) -> bool {
    let beginning = document.get(..BEGINNING).unwrap_or(document);
    let (family, _) = TECHNICAL_ERROR_NAMESPACE
        .rsplit_once(':')
        .unwrap_or_default();
    String::from_utf8_lossy(beginning).contains(family)
}
