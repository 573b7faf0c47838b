//! `GET /payments/refunds/{number}`, and `POST …/account`, which shows once where its money goes.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::act::{Deed, Fault, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::fields::Fields;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::pages::refunds::list::{PATH, money_of};
use crate::console::pages::refunds::refusals;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::four_eyes::person;
use crate::domain::operator::role::Permission;
use crate::domain::refund::{RefundEvent, RefundState};
use crate::flow::Failure;
use crate::flow::refund::decide::APPROVAL_OF_REFUND;
use crate::flow::refund::{Account, RefundRefusal, disclose_account};
use crate::store::history::{self, HistoryEntry};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, applications, approvals, payments, refund_lists};
use crate::words::{Language, actor, count, date, date_and_time, noun};

/// Steps that are shown at most.
const HISTORY_MAX: i64 = 200;

/// A refund with what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) refund: Refund,
    pub(crate) payment: String,
    pub(crate) application: Option<String>,
    pub(crate) list: Option<String>,
    pub(crate) debit: Option<String>,
    pub(crate) returned_by: Option<String>,
    /// Who has approved it.
    pub(crate) approved_by: Vec<String>,
    pub(crate) history: Vec<HistoryEntry>,
}

#[derive(Template)]
#[template(path = "pages/refund.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    case: &'a Case,
    path: String,
    badge: Badge,
    amount: String,
    told: &'static str,
    facts: Vec<(&'static str, String)>,
    approvals: String,
    deeds: Vec<Deed>,
    moments: Vec<Moment>,
    may_reveal: bool,
    account: Option<&'a Account>,
    reason: &'a str,
    fault: Option<&'a Fault>,
}

impl Page<'_> {
    /// Whether a field is what is wrong.
    fn is_wrong(&self, field: &str) -> bool {
        self.fault.and_then(|fault| fault.field) == Some(field)
    }
}

/// Shows a refund.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    page(
        &desk,
        &visit,
        &path,
        Shown::refund(Done::told(&asked, visit.language)),
    )
    .await
}

/// Shows it with its account, once, and records who saw it and why.
pub(crate) async fn reveal(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let mut shown = Shown {
        reason: fields.text("reason"),
        ..Shown::refund(None)
    };
    let account;
    let fault;
    match reason_of(&fields, &visit) {
        Err(wrong) => {
            fault = wrong;
            shown.fault = Some(&fault);
        }
        Ok(reason) => {
            let actor = visit.user()?.actor();
            let told = disclose_account(&desk.gateway, &path, (&actor, reason));
            match Box::pin(told).await {
                Ok(told) => {
                    account = told;
                    shown.account = Some(&account);
                }
                Err(Failure::Refused(RefundRefusal::RefundUnknown)) => {
                    return Err(Trouble::NotFound);
                }
                Err(Failure::Refused(refusal)) => {
                    fault = refusals::fault(&refusal, &visit);
                    shown.fault = Some(&fault);
                }
                Err(Failure::Broken(error)) => return Err(error.into()),
            }
        }
    }
    page(&desk, &visit, &path, shown).await
}

/// What a page shows beside the refund.
#[derive(Clone, Copy, Default)]
struct Shown<'a> {
    done: Option<&'static str>,
    account: Option<&'a Account>,
    reason: &'a str,
    fault: Option<&'a Fault>,
}

impl Shown<'_> {
    fn refund(done: Option<&'static str>) -> Self {
        Self {
            done,
            ..Self::default()
        }
    }
}

impl Case {
    /// Reads a refund by its number.
    pub(crate) async fn read(tx: &mut Tx, number: &str) -> Result<Self, Trouble> {
        let found = refunds::find_by_number(tx, number).await?;
        let refund = found.ok_or(Trouble::NotFound)?;
        let application = match refund.application {
            Some(id) => applications::find(tx, id).await?,
            None => None,
        };
        let list = match refund.list {
            Some(id) => refund_lists::find(tx, id).await?,
            None => None,
        };
        let mut numbers = Vec::new();
        for id in [Some(refund.payment), refund.debit, refund.returned_by] {
            numbers.push(match id {
                Some(id) => payments::find(tx, id).await?.map(|one| one.number),
                None => None,
            });
        }
        let mut numbers = numbers.into_iter();
        Ok(Self {
            payment: numbers.next().flatten().unwrap_or_default(),
            debit: numbers.next().flatten(),
            returned_by: numbers.next().flatten(),
            application: application.map(|one| one.number),
            list: list.map(|one| one.number),
            approved_by: approvals::list_persons(tx, refund.id.0, APPROVAL_OF_REFUND).await?,
            history: history::list(tx, refund.id.0, HISTORY_MAX).await?,
            refund,
        })
    }

    /// Whether somebody has approved it.
    pub(crate) fn is_approved_by(&self, visit: &Visit) -> bool {
        let own = visit.user.as_ref().and_then(|user| person(&user.actor()));
        own.is_some_and(|own| self.approved_by.contains(&own))
    }
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    number: &str,
    shown: Shown<'_>,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let case = Case::read(&mut tx, number).await?;
    drop(tx);
    let shell = Shell::of(desk, visit, MENU).await?;
    let (refund, language) = (&case.refund, visit.language);
    let state = refund.state;
    let mut answer = write(&Page {
        visit,
        shell: &shell,
        done: shown.done,
        path: format!("{PATH}/{}", refund.number),
        badge: Badge::of(state, language),
        amount: money_of(refund, language),
        told: language.choose(state.text_en(), state.text_ro()),
        facts: facts(&case, language),
        approvals: approvals_say(&case, language),
        deeds: deeds(&case, visit),
        moments: moments(&case.history, language),
        may_reveal: visit.may(Permission::Reveal),
        account: shown.account,
        reason: shown.reason,
        fault: shown.fault,
        case: &case,
    })?;
    if let Some(fault) = shown.fault {
        *answer.status_mut() = fault.status;
    }
    Ok(answer)
}

fn facts(case: &Case, language: Language) -> Vec<(&'static str, String)> {
    let refund = &case.refund;
    let by = actor(language, &refund.proposed_by);
    let at = date_and_time(language, refund.proposed_at);
    let whence = if refund.told_by_bank {
        language.choose("as the bank's statement tells it", "din extrasul băncii")
    } else {
        language.choose("as it was typed", "scris de cine a propus")
    };
    let mut all = vec![
        (
            language.choose("Proposed by", "Propusă de"),
            format!("{by}, {at}"),
        ),
        (language.choose("Account", "Contul"), whence.to_owned()),
    ];
    all.extend(refund.listed_on.map(|day| {
        (
            language.choose("In the list of", "În lista din"),
            date(language, day),
        )
    }));
    all
}

/// `1 din 2 aprobări: ana`.
fn approvals_say(case: &Case, language: Language) -> String {
    let needed = i64::try_from(case.refund.persons.count()).unwrap_or_default();
    let given = case.approved_by.len();
    let of = count(language, needed, noun::APPROVAL);
    let names = case.approved_by.join(", ");
    let sign = if names.is_empty() { "" } else { ": " };
    match language {
        Language::Romanian => format!("{given} din {of}{sign}{names}"),
        Language::English => format!("{given} of {of}{sign}{names}"),
    }
}

fn deeds(case: &Case, visit: &Visit) -> Vec<Deed> {
    let language = visit.language;
    let path = format!("{PATH}/{}", case.refund.number);
    let state = case.refund.state;
    let barred = |event: RefundEvent| {
        let refusal = RefundRefusal::StateForbids(state);
        state
            .after(event)
            .is_err()
            .then(|| refusals::words(&refusal, language))
    };
    let deed = |text: &str, page: &str, tone, consequence: &str, barred| Deed {
        text: text.to_owned(),
        path: format!("{path}/{page}"),
        tone,
        consequence: consequence.to_owned(),
        barred,
    };
    let mut all = Vec::new();
    if visit.may(Permission::Approve) {
        let same = case.is_approved_by(visit) && state == RefundState::Proposed;
        let same = same.then(|| refusals::words(&same_person(), language));
        all.push(deed(
            visit.says("Aprobă", "Approve"),
            "approve",
            "first",
            visit.says(
                "Cu ultima aprobare, restituirea poate intra într-o listă pentru bancă.",
                "With the last approval the refund may stand in a list for the bank.",
            ),
            same.or_else(|| barred(RefundEvent::ApprovalGiven)),
        ));
        all.push(deed(
            visit.says("Respinge", "Reject"),
            "reject",
            "",
            visit.says("Banii redevin liberi.", "The money is free again."),
            barred(RefundEvent::ApprovalRefused),
        ));
    }
    if visit.may(Permission::DecidePayments) {
        all.push(deed(
            visit.says("Retrage", "Withdraw"),
            "withdraw",
            "",
            visit.says("Banii redevin liberi.", "The money is free again."),
            barred(RefundEvent::Recalled),
        ));
    }
    all
}

const fn same_person() -> RefundRefusal {
    RefundRefusal::Approval(crate::domain::four_eyes::ApprovalRefusal::SamePerson)
}
