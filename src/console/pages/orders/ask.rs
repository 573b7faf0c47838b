//! What is asked about an order: of the bureau, whether it has it; of another person, to cancel it or to
//! send it again although it was answered.

use actix_web::{HttpResponse, web};

use crate::console::act::{Act, Deed, Fault, reason_of};
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::orders::{MENU, find, words};
use crate::console::requests;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::four_eyes::FourEyesAction;
use crate::domain::operator::role::Permission;
use crate::domain::order::OrderState;
use crate::flow::Failure;
use crate::flow::letters::ask::ask_bureau;
use crate::flow::people::requests as flow;
use crate::store::orders::Order;
use crate::words::name_of;

/// What may be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    /// Of the bureau: whether it has the order, and what it has said of its lines.
    Inquiry,
    /// Of another person: that the bureau is asked not to make its cards.
    Cancel,
    /// Of another person: that it is sent again although the bureau has answered.
    Resend,
}

impl What {
    const ALL: [Self; 3] = [Self::Inquiry, Self::Cancel, Self::Resend];

    const fn word(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::Cancel => "cancel",
            Self::Resend => "resend",
        }
    }

    fn of(word: &str) -> Result<Self, Trouble> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|what| what.word() == word);
        found.ok_or(Trouble::NotFound)
    }

    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Inquiry => ["Întreabă C.N.I.N.", "Ask the bureau"],
            Self::Cancel => ["Cere anularea", "Ask to cancel"],
            Self::Resend => ["Cere retrimiterea", "Ask to send again"],
        }
    }

    /// The action that another person approves.
    const fn for_two(self) -> Option<FourEyesAction> {
        match self {
            Self::Inquiry => None,
            Self::Cancel => Some(FourEyesAction::CancelSentOrder),
            Self::Resend => Some(FourEyesAction::ResendAnsweredOrder),
        }
    }

    /// Whether there is something to ask of an order.
    const fn fits(self, order: &Order) -> bool {
        use OrderState::{AllAnswered, Cancelled, PartlyAnswered, ReceiptOk, Sent};
        match self {
            Self::Inquiry => order.sha256.is_some() && !matches!(order.state, Cancelled),
            Self::Cancel => matches!(order.state, Sent | ReceiptOk | PartlyAnswered | AllAnswered),
            Self::Resend => matches!(order.state, ReceiptOk | PartlyAnswered | AllAnswered),
        }
    }

    fn consequence(self, order: &Order, visit: &Visit) -> String {
        match self.for_two() {
            Some(action) => {
                let [ro, en] = action.consequence(&order.number);
                visit.says(&ro, &en).to_owned()
            }
            None => visit
                .says(
                    "C.N.I.N. primește o scrisoare care întreabă dacă are comanda și ce a spus despre fiecare poziție.",
                    "The bureau is sent a letter that asks whether it has the order, and what it has said of each line.",
                )
                .to_owned(),
        }
    }
}

/// The buttons of what may be asked; what does not fit the order's state has none.
pub(super) fn deeds(order: &Order, visit: &Visit) -> Vec<Deed> {
    let may = visit.may(Permission::DecideOrders);
    let fitting = What::ALL.into_iter().filter(|what| what.fits(order));
    let deed = |what: What| {
        let [ro, en] = what.names();
        Deed {
            text: visit.says(ro, en).to_owned(),
            path: format!("{MENU}/{}/ask/{}", order.number, what.word()),
            consequence: what.consequence(order, visit),
            barred: (!may).then(|| Fault::not_allowed(Permission::DecideOrders, visit)),
            tone: "",
        }
    };
    fitting.map(deed).collect()
}

/// `GET /orders/{number}/ask/{what}`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let what = What::of(&path.1)?;
    let mut tx = desk.gateway.store.read().await?;
    let order = find(&mut tx, &path.0).await?;
    drop(tx);
    page_of(&order, what, &visit)
        .show(&desk, &visit, MENU)
        .await
}

/// `POST /orders/{number}/ask/{what}`
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    path: web::Path<(String, String)>,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let what = What::of(&path.1)?;
    let mut tx = desk.gateway.store.read().await?;
    let order = find(&mut tx, &path.0).await?;
    drop(tx);
    let fault = match reason_of(&fields, &visit) {
        Err(fault) => Some(fault),
        Ok(reason) => ask(&desk, &visit, (&order, what), reason).await?,
    };
    let done = match what {
        What::Inquiry => Done::OrderAskedAbout,
        What::Cancel | What::Resend => Done::OrderRequestMade,
    };
    match fault {
        None => Ok(see_done(&format!("{MENU}/{}", order.number), done)),
        Some(fault) => {
            let act = page_of(&order, what, &visit);
            act.refuse(&desk, &visit, MENU, (&fields, fault)).await
        }
    }
}

/// Asks; returns why it was not asked.
async fn ask(
    desk: &Desk,
    visit: &Visit,
    (order, what): (&Order, What),
    reason: &str,
) -> Result<Option<Fault>, Trouble> {
    let actor = visit.user()?.actor();
    let text = match what.for_two() {
        None => {
            let asked = ask_bureau(&desk.gateway, &order.number, &actor, reason);
            match Box::pin(asked).await {
                Ok(_letter) => return Ok(None),
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => words::refused(&refusal, visit),
            }
        }
        Some(action) => {
            let subject = (action, order.number.as_str());
            match flow::ask(&desk.gateway, subject, &actor, reason).await {
                Ok(_request) => return Ok(None),
                Err(Failure::Broken(error)) => return Err(error.into()),
                Err(Failure::Refused(refusal)) => requests::words(&refusal, visit),
            }
        }
    };
    Ok(Some(Fault::conflict(text)))
}

fn page_of(order: &Order, what: What, visit: &Visit) -> Act {
    let [ro, en] = what.names();
    let name = visit.says(ro, en);
    let back = format!("{MENU}/{}", order.number);
    let state = name_of(order.state, visit.language);
    let second = "Nimic nu se întâmplă până când o altă persoană, cu rol de supervizor, aprobă.";
    let second_en = "Nothing happens until another person, a supervisor, approves.";
    Act {
        heading: format!("{name}: {}", order.number),
        consequence: what.consequence(order, visit),
        facts: vec![(visit.says("Stare", "State").to_owned(), state.to_owned())],
        path: format!("{back}/ask/{}", what.word()),
        back,
        seen: order.version.to_string(),
        confirm: name.to_owned(),
        obstacle: (!what.fits(order)).then(|| {
            let text = visit.says("Nu în starea actuală:", "Not in its present state:");
            format!("{text} {state}.")
        }),
        second_person: what
            .for_two()
            .map(|_| visit.says(second, second_en).to_owned()),
        ..Act::default()
    }
}
