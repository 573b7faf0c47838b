//! Applications taken in over HTTP, beside what makes the same bytes and rows durable without any
//! rule, and beside pgbench.

use std::sync::Arc;

use anyhow::ensure;

use crate::applications::{Applicants, Images};
use crate::bare::{self, Bare};
use crate::load::{Load, Target, Until};
use crate::measure::{Samples, real};
use crate::options::Options;
use crate::pgbench;
use crate::town::Town;

/// Applications in one request of the bulk rows.
pub(crate) const TOGETHER: usize = 100;
/// Requests, transactions and clients of pgbench at the same time.
pub(crate) const LINES: usize = 8;

/// What is measured in every round.
struct Bench<'a> {
    town: &'a Town,
    applicants: &'a mut Applicants,
    bare: Arc<Bare>,
    /// With blobs that survive a power cut.
    whole: Target,
    /// With blobs that need not, for applications without images.
    light: Target,
    count: usize,
    batches: usize,
    seconds: usize,
    /// Rows of an application.
    rows: f64,
}

/// Measures every row of the section, round by round.
pub(crate) async fn measure(
    town: &Town,
    applicants: &mut Applicants,
    options: &Options,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let mut config = town.config.clone();
    config.vault.durable = false;
    let whole_server = town.serve(town.config.clone()).await?;
    let light_server = town.serve(config).await?;
    let (whole, light) = (whole_server.target.clone(), light_server.target.clone());
    let bare = first_submission(town, applicants, &whole).await?;
    let (rows, bytes) = bare.sizes();
    samples.add("intake.rows", real(rows));
    samples.add("intake.bytes", real(bytes));
    let mut bench = Bench {
        town,
        applicants,
        bare: Arc::new(bare),
        whole,
        light,
        count: if options.quick { 80 } else { 1_200 },
        batches: if options.quick { 2 } else { 24 },
        seconds: if options.quick { 1 } else { 4 },
        rows: real(rows),
    };
    for _ in 0..options.rounds {
        bench.round(samples).await?;
    }
    whole_server.stop().await;
    light_server.stop().await;
    Ok(())
}

/// Hands one application in and reads what it left behind.
async fn first_submission(
    town: &Town,
    applicants: &mut Applicants,
    target: &Target,
) -> anyhow::Result<Bare> {
    submit(town, applicants, target, (1, Images::Absent)).await?;
    let mark = bare::mark(&town.pool).await?;
    submit(town, applicants, target, (1, Images::Whole)).await?;
    Bare::after(&town.pool, &town.folder.join("bare"), mark).await
}

/// Hands so many applications in.
pub(crate) async fn submit(
    town: &Town,
    applicants: &mut Applicants,
    target: &Target,
    (count, images): (usize, Images),
) -> anyhow::Result<()> {
    let load = Load {
        target: target.clone(),
        lines: LINES.min(count),
        requests: applicants.singles(town, count, images)?,
        expected: 201,
        until: Until::Once,
    };
    load.run().await.map(drop)
}

impl Bench<'_> {
    async fn round(&mut self, samples: &mut Samples) -> anyhow::Result<()> {
        for images in [Images::Whole, Images::Absent] {
            let kind = if images == Images::Whole {
                "whole"
            } else {
                "light"
            };
            let rate = self.take_singles(images, samples, kind).await?;
            self.add(samples, &format!("intake.single.{kind}"), rate);
            let files = images == Images::Whole;
            let rate = self.bare.rate(self.count, 1, LINES, files).await?;
            self.add(samples, &format!("bare.single.{kind}"), rate);
            let rate = self.take_batches(images).await?;
            self.add(samples, &format!("intake.bulk.{kind}"), rate);
            let count = self.batches * TOGETHER;
            let rate = self.bare.rate(count, TOGETHER, LINES, files).await?;
            self.add(samples, &format!("bare.bulk.{kind}"), rate);
        }
        let at = (
            &self.town.pool,
            self.town.config.database.url.as_str(),
            self.town.folder.as_path(),
        );
        for (name, together) in [("pgbench.single", 1), ("pgbench.hundred", TOGETHER)] {
            let rate = pgbench::rate(at, together, LINES, self.seconds).await?;
            samples.add(name, rate);
        }
        Ok(())
    }

    /// Adds a rate of applications, and of the rows that they are.
    #[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
    fn add(&self, samples: &mut Samples, name: &str, rate: f64) {
        samples.add(name, rate);
        samples.add(format!("{name}.rows"), rate * self.rows);
    }

    fn target(&self, images: Images) -> Target {
        match images {
            Images::Whole => self.whole.clone(),
            Images::Absent => self.light.clone(),
        }
    }

    async fn take_singles(
        &mut self,
        images: Images,
        samples: &mut Samples,
        kind: &str,
    ) -> anyhow::Result<f64> {
        let requests = self.applicants.singles(self.town, self.count, images)?;
        let load = Load {
            target: self.target(images),
            lines: LINES,
            requests,
            expected: 201,
            until: Until::Once,
        };
        let tally = load.run().await?;
        samples.add(format!("intake.single.{kind}.p50_us"), tally.p50_us);
        samples.add(format!("intake.single.{kind}.p99_us"), tally.p99_us);
        samples.add(format!("intake.single.{kind}.client"), tally.own_share);
        Ok(tally.rate)
    }

    #[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
    async fn take_batches(&mut self, images: Images) -> anyhow::Result<f64> {
        let before = count_of(self.town).await?;
        let load = Load {
            target: self.target(images),
            lines: LINES,
            requests: self
                .applicants
                .batches(self.town, self.batches, TOGETHER, images)?,
            expected: 200,
            until: Until::Once,
        };
        let tally = load.run().await?;
        let taken = usize::try_from(count_of(self.town).await? - before)?;
        ensure!(taken == self.batches * TOGETHER, "only {taken} taken in");
        Ok(real(taken) / tally.seconds)
    }
}

/// How many applications there are that this program handed in.
async fn count_of(town: &Town) -> anyhow::Result<i64> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM applications WHERE state <> 'HANDED_OVER'")
            .fetch_one(&town.pool)
            .await?;
    Ok(count)
}
