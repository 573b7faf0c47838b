//! A list as a file of cells, for the programs that people reckon with.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use anyhow::Context;

use crate::console::list::CSV_ROWS_MAX;
use crate::console::trouble::Trouble;
use crate::words::{Language, number};

/// Without it, spreadsheets take the file for one in the system's old code page.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What begins a formula in a spreadsheet: text from outside must not.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A list as cells.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    /// The name of the file, without its end.
    pub(crate) name: &'static str,
    /// What stands above the columns.
    pub(crate) heads: Vec<&'static str>,
    /// The rows; one more than a file may have says that there are more.
    pub(crate) rows: Vec<Vec<String>>,
}

/// Answers with a file of cells: UTF-8, semicolons between cells, as spreadsheets in Romania read them.
pub(crate) fn answer_cells(cells: Cells, language: Language) -> Result<HttpResponse, Trouble> {
    let name = format!("attachment; filename=\"{}.csv\"", cells.name);
    let file = written(cells, language).context("writing a list as cells")?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .body(file))
}

fn written(mut cells: Cells, language: Language) -> anyhow::Result<Vec<u8>> {
    let most = usize::try_from(CSV_ROWS_MAX)?;
    let is_cut = cells.rows.len() > most;
    cells.rows.truncate(most);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_writer(MARK.to_vec());
    writer.write_record(&cells.heads)?;
    for row in &cells.rows {
        writer.write_record(row.iter().map(|cell| safe(cell)))?;
    }
    if is_cut {
        writer.write_record([cut_note(language)])?;
    }
    writer.into_inner().context("the last cells")
}

/// A cell that no spreadsheet takes for a formula.
fn safe(cell: &str) -> String {
    let is_number = cell.parse::<i64>().is_ok();
    if cell.starts_with(FORMULA) && !is_number {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn cut_note(language: Language) -> String {
    let most = number(language, CSV_ROWS_MAX);
    match language {
        Language::Romanian => format!(
            "Lista continuă: aici sunt primele {most} de rânduri. Restrângeți filtrele pentru rest."
        ),
        Language::English => {
            format!(
                "The list goes on: these are its first {most} rows. Narrow the filters for the rest."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: Vec<Vec<String>>) -> String {
        let cells = Cells {
            name: "orders",
            heads: vec!["Număr", "Stare"],
            rows,
        };
        String::from_utf8(written(cells, Language::Romanian).unwrap()).unwrap()
    }

    #[test]
    fn cells_are_what_they_say_and_never_a_formula() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let text = text(vec![
            row("CNIN-1", "a;b"),
            row("=1+1", "+4"),
            row("-5", "-x"),
            row("@SUM(A1)", "\tx"),
            row("ș\"ț", "rând\nnou"),
        ]);
        assert_eq!(
            text,
            "\u{feff}Număr;Stare\nCNIN-1;\"a;b\"\n'=1+1;+4\n-5;'-x\n'@SUM(A1);'\tx\n\"ș\"\"ț\";\"rând\nnou\"\n"
        );
    }

    #[test]
    fn a_file_that_was_cut_says_so_in_its_last_line() {
        let most = usize::try_from(CSV_ROWS_MAX).unwrap();
        let rows = vec![vec!["x".to_owned()]; most + 1];
        let text = text(rows);
        assert_eq!(text.lines().count(), 1 + most + 1);
        assert!(text.lines().last().unwrap().contains("10.000"));
        assert!(!self::text(vec![vec!["x".to_owned()]; 3]).contains("10.000"));
    }
}
