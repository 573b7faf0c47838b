//! What matching answers.

use crate::coded;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::money::Money;
use crate::domain::payment::PaymentEvent;

coded! {
    /// Why a movement was not simply tied to a fee.
    pub enum MatchReason as "reason of matching" {
        /// No reference, number or person that leads to an application.
        ReferenceMissing = "REFERENCE_MISSING",
        /// The reference is sound, and no application has it yet.
        ReferenceUnknown = "REFERENCE_UNKNOWN",
        /// Less than what is owed.
        Underpaid = "UNDERPAID",
        /// More than what is owed.
        Overpaid = "OVERPAID",
        /// Exactly the fee of another document.
        OtherProduct = "OTHER_PRODUCT",
        /// Exactly the fee of an earlier time.
        OldTariff = "OLD_TARIFF",
        /// The fee was paid already.
        SecondPayment = "SECOND_PAYMENT",
        /// Nothing was ever owed.
        ExemptButPaid = "EXEMPT_BUT_PAID",
        /// The application ended without a card.
        ApplicationEnded = "APPLICATION_ENDED",
        /// More than one application fits, or one sum is for several.
        SeveralCandidates = "SEVERAL_CANDIDATES",
        /// The text speaks of somebody other than the person whose CNP it gives.
        OtherPersonSuspected = "OTHER_PERSON_SUSPECTED",
        /// Not in lei.
        OtherCurrency = "OTHER_CURRENCY",
        /// Charges, or money that did not come in.
        NotAFee = "NOT_A_FEE",
        /// One sum for many payments, each of which is told elsewhere.
        SettlementLot = "SETTLEMENT_LOT",
        /// It takes back a payment that is not known, or not known to have this amount.
        ReversalWithoutPayment = "REVERSAL_WITHOUT_PAYMENT",
        /// It takes back a payment whose card is ordered.
        ReversedAfterOrder = "REVERSED_AFTER_ORDER",
        /// The reference fits only once a typing fault is mended.
        ReferenceRepaired = "REFERENCE_REPAIRED",
    }
}

impl MatchReason {
    /// Returns the stable number in the catalogue of reasons.
    pub const fn number(self) -> u16 {
        match self {
            Self::ReferenceMissing => 901,
            Self::ReferenceUnknown => 902,
            Self::Underpaid => 903,
            Self::Overpaid => 904,
            Self::OtherProduct => 905,
            Self::OldTariff => 906,
            Self::SecondPayment => 907,
            Self::ExemptButPaid => 908,
            Self::ApplicationEnded => 909,
            Self::SeveralCandidates => 910,
            Self::OtherPersonSuspected => 911,
            Self::OtherCurrency => 912,
            Self::NotAFee => 913,
            Self::SettlementLot => 914,
            Self::ReversalWithoutPayment => 915,
            Self::ReversedAfterOrder => 916,
            Self::ReferenceRepaired => 920,
        }
    }
}

coded! {
    /// What a tie rests on.
    pub enum MatchRule as "matching rule" {
        /// The reference in the field made for it.
        StructuredReference = "STRUCTURED_REFERENCE",
        /// The one reference in the text.
        Reference = "REFERENCE",
        /// The one person named, with one open application and the exact amount.
        Person = "PERSON",
        /// The one application number in the text, with the exact amount.
        ApplicationNumber = "APPLICATION_NUMBER",
        /// An operator's decision.
        Operator = "OPERATOR",
    }
}

coded! {
    /// Why an application is suggested, or is not suggested more strongly.
    pub enum Clue as "matching clue" {
        /// Its reference was typed without a fault.
        Reference = "REFERENCE",
        /// Its number stands in the text.
        ApplicationNumber = "APPLICATION_NUMBER",
        /// Its reference appears when look-alike letters are read as digits.
        RepairedReference = "REPAIRED_REFERENCE",
        /// Its reference is one slip away from what was typed.
        SlippedReference = "SLIPPED_REFERENCE",
        /// The applicant's CNP stands in the text.
        Person = "PERSON",
        /// The applicant's name stands in the text.
        Name = "NAME",
        /// The applicant is the payer.
        Payer = "PAYER",
        /// The amount is what is still owed.
        Amount = "AMOUNT",
        /// Registered within a month of the payment.
        Date = "DATE",
        /// An operator chose this applicant for this payer before.
        ChosenBefore = "CHOSEN_BEFORE",
        /// Nothing is owed for it now.
        NothingOwed = "NOTHING_OWED",
    }
}

impl Clue {
    /// How much the clue says, in points; the points of a suggestion's clues add up to its score.
    ///
    /// Only the order that they lead to means anything: a key that was typed outweighs any two
    /// signs that many people share.
    pub const fn points(self) -> i16 {
        match self {
            Self::Reference => 60,
            Self::ApplicationNumber => 50,
            Self::RepairedReference => 45,
            Self::SlippedReference | Self::Person => 40,
            Self::Name => 30,
            Self::Payer => 25,
            Self::Amount => 20,
            Self::ChosenBefore => 15,
            Self::Date => 10,
            Self::NothingOwed => -30,
        }
    }

    /// What it says, in English and in Romanian; no personal datum.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Reference => (
                "The payment reference of the application was typed without a fault.",
                "Referința de plată a cererii este scrisă corect.",
            ),
            Self::ApplicationNumber => (
                "The number of the application stands in the text.",
                "Numărul cererii apare în text.",
            ),
            Self::RepairedReference => (
                "The payment reference appears when letters that look like digits are read as such.",
                "Referința de plată apare dacă literele asemănătoare cifrelor se citesc ca cifre.",
            ),
            Self::SlippedReference => (
                "The number typed is one wrong digit or one swap away from the payment reference.",
                "Numărul scris diferă de referința de plată printr-o cifră sau prin două cifre inversate.",
            ),
            Self::Person => (
                "The CNP of the applicant stands in the text.",
                "CNP-ul solicitantului apare în text.",
            ),
            Self::Name => (
                "The name of the applicant stands in the text.",
                "Numele solicitantului apare în text.",
            ),
            Self::Payer => (
                "The applicant is the payer.",
                "Solicitantul este plătitorul.",
            ),
            Self::Amount => (
                "The amount is exactly what is still owed.",
                "Suma este exact cea datorată.",
            ),
            Self::ChosenBefore => (
                "An operator chose this applicant for this payer before.",
                "Un operator a ales anterior acest solicitant pentru același plătitor.",
            ),
            Self::Date => (
                "The application was registered within a month of the payment.",
                "Cererea a fost înregistrată la cel mult o lună de la plată.",
            ),
            Self::NothingOwed => (
                "Nothing is owed for the application now.",
                "Pentru cerere nu se mai datorează nimic.",
            ),
        }
    }

    /// What it says, in English.
    pub const fn text_en(self) -> &'static str {
        self.words().0
    }

    /// What it says, in Romanian.
    pub const fn text_ro(self) -> &'static str {
        self.words().1
    }
}

/// An application that an operator may choose, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suggestion {
    /// Which one.
    pub application: ApplicationId,
    /// How likely, 0 to 100; only the order among suggestions of one payment means anything.
    pub score: u8,
    /// What speaks for it and against it.
    pub clues: Vec<Clue>,
}

/// What is to be done with a movement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Tie it to this application's fee, which is then paid; what is left over is `excess`.
    Match {
        /// Whose fee it pays.
        application: ApplicationId,
        /// What the tie rests on.
        rule: MatchRule,
        /// What was paid beyond the fee; zero for nearly all.
        excess: Money,
    },
    /// Tie it to this application's fee, which it does not cover: no card while short.
    Partial {
        /// Whose fee it is for.
        application: ApplicationId,
        /// What the tie rests on.
        rule: MatchRule,
        /// What is still owed after it.
        missing: Money,
        /// Why the amount is probably wrong.
        reason: MatchReason,
    },
    /// An operator decides; the likeliest stands first, at most [`SUGGESTIONS_MAX`].
    ///
    /// [`SUGGESTIONS_MAX`]: super::SUGGESTIONS_MAX
    Suggest {
        /// What to choose from.
        candidates: Vec<Suggestion>,
        /// Why no rule decided.
        reason: MatchReason,
    },
    /// Nothing fits yet; it is offered again whenever an application opens.
    Unmatched {
        /// What was looked for in vain.
        reason: MatchReason,
    },
    /// It is no payment of a fee.
    Invalid {
        /// What it is instead.
        reason: MatchReason,
    },
    /// It is clear for which application it was meant, and nothing is owed there.
    RefundCandidate {
        /// Which application was meant.
        application: ApplicationId,
        /// Why nothing is owed.
        reason: MatchReason,
    },
    /// It takes back an earlier payment, whose tie is to be undone.
    Reverses {
        /// The payment taken back.
        payment: PaymentId,
        /// The application that owes again.
        application: Option<ApplicationId>,
        /// Whether the card is ordered already: the order stands, an operator is alarmed.
        after_order: bool,
    },
}

impl Verdict {
    /// Names what happens to the movement's own record.
    ///
    /// A reversal that found its payment ends like that payment: both halves cancel out.
    pub const fn payment_event(&self) -> PaymentEvent {
        match self {
            Self::Match { .. } | Self::Partial { .. } => PaymentEvent::MatchMade,
            Self::Suggest { .. } => PaymentEvent::MatchSuggested,
            Self::Unmatched { .. } => PaymentEvent::MatchMissed,
            Self::Invalid { .. } => PaymentEvent::FoundInvalid,
            Self::RefundCandidate { .. } => PaymentEvent::RefundOwed,
            Self::Reverses { .. } => PaymentEvent::TakenBack,
        }
    }

    /// Returns what an operator or an office should know, or `None` for a plain match.
    pub fn reason(&self) -> Option<MatchReason> {
        match self {
            Self::Match { excess, .. } => (*excess > Money::ZERO).then_some(MatchReason::Overpaid),
            Self::Partial { reason, .. }
            | Self::Suggest { reason, .. }
            | Self::Unmatched { reason }
            | Self::Invalid { reason }
            | Self::RefundCandidate { reason, .. } => Some(*reason),
            Self::Reverses { after_order, .. } => {
                after_order.then_some(MatchReason::ReversedAfterOrder)
            }
        }
    }
}
