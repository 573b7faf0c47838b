//! Finds everything that proves an order or a card, and records who took it and why.

use anyhow::Context;
use uuid::Uuid;

use crate::domain::hex::hex;
use crate::domain::id::{InboxId, OrderLineId};
use crate::flow::Failure;
use crate::flow::evidence::{
    CardFacts, DeliveryRow, Document, DocumentRow, Evidence, EvidenceRefusal, EvidenceRequest,
    Facts, HistoryRow, OrderBytes, OrderFacts, WordRow,
};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::acknowledgements;
use crate::store::history::{self, SubjectKind};
use crate::store::order_lines::{self, OrderLine};
use crate::store::order_originals::{self, Original};
use crate::store::orders::{self, Order};
use crate::store::{Tx, applications, cards, inbox, order_evidence, sealed};

/// Steps of one subject that are told.
const STEPS_MAX: i64 = 1_000;

/// Takes evidence of an order, or of one card of it. Whoever takes the signed order out takes
/// personal data out, and that stands in the history as such.
pub async fn take_evidence(
    gateway: &Gateway,
    request: &EvidenceRequest<'_>,
) -> Result<Evidence, Failure<EvidenceRefusal>> {
    let reason = request.reason.trim();
    if reason.is_empty() {
        return Err(Failure::Refused(EvidenceRefusal::ReasonMissing));
    }
    let mut tx = gateway.store.begin().await?;
    let subject = find_subject(&mut tx, request.number).await?;
    let order_bytes = find_bytes(&mut tx, &subject.order, request.with_order).await?;
    let event = match order_bytes {
        OrderBytes::Kept(..) => "BYTES_DISCLOSED",
        OrderBytes::Erased | OrderBytes::NotWanted => "EVIDENCE_TAKEN",
    };
    let note = note(gateway, request.actor, Some(reason));
    let (order, state) = (&subject.order, subject.order.state.as_str());
    let words = [state, event, state];
    history::record(&mut tx, SubjectKind::Order, order.id.0, words, &note).await?;
    tx.commit().await?;

    let mut tx = gateway.store.read().await?;
    let lines = subject.lines(&mut tx).await?;
    let original = order_originals::find(&mut tx, order.id).await?;
    let documents = find_documents(&mut tx, order, &lines).await?;
    let words = find_words(&mut tx, &lines, &documents).await?;
    Ok(Evidence {
        facts: subject.facts(request.number, gateway, &lines, original),
        signature: order_evidence::find_signature(&mut tx, order.id).await?,
        order_bytes,
        words,
        history: find_history(&mut tx, order, &lines).await?,
        deliveries: find_deliveries(&mut tx, order).await?,
        documents: documents
            .into_iter()
            .map(|(_, document)| document)
            .collect(),
    })
}

/// What the evidence is about: an order, or one line of it.
struct Subject {
    order: Order,
    line: Option<OrderLine>,
}

/// A line, and the number of its application.
struct Line {
    line: OrderLine,
    application: String,
}

async fn find_subject(tx: &mut Tx, number: &str) -> Result<Subject, Failure<EvidenceRefusal>> {
    let named = |number: &str| number.to_owned();
    let (order, line) = if let Some(order) = orders::find_by_number(tx, number).await? {
        (order, None)
    } else {
        let line = find_line(tx, number).await?;
        let order = orders::find(tx, line.order).await?;
        (order.context("a line's order does not exist")?, Some(line))
    };
    if order.signed_at.is_none() {
        let number = named(&order.number);
        return Err(Failure::Refused(EvidenceRefusal::NotSigned { number }));
    }
    Ok(Subject { order, line })
}

/// The line of a card, or the newest one of an application.
async fn find_line(tx: &mut Tx, number: &str) -> Result<OrderLine, Failure<EvidenceRefusal>> {
    let number = number.to_owned();
    if let Some(application) = applications::find_by_number(tx, &number).await? {
        let mut lines = order_lines::list_of_application(tx, application.id).await?;
        let never = || Failure::Refused(EvidenceRefusal::NeverOrdered { number });
        return lines.pop().ok_or_else(never);
    }
    let place = match cards::find(tx, &number).await? {
        Some(card) => order_evidence::find_place(tx, card.line).await?,
        None => None,
    };
    let unknown = || Failure::Refused(EvidenceRefusal::Unknown { number });
    let (order, line_no) = place.ok_or_else(unknown)?;
    let mut found = order_lines::list(tx, order, line_no - 1, 1).await?;
    Ok(found.pop().context("a card's line does not exist")?)
}

async fn find_bytes(
    tx: &mut Tx,
    order: &Order,
    is_wanted: bool,
) -> Result<OrderBytes, Failure<EvidenceRefusal>> {
    if !is_wanted {
        return Ok(OrderBytes::NotWanted);
    }
    let original = order_originals::find(tx, order.id).await?;
    let Some(id) = original.map(|original| original.sealed).or(order.sealed) else {
        return Ok(OrderBytes::Erased);
    };
    let key = sealed::find_key(tx, id).await?;
    Ok(key.map_or(OrderBytes::Erased, |key| OrderBytes::Kept(id, key)))
}

impl Subject {
    /// The line that was asked for, or all of the order.
    async fn lines(&self, tx: &mut Tx) -> Result<Vec<Line>, Failure<EvidenceRefusal>> {
        let mut numbers =
            order_lines::list_application_numbers(tx, self.order.id, i64::MAX).await?;
        let lines = match &self.line {
            Some(line) => vec![line.clone()],
            None => order_lines::list(tx, self.order.id, 0, i64::MAX).await?,
        };
        let with_number = |line: OrderLine| Line {
            application: numbers.remove(&line.line_no).unwrap_or_default(),
            line,
        };
        Ok(lines.into_iter().map(with_number).collect())
    }

    fn facts(
        &self,
        number: &str,
        gateway: &Gateway,
        lines: &[Line],
        original: Option<Original>,
    ) -> Facts {
        let order = &self.order;
        let sent_sha256 = hex(order.sha256.as_deref().unwrap_or_default());
        let signed_sha256 = original.map(|original| hex(&original.sha256));
        let card = self.line.as_ref().and(lines.first());
        Facts {
            asked_for: number.to_owned(),
            made_at: gateway.clock.now(),
            program: concat!("cei-gateway ", env!("CARGO_PKG_VERSION")),
            order: OrderFacts {
                number: order.number.clone(),
                message_id: order.message_id.to_string(),
                bureau: order.bureau.clone(),
                product: order.product.as_str(),
                test: order.test,
                state: order.state.as_str(),
                line_count: order.line_count,
                is_encrypted: signed_sha256.is_some(),
                sha256: signed_sha256.unwrap_or_else(|| sent_sha256.clone()),
                sent_sha256,
                sent_bytes: order.size_bytes,
                signed_at: order.signed_at,
                sent_at: order.sent_at,
                receipt_at: order.receipt_at,
                resends: order.resends,
            },
            card: card.map(|card| CardFacts {
                line: card.line.line_no,
                application: card.application.clone(),
                attempt: card.line.attempt,
                state: card.line.state.as_str(),
                document_number: card.line.document_number.clone(),
                reason: card.line.reason,
            }),
        }
    }
}

/// The documents that speak of the order as a whole, then those with words on its lines.
async fn find_documents(
    tx: &mut Tx,
    order: &Order,
    lines: &[Line],
) -> Result<Vec<(InboxId, Document)>, Failure<EvidenceRefusal>> {
    let mut ids = order_evidence::list_documents(tx, order.id).await?;
    for line in lines {
        for id in order_evidence::list_documents_of_line(tx, line.line.id).await? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let mut documents = Vec::with_capacity(ids.len());
    for (id, number) in ids.into_iter().zip(1..) {
        documents.push((id, find_document(tx, id, number).await?));
    }
    Ok(documents)
}

async fn find_document(
    tx: &mut Tx,
    id: InboxId,
    number: usize,
) -> Result<Document, Failure<EvidenceRefusal>> {
    let found = inbox::find(tx, id).await?;
    let found = found.context("a document of an order does not exist")?;
    let key = sealed::find_key(tx, found.sealed).await?;
    let file = format!("documents/{number:03}-{}.xml", found.kind);
    let row = DocumentRow {
        file: key.is_some().then_some(file),
        kind: found.kind,
        message_id: found.message_id,
        sha256: hex(&found.sha256),
        received_at: found.received_at,
    };
    let bytes = key.map(|key| (found.sealed, key));
    Ok(Document { row, bytes })
}

async fn find_words(
    tx: &mut Tx,
    lines: &[Line],
    documents: &[(InboxId, Document)],
) -> Result<Vec<WordRow>, Failure<EvidenceRefusal>> {
    let file_of = |wanted: InboxId| {
        let found = documents.iter().find(|(id, _)| *id == wanted);
        found.and_then(|(_, document)| document.row.file.clone())
    };
    let mut words = Vec::new();
    for Line { line, application } in lines {
        for word in acknowledgements::list(tx, line.id).await? {
            words.push(WordRow {
                line: line.line_no,
                application: application.clone(),
                sequence: word.sequence,
                status: word.status.as_str(),
                reason: word.reason,
                document_number: word.document_number,
                consignment: word.consignment,
                occurred_at: word.occurred_at,
                disposition: word.disposition.as_str(),
                document: file_of(word.inbox),
            });
        }
    }
    Ok(words)
}

async fn find_history(
    tx: &mut Tx,
    order: &Order,
    lines: &[Line],
) -> Result<Vec<HistoryRow>, Failure<EvidenceRefusal>> {
    let mut subjects: Vec<(Uuid, String)> = vec![(order.id.0, order.number.clone())];
    for Line { line, application } in lines {
        let OrderLineId(id) = line.id;
        subjects.push((id, format!("{}/{}", order.number, line.line_no)));
        subjects.push((line.application.0, application.clone()));
    }
    let mut rows = Vec::new();
    for (id, number) in subjects {
        for step in history::list(tx, id, STEPS_MAX).await? {
            rows.push(HistoryRow {
                about: step.subject_kind,
                number: number.clone(),
                at: step.at,
                from: step.from_state,
                event: step.event,
                to: step.to_state,
                actor: step.actor,
                note: step.note,
            });
        }
    }
    Ok(rows)
}

async fn find_deliveries(
    tx: &mut Tx,
    order: &Order,
) -> Result<Vec<DeliveryRow>, Failure<EvidenceRefusal>> {
    let attempts = order_evidence::list_attempts(tx, order.id.0).await?;
    let row = |attempt: order_evidence::AttemptRow| DeliveryRow {
        message_id: attempt.message_id.to_string(),
        lane: attempt.lane,
        seq: attempt.seq,
        kind: attempt.kind,
        attempt: attempt.attempt,
        outcome: attempt.outcome,
        status: attempt.status,
        detail: attempt.detail,
        started_at: attempt.started_at,
        ended_at: attempt.ended_at,
    };
    Ok(attempts.into_iter().map(row).collect())
}
