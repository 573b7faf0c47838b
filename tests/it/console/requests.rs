//! What needs two persons, through the console.

use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::sign_in::Stage;
use cei_gateway::flow::audit_record::examine::examine;
use cei_gateway::flow::people::token::hash_of;
use cei_gateway::store::{audit, sessions, users};
use chrono::TimeDelta;

use crate::console::browser::{
    Answer, Browser, SESSION, add_user, between, console, first_sign_in, session_of, signed_in,
};
use crate::kit::world::{World, both_worlds};

/// Asks and returns the answer.
async fn ask(browser: &mut Browser, action: &str, subject: &str) -> Answer {
    let fields = [
        ("action", action),
        ("subject", subject),
        ("reason", "the office asked"),
    ];
    browser.post("/requests", &fields).await
}

/// The path of the decision about the first request that waits.
async fn first_path(browser: &mut Browser) -> String {
    let page = browser.get("/requests").await;
    let path =
        between(&page.text, "action=\"/requests/", "\"").unwrap_or_else(|| panic!("{}", page.text));
    format!("/requests/{path}")
}

both_worlds! {
    async fn a_device_is_reset_when_another_person_approves_and_once(world: &mut World) {
        let console = console(world);
        let given = add_user(world, "ion", Role::Viewer).await;
        let (mut ion, _, _) = first_sign_in(world, &console, "ion", &given).await;
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        let answer = ask(&mut administrator, "RESET_SECOND_FACTOR", "ion").await;
        assert_eq!((answer.status, answer.location()), (303, "/requests"));
        // The same a second time, as after a second click.
        administrator.get("/requests").await;
        assert_eq!(ask(&mut administrator, "RESET_SECOND_FACTOR", "ion").await.status, 409);
        assert_eq!(ask(&mut administrator, "RESET_SECOND_FACTOR", "nobody").await.status, 422);
        assert_eq!(ion.get("/account").await.status, 200, "nothing is done yet");

        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let mut late = signed_in(world, &console, Role::Supervisor).await;
        let path = first_path(&mut supervisor).await;
        assert!(path.ends_with("/approve"), "{path}");
        late.get("/requests").await;
        supervisor.post(&path, &[("reason", " ")]).await.shows(422, "role=\"alert\"");
        supervisor.get("/requests").await;
        let answer = supervisor.post(&path, &[("reason", "called back")]).await;
        assert_eq!((answer.status, answer.location()), (303, "/requests"), "{}", answer.text);
        assert_eq!(ion.get("/account").await.status, 303, "the sessions end with the device");
        // Whoever comes second is told who was first, and how it ended.
        let answer = late.post(&path, &[("reason", "me too")]).await;
        answer.shows(409, "role=\"alert\"");
        let who = world_name(world, &supervisor).await;
        assert!(answer.text.contains(&who), "{who} is not in {}", answer.text);

        let mut tx = world.read().await;
        let records = audit::list(&mut tx, 0, 100).await.unwrap();
        let made: Vec<_> = records.iter().filter(|record| record.entry.subject_kind == "REQUEST").collect();
        let told: Vec<_> = made.iter().map(|record| record.entry.action.as_str()).collect();
        assert_eq!(told, ["REQUEST_MADE", "REQUEST_APPROVED"]);
        drop(tx);
        assert_eq!(examine(&world.gateway, &[]).await.unwrap().findings, []);
        console.stop().await;
    }

    async fn nobody_approves_what_they_asked_for_themselves(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let token = session_of(world, Some(Role::Administrator), Stage::Open).await;
        let mut tx = world.write().await;
        let session = sessions::find(&mut tx, &hash_of(&token)).await.unwrap().unwrap();
        let both = Roles::new([Role::Administrator, Role::Supervisor]);
        users::set_roles(&mut tx, session.user, &both).await.unwrap();
        tx.commit().await.unwrap();
        let mut one = Browser::new(&console);
        one.cookies.insert(SESSION.to_owned(), token);
        one.get("/account").await;
        assert_eq!(ask(&mut one, "RESET_SECOND_FACTOR", "ion").await.status, 303);
        let own = first_path(&mut one).await;
        assert!(own.ends_with("/withdraw"), "{own}");
        for decision in ["approve", "reject"] {
            let path = own.replace("withdraw", decision);
            one.post(&path, &[("reason", "sure")]).await.shows(422, "role=\"alert\"");
        }
        let mut other = signed_in(world, &console, Role::Viewer).await;
        other.post(&own, &[("reason", "not mine")]).await.shows(422, "role=\"alert\"");
        one.get("/requests").await;
        assert_eq!(one.post(&own, &[("reason", "a mistake")]).await.status, 303);
        console.stop().await;
    }

    async fn a_request_asks_for_the_permission_of_its_action(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let mut operator = signed_in(world, &console, Role::Operator).await;
        assert_eq!(ask(&mut operator, "RESET_SECOND_FACTOR", "ion").await.status, 403);
        assert_eq!(ask(&mut operator, "REVOKE_KEY", "ion").await.status, 403);
        assert_eq!(ask(&mut operator, "CANCEL_SENT_ORDER", "CO-1").await.status, 422);
        assert_eq!(ask(&mut operator, "SOMETHING_ELSE", "CO-1").await.status, 404);
        console.stop().await;
    }

    async fn a_request_that_nobody_decides_expires(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        assert_eq!(ask(&mut administrator, "RESET_SECOND_FACTOR", "ion").await.status, 303);
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let path = first_path(&mut supervisor).await;
        world.pass(TimeDelta::hours(73));
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        supervisor.get("/requests").await;
        supervisor.post(&path, &[("reason", "late")]).await.shows(409, "role=\"alert\"");
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        assert_eq!(ask(&mut administrator, "RESET_SECOND_FACTOR", "ion").await.status, 303, "it may be asked again");
        console.stop().await;
    }

    async fn a_sent_order_is_cancelled_by_two(world: &mut World) {
        let console = console(world);
        let order = world.received_order(2).await;
        assert_eq!(order.state, OrderState::ReceiptOk);
        let mut operator = signed_in(world, &console, Role::Operator).await;
        let answer = ask(&mut operator, "CANCEL_SENT_ORDER", &order.number).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let mut supervisor = signed_in(world, &console, Role::Supervisor).await;
        let path = first_path(&mut supervisor).await;
        let answer = supervisor.post(&path, &[("reason", "seen")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(world.letters_of(&order).await.len(), 1, "the bureau is asked");
        world.settle().await;
        console.stop().await;
    }
}

/// The name of the account whose session a browser holds.
async fn world_name(world: &World, browser: &Browser) -> String {
    let mut tx = world.read().await;
    let token = hash_of(&browser.cookies[SESSION]);
    let session = sessions::find(&mut tx, &token).await.unwrap().unwrap();
    users::find(&mut tx, session.user)
        .await
        .unwrap()
        .unwrap()
        .name
}
