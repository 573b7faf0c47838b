//! Complaints about cards: an office makes one, the bureau or an operator decides, and a card that is
//! rightly complained of is made anew at the cost of whoever is to pay.

mod decide;
mod lodge;

use anyhow::Context;

use crate::domain::calendar::start_of_day;
use crate::domain::complaint::ComplaintEvent;
use crate::domain::event::EventKind;
use crate::domain::reason::{Owner, Reason};
use crate::flow::progress::tell;
use crate::flow::{Failure, letters};
use crate::store::applications::Application;
use crate::store::complaints::{self, Complaint};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::OrderLine;
use crate::store::{Tx, orders};

pub use decide::{ComplaintVerdict, DecisionRefusal, decide_complaint};
pub(crate) use decide::{decide_in, decided, wake};
pub use lodge::{ComplaintRefusal, NewComplaint, lodge};

/// Writes to the bureau about a complaint, or has an operator decide where it is not the bureau's
/// matter.
async fn tell_bureau<R>(
    tx: &mut Tx,
    complaint: &mut Complaint,
    (line, application): (&OrderLine, &Application),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let code = u16::try_from(complaint.code).unwrap_or_default();
    let is_bureaus = Reason::from_number(code).map(Reason::owner) == Some(Owner::Bureau);
    // The bureau knows a card by its number; it has told none of this one.
    let Some(document_number) = line.document_number.as_deref().filter(|_| is_bureaus) else {
        return ask_operator(tx, complaint, code, note).await;
    };
    let order = orders::find(tx, line.order).await?;
    let order = order.context("a line of an order that does not exist")?;
    let about = letters::NewComplaint {
        line,
        document_number,
        code,
        text: complaint.text.as_deref(),
        noticed_at: start_of_day(complaint.noticed_on),
    };
    let letter = letters::complain(tx, &order, &about, note).await?;
    complaints::set_letter(tx, complaint.id, letter.id.0).await?;
    let (id, event) = (complaint.id.0, ComplaintEvent::LetterWritten);
    complaint.letter = Some(letter.id.0);
    complaint.state = take_step::<history::Complaint>(tx, id, complaint.state, event, note).await?;
    Ok(tell(
        tx,
        application,
        EventKind::ComplaintSent,
        Some(code),
        note,
    )?)
}

async fn ask_operator<R>(
    tx: &mut Tx,
    complaint: &Complaint,
    code: u16,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let hold = NewHold {
        kind: SubjectKind::Complaint,
        subject: complaint.id.0,
        number: &complaint.number,
        code,
        detail: "no matter of the bureau's; decide whether the card is made anew",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
