//! What operators read about a cause.

use crate::domain::cause::Cause;

/// What is wrong and what to do, in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CauseText {
    /// What is wrong, in English.
    pub title_en: &'static str,
    /// What to do, in English.
    pub todo_en: &'static str,
    /// What is wrong, in Romanian.
    pub title_ro: &'static str,
    /// What to do, in Romanian.
    pub todo_ro: &'static str,
}

const fn text(
    [title_en, todo_en]: [&'static str; 2],
    [title_ro, todo_ro]: [&'static str; 2],
) -> CauseText {
    CauseText {
        title_en,
        todo_en,
        title_ro,
        todo_ro,
    }
}

impl Cause {
    /// What operators read about it.
    #[rustfmt::skip]
    pub const fn texts(self) -> CauseText {
        match self {
            Self::Certificate => text(
                ["The bureau does not trust our certificate.", "Renew it or have it registered with the bureau, restart with it, then sign the orders anew."],
                ["Biroul de personalizare nu acceptă certificatul nostru.", "Reînnoiți-l sau cereți înregistrarea lui la birou, reporniți cu el, apoi semnați din nou comenzile."]),
            Self::Signature => text(
                ["The bureau finds that our signature does not hold.", "Verify an order with `order verify`; mend the key, then sign the orders anew."],
                ["Biroul de personalizare constată că semnătura noastră nu se verifică.", "Verificați o comandă cu `order verify`; remediați cheia, apoi semnați din nou comenzile."]),
            Self::Schema => text(
                ["The bureau cannot read the file.", "Look for the line that the receipt names and split the order; without one, agree on the version of the schema and sign anew."],
                ["Biroul de personalizare nu poate citi fișierul.", "Căutați poziția indicată în confirmare și împărțiți comanda; dacă lipsește, stabiliți versiunea schemei și semnați din nou."]),
            Self::Size => text(
                ["The file is larger than the bureau takes.", "Lower `batching.bytes_max`, then give the orders up; their applications go into smaller ones."],
                ["Fișierul depășește dimensiunea acceptată de birou.", "Micșorați `batching.bytes_max`, apoi renunțați la comenzi; cererile intră în comenzi mai mici."]),
            Self::Environment => text(
                ["Test data reached production, or the reverse.", "Correct the bureau's address or the environment of this gateway, then send again."],
                ["Date de test au ajuns în producție sau invers.", "Corectați adresa biroului sau mediul acestui sistem, apoi trimiteți din nou."]),
            Self::BytesLost => text(
                ["The signed bytes of the order are lost.", "Restore the contents from a copy and send again, or sign the order anew."],
                ["Fișierul semnat al comenzii s-a pierdut.", "Restaurați conținutul dintr-o copie și retrimiteți, sau semnați din nou comanda."]),
            Self::Unreachable => text(
                ["The bureau could not be reached.", "Mend the line to the bureau, then send again; the same bytes make no second card."],
                ["Biroul de personalizare nu a putut fi contactat.", "Remediați legătura cu biroul, apoi retrimiteți; același fișier nu produce a doua carte."]),
            Self::Refused => text(
                ["The bureau refused the order.", "Read its answer, remove the cause, then send again or sign anew."],
                ["Biroul de personalizare a refuzat comanda.", "Citiți răspunsul, înlăturați cauza, apoi retrimiteți sau semnați din nou."]),
            Self::RefusedLines => text(
                ["The bureau refused the order because of lines in it.", "Split it: the lines in doubt are set aside and the others go out at once."],
                ["Biroul de personalizare a refuzat comanda din cauza unor poziții.", "Împărțiți-o: pozițiile îndoielnice se rețin, iar celelalte pleacă imediat."]),
            Self::Silence => text(
                ["The bureau says nothing.", "Ask it whether it holds the order; send the same bytes again if not. Never sign anew what it may hold."],
                ["Biroul de personalizare nu răspunde.", "Întrebați dacă are comanda; dacă nu, retrimiteți același fișier. Nu semnați din nou ce ar putea avea."]),
            Self::Conflict => text(
                ["What the bureau says contradicts what is known.", "Ask the bureau what counts; where it tells by other means, two persons force its word."],
                ["Cele comunicate de birou contrazic datele cunoscute.", "Întrebați biroul ce este valabil; dacă răspunde pe altă cale, două persoane aplică răspunsul."]),
            Self::Production => text(
                ["A card or a parcel of the order went wrong at the bureau.", "Settle it line by line with the bureau, then take note of the hold."],
                ["O carte sau un colet din comandă are o problemă la birou.", "Rezolvați cu biroul fiecare poziție, apoi închideți reținerea."]),
            Self::Operator => text(
                ["An operator took the order out of all automatic sending.", "Read the reason in its history, then release it or give it up."],
                ["Un operator a scos comanda din orice trimitere automată.", "Citiți motivul în istoric, apoi eliberați comanda sau renunțați la ea."]),
            Self::Other => text(
                ["The order waits for another reason.", "Look at its holds; `explain` says what their codes mean."],
                ["Comanda așteaptă din alt motiv.", "Consultați reținerile ei; `explain` arată ce înseamnă codurile."]),
        }
    }
}
