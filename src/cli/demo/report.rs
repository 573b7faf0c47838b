//! The account as people read it.

use std::collections::BTreeMap;
use std::io;

use crate::cli::demo::account::Account;
use crate::cli::output::{Page, Row, Sheet};
use crate::domain::reason::Reason;
use serde::Serialize;

/// One line of a table of counts.
#[derive(Serialize)]
struct Count {
    what: String,
    count: i64,
}

impl Row for Count {
    const HEADS: &'static [&'static str] = &["WHAT", "COUNT>"];

    fn cells(&self) -> Vec<String> {
        vec![self.what.clone(), self.count.to_string()]
    }
}

/// What waits for one reason.
#[derive(Serialize)]
struct Cause {
    code: i64,
    title: String,
    subject: String,
    count: i64,
}

impl Row for Cause {
    const HEADS: &'static [&'static str] = &["CODE", "WHY", "SUBJECT", "COUNT>"];

    fn cells(&self) -> Vec<String> {
        let count = self.count.to_string();
        vec![
            self.code.to_string(),
            self.title.clone(),
            self.subject.clone(),
            count,
        ]
    }
}

impl Page for Account {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        sheet.heading("Applications by state");
        let states = self.by_state.iter();
        let rows: Vec<Count> = states
            .map(|(state, count)| Count {
                what: (*state).to_owned(),
                count: *count,
            })
            .collect();
        sheet.table(&rows);

        sheet.heading("Payments by outcome");
        sheet.table(&payment_rows(self));

        sheet.heading("What waits for a decision, and why");
        sheet.table(&causes(self));

        sheet.heading("Altogether");
        sheet.fields(&[
            ("applications", self.applications.to_string()),
            ("orders", self.orders.to_string()),
            ("order lines", self.order_lines.to_string()),
            ("cards", self.cards.to_string()),
            ("retries towards the bureau", self.retries.to_string()),
            ("events read by offices", self.events_delivered.to_string()),
            ("ordered twice", self.ordered_twice.to_string()),
            ("lost", self.lost.to_string()),
            ("seconds", self.seconds.to_string()),
        ]);

        if self.discrepancies.is_empty() {
            sheet.heading("Everything is accounted for.");
        } else {
            sheet.heading("NOT accounted for:");
            for discrepancy in &self.discrepancies {
                sheet.line(discrepancy);
            }
        }
        Ok(())
    }
}

fn payment_rows(account: &Account) -> Vec<Count> {
    let payments = &account.payments;
    [
        ("recorded", payments.recorded),
        ("matched", payments.matched),
        ("suggested", payments.suggested),
        ("unmatched", payments.unmatched),
        ("reversed", payments.reversed),
        ("refund due", payments.refund_due),
        ("no fee (charges, settlement lots)", payments.no_fee),
    ]
    .map(|(what, count)| Count {
        what: what.to_owned(),
        count,
    })
    .into()
}

fn causes(account: &Account) -> Vec<Cause> {
    let mut counts: BTreeMap<(i64, &str), i64> = BTreeMap::new();
    for waiting in &account.holds {
        *counts.entry((waiting.code, &waiting.subject)).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((code, subject), count)| {
            let reason = u16::try_from(code).ok().and_then(Reason::from_number);
            let title = reason.map(Reason::title_en).unwrap_or_default().to_owned();
            Cause {
                code,
                title,
                subject: subject.to_owned(),
                count,
            }
        })
        .collect()
}
