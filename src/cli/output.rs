//! What a command prints: tables and sentences for people, or JSON of a stable shape.
//!
//! A list is `{"data": […], "next": …}`, where `next` is what `--after` takes to go on; a single
//! thing is its object; a decision is an object with a `done` that says what was done.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// A row of a table.
pub(crate) trait Row: Serialize {
    /// The heads of its columns. A head that ends in `>` stands over numbers, to the right.
    const HEADS: &'static [&'static str];

    /// Its cells, as many as there are heads.
    fn cells(&self) -> Vec<String>;
}

/// A thing that is shown by itself.
pub(crate) trait Page: Serialize {
    /// Writes it for people.
    fn write(&self, sheet: &mut Sheet) -> io::Result<()>;
}

/// A list in JSON.
#[derive(Serialize)]
struct Listing<'a, T> {
    data: &'a [T],
    next: Option<&'a str>,
}

/// Where a command prints, and how.
pub(crate) struct Output<'a> {
    out: &'a mut dyn Write,
    is_json: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, is_json: bool) -> Self {
        Self { out, is_json }
    }

    /// Whether programs read what is printed.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Prints a list; `next` is where to go on, when there may be more.
    pub(crate) fn list<T: Row>(&mut self, rows: &[T], next: Option<&str>) -> io::Result<()> {
        if self.is_json {
            return self.json(&Listing { data: rows, next });
        }
        let mut sheet = Sheet::default();
        sheet.table(rows);
        if let Some(next) = next {
            sheet.line(&format!("More: add --after {next}"));
        }
        self.raw(sheet.text.as_bytes())
    }

    /// Prints one thing.
    pub(crate) fn page<T: Page>(&mut self, page: &T) -> io::Result<()> {
        if self.is_json {
            return self.json(page);
        }
        let mut sheet = Sheet::default();
        page.write(&mut sheet)?;
        self.raw(sheet.text.as_bytes())
    }

    /// Says in one sentence what was done, or in JSON.
    pub(crate) fn done(&mut self, json: &impl Serialize, sentence: &str) -> io::Result<()> {
        if self.is_json {
            return self.json(json);
        }
        self.raw(format!("{sentence}\n").as_bytes())
    }

    /// Prints bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// The writer itself, for what streams.
    pub(crate) fn writer(&mut self) -> &mut dyn Write {
        self.out
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self.out, value)?;
        self.raw(b"\n")
    }
}

/// Text for people, as it grows.
#[derive(Default)]
pub(crate) struct Sheet {
    text: String,
}

impl Sheet {
    /// One line.
    pub(crate) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A heading, apart from what stands above.
    pub(crate) fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(text);
    }

    /// Names with their values, one a line; an empty value is left out.
    pub(crate) fn fields(&mut self, fields: &[(&str, String)]) {
        let present = || fields.iter().filter(|(_, value)| !value.is_empty());
        let width = present().map(|(name, _)| name.chars().count()).max();
        let width = width.unwrap_or(0);
        for (name, value) in present() {
            self.line(&format!("{name:width$}  {value}"));
        }
    }

    /// A table, or a word that there is nothing.
    pub(crate) fn table<T: Row>(&mut self, rows: &[T]) {
        if rows.is_empty() {
            self.line("(none)");
            return;
        }
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(T::HEADS.iter().map(|head| head.trim_end_matches('>')));
        table.add_rows(rows.iter().map(Row::cells));
        for (column, head) in table.column_iter_mut().zip(T::HEADS) {
            column.set_padding((0, 2));
            if head.ends_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.line(&table.trim_fmt());
    }
}

/// An instant as people read it: UTC, whole seconds.
pub(crate) fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A value, or nothing.
pub(crate) fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[derive(Serialize)]
    struct Fruit {
        name: &'static str,
        count: u32,
    }

    impl Row for Fruit {
        const HEADS: &'static [&'static str] = &["NAME", "COUNT>"];

        fn cells(&self) -> Vec<String> {
            vec![self.name.to_owned(), self.count.to_string()]
        }
    }

    fn printed(is_json: bool, rows: &[Fruit], next: Option<&str>) -> String {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, is_json);
        output.list(rows, next).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_list_is_a_table_for_people_and_an_object_for_machines() {
        let rows = [
            Fruit {
                name: "măr",
                count: 7,
            },
            Fruit {
                name: "caisă",
                count: 120,
            },
        ];
        expect![[r"
            NAME   COUNT
            măr        7
            caisă    120
            More: add --after x
        "]]
        .assert_eq(&printed(false, &rows, Some("x")));
        expect![[r#"
            {
              "data": [
                {
                  "name": "măr",
                  "count": 7
                }
              ],
              "next": null
            }
        "#]]
        .assert_eq(&printed(true, &rows[..1], None));
    }

    #[test]
    fn an_empty_list_says_so() {
        assert_eq!(printed(false, &[], None), "(none)\n");
    }
}
