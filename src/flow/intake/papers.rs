//! Who asks for the card, and which papers the office has seen.

use chrono::NaiveDate;

use crate::domain::attestation::{Attestation, Paper, PaperFault, PaperKind};
use crate::domain::cnp::Cnp;
use crate::domain::names::{Mark, PrintText};
use crate::domain::requester::{
    self, Capacity, CapacityDocument, DocumentFacts, RequestFacts, Requester, RequesterFault,
};
use crate::flow::content::{
    ApplicationContent, CapacityDocumentContent, PaperContent, RequesterContent,
};
use crate::flow::intake::IntakeContext;
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::{Fault, Faults, known};
use crate::flow::intake::person::cnp;
use crate::flow::intake::printed::place;

/// Room for the number of a judgment.
const DOCUMENT_NUMBER_MAX: usize = 64;

/// Reads who asks and whether they may, for an applicant of `age`.
pub(super) fn requester(
    application: &ApplicationContent,
    age: Option<u32>,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<Requester> {
    let asked = &application.requester;
    let capacity = faults.note(known(
        "/requester/capacity",
        &text::CAPACITY_UNKNOWN,
        Capacity::parse(&asked.capacity),
        Capacity::ALL,
    ));
    let cnps = requesters(asked, &application.applicant.cnp, context.today, faults);
    let document = asked.document.as_ref().map(capacity_document);
    let document = faults.note(document.transpose());
    if let (Some(capacity), Some(age)) = (capacity, age) {
        let facts = RequestFacts {
            capacity,
            requesters: asked.cnps.len(),
            document: asked.document.as_ref().map(document_facts),
            age,
            registered_on: application.registered_on,
            one_parent_with_declaration: context.policy.one_parent_with_declaration,
        };
        for fault in requester::faults(&facts) {
            faults.add(fault_of_request(fault));
        }
    }
    Some(Requester {
        capacity: capacity?,
        cnps: cnps?,
        document: document?,
    })
}

/// Reads the CNP of each requester; none may be given twice or be the applicant.
fn requesters(
    asked: &RequesterContent,
    applicant: &str,
    today: NaiveDate,
    faults: &mut Faults,
) -> Option<Vec<Cnp>> {
    let mut read: Vec<Option<Cnp>> = Vec::new();
    for (at, value) in asked.cnps.iter().enumerate() {
        let pointer = format!("/requester/cnps/{at}");
        if value == applicant {
            faults.add(Fault::new(pointer.clone(), &text::REQUESTER_IS_APPLICANT));
        }
        if asked.cnps.iter().take(at).any(|earlier| earlier == value) {
            faults.add(Fault::new(pointer.clone(), &text::REQUESTER_REPEATED));
        }
        read.push(faults.note(cnp(&pointer, value, today)));
    }
    read.into_iter().collect()
}

fn capacity_document(document: &CapacityDocumentContent) -> Result<CapacityDocument, Fault> {
    let number: PrintText = place(
        "/requester/document/number",
        &document.number,
        DOCUMENT_NUMBER_MAX,
    )?;
    Ok(CapacityDocument {
        number,
        facts: document_facts(document),
    })
}

const fn document_facts(document: &CapacityDocumentContent) -> DocumentFacts {
    DocumentFacts {
        issued_on: document.issued_on,
        covers_card_expressly: document.covers_card_expressly,
    }
}

fn fault_of_request(fault: RequesterFault) -> Fault {
    const CAPACITY: &str = "/requester/capacity";
    const DOCUMENT: &str = "/requester/document";
    match fault {
        RequesterFault::NotAdmitted(_) => Fault::new(CAPACITY, &text::CAPACITY_NOT_ADMITTED),
        RequesterFault::NotForAge(_) => Fault::new(CAPACITY, &text::CAPACITY_NOT_FOR_AGE),
        RequesterFault::Count { given, least, most } => Fault::detailed(
            "/requester/cnps",
            &text::REQUESTER_COUNT,
            if least == most {
                format!("{given} ≠ {least}")
            } else {
                format!("{given} ∉ {least}–{most}")
            },
        ),
        RequesterFault::DocumentMissing => Fault::new(DOCUMENT, &text::CAPACITY_DOCUMENT_MISSING),
        RequesterFault::DocumentFromFuture => Fault::new(
            "/requester/document/issued_on",
            &text::CAPACITY_DOCUMENT_FROM_FUTURE,
        ),
        RequesterFault::NotExpress => Fault::new(
            "/requester/document/covers_card_expressly",
            &text::ORDINANCE_NOT_EXPRESS,
        ),
    }
}

/// Reads the office's word on the papers.
pub(super) fn attestation(
    application: &ApplicationContent,
    faults: &mut Faults,
) -> Option<Attestation> {
    let attested = &application.attestation;
    let official = faults.note(
        Mark::parse(&attested.official)
            .ok_or_else(|| Fault::new("/attestation/official", &text::OFFICIAL_INVALID)),
    );
    if attested.papers.is_empty() {
        faults.add(Fault::new("/attestation/papers", &text::PAPERS_NOT_LISTED));
    }
    let papers: Vec<Option<Paper>> = attested
        .papers
        .iter()
        .enumerate()
        .map(|(at, seen)| {
            let pointer = format!("/attestation/papers/{at}");
            faults.note(paper(&pointer, seen, application.registered_on))
        })
        .collect();
    Some(Attestation {
        official: official?,
        papers: papers.into_iter().collect::<Option<_>>()?,
    })
}

fn paper(pointer: &str, seen: &PaperContent, registered_on: NaiveDate) -> Result<Paper, Fault> {
    let paper = Paper {
        kind: known(
            format!("{pointer}/kind"),
            &text::PAPER_KIND_UNKNOWN,
            PaperKind::parse(&seen.kind),
            PaperKind::ALL,
        )?,
        issued_on: seen.issued_on,
    };
    let dated = format!("{pointer}/issued_on");
    match paper.check(registered_on) {
        Ok(()) => Ok(paper),
        Err(PaperFault::DateMissing) => Err(Fault::new(dated, &text::PAPER_DATE_MISSING)),
        Err(PaperFault::FromFuture) => Err(Fault::new(dated, &text::PAPER_FROM_FUTURE)),
        Err(PaperFault::TooOld(limit)) => Err(Fault::detailed(
            dated,
            &text::PAPER_TOO_OLD,
            format!("> {limit}"),
        )),
    }
}
