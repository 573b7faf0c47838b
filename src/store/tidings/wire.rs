//! How replicas tell one another: one notification for all that was committed within a few
//! milliseconds, and a look at the rows for what no notification brought.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgNotification, PgPool};

use crate::store::outbox::LaneKind;
use crate::store::tidings::{News, Tidings};
use crate::store::tx::query;
use crate::store::{Db, Store, StoreError};

/// How long a process gathers what it commits before it tells the others: a notification costs
/// them all a wake-up.
const GATHER: Duration = Duration::from_millis(2);

/// How long a look at the rows may take. While one hangs, what is in memory counts for nothing.
const LOOK_MAX: Duration = Duration::from_secs(5);

/// Bytes of a notification at most; `PostgreSQL` takes 8,000.
const NOTIFICATION_BYTES: usize = 7_900;

/// Hears what others commit and tells them what this process does. One per process.
#[derive(Debug)]
pub struct Ear {
    store: Store,
    wire: Option<Wire>,
}

/// The notifications of one schema.
#[derive(Debug)]
struct Wire {
    listener: PgListener,
    channel: String,
    pool: PgPool,
}

impl Ear {
    /// Begins to listen. On SQLite there are no notifications, and rows alone tell.
    pub async fn open(store: &Store) -> Result<Self, StoreError> {
        let wire = match &store.db {
            Db::Postgres(pool, _) => Some(Wire::open(pool).await?),
            Db::Sqlite { .. } => None,
        };
        Ok(Self {
            store: store.clone(),
            wire,
        })
    }

    /// Looks at the rows once, then listens and tells for `patience`. Calls `on_news` whenever
    /// something new was committed, here or elsewhere.
    ///
    /// After an error this ear is deaf and should be dropped.
    pub async fn follow(
        &mut self,
        patience: Duration,
        on_news: impl Fn(),
    ) -> Result<(), StoreError> {
        let look = tokio::time::timeout(LOOK_MAX, self.look()).await;
        let is_news = look.unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))?;
        if is_news {
            on_news();
        }
        let tidings = &self.store.tidings;
        tidings.set_followed(true);
        let over = tokio::time::timeout(patience, std::future::pending::<()>());
        let mut over = std::pin::pin!(over);
        loop {
            // Only waiting is given up when the time is over, not what has to be told.
            tokio::select! {
                _ = &mut over => return Ok(()),
                () = tidings.shared.to_tell.notified() => {
                    tokio::time::timeout(GATHER, std::future::pending::<()>()).await.unwrap_or(());
                    on_news();
                    let news = std::mem::take(&mut *tidings.untold());
                    if let Some(wire) = &self.wire {
                        wire.tell(&news).await?;
                    }
                }
                heard = hear(self.wire.as_mut()) => {
                    let Some(heard) = heard? else {
                        // The connection broke and came back: only the rows tell what was missed.
                        return Ok(());
                    };
                    if hear_all(tidings, heard.payload()) {
                        on_news();
                    }
                }
            }
        }
    }

    /// Reads how far every lane of an office and every revision has come. Returns whether there was
    /// news.
    async fn look(&self) -> Result<bool, StoreError> {
        const SQL: &str = "
            SELECT lane, last_seq FROM lanes WHERE kind = $1
            UNION ALL
            SELECT topic, revision FROM revisions";
        let mut tx = self.store.read().await?;
        let office = LaneKind::Office.as_str();
        let mut is_news = false;
        for (topic, number) in query!(fetch_all as (String, i64), &mut tx, SQL, office)? {
            is_news |= self.store.tidings.hear(&topic, number);
        }
        Ok(is_news)
    }
}

/// The next notification; `None` when the connection broke. Without a wire there is none.
async fn hear(wire: Option<&mut Wire>) -> Result<Option<PgNotification>, StoreError> {
    match wire {
        Some(wire) => Ok(wire.listener.try_recv().await?),
        None => std::future::pending().await,
    }
}

/// Takes note of a notification's lines. Returns whether there was news.
fn hear_all(tidings: &Tidings, lines: &str) -> bool {
    let mut is_news = false;
    for (topic, number) in lines.lines().filter_map(read_line) {
        is_news |= tidings.hear(topic, number);
    }
    is_news
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.store.tidings.set_followed(false);
    }
}

impl Wire {
    async fn open(pool: &PgPool) -> Result<Self, StoreError> {
        // Installations may share a database by schemas, and must not hear one another.
        const POSTGRES_SCHEMA: &str = "SELECT current_schema()::text";
        let (schema,): (String,) = sqlx::query_as(POSTGRES_SCHEMA).fetch_one(pool).await?;
        let channel = format!("cei_gateway_{schema}");
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(&channel).await?;
        Ok(Self {
            listener,
            channel,
            pool: pool.clone(),
        })
    }

    async fn tell(&self, news: &News) -> Result<(), StoreError> {
        const POSTGRES: &str = "SELECT pg_notify($1, $2)";
        for notification in notifications(news) {
            sqlx::query(POSTGRES)
                .bind(self.channel.as_str())
                .bind(notification)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }
}

/// Writes news as lines, in as few notifications as they fit in.
fn notifications(news: &News) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for (topic, number) in news {
        let line = format!("{topic} {number}\n");
        match texts.last_mut() {
            Some(text) if text.len() + line.len() <= NOTIFICATION_BYTES => text.push_str(&line),
            _ => texts.push(line),
        }
    }
    texts
}

fn read_line(line: &str) -> Option<(&str, i64)> {
    let (topic, number) = line.rsplit_once(' ')?;
    Some((topic, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_heard_however_much_there_is() {
        let news: News = (0..1_000)
            .map(|n| (format!("office:{n:036}"), i64::from(n) * 7))
            .collect();
        let told = notifications(&news);
        assert!(told.len() > 1 && told.iter().all(|text| text.len() <= NOTIFICATION_BYTES));
        let heard: News = told
            .iter()
            .flat_map(|text| text.lines().filter_map(read_line))
            .map(|(topic, number)| (topic.to_owned(), number))
            .collect();
        assert_eq!(heard, news);
    }

    #[test]
    fn a_line_that_is_none_is_passed_over() {
        for line in ["", "office:a", "office:a x", " 7x"] {
            assert_eq!(read_line(line), None, "{line:?}");
        }
        assert_eq!(read_line("office:a 7"), Some(("office:a", 7)));
    }
}
