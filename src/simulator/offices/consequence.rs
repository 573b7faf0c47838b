//! What follows from an answer or an event: what the office notes, and what it does next.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::domain::application::ApplicationState;
use crate::domain::event::EventKind;
use crate::domain::money::Money;
use crate::simulator::channels::Payable;
use crate::simulator::draw::between;
use crate::simulator::offices::agenda::{Deed, Task};
use crate::simulator::offices::call::{Reply, text};
use crate::simulator::offices::feed::{Page, Told};
use crate::simulator::offices::ledger::OfficeView;
use crate::simulator::offices::{Offices, PAUSE, PUT_OFF_MAX};
use crate::simulator::script::Turn;

impl Offices {
    /// Takes note of an answer.
    pub(super) fn conclude(&mut self, task: Task, reply: Reply) {
        let key = self.cases.get(task.case).map(|case| case.key(task.deed));
        let (body, replayed) = match reply {
            Reply::Again => return self.put_off(task),
            Reply::Refused { status, code } => return self.take_refusal(task, status, &code),
            Reply::Done { body, replayed } => (body, replayed),
        };
        let Some(case) = self.cases.get_mut(task.case) else {
            return;
        };
        case.round += 1;
        match task.deed {
            Deed::AskReference => {
                let reference = text(&body, "compact");
                if reference.is_empty() {
                    self.surprise(task, "a payment reference without its compact form");
                } else {
                    case.reference = Some(reference);
                }
            }
            Deed::Submit => self.take_acceptance(task, key, &body),
            Deed::SubmitAgain => {
                let before = case.view.as_ref().map(|view| view.number.clone());
                if replayed && before == Some(text(&body, "number")) {
                    self.ledger.replayed += 1;
                } else {
                    self.surprise(task, "a repetition was not answered as before");
                }
            }
            Deed::Revise => self.ledger.revised += 1,
            Deed::Withdraw => self.ledger.withdrawn += 1,
            Deed::ReportReceived => self.ledger.received += 1,
            Deed::ReportHandedOver => self.ledger.handed_over += 1,
            Deed::Pay => (),
        }
    }

    /// Takes note of what an office was told.
    pub(super) fn hear(&mut self, office: &'static str, page: Page) {
        self.ledger.events += u64::try_from(page.told.len()).unwrap_or(u64::MAX);
        self.ledger.gaps += page.gaps;
        if page.unreadable > 0 {
            let surprise = format!("{office}: {} unreadable events", page.unreadable);
            self.ledger.surprises.push(surprise);
        }
        for told in page.told {
            self.react(office, &told);
        }
    }

    /// Sends the applicant to pay what is due, as far as that is known.
    pub(super) fn send_to_pay(&mut self, task: Task) {
        if self.waits_for_reference(task.case) {
            return self.put_off(task);
        }
        let Some(person) = self.person_of(task.case) else {
            return;
        };
        let fee = self.settings.fee;
        let Some(case) = self.cases.get(task.case) else {
            return;
        };
        let amount = case.due.unwrap_or(fee);
        if let Some(reference) = case.reference.clone().filter(|_| amount > Money::ZERO) {
            self.payables.push(Payable {
                reference,
                family: person.into(),
                amount,
            });
        }
    }

    /// Whether the payment reference that belongs into an application has not been given yet.
    pub(super) fn waits_for_reference(&self, case: usize) -> bool {
        self.cases
            .get(case)
            .is_some_and(|case| case.story.pays && case.reference.is_none())
    }

    /// Does a task later, unless it was put off too often.
    pub(super) fn put_off(&mut self, task: Task) {
        if task.put_off >= PUT_OFF_MAX {
            return self.surprise(task, "given up");
        }
        let later = Task {
            put_off: task.put_off + 1,
            ..task
        };
        self.agenda.add(self.clock.now() + PAUSE, later);
    }

    fn take_refusal(&mut self, task: Task, status: u16, code: &str) {
        let seed = self.settings.seed;
        let Some(case) = self.cases.get_mut(task.case) else {
            return;
        };
        case.round += 1;
        let was_expected = case.mishap(seed).is_some();
        match task.deed {
            Deed::Submit => {
                *self.ledger.refused.entry(code.to_owned()).or_default() += 1;
                if was_expected {
                    case.writings += 1;
                    let minutes = between(&self.random, 5, 40);
                    self.plan(task.case, Deed::Submit, minutes, minutes);
                    return;
                }
            }
            Deed::Withdraw if status == 409 => {
                self.ledger.withdrawn_too_late += 1;
                return;
            }
            // The card was taken from the way meanwhile; an event will tell of the next one.
            Deed::ReportReceived | Deed::ReportHandedOver if status == 409 => return,
            _ => (),
        }
        self.surprise(task, &format!("answered {status} {code}"));
    }

    fn take_acceptance(&mut self, task: Task, key: Option<String>, body: &Value) {
        let seed = self.settings.seed;
        let Some(case) = self.cases.get_mut(task.case) else {
            return;
        };
        if case.mishap(seed).is_some() {
            self.surprise(task, "a faulty application was taken in");
            return;
        }
        let reference = body.get("payment_reference");
        let reference = reference.map_or_else(String::new, |forms| text(forms, "compact"));
        let (Ok(id), Ok(state)) = (
            text(body, "id").parse(),
            ApplicationState::parse(&text(body, "state")),
        ) else {
            return self.surprise(task, "an unreadable application");
        };
        case.submit_key = key;
        case.due = due_of(body);
        case.view = Some(OfficeView {
            serial: case.story.serial,
            office: case.story.office,
            id,
            number: text(body, "number"),
            payment_reference: reference.clone(),
            state,
            events: Vec::new(),
        });
        let turn = case.story.turn;
        let owes = !case.story.pays;
        self.by_id.insert(id, task.case);
        self.ledger.submitted += 1;
        match turn {
            Turn::SentTwice => self.plan(task.case, Deed::SubmitAgain, 1, 30),
            Turn::Withdrawal => self.plan(task.case, Deed::Withdraw, 60, 1200),
            Turn::None | Turn::Slip => (),
        }
        if owes {
            self.pay_what_is_due(task.case, reference);
        }
        for (office, told) in self.early.remove(&id).unwrap_or_default() {
            self.react(office, &told);
        }
    }

    /// Somebody who was thought to owe nothing is told otherwise and pays.
    fn pay_what_is_due(&mut self, case: usize, reference: String) {
        let Some(case) = self.cases.get(case) else {
            return;
        };
        let due = case.due.filter(|due| *due > Money::ZERO);
        if let (Some(amount), Some(person)) = (due, case.person.clone()) {
            self.payables.push(Payable {
                reference,
                family: person.into(),
                amount,
            });
        }
    }

    fn react(&mut self, office: &'static str, told: &Told) {
        let found = self.by_id.get(&told.application).copied();
        let Some((place, case)) = found.and_then(|place| Some((place, self.cases.get_mut(place)?)))
        else {
            // The answer was lost: the office asks again, and then knows whom this is about.
            let early = self.early.entry(told.application).or_default();
            early.push((office, told.clone()));
            return;
        };
        let hands_over = case.hands_over_at() == office;
        if let Some(view) = case.view.as_mut().filter(|view| view.office == office) {
            view.state = told.state;
            view.events.push(told.kind);
        }
        match told.kind {
            EventKind::Shipped if hands_over => {
                self.plan(place, Deed::ReportReceived, 16 * 60, 40 * 60);
            }
            EventKind::AtOffice if hands_over => {
                self.plan(place, Deed::ReportHandedOver, 4 * 60, 96 * 60);
            }
            EventKind::Returned => {
                case.writings += 1;
                case.was_returned = true;
                self.plan(place, Deed::Revise, 2 * 60, 30 * 60);
            }
            EventKind::HandedOver | EventKind::Cancelled => case.person = None,
            _ => (),
        }
    }

    /// Plans a deed so many minutes from now.
    fn plan(&mut self, case: usize, deed: Deed, least: u32, most: u32) {
        let minutes = i64::from(between(&self.random, least, most));
        let at: DateTime<Utc> = self.clock.now() + TimeDelta::minutes(minutes);
        let task = Task {
            case,
            deed,
            put_off: 0,
        };
        self.agenda.add(at, task);
    }

    fn surprise(&mut self, task: Task, what: &str) {
        let serial = u64::try_from(task.case).unwrap_or(u64::MAX) + 1;
        let surprise = format!("story {serial}, {}: {what}", task.deed);
        self.ledger.surprises.push(surprise);
    }
}

/// What the gateway says is due.
fn due_of(application: &Value) -> Option<Money> {
    let due = text(application.get("fee")?, "due");
    Money::parse_minor(&due, '.', 2).ok().map(Money::from_bani)
}
