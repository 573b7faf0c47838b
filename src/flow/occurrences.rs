//! Which one a line is among equals of its file.
//!
//! Most lines of a bank have no reference, and twins are normal where everybody pays the same. The
//! count of every line told so far is kept in a table of fixed size, 15 bytes a line: a million
//! lines take 15 MB, where a map would double to 50 while it grows, and the database would be asked
//! once a line. Lines are known by 64 bits of a keyed hash. Of a million lines two share theirs
//! once in forty million files, and nobody without the key can write such two; a file that is told
//! again tells them the same way.

/// Counts equal lines.
pub(crate) struct Occurrences {
    hashes: Vec<u64>,
    /// How often the hash beside it was seen; 0 where the place is free.
    counts: Vec<u32>,
}

impl Occurrences {
    /// A table for so many lines at most; more are counted ever more slowly.
    pub(crate) fn of_lines(lines: usize) -> Self {
        // A fifth stays free, so that a place is found in a few steps.
        let places = lines + lines / 4 + 8;
        Self {
            hashes: vec![0; places],
            counts: vec![0; places],
        }
    }

    /// Counts a line: 1 for the first of its equals.
    pub(crate) fn count(&mut self, hash: u64) -> u32 {
        let places = self.hashes.len();
        let first = place_of(hash, places);
        for at in (first..places).chain(0..first) {
            let (Some(known), Some(count)) = (self.hashes.get_mut(at), self.counts.get_mut(at))
            else {
                break;
            };
            if *count == 0 {
                *known = hash;
            }
            if *known == hash {
                *count = count.saturating_add(1);
                return *count;
            }
        }
        // Every place is taken: there are more lines than were announced.
        self.hashes.push(hash);
        self.counts.push(1);
        1
    }
}

/// Where to begin: hashes are spread evenly over the places.
fn place_of(hash: u64, places: usize) -> usize {
    let places = u128::try_from(places).unwrap_or(u128::MAX);
    let at = (u128::from(hash) * places) >> 64;
    usize::try_from(at).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_line_is_counted_as_a_map_would(
            hashes in prop::collection::vec(prop_oneof![0..8_u64, any::<u64>()], 1..400)
        ) {
            let mut occurrences = Occurrences::of_lines(hashes.len());
            let mut map: HashMap<u64, u32> = HashMap::new();
            for hash in hashes {
                let expected = map.entry(hash).or_insert(0);
                *expected += 1;
                prop_assert_eq!(occurrences.count(hash), *expected);
            }
        }
    }

    #[test]
    fn the_first_of_more_lines_than_announced_is_the_first() {
        let mut occurrences = Occurrences::of_lines(0);
        assert!((0..100).all(|hash| occurrences.count(hash << 32) == 1));
    }
}
