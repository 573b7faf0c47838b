//! The table of roles in the documentation is the table of the code, and whoever changes something needs the
//! permission for it, written down here a second time.

use cei_gateway::console::routes::{Access, ROUTES};
use cei_gateway::domain::operator::role::{Permission, RIGHTS, Role};
use cei_gateway::domain::sign_in::Stage;

/// What every form asks of whoever sends it. A route that is weakened by mistake differs from its line.
#[rustfmt::skip]
const FORMS: &[(Access, &[&str])] = &[
    (Access::Anyone, &["/preferences", "/sign-in", "/sign-out"]),
    (Access::At(Stage::NewPassword), &["/sign-in/password"]),
    (Access::At(Stage::Enrol), &["/sign-in/device"]),
    (Access::At(Stage::Code), &["/sign-in/code"]),
    (Access::SignedIn, &[
        "/account/password", "/account/recovery-codes", "/account/device", "/account/sessions/{id}/end",
    ]),
    // A search changes nothing; what a request asks for has a permission of its own, and whoever made it
    // takes it back.
    (Access::Needs(Permission::View), &["/search", "/requests", "/requests/{id}/withdraw"]),
    (Access::Needs(Permission::DecideOrders), &[
        "/failed-orders/{cause}", "/orders/{number}/evidence", "/orders/{number}/ask/{what}",
        "/orders/{number}/lines/{line}/word", "/words/{id}/withdraw", "/orders/{number}/{action}",
    ]),
    (Access::Needs(Permission::DecideApplications), &[
        "/holds/{action}", "/applications/{number}/{action}", "/complaints/{number}/{verdict}",
    ]),
    (Access::Needs(Permission::Reveal), &[
        "/orders/{number}/file", "/applications/{number}/reveal", "/payments/refunds/{number}/account",
    ]),
    (Access::Needs(Permission::DecideMessages), &[
        "/outbox/lanes/{lane}/{action}", "/outbox/dead/{action}", "/offices/{code}/webhook/test",
        "/offices/{code}/webhook/{action}",
    ]),
    (Access::Needs(Permission::DecidePayments), &[
        "/payments/refunds/{number}/withdraw", "/payments/{number}/{action}", "/payments/{number}/split",
        "/payments/{number}/refund", "/payments/together",
    ]),
    (Access::Needs(Permission::CloseDays), &["/payments/days/{day}/{action}"]),
    (Access::Needs(Permission::ExportRefunds), &[
        "/payments/refund-lists/new", "/payments/refund-lists/{number}/document",
        "/payments/refund-lists/{number}/table", "/payments/refund-lists/{number}/withdraw",
    ]),
    (Access::Needs(Permission::Approve), &[
        "/words/{id}/approve", "/payments/refunds/{number}/approve", "/payments/refunds/{number}/reject",
        "/requests/{id}/approve", "/requests/{id}/reject",
    ]),
    (Access::Needs(Permission::ManageUsers), &["/settings/users", "/settings/users/{name}/{change}"]),
    (Access::Needs(Permission::ViewAudit), &["/audit/verification"]),
    (Access::Needs(Permission::ExportAudit), &["/audit/export"]),
];

/// The access that a form has by the table above.
fn wanted(path: &str) -> Option<Access> {
    let found = FORMS.iter().find(|(_, paths)| paths.contains(&path));
    found.map(|(access, _)| *access)
}

#[test]
fn every_form_asks_for_the_permission_of_what_it_changes() {
    let forms = ROUTES.iter().filter(|route| route.method == "POST");
    for route in forms.clone() {
        assert_eq!(Some(route.access), wanted(route.path), "{}", route.path);
    }
    let listed: usize = FORMS.iter().map(|(_, paths)| paths.len()).sum();
    assert_eq!(forms.count(), listed);
}

#[test]
fn the_page_of_an_act_is_shown_to_whoever_may_do_it() {
    // Pages that are more than the form on them.
    let pages = [
        "/requests",
        "/failed-orders/{cause}",
        "/audit/verification",
        "/search",
        "/settings/users",
    ];
    for form in ROUTES
        .iter()
        .filter(|route| route.method == "POST" && !pages.contains(&route.path))
    {
        let page = ROUTES
            .iter()
            .find(|route| route.method == "GET" && route.path == form.path);
        if let Some(page) = page {
            assert_eq!(page.access, form.access, "{}", form.path);
        }
    }
}

#[test]
fn the_documented_table_of_roles_is_that_of_the_code() {
    let text = std::fs::read_to_string("docs/console.md").unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("(`"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Permission::ALL.len());
    for (row, (permission, roles)) in rows.iter().zip(RIGHTS) {
        assert!(
            row[0].contains(&format!("(`{permission}`)")),
            "{row:?} {permission}"
        );
        let told: Vec<Role> = Role::ALL
            .iter()
            .zip(&row[1..])
            .filter(|(_, cell)| **cell == "yes")
            .map(|(role, _)| *role)
            .collect();
        assert_eq!(told, **roles, "{permission}");
    }
}
