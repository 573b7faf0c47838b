//! A digest of many lines that does not depend on their order, made one line at a time.
//!
//! The keyed hashes of all lines are added up as numbers of 256 bits. Whoever wanted two different
//! statements with the same sum would have to know the hashes, and so the key.

use openssl::sha::Sha256;

/// The sum of the lines so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Digest {
    /// The lowest 64 bits come first.
    sum: [u64; 4],
    lines: u64,
}

impl Digest {
    /// Adds a line, or part `part` of one, counted from 1.
    pub(crate) fn add(&mut self, hash: &[u8; 32], part: u32) {
        let mut line = Sha256::new();
        line.update(hash);
        line.update(&part.to_be_bytes());
        let line = line.finish();
        let mut carry = 0_u128;
        let words = line.as_chunks::<8>().0;
        for (sum, word) in self.sum.iter_mut().zip(words) {
            let total = u128::from(*sum) + u128::from(u64::from_le_bytes(*word)) + carry;
            *sum = low(total);
            carry = total >> 64;
        }
        self.lines += 1;
    }

    /// The digest of a statement with these lines and balances.
    pub(crate) fn finished(&self, balances: (Option<i64>, Option<i64>)) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(format!("{balances:?}|{}|{:?}", self.lines, self.sum).as_bytes());
        hash.finish()
    }
}

fn low(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(lines: &[(u8, u32)]) -> [u8; 32] {
        let mut digest = Digest::default();
        for (byte, part) in lines {
            digest.add(&[*byte; 32], *part);
        }
        digest.finished((Some(1), None))
    }

    #[test]
    fn the_order_of_lines_does_not_matter_and_all_else_does() {
        let one = digest(&[(1, 0), (2, 0), (2, 1)]);
        assert_eq!(one, digest(&[(2, 1), (2, 0), (1, 0)]));
        for other in [
            &[(1, 0), (2, 0)][..],
            &[(1, 0), (2, 0), (2, 0)],
            &[(1, 0), (2, 0), (2, 2)],
            &[(1, 0), (2, 0), (2, 1), (2, 1)],
        ] {
            assert_ne!(one, digest(other), "{other:?}");
        }
        assert_ne!(
            Digest::default().finished((Some(1), None)),
            Digest::default().finished((None, Some(1)))
        );
    }

    #[test]
    fn sums_carry_from_word_to_word() {
        let mut digest = Digest {
            sum: [u64::MAX; 4],
            lines: 0,
        };
        let before = digest.sum;
        digest.add(&[7; 32], 0);
        let mut other = Digest::default();
        other.add(&[7; 32], 0);
        // All ones is minus one.
        assert_ne!(digest.sum, before);
        assert_eq!(digest.sum[0], other.sum[0] - 1);
        assert_eq!(digest.sum[1..], other.sum[1..]);
    }
}
