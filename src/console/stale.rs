//! What happened meanwhile to a thing that somebody decides about: who did what, and when.

use uuid::Uuid;

use crate::console::act::Fault;
use crate::console::look::timeline::{Moment, moment};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::store::audit::{self, Sought};
use crate::store::{Tx, history};
use crate::words::{Language, act, actor, date_and_time};

/// The answer to a form that was made for something that is not so any more: nothing is overwritten,
/// and the page says who was faster.
pub(crate) async fn stale(tx: &mut Tx, subject: Uuid, visit: &Visit) -> Result<Fault, Trouble> {
    let last = history::find_latest(tx, subject).await?;
    let last = last.map(|entry| moment(&entry, visit.language));
    Ok(Fault::conflict(words(last.as_ref(), visit.language)))
}

/// The same about an account, which has no history but the record.
pub(crate) async fn stale_account(
    tx: &mut Tx,
    name: &str,
    visit: &Visit,
) -> Result<Fault, Trouble> {
    let language = visit.language;
    let sought = Sought {
        subject: name.to_owned(),
        ..Sought::default()
    };
    let found = audit::list_latest(tx, &sought, i64::MAX, 1).await?;
    let last = found.into_iter().next().map(|record| Moment {
        at: date_and_time(language, record.entry.at),
        what: act(language, &record.entry.action)
            .unwrap_or_default()
            .to_owned(),
        change: record.entry.detail,
        who: actor(language, &record.entry.actor),
        ..Moment::default()
    });
    Ok(Fault::conflict(words(last.as_ref(), language)))
}

fn words(last: Option<&Moment>, language: Language) -> String {
    let unchanged = language.choose(
        "Nothing was changed by this form. Look at it again before you decide.",
        "Acest formular nu a schimbat nimic. Priviți din nou înainte de a decide.",
    );
    let Some(last) = last else {
        let moved = language.choose("It has changed meanwhile.", "S-a schimbat între timp.");
        return format!("{moved} {unchanged}");
    };
    let Moment {
        at,
        what,
        change,
        who,
        ..
    } = last;
    let change = if change.is_empty() {
        String::new()
    } else {
        format!(" ({change})")
    };
    let meanwhile = language.choose("Meanwhile", "Între timp");
    format!("{meanwhile}, {who}, {at}: {what}{change}. {unchanged}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_second_is_told_who_was_first_and_what_they_did() {
        let last = Moment {
            at: "22.11.2026 14:32".to_owned(),
            what: "Retrimisă prin decizie".to_owned(),
            change: "Trimisă → De trimis".to_owned(),
            who: "ana".to_owned(),
            ..Moment::default()
        };
        assert!(words(Some(&last), Language::Romanian).starts_with(
            "Între timp, ana, 22.11.2026 14:32: Retrimisă prin decizie (Trimisă → De trimis). Acest"
        ));
        assert!(words(None, Language::English).starts_with("It has changed meanwhile."));
    }
}
