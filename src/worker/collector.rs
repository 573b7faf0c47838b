//! Takes files of payments out of the folders in which others put them.

mod report;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};

use crate::config::WatchedFolder;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::arriving::unwatched;
use crate::flow::record_statement::record_file;
use crate::gateway::Gateway;
use crate::transport::folder::{self, Found, Shape};
use crate::worker::bell::Bell;
use crate::worker::collector::report::Report;
use crate::worker::{Progress, Worker};

/// A file that has not changed for so long is whole; most are renamed into place and wait for
/// nothing.
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(10);

/// One file a pass, of those that have not changed between two looks.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    looks: Arc<Mutex<HashMap<PathBuf, Look>>>,
}

/// A file as it was when it was last seen to change.
#[derive(Clone, Debug)]
struct Look {
    shape: Shape,
    since: DateTime<Utc>,
}

impl Worker for Collector {
    const NAME: &'static str = "collector";
    const BELL: Bell = Bell::Collector;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let mut failed = None;
        for folder in &gateway.config.payments.folders {
            match self.look_into(folder, gateway).await {
                Ok(Progress::Worked) => return Ok(Progress::Worked),
                Ok(Progress::Idle) => {}
                // The other folders are not to wait for this one.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(Progress::Idle), Err)
    }
}

impl Collector {
    async fn look_into(
        &self,
        folder: &WatchedFolder,
        gateway: &Gateway,
    ) -> anyhow::Result<Progress> {
        let path = folder.path.clone();
        let looking = tokio::task::spawn_blocking(move || folder::list(&path));
        let found = looking.await.context("the looking task ended early")?;
        let found = found.with_context(|| format!("looking into {}", folder.path.display()))?;
        for file in self.settled(folder, found, gateway.clock.now()) {
            if take(gateway, folder, file).await? {
                return Ok(Progress::Worked);
            }
        }
        Ok(Progress::Idle)
    }

    /// The files that have not changed for a while, oldest first. What is gone is forgotten.
    fn settled(&self, folder: &WatchedFolder, found: Vec<Found>, now: DateTime<Utc>) -> Vec<Found> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.retain(|path, _| {
            let is_elsewhere = path.parent() != Some(&folder.path);
            is_elsewhere || found.iter().any(|file| file.path == *path)
        });
        let mut settled = found;
        settled.retain(|file| {
            let look = looks.entry(file.path.clone()).or_insert_with(|| Look {
                shape: file.shape.clone(),
                since: now,
            });
            if look.shape != file.shape {
                *look = Look {
                    shape: file.shape.clone(),
                    since: now,
                };
            }
            now - look.since >= SETTLED_AFTER
        });
        settled
    }
}

/// Imports a file and puts it away. A crash between the two is harmless: the same bytes change
/// nothing. Returns `false` when the file changed meanwhile and is left where it is.
async fn take(gateway: &Gateway, folder: &WatchedFolder, file: Found) -> anyhow::Result<bool> {
    let name = file.path.clone();
    let opened = file.clone();
    let opening = tokio::task::spawn_blocking(move || opened.open());
    let opened = opening.await.context("the opening task ended early")?;
    let Some(opened) = opened.with_context(|| format!("opening {}", name.display()))? else {
        return Ok(false);
    };
    let (channel, actor) = (Some(folder.channel), Actor::Gateway("collector"));
    let imported = record_file(gateway, channel, opened, &actor, &unwatched()).await;
    let report = match imported {
        Ok(outcome) => Report::of(&file, &outcome),
        Err(Failure::Refused(refusal)) => Report::of_refusal(&file, &refusal),
        Err(Failure::Broken(error)) => return Err(error),
    };
    report.log(folder.channel);
    let putting =
        tokio::task::spawn_blocking(move || file.put_away(report.place(), &report.text()));
    let is_put = putting.await.context("the moving task ended early")?;
    is_put.with_context(|| format!("moving {}", name.display()))
}
