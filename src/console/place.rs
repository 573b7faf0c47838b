//! Where a request comes from, for the record of sessions and failures.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, USER_AGENT};

use crate::flow::people::session::Place;

/// Characters of what a browser says of itself that are kept.
const AGENT_CHARS_MAX: usize = 200;

/// Where a request comes from. The word of a proxy is taken only where every request comes through one:
/// anybody else can write the same header.
pub(super) fn place_of(request: &HttpRequest, behind_proxy: bool) -> Place {
    let peer = request.peer_addr();
    let peer = peer.map(|peer| peer.ip().to_canonical().to_string());
    let told = behind_proxy
        .then(|| told_address(request.headers()))
        .flatten();
    Place {
        address: told.or(peer).unwrap_or_default(),
        agent: agent_of(request.headers()),
    }
}

/// The address that the last proxy saw: what stands before it, anybody may have written.
fn told_address(headers: &HeaderMap) -> Option<String> {
    let last = headers.get_all("x-forwarded-for").last()?.to_str().ok()?;
    let address = last.rsplit(',').next()?.trim();
    let address: std::net::IpAddr = address.parse().ok()?;
    Some(address.to_canonical().to_string())
}

fn agent_of(headers: &HeaderMap) -> String {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let kept = agent.unwrap_or_default().chars().take(AGENT_CHARS_MAX);
    kept.collect()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_word_of_a_proxy_counts_only_where_there_is_one() {
        let request = TestRequest::default()
            .peer_addr("192.0.2.7:5000".parse().unwrap())
            .insert_header(("x-forwarded-for", "10.0.0.1, 198.51.100.9"))
            .insert_header(("user-agent", "x".repeat(500)))
            .to_http_request();
        assert_eq!(place_of(&request, false).address, "192.0.2.7");
        assert_eq!(place_of(&request, true).address, "198.51.100.9");
        assert_eq!(place_of(&request, true).agent.len(), AGENT_CHARS_MAX);
        let strange = TestRequest::default()
            .peer_addr("[::ffff:192.0.2.7]:5000".parse().unwrap())
            .insert_header(("x-forwarded-for", "<script>"))
            .to_http_request();
        assert_eq!(place_of(&strange, true).address, "192.0.2.7");
    }
}
