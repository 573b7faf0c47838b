//! Hostile receivers on real sockets: bounded, told once, retried or set aside as fits, and no other office
//! waits for them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cei_gateway::domain::webhook::OnExhausted;
use cei_gateway::worker::drain;
use cei_gateway::worker::herald::Herald;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::kit::{dead, lane, runs, set_up_with, tell};
use crate::kit::world::both_worlds;

/// How a receiver behaves once it has read the first bytes of a message.
#[derive(Clone, Copy)]
enum Manner {
    Honest,
    Silent,
    Gigabyte,
    Redirects(SocketAddr),
    Garbage,
    HalfClosed,
    SlowDrip,
    ClosesAtOnce,
}

async fn open(manner: Manner, tasks: &mut JoinSet<()>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = connections.clone();
    tasks.spawn(async move {
        let mut served = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::Relaxed);
            served.spawn(serve(stream, manner));
        }
    });
    (address, connections)
}

async fn serve(mut stream: TcpStream, manner: Manner) {
    if matches!(manner, Manner::ClosesAtOnce) {
        return;
    }
    let mut piece = vec![0; 65_536];
    while let Ok(1..) = stream.read(&mut piece).await {
        let answer = match manner {
            Manner::Honest => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
            Manner::Redirects(to) => format!(
                "HTTP/1.1 308 Permanent Redirect\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n"
            ),
            Manner::Garbage => "\u{1}\u{2}\u{3} nothing that anybody would read\r\n\r\n".to_owned(),
            Manner::Gigabyte => "HTTP/1.1 500 No\r\nContent-Length: 1073741824\r\n\r\n".to_owned(),
            Manner::SlowDrip => "HTTP/1.1 200 OK\r\nX-Slow: ".to_owned(),
            Manner::Silent | Manner::HalfClosed | Manner::ClosesAtOnce => String::new(),
        };
        let mut is_open = stream.write_all(answer.as_bytes()).await.is_ok();
        if matches!(manner, Manner::HalfClosed) {
            is_open = stream.shutdown().await.is_ok();
        }
        while is_open && matches!(manner, Manner::Gigabyte) {
            is_open = stream.write_all(&piece).await.is_ok();
        }
        while is_open && matches!(manner, Manner::SlowDrip) {
            is_open = stream.write_all(b"a").await.is_ok();
            tokio::task::yield_now().await;
            let pause = std::future::pending::<()>();
            let _over = tokio::time::timeout(Duration::from_millis(20), pause).await;
        }
        if !is_open {
            return;
        }
    }
}

both_worlds! {
    async fn hostile_receivers_are_bounded_and_honest_ones_do_not_wait(world: &mut World) {
        world.config.webhooks.allow_private = true;
        world.config.webhooks.connect_timeout_seconds = 1;
        world.config.webhooks.total_timeout_seconds = 2;
        world.restart().await;
        let mut tasks = JoinSet::new();
        let (inside, reached) = open(Manner::Honest, &mut tasks).await;
        let manners = [
            (Manner::Honest, "DELIVERED"),
            (Manner::Silent, "AMBIGUOUS"),
            (Manner::Gigabyte, "RETRY"),
            (Manner::Redirects(inside), "RETRY"),
            (Manner::Garbage, "AMBIGUOUS"),
            (Manner::HalfClosed, "AMBIGUOUS"),
            (Manner::SlowDrip, "AMBIGUOUS"),
            (Manner::ClosesAtOnce, "AMBIGUOUS"),
        ];
        let mut offices = Vec::new();
        for (number, (manner, _)) in manners.into_iter().enumerate() {
            let (address, _) = open(manner, &mut tasks).await;
            let url = format!("http://{address}/events");
            let office = set_up_with(world, number, &url, OnExhausted::DeadLetter, None).await;
            tell(world, office, 20).await;
            offices.push(office);
        }
        let network = world.gateway.webhook_network.clone().expect("a way to webhooks");
        let herald = Herald::new("test".to_owned(), network);
        // No receiver is waited for longer than one try may take; all are served at a time.
        let pushing = drain(&herald, &world.gateway, 500);
        tokio::time::timeout(Duration::from_secs(20), pushing).await.expect("in time").unwrap();

        for (office, (_, outcome)) in offices.iter().zip(manners) {
            let runs = runs(world, *office).await;
            assert_eq!(runs.len(), 1, "told once: {runs:?}");
            assert_eq!(runs[0].outcome, outcome, "{runs:?}");
            assert!(runs[0].detail.as_ref().is_none_or(|detail| detail.len() <= 200));
            let after = lane(world, *office).await;
            assert_eq!(after.lease_owner, None);
            assert!(dead(world, *office).await.is_empty());
            if outcome == "DELIVERED" {
                assert_eq!((after.acked_seq, after.attempts), (20, 0));
            } else {
                assert_eq!((after.acked_seq, after.attempts), (0, 1));
                assert!(after.next_attempt_at.unwrap() > world.now());
            }
        }
        assert_eq!(reached.load(Ordering::Relaxed), 0, "a redirect is not followed");
    }
}
