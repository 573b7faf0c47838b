//! How replicas tell one another: one notification for all that was committed within a few
//! milliseconds, and a look at the rows for what no notification brought.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};

use crate::store::outbox::LaneKind;
use crate::store::tidings::{News, Tidings};
use crate::store::tx::query;
use crate::store::{Db, Store, StoreError};

/// How long a process gathers what it commits before it tells the others: a notification costs
/// them all a wake-up.
const GATHER: Duration = Duration::from_millis(2);

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
    /// something was heard that this process had not known.
    ///
    /// After an error this ear is deaf and should be dropped.
    pub async fn follow(
        &mut self,
        patience: Duration,
        on_news: impl Fn(),
    ) -> Result<(), StoreError> {
        if self.look().await? {
            on_news();
        }
        self.store.tidings.set_followed(true);
        let listening = Self::listen(&self.store.tidings, self.wire.as_mut(), on_news);
        tokio::time::timeout(patience, listening)
            .await
            .unwrap_or(Ok(()))
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

    async fn listen(
        tidings: &Tidings,
        wire: Option<&mut Wire>,
        on_news: impl Fn(),
    ) -> Result<(), StoreError> {
        let Some(wire) = wire else {
            // Nobody else is on the wire.
            tidings.untold().clear();
            return std::future::pending().await;
        };
        loop {
            tokio::select! {
                () = tidings.shared.to_tell.notified() => {
                    tokio::time::timeout(GATHER, std::future::pending::<()>()).await.unwrap_or(());
                    let news = std::mem::take(&mut *tidings.untold());
                    wire.tell(&news).await?;
                }
                heard = wire.listener.try_recv() => {
                    let Some(heard) = heard? else {
                        // The connection broke and came back: only the rows tell what was missed.
                        return Ok(());
                    };
                    let mut is_news = false;
                    for (topic, number) in heard.payload().lines().filter_map(read_line) {
                        is_news |= tidings.hear(topic, number);
                    }
                    if is_news {
                        on_news();
                    }
                }
            }
        }
    }
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
        const POSTGRES_NOTIFY: &str = "SELECT pg_notify($1, $2)";
        for notification in notifications(news) {
            sqlx::query(POSTGRES_NOTIFY)
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
