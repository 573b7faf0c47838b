//! The papers that an office has seen, and how old they may be when the application is lodged.
//!
//! The gateway keeps no papers: it receives the office's word on them.

use chrono::{Days, Months, NaiveDate};

use crate::coded;
use crate::domain::names::Mark;

coded! {
    /// A kind of paper.
    pub enum PaperKind as "kind of paper" {
        /// The applicant's identity document.
        IdentityDocument = "IDENTITY_DOCUMENT",
        /// Birth certificate.
        BirthCertificate = "BIRTH_CERTIFICATE",
        /// Marriage certificate, the applicant's or the parents'.
        MarriageCertificate = "MARRIAGE_CERTIFICATE",
        /// Divorce certificate or judgment.
        DivorcePaper = "DIVORCE_PAPER",
        /// Identity document of a parent or legal representative.
        ParentIdentityDocument = "PARENT_IDENTITY_DOCUMENT",
        /// Extract of the land book.
        LandBookExtract = "LAND_BOOK_EXTRACT",
        /// The host's declaration of reception, made in the country.
        HostDeclaration = "HOST_DECLARATION",
        /// The host's declaration of reception, made abroad.
        HostDeclarationAbroad = "HOST_DECLARATION_ABROAD",
        /// Another proof of domicile.
        DomicileProof = "DOMICILE_PROOF",
        /// Proof of a residence other than the domicile.
        ResidenceProof = "RESIDENCE_PROOF",
        /// Proof that the fee was paid.
        ProofOfPayment = "PROOF_OF_PAYMENT",
        /// A parent's declaration of consent.
        ParentConsent = "PARENT_CONSENT",
        /// The judgment, ordinance, decision or delegation of a requester.
        CapacityDocument = "CAPACITY_DOCUMENT",
        /// Declaration of loss or report of theft.
        LossDeclaration = "LOSS_DECLARATION",
    }
}

/// How old a paper may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AgeLimit {
    /// So many days.
    Days(u64),
    /// So many calendar months.
    Months(u32),
}

impl std::fmt::Display for AgeLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days} d"),
            Self::Months(months) => write!(f, "{months} m"),
        }
    }
}

/// The age limit of one kind of paper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PaperRule {
    /// The rule's id.
    pub id: &'static str,
    /// The kind of paper.
    pub kind: PaperKind,
    /// How old it may be on the day of registration.
    pub limit: AgeLimit,
}

/// The papers whose age matters (DJEP Cluj, papers for applicants over 18). Neither a beginning nor
/// an end of these rules is published, so they carry no dates.
pub const PAPER_RULES: &[PaperRule] = &[
    PaperRule {
        id: "P1",
        kind: PaperKind::LandBookExtract,
        limit: AgeLimit::Days(30),
    },
    PaperRule {
        id: "P2",
        kind: PaperKind::HostDeclaration,
        limit: AgeLimit::Days(90),
    },
    PaperRule {
        id: "P3",
        kind: PaperKind::HostDeclarationAbroad,
        limit: AgeLimit::Months(6),
    },
];

/// One paper that the office has seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Paper {
    /// Its kind.
    pub kind: PaperKind,
    /// Its date, where the office wrote it down.
    pub issued_on: Option<NaiveDate>,
}

/// The office's word on the papers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attestation {
    /// The official's mark at the office, which is not a name.
    pub official: Mark,
    /// The papers seen.
    pub papers: Vec<Paper>,
}

/// Why a paper does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PaperFault {
    /// Its age matters, and its date is not given.
    #[error("the date of the paper is missing")]
    DateMissing,
    /// It bears a date after the registration.
    #[error("the paper is dated after the registration")]
    FromFuture,
    /// It is older than it may be.
    #[error("the paper is older than {0}")]
    TooOld(AgeLimit),
}

impl Paper {
    /// Refuses a paper from the future or one older than its kind may be on the day of
    /// registration; a paper exactly as old as the limit counts.
    pub fn check(&self, registered_on: NaiveDate) -> Result<(), PaperFault> {
        let limit = PAPER_RULES
            .iter()
            .find(|rule| rule.kind == self.kind)
            .map(|rule| rule.limit);
        match (self.issued_on, limit) {
            (Some(issued_on), _) if issued_on > registered_on => Err(PaperFault::FromFuture),
            (Some(issued_on), Some(limit)) if is_older(issued_on, limit, registered_on) => {
                Err(PaperFault::TooOld(limit))
            }
            (None, Some(_)) => Err(PaperFault::DateMissing),
            (Some(_) | None, _) => Ok(()),
        }
    }
}

fn is_older(issued_on: NaiveDate, limit: AgeLimit, registered_on: NaiveDate) -> bool {
    let last_day = match limit {
        AgeLimit::Days(days) => issued_on.checked_add_days(Days::new(days)),
        AgeLimit::Months(months) => issued_on.checked_add_months(Months::new(months)),
    };
    last_day.is_some_and(|last_day| last_day < registered_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rule::day;

    fn seen(kind: PaperKind, issued_on: Option<NaiveDate>) -> Result<(), PaperFault> {
        Paper { kind, issued_on }.check(day(2026, 7, 31))
    }

    #[test]
    fn a_paper_counts_to_the_last_day_of_its_limit() {
        for (kind, oldest, too_old) in [
            (
                PaperKind::LandBookExtract,
                day(2026, 7, 1),
                day(2026, 6, 30),
            ),
            (PaperKind::HostDeclaration, day(2026, 5, 2), day(2026, 5, 1)),
            (
                PaperKind::HostDeclarationAbroad,
                day(2026, 1, 31),
                day(2026, 1, 30),
            ),
        ] {
            assert_eq!(seen(kind, Some(oldest)), Ok(()), "{kind}");
            let refused = seen(kind, Some(too_old));
            assert!(matches!(refused, Err(PaperFault::TooOld(_))), "{kind}");
        }
    }

    #[test]
    fn only_papers_with_a_limit_need_a_date() {
        assert_eq!(seen(PaperKind::BirthCertificate, None), Ok(()));
        assert_eq!(
            seen(PaperKind::BirthCertificate, Some(day(1963, 7, 1))),
            Ok(())
        );
        for rule in PAPER_RULES {
            assert_eq!(seen(rule.kind, None), Err(PaperFault::DateMissing));
        }
    }

    #[test]
    fn no_paper_comes_from_the_future() {
        let tomorrow = Some(day(2026, 8, 1));
        for kind in PaperKind::ALL {
            assert_eq!(seen(*kind, tomorrow), Err(PaperFault::FromFuture));
        }
    }

    #[test]
    fn a_declaration_from_the_end_of_august_counts_to_the_end_of_february() {
        let paper = Paper {
            kind: PaperKind::HostDeclarationAbroad,
            issued_on: Some(day(2025, 8, 31)),
        };
        assert_eq!(paper.check(day(2026, 2, 28)), Ok(()));
        assert!(paper.check(day(2026, 3, 1)).is_err());
    }
}
