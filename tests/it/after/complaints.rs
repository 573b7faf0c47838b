//! Complaints of offices about cards, and what comes of them.

use cei_gateway::bureau::complaint_decision::{
    ComplaintDecision, ComplaintOutcome, write_complaint_decision,
};
use cei_gateway::domain::application::ApplicationState::{
    AtOffice, AwaitingFee, HandedOver, Ready, Returned, Shipped,
};
use cei_gateway::domain::card::CardState;
use cei_gateway::domain::complaint::{ComplaintFault, ComplaintState, Payer};
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::money::Money;
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::Failure;
use cei_gateway::flow::complaints::{
    ComplaintRefusal, ComplaintVerdict, DecisionRefusal, NewComplaint, decide_complaint, lodge,
};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::report_card::Report;
use cei_gateway::store::applications::Application;
use cei_gateway::store::complaints::Complaint;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{complaints, outbox};
use cei_gateway::transport::certificates::BUREAU_SEAL;
use chrono::TimeDelta;

use crate::after::{card_number, refusal_or};
use crate::kit::bureau::key_of;
use crate::kit::world::{World, both_worlds};

pub(crate) async fn complain(
    world: &World,
    application: &Application,
    code: u16,
) -> Result<Complaint, ComplaintRefusal> {
    let office = application.office;
    let actor = Actor::Office(office);
    let note = note(&world.gateway, &actor, None);
    let new = NewComplaint {
        office,
        application: application.id,
        code,
        text: Some("cipul nu răspunde"),
        noticed_on: world.now().date_naive(),
    };
    let mut tx = world.write().await;
    let lodged = lodge(&mut tx, &world.gateway, new, &note).await;
    refusal_or(lodged, tx).await
}

async fn decide(
    world: &World,
    complaint: &Complaint,
    verdict: ComplaintVerdict,
) -> Result<Complaint, DecisionRefusal> {
    let actor = Actor::Operator("test".to_owned());
    let number = &complaint.number;
    let decided = decide_complaint(&world.gateway, number, verdict, &actor, "a test").await;
    decided.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Broken(error) => panic!("{error:?}"),
    })
}

/// What the bureau decides, signed.
async fn decision(
    world: &World,
    order: &Order,
    complaint: &Complaint,
    outcome: ComplaintOutcome,
) -> Vec<u8> {
    let said = ComplaintDecision {
        message_id: world.id(),
        bureau: world.config.bureau.code.clone(),
        test: true,
        created_at: world.now(),
        in_reply_to: complaint.letter.expect("a letter"),
        application_number: world.first(order).await.number,
        document_number: card_number(order, 1),
        outcome,
        decided_at: world.now(),
    };
    let key = key_of(BUREAU_SEAL);
    let written = write_complaint_decision(Vec::new(), &key, &said, world.now());
    written.expect("a decision").0
}

impl World {
    /// A complaint as it stands.
    async fn complaint(&self, complaint: &Complaint) -> Complaint {
        let number = &complaint.number;
        let found = complaints::find_by_number(&mut self.read().await, number).await;
        found.unwrap().unwrap()
    }
}

const fn admitted(payer: Payer) -> ComplaintVerdict {
    ComplaintVerdict::Admitted { payer }
}

/// A card that its office holds, or that the applicant got.
pub(crate) async fn card_at(world: &mut World, handed_over: bool) -> (Order, Application) {
    let order = world.shipped_order(1).await;
    let first = world.first(&order).await;
    let mut now = world
        .report(&first, Report::ReceivedAtOffice)
        .await
        .unwrap();
    if handed_over {
        now = world.report(&first, Report::HandedOver).await.unwrap();
    }
    (order, now)
}

/// The kinds of the last events that the office was told, oldest first.
async fn told(world: &World, application: &Application, count: usize) -> Vec<String> {
    let feed = lane_of(application.office);
    let all = outbox::list_after(&mut world.read().await, &feed, 0, 1_000)
        .await
        .unwrap();
    let kind = |kind: &str| {
        let kind = kind.trim_start_matches("ro.cei.application.");
        kind.trim_end_matches(".v1").to_owned()
    };
    let last = all.len().saturating_sub(count);
    all[last..]
        .iter()
        .map(|message| kind(&message.kind))
        .collect()
}

both_worlds! {
    async fn an_admitted_complaint_makes_the_card_anew_free_of_charge(world: &mut World) {
        let (order, application) = card_at(world, false).await;
        assert_eq!(application.state, AtOffice);
        let complaint = complain(world, &application, 702).await.unwrap();
        let again = complain(world, &application, 701).await;
        let number = complaint.number.clone();
        assert_eq!(again.err(), Some(ComplaintRefusal::Open { number }));
        assert_eq!(complaint.state, ComplaintState::Sent);
        assert_eq!(told(world, &application, 1).await, ["complaint_sent"]);

        let decided = decide(world, &complaint, admitted(Payer::Warranty)).await.unwrap();

        assert_eq!(decided.state, ComplaintState::Admitted);
        let after = world.application(application.id).await;
        assert_eq!((after.state, after.fee_state), (Ready, FeeState::Exempt));
        assert_eq!(told(world, &after, 2).await, ["complaint_admitted", "remade"]);
        assert_eq!(world.card(&card_number(&order, 1)).await, Some(CardState::Void));
        assert!(world.report(&after, Report::HandedOver).await.is_err());
        assert!(world.holds().await.is_empty());
        let second = world.next_order().await;
        assert_eq!(world.line(&second).await.attempt, 2);
        let twice = decide(world, &complaint, admitted(Payer::Bureau)).await;
        assert!(matches!(twice, Err(DecisionRefusal::NotNow { .. })));
    }

    async fn a_card_that_was_handed_over_is_made_anew_from_new_images(world: &mut World) {
        let (_order, application) = card_at(world, true).await;
        let complaint = complain(world, &application, 704).await.unwrap();
        decide(world, &complaint, admitted(Payer::Bureau)).await.unwrap();
        let after = world.application(application.id).await;
        assert_eq!(after.state, Returned);
        world.pass(TimeDelta::hours(6));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 1, "no order without images");
    }

    async fn wrong_data_go_back_to_the_office_whatever_is_kept(world: &mut World) {
        let (_order, application) = card_at(world, false).await;
        let complaint = complain(world, &application, 703).await.unwrap();
        assert_eq!(complaint.state, ComplaintState::Lodged);
        assert_eq!(world.hold_codes().await, [703], "no matter of the bureau's");
        decide(world, &complaint, admitted(Payer::Office)).await.unwrap();
        assert_eq!(world.application(application.id).await.state, Returned);
    }

    async fn the_bureau_decides_by_its_answer_to_the_letter(world: &mut World) {
        let (order, application) = card_at(world, false).await;
        let complaint = complain(world, &application, 702).await.unwrap();
        world.settle().await;
        let payer = Payer::Warranty;
        let admitted = ComplaintOutcome::Admitted { payer };
        let said = decision(world, &order, &complaint, admitted).await;

        let heard = world.hear(said).await;

        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        let now = world.complaint(&complaint).await;
        assert_eq!((now.state, now.payer), (ComplaintState::Admitted, Some(payer)));
        assert_eq!(world.first(&order).await.remakes, 1);
        // Later it says otherwise: nothing is taken back, and somebody looks.
        let text = "no fault was found".to_owned();
        let refused = ComplaintOutcome::Refused { reason: 708, text };
        let before = world.state(&order).await;
        world.hear(decision(world, &order, &complaint, refused).await).await;
        assert_eq!(world.state(&order).await, before);
        assert_eq!(world.hold_codes().await, [807]);
    }

    async fn a_refusal_of_the_bureau_is_told_with_its_reason(world: &mut World) {
        let (order, application) = card_at(world, true).await;
        let complaint = complain(world, &application, 705).await.unwrap();
        world.settle().await;
        let text = "no fault was found".to_owned();
        let refused = ComplaintOutcome::Refused { reason: 708, text };
        world.hear(decision(world, &order, &complaint, refused).await).await;
        assert_eq!(world.complaint(&complaint).await.refusal, Some(708));
        assert_eq!(told(world, &application, 1).await, ["complaint_refused"]);
        assert_eq!(world.state(&order).await, HandedOver);
    }

    async fn where_the_holder_pays_the_fee_is_owed_first(world: &mut World) {
        let (_order, application) = card_at(world, false).await;
        let complaint = complain(world, &application, 706).await.unwrap();
        decide(world, &complaint, admitted(Payer::Holder)).await.unwrap();
        let after = world.application(application.id).await;
        assert_eq!((after.state, after.fee_state), (AwaitingFee, FeeState::Due));
        assert_eq!(after.fee_due, Money::from_lei(70));
        assert_eq!(told(world, &after, 1).await, ["fee_due"]);
    }

    async fn a_refused_complaint_is_told_with_its_reason_and_changes_nothing(world: &mut World) {
        let (order, application) = card_at(world, true).await;
        let complaint = complain(world, &application, 702).await.unwrap();
        let reason = Some(708);
        let verdict = ComplaintVerdict::Refused { reason };
        let decided = decide(world, &complaint, verdict).await.unwrap();
        assert_eq!((decided.state, decided.refusal), (ComplaintState::Refused, Some(708)));
        assert_eq!(told(world, &application, 1).await, ["complaint_refused"]);
        assert_eq!(world.state(&order).await, HandedOver);
        assert!(world.holds().await.is_empty());
        // The same card may be complained of again.
        let next = complain(world, &application, 701).await.unwrap();
        let withdrawn = decide(world, &next, ComplaintVerdict::Withdrawn).await.unwrap();
        assert_eq!(withdrawn.state, ComplaintState::Withdrawn);
    }

    async fn a_card_is_complained_of_where_somebody_has_it_and_within_the_warranty(
        world: &mut World
    ) {
        let order = world.shipped_order(1).await;
        let first = world.first(&order).await;
        let early = complain(world, &first, 702).await;
        let fault = ComplaintFault::NotNow { state: Shipped };
        assert_eq!(early.err(), Some(ComplaintRefusal::Fault(fault)));
        world.report(&first, Report::ReceivedAtOffice).await.unwrap();
        world.report(&first, Report::HandedOver).await.unwrap();
        world.pass(TimeDelta::days(732));
        let late = complain(world, &first, 702).await;
        assert!(matches!(
            late,
            Err(ComplaintRefusal::Fault(ComplaintFault::WarrantyOver { .. }))
        ));
        assert!(complain(world, &first, 701).await.is_ok());
    }

    async fn a_holder_who_applied_anew_gets_no_second_card(world: &mut World) {
        let mut content = world.content();
        world.ready_with(content.clone()).await;
        let order = world.order_waiting(0).await;
        world.ship(&order).await;
        let first = world.first(&order).await;
        world.report(&first, Report::ReceivedAtOffice).await.unwrap();
        let now = world.report(&first, Report::HandedOver).await.unwrap();
        let complaint = complain(world, &now, 704).await.unwrap();
        content.office_reference = world.content().office_reference;
        world.ready_with(content).await;

        decide(world, &complaint, admitted(Payer::Bureau)).await.unwrap();

        assert_eq!(world.state(&order).await, HandedOver);
        assert_eq!(world.hold_codes().await, [208]);
    }
}
