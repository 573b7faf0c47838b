//! What this process has heard of changes that others wait for: how far the lanes of the offices have
//! come, and revisions of what is kept in memory.
//!
//! A tiding is a topic and a number that only grows, so that it may be heard late, twice or out of
//! order. A commit tells its own process at once; the others hear it by one notification for many
//! commits, and what was missed by looking at the rows, which are the truth. Nothing is told before
//! its commit, so nobody is sent to look for what may never come.

mod wire;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::{Notify, watch};

pub use wire::Ear;

/// What is known of a topic of which nothing was heard yet.
const UNHEARD: i64 = -1;

/// What a transaction has to tell once it is committed.
pub(super) type News = BTreeMap<String, i64>;

/// What this process has heard; a handle that is cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tidings {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    topics: RwLock<HashMap<String, watch::Sender<i64>>>,
    /// What was committed here and other processes were not told yet.
    untold: Mutex<News>,
    to_tell: Notify,
    is_followed: AtomicBool,
}

impl Tidings {
    /// The number last heard of a topic; `None` while nothing was.
    pub fn known(&self, topic: &str) -> Option<i64> {
        let topics = self.topics();
        let number = *topics.get(topic)?.borrow();
        (number != UNHEARD).then_some(number)
    }

    /// Whether the rows are looked at, so that what is known is late by one look at most. While they
    /// are not, only the rows themselves tell.
    pub fn is_followed(&self) -> bool {
        self.shared.is_followed.load(Ordering::Relaxed)
    }

    /// Returns once more than `number` is heard of a topic.
    pub async fn beyond(&self, topic: &str, number: i64) {
        let mut heard = self.subscribe(topic);
        if heard.wait_for(|known| *known > number).await.is_err() {
            // Its sender lives as long as the topics, which this handle keeps.
            std::future::pending::<()>().await;
        }
    }

    fn subscribe(&self, topic: &str) -> watch::Receiver<i64> {
        if let Some(sender) = self.topics().get(topic) {
            return sender.subscribe();
        }
        let topics = &self.shared.topics;
        let mut topics = topics.write().unwrap_or_else(PoisonError::into_inner);
        let sender = topics.entry(topic.to_owned()).or_insert_with(unheard);
        sender.subscribe()
    }

    /// Takes note of a number; one that is not higher than what is known changes nothing. Returns
    /// whether it was news.
    fn hear(&self, topic: &str, number: i64) -> bool {
        let raise = |known: &mut i64| {
            let is_news = number > *known;
            *known = number.max(*known);
            is_news
        };
        if let Some(sender) = self.topics().get(topic) {
            return sender.send_if_modified(raise);
        }
        let topics = &self.shared.topics;
        let mut topics = topics.write().unwrap_or_else(PoisonError::into_inner);
        let sender = topics.entry(topic.to_owned()).or_insert_with(unheard);
        sender.send_if_modified(raise)
    }

    /// Takes note of what a commit of this process has changed, and lets it be told to the others.
    pub(super) fn publish(&self, news: News) {
        if news.is_empty() {
            return;
        }
        let mut untold = self.untold();
        for (topic, number) in news {
            self.hear(&topic, number);
            let last = untold.entry(topic).or_insert(number);
            *last = number.max(*last);
        }
        drop(untold);
        self.shared.to_tell.notify_one();
    }

    fn set_followed(&self, followed: bool) {
        self.shared.is_followed.store(followed, Ordering::Relaxed);
    }

    fn topics(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, watch::Sender<i64>>> {
        let topics = &self.shared.topics;
        topics.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn untold(&self) -> MutexGuard<'_, News> {
        let untold = &self.shared.untold;
        untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unheard() -> watch::Sender<i64> {
    watch::Sender::new(UNHEARD)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn news(topic: &str, number: i64) -> News {
        News::from([(topic.to_owned(), number)])
    }

    #[test]
    fn a_number_only_grows_in_whatever_order_it_is_heard() {
        let tidings = Tidings::default();
        assert_eq!(tidings.known("office:a"), None);
        for (heard, known) in [(3, 3), (2, 3), (3, 3), (7, 7)] {
            tidings.publish(news("office:a", heard));
            assert_eq!(tidings.known("office:a"), Some(known));
        }
        assert_eq!(tidings.known("office:b"), None);
    }

    #[tokio::test]
    async fn who_waits_for_more_is_woken_by_more_and_by_no_other_topic() {
        let tidings = Tidings::default();
        tidings.publish(news("office:a", 4));
        let mut waiting = std::pin::pin!(tidings.beyond("office:a", 4));
        assert!(waiting.as_mut().now_or_never().is_none());
        tidings.publish(news("office:b", 9));
        tidings.publish(news("office:a", 4));
        assert!(waiting.as_mut().now_or_never().is_none());
        tidings.publish(news("office:a", 5));
        assert!(waiting.as_mut().now_or_never().is_some());
        tidings.beyond("office:a", 4).await;
    }

    #[tokio::test]
    async fn who_waits_for_a_topic_that_nobody_spoke_of_hears_the_first_number() {
        let tidings = Tidings::default();
        let mut waiting = std::pin::pin!(tidings.beyond("office:new", 0));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert_eq!(tidings.known("office:new"), None);
        tidings.publish(news("office:new", 1));
        assert!(waiting.as_mut().now_or_never().is_some());
    }
}
