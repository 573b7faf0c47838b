//! `payment report`: the reconciliation report, for people, as JSON or as CSV.

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::application::lei;
use crate::cli::arguments::codes;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::calendar::bucharest_day;
use crate::domain::payment::Channel;
use crate::flow::draw_report::{ReportRequest, draw_report};
use crate::http::payments::report_view::{
    ClosedDayView, DayTotalsView, InvariantView, LaterChangeView, ReportView, RowView,
};

/// Rows that are shown to people; the rest is in the CSV.
const SHOWN_MAX: usize = 200;

/// Reconcile what channels told, what the bank credited, and what fees were paid
#[derive(Args, Debug)]
pub(crate) struct Report {
    /// The first day, in Romania
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// The last day; 92 days at most
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
    /// Only this channel
    #[arg(long, ignore_case = true, value_parser = codes(Channel::ALL, Channel::parse))]
    channel: Option<Channel>,
    /// Every row of every leg as CSV
    #[arg(long)]
    csv: bool,
}

impl Row for InvariantView {
    const HEADS: &'static [&'static str] = &["INVARIANT", "", "HOLDS", "WANTED>", "FOUND>", "NOT"];

    fn cells(&self) -> Vec<String> {
        let figure = |figure: i64| match self.currency {
            Some(_) => lei(figure),
            None => figure.to_string(),
        };
        vec![
            self.code.to_owned(),
            self.currency.clone().unwrap_or_default(),
            if self.holds { "pass" } else { "FAIL" }.to_owned(),
            figure(self.wanted),
            figure(self.found),
            self.broken_by.join(" "),
        ]
    }
}

impl Row for DayTotalsView {
    const HEADS: &'static [&'static str] = &[
        "DAY",
        "CHANNEL",
        "",
        "STATE",
        "IN>",
        "MATCHED>",
        "SUGGESTED>",
        "UNMATCHED>",
        "REFUNDS>",
        "FOREIGN>",
        "REVERSED>",
        "NO FEE>",
        "EXPECTED>",
        "MISMATCHED>",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.day.to_string(),
            self.channel.to_owned(),
            self.currency.clone(),
            self.state.to_owned(),
            lei(self.money_in_minor),
            lei(self.matched_minor),
            lei(self.suggested_minor),
            lei(self.unmatched_minor),
            lei(self.refunds_minor),
            lei(self.foreign_minor),
            lei(self.reversed_minor),
            lei(self.not_fees_minor),
            self.expected.to_string(),
            self.mismatched.to_string(),
        ]
    }
}

/// A row that does not agree.
#[derive(Serialize)]
struct Open<'a>(&'a RowView);

impl Row for Open<'_> {
    const HEADS: &'static [&'static str] = &[
        "DAY", "CHANNEL", "LEG", "KEY", "FINDING", "FIRST>", "SECOND>", "", "DAYS>", "STATE",
    ];

    fn cells(&self) -> Vec<String> {
        let row = self.0;
        vec![
            row.day.to_string(),
            row.channel.to_owned(),
            row.leg.to_owned(),
            row.key.clone(),
            row.finding.to_owned(),
            row.announced_minor.map(lei).unwrap_or_default(),
            row.confirmed_minor.map(lei).unwrap_or_default(),
            row.currency.clone(),
            row.age_days.to_string(),
            or_empty(row.state),
        ]
    }
}

impl Row for ClosedDayView {
    const HEADS: &'static [&'static str] =
        &["DAY", "CHANNEL", "CLOSED BY", "AT", "REASON", "UNCHANGED"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.day.to_string(),
            self.channel.to_owned(),
            self.closed_by.clone(),
            instant(self.closed_at),
            self.reason.clone().unwrap_or_default(),
            if self.unchanged { "yes" } else { "NO" }.to_owned(),
        ]
    }
}

impl Row for LaterChangeView {
    const HEADS: &'static [&'static str] =
        &["DAY", "CHANNEL", "PAYMENT", "EVENT", "BY", "AT", "REASON"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.day.to_string(),
            self.channel.to_owned(),
            self.payment.clone(),
            self.event.clone(),
            self.actor.clone(),
            instant(self.at),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

impl Page for ReportView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.table(&self.invariants);
        sheet.heading("Days");
        sheet.table(&self.days);
        sheet.heading("Rows that do not agree");
        let open: Vec<Open<'_>> = self
            .rows
            .iter()
            .filter(|row| row.class.is_some())
            .map(Open)
            .collect();
        sheet.table(open.get(..SHOWN_MAX).unwrap_or(&open));
        let more = open.len().saturating_sub(SHOWN_MAX);
        if more > 0 {
            sheet.line(&format!("{more} more: add --csv"));
        }
        if !self.closed.is_empty() {
            sheet.heading("Closed days");
            sheet.table(&self.closed);
        }
        if !self.after_close.is_empty() {
            sheet.heading("After close");
            sheet.table(&self.after_close);
        }
        Ok(())
    }
}

const CSV_HEADS: &str = "day,channel,leg,key,reference,finding,class,announced_minor,\
                         confirmed_minor,currency,age_days,state,reason\r\n";

pub(super) async fn run(command: &Report, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let request = ReportRequest::new(command.from, command.to, command.channel);
    let request = request.map_err(|refusal| CliError::usage(refusal.to_string()))?;
    let today = bucharest_day(context.clock.now());
    let mut tx = context.store().await?.read().await?;
    let view = ReportView::from(draw_report(&mut tx, &request, today).await?);
    drop(tx);
    if command.csv {
        context.output.raw(CSV_HEADS.as_bytes())?;
        let writer = context.output.writer();
        for row in &view.rows {
            writer.write_all(csv_line(row).as_bytes())?;
        }
        writer.flush()?;
    } else {
        context.output.page(&view)?;
    }
    Ok(if view.holds { Exit::Ok } else { Exit::Partial })
}

/// One line of CSV (RFC 4180).
fn csv_line(row: &RowView) -> String {
    let fields = [
        row.day.to_string(),
        row.channel.to_owned(),
        row.leg.to_owned(),
        text(&row.key),
        row.reference.as_deref().map(text).unwrap_or_default(),
        row.finding.to_owned(),
        or_empty(row.class),
        or_empty(row.announced_minor),
        or_empty(row.confirmed_minor),
        text(&row.currency),
        row.age_days.to_string(),
        or_empty(row.state),
        or_empty(row.reason),
    ];
    format!("{}\r\n", fields.join(","))
}

/// A text of somebody else's, quoted. One that spreadsheets would calculate is kept from that.
fn text(value: &str) -> String {
    let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    let needs_quotes = value.contains([',', '"', '\r', '\n']);
    let guarded = format!("{guard}{}", value.replace('"', "\"\""));
    if needs_quotes {
        return format!("\"{guarded}\"");
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_and_never_calculated() {
        for (value, written) in [
            ("T-1", "T-1"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("-5,3", "\"'-5,3\""),
            ("", ""),
        ] {
            assert_eq!(text(value), written);
        }
    }
}
