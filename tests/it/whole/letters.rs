//! Letters over the wire, with a bureau that errs in every way: an order arrives once, whatever
//! becomes of the answer, and every question finds its end.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::simulator::bureau::{Misbehaviour, Plan};

use crate::kit::databases::rows;
use crate::whole::kit::{Theatre, assert_sound, honestly, payers, seed_where};

/// One application of one who pays nothing.
fn free() -> u64 {
    use cei_gateway::simulator::script::Turn;
    seed_where(1, |stories| {
        payers(stories) == 0 && stories[0].turn == Turn::None
    })
}

/// Plays one application with a bureau that errs on every occasion of this kind; in the end one card
/// is handed over.
async fn play_with(misbehaviour: Misbehaviour) -> Theatre {
    let mut theatre = Theatre::open(1, free(), |wish| {
        honestly(wish);
        wish.plan = Plan::always(misbehaviour);
    })
    .await;
    let account = theatre.play().await;
    assert_sound(&account);
    assert!(
        theatre.bureau().misbehaved[&misbehaviour] >= 1,
        "{misbehaviour}"
    );
    let told: Vec<_> = theatre.told().into_values().collect();
    assert_eq!(told, [ApplicationState::HandedOver], "{misbehaviour}");
    assert_eq!(account.cards, 1, "{misbehaviour}");
    theatre
}

/// The letters of a kind and an occasion, as state and outcome.
async fn letters(theatre: &Theatre, occasion: &str) -> Vec<(String, String)> {
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    rows!(
        (String, String),
        &mut tx,
        "SELECT state, COALESCE(outcome, '') FROM letters WHERE occasion = $1 ORDER BY id",
        occasion,
    )
}

async fn resends(theatre: &Theatre) -> i64 {
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    rows!((i64,), &mut tx, "SELECT resends FROM orders")[0].0
}

#[tokio::test]
async fn an_order_whose_answer_does_not_come_is_asked_about_and_not_sent_twice() {
    let theatre = play_with(Misbehaviour::TimeOut).await;
    let asked = letters(&theatre, "DOUBT").await;
    assert_eq!(asked, [("ANSWERED".to_owned(), "KNOWN".to_owned())]);
    assert_eq!(resends(&theatre).await, 0);
    theatre.stage.close().await;
}

#[tokio::test]
async fn an_order_that_was_cut_off_on_its_way_arrives_once() {
    let theatre = play_with(Misbehaviour::CutBody).await;
    theatre.stage.close().await;
}

#[tokio::test]
async fn an_order_whose_answer_was_cut_off_arrives_once() {
    let theatre = play_with(Misbehaviour::CutAnswer).await;
    theatre.stage.close().await;
}

#[tokio::test]
async fn an_order_that_was_taken_with_an_error_arrives_once() {
    let theatre = play_with(Misbehaviour::AcceptThen500).await;
    theatre.stage.close().await;
}

/// A bureau that errs with every answer to a letter is asked every night until the card is handed
/// over; nothing of an answer that is wrong is believed.
async fn assert_harmless(misbehaviour: Misbehaviour, quarantined: bool) {
    let theatre = Box::pin(play_with(misbehaviour)).await;
    let asked = letters(&theatre, "NIGHT").await;
    assert!(!asked.is_empty(), "no night passed");
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    let set_aside = rows!(
        (i64,),
        &mut tx,
        "SELECT COUNT(*) FROM inbox WHERE state = 'QUARANTINED'"
    );
    assert_eq!(set_aside[0].0 > 0, quarantined, "{misbehaviour}");
    drop(tx);
    theatre.stage.close().await;
}

#[tokio::test]
async fn an_answer_that_comes_late_is_heard() {
    assert_harmless(Misbehaviour::LateAnswer, false).await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_stops_nothing() {
    assert_harmless(Misbehaviour::NoAnswer, false).await;
}

#[tokio::test]
async fn an_answer_for_another_order_is_set_aside() {
    assert_harmless(Misbehaviour::AnswerForOther, true).await;
}

#[tokio::test]
async fn an_answer_with_a_wrong_total_is_set_aside() {
    assert_harmless(Misbehaviour::MiscountedAnswer, true).await;
}
