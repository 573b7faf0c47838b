//! Names as they occur in Cluj: Romanian, Hungarian and German, with their letters.

use crate::random::Random;
use crate::simulator::draw::{once_in, one_of};
use crate::simulator::person::Sex;

/// The language a family's names come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heritage {
    Romanian,
    Hungarian,
    German,
}

#[rustfmt::skip]
const ROMANIAN_SURNAMES: &[&str] = &[
    "Pop", "Popa", "Popescu", "Rus", "Rusu", "Mureșan", "Moldovan", "Câmpean", "Ciobanu", "Crișan",
    "Bălan", "Băiț", "Bogdan", "Chiș", "Cosma", "Costea", "Cozma", "Dănilă", "Dragoș", "Dumitrașcu",
    "Făgărășan", "Fărcaș", "Florea", "Gavriș", "Ghețe", "Gligor", "Hădărean", "Hățiegan", "Iancu",
    "Ionașcu", "Lăcătuș", "Lazăr", "Luțaș", "Lupșa", "Mănășturean", "Măgurean", "Mărginean",
    "Morariu", "Mihăilescu", "Miclăuș", "Murășan", "Năsăudean", "Negruțiu", "Oltean", "Oprișa",
    "Păcurar", "Pintea", "Pușcaș", "Rațiu", "Roșca", "Sălăjan", "Sărmășan", "Sâncrăian", "Stan",
    "Suciu", "Șandor", "Șerban", "Ștefan", "Șuteu", "Tămaș", "Târnovan", "Todea", "Trifu", "Țăran",
    "Țîra", "Țurcanu", "Ungureanu", "Vălean", "Vasilache", "Vădan", "Văscan", "Zăhan", "Constantinescu",
];

#[rustfmt::skip]
const ROMANIAN_WOMEN: &[&str] = &[
    "Maria", "Ana", "Ioana", "Elena", "Andreea", "Mihaela", "Alexandra", "Cristina", "Daniela",
    "Gabriela", "Anișoara", "Brândușa", "Călina", "Corina", "Crina", "Codruța", "Doinița", "Floarea",
    "Frăsina", "Georgiana", "Ilinca", "Iuliana", "Lăcrămioara", "Liliana", "Lucreția",
    "Mădălina", "Măriuca", "Otilia", "Ruxandra", "Sânziana", "Ștefania", "Teodora",
    "Veturia", "Viorica", "Antoaneta", "Smărăndița",
];

#[rustfmt::skip]
const ROMANIAN_MEN: &[&str] = &[
    "Ion", "Ioan", "Andrei", "Alexandru", "Mihai", "Cristian", "Adrian", "Bogdan", "Călin", "Cătălin",
    "Ciprian", "Constantin", "Cosmin", "Dănuț", "Doru", "Dragoș", "Dumitru", "Emil", "Florin",
    "Gheorghe", "Grigore", "Horațiu", "Iancu", "Ionuț", "Iuliu", "Laurențiu", "Liviu", "Lucian",
    "Marius", "Matei", "Mircea", "Nicolae", "Ovidiu", "Petru", "Răzvan", "Rareș", "Sebastian",
    "Simion", "Ștefan", "Tănase", "Traian", "Vlăduț", "Vasile",
];

#[rustfmt::skip]
const HUNGARIAN_SURNAMES: &[&str] = &[
    "Kovács", "Nagy", "Szabó", "Tóth", "Balázs", "Fekete", "Székely", "Bíró", "László", "Máté",
    "Vörös", "Demeter", "Mészáros", "Kálmán", "Gál", "Köröndi", "Szász", "Bálint", "Halász", "Jánosi",
];

#[rustfmt::skip]
const HUNGARIAN_WOMEN: &[&str] = &[
    "Erzsébet", "Ágnes", "Éva", "Ildikó", "Katalin", "Réka", "Zsófia", "Tünde", "Mária",
    "Borbála", "Anikó",
];

#[rustfmt::skip]
const HUNGARIAN_MEN: &[&str] = &[
    "István", "László", "János", "Zoltán", "Attila", "Árpád", "Csaba", "Sándor", "Géza", "Béla",
    "Tamás", "György", "Örs", "Lóránd",
];

const GERMAN_SURNAMES: &[&str] = &[
    "Müller",
    "Schüller",
    "Krämer",
    "Böhm",
    "Schuster",
    "Göckler",
];

const GERMAN_WOMEN: &[&str] = &["Käthe", "Margarethe", "Ingrid", "Renate"];

const GERMAN_MEN: &[&str] = &["Jürgen", "Günther", "Hans", "Jörg", "Helmut"];

impl Heritage {
    pub(super) fn draw(random: &Random) -> Self {
        match random.below(100) {
            0..80 => Self::Romanian,
            80..97 => Self::Hungarian,
            _ => Self::German,
        }
    }

    /// A family name; one in twelve is double-barrelled, as after a marriage.
    pub(super) fn surname(self, random: &Random) -> String {
        let surname = one_of(random, self.surnames());
        let second = one_of(random, ROMANIAN_SURNAMES);
        if surname != second && once_in(random, 12) {
            format!("{surname}-{second}")
        } else {
            surname.to_owned()
        }
    }

    /// One given name or two; rarely three, which is what makes a line of print too short.
    pub(super) fn given_names(self, sex: Sex, random: &Random) -> String {
        let names = self.names_of(sex);
        let first = one_of(random, names);
        let second = one_of(random, names);
        let third = one_of(random, names);
        let all_differ = first != second && second != third && first != third;
        match random.below(40) {
            0 if all_differ => format!("{first}-{second} {third}"),
            1..14 if all_differ => format!("{first}-{second}"),
            14..22 if all_differ => format!("{first} {second}"),
            _ => first.to_owned(),
        }
    }

    const fn surnames(self) -> &'static [&'static str] {
        match self {
            Self::Romanian => ROMANIAN_SURNAMES,
            Self::Hungarian => HUNGARIAN_SURNAMES,
            Self::German => GERMAN_SURNAMES,
        }
    }

    const fn names_of(self, sex: Sex) -> &'static [&'static str] {
        match (self, sex) {
            (Self::Romanian, Sex::Female) => ROMANIAN_WOMEN,
            (Self::Romanian, Sex::Male) => ROMANIAN_MEN,
            (Self::Hungarian, Sex::Female) => HUNGARIAN_WOMEN,
            (Self::Hungarian, Sex::Male) => HUNGARIAN_MEN,
            (Self::German, Sex::Female) => GERMAN_WOMEN,
            (Self::German, Sex::Male) => GERMAN_MEN,
        }
    }
}
