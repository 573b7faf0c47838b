//! How a bureau may misbehave, and how often.

use std::collections::BTreeMap;

use crate::coded;
use crate::random::Random;

coded! {
    /// One way of misbehaving. Each is followed by what an honest bureau would have done, so that
    /// everything ends.
    pub enum Misbehaviour as "misbehaviour" {
        /// Breaks off the TLS handshake; never twice in a row.
        RefuseConnection = "REFUSE_CONNECTION",
        /// Answers an order with 500 and forgets it.
        Answer500 = "ANSWER_500",
        /// Takes an order and does not answer for as long as it is told to hold.
        TimeOut = "TIME_OUT",
        /// Takes an order and answers 202 without a receipt; gives it when asked again.
        Silent = "SILENT",
        /// Takes an order, answers 202 and posts the receipt later.
        LateReceipt = "LATE_RECEIPT",
        /// Refuses an order that is right (reason 104); takes it when it comes again.
        RefuseOrder = "REFUSE_ORDER",
        /// Takes an order or a letter and answers 500; answers rightly when it comes again.
        AcceptThen500 = "ACCEPT_THEN_500",
        /// Cuts the connection in the middle of an order or a letter, and forgets it.
        CutBody = "CUT_BODY",
        /// Takes an order or a letter and cuts the connection in the middle of the answer.
        CutAnswer = "CUT_ANSWER",
        /// Takes a letter, answers 202 and posts the answer later.
        LateAnswer = "LATE_ANSWER",
        /// Takes a letter and answers 202 without an answer; gives it when asked again.
        NoAnswer = "NO_ANSWER",
        /// Answers a letter with what belongs to another order or card, later rightly.
        AnswerForOther = "ANSWER_FOR_OTHER",
        /// Answers a letter rightly, and later says something else about the same.
        ContradictingAnswer = "CONTRADICTING_ANSWER",
        /// Answers a letter with a wrong total, later rightly.
        MiscountedAnswer = "MISCOUNTED_ANSWER",
        /// Posts an acknowledgement twice.
        RepeatDocument = "REPEAT_DOCUMENT",
        /// Posts an acknowledgement after others that were written later.
        ReorderDocuments = "REORDER_DOCUMENTS",
        /// Posts the first half of an acknowledgement, later the whole.
        TruncateDocument = "TRUNCATE_DOCUMENT",
        /// Posts an acknowledgement signed by a stranger, later the right one.
        WrongSignature = "WRONG_SIGNATURE",
        /// Posts a word on a line of an order that nobody sent.
        UnknownLine = "UNKNOWN_LINE",
        /// Says something else under the number of a word it has said.
        ConflictingWord = "CONFLICTING_WORD",
        /// Posts an acknowledgement with the other environment's flag, later the right one.
        WrongTestFlag = "WRONG_TEST_FLAG",
        /// Posts an acknowledgement with a wrong total, later the right one.
        MiscountDocument = "MISCOUNT_DOCUMENT",
    }
}

impl Misbehaviour {
    /// Those that answer an order.
    pub const ANSWERS: &'static [Self] = &[
        Self::Answer500,
        Self::TimeOut,
        Self::Silent,
        Self::LateReceipt,
        Self::RefuseOrder,
        Self::AcceptThen500,
        Self::CutAnswer,
    ];

    /// Those that happen while an order or a letter arrives.
    pub const ARRIVALS: &'static [Self] = &[Self::CutBody];

    /// Those that answer a letter.
    pub const LETTERS: &'static [Self] = &[
        Self::LateAnswer,
        Self::NoAnswer,
        Self::AnswerForOther,
        Self::ContradictingAnswer,
        Self::MiscountedAnswer,
        Self::AcceptThen500,
        Self::CutAnswer,
    ];

    /// Those that post an acknowledgement.
    pub const DOCUMENTS: &'static [Self] = &[
        Self::RepeatDocument,
        Self::ReorderDocuments,
        Self::TruncateDocument,
        Self::WrongSignature,
        Self::UnknownLine,
        Self::ConflictingWord,
        Self::WrongTestFlag,
        Self::MiscountDocument,
    ];
}

/// How often each misbehaviour happens, in a thousand occasions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// Occasions in a thousand; what is not named never happens.
    pub per_mille: BTreeMap<Misbehaviour, u32>,
}

impl Plan {
    /// A bureau that never misbehaves.
    pub fn honest() -> Self {
        Self::default()
    }

    /// A bureau that misbehaves in one way on every occasion.
    pub fn always(misbehaviour: Misbehaviour) -> Self {
        Self {
            per_mille: BTreeMap::from([(misbehaviour, 1000)]),
        }
    }

    /// Every misbehaviour, each on so many occasions in a thousand.
    pub fn each(per_mille: u32) -> Self {
        let each = Misbehaviour::ALL.iter().map(|one| (*one, per_mille));
        Self {
            per_mille: each.collect(),
        }
    }

    /// Chooses at most one of `among` for an occasion.
    pub fn draw(&self, among: &[Misbehaviour], random: &Random) -> Option<Misbehaviour> {
        let mut roll = random.below(1000);
        for misbehaviour in among {
            let rate = self.per_mille.get(misbehaviour).copied().unwrap_or(0);
            match roll.checked_sub(u64::from(rate)) {
                None => return Some(*misbehaviour),
                Some(rest) => roll = rest,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_misbehaviour_has_its_occasion() {
        let occasions = [
            &[Misbehaviour::RefuseConnection],
            Misbehaviour::ANSWERS,
            Misbehaviour::ARRIVALS,
            Misbehaviour::LETTERS,
            Misbehaviour::DOCUMENTS,
        ];
        let mut all = occasions.concat();
        all.sort();
        all.dedup();
        assert_eq!(all, Misbehaviour::ALL);
    }

    #[test]
    fn a_plan_is_kept_to_in_the_long_run() {
        let random = Random::seeded(1);
        let plan = Plan::each(20);
        let drawn = (0..10_000)
            .filter_map(|_| plan.draw(Misbehaviour::ANSWERS, &random))
            .count();
        // Seven ways, each on twenty occasions in a thousand.
        assert!((1250..1550).contains(&drawn), "{drawn}");
        assert_eq!(Plan::honest().draw(Misbehaviour::ANSWERS, &random), None);
        let always = Plan::always(Misbehaviour::Silent);
        assert_eq!(
            always.draw(Misbehaviour::ANSWERS, &random),
            Some(Misbehaviour::Silent)
        );
    }
}
