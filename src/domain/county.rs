//! The counties of Romania, by the code on registration plates.

use crate::coded;

coded! {
    /// A county, or the municipality of Bucharest.
    pub enum County as "county" {
        /// Alba.
        Alba = "AB",
        /// Arad.
        Arad = "AR",
        /// Argeș.
        Arges = "AG",
        /// Bacău.
        Bacau = "BC",
        /// Bihor.
        Bihor = "BH",
        /// Bistrița-Năsăud.
        BistritaNasaud = "BN",
        /// Botoșani.
        Botosani = "BT",
        /// Brașov.
        Brasov = "BV",
        /// Brăila.
        Braila = "BR",
        /// București.
        Bucuresti = "B",
        /// Buzău.
        Buzau = "BZ",
        /// Caraș-Severin.
        CarasSeverin = "CS",
        /// Călărași.
        Calarasi = "CL",
        /// Cluj.
        Cluj = "CJ",
        /// Constanța.
        Constanta = "CT",
        /// Covasna.
        Covasna = "CV",
        /// Dâmbovița.
        Dambovita = "DB",
        /// Dolj.
        Dolj = "DJ",
        /// Galați.
        Galati = "GL",
        /// Giurgiu.
        Giurgiu = "GR",
        /// Gorj.
        Gorj = "GJ",
        /// Harghita.
        Harghita = "HR",
        /// Hunedoara.
        Hunedoara = "HD",
        /// Ialomița.
        Ialomita = "IL",
        /// Iași.
        Iasi = "IS",
        /// Ilfov.
        Ilfov = "IF",
        /// Maramureș.
        Maramures = "MM",
        /// Mehedinți.
        Mehedinti = "MH",
        /// Mureș.
        Mures = "MS",
        /// Neamț.
        Neamt = "NT",
        /// Olt.
        Olt = "OT",
        /// Prahova.
        Prahova = "PH",
        /// Satu Mare.
        SatuMare = "SM",
        /// Sălaj.
        Salaj = "SJ",
        /// Sibiu.
        Sibiu = "SB",
        /// Suceava.
        Suceava = "SV",
        /// Teleorman.
        Teleorman = "TR",
        /// Timiș.
        Timis = "TM",
        /// Tulcea.
        Tulcea = "TL",
        /// Vaslui.
        Vaslui = "VS",
        /// Vâlcea.
        Valcea = "VL",
        /// Vrancea.
        Vrancea = "VN",
    }
}

impl County {
    /// The county's number (JUD) in the register of territorial units (SIRUTA).
    pub const fn siruta_number(self) -> u8 {
        use County::*;
        match self {
            Alba => 1,
            Arad => 2,
            Arges => 3,
            Bacau => 4,
            Bihor => 5,
            BistritaNasaud => 6,
            Botosani => 7,
            Brasov => 8,
            Braila => 9,
            Buzau => 10,
            CarasSeverin => 11,
            Cluj => 12,
            Constanta => 13,
            Covasna => 14,
            Dambovita => 15,
            Dolj => 16,
            Galati => 17,
            Gorj => 18,
            Harghita => 19,
            Hunedoara => 20,
            Ialomita => 21,
            Iasi => 22,
            Ilfov => 23,
            Maramures => 24,
            Mehedinti => 25,
            Mures => 26,
            Neamt => 27,
            Olt => 28,
            Prahova => 29,
            SatuMare => 30,
            Salaj => 31,
            Sibiu => 32,
            Suceava => 33,
            Teleorman => 34,
            Timis => 35,
            Tulcea => 36,
            Vaslui => 37,
            Valcea => 38,
            Vrancea => 39,
            Bucuresti => 40,
            Calarasi => 51,
            Giurgiu => 52,
        }
    }
}

/// The number of a locality in the register of territorial units (SIRUTA): one to six digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Siruta(u32);

impl Siruta {
    /// Takes a number of one to six digits that is not zero; `None` otherwise.
    pub const fn new(number: u32) -> Option<Self> {
        match number {
            1..=999_999 => Some(Self(number)),
            _ => None,
        }
    }

    /// Returns the number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_two_with_numbers_of_their_own() {
        let numbers: std::collections::BTreeSet<_> = County::ALL
            .iter()
            .map(|county| county.siruta_number())
            .collect();
        assert_eq!((County::ALL.len(), numbers.len()), (42, 42));
        assert_eq!(County::parse("CJ").unwrap().siruta_number(), 12);
    }

    #[test]
    fn a_locality_number_has_up_to_six_digits() {
        assert_eq!(Siruta::new(54975).map(Siruta::number), Some(54975));
        assert_eq!(Siruta::new(0), None);
        assert_eq!(Siruta::new(1_000_000), None);
    }
}
