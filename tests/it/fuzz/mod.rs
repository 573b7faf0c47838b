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
use crate::tidy::manifest::dependencies;

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

/// The packages of a lock file: name, version, what they depend on.
fn packages(path: &str) -> Vec<(String, String, BTreeSet<String>)> {
    let text = fs::read_to_string(path).unwrap();
    let value = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let package = |block: &str| {
        let mut lines = block.lines().skip(1).map(value);
        let (name, version) = (lines.next().unwrap(), lines.next().unwrap());
        let depends = lines.map(|line| line.split(' ').next().unwrap().to_owned());
        (name, version, depends.collect())
    };
    text.split("[[package]]").skip(1).map(package).collect()
}

#[test]
fn the_targets_are_built_with_what_the_gateway_is_built_with() {
    let renew = "cp Cargo.lock fuzz/Cargo.lock && cargo metadata --manifest-path fuzz/Cargo.toml";
    let (ours, theirs) = (packages("Cargo.lock"), packages("fuzz/Cargo.lock"));
    let versions: BTreeSet<_> = ours
        .iter()
        .map(|(name, version, _)| (name, version))
        .collect();
    let known: BTreeSet<_> = ours.iter().map(|(name, ..)| name).collect();
    for (name, version, _) in theirs.iter().filter(|(name, ..)| known.contains(name)) {
        assert!(
            versions.contains(&(name, version)),
            "{name} {version}: {renew}"
        );
    }
    let gateway = theirs.iter().find(|(name, ..)| name == "cei-gateway");
    let (_, _, depends) = gateway.expect("the gateway");
    for name in dependencies() {
        let is_there = depends.iter().any(|one| one.replace('-', "_") == name);
        assert!(is_there, "{name} is missing: {renew}");
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
