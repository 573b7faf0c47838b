//! Days of payments in the console: the grid, one day, closed and opened again.

use cei_gateway::domain::operator::role::Role;
use chrono::TimeDelta;

use crate::console::browser::{console, signed_in};
use crate::console::money::{open, owing, paid, reference};
use crate::kit::world::both_worlds;

both_worlds! {
    async fn a_day_is_closed_and_opened_again_with_its_reasons(world: &mut World) {
        owing(world, 1, "POPESCU ANA", 70).await;
        paid(world, 1, &[(70, &format!("taxa CEI {}", reference(1))), (67, "altceva")]).await;
        let day = world.now().date_naive();
        let console = console(world);
        let thing = format!("/payments/days/{day}");
        let (close, reopen) = (format!("{thing}/close?channel=CEC"), format!("{thing}/reopen?channel=CEC"));
        let mut early = signed_in(world, &console, Role::PaymentsOperator).await;
        early.get(&close).await.shows(200, "Ziua nu s-a încheiat.");
        early.get(&thing).await.shows(200, "ziua este în curs");
        assert_eq!(early.get("/payments/days/2027-01-01").await.status, 404);
        assert_eq!(early.get("/payments/days/x").await.status, 404);
        world.pass(TimeDelta::hours(24));

        let mut ana = signed_in(world, &console, Role::PaymentsOperator).await;
        let mut ion = signed_in(world, &console, Role::Supervisor).await;
        let grid = ana.get("/payments/days").await;
        grid.shows(200, "137,00");
        grid.shows(200, "2 plăți");
        // What waits leads to the payments that it counts.
        grid.shows(200, &format!("href=\"/payments?day={day}&#38;channel=CEC&#38;state=UNMATCHED\">1 nepotrivită</a>"));
        let list = ana.get(&format!("/payments?day={day}&channel=CEC&state=UNMATCHED")).await;
        assert_eq!(list.text.matches("<tr><th scope=\"row\">").count(), 1);
        let page = ana.get(&thing).await;
        page.shows(200, "Toate regulile se verifică");
        page.shows(200, "Potrivit <b>70,00</b>");
        page.shows(200, &format!("href=\"/payments/days/{day}/close?channel=CEC\""));

        let late = open(&mut ion, &close).await;
        let seen = open(&mut ana, &close).await;
        let form = [("seen", seen.as_str()), ("channel", "CEC"), ("reason", "the <b>bank</b> agrees")];
        ana.post(&close, &[("seen", &seen), ("channel", "CEC"), ("reason", "")]).await.shows(422, "role=\"alert\"");
        let answer = ana.post(&close, &form).await;
        let told = format!("{thing}?channel=CEC&done=DAY_CLOSED");
        assert_eq!((answer.status, answer.location()), (303, told.as_str()), "{}", answer.text);
        ana.get(&told).await.shows(200, "the &#60;b&#62;bank&#60;/b&#62; agrees");
        // A second click, and somebody else's: the page says who closed it.
        ana.get(&reopen).await;
        ana.post(&close, &form).await.shows(409, "Închisă");
        let form = [("seen", late.as_str()), ("channel", "CEC"), ("reason", "me too")];
        let answer = ion.post(&close, &form).await;
        answer.shows(409, "Între timp");
        ana.get("/payments/days").await.shows(200, "închisă");

        let seen = open(&mut ion, &reopen).await;
        let form = [("seen", seen.as_str()), ("channel", "CEC"), ("reason", "a line was missing")];
        assert_eq!(ion.post(&reopen, &form).await.status, 303);
        let page = ion.get(&thing).await;
        page.shows(200, "a line was missing");
        page.shows(200, "Redeschisă");
        let file = ion.get(&format!("{thing}?format=csv")).await;
        assert!(file.text.lines().count() >= 3, "{}", file.text);
        ion.get(&format!("{thing}/close?channel=CASH")).await.shows(400, "«channel»");
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        viewer.get(&thing).await.shows(200, "Registrele zilei");
        assert_eq!(viewer.get(&close).await.status, 403);
        viewer.cookies.insert("cei-language".to_owned(), "en".to_owned());
        viewer.get(&thing).await.shows(200, "Every rule holds");
        viewer.get("/payments/days?to=2020-01-31").await.shows(200, "31 Jan 2020");
        viewer.get("/payments/days?to=x").await.shows(400, "&#34;to&#34;");
        console.stop().await;
    }
}
