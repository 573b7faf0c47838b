use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;
use chrono::{DateTime, Days, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use super::board::Board;
use super::figures::{DayFigures, Figures, Offered};
use super::{Page, charts};
use crate::config::Environment;
use crate::console::look::asset;
use crate::console::look::shell::{Shell, Tally};
use crate::console::look::surroundings::lights;
use crate::console::preferences::Theme;
use crate::console::requests::ToApprove;
use crate::console::visit::{SignedIn, Visit};
use crate::domain::application::ApplicationState;
use crate::domain::cause::Cause;
use crate::domain::id::{OfficeId, PaymentId, SessionId, UserId};
use crate::domain::matching::Clue;
use crate::domain::money::Money;
use crate::domain::operator::role::{Role, Roles};
use crate::domain::payment::{Channel, PaymentState};
use crate::store::applications::unfinished::{Alike, Backlog};
use crate::store::causes::CauseCount;
use crate::store::dashboard::{LastHeard, Unmatched, Waiting};
use crate::store::history::SubjectKind;
use crate::store::payments::Payment;
use crate::words::Language;

const BOTH: [Language; 2] = [Language::Romanian, Language::English];

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 32, 5).unwrap()
}

/// Living applications: fewer the older they are, and fewer registered at the ends of weeks.
fn alike() -> Vec<Alike> {
    use ApplicationState::*;
    let today = now().date_naive();
    let mut alike = Vec::new();
    for (state, oldest, most) in [
        (Received, 2_i64, 240),
        (AwaitingFee, 24, 70),
        (Ready, 1, 150),
        (Ordered, 3, 130),
        (InProduction, 33, 150),
        (Shipped, 8, 170),
        (Returned, 4, 5),
        (OnHold, 2, 1),
    ] {
        for age in 0..=oldest {
            let registered_on = today - TimeDelta::days(age);
            let worked = if charts::is_rest(registered_on) {
                3
            } else {
                10
            };
            let count = most * worked * (oldest + 1 - age) / 10 / (oldest + 1);
            let term = if age > 30 && count % 2 == 0 { 45 } else { 30 };
            alike.push(Alike {
                state,
                registered_on,
                deadline_on: registered_on + Days::new(term),
                count: count.max(1),
            });
        }
    }
    alike
}

/// Two weeks, which begin on a Saturday.
fn days() -> Vec<DayFigures> {
    let received = [
        212, 0, 1190, 1244, 1310, 1275, 1188, 236, 0, 1406, 1377, 1322, 1291, 812,
    ];
    let arrived = [
        0, 0, 1052, 1101, 1166, 1180, 1203, 0, 0, 1090, 1185, 1240, 1266, 640,
    ];
    let days = (0..14).map(|back| now().date_naive() - Days::new(13 - back));
    let all = days.zip(received).zip(arrived);
    all.map(|((day, received), arrived)| DayFigures {
        day,
        received,
        arrived,
    })
    .collect()
}

/// An invented country in an ordinary week.
fn figures() -> Figures {
    use ApplicationState::*;
    let seen = |number| {
        let minutes = if number == 7 { 1_140 } else { 25 };
        (office(number), now() - TimeDelta::minutes(minutes))
    };
    Figures {
        read_at: now(),
        today: now().date_naive(),
        alike: alike(),
        at_office: 1_335,
        passed: vec![
            (AwaitingFee, 1_284),
            (Ready, 1_240),
            (Ordered, 1_233),
            (InProduction, 1_190),
            (Produced, 1_166),
            (AtOffice, 1_148),
        ],
        days: days(),
        took: (0..1_000).map(|place| 6 + place / 60).collect(),
        causes: vec![
            failed(Cause::Certificate, 3, 0, 332),
            failed(Cause::RefusedLines, 1, 2, 130),
            failed(Cause::Silence, 2, 0, 1_560),
        ],
        waiting: vec![Waiting {
            code: 831,
            kind: SubjectKind::Lane,
            count: 1,
            oldest: now() - TimeDelta::hours(9),
        }],
        resting: 3,
        backlogs: backlogs(),
        seen: (0..8).map(seen).collect(),
        unmatched: Unmatched {
            count: 17,
            sum: Money::from_lei(1_205),
            oldest: Some(now() - TimeDelta::days(6)),
        },
        offered: vec![
            offered("PL-2026-000921", 910, Some(96)),
            offered("PL-2026-000318", 920, Some(81)),
            offered("PL-2026-000177", 902, None),
        ],
        heard: LastHeard {
            bureau: Some(now() - TimeDelta::minutes(3)),
            cec: Some(now() - TimeDelta::hours(2)),
            selfpay: Some(now() - TimeDelta::hours(7)),
        },
        dead_letters: 4,
        to_approve: ToApprove::default(),
        complaints: 2,
    }
}

fn failed(cause: Cause, orders: i64, lines: i64, minutes: i64) -> CauseCount {
    let oldest = now() - TimeDelta::minutes(minutes);
    CauseCount {
        cause,
        orders,
        lines,
        oldest,
    }
}

fn office(number: u128) -> OfficeId {
    OfficeId(Uuid::from_u128(number))
}

fn backlogs() -> Vec<Backlog> {
    let rows = [
        ("SPCLEP Cluj-Napoca", 1_204, 30, 4, 27),
        ("SPCLEP Turda", 318, 40, 2, 31),
        ("DJEP Cluj", 276, 0, 0, 12),
        ("SPCLEP Dej", 203, 4, 0, 22),
        ("SPCLEP Florești", 188, 3, 0, 18),
        ("SPCLEP Gherla", 97, 0, 0, 14),
        ("SPCLEP Câmpia Turzii", 84, 9, 3, 33),
        ("SPCLEP Huedin", 61, 0, 0, 9),
    ];
    rows.into_iter()
        .zip(0_u128..)
        .map(|((name, open, at_risk, late, age), number)| Backlog {
            office: office(number),
            code: format!("CJ-{number:02}"),
            name: name.to_owned(),
            open,
            at_risk,
            late,
            oldest_on: now().date_naive() - Days::new(age),
        })
        .collect()
}

fn offered(number: &str, reason: i64, score: Option<u8>) -> Offered {
    Offered {
        payment: Payment {
            id: PaymentId(Uuid::nil()),
            number: number.to_owned(),
            channel: Channel::Cec,
            movement_key: String::new(),
            content_sha256: Vec::new(),
            amount: Money::from_lei(67),
            currency: "RON".to_owned(),
            credit: true,
            reversal: false,
            booked_on: None,
            external_reference: None,
            payment_reference: None,
            person_key: None,
            evidence: String::new(),
            sealed: None,
            state: PaymentState::Suggested,
            reason: Some(reason),
            application: None,
            reverses: None,
            received_at: now() - TimeDelta::hours(3),
            version: 1,
        },
        best: score.map(|score| ("CJ-2026-118204".to_owned(), score, vec![Clue::Date])),
    }
}

fn visit(language: Language, theme: Theme) -> Visit {
    Visit {
        user: Some(SignedIn {
            user: UserId(Uuid::nil()),
            name: "maria.danila".to_owned(),
            roles: Roles::new([Role::Supervisor]),
            session: SessionId(Uuid::nil()),
        }),
        signing_in: None,
        language,
        theme,
        nonce: "bm9uY2U".to_owned(),
        form_token: "token".to_owned(),
        request_id: "01JD3K8Z".to_owned(),
        return_to: None,
        here: "/".to_owned(),
    }
}

fn page(figures: &Figures, language: Language, theme: Theme, shows_payments: bool) -> String {
    let tally = |path, count, is_bad| Tally {
        path,
        count,
        is_bad,
    };
    let shell = Shell {
        path: "/",
        environment: Environment::Test,
        language,
        tallies: vec![
            tally("/failed-orders", 6, true),
            tally("/payments", 17, false),
        ],
        lights: lights(figures, language),
    };
    let page = Page {
        visit: &visit(language, theme),
        shell: &shell,
        board: &Board::of(figures, language, shows_payments),
    };
    page.render().unwrap()
}

/// Nobody and nothing: the first minute of an installation.
fn nothing() -> Figures {
    Figures {
        alike: Vec::new(),
        at_office: 0,
        passed: Vec::new(),
        days: Vec::new(),
        took: Vec::new(),
        causes: Vec::new(),
        waiting: Vec::new(),
        resting: 0,
        backlogs: Vec::new(),
        seen: BTreeMap::new(),
        unmatched: Unmatched::default(),
        offered: Vec::new(),
        heard: LastHeard::default(),
        dead_letters: 0,
        to_approve: ToApprove::default(),
        complaints: 0,
        ..figures()
    }
}

#[test]
fn the_page_holds_its_figures_in_both_languages() {
    let ro = page(&figures(), Language::Romanian, Theme::System, true);
    for text in [
        "1.205,00 lei",
        "1.284",
        "Semnează din nou",
        "3 comenzi",
        "2 comenzi",
        "1 reținere",
        "SPCLEP Câmpia Turzii",
        "acum 19 h",
        "azi 11:32",
        "<a class=\"more\" href=\"/failed-orders?show=resting\">amânate 3</a>",
    ] {
        assert!(ro.contains(text), "{text}");
    }
    let en = page(&figures(), Language::English, Theme::System, true);
    for text in [
        "1,205.00 lei",
        "Sign anew",
        "3 orders",
        "19 h ago",
        "today 11:32",
    ] {
        assert!(en.contains(text), "{text}");
    }
}

#[test]
fn a_page_has_no_script_and_no_style_of_its_own() {
    for language in BOTH {
        for figures in [figures(), nothing()] {
            let page = page(&figures, language, Theme::Dark, true);
            // What renews the page, and what it is renewed with: files of ours, with the nonce.
            assert_eq!(page.matches("<script").count(), 2);
            assert_eq!(page.matches("<script src=\"/static/").count(), 2);
            assert_eq!(page.matches("nonce=\"bm9uY2U\" defer></script>").count(), 2);
            for forbidden in [
                " style=",
                "<style",
                "javascript:",
                " onclick",
                "http://www",
                "https://",
            ] {
                assert!(!page.contains(forbidden), "{forbidden}");
            }
            assert!(page.len() < 60_000, "{} bytes", page.len());
        }
    }
}

#[test]
fn what_others_wrote_is_text() {
    let mut figures = figures();
    figures.backlogs[0].name = "<img src=x onerror=alert(1)>\"'".to_owned();
    figures.offered[0].payment.number = "\"><script>alert(1)</script>".to_owned();
    let page = page(&figures, Language::Romanian, Theme::System, true);
    assert!(
        !page.contains("<img") && !page.contains("<script>"),
        "{page}"
    );
    assert!(page.contains("&#60;img"), "{page}");
}

#[test]
fn an_installation_without_rows_shows_that_nothing_waits() {
    for language in BOTH {
        let page = page(&nothing(), language, Theme::Light, true);
        assert_eq!(page.matches("class=\"empty\"").count(), 3);
        assert!(!page.contains("show=resting"), "{page}");
        assert!(page.contains("data-theme=\"light\""));
    }
}

#[test]
fn whoever_may_not_look_at_payments_sees_none() {
    let page = page(&figures(), Language::English, Theme::System, false);
    assert!(
        !page.contains("Unmatched payments") && !page.contains("PL-2026"),
        "{page}"
    );
    assert!(!page.contains("without application"), "{page}");
}

#[test]
fn every_link_of_a_figure_leads_into_the_console() {
    let board = Board::of(&figures(), Language::Romanian, true);
    let paths = board.tiles.iter().map(|tile| tile.path.to_owned());
    let paths = paths.chain(board.stages.iter().map(|stage| stage.path.clone()));
    let leaks = board.stages.iter().flat_map(|stage| &stage.leaks);
    let paths = paths.chain(leaks.map(|leak| leak.path.clone()));
    for path in paths.chain(board.problems.iter().map(|problem| problem.path.clone())) {
        assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
    }
}

#[test]
fn tiles_and_stages_count_the_same_applications() {
    let figures = figures();
    let in_stages = |state: ApplicationState| {
        !matches!(state, ApplicationState::Returned | ApplicationState::OnHold)
    };
    let staged = figures.count(|alike| in_stages(alike.state));
    let board = Board::of(&figures, Language::English, true);
    let shown: i64 = board.stages[..6]
        .iter()
        .map(|stage| stage.figure.replace(',', "").parse::<i64>().unwrap())
        .sum();
    assert_eq!(shown, staged);
    let columns: i64 = board
        .ages
        .rows
        .iter()
        .map(|(_, cells)| cells[0].replace(',', "").parse::<i64>().unwrap())
        .sum();
    assert_eq!(
        columns,
        figures.count(|_| true),
        "the chart leaves nobody out"
    );
    let (prolonged, late) = charts::past_usual_term(&figures);
    assert!(prolonged > 0 && late > 0);
    assert_eq!(board.tiles[3].figure, (prolonged + late).to_string());
}

/// Writes the pages as files for `scripts/screenshots`, which takes pictures of them.
#[test]
fn the_pages_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots/pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, language, theme, figures) in [
        ("dashboard", Language::Romanian, Theme::Light, figures()),
        ("dashboard-dark", Language::Romanian, Theme::Dark, figures()),
        ("dashboard-en", Language::English, Theme::Light, figures()),
        (
            "dashboard-empty",
            Language::Romanian,
            Theme::Light,
            nothing(),
        ),
    ] {
        let page = page(&figures, language, theme, true);
        let paths: Vec<&str> = page
            .split("\"/static/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for path in &paths {
            assert!(asset::find(path).is_some(), "{path}");
        }
        std::fs::write(
            folder.join(format!("{name}.html")),
            page.replace("\"/static/", "\""),
        )
        .unwrap();
    }
    asset::write_all(&folder).unwrap();
}
