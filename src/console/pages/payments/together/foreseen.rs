//! What one decision would do with each of several payments.

use std::collections::BTreeMap;

use crate::console::pages::payments::together::Wish;
use crate::console::trouble::Trouble;
use crate::domain::matching::sure::Doubt;
use crate::domain::payment_action::PaymentAction;
use crate::flow::decide_payment::{DecisionRefusal, obstacle};
use crate::flow::match_payment::sure_application;
use crate::store::applications::{self, Application};
use crate::store::payments::Payment;
use crate::store::{Tx, matches};

/// A payment, and what would become of it.
#[derive(Debug)]
pub(super) struct Foreseen {
    pub(super) payment: Payment,
    pub(super) answer: Result<Possible, Impossible>,
}

/// What can be done with a payment.
#[derive(Debug)]
pub(super) enum Possible {
    /// It pays the fee of an application, with the score of the candidate; none where a rule is sure.
    Matched {
        application: Box<Application>,
        score: Option<u8>,
    },
    /// It is set aside.
    SetAside,
}

/// Why nothing is done with a payment.
#[derive(Clone, Debug)]
pub(super) enum Impossible {
    /// Its state, or what it is, does not allow it.
    Refused(DecisionRefusal),
    /// It is not sure enough whose it is.
    Doubt(Doubt),
    /// Another payment of the same list is for the same application: which of them pays the fee,
    /// somebody decides.
    Contested { application: String },
}

impl Possible {
    /// The number of the application that it is matched with; empty for none.
    pub(super) fn application_number(&self) -> &str {
        match self {
            Self::Matched { application, .. } => &application.number,
            Self::SetAside => "",
        }
    }
}

/// Tells what would become of each; nothing is changed.
pub(super) async fn foresee(
    tx: &mut Tx,
    wish: Wish,
    payments: &[Payment],
) -> Result<Vec<Foreseen>, Trouble> {
    let mut all = Vec::new();
    for payment in payments {
        all.push(Foreseen {
            payment: payment.clone(),
            answer: answer(tx, wish, payment).await?,
        });
    }
    set_contested_aside(&mut all);
    Ok(all)
}

async fn answer(
    tx: &mut Tx,
    wish: Wish,
    payment: &Payment,
) -> Result<Result<Possible, Impossible>, Trouble> {
    if let Some(refusal) = obstacle(tx, wish.action, payment).await? {
        return Ok(Err(Impossible::Refused(refusal)));
    }
    if wish.action != PaymentAction::Match {
        return Ok(Ok(Possible::SetAside));
    }
    // Money that is to be given back is tied to what it was for until somebody decides about it alone.
    if !matches::list_standing(tx, payment.id).await?.is_empty() {
        return Ok(Err(Impossible::Refused(DecisionRefusal::Tied)));
    }
    let certain = match sure_application(tx, payment, wish.sureness).await? {
        Ok(certain) => certain,
        Err(doubt) => return Ok(Err(Impossible::Doubt(doubt))),
    };
    let application = applications::find(tx, certain.application).await?;
    Ok(match application {
        Some(application) => Ok(Possible::Matched {
            application: Box::new(application),
            score: certain.suggestion.map(|one| one.score),
        }),
        None => Err(Impossible::Doubt(Doubt::NoCandidate)),
    })
}

/// Two payments for one fee are one too many, and nothing says which.
fn set_contested_aside(all: &mut [Foreseen]) {
    let mut claims: BTreeMap<String, usize> = BTreeMap::new();
    for one in &*all {
        if let Ok(possible @ Possible::Matched { .. }) = &one.answer {
            *claims
                .entry(possible.application_number().to_owned())
                .or_default() += 1;
        }
    }
    for one in all {
        let Ok(Possible::Matched { application, .. }) = &one.answer else {
            continue;
        };
        if claims
            .get(&application.number)
            .is_some_and(|claims| *claims > 1)
        {
            let application = application.number.clone();
            one.answer = Err(Impossible::Contested { application });
        }
    }
}
