//! The page of a payment, ready to be written: why it waits, what it may be for, what can be done, and
//! what happened to it.

use chrono::{DateTime, Utc};

use crate::console::act::Deed;
use crate::console::look::badge::Badge;
use crate::console::look::timeline::{Moment, moments};
use crate::console::pages::payments::candidate::Card;
use crate::console::pages::payments::case::Case;
use crate::console::pages::payments::refusals;
use crate::console::pages::payments::row::{money_of, reason_of};
use crate::console::visit::Visit;
use crate::domain::matching::MatchRule;
use crate::domain::money::Money;
use crate::domain::operator::role::Permission;
use crate::domain::payment::PaymentState;
use crate::domain::payment_action::PaymentAction;
use crate::domain::reason::Reason;
use crate::store::applications::Application;
use crate::store::matches::Match;
use crate::store::payments::{Payment, Sighting};
use crate::store::refunds::Refund;
use crate::words::{
    Explanation, Language, actor, amount, date, date_and_time, lasting, lei, name_of,
};

/// Why a payment waits, or is what it is.
#[derive(Clone, Debug)]
pub(crate) struct Why {
    pub(crate) code: u16,
    pub(crate) title: &'static str,
    pub(crate) happened: &'static str,
    pub(crate) because: &'static str,
    pub(crate) todo: &'static str,
    pub(crate) who: &'static str,
    /// For how long; empty where nothing waits.
    pub(crate) waits: String,
}

/// A fee that the payment pays, or a part of it.
#[derive(Clone, Debug)]
pub(crate) struct TieRow {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) state: &'static str,
    pub(crate) fee: &'static str,
    pub(crate) amount: String,
    pub(crate) rule: String,
    pub(crate) who: String,
    pub(crate) when: String,
    /// Where the tie is undone; empty where it cannot be.
    pub(crate) untie: String,
}

/// A refund of the payment.
#[derive(Clone, Debug)]
pub(crate) struct RefundRow {
    pub(crate) number: String,
    pub(crate) amount: String,
    pub(crate) badge: Badge,
    pub(crate) when: String,
}

/// Where the payment was seen.
#[derive(Clone, Debug)]
pub(crate) struct SightingRow {
    pub(crate) source: String,
    pub(crate) place: String,
    pub(crate) told: String,
    pub(crate) contradicts: bool,
    pub(crate) when: String,
}

/// The page of a payment.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) version: i64,
    pub(crate) amount: String,
    pub(crate) badge: Badge,
    pub(crate) channel: &'static str,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) whys: Vec<Why>,
    pub(crate) cards: Vec<Card>,
    /// Whether the visitor may decide about payments.
    pub(crate) may_decide: bool,
    /// Whether it can be matched as it stands.
    pub(crate) can_match: bool,
    pub(crate) deeds: Vec<Deed>,
    pub(crate) ties: Vec<TieRow>,
    /// What of a split payment no part takes; empty where there is nothing.
    pub(crate) free: String,
    pub(crate) refunds: Vec<RefundRow>,
    pub(crate) sightings: Vec<SightingRow>,
    pub(crate) moments: Vec<Moment>,
    /// The payment that it takes back.
    pub(crate) reverses: Option<String>,
}

impl Sheet {
    /// Puts a payment into words.
    pub(crate) fn of(case: &Case, visit: &Visit, now: DateTime<Utc>) -> Self {
        let (payment, language) = (&case.payment, visit.language);
        let may_decide = visit.may(Permission::DecidePayments);
        let path = path_of(payment);
        let cards = case.offered.iter();
        Self {
            number: payment.number.clone(),
            version: payment.version,
            amount: money_of(payment, language),
            badge: Badge::of(payment.state, language),
            channel: name_of(payment.channel, language),
            facts: facts(payment, language),
            whys: whys(case, now, language),
            cards: cards
                .map(|offered| Card::of(offered, payment, language))
                .collect(),
            may_decide,
            can_match: case.obstacle(PaymentAction::Match).is_none(),
            deeds: if may_decide {
                deeds(case, language)
            } else {
                Vec::new()
            },
            ties: ties(case, may_decide, language),
            free: free(case, language),
            refunds: case
                .refunds
                .iter()
                .map(|refund| refund_row(refund, language))
                .collect(),
            sightings: case
                .sightings
                .iter()
                .map(|seen| sighting_row(seen, &payment.currency, language))
                .collect(),
            moments: moments(&case.history, language),
            reverses: case.reverses.as_ref().map(|of| of.number.clone()),
            path,
        }
    }
}

/// The address of a payment's page.
pub(crate) fn path_of(payment: &Payment) -> String {
    format!("/payments/{}", payment.number)
}

fn facts(payment: &Payment, language: Language) -> Vec<(&'static str, String)> {
    let way = match (payment.credit, payment.reversal) {
        (true, false) => language.choose("came in", "încasare"),
        (true, true) => language.choose("a debit was taken back", "stornarea unui debit"),
        (false, false) => language.choose("went out", "ieșire din cont"),
        (false, true) => language.choose("takes a payment back", "stornarea unei plăți"),
    };
    let mut all = vec![(language.choose("Movement", "Mișcare"), way.to_owned())];
    let mut add = |name: &'static str, value: Option<String>| {
        all.extend(value.map(|value| (name, value)));
    };
    let booked = payment.booked_on.map(|day| date(language, day));
    add(language.choose("Booked on", "Ziua înregistrării"), booked);
    let received = date_and_time(language, payment.received_at);
    add(language.choose("Recorded", "Primită"), Some(received));
    let reference = payment.payment_reference.clone();
    let name = language.choose("Payment reference", "Referința de plată");
    add(name, reference);
    let reference = payment.external_reference.clone();
    let name = language.choose("The channel's reference", "Referința canalului");
    add(name, reference);
    all
}

/// Why it waits, by its open holds; where nothing waits, the reason of its state.
fn whys(case: &Case, now: DateTime<Utc>, language: Language) -> Vec<Why> {
    let open = case.holds.iter().filter(|hold| hold.closed_at.is_none());
    let mut all: Vec<Why> = open
        .filter_map(|hold| {
            let code = u16::try_from(hold.code).ok()?;
            let waits = lasting(language, now - hold.opened_at);
            why(Reason::from_number(code)?, waits, language)
        })
        .collect();
    if all.is_empty() {
        let reason = reason_of(&case.payment);
        all.extend(reason.and_then(|reason| why(reason, String::new(), language)));
    }
    all
}

fn why(reason: Reason, waits: String, language: Language) -> Option<Why> {
    let told = Explanation::from(reason);
    Some(Why {
        code: told.number?,
        title: told.title.of(language),
        happened: told.happened.of(language),
        because: told.why.of(language),
        todo: told.todo.of(language),
        who: told.who.of(language),
        waits,
    })
}

/// Everything that somebody may do with it, beside matching it to a candidate.
fn deeds(case: &Case, language: Language) -> Vec<Deed> {
    let path = path_of(&case.payment);
    let deed = |action: PaymentAction, page: &str| Deed {
        text: name_of(action, language).to_owned(),
        path: format!("{path}/{page}"),
        tone: "",
        consequence: consequence(action, language).to_owned(),
        barred: case
            .obstacle(action)
            .map(|why| refusals::words(why, language)),
    };
    let mut by_number = deed(PaymentAction::Match, "match");
    if !case.offered.is_empty() {
        let other = language.choose("Match another", "Potrivește cu alta");
        other.clone_into(&mut by_number.text);
    }
    let mut all = vec![by_number, deed(PaymentAction::Split, "split")];
    if !case.ties.is_empty() {
        all.push(deed(PaymentAction::Unmatch, "unmatch"));
    }
    all.push(give_back(case, language));
    all.push(deed(PaymentAction::OweBack, "owe-back"));
    all.push(deed(PaymentAction::Dismiss, "dismiss"));
    // What the life of the payment is past is not offered at all; what stands in the way is told.
    all.retain(|deed| deed.barred.is_none() || is_near(case.payment.state));
    all
}

/// What comes of a decision, in a few words.
const fn consequence(action: PaymentAction, language: Language) -> &'static str {
    match action {
        PaymentAction::Match => language.choose(
            "It pays the fee of an application that you name.",
            "Plătește taxa unei cereri pe care o indicați.",
        ),
        PaymentAction::Split => language.choose(
            "It pays the fees of several applications, each its part.",
            "Plătește taxele mai multor cereri, fiecăreia partea ei.",
        ),
        PaymentAction::Unmatch => language.choose(
            "It waits again; the fees that it paid are owed again.",
            "Așteaptă din nou; taxele plătite de ea se datorează iar.",
        ),
        PaymentAction::OweBack => language.choose(
            "It waits for a refund; the account is not known yet.",
            "Așteaptă restituirea; contul nu este cunoscut încă.",
        ),
        PaymentAction::Dismiss => language.choose(
            "It is offered to no application any more.",
            "Nu mai este oferită nici unei cereri.",
        ),
    }
}

/// Whether something may still be decided about money in this state.
const fn is_near(state: PaymentState) -> bool {
    use PaymentState::{Consumed, Matched, RefundDue, Suggested, Unmatched};
    matches!(
        state,
        Suggested | Unmatched | Matched | Consumed | RefundDue
    )
}

fn give_back(case: &Case, language: Language) -> Deed {
    let nothing = language.choose(
        "Nothing of the payment can be given back.",
        "Din această plată nu se poate restitui nimic.",
    );
    Deed {
        text: language
            .choose("Propose a refund", "Propune restituirea")
            .to_owned(),
        path: format!("{}/refund", path_of(&case.payment)),
        tone: "",
        consequence: language
            .choose(
                "The money is set aside until another person has approved it.",
                "Banii se pun deoparte până aprobă cine are dreptul.",
            )
            .to_owned(),
        barred: case.sources.is_empty().then(|| nothing.to_owned()),
    }
}

fn ties(case: &Case, may_decide: bool, language: Language) -> Vec<TieRow> {
    let path = path_of(&case.payment);
    let row = |(tie, application): &(Match, Application)| {
        let may_untie = may_decide && case.may_untie(application);
        let rule = MatchRule::parse(&tie.rule).ok();
        TieRow {
            number: application.number.clone(),
            path: format!("/applications/{}", application.number),
            state: name_of(application.state, language),
            fee: name_of(application.fee_state, language),
            amount: amount(language, tie.amount),
            rule: rule.map_or_else(
                || tie.rule.clone(),
                |rule| name_of(rule, language).to_owned(),
            ),
            who: actor(language, &tie.actor),
            when: date_and_time(language, tie.made_at),
            untie: if may_untie {
                format!("{path}/unmatch?application={}", application.number)
            } else {
                String::new()
            },
        }
    };
    case.ties.iter().map(row).collect()
}

fn free(case: &Case, language: Language) -> String {
    if case.ties.is_empty() || case.free <= Money::ZERO {
        return String::new();
    }
    lei(language, case.free)
}

fn refund_row(refund: &Refund, language: Language) -> RefundRow {
    RefundRow {
        number: refund.number.clone(),
        amount: format!("{} {}", amount(language, refund.amount), refund.currency),
        badge: Badge::of(refund.state, language),
        when: date_and_time(language, refund.proposed_at),
    }
}

fn sighting_row(seen: &Sighting, currency: &str, language: Language) -> SightingRow {
    let notification = language.choose("notification", "notificare");
    let told = seen.told_minor.map(Money::from_bani);
    SightingRow {
        source: seen
            .format
            .clone()
            .unwrap_or_else(|| notification.to_owned()),
        place: seen.place.clone(),
        told: told.map_or_else(String::new, |told| {
            format!("{} {currency}", amount(language, told))
        }),
        contradicts: seen.contradicts,
        when: date_and_time(language, seen.seen_at),
    }
}
