//! Payments in the console: the list, one payment, and what is decided about it.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment::PaymentState;
use chrono::TimeDelta;

use crate::console::browser::{between, console, signed_in};
use crate::console::money::{all_payments, open, owing, paid, paid_as, payment, reference};
use crate::kit::world::both_worlds;

both_worlds! {
    async fn an_unmatched_payment_is_settled_with_two_clicks(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        let other = owing(world, 2, "POPESCU ANA", 85).await;
        paid(world, 1, &[(70, "taxa buletin pentru POPESCU ANA")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        assert_eq!(found.state, PaymentState::Suggested);
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let list = operator.get("/payments").await;
        let thing = format!("/payments/{}", found.number);
        list.shows(200, &format!("href=\"{thing}\""));
        list.shows(200, "70,00 lei");

        // The first click: the payment, why it waits, its candidates with what speaks for and against.
        let page = operator.get(&thing).await;
        page.shows(200, "Numele solicitantului apare în text.");
        page.shows(200, "Suma este exact cea datorată.");
        page.shows(200, "Suma diferă de cea datorată, 85,00 lei.");
        page.shows(200, "Ce e de făcut:");
        let best = page.text.find(&ana.number).unwrap();
        assert!(best < page.text.find(&other.number).unwrap(), "the likeliest first");
        let seen = between(&page.text, "name=\"seen\" value=\"", "\"").unwrap();
        let reason = between(&page.text, "maxlength=\"500\">", "</textarea>").unwrap();
        assert!(reason.starts_with("Numele solicitantului apare în text; suma este"), "{reason}");

        // The second.
        let act = format!("{thing}/match");
        let form = [
            ("seen", seen.as_str()), ("application", ana.number.as_str()), ("reason", reason.as_str()),
        ];
        let answer = operator.post(&act, &form).await;
        let told = format!("{thing}?done=PAYMENT_MATCHED");
        assert_eq!((answer.status, answer.location()), (303, told.as_str()), "{}", answer.text);
        assert_eq!(payment(world, &found).await.state, PaymentState::Matched);
        let settled = world.application(ana.id).await;
        assert_eq!((settled.state, settled.fee_state), (ApplicationState::Ready, FeeState::Paid));
        let page = operator.get(&told).await;
        page.shows(200, "role=\"status\"");
        page.shows(200, &reason);

        // A third, of the same form: nothing is done twice, and the page says who was first.
        let answer = operator.post(&act, &form).await;
        answer.shows(409, "role=\"alert\"");
        answer.shows(409, "Potrivită cu o cerere");
        assert!(!operator.get("/payments").await.text.contains(&found.number));
        operator.get("/payments?state=MATCHED").await.shows(200, &found.number);
        console.stop().await;
    }

    async fn what_is_wrong_is_named_at_its_field_and_nothing_is_changed(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        let exempt = world.ready().await;
        paid(world, 1, &[(70, "taxa buletin")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let act = format!("/payments/{}/match", found.number);
        let seen = open(&mut operator, &act).await;
        for (number, reason, field) in [
            ("CLJ-NONE", "told at the desk", "application"),
            ("", "told at the desk", "application"),
            (exempt.number.as_str(), "told at the desk", "application"),
            ("<script>alert(1)</script>", "told at the desk", "application"),
            (ana.number.as_str(), " ", "reason"),
        ] {
            let form = [("seen", seen.as_str()), ("application", number), ("reason", reason)];
            let answer = operator.post(&act, &form).await;
            answer.shows(422, "role=\"alert\"");
            let at = between(&answer.text, &format!("name=\"{field}\""), ">").unwrap();
            assert!(at.contains("aria-invalid=\"true\""), "{number} {field} {at}");
            assert!(!answer.text.contains("<script>alert"), "{}", answer.text);
        }
        assert_eq!(payment(world, &found).await.version, found.version);
        let small = ana.number.to_lowercase();
        let form = [("seen", seen.as_str()), ("application", &small), ("reason", "told <b> at the desk")];
        let answer = operator.post(&act, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        operator.get(&format!("/payments/{}", found.number)).await.shows(200, "told &#60;b&#62; at the desk");
        console.stop().await;
    }

    async fn one_payment_is_split_to_the_ban(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        let ion = owing(world, 2, "POPESCU ION", 70).await;
        let text = format!("taxe CEI {} {}", reference(1), reference(2));
        paid(world, 1, &[(140, &text)]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        assert_eq!(found.state, PaymentState::Suggested);
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let act = format!("/payments/{}/split", found.number);
        let page = operator.get(&act).await;
        for number in [&ana.number, &ion.number] {
            page.shows(200, &format!("value=\"{number}\""));
        }
        page.shows(200, "value=\"70,00\"");
        let seen = between(&page.text, "name=\"seen\" value=\"", "\"").unwrap();
        let (a, i) = (ana.number.as_str(), ion.number.as_str());
        let send = |amounts: [&'static str; 2], numbers: [String; 2], rest: &'static str| {
            let [first, second] = numbers;
            vec![
                ("seen".to_owned(), seen.clone()),
                ("application".to_owned(), first), ("amount".to_owned(), amounts[0].to_owned()),
                ("application".to_owned(), second), ("amount".to_owned(), amounts[1].to_owned()),
                ("rest".to_owned(), rest.to_owned()), ("reason".to_owned(), "one family".to_owned()),
            ]
        };
        for (amounts, numbers, rest, told) in [
            (["70,00", "69,99"], [a, i], "", "mai rămân 0,01 lei"),
            (["70,00", "70,01"], [a, i], "yes", "depășesc 140,00 lei cu 0,01 lei"),
            (["70,00", "seventy"], [a, i], "", "id=\"sn-2\""),
            (["70,00", "-70"], [a, i], "", "id=\"sn-2\""),
            (["70,00", "70,00"], [a, "<img src=x>"], "", "id=\"an-2\""),
            (["70,00", "70,00"], [a, a], "", "apare deja mai sus"),
            (["70,00", ""], [a, i], "", "Scrieți suma."),
            (["", ""], ["", ""], "", "cel puțin o cerere"),
        ] {
            let form = send(amounts, numbers.map(str::to_owned), rest);
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = operator.post(&act, &form).await;
            answer.shows(422, told);
            assert!(!answer.text.contains("<img"), "{}", answer.text);
        }
        assert_eq!(payment(world, &found).await.version, found.version);
        // More rows lose nothing of what was typed.
        let mut more = send(["70,00", "x"], [a.to_owned(), i.to_owned()], "");
        more.push(("more".to_owned(), "yes".to_owned()));
        let more: Vec<_> = more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = operator.post(&act, &more).await;
        page.shows(200, "id=\"a-5\"");
        page.shows(200, "value=\"x\"");

        let form = send(["70", "70,00 lei"], [a.to_owned(), i.to_owned()], "");
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = operator.post(&act, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        for one in [&ana, &ion] {
            assert_eq!(world.application(one.id).await.fee_state, FeeState::Paid);
        }
        operator.post(&act, &form).await.shows(409, "role=\"alert\"");

        // One part is undone, and can be given to somebody else.
        let undo = format!("/payments/{}/unmatch?application={i}", found.number);
        let page = operator.get(&format!("/payments/{}", found.number)).await;
        page.shows(200, &format!("href=\"{undo}\""));
        let seen = open(&mut operator, &undo).await;
        let form = [("seen", seen.as_str()), ("application", i), ("reason", "not his")];
        let answer = operator.post(&undo, &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(world.application(ion.id).await.fee_state, FeeState::Due);
        assert_eq!(world.application(ana.id).await.fee_state, FeeState::Paid);
        let page = operator.get(&format!("/payments/{}", found.number)).await;
        page.shows(200, "<b>70,00 lei</b>");
        console.stop().await;
    }

    async fn whoever_comes_second_is_told_who_was_first(world: &mut World) {
        paid(world, 1, &[(70, "taxa buletin")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut first = signed_in(world, &console, Role::PaymentsOperator).await;
        let mut second = signed_in(world, &console, Role::Supervisor).await;
        let thing = format!("/payments/{}", found.number);
        let (dismiss, back) = (format!("{thing}/dismiss"), format!("{thing}/owe-back"));
        let seen_by_second = open(&mut second, &dismiss).await;
        let seen = open(&mut first, &back).await;
        let answer = first.post(&back, &[("seen", &seen), ("reason", "a stranger's")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let form = [("seen", seen_by_second.as_str()), ("reason", "kept words")];
        let answer = second.post(&dismiss, &form).await;
        answer.shows(409, "role=\"alert\"");
        answer.shows(409, "De restituit");
        assert_eq!(payment(world, &found).await.state, PaymentState::RefundDue);
        console.stop().await;
    }

    async fn what_cannot_be_done_is_told_and_has_no_button(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        paid(world, 1, &[(70, &format!("taxa CEI {}", reference(1))), (70, "taxa buletin")]).await;
        let [matched, waiting] = all_payments(world).await.try_into().unwrap();
        assert_eq!(matched.state, PaymentState::Matched);
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let page = operator.get(&format!("/payments/{}", matched.number)).await;
        page.shows(200, "aria-disabled=\"true\"");
        page.shows(200, "desfaceți întâi potrivirea");
        page.shows(200, &format!("href=\"/applications/{}\"", ana.number));
        let act = format!("/payments/{}/dismiss", matched.number);
        let page = operator.get(&act).await;
        assert!(!page.text.contains(&format!("action=\"{act}\"")), "{}", page.text);
        // Whoever only looks sees no button, and has no page of an action.
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let page = viewer.get(&format!("/payments/{}", waiting.number)).await;
        page.shows(200, &waiting.number);
        assert!(!page.text.contains("/match"), "{}", page.text);
        let act = format!("/payments/{}/match", waiting.number);
        assert_eq!(viewer.get(&act).await.status, 403);
        for path in ["/payments/none", "/payments/none/match", "/payments/none/split", "/payments/none/refund"] {
            operator.get(path).await.shows(404, "<nav aria-label=");
        }
        let mut administrator = signed_in(world, &console, Role::Administrator).await;
        assert_eq!(administrator.get("/payments").await.status, 403);
        console.stop().await;
    }

    async fn the_lists_are_what_the_figures_count(world: &mut World) {
        owing(world, 1, "POPESCU ANA", 70).await;
        paid(world, 1, &[
            (70, "taxa buletin pentru POPESCU ANA"), (70, "taxa buletin"), (67, "altceva"), (80, "=cmd()"),
        ]).await;
        let all = all_payments(world).await;
        assert_eq!(all.len(), 4);
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let rows = |text: &str| text.matches("<th scope=\"row\">").count();
        assert_eq!(rows(&operator.get("/payments").await.text), 4);
        // The tile of the dashboard says the same, and leads here.
        let tile = "href=\"/payments\"><span class=\"name\">Plăți nepotrivite</span><span class=\"figure\">4</span>";
        operator.get("/").await.shows(200, tile);
        assert_eq!(rows(&operator.get("/payments?state=SUGGESTED").await.text), 1);
        assert_eq!(rows(&operator.get("/payments?channel=SELFPAY").await.text), 0);
        assert_eq!(rows(&operator.get("/payments?reason=901").await.text), 3);
        let day = world.now().date_naive();
        assert_eq!(rows(&operator.get(&format!("/payments?day={day}&channel=CEC&all=yes")).await.text), 4);
        assert_eq!(rows(&operator.get("/payments?all=yes").await.text), 4);
        // What only a walk through everything would find is refused, and so is what nobody knows.
        for (query, name) in [
            ("all=yes&channel=CEC", "channel"), ("state=CONSUMED&reason=901", "reason"),
            ("state=LOST", "state"), ("after=x", "after"), ("day=tomorrow", "day"), ("reason=x", "reason"),
        ] {
            operator.get(&format!("/payments?{query}")).await.shows(400, &format!("«{name}»"));
        }
        // A number leads to the payment, in whatever case; a strange one is shown as text.
        let number = all[2].number.to_lowercase();
        let answer = operator.get(&format!("/payments?q={number}")).await;
        assert_eq!((answer.status, answer.location()), (303, format!("/payments/{}", all[2].number).as_str()));
        let answer = operator.get("/payments?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE").await;
        answer.shows(200, "&#60;script&#62;");
        assert!(!answer.text.contains("<script>alert"), "{}", answer.text);
        let file = operator.get("/payments?format=csv").await;
        assert_eq!(file.text.lines().count(), 5, "{}", file.text);
        operator.cookies.insert("cei-language".to_owned(), "en".to_owned());
        operator.get("/payments").await.shows(200, "To be decided");
        operator.get(&format!("/payments/{}", all[0].number)).await.shows(200, "The name of the applicant stands in the text.");
        console.stop().await;
    }

    async fn what_outsiders_wrote_is_text_on_every_page(world: &mut World) {
        let hostile = "=1\"><img src=x onerror=alert(1)>\u{202e}";
        paid_as(world, hostile).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        assert_eq!(found.external_reference.as_deref(), Some(hostile));
        let day = world.now().date_naive();
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let thing = format!("/payments/{}", found.number);
        for path in [
            "/payments".to_owned(), thing.clone(), format!("{thing}/match"), format!("{thing}/split"),
            format!("{thing}/refund"), format!("/payments/days/{day}"), "/payments/days".to_owned(),
        ] {
            let page = operator.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(!page.text.contains("<img"), "{path}: {}", page.text);
        }
        operator.get(&thing).await.shows(200, "&#60;img src=x onerror=alert(1)&#62;");
        // Nor is it a formula in a spreadsheet.
        let file = operator.get("/payments?format=csv").await;
        file.shows(200, "onerror=alert(1)>");
        file.shows(200, "\"'=1\"\"><img");
        for formula in [";=", "\n=", "\"="] {
            assert!(!file.text.contains(formula), "{}", file.text);
        }
        console.stop().await;
    }

    async fn a_list_goes_on_from_the_key_of_its_last_row(world: &mut World) {
        let lines: Vec<(i64, String)> = (1..=60).map(|lei| (lei, "taxa buletin".to_owned())).collect();
        let lines: Vec<(i64, &str)> = lines.iter().map(|(lei, text)| (*lei, text.as_str())).collect();
        paid(world, 1, &lines).await;
        world.pass(TimeDelta::minutes(1));
        let all = all_payments(world).await;
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        for (path, first) in [("/payments", &all[0]), ("/payments?all=yes", &all[59])] {
            let page = operator.get(path).await;
            page.shows(200, &first.number);
            let next = between(&page.text, "rel=\"next\"", ">").map(|_| ());
            assert!(next.is_some(), "{}", page.text);
            let before = page.text.split(" rel=\"next\"").next().unwrap();
            let path = before.rsplit("href=\"").next().unwrap().trim_end_matches('"');
            let path = path.replace("&#38;", "&");
            let rest = operator.get(&path).await;
            assert_eq!(rest.text.matches("<th scope=\"row\">").count(), 10, "{path}");
            assert!(!rest.text.contains(&first.number));
        }
        console.stop().await;
    }
}
