//! The bureau's words on the lines of a day, in documents of ten thousand.

use std::fs;

use anyhow::{Context, ensure};
use cei_gateway::bureau::acknowledgement::{Acknowledgement, Entry, write_acknowledgement};
use cei_gateway::bureau::receipt::{Outcome, Receipt, write_receipt};
use cei_gateway::domain::acknowledgement::LineEvent;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::flow::receive_document::keep;
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::store::inbox::InboxSource;
use cei_gateway::transport::certificates::{BUREAU_SEAL, certificate_file, key_file};
use cei_gateway::worker::reconciler::Reconciler;
use cei_gateway::worker::{Progress, Worker};
use cei_gateway::xmldsig::key::PemKey;
use serde_json::{Value, json};

use crate::country::Country;
use crate::stopwatch::Stopwatch;

/// Words of a document.
const WORDS: usize = 10_000;

/// A line that was ordered: order, line, application.
type Line = (String, i64, String);

/// Has every order received, every line accepted and every card produced.
pub(crate) async fn measure(country: &Country, expected: u64) -> anyhow::Result<Value> {
    let key = bureau_key(country)?;
    deliver(country, &key).await?;
    let lines = open_lines(country).await?;
    ensure!(
        u64::try_from(lines.len())? == expected,
        "{} lines are open",
        lines.len()
    );
    let accepted = hear(country, &key, &lines, 1, LineEvent::LineAccepted).await?;
    let produced = hear(country, &key, &lines, 2, LineEvent::CardMade).await?;
    Ok(json!({
        "lines": lines.len(),
        "accepted_seconds": accepted,
        "produced_seconds": produced,
    }))
}

fn bureau_key(country: &Country) -> anyhow::Result<PemKey> {
    let certs = country.gateway.config.data_dir.join("certs");
    let certs = if certs.exists() {
        certs
    } else {
        let home = country.gateway.config.data_dir.parent();
        home.context("no folder of certificates")?.join("certs")
    };
    let key = fs::read(key_file(&certs, BUREAU_SEAL))?;
    let chain = fs::read(certificate_file(&certs, BUREAU_SEAL))?;
    Ok(PemKey::from_pem(&key, &chain)?)
}

/// Has every order taken and received.
async fn deliver(country: &Country, key: &PemKey) -> anyhow::Result<()> {
    let gateway = &country.gateway;
    let now = gateway.clock.now();
    while let Some(departure) = lease_next(gateway, "bench").await? {
        let arrival = Arrival {
            verdict: DeliveryVerdict::Delivered,
            status: Some(200),
            detail: None,
            retry_after: None,
            unsendable: None,
            started_at: now,
        };
        ensure!(
            record_attempt(gateway, &departure, &arrival).await?,
            "a lost lease"
        );
        let order = &departure.order;
        let receipt = Receipt {
            message_id: gateway.random.uuid(now),
            bureau: gateway.config.bureau.code.clone(),
            test: true,
            created_at: now,
            order_number: order.number.clone(),
            order_sha256: order.sha256.as_deref().context("no digest")?.try_into()?,
            in_reply_to: Some(order.message_id),
            line_count: u32::try_from(order.line_count).ok(),
            outcome: Outcome::Ok,
        };
        let (document, _) = write_receipt(Vec::new(), key, &receipt, now)?;
        keep(gateway, InboxSource::Bureau, document).await?;
    }
    while Reconciler.pass(gateway).await? == Progress::Worked {}
    Ok(())
}

async fn open_lines(country: &Country) -> anyhow::Result<Vec<Line>> {
    const SQL: &str = "
        SELECT o.number, l.line_no, a.number
        FROM orders o
        JOIN order_lines l ON l.order_id = o.id
        JOIN applications a ON a.id = l.application_id
        WHERE o.state = 'RECEIPT_OK'
        ORDER BY o.number, l.line_no";
    Ok(sqlx::query_as(SQL).fetch_all(&country.pool).await?)
}

/// Writes and keeps the documents, then measures how long acting upon them takes.
async fn hear(
    country: &Country,
    key: &PemKey,
    lines: &[Line],
    sequence: u32,
    status: LineEvent,
) -> anyhow::Result<f64> {
    let gateway = &country.gateway;
    let now = gateway.clock.now();
    for part in lines.chunks(WORDS) {
        let entries = part.iter().map(|line| entry(line, sequence, status, now));
        let words = Acknowledgement {
            message_id: gateway.random.uuid(now),
            bureau: gateway.config.bureau.code.clone(),
            test: true,
            created_at: now,
            entries: entries.collect::<anyhow::Result<_>>()?,
            shipments: Vec::new(),
        };
        let (document, _) = write_acknowledgement(Vec::new(), key, &words, now)?;
        keep(gateway, InboxSource::Bureau, document).await?;
    }
    let watch = Stopwatch::start();
    while Reconciler.pass(gateway).await? == Progress::Worked {}
    let took = watch.seconds();
    let heard: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM order_lines WHERE last_sequence = $1")
        .bind(i64::from(sequence))
        .fetch_one(&country.pool)
        .await?;
    ensure!(
        usize::try_from(heard.0)? >= lines.len(),
        "only {} lines heard it",
        heard.0
    );
    Ok(took)
}

fn entry(
    (order, line_no, application): &Line,
    sequence: u32,
    status: LineEvent,
    now: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<Entry> {
    // Nine characters that no other card has: the serial is at the end of the application's number.
    let serial = application.rsplit('-').next().context("no serial")?;
    let made = status == LineEvent::CardMade;
    Ok(Entry {
        order_number: order.clone(),
        line_no: u32::try_from(*line_no)?,
        application_number: application.clone(),
        sequence,
        status,
        occurred_at: now,
        reason: None,
        document_number: made.then(|| format!("K{serial}")),
        consignment: None,
    })
}
