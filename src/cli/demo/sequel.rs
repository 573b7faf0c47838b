//! What the console finds: some weeks later, with more applicants, a bureau that refuses orders in one
//! way after another, payers who err more often, and an office's program that refuses events. All of it
//! happens on the wire; a person's request, which the API does not take, is made as the console makes it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde_json::{Value, json};

use crate::cli::demo::done;
use crate::cli::demo::people::FIRST_PERSON;
use crate::cli::demo::play::play_until;
use crate::cli::demo::stage::Stage;
use crate::domain::application::ApplicationState;
use crate::domain::calendar::start_of_day;
use crate::domain::cause::Cause;
use crate::domain::four_eyes::FourEyesAction;
use crate::domain::operator::Actor;
use crate::domain::order::OrderState;
use crate::domain::payment::PaymentState;
use crate::flow::people::requests;
use crate::simulator::bureau::{Misbehaviour, Plan};
use crate::simulator::caller::Caller;
use crate::simulator::channels::MishapRates;
use crate::simulator::receiver::Receiver;
use crate::simulator::script;
use crate::store::{applications, causes, orders, payments};
use crate::worker::herald::Herald;

/// Of so many applications of the story, one more comes afterwards; and how many at most and at least.
const ONE_IN: u32 = 3;
const FEWEST: u32 = 50;
const MOST: u32 = 240;
/// How often in a thousand payments each mishap happens then.
const MISHAP_PER_MILLE: u32 = 90;
/// The office whose program takes events, and how many it takes for each that it refuses.
const PUSHED_TO: &str = "CLJ-02";
const REFUSES_EACH: u64 = 9;
/// Orders about which somebody may ask for what another person approves, the likeliest first.
const UNDER_WAY: &[(OrderState, FourEyesAction)] = &[
    (OrderState::Sent, FourEyesAction::CancelSentOrder),
    (OrderState::ReceiptOk, FourEyesAction::CancelSentOrder),
    (OrderState::PartlyAnswered, FourEyesAction::CancelSentOrder),
    (OrderState::AllAnswered, FourEyesAction::ResendAnsweredOrder),
];
/// How many things are looked through for one that can be decided about.
const LOOKED_AT: i64 = 50;

/// How the bureau behaves for a day.
#[derive(Clone, Copy)]
enum Mood {
    /// As in life.
    Usual,
    /// It refuses every order for this main reason, and takes it when it comes again.
    Refuses(u16),
    /// Its server turns every order away with this status.
    TurnsAway(u16),
}

/// The moods, one after the other, each until orders wait for what it causes: a certificate that the
/// bureau does not trust, lines that it does not want, orders that are too large for its server, a
/// server that fails, and files that it cannot read.
const MOODS: [(Mood, Cause); 5] = [
    (Mood::Refuses(102), Cause::Certificate),
    (Mood::Refuses(203), Cause::RefusedLines),
    (Mood::TurnsAway(413), Cause::Size),
    (Mood::TurnsAway(500), Cause::Unreachable),
    (Mood::Refuses(104), Cause::Schema),
];

/// Days that a mood lasts at most; orders are not opened on every one.
const MOOD_DAYS: u32 = 4;

/// What goes on beside the stage, and ends with it.
#[derive(Debug)]
pub(super) struct Sequel {
    receiver: Receiver,
}

impl Sequel {
    /// Ends it.
    pub(super) async fn close(self) {
        self.receiver.close().await;
    }
}

/// Plays it.
pub(super) async fn play(stage: &mut Stage, told: u32) -> anyhow::Result<Sequel> {
    let receiver = Receiver::open(REFUSES_EACH).context("opening a receiver of events")?;
    take_events(stage, receiver.url()).await?;
    let first_day = next_monday(stage.clock_day());
    let more = (told / ONE_IN).clamp(FEWEST, MOST);
    // As many in the fortnight behind that one, so that applicants come as long as the moods last.
    for (fortnight, seed) in [
        (first_day, !stage.seed),
        (first_day + Days::new(14), stage.seed ^ 1),
    ] {
        stage.offices.take_up(script::write(seed, more, fortnight));
    }
    stage
        .channels
        .set_mishaps(MishapRates::each(MISHAP_PER_MILLE));
    // A day as in life first.
    let mut day = day_after(first_day);
    play_until(stage, start_of_day(day)).await?;
    for (mood, cause) in MOODS {
        stage.behave(mood);
        for _ in 0..MOOD_DAYS {
            day = day_after(day);
            play_until(stage, start_of_day(day)).await?;
            if waits(stage, cause).await? {
                break;
            }
        }
    }
    stage.behave(Mood::Usual);
    play_until(stage, start_of_day(day_after(day))).await?;
    leave_to_decide(stage).await?;
    Ok(Sequel { receiver })
}

/// Whether orders wait for a cause.
async fn waits(stage: &Stage, cause: Cause) -> anyhow::Result<bool> {
    let mut tx = stage.gateway.store.read().await?;
    let counts = causes::list(&mut tx, None).await?;
    Ok(counts.iter().any(|count| count.cause == cause))
}

impl Stage {
    fn clock_day(&self) -> NaiveDate {
        self.gateway.clock.today()
    }

    /// Has the bureau behave like this from now on.
    fn behave(&self, mood: Mood) {
        let (plan, turned_away) = match mood {
            Mood::Usual => (Plan::each(10), None),
            Mood::Refuses(code) => {
                self.bureau.set_wrong_reason(code);
                (Plan::always(Misbehaviour::RefuseOrder), None)
            }
            Mood::TurnsAway(status) => (Plan::honest(), Some((status, "60"))),
        };
        self.bureau.set_plan(plan);
        self.bureau.turn_away(turned_away);
    }

    /// Where everybody finds the API.
    fn api_url(&self) -> anyhow::Result<String> {
        let server = self.server.as_ref().context("the gateway has stopped")?;
        Ok(format!("https://localhost:{}", server.address.port()))
    }

    fn certs(&self) -> PathBuf {
        self.out.join("data").join("certs")
    }

    /// Has back-office automation decide something over the API; returns whether it was done.
    async fn operate(&self, path: &str, content: Value) -> anyhow::Result<bool> {
        let caller = Caller::with_key(&self.certs(), &self.api_key, &self.api_url()?)?;
        let status = caller.post(path, &content).await;
        Ok((200..300).contains(&status.context("deciding over the API")?))
    }
}

/// An office asks for its events to be pushed to its own program.
async fn take_events(stage: &mut Stage, address: &str) -> anyhow::Result<()> {
    let office = Caller::office(&stage.certs(), PUSHED_TO, &stage.api_url()?)?;
    let set = office
        .put("/v1/webhook", &json!({ "url": address }))
        .await?;
    ensure!(
        (200..300).contains(&set),
        "a webhook was answered with {set}"
    );
    for (path, content) in [
        ("/v1/webhook/keys", json!({ "kind": "ED25519" })),
        ("/v1/webhook/enable", json!({})),
    ] {
        let status = office.post(path, &content).await?;
        ensure!(
            (200..300).contains(&status),
            "{path} was answered with {status}"
        );
    }
    let network = stage.gateway.webhook_network.as_ref();
    let network = network.context("there is no way to webhooks")?;
    stage.herald = Some(Herald::new("demo".to_owned(), Arc::clone(network)));
    Ok(())
}

/// What somebody began and another person ends: an application held, a refund proposed, an order whose
/// cancelling was asked for.
async fn leave_to_decide(stage: &Stage) -> anyhow::Result<()> {
    let gateway = &stage.gateway;
    let mut tx = gateway.store.read().await?;
    let unpaid = Some(ApplicationState::AwaitingFee);
    let unpaid = applications::list(&mut tx, None, unpaid, None, LOOKED_AT).await?;
    let due = payments::list(&mut tx, Some(PaymentState::RefundDue), None, LOOKED_AT).await?;
    let mut wish = None;
    for (state, action) in UNDER_WAY {
        let found = orders::list(&mut tx, Some(*state), None, LOOKED_AT).await?;
        wish = wish.or_else(|| Some((*action, found.last()?.number.clone())));
    }
    drop(tx);
    for application in &unpaid {
        let path = format!("/v1/operations/applications/{}/hold", application.number);
        let reason = json!({ "reason": "the office asked to wait for a document" });
        if stage.operate(&path, reason).await? {
            break;
        }
    }
    for payment in &due {
        let path = format!("/v1/payments/{}/refunds", payment.id);
        let reason = json!({ "reason": "paid twice" });
        if stage.operate(&path, reason).await? {
            break;
        }
    }
    if let Some((action, number)) = wish {
        let actor = Actor::Operator(FIRST_PERSON.to_owned());
        let reason = "the offices asked for it";
        done(requests::ask(gateway, (action, &number), &actor, reason).await)?;
    }
    Ok(())
}

/// The Monday that follows a day.
fn next_monday(day: NaiveDate) -> NaiveDate {
    let mut monday = day_after(day);
    while monday.weekday() != Weekday::Mon {
        monday = day_after(monday);
    }
    monday
}

fn day_after(day: NaiveDate) -> NaiveDate {
    day + Days::new(1)
}
