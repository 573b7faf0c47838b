//! Random histories of money against the real store: statements with twins, repetitions and
//! overlaps, notifications and settlements, applications before and after their payments,
//! reversals, refunds and what the bank makes of them, decisions. After every step each leu stands under one head, to the ban.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use cei_gateway::channel::selfpay::webhook::WebhookHeaders;
use cei_gateway::domain::calendar::bucharest_day;
use cei_gateway::domain::money::Money;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::domain::reconciliation::money::{InvariantCode, MoneyReport};
use cei_gateway::domain::refund::{RefundState, end_to_end_id};
use cei_gateway::flow::decide_payment::{Decision, decide_payment};
use cei_gateway::flow::draw_report::{ReportRequest, draw_report};
use cei_gateway::flow::record_notification::receive_notification;
use cei_gateway::flow::refund::decide::{RefundDecision, decide_refund};
use cei_gateway::flow::refund::export::{export_refunds, withdraw_refund_list};
use cei_gateway::flow::refund::propose::{Proposal, propose_refund};
use cei_gateway::flow::refund::{Account as Payee, candidates};
use cei_gateway::random::Random;
use cei_gateway::simulator::statement::selfpay::{
    KioskPayment, NotificationKind, kiosk_reference, settlement_csv,
};
use cei_gateway::simulator::statement::webhook::{SigningKey, signed_headers};
use cei_gateway::store::refund_lists;
use cei_gateway::store::refunds::{self, Refund};
use chrono::NaiveDate;
use serde_json::json;

use crate::money::world::{SECRET, World};

const LEI: &str = "RO38CECEBC2030RON0923675";
const EUROS: &str = "RO38CECEBC2030EUR0923675";

/// The first day of every history.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

/// One line of the bank's own books.
#[derive(Clone)]
struct Line {
    mark: &'static str,
    bani: i64,
    reference: Option<String>,
    text: String,
}

/// The bank's books of one account: what happened today, and how much of it a file has told.
#[derive(Default)]
struct Account {
    opening: i64,
    /// How many statements told of it.
    statements: u32,
    today: Vec<Line>,
    told: usize,
    /// Everything that came in and was told.
    credited: i64,
}

impl Account {
    fn sum(lines: &[Line]) -> i64 {
        let effect = |line: &Line| {
            if line.mark == "C" {
                line.bani
            } else {
                -line.bani
            }
        };
        lines.iter().map(effect).sum()
    }

    /// Tells the first `count` lines of the day; what is new in them counts.
    fn tell(&mut self, count: usize) -> &[Line] {
        let new = self.today.get(self.told..count).unwrap_or(&[]);
        let came = new.iter().filter(|line| line.mark == "C");
        self.credited += came.map(|line| line.bani).sum::<i64>();
        self.told = self.told.max(count);
        &self.today[..count]
    }
}

/// The story so far.
struct History {
    world: World,
    random: Random,
    day: NaiveDate,
    accounts: BTreeMap<&'static str, Account>,
    serial: u32,
    last_file: Option<String>,
    references: Vec<String>,
    opened: usize,
    kiosk: Vec<KioskPayment>,
    /// What stations took, by transaction; told at least once.
    stations: BTreeMap<String, i64>,
}

/// An amount as MT940 writes it.
fn digits(minor: i64) -> String {
    format!("{},{:02}", minor / 100, minor % 100)
}

impl History {
    fn new(world: World, seed: u64) -> Self {
        let random = Random::seeded(seed);
        let reference = |_| PaymentReference::from_random(random.next_u64()).compact();
        let references = (0..12).map(reference).collect();
        let account = |name| {
            let opening = 100_000;
            (
                name,
                Account {
                    opening,
                    ..Account::default()
                },
            )
        };
        Self {
            world,
            day: first_day(),
            accounts: BTreeMap::from([account(LEI), account(EUROS)]),
            serial: 0,
            last_file: None,
            references,
            opened: 0,
            kiosk: Vec::new(),
            stations: BTreeMap::new(),
            random,
        }
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(bound).unwrap())).unwrap()
    }

    fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    async fn step(&mut self) -> &'static str {
        match self.below(30) {
            0..=3 => self.statement().await,
            4 => self.same_file_again().await,
            5 => self.euros().await,
            6..=7 => self.open_application().await,
            8..=9 => self.notification(NotificationKind::Confirmed).await,
            10 => self.notification(NotificationKind::Reversed).await,
            11 => self.told_otherwise().await,
            12 => self.settlement().await,
            13..=15 => self.decision().await,
            16 => self.next_day(),
            17..=19 => self.proposal().await,
            20..=23 => self.refund_decision().await,
            24..=25 => self.refund_list().await,
            _ => {
                self.world.settle().await;
                "the matcher works"
            }
        }
    }

    /// Books a few lines, and tells the day so far: new lines behind known ones.
    async fn statement(&mut self) -> &'static str {
        let paid = self.refund_line().await;
        self.accounts.get_mut(LEI).unwrap().today.extend(paid);
        for _ in 0..=self.below(4) {
            let line = self.line();
            let twins = if self.below(4) == 0 { 2 } else { 1 };
            let account = self.accounts.get_mut(LEI).unwrap();
            account.today.extend(std::iter::repeat_n(line, twins));
        }
        let all = self.accounts[LEI].today.len();
        let count = all - self.below(2).min(all - 1);
        self.tell(LEI, "RON", count).await;
        "a statement"
    }

    fn line(&mut self) -> Line {
        self.serial += 1;
        let today = &self.accounts[LEI].today;
        let taken = today
            .iter()
            .filter(|line| line.mark == "C" && line.reference.is_some());
        let taken: Vec<Line> = taken.cloned().collect();
        match (self.below(10), self.one_of(&taken)) {
            (0..=1, Some(taken)) => Line {
                mark: "RC",
                ..taken.clone()
            },
            (2, _) => Line {
                mark: "D",
                bani: 150,
                reference: None,
                text: "comision administrare cont".to_owned(),
            },
            (3, _) => self.credit("taxa buletin".to_owned()),
            _ => {
                let reference = self.one_of(&self.references).unwrap().clone();
                self.credit(format!("taxa CEI {reference}"))
            }
        }
    }

    fn credit(&self, text: String) -> Line {
        let bani = *self
            .one_of(&[7_000, 7_000, 7_000, 6_700, 3_500, 7_001])
            .unwrap();
        let reference = (self.below(2) == 0).then(|| format!("B{}", self.serial));
        Line {
            mark: "C",
            bani,
            reference,
            text,
        }
    }

    async fn euros(&mut self) -> &'static str {
        let line = Line {
            mark: "C",
            bani: 1_400,
            reference: None,
            text: "fee".to_owned(),
        };
        let account = self.accounts.get_mut(EUROS).unwrap();
        account.today.push(line);
        let count = account.today.len();
        self.tell(EUROS, "EUR", count).await;
        "a statement in euros"
    }

    async fn tell(&mut self, account: &'static str, currency: &str, count: usize) {
        let day = self.day.format("%y%m%d").to_string();
        let short = self.day.format("%m%d");
        let books = self.accounts.get_mut(account).unwrap();
        books.statements += 1;
        let (number, opening) = (books.statements, books.opening);
        let lines = books.tell(count);
        let balance = |minor: i64| {
            let sign = if minor < 0 { "D" } else { "C" };
            format!("{sign}{day}{currency}{}", digits(minor.abs()))
        };
        let mut file = format!(
            ":20:{number}\r\n:25:{account}\r\n:28C:{number}/1\r\n:60F:{}\r\n",
            balance(opening)
        );
        for line in lines {
            let (mark, text) = (line.mark, &line.text);
            let digits = digits(line.bani);
            let reference = line.reference.as_deref();
            let reference = reference.map(|own| format!("//{own}")).unwrap_or_default();
            write!(
                file,
                ":61:{day}{short}{mark}{digits}NTRFNONREF{reference}\r\n:86:{text}\r\n"
            )
            .unwrap();
        }
        write!(file, ":62F:{}\r\n", balance(opening + Account::sum(lines))).unwrap();
        let outcome = self
            .world
            .import(Channel::Cec, file.as_bytes())
            .await
            .unwrap();
        // A day that is told again in part ends before the next one begins: 919, money recorded.
        let others = outcome.held.iter().filter(|one| one.code != 919);
        assert_eq!(others.count(), 0, "{file}\n{:?}", outcome.held);
        self.last_file = Some(file);
    }

    async fn same_file_again(&mut self) -> &'static str {
        if let Some(file) = &self.last_file {
            let outcome = self.world.import(Channel::Cec, file.as_bytes()).await;
            assert!(!outcome.unwrap().is_new);
        }
        "the same file again"
    }

    async fn open_application(&mut self) -> &'static str {
        let Some(reference) = self.references.get(self.opened) else {
            return "every application is open";
        };
        let number = format!("CLJ-01-2026-{:06}", self.opened + 1);
        let written = json!({
            "application": number, "cnp": format!("19001011200{:02}", self.opened),
            "due_minor": 7_000, "reference": reference, "name": "POP ION",
        });
        self.world.open_application(&written).await;
        self.opened += 1;
        "an application"
    }

    async fn notification(&mut self, kind: NotificationKind) -> &'static str {
        let payment = match (kind, self.one_of(&self.kiosk)) {
            (NotificationKind::Reversed, Some(paid)) => KioskPayment {
                kind,
                ..paid.clone()
            },
            (NotificationKind::Reversed, None) => return "nothing to take back",
            (NotificationKind::Confirmed, _) => self.kiosk_payment(),
        };
        self.notify(&payment).await;
        "a notification"
    }

    fn kiosk_payment(&mut self) -> KioskPayment {
        self.serial += 1;
        let payment = KioskPayment {
            transaction_id: format!("SP-{}", self.serial),
            kind: NotificationKind::Confirmed,
            reference: kiosk_reference(self.one_of(&self.references).unwrap()),
            beneficiary_cnp: None,
            amount: Money::from_bani(7_000),
            commission: Money::from_bani(50),
            terminal: "T1".to_owned(),
            paid_at: self.world.gateway.clock.now(),
        };
        self.kiosk.push(payment.clone());
        payment
    }

    /// The station tells another amount of a transaction: nothing is changed.
    async fn told_otherwise(&mut self) -> &'static str {
        let known = self.one_of(&self.kiosk).cloned();
        let Some(known) = known.filter(|one| self.stations.contains_key(&one.transaction_id))
        else {
            return "nothing to contradict";
        };
        let other = KioskPayment {
            amount: Money::from_bani(6_700),
            ..known
        };
        self.notify(&other).await;
        "a contradiction"
    }

    async fn notify(&mut self, payment: &KioskPayment) {
        self.serial += 1;
        let event = format!("evt_{}", self.serial);
        let body = payment.notification(&event).into_bytes();
        let secret = SigningKey::Shared(SECRET.to_vec());
        let now = self.world.gateway.clock.now();
        let headers = signed_headers(&[secret], &event, now, &body).unwrap();
        let [id, timestamp, signature] = headers.each_ref().map(|(_, value)| value.as_str());
        let headers = WebhookHeaders {
            id,
            timestamp,
            signature,
        };
        drop(receive_notification(&self.world.gateway, headers, body).await);
        self.world.settle().await;
        if payment.kind == NotificationKind::Confirmed {
            let known = self.stations.entry(payment.transaction_id.clone());
            known.or_insert(payment.amount.bani());
        }
    }

    /// A lot of some transactions: a few were notified, some never will be.
    async fn settlement(&mut self) -> &'static str {
        if self.below(2) == 0 {
            self.kiosk_payment();
        }
        let some: Vec<KioskPayment> = self
            .kiosk
            .iter()
            .filter(|_| self.below(3) > 0)
            .cloned()
            .collect();
        if some.is_empty() {
            return "nothing to settle";
        }
        self.serial += 1;
        let lot = format!("SP{}", self.serial);
        let file = settlement_csv(&lot, &some);
        let outcome = self.world.import(Channel::SelfPay, file.as_bytes()).await;
        assert!(outcome.is_some());
        for paid in some {
            let known = self.stations.entry(paid.transaction_id);
            known.or_insert(paid.amount.bani());
        }
        "a settlement"
    }

    /// An operator decides something; what cannot be decided is refused and changes nothing.
    async fn decision(&mut self) -> &'static str {
        let payments = self.world.payments().await;
        let Some(payment) = self.one_of(&payments) else {
            return "nothing to decide";
        };
        let decision = match self.below(5) {
            0..=1 if self.opened > 0 => {
                let number = format!("CLJ-01-2026-{:06}", self.below(self.opened) + 1);
                Decision::Match(self.world.application(&number).await.id)
            }
            0..=2 => Decision::Unmatch,
            3 => Decision::Refund,
            _ => Decision::Dismiss,
        };
        let actor = Actor::Operator("ana".to_owned());
        let why = (&actor, "seen on paper");
        drop(decide_payment(&self.world.gateway, payment.id, decision, why).await);
        "a decision"
    }

    /// An operator wants to give money of some payment back; often more than there is.
    async fn proposal(&mut self) -> &'static str {
        let mut payments = self.world.payments().await;
        let found = {
            let mut tx = self.world.gateway.store.read().await.unwrap();
            candidates(&mut tx, None, 1_000).await.unwrap().0
        };
        if !found.is_empty() && self.below(4) > 0 {
            payments = found.into_iter().map(|one| one.payment).collect();
        }
        let Some(payment) = self.one_of(&payments) else {
            return "nothing to give back";
        };
        let amounts = [None, None, Some(1_000), Some(7_000)];
        let amount = self.one_of(&amounts).unwrap().map(Money::from_bani);
        let proposal = Proposal {
            payment: payment.id,
            amount,
            account: Payee::typed("RO49AAAA1B31007593840000", "POP ION").ok(),
        };
        let actor = Actor::Operator("ana".to_owned());
        let why = (&actor, "the payer asks for it");
        drop(propose_refund(&self.world.gateway, proposal, why).await);
        "a proposal"
    }

    async fn refunds(&self) -> Vec<Refund> {
        let mut tx = self.world.gateway.store.read().await.unwrap();
        refunds::list(&mut tx, None, None, 10_000).await.unwrap()
    }

    /// Somebody approves, rejects or withdraws a refund, whatever its state.
    async fn refund_decision(&mut self) -> &'static str {
        let mut all = self.refunds().await;
        if self.below(4) > 0 {
            all.retain(|refund| refund.state == RefundState::Proposed);
        }
        let Some(refund) = self.one_of(&all) else {
            return "no refund to decide about";
        };
        let decision = match self.below(8) {
            0 => RefundDecision::Reject,
            1 => RefundDecision::Withdraw,
            _ => RefundDecision::Approve,
        };
        let name = *self.one_of(&["ana", "bogdan"]).unwrap();
        let actor = Actor::Operator(name.to_owned());
        let why = (&actor, "seen on paper");
        drop(decide_refund(&self.world.gateway, &refund.number, decision, why).await);
        "a decision about a refund"
    }

    /// The approved refunds are listed, or the last list is withdrawn.
    async fn refund_list(&mut self) -> &'static str {
        let gateway = &self.world.gateway;
        let actor = Actor::Operator("ana".to_owned());
        let lists = {
            let mut tx = gateway.store.read().await.unwrap();
            refund_lists::list(&mut tx, None, 1_000).await.unwrap()
        };
        if let Some(list) = lists.last().filter(|_| self.below(4) == 0) {
            let why = (&actor, "the bank refused it");
            drop(withdraw_refund_list(gateway, &list.number, why).await);
            return "a list withdrawn";
        }
        drop(export_refunds(gateway, "RON", &actor).await);
        "a list of refunds"
    }

    /// The bank pays a refund, gives one back, or makes a mistake about one.
    async fn refund_line(&mut self) -> Option<Line> {
        let mut all = self.refunds().await;
        if self.below(4) > 0 {
            let is_told_of =
                |one: &Refund| matches!(one.state, RefundState::Exported | RefundState::Paid);
            all.retain(is_told_of);
        }
        let refund = self.one_of(&all)?;
        self.serial += 1;
        let is_return = refund.state == RefundState::Paid && self.below(3) > 0;
        let slip = i64::from(self.below(8) == 0);
        Some(Line {
            mark: if is_return { "C" } else { "D" },
            bani: refund.amount.bani() + slip,
            reference: Some(format!("X{}", self.serial)),
            text: format!("restituire {}", end_to_end_id(&refund.number)),
        })
    }

    fn next_day(&mut self) -> &'static str {
        for account in self.accounts.values_mut() {
            // Only what was told has a balance; the rest is booked on the next day.
            let rest = account.today.split_off(account.told);
            account.opening += Account::sum(&account.today);
            account.today = rest;
            account.told = 0;
        }
        self.day = self.day.succ_opt().unwrap();
        self.world.clock.advance(Duration::from_hours(24));
        "the next day"
    }

    async fn report(&self) -> MoneyReport {
        let today = bucharest_day(self.world.gateway.clock.now());
        let request = ReportRequest::new(first_day(), today, None).unwrap();
        let mut tx = self.world.gateway.store.read().await.unwrap();
        draw_report(&mut tx, &request, today).await.unwrap()
    }

    /// What came in, by the other parties' books, against the report.
    async fn check(&self, step: &str) -> MoneyReport {
        let report = self.report().await;
        let failed: Vec<_> = report.failed().collect();
        assert!(failed.is_empty(), "after {step}: {failed:?}");
        let mut wanted: BTreeMap<(Channel, &str), i128> = BTreeMap::new();
        for (account, currency) in [(LEI, "RON"), (EUROS, "EUR")] {
            let credited = i128::from(self.accounts[account].credited);
            wanted.insert((Channel::Cec, currency), credited);
        }
        let stations = self.stations.values().map(|bani| i128::from(*bani)).sum();
        wanted.insert((Channel::SelfPay, "RON"), stations);
        for ((channel, currency), wanted) in wanted {
            let days = report.days.iter();
            let of_these = days.filter(|one| one.channel == channel && one.currency == currency);
            let (mut credited, mut money_in, mut accounted) = (0, 0, 0);
            for day in of_these {
                assert_eq!(day.money_in(), day.accounted(), "after {step}: {day:?}");
                credited += day.credited;
                money_in += day.money_in();
                accounted += day.accounted();
            }
            assert_eq!(credited, wanted, "after {step}, {channel} {currency}");
            assert_eq!(money_in, accounted);
        }
        report
    }
}

async fn live(world: World, seed: u64, steps: usize) -> Vec<RefundState> {
    let mut history = History::new(world, seed);
    let mut heads = 0;
    for at in 0..steps {
        let step = history.step().await;
        let report = history
            .check(&format!("step {at} of seed {seed}, {step}"))
            .await;
        heads = heads.max(report.days.iter().map(|day| day.heads.len()).sum());
    }
    history.world.settle().await;
    let report = history.check("the end").await;
    history.world.assert_money_is_conserved().await;
    assert!(heads > 3, "seed {seed} tells nothing");
    let codes: Vec<_> = report.invariants.iter().map(|one| one.code).collect();
    let all = InvariantCode::ALL.iter();
    assert!(all.clone().all(|code| codes.contains(code)), "{codes:?}");
    let refunds = history.refunds().await;
    refunds.iter().map(|refund| refund.state).collect()
}

#[tokio::test]
async fn money_in_is_accounted_for_after_every_step_of_random_histories() {
    let mut reached = BTreeSet::new();
    for seed in 1..=4 {
        reached.extend(live(World::open().await, seed, 60).await);
    }
    for state in [
        RefundState::Paid,
        RefundState::Returned,
        RefundState::Withdrawn,
    ] {
        assert!(reached.contains(&state), "no refund of any seed is {state}");
    }
}

#[tokio::test]
async fn money_in_is_accounted_for_on_postgres_too() {
    let worlds = World::on_both().await;
    for world in worlds.into_iter().skip(1) {
        live(world, 5, 50).await;
    }
}
