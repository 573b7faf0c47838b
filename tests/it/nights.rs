//! The nightly comparison of open orders with the bureau, and lines that come to no end.

use cei_gateway::bureau::entry::Entry;
use cei_gateway::bureau::inquiry_answer::Held;
use cei_gateway::domain::acknowledgement::LineEvent::{LineAccepted, LineReceived, LineRejected};
use cei_gateway::domain::letter::{LetterState, Occasion};
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::reconciliation::Difference;
use cei_gateway::flow::letters::night::ask_at_night;
use cei_gateway::http::operations::reconciliations::read_night;
use cei_gateway::store::orders::Order;
use cei_gateway::store::reconciliations::{self, NightTally};
use chrono::{NaiveDate, TimeDelta};

use crate::console::browser::{console, signed_in};
use crate::kit::world::{World, both_worlds};

/// The night after the first day of every world.
fn night() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 3).unwrap()
}

/// Lets the night come; three in the morning in Romania.
async fn sleep(world: &World) {
    world.wait_until("2026-11-03T01:00:00Z".parse().unwrap());
    world.settle().await;
}

async fn tally(world: &World) -> NightTally {
    let tally = reconciliations::tally(&mut world.read().await, night()).await;
    tally.unwrap()
}

/// What differed, by line.
async fn found(world: &World) -> Vec<(i64, Difference)> {
    let found = reconciliations::list_findings(&mut world.read().await, night(), 100).await;
    let found = found.unwrap().into_iter();
    found.map(|one| (one.line_no, one.difference)).collect()
}

/// Asserts that the order's page in the console says something.
async fn page_shows(world: &World, order: &Order, text: &str) {
    let console = console(world);
    let mut viewer = signed_in(world, &console, Role::Viewer).await;
    let page = viewer.get(&format!("/orders/{}", order.number)).await;
    page.shows(200, text);
    console.stop().await;
}

/// An order with so many lines of which the bureau has said that it received and accepted them.
async fn accepted_order(world: &mut World, lines: u32) -> (Order, Vec<Entry>) {
    let order = world.received_order(usize::try_from(lines).unwrap()).await;
    let mut words = Vec::new();
    for line_no in 1..=lines {
        words.extend(
            world
                .entries(&order, line_no, 1, &[LineReceived, LineAccepted])
                .await,
        );
    }
    world.acknowledge(words.clone()).await;
    (order, words)
}

both_worlds! {
    async fn every_open_order_is_asked_about_once_a_night(world: &mut World) {
        let (order, _) = accepted_order(world, 1).await;
        let ended = world.received_order(1).await;
        let end = Entry { reason: Some(401), ..world.entry(&ended, 1, 1, LineRejected).await };
        world.acknowledge(vec![end]).await;
        world.wait_until("2026-11-02T23:59:00Z".parse().unwrap());
        world.settle().await;
        let asked = tally(world).await;
        assert_eq!(asked, NightTally { asked: 0, answered: 0 }, "before two in the morning");

        sleep(world).await;
        let letter = world.only_letter(&order).await;
        assert_eq!((letter.occasion, letter.state), (Occasion::Night, LetterState::Queued));
        assert!(world.letters_of(&ended).await.is_empty());
        world.restart().await;
        assert_eq!(ask_at_night(&world.gateway).await.unwrap(), 0);
        world.pass(TimeDelta::hours(5));
        world.settle().await;

        assert_eq!(tally(world).await, NightTally { asked: 1, answered: 0 });
        assert_eq!(world.letters_of(&order).await.len(), 1);
        page_shows(world, &order, "Fără răspuns").await;
    }

    async fn accounts_that_agree_find_nothing(world: &mut World) {
        let (order, said) = accepted_order(world, 2).await;
        sleep(world).await;
        world.post().await;
        let letter = world.only_letter(&order).await;

        world.answer(&letter, &order, World::held(&order), said).await;

        assert_eq!(tally(world).await, NightTally { asked: 1, answered: 1 });
        assert_eq!(found(world).await, []);
        assert!(world.holds().await.is_empty());
        page_shows(world, &order, "Se potrivește").await;
    }

    async fn a_bureau_that_forgot_a_word_contradicts_itself(world: &mut World) {
        let (order, mut said) = accepted_order(world, 1).await;
        sleep(world).await;
        world.post().await;
        let letter = world.only_letter(&order).await;

        said.truncate(1);
        world.answer(&letter, &order, World::held(&order), said).await;

        assert_eq!(found(world).await, [(1, Difference::Contradicting)]);
        assert_eq!(world.hold_codes().await, [821]);
    }

    async fn missing_extra_and_contradicting_lines_are_named(world: &mut World) {
        let (order, mut said) = accepted_order(world, 4).await;
        sleep(world).await;
        world.post().await;
        let letter = world.only_letter(&order).await;

        // Line 2 is forgotten, line 3 contradicts itself, on line 1 stands somebody else as well.
        said.retain(|word| word.line_no != 2);
        for word in &mut said {
            if word.line_no == 3 && word.sequence == 2 {
                word.occurred_at += TimeDelta::seconds(1);
            }
        }
        let mut stranger = said[0].clone();
        stranger.application_number = "CLJ-01-2026-999999".to_owned();
        stranger.sequence = 3;
        said.push(stranger);
        world.answer(&letter, &order, World::held(&order), said).await;

        let expected = [
            (1, Difference::Extra),
            (2, Difference::Missing),
            (3, Difference::Contradicting),
        ];
        assert_eq!(found(world).await, expected);
        assert_eq!(world.hold_codes().await, [802, 821]);
        let shown = read_night(&mut world.read().await, Some(night())).await;
        let shown = shown.unwrap().unwrap();
        assert_eq!((shown.asked, shown.answered), (1, 1));
        assert_eq!((shown.missing, shown.extra, shown.contradicting), (1, 1, 1));
        for text in ["3 diferențe", "Nu a fost comandată", "CLJ-01-2026-999999", "C.N.I.N. nu o numește"] {
            page_shows(world, &order, text).await;
        }
    }

    async fn the_hold_of_a_difference_is_closed_when_the_accounts_agree_again(
        world: &mut World
    ) {
        let (order, said) = accepted_order(world, 2).await;
        sleep(world).await;
        world.post().await;
        let letter = world.only_letter(&order).await;
        world.answer(&letter, &order, World::held(&order), Vec::new()).await;
        assert_eq!(found(world).await, [(1, Difference::Missing), (2, Difference::Missing)]);
        assert_eq!(world.hold_codes().await, [821]);

        world.pass(TimeDelta::hours(24));
        world.settle().await;
        world.post().await;
        let second = world.letters_of(&order).await.swap_remove(1);
        world.answer(&second, &order, World::held(&order), said).await;

        assert!(world.holds().await.is_empty());
        assert_eq!(found(world).await.len(), 2, "what was found stays found");
    }

    async fn a_line_that_the_bureau_has_not_named_for_a_day_is_missing(world: &mut World) {
        let order = world.received_order(1).await;
        world.pass(TimeDelta::hours(24));
        sleep(world).await;
        world.settle().await;
        world.post().await;
        let letter = world.only_letter(&order).await;

        world.answer(&letter, &order, World::held(&order), Vec::new()).await;

        assert_eq!(found(world).await, [(1, Difference::Missing)]);
    }

    async fn a_bureau_that_lost_an_order_which_it_confirmed_misses_all_its_lines(
        world: &mut World
    ) {
        let (order, _) = accepted_order(world, 2).await;
        sleep(world).await;
        world.post().await;
        let letter = world.only_letter(&order).await;

        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;

        assert_eq!(found(world).await, [(1, Difference::Missing), (2, Difference::Missing)]);
        assert_eq!(world.hold_codes().await, [820, 821]);
        assert!(world.deliver().await.is_empty(), "nothing is made twice");
    }

    async fn a_question_of_the_night_before_is_sent_again(world: &mut World) {
        let (order, _) = accepted_order(world, 1).await;
        sleep(world).await;
        world.post().await;

        world.pass(TimeDelta::hours(24));
        world.settle().await;

        assert_eq!(world.post().await.len(), 1);
        assert_eq!(world.letters_of(&order).await.len(), 1, "the same letter");
    }

    async fn lines_without_an_end_are_a_matter_for_an_operator(world: &mut World) {
        let (order, _) = accepted_order(world, 2).await;
        let signed = order.signed_at.unwrap();
        world.wait_until(signed + TimeDelta::days(10) - TimeDelta::minutes(1));
        world.settle().await;
        assert!(!world.hold_codes().await.contains(&812));

        world.pass(TimeDelta::minutes(1));
        world.settle().await;

        assert!(world.holds().await.contains(&(order.number.clone(), 812)));
    }
}
