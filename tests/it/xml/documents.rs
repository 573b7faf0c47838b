//! Well-formed documents that use everything XML 1.0 has but a DTD, a seed each.

use cei_gateway::random::Random;

const PREFIXES: [&str; 5] = ["", "", "a", "b", "țz"];
/// None with `&`, which libxml2 forgets to escape in declarations; none that is no URI, which has no
/// canonical form in libxml2.
const URIS: [&str; 7] = [
    "urn:a",
    "urn:b",
    "http://x.example/?q=1#f",
    "http://x.example:80/a%20b;p='1'",
    "tag:z,2026:S",
    "urn:&#x61;",
    "http://www.w3.org/1999/xhtml",
];
const LOCAL_NAMES: [&str; 9] = [
    "x",
    "y",
    "Zed",
    "ăî",
    "x-1.2",
    "_u",
    "·x",
    "名",
    "\u{10300}n",
];
const TEXTS: [&str; 34] = [
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
    "\r\r\n\n",
    "\t",
    "&#13;",
    "&#xD;&#xA;",
    "&#x9;",
    "&#10;",
    "&#32;",
    "&#x0000026;#60;",
    "&#60;",
    "😀&#x10FFFF;",
    "\u{7F}\u{85}\u{2028}\u{FFFD}",
    "ș\u{301}",
    "\u{E000}\u{D7FF}",
    "]]&gt;",
    "]] >",
    "]",
    "--",
    "?>",
    "<![CDATA[<&\r\n]]]]>",
    "<![CDATA[]]>",
    "<![CDATA[]]]]><![CDATA[>]]>",
    "<![CDATA[<!-- ș &amp; \r]]>",
];
const VALUES: [&str; 20] = [
    "v",
    "&amp;",
    "&lt;",
    "&gt;",
    ">",
    "&apos;",
    "&quot;",
    "\r\n",
    "\r",
    "\n\t",
    "  ",
    "&#13;&#10;",
    "&#x9;",
    "&#x20;",
    "&#38;#38;",
    "😀",
    "ș ",
    "\u{FFFD}\u{10FFFF}",
    "]]>",
    "<!---->",
];
const COMMENTS: [&str; 7] = [
    "<!---->",
    "<!-- c -->",
    "<!--\r\n\r-->",
    "<!-- - <a> & ]]> &amp; ș😀 -->",
    "<!-->-->",
    "<!--?-->",
    "<!--\t&#0;-->",
];
const INSTRUCTIONS: [&str; 8] = [
    "<?go  on?\r\n >?>",
    "<?stop?>",
    "<?a-b.c\t\r\n?>",
    "<?ș ?x?>",
    "<?xml-stylesheet href='a'?>",
    "<?xmlish?>",
    "<?p <!-- -->?>",
    "<?_ &amp; <![CDATA[?>",
];
const SPACES: [&str; 6] = [" ", "  ", "\r\n", "\t", "\n ", "\r"];
const DECLARATIONS: [&str; 8] = [
    "",
    "",
    "",
    "<?xml version=\"1.0\"?>",
    "<?xml version='1.0' encoding=\"utf-8\"?>",
    "<?xml\tversion = \"1.0\"\r\nencoding\n=\r'UTF-8' standalone='yes' ?>",
    "<?xml version=\"1.0\" standalone=\"no\"?>\r\n",
    "\u{FEFF}<?xml version='1.0'?>",
];
/// As deep as libxml2 goes without being asked.
const DEPTH_MAX: usize = 256;

/// A document, and the same without its comments.
#[derive(Default)]
pub(super) struct Document {
    pub(super) with_comments: String,
    pub(super) without_comments: String,
}

/// Makes a document that is well-formed, with its namespaces, and has no DTD.
pub(super) fn document(random: &Random) -> Document {
    let mut generator = Generator {
        random,
        bound: Vec::new(),
        out: Document::default(),
    };
    let declaration = generator.pick(&DECLARATIONS);
    generator.push(declaration);
    generator.outside();
    match generator.below(80) {
        0 => generator.chain(DEPTH_MAX),
        1 => generator.chain(40),
        _ => generator.element(0),
    }
    generator.outside();
    generator.out
}

struct Generator<'r> {
    random: &'r Random,
    /// What each prefix is bound to, innermost last; an empty name unbinds the default.
    bound: Vec<(&'static str, &'static str)>,
    out: Document,
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

    fn push(&mut self, text: &str) {
        self.out.with_comments.push_str(text);
        self.out.without_comments.push_str(text);
    }

    /// A comment; not where the texts around it would become something else without it.
    fn comment(&mut self) {
        if self.out.with_comments.ends_with(['\r', ']']) {
            return;
        }
        let comment = self.pick(&COMMENTS);
        self.out.with_comments.push_str(comment);
    }

    fn outside(&mut self) {
        for _ in 0..self.below(4) {
            match self.below(3) {
                0 => self.comment(),
                1 => self.push(self.pick(&INSTRUCTIONS)),
                _ => self.push(self.pick(&SPACES)),
            }
        }
    }

    fn uri_of(&self, prefix: &str) -> Option<&'static str> {
        let bound = self.bound.iter().rev().find(|(known, _)| *known == prefix);
        bound
            .map(|(_, uri)| *uri)
            .or(prefix.is_empty().then_some(""))
    }

    /// Elements within elements, as deep as that.
    fn chain(&mut self, depth: usize) {
        let mut names = Vec::new();
        for level in 0..depth {
            let name = self.pick(&["a", "b", "c:d"]);
            self.push(&["<", name].concat());
            if name == "c:d" || self.one_in(5) {
                self.push(self.pick(&[" xmlns:c='urn:a'", " xmlns:c='urn:b' c:x=''"]));
            }
            if self.one_in(5) {
                self.push(self.pick(&[" xmlns='urn:a'", " xmlns=''"]));
            }
            self.push(if level % 7 == 0 { "\n>" } else { ">" });
            names.push(name);
        }
        for name in names.iter().rev() {
            self.push(&["</", name, ">"].concat());
        }
    }

    fn element(&mut self, depth: usize) {
        let outer = self.bound.len();
        let mut parts = self.declarations();
        parts.extend(self.attributes());
        self.shuffle(&mut parts);
        let mut prefix = self.pick(&PREFIXES);
        if self.uri_of(prefix).is_none() {
            prefix = "";
        }
        let name = qualified(prefix, self.local_name());

        self.push(&["<", &name].concat());
        for part in &parts {
            let space = self.pick(&SPACES);
            self.push(&[space, part].concat());
        }
        let space = self.pick(&["", "", "\n", " \t\r"]);
        if self.one_in(6) {
            self.push(&[space, "/>"].concat());
        } else {
            self.push(&[space, ">"].concat());
            self.content(depth);
            let space = self.pick(&["", "", "\n", " \r\n"]);
            self.push(&["</", &name, space, ">"].concat());
        }
        self.bound.truncate(outer);
    }

    /// A name; one that begins with `·` may only follow another character.
    fn local_name(&self) -> &'static str {
        let name = self.pick(&LOCAL_NAMES);
        if name.starts_with('·') { "n·x" } else { name }
    }

    fn declarations(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.one_in(12) {
            let uri = "http://www.w3.org/XML/1998/namespace";
            parts.push(format!("xmlns:xml='{uri}'"));
        }
        for prefix in ["", "a", "b", "țz"] {
            if !self.one_in(3) {
                continue;
            }
            let undone = prefix.is_empty() && self.one_in(3);
            let uri = if undone { "" } else { self.pick(&URIS) };
            // A reference in a namespace name is the character: two names may be one.
            let meant = if uri == "urn:&#x61;" { "urn:a" } else { uri };
            self.bound.push((prefix, meant));
            let name = if prefix.is_empty() { "xmlns" } else { "xmlns:" };
            let equals = self.pick(&["=", " = ", "\r=\n"]);
            parts.push(format!("{name}{prefix}{equals}\"{uri}\""));
        }
        parts
    }

    fn attributes(&self) -> Vec<String> {
        let mut used = Vec::new();
        let mut parts = Vec::new();
        for _ in 0..self.below(7) {
            let prefix = self.pick(&["", "", "a", "b", "țz", "xml"]);
            let uri = match prefix {
                "" => Some(""),
                "xml" => Some("xml"),
                _ => self.uri_of(prefix),
            };
            let local = if prefix == "xml" {
                self.pick(&["lang", "space", "base", "id", "other"])
            } else {
                self.local_name()
            };
            let Some(uri) = uri.filter(|uri| !used.contains(&(*uri, local))) else {
                continue;
            };
            used.push((uri, local));
            let value: String = (0..self.below(4)).map(|_| self.pick(&VALUES)).collect();
            // '<' stands in values only as a reference.
            let value = value.replace('<', "&#x3c;");
            let (equals, quote) = (self.pick(&["=", " = ", "\n="]), self.pick(&["\"", "'"]));
            let name = qualified(prefix, local);
            parts.push(format!("{name}{equals}{quote}{value}{quote}"));
        }
        parts
    }

    fn content(&mut self, depth: usize) {
        for _ in 0..self.below(6) {
            match self.below(9) {
                0..=2 if depth < 4 => self.element(depth + 1),
                3 => self.push(self.pick(&INSTRUCTIONS)),
                4 => self.comment(),
                _ => self.push(self.pick(&TEXTS)),
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
