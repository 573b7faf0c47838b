//! Complaints in the console: listed with the overdue ones first, and decided on the page of each.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::complaint::{ComplaintState, Payer};
use cei_gateway::domain::operator::role::Role;
use cei_gateway::store::complaints::{self, Complaint};
use chrono::TimeDelta;

use crate::after::complaints::{card_at, complain};
use crate::console::browser::{between, confirm, console, fill_in, rows, signed_in};
use crate::kit::world::{World, both_worlds};

async fn now_of(world: &World, complaint: &Complaint) -> Complaint {
    let found = complaints::find_by_number(&mut world.read().await, &complaint.number).await;
    found.unwrap().unwrap()
}

both_worlds! {
    async fn a_complaint_is_admitted_once_with_its_payer(world: &mut World) {
        let (_, application) = card_at(world, true).await;
        let complaint = complain(world, &application, 703).await.unwrap();
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Operator).await;
        let thing = format!("/applications/{}", application.number);
        let path = format!("/complaints/{}/admit", complaint.number);
        ana.get(&thing).await.shows(200, &format!("href=\"{path}\""));
        let page = ana.get(&path).await;
        page.shows(200, "cererea se întoarce la serviciu, care corectează datele");
        page.shows(200, "plătește titularul");
        page.shows(200, "De răspuns până la");
        confirm(&mut ana, &path, &page, " ").await.shows(422, "role=\"alert\"");
        for payer in ["", "NOBODY", "<script>"] {
            let typed = [("reason", "wrong <b>name</b>"), ("payer", payer)];
            let answer = fill_in(&mut ana, &path, &page, &typed).await;
            answer.shows(422, "aria-invalid=\"true\"");
            assert!(!answer.text.contains("<script>") && !answer.text.contains("<b>name"), "{}", answer.text);
        }
        assert_eq!(now_of(world, &complaint).await.state, ComplaintState::Lodged);
        let typed = [("reason", "wrong <b>name</b>"), ("payer", "OFFICE")];
        let answer = fill_in(&mut ana, &path, &page, &typed).await;
        let told = format!("{thing}?done=COMPLAINT_ADMITTED");
        assert_eq!((answer.status, answer.location()), (303, told.as_str()), "{}", answer.text);
        let decided = now_of(world, &complaint).await;
        assert_eq!((decided.state, decided.payer), (ComplaintState::Admitted, Some(Payer::Office)));
        assert_eq!(world.application(application.id).await.state, ApplicationState::Returned);
        let page_now = ana.get(&told).await;
        page_now.shows(200, "Reclamația a fost admisă; cartea se face din nou.");
        page_now.shows(200, "wrong &#60;b&#62;name");
        assert!(!page_now.text.contains(&path), "nothing is left to decide");
        // A second click changes nothing, and says who was first.
        let again = fill_in(&mut ana, &path, &page, &typed).await;
        again.shows(409, "Între timp, u");
        assert_eq!(now_of(world, &complaint).await.version, decided.version);
        console.stop().await;
    }

    async fn a_complaint_is_refused_with_a_reason_or_withdrawn_in_english(world: &mut World) {
        let (_, application) = card_at(world, true).await;
        let complaint = complain(world, &application, 702).await.unwrap();
        assert_eq!(complaint.state, ComplaintState::Sent);
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::Supervisor).await;
        ana.cookies.insert("cei-language".to_owned(), "en".to_owned());
        let path = format!("/complaints/{}/refuse", complaint.number);
        let withdraw = format!("/complaints/{}/withdraw", complaint.number);
        let page = ana.get(&path).await;
        page.shows(200, "The card stays what it is, and the office is told.");
        let stale = ana.get(&withdraw).await;
        for code in ["1", "x", "70200"] {
            let typed = [("reason", "it works"), ("code", code)];
            fill_in(&mut ana, &path, &page, &typed).await.shows(422, "There is no reason with this number.");
        }
        let typed = [("reason", "it works"), ("code", "704")];
        let answer = fill_in(&mut ana, &path, &page, &typed).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let decided = now_of(world, &complaint).await;
        assert_eq!((decided.state, decided.refusal), (ComplaintState::Refused, Some(704)));
        // Whoever looked before decides nothing over it.
        confirm(&mut ana, &withdraw, &stale, "never mind").await.shows(409, "Meanwhile, u");
        ana.get(&withdraw).await.shows(200, "The complaint was decided: Refused.");
        assert_eq!(now_of(world, &complaint).await.state, ComplaintState::Refused);

        let other = complain(world, &application, 702).await.unwrap();
        let withdraw = format!("/complaints/{}/withdraw", other.number);
        let page = ana.get(&withdraw).await;
        let answer = confirm(&mut ana, &withdraw, &page, "the reader was broken").await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(now_of(world, &other).await.state, ComplaintState::Withdrawn);
        console.stop().await;
    }

    async fn complaints_are_listed_with_the_overdue_first_and_as_the_menu_counts(world: &mut World) {
        let (_, application) = card_at(world, true).await;
        let old = complain(world, &application, 702).await.unwrap();
        world.pass(TimeDelta::days(31));
        let (_, other) = card_at(world, false).await;
        let young = complain(world, &other, 708).await.unwrap();
        let console = console(world);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let list = viewer.get("/complaints").await;
        assert_eq!(rows(&list), 2, "{}", list.text);
        let (first, second) = (list.text.find(&old.number), list.text.find(&young.number));
        assert!(first.unwrap() < second.unwrap());
        list.shows(200, "întârziat cu 1 zi");
        list.shows(200, "încă 30 de zile");
        let tally = between(&list.text, "Reclamații<span class=\"tally \">", "<");
        assert_eq!(tally.as_deref(), Some("2"), "{}", list.text);
        for (path, length) in [
            ("/complaints?age=overdue", 1), ("/complaints?state=SENT", 1), ("/complaints?state=LODGED", 1),
            ("/complaints?state=ADMITTED", 0), ("/complaints?office=CLJ-NONE", 400),
            ("/complaints?state=X", 400), ("/complaints?state=ADMITTED&age=overdue", 400),
        ] {
            let page = viewer.get(path).await;
            if length == 400 {
                assert_eq!(page.status, 400, "{path}");
            } else {
                assert_eq!((page.status, rows(&page)), (200, length), "{path}");
            }
        }
        let office = world.offices.iter().find(|office| office.id == other.office).unwrap();
        let of_office = viewer.get(&format!("/complaints?office={}", office.code)).await;
        assert!(rows(&of_office) >= 1, "{}", of_office.text);
        viewer.get("/complaints?format=csv").await.shows(200, &old.number);
        // A complaint leads to its application, where a viewer sees what may be decided, and by whom.
        let answer = viewer.get(&format!("/complaints/{}", old.number)).await;
        let thing = format!("/applications/{}", application.number);
        assert_eq!((answer.status, answer.location()), (303, thing.as_str()));
        viewer.get(&thing).await.shows(200, "Numai cine");
        assert_eq!(viewer.get(&format!("/complaints/{}/admit", old.number)).await.status, 403);
        assert_eq!(viewer.post(&format!("/complaints/{}/admit", old.number), &[]).await.status, 403);
        assert_eq!(viewer.get("/complaints/NONE").await.status, 404);
        console.stop().await;
    }
}
