//! The one list of the console's routes: method, path, handler, and who may.
//!
//! The gate decides from this list alone; a handler that is not on it cannot be reached.

use actix_web::http::Method;
use actix_web::web;

use crate::console::pages::applications::reveal;
use crate::console::pages::{
    accessibility, applications, complaints, dashboard, days, failed_orders, help, holds, offices,
    orders, outbox, payments, refunds, search, settings,
};
use crate::console::{
    account, audit, files, preferences, requests, sign_in, single_sign_on, users,
};
use crate::domain::operator::role::Permission;
use crate::domain::sign_in::Stage;

/// Who may use a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Everybody, signed in or not.
    Anyone,
    /// Whoever is signing in and has come to this stage.
    At(Stage),
    /// Whoever is signed in, about themselves or for reading what holds no data.
    SignedIn,
    /// Whoever is signed in and has a role that holds the permission.
    Needs(Permission),
}

/// One route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with names in braces for what varies.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

/// Declares the routes: the list, and their registration with the server.
macro_rules! routes {
    ($( $method:ident $path:literal => $handler:path, $access:expr; )+) => {
        /// Every route of the console.
        pub const ROUTES: &[Route] = &[
            $( Route { method: stringify!($method), path: $path, access: $access } ),+
        ];

        /// Registers every route with its handler; fixed paths first, as [`find`] finds them.
        pub(super) fn register(server: &mut web::ServiceConfig) {
            $( if is_fixed($path) {
                server.route($path, web::method(Method::$method).to($handler));
            } )+
            $( if !is_fixed($path) {
                server.route($path, web::method(Method::$method).to($handler));
            } )+
        }
    };
}

#[rustfmt::skip]
routes! {
    GET  "/"                                => dashboard::show,                  Access::Needs(Permission::View);
    POST "/preferences"                     => preferences::choose,              Access::Anyone;
    GET  "/static/{file}"                   => files::show,                      Access::Anyone;

    GET  "/sign-in"                         => sign_in::show,                    Access::Anyone;
    POST "/sign-in"                         => sign_in::give_password,           Access::Anyone;
    GET  "/sign-in/provider"                => single_sign_on::leave,            Access::Anyone;
    GET  "/sign-in/provider/answer"         => single_sign_on::come_back,        Access::Anyone;
    GET  "/sign-in/password"                => sign_in::show_new_password,       Access::At(Stage::NewPassword);
    POST "/sign-in/password"                => sign_in::choose_password,         Access::At(Stage::NewPassword);
    GET  "/sign-in/device"                  => sign_in::show_device,             Access::At(Stage::Enrol);
    POST "/sign-in/device"                  => sign_in::confirm_device,          Access::At(Stage::Enrol);
    GET  "/sign-in/code"                    => sign_in::show_code,               Access::At(Stage::Code);
    POST "/sign-in/code"                    => sign_in::give_code,               Access::At(Stage::Code);
    POST "/sign-out"                        => sign_in::sign_out,                Access::Anyone;

    GET  "/account"                         => account::show,                    Access::SignedIn;
    POST "/account/password"                => account::change_password,         Access::SignedIn;
    POST "/account/recovery-codes"          => account::renew_recovery_codes,    Access::SignedIn;
    POST "/account/device"                  => account::leave_device,            Access::SignedIn;
    POST "/account/sessions/{id}/end"       => account::end_session,             Access::SignedIn;

    GET  "/failed-orders"                   => failed_orders::inbox,             Access::Needs(Permission::View);
    GET  "/failed-orders/decisions/{id}"    => failed_orders::decision,          Access::Needs(Permission::View);
    GET  "/failed-orders/{cause}"           => failed_orders::cause,             Access::Needs(Permission::View);
    POST "/failed-orders/{cause}"           => failed_orders::decide,            Access::Needs(Permission::DecideOrders);
    GET  "/holds/{action}"                  => holds::show,                      Access::Needs(Permission::DecideApplications);
    POST "/holds/{action}"                  => holds::carry_out,                 Access::Needs(Permission::DecideApplications);

    GET  "/orders"                          => orders::list,                     Access::Needs(Permission::View);
    GET  "/orders/{number}"                 => orders::show,                     Access::Needs(Permission::View);
    GET  "/orders/{number}/verification"    => orders::papers::verify,           Access::Needs(Permission::View);
    GET  "/orders/{number}/file"            => orders::papers::show_file,        Access::Needs(Permission::Reveal);
    POST "/orders/{number}/file"            => orders::papers::take_file,        Access::Needs(Permission::Reveal);
    GET  "/orders/{number}/evidence"        => orders::papers::show_evidence,    Access::Needs(Permission::DecideOrders);
    POST "/orders/{number}/evidence"        => orders::papers::take_evidence,    Access::Needs(Permission::DecideOrders);
    GET  "/orders/{number}/ask/{what}"      => orders::ask::show,                Access::Needs(Permission::DecideOrders);
    POST "/orders/{number}/ask/{what}"      => orders::ask::carry_out,           Access::Needs(Permission::DecideOrders);
    GET  "/orders/{number}/lines/{line}/word" => orders::word::show,             Access::Needs(Permission::DecideOrders);
    POST "/orders/{number}/lines/{line}/word" => orders::word::propose,          Access::Needs(Permission::DecideOrders);
    GET  "/words/{id}/approve"              => orders::word::show_approval,      Access::Needs(Permission::Approve);
    POST "/words/{id}/approve"              => orders::word::approve,            Access::Needs(Permission::Approve);
    GET  "/words/{id}/withdraw"             => orders::word::show_withdrawal,    Access::Needs(Permission::DecideOrders);
    POST "/words/{id}/withdraw"             => orders::word::withdraw,           Access::Needs(Permission::DecideOrders);
    GET  "/orders/{number}/{action}"        => orders::act::show,                Access::Needs(Permission::DecideOrders);
    POST "/orders/{number}/{action}"        => orders::act::carry_out,           Access::Needs(Permission::DecideOrders);

    GET  "/applications"                    => applications::list,               Access::Needs(Permission::View);
    GET  "/applications/{number}"           => applications::show,               Access::Needs(Permission::View);
    GET  "/applications/{number}/reveal"    => reveal::show,                     Access::Needs(Permission::Reveal);
    POST "/applications/{number}/reveal"    => reveal::carry_out,                Access::Needs(Permission::Reveal);
    GET  "/applications/{number}/{action}"  => applications::act::show,          Access::Needs(Permission::DecideApplications);
    POST "/applications/{number}/{action}"  => applications::act::carry_out,     Access::Needs(Permission::DecideApplications);

    GET  "/complaints"                      => complaints::list,                 Access::Needs(Permission::View);
    GET  "/complaints/{number}"             => complaints::lead,                 Access::Needs(Permission::View);
    GET  "/complaints/{number}/{verdict}"   => complaints::decide::show,         Access::Needs(Permission::DecideApplications);
    POST "/complaints/{number}/{verdict}"   => complaints::decide::carry_out,    Access::Needs(Permission::DecideApplications);

    GET  "/outbox"                          => outbox::show,                     Access::Needs(Permission::View);
    GET  "/outbox/lanes/{lane}"             => outbox::lane::show,               Access::Needs(Permission::View);
    GET  "/outbox/lanes/{lane}/{action}"    => outbox::lane::ask,                Access::Needs(Permission::DecideMessages);
    POST "/outbox/lanes/{lane}/{action}"    => outbox::lane::decide,             Access::Needs(Permission::DecideMessages);
    GET  "/outbox/dead"                     => outbox::dead::list,               Access::Needs(Permission::View);
    GET  "/outbox/dead/decisions/{id}"      => outbox::decision::show,           Access::Needs(Permission::View);
    GET  "/outbox/dead/{action}"            => outbox::decide::show,             Access::Needs(Permission::DecideMessages);
    POST "/outbox/dead/{action}"            => outbox::decide::carry_out,        Access::Needs(Permission::DecideMessages);

    GET  "/offices"                         => offices::list,                    Access::Needs(Permission::View);
    GET  "/offices/{code}"                  => offices::show,                    Access::Needs(Permission::View);
    GET  "/offices/{code}/webhook/test"     => offices::trial::ask,              Access::Needs(Permission::DecideMessages);
    POST "/offices/{code}/webhook/test"     => offices::trial::send,             Access::Needs(Permission::DecideMessages);
    GET  "/offices/{code}/webhook/{action}" => offices::webhook::ask,            Access::Needs(Permission::DecideMessages);
    POST "/offices/{code}/webhook/{action}" => offices::webhook::decide,         Access::Needs(Permission::DecideMessages);

    GET  "/search"                          => search::show,                     Access::Needs(Permission::View);
    POST "/search"                          => search::look,                     Access::Needs(Permission::View);

    GET  "/payments"                                => payments::list::show,              Access::Needs(Permission::ViewPayments);
    GET  "/payments/together"                       => payments::together::ask,           Access::Needs(Permission::DecidePayments);
    POST "/payments/together"                       => payments::together::act,           Access::Needs(Permission::DecidePayments);
    GET  "/payments/refunds"                        => refunds::list::show,               Access::Needs(Permission::ViewPayments);
    GET  "/payments/refund-candidates"              => refunds::candidates::show,         Access::Needs(Permission::ViewPayments);
    GET  "/payments/refunds/{number}"               => refunds::show::show,               Access::Needs(Permission::ViewPayments);
    POST "/payments/refunds/{number}/account"       => refunds::show::reveal,             Access::Needs(Permission::Reveal);
    GET  "/payments/refunds/{number}/approve"       => refunds::decide::ask_approve,      Access::Needs(Permission::Approve);
    POST "/payments/refunds/{number}/approve"       => refunds::decide::do_approve,       Access::Needs(Permission::Approve);
    GET  "/payments/refunds/{number}/reject"        => refunds::decide::ask_reject,       Access::Needs(Permission::Approve);
    POST "/payments/refunds/{number}/reject"        => refunds::decide::do_reject,        Access::Needs(Permission::Approve);
    GET  "/payments/refunds/{number}/withdraw"      => refunds::decide::ask_withdraw,     Access::Needs(Permission::DecidePayments);
    POST "/payments/refunds/{number}/withdraw"      => refunds::decide::do_withdraw,      Access::Needs(Permission::DecidePayments);
    GET  "/payments/refund-lists"                   => refunds::lists::list,              Access::Needs(Permission::ViewPayments);
    GET  "/payments/refund-lists/new"               => refunds::take_out::ask,            Access::Needs(Permission::ExportRefunds);
    POST "/payments/refund-lists/new"               => refunds::take_out::act,            Access::Needs(Permission::ExportRefunds);
    GET  "/payments/refund-lists/{number}"          => refunds::lists::show,              Access::Needs(Permission::ViewPayments);
    POST "/payments/refund-lists/{number}/document" => refunds::take_out::document,       Access::Needs(Permission::ExportRefunds);
    POST "/payments/refund-lists/{number}/table"    => refunds::take_out::table,          Access::Needs(Permission::ExportRefunds);
    GET  "/payments/refund-lists/{number}/withdraw" => refunds::lists::ask_withdraw,      Access::Needs(Permission::ExportRefunds);
    POST "/payments/refund-lists/{number}/withdraw" => refunds::lists::do_withdraw,       Access::Needs(Permission::ExportRefunds);
    GET  "/payments/days"                           => days::grid::show,                  Access::Needs(Permission::ViewPayments);
    GET  "/payments/days/{day}"                     => days::day::show,                   Access::Needs(Permission::ViewPayments);
    GET  "/payments/days/{day}/{action}"            => days::decide::show,                Access::Needs(Permission::CloseDays);
    POST "/payments/days/{day}/{action}"            => days::decide::carry_out,           Access::Needs(Permission::CloseDays);
    GET  "/payments/{number}"                       => payments::show::show,              Access::Needs(Permission::ViewPayments);
    GET  "/payments/{number}/split"                 => payments::split::ask,              Access::Needs(Permission::DecidePayments);
    POST "/payments/{number}/split"                 => payments::split::act,              Access::Needs(Permission::DecidePayments);
    GET  "/payments/{number}/refund"                => payments::propose::ask,            Access::Needs(Permission::DecidePayments);
    POST "/payments/{number}/refund"                => payments::propose::act,            Access::Needs(Permission::DecidePayments);
    GET  "/payments/{number}/{action}"              => payments::decide::show,            Access::Needs(Permission::DecidePayments);
    POST "/payments/{number}/{action}"              => payments::decide::carry_out,       Access::Needs(Permission::DecidePayments);

    GET  "/requests"                        => requests::list,                   Access::Needs(Permission::View);
    POST "/requests"                        => requests::ask,                    Access::Needs(Permission::View);
    POST "/requests/{id}/approve"           => requests::approve,                Access::Needs(Permission::Approve);
    POST "/requests/{id}/reject"            => requests::reject,                 Access::Needs(Permission::Approve);
    POST "/requests/{id}/withdraw"          => requests::withdraw,               Access::Needs(Permission::View);

    GET  "/audit"                           => audit::list,                      Access::Needs(Permission::ViewAudit);
    GET  "/audit/verification"              => audit::show,                      Access::Needs(Permission::ViewAudit);
    POST "/audit/verification"              => audit::examine_now,               Access::Needs(Permission::ViewAudit);
    GET  "/audit/export"                    => audit::ask,                       Access::Needs(Permission::ExportAudit);
    POST "/audit/export"                    => audit::take_out,                  Access::Needs(Permission::ExportAudit);

    GET  "/settings/users"                  => users::list,                      Access::Needs(Permission::ManageUsers);
    POST "/settings/users"                  => users::add,                       Access::Needs(Permission::ManageUsers);
    POST "/settings/users/{name}/{change}"  => users::change,                    Access::Needs(Permission::ManageUsers);
    GET  "/settings"                        => settings::show,                   Access::Needs(Permission::ViewSettings);

    GET  "/help"                            => help::show,                       Access::SignedIn;
    GET  "/accessibility"                   => accessibility::show,              Access::Anyone;
}

/// What the list says of a method and a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// This route.
    Route(&'static Route),
    /// The path, with other methods.
    OtherMethods,
    /// Nothing.
    Nothing,
}

/// Finds a route: a fixed path before one that varies.
pub(super) fn find(method: &str, path: &str) -> Found {
    let of_path = |fixed: bool| {
        let same = move |route: &&Route| is_fixed(route.path) == fixed && fits(route.path, path);
        ROUTES.iter().filter(same)
    };
    let mut all = of_path(true).chain(of_path(false)).peekable();
    if all.peek().is_none() {
        return Found::Nothing;
    }
    match all.find(|route| route.method == method) {
        Some(route) => Found::Route(route),
        None => Found::OtherMethods,
    }
}

/// Whether nothing in a path varies.
fn is_fixed(path: &str) -> bool {
    !path.contains('{')
}

/// Whether `path` is one of those that `pattern` stands for.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if pattern == part => (),
            (Some(pattern), Some(part)) if pattern.starts_with('{') && !part.is_empty() => (),
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_a_path_of_its_own_before_any_other() {
        for route in ROUTES {
            let part = |part: &'static str| if part.starts_with('{') { "17-x" } else { part };
            let parts: Vec<_> = route.path.split('/').map(part).collect();
            let path = parts.join("/");
            assert_eq!(find(route.method, &path), Found::Route(route), "{path}");
        }
        assert_eq!(find("GET", "/nowhere"), Found::Nothing);
        assert_eq!(find("DELETE", "/"), Found::OtherMethods);
    }

    #[test]
    fn nothing_is_changed_by_a_request_that_a_link_makes() {
        for route in ROUTES {
            assert!(matches!(route.method, "GET" | "POST"), "{route:?}");
        }
    }
}
