//! What needs two persons, through the console.

use cei_gateway::domain::four_eyes::RequestOutcome;
use cei_gateway::domain::id::RequestId;
use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::sign_in::Stage;
use cei_gateway::flow::audit_record::examine::examine;
use cei_gateway::flow::people::token::hash_of;
use cei_gateway::store::four_eyes_requests::{self, Ending};
use cei_gateway::store::{audit, sessions, users};
use chrono::TimeDelta;

use crate::console::browser::{
    Answer, Browser, SESSION, add_user, between, console, first_sign_in, session_of, signed_in,
};
use crate::console::money::{all_payments, open, paid, with_debtor};
use crate::console::refunds::{IBAN, only_refund};
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
        assert_eq!((answer.status, answer.location()), (303, "/requests?done=REQUEST_MADE"));
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
        assert_eq!((answer.status, answer.location()), (303, "/requests?done=REQUEST_APPROVED"), "{}", answer.text);
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

    async fn everything_that_waits_for_a_second_person_is_found_from_one_page(world: &mut World) {
        with_debtor(world).await;
        let order = world.received_order(1).await;
        paid(world, 1, &[(150, "taxa buletin")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::Operator).await;
        assert_eq!(ask(&mut operator, "CANCEL_SENT_ORDER", &order.number).await.status, 303);
        // A supervisor may propose a word as well, and does not approve it then.
        let mut proposes = signed_in(world, &console, Role::Supervisor).await;
        let word = format!("/orders/{}/lines/1/word", order.number);
        let form = [("status", "ACCEPTED"), ("evidence", "a <b>call</b>"), ("reason", "told")];
        assert_eq!(proposes.post(&word, &form).await.status, 303);
        let mut pays = signed_in(world, &console, Role::PaymentsOperator).await;
        let propose = format!("/payments/{}/refund", found.number);
        let seen = open(&mut pays, &propose).await;
        let form = [
            ("seen", seen.as_str()), ("amount", "150,00"), ("iban", IBAN), ("name", "Popa Vlad"),
            ("reason", "a stranger's"),
        ];
        assert_eq!(pays.post(&propose, &form).await.status, 303);

        // Figures are kept for some seconds.
        world.pass(TimeDelta::seconds(10));
        let mut approves = signed_in(world, &console, Role::Supervisor).await;
        let page = approves.get("/requests").await;
        assert_eq!((tally(&page), listed(&page)), (3, 3), "{}", page.text);
        let refund = only_refund(world).await.number;
        page.shows(200, "Așteaptă și ele a doua persoană <span class=\"tally\">2<");
        page.shows(200, &format!("href=\"/orders/{}\">comanda {}, poziția 1<", order.number, order.number));
        page.shows(200, &format!("href=\"/payments/refunds/{refund}/approve\""));
        let word = between(&page.text, "href=\"/words/", "\"").unwrap();
        approves.get(&format!("/words/{word}")).await.shows(200, "&#60;b&#62;call");
        approves.get(&format!("/payments/refunds/{refund}/approve")).await.shows(200, "150,00 lei");
        let own = proposes.get("/requests").await;
        assert_eq!(listed(&own), 3, "{}", own.text);
        assert!(!own.text.contains("href=\"/words/"), "{}", own.text);

        // Whoever may not look at payments finds the others, and approves nothing.
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        let page = administrator.get("/requests").await;
        assert_eq!((tally(&page), listed(&page)), (2, 2), "{}", page.text);
        assert!(!page.text.contains(&refund) && !page.text.contains("/approve\""), "{}", page.text);

        // Requests and words wait for a time, a refund until somebody decides about it.
        world.pass(TimeDelta::days(60));
        let mut late = signed_in(world, &console, Role::Supervisor).await;
        let page = late.get("/requests").await;
        assert_eq!((tally(&page), listed(&page)), (1, 1), "{}", page.text);
        console.stop().await;
    }

    async fn what_waits_is_listed_however_much_has_ended_since(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        assert_eq!(ask(&mut administrator, "RESET_SECOND_FACTOR", "ion").await.status, 303);
        let mut tx = world.write().await;
        let like = four_eyes_requests::list_waiting(&mut tx, world.now(), 2).await.unwrap().remove(0);
        for number in 0..101 {
            world.pass(TimeDelta::milliseconds(1));
            let other = four_eyes_requests::Request {
                id: RequestId(world.id()),
                subject: format!("u{number}"),
                asked_at: world.now(),
                ..like.clone()
            };
            assert!(four_eyes_requests::insert(&mut tx, &other).await.unwrap());
            let ending = Ending { outcome: RequestOutcome::Rejected, by: "ana", reason: "no", at: world.now() };
            assert!(four_eyes_requests::end(&mut tx, other.id, ending).await.unwrap());
        }
        tx.commit().await.unwrap();
        world.pass(TimeDelta::seconds(10));
        let page = administrator.get("/requests").await;
        assert_eq!((tally(&page), listed(&page)), (1, 1), "{}", page.text);
        page.shows(200, "Resetarea unui dispozitiv: ion");
        console.stop().await;
    }

    async fn a_reason_that_is_too_long_is_refused_and_not_cut(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        let long = "ș".repeat(501);
        let form = [("action", "RESET_SECOND_FACTOR"), ("subject", "ion"), ("reason", long.as_str())];
        administrator.post("/requests", &form).await.shows(400, "500 de caractere");
        administrator.get("/requests").await.shows(200, "Nimic nu așteaptă");
        let form = [("seen", "1"), ("role", "AUDITOR"), ("reason", long.as_str())];
        let answer = administrator.post("/settings/users/ion/roles", &form).await;
        answer.shows(400, "500 de caractere");
        console.stop().await;
    }

    async fn an_account_is_changed_by_the_first_of_two_who_saw_it_and_the_second_is_told(world: &mut World) {
        let console = console(world);
        add_user(world, "ion", Role::Viewer).await;
        let mut first = signed_in(world, &console, Role::Administrator).await;
        let mut second = signed_in(world, &console, Role::Administrator).await;
        let seen = seen_of(&mut first, "ion").await;
        assert_eq!(seen_of(&mut second, "ion").await, seen);
        let roles = "/settings/users/ion/roles";
        let form = [("seen", seen.as_str()), ("role", "AUDITOR"), ("reason", "a new task")];
        first.post(roles, &form).await.shows(200, "role=\"status\"");
        let name = world_name(world, &first).await;
        // Nothing is overwritten, neither by somebody else nor by a second click.
        let other = [("seen", seen.as_str()), ("role", "OPERATOR"), ("reason", "another task")];
        for (who, fields) in [(&mut second, &other), (&mut first, &form)] {
            let answer = who.post(roles, fields).await;
            answer.shows(409, "role=\"alert\"");
            answer.shows(409, &format!("Între timp, {name}"));
            answer.shows(409, "A schimbat rolurile");
        }
        // A password is given once, however often the button is pressed.
        let seen = seen_of(&mut first, "ion").await;
        let form = [("seen", seen.as_str()), ("reason", "forgotten")];
        for change in ["password", "sign-out", "disable"] {
            let status = first.post(&format!("/settings/users/ion/{change}"), &form).await.status;
            assert_eq!(status, if change == "password" { 200 } else { 409 }, "{change}");
        }
        let mut tx = world.read().await;
        let user = users::find_by_name(&mut tx, "ion").await.unwrap().unwrap();
        assert_eq!(users::roles(&mut tx, user.id).await.unwrap(), Roles::new([Role::Auditor]));
        assert_eq!(user.disabled_at, None);
        drop(tx);
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

/// What the menu says that waits for a second person.
fn tally(page: &Answer) -> usize {
    let tally = between(&page.text, "De aprobat<span class=\"tally \">", "<");
    tally.map_or(0, |tally| tally.parse().unwrap())
}

/// How much of it the page lists.
fn listed(page: &Answer) -> usize {
    let (waits, _ended) = page.text.split_once("id=\"ended\"").unwrap();
    let (requests, also) = waits.split_once("id=\"also\"").unwrap_or((waits, ""));
    requests.matches("<article class=\"card\"").count() + also.matches("<th scope=\"row\">").count()
}

/// The version of an account that the form about it carries.
async fn seen_of(browser: &mut Browser, name: &str) -> String {
    let page = browser.get("/settings/users").await;
    let form = between(
        &page.text,
        &format!("action=\"/settings/users/{name}/roles\""),
        "</form>",
    );
    between(&form.unwrap(), "name=\"seen\" value=\"", "\"").unwrap()
}

/// The name of the account whose session a browser holds.
pub(crate) async fn world_name(world: &World, browser: &Browser) -> String {
    let mut tx = world.read().await;
    let token = hash_of(&browser.cookies[SESSION]);
    let session = sessions::find(&mut tx, &token).await.unwrap().unwrap();
    users::find(&mut tx, session.user)
        .await
        .unwrap()
        .unwrap()
        .name
}
