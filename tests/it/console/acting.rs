//! Every page on which somebody acts, against the same bad input: no reason, one that is too long, a form
//! of another session or of another site; the same form twice; and a form that comes too late.

use std::time::Duration;

use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::webhook::KeyKind;
use cei_gateway::flow::webhooks::keys::make;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::{audit, holds};
use chrono::TimeDelta;
use reqwest::Method;

use crate::console::browser::{Answer, Browser, SESSION, between, console, encoded, signed_in};
use crate::console::failed_orders::refused_order;
use crate::console::money::{all_payments, open, owing, paid, with_debtor};
use crate::console::offices::with_webhook;
use crate::console::outbox::dead_events;
use crate::console::refunds::{IBAN, only_refund};
use crate::console::requests::world_name;
use crate::kit::world::{World, both_worlds};

/// Two persons who may do the same, and look at the same page.
struct Two {
    first: Browser,
    second: Browser,
    /// The name of the first.
    name: String,
}

/// Fields of a form.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// An act: the address of its page, and what it is told beside the reason.
type Act<'a> = (&'a str, Fields<'a>);

/// How many acts are on the record: nothing is changed without one more.
async fn acts(world: &World) -> i64 {
    audit::end(&mut world.read().await).await.unwrap().0
}

impl Two {
    /// Sends the form of a page with a reason.
    async fn send(
        browser: &mut Browser,
        (path, fields): Act<'_>,
        (seen, reason): (&str, &str),
    ) -> Answer {
        let mut all = vec![("seen", seen), ("reason", reason)];
        all.extend(fields);
        browser.post(path.split('?').next().unwrap(), &all).await
    }

    /// Nothing that is wrong with a form changes anything.
    async fn are_refused(&mut self, act: Act<'_>, seen: &str) {
        let long = "ș".repeat(501);
        for reason in ["", " \t ", long.as_str()] {
            let answer = Self::send(&mut self.first, act, (seen, reason)).await;
            answer.shows(422, "role=\"alert\"");
        }
        let answer = Self::send(&mut self.first, act, (seen, &"x".repeat(10_000))).await;
        answer.shows(400, "4000");
        let answer = Self::send(&mut self.first, act, (seen, "a\u{0}b")).await;
        assert_eq!(answer.status, 400, "{}", act.0);
        let own = self.first.form_token.clone();
        for (token, site) in [
            (self.second.form_token.as_str(), "same-origin"),
            ("", "same-origin"),
            (own.as_str(), "cross-site"),
        ] {
            let mut all = vec![("form_token", token), ("seen", seen), ("reason", "forged")];
            all.extend(act.1);
            let path = act.0.split('?').next().unwrap();
            let request = self.first.request(Method::POST, path).body(encoded(&all));
            let request = request.header("sec-fetch-site", site);
            let answer = self.first.send(request).await;
            assert_eq!(answer.status, 403, "{} {site}: {}", act.0, answer.text);
        }
    }

    /// Both look at the page; the first acts, and clicks twice; the second comes too late. `again` is
    /// what a second form is answered with.
    async fn act(&mut self, world: &World, act: Act<'_>, again: u16) {
        let (path, _) = act;
        let seen = open(&mut self.first, path).await;
        let late = open(&mut self.second, path).await;
        let before = acts(world).await;
        self.are_refused(act, &seen).await;
        assert_eq!(
            acts(world).await,
            before,
            "{path}: bad input changed something"
        );
        let done = Self::send(&mut self.first, act, (&seen, "the office asked")).await;
        assert!(
            matches!(done.status, 200 | 303),
            "{path}: {} {}",
            done.status,
            done.text
        );
        let after = acts(world).await;
        assert!(after > before, "{path} is not on the record");
        let twice = Self::send(&mut self.first, act, (&seen, "the office asked")).await;
        assert_eq!(twice.status, again, "{path} twice: {}", twice.text);
        let too_late = Self::send(&mut self.second, act, (&late, "kept <words>")).await;
        assert_eq!(too_late.status, again, "{path} too late: {}", too_late.text);
        assert_eq!(acts(world).await, after, "{path} was done twice");
        if again == 409 {
            let alert = between(&too_late.text, "role=\"alert\"", "</p>");
            let alert = alert.unwrap_or_else(|| panic!("{path}: {}", too_late.text));
            assert!(
                alert.contains(&self.name),
                "{path} does not say who: {alert}"
            );
        }
    }
}

async fn two(world: &World, console: &cei_gateway::console::server::Running) -> Two {
    let first = signed_in(world, console, Role::Supervisor).await;
    let second = signed_in(world, console, Role::Supervisor).await;
    let name = world_name(world, &first).await;
    Two {
        first,
        second,
        name,
    }
}

both_worlds! {
    async fn orders_are_decided_about_once_by_whoever_is_first(world: &mut World) {
        let stale = refused_order(world, 1, 102, "the certificate ran out").await;
        let mixed = refused_order(world, 3, 302, "line 2: the face").await;
        let lost = refused_order(world, 1, 104, "not by the schema").await;
        let again = refused_order(world, 1, 104, "not by the schema").await;
        let asked = world.received_order(1).await;
        let console = console(world);
        let mut two = two(world, &console).await;
        let of = |order: &str, action: &str| format!("/orders/{order}/{action}");
        let acts: [(String, Fields<'_>, u16); 7] = [
            (of(&stale.number, "resign"), &[], 409),
            (of(&mixed.number, "split"), &[("line", "2")], 409),
            (of(&lost.number, "give-up"), &[], 409),
            (of(&again.number, "quarantine"), &[], 409),
            (of(&again.number, "release"), &[], 409),
            (of(&again.number, "resend"), &[], 409),
            // A question that waits for its answer is not asked twice.
            (of(&asked.number, "ask/inquiry"), &[], 303),
        ];
        for (path, fields, again) in acts {
            two.act(world, (&path, fields), again).await;
        }
        console.stop().await;
    }

    async fn applications_are_decided_about_once_by_whoever_is_first(world: &mut World) {
        let application = world.ready().await;
        let console = console(world);
        let mut two = two(world, &console).await;
        let of = |action: &str| format!("/applications/{}/{action}", application.number);
        two.act(world, (&of("extend"), &[("days", "5")]), 409).await;
        two.act(world, (&of("hold"), &[]), 409).await;
        let mut tx = world.read().await;
        let hold = holds::list_of(&mut tx, application.id.0, 9).await.unwrap().remove(0);
        drop(tx);
        let id = hold.id.to_string();
        let release = format!("{}?hold={id}", of("release"));
        two.act(world, (&release, &[("hold", &id)]), 409).await;
        two.act(world, (&of("cancel"), &[("cause", "WITHDRAWN")]), 409).await;
        console.stop().await;
    }

    async fn payments_are_decided_about_once_by_whoever_is_first(world: &mut World) {
        with_debtor(world).await;
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        paid(world, 1, &[(70, "taxa"), (150, "altceva"), (60, "greșit")]).await;
        let [matched, back, wrong] = all_payments(world).await.try_into().unwrap();
        let day = world.now().date_naive();
        world.pass(TimeDelta::hours(24));
        let console = console(world);
        let mut two = two(world, &console).await;
        let of = |number: &str, action: &str| format!("/payments/{number}/{action}");
        let application = [("application", ana.number.as_str())];
        let refund = [("amount", "150"), ("iban", IBAN), ("name", "Popa Vlad")];
        let channel = [("channel", "CEC")];
        let untie = format!("unmatch?application={}", ana.number);
        let acts: [(String, Fields<'_>); 7] = [
            (of(&matched.number, "match"), &application),
            (of(&matched.number, &untie), &application),
            (of(&back.number, "owe-back"), &[]),
            (of(&wrong.number, "dismiss"), &[]),
            (of(&back.number, "refund"), &refund),
            (format!("/payments/days/{day}/close?channel=CEC"), &channel),
            (format!("/payments/days/{day}/reopen?channel=CEC"), &channel),
        ];
        for (path, fields) in acts {
            two.act(world, (&path, fields), 409).await;
        }
        let refund = format!("/payments/refunds/{}", only_refund(world).await.number);
        two.act(world, (&format!("{refund}/reject"), &[]), 409).await;
        console.stop().await;
    }

    async fn an_act_after_the_session_is_over_changes_nothing(world: &mut World) {
        let order = world.sent_order(1).await;
        let console = console(world);
        let path = format!("/orders/{}/quarantine", order.number);
        let mut late = signed_in(world, &console, Role::Operator).await;
        let mut forger = signed_in(world, &console, Role::Operator).await;
        let seen = open(&mut late, &path).await;
        assert_eq!(open(&mut forger, &path).await, seen);
        let before = acts(world).await;
        // A session that never was, with a form that is one of ours.
        let real = forger.cookies.insert(SESSION.to_owned(), "A".repeat(43)).unwrap();
        let form = [("seen", seen.as_str()), ("reason", "never mind")];
        let answer = forger.post(&path, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(answer.location().starts_with("/sign-in"), "{}", answer.location());
        // Two that were left alone for half an hour.
        world.pass(TimeDelta::minutes(30));
        let answer = late.post(&path, &form).await;
        assert!(answer.location().starts_with("/sign-in"), "{}", answer.text);
        forger.cookies.insert(SESSION.to_owned(), real);
        let answer = forger.post(&path, &form).await;
        assert!(answer.location().starts_with("/sign-in"), "{}", answer.text);
        assert_eq!(acts(world).await, before);
        assert!(!world.order(&order.number).await.quarantined);
        console.stop().await;
    }

    async fn destinations_are_decided_about_once_by_whoever_is_first(world: &mut World) {
        dead_events(world, 1, "PERMANENT 410").await;
        let console = console(world);
        let mut two = two(world, &console).await;
        let lane = format!("/outbox/lanes/{}", lane_of(world.offices[0].id));
        for action in ["pause", "resume"] {
            two.act(world, (&format!("{lane}/{action}"), &[]), 409).await;
        }
        with_webhook(world).await;
        let office = &world.offices[0];
        let actor = Actor::Office(office.id);
        make(&world.gateway, office.id, KeyKind::Ed25519, Duration::ZERO, &actor).await.unwrap();
        let webhook = format!("/offices/{}/webhook", office.code);
        let since = [("since", "2026-11-02T08:00")];
        let acts: [(&str, Fields<'_>); 3] = [("enable", &[]), ("recover", &since), ("disable", &[])];
        for (action, fields) in acts {
            two.act(world, (&format!("{webhook}/{action}"), fields), 409).await;
        }
        console.stop().await;
    }
}
