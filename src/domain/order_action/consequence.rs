//! What would come of an action, in counts and in words.

/// What becomes of the order itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OrderFate {
    /// It stays as it is.
    #[default]
    Stays,
    /// Its bytes go out again.
    SentAgain,
    /// It is sent no more until it is released.
    Stopped,
    /// Its quarantine ends, and it goes on from where it stands.
    GoesOn,
    /// Its quarantine ends, and its bytes go out, once they are signed.
    GoesOut,
    /// It is given up and never sent again.
    GivenUp,
}

/// What an action changes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Consequence {
    /// What becomes of the order itself.
    pub fate: OrderFate,
    /// Lines of the order.
    pub lines: usize,
    /// Lines that stand in a new order, which names the old one.
    pub reordered: usize,
    /// Applications that are ready for the next orders.
    pub ready: usize,
    /// Applications that are set aside until an operator releases them.
    pub set_aside: usize,
    /// Applications that are cancelled, because their end was asked for.
    pub cancelled: usize,
    /// Applications that go on waiting for an operator.
    pub waiting: usize,
    /// Lines that stay as they are.
    pub unchanged: usize,
}

impl Consequence {
    /// What happens, in English.
    pub fn text_en(&self) -> String {
        let mut text = match self.fate {
            OrderFate::Stays => "what was set aside goes on",
            OrderFate::SentAgain => "the same bytes are sent again",
            OrderFate::Stopped => "it is sent no more until it is released",
            OrderFate::GoesOn => "it goes on from where it stands",
            OrderFate::GoesOut => "it goes on and is sent",
            OrderFate::GivenUp => "it is given up and never sent again",
        }
        .to_owned();
        for (count, what) in [
            (self.reordered, "in a new order"),
            (self.ready, "ready for the next orders"),
            (self.set_aside, "set aside"),
            (self.cancelled, "cancelled"),
            (self.waiting, "waiting on"),
            (self.unchanged, "unchanged"),
        ] {
            push(&mut text, count, what);
        }
        text
    }

    /// What happens, in Romanian.
    pub fn text_ro(&self) -> String {
        let mut text = match self.fate {
            OrderFate::Stays => "se reia ce a fost reținut",
            OrderFate::SentAgain => "se retrimite același fișier",
            OrderFate::Stopped => "nu se mai trimite până la eliberare",
            OrderFate::GoesOn => "se reia din starea actuală",
            OrderFate::GoesOut => "se reia și se trimite",
            OrderFate::GivenUp => "se renunță la ea și nu se mai trimite",
        }
        .to_owned();
        for (count, what) in [
            (self.reordered, "într-o comandă nouă"),
            (self.ready, "disponibile pentru comenzile următoare"),
            (self.set_aside, "reținute"),
            (self.cancelled, "anulate"),
            (self.waiting, "rămân în așteptare"),
            (self.unchanged, "neschimbate"),
        ] {
            push(&mut text, count, what);
        }
        text
    }
}

fn push(text: &mut String, count: usize, what: &str) {
    if count > 0 {
        for part in [", ", &count.to_string(), " ", what] {
            text.push_str(part);
        }
    }
}
