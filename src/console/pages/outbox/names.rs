//! What people call destinations, and why messages die.

use std::collections::BTreeMap;

use crate::console::look::badge::Badge;
use crate::domain::delivery::DeliveryVerdict;
use crate::domain::id::OfficeId;
use crate::store::dead_letter_decisions::DeadLetterAction;
use crate::store::offices::{self, Office, office_of};
use crate::store::outbox::LaneKind;
use crate::store::webhooks::push::Run;
use crate::store::{StoreError, Tx};
use crate::words::{Both, Language, Named, date_and_time, name_of, number};

impl Named for LaneKind {
    fn name(self) -> Both {
        match self {
            Self::Bureau => Both {
                ro: "C.N.I.N.",
                en: "The bureau",
            },
            Self::Office => Both {
                ro: "Servicii",
                en: "Offices",
            },
        }
    }
}

impl Named for DeadLetterAction {
    fn name(self) -> Both {
        match self {
            Self::Redrive => Both {
                ro: "Retrimite",
                en: "Send again",
            },
            Self::Discard => Both {
                ro: "Renunță",
                en: "Give up",
            },
        }
    }
}

/// The names of destinations: offices by theirs.
#[derive(Debug, Default)]
pub(super) struct LaneNames(BTreeMap<OfficeId, Office>);

impl LaneNames {
    /// Reads those of these lanes.
    pub(super) async fn of(tx: &mut Tx, lanes: &[&str]) -> Result<Self, StoreError> {
        let mut ids: Vec<_> = lanes
            .iter()
            .filter_map(|lane| office_of(lane))
            .map(|office| office.0)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let all = offices::find_all(tx, &ids).await?;
        Ok(Self(
            all.into_iter().map(|office| (office.id, office)).collect(),
        ))
    }

    /// What people call a destination.
    pub(super) fn name(&self, lane: &str, language: Language) -> String {
        match office_of(lane).and_then(|office| self.0.get(&office)) {
            Some(office) => office.name.clone(),
            None if lane.starts_with("bureau:") && lane.ends_with(":letters") => language
                .choose("The bureau: letters", "C.N.I.N.: scrisori")
                .to_owned(),
            None if lane.starts_with("bureau:") => language
                .choose("The bureau: orders", "C.N.I.N.: comenzi")
                .to_owned(),
            None => lane.to_owned(),
        }
    }

    /// The page of the office at its end; empty where there is none.
    pub(super) fn office_path(&self, lane: &str) -> String {
        let office = office_of(lane).and_then(|office| self.0.get(&office));
        office.map_or_else(String::new, |office| format!("/offices/{}", office.code))
    }
}

/// Who stands at the end of a lane of this kind.
pub(super) fn kind_name(kind: &str, language: Language) -> String {
    LaneKind::parse(kind).map_or_else(
        |_other| kind.to_owned(),
        |kind| name_of(kind, language).to_owned(),
    )
}

/// Why messages died: the delivery rule's word and the HTTP status.
pub(super) fn cause_name(cause: &str, status: Option<i64>, language: Language) -> String {
    let words = DeliveryVerdict::parse(cause).map_or_else(
        |_other| cause.to_owned(),
        |verdict| name_of(verdict, language).to_owned(),
    );
    match status {
        Some(status) => format!("{words} (HTTP {status})"),
        None => words,
    }
}

/// Tries at successive messages that ended alike, as a row.
#[derive(Clone, Debug)]
pub(crate) struct TryRow {
    pub(crate) when: String,
    pub(crate) places: String,
    pub(crate) attempt: String,
    pub(crate) outcome: Badge,
    pub(crate) status: String,
    pub(crate) detail: String,
}

/// A run of tries as a row.
pub(crate) fn run_of(run: &Run, language: Language) -> TryRow {
    TryRow {
        when: date_and_time(language, run.ended_at),
        places: places(run.first_seq, run.last_seq, language),
        attempt: number(language, run.attempt),
        outcome: outcome_badge(&run.outcome, language),
        status: run
            .status
            .map(|status| status.to_string())
            .unwrap_or_default(),
        detail: run.detail.clone().unwrap_or_default(),
    }
}

pub(super) fn places(first: i64, last: i64, language: Language) -> String {
    let first_text = number(language, first);
    if first == last {
        first_text
    } else {
        format!("{first_text}–{}", number(language, last))
    }
}

/// How a try ended.
pub(super) fn outcome_badge(outcome: &str, language: Language) -> Badge {
    let Ok(verdict) = DeliveryVerdict::parse(outcome) else {
        return Badge::new(outcome, "");
    };
    let tone = match verdict {
        DeliveryVerdict::Delivered => "ok",
        DeliveryVerdict::Permanent => "bad",
        DeliveryVerdict::Retry | DeliveryVerdict::Later | DeliveryVerdict::Ambiguous => "warn",
    };
    Badge::new(name_of(verdict, language), tone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_a_name_for_is_told_as_it_is() {
        let names = LaneNames::default();
        let name = |lane| names.name(lane, Language::Romanian);
        assert_eq!(name("bureau:CNIN"), "C.N.I.N.: comenzi");
        assert_eq!(name("bureau:CNIN:letters"), "C.N.I.N.: scrisori");
        assert_eq!(name("<b>"), "<b>");
        assert_eq!(names.office_path("bureau:CNIN"), "");
        assert_eq!(
            cause_name("PERMANENT", Some(410), Language::English),
            "Refused for good (HTTP 410)"
        );
        assert_eq!(cause_name("odd", None, Language::English), "odd");
    }
}
