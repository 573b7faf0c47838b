//! An office's own program that takes events by webhook, and refuses one now and then.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};

/// A receiver of events on a free port of this machine.
pub struct Receiver {
    url: String,
    handle: ServerHandle,
    asked: Arc<AtomicU64>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receiver({}, asked {})", self.url, self.asked())
    }
}

/// What a receiver answers by.
#[derive(Clone)]
struct Manners {
    refuses_each: u64,
    asked: Arc<AtomicU64>,
}

impl Receiver {
    /// Opens one that refuses every so many-th message for good (422) and takes the others; zero
    /// refuses none. Must be called within a tokio runtime, which then serves it.
    pub fn open(refuses_each: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let url = format!("http://{}/events", listener.local_addr()?);
        let asked = Arc::new(AtomicU64::new(0));
        let manners = web::Data::new(Manners {
            refuses_each,
            asked: Arc::clone(&asked),
        });
        let app = move || {
            let app = App::new().app_data(manners.clone());
            app.default_service(web::to(take))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .listen(listener)?
            .run();
        let handle = server.handle();
        #[expect(
            clippy::disallowed_methods,
            reason = "the simulator is the other side of the wire and owns its server"
        )]
        drop(tokio::spawn(server));
        Ok(Self { url, handle, asked })
    }

    /// Where it takes events.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many messages it was sent.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Closes it.
    pub async fn close(&self) {
        self.handle.stop(false).await;
    }
}

async fn take(manners: web::Data<Manners>) -> HttpResponse {
    let number = manners.asked.fetch_add(1, Ordering::Relaxed) + 1;
    if manners.refuses_each > 0 && number.is_multiple_of(manners.refuses_each) {
        return HttpResponse::UnprocessableEntity().finish();
    }
    HttpResponse::NoContent().finish()
}
