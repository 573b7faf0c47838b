//! The API's description, made from the code.

mod shared;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::http::openapi::shared::SharedAnswers;
use crate::http::{
    applications, bureau, channels, complaints, consignments, events, fees, offices, operations,
    payment_references, payments, webhooks,
};

/// The description of `/v1`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "cei-gateway",
        description = "Applications for electronic identity cards: from the office to the bureau, \
                       and back what became of them.",
    ),
    paths(
        applications::submit::submit,
        applications::batch::submit,
        applications::read::list,
        applications::status::list,
        applications::status::show,
        applications::read::show,
        applications::revise::revise,
        applications::withdraw::withdraw,
        applications::extend::extend,
        applications::report::report,
        complaints::lodge,
        complaints::list_of_application,
        consignments::list,
        consignments::show,
        consignments::scan,
        fees::show,
        events::list,
        webhooks::set,
        webhooks::show,
        webhooks::remove,
        webhooks::make_key,
        webhooks::end_key,
        webhooks::progress::test,
        webhooks::enable,
        webhooks::disable,
        webhooks::recover,
        webhooks::progress::deliveries,
        offices::me,
        payment_references::give,
        bureau::take,
        channels::selfpay,
        payments::statements::import,
        payments::read::list,
        payments::report::show,
        payments::days::close,
        payments::days::reopen,
        payments::read::show,
        payments::decide::match_it,
        payments::decide::split_it,
        payments::decide::unmatch,
        payments::decide::refund,
        payments::decide::dismiss,
        payments::refunds::propose,
        payments::refunds::candidates,
        payments::refunds::list,
        payments::refunds::show,
        payments::refunds::approve,
        payments::refunds::reject,
        payments::refunds::withdraw,
        payments::refunds::disclose,
        payments::refund_lists::write,
        payments::refund_lists::list,
        payments::refund_lists::document,
        payments::refund_lists::table,
        payments::refund_lists::withdraw,
        operations::applications::list,
        operations::applications::show,
        operations::applications::hold,
        operations::applications::cancel,
        operations::applications::extend,
        operations::cards::decide,
        operations::cards::validate,
        complaints::decide::list,
        complaints::decide::show,
        complaints::decide::decide,
        operations::batching::plan,
        operations::batching::pause,
        operations::batching::resume,
        operations::orders::list,
        operations::orders::show,
        operations::orders::resend,
        operations::orders::give_up,
        operations::orders::split,
        operations::letters::ask,
        operations::letters::cancel,
        operations::reconciliations::show,
        operations::orders::resign,
        operations::orders::quarantine,
        operations::orders::release,
        operations::forced_words::propose,
        operations::forced_words::list,
        operations::forced_words::approve,
        operations::forced_words::withdraw,
        operations::authentication_failures::list,
        operations::causes::list,
        operations::causes::show,
        operations::causes::preview,
        operations::causes::decide,
        operations::causes::decision,
        operations::holds::list,
        operations::holds::release,
        operations::holds::send_back,
        operations::holds::take_note,
        operations::hold_tending::claim,
        operations::hold_tending::release_claim,
        operations::hold_tending::snooze,
        operations::hold_tending::wake,
        operations::hold_tending::remark,
        webhooks::operate::list,
        webhooks::operate::show,
        webhooks::operate::deliveries,
        webhooks::operate::decide,
        operations::outbox::glance,
        operations::outbox::lanes,
        operations::outbox::show,
        operations::outbox::pause,
        operations::outbox::resume,
        operations::dead_letters::list,
        operations::dead_letters::groups,
        operations::dead_letters::preview,
        operations::dead_letters::decide,
        operations::dead_letters::decision,
        operations::dead_letters::redrive,
        operations::dead_letters::discard,
    ),
    components(schemas(events::EventView)),
    security(("certificate" = []), ("key" = [])),
    modifiers(&Schemes, &SharedAnswers),
)]
struct Api;

/// How callers say who they are.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme(
            "certificate",
            SecurityScheme::MutualTls {
                description: Some("A registered client certificate".to_owned()),
                deprecated: None,
                extensions: None,
            },
        );
        components.add_security_scheme(
            "key",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    }
}

/// The API's description (OpenAPI 3.1), as JSON with a line break at its end.
///
/// # Panics
/// Never: a test writes it.
#[expect(
    clippy::expect_used,
    reason = "a description made of texts is always JSON"
)]
pub fn openapi_json() -> String {
    let mut json = Api::openapi()
        .to_pretty_json()
        .expect("the description is JSON");
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::routes::ROUTES;

    #[test]
    fn what_the_gate_may_answer_is_described_of_every_operation() {
        let json: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        let mut seen = 0;
        for (path, item) in json["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let answers = &operation["responses"];
                for status in ["400", "429", "500", "503"] {
                    assert!(answers[status].is_object(), "{method} {path}: {status}");
                }
                for (status, answer) in answers.as_object().unwrap() {
                    let plain = &answer["content"]["application/json"];
                    let is_problem = status.as_str() >= "400";
                    assert!(!is_problem || plain.is_null(), "{method} {path}: {status}");
                }
                seen += 1;
            }
        }
        assert!(seen > 80, "{seen}");
    }

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else() {
        let json: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        let described: BTreeSet<String> = json["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let listed: BTreeSet<String> = ROUTES
            .iter()
            .filter(|route| route.path.starts_with("/v1/"))
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, listed);
    }
}
