//! The two charts: how old living applications are, and what came and went.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::console::look::chart::{Chart, Column};
use crate::console::pages::dashboard::figures::{DayFigures, Figures, RISK_DAYS};
use crate::domain::term::{EXTENSION_DAYS_MAX, TERM_DAYS};
use crate::domain::working_days::is_public_holiday;
use crate::words::{Language, count, date, day_and_month, noun, number};

/// Widths of the drawings, in tenths of a pixel.
const AGES_WIDTH: i64 = 6_400;
const DAYS_WIDTH: i64 = 5_200;

/// Every fifth day has its name under the axis.
const NAMED_DAYS: i64 = 5;

/// The age on which the usual term ends, and the one on which an extended term does.
fn terms() -> (i64, i64) {
    (
        i64::from(TERM_DAYS),
        i64::from(TERM_DAYS + EXTENSION_DAYS_MAX),
    )
}

/// How many are past 30 days: with an extension, and past their term.
pub(crate) fn past_usual_term(figures: &Figures) -> (i64, i64) {
    let (usual, _) = terms();
    let old = figures.count(|alike| figures.age(alike) > usual);
    let late = figures.count(|alike| figures.age(alike) > usual && figures.is_late(alike));
    (old - late, late)
}

/// Living applications by age.
pub(super) fn ages(figures: &Figures, language: Language) -> Chart {
    // The last column stands for everything older.
    let (_, extended) = terms();
    let of_age = |age| figures.count(|alike| figures.age(alike).clamp(0, extended + 1) == age);
    let columns: Vec<Column> = (0..=extended + 1)
        .map(|age| column(of_age(age), age, language))
        .collect();
    let heads = [
        language.choose("Day", "Ziua"),
        language.choose("Applications", "Cereri"),
    ];
    let (prolonged, late) = past_usual_term(figures);
    let title = language.choose(
        "Unfinished applications by age in days",
        "Cereri nefinalizate după vechimea în zile",
    );
    let chart = Chart {
        title: title.to_owned(),
        summary: ages_in_words(figures.count(|_| true), prolonged + late, language),
        as_table: as_table(language),
        heads: heads.map(str::to_owned).into(),
        rows: columns
            .iter()
            .zip(0_i64..)
            .filter(|(column, _)| column.count > 0)
            .map(|(column, age)| (age_name(age), vec![number(language, column.count)]))
            .collect(),
        ..Chart::of(language, &columns, AGES_WIDTH, 0)
    };
    with_terms(chart, prolonged, late, language)
}

fn ages_in_words(total: i64, old: i64, language: Language) -> String {
    let total = count(language, total, noun::APPLICATION);
    let old = number(language, old);
    match language {
        Language::Romanian => format!("{total}, dintre care {old} peste {TERM_DAYS} de zile."),
        Language::English => format!("{total}, {old} of them older than {TERM_DAYS} days."),
    }
}

/// Draws where the usual term ends and an extended one, and how many are past the first.
fn with_terms(chart: Chart, prolonged: i64, late: i64, language: Language) -> Chart {
    let (usual, extended) = terms();
    let day = language.choose("d", "z");
    let term = language.choose("term", "termen");
    let chart = chart
        .with_zone("zone", usual + 1, extended + 2)
        .with_limit(format!("{term} {usual} {day}"), usual + 1)
        .with_limit(format!("{extended} {day}"), extended + 1);
    if prolonged + late == 0 {
        return chart;
    }
    let note = match language {
        Language::Romanian => format!("{prolonged} prelungite · {late} peste termen"),
        Language::English => format!("{prolonged} extended · {late} late"),
    };
    let figure = count(language, prolonged + late, noun::APPLICATION);
    chart.with_note([figure, note], usual + 1, extended + 2)
}

fn column(count: i64, age: i64, language: Language) -> Column {
    let (usual, extended) = terms();
    let risk = i64::try_from(RISK_DAYS).unwrap_or_default();
    let class = match age {
        age if age > usual => "late",
        age if age > usual - risk => "risk",
        _ => "ok",
    };
    let day = language.choose("day", "ziua");
    Column {
        count,
        class,
        label: format!("{day} {}: {}", age_name(age), number(language, count)),
        name: if age % NAMED_DAYS == 0 && age <= extended {
            age.to_string()
        } else {
            String::new()
        },
    }
}

fn age_name(age: i64) -> String {
    let (_, extended) = terms();
    if age > extended {
        format!("> {extended}")
    } else {
        age.to_string()
    }
}

/// What came and went on the last days.
pub(super) fn days(figures: &Figures, language: Language) -> Chart {
    let days = &figures.days;
    let (received, arrived) = both_ways(language);
    let above = days.iter().map(|day| day.arrived).max().unwrap_or_default();
    let received_in_all = number(language, days.iter().map(|day| day.received).sum());
    let arrived_in_all = number(language, days.iter().map(|day| day.arrived).sum());
    let title = language.choose(
        "Received and delivered by day",
        "Primite și livrate pe zile",
    );
    let chart = Chart {
        title: title.to_owned(),
        summary: format!("{received_in_all} {received}, {arrived_in_all} {arrived}."),
        as_table: as_table(language),
        heads: [language.choose("Day", "Ziua"), received, arrived]
            .map(str::to_owned)
            .into(),
        rows: days.iter().map(|day| row(day, language)).collect(),
        ..Chart::of(
            language,
            &received_by_day(days, language),
            DAYS_WIDTH,
            above,
        )
    };
    let rests = days.iter().zip(0_i64..).filter(|(day, _)| is_rest(day.day));
    rests
        .fold(chart, |chart, (_, place)| {
            chart.with_zone("rest", place, place + 1)
        })
        .with_line(&arrived_by_day(days, language))
}

const fn both_ways(language: Language) -> (&'static str, &'static str) {
    (
        language.choose("received", "primite"),
        language.choose("arrived at the office", "ajunse la serviciu"),
    )
}

fn row(day: &DayFigures, language: Language) -> (String, Vec<String>) {
    let cells = [day.received, day.arrived].map(|count| number(language, count));
    (date(language, day.day), cells.into())
}

fn received_by_day(days: &[DayFigures], language: Language) -> Vec<Column> {
    let (received, _) = both_ways(language);
    let column = |(day, place): (&DayFigures, i64)| {
        let count = number(language, day.received);
        Column {
            count: day.received,
            class: "in",
            label: format!("{}: {count} {received}", date(language, day.day)),
            name: if place % 2 == 0 {
                day_and_month(language, day.day)
            } else {
                String::new()
            },
        }
    };
    days.iter().zip(0_i64..).map(column).collect()
}

fn arrived_by_day(days: &[DayFigures], language: Language) -> Vec<Option<(i64, String)>> {
    let (_, arrived) = both_ways(language);
    let point = |day: &DayFigures| {
        // On days of rest the bureau sends nothing, and the line does not fall to say so.
        let is_drawn = day.arrived > 0 || !is_rest(day.day);
        let (name, count) = (date(language, day.day), number(language, day.arrived));
        is_drawn.then(|| (day.arrived, format!("{name}: {count} {arrived}")))
    };
    days.iter().map(point).collect()
}

/// Saturdays, Sundays and public holidays.
pub(super) fn is_rest(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun) || is_public_holiday(day)
}

const fn as_table(language: Language) -> &'static str {
    language.choose("The figures as a table", "Cifrele ca tabel")
}
