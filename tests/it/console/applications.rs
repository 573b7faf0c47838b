//! Applications in the console: lists that hold what the dashboard counts, one application with its
//! life-line, what is decided about it, and who looked at its person.

use cei_gateway::domain::acknowledgement::LineEvent::{LineAccepted, LineReceived};
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::applications::Application;
use cei_gateway::store::{audit, holds};
use cei_gateway::worker::drain;
use cei_gateway::worker::janitor::Janitor;
use chrono::TimeDelta;

use crate::console::browser::{Answer, Browser, between, console, signed_in};
use crate::kit::world::{World, both_worlds};

/// Opens the page of an action; returns what its hidden field says was seen.
async fn open(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    between(&page.text, "name=\"seen\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}

/// Opens the page of an action and sends its form.
async fn act(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let seen = open(browser, path).await;
    let mut all = vec![("seen", seen.as_str()), ("reason", "the office asked")];
    all.extend(fields);
    browser.post(path.split('?').next().unwrap(), &all).await
}

fn path_of(application: &Application, action: &str) -> String {
    format!("/applications/{}/{action}", application.number)
}

async fn state(world: &World, application: &Application) -> ApplicationState {
    world.application(application.id).await.state
}

/// The figure of the first link to this address, and the rows of the list behind it.
async fn figure_and_rows(browser: &mut Browser, path: &str) -> (String, usize) {
    let page = browser.get("/").await;
    let shown = path.replace('&', "&#38;");
    let link = between(&page.text, &format!("href=\"{shown}\""), "</a>");
    let link = link.unwrap_or_else(|| panic!("{path} is not in {}", page.text));
    let figure = between(&link, "class=\"figure\">", "<").unwrap();
    let sign = if path.contains('?') { '&' } else { '?' };
    let file = browser.get(&format!("{path}{sign}format=csv")).await;
    assert_eq!(file.status, 200, "{}", file.text);
    (figure.trim().to_owned(), file.text.lines().count() - 1)
}

both_worlds! {
    async fn every_figure_of_applications_is_the_length_of_its_list(world: &mut World) {
        let console = console(world);
        world.ready_many(2).await;
        world.pass(TimeDelta::days(26));
        world.ready().await;
        world.pass(TimeDelta::days(6));
        let held = world.ready().await;
        world.ready_many(2).await;
        let mut ana = signed_in(world, &console, Role::Supervisor).await;
        let answer = act(&mut ana, &path_of(&held, "hold"), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        // Figures are kept for some seconds.
        world.pass(TimeDelta::seconds(10));
        for (path, expected) in [
            ("/applications?under-way=yes", 6),
            ("/applications?term=risk", 0),
            ("/applications?term=past", 2),
            ("/applications?state=READY", 5),
            ("/applications?state=PRODUCED,SHIPPED,COUNTY_VALIDATED", 0),
            ("/applications?state=AT_OFFICE", 0),
        ] {
            let (figure, rows) = figure_and_rows(&mut ana, path).await;
            // The tile of the usual time leads to cards at their offices, and is no count.
            if figure != "–" {
                assert_eq!((figure.as_str(), rows), (expected.to_string().as_str(), expected), "{path}");
            }
        }
        let office = world.offices[0].code.clone();
        let page = ana.get("/").await;
        page.shows(200, &format!("href=\"/applications?under-way=yes&#38;office={office}\""));
        let list = ana.get(&format!("/applications?under-way=yes&office={office}&format=csv")).await;
        assert_eq!(list.text.lines().count() - 1, 6);
        // The leak of what is held, and the tab of what waits.
        ana.get("/").await.shows(200, "/applications?state=ON_HOLD");
        for path in ["/applications?state=ON_HOLD", "/applications?held=yes", "/applications?state=ON_HOLD,RETURNED"] {
            let list = ana.get(path).await;
            list.shows(200, &held.number);
            assert_eq!(list.text.matches("<th scope=\"row\">").count(), 1, "{path}");
        }
        console.stop().await;
    }

    async fn a_list_is_read_page_by_page_in_its_order(world: &mut World) {
        let console = console(world);
        let all = world.ready_many(53).await;
        let mut ana = signed_in(world, &console, Role::Viewer).await;
        for (list, first) in [("/applications", &all[52]), ("/applications?under-way=yes", &all[0])] {
            let page = ana.get(list).await;
            page.shows(200, &first.number);
            assert_eq!(page.text.matches("<th scope=\"row\">").count(), 50, "{list}");
            let next = between(&page.text, "rel=\"next\"", "</a>").map(|_| ());
            assert!(next.is_some(), "{}", page.text);
            let address = page.text.split("href=\"").filter_map(|part| part.split('"').next());
            let next = address.filter(|address| address.contains("after=")).last().unwrap();
            let rest = ana.get(&next.replace("&#38;", "&")).await;
            assert_eq!(rest.text.matches("<th scope=\"row\">").count(), 3, "{next}");
        }
        for (path, name) in [
            ("/applications?state=NONE", "state"),
            ("/applications?term=x", "term"),
            ("/applications?office=NOWHERE", "office"),
            ("/applications?held=maybe", "held"),
            ("/applications?after=x", "after"),
        ] {
            ana.get(path).await.shows(400, &format!("«{name}»"));
        }
        console.stop().await;
    }

    async fn a_life_line_tells_everything_that_happened(world: &mut World) {
        let console = console(world);
        let order = world.received_order(1).await;
        let entries = world.entries(&order, 1, 1, &[LineReceived, LineAccepted]).await;
        world.acknowledge(entries).await;
        let line = world.lines(&order).await.remove(0);
        let application = world.application(line.application).await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        page.shows(200, "Pusă într-o comandă");
        page.shows(200, &format!("<a href=\"/orders/{}\">poziția 1 din comanda", order.number));
        page.shows(200, "C.N.I.N. a citit poziția");
        page.shows(200, "Ziua 0 / 30");
        // By its id too, and in English.
        ana.cookies.insert("cei-language".to_owned(), "en".to_owned());
        let page = ana.get(&format!("/applications/{}", application.id)).await;
        page.shows(200, "Put in an order");
        page.shows(200, "What can be done");
        ana.get("/applications/none").await.shows(404, "<nav aria-label=");
        console.stop().await;
    }

    async fn an_application_is_held_and_released_from_its_page(world: &mut World) {
        let console = console(world);
        let application = world.ready().await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let path = path_of(&application, "hold");
        let seen = open(&mut ana, &path).await;
        ana.post(&path, &[("seen", &seen), ("reason", " ")]).await.shows(422, "role=\"alert\"");
        let form = [("seen", seen.as_str()), ("reason", "<b>wait</b>\u{202e}")];
        let answer = ana.post(&path, &form).await;
        let told = format!("/applications/{}?done=APPLICATION_HELD", application.number);
        assert_eq!((answer.status, answer.location()), (303, told.as_str()), "{}", answer.text);
        let page = ana.get(&told).await;
        page.shows(200, "Cererea este reținută");
        // What people write is text, never markup.
        page.shows(200, "&#60;b&#62;wait&#60;/b&#62;");
        assert!(!page.text.contains("<b>wait"), "{}", page.text);
        // A second click changes nothing, and says who did it.
        let again = ana.post(&path, &form).await;
        again.shows(409, "role=\"alert\"");
        again.shows(409, "Între timp");

        let mut tx = world.read().await;
        let hold = holds::list_of(&mut tx, application.id.0, 9).await.unwrap().remove(0);
        drop(tx);
        let release = format!("{}?hold={}", path_of(&application, "release"), hold.id);
        let hold_id = hold.id.to_string();
        let answer = act(&mut ana, &release, &[("hold", &hold_id)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(state(world, &application).await, ApplicationState::Ready);
        let answer = ana.get(&release).await;
        answer.shows(200, "Reținerea este închisă.");
        let form = [("hold", hold_id.as_str()), ("seen", "1"), ("reason", "again")];
        ana.post(&path_of(&application, "release"), &form).await.shows(409, "role=\"alert\"");
        // A hold is decided about on the page of what it holds alone.
        let other = world.ready().await;
        let foreign = format!("{}?hold={}", path_of(&other, "release"), hold.id);
        assert_eq!(ana.get(&foreign).await.status, 404);
        console.stop().await;
    }

    async fn a_term_is_extended_once_by_what_the_law_allows(world: &mut World) {
        let console = console(world);
        let application = world.ready().await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let path = path_of(&application, "extend");
        for days in ["0", "16", "x", "", "-1", "99999999999"] {
            let answer = act(&mut ana, &path, &[("days", days)]).await;
            answer.shows(422, "aria-invalid=\"true\"");
            // What was typed and why stay in the form.
            answer.shows(422, "the office asked");
        }
        let answer = act(&mut ana, &path, &[("days", "15")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let after = world.application(application.id).await;
        assert_eq!(after.deadline_on - application.deadline_on, TimeDelta::days(15));
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        page.shows(200, "Ziua 0 / 45");
        page.shows(200, "Termenul a fost deja prelungit");
        ana.get(&path).await.shows(200, "Termenul a fost deja prelungit");
        console.stop().await;
    }

    async fn an_application_ends_and_whoever_comes_second_is_told(world: &mut World) {
        let console = console(world);
        let application = world.ready().await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let mut ion = signed_in(world, &console, Role::Supervisor).await;
        let seen_by_ion = open(&mut ion, &path_of(&application, "hold")).await;
        let path = path_of(&application, "cancel");
        act(&mut ana, &path, &[("cause", "NONE")]).await.shows(400, "<nav aria-label=");
        let answer = act(&mut ana, &path, &[("cause", "WITHDRAWN")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(state(world, &application).await, ApplicationState::Cancelled);
        let form = [("seen", seen_by_ion.as_str()), ("reason", "kept words")];
        let answer = ion.post(&path_of(&application, "hold"), &form).await;
        answer.shows(409, "Între timp");
        assert_eq!(state(world, &application).await, ApplicationState::Cancelled);
        console.stop().await;
    }

    async fn what_somebody_may_not_do_with_an_application_has_no_button(world: &mut World) {
        let console = console(world);
        let application = world.ready().await;
        for role in [Role::Viewer, Role::Administrator, Role::Auditor] {
            let mut browser = signed_in(world, &console, role).await;
            let page = browser.get(&format!("/applications/{}", application.number)).await;
            page.shows(200, "aria-disabled=\"true\"");
            for action in ["hold", "reveal", "cancel"] {
                let path = path_of(&application, action);
                assert!(!page.text.contains(&format!("href=\"{path}\"")), "{role} {action}");
                assert_eq!(browser.get(&path).await.status, 403, "{role} {action}");
                let form = [("seen", "1"), ("reason", "because")];
                assert_eq!(browser.post(&path, &form).await.status, 403, "{role} {action}");
            }
        }
        let mut ana = signed_in(world, &console, Role::Operator).await;
        assert_eq!(ana.get(&path_of(&application, "burn")).await.status, 404);
        // Nothing was ordered: no decision about a card is offered, and none is taken.
        let page = ana.get(&format!("/applications/{}", application.number)).await;
        assert!(!page.text.contains("order-anew"), "{}", page.text);
        ana.get(&path_of(&application, "order-anew")).await.shows(200, "Nu s-a comandat nicio carte");
        let form = [("seen", "1"), ("reason", "because")];
        ana.post(&path_of(&application, "order-anew"), &form).await.shows(409, "role=\"alert\"");
        console.stop().await;
    }

    async fn a_person_is_shown_once_with_a_reason_and_on_the_record(world: &mut World) {
        let console = console(world);
        let mut content = world.content();
        content.applicant.birth_place = "Cluj\"><img src=x>".to_owned();
        let (surname, cnp) = (content.applicant.surname.clone(), content.applicant.cnp.clone());
        let application = world.ready_unchecked(&content).await;
        let thing = format!("/applications/{}", application.number);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        for path in [thing.as_str(), "/applications", "/"] {
            let page = ana.get(path).await;
            assert!(!page.text.contains(&surname) && !page.text.contains(&cnp), "{path}");
        }
        let path = format!("{thing}/reveal");
        let page = ana.get(&path).await;
        assert!(!page.text.contains(&cnp), "{}", page.text);
        let nobody_said_why = ana.post(&path, &[("reason", "")]).await;
        assert_eq!(nobody_said_why.status, 422);
        assert!(!nobody_said_why.text.contains(&cnp));
        assert_eq!(looks(world).await, 0);

        let answer = ana.post(&path, &[("reason", "the office asks for the name")]).await;
        answer.shows(200, &cnp);
        answer.shows(200, &surname);
        answer.shows(200, "Cluj&#34;&#62;&#60;img src=x&#62;");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(looks(world).await, 1);
        ana.get(&thing).await.shows(200, "Datele personale au fost consultate");
        console.stop().await;
    }

    async fn a_person_whose_data_are_erased_is_not_shown(world: &mut World) {
        let console = console(world);
        let application = world.ready().await;
        let mut ana = signed_in(world, &console, Role::Operator).await;
        act(&mut ana, &path_of(&application, "cancel"), &[("cause", "WITHDRAWN")]).await;
        let path = path_of(&application, "reveal");
        ana.get(&path).await.shows(200, "name=\"reason\"");
        world.pass(TimeDelta::days(400));
        drain(&Janitor, &world.gateway, 20).await.expect("a janitor's pass");
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let answer = ana.post(&path, &[("reason", "too late")]).await;
        answer.shows(409, "Datele au fost șterse");
        ana.get(&format!("/applications/{}", application.number)).await.shows(200, "Datele au fost șterse");
        assert_eq!(looks(world).await, 0);
        console.stop().await;
    }
}

/// How often the audit record says that a person was looked at.
async fn looks(world: &World) -> usize {
    let mut tx = world.read().await;
    let records = audit::list(&mut tx, 0, 1_000).await.unwrap();
    let looks = records
        .iter()
        .filter(|record| record.entry.action == "PERSON_DISCLOSED");
    looks.count()
}
