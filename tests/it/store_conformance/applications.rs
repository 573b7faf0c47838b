//! `store::applications`.

use cei_gateway::domain::application::{ApplicationState, Product};
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::store::Tx;
use cei_gateway::store::applications::{Wanted, search};
use cei_gateway::store::history::SubjectKind;
use cei_gateway::store::holds::{self, NewHold};
use uuid::Uuid;

use super::given::{By, an_application, an_office, an_order_line, id, second};
use crate::kit::databases::both;

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

both! {
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
