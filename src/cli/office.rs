//! `office`: who may submit applications.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::{MayBeWhy, codes};
use crate::cli::context::{Change, Context};
use crate::cli::exit::CliError;
use crate::cli::output::{Row, or_empty};
use crate::domain::county::{County, Siruta};
use crate::domain::id::OfficeId;
use crate::domain::office::{CLUJ, OfficeCode};
use crate::store::offices;

/// Local offices
#[derive(Debug, Subcommand)]
pub(crate) enum Office {
    /// Add an office, or those of Cluj county; one that is known already is left as it is
    Add(Add),
    /// List every office by its code
    List,
}

/// Add an office, or those of Cluj county
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// Add the eight offices of Cluj county
    #[arg(long, conflicts_with_all = ["code", "name", "county", "siruta"])]
    cluj: bool,
    /// Code, such as `CLJ-01`
    #[arg(long, required_unless_present = "cluj")]
    code: Option<String>,
    /// Name, as people say it
    #[arg(long, required_unless_present = "cluj")]
    name: Option<String>,
    /// County code on registration plates
    #[arg(long, required_unless_present = "cluj", ignore_case = true, hide_possible_values = true,
          value_parser = codes(County::ALL, County::parse))]
    county: Option<County>,
    /// SIRUTA number of its locality
    #[arg(long, value_name = "NUMBER")]
    siruta: Option<u32>,
    /// First day on which it takes applications (2025-03-20: every office issues the card)
    #[arg(long, value_name = "DATE", default_value = "2025-03-20")]
    opened_on: NaiveDate,
    #[command(flatten)]
    why: MayBeWhy,
}

#[derive(Serialize)]
struct OfficeRow {
    code: String,
    name: String,
    county: String,
    siruta: Option<i64>,
    opened_on: NaiveDate,
    id: String,
}

impl Row for OfficeRow {
    const HEADS: &'static [&'static str] = &["CODE", "NAME", "COUNTY", "SIRUTA>", "OPENED ON"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.code.clone(),
            self.name.clone(),
            self.county.clone(),
            or_empty(self.siruta),
            self.opened_on.to_string(),
        ]
    }
}

pub(crate) async fn run(command: Office, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Office::Add(add) => self::add(add, context).await,
        Office::List => list(context).await,
    }
}

async fn add(command: Add, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let why = command.why.given().map(str::to_owned);
    let new = new_offices(command, context)?;
    let at = context.clock.now();
    let mut tx = context.store().await?.begin().await?;
    let mut added = Vec::new();
    for office in &new {
        if offices::insert(&mut tx, office, at).await? {
            let change = Change {
                action: "OFFICE_ADDED",
                kind: "OFFICE",
                subject: office.code.clone(),
                detail: office.id.to_string(),
                reason: why.clone(),
            };
            context.put_on_record(&mut tx, change);
            added.push(office.code.as_str());
        }
    }
    tx.commit().await?;
    let sentence = match added.as_slice() {
        [] => String::from("Nothing added: the code is known already."),
        codes => format!("Added {}.", codes.join(", ")),
    };
    context
        .output
        .done(&json!({ "done": "added", "codes": added }), &sentence)?;
    Ok(Exit::Ok)
}

fn new_offices(command: Add, context: &Context<'_>) -> Result<Vec<offices::Office>, CliError> {
    let opened_on = command.opened_on;
    let new_id = || OfficeId(context.random.uuid(context.clock.now()));
    if command.cluj {
        let office = |known: &crate::domain::office::KnownOffice| offices::Office {
            id: new_id(),
            code: known.code.to_owned(),
            name: known.name.to_owned(),
            county: known.county.to_string(),
            siruta: Some(i64::from(known.siruta)),
            opened_on,
        };
        return Ok(CLUJ.iter().map(office).collect());
    }
    let (Some(code), Some(name), Some(county)) = (command.code, command.name, command.county)
    else {
        return Err(CliError::usage(
            "give --code, --name and --county, or --cluj",
        ));
    };
    let code = OfficeCode::parse(&code).map_err(|fault| CliError::usage(fault.to_string()))?;
    if command
        .siruta
        .is_some_and(|number| Siruta::new(number).is_none())
    {
        return Err(CliError::usage("a SIRUTA number has one to six digits"));
    }
    Ok(vec![offices::Office {
        id: new_id(),
        code: code.to_string(),
        name,
        county: county.to_string(),
        siruta: command.siruta.map(i64::from),
        opened_on,
    }])
}

async fn list(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let row = |office: offices::Office| OfficeRow {
        code: office.code,
        name: office.name,
        county: office.county,
        siruta: office.siruta,
        opened_on: office.opened_on,
        id: office.id.to_string(),
    };
    let rows: Vec<_> = offices::list(&mut tx).await?.into_iter().map(row).collect();
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}
