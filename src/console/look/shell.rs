//! What stands around every page: the menu with what waits, the lights of the other parties.

use crate::config::Environment;
use crate::console::visit::Visit;
use crate::domain::operator::role::Roles;
use crate::words::{Language, name_of, number};

/// The version of the program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An entry of the menu.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) path: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) ro: &'static str,
    pub(crate) en: &'static str,
}

/// Entries that belong together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) ro: &'static str,
    pub(crate) en: &'static str,
    pub(crate) items: &'static [Item],
}

const fn item(path: &'static str, icon: &'static str, ro: &'static str, en: &'static str) -> Item {
    Item { path, icon, ro, en }
}

/// The entries of the menu; a visitor sees those that the list of routes has and that are theirs.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        ro: "Lucru curent",
        en: "Today's work",
        items: &[
            item("/", "home", "Tablou de bord", "Dashboard"),
            item("/failed-orders", "alert", "Comenzi eșuate", "Failed orders"),
            item("/payments", "money", "Plăți", "Payments"),
            item("/requests", "record", "De aprobat", "To approve"),
        ],
    },
    Group {
        ro: "Evidență",
        en: "Records",
        items: &[
            item("/orders", "box", "Comenzi", "Orders"),
            item("/applications", "card", "Cereri", "Applications"),
            item("/complaints", "alert", "Reclamații", "Complaints"),
            item("/offices", "office", "Servicii", "Offices"),
            item("/outbox", "send", "Mesaje de trimis", "Outbox"),
        ],
    },
    Group {
        ro: "Administrare",
        en: "Administration",
        items: &[
            item("/audit", "record", "Jurnal de audit", "Audit record"),
            item("/settings/users", "gear", "Utilizatori", "Users"),
            item("/settings", "gear", "Setări", "Settings"),
        ],
    },
];

/// How somebody outside stands, in one light.
#[derive(Clone, Debug)]
pub(crate) struct Light {
    /// How it is coloured and shaped: `ok`, `warn`, `bad`, or nothing.
    pub(crate) tone: &'static str,
    /// Who.
    pub(crate) name: String,
    /// What was last heard.
    pub(crate) said: String,
}

/// What waits behind an entry of the menu.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// The entry's path.
    pub(crate) path: &'static str,
    /// How much.
    pub(crate) count: i64,
    /// Whether it is a failure.
    pub(crate) is_bad: bool,
}

/// What stands around a page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// The entry of the menu that the page belongs to.
    pub(crate) path: &'static str,
    /// Where the program runs.
    pub(crate) environment: Environment,
    /// The language of the page.
    pub(crate) language: Language,
    /// What waits.
    pub(crate) tallies: Vec<Tally>,
    /// How the others stand.
    pub(crate) lights: Vec<Light>,
}

impl Group {
    /// The entries that a visitor may open.
    pub(crate) fn items_for(&self, visit: &Visit) -> Vec<&'static Item> {
        let items = self.items.iter();
        items.filter(|item| visit.reaches(item.path)).collect()
    }
}

impl Shell {
    /// What waits behind an entry, and how it is coloured; `None` where nothing does.
    pub(crate) fn tally(&self, path: &str) -> Option<(String, &'static str)> {
        let tally = self.tallies.iter().find(|tally| tally.path == path)?;
        let tone = if tally.is_bad { "bad" } else { "" };
        (tally.count > 0).then(|| (number(self.language, tally.count), tone))
    }

    /// What the badge says where this is not production.
    pub(crate) const fn environment(&self) -> Option<&'static str> {
        let language = self.language;
        match self.environment {
            Environment::Production => None,
            Environment::Test => Some(language.choose("Test environment", "Mediu de probă")),
            Environment::Development => Some(language.choose("Development", "Mediu de dezvoltare")),
        }
    }

    /// What somebody is there for, in words.
    pub(crate) fn roles(&self, roles: &Roles) -> String {
        let words: Vec<&str> = roles
            .iter()
            .map(|role| name_of(role, self.language))
            .collect();
        words.join(", ")
    }
}

/// The first letters of an account's name, for its picture.
pub(crate) fn initials(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric());
    let firsts = words.filter_map(|word| word.chars().next());
    firsts.take(2).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::console::preferences::Theme;
    use crate::console::visit::SignedIn;
    use crate::domain::id::{SessionId, UserId};
    use crate::domain::operator::role::Role;

    #[test]
    fn initials_are_letters_of_the_first_two_words() {
        for (name, letters) in [
            ("maria.danila", "MD"),
            ("Ștefan", "Ș"),
            ("a-b-c", "AB"),
            ("", ""),
            ("<script>", "S"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }

    #[test]
    fn the_menu_leads_to_pages_that_are_there_and_are_the_visitors() {
        let seen = |role| {
            let visit = visit_of(role);
            let items = GROUPS.iter().flat_map(|group| group.items_for(&visit));
            items.map(|item| item.path).collect::<Vec<_>>()
        };
        assert!(
            ["/", "/requests"]
                .iter()
                .all(|path| seen(Role::Viewer).contains(path))
        );
        assert!(!seen(Role::Viewer).contains(&"/audit"));
        assert!(seen(Role::Auditor).contains(&"/audit"));
        assert!(seen(Role::Administrator).contains(&"/settings/users"));
    }

    fn visit_of(role: Role) -> Visit {
        Visit {
            user: Some(SignedIn {
                user: UserId(Uuid::nil()),
                name: "maria.danila".to_owned(),
                roles: Roles::new([role]),
                session: SessionId(Uuid::nil()),
            }),
            signing_in: None,
            language: Language::Romanian,
            theme: Theme::System,
            nonce: String::new(),
            form_token: String::new(),
            request_id: String::new(),
            return_to: None,
            here: "/".to_owned(),
        }
    }

    #[test]
    fn the_menu_counts_what_waits_and_says_nothing_of_nothing() {
        let tally = |path, count, is_bad| Tally {
            path,
            count,
            is_bad,
        };
        let shell = Shell {
            path: "/",
            environment: Environment::Production,
            language: Language::Romanian,
            tallies: vec![
                tally("/failed-orders", 3, true),
                tally("/payments", 1_284, false),
                tally("/outbox", 0, false),
            ],
            lights: Vec::new(),
        };
        assert_eq!(shell.tally("/failed-orders"), Some(("3".to_owned(), "bad")));
        assert_eq!(shell.tally("/payments"), Some(("1.284".to_owned(), "")));
        assert_eq!(shell.tally("/outbox"), None);
        assert_eq!(shell.tally("/audit"), None);
        assert_eq!(shell.environment(), None);
    }
}
