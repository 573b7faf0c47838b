//! Complaints about cards: an office makes one, the bureau or an operator decides, and a card that is
//! rightly complained of is made anew at the cost of whoever is to pay.

mod decide;
mod lodge;

use crate::domain::reason::{Owner, Reason};
use crate::flow::Failure;
use crate::store::Tx;
use crate::store::complaints::Complaint;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::OrderLine;

pub use decide::{ComplaintVerdict, DecisionRefusal, decide_complaint};
pub(crate) use decide::{decide_in, wake};
pub use lodge::{ComplaintRefusal, NewComplaint, lodge};

/// Tells the bureau of a complaint, or an operator where it is not the bureau's matter.
async fn tell_bureau<R>(
    tx: &mut Tx,
    complaint: &mut Complaint,
    _line: &OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let code = u16::try_from(complaint.code).unwrap_or_default();
    let owner = Reason::from_number(code).map(Reason::owner);
    let detail = match owner {
        Some(Owner::Bureau) => "the bureau is to be asked; decide when it has answered",
        _ => "no matter of the bureau's; decide whether the card is made anew",
    };
    let hold = NewHold {
        kind: SubjectKind::Complaint,
        subject: complaint.id.0,
        number: &complaint.number,
        code,
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
