//! A word on a line that the bureau told by other means: on the telephone, on paper. One person
//! proposes it and says where it is written down, another approves it, and only then it is judged and
//! applied as the bureau's words are. How it relates to words that come later in documents stands in
//! `domain::reconciliation::forced`.

mod weigh_word;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::ApplicationState;
use crate::domain::card::DocumentNumber;
use crate::domain::four_eyes::{ApprovalRefusal, Persons, person};
use crate::domain::id::{ForcedWordId, InboxId};
use crate::domain::operator::Actor;
use crate::domain::order::OrderState;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::{Applied, Judgement, judge, may_be_forced};
use crate::flow::apply_acknowledgement::{carry_applied, facts_of, knowledge_of};
use crate::flow::decide_order;
use crate::flow::progress::note;
use crate::flow::{Failure, order_progress};
use crate::gateway::Gateway;
use crate::store::acknowledgements::{Disposition, Word};
use crate::store::applications::{self, Application};
use crate::store::forced_words::{self, ForcedOutcome, ForcedWord};
use crate::store::history::{self, Note, SubjectKind};
use crate::store::order_lines::{self, Heard, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::{Tx, approvals, outbox};

pub(crate) use weigh_word::weigh_word;

/// What approvals of forced words are kept under.
pub const APPROVAL_OF_WORD: &str = "FORCED_WORD";
/// Characters that say where the bureau's word is written down.
const EVIDENCE_MAX: usize = 500;

/// What is proposed.
#[derive(Clone, Debug)]
pub struct WordProposal {
    /// The order's number.
    pub order: String,
    /// The line's place in it.
    pub line_no: i64,
    /// What happened.
    pub status: LineEvent,
    /// The reason that the bureau gave, by the catalogue.
    pub reason: Option<u16>,
    /// The card's number.
    pub document_number: Option<String>,
    /// The consignment's number.
    pub consignment: Option<String>,
    /// When it happened; without it, now.
    pub occurred_at: Option<DateTime<Utc>>,
    /// By what the bureau told it: call or letter, date, name of the paper; no personal data.
    pub evidence: String,
}

/// Why a word is not proposed, applied or withdrawn.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ForceRefusal {
    /// There is no such order or line.
    #[error("there is no such line")]
    LineUnknown,
    /// There is no such proposal.
    #[error("there is no such proposal")]
    Unknown,
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// Nobody said how the bureau told it.
    #[error("say by what call or letter the bureau told it, in at most 500 characters")]
    EvidenceMissing,
    /// Only the bureau itself says this, by its signature.
    #[error("the word {0} cannot be applied for the bureau")]
    NotForced(LineEvent),
    /// A card that exists has a number, and only such a word names one.
    #[error("a made card needs its document number (1 to 9 of A-Z and 0-9), other words have none")]
    NumberWrong,
    /// A refused line has a reason of the catalogue.
    #[error("a refusal needs the number of a reason of the catalogue")]
    CodeWrong,
    /// It is said to happen later.
    #[error("the word lies in the future")]
    InFuture,
    /// The bureau cannot speak of what it was not sent.
    #[error("the order {number} is {state}; the bureau cannot have spoken of it")]
    NotSent {
        /// The order.
        number: String,
        /// Its state.
        state: OrderState,
    },
    /// The line's life cycle has no such step.
    #[error("{0}")]
    Impossible(String),
    /// Another proposal waits on the line.
    #[error("another proposal waits on this line; approve or withdraw it first")]
    OneWaits,
    /// It was applied, withdrawn, or waited too long.
    #[error("the proposal is {0}")]
    Ended(ForcedOutcome),
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
}

/// Proposes a word in a transaction of its own.
pub async fn propose(
    gateway: &Gateway,
    proposal: &WordProposal,
    (actor, reason): (&Actor, &str),
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let word = propose_in(&mut tx, gateway, proposal, &note).await?;
    tx.commit().await?;
    Ok(word)
}

/// [`propose`] in the caller's transaction.
pub(crate) async fn propose_in(
    tx: &mut Tx,
    gateway: &Gateway,
    proposal: &WordProposal,
    note: &Note<'_>,
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    require_reason(note)?;
    check(proposal, note.at).map_err(Failure::Refused)?;
    let who = person(note.actor);
    let who = who.ok_or(Failure::Refused(ApprovalRefusal::NotAPerson.into()))?;
    let unknown = || Failure::Refused(ForceRefusal::LineUnknown);
    let found = orders::find_by_number(tx, &proposal.order).await?;
    let order = found.ok_or_else(unknown)?;
    let found = order_lines::lock(tx, order.id, proposal.line_no).await?;
    let line = found.ok_or_else(unknown)?;
    require_sent(tx, &order).await?;
    let days = i64::from(gateway.config.delivery.forced_word_days);
    let word = ForcedWord {
        id: ForcedWordId(note.random.uuid(note.at)),
        line: line.id,
        status: proposal.status,
        reason: proposal.reason.map(i64::from),
        document_number: proposal.document_number.clone(),
        consignment: proposal.consignment.clone(),
        occurred_at: proposal.occurred_at.unwrap_or(note.at),
        evidence: proposal.evidence.trim().to_owned(),
        proposed_by: note.actor.to_string(),
        why: note.reason.unwrap_or_default().to_owned(),
        proposed_at: note.at,
        expires_at: note.at + TimeDelta::days(days),
        ended_by: None,
        ended_at: None,
        outcome: None,
        told_state: None,
        standing: false,
    };
    let application = find_application(tx, &line).await?;
    foresee(&line, &application, &word)?;
    end_expired(tx, &line, note).await?;
    if !forced_words::insert(tx, &word).await? {
        return Err(Failure::Refused(ForceRefusal::OneWaits));
    }
    approvals::insert(tx, (word.id.0, APPROVAL_OF_WORD), &who, note).await?;
    tell(tx, &line, "WORD_PROPOSED", note).await?;
    Ok(word)
}

/// Approves a proposal in a transaction of its own, which applies it.
pub async fn approve(
    gateway: &Gateway,
    id: ForcedWordId,
    (actor, reason): (&Actor, &str),
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let word = approve_in(&mut tx, id, &note).await?;
    tx.commit().await?;
    decide_order::wake(gateway);
    Ok(word)
}

/// [`approve`] in the caller's transaction; whoever commits it calls `decide_order::wake`.
pub(crate) async fn approve_in(
    tx: &mut Tx,
    id: ForcedWordId,
    note: &Note<'_>,
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    require_reason(note)?;
    let (word, mut line) = lock(tx, id, note.at).await?;
    let earlier = approvals::list_persons(tx, id.0, APPROVAL_OF_WORD).await?;
    let judged = Persons::Two.judge(&earlier, note.actor);
    judged.map_err(|refusal| Failure::Refused(refusal.into()))?;
    let found = orders::find(tx, line.order).await?;
    let order = found.ok_or(Failure::Refused(ForceRefusal::LineUnknown))?;
    require_sent(tx, &order).await?;
    let mut application = find_application(tx, &line).await?;
    let applied = foresee(&line, &application, &word)?;
    let who = person(note.actor).unwrap_or_default();
    approvals::insert(tx, (id.0, APPROVAL_OF_WORD), &who, note).await?;
    let by = note.actor.to_string();
    forced_words::end(tx, id, ForcedOutcome::Applied, &by, note.at).await?;
    forced_words::set_told(tx, id, line.state, true).await?;
    order_lines::set_forced(tx, line.id, true).await?;
    apply(tx, &applied, &word, (&mut line, &mut application), note).await?;
    order_progress::settle(tx, line.order, note).await?;
    read(tx, id).await
}

/// Withdraws a proposal in a transaction of its own.
pub async fn withdraw(
    gateway: &Gateway,
    id: ForcedWordId,
    (actor, reason): (&Actor, &str),
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let word = withdraw_in(&mut tx, id, &note).await?;
    tx.commit().await?;
    Ok(word)
}

/// [`withdraw`] in the caller's transaction.
pub(crate) async fn withdraw_in(
    tx: &mut Tx,
    id: ForcedWordId,
    note: &Note<'_>,
) -> Result<ForcedWord, Failure<ForceRefusal>> {
    require_reason(note)?;
    let (_, line) = lock(tx, id, note.at).await?;
    let by = note.actor.to_string();
    forced_words::end(tx, id, ForcedOutcome::Withdrawn, &by, note.at).await?;
    tell(tx, &line, "WORD_WITHDRAWN", note).await?;
    read(tx, id).await
}

fn check(proposal: &WordProposal, now: DateTime<Utc>) -> Result<(), ForceRefusal> {
    let status = proposal.status;
    let evidence = proposal.evidence.trim();
    if evidence.is_empty() || evidence.chars().count() > EVIDENCE_MAX {
        return Err(ForceRefusal::EvidenceMissing);
    }
    if !may_be_forced(status) {
        return Err(ForceRefusal::NotForced(status));
    }
    let is_made = matches!(status, LineEvent::CardMade | LineEvent::CardRemade);
    let number = proposal.document_number.as_deref();
    if is_made != number.is_some()
        || number.is_some_and(|number| DocumentNumber::parse(number).is_err())
    {
        return Err(ForceRefusal::NumberWrong);
    }
    let is_known = |code: u16| Reason::from_number(code).is_some();
    let needs_code = status == LineEvent::LineRejected;
    if proposal.reason.map_or(needs_code, |code| !is_known(code)) {
        return Err(ForceRefusal::CodeWrong);
    }
    if proposal.occurred_at.is_some_and(|at| at > now) {
        return Err(ForceRefusal::InFuture);
    }
    Ok(())
}

/// The bureau speaks only of what may have reached it, and of no file that it refused.
async fn require_sent(tx: &mut Tx, order: &Order) -> Result<(), Failure<ForceRefusal>> {
    let was_sent = match order.state {
        OrderState::Queued => outbox::may_have_arrived(tx, order.id.0).await?,
        OrderState::Sent
        | OrderState::ReceiptOk
        | OrderState::PartlyAnswered
        | OrderState::AllAnswered
        | OrderState::Settled => true,
        OrderState::Open
        | OrderState::Closed
        | OrderState::Signed
        | OrderState::ReceiptRejected
        | OrderState::Cancelled => false,
    };
    if was_sent {
        return Ok(());
    }
    Err(Failure::Refused(ForceRefusal::NotSent {
        number: order.number.clone(),
        state: order.state,
    }))
}

/// Judges the word as if it were the bureau's next one.
fn foresee(
    line: &OrderLine,
    application: &Application,
    word: &ForcedWord,
) -> Result<Applied, Failure<ForceRefusal>> {
    let mut facts = facts_of(&as_word(word));
    let knowledge = knowledge_of(line, application, None);
    facts.sequence = knowledge.last_sequence.saturating_add(1);
    match judge(Some(&knowledge), &facts) {
        // What no life cycle foresees of the application is no matter for two persons either.
        Judgement::Applies(applied) if fits(&applied, application) => Ok(applied),
        Judgement::Impossible(illegal) => {
            let refusal = ForceRefusal::Impossible(illegal.to_string());
            Err(Failure::Refused(refusal))
        }
        _ => Err(Failure::Refused(ForceRefusal::Impossible(format!(
            "{} does not follow while the application is {}",
            word.status, application.state
        )))),
    }
}

fn fits(applied: &Applied, application: &Application) -> bool {
    use crate::domain::reconciliation::HoldReason;
    application.state == ApplicationState::OnHold
        || applied.hold != Some(HoldReason::ImpossibleStep)
}

async fn apply(
    tx: &mut Tx,
    applied: &Applied,
    word: &ForcedWord,
    (line, application): (&mut OrderLine, &mut Application),
    note: &Note<'_>,
) -> Result<(), Failure<ForceRefusal>> {
    let both = format!(
        "{} (told by other means: {}; proposed by {})",
        note.reason.unwrap_or_default(),
        word.evidence,
        word.proposed_by
    );
    let note = Note {
        reason: Some(&both),
        ..note.clone()
    };
    tell(tx, line, "WORD_FORCED", &note).await?;
    let remakes = i64::from(applied.remakes);
    let heard = Heard {
        sequence: line.last_sequence,
        remakes,
        reason: word.reason,
        document_number: word.document_number.as_deref(),
    };
    order_lines::set_told(tx, line.id, &heard).await?;
    line.remakes = remakes;
    carry_applied(tx, applied, &as_word(word), (line, application), &note).await
}

/// The word in the shape of those that stand in documents. It stands in none and is not kept there.
fn as_word(word: &ForcedWord) -> Word {
    Word {
        id: word.id.0,
        line: word.line,
        inbox: InboxId(uuid::Uuid::nil()),
        sequence: 0,
        hash: Vec::new(),
        status: word.status,
        reason: word.reason,
        document_number: word.document_number.clone(),
        consignment: word.consignment.clone(),
        occurred_at: word.occurred_at,
        disposition: Disposition::Applied,
    }
}

/// Finds a proposal that waits, and locks its line: of two who decide, the second sees what the
/// first has done.
async fn lock(
    tx: &mut Tx,
    id: ForcedWordId,
    now: DateTime<Utc>,
) -> Result<(ForcedWord, OrderLine), Failure<ForceRefusal>> {
    let line = read(tx, id).await?.line;
    let found = order_lines::lock_by_id(tx, line).await?;
    let line = found.ok_or(Failure::Refused(ForceRefusal::LineUnknown))?;
    let word = read(tx, id).await?;
    match word.outcome {
        Some(outcome) => Err(Failure::Refused(ForceRefusal::Ended(outcome))),
        None if word.expires_at <= now => {
            let expired = ForcedOutcome::Expired;
            Err(Failure::Refused(ForceRefusal::Ended(expired)))
        }
        None => Ok((word, line)),
    }
}

/// Ends the proposals on a line for which nobody came in time.
async fn end_expired(
    tx: &mut Tx,
    line: &OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<ForceRefusal>> {
    for word in forced_words::list_of_line(tx, line.id).await? {
        if word.outcome.is_none() && word.expires_at <= note.at {
            let by = Actor::Gateway("expiry").to_string();
            forced_words::end(tx, word.id, ForcedOutcome::Expired, &by, note.at).await?;
        }
    }
    Ok(())
}

async fn read(tx: &mut Tx, id: ForcedWordId) -> Result<ForcedWord, Failure<ForceRefusal>> {
    let found = forced_words::find(tx, id).await?;
    found.ok_or(Failure::Refused(ForceRefusal::Unknown))
}

async fn find_application(
    tx: &mut Tx,
    line: &OrderLine,
) -> Result<Application, Failure<ForceRefusal>> {
    let found = applications::find(tx, line.application).await?;
    found.ok_or(Failure::Refused(ForceRefusal::LineUnknown))
}

/// Writes into the line's history what happened beside its steps.
async fn tell(
    tx: &mut Tx,
    line: &OrderLine,
    event: &str,
    note: &Note<'_>,
) -> Result<(), Failure<ForceRefusal>> {
    let state = line.state.as_str();
    let words = [state, event, state];
    history::record(tx, SubjectKind::OrderLine, line.id.0, words, note).await?;
    Ok(())
}

fn require_reason(note: &Note<'_>) -> Result<(), Failure<ForceRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(ForceRefusal::ReasonMissing));
    }
    Ok(())
}
