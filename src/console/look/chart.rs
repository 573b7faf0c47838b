//! Columns over days, drawn by the server: geometry only; colours belong to the style sheet.

use std::fmt::Write;

use crate::words::{Language, number};

/// The height of the drawing; text is 118 high.
const HEIGHT: i64 = 2_420;
/// Where the columns begin, after the numbers of the axis.
const LEFT: i64 = 480;
/// What is left free at the right.
const MARGIN: i64 = 60;
const TOP: i64 = 230;
const BASE: i64 = 2_180;

/// A column to draw.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// How much.
    pub(crate) count: i64,
    /// How it is coloured.
    pub(crate) class: &'static str,
    /// What it says when it is pointed at.
    pub(crate) label: String,
    /// Its name under the axis; empty where there is no room.
    pub(crate) name: String,
}

/// A bar, drawn.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Bar {
    pub(crate) class: &'static str,
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) label: String,
}

/// A line of the grid.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Tick {
    pub(crate) y: i64,
    pub(crate) label: String,
}

/// A name under the axis; minor ones are left out where room is scarce.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Name {
    pub(crate) x: i64,
    pub(crate) text: String,
    pub(crate) minor: bool,
}

/// A stretch behind the bars.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Zone {
    pub(crate) class: &'static str,
    pub(crate) x: i64,
    pub(crate) width: i64,
}

/// A line that must not be crossed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Limit {
    pub(crate) x: i64,
    pub(crate) name: String,
    pub(crate) anchor: &'static str,
}

/// A point of the line over the bars.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Dot {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) label: String,
}

/// A figure written into the drawing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Note {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) figure: String,
    pub(crate) text: String,
}

/// A chart, drawn, with what it says to those who do not see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chart {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) left: i64,
    pub(crate) right: i64,
    pub(crate) top: i64,
    pub(crate) base: i64,
    /// The value at the top.
    pub(crate) top_value: i64,
    /// How many columns there are.
    pub(crate) count: i64,
    /// What it shows.
    pub(crate) title: String,
    /// What is to be seen in it.
    pub(crate) summary: String,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) note: Option<Note>,
    pub(crate) line: String,
    pub(crate) dots: Vec<Dot>,
    pub(crate) names: Vec<Name>,
    /// What opens its figures as a table.
    pub(crate) as_table: &'static str,
    /// The heads of that table.
    pub(crate) heads: Vec<String>,
    /// Its rows.
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

/// The step of the axis, of which there are four: 1, 2, 5, 10, 20, 25, 50, 100 and so on.
fn step_of(highest: i64) -> i64 {
    let powers = std::iter::successors(Some(10_i64), |power| power.checked_mul(10));
    let larger = powers.flat_map(|power| {
        [
            power,
            power.saturating_mul(2),
            power / 2 * 5,
            power.saturating_mul(5),
        ]
    });
    let mut steps = [1, 2, 5].into_iter().chain(larger);
    steps
        .find(|step| step.saturating_mul(4) >= highest)
        .unwrap_or(i64::MAX / 4)
}

impl Chart {
    /// Draws columns side by side into `width`, which is that of the card in tenths of a pixel.
    /// `above` is the highest value of what else is drawn over them.
    pub(crate) fn of(language: Language, columns: &[Column], width: i64, above: i64) -> Self {
        let highest = columns.iter().map(|column| column.count).max();
        let step = step_of(highest.unwrap_or_default().max(above).max(1));
        let top_value = step.saturating_mul(4);
        let mut chart = Self {
            top_value,
            width,
            height: HEIGHT,
            left: LEFT,
            right: width - MARGIN,
            count: i64::try_from(columns.len()).unwrap_or(1).max(1),
            top: TOP,
            base: BASE,
            ..Self::default()
        };
        for value in (0..=4).map(|place| place * step) {
            chart.ticks.push(Tick {
                y: height_of(value, top_value),
                label: number(language, value),
            });
        }
        for (column, place) in columns.iter().zip(0_i64..) {
            chart.place(column, place);
        }
        chart
    }

    fn place(&mut self, column: &Column, place: i64) {
        let (from, to) = (self.edge(place), self.edge(place + 1));
        let gap = (to - from) / if self.count > 20 { 10 } else { 4 };
        let y = height_of(column.count, self.top_value);
        if column.count > 0 {
            // What is there is seen, however few they are.
            let y = y.min(BASE - 28);
            self.bars.push(Bar {
                class: column.class,
                x: from + gap,
                y,
                width: to - from - 2 * gap,
                height: BASE - y,
                label: column.label.clone(),
            });
        }
        if !column.name.is_empty() {
            let minor = self.names.len() % 2 == 1;
            self.names.push(Name {
                x: i64::midpoint(from, to),
                text: column.name.clone(),
                minor,
            });
        }
    }

    /// Draws a line over the columns, with one value for each of them; it is broken where there is none.
    #[must_use]
    pub(crate) fn with_line(mut self, values: &[Option<(i64, String)>]) -> Self {
        let mut sign = 'M';
        for (value, place) in values.iter().zip(0_i64..) {
            let Some((value, label)) = value else {
                sign = 'M';
                continue;
            };
            let x = i64::midpoint(self.edge(place), self.edge(place + 1));
            let y = height_of(*value, self.top_value);
            // Writing to a string cannot fail.
            let _written = write!(self.line, "{sign}{x} {y}");
            sign = 'L';
            self.dots.push(Dot {
                x,
                y,
                label: label.clone(),
            });
        }
        self
    }

    /// Marks the columns from `from` until before `until`.
    #[must_use]
    pub(crate) fn with_zone(mut self, class: &'static str, from: i64, until: i64) -> Self {
        let x = self.edge(from);
        let width = self.edge(until) - x;
        self.zones.push(Zone { class, x, width });
        self
    }

    /// Draws a limit before the column `place`.
    #[must_use]
    pub(crate) fn with_limit(mut self, name: String, place: i64) -> Self {
        let x = self.edge(place);
        let anchor = if x > self.right - 500 {
            "end"
        } else {
            "middle"
        };
        self.limits.push(Limit { x, name, anchor });
        self
    }

    /// Writes a figure over the columns from `from` until before `until`.
    #[must_use]
    pub(crate) fn with_note(mut self, note: [String; 2], from: i64, until: i64) -> Self {
        let [figure, text] = note;
        self.note = Some(Note {
            x: i64::midpoint(self.edge(from), self.edge(until)),
            y: i64::midpoint(TOP, BASE),
            figure,
            text,
        });
        self
    }

    /// Where a column begins.
    fn edge(&self, place: i64) -> i64 {
        LEFT + (self.right - LEFT) * place / self.count.max(1)
    }
}

fn height_of(value: i64, top_value: i64) -> i64 {
    BASE - (BASE - TOP).saturating_mul(value.max(0)) / top_value.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(count: i64) -> Column {
        Column {
            count,
            class: "ok",
            label: String::new(),
            name: count.to_string(),
        }
    }

    #[test]
    fn the_axis_ends_at_a_round_number_above_the_highest() {
        for (highest, top) in [
            (1, 4),
            (5, 8),
            (9, 20),
            (41, 80),
            (85, 100),
            (801, 1_000),
            (1_406, 2_000),
        ] {
            assert_eq!(step_of(highest) * 4, top, "{highest}");
        }
    }

    #[test]
    fn a_single_one_is_seen_beside_thousands() {
        let chart = Chart::of(
            Language::Romanian,
            &[column(8_000), column(1), column(0)],
            6_400,
            0,
        );
        assert_eq!(chart.bars.len(), 2, "nothing is drawn of nothing");
        assert_eq!(chart.bars[1].height, 28);
        assert_eq!(chart.ticks[4].label, "8.000");
    }

    #[test]
    fn a_limit_at_the_edge_keeps_its_name_inside() {
        let chart = Chart::of(Language::English, &vec![column(1); 47], 6_400, 0);
        let chart = chart.with_limit("30".to_owned(), 30);
        let chart = chart.with_limit("45".to_owned(), 45);
        assert_eq!(chart.limits[0].anchor, "middle");
        assert_eq!(chart.limits[1].anchor, "end");
    }

    proptest! {
        #[test]
        fn every_bar_and_dot_lies_inside_the_drawing(
            counts in prop::collection::vec(0_i64..10_000_000, 1..60),
            line in prop::collection::vec(0_i64..10_000_000, 1..60),
        ) {
            let columns: Vec<_> = counts.iter().copied().map(column).collect();
            let above = line.iter().copied().max().unwrap();
            let line = line.into_iter().map(|value| Some((value, String::new())));
            let line: Vec<_> = line.take(columns.len()).collect();
            let chart = Chart::of(Language::Romanian, &columns, 5_200, above).with_line(&line);
            let (left, right) = (chart.left, chart.right);
            for bar in &chart.bars {
                prop_assert!(bar.x >= left && bar.x + bar.width <= right && bar.width > 0);
                prop_assert!(bar.y >= TOP && bar.y + bar.height == BASE);
            }
            for dot in &chart.dots {
                prop_assert!((TOP..=BASE).contains(&dot.y) && (left..=right).contains(&dot.x));
            }
        }
    }
}
