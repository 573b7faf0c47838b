//! What can be decided about a complaint, by its word in addresses.

use crate::coded;
use crate::console::act::{Deed, Fault};
use crate::console::done::Done;
use crate::console::pages::complaints::MENU;
use crate::console::visit::Visit;
use crate::domain::complaint::{ComplaintEvent, needs_correction};
use crate::domain::operator::role::Permission;
use crate::store::complaints::Complaint;
use crate::words::Language;

coded! {
    /// A decision about a complaint.
    pub(crate) enum Verdict as "decision on a complaint" {
        /// The card is made anew.
        Admit = "admit",
        /// The card stays what it is.
        Refuse = "refuse",
        /// Nobody complains any more.
        Withdraw = "withdraw",
    }
}

impl Verdict {
    const fn event(self) -> ComplaintEvent {
        match self {
            Self::Admit => ComplaintEvent::FoundRight,
            Self::Refuse => ComplaintEvent::FoundWrong,
            Self::Withdraw => ComplaintEvent::TakenBack,
        }
    }

    /// What is told once it is done.
    pub(super) const fn done(self) -> Done {
        match self {
            Self::Admit => Done::ComplaintAdmitted,
            Self::Refuse => Done::ComplaintRefused,
            Self::Withdraw => Done::ComplaintWithdrawn,
        }
    }

    /// Whether a complaint as it stands lets it be decided.
    pub(super) fn fits(self, complaint: &Complaint) -> bool {
        complaint.state.is_open() && complaint.state.after(self.event()).is_ok()
    }

    /// What its button says.
    pub(super) const fn button(self, language: Language) -> &'static str {
        match self {
            Self::Admit => language.choose("Admit", "Admite"),
            Self::Refuse => language.choose("Refuse", "Respinge"),
            Self::Withdraw => language.choose("Withdraw", "Retrage"),
        }
    }

    /// What is to be done with which complaint.
    pub(super) fn heading(self, number: &str, language: Language) -> String {
        let what = match self {
            Self::Admit => language.choose("Admit the complaint", "Admiteți reclamația"),
            Self::Refuse => language.choose("Refuse the complaint", "Respingeți reclamația"),
            Self::Withdraw => language.choose("Withdraw the complaint", "Retrageți reclamația"),
        };
        format!("{what} {number}")
    }

    /// What will happen.
    pub(super) fn consequence(self, complaint: &Complaint, language: Language) -> &'static str {
        let code = u16::try_from(complaint.code).unwrap_or_default();
        match self {
            Self::Admit if needs_correction(code) => language.choose(
                "The card is void, and the application goes back to its office, which corrects its data before another one is ordered; if its holder pays, the fee is owed first.",
                "Cartea devine fără valoare, iar cererea se întoarce la serviciu, care corectează datele înainte de a se comanda alta; dacă plătește titularul, întâi se datorează din nou taxa.",
            ),
            Self::Admit => language.choose(
                "The card is void and another one is made; if its holder pays, the fee is owed first.",
                "Cartea devine fără valoare și se face alta; dacă plătește titularul, întâi se datorează din nou taxa.",
            ),
            Self::Refuse => language.choose(
                "The card stays what it is, and the office is told.",
                "Cartea rămâne cum este, iar serviciul este anunțat.",
            ),
            Self::Withdraw => language.choose(
                "The complaint ends because nobody makes it any more; the card stays what it is.",
                "Reclamația se încheie pentru că nu o mai susține nimeni; cartea rămâne cum este.",
            ),
        }
    }
}

/// The buttons beside a complaint; none beside one that was decided.
pub(crate) fn deeds(complaint: &Complaint, visit: &Visit) -> Vec<Deed> {
    let needed = Permission::DecideApplications;
    let fitting = Verdict::ALL.iter().filter(|one| one.fits(complaint));
    fitting
        .map(|verdict| Deed {
            text: verdict.button(visit.language).to_owned(),
            path: format!("{MENU}/{}/{verdict}", complaint.number),
            consequence: verdict.consequence(complaint, visit.language).to_owned(),
            barred: (!visit.may(needed)).then(|| Fault::not_allowed(needed, visit)),
            tone: "",
        })
        .collect()
}
