//! Documents that use everything XML has, a seed each.

use crate::random::Random;

const PREFIXES: [&str; 5] = ["", "", "a", "b", "țz"];
/// None with `&`, which libxml2 forgets to escape in declarations.
const URIS: [&str; 4] = ["urn:a", "urn:b", "http://x.example/?q=1", "tag:z,2026:S"];
const LOCAL_NAMES: [&str; 6] = ["x", "y", "Zed", "ăî", "x-1.2", "_u"];
const TEXTS: [&str; 20] = [
    "text",
    "&amp;",
    "&lt;",
    "&gt;",
    ">",
    "\"",
    "'",
    "&quot;",
    "&apos;",
    "\r\n",
    "\r",
    "\n",
    "\t",
    "&#13;",
    "&#x9;",
    "&#10;",
    "😀&#x10FFFF;",
    "ș\u{301}",
    "]]&gt;",
    "<![CDATA[<&\r\n]]]]>",
];
const VALUES: [&str; 14] = [
    "v",
    "&amp;",
    "&lt;",
    "&gt;",
    ">",
    "'",
    "&quot;",
    "\r\n",
    "\r",
    "\n\t",
    "&#13;&#10;",
    "&#x9;",
    "😀",
    "ș ",
];

/// A well-formed document without DTD and without comments.
pub(super) fn document(random: &Random) -> String {
    let mut generator = Generator {
        random,
        bound: Vec::new(),
        out: String::new(),
    };
    if generator.one_in(2) {
        generator
            .out
            .push_str("<?xml version='1.0' encoding=\"utf-8\"?>");
    }
    generator.outside();
    generator.element(0);
    generator.outside();
    generator.out
}

struct Generator<'r> {
    random: &'r Random,
    /// What each prefix is bound to, innermost last; an empty name unbinds the default.
    bound: Vec<(&'static str, &'static str)>,
    out: String,
}

impl Generator<'_> {
    fn below(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("small");
        usize::try_from(self.random.below(bound)).expect("small")
    }

    fn one_in(&self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick(&self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    fn outside(&mut self) {
        for _ in 0..self.below(3) {
            self.out.push_str("\r\n <?go  on?\r\n >?>\n<?stop?>");
        }
    }

    fn uri_of(&self, prefix: &str) -> Option<&'static str> {
        let bound = self.bound.iter().rev().find(|(known, _)| *known == prefix);
        bound
            .map(|(_, uri)| *uri)
            .or(prefix.is_empty().then_some(""))
    }

    fn element(&mut self, depth: usize) {
        let outer = self.bound.len();
        let declared = self.declarations();
        let mut prefix = self.pick(&PREFIXES);
        if self.uri_of(prefix).is_none() {
            prefix = "";
        }
        let name = qualified(prefix, self.pick(&LOCAL_NAMES));
        let mut parts = declared;
        parts.extend(self.attributes());
        self.shuffle(&mut parts);

        self.out.push('<');
        self.out.push_str(&name);
        for part in &parts {
            let space = self.pick(&[" ", "  ", "\r\n", "\t"]);
            self.out.push_str(space);
            self.out.push_str(part);
        }
        if self.one_in(6) {
            self.out.push_str(" />");
        } else {
            self.out.push('>');
            self.content(depth);
            let space = self.pick(&["", "", "\n"]);
            self.out.push_str(&["</", &name, space, ">"].concat());
        }
        self.bound.truncate(outer);
    }

    fn declarations(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        for prefix in ["", "a", "b", "țz"] {
            if !self.one_in(3) {
                continue;
            }
            let undone = prefix.is_empty() && self.one_in(3);
            let uri = if undone { "" } else { self.pick(&URIS) };
            self.bound.push((prefix, uri));
            let name = if prefix.is_empty() {
                "xmlns".to_owned()
            } else {
                format!("xmlns:{prefix}")
            };
            parts.push(format!("{name}=\"{uri}\""));
        }
        parts
    }

    fn attributes(&self) -> Vec<String> {
        let mut used = Vec::new();
        let mut parts = Vec::new();
        for _ in 0..self.below(6) {
            let prefix = self.pick(&["", "", "a", "b", "țz", "xml"]);
            let uri = match prefix {
                "" => Some(""),
                "xml" => Some("xml"),
                _ => self.uri_of(prefix),
            };
            let local = if prefix == "xml" {
                self.pick(&["lang", "space", "base"])
            } else {
                self.pick(&LOCAL_NAMES)
            };
            let Some(uri) = uri.filter(|uri| !used.contains(&(*uri, local))) else {
                continue;
            };
            used.push((uri, local));
            let mut value: String = (0..self.below(4)).map(|_| self.pick(&VALUES)).collect();
            if local == "space" {
                "preserve".clone_into(&mut value);
            }
            parts.push(format!("{} = \"{value}\"", qualified(prefix, local)));
        }
        parts
    }

    fn content(&mut self, depth: usize) {
        for _ in 0..self.below(6) {
            match self.below(6) {
                0 | 1 if depth < 6 => self.element(depth + 1),
                2 => self.out.push_str("<?in side?>"),
                _ => {
                    let text = self.pick(&TEXTS);
                    self.out.push_str(text);
                }
            }
        }
    }

    fn shuffle(&self, parts: &mut [String]) {
        for last in (1..parts.len()).rev() {
            parts.swap(last, self.below(last + 1));
        }
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() {
        local.to_owned()
    } else {
        format!("{prefix}:{local}")
    }
}
