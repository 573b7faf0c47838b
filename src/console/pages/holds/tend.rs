//! The pages on which somebody takes holds on, gives them back, lets them rest or wakes them, or remarks
//! something; each hold in a transaction of its own, with a row for what became of it.

use actix_web::HttpResponse;
use chrono::NaiveDate;

use crate::console::act::{Fault, reason_of};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::outcome::Outcomes;
use crate::console::pages::holds::chosen;
use crate::console::pages::holds::tend_page::page_of;
use crate::console::pages::holds::{MENU, ROW, Tended};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::id::HoldId;
use crate::domain::tending::check_snooze;
use crate::flow::Failure;
use crate::flow::tend_hold::{TendRefusal, Tending, tend, worked_days};
use crate::words::{Language, actor, count, date, date_and_time, noun, snooze_fault};

/// Who works on a hold as the page showed it, one for every row; empty for nobody.
pub(super) const FROM: &str = "from";

/// The day until which they rest: one of those that are offered, or typed.
pub(super) const WHEN: &str = "when";
pub(super) const DAY: &str = "day";

/// The page of `tended`.
pub(super) async fn show(
    desk: &Desk,
    visit: &Visit,
    tended: Tended,
    asked: &Asked,
) -> Result<HttpResponse, Trouble> {
    let found = chosen::asked(desk, asked).await?;
    let act = page_of(desk, visit, tended, &found).await?;
    act.show(desk, visit, MENU).await
}

/// Does it with each.
pub(super) async fn carry_out(
    desk: &Desk,
    visit: &Visit,
    tended: Tended,
    fields: &Fields,
) -> Result<HttpResponse, Trouble> {
    let found = chosen::find_all(desk, fields.all(ROW)).await?;
    let wish = match Wish::of(desk, visit, tended, fields) {
        Ok(wish) => wish,
        Err(fault) => {
            let act = page_of(desk, visit, tended, &found).await?;
            return act.refuse(desk, visit, MENU, (fields, fault)).await;
        }
    };
    let who = visit.user()?.actor();
    let mut holders = fields.all(FROM);
    let mut rows = Vec::new();
    for hold in &found {
        let tending = wish.about(holders.next());
        let id = HoldId(hold.id);
        let refused = match tend(&desk.gateway, id, &tending, (&who, wish.words)).await {
            Ok(_hold) => None,
            Err(Failure::Refused(TendRefusal::Closed)) => {
                Some(chosen::closed(desk, hold, visit.language).await?)
            }
            Err(Failure::Refused(refusal)) => Some(refused(&refusal, visit.language)),
            Err(Failure::Broken(error)) => return Err(error.into()),
        };
        rows.push(chosen::outcome(hold, refused, visit.language));
    }
    let outcomes = Outcomes {
        heading: heading(tended, found.len(), visit.language),
        back: chosen::back(&found),
        rows,
    };
    outcomes.show(desk, visit, MENU).await
}

/// What a form asks for.
struct Wish<'a> {
    tended: Tended,
    until: NaiveDate,
    words: &'a str,
}

impl<'a> Wish<'a> {
    fn of(desk: &Desk, visit: &Visit, tended: Tended, fields: &'a Fields) -> Result<Self, Fault> {
        let takes_over = fields.all(FROM).any(|from| !from.is_empty());
        let words = match tended {
            Tended::Claim if !takes_over => "",
            Tended::GiveBack | Tended::Wake => "",
            Tended::Claim | Tended::Snooze | Tended::Remark => reason_of(fields, visit)?,
        };
        let today = desk.gateway.clock.today();
        let until = match tended {
            Tended::Snooze => until_of(fields, visit)?,
            _ => today,
        };
        if tended == Tended::Snooze {
            // What holds for every hold is said before anything is done; its term is its own.
            let worked = worked_days(&desk.gateway);
            check_snooze(until, today, None, &worked)
                .map_err(|fault| Fault::wrong(DAY, snooze_fault(visit.language, fault)))?;
        }
        Ok(Self {
            tended,
            until,
            words,
        })
    }

    /// What it is about one hold, which somebody worked on when the page was made.
    fn about(&self, from: Option<&str>) -> Tending {
        let from = from.filter(|from| !from.is_empty());
        match self.tended {
            Tended::Claim => Tending::Claim {
                from: from.map(str::to_owned),
            },
            Tended::GiveBack => Tending::GiveBack,
            Tended::Snooze => Tending::Snooze { until: self.until },
            Tended::Wake => Tending::Wake,
            Tended::Remark => Tending::Remark,
        }
    }
}

/// The day that was typed, as people write it or as machines do; else the one that was chosen.
fn until_of(fields: &Fields, visit: &Visit) -> Result<NaiveDate, Fault> {
    let typed = fields.text(DAY);
    let text = if typed.is_empty() {
        fields.text(WHEN)
    } else {
        typed
    };
    let day = NaiveDate::parse_from_str(text, "%d.%m.%Y");
    day.or_else(|_otherwise| text.parse()).map_err(|_no_day| {
        let text = visit.says(
            "Alegeți o zi sau scrieți-o ca 30.11.2026.",
            "Choose a day, or write one as 30.11.2026.",
        );
        Fault::wrong(DAY, text)
    })
}

pub(super) fn heading(tended: Tended, many: usize, language: Language) -> String {
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    let many = count(language, many, noun::HOLD);
    format!("{}: {many}", tended.button(language))
}

/// Why something was not done; where somebody was faster, who, and when.
fn refused(refusal: &TendRefusal, language: Language) -> String {
    match refusal {
        TendRefusal::Unknown | TendRefusal::Closed => language
            .choose("There is no such hold.", "Nu există.")
            .to_owned(),
        TendRefusal::ReasonMissing => language
            .choose("Give a reason.", "Scrieți motivul.")
            .to_owned(),
        TendRefusal::Claimed { by, since } => {
            let (by, since) = (actor(language, by), date_and_time(language, *since));
            match language {
                Language::Romanian => format!("Se ocupă {by}, din {since}."),
                Language::English => format!("{by} works on it since {since}."),
            }
        }
        TendRefusal::Snoozed { by, until } => {
            let (by, until) = (actor(language, by), date(language, *until));
            match language {
                Language::Romanian => format!("Este deja amânată până la {until} de {by}."),
                Language::English => format!("{by} has snoozed it until {until}."),
            }
        }
        TendRefusal::PaymentWaits => language
            .choose("A payment does not rest.", "O plată nu se amână.")
            .to_owned(),
        TendRefusal::Until(fault) => snooze_fault(language, *fault),
    }
}
