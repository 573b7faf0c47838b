//! Every file of other people's statements: each booked credit recorded once, or held with its
//! reason.

use std::collections::HashMap;
use std::path::PathBuf;

use cei_gateway::channel;
use cei_gateway::domain::payment::Channel;

use crate::money::world::{World, corpus};

const FOLDERS: [&str; 6] = ["camt052", "camt053", "camt054", "mt940", "bad", "synthetic"];

/// Every file that may be a statement, in the order of names.
fn files(corpus: &PathBuf) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = FOLDERS
        .iter()
        .flat_map(|folder| std::fs::read_dir(PathBuf::from(corpus).join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_none_or(|end| end != "json" && end != "jsonl")
        })
        .collect();
    files.sort();
    files
}

fn channel_of(bytes: &[u8]) -> Channel {
    if bytes.starts_with(b"lot;") {
        Channel::SelfPay
    } else {
        Channel::Cec
    }
}

/// What independent reading says of a file's booked credits: those of statements that add up.
struct Told {
    believed_bani: i64,
    held: usize,
}

fn told(bytes: &[u8]) -> Option<Told> {
    let file = channel::read(bytes).ok()?;
    let is_held = |at: usize| {
        let mut held = file.held.iter();
        held.any(|held| held.statement.is_none_or(|statement| statement == at))
    };
    let credits = |believed: bool| {
        let statements = file.statements.iter().enumerate();
        statements
            .filter(move |(at, _)| is_held(*at) != believed)
            .flat_map(|(_, statement)| &statement.entries)
            .filter(|entry| entry.booked && entry.credit)
    };
    Some(Told {
        believed_bani: credits(true).map(|entry| entry.amount_minor).sum(),
        held: credits(false).count(),
    })
}

#[tokio::test]
async fn each_booked_credit_is_recorded_once_or_held_with_its_reason() {
    let Some(corpus) = corpus() else { return };
    let (mut believed, mut held_credits, mut refused) = (0, 0, 0);
    for path in files(&corpus) {
        let world = World::open().await;
        let bytes = std::fs::read(&path).unwrap();
        let Some(told) = told(&bytes) else {
            assert!(world.import(channel_of(&bytes), &bytes).await.is_none());
            assert_eq!(world.payments().await.len(), 0, "{path:?}");
            refused += 1;
            continue;
        };
        let outcome = world.import(channel_of(&bytes), &bytes).await.unwrap();
        let tally = outcome.tally;
        assert_eq!(
            tally.entries,
            tally.recorded + tally.repeated + tally.held,
            "{path:?}"
        );
        assert_eq!(tally.repeated, 0, "{path:?}: nothing was known before");
        let payments = world.payments().await;
        assert_eq!(i64::try_from(payments.len()).unwrap(), tally.recorded);
        let signed = |credit: bool| {
            let these = payments.iter().filter(move |one| one.credit == credit);
            these.map(|one| one.amount.bani()).sum::<i64>()
        };
        // A detail that goes the other way is taken off its entry: credits less such debits.
        let debits_of_credits = signed(true) - told.believed_bani;
        assert!((0..=signed(false)).contains(&debits_of_credits), "{path:?}");
        if told.held > 0 {
            assert!(tally.held > 0 && !outcome.held.is_empty(), "{path:?}");
            let holds = world.holds().await;
            assert!(
                holds.iter().any(|hold| hold.subject_kind == "SOURCE_FILE"),
                "{path:?}"
            );
        }
        for held in &outcome.held {
            assert!(
                !held.place.is_empty() && !held.reason.is_empty(),
                "{path:?}"
            );
        }
        believed += payments.iter().filter(|one| one.credit).count();
        held_credits += told.held;
    }
    eprintln!("{believed} credits recorded, {held_credits} held, {refused} files refused");
    assert!(
        believed > 200 && held_credits > 0,
        "the corpus is not complete"
    );
}

#[tokio::test]
async fn all_files_together_imported_twice_change_nothing_the_second_time() {
    let Some(corpus) = corpus() else { return };
    let world = World::open().await;
    let mut first = HashMap::new();
    for path in files(&corpus) {
        let bytes = std::fs::read(&path).unwrap();
        first.insert(path, world.import(channel_of(&bytes), &bytes).await);
    }
    world.settle().await;
    world.assert_money_is_conserved().await;
    let payments = world.payments().await;
    let holds = world.holds().await.len();
    for (path, before) in first {
        let bytes = std::fs::read(&path).unwrap();
        let again = world.import(channel_of(&bytes), &bytes).await;
        assert!(again.as_ref().is_none_or(|again| !again.is_new), "{path:?}");
        let tallies = (before.map(|one| one.tally), again.map(|one| one.tally));
        assert_eq!(tallies.0, tallies.1, "{path:?}");
    }
    world.settle().await;
    assert_eq!(world.payments().await, payments);
    assert_eq!(world.holds().await.len(), holds);
}
