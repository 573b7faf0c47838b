//! What every answer of the console carries, so that a browser runs and shows nothing but ours.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::console::visit::Visit;

/// The header of a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const FIXED: [(HeaderName, &str); 8] = [
    // Pages hold personal data: no cache and no back button of the next person shows them again.
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Other sites learn nothing; our own forms keep their `Origin`.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Two years, as the lists that browsers carry ask.
const TLS_ONLY: &str = "max-age=63072000";

/// Adds what every answer carries; what a handler set already stays.
pub(super) fn add(headers: &mut HeaderMap, visit: &Visit, speaks_tls: bool) {
    for (name, value) in FIXED {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if speaks_tls {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(TLS_ONLY),
        );
    }
    let computed = [
        (CONTENT_SECURITY_POLICY, content_policy(&visit.nonce)),
        (REQUEST_ID, visit.request_id.clone()),
    ];
    for (name, value) in computed {
        // Both are made of letters, digits and signs that headers take.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Scripts run only with this answer's nonce; nothing is loaded from elsewhere, nothing frames us.
fn content_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
