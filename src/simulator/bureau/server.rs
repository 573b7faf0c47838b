//! The order channel: `PUT /orders/{number}`.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::BytesMut;
use futures_util::StreamExt;
use rustls::ServerConfig;

use crate::clock::Clock;
use crate::simulator::bureau::Bureau;
use crate::simulator::bureau::desk::Answer;

/// How long an idle connection stays open.
const KEEP_ALIVE: Duration = Duration::from_mins(3);

/// Listens until the handle stops it.
pub(super) fn listen(
    bureau: Bureau,
    listener: TcpListener,
    tls: ServerConfig,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(bureau.clone()))
            .route("/orders/{number}", web::put().to(put_order))
    });
    let server = server
        .workers(1)
        // Longer than clients keep idle connections, so that none is closed under a request.
        .keep_alive(KEEP_ALIVE)
        .disable_signals()
        .shutdown_timeout(1)
        .listen_rustls_0_23(listener, tls)?;
    Ok(server.run())
}

async fn put_order(
    bureau: web::Data<Bureau>,
    number: web::Path<String>,
    mut body: web::Payload,
) -> HttpResponse {
    let number = number.into_inner();
    if !is_number(&number) {
        return HttpResponse::NotFound().finish();
    }
    let mut document = BytesMut::new();
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            return HttpResponse::BadRequest().finish();
        };
        if document.len() + piece.len() > bureau.inner.order_bytes_max {
            return HttpResponse::PayloadTooLarge().finish();
        }
        document.extend_from_slice(&piece);
    }
    let hold = bureau.inner.hold;

    let answer = web::block(move || bureau.receive(&number, &document)).await;
    match answer {
        Ok(Some(answer)) => respond(answer, hold).await,
        Ok(None) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn respond(answer: Answer, hold: Duration) -> HttpResponse {
    match answer {
        Answer::Receipt(status, receipt) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            HttpResponse::build(status)
                .content_type("application/xml")
                .body(receipt)
        }
        Answer::Accepted => HttpResponse::Accepted().finish(),
        Answer::ServerError => HttpResponse::InternalServerError()
            .insert_header((RETRY_AFTER, "1"))
            .finish(),
        Answer::Nothing => {
            // The sender waits on its own clock, so this is real time whatever ours says.
            Clock::System.sleep(hold).await;
            HttpResponse::GatewayTimeout().finish()
        }
    }
}

/// 1 to 32 capital letters, digits and hyphens, which also makes it the name of a file.
fn is_number(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}
