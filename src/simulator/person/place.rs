//! Where people are born and where they live.

use chrono::NaiveDate;

use crate::random::Random;
use crate::simulator::draw::{between, once_in, one_of};

/// Where an invented person lives: one of Cluj's localities with a local office.
#[derive(Clone, Eq, PartialEq)]
pub struct Address {
    /// County code on registration plates.
    pub county: &'static str,
    /// SIRUTA code of the locality.
    pub siruta: u32,
    /// Name of the locality.
    pub locality: &'static str,
    /// Street.
    pub street: &'static str,
    /// Number, building, entrance, floor, flat, as they are printed.
    pub number: String,
    /// Postal code, six digits.
    pub postal_code: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

/// SIRUTA code, name, first and last postal code. The big town stands more often, as it is bigger.
#[rustfmt::skip]
const LOCALITIES: &[(u32, &str, u32, u32)] = &[
    (54975, "Cluj-Napoca",    400_001, 400_690),
    (54975, "Cluj-Napoca",    400_001, 400_690),
    (54975, "Cluj-Napoca",    400_001, 400_690),
    (54975, "Cluj-Napoca",    400_001, 400_690),
    (57706, "Florești",       407_280, 407_280),
    (55259, "Turda",          401_001, 401_189),
    (55008, "Dej",            405_200, 405_200),
    (55357, "Câmpia Turzii",  405_100, 405_100),
    (55384, "Gherla",         405_300, 405_300),
    (55446, "Huedin",         405_400, 405_400),
];

const STREETS: &[&str] = &[
    "Str. Memorandumului",
    "Str. Horea",
    "Str. Avram Iancu",
    "Str. Mihai Eminescu",
    "Str. Ștefan cel Mare",
    "Str. Nicolae Bălcescu",
    "Str. Alexandru Ioan Cuza",
    "Str. Gheorghe Doja",
    "Str. Kölcsey Ferenc",
    "Str. Plopilor",
    "Str. Fântânelor",
    "Str. Someșului",
    "Str. Liliacului",
    "Str. Crișan",
    "Str. Aurel Vlaicu",
    "Str. Țebei",
    "Str. Bună Ziua",
    "Bd. 21 Decembrie 1989",
    "Bd. 1 Decembrie 1918",
    "Calea Turzii",
    "Calea Florești",
    "Piața Unirii",
    "Aleea Băișoara",
];

impl Address {
    pub(super) fn draw(random: &Random) -> Self {
        let (siruta, locality, first_code, last_code) = one_of(random, LOCALITIES);
        let number = between(random, 1, 180);
        Self {
            county: "CJ",
            siruta,
            locality,
            street: one_of(random, STREETS),
            number: if once_in(random, 3) {
                format!("nr. {number}")
            } else {
                flat(number, random)
            },
            postal_code: between(random, first_code, last_code).to_string(),
        }
    }
}

fn flat(number: u32, random: &Random) -> String {
    let building = one_of(random, &["A2", "B", "C14", "D3", "M1", "P7", "T2"]);
    let entrance = between(random, 1, 4);
    let floor = between(random, 1, 10);
    let flat = between(random, 1, 88);
    format!("nr. {number}, bl. {building}, sc. {entrance}, et. {floor}, ap. {flat}")
}

/// A place of birth and the code that a CNP carries for it.
#[derive(Clone, Copy, Default)]
pub(super) struct BirthPlace {
    county: u32,
    plates: &'static str,
    town: &'static str,
}

const fn town(county: u32, plates: &'static str, town: &'static str) -> BirthPlace {
    BirthPlace {
        county,
        plates,
        town,
    }
}

const CLUJ: &[BirthPlace] = &[
    town(12, "CJ", "Mun. Cluj-Napoca"),
    town(12, "CJ", "Mun. Dej"),
    town(12, "CJ", "Mun. Turda"),
    town(12, "CJ", "Mun. Câmpia Turzii"),
    town(12, "CJ", "Mun. Gherla"),
    town(12, "CJ", "Orș. Huedin"),
];

const ELSEWHERE: &[BirthPlace] = &[
    town(1, "AB", "Mun. Alba Iulia"),
    town(4, "BC", "Mun. Bacău"),
    town(5, "BH", "Mun. Oradea"),
    town(6, "BN", "Mun. Bistrița"),
    town(8, "BV", "Mun. Brașov"),
    town(13, "CT", "Mun. Constanța"),
    town(16, "DJ", "Mun. Craiova"),
    town(19, "HR", "Mun. Miercurea Ciuc"),
    town(22, "IS", "Mun. Iași"),
    town(24, "MM", "Mun. Baia Mare"),
    town(26, "MS", "Mun. Târgu Mureș"),
    town(31, "SJ", "Mun. Zalău"),
    town(32, "SB", "Mun. Sibiu"),
    town(35, "TM", "Mun. Timișoara"),
    town(40, "B", "Mun. București"),
    town(43, "B", "Mun. București Sec. 3"),
    town(51, "CL", "Mun. Călărași"),
    town(52, "GR", "Mun. Giurgiu"),
];

/// The code of București's seventh sector, which ended with 1979.
const SEVENTH_SECTOR: u32 = 47;

/// The code without a county, in every CNP generated from 08.05.2024 on.
const NO_COUNTY: u32 = 70;

impl BirthPlace {
    pub(super) fn draw(random: &Random) -> Self {
        if random.below(10) < 7 {
            one_of(random, CLUJ)
        } else {
            one_of(random, ELSEWHERE)
        }
    }

    /// The place as an identity document prints it.
    pub(super) fn printed(self) -> String {
        if self.plates == "B" {
            self.town.to_owned()
        } else {
            format!("Jud. {} {}", self.plates, self.town)
        }
    }

    /// The code in the CNP of one born here on `birth_on`.
    pub(super) fn cnp_county(self, birth_on: NaiveDate) -> u32 {
        let starts = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
        if Some(birth_on) >= starts(2024, 5, 8) {
            NO_COUNTY
        } else if self.county == 40 && Some(birth_on) < starts(1979, 12, 19) {
            SEVENTH_SECTOR
        } else {
            self.county
        }
    }
}
