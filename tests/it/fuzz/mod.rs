//! The functions that the fuzz targets call, on their seeds and on what was found with them.
//!
//! `make fuzz` looks for more. What it finds is put beside the seeds, under a name that says what
//! it was, and stays.

#[expect(
    unreachable_pub,
    reason = "also a public module of the targets' own library"
)]
#[path = "../../../fuzz/src/properties.rs"]
mod properties;
mod seeds;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cei_gateway::random::Random;

use crate::kit::rust_source::files_in;

/// What a target calls.
type Property = fn(&[u8]);

const TARGETS: [(&str, Property); 6] = [
    ("canonicalizer", properties::canonicalizer),
    ("reader", properties::reader),
    ("verifier", properties::verifier),
    ("documents", properties::documents),
    ("statements", properties::statements),
    ("persons", properties::persons),
];

/// The seeds of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let files = files_in(&Path::new("fuzz/corpus").join(target));
    assert!(files.len() > 2, "{target} has {} seeds", files.len());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// A seed with some of its bytes changed, or put elsewhere.
fn changed(seed: &[u8], random: &Random) -> Vec<u8> {
    let below = |bound: usize| {
        let bound = u64::try_from(bound).unwrap();
        usize::try_from(random.below(bound.max(1))).unwrap()
    };
    let mut changed = seed.to_vec();
    for _ in 0..=below(3) {
        let place = below(changed.len());
        match below(4) {
            0 => changed.truncate(place),
            1 => changed.insert(place, u8::try_from(below(256)).unwrap()),
            2 => {
                let end = (place + below(20)).min(changed.len());
                changed.drain(place..end);
            }
            _ => changed.extend(&seed[below(seed.len())..]),
        }
    }
    changed
}

#[test]
fn what_must_hold_for_any_bytes_holds_for_every_seed() {
    for (_, property) in TARGETS {
        for (target, _) in TARGETS {
            for seed in corpus(target) {
                property(&seed);
            }
        }
    }
}

#[test]
fn what_must_hold_for_any_bytes_holds_for_changed_seeds() {
    let random = Random::seeded(5);
    for (target, property) in TARGETS {
        for seed in corpus(target) {
            for _ in 0..30 {
                property(&changed(&seed, &random));
            }
        }
    }
}

#[test]
fn every_target_is_tested_here() {
    let manifest = fs::read_to_string("fuzz/Cargo.toml").unwrap();
    let built: BTreeSet<_> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"))
        .filter_map(|file| file.strip_suffix(".rs\""))
        .collect();
    let tested: BTreeSet<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(built, tested);
}
