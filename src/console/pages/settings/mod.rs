//! How the gateway is set up: keys and certificates with the days that are left, rules with their
//! sources, the calendar, what is kept how long, and the configuration. Nothing is changed here.

mod keys;
mod rules;

use actix_web::{HttpResponse, web};
use anyhow::Context;
use askama::Template;

use crate::config::settings;
use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::store::credentials;
use keys::{KeyRow, callers_of, ours};
use rules::{HolidayRow, RuleRow, holidays, rules};

#[derive(Template)]
#[template(path = "pages/settings.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    ours: Vec<KeyRow>,
    callers: Vec<KeyRow>,
    callers_more: usize,
    rules: Vec<RuleRow>,
    holidays: Vec<HolidayRow>,
    settings: Vec<(&'static str, String)>,
}

/// `GET /settings`
pub(crate) async fn show(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let gateway = desk.gateway.clone();
    let (now, language) = (gateway.clock.now(), visit.language);
    let mut tx = gateway.store.read().await?;
    let standing = credentials::list(&mut tx).await?;
    drop(tx);
    // Files are read where nobody waits for them.
    let read = tokio::task::spawn_blocking(move || ours(&gateway, language));
    let ours = read.await.context("the reading task ended early")?;
    let (callers, callers_more) = callers_of(&standing, now, language);
    let config = &desk.gateway.config;
    let today = bucharest_day(now);
    let shell = Shell::of(&desk, &visit, "/settings").await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        ours,
        callers,
        callers_more,
        rules: rules(config, today, language),
        holidays: holidays(today, language),
        settings: settings(config),
    })
}
