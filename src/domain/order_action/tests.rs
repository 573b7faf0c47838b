use super::*;

fn line(line_no: i64) -> LineFacts {
    LineFacts {
        line_no,
        state: LineState::Placed,
        application: ApplicationState::Ordered,
        has_words: false,
        is_set_aside: false,
        is_settled: true,
    }
}

fn order(state: OrderState) -> OrderFacts {
    OrderFacts {
        state,
        is_signed: true,
        is_dead: false,
        is_quarantined: false,
        may_have_arrived: false,
        is_contradicted: false,
        lines: vec![line(1), line(2), line(3)],
    }
}

#[test]
fn signing_anew_takes_the_lines_that_can_be_ordered() {
    let mut refused = order(OrderState::ReceiptRejected);
    refused.lines[1].application = ApplicationState::CancelRequested;
    refused.lines[2].application = ApplicationState::OnHold;
    let foreseen = foresee(OrderAction::Resign, &refused, &[]).unwrap();
    assert_eq!(
        (foreseen.reordered, foreseen.cancelled, foreseen.waiting),
        (1, 1, 1)
    );
    assert_eq!(
        foreseen.text_en(),
        "it is given up and never sent again, 1 in a new order, 1 cancelled, 1 waiting on"
    );

    refused.lines[0].application = ApplicationState::OnHold;
    let nothing = foresee(OrderAction::Resign, &refused, &[]);
    assert_eq!(nothing, Err(Obstacle::NothingToOrder));
}

#[test]
fn nothing_is_given_up_that_the_bureau_may_hold() {
    for action in [OrderAction::Resign, OrderAction::Split, OrderAction::GiveUp] {
        let mut unknown = order(OrderState::Queued);
        unknown.is_dead = true;
        assert!(foresee(action, &unknown, &[1]).is_ok());
        unknown.may_have_arrived = true;
        assert_eq!(foresee(action, &unknown, &[1]), Err(Obstacle::MaybeHeld));

        // Even a receipt that refuses is not believed once the bureau speaks of a line.
        let mut spoken = order(OrderState::ReceiptRejected);
        spoken.lines[2].has_words = true;
        assert_eq!(foresee(action, &spoken, &[1]), Err(Obstacle::MaybeHeld));

        let mut contradicted = order(OrderState::ReceiptRejected);
        contradicted.is_contradicted = true;
        assert_eq!(
            foresee(action, &contradicted, &[1]),
            Err(Obstacle::MaybeHeld)
        );

        for state in [
            OrderState::Sent,
            OrderState::ReceiptOk,
            OrderState::Cancelled,
        ] {
            assert_eq!(
                foresee(action, &order(state), &[1]),
                Err(Obstacle::State),
                "{state}"
            );
        }
    }
}

#[test]
fn a_split_needs_lines_of_the_order() {
    let refused = order(OrderState::ReceiptRejected);
    let split = |lines: &[i64]| foresee(OrderAction::Split, &refused, lines);
    assert_eq!(split(&[]), Err(Obstacle::NoLineNamed));
    assert_eq!(split(&[4]), Err(Obstacle::NoSuchLine(4)));
    let foreseen = split(&[2]).unwrap();
    assert_eq!((foreseen.reordered, foreseen.set_aside), (2, 1));
}

#[test]
fn a_quarantine_stops_everything_but_release_and_giving_up() {
    let mut held = order(OrderState::Queued);
    let stopped = foresee(OrderAction::Quarantine, &held, &[]).unwrap();
    assert_eq!(stopped.fate, OrderFate::Stopped);
    held.is_quarantined = true;
    for action in OrderAction::ALL {
        let answer = foresee(*action, &held, &[1]);
        match action {
            OrderAction::Release | OrderAction::GiveUp => assert!(answer.is_ok(), "{action}"),
            _ => assert_eq!(answer, Err(Obstacle::Quarantined), "{action}"),
        }
    }
    let released = foresee(OrderAction::Release, &held, &[]).unwrap();
    assert_eq!(released.fate, OrderFate::GoesOut);
    held.is_dead = true;
    let still_dead = foresee(OrderAction::Release, &held, &[]).unwrap();
    assert_eq!(still_dead.fate, OrderFate::GoesOn);
}

#[test]
fn what_a_split_set_aside_can_be_released() {
    let mut split = order(OrderState::Cancelled);
    let release = |order: &OrderFacts| foresee(OrderAction::Release, order, &[]);
    assert_eq!(release(&split), Err(Obstacle::NothingHeld));
    for line in &mut split.lines[..2] {
        line.state = LineState::Withdrawn;
        line.application = ApplicationState::OnHold;
        line.is_set_aside = true;
    }
    split.lines[1].is_settled = false;
    let released = release(&split).unwrap();
    assert_eq!((released.ready, released.waiting), (1, 1));
}

#[test]
fn what_can_be_undone_is_undone_by_a_known_action() {
    assert_eq!(OrderAction::Quarantine.undo(), Some(OrderAction::Release));
    assert_eq!(OrderAction::Release.undo(), Some(OrderAction::Quarantine));
    assert_eq!(OrderAction::Resend.undo(), None);
}
