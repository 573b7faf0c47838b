//! Words that the bureau told by other means, and how its documents relate to them.

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::domain::acknowledgement::LineEvent::{
    self, BiometricsErased, CardMade, LineAccepted, LineRejected, ParcelShipped, ProductionBegun,
};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::four_eyes::ApprovalRefusal;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::force_word::{ForceRefusal, WordProposal, approve, propose, withdraw};
use cei_gateway::store::acknowledgements::{self, Disposition};
use cei_gateway::store::forced_words::{self, ForcedOutcome, ForcedWord};
use cei_gateway::store::history;
use cei_gateway::store::orders::Order;
use chrono::TimeDelta;

use crate::failed_orders::operator;
use crate::kit::world::{World, both_worlds};

const WHY: &str = "the office waits for the card";

/// The bureau's word on the first line, as somebody heard it on the telephone.
fn said(order: &Order, status: LineEvent) -> WordProposal {
    WordProposal {
        order: order.number.clone(),
        line_no: 1,
        status,
        reason: (status == LineRejected).then_some(404),
        document_number: (status == CardMade).then(|| "CJ0000001".to_owned()),
        consignment: None,
        occurred_at: None,
        evidence: "call with the shift lead, note 14/2026".to_owned(),
    }
}

async fn put_forward(world: &World, proposal: &WordProposal) -> Result<ForcedWord, ForceRefusal> {
    match propose(&world.gateway, proposal, (&operator("ana"), WHY)).await {
        Ok(said) => Ok(said),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Broken(error)) => panic!("{error:#}"),
    }
}

async fn second(world: &World, said: &ForcedWord, by: &Actor) -> Result<ForcedWord, ForceRefusal> {
    match approve(&world.gateway, said.id, (by, "I called them too")).await {
        Ok(said) => Ok(said),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Broken(error)) => panic!("{error:#}"),
    }
}

/// Ana proposes, Bogdan approves.
async fn force(world: &World, order: &Order, status: LineEvent) {
    let said = put_forward(world, &said(order, status))
        .await
        .expect("proposed");
    second(world, &said, &operator("bogdan"))
        .await
        .expect("applied");
}

/// Where the first line of an order and its application stand.
async fn standing(world: &World, order: &Order) -> (LineState, ApplicationState) {
    let line = world.lines(order).await.swap_remove(0);
    (line.state, world.application(line.application).await.state)
}

/// Hears the bureau's words on the first line, numbered from `first`.
async fn say(world: &World, order: &Order, first: u32, words: &[LineEvent]) {
    let number = |entry: Entry| Entry {
        document_number: (entry.status == CardMade).then(|| "CJ0000001".to_owned()),
        reason: (entry.status == LineRejected).then_some(404),
        ..entry
    };
    let entries = world.entries(order, 1, first, words).await;
    world
        .acknowledge(entries.into_iter().map(number).collect())
        .await;
}

async fn dispositions(world: &World, order: &Order) -> Vec<Disposition> {
    let line = world.lines(order).await.swap_remove(0);
    let words = acknowledgements::list(&mut world.read().await, line.id).await;
    words
        .unwrap()
        .into_iter()
        .map(|said| said.disposition)
        .collect()
}

both_worlds! {
    async fn a_word_of_two_persons_moves_the_line_and_both_stand_in_its_history(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted]).await;
        let said = put_forward(world, &said(&order, CardMade)).await.unwrap();
        let before = (LineState::Accepted, ApplicationState::Ordered);
        assert_eq!(standing(world, &order).await, before, "a proposal moves nothing");

        let applied = second(world, &said, &operator("bogdan")).await.unwrap();

        assert_eq!(applied.outcome, Some(ForcedOutcome::Applied));
        let after = (LineState::Produced, ApplicationState::Produced);
        assert_eq!(standing(world, &order).await, after);
        let line = world.lines(&order).await.swap_remove(0);
        assert_eq!((line.last_sequence, line.forced), (1, true));
        assert_eq!(line.document_number.as_deref(), Some("CJ0000001"));
        let told = history::list(&mut world.read().await, line.id.0, 100).await.unwrap();
        let row = |event: &str| told.iter().find(|step| step.event == event).expect("a row");
        assert_eq!(row("WORD_PROPOSED").actor, "operator:ana");
        assert_eq!(row("PRODUCED").actor, "operator:bogdan");
        let note = row("PRODUCED").note.clone().unwrap();
        assert!(note.contains("operator:ana") && note.contains("14/2026"), "{note}");
    }

    async fn the_same_person_a_program_and_nobody_cannot_apply_it(world: &mut World) {
        let order = world.received_order(1).await;
        let said = put_forward(world, &said(&order, LineAccepted)).await.unwrap();
        for (who, refusal) in [
            (operator(" ANA"), ApprovalRefusal::SamePerson),
            (Actor::Automation("robot".to_owned()), ApprovalRefusal::NotAPerson),
        ] {
            let answer = second(world, &said, &who).await;
            assert_eq!(answer.unwrap_err(), ForceRefusal::Approval(refusal));
        }
        assert_eq!(standing(world, &order).await.0, LineState::Placed);
    }

    async fn the_bureaus_own_word_confirms_it_and_moves_nothing(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted]).await;
        force(world, &order, CardMade).await;

        say(world, &order, 2, &[ProductionBegun, CardMade]).await;

        assert!(world.holds().await.is_empty());
        assert_eq!(standing(world, &order).await.0, LineState::Produced);
        let line = world.lines(&order).await.swap_remove(0);
        assert_eq!((line.last_sequence, line.forced), (3, false));
        let heard = [Disposition::Applied, Disposition::Late, Disposition::Late];
        assert_eq!(dispositions(world, &order).await, heard);
        // And what comes after is heard as ever.
        say(world, &order, 4, &[ParcelShipped]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Shipped);
        assert!(world.holds().await.is_empty());
    }

    async fn a_word_that_follows_from_it_is_heard(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted]).await;
        force(world, &order, CardMade).await;
        say(world, &order, 2, &[ParcelShipped]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Shipped);
        assert!(!world.lines(&order).await[0].forced && world.holds().await.is_empty());
    }

    async fn a_contradicting_word_is_a_hold_and_overwrites_nothing(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted]).await;
        force(world, &order, CardMade).await;

        say(world, &order, 2, &[LineRejected]).await;

        let after = (LineState::Produced, ApplicationState::Produced);
        assert_eq!(standing(world, &order).await, after);
        assert_eq!(world.hold_codes().await, [802]);
        assert_eq!(dispositions(world, &order).await[1], Disposition::Conflict);
        // It used up its number: the bureau may still say what agrees.
        say(world, &order, 3, &[CardMade]).await;
        assert!(!world.lines(&order).await[0].forced);
    }

    async fn a_refusal_by_telephone_frees_the_application_and_a_later_card_is_a_hold(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        force(world, &order, LineRejected).await;
        let after = (LineState::Rejected, ApplicationState::Ready);
        assert_eq!(standing(world, &order).await, after);
        assert_eq!(world.order(&order.number).await.state, OrderState::Settled);

        say(world, &order, 1, &[LineAccepted]).await;

        assert_eq!(world.hold_codes().await, [802]);
        assert_eq!(standing(world, &order).await, after);
    }

    async fn a_proposal_expires_and_can_be_withdrawn(world: &mut World) {
        let order = world.received_order(1).await;
        let first = put_forward(world, &said(&order, LineAccepted)).await.unwrap();
        let another = put_forward(world, &said(&order, LineAccepted)).await;
        assert_eq!(another.unwrap_err(), ForceRefusal::OneWaits);
        world.pass(TimeDelta::days(7));
        let late = second(world, &first, &operator("bogdan")).await;
        assert_eq!(late.unwrap_err(), ForceRefusal::Ended(ForcedOutcome::Expired));

        let another = put_forward(world, &said(&order, LineAccepted)).await.unwrap();
        let by = (&operator("ana"), "a misunderstanding");
        withdraw(&world.gateway, another.id, by).await.unwrap();
        let gone = second(world, &another, &operator("bogdan")).await;
        assert_eq!(gone.unwrap_err(), ForceRefusal::Ended(ForcedOutcome::Withdrawn));
        let line = world.lines(&order).await.swap_remove(0);
        let all = forced_words::list_of_line(&mut world.read().await, line.id).await.unwrap();
        let outcomes: Vec<_> = all.iter().map(|said| said.outcome).collect();
        let ended = [Some(ForcedOutcome::Expired), Some(ForcedOutcome::Withdrawn)];
        assert_eq!(outcomes, ended);
        assert_eq!(line.state, LineState::Placed);
    }

    async fn what_cannot_be_is_not_proposed(world: &mut World) {
        let unsent = world.sealed_order(1).await;
        let refused = put_forward(world, &said(&unsent, LineAccepted)).await;
        assert!(matches!(refused, Err(ForceRefusal::NotSent { .. })), "{refused:?}");
        world.deliver().await;
        let order = world.order(&unsent.number).await;
        for (proposal, refusal) in [
            (said(&order, BiometricsErased), ForceRefusal::NotForced(BiometricsErased)),
            (
                WordProposal { document_number: None, ..said(&order, CardMade) },
                ForceRefusal::NumberWrong,
            ),
            (
                WordProposal { document_number: Some("cj1".to_owned()), ..said(&order, CardMade) },
                ForceRefusal::NumberWrong,
            ),
            (
                WordProposal { reason: None, ..said(&order, LineRejected) },
                ForceRefusal::CodeWrong,
            ),
            (
                WordProposal { evidence: " ".to_owned(), ..said(&order, LineAccepted) },
                ForceRefusal::EvidenceMissing,
            ),
            (
                WordProposal {
                    occurred_at: Some(world.now() + TimeDelta::seconds(1)),
                    ..said(&order, LineAccepted)
                },
                ForceRefusal::InFuture,
            ),
            (
                WordProposal { line_no: 2, ..said(&order, LineAccepted) },
                ForceRefusal::LineUnknown,
            ),
        ] {
            assert_eq!(put_forward(world, &proposal).await.unwrap_err(), refusal);
        }
        let skipped = put_forward(world, &said(&order, ParcelShipped)).await;
        assert!(matches!(skipped, Err(ForceRefusal::Impossible(_))), "{skipped:?}");
    }

    async fn a_line_that_moved_meanwhile_is_judged_anew(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted]).await;
        let said = put_forward(world, &said(&order, CardMade)).await.unwrap();
        say(world, &order, 2, &[LineRejected]).await;
        let late = second(world, &said, &operator("bogdan")).await;
        assert!(matches!(late, Err(ForceRefusal::Impossible(_))), "{late:?}");
        assert_eq!(standing(world, &order).await.0, LineState::Rejected);
    }
}
