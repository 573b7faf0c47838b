//! `GET /payments`: payments that wait for a decision, and all others by state or by day.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::{Cells, Choice, Filters, Pager, Tab, answer_cells};
use crate::console::look::shell::Shell;
use crate::console::pages::payments::row::{Row, reason_of};
use crate::console::pages::payments::sections::{COUNTED_MAX, counted_up_to, sections};
use crate::console::pages::payments::together;
use crate::console::sign_in::see_other;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::PaymentId;
use crate::domain::matching::MatchReason;
use crate::domain::operator::role::Permission;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::payment_action::PaymentAction;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::reason::Reason;
use crate::store::payments::{self, Narrowed, Payment};
use crate::store::{Tx, holds};
use crate::words::{Explanation, Language, amount, date_and_time, name_of};

/// The address of the list.
pub(crate) const PATH: &str = "/payments";

/// The states in which money waits for somebody: few payments are in them at a time.
const WAITING: [PaymentState; 2] = [PaymentState::Suggested, PaymentState::Unmatched];

/// Which payments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Which {
    /// Those that wait for a decision.
    Waiting,
    /// Those in a state.
    State(PaymentState),
    /// All.
    All,
}

/// What the address asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    which: Which,
    day: Option<NaiveDate>,
    narrowed: Narrowed,
}

#[derive(Template)]
#[template(path = "pages/payments.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts about the list that do not depend on one another"
)]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    sections: Vec<Tab>,
    tabs: Vec<Tab>,
    query: String,
    day: String,
    state: String,
    channels: Vec<Choice>,
    reasons: Vec<Choice>,
    all: &'static str,
    is_few: bool,
    /// Whether the visitor may decide about several of them together.
    may_select: bool,
    /// How sure somebody may want to be of candidates.
    sureness: Vec<Choice>,
    actions: Vec<(PaymentAction, &'static str)>,
    is_waiting: bool,
    is_narrowed: bool,
    unfound: String,
    rows: Vec<Row>,
    pager: Pager,
}

/// Lists payments; what is one thing by its number or reference is shown itself.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let wanted = Wanted::of(&asked)?;
    let query = asked.text("q");
    let mut tx = desk.gateway.store.read().await?;
    let mut found = if query.is_empty() {
        let after: Option<PaymentId> = asked.cursor()?;
        wanted.read(&mut tx, after, asked.rows_wanted()).await?
    } else {
        search(&mut tx, &query, &visit).await?
    };
    if let (false, [only]) = (query.is_empty(), found.as_slice()) {
        return Ok(see_other(&format!("{PATH}/{}", only.number)));
    }
    if asked.is_csv() {
        drop(tx);
        return answer_cells(cells(&found, visit.language), visit.language);
    }
    let filters = wanted.filters();
    let is_first = asked.text("after").is_empty();
    let pager = filters.page(&mut found, is_first, |one| one.id.to_string());
    let ids: Vec<Uuid> = found.iter().map(|one| one.id.0).collect();
    let details: BTreeMap<Uuid, String> = holds::list_details(&mut tx, &ids)
        .await?
        .into_iter()
        .collect();
    let tabs = tabs(&mut tx, wanted.which, visit.language).await?;
    let sections = sections(&mut tx, PATH, &visit).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, PATH).await?;
    let now = desk.gateway.clock.now();
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        sections,
        tabs,
        day: wanted.day.map(|day| day.to_string()).unwrap_or_default(),
        state: wanted.state_text(),
        channels: channels(wanted.narrowed.channel, visit.language),
        reasons: reasons(wanted.narrowed.reason, visit.language),
        all: wanted.all_text(),
        is_few: wanted.is_few(),
        may_select: wanted.is_few() && visit.may(Permission::DecidePayments),
        sureness: together::choices(visit.language),
        actions: together::actions(visit.language),
        is_waiting: wanted.which == Which::Waiting,
        is_narrowed: wanted.day.is_some() || wanted.narrowed != Narrowed::default(),
        unfound: if found.is_empty() {
            query.clone()
        } else {
            String::new()
        },
        query,
        rows: found
            .iter()
            .map(|payment| Row::of(payment, &details, now, visit.language))
            .collect(),
        pager,
    })
}

impl Wanted {
    pub(super) fn of(asked: &Asked) -> Result<Self, Trouble> {
        let wanted = Self {
            which: match asked.code("state")? {
                Some(state) => Which::State(state),
                None if asked.text("all") == "yes" => Which::All,
                None => Which::Waiting,
            },
            day: asked.value("day")?,
            narrowed: Narrowed {
                channel: asked.code("channel")?,
                reason: asked.value("reason")?,
            },
        };
        // Where many payments are, only an index finds some of them: that of days and channels.
        if !wanted.is_few() && wanted.narrowed.reason.is_some() {
            return Err(Trouble::AskedWrong { name: "reason" });
        }
        let has_index = wanted.is_few() || wanted.day.is_some();
        if !has_index && wanted.narrowed.channel.is_some() {
            return Err(Trouble::AskedWrong { name: "channel" });
        }
        Ok(wanted)
    }

    /// Whether the list is one of those that are always short.
    const fn is_few(&self) -> bool {
        use PaymentState::{Imported, RefundDue, Suggested, Unmatched};
        let few = match self.which {
            Which::Waiting => true,
            Which::State(state) => matches!(state, Imported | Suggested | Unmatched | RefundDue),
            Which::All => false,
        };
        few && self.day.is_none()
    }

    fn states(&self) -> Vec<Option<PaymentState>> {
        match self.which {
            Which::Waiting if self.day.is_some() => vec![None],
            Which::Waiting => WAITING.into_iter().map(Some).collect(),
            Which::State(state) => vec![Some(state)],
            Which::All => vec![None],
        }
    }

    fn state_text(&self) -> String {
        match self.which {
            Which::State(state) => state.to_string(),
            Which::Waiting | Which::All => String::new(),
        }
    }

    const fn all_text(&self) -> &'static str {
        match self.which {
            Which::All => "yes",
            Which::Waiting | Which::State(_) => "",
        }
    }

    pub(super) fn filters(&self) -> Filters {
        Filters::new(PATH)
            .with("state", self.state_text())
            .with("all", self.all_text())
            .with_some("day", self.day)
            .with_some("channel", self.narrowed.channel)
            .with_some("reason", self.narrowed.reason)
    }

    /// Reads a page: what waits from the oldest on, everything else from the latest back.
    pub(super) async fn read(
        &self,
        tx: &mut Tx,
        after: Option<PaymentId>,
        limit: i64,
    ) -> Result<Vec<Payment>, Trouble> {
        let mut found = Vec::new();
        for state in self.states() {
            found.extend(match (self.day, state) {
                (Some(day), state) => self.read_day(tx, (day, state), after, limit).await?,
                (None, Some(state)) if self.is_few() => {
                    payments::list_narrowed(tx, state, self.narrowed, after, limit).await?
                }
                (None, state) => payments::list_latest(tx, state, after, limit).await?,
            });
        }
        if self.is_few() || self.day.is_some() {
            found.sort_by_key(|payment| payment.id);
        }
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn read_day(
        &self,
        tx: &mut Tx,
        (day, state): (NaiveDate, Option<PaymentState>),
        after: Option<PaymentId>,
        limit: i64,
    ) -> Result<Vec<Payment>, Trouble> {
        let mut found = Vec::new();
        let wanted = self.narrowed.channel;
        for channel in Channel::ALL {
            if wanted.is_none_or(|wanted| wanted == *channel) {
                let of = (*channel, day);
                found.extend(payments::list_of_day(tx, of, state, after, limit).await?);
            }
        }
        Ok(found)
    }
}

/// The payment of a number, or those that bear a payment reference.
async fn search(tx: &mut Tx, query: &str, visit: &Visit) -> Result<Vec<Payment>, Trouble> {
    let number = query.to_uppercase();
    if let Some(payment) = payments::find_by_number(tx, &number).await? {
        return Ok(vec![payment]);
    }
    let Ok(reference) = PaymentReference::parse(query) else {
        tracing::debug!(request.id = visit.request_id, "no payment by that number");
        return Ok(Vec::new());
    };
    Ok(payments::list_of_reference(tx, &reference.compact()).await?)
}

/// The states as views of the list, with what waits in those that somebody must look at.
async fn tabs(tx: &mut Tx, here: Which, language: Language) -> Result<Vec<Tab>, Trouble> {
    let mut waiting = 0;
    let mut all = Vec::new();
    for state in [
        PaymentState::Suggested,
        PaymentState::Unmatched,
        PaymentState::RefundDue,
        PaymentState::Matched,
        PaymentState::Consumed,
        PaymentState::Refunded,
        PaymentState::Reversed,
        PaymentState::Invalid,
    ] {
        let is_counted = WAITING.contains(&state) || state == PaymentState::RefundDue;
        let count = if is_counted {
            payments::count_up_to(tx, state, COUNTED_MAX + 1).await?
        } else {
            0
        };
        if WAITING.contains(&state) {
            waiting += count;
        }
        all.push(Tab {
            text: several(state, language).to_owned(),
            path: format!("{PATH}?state={state}"),
            count: counted_up_to(count, language),
            is_here: here == Which::State(state),
        });
    }
    let first = Tab {
        text: language.choose("To be decided", "De decis").to_owned(),
        path: PATH.to_owned(),
        count: counted_up_to(waiting, language),
        is_here: here == Which::Waiting,
    };
    all.insert(0, first);
    all.push(Tab {
        text: language.choose("All", "Toate").to_owned(),
        path: format!("{PATH}?all=yes"),
        count: String::new(),
        is_here: here == Which::All,
    });
    Ok(all)
}

/// What people call several payments in a state.
pub(crate) const fn several(state: PaymentState, language: Language) -> &'static str {
    match state {
        PaymentState::Imported => language.choose("Recorded", "Înregistrate"),
        PaymentState::Matched => language.choose("Matched", "Potrivite"),
        PaymentState::Suggested => language.choose("Suggested", "Cu propunere"),
        PaymentState::Unmatched => language.choose("Unmatched", "Nepotrivite"),
        PaymentState::Invalid => language.choose("No fees", "Nu sunt taxe"),
        PaymentState::Consumed => language.choose("Used", "Folosite"),
        PaymentState::Reversed => language.choose("Reversed", "Stornate"),
        PaymentState::RefundDue => language.choose("To be refunded", "De restituit"),
        PaymentState::Refunded => language.choose("Refunded", "Restituite"),
    }
}

fn channels(chosen: Option<Channel>, language: Language) -> Vec<Choice> {
    let any = language.choose("both channels", "ambele canale");
    let mut all = vec![Choice::new("", any, chosen.is_none())];
    all.extend(Channel::ALL.iter().map(|channel| {
        let name = name_of(*channel, language);
        Choice::new(channel, name, chosen == Some(*channel))
    }));
    all
}

fn reasons(chosen: Option<u16>, language: Language) -> Vec<Choice> {
    let any = language.choose("any reason", "orice motiv");
    let mut all = vec![Choice::new("", any, chosen.is_none())];
    let known = MatchReason::ALL.iter().map(|reason| reason.number());
    for reason in known.filter_map(Reason::from_number) {
        let title = Explanation::from(reason).title.of(language);
        let is_chosen = chosen == Some(reason.number());
        all.push(Choice::new(
            reason.number(),
            title.trim_end_matches('.'),
            is_chosen,
        ));
    }
    all
}

fn cells(found: &[Payment], language: Language) -> Cells {
    let says = |ro, en| language.choose(en, ro);
    let row = |payment: &Payment| {
        let way = if payment.credit {
            says("intrare", "in")
        } else {
            says("ieșire", "out")
        };
        let title = reason_of(payment).map(|reason| Explanation::from(reason).title.of(language));
        vec![
            payment.number.clone(),
            name_of(payment.channel, language).to_owned(),
            way.to_owned(),
            amount(language, payment.amount),
            payment.currency.clone(),
            payment
                .booked_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            date_and_time(language, payment.received_at),
            name_of(payment.state, language).to_owned(),
            title.unwrap_or_default().to_owned(),
            payment.payment_reference.clone().unwrap_or_default(),
            payment.external_reference.clone().unwrap_or_default(),
        ]
    };
    Cells {
        name: "payments",
        heads: vec![
            says("Număr", "Number"),
            says("Canal", "Channel"),
            says("Sens", "Way"),
            says("Suma", "Amount"),
            says("Moneda", "Currency"),
            says("Ziua înregistrării", "Booked on"),
            says("Primită", "Recorded"),
            says("Stare", "State"),
            says("Motiv", "Reason"),
            says("Referința de plată", "Payment reference"),
            says("Referința canalului", "Channel's reference"),
        ],
        rows: found.iter().map(row).collect(),
    }
}
