//! A bar of three parts: on time, at risk, late.

/// The width of the drawing.
const WIDTH: i64 = 1_000;
/// What is there is seen, however small its share.
const SMALLEST: i64 = 14;

/// A part of the bar.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Part {
    /// How it is coloured.
    pub(crate) class: &'static str,
    /// Where it begins.
    pub(crate) from: i64,
    /// How wide it is.
    pub(crate) width: i64,
}

/// The bar, with what it says to those who do not see it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Share {
    /// Its parts from left to right; those of nothing are left out.
    pub(crate) parts: Vec<Part>,
    /// The same in words.
    pub(crate) label: String,
}

impl Share {
    /// Draws the bar of these counts.
    pub(crate) fn of(on_time: i64, at_risk: i64, late: i64, label: String) -> Self {
        let total = on_time + at_risk + late;
        let width = |count: i64| match count {
            1.. => (WIDTH.saturating_mul(count) / total).max(SMALLEST),
            _ => 0,
        };
        // The largest part, which is on time nearly always, gives room to the small ones.
        let (risk, late) = (width(at_risk), width(late));
        let ok = if on_time > 0 {
            (WIDTH - risk - late).max(SMALLEST)
        } else {
            0
        };
        let mut from = 0;
        let mut parts = Vec::new();
        for (class, width) in [("ok", ok), ("risk", risk), ("late", late)] {
            if width > 0 {
                parts.push(Part { class, from, width });
                from += width;
            }
        }
        Self { parts, label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(on_time: i64, at_risk: i64, late: i64) -> Vec<(&'static str, i64, i64)> {
        let share = Share::of(on_time, at_risk, late, String::new());
        let parts = share.parts.into_iter();
        parts
            .map(|part| (part.class, part.from, part.width))
            .collect()
    }

    #[test]
    fn what_is_there_is_seen_however_few_they_are() {
        let parts = widths(100_000, 1, 1);
        assert_eq!(
            parts,
            [("ok", 0, 972), ("risk", 972, 14), ("late", 986, 14)]
        );
    }

    #[test]
    fn what_is_not_there_takes_no_room() {
        assert_eq!(widths(0, 0, 0), []);
        assert_eq!(widths(0, 0, 3), [("late", 0, 1_000)]);
        assert_eq!(widths(3, 1, 0), [("ok", 0, 750), ("risk", 750, 250)]);
    }
}
