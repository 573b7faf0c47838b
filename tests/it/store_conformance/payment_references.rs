//! `store::payment_references`.

use cei_gateway::domain::application::Product;
use cei_gateway::domain::id::{ApplicationId, OfficeId};
use cei_gateway::domain::payment_reference::PaymentReference;
use cei_gateway::store::payment_references::{give, is_free, tie};

use crate::kit::databases::both;
use crate::store_conformance::given::{an_application, an_office, id, second};

both! {
    async fn a_reference_is_given_once_and_tied_once(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let office = OfficeId(an_office(&mut tx).await);
        let application = ApplicationId(id(0xA0));
        an_application(&mut tx, application.0).await;
        let reference = PaymentReference::from_random(7);
        let (cei, stranger) = (Product::Cei, OfficeId(id(0xBAD)));

        assert!(!is_free(&mut tx, reference, office, cei).await.unwrap());
        assert!(!tie(&mut tx, reference, office, cei, application).await.unwrap());
        assert!(give(&mut tx, reference, office, cei, second(0)).await.unwrap());
        assert!(!give(&mut tx, reference, office, cei, second(1)).await.unwrap());
        assert!(is_free(&mut tx, reference, office, cei).await.unwrap());
        assert!(!is_free(&mut tx, reference, stranger, cei).await.unwrap());
        assert!(!tie(&mut tx, reference, stranger, cei, application).await.unwrap());
        assert!(tie(&mut tx, reference, office, cei, application).await.unwrap());
        assert!(!tie(&mut tx, reference, office, cei, application).await.unwrap());
        assert!(!is_free(&mut tx, reference, office, cei).await.unwrap());
    }
}
