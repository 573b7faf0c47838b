//! Choices that simulators make by chance.

use crate::random::Random;

/// One of `list`; the default of `T` when the list is empty.
pub(crate) fn one_of<T: Copy + Default>(random: &Random, list: &[T]) -> T {
    let length = u64::try_from(list.len()).unwrap_or(u64::MAX);
    let place = usize::try_from(random.below(length)).unwrap_or(usize::MAX);
    list.get(place).copied().unwrap_or_default()
}

/// True once in `n` times on average.
pub(crate) fn once_in(random: &Random, n: u64) -> bool {
    random.below(n) == 0
}

/// A number from `low` to `high`, both included.
pub(crate) fn between(random: &Random, low: u32, high: u32) -> u32 {
    let choices = u64::from(high.saturating_sub(low)) + 1;
    low.saturating_add(u32::try_from(random.below(choices)).unwrap_or(0))
}
