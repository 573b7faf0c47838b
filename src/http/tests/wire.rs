//! Requests that are wrong as such: each is told what is wrong, and leaves nothing behind.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::tests::kit::{BUREAU, DEJ, Kit, Reply, adult, send};

async fn post_text(kit: &Kit, media_type: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = kit
        .request(Method::POST, "/v1/applications")
        .bearer_auth(DEJ)
        .header("Idempotency-Key", "k1")
        .header("Content-Type", media_type);
    send(request.body(body)).await
}

#[tokio::test]
async fn what_is_no_json_is_told_by_its_place() {
    let kit = Kit::start().await;
    for body in ["", "{", "{\"a\": }", "nonsense", "\u{0}"] {
        let reply = post_text(&kit, "application/json", body).await;
        let problem = reply.problem(400, "json-malformed");
        assert!(problem["detail"].as_str().unwrap().contains("line 1"));
    }
    let whole = format!("{} x", serde_json::to_string(&adult()).unwrap());
    let reply = post_text(&kit, "application/json", whole).await;
    reply.problem(400, "json-malformed");
}

#[tokio::test]
async fn a_field_of_the_wrong_shape_is_told_by_its_pointer_and_never_repeated() {
    let kit = Kit::start().await;
    let set = |pointer: &str, value: Value| {
        let mut body = serde_json::to_value(adult()).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_owned(), value);
        body
    };
    let mut missing = serde_json::to_value(adult()).unwrap();
    missing["applicant"].as_object_mut().unwrap().remove("cnp");
    for (body, pointer, code) in [
        (
            set("/applicant/surname", json!(17)),
            "/applicant/surname",
            "type-wrong",
        ),
        (
            set("/applicant/domicile/siruta", json!("Popescu")),
            "/applicant/domicile/siruta",
            "type-wrong",
        ),
        (
            set("/applicant/birth_on", json!("Popescu")),
            "/applicant/birth_on",
            "type-wrong",
        ),
        (
            set("/applicant/nickname", json!("Popescu")),
            "/applicant/nickname",
            "field-unknown",
        ),
        (missing, "/applicant/cnp", "field-missing"),
        (json!([]), "", "type-wrong"),
    ] {
        let reply = kit.post(DEJ, "/v1/applications", "k1", &body).await;
        let problem = reply.problem(422, "content-invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{}", reply.text);
        assert_eq!(problem["errors"][0]["code"], code);
        assert!(!reply.text.contains("Popescu"));
    }
}

#[tokio::test]
async fn a_body_has_the_type_that_is_expected() {
    let kit = Kit::start().await;
    let reply = post_text(&kit, "text/plain", "{}").await;
    reply.problem(415, "media-type-unsupported");
    let reply = post_text(&kit, "application/json; charset=utf-8", "{").await;
    reply.problem(400, "json-malformed");
}

#[tokio::test]
async fn a_body_is_no_larger_than_allowed_whether_it_says_so_or_not() {
    let kit = Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.limits.body_bytes = 1000;
    })
    .await;
    let large = " ".repeat(1001);
    let reply = post_text(&kit, "application/json", large.clone()).await;
    let problem = reply.problem(413, "body-too-large");
    assert!(problem["detail"].as_str().unwrap().contains("1000 bytes"));
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let reply = post_text(&kit, "application/json", reqwest::Body::wrap_stream(pieces)).await;
    reply.problem(413, "body-too-large");
}

/// Sends `text` and reads whatever comes back until the connection closes or an answer is whole.
async fn speak(kit: &Kit, text: &str) -> String {
    let mut socket = TcpStream::connect(kit.server.address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = socket.read(&mut piece).await {
        answer.extend_from_slice(&piece[..length]);
        if String::from_utf8_lossy(&answer).contains("\r\n\r\n") {
            break;
        }
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let kit = Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.limits.body_timeout = Duration::from_millis(50);
    })
    .await;
    let answer = speak(
        &kit,
        &format!(
            "POST /v1/applications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEJ}\r\n\
             Idempotency-Key: k1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"
        ),
    )
    .await;

    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let is_problem = answer.contains("content-type: application/problem+json\r\n");
    assert!(is_problem, "{answer}");
    // The key is free again.
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    let kit = Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.header_timeout = Duration::from_millis(50);
    })
    .await;

    // Nobody knows yet what is asked, in which language, or for which handler: the status is all.
    let answer = speak(&kit, "GET /livez HTTP/1.1\r\nHost:").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_are_problems_too() {
    let kit = Kit::start().await;
    for path in [
        "/v1/nothing",
        "/v1/applications/",
        "/nothing",
        "/",
        "/problems/nothing",
    ] {
        kit.get(DEJ, path).await.problem(404, "not-found");
    }
    kit.get(DEJ, "/v1/applications/17")
        .await
        .problem(404, "not-found");
    let request = kit.request(Method::DELETE, "/v1/applications");
    let reply = send(request.bearer_auth(DEJ)).await;
    reply.problem(405, "method-not-allowed");
    assert_eq!(reply.header("allow"), "POST, GET");
}

#[tokio::test]
async fn a_path_written_in_percent_signs_passes_the_same_gate() {
    let kit = Kit::start().await;
    for path in ["/v1/%6Fffices/me", "/%761/offices/me", "/v1/offices%2Fme"] {
        let status = send(kit.request(Method::GET, path)).await.status;
        assert!([401, 404].contains(&status.as_u16()), "{path}: {status}");
    }
}

#[tokio::test]
async fn a_query_is_read_strictly() {
    let kit = Kit::start().await;
    for query in ["state=LOST", "color=red", "limit=many"] {
        let reply = kit.get(DEJ, &format!("/v1/applications?{query}")).await;
        reply.problem(400, "query-invalid");
    }
    kit.get(DEJ, "/v1/events?wait=soon")
        .await
        .problem(400, "query-invalid");
    let nothing = kit
        .get(DEJ, "/v1/applications?number=%00")
        .await
        .expect(200);
    assert_eq!(nothing["data"], json!([]));
}

#[tokio::test]
async fn a_request_keeps_its_decent_id_and_is_given_one_otherwise() {
    let kit = Kit::start().await;
    let with_id = |id: &'static str| {
        let request = kit.request(Method::GET, "/livez");
        send(request.header("X-Request-Id", id))
    };
    let decent = "00-trace.7_a";
    assert_eq!(with_id(decent).await.header("x-request-id"), decent);
    for id in ["", "a b", "<script>"] {
        let reply = with_id(id).await;
        assert_eq!(reply.header("x-request-id").len(), 36, "{id}");
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_a_problem_and_the_server_goes_on() {
    async fn fall() -> HttpResponse {
        panic!("on purpose")
    }
    fn pages(server: &mut web::ServiceConfig) {
        server.route("/fall", web::get().to(fall));
    }
    let kit = Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.pages = pages;
    })
    .await;

    let reply = kit.get(DEJ, "/fall").await;
    reply.problem(500, "internal-error");
    assert!(!reply.text.contains("on purpose"));
    kit.get(DEJ, "/livez").await.expect(200);
}

#[tokio::test]
async fn without_its_database_the_gateway_lives_and_is_not_ready() {
    let kit = Kit::start().await;
    assert_eq!(kit.get(DEJ, "/readyz").await.expect(200)["status"], "ready");
    kit.gateway.store.close().await;

    kit.get(DEJ, "/livez").await.expect(200);
    let unready = kit.get(DEJ, "/readyz").await;
    unready.problem(503, "temporarily-unavailable");
    let reply = kit.submit(DEJ, "k1", &adult()).await;
    reply.problem(503, "temporarily-unavailable");
    assert_eq!(reply.header("retry-after"), "2");
}

#[tokio::test]
async fn answers_are_not_kept_by_anybody_and_sniffed_by_none() {
    let kit = Kit::start().await;
    for path in ["/v1/events", "/v1/nothing"] {
        let reply = kit.get(DEJ, path).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(
            reply
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn the_api_describes_itself_to_everybody() {
    let kit = Kit::start().await;
    let anyone = |path: &'static str| send(kit.request(Method::GET, path));
    assert_eq!(
        anyone("/openapi.json").await.expect(200)["openapi"],
        "3.1.0"
    );
    assert_eq!(anyone("/api/docs/").await.status, 200);
    let pages = anyone("/api/docs").await;
    assert_eq!(pages.status, 200);
    assert!(pages.text.contains("swagger-ui-bundle.js"));
    assert!(!pages.text.contains("<script>"));
    assert!(!pages.header("content-security-policy").contains("unsafe"));
    let start = anyone("/api/docs/swagger-initializer.js").await;
    assert!(start.text.contains("/openapi.json"));
    let problem = anyone("/problems/application-open").await;
    assert!(problem.header("content-type").starts_with("text/html"));
    assert!(problem.text.contains("cerere deschisă"));
    anyone("/api/docs/none.js").await.problem(404, "not-found");
}

async fn document(kit: &Kit, media_type: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = kit
        .request(Method::POST, "/v1/bureau/messages")
        .bearer_auth(BUREAU)
        .header("Content-Type", media_type);
    send(request.body(body)).await
}

#[tokio::test]
async fn the_bureaus_documents_are_kept_once_as_they_come() {
    let kit = Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.limits.upload_bytes = 1000;
    })
    .await;
    for repeated in [false, true] {
        let kept = document(&kit, "application/xml", "<not even signed>").await;
        assert_eq!(kept.expect(202)["repeated"], repeated);
    }
    let reply = document(&kit, "application/json", "{}").await;
    reply.problem(415, "media-type-unsupported");
    let reply = document(&kit, "text/xml", " ".repeat(1001)).await;
    reply.problem(413, "body-too-large");
}
