//! For which application a payment surely is, where many are settled at once.

use crate::domain::id::ApplicationId;
use crate::domain::matching::sure::{Doubt, Sureness, sure};
use crate::domain::matching::{Suggestion, Verdict};
use crate::flow::match_payment::judgement::judge;
use crate::flow::match_payment::read_evidence;
use crate::store::payments::Payment;
use crate::store::{Tx, matches};

/// For which application a payment surely is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certain {
    /// Which one.
    pub application: ApplicationId,
    /// As it was suggested; `None` where a rule is sure of it.
    pub suggestion: Option<Suggestion>,
}

/// Judges a payment as it stands, with all its candidates, and tells for which application it is where
/// that is as sure as was asked for. What an operator has undone before is never sure.
pub async fn sure_application(
    tx: &mut Tx,
    payment: &Payment,
    wanted: Sureness,
) -> anyhow::Result<Result<Certain, Doubt>> {
    let evidence = read_evidence(payment)?;
    let verdict = judge(tx, payment, &evidence).await?;
    let application = match sure(&verdict, wanted) {
        Ok(application) => application,
        Err(doubt) => return Ok(Err(doubt)),
    };
    if matches::was_untied_by_operator(tx, payment.id, application).await? {
        return Ok(Err(Doubt::Undone));
    }
    let suggestion = match verdict {
        Verdict::Suggest { candidates, .. } => candidates.into_iter().next(),
        _ => None,
    };
    Ok(Ok(Certain {
        application,
        suggestion,
    }))
}
