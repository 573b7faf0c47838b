//! Refunds in the console: proposed, approved by two, listed for the bank.

use cei_gateway::domain::operator::role::{Role, Roles};
use cei_gateway::domain::payment::PaymentState;
use cei_gateway::domain::refund::RefundState;
use cei_gateway::flow::people::token::hash_of;
use cei_gateway::store::refunds::{self, Refund};
use cei_gateway::store::{sessions, users};

use crate::console::browser::{Browser, SESSION, console, signed_in};
use crate::console::money::{all_payments, open, paid, payment, with_debtor};
use crate::kit::world::{World, both_worlds};

pub(crate) const IBAN: &str = "RO49AAAA1B31007593840000";

pub(crate) async fn only_refund(world: &World) -> Refund {
    let mut tx = world.read().await;
    let all = refunds::list(&mut tx, None, None, 10).await.unwrap();
    let [only] = all.try_into().unwrap();
    only
}

/// Opens the page of an action and confirms it.
async fn confirm(browser: &mut Browser, path: &str, reason: &str) -> u16 {
    let seen = open(browser, path).await;
    let form = [("seen", seen.as_str()), ("reason", reason)];
    browser.post(path, &form).await.status
}

/// Somebody with two roles.
async fn signed_in_as_both(
    world: &World,
    console: &cei_gateway::console::server::Running,
    both: [Role; 2],
) -> Browser {
    let browser = signed_in(world, console, both[0]).await;
    let mut tx = world.write().await;
    let token = hash_of(&browser.cookies[SESSION]);
    let session = sessions::find(&mut tx, &token).await.unwrap().unwrap();
    let roles = Roles::new(both);
    users::set_roles(&mut tx, session.user, &roles)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    browser
}

/// What is wrong with a proposal is told at its field, and nothing is proposed.
async fn faults_are_told_at_their_fields(operator: &mut Browser, propose: &str, seen: &str) {
    for (amount, iban, name, field) in [
        ("0", IBAN, "POPA VLAD", "amount"),
        ("150,01", IBAN, "POPA VLAD", "amount"),
        ("many", IBAN, "POPA VLAD", "amount"),
        ("150,00", "RO00AAAA1B31007593840000", "POPA VLAD", "iban"),
        ("150,00", "RO38CECEBC2030RON0923675", "POPA VLAD", "iban"),
        ("150,00", "", "", "iban"),
        ("150,00", IBAN, "<>", "name"),
    ] {
        let form = [
            ("seen", seen),
            ("amount", amount),
            ("iban", iban),
            ("name", name),
            ("reason", "a stranger's"),
        ];
        let answer = operator.post(propose, &form).await;
        answer.shows(422, "role=\"alert\"");
        let field = format!("id=\"f-{field}\"");
        let at = answer
            .text
            .split(&field)
            .nth(1)
            .unwrap()
            .split('>')
            .next()
            .unwrap();
        assert!(at.contains("aria-invalid=\"true\""), "{field} {at}");
    }
}

/// One of two supervisors writes the list of what is approved, takes it out, and withdraws it.
async fn a_list_is_written_taken_out_and_withdrawn(
    world: &mut World,
    (operator, first, second): (&mut Browser, &mut Browser, &mut Browser),
) {
    let new = "/payments/refund-lists/new";
    assert_eq!(operator.get(new).await.status, 403);
    let late = open(second, new).await;
    let page = first.get(new).await;
    page.shows(200, "1 restituire");
    page.shows(200, "150,00 lei");
    assert_eq!(confirm(first, new, "for the bank").await, 303);
    // Written once: the other's form is of refunds that are listed by now.
    let answer = second
        .post(new, &[("seen", &late), ("reason", "for the bank")])
        .await;
    answer.shows(409, "Ultima listă: RL-");
    let refund = only_refund(world).await;
    assert_eq!(refund.state, RefundState::Exported);
    let lists = operator.get("/payments/refund-lists").await;
    let number = lists
        .text
        .split("href=\"/payments/refund-lists/RL-")
        .nth(1)
        .unwrap();
    let list = format!(
        "/payments/refund-lists/RL-{}",
        number.split('"').next().unwrap()
    );
    operator.get(&list).await.shows(200, &refund.number);
    first.get(&list).await;
    let answer = first.post(&format!("{list}/document"), &[]).await;
    answer.shows(200, "pain.001.001.09");
    assert!(answer.header("content-disposition").ends_with(".xml\""));
    first.get(&list).await.shows(200, "Lista a fost descărcată");
    first
        .post(&format!("{list}/table"), &[])
        .await
        .shows(200, IBAN);
    first.get(&list).await;
    let withdraw = format!("{list}/withdraw");
    let late = open(second, &withdraw).await;
    assert_eq!(confirm(first, &withdraw, "the bank refused it").await, 303);
    let answer = second
        .post(&withdraw, &[("seen", &late), ("reason", "too")])
        .await;
    answer.shows(409, "Lista a fost deja retrasă");
    assert_eq!(only_refund(world).await.state, RefundState::Approved);
}

both_worlds! {
    async fn money_goes_back_when_two_persons_approve_and_the_bank_has_a_list(world: &mut World) {
        with_debtor(world).await;
        paid(world, 1, &[(150, "taxa buletin <b>")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let propose = format!("/payments/{}/refund", found.number);
        let seen = open(&mut operator, &propose).await;
        faults_are_told_at_their_fields(&mut operator, &propose, &seen).await;
        assert_eq!(payment(world, &found).await.version, found.version);
        let form = [
            ("seen", seen.as_str()), ("amount", "150,00"), ("iban", IBAN), ("name", "Popa Vlad"),
            ("reason", "a stranger's"),
        ];
        let answer = operator.post(&propose, &form).await;
        let refund = only_refund(world).await;
        let thing = format!("/payments/refunds/{}", refund.number);
        assert_eq!((answer.status, answer.location()), (303, format!("{thing}?done=REFUND_PROPOSED").as_str()));
        // A second click proposes nothing.
        operator.post(&propose, &form).await.shows(409, "role=\"alert\"");
        only_refund(world).await;
        operator.get("/payments/refunds").await.shows(200, &refund.number);
        assert_eq!(operator.get(&format!("{thing}/approve")).await.status, 403);

        let mut first = signed_in(world, &console, Role::Supervisor).await;
        let mut second = signed_in(world, &console, Role::Supervisor).await;
        let approve = format!("{thing}/approve");
        let late = open(&mut second, &approve).await;
        assert_eq!(confirm(&mut first, &approve, "seen").await, 303);
        // The other looked at it before: they are told, and decide about it as it stands.
        let answer = second.post(&approve, &[("seen", &late), ("reason", "seen too")]).await;
        answer.shows(409, "Aprobată de o persoană");
        let page = first.get(&thing).await;
        page.shows(200, "a doua aprobare o dă altă persoană");
        let seen = open(&mut first, &approve).await;
        let answer = first.post(&approve, &[("seen", &seen), ("reason", "me again")]).await;
        answer.shows(409, "a doua aprobare");
        assert_eq!(only_refund(world).await.state, RefundState::Proposed);
        assert_eq!(confirm(&mut second, &approve, "seen too").await, 303);
        assert_eq!(only_refund(world).await.state, RefundState::Approved);

        a_list_is_written_taken_out_and_withdrawn(world, (&mut operator, &mut first, &mut second)).await;
        second.get(&thing).await;
        assert_eq!(confirm(&mut operator, &format!("{thing}/withdraw"), "found the payer's child").await, 303);
        assert_eq!(only_refund(world).await.state, RefundState::Withdrawn);
        assert_eq!(payment(world, &found).await.state, PaymentState::RefundDue);
        console.stop().await;
    }

    async fn an_account_is_shown_once_with_a_reason_and_on_the_record(world: &mut World) {
        with_debtor(world).await;
        paid(world, 1, &[(70, "taxa buletin")]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut operator = signed_in(world, &console, Role::PaymentsOperator).await;
        let propose = format!("/payments/{}/refund", found.number);
        let seen = open(&mut operator, &propose).await;
        let form = [
            ("seen", seen.as_str()), ("amount", "70"), ("iban", IBAN), ("name", "O'Neil <script>x</script>"),
            ("reason", "a stranger's"),
        ];
        assert_eq!(operator.post(&propose, &form).await.status, 303);
        let thing = format!("/payments/refunds/{}", only_refund(world).await.number);
        let page = operator.get(&thing).await;
        assert!(!page.text.contains(IBAN) && !page.text.contains("Neil"), "{}", page.text);
        let reveal = format!("{thing}/account");
        operator.post(&reveal, &[("reason", " ")]).await.shows(422, "role=\"alert\"");
        let answer = operator.post(&reveal, &[("reason", "to compare it with the letter")]).await;
        answer.shows(200, IBAN);
        assert!(!answer.text.contains("<script>x"), "{}", answer.text);
        assert!(answer.header("cache-control").contains("no-store"));
        let page = operator.get(&thing).await;
        page.shows(200, "Contul a fost arătat");
        page.shows(200, "to compare it with the letter");
        assert!(!page.text.contains(IBAN));
        let mut viewer = signed_in(world, &console, Role::Viewer).await;
        let page = viewer.get(&thing).await;
        assert!(page.status == 200 && !page.text.contains(&reveal));
        assert_eq!(viewer.post(&reveal, &[("reason", "curious")]).await.status, 403);
        console.stop().await;
    }

    async fn what_may_be_given_back_is_listed_and_one_person_is_enough_for_little(world: &mut World) {
        with_debtor(world).await;
        let ana = crate::console::money::owing(world, 1, "POPESCU ANA", 70).await;
        let text = format!("taxa CEI {}", crate::console::money::reference(1));
        paid(world, 1, &[(90, &text)]).await;
        let [found] = all_payments(world).await.try_into().unwrap();
        let console = console(world);
        let mut both = signed_in_as_both(world, &console, [Role::PaymentsOperator, Role::Supervisor]).await;
        both.get("/account").await;
        let page = both.get("/payments/refund-candidates").await;
        page.shows(200, &format!("href=\"/payments/{}/refund\"", found.number));
        page.shows(200, "20,00 lei");
        let propose = format!("/payments/{}/refund", found.number);
        let page = both.get(&propose).await;
        page.shows(200, &ana.number);
        page.shows(200, "value=\"20,00\"");
        let seen = open(&mut both, &propose).await;
        let form = [
            ("seen", seen.as_str()), ("amount", "20,00"), ("iban", IBAN), ("name", "Popa Vlad"),
            ("reason", "paid in excess"),
        ];
        assert_eq!(both.post(&propose, &form).await.status, 303);
        let thing = format!("/payments/refunds/{}", only_refund(world).await.number);
        assert_eq!(confirm(&mut both, &format!("{thing}/approve"), "little").await, 303);
        assert_eq!(only_refund(world).await.state, RefundState::Approved);
        assert_eq!(confirm(&mut both, &format!("{thing}/reject"), "second thoughts").await, 303);
        assert_eq!(only_refund(world).await.state, RefundState::Rejected);
        both.get(&format!("{thing}/reject")).await.shows(200, "Respinsă");
        both.get("/payments/refunds?state=REJECTED").await.shows(200, &only_refund(world).await.number);
        both.get("/payments/refunds?all=yes&format=csv").await.shows(200, ";Respinsă;20,00;RON;");
        both.get("/payments/refunds?state=LOST").await.shows(400, "«state»");
        for path in ["/payments/refunds/none", "/payments/refunds/none/approve", "/payments/refund-lists/none"] {
            both.get(path).await.shows(404, "<nav aria-label=");
        }
        both.get("/payments/refund-lists/new").await.shows(200, "Nicio restituire aprobată");
        console.stop().await;
    }
}
