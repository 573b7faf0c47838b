//! A gateway on SQLite in a folder that vanishes, with a clock that stands still.

use std::convert::Infallible;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use tempfile::TempDir;

use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::domain::application::{ApplicationState, CardReason, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::{Channel, PaymentState};
use crate::flow::match_payment::offer;
use crate::flow::progress::note;
use crate::flow::record_statement::{StatementOutcome, record_statement};
use crate::flow::sealing::seal;
use crate::gateway::Gateway;
use crate::random::Random;
use crate::store::applications::{self, Application};
use crate::store::holds;
use crate::store::matches;
use crate::store::offices::{self, Office};
use crate::store::payments::{self, Payment};
use crate::store::sealed::{self, SealedKind};
use crate::transport::certificates::{Validity, generate_development_certificates};
use crate::worker::matcher::Matcher;
use crate::worker::{Progress, Worker, drain};

/// The gateway and what it stands on.
pub(crate) struct Kit {
    pub(crate) gateway: Gateway,
    pub(crate) clock: ManualClock,
    pub(crate) office: OfficeId,
    pub(crate) actor: Actor,
    folder: TempDir,
}

/// Noon in Romania on the day after the invented day at the bank's counters.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-09-02T09:00:00Z".parse().unwrap()
}

impl Kit {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        generate_development_certificates(&certs, &[], Validity::around(noon()), false).unwrap();
        let mut config = Config::development(folder.path());
        config.vault.durable = false;
        let clock = ManualClock::at(noon());
        let random = Random::seeded(1);
        let gateway = Gateway::open(config, Clock::Manual(clock.clone()), random)
            .await
            .unwrap();
        let office = Office {
            id: OfficeId(gateway.random.uuid(noon())),
            code: "CLJ".to_owned(),
            name: "Cluj-Napoca".to_owned(),
            county: "CJ".to_owned(),
            siruta: Some(54_975),
            opened_on: NaiveDate::from_ymd_opt(2021, 8, 2).unwrap(),
        };
        let mut tx = gateway.store.begin().await.unwrap();
        offices::insert(&mut tx, &office, noon()).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            gateway,
            clock,
            office: office.id,
            actor: Actor::Operator("ana".to_owned()),
            folder,
        }
    }

    /// An application that owes 67 lei, opened as the intake will open it but for the offer.
    pub(crate) async fn application(
        &self,
        number: &str,
        cnp: &str,
        reference: &str,
    ) -> Application {
        self.application_like(number, cnp, reference, |_| ()).await
    }

    /// As [`Self::application`], changed before it is opened.
    pub(crate) async fn application_like(
        &self,
        number: &str,
        cnp: &str,
        reference: &str,
        change: impl FnOnce(&mut Application),
    ) -> Application {
        let gateway = &self.gateway;
        let blob = seal(gateway, SealedKind::Application, b"{}".to_vec().into())
            .await
            .unwrap();
        let mut application = Application {
            id: ApplicationId(gateway.random.uuid(noon())),
            number: number.to_owned(),
            office: self.office,
            collect_office: self.office,
            office_reference: number.to_owned(),
            content_sha256: vec![0; 32],
            revision: 1,
            product: Product::Cei,
            card_reason: CardReason::Expiry,
            person_key: gateway.vault.lookup_hash("cnp", cnp).to_vec(),
            bureau: "CNIN".to_owned(),
            test: true,
            registered_on: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            deadline_on: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
            eligibility_rule: "E2".to_owned(),
            state: ApplicationState::AwaitingFee,
            fee_state: FeeState::Due,
            fee_due: Money::from_lei(67),
            fee_paid: Money::ZERO,
            fee_rule: "F1".to_owned(),
            fee_facts: "{}".to_owned(),
            payment_reference: reference.to_owned(),
            sealed: blob.id,
            content_bytes: 2,
            order_attempts: 0,
            remakes: 0,
            ready_since: None,
            received_at: noon(),
            updated_at: noon(),
            version: 1,
        };
        change(&mut application);
        let mut tx = gateway.store.begin().await.unwrap();
        sealed::insert(&mut tx, &blob, noon()).await.unwrap();
        assert!(applications::insert(&mut tx, &application).await.unwrap());
        tx.commit().await.unwrap();
        application
    }

    /// The application as it stands now.
    pub(crate) async fn now(&self, application: &Application) -> Application {
        let mut tx = self.gateway.store.read().await.unwrap();
        let found = applications::find(&mut tx, application.id).await.unwrap();
        found.unwrap()
    }
}

impl Kit {
    /// Imports a file of the bank's, a little later than what came before.
    pub(crate) async fn import(&self, file: &str) -> StatementOutcome {
        self.clock.advance(Duration::from_millis(1));
        let bytes = file.as_bytes().to_vec();
        record_statement(&self.gateway, Channel::Cec, bytes, &self.actor)
            .await
            .unwrap()
    }

    /// Lets the matcher work until nothing is left.
    pub(crate) async fn settle(&self) {
        drain(&Matcher, &self.gateway, 5_000).await.unwrap();
        let after = Matcher.pass(&self.gateway).await.unwrap();
        assert_eq!(after, Progress::Idle);
    }

    /// Offers an application as the intake does when it opens.
    pub(crate) async fn offer(&self, application: &Application) {
        let mut application = application.clone();
        let note = note(&self.gateway, &self.actor, None);
        let mut tx = self.gateway.store.begin().await.unwrap();
        let offered = offer::<Infallible>(&mut tx, &mut application, &note).await;
        offered.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every payment in the order of telling: state, reason, application.
    pub(crate) async fn payments(&self) -> Vec<Payment> {
        let mut tx = self.gateway.store.read().await.unwrap();
        payments::list(&mut tx, None, None, 10_000).await.unwrap()
    }

    /// The states of all payments, in the order of telling.
    pub(crate) async fn states(&self) -> Vec<PaymentState> {
        self.payments().await.iter().map(|one| one.state).collect()
    }

    /// The codes of all open holds and what they are on, in order.
    pub(crate) async fn holds(&self) -> Vec<(i64, String)> {
        let mut tx = self.gateway.store.read().await.unwrap();
        let open = holds::list_open(&mut tx, None, None, 10_000).await.unwrap();
        let mut codes: Vec<_> = open
            .into_iter()
            .map(|hold| (hold.code, hold.subject_kind))
            .collect();
        codes.sort();
        codes
    }

    /// Asserts that what applications were paid is what payments are tied to them.
    pub(crate) async fn assert_money_is_conserved(&self) {
        let mut tx = self.gateway.store.read().await.unwrap();
        let applications = applications::list(&mut tx, None, None, None, 10_000)
            .await
            .unwrap();
        let mut standing = Money::ZERO;
        for payment in payments::list(&mut tx, None, None, 10_000).await.unwrap() {
            let mut of_payment = Money::ZERO;
            for tied in matches::list_standing(&mut tx, payment.id).await.unwrap() {
                assert!(tied.amount > Money::ZERO);
                of_payment = of_payment.checked_add(tied.amount).unwrap();
            }
            assert!(of_payment <= payment.amount);
            standing = standing.checked_add(of_payment).unwrap();
        }
        let paid = applications.iter().map(|one| one.fee_paid.bani()).sum();
        assert_eq!(standing, Money::from_bani(paid));
        assert_eq!(matches::sum(&mut tx).await.unwrap(), standing);
    }
}

/// One line of an invented statement.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// `C`, `D`, `RC` (a credit taken back) or `RD`.
    pub(crate) mark: &'static str,
    pub(crate) bani: i64,
    /// Empty where the bank gives none.
    pub(crate) reference: String,
    pub(crate) text: String,
}

/// 67 lei that came in.
pub(crate) fn paid(reference: &str, text: &str) -> Line {
    Line {
        mark: "C",
        bani: 6_700,
        reference: reference.to_owned(),
        text: text.to_owned(),
    }
}

/// 67 lei that were taken back.
pub(crate) fn taken_back(reference: &str, text: &str) -> Line {
    Line {
        mark: "RC",
        ..paid(reference, text)
    }
}

/// A statement in lei of 1 September 2026 that ties, as MT940.
pub(crate) fn statement(number: &str, lines: &[Line]) -> String {
    let grows = |line: &Line| matches!(line.mark, "C" | "RD");
    let signed = |line: &Line| if grows(line) { line.bani } else { -line.bani };
    let closing = 1_000_000 + lines.iter().map(signed).sum::<i64>();
    let comma = |bani: i64| format!("{},{:02}", bani / 100, bani % 100);
    let mut text = format!(
        ":20:1\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:{number}\r\n:60F:C260831RON10000,00\r\n"
    );
    for line in lines {
        let slashes = if line.reference.is_empty() { "" } else { "//" };
        let told = format!(
            ":61:2609010901{}{}NTRFNONREF{slashes}{}\r\n:86:{}\r\n",
            line.mark,
            comma(line.bani),
            line.reference,
            line.text
        );
        text.push_str(&told);
    }
    text + &format!(":62F:C260901RON{}\r\n", comma(closing))
}

impl Kit {
    /// Takes `secret` for the key of stations' notifications.
    pub(crate) fn take_secret(&mut self, secret: &str) {
        let file = self.folder.path().join("selfpay-secret");
        std::fs::write(&file, secret).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let mut config = (*self.gateway.config).clone();
        config.channels.selfpay.hmac_key_files = vec![file];
        config.channels.selfpay.ed25519_key_files = vec![];
        self.gateway.config = std::sync::Arc::new(config);
    }
}
