//! The order channel: `PUT /orders/{number}`, and letters: `PUT /messages/{message-id}`.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_service::map_config;
use actix_web::body::SizedStream;
use actix_web::dev::{AppConfig, Server, fn_service};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{App, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use rustls::ServerConfig;
use uuid::Uuid;

use crate::clock::Clock;
use crate::simulator::bureau::Bureau;
use crate::simulator::bureau::desk::Answer;
use crate::simulator::bureau::{door, shelf};

/// How long an idle connection stays open.
const KEEP_ALIVE: Duration = Duration::from_mins(3);

/// Listens until the handle stops it.
pub(super) fn listen(
    bureau: Bureau,
    listener: TcpListener,
    tls: ServerConfig,
) -> io::Result<Server> {
    let serve = move || {
        let app = App::new()
            .app_data(web::Data::new(bureau.clone()))
            .configure(shelf::routes)
            .route("/orders/{number}", web::put().to(put_order))
            .route("/messages/{id}", web::put().to(put_letter));
        // `HttpServer` asks for every body that is announced; here the door is asked first.
        let bureau = bureau.clone();
        let door = fn_service(move |request: Request| {
            let answer = door::before_body(&bureau, request.head());
            async move { answer.map_or(Ok(request), |answer| Err(Response::from(answer))) }
        });
        HttpService::build()
            // Longer than clients keep idle connections, so that none is closed under a request.
            .keep_alive(KEEP_ALIVE)
            .expect(door)
            .finish(map_config(app, |()| AppConfig::default()))
            .rustls_0_23(tls.clone())
    };
    let server = Server::build()
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen("bureau", listener, serve)?;
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
    let document = match read_body(&bureau, &number, &mut body).await {
        Ok(document) => document,
        Err(answer) => return answer,
    };
    let hold = bureau.inner.hold;

    let answer = web::block(move || bureau.receive(&number, &document)).await;
    match answer {
        Ok(Some(answer)) => respond(answer, hold).await,
        Ok(None) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn put_letter(
    bureau: web::Data<Bureau>,
    message_id: web::Path<Uuid>,
    mut body: web::Payload,
) -> HttpResponse {
    let message_id = message_id.into_inner();
    let name = message_id.to_string();
    let document = match read_body(&bureau, &name, &mut body).await {
        Ok(document) => document,
        Err(answer) => return answer,
    };
    let hold = bureau.inner.hold;
    let answer = web::block(move || bureau.receive_letter(message_id, &document)).await;
    match answer {
        Ok(Some(answer)) => respond(answer, hold).await,
        Ok(None) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Reads a whole body, unless it is too long, breaks off, or the plan has the connection cut.
async fn read_body(
    bureau: &Bureau,
    name: &str,
    body: &mut web::Payload,
) -> Result<BytesMut, HttpResponse> {
    let cut = bureau.desk().cuts_body(name);
    let mut document = BytesMut::new();
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            return Err(HttpResponse::BadRequest().finish());
        };
        bureau.count_body(piece.len());
        if document.len() + piece.len() > bureau.inner.order_bytes_max {
            return Err(HttpResponse::PayloadTooLarge().finish());
        }
        document.extend_from_slice(&piece);
        if cut {
            return Err(cut_off(Bytes::new()));
        }
    }
    Ok(document)
}

/// An answer that breaks off after `given`, and the connection with it.
fn cut_off(given: Bytes) -> HttpResponse {
    let length = u64::try_from(given.len()).unwrap_or(u64::MAX);
    let first = stream::iter((!given.is_empty()).then_some(Ok(given)));
    // What was given must leave before the connection is cut.
    let cut = stream::once(async {
        tokio::task::yield_now().await;
        Err::<Bytes, io::Error>(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    let body = SizedStream::new(
        length.saturating_mul(2).max(1),
        first.chain(cut).boxed_local(),
    );
    HttpResponse::Ok()
        .content_type("application/xml")
        .body(body)
}

async fn respond(answer: Answer, hold: Duration) -> HttpResponse {
    match answer {
        Answer::Document(status, document) => with_document(status, document),
        Answer::Conflict => HttpResponse::Conflict().finish(),
        Answer::Cut(document) => cut_off(document.slice(..document.len() / 2)),
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

pub(super) fn with_document(status: u16, document: Bytes) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status)
        .content_type("application/xml")
        .body(document)
}

/// 1 to 32 capital letters, digits and hyphens, which also makes it the name of a file.
pub(super) fn is_number(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}
