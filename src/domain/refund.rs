//! Giving money back: the life of a refund, who must approve it, and what a bank's entry says of it.
//!
//! The gateway never moves money. It lists approved refunds for the bank, and believes that one was
//! paid when a statement shows the debit.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::four_eyes::Persons;
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::step::{self, IllegalStep, Step};

use {RefundEvent::*, RefundState::*};

coded! {
    /// What has happened to a refund.
    pub enum RefundState as "refund state" {
        /// Somebody asks for it; the money is set aside.
        Proposed = "PROPOSED",
        /// Everybody who must has approved it.
        Approved = "APPROVED",
        /// It stands in a list for the bank.
        Exported = "EXPORTED",
        /// A statement shows the debit.
        Paid = "PAID",
        /// The bank gave the money back to us: the account did not take it.
        Returned = "RETURNED",
        /// Somebody who was asked refused.
        Rejected = "REJECTED",
        /// It is not wanted any more.
        Withdrawn = "WITHDRAWN",
    }
}

coded! {
    /// What may happen to a refund.
    pub enum RefundEvent as "refund event" {
        /// One of several persons approved.
        ApprovalGiven = "APPROVAL_GIVEN",
        /// The last person who is needed approved.
        ApprovalCompleted = "APPROVAL_COMPLETED",
        /// A person refused.
        ApprovalRefused = "APPROVAL_REFUSED",
        /// An operator does not want it any more.
        Recalled = "RECALLED",
        /// It was written into a list for the bank.
        ListWritten = "LIST_WRITTEN",
        /// The list was withdrawn as a whole: the bank refused it.
        ListWithdrawn = "LIST_WITHDRAWN",
        /// A statement shows the debit.
        DebitSeen = "DEBIT_SEEN",
        /// A statement shows that the money came back.
        ReturnSeen = "RETURN_SEEN",
        /// The channel took back the payment that it was to give back.
        PaymentTakenBack = "PAYMENT_TAKEN_BACK",
    }
}

/// The life of a refund.
#[rustfmt::skip]
pub const STEPS: &[Step<RefundState, RefundEvent>] = &[
    (Proposed, ApprovalGiven,     Proposed),  // Another person must approve too.
    (Proposed, ApprovalCompleted, Approved),
    (Proposed, ApprovalRefused,   Rejected),
    (Approved, ApprovalRefused,   Rejected),  // Second thoughts, before the bank is told.
    (Proposed, Recalled,          Withdrawn),
    (Approved, Recalled,          Withdrawn),
    (Approved, ListWritten,       Exported),
    (Exported, ListWithdrawn,     Approved),  // May be listed again; the approvals stand.
    (Exported, DebitSeen,         Paid),
    (Paid,     ReturnSeen,        Returned),  // The money is a candidate again.
    (Proposed, PaymentTakenBack,  Withdrawn), // There is nothing left to give back.
    (Approved, PaymentTakenBack,  Withdrawn),
];

impl RefundState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: RefundEvent) -> Result<Self, IllegalStep<Self, RefundEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether something is still to happen: until then the money cannot be matched.
    pub const fn is_open(self) -> bool {
        matches!(self, Proposed | Approved | Exported)
    }

    /// Whether its money is not the payment's any more: set aside, or gone.
    pub const fn holds_money(self) -> bool {
        matches!(self, Proposed | Approved | Exported | Paid)
    }

    /// What a clerk says of it, in English.
    pub const fn text_en(self) -> &'static str {
        self.words().0
    }

    /// What a clerk says of it, in Romanian.
    pub const fn text_ro(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Proposed => (
                "A refund has been proposed and is waiting for approval.",
                "Restituirea a fost propusă și așteaptă aprobarea.",
            ),
            Approved => (
                "The refund has been approved and will be sent to the bank.",
                "Restituirea a fost aprobată și urmează să fie transmisă băncii.",
            ),
            Exported => (
                "The refund has been sent to the bank; the payer will have the money in a few days.",
                "Restituirea a fost transmisă băncii; plătitorul va primi banii în câteva zile.",
            ),
            Paid => (
                "The money was given back to the payer's account.",
                "Banii au fost restituiți în contul plătitorului.",
            ),
            Returned => (
                "The money came back from the payer's bank: ask the payer for the right account.",
                "Banii au fost întorși de banca plătitorului: cereți plătitorului contul corect.",
            ),
            Rejected => (
                "The refund was not approved.",
                "Restituirea nu a fost aprobată.",
            ),
            Withdrawn => ("The refund was withdrawn.", "Restituirea a fost retrasă."),
        }
    }
}

/// How many persons must approve a refund: two above the limit, and always for foreign money, whose
/// worth in lei the gateway does not know.
pub fn persons(amount: Money, is_lei: bool, two_persons_over: Money) -> Persons {
    if is_lei && amount <= two_persons_over {
        Persons::One
    } else {
        Persons::Two
    }
}

/// Why money may be given back: the reasons that make a payment a candidate.
pub const CANDIDATE_REASONS: [MatchReason; 5] = [
    MatchReason::Overpaid,
    MatchReason::SecondPayment,
    MatchReason::ExemptButPaid,
    MatchReason::ApplicationEnded,
    MatchReason::OtherCurrency,
];

/// How refunds are numbered, and how the bank is told: `RB-20260902-00017` is the end-to-end
/// identification `RB2026090200017`, which no line break and no lost hyphen makes unreadable.
const PREFIX: &str = "RB";

/// Digits of a number: the day and a serial.
const DIGITS: usize = 13;

/// The number of the `serial`-th refund proposed on `day`.
pub fn number_on(day: NaiveDate, serial: i64) -> String {
    format!("{PREFIX}-{}-{serial:05}", day.format("%Y%m%d"))
}

/// The end-to-end identification of a refund: its number without hyphens, at most 35 letters.
pub fn end_to_end_id(number: &str) -> String {
    number.replace('-', "")
}

/// The numbers of refunds that a bank's entry names, in whatever way blanks and hyphens came between.
pub fn numbers_in(text: &str) -> Vec<String> {
    let kept: Vec<char> = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let mut found: Vec<String> = Vec::new();
    for window in kept.windows(PREFIX.len() + DIGITS) {
        if let Some(number) = number_of(window).filter(|number| !found.contains(number)) {
            found.push(number);
        }
    }
    found
}

fn number_of(window: &[char]) -> Option<String> {
    // Looked at for every line of every statement: most windows end here.
    let [first, second, digits @ ..] = window else {
        return None;
    };
    let is_prefix = PREFIX.chars().eq([*first, *second]);
    if !is_prefix || !digits.iter().all(char::is_ascii_digit) {
        return None;
    }
    let digits: String = digits.iter().collect();
    let (day, serial) = digits.split_at_checked(8)?;
    let day = NaiveDate::parse_from_str(day, "%Y%m%d").ok()?;
    Some(format!("{PREFIX}-{}-{serial}", day.format("%Y%m%d")))
}

/// What an entry of a statement says of a refund that it names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntryFinding {
    /// The bank has paid it.
    Paid,
    /// The money came back.
    Returned,
    /// The entry does not fit; an operator looks at it, for this reason.
    Unfit(RefundFault),
}

coded! {
    /// Why an entry that names a refund does not close it.
    pub enum RefundFault as "fault of a refund's entry" {
        /// The amount or the currency is not the refund's.
        AmountDiffers = "REFUND_AMOUNT_DIFFERS",
        /// The refund was paid before.
        PaidTwice = "REFUND_PAID_TWICE",
        /// There is no such refund, or it is in no list for the bank.
        NotListed = "REFUND_NOT_LISTED",
        /// The channel took the payment back as well.
        TakenBackToo = "REFUND_AND_REVERSAL",
    }
}

impl RefundFault {
    /// The stable number in the catalogue of reasons.
    pub const fn number(self) -> u16 {
        match self {
            Self::AmountDiffers => 930,
            Self::PaidTwice => 931,
            Self::NotListed => 932,
            Self::TakenBackToo => 933,
        }
    }
}

/// `REFUND_PAID`: the reason that a debit bears which closed a refund.
pub const REFUND_PAID: u16 = 934;
/// `REFUND_RETURNED`: the reason that a credit bears which brought a refund's money back.
pub const REFUND_RETURNED: u16 = 935;

/// Judges an entry that names a refund. Of one that is not known, `refund` is `None`.
pub fn judge_entry(
    is_debit: bool,
    (amount, currency): (Money, &str),
    refund: Option<(RefundState, Money, &str)>,
) -> EntryFinding {
    let Some((state, due, in_currency)) = refund else {
        return EntryFinding::Unfit(RefundFault::NotListed);
    };
    let is_same = amount == due && currency == in_currency;
    match (is_debit, state) {
        (true, Exported) | (false, Paid) if !is_same => {
            EntryFinding::Unfit(RefundFault::AmountDiffers)
        }
        (true, Exported) => EntryFinding::Paid,
        (false, Paid) => EntryFinding::Returned,
        (true, Paid | Returned) => EntryFinding::Unfit(RefundFault::PaidTwice),
        _ => EntryFinding::Unfit(RefundFault::NotListed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_approved_refund_is_listed_and_only_a_listed_one_is_paid() {
        for state in RefundState::ALL {
            assert_eq!(
                state.after(ListWritten).is_ok(),
                *state == Approved,
                "{state}"
            );
            assert_eq!(
                state.after(DebitSeen).is_ok(),
                *state == Exported,
                "{state}"
            );
            assert_eq!(state.after(ReturnSeen).is_ok(), *state == Paid, "{state}");
            let may_be_recalled = matches!(state, Proposed | Approved);
            assert_eq!(state.after(Recalled).is_ok(), may_be_recalled, "{state}");
        }
    }

    #[test]
    fn an_open_refund_holds_its_money_and_so_does_a_paid_one() {
        for state in RefundState::ALL {
            assert!(state.holds_money() || !state.is_open(), "{state}");
        }
        assert!(Paid.holds_money() && !Paid.is_open());
        assert!(!Returned.holds_money());
    }

    #[test]
    fn two_persons_approve_above_the_limit_and_all_foreign_money() {
        let limit = Money::from_lei(100);
        let over = Money::from_bani(10_001);
        assert_eq!(persons(limit, true, limit), Persons::One);
        assert_eq!(persons(over, true, limit), Persons::Two);
        assert_eq!(persons(Money::from_lei(1), false, limit), Persons::Two);
        assert_eq!(
            persons(Money::from_bani(1), true, Money::ZERO),
            Persons::Two
        );
    }

    #[test]
    fn a_refund_is_found_in_what_a_bank_prints_of_it() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 2).unwrap();
        let number = number_on(day, 17);
        assert_eq!(number, "RB-20260902-00017");
        assert_eq!(end_to_end_id(&number), "RB2026090200017");
        for text in [
            "RB2026090200017",
            "restituire taxa RB-20260902-00017 CEC-20260901-00001",
            "rb20260902 00017",
            "REF:RB202609\n0200017/OK",
        ] {
            assert_eq!(numbers_in(text), std::slice::from_ref(&number), "{text}");
        }
        for text in [
            "RB",
            "RB2026130200017",
            "RB202609020001",
            "taxa CEI",
            "RB20260902-000AB",
        ] {
            assert_eq!(numbers_in(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_entry_closes_a_refund_only_if_it_was_listed_and_the_sum_is_the_same() {
        let due = Money::from_lei(30);
        let judge = |is_debit, lei, state| {
            let refund = Some((state, due, "RON"));
            judge_entry(is_debit, (Money::from_lei(lei), "RON"), refund)
        };
        let unfit = EntryFinding::Unfit;
        assert_eq!(judge(true, 30, Exported), EntryFinding::Paid);
        assert_eq!(judge(true, 29, Exported), unfit(RefundFault::AmountDiffers));
        assert_eq!(judge(true, 30, Paid), unfit(RefundFault::PaidTwice));
        assert_eq!(judge(true, 30, Approved), unfit(RefundFault::NotListed));
        assert_eq!(judge(false, 30, Paid), EntryFinding::Returned);
        assert_eq!(judge(false, 29, Paid), unfit(RefundFault::AmountDiffers));
        assert_eq!(judge(false, 30, Exported), unfit(RefundFault::NotListed));
        let unknown = judge_entry(true, (due, "RON"), None);
        assert_eq!(unknown, unfit(RefundFault::NotListed));
        let euros = judge_entry(true, (due, "EUR"), Some((Exported, due, "RON")));
        assert_eq!(euros, unfit(RefundFault::AmountDiffers));
    }

    #[test]
    fn every_state_is_told_in_both_languages() {
        let mut said = std::collections::BTreeSet::new();
        for state in RefundState::ALL {
            for text in [state.text_en(), state.text_ro()] {
                assert!(text.ends_with('.') && said.insert(text), "{text}");
            }
        }
    }
}
