//! `simulate channels`: CEC Bank's counters and SelfPay's stations, and the payers who come to
//! them with the slips of their offices. Their days pass quickly until they have caught up with
//! the calendar: a bank that began today would write its first statement this evening.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::cli::simulate::{REST, Stage, first_day, rests_or_stops};
use crate::clock::{Clock, ManualClock};
use crate::config::read_secret_text;
use crate::simulator::channels::{
    ChannelFile, ChannelKeys, ChannelSettings, Channels, FileRoad, MishapRates, Payable,
};

/// How long the channels rest while their days pass quickly.
const TICK: Duration = Duration::from_millis(50);

/// The ways money comes: CEC Bank's statements and `SelfPay`'s calls
#[derive(Args, Debug)]
pub(crate) struct ChannelsArguments {
    #[command(flatten)]
    stage: Stage,
    /// File of payment slips, as `simulate offices --payers-file` writes it; slips that are added
    /// while it is read are paid as well
    #[arg(long, value_name = "FILE")]
    payers: PathBuf,
    /// File with an API key of back-office automation, with which statements and settlements are
    /// posted
    #[arg(long, value_name = "FILE", required_unless_present = "out")]
    key_file: Option<PathBuf>,
    /// Folder to which statements (camt.053 and MT940 by turns) and settlements are written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How many of a hundred payers go to a station instead of a counter
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(0..=100))]
    stations: u32,
    /// First day on which somebody pays; by default four weeks ago
    #[arg(long, value_name = "DATE")]
    first_day: Option<NaiveDate>,
    /// How many seconds each day takes until they have caught up with the calendar
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    day_seconds: u32,
}

pub(super) async fn run(
    arguments: ChannelsArguments,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let mut calendar = Calendar::begin(&arguments, &context.clock);
    let mut channels = open(&arguments, &calendar)?;
    let mut slips = Slips::of(&arguments.payers);
    let mut signals = Signals::listen()?;
    loop {
        for payable in slips.read().context("reading the payment slips")? {
            channels.pay(payable);
        }
        let pass = channels.work().await.context("signing a notification")?;
        if let Some(folder) = &arguments.out {
            write(folder, &channels.take_files())?;
        }
        let rest = if calendar.has_caught_up() {
            pass.rest(context.clock.now(), REST)
        } else {
            TICK
        };
        if rests_or_stops(&mut signals, rest, &context.clock).await {
            break;
        }
        calendar.pass();
    }
    report(&channels, context)
}

fn open(arguments: &ChannelsArguments, calendar: &Calendar) -> Result<Channels, CliError> {
    let stage = &arguments.stage;
    let key_file = arguments.key_file.as_deref();
    let key = key_file.map(read_secret_text).transpose();
    let key = key.context("reading the API key of the channels")?;
    let files = match (key, &arguments.out) {
        (Some(key), None) => FileRoad::Posted(key.expose().clone()),
        (Some(key), Some(_)) => FileRoad::Both(key.expose().clone()),
        (None, _) => FileRoad::HandedOut,
    };
    if let Some(folder) = &arguments.out {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    let settings = ChannelSettings {
        gateway_url: stage.gateway.clone(),
        files,
        seed: stage.seed,
        station_percent: arguments.stations,
        mishaps: MishapRates::each(stage.mishaps),
    };
    let keys = ChannelKeys::from_dir(&stage.certs).context("reading the channels' keys")?;
    let theirs = Clock::Manual(calendar.theirs.clone());
    Ok(Channels::new(settings, keys, theirs, calendar.wall.clone()))
}

fn write(folder: &Path, files: &[ChannelFile]) -> Result<(), CliError> {
    for file in files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.content)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn report(channels: &Channels, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let ledger = channels.ledger();
    let unsent = channels.unsent();
    context.output.done(
        &json!({
            "done": "closed",
            "fees": ledger.paid_for.len(),
            "files": ledger.files,
            "notifications": ledger.notifications,
            "refused": ledger.refused,
            "unsent": unsent,
        }),
        &format!(
            "{} fees paid, {} files and {} notifications taken by the gateway, {} refused, \
             {unsent} not sent.",
            ledger.paid_for.len(),
            ledger.files,
            ledger.notifications,
            ledger.refused.len(),
        ),
    )?;
    Ok(Exit::Ok)
}

/// The channels' own time: behind the clock on the wall, and faster, until it has caught up.
struct Calendar {
    wall: Clock,
    theirs: ManualClock,
    looked_at: DateTime<Utc>,
    /// Seconds of theirs in one on the wall.
    pace: i32,
}

impl Calendar {
    fn begin(arguments: &ChannelsArguments, wall: &Clock) -> Self {
        const DAY: i32 = 86_400;
        let first_day = first_day(arguments.first_day, wall);
        let day_seconds = i32::try_from(arguments.day_seconds).unwrap_or(DAY);
        let now = wall.now();
        Self {
            wall: wall.clone(),
            theirs: ManualClock::at(first_day.and_time(NaiveTime::MIN).and_utc().min(now)),
            looked_at: now,
            pace: DAY / day_seconds.clamp(1, DAY),
        }
    }

    /// Lets as much of their time pass as has passed on the wall, times the pace.
    fn pass(&mut self) {
        let now = self.wall.now();
        let theirs = Clock::Manual(self.theirs.clone()).now();
        let target = (theirs + (now - self.looked_at) * self.pace).min(now);
        self.looked_at = now;
        let step = (target - theirs).to_std().unwrap_or_default();
        self.theirs.advance(step);
    }

    fn has_caught_up(&self) -> bool {
        Clock::Manual(self.theirs.clone()).now() >= self.looked_at
    }
}

/// The payment slips in a file that may still grow, or not be there yet.
struct Slips {
    file: PathBuf,
    read_bytes: u64,
    lines: u64,
}

impl Slips {
    fn of(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            read_bytes: 0,
            lines: 0,
        }
    }

    /// The slips that were added since this was asked last; a line without its end is not read.
    fn read(&mut self) -> anyhow::Result<Vec<Payable>> {
        let mut file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut added = String::new();
        file.read_to_string(&mut added)?;
        let whole = added.rfind('\n').map_or(0, |end| end + 1);
        let whole = added.get(..whole).unwrap_or_default();
        self.read_bytes += u64::try_from(whole.len())?;
        let mut payables = Vec::new();
        for line in whole.lines() {
            self.lines += 1;
            let payable = Payable::from_slip(line);
            payables.push(payable.with_context(|| format!("line {}", self.lines))?);
        }
        Ok(payables)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use clap::Parser;

    use super::*;
    use crate::random::Random;
    use crate::simulator::person::People;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: ChannelsArguments,
    }

    fn arguments(words: &[&str]) -> ChannelsArguments {
        let given = ["channels", "--payers", "x", "--out", "y"];
        Line::parse_from(given.iter().chain(words)).arguments
    }

    #[test]
    fn days_pass_quickly_until_the_calendar_is_caught_up_with() {
        let noon: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
        let wall = ManualClock::at(noon);
        let arguments = arguments(&["--first-day", "2026-03-08", "--day-seconds", "2"]);
        let mut calendar = Calendar::begin(&arguments, &Clock::Manual(wall.clone()));
        let theirs = Clock::Manual(calendar.theirs.clone());
        assert_eq!(
            theirs.now(),
            "2026-03-08T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );

        wall.advance(Duration::from_secs(4));
        calendar.pass();
        assert_eq!(
            theirs.now(),
            "2026-03-10T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert!(!calendar.has_caught_up());
        for _ in 0..2 {
            wall.advance(Duration::from_secs(4));
            calendar.pass();
            assert!(calendar.has_caught_up());
        }
        assert_eq!(theirs.now(), noon + TimeDelta::seconds(12));
    }

    #[test]
    fn slips_are_read_once_whole_and_as_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("payers.ndjson");
        let mut slips = Slips::of(&file);
        assert!(slips.read().unwrap().is_empty(), "nobody has come yet");

        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let payable = Payable {
            reference: "RF294073918264".to_owned(),
            family: People::new(Random::seeded(1)).person(40, day).into(),
            amount: crate::domain::money::Money::from_lei(70),
        };
        let slip = payable.to_slip().unwrap();
        std::fs::write(&file, format!("{slip}\n{slip}")).unwrap();
        assert_eq!(slips.read().unwrap().len(), 1, "the second has no end yet");
        std::fs::write(&file, format!("{slip}\n{slip}\nrubbish\n")).unwrap();
        let error = format!("{:#}", slips.read().unwrap_err());
        assert_eq!(error, "line 3: no payment slip (column 1)");
    }
}
