//! Which holds an address or a form means, and how a page tells them.

use crate::console::act::{Input, InputKind};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::list::Filters;
use crate::console::look::badge::Badge;
use crate::console::outcome::Outcome;
use crate::console::pages::failed_orders::shown;
use crate::console::pages::holds::{MENU, ROW, path_of};
use crate::console::trouble::Trouble;
use crate::domain::cause::Cause;
use crate::domain::id::HoldId;
use crate::store::history::SubjectKind;
use crate::store::holds::{self, Hold, Shown};
use crate::store::{Tx, orders};
use crate::words::{Language, actor, count, date_and_time, noun};

/// Holds that are acted upon at once.
const HOLDS_MAX: i64 = 500;

/// Holds that are told by name.
const TOLD: usize = 10;

/// The holds that an address means: those that it names, those of the orders that it names, or all of a
/// list.
pub(super) async fn asked(desk: &Desk, asked: &Asked) -> Result<Vec<Hold>, Trouble> {
    let ids = asked.all(ROW);
    if !ids.is_empty() {
        return find_all(desk, ids.iter().map(String::as_str)).await;
    }
    let shown = shown(asked, desk.gateway.clock.today())?;
    let mut tx = desk.gateway.store.read().await?;
    if let Some(cause) = asked.code::<Cause>("cause")? {
        return of_cause(&mut tx, cause, shown, &asked.all("order")).await;
    }
    let code: Option<u16> = asked.value("code")?;
    let kind: Option<SubjectKind> = asked.code("kind")?;
    let (Some(code), Some(kind)) = (code, kind) else {
        return Err(Trouble::AskedWrong { name: ROW });
    };
    Ok(holds::list_waiting(&mut tx, (code, kind), shown, None, HOLDS_MAX).await?)
}

/// The holds of a cause: of the orders that are named, or all.
async fn of_cause(
    tx: &mut Tx,
    cause: Cause,
    shown: Shown,
    orders: &[String],
) -> Result<Vec<Hold>, Trouble> {
    if orders.is_empty() {
        return Ok(holds::list_of_cause(tx, cause, shown, HOLDS_MAX).await?);
    }
    let most = usize::try_from(HOLDS_MAX).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for number in orders.iter().take(most) {
        let order = orders::find_by_number(tx, number).await?;
        let order = order.ok_or(Trouble::NotFound)?;
        let of_order = holds::list_of_order(tx, order.id, cause, HOLDS_MAX).await?;
        let is_shown = |hold: &Hold| hold.rests_until(shown.today).is_some() == shown.resting;
        found.extend(of_order.into_iter().filter(is_shown));
    }
    // An order of which several lines wait is ticked several times.
    found.sort_by_key(|hold| hold.id);
    found.dedup_by_key(|hold| hold.id);
    found.truncate(most);
    Ok(found)
}

/// The holds with these ids, as a form names them.
pub(super) async fn find_all(
    desk: &Desk,
    ids: impl Iterator<Item = &str>,
) -> Result<Vec<Hold>, Trouble> {
    let most = usize::try_from(HOLDS_MAX).unwrap_or(usize::MAX);
    let mut tx = desk.gateway.store.read().await?;
    let mut found = Vec::new();
    for id in ids.take(most) {
        let id: HoldId = id
            .parse()
            .map_err(|_no_id| Trouble::AskedWrong { name: ROW })?;
        found.push(holds::find(&mut tx, id).await?.ok_or(Trouble::NotFound)?);
    }
    Ok(found)
}

pub(super) fn kind_of(hold: &Hold) -> Option<SubjectKind> {
    SubjectKind::parse(&hold.subject_kind).ok()
}

/// The list that the first of the holds stands in.
pub(super) fn back(found: &[Hold]) -> String {
    let Some(first) = found.first() else {
        return MENU.to_owned();
    };
    match &first.cause {
        Some(cause) => format!("{MENU}/{cause}"),
        None => Filters::new(MENU)
            .with("code", first.code)
            .with("kind", &first.subject_kind)
            .address(),
    }
}

/// What a form carries of the holds.
pub(super) fn rows(open: &[&Hold]) -> Vec<Input> {
    let row = |hold: &&Hold| hidden(ROW, hold.id.to_string());
    open.iter().map(row).collect()
}

/// A field that nobody fills in.
pub(super) const fn hidden(name: &'static str, value: String) -> Input {
    Input {
        name,
        label: String::new(),
        hint: String::new(),
        kind: InputKind::Hidden { value },
        is_required: false,
    }
}

/// The first holds by their numbers, each with what is told of it, and how many more there are.
pub(super) fn facts(
    open: &[&Hold],
    told: impl Fn(&Hold) -> String,
    language: Language,
) -> Vec<(String, String)> {
    let fact = |hold: &&Hold| (hold.subject_number.clone(), told(hold));
    let mut facts: Vec<_> = open.iter().take(TOLD).map(fact).collect();
    let rest = open.len().saturating_sub(TOLD);
    if rest > 0 {
        let rest = i64::try_from(rest).unwrap_or(i64::MAX);
        facts.push(("…".to_owned(), count(language, rest, noun::HOLD)));
    }
    facts
}

/// What became of a hold: it was done, or refused for what is said.
pub(super) fn outcome(hold: &Hold, refused: Option<String>, language: Language) -> Outcome {
    let badge = match refused {
        None => Badge::new(language.choose("done", "făcut"), "ok"),
        Some(_) => Badge::new(language.choose("not done", "nefăcut"), "warn"),
    };
    let kind = kind_of(hold);
    Outcome {
        number: hold.subject_number.clone(),
        path: kind.map_or_else(String::new, |kind| path_of(kind, &hold.subject_number)),
        badge,
        detail: refused.unwrap_or_default(),
    }
}

/// That somebody closed a hold meanwhile: who, and when.
pub(super) async fn closed(
    desk: &Desk,
    hold: &Hold,
    language: Language,
) -> Result<String, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let now = holds::find(&mut tx, HoldId(hold.id)).await?;
    let by = now.as_ref().and_then(|hold| hold.closed_by.as_deref());
    let at = now.as_ref().and_then(|hold| hold.closed_at);
    let by = by.map(|by| actor(language, by)).unwrap_or_default();
    let at = at.map(|at| date_and_time(language, at)).unwrap_or_default();
    Ok(match language {
        Language::Romanian => format!("Închisă între timp de {by}, {at}."),
        Language::English => format!("Closed meanwhile by {by}, {at}."),
    })
}
