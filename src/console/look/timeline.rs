//! What happened to a thing, step by step, as people read it.

use std::str::FromStr;

use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::codes::UnknownCode;
use crate::domain::complaint::{ComplaintEvent, ComplaintState};
use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::letter::{LetterEvent, LetterState};
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::domain::reason::Reason;
use crate::domain::refund::{RefundEvent, RefundState};
use crate::domain::webhook::WebhookEvent;
use crate::store::history::{HistoryEntry, SubjectKind};
use crate::words::{Explanation, Language, Named, actor, date, date_and_time, deed, name_of};

/// One step.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Moment {
    /// When: `22.11.2026 14:32`.
    pub(crate) at: String,
    /// What happened.
    pub(crate) what: String,
    /// The states before and after, where they differ: `Trimisă → Confirmată`.
    pub(crate) change: String,
    /// Who did it.
    pub(crate) who: String,
    /// Why, as somebody wrote it.
    pub(crate) note: String,
    /// Whether a person did it.
    pub(crate) is_by_person: bool,
}

/// The steps of a history, in its order.
pub(crate) fn moments(entries: &[HistoryEntry], language: Language) -> Vec<Moment> {
    let moment = |entry| moment(entry, language);
    entries.iter().map(moment).collect()
}

/// One step of a history.
pub(crate) fn moment(entry: &HistoryEntry, language: Language) -> Moment {
    let kind = SubjectKind::parse(&entry.subject_kind).ok();
    let state = |text: &str| {
        let name = state_name(kind, text, language);
        name.or_else(|| day_name(text, language))
            .unwrap_or_else(|| text.to_owned())
    };
    let change = if entry.from_state == entry.to_state {
        String::new()
    } else if entry.from_state.is_empty() {
        state(&entry.to_state)
    } else {
        format!("{} → {}", state(&entry.from_state), state(&entry.to_state))
    };
    let what = what(kind, entry, language);
    Moment {
        at: date_and_time(language, entry.at),
        // What is first heard of something is often the name of its state.
        change: if change == what {
            String::new()
        } else {
            change
        },
        what,
        who: actor(language, &entry.actor),
        note: entry.note.clone().unwrap_or_default(),
        is_by_person: entry.actor.starts_with("operator:"),
    }
}

/// What happened: by the life cycle of its kind, else by a word of its own, else by its code.
fn what(kind: Option<SubjectKind>, entry: &HistoryEntry, language: Language) -> String {
    let event = &entry.event;
    event_name(kind, event, language)
        .or_else(|| deed(event, language).map(str::to_owned))
        .unwrap_or_else(|| event.clone())
}

/// A day, where the history has one instead of a state.
fn day_name(text: &str, language: Language) -> Option<String> {
    text.parse().ok().map(|day| date(language, day))
}

fn named<T>(text: &str, language: Language) -> Option<String>
where
    T: Named + FromStr<Err = UnknownCode>,
{
    let known: T = text.parse().ok()?;
    Some(name_of(known, language).to_owned())
}

/// What people call a state of a kind of thing.
fn state_name(kind: Option<SubjectKind>, text: &str, language: Language) -> Option<String> {
    match kind? {
        SubjectKind::Application => named::<ApplicationState>(text, language),
        SubjectKind::Fee => named::<FeeState>(text, language),
        SubjectKind::Payment => named::<PaymentState>(text, language),
        SubjectKind::Refund => named::<RefundState>(text, language),
        SubjectKind::Order => named::<OrderState>(text, language),
        SubjectKind::OrderLine => named::<LineState>(text, language),
        SubjectKind::Letter => named::<LetterState>(text, language),
        SubjectKind::Complaint => named::<ComplaintState>(text, language),
        SubjectKind::Hold => hold_state(text, language),
        _ => None,
    }
}

/// What people call where a hold stands: opened for a reason, or closed.
fn hold_state(text: &str, language: Language) -> Option<String> {
    let told = match text {
        "OPEN" => language.choose("open", "deschisă"),
        "CLOSED" => language.choose("closed", "închisă"),
        "" => "",
        who if who.contains(':') => return Some(actor(language, who)),
        code => {
            let reason = code.parse().ok().and_then(Reason::from_number)?;
            Explanation::from(reason).title.of(language)
        }
    };
    Some(told.to_owned())
}

/// What people call what happened to a kind of thing.
fn event_name(kind: Option<SubjectKind>, text: &str, language: Language) -> Option<String> {
    match kind? {
        SubjectKind::Order => named::<OrderEvent>(text, language),
        SubjectKind::OrderLine => named::<LineEvent>(text, language),
        SubjectKind::Letter => named::<LetterEvent>(text, language),
        SubjectKind::Application => named::<ApplicationEvent>(text, language),
        SubjectKind::Fee => named::<FeeEvent>(text, language),
        SubjectKind::Complaint => named::<ComplaintEvent>(text, language),
        SubjectKind::Lane => named::<WebhookEvent>(text, language),
        SubjectKind::Payment => named::<PaymentEvent>(text, language),
        SubjectKind::Refund => {
            named::<RefundEvent>(text, language).or_else(|| of_refund(text, language))
        }
        SubjectKind::Hold => Some(of_hold(text, language)),
        _ => None,
    }
}

/// What happened to a refund or a list of them beside its life.
fn of_refund(text: &str, language: Language) -> Option<String> {
    let told = match text {
        "PROPOSED" => language.choose("Proposed", "Propusă"),
        "ACCOUNT_DISCLOSED" => language.choose("The account was shown", "Contul a fost arătat"),
        "BYTES_DISCLOSED" => language.choose("The list was taken out", "Lista a fost descărcată"),
        "WITHDRAWN" => language.choose("Withdrawn", "Retrasă"),
        _ => return None,
    };
    Some(told.to_owned())
}

/// What happened to a hold: it was opened, or the decision that closed it.
fn of_hold(text: &str, language: Language) -> String {
    if text == "OPENED" {
        let told = language.choose("Waits for a decision", "Așteaptă o decizie");
        return told.to_owned();
    }
    if let Some(told) = deed(text, language) {
        return told.to_owned();
    }
    let decided = language.choose("Waits no more", "Nu mai așteaptă");
    let what = named::<PaymentEvent>(text, language);
    what.map_or_else(|| decided.to_owned(), |what| format!("{decided}: {what}"))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    fn entry(kind: SubjectKind, words: [&str; 3]) -> HistoryEntry {
        HistoryEntry {
            subject_kind: kind.to_string(),
            from_state: words[0].to_owned(),
            event: words[1].to_owned(),
            to_state: words[2].to_owned(),
            actor: "operator:ana".to_owned(),
            note: Some("<b>why</b>".to_owned()),
            at: Utc.with_ymd_and_hms(2026, 11, 22, 12, 32, 0).unwrap(),
        }
    }

    #[test]
    fn a_step_is_told_in_words() {
        let entry = entry(SubjectKind::Order, ["SENT", "RESEND_DECIDED", "QUEUED"]);
        let told = moment(&entry, Language::Romanian);
        assert_eq!(told.at, "22.11.2026 14:32");
        assert_eq!(told.what, "Retrimisă prin decizie");
        assert_eq!(told.change, "Trimisă → De trimis");
        assert_eq!((told.who.as_str(), told.is_by_person), ("ana", true));
        assert_eq!(told.note, "<b>why</b>");
    }

    #[test]
    fn what_has_no_words_yet_is_told_by_its_code() {
        let entry = entry(SubjectKind::Lane, ["RUNNING", "SOMETHING_NEW", "RUNNING"]);
        let told = moment(&entry, Language::English);
        assert_eq!(
            (told.what.as_str(), told.change.as_str()),
            ("SOMETHING_NEW", "")
        );
    }

    #[test]
    fn a_hold_is_told_with_its_reason_and_a_term_with_its_days() {
        let hold = entry(SubjectKind::Hold, ["", "OPENED", "810"]);
        let told = moment(&hold, Language::Romanian);
        assert_eq!(told.what, "Așteaptă o decizie");
        assert!(!told.change.is_empty() && told.change != "810", "{told:?}");
        let words = ["2026-12-02", "TERM_EXTENDED", "2026-12-17"];
        let told = moment(&entry(SubjectKind::Application, words), Language::Romanian);
        assert_eq!(told.what, "Termenul a fost prelungit");
        assert_eq!(told.change, "02.12.2026 → 17.12.2026");
    }
}
