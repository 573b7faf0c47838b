//! Whether anybody rewrote the record: examined when somebody asks for it, one examination at a time, and
//! told to everybody afterwards.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::audit::MENU;
use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::sign_in::see_other;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::audit::Finding;
use crate::flow::audit_record::examine::{Examined, examine};
use crate::gateway::Gateway;
use crate::store::audit;
use crate::words::{Language, count, date, date_and_time, noun, number};

/// The last examination of this process, and the turn for the next one.
#[derive(Debug, Default)]
pub(crate) struct Examinations {
    turn: tokio::sync::Mutex<()>,
    last: Mutex<Option<Arc<Seen>>>,
}

/// What an examination has seen, and when it began.
#[derive(Debug)]
struct Seen {
    at: DateTime<Utc>,
    examined: Examined,
}

impl Examinations {
    fn last(&self) -> Option<Arc<Seen>> {
        let last = self.last.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Examines the whole record. Whoever asks while somebody's examination runs waits for it, and has its
    /// answer if it began after they asked.
    async fn run(&self, gateway: &Gateway) -> Result<(), Trouble> {
        let asked_at = gateway.clock.now();
        let _turn = self.turn.lock().await;
        if self.last().is_some_and(|seen| seen.at > asked_at) {
            return Ok(());
        }
        let at = gateway.clock.now();
        let examined = examine(gateway, &[]).await?;
        let seen = Arc::new(Seen { at, examined });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "audit_verification.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    seen: Option<Told>,
    /// How much was written since, in words.
    written_since: String,
}

/// An examination in words.
struct Told {
    at: String,
    records: String,
    last_hash: String,
    heads: String,
    signed_until: String,
    findings: Vec<String>,
}

/// `GET /audit/verification`
pub(crate) async fn show(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let (end, _) = audit::end(&mut tx).await?;
    drop(tx);
    let seen = desk.examinations.last();
    let known = seen.as_ref().map_or(0, |seen| seen.examined.last_seq);
    let language = visit.language;
    let shell = Shell::of(&desk, &visit, MENU).await?;
    write(&Page {
        visit: &visit,
        shell: &shell,
        seen: seen.map(|seen| told(&seen, language)),
        written_since: count(language, (end - known).max(0), noun::RECORD),
    })
}

/// `POST /audit/verification`
pub(crate) async fn examine_now(desk: web::Data<Desk>) -> Result<HttpResponse, Trouble> {
    desk.examinations.run(&desk.gateway).await?;
    Ok(see_other("/audit/verification"))
}

fn told(seen: &Seen, language: Language) -> Told {
    let examined = &seen.examined;
    let until = examined.signed_until.map(|day| date(language, day));
    Told {
        at: date_and_time(language, seen.at),
        records: number(language, examined.records),
        last_hash: examined.last_hash_text(),
        heads: number(language, examined.heads),
        signed_until: until.unwrap_or_else(|| "–".to_owned()),
        findings: examined
            .findings
            .iter()
            .map(|finding| in_words(finding, language))
            .collect(),
    }
}

/// A finding as people read it.
fn in_words(finding: &Finding, language: Language) -> String {
    let english = finding.to_string();
    let romanian = match finding {
        Finding::Altered(seq) => format!("înregistrarea {seq} a fost modificată"),
        Finding::Removed { first, last } => {
            format!("înregistrările de la {first} la {last} au fost scoase")
        }
        Finding::Unbound(seq) => format!(
            "înregistrarea {seq} nu o continuă pe cea dinainte: una a fost înlocuită sau adăugată"
        ),
        Finding::PutIn(seq) => {
            format!("înregistrările de la {seq} încolo au fost adăugate după capătul lanțului")
        }
        Finding::CutOff { last, expected } => {
            format!("jurnalul se oprește la {last}; ajungea la {expected}")
        }
        Finding::HistoryDiffers(seq) => {
            format!("istoricul diferă de înregistrarea {seq}")
        }
        Finding::HeadDiffers { day, seq } => format!(
            "capătul semnat pentru {} nu este cel al înregistrării {seq}",
            date(language, *day)
        ),
        Finding::HeadUnsigned(day) => {
            format!("semnătura pentru {} nu este valabilă", date(language, *day))
        }
    };
    match language {
        Language::Romanian => romanian,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_finding_is_told_in_both_languages() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        for finding in [
            Finding::Altered(3),
            Finding::Removed { first: 3, last: 5 },
            Finding::Unbound(3),
            Finding::PutIn(3),
            Finding::CutOff {
                last: 3,
                expected: 5,
            },
            Finding::HistoryDiffers(3),
            Finding::HeadDiffers { day, seq: 3 },
        ] {
            let romanian = in_words(&finding, Language::Romanian);
            assert!(romanian.contains('3'), "{romanian}");
            assert_ne!(romanian, in_words(&finding, Language::English));
        }
        let head = in_words(&Finding::HeadUnsigned(day), Language::Romanian);
        assert_eq!(head, "semnătura pentru 02.11.2026 nu este valabilă");
    }
}
