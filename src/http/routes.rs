//! The one list of routes: method, path, handler, and who may.
//!
//! The gate decides from this list alone; a handler that is not on it cannot be reached. Scopes
//! are words of a credential; `*` holds all of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::web;

use crate::http::{
    applications, bureau, channels, complaints, consignments, docs, events, fees, health, offices,
    operations, payment_references, payments, webhooks,
};
use crate::store::credentials::Party;

/// Who may use a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Who {
    /// Everybody, unasked.
    Anyone,
    /// Whoever signed the body; the handler proves it.
    Signed,
    /// Callers of these parties whose credential holds the scope.
    Only {
        /// The parties.
        parties: &'static [Party],
        /// The scope.
        scope: &'static str,
    },
}

/// One route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with names in braces for what varies.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
}

const fn office(scope: &'static str) -> Who {
    Who::Only {
        parties: &[Party::Office],
        scope,
    }
}

const fn bureau_only(scope: &'static str) -> Who {
    Who::Only {
        parties: &[Party::Bureau],
        scope,
    }
}

const fn treasury(scope: &'static str) -> Who {
    Who::Only {
        parties: &[Party::Automation, Party::Operator],
        scope,
    }
}
/// Offices ask about their own applications, treasury and operators about all.
const FEE_READERS: Who = Who::Only {
    parties: &[Party::Office, Party::Automation, Party::Operator],
    scope: "fees:read",
};
const OPERATORS: Who = Who::Only {
    parties: &[Party::Operator, Party::Automation],
    scope: "operate",
};

/// Who may be the second person that applies what the bureau told by other means.
const FORCERS: Who = Who::Only {
    parties: &[Party::Operator],
    scope: "orders:force",
};

/// Declares the routes: the list, and their registration with the server.
macro_rules! routes {
    ($( $method:ident $path:literal => $handler:path, $who:expr; )+) => {
        /// Every route of the API.
        pub const ROUTES: &[Route] = &[
            $( Route { method: stringify!($method), path: $path, who: $who } ),+
        ];

        /// Registers every route with its handler; fixed paths first, as [`find`] finds them, and
        /// because the server tries one after the other, which is cheap for a fixed path.
        pub(crate) fn register(server: &mut web::ServiceConfig) {
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
    POST "/v1/applications"                 => applications::submit::submit,     office("applications:write");
    GET  "/v1/applications"                 => applications::read::list,         office("applications:read");
    POST "/v1/applications/batch"           => applications::batch::submit,      office("applications:write");
    GET  "/v1/applications/status"          => applications::status::list,       office("applications:read");
    GET  "/v1/applications/{id}/status"     => applications::status::show,       office("applications:read");
    GET  "/v1/applications/{id}"            => applications::read::show,         office("applications:read");
    POST "/v1/applications/{id}/revisions"  => applications::revise::revise,     office("applications:write");
    POST "/v1/applications/{id}/withdrawal" => applications::withdraw::withdraw, office("applications:write");
    POST "/v1/applications/{id}/extension"  => applications::extend::extend,     office("applications:write");
    POST "/v1/applications/{id}/reports"    => applications::report::report,     office("cards:report");
    POST "/v1/applications/{id}/complaints" => complaints::lodge,                office("cards:report");
    GET  "/v1/applications/{id}/complaints" => complaints::list_of_application,  office("applications:read");
    GET  "/v1/consignments"                 => consignments::list,               office("applications:read");
    GET  "/v1/consignments/{consignment}"   => consignments::show,               office("applications:read");
    POST "/v1/consignments/{consignment}/scan" => consignments::scan,            office("cards:report");
    GET  "/v1/fees/{name}"                  => fees::show,                       FEE_READERS;
    GET  "/v1/events"                       => events::list,                     office("events:read");
    PUT  "/v1/webhook"                      => webhooks::set,                    office("webhooks:write");
    GET  "/v1/webhook"                      => webhooks::show,                   office("webhooks:read");
    DELETE "/v1/webhook"                    => webhooks::remove,                 office("webhooks:write");
    POST "/v1/webhook/keys"                 => webhooks::make_key,               office("webhooks:write");
    DELETE "/v1/webhook/keys/{id}"          => webhooks::end_key,                office("webhooks:write");
    POST "/v1/webhook/test"                 => webhooks::progress::test,         office("webhooks:write");
    POST "/v1/webhook/enable"               => webhooks::enable,                 office("webhooks:write");
    POST "/v1/webhook/disable"              => webhooks::disable,                office("webhooks:write");
    POST "/v1/webhook/recover"              => webhooks::recover,                office("webhooks:write");
    GET  "/v1/webhook/deliveries"           => webhooks::progress::deliveries,   office("webhooks:read");
    GET  "/v1/offices/me"                   => offices::me,                      office("offices:read");
    POST "/v1/payment-references"           => payment_references::give,         office("payment-references:write");
    POST "/v1/bureau/messages"              => bureau::take,                     bureau_only("bureau-messages:write");

    POST "/v1/channels/selfpay/notifications" => channels::selfpay,              Who::Signed;
    POST "/v1/payments/statements"          => payments::statements::import,     treasury("payments:write");
    GET  "/v1/payments"                     => payments::read::list,             treasury("payments:read");
    GET  "/v1/payments/report"              => payments::report::show,           treasury("payments:read");
    POST "/v1/payments/days/{day}/close"    => payments::days::close,            treasury("payments:decide");
    POST "/v1/payments/days/{day}/reopen"   => payments::days::reopen,           treasury("payments:decide");
    GET  "/v1/payments/{id}"                => payments::read::show,             treasury("payments:read");
    POST "/v1/payments/{id}/match"          => payments::decide::match_it,       treasury("payments:decide");
    POST "/v1/payments/{id}/split"          => payments::decide::split_it,       treasury("payments:decide");
    POST "/v1/payments/{id}/unmatch"        => payments::decide::unmatch,        treasury("payments:decide");
    POST "/v1/payments/{id}/refund"         => payments::decide::refund,         treasury("payments:decide");
    POST "/v1/payments/{id}/dismiss"        => payments::decide::dismiss,        treasury("payments:decide");
    POST "/v1/payments/{id}/refunds"        => payments::refunds::propose,       treasury("payments:decide");
    GET  "/v1/refunds"                      => payments::refunds::list,          treasury("payments:read");
    GET  "/v1/refunds/candidates"           => payments::refunds::candidates,    treasury("payments:read");
    GET  "/v1/refunds/{number}"             => payments::refunds::show,          treasury("payments:read");
    POST "/v1/refunds/{number}/approve"     => payments::refunds::approve,       treasury("refunds:approve");
    POST "/v1/refunds/{number}/reject"      => payments::refunds::reject,        treasury("refunds:approve");
    POST "/v1/refunds/{number}/withdraw"    => payments::refunds::withdraw,      treasury("payments:decide");
    POST "/v1/refunds/{number}/account"     => payments::refunds::disclose,      treasury("refunds:approve");
    POST "/v1/refund-lists"                 => payments::refund_lists::write,    treasury("refunds:export");
    GET  "/v1/refund-lists"                 => payments::refund_lists::list,     treasury("payments:read");
    GET  "/v1/refund-lists/{number}/document" => payments::refund_lists::document, treasury("refunds:export");
    GET  "/v1/refund-lists/{number}/table"  => payments::refund_lists::table,    treasury("refunds:export");
    POST "/v1/refund-lists/{number}/withdraw" => payments::refund_lists::withdraw, treasury("refunds:export");
    GET  "/v1/operations/applications"      => operations::applications::list,   OPERATORS;
    GET  "/v1/operations/applications/{number}" => operations::applications::show, OPERATORS;
    POST "/v1/operations/applications/{number}/hold" => operations::applications::hold, OPERATORS;
    POST "/v1/operations/applications/{number}/cancel" => operations::applications::cancel, OPERATORS;
    POST "/v1/operations/applications/{number}/extension" => operations::applications::extend, OPERATORS;
    POST "/v1/operations/applications/{number}/card" => operations::cards::decide, OPERATORS;
    POST "/v1/operations/consignments/{consignment}/validation" => operations::cards::validate, OPERATORS;
    GET  "/v1/complaints"                   => complaints::decide::list,         OPERATORS;
    GET  "/v1/complaints/{number}"          => complaints::decide::show,         OPERATORS;
    POST "/v1/complaints/{number}/decision" => complaints::decide::decide,       OPERATORS;
    GET  "/v1/batching/plan"                => operations::batching::plan,       OPERATORS;
    POST "/v1/batching/{product}/pause"     => operations::batching::pause,      OPERATORS;
    POST "/v1/batching/{product}/resume"    => operations::batching::resume,     OPERATORS;
    GET  "/v1/orders"                       => operations::orders::list,         OPERATORS;
    GET  "/v1/orders/{number}"              => operations::orders::show,         OPERATORS;
    POST "/v1/orders/{number}/resend"       => operations::orders::resend,       OPERATORS;
    POST "/v1/orders/{number}/give-up"      => operations::orders::give_up,      OPERATORS;
    POST "/v1/orders/{number}/split"        => operations::orders::split,        OPERATORS;
    POST "/v1/orders/{number}/inquiry"      => operations::letters::ask,          OPERATORS;
    POST "/v1/orders/{number}/cancel"       => operations::letters::cancel,       OPERATORS;
    GET  "/v1/operations/reconciliations/{date}" => operations::reconciliations::show, OPERATORS;
    POST "/v1/orders/{number}/resign"       => operations::orders::resign,       OPERATORS;
    POST "/v1/orders/{number}/quarantine"   => operations::orders::quarantine,   OPERATORS;
    POST "/v1/orders/{number}/release"      => operations::orders::release,      OPERATORS;
    POST "/v1/orders/{number}/lines/{line}/forced-words" => operations::forced_words::propose, OPERATORS;
    GET  "/v1/forced-words"                 => operations::forced_words::list,   OPERATORS;
    POST "/v1/forced-words/{id}/approve"    => operations::forced_words::approve, FORCERS;
    POST "/v1/forced-words/{id}/withdraw"   => operations::forced_words::withdraw, OPERATORS;
    GET  "/v1/operations/authentication-failures" => operations::authentication_failures::list, OPERATORS;
    GET  "/v1/operations/causes"            => operations::causes::list,         OPERATORS;
    GET  "/v1/operations/causes/{cause}"    => operations::causes::show,         OPERATORS;
    POST "/v1/operations/causes/{cause}/preview" => operations::causes::preview, OPERATORS;
    POST "/v1/operations/causes/{cause}/decisions" => operations::causes::decide, OPERATORS;
    GET  "/v1/operations/cause-decisions/{id}" => operations::causes::decision,  OPERATORS;
    GET  "/v1/holds"                        => operations::holds::list,          OPERATORS;
    POST "/v1/holds/{id}/release"           => operations::holds::release,       OPERATORS;
    POST "/v1/holds/{id}/send-back"         => operations::holds::send_back,     OPERATORS;
    POST "/v1/holds/{id}/note"              => operations::holds::take_note,     OPERATORS;
    POST "/v1/holds/{id}/claim"             => operations::hold_tending::claim,  OPERATORS;
    POST "/v1/holds/{id}/release-claim"     => operations::hold_tending::release_claim, OPERATORS;
    POST "/v1/holds/{id}/snooze"            => operations::hold_tending::snooze, OPERATORS;
    POST "/v1/holds/{id}/wake"              => operations::hold_tending::wake,   OPERATORS;
    POST "/v1/holds/{id}/remark"            => operations::hold_tending::remark, OPERATORS;
    GET  "/v1/operations/webhooks"          => webhooks::operate::list,          OPERATORS;
    GET  "/v1/operations/webhooks/{office}" => webhooks::operate::show,          OPERATORS;
    GET  "/v1/operations/webhooks/{office}/deliveries" => webhooks::operate::deliveries, OPERATORS;
    POST "/v1/operations/webhooks/{office}/decisions" => webhooks::operate::decide, OPERATORS;
    GET  "/v1/outbox"                       => operations::outbox::glance,       OPERATORS;
    GET  "/v1/outbox/lanes"                 => operations::outbox::lanes,        OPERATORS;
    GET  "/v1/outbox/lanes/{lane}"          => operations::outbox::show,         OPERATORS;
    POST "/v1/outbox/lanes/{lane}/pause"    => operations::outbox::pause,        OPERATORS;
    POST "/v1/outbox/lanes/{lane}/resume"   => operations::outbox::resume,       OPERATORS;
    GET  "/v1/outbox/dead"                  => operations::dead_letters::list,   OPERATORS;
    GET  "/v1/outbox/dead/groups"           => operations::dead_letters::groups, OPERATORS;
    POST "/v1/outbox/dead/preview"          => operations::dead_letters::preview, OPERATORS;
    POST "/v1/outbox/dead/decisions"        => operations::dead_letters::decide, OPERATORS;
    GET  "/v1/outbox/dead-decisions/{id}"   => operations::dead_letters::decision, OPERATORS;
    POST "/v1/outbox/dead/{message}/redrive" => operations::dead_letters::redrive, OPERATORS;
    POST "/v1/outbox/dead/{message}/discard" => operations::dead_letters::discard, OPERATORS;

    GET  "/livez"                           => health::live,                     Who::Anyone;
    GET  "/readyz"                          => health::ready,                    Who::Anyone;
    GET  "/openapi.json"                    => docs::openapi,                    Who::Anyone;
    GET  "/api/docs"                        => docs::to_pages,                   Who::Anyone;
    GET  "/api/docs/"                       => docs::to_pages,                   Who::Anyone;
    GET  "/api/docs/{file}"                 => docs::file,                       Who::Anyone;
    GET  "/problems"                        => docs::problems,                   Who::Anyone;
    GET  "/problems/{code}"                 => docs::problem,                    Who::Anyone;
}

/// What the list says of a method and a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// This route.
    Route(&'static Route),
    /// The path, with these methods.
    OtherMethods(String),
    /// Nothing.
    Nothing,
}

/// Routes whose paths look alike: so many parts, the same third one (empty where its name varies).
type Shapes = HashMap<(usize, &'static str), Vec<&'static Route>>;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let mut shapes = Shapes::new();
    let fixed = ROUTES.iter().filter(|route| is_fixed(route.path));
    let varying = ROUTES.iter().filter(|route| !is_fixed(route.path));
    for route in fixed.chain(varying) {
        let (parts, third) = shape(route.path);
        let third = if third.starts_with('{') { "" } else { third };
        shapes.entry((parts, third)).or_default().push(route);
    }
    shapes
});

/// Finds a route; this is asked at every request.
pub(crate) fn find(method: &str, path: &str) -> Found {
    let (parts, third) = shape(path);
    let alike = |third| SHAPES.get(&(parts, third)).into_iter().flatten();
    let of_path = || {
        let all = alike(third).chain(alike("").filter(|_| !third.is_empty()));
        all.filter(|route| fits(route.path, path))
    };
    match of_path().find(|route| route.method == method) {
        Some(route) => Found::Route(route),
        None if of_path().next().is_none() => Found::Nothing,
        None => {
            let methods: Vec<&str> = of_path().map(|route| route.method).collect();
            Found::OtherMethods(methods.join(", "))
        }
    }
}

/// Whether nothing in a path varies.
fn is_fixed(path: &str) -> bool {
    !path.contains('{')
}

/// How many parts a path has, and its third one.
fn shape(path: &str) -> (usize, &str) {
    let third = path.split('/').nth(2).unwrap_or("");
    (path.split('/').count(), third)
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
    fn a_route_is_found_by_method_and_path() {
        let found = |method, path| match find(method, path) {
            Found::Route(route) => route.path.to_owned(),
            Found::OtherMethods(methods) => methods,
            Found::Nothing => String::new(),
        };
        for (method, path, expected) in [
            ("POST", "/v1/applications", "/v1/applications"),
            ("DELETE", "/v1/applications", "POST, GET"),
            ("GET", "/v1/applications/17", "/v1/applications/{id}"),
            ("GET", "/v1/applications/", ""),
            ("GET", "/v1/applications/17/", ""),
            ("GET", "/v1/applications/17/reports", "POST"),
            ("GET", "/V1/applications", ""),
            ("GET", "/v2/applications", ""),
        ] {
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_route_is_found_by_a_path_of_its_own_before_any_other() {
        for route in ROUTES {
            let part = |part: &'static str| if part.starts_with('{') { "17-x" } else { part };
            let parts: Vec<_> = route.path.split('/').map(part).collect();
            let path = parts.join("/");
            assert_eq!(find(route.method, &path), Found::Route(route), "{path}");
        }
    }

    #[test]
    fn a_fixed_path_goes_before_one_that_varies() {
        let Found::Route(route) = find("GET", "/v1/refunds/candidates") else {
            panic!("not found");
        };
        assert_eq!(route.path, "/v1/refunds/candidates");
        let found = find("POST", "/v1/refunds/candidates/approve");
        assert!(matches!(found, Found::Route(route) if route.path.contains('{')));
    }

    #[test]
    fn only_pages_about_the_api_are_for_everybody() {
        for route in ROUTES {
            let is_api = route.path.starts_with("/v1/");
            assert_eq!(route.who != Who::Anyone, is_api, "{}", route.path);
        }
    }
}
