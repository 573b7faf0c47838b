//! Who looks after what waits: taken on by one of several at once, given back, taken over, snoozed and
//! awake again, with a remark; and the figures that count what waits and what rests.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::id::HoldId;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::flow::Failure;
use cei_gateway::flow::tend_hold::{TendRefusal, Tending, tend};
use cei_gateway::store::holds::{self, Hold};
use cei_gateway::store::{applications::Application, audit};
use chrono::{NaiveDate, TimeDelta};

use crate::console::browser::{Browser, between, confirm, console, fill_in, rows, signed_in};
use crate::console::failed_orders::{hold, refused_order};
use crate::kit::world::{World, both_worlds};

/// The list of held applications, and of those of them that rest.
const LIST: &str = "/failed-orders?code=810&kind=APPLICATION";
const RESTING: &str = "/failed-orders?code=810&kind=APPLICATION&show=resting";

async fn held(world: &mut World) -> (Application, Hold) {
    let application = world.ready().await;
    hold(world, &application.number).await;
    let found = holds::list_of(&mut world.read().await, application.id.0, 9).await;
    (application, found.unwrap().remove(0))
}

async fn now_of(world: &World, hold: &Hold) -> Hold {
    let found = holds::find(&mut world.read().await, HoldId(hold.id)).await;
    found.unwrap().unwrap()
}

/// Opens the page about one hold and sends its form.
async fn act(browser: &mut Browser, what: &str, hold: &Hold, typed: &[(&str, &str)]) -> String {
    let page = browser.get(&format!("/holds/{what}?row={}", hold.id)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    fill_in(browser, &format!("/holds/{what}"), &page, typed)
        .await
        .text
}

fn operator(name: &str) -> Actor {
    Actor::Operator(name.to_owned())
}

async fn snooze(world: &World, hold: &Hold, until: &str) -> Result<Hold, TendRefusal> {
    let until: NaiveDate = until.parse().unwrap();
    let by = operator("ion");
    let done = tend(
        &world.gateway,
        HoldId(hold.id),
        &Tending::Snooze { until },
        (&by, "later"),
    )
    .await;
    done.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Broken(error) => panic!("{error:?}"),
    })
}

both_worlds! {
    async fn of_two_who_take_the_same_one_is_first_and_the_other_is_told_who(world: &mut World) {
        let (_, hold) = held(world).await;
        let id = HoldId(hold.id);
        let claim = Tending::Claim { from: None };
        let (ana, ion) = (operator("ana"), operator("ion"));
        let (one, other) = tokio::join!(
            tend(&world.gateway, id, &claim, (&ana, "")),
            tend(&world.gateway, id, &claim, (&ion, "")),
        );
        let (winner, loser) = match (one, other) {
            (Ok(hold), Err(refused)) | (Err(refused), Ok(hold)) => (hold, refused),
            both => panic!("{both:?}"),
        };
        let has_it = now_of(world, &hold).await.claimed_by;
        assert_eq!(has_it, winner.claimed_by);
        let Failure::Refused(TendRefusal::Claimed { by, since }) = loser else {
            panic!("{loser:?}")
        };
        assert_eq!((Some(by), since), (has_it, world.now()));
    }

    async fn a_hold_is_taken_on_given_back_and_taken_over_and_all_see_by_whom(world: &mut World) {
        let (application, hold) = held(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let mut ion = signed_in(world, &console, Role::Supervisor).await;
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        page.shows(200, &format!("/holds/claim?row={}", hold.id));
        let page = ana.get(&format!("/holds/claim?row={}", hold.id)).await;
        page.shows(200, "nimeni nu este oprit să decidă");
        assert!(!page.text.contains("name=\"reason\""), "{}", page.text);
        let seen_by_ion = ion.get(&format!("/holds/claim?row={}", hold.id)).await;
        confirm(&mut ana, "/holds/claim", &page, "").await.shows(200, "1 / 1");
        // A second click changes nothing.
        confirm(&mut ana, "/holds/claim", &page, "").await.shows(200, "1 / 1");
        let claimed = now_of(world, &hold).await;
        assert_eq!(claimed.claimed_at, Some(world.now()));
        ion.get(LIST).await.shows(200, "se ocupă u");
        // Ion was slower.
        let late = confirm(&mut ion, "/holds/claim", &seen_by_ion, "").await;
        late.shows(200, "0 / 1");
        late.shows(200, "Se ocupă u");
        assert_eq!(now_of(world, &hold).await.claimed_by, claimed.claimed_by);
        // What is another's is not given back, but taken over with a reason, and knowingly.
        let text = act(&mut ion, "give-back", &hold, &[]).await;
        assert!(text.contains("0 / 1"), "{text}");
        let page = ion.get(&format!("/holds/claim?row={}", hold.id)).await;
        page.shows(200, "Atenție");
        confirm(&mut ion, "/holds/claim", &page, " ").await.shows(422, "role=\"alert\"");
        confirm(&mut ion, "/holds/claim", &page, "ana is away").await.shows(200, "1 / 1");
        let taken = now_of(world, &hold).await;
        assert_ne!(taken.claimed_by, claimed.claimed_by);
        // Ana's page of before takes nothing over again.
        confirm(&mut ana, "/holds/claim", &seen_by_ion, "").await.shows(200, "0 / 1");
        let text = act(&mut ion, "give-back", &hold, &[]).await;
        assert!(text.contains("1 / 1"), "{text}");
        assert_eq!(now_of(world, &hold).await.claimed_by, None);
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        for told in ["S-a ocupat cineva", "Preluată de la altcineva", "Dată înapoi"] {
            page.shows(200, told);
        }
        let mut tx = world.read().await;
        let acts = audit::list(&mut tx, 0, 1_000).await.unwrap();
        let acts: Vec<&str> = acts.iter().map(|record| record.entry.action.as_str()).collect();
        assert_eq!(acts.iter().filter(|act| **act == "CLAIMED").count(), 1, "{acts:?}");
        assert_eq!(acts.iter().filter(|act| **act == "TAKEN_OVER").count(), 1, "{acts:?}");
        drop(tx);
        console.stop().await;
    }

    async fn a_claim_ends_after_eight_hours_and_with_its_hold_and_stops_nobody(world: &mut World) {
        let (application, hold) = held(world).await;
        let claim = Tending::Claim { from: None };
        let (ana, ion) = (operator("ana"), operator("ion"));
        let id = HoldId(hold.id);
        tend(&world.gateway, id, &claim, (&ana, "")).await.unwrap();
        world.pass(TimeDelta::hours(8) - TimeDelta::seconds(1));
        assert!(tend(&world.gateway, id, &claim, (&ion, "")).await.is_err());
        world.pass(TimeDelta::seconds(1));
        tend(&world.gateway, id, &claim, (&ion, "")).await.unwrap();
        // Ana decides all the same.
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let page = ana.get(&format!("/holds/release?row={}", hold.id)).await;
        confirm(&mut ana, "/holds/release", &page, "settled").await.shows(200, "1 / 1");
        assert_eq!(world.application(application.id).await.state, ApplicationState::Ready);
        let closed = now_of(world, &hold).await;
        assert_eq!(closed.claim(world.now()), None);
        let text = act(&mut ana, "claim", &hold, &[]).await;
        assert!(text.contains("0 / 0") || text.contains("au fost închise"), "{text}");
        console.stop().await;
    }

    async fn what_is_snoozed_leaves_the_list_and_comes_back_on_its_day(world: &mut World) {
        let (_, hold) = held(world).await;
        held(world).await;
        let mut running = console(world);
        let mut ana = signed_in(world, &running, Role::Operator).await;
        let page = ana.get(&format!("/holds/snooze?row={}", hold.id)).await;
        page.shows(200, "mâine – 03.11.2026");
        page.shows(200, "în 3 zile – 05.11.2026");
        page.shows(200, "peste o săptămână – 09.11.2026");
        let typed = [("when", "2026-11-03"), ("day", "05.11.2026")];
        fill_in(&mut ana, "/holds/snooze", &page, &typed).await.shows(422, "role=\"alert\"");
        for day in ["07.11.2026", "02.11.2026", "03.12.2026", "31.02.2026", "x"] {
            let typed = [("day", day), ("reason", "the office answers then")];
            let answer = fill_in(&mut ana, "/holds/snooze", &page, &typed).await;
            answer.shows(422, "aria-invalid=\"true\"");
            answer.shows(422, "the office answers then");
        }
        let typed = [("day", "05.11.2026"), ("reason", "<b>the office</b>\u{202e}")];
        fill_in(&mut ana, "/holds/snooze", &page, &typed).await.shows(200, "1 / 1");
        // A second click changes nothing; another day is refused.
        fill_in(&mut ana, "/holds/snooze", &page, &typed).await.shows(200, "1 / 1");
        let other = [("day", "06.11.2026"), ("reason", "x")];
        fill_in(&mut ana, "/holds/snooze", &page, &other).await.shows(200, "deja amânată până la 05.11.2026");
        assert_eq!(rows(&ana.get(LIST).await), 1);
        let list = ana.get(RESTING).await;
        assert_eq!(rows(&list), 1, "{}", list.text);
        list.shows(200, "amânată până la 05.11.2026");
        list.shows(200, "&#60;b&#62;the office");
        assert!(!list.text.contains("<b>the office"), "{}", list.text);

        running.stop().await;
        world.pass(TimeDelta::days(2) + TimeDelta::hours(14));
        running = console(world);
        let mut ana = signed_in(world, &running, Role::Operator).await;
        assert_eq!(rows(&ana.get(LIST).await), 1, "an hour before the day");
        world.pass(TimeDelta::hours(2));
        let mut ana = signed_in(world, &running, Role::Operator).await;
        assert_eq!(rows(&ana.get(LIST).await), 2);
        assert_eq!(rows(&ana.get(RESTING).await), 0);
        running.stop().await;
    }

    async fn what_happens_to_something_wakes_it_and_somebody_may(world: &mut World) {
        let (application, hold) = held(world).await;
        let (_, other) = held(world).await;
        for hold in [&hold, &other] {
            snooze(world, hold, "2026-11-10").await.unwrap();
        }
        // Something else about the same application is to be decided.
        let mut tx = world.write().await;
        let by = operator("ion");
        let note = cei_gateway::flow::progress::note(&world.gateway, &by, Some("odd"));
        let more = holds::NewHold {
            kind: cei_gateway::store::history::SubjectKind::Application,
            subject: application.id.0,
            number: &application.number,
            code: 807,
            detail: "a word that cannot be",
        };
        assert!(holds::open(&mut tx, &more, &note).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(now_of(world, &hold).await.wakes_on, None);
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        page.shows(200, "Așteaptă din nou");
        assert_eq!((rows(&ana.get(LIST).await), rows(&ana.get(RESTING).await)), (1, 1));
        let text = act(&mut ana, "wake", &other, &[]).await;
        assert!(text.contains("1 / 1"), "{text}");
        assert_eq!((rows(&ana.get(LIST).await), rows(&ana.get(RESTING).await)), (2, 0));
        console.stop().await;
    }

    async fn no_snooze_hides_a_legal_term(world: &mut World) {
        let (_, hold) = held(world).await;
        let order = refused_order(world, 1, 102, "the certificate ran out").await;
        world.pass(TimeDelta::days(26));
        // Saturday; the term of both ends on Wednesday, and Monday and Tuesday are holidays.
        let of_order = holds::list_of(&mut world.read().await, order.id.0, 9).await;
        let of_order = of_order.unwrap().remove(0);
        let last = "2026-12-02".parse().unwrap();
        for one in [&hold, &of_order] {
            let refused = snooze(world, one, "2026-12-03").await;
            let past = cei_gateway::domain::tending::SnoozeFault::PastTerm { last };
            assert_eq!(refused.unwrap_err(), TendRefusal::Until(past));
        }
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let page = ana.get(&format!("/holds/snooze?row={}", hold.id)).await;
        page.shows(200, "mâine – 02.12.2026");
        assert!(!page.text.contains("peste o săptămână"), "{}", page.text);
        let typed = [("day", "2026-12-03"), ("reason", "later")];
        let answer = fill_in(&mut ana, "/holds/snooze", &page, &typed).await;
        answer.shows(200, "Termenul legal al cererii se încheie la 02.12.2026");
        assert_eq!(now_of(world, &hold).await.wakes_on, None);
        let typed = [("day", "2026-12-02"), ("reason", "on its last day")];
        fill_in(&mut ana, "/holds/snooze", &page, &typed).await.shows(200, "1 / 1");
        console.stop().await;
        // What is late does not rest at all.
        world.pass(TimeDelta::days(5));
        assert!(snooze(world, &of_order, "2026-12-04").await.is_err());
    }

    async fn orders_of_a_cause_are_snoozed_together_and_every_figure_is_its_list(world: &mut World) {
        let first = refused_order(world, 1, 102, "the certificate ran out").await;
        for _ in 0..2 {
            refused_order(world, 1, 102, "the certificate ran out").await;
        }
        held(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let cause = "/failed-orders/CERTIFICATE";
        ana.get(cause).await.shows(200, "formaction=\"/holds/snooze\"");
        let page = ana.get(&format!("/holds/snooze?cause=CERTIFICATE&order={}", first.number)).await;
        page.shows(200, "Amână: 1 reținere");
        let typed = [("day", "2026-11-05"), ("reason", "the bureau renews it")];
        fill_in(&mut ana, "/holds/snooze", &page, &typed).await.shows(200, "1 / 1");
        let page = ana.get("/holds/claim?cause=CERTIFICATE").await;
        page.shows(200, "Preia: 2 rețineri");
        confirm(&mut ana, "/holds/claim", &page, "").await.shows(200, "2 / 2");
        assert_eq!(rows(&ana.get(cause).await), 2);
        assert_eq!(rows(&ana.get(&format!("{cause}?show=resting")).await), 1);

        world.pass(TimeDelta::seconds(6));
        let board = ana.get("/").await;
        let problem = between(&board.text, &format!("<h3><a href=\"{cause}\">"), "</h3>").unwrap();
        assert!(problem.contains(">2 comenzi<"), "{problem}");
        let tally = between(&board.text, "Comenzi eșuate<span class=\"tally bad\">", "<");
        assert_eq!(tally.as_deref(), Some("2"), "{}", board.text);
        let stopped = between(&board.text, "href=\"/failed-orders?of=orders\"><b><span>", "<");
        assert_eq!(stopped.as_deref(), Some("2"), "{}", board.text);
        ana.get("/failed-orders?of=orders").await.shows(200, ">2 comenzi<");
        board.shows(200, "href=\"/failed-orders?show=resting\">amânate 1<");
        let resting = ana.get("/failed-orders?show=resting").await;
        resting.shows(200, ">amânate 1<");
        resting.shows(200, "href=\"/failed-orders/CERTIFICATE?show=resting\"");
        assert!(!resting.text.contains("action=RESIGN"), "{}", resting.text);
        // A decision about all of the cause is about those that rest, too.
        ana.get(&format!("{cause}?action=RESIGN")).await.shows(200, "în locul a 3 comenzi");
        console.stop().await;
    }

    async fn a_remark_is_shown_and_kept_and_whoever_only_looks_does_none_of_it(world: &mut World) {
        let (application, hold) = held(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        ana.cookies.insert("cei-language".to_owned(), "en".to_owned());
        let page = ana.get(&format!("/holds/remark?row={}", hold.id)).await;
        page.shows(200, "The remark is shown in the list");
        confirm(&mut ana, "/holds/remark", &page, "").await.shows(422, "role=\"alert\"");
        for _ in 0..2 {
            confirm(&mut ana, "/holds/remark", &page, "\"><img src=x>").await.shows(200, "1 / 1");
        }
        let list = ana.get(LIST).await;
        list.shows(200, "&#62;&#60;img src=x&#62;");
        list.shows(200, "keeps nobody from deciding");
        assert!(!list.text.contains("<img src=x"), "{}", list.text);
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        assert_eq!(page.text.matches("<b>Remark</b>").count(), 1, "{}", page.text);
        assert!(now_of(world, &hold).await.closed_at.is_none());

        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        for what in ["claim", "give-back", "snooze", "wake", "remark"] {
            let path = format!("/holds/{what}");
            assert_eq!(viewer.get(&format!("{path}?row={}", hold.id)).await.status, 403, "{what}");
            let row = hold.id.to_string();
            let answer = viewer.post(&path, &[("row", &row), ("reason", "x")]).await;
            assert_eq!(answer.status, 403, "{what}");
        }
        for path in ["/failed-orders?show=x", "/holds/claim", "/holds/claim?row=x"] {
            assert_eq!(ana.get(path).await.status, 400, "{path}");
        }
        console.stop().await;
    }
}
