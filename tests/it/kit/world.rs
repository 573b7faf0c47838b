//! A gateway with everything it needs, on a database of the test's choice, whose time stands still
//! until the test moves it.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use cei_gateway::clock::{Clock, ManualClock};
use cei_gateway::config::Config;
use cei_gateway::domain::application::{ApplicationState, CardReason, Product};
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::money::Money;
use cei_gateway::domain::office::CLUJ;
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::flow::content::ApplicationContent;
use cei_gateway::flow::intake::{self, IntakeContext, IntakePolicy};
use cei_gateway::flow::sealing::{self, seal};
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;
use cei_gateway::simulator::person::{People, Person};
use cei_gateway::simulator::submission::{Request, submission};
use cei_gateway::store::applications::{self, Application};
use cei_gateway::store::offices::{self, Office};
use cei_gateway::store::order_lines::{self, OrderLine};
use cei_gateway::store::orders::{self, Order};
use cei_gateway::store::sealed::{self, SealedKind};
use cei_gateway::store::{Store, Tx, holds, inbox};
use cei_gateway::transport::certificates::{Validity, generate_development_certificates};
use cei_gateway::worker::batcher::Batcher;
use cei_gateway::worker::reconciler::Reconciler;
use cei_gateway::worker::{Progress, Worker};
use chrono::{DateTime, Days, TimeDelta, Utc};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::kit::databases::Database;

/// Passes after which a world that still finds work will not come to rest.
const ROUNDS_MAX: usize = 100;

/// Instant 0 of every world: a Monday, nine in the morning in Bucharest.
pub(crate) fn morning() -> DateTime<Utc> {
    "2026-11-02T07:00:00Z".parse().expect("an instant")
}

/// A gateway and all that is around it.
pub(crate) struct World {
    /// The gateway.
    pub(crate) gateway: Gateway,
    /// Its clock.
    pub(crate) clock: ManualClock,
    /// Its configuration; a change takes effect with the next [`World::restart`].
    pub(crate) config: Config,
    /// The eight offices of Cluj.
    pub(crate) offices: Vec<Office>,
    random: Random,
    people: People,
    serial: u64,
    may_be_unsettled: bool,
    // Last, so that they outlive the gateway.
    database: Database,
    _folder: TempDir,
}

/// The certificates of every party, made once in this process.
pub(crate) fn certificates() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let validity = Validity::around(morning());
        generate_development_certificates(folder.path(), &[], validity, false)
            .expect("certificates");
        folder
    });
    folder.path()
}

impl World {
    /// Opens a gateway on `database`, with the offices of Cluj and nothing else.
    pub(crate) async fn start(database: Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(certificates(), folder.path().join("certs")).expect("certs");
        let mut config = Config::development(folder.path());
        config.database.url.clone_from(&database.url);
        config.database.connections_max = 4;
        config.vault.durable = false;
        let clock = ManualClock::at(morning());
        let random = Random::seeded(7);
        let gateway = Gateway::open(config.clone(), Clock::Manual(clock.clone()), random.clone());
        let gateway = gateway.await.expect("a gateway");
        let mut world = Self {
            gateway,
            clock,
            config,
            offices: Vec::new(),
            people: People::new(random.clone()),
            random,
            serial: 0,
            may_be_unsettled: false,
            database,
            _folder: folder,
        };
        world.open_offices().await;
        world
    }

    async fn open_offices(&mut self) {
        let now = self.now();
        let mut tx = self.write().await;
        for known in CLUJ {
            let office = Office {
                id: OfficeId(self.random.uuid(now)),
                code: known.code.to_owned(),
                name: known.name.to_owned(),
                county: known.county.as_str().to_owned(),
                siruta: Some(known.siruta.into()),
                opened_on: now.date_naive(),
            };
            assert!(offices::insert(&mut tx, &office, now).await.expect("added"));
            self.offices.push(office);
        }
        tx.commit().await.expect("committed");
    }

    /// Ends the process, as it were, and starts it again on what it left behind.
    pub(crate) async fn restart(&mut self) {
        let clock = Clock::Manual(self.clock.clone());
        let opened = Gateway::open(self.config.clone(), clock, self.random.clone());
        self.gateway = opened.await.expect("a gateway");
    }

    /// Lets the test end while a document waits to be read.
    pub(crate) fn leave_unsettled(&mut self) {
        self.may_be_unsettled = true;
    }

    /// The present instant.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.gateway.clock.now()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time.to_std().expect("forward"));
    }

    /// A new id.
    pub(crate) fn id(&self) -> uuid::Uuid {
        self.random.uuid(self.now())
    }

    /// A transaction that writes.
    pub(crate) async fn write(&self) -> Tx {
        self.gateway.store.begin().await.expect("a transaction")
    }

    /// A transaction that reads.
    pub(crate) async fn read(&self) -> Tx {
        self.gateway.store.read().await.expect("a transaction")
    }

    /// Lets batcher and reconciler work until neither finds anything.
    pub(crate) async fn settle(&self) {
        // A document that arrived takes a pass of its own.
        let mut tx = self.read().await;
        let arrived = inbox::list(&mut tx, InboxState::Arrived, None, i64::MAX).await;
        drop(tx);
        for _ in 0..ROUNDS_MAX + arrived.expect("documents").len() {
            let batched = Batcher.pass(&self.gateway).await.expect("a batcher's pass");
            let read = Reconciler.pass(&self.gateway).await;
            if (batched, read.expect("a reconciler's pass")) == (Progress::Idle, Progress::Idle) {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    /// Has the bureau's address take every order that is due; returns their numbers.
    pub(crate) async fn deliver(&self) -> Vec<String> {
        self.try_to_deliver(DeliveryVerdict::Delivered, 200).await
    }

    /// Has the bureau's address answer every order that is due; returns their numbers.
    pub(crate) async fn try_to_deliver(
        &self,
        verdict: DeliveryVerdict,
        status: u16,
    ) -> Vec<String> {
        let mut numbers = Vec::new();
        while let Some(departure) = lease_next(&self.gateway, "test").await.expect("a lease") {
            let arrival = Arrival {
                verdict,
                status: Some(status),
                detail: None,
                retry_after: None,
                unsendable: None,
                started_at: self.now(),
            };
            let recorded = record_attempt(&self.gateway, &departure, &arrival).await;
            assert!(recorded.expect("a recorded attempt"));
            numbers.push(departure.order.number);
            assert!(numbers.len() < ROUNDS_MAX, "deliveries without end");
        }
        numbers
    }

    /// The JSON of an application of an invented adult, as the first office writes it.
    pub(crate) fn content(&mut self) -> ApplicationContent {
        let person = self.people.person(35, self.now().date_naive());
        self.content_of(&person)
    }

    /// The JSON of an application of this person, as the first office writes it.
    pub(crate) fn content_of(&mut self, person: &Person) -> ApplicationContent {
        self.serial += 1;
        let today = self.now().date_naive();
        let request = Request::new(&self.offices[0].code, self.serial, today);
        let json = submission(person, &request, None, &self.random);
        serde_json::from_value(json).expect("the shape of the API")
    }

    /// Adds an application of an invented adult that waits to be ordered.
    pub(crate) async fn ready(&mut self) -> Application {
        let content = self.content();
        self.ready_with(content).await
    }

    /// Adds so many applications that wait to be ordered.
    pub(crate) async fn ready_many(&mut self, count: usize) -> Vec<Application> {
        let mut added = Vec::new();
        for _ in 0..count {
            added.push(self.ready().await);
        }
        added
    }

    /// Adds an application that passes intake and waits to be ordered.
    pub(crate) async fn ready_with(&mut self, content: ApplicationContent) -> Application {
        let office = CLUJ[0].office(self.offices[0].id).expect("an office");
        let at_counter = IntakeContext {
            today: self.gateway.clock.today(),
            office: &office,
            collect_at: None,
            policy: &IntakePolicy::default(),
        };
        let submission = intake::check(&content, &at_counter).expect("no faults");
        let kept = intake::normalised(&content, &submission);
        self.ready_unchecked(&kept).await
    }

    /// Adds an application that waits to be ordered, whatever is in it. A moment passes, so that
    /// applications have an order.
    pub(crate) async fn ready_unchecked(&mut self, content: &ApplicationContent) -> Application {
        self.ready_for(content, self.offices[0].id).await
    }

    /// The same, for a card that is collected at `collect_office`.
    pub(crate) async fn ready_for(
        &mut self,
        content: &ApplicationContent,
        collect_office: OfficeId,
    ) -> Application {
        self.pass(TimeDelta::milliseconds(1));
        let plain = Zeroizing::new(serde_json::to_vec(content).expect("JSON"));
        let blob = seal(&self.gateway, SealedKind::Application, plain).await;
        let blob = blob.expect("sealed content");
        let application = Application {
            collect_office,
            ..self.application_of(content, &blob)
        };
        let mut tx = self.write().await;
        let now = self.now();
        sealed::insert(&mut tx, &blob, now).await.expect("a row");
        let added = applications::insert(&mut tx, &application).await;
        assert!(added.expect("a row"), "a second application");
        tx.commit().await.expect("committed");
        application
    }

    fn application_of(
        &self,
        content: &ApplicationContent,
        blob: &sealed::NewSealed,
    ) -> Application {
        let now = self.now();
        let serial = self.serial;
        Application {
            id: ApplicationId(self.id()),
            number: format!("CLJ-01-2026-{serial:06}"),
            office: self.offices[0].id,
            collect_office: self.offices[0].id,
            office_reference: content.office_reference.clone(),
            content_sha256: vec![1; 32],
            revision: 1,
            product: Product::Cei,
            card_reason: CardReason::parse(&content.reason).expect("a reason"),
            person_key: self
                .gateway
                .vault
                .lookup_hash("cnp", &content.applicant.cnp)
                .to_vec(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            registered_on: content.registered_on,
            deadline_on: content.registered_on + Days::new(30),
            eligibility_rule: "E2".to_owned(),
            state: ApplicationState::Ready,
            fee_state: FeeState::Exempt,
            fee_due: Money::ZERO,
            fee_paid: Money::ZERO,
            fee_rule: "X1".to_owned(),
            fee_facts: "{}".to_owned(),
            payment_reference: PaymentReference::from_random(1_000 * serial).compact(),
            sealed: blob.id,
            content_bytes: blob.size_bytes,
            order_attempts: 0,
            remakes: 0,
            ready_since: Some(now),
            received_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// An application as it stands.
    pub(crate) async fn application(&self, id: ApplicationId) -> Application {
        let found = applications::find(&mut self.read().await, id).await;
        found.expect("a query").expect("an application")
    }

    /// The states of applications, in their order.
    pub(crate) async fn states(&self, of: &[Application]) -> Vec<ApplicationState> {
        let mut states = Vec::new();
        for one in of {
            states.push(self.application(one.id).await.state);
        }
        states
    }

    /// Every order, in the order of their opening.
    pub(crate) async fn orders(&self) -> Vec<Order> {
        let mut tx = self.read().await;
        let mut all = orders::list(&mut tx, None, None, 1_000)
            .await
            .expect("orders");
        all.sort_by(|one, other| one.number.cmp(&other.number));
        all
    }

    /// An order as it stands.
    pub(crate) async fn order(&self, number: &str) -> Order {
        let found = orders::find_by_number(&mut self.read().await, number).await;
        found.expect("a query").expect("an order")
    }

    /// The only order there is.
    pub(crate) async fn only_order(&self) -> Order {
        let [order] = self.orders().await.try_into().expect("one order");
        order
    }

    /// The lines of an order.
    pub(crate) async fn lines(&self, order: &Order) -> Vec<OrderLine> {
        let mut tx = self.read().await;
        let lines = order_lines::list(&mut tx, order.id, 0, 1_000).await;
        lines.expect("lines")
    }

    /// The signed bytes of an order, as the dispatcher reads them.
    pub(crate) async fn document_of(&self, order: &Order) -> Vec<u8> {
        let id = order.sealed.expect("a sealed order");
        let key = sealed::find_key(&mut self.read().await, id).await;
        let key = key.expect("a query").expect("a key");
        let plain = sealing::open(&self.gateway, id, key).await;
        plain.expect("the order's bytes").to_vec()
    }

    /// The signed document of an order as text.
    pub(crate) async fn document_text(&self, order: &Order) -> String {
        String::from_utf8(self.document_of(order).await).expect("UTF-8")
    }

    /// The open holds, as number of what waits and code, in the order of the codes.
    pub(crate) async fn holds(&self) -> Vec<(String, i64)> {
        let mut tx = self.read().await;
        let open = holds::list_open(&mut tx, None, None, 1_000).await;
        let mut found: Vec<_> = open
            .expect("holds")
            .into_iter()
            .map(|hold| (hold.subject_number, hold.code))
            .collect();
        found.sort_by_key(|(number, code)| (*code, number.clone()));
        found
    }

    /// The codes of the open holds, from the lowest.
    pub(crate) async fn hold_codes(&self) -> Vec<i64> {
        let holds = self.holds().await;
        holds.into_iter().map(|(_, code)| code).collect()
    }

    /// The file of the database, where it is one.
    pub(crate) fn database_file(&self) -> Option<&Path> {
        self.database.url.strip_prefix("sqlite:").map(Path::new)
    }

    /// Advances to `instant`.
    pub(crate) fn wait_until(&self, instant: DateTime<Utc>) {
        let left = instant - self.now();
        self.clock.advance(left.to_std().unwrap_or(Duration::ZERO));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.may_be_unsettled || std::thread::panicking() {
            return;
        }
        let url = self.database.url.clone();
        // A thread with a runtime of its own, because the test's runtime cannot be waited for here.
        let looking = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(unread(&url))
        });
        let unread = looking.join().expect("a look at the inbox");
        assert_eq!(unread, 0, "documents that nobody has read");
    }
}

async fn unread(url: &str) -> usize {
    let store = Store::open(url, None, 1).await.expect("the database");
    let mut tx = store.read().await.expect("a transaction");
    let waiting = inbox::list(&mut tx, InboxState::Arrived, None, 100).await;
    let count = waiting.expect("the inbox").len();
    drop(tx);
    store.close().await;
    count
}

/// Declares tests that run in a world on either database, each in a module of the test's name.
macro_rules! both_worlds {
    ($( $(#[$meta:meta])* async fn $name:ident($world:ident: &mut World) $body:block )+) => {$(
        $(#[$meta])*
        async fn $name($world: &mut $crate::kit::world::World) $body

        mod $name {
            use crate::kit::databases::Database;
            use crate::kit::world::World;

            #[tokio::test]
            async fn sqlite() {
                let mut world = World::start(Database::sqlite().await).await;
                super::$name(&mut world).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(database) = Database::postgres().await {
                    let mut world = World::start(database).await;
                    super::$name(&mut world).await;
                }
            }
        }
    )+};
}

pub(crate) use both_worlds;
