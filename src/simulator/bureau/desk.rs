//! The desk where orders arrive: verified strictly, from the wire alone, and answered; and from
//! where acknowledgements leave.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use openssl::x509::X509;
use uuid::Uuid;

use crate::bureau::ORDER_NAMESPACE;
use crate::bureau::acknowledgement::Entry;
use crate::bureau::encrypted_order::is_header_of;
use crate::bureau::inquiry_answer::Held;
use crate::bureau::message::Message;
use crate::bureau::order::{ReadOrder, read_order};
use crate::bureau::refusal::ReadError;
use crate::bureau::writer::DocumentError;
use crate::domain::acknowledgement::LineEvent;
use crate::random::Random;
use crate::simulator::bureau::archive::Archive;
use crate::simulator::bureau::correspondence::Correspondence;
use crate::simulator::bureau::envelope;
use crate::simulator::bureau::floor::{Floor, Said};
use crate::simulator::bureau::ledger::BureauLedger;
use crate::simulator::bureau::letter::{Letter, LetterKind, letters_for};
use crate::simulator::bureau::misbehaviour::{Misbehaviour, Plan};
use crate::simulator::bureau::papers::{Papers, Received, outcome_of};
use crate::simulator::bureau::settings::ComplaintRule;
use crate::simulator::mailbox::Mailbox;
use crate::simulator::pass::earliest;
use crate::xmldsig::trust::TrustPolicy;

/// Words in one acknowledgement at most.
const ENTRIES_MAX: usize = 500;
/// `SCHEMA_INVALID`, by the catalogue of reasons.
const NOT_AS_IT_SHOULD_BE: u16 = 104;
/// `DUPLICATE_MESSAGE`.
const SEEN_BEFORE: u16 = 105;
/// `TEST_FLAG_MISMATCH`.
const OTHER_ENVIRONMENT: u16 = 109;
/// `SENDER_NOT_AUTHORISED`: the order is for another bureau.
const NOT_FOR_US: u16 = 110;

/// Whose signatures on orders count.
pub(super) struct OrderTrust {
    pub(super) anchors: Vec<X509>,
    pub(super) signer_spki_sha256: [u8; 32],
    pub(super) decryption: Option<PKey<Private>>,
}

/// How an order is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// With this status and document.
    Document(u16, Bytes),
    /// With 409 alone.
    Conflict,
    /// With the first half of this document, and then the connection is cut.
    Cut(Bytes),
    /// With 202 alone.
    Accepted,
    /// With 500.
    ServerError,
    /// Not at all, for as long as the sender is likely to wait.
    Nothing,
}

/// An order number that was answered with a receipt.
struct Filed {
    sha256: [u8; 32],
    receipt: Bytes,
    standing: Standing,
    /// What an inquiry is told.
    held: Held,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Standing {
    /// Its cards are made.
    Taken,
    /// It was refused for what it is.
    Refused,
    /// It was refused for no reason, and is taken when it comes again.
    RefusedWrongly,
}

/// Everything that the bureau knows.
pub(super) struct Desk {
    pub(super) papers: Papers,
    pub(super) trust: OrderTrust,
    pub(super) plan: Plan,
    pub(super) random: Random,
    pub(super) floor: Floor,
    pub(super) mailbox: Mailbox<Letter>,
    pub(super) ledger: BureauLedger,
    pub(super) archive: Archive,
    pub(super) correspondence: Correspondence,
    pub(super) complaints: ComplaintRule,
    /// The main reason that a wrong refusal names.
    pub(super) wrong_reason: u16,
    telling: Telling,
    filed: HashMap<String, Filed>,
    message_ids: HashSet<Uuid>,
    /// Orders that have been answered once, rightly or not: no order is answered badly twice.
    met: HashSet<String>,
    /// Orders and letters whose arrival may not be cut any more.
    cut: HashSet<String>,
    documents: u64,
}

/// What a desk is furnished with.
pub(super) struct Furniture {
    pub(super) papers: Papers,
    pub(super) trust: OrderTrust,
    pub(super) plan: Plan,
    pub(super) random: Random,
    pub(super) floor: Floor,
    pub(super) archive: Archive,
    pub(super) complaints: ComplaintRule,
    pub(super) telling: Telling,
}

/// What is told in documents of its own instead of acknowledgements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    pub(super) shipment_notices: bool,
    pub(super) erasure_confirmations: bool,
}

impl Desk {
    pub(super) fn new(furniture: Furniture) -> Self {
        let Furniture {
            papers,
            trust,
            plan,
            random,
            floor,
            archive,
            complaints,
            telling,
        } = furniture;
        Self {
            papers,
            trust,
            plan,
            random,
            floor,
            archive,
            complaints,
            wrong_reason: NOT_AS_IT_SHOULD_BE,
            telling,
            correspondence: Correspondence::default(),
            mailbox: Mailbox::default(),
            ledger: BureauLedger::default(),
            filed: HashMap::new(),
            message_ids: HashSet::new(),
            met: HashSet::new(),
            cut: HashSet::new(),
            documents: 0,
        }
    }

    /// Answers an order that was put under `number`.
    pub(super) fn receive(
        &mut self,
        number: &str,
        document: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Answer, DocumentError> {
        let digest = sha256(document);
        if let Some(answer) = self.answer_again(number, digest, now)? {
            return Ok(answer);
        }
        let misbehaviour = if self.met.insert(number.to_owned()) {
            self.plan.draw(Misbehaviour::ANSWERS, &self.random)
        } else {
            None
        };
        if misbehaviour == Some(Misbehaviour::Answer500) {
            self.note(Misbehaviour::Answer500);
            return Ok(Answer::ServerError);
        }
        let verified = self.verify(number, document, now);
        let header = verified.as_ref().ok().map(|order| order.header.clone());
        let received = Received {
            number,
            sha256: digest,
            header: header.as_ref(),
        };
        match verified {
            Err((code, text)) => {
                let receipt = self.papers.receipt(&received, Some((code, &text)), now)?;
                *self.ledger.refused_orders.entry(code).or_default() += 1;
                self.file(&received, Standing::Refused, None, &receipt);
                Ok(Answer::Document(200, receipt))
            }
            Ok(_) if misbehaviour == Some(Misbehaviour::RefuseOrder) => {
                self.note(Misbehaviour::RefuseOrder);
                let fault = Some((self.wrong_reason, "we could not read the order"));
                let receipt = self.papers.receipt(&received, fault, now)?;
                self.file(&received, Standing::RefusedWrongly, fault, &receipt);
                Ok(Answer::Document(200, receipt))
            }
            Ok(order) => {
                let receipt = self.papers.receipt(&received, None, now)?;
                self.archive.keep_order(number, document);
                self.message_ids.insert(order.header.message_id);
                self.floor.take(&order, now, &mut self.ledger);
                self.file(&received, Standing::Taken, None, &receipt);
                Ok(self.hand_out(receipt, misbehaviour, now))
            }
        }
    }

    /// Writes what is due to be said, and puts it into the mailbox as the plan has it.
    pub(super) fn speak(&mut self, now: DateTime<Utc>) -> Result<(), DocumentError> {
        for mut said in self.floor.speak(now, &mut self.ledger) {
            self.tell_apart(&mut said, now)?;
            if !said.shipments.is_empty() {
                self.write(said, now)?;
                continue;
            }
            for entries in said.entries.chunks(ENTRIES_MAX) {
                let part = Said {
                    entries: entries.to_vec(),
                    shipments: Vec::new(),
                };
                self.write(part, now)?;
            }
        }
        Ok(())
    }

    /// Tells in documents of their own what is told so.
    fn tell_apart(&mut self, said: &mut Said, now: DateTime<Utc>) -> Result<(), DocumentError> {
        if self.telling.shipment_notices && !said.shipments.is_empty() {
            let shipments = std::mem::take(&mut said.shipments);
            let notice = self.papers.notice(shipments, now);
            self.post_notice(&notice.into(), now)?;
        }
        if self.telling.erasure_confirmations {
            let is_erasure = |entry: &mut Entry| entry.status == LineEvent::BiometricsErased;
            let erased: Vec<_> = said.entries.extract_if(.., is_erasure).collect();
            for erased in erased.chunks(ENTRIES_MAX) {
                let confirmation = self.papers.confirmation(erased, now);
                self.post_notice(&confirmation.into(), now)?;
            }
        }
        Ok(())
    }

    fn post_notice(&mut self, notice: &Message, now: DateTime<Utc>) -> Result<(), DocumentError> {
        self.documents += 1;
        let name = format!("{:06}-{}", self.documents, notice.message_id());
        let bytes = self.papers.seal(notice, now)?;
        let kind = LetterKind::Notice(name);
        // After the words on the same lines.
        let at = now + TimeDelta::seconds(1);
        self.mailbox.put(at, Letter { kind, bytes });
        Ok(())
    }

    /// When something is to be said or posted.
    pub(super) fn next_at(&self) -> Option<DateTime<Utc>> {
        earliest(self.floor.next_at(), self.mailbox.next_at())
    }

    /// Counts a misbehaviour.
    pub(super) fn note(&mut self, misbehaviour: Misbehaviour) {
        *self.ledger.misbehaved.entry(misbehaviour).or_default() += 1;
    }

    /// The answer to an order number that was met before: the same to the same bytes, and a
    /// negative receipt to others, for an order never changes.
    pub(super) fn answer_again(
        &mut self,
        number: &str,
        digest: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, DocumentError> {
        let Some(filed) = self.filed.get(number) else {
            return Ok(None);
        };
        if filed.sha256 == digest {
            if filed.standing == Standing::RefusedWrongly {
                return Ok(None);
            }
            self.ledger.repeated_orders += 1;
            return Ok(Some(Answer::Document(200, filed.receipt.clone())));
        }
        self.ledger.conflicting_orders += 1;
        let received = Received {
            number,
            sha256: digest,
            header: None,
        };
        let fault = Some((SEEN_BEFORE, "we hold other bytes under this number"));
        let receipt = self.papers.receipt(&received, fault, now)?;
        Ok(Some(Answer::Document(409, receipt)))
    }

    /// Reads an order as one who trusts nobody: signature, signer, schema, totals; then what the
    /// address and this bureau demand. A refusal has the number of its reason.
    fn verify(
        &self,
        number: &str,
        document: &[u8],
        now: DateTime<Utc>,
    ) -> Result<ReadOrder, (u16, String)> {
        let mut policy = TrustPolicy::new(self.trust.anchors.clone(), ORDER_NAMESPACE, now);
        policy.allowed_spki_sha256 = Some(vec![self.trust.signer_spki_sha256]);
        let (document, in_the_open) = envelope::open(document, self.trust.decryption.as_ref())?;
        let order = read_order(&*document, &policy).map_err(|error| match error {
            ReadError::Refused(refusal) => (refusal.reason, refusal.to_string()),
            ReadError::Source(error) => (NOT_AS_IT_SHOULD_BE, error.to_string()),
        })?;
        let header = &order.header;
        let fault = if in_the_open.is_some_and(|open| !is_header_of(&open, header)) {
            (
                NOT_AS_IT_SHOULD_BE,
                "the header in the open is of another order",
            )
        } else if header.number != number {
            (NOT_AS_IT_SHOULD_BE, "the order has another number")
        } else if header.bureau != self.papers.bureau {
            (NOT_FOR_US, "the order is for another bureau")
        } else if header.test != self.papers.test {
            (OTHER_ENVIRONMENT, "the order is of the other environment")
        } else if self.message_ids.contains(&header.message_id) {
            (SEEN_BEFORE, "another order has this message identifier")
        } else {
            return Ok(order);
        };
        Err((fault.0, fault.1.to_owned()))
    }

    /// What it holds under the number of an order. A file that it could not read it does not hold.
    pub(super) fn held(&self, number: &str) -> Held {
        self.filed
            .get(number)
            .map_or(Held::Unknown, |filed| filed.held.clone())
    }

    /// Whether the connection is cut while something arrives, once for each `name`.
    pub(super) fn cuts_body(&mut self, name: &str) -> bool {
        let never = |one| self.plan.per_mille.get(one).is_none_or(|rate| *rate == 0);
        if Misbehaviour::ARRIVALS.iter().all(never) || !self.cut.insert(name.to_owned()) {
            return false;
        }
        let drawn = self.plan.draw(Misbehaviour::ARRIVALS, &self.random);
        drawn.inspect(|one| self.note(*one)).is_some()
    }

    fn file(
        &mut self,
        order: &Received<'_>,
        standing: Standing,
        fault: Option<(u16, &str)>,
        receipt: &Bytes,
    ) {
        self.archive.keep_receipt(order.number, receipt);
        let held = order.header.map_or(Held::Unknown, |header| Held::Known {
            sha256: order.sha256,
            message_id: header.message_id,
            line_count: header.line_count,
            outcome: outcome_of(fault),
        });
        let filed = Filed {
            sha256: order.sha256,
            receipt: receipt.clone(),
            standing,
            held,
        };
        self.filed.insert(order.number.to_owned(), filed);
    }

    /// Answers an order that was taken, as the plan has it.
    fn hand_out(
        &mut self,
        receipt: Bytes,
        misbehaviour: Option<Misbehaviour>,
        now: DateTime<Utc>,
    ) -> Answer {
        let Some(misbehaviour) = misbehaviour else {
            return Answer::Document(200, receipt);
        };
        self.note(misbehaviour);
        match misbehaviour {
            Misbehaviour::TimeOut => Answer::Nothing,
            Misbehaviour::AcceptThen500 => Answer::ServerError,
            Misbehaviour::CutAnswer => Answer::Cut(receipt),
            Misbehaviour::LateReceipt => {
                let letter = Letter {
                    kind: LetterKind::Answer,
                    bytes: receipt,
                };
                self.mailbox.put(now + TimeDelta::minutes(40), letter);
                Answer::Accepted
            }
            _ => Answer::Accepted,
        }
    }

    /// Signs one acknowledgement and lets it leave, honestly or not.
    fn write(&mut self, said: Said, now: DateTime<Utc>) -> Result<(), DocumentError> {
        let document = self.papers.acknowledgement(said, now);
        self.documents += 1;
        let name = format!("{:06}-{}", self.documents, document.message_id);
        let misbehaviour = self.plan.draw(Misbehaviour::DOCUMENTS, &self.random);
        misbehaviour.inspect(|one| self.note(*one));
        let letters = letters_for(&self.papers, &document, name, misbehaviour)?;
        for (at, letter) in letters {
            self.mailbox.put(at, letter);
        }
        Ok(())
    }
}
