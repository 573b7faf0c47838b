//! One invented day at the bank's counters, line by line, with the money kept as it would be.

use super::*;
use crate::domain::id::PaymentId;
use crate::domain::payment::PaymentState;

const DUE: Money = Money::from_lei(67);

/// References of the people of the day, who are numbered from 0.
const RF: [&str; 8] = [
    "RF273363819227",
    "RF828933067611",
    "RF789264898960",
    "RF824325814185",
    "RF262289048381",
    "RF107138921114",
    "RF702323035225",
    "RF864012474140",
];

/// The books of the day: eight applications that owe 67 lei each, and what came in.
struct Books {
    rule: MatchingRule,
    applications: Vec<Candidate<'static>>,
    payments: Vec<EarlierPayment<'static>>,
}

impl Books {
    fn open() -> Self {
        let applications = (0..8)
            .map(|number| Candidate {
                application: id(number),
                reference: Some(RF[usize::from(number)]),
                number: "",
                person: person(number),
                due: DUE,
                ..application(0)
            })
            .collect();
        Self {
            rule: MatchingRule {
                person_is_enough: true,
                other_product_fees: vec![Money::from_lei(38)],
                earlier_fees: vec![],
            },
            applications,
            payments: vec![],
        }
    }

    /// Judges a line and books what follows from it.
    fn book(&mut self, evidence: &Evidence<'static>) -> Verdict {
        let known = Known {
            applications: &self.applications,
            payments: &self.payments,
        };
        let verdict = self.rule.judge(evidence, known);
        let application = match &verdict {
            Verdict::Match { application, .. } | Verdict::Partial { application, .. } => {
                self.tie(*application, evidence.amount);
                Some(*application)
            }
            Verdict::Reverses {
                payment,
                application,
                ..
            } => {
                self.take_back(*payment, *application);
                None
            }
            _ => None,
        };
        self.payments.push(EarlierPayment {
            payment: PaymentId(Uuid::from_u128(
                u128::try_from(self.payments.len()).unwrap(),
            )),
            channel_reference: None,
            references: evidence.references.clone(),
            amount: evidence.amount,
            booked_on: evidence.booked_on,
            state: PaymentState::Imported
                .after(verdict.payment_event())
                .unwrap(),
            application,
        });
        verdict
    }

    fn tie(&mut self, application: ApplicationId, amount: Money) {
        let one = self.find(application);
        one.paid = one.paid.checked_add(amount).unwrap();
        one.fee = settle(one);
    }

    fn take_back(&mut self, payment: PaymentId, application: Option<ApplicationId>) {
        let undone = self
            .payments
            .iter_mut()
            .find(|one| one.payment == payment)
            .unwrap();
        undone.state = PaymentState::Reversed;
        let amount = undone.amount;
        if let Some(application) = application {
            let one = self.find(application);
            one.paid = one.paid.checked_sub(amount).unwrap();
            one.fee = settle(one);
        }
    }

    fn find(&mut self, application: ApplicationId) -> &mut Candidate<'static> {
        self.applications
            .iter_mut()
            .find(|one| one.application == application)
            .unwrap()
    }
}

fn settle(one: &Candidate<'_>) -> FeeState {
    match fee_after(one.fee, one.due, one.paid, false) {
        Some(event) => one.fee.after(event).unwrap(),
        None => one.fee,
    }
}

/// A payment of 67 lei whose payer is `payer`.
fn paid(payer: u8) -> Evidence<'static> {
    Evidence {
        amount: DUE,
        payer: Some(person(payer)),
        ..payment()
    }
}

/// The same with a sound reference of one of the day's people.
fn referring(payer: u8, reference: usize) -> Evidence<'static> {
    Evidence {
        references: vec![RF[reference]],
        ..paid(payer)
    }
}

fn matched(rule: MatchRule, number: u8) -> Verdict {
    Verdict::Match {
        application: id(number),
        rule,
        excess: Money::ZERO,
    }
}

#[track_caller]
fn only_suggestion(verdict: Verdict) -> (ApplicationId, MatchReason) {
    match verdict {
        Verdict::Suggest { candidates, reason } if candidates.len() == 1 => {
            (candidates[0].application, reason)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_lines_of_a_day_end_as_an_accountant_would_book_them() {
    let mut books = Books::open();
    // 0, 1: the reference, whole and in its short form.
    assert_eq!(
        books.book(&referring(0, 0)),
        matched(MatchRule::Reference, 0)
    );
    assert_eq!(
        books.book(&referring(1, 1)),
        matched(MatchRule::Reference, 1)
    );
    // 2: no reference; the payer is the applicant.
    assert_eq!(books.book(&paid(2)), matched(MatchRule::Person, 2));
    // 3: a mother pays for her child, whose name stands in the text.
    books.applications[3].name_is_alike = true;
    let for_a_child = Evidence {
        speaks_of_another_person: true,
        ..paid(93)
    };
    assert_eq!(
        only_suggestion(books.book(&for_a_child)),
        (id(3), MatchReason::OtherPersonSuspected)
    );
    books.applications[3].name_is_alike = false;
    // 4: the fee of line 0 is paid a second time.
    assert_eq!(
        books.book(&referring(0, 0)),
        Verdict::RefundCandidate {
            application: id(0),
            reason: MatchReason::SecondPayment,
        }
    );
    // 5: two neighbouring digits swapped, so that the check digits fail.
    let swapped = Evidence {
        slipped_references: vec![RF[4]],
        ..paid(94)
    };
    assert_eq!(
        only_suggestion(books.book(&swapped)),
        (id(4), MatchReason::ReferenceRepaired)
    );
    assert_other_amounts_are_tied(&mut books);
    // 8: line 0 is taken back, not its double in line 4.
    let taken_back = Evidence {
        movement: Movement::Reversal,
        ..referring(0, 0)
    };
    assert_eq!(
        books.book(&taken_back),
        Verdict::Reverses {
            payment: books.payments[0].payment,
            application: Some(id(0)),
            after_order: false,
        }
    );
    assert_the_rest_of_the_day(&mut books);
    assert_the_books_at_night(&books);
}

/// 6 and 7: the fee of the simple card, the fee of a later tariff.
fn assert_other_amounts_are_tied(books: &mut Books) {
    let wrong_product = Evidence {
        amount: Money::from_lei(38),
        ..referring(5, 5)
    };
    assert_eq!(
        books.book(&wrong_product),
        Verdict::Partial {
            application: id(5),
            rule: MatchRule::Reference,
            missing: Money::from_lei(29),
            reason: MatchReason::OtherProduct,
        }
    );
    let too_much = Evidence {
        amount: Money::from_lei(70),
        ..referring(6, 6)
    };
    assert_eq!(
        books.book(&too_much),
        Verdict::Match {
            application: id(6),
            rule: MatchRule::Reference,
            excess: Money::from_lei(3),
        }
    );
}

/// 9 to 13: a lot, a charge, two payments without a key, and a CNP written with dots.
fn assert_the_rest_of_the_day(books: &mut Books) {
    let lot = Evidence {
        amount: Money::from_lei(335),
        movement: Movement::SettlementLot,
        ..payment()
    };
    let charge = Evidence {
        amount: Money::from_lei(4),
        movement: Movement::Charge,
        ..payment()
    };
    let keyless = Evidence {
        amount: DUE,
        ..payment()
    };
    let dotted = Evidence {
        people: vec![person(7)],
        ..paid(7)
    };
    assert_eq!(
        books.book(&lot),
        Verdict::Invalid {
            reason: MatchReason::SettlementLot
        }
    );
    assert_eq!(
        books.book(&charge),
        Verdict::Invalid {
            reason: MatchReason::NotAFee
        }
    );
    for _ in ["the one", "its twin, which is money too"] {
        assert_eq!(
            books.book(&keyless),
            Verdict::Unmatched {
                reason: MatchReason::ReferenceMissing
            }
        );
    }
    assert_eq!(books.book(&dotted), matched(MatchRule::Person, 7));
}

fn assert_the_books_at_night(books: &Books) {
    let fees: Vec<FeeState> = books.applications.iter().map(|one| one.fee).collect();
    assert_eq!(
        fees,
        [
            FeeState::Due,
            FeeState::Paid,
            FeeState::Paid,
            FeeState::Due,
            FeeState::Due,
            FeeState::PartlyPaid,
            FeeState::Overpaid,
            FeeState::Paid,
        ]
    );
}

#[test]
fn the_double_left_over_after_a_reversal_can_pay_the_fee_again() {
    let mut books = Books::open();
    let taken_back = Evidence {
        movement: Movement::Reversal,
        ..referring(0, 0)
    };
    for evidence in [referring(0, 0), referring(0, 0), taken_back] {
        books.book(&evidence);
    }
    assert_eq!(
        books.book(&referring(0, 0)),
        matched(MatchRule::Reference, 0),
        "offered again, as after every change of what is owed"
    );
    assert!(
        books.payments[1]
            .state
            .after(crate::domain::payment::PaymentEvent::MatchMade)
            .is_ok()
    );
}

#[test]
fn a_payment_that_came_before_its_application_is_tied_when_that_opens() {
    let mut books = Books::open();
    let late = books.applications.remove(0);
    assert_eq!(
        books.book(&referring(0, 0)),
        Verdict::Unmatched {
            reason: MatchReason::ReferenceUnknown
        }
    );
    books.applications.push(late);
    assert_eq!(
        books.book(&referring(0, 0)),
        matched(MatchRule::Reference, 0)
    );
}
