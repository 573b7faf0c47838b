//! One decision about several payments: what will become of each is told beforehand, and only what is sure
//! enough is matched.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment::PaymentState;
use cei_gateway::store::payments::Payment;

use crate::console::browser::{Browser, confirm, console, hidden, signed_in};
use crate::console::money::{all_payments, owing, paid, payment};
use crate::kit::world::{World, both_worlds};

const PATH: &str = "/payments/together";
const MATCH_LIKELY: &str = "/payments/together?action=MATCH&sure=60";

async fn states(world: &World, of: &[Payment]) -> Vec<PaymentState> {
    let mut states = Vec::new();
    for one in of {
        states.push(payment(world, one).await.state);
    }
    states
}

/// Sends a row that no page offered.
async fn forged(browser: &mut Browser, row: &str) -> String {
    let fields = [
        ("action", "MATCH"),
        ("sure", "60"),
        ("row", row),
        ("reason", "x"),
    ];
    browser.post(PATH, &fields).await.text
}

both_worlds! {
    async fn the_only_candidates_are_matched_together_and_nothing_ambiguous(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        let ion = owing(world, 2, "IONESCU ION", 70).await;
        owing(world, 3, "IONESCU ION", 70).await;
        paid(world, 1, &[(70, "taxa buletin pentru POPESCU ANA"), (70, "taxa buletin pentru IONESCU ION"), (70, "taxa buletin")]).await;
        let all = all_payments(world).await;
        let [sure, ambiguous, nobodys] = all.as_slice() else { panic!("{all:?}") };
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let list = operator.get("/payments").await;
        list.shows(200, &format!("<input type=\"checkbox\" name=\"row\" value=\"{}\"", sure.number));
        list.shows(200, "action=\"/payments/together\"");

        let page = operator.get(MATCH_LIKELY).await;
        page.shows(200, "Potrivește: 1 plată");
        page.shows(200, &format!("70,00 lei → {} (scor 60)", ana.number));
        page.shows(200, "Se potrivesc mai multe cereri");
        page.shows(200, "Nicio cerere nu se potrivește.");
        assert_eq!(page.text.matches("<tr class=\"row\"").count(), 3, "{}", page.text);
        let rows: Vec<String> = hidden(&page).into_iter().filter(|(name, _)| name == "row").map(|(_, row)| row).collect();
        assert_eq!(rows, [format!("{}:{}:{}", sure.number, sure.version, ana.number)]);
        confirm(&mut operator, PATH, &page, " ").await.shows(422, "role=\"alert\"");
        assert_eq!(states(world, &all).await[0], PaymentState::Suggested);
        confirm(&mut operator, PATH, &page, "one by one they fit").await.shows(200, "1 / 1");
        let after = states(world, &all).await;
        assert_eq!(after, [PaymentState::Matched, PaymentState::Suggested, PaymentState::Unmatched]);
        // A second time, nothing is done, and it says who did it.
        let again = confirm(&mut operator, PATH, &page, "one by one they fit").await;
        again.shows(200, "0 / 1");
        again.shows(200, "schimbată între timp");
        operator.get(&format!("/payments/{}", sure.number)).await.shows(200, "one by one they fit");

        // Nor is it done for whoever asks for it past the page.
        let row = format!("{}:{}:{}", ambiguous.number, ambiguous.version, ion.number);
        let text = forged(&mut operator, &row).await;
        assert!(text.contains("Se potrivesc mai multe cereri"), "{text}");
        let row = format!("{}:{}:{}", nobodys.number, nobodys.version, ion.number);
        assert!(forged(&mut operator, &row).await.contains("0 / 1"));
        assert_eq!(states(world, &all).await, after);
        console.stop().await;
    }

    async fn how_sure_one_must_be_is_chosen_and_two_payments_for_one_fee_are_neither(world: &mut World) {
        let ana = owing(world, 1, "POPESCU ANA", 70).await;
        owing(world, 2, "POP MARIA", 85).await;
        paid(world, 1, &[(70, "taxa buletin pentru POPESCU ANA"), (70, "pentru POPESCU ANA taxa buletin"), (70, "taxa buletin pentru POP MARIA")]).await;
        let all = all_payments(world).await;
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::Supervisor).await;
        let page = operator.get(MATCH_LIKELY).await;
        page.shows(200, "Nu este posibil cu niciuna dintre plăți.");
        assert_eq!(page.text.matches(&format!("sunt pentru {}", ana.number)).count(), 2, "{}", page.text);
        page.shows(200, "Suma nu este exact cea datorată.");
        // One of them alone is not contested.
        let one = format!("&row={}", all[0].number);
        operator.get(&format!("{MATCH_LIKELY}{one}")).await.shows(200, "Potrivește: 1 plată");
        let at_90 = format!("{PATH}?action=MATCH&sure=90{one}");
        operator.get(&at_90).await.shows(200, "Scorul candidatului este numai 60.");
        let by_rule = format!("{PATH}?action=MATCH&sure=rule{one}");
        operator.get(&by_rule).await.shows(200, "nicio regulă nu este sigură");
        // What was seen for one application is not matched with another.
        let row = format!("{}:{}:TRD-02-2026-000002", all[0].number, all[0].version);
        let text = forged(&mut operator, &row).await;
        assert!(text.contains("Acum s-ar potrivi cu altă cerere"), "{text}");
        for state in states(world, &all).await {
            assert_eq!(state, PaymentState::Suggested);
        }
        console.stop().await;
    }

    async fn what_others_decided_meanwhile_stays_and_the_rest_is_done(world: &mut World) {
        owing(world, 1, "POPESCU ANA", 70).await;
        owing(world, 2, "IONESCU ION", 70).await;
        paid(world, 1, &[(70, "taxa buletin pentru POPESCU ANA"), (70, "taxa buletin pentru IONESCU ION")]).await;
        let all = all_payments(world).await;
        let console = console(world);
        let mut ana = signed_in(world, &console, Role::PaymentsOperator).await;
        let mut ion = signed_in(world, &console, Role::PaymentsOperator).await;
        let page = ana.get(MATCH_LIKELY).await;
        page.shows(200, "Potrivește: 2 plăți");
        let dismissed = ion.get(&format!("{PATH}?action=DISMISS&row={}", all[0].number)).await;
        dismissed.shows(200, "Nu se poate desface");
        confirm(&mut ion, PATH, &dismissed, "no fee").await.shows(200, "1 / 1");
        let answer = confirm(&mut ana, PATH, &page, "they fit").await;
        answer.shows(200, "1 / 2");
        answer.shows(200, "Între timp, u");
        assert_eq!(states(world, &all).await, [PaymentState::Invalid, PaymentState::Matched]);
        console.stop().await;
    }

    async fn all_that_match_the_filter_are_set_aside_in_english(world: &mut World) {
        let lines: Vec<(i64, String)> = (1..=60).map(|lei| (lei, "taxa buletin".to_owned())).collect();
        let lines: Vec<(i64, &str)> = lines.iter().map(|(lei, text)| (*lei, text.as_str())).collect();
        paid(world, 1, &lines).await;
        let all = all_payments(world).await;
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        operator.cookies.insert("cei-language".to_owned(), "en".to_owned());
        let page = operator.get(&format!("{PATH}?action=OWE_BACK&channel=CEC&reason=901")).await;
        page.shows(200, "60 payments");
        confirm(&mut operator, PATH, &page, "<i>paid twice</i>").await.shows(200, "60 / 60");
        for state in states(world, &all).await {
            assert_eq!(state, PaymentState::RefundDue);
        }
        let page = operator.get(&format!("/payments/{}", all[0].number)).await;
        page.shows(200, "&#60;i&#62;paid twice");
        // Money that is to be given back is not dismissed.
        let page = operator.get(&format!("{PATH}?action=DISMISS&state=REFUND_DUE")).await;
        page.shows(200, "It is possible with none of the payments.");
        for path in ["", "?action=SPLIT", "?action=MATCH&sure=10", "?action=X", "?action=MATCH&state=X"] {
            assert_eq!(operator.get(&format!("{PATH}{path}")).await.status, 400, "{path}");
        }
        assert_eq!(operator.get(&format!("{PATH}?action=MATCH&row=<script>")).await.status, 404);
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        assert_eq!(viewer.get(MATCH_LIKELY).await.status, 403);
        assert_eq!(viewer.post(PATH, &[("action", "DISMISS")]).await.status, 403);
        let list = viewer.get("/payments").await;
        assert!(!list.text.contains("type=\"checkbox\""), "{}", list.text);
        console.stop().await;
    }
}
