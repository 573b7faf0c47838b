//! A line without axes, beside a figure: how it went.

use std::fmt::Write;

/// The size of the drawing.
const WIDTH: i64 = 960;
const HEIGHT: i64 = 280;
/// Room above and below for half of the line's own width.
const MARGIN: i64 = 25;

/// The paths of such a line, empty where there are fewer than two values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Spark {
    /// The line.
    pub(crate) line: String,
    /// What lies below it.
    pub(crate) area: String,
}

impl Spark {
    /// Draws values from the oldest to the newest; zero lies at the bottom.
    pub(crate) fn of(values: &[i64]) -> Self {
        let highest = values.iter().copied().max().unwrap_or_default();
        let (Some(last), true) = (values.len().checked_sub(1), highest > 0) else {
            return Self::default();
        };
        let Ok(steps @ 1..) = i64::try_from(last) else {
            return Self::default();
        };
        let mut line = String::new();
        for (value, step) in values.iter().zip(0_i64..) {
            let x = WIDTH * step / steps;
            let room = HEIGHT - 2 * MARGIN;
            let y = HEIGHT - MARGIN - room.saturating_mul((*value).max(0)) / highest;
            let sign = if step == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _written = write!(line, "{sign}{x} {y}");
        }
        let area = format!("{line}V{HEIGHT}H0Z");
        Self { line, area }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_value_touches_the_top_and_nothing_the_bottom() {
        let spark = Spark::of(&[0, 5, 10]);
        assert_eq!(spark.line, "M0 255L480 140L960 25");
        assert_eq!(spark.area, "M0 255L480 140L960 25V280H0Z");
    }

    #[test]
    fn nothing_is_drawn_of_one_value_or_of_none() {
        for values in [&[][..], &[7], &[0, 0, 0]] {
            assert_eq!(Spark::of(values), Spark::default(), "{values:?}");
        }
    }
}
