//! `store::applications`.

use cei_gateway::domain::application::{ApplicationState, Product};
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::random::Random;
use cei_gateway::store::Tx;
use cei_gateway::store::applications::{
    Application, Wanted, WantedByOffice, list_of_office, search,
};
use cei_gateway::store::history::SubjectKind;
use cei_gateway::store::holds::{self, NewHold};
use chrono::{Days, TimeDelta};
use uuid::Uuid;

use super::given::{By, an_application, an_office, an_order_line, id, second};
use crate::kit::databases::{both, run_sql};

/// The numbers of the applications that are found after one, ten at most.
async fn found(tx: &mut Tx, wanted: Wanted, after: Option<u128>) -> Vec<u128> {
    let after = after.map(|number| ApplicationId(id(number)));
    let found = search(tx, &wanted, after, 10).await.unwrap();
    found.iter().map(|one| one.id.0.as_u128()).collect()
}

fn a_hold(kind: SubjectKind, subject: Uuid) -> NewHold<'static> {
    NewHold {
        kind,
        subject,
        number: "A-1",
        code: 810,
        detail: "",
    }
}

const STATES: [ApplicationState; 3] = [
    ApplicationState::Received,
    ApplicationState::Ready,
    ApplicationState::Unclaimed,
];
const FEES: [FeeState; 3] = [FeeState::Undecided, FeeState::Due, FeeState::Paid];

/// One of them, by chance.
fn any<T: Copy>(random: &Random, all: &[T]) -> T {
    all[usize::try_from(random.below(all.len().try_into().unwrap())).unwrap()]
}

/// So many applications of two offices, which differ in everything by which an office narrows its list.
async fn a_mixture(tx: &mut Tx, random: &Random, count: u128) -> [OfficeId; 2] {
    let offices = [an_office(tx).await, id(0xF1CF)];
    run_sql!(
        tx,
        "INSERT INTO offices (id, code, name, county, opened_on, created_at)
         VALUES ($1, 'CJ-02', 'Cluj-Napoca 2', 'CJ', $2, $3)",
        offices[1],
        second(0).date_naive(),
        second(0),
    );
    for number in 1..=count {
        an_application(tx, id(number)).await;
        let hours = |most| TimeDelta::hours(random.below(most).cast_signed());
        let received_at = second(0) + hours(6);
        run_sql!(
            tx,
            "UPDATE applications
             SET office_id = $2, collect_office_id = $3, state = $4, fee_state = $5, received_at = $6,
                 updated_at = $7, deadline_on = $8, open = FALSE
             WHERE id = $1",
            id(number),
            any(random, &offices),
            any(random, &offices),
            any(random, &STATES).as_str(),
            any(random, &FEES).as_str(),
            received_at,
            received_at + hours(6),
            second(0).date_naive() + Days::new(random.below(5)),
        );
    }
    offices.map(OfficeId)
}

/// A wish that narrows by each with even chances.
fn a_wish(random: &Random) -> WantedByOffice {
    let may = || random.below(2) == 0;
    let instant = || second(0) + TimeDelta::hours(random.below(10).cast_signed());
    WantedByOffice {
        collected_here: may(),
        state: may().then(|| any(random, &STATES)),
        fee_state: may().then(|| any(random, &FEES)),
        product: may().then_some(Product::Cei),
        received_from: may().then(instant),
        received_before: may().then(instant),
        deadline_before: may().then(|| second(0).date_naive() + Days::new(random.below(6))),
        changed_since: may().then(instant),
    }
}

/// The same wish, with all but the part of this number taken away.
fn alone(wish: WantedByOffice, part: usize) -> WantedByOffice {
    let none = WantedByOffice::default();
    match part {
        0 => WantedByOffice {
            collected_here: true,
            ..none
        },
        1 => WantedByOffice {
            state: Some(wish.state.unwrap_or(STATES[1])),
            ..none
        },
        2 => WantedByOffice {
            fee_state: Some(wish.fee_state.unwrap_or(FEES[1])),
            ..none
        },
        3 => WantedByOffice {
            received_from: Some(second(10_800)),
            ..none
        },
        4 => WantedByOffice {
            received_before: Some(second(10_800)),
            ..none
        },
        5 => WantedByOffice {
            deadline_before: Some(second(0).date_naive() + Days::new(2)),
            ..none
        },
        6 => WantedByOffice {
            changed_since: Some(second(14_400)),
            ..none
        },
        _ => none,
    }
}

/// Whether an office that wishes this is to find the application, in other words than SQL's.
fn is_wanted(one: &Application, office: OfficeId, wish: &WantedByOffice) -> bool {
    let at = if wish.collected_here {
        one.collect_office
    } else {
        one.office
    };
    at == office
        && wish.state.is_none_or(|state| one.state == state)
        && wish.fee_state.is_none_or(|state| one.fee_state == state)
        && wish.product.is_none_or(|product| one.product == product)
        && wish
            .received_from
            .is_none_or(|from| one.received_at >= from)
        && wish
            .received_before
            .is_none_or(|before| one.received_at < before)
        && wish
            .deadline_before
            .is_none_or(|before| one.deadline_on < before)
        && wish
            .changed_since
            .is_none_or(|since| one.updated_at >= since)
}

/// Everything that an office finds, page by page.
async fn found_by(tx: &mut Tx, office: OfficeId, wish: &WantedByOffice, page: i64) -> Vec<Uuid> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let one_page = list_of_office(tx, office, wish, after, page).await.unwrap();
        let is_last = i64::try_from(one_page.len()).unwrap() < page;
        after = one_page.last().map(|last| last.id);
        found.extend(one_page.iter().map(|one| one.id.0));
        if is_last {
            return found;
        }
    }
}

both! {
    async fn an_office_finds_what_it_wants_and_nothing_else_page_by_page(store: Store) {
        let random = Random::seeded(3);
        let mut tx = store.begin().await.unwrap();
        let offices = a_mixture(&mut tx, &random, 60).await;
        let all = search(&mut tx, &Wanted::default(), None, 100).await.unwrap();
        assert_eq!(all.len(), 60);
        let (mut narrowed, mut nothing) = (0, 0);
        for number in 0..200 {
            let wish = a_wish(&random);
            let wish = if number < 16 { alone(wish, number % 8) } else { wish };
            for office in offices {
                let wanted = all.iter().filter(|one| is_wanted(one, office, &wish));
                let wanted: Vec<Uuid> = wanted.map(|one| one.id.0).collect();
                for page in [3, 100] {
                    assert_eq!(found_by(&mut tx, office, &wish, page).await, wanted, "{wish:?}");
                }
                narrowed += usize::from(!wanted.is_empty() && wanted.len() < 20);
                nothing += usize::from(wanted.is_empty());
            }
        }
        assert!(narrowed > 100 && nothing < 250, "{narrowed} narrowed, {nothing} empty");
    }

    async fn applications_are_searched_by_everything_that_narrows_together(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let office = Some(OfficeId(an_office(&mut tx).await));
        for application in [1, 2] {
            an_application(&mut tx, id(application)).await;
        }
        let state = Some(ApplicationState::Received);
        let product = Some(Product::Cei);
        let fee_state = Some(FeeState::Undecided);
        let nobody = Some(OfficeId(id(99)));
        let all = Wanted::default();
        for (wanted, expected) in [
            (all, true),
            (Wanted { product, ..all }, true),
            (Wanted { state, product, ..all }, true),
            (Wanted { fee_state, product, ..all }, true),
            (Wanted { state, fee_state, product, ..all }, true),
            (Wanted { office, state, fee_state, product, ..all }, true),
            (Wanted { office: nobody, ..all }, false),
            (Wanted { state: Some(ApplicationState::Ready), ..all }, false),
            (Wanted { fee_state: Some(FeeState::Due), ..all }, false),
            (Wanted { state, fee_state: Some(FeeState::Due), ..all }, false),
            (Wanted { office, fee_state: Some(FeeState::Due), ..all }, false),
            (Wanted { office, held: true, ..all }, false),
        ] {
            let expected: &[u128] = if expected { &[1, 2] } else { &[] };
            assert_eq!(found(&mut tx, wanted, None).await, expected, "{wanted:?}");
            let rest: &[u128] = if expected.is_empty() { &[] } else { &[2] };
            assert_eq!(found(&mut tx, wanted, Some(1)).await, rest, "{wanted:?}");
        }
    }

    async fn an_application_waits_for_an_operator_itself_or_with_its_line(store: Store) {
        let by = By::the_gateway();
        let mut tx = store.begin().await.unwrap();
        // Makes the application 0xA0 of its own.
        an_order_line(&mut tx, id(5)).await;
        for application in [1, 2] {
            an_application(&mut tx, id(application)).await;
        }
        let note = by.at(second(1));
        for hold in [
            a_hold(SubjectKind::OrderLine, id(5)),
            a_hold(SubjectKind::Application, id(2)),
            a_hold(SubjectKind::Payment, id(1)),
        ] {
            holds::open(&mut tx, &hold, &note).await.unwrap();
        }
        let held = Wanted { held: true, ..Wanted::default() };
        assert_eq!(found(&mut tx, held, None).await, [2, 0xA0]);
        let state = Some(ApplicationState::Ready);
        assert_eq!(found(&mut tx, Wanted { state, ..held }, None).await, [0_u128; 0]);

        holds::close(&mut tx, id(2), None, "RELEASED", &note).await.unwrap();
        assert_eq!(found(&mut tx, held, None).await, [0xA0]);
    }
}
