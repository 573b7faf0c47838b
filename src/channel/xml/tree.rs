//! Elements with all they contain, in two buffers that serve the next one too: an entry of a
//! statement has some thirty elements, and a file a million entries.

/// A span of a tree's text.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }

    const fn is_empty(self) -> bool {
        self.start == self.end
    }
}

#[derive(Debug, Default)]
struct Record {
    name: Span,
    currency: Option<Span>,
    text: Span,
    line: usize,
    /// Where the element that follows this one and its content stands.
    end: usize,
}

/// Buffers larger than this are given back before the next element.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

/// Some elements, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    records: Vec<Record>,
    text: String,
    /// The elements that have begun and not ended.
    open: Vec<usize>,
}

impl Tree {
    /// Forgets every element.
    pub(crate) fn clear(&mut self) {
        if self.size_bytes() > KEPT_BYTES_MAX {
            *self = Self::default();
        }
        self.records.clear();
        self.text.clear();
        self.open.clear();
    }

    /// The elements that are in no other.
    pub(crate) fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.siblings(0, self.records.len())
    }

    /// About how much memory it takes.
    pub(super) const fn size_bytes(&self) -> usize {
        self.text.len() + self.records.len() * size_of::<Record>()
    }

    pub(super) const fn depth(&self) -> usize {
        self.open.len()
    }

    /// How much text the innermost element has so far.
    pub(super) fn text_bytes(&self) -> usize {
        let innermost = self.innermost();
        innermost.map_or(0, |record| record.text.end - record.text.start)
    }

    /// Begins an element inside the innermost.
    pub(super) fn begin(&mut self, name: &str, line: usize, currency: Option<&str>) {
        let record = Record {
            name: self.push(name),
            currency: currency.map(|currency| self.push(currency)),
            line,
            ..Record::default()
        };
        self.open.push(self.records.len());
        self.records.push(record);
    }

    /// Adds to the text of the innermost element.
    pub(super) fn add_text(&mut self, text: &str) {
        let Some(before) = self.innermost().map(|record| record.text) else {
            return;
        };
        let goes_on = before.is_empty() || before.end == self.text.len();
        // Blanks between the children of an element say nothing.
        if !goes_on && text.trim().is_empty() {
            return;
        }
        let start = match (before.is_empty(), goes_on) {
            (true, _) => self.text.len(),
            (false, true) => before.start,
            (false, false) => {
                let start = self.text.len();
                self.text.extend_from_within(before.start..before.end);
                start
            }
        };
        self.text.push_str(text);
        let end = self.text.len();
        if let Some(record) = self.open.last().and_then(|at| self.records.get_mut(*at)) {
            record.text = Span { start, end };
        }
    }

    /// Ends the innermost element.
    pub(super) fn end(&mut self) {
        let end = self.records.len();
        if let Some(record) = self.open.pop().and_then(|at| self.records.get_mut(at)) {
            record.end = end;
        }
    }

    fn innermost(&self) -> Option<&Record> {
        self.records.get(*self.open.last()?)
    }

    fn push(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span {
            start,
            end: self.text.len(),
        }
    }

    fn siblings(&self, from: usize, to: usize) -> impl Iterator<Item = Node<'_>> {
        let mut next = from;
        std::iter::from_fn(move || {
            let record = self.records.get(next).filter(|_| next < to)?;
            let node = Node {
                tree: self,
                record,
                at: next,
            };
            next = record.end.max(next + 1);
            Some(node)
        })
    }
}

/// One element with all it contains.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    tree: &'a Tree,
    record: &'a Record,
    at: usize,
}

impl<'a> Node<'a> {
    /// The name without prefix.
    pub(crate) fn name(self) -> &'a str {
        self.record.name.of(&self.tree.text)
    }

    /// The line on which it begins.
    pub(crate) const fn line(self) -> usize {
        self.record.line
    }

    /// The `Ccy` attribute.
    pub(crate) fn currency(self) -> Option<&'a str> {
        self.record.currency.map(|span| span.of(&self.tree.text))
    }

    /// The children of this name, in order.
    pub(crate) fn all(self, name: &'a str) -> impl Iterator<Item = Self> + 'a {
        let children = self.tree.siblings(self.at + 1, self.record.end);
        children.filter(move |child| child.name() == name)
    }

    /// The first element down this path.
    pub(crate) fn at(self, path: &[&'a str]) -> Option<Self> {
        match path {
            [] => Some(self),
            [first, rest @ ..] => self.all(first).find_map(|child| child.at(rest)),
        }
    }

    /// The text of the first element down this path, when there is any.
    pub(crate) fn text_at(self, path: &[&'a str]) -> Option<&'a str> {
        let text = self.at(path)?.raw_text().trim();
        (!text.is_empty()).then_some(text)
    }

    /// The text as it stands, blanks at its ends included: they separate words of pieces.
    pub(crate) fn raw_text(self) -> &'a str {
        self.record.text.of(&self.tree.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<a>x<b Ccy="RON">1</b> <b>2</b>y</a><c/>`
    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.begin("a", 1, None);
        tree.add_text("x");
        tree.begin("b", 2, Some("RON"));
        tree.add_text("1");
        tree.end();
        tree.add_text(" ");
        tree.begin("b", 3, None);
        tree.add_text("2");
        tree.add_text("3");
        tree.end();
        tree.add_text("y");
        tree.end();
        tree.begin("c", 4, None);
        tree.end();
        tree
    }

    #[test]
    fn elements_are_found_by_name_and_path() {
        let tree = tree();
        let names: Vec<&str> = tree.roots().map(Node::name).collect();
        assert_eq!(names, ["a", "c"]);
        let a = tree.roots().next().unwrap();
        let texts: Vec<&str> = a.all("b").map(Node::raw_text).collect();
        assert_eq!(texts, ["1", "23"]);
        assert_eq!(a.at(&["b"]).unwrap().currency(), Some("RON"));
        assert_eq!(a.at(&["b"]).unwrap().line(), 2);
        assert!(a.at(&["b", "b"]).is_none());
    }

    #[test]
    fn text_between_children_belongs_to_their_parent() {
        let tree = tree();
        assert_eq!(tree.roots().next().unwrap().raw_text(), "xy");
        assert_eq!(tree.roots().nth(1).unwrap().text_at(&[]), None);
    }

    #[test]
    fn a_cleared_tree_is_empty_and_gives_back_what_is_large() {
        let mut tree = tree();
        tree.clear();
        assert_eq!(tree.roots().count(), 0);
        tree.begin("a", 1, None);
        tree.add_text(&"x".repeat(2 * KEPT_BYTES_MAX));
        tree.end();
        tree.clear();
        assert!(tree.text.capacity() < KEPT_BYTES_MAX);
    }
}
