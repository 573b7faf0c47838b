//! What a bureau or a channel should not send arrives over the wire: it is kept, set aside with a
//! reason, and changes nothing.

use cei_gateway::cli::demo::Wish;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::reconciliation::HoldReason;
use cei_gateway::simulator::bureau::{Misbehaviour, Plan};
use cei_gateway::simulator::channels::{MishapRates, PaymentMishap};

use crate::kit::databases::rows;
use crate::whole::kit::{Theatre, assert_sound, honestly, payers, seed_where};

/// One application of one who pays nothing.
fn free() -> u64 {
    use cei_gateway::simulator::script::Turn;
    seed_where(1, |stories| {
        payers(stories) == 0 && stories[0].turn == Turn::None
    })
}

/// Plays one application with a bureau that errs with every acknowledgement; in the end the card
/// is handed over, as if it had not.
async fn play_with(misbehaviour: Misbehaviour) -> (Theatre, i64) {
    let mut theatre = Theatre::open(1, free(), |wish: &mut Wish| {
        honestly(wish);
        wish.plan = Plan::always(misbehaviour);
    })
    .await;
    let account = theatre.play().await;
    assert_sound(&account);
    let erred = theatre.bureau().misbehaved[&misbehaviour];
    assert!(erred >= 2, "{misbehaviour} happened {erred} times");

    let told: Vec<_> = theatre.told().into_values().collect();
    assert_eq!(told, [ApplicationState::HandedOver]);
    assert_eq!(account.cards, 1);
    (theatre, i64::try_from(erred).unwrap())
}

/// Plays, and finds every document that was wrong set aside with its reason, and no word of it
/// applied.
async fn assert_set_aside(misbehaviour: Misbehaviour) {
    let (theatre, erred) = Box::pin(play_with(misbehaviour)).await;
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    let applied = rows!(
        (i64,),
        &mut tx,
        "SELECT COUNT(*) FROM acknowledgements a JOIN inbox i ON i.id = a.inbox_id
         WHERE i.state = 'QUARANTINED' AND a.disposition = 'APPLIED'"
    );
    assert_eq!(applied, [(0,)]);
    let set_aside = rows!(
        (i64, i64),
        &mut tx,
        "SELECT COUNT(*), COUNT(h.id) FROM inbox i
         LEFT JOIN holds h ON h.subject_id = i.id AND h.subject_kind = 'INBOX' AND h.code = i.reason
         WHERE i.state = 'QUARANTINED'"
    );
    assert_eq!(
        set_aside,
        [(erred, erred)],
        "each is set aside with its hold"
    );
    drop(tx);
    theatre.stage.close().await;
}

#[tokio::test]
async fn half_an_acknowledgement_is_set_aside() {
    assert_set_aside(Misbehaviour::TruncateDocument).await;
}

#[tokio::test]
async fn an_acknowledgement_signed_by_a_stranger_is_set_aside() {
    assert_set_aside(Misbehaviour::WrongSignature).await;
}

#[tokio::test]
async fn an_acknowledgement_with_a_wrong_total_is_set_aside() {
    assert_set_aside(Misbehaviour::MiscountDocument).await;
}

#[tokio::test]
async fn a_word_on_an_order_that_nobody_sent_waits_for_an_operator() {
    let (theatre, erred) = play_with(Misbehaviour::UnknownLine).await;
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    let unknown = i64::from(HoldReason::UnknownOrderOrLine.number());
    let waiting = rows!(
        (i64,),
        &mut tx,
        "SELECT COUNT(*) FROM holds WHERE open AND code = $1 AND subject_kind = 'INBOX'",
        unknown,
    );
    assert_eq!(waiting, [(erred,)], "each is put to an operator");
    drop(tx);
    theatre.stage.close().await;
}

#[tokio::test]
async fn an_acknowledgement_of_the_other_environment_is_set_aside() {
    assert_set_aside(Misbehaviour::WrongTestFlag).await;
}

#[tokio::test]
async fn a_notification_that_comes_twice_is_one_payment() {
    let seed = seed_where(1, |stories| payers(stories) == 1);
    let mut theatre = Theatre::open(1, seed, |wish| {
        honestly(wish);
        wish.mishaps = MishapRates::always(PaymentMishap::NotifiedTwice);
    })
    .await;
    let account = theatre.play().await;
    assert_sound(&account);
    let ledger = theatre.stage.channels.ledger();
    assert_eq!(ledger.notifications, 2);
    assert_eq!(ledger.refused, []);
    // The payment, and the settlement lot in which the bank pays it out.
    assert_eq!((account.payments.matched, account.payments.no_fee), (1, 1));
    theatre.stage.close().await;
}
