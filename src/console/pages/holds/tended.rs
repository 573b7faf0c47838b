//! What can be done about who looks after holds, by its word in addresses.

use crate::coded;
use crate::store::holds::Shown;
use crate::words::Language;

coded! {
    /// What is done about who looks after holds, and when.
    pub(crate) enum Tended as "way to look after a hold" {
        /// Somebody works on them.
        Claim = "claim",
        /// Somebody works on them no more.
        GiveBack = "give-back",
        /// They rest until a day.
        Snooze = "snooze",
        /// They rest no more.
        Wake = "wake",
        /// Something is remarked about them.
        Remark = "remark",
    }
}

impl Tended {
    /// What its button says.
    pub(crate) const fn button(self, language: Language) -> &'static str {
        match self {
            Self::Claim => language.choose("Take on", "Preia"),
            Self::GiveBack => language.choose("Give back", "Dă înapoi"),
            Self::Snooze => language.choose("Snooze", "Amână"),
            Self::Wake => language.choose("Wake", "Readu acum"),
            Self::Remark => language.choose("Remark", "Notează"),
        }
    }

    /// What will happen, in one sentence.
    pub(crate) const fn consequence(self, language: Language) -> &'static str {
        match self {
            Self::Claim => language.choose(
                "The others see for eight hours that you work on it; nobody is kept from deciding, nor is the system.",
                "Ceilalți văd timp de opt ore că vă ocupați dumneavoastră; nimeni nu este oprit să decidă, nici sistemul.",
            ),
            Self::GiveBack => language.choose(
                "The others see that you work on it no more.",
                "Ceilalți văd că nu vă mai ocupați dumneavoastră.",
            ),
            Self::Snooze => language.choose(
                "It leaves the list until that day, or until something happens to it; whoever looks among what is snoozed can still decide.",
                "Iese din listă până în acea zi sau până se întâmplă ceva cu ea; cine se uită la cele amânate poate decide în continuare.",
            ),
            Self::Wake => language.choose(
                "It stands in the list again, at once.",
                "Se întoarce în listă imediat.",
            ),
            Self::Remark => language.choose(
                "The remark is shown in the list and stays in the history; the hold waits on.",
                "Nota se vede în listă și rămâne în istoric; reținerea așteaptă în continuare.",
            ),
        }
    }

    /// What fits holds that wait, or that rest, with what their buttons say.
    pub(crate) fn offered(shown: Shown, language: Language) -> Vec<(Self, &'static str)> {
        let other = if shown.resting {
            Self::Snooze
        } else {
            Self::Wake
        };
        let fitting = Self::ALL.iter().filter(|one| **one != other);
        fitting.map(|one| (*one, one.button(language))).collect()
    }
}
