//! An application: found by its number and by its person's CNP, held, released, and its person shown.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::audit;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{
    BOTH, CONFIRM, act, assert_refused, assert_told, confirm, follow, go, tab_of,
};
use crate::browser::tab::{ENTER, Tab};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Types into the search of every page and sends it by its key.
async fn search(tab: &Tab, browser: &mut Chromium, text: &str) -> String {
    tab.fill(browser, "#q", text).await;
    tab.strike(browser, ENTER).await;
    assert_eq!(tab.arrive(browser).await, 200);
    assert_eq!(tab.complaints(browser), [""; 0]);
    tab.path(browser).await
}

/// How often the record says that somebody did this.
async fn records(world: &World, action: &str) -> usize {
    let records = audit::list(&mut world.read().await, 0, 1_000)
        .await
        .unwrap();
    let found = records.iter().filter(|one| one.entry.action == action);
    found.count()
}

#[tokio::test]
async fn an_application_is_found_by_its_number_and_by_its_persons_cnp() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let content = world.content();
        let cnp = content.applicant.cnp.clone();
        let application = world.ready_with(content).await;
        let thing = format!("/applications/{}", application.number);
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        go(&tab, &mut browser, "/").await;
        let number = application.number.to_lowercase();
        assert_eq!(search(&tab, &mut browser, &number).await, thing);
        // The CNP stands in no address and not on the page that it found.
        assert_eq!(search(&tab, &mut browser, &cnp).await, "/search");
        let page = tab
            .see(&mut browser, "document.documentElement.outerHTML")
            .await;
        assert!(!page.as_str().unwrap().contains(&cnp));
        follow(&tab, &mut browser, &format!("main a[href=\"{thing}\"]")).await;
        assert_eq!(records(&world, "PERSON_LOOKED_FOR").await, 1);
        console.stop().await;
    }
}

#[tokio::test]
async fn an_application_is_held_released_and_its_person_shown_for_a_reason() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let content = world.content();
        let (cnp, surname) = (
            content.applicant.cnp.clone(),
            content.applicant.surname.clone(),
        );
        let application = world.ready_with(content).await;
        let thing = format!("/applications/{}", application.number);
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        let state = async || world.application(application.id).await.state;

        assert_eq!(
            act(&tab, &mut browser, &thing, "hold").await,
            "APPLICATION_HELD"
        );
        assert_eq!(state().await, ApplicationState::OnHold);
        let release = format!("main a[href^=\"{thing}/release?hold=\"]");
        follow(&tab, &mut browser, &release).await;
        let path = confirm(&tab, &mut browser, "it was a mistake").await;
        assert!(path.ends_with("?done=HOLD_RELEASED"), "{path}");
        assert_eq!(state().await, ApplicationState::Ready);

        follow(
            &tab,
            &mut browser,
            &format!("main a[href=\"{thing}/reveal\"]"),
        )
        .await;
        // A space is no reason, whatever the browser thinks of it.
        tab.fill(&mut browser, "#reason", " ").await;
        assert_refused(&tab, &mut browser, (CONFIRM, 422)).await;
        assert_eq!(records(&world, "PERSON_DISCLOSED").await, 0);
        tab.fill(&mut browser, "#reason", "the office asks").await;
        follow(&tab, &mut browser, CONFIRM).await;
        assert_told(&tab, &mut browser).await;
        let text = tab.text(&mut browser).await;
        assert!(text.contains(&cnp) && text.contains(&surname));
        assert_eq!(records(&world, "PERSON_DISCLOSED").await, 1);
        // Shown once: the page of the application says who looked, and not at whom.
        follow(&tab, &mut browser, "main a.first").await;
        let text = tab.text(&mut browser).await;
        assert!(
            text.contains("Datele personale au fost consultate"),
            "{text}"
        );
        assert!(!text.contains(&cnp) && !text.contains(&surname), "{text}");
        console.stop().await;
    }
}
