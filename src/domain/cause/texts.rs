//! What operators read about a cause.

use crate::domain::cause::Cause;

/// What is wrong and what to do, in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CauseText {
    /// What is wrong, in English.
    pub title_en: &'static str,
    /// What happened, in English.
    pub happened_en: &'static str,
    /// Why, in English.
    pub why_en: &'static str,
    /// What to do, in English.
    pub todo_en: &'static str,
    /// What is wrong, in Romanian.
    pub title_ro: &'static str,
    /// What happened, in Romanian.
    pub happened_ro: &'static str,
    /// Why, in Romanian.
    pub why_ro: &'static str,
    /// What to do, in Romanian.
    pub todo_ro: &'static str,
}

const fn text(
    [title_en, happened_en, why_en, todo_en]: [&'static str; 4],
    [title_ro, happened_ro, why_ro, todo_ro]: [&'static str; 4],
) -> CauseText {
    CauseText {
        title_en,
        happened_en,
        why_en,
        todo_en,
        title_ro,
        happened_ro,
        why_ro,
        todo_ro,
    }
}

impl Cause {
    /// What operators read about it.
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "a table of texts, one row for each cause")]
    pub const fn texts(self) -> CauseText {
        match self {
            Self::Certificate => text(
                ["The bureau does not trust our certificate.", "Orders were refused because the certificate that signed them is not accepted at the bureau.",
                 "It ran out, was revoked, or was never registered there; the applications in the orders are in order.", "Renew it or have it registered with the bureau, restart with it, then sign the orders anew."],
                ["Biroul de personalizare nu acceptă certificatul nostru.", "Comenzi au fost respinse deoarece certificatul cu care sunt semnate nu este acceptat la birou.",
                 "A expirat, a fost revocat sau nu a fost înregistrat acolo; cererile din comenzi sunt în regulă.", "Reînnoiți-l sau cereți înregistrarea lui la birou, reporniți cu el, apoi semnați din nou comenzile."]),
            Self::Signature => text(
                ["The bureau finds that our signature does not hold.", "The bureau computed the signature of the file and got another value.",
                 "The file was changed after signing, or the key and its certificate do not belong together.", "Verify an order with `order verify`; mend the key, then sign the orders anew."],
                ["Biroul de personalizare constată că semnătura noastră nu se verifică.", "Biroul a verificat semnătura fișierului și a obținut altă valoare.",
                 "Fișierul s-a modificat după semnare sau cheia nu corespunde certificatului.", "Verificați o comandă cu `order verify`; remediați cheia, apoi semnați din nou comenzile."]),
            Self::Schema => text(
                ["The bureau cannot read the file.", "The bureau opened the file and stopped at a place that its form does not allow.",
                 "A value of one line is at fault, or the two sides use different versions of the form.", "Look for the line that the receipt names and split the order; without one, agree on the version of the schema and sign anew."],
                ["Biroul de personalizare nu poate citi fișierul.", "Biroul a deschis fișierul și s-a oprit la un loc nepermis de format.",
                 "Este greșită o valoare dintr-o poziție sau cele două părți folosesc versiuni diferite.", "Căutați poziția indicată în confirmare și împărțiți comanda; dacă lipsește, stabiliți versiunea schemei și semnați din nou."]),
            Self::Size => text(
                ["The file is larger than the bureau takes.", "The bureau refused the file for its size before reading it.",
                 "Its limit is lower than the one set here.", "Lower `batching.bytes_max`, then give the orders up; their applications go into smaller ones."],
                ["Fișierul depășește dimensiunea acceptată de birou.", "Biroul a refuzat fișierul din cauza mărimii, fără să îl citească.",
                 "Limita biroului este mai mică decât cea setată aici.", "Micșorați `batching.bytes_max`, apoi renunțați la comenzi; cererile intră în comenzi mai mici."]),
            Self::Environment => text(
                ["Test data reached production, or the reverse.", "The mark of test data in the file is not that of the bureau's server.",
                 "An address or a key belongs to the other environment.", "Correct the bureau's address or the environment of this gateway, then send again."],
                ["Date de test au ajuns în producție sau invers.", "Marcajul de test din fișier nu este cel al serverului biroului.",
                 "O adresă sau o cheie aparține celuilalt mediu.", "Corectați adresa biroului sau mediul acestui sistem, apoi trimiteți din nou."]),
            Self::BytesLost => text(
                ["The signed bytes of the order are lost.", "The order is in the books, and its signed file cannot be read from the store of contents.",
                 "A disk was restored from an older copy, or the key that opens the contents is another.", "Restore the contents from a copy and send again, or sign the order anew."],
                ["Fișierul semnat al comenzii s-a pierdut.", "Comanda există în evidență, dar fișierul ei semnat nu poate fi citit din depozitul de conținut.",
                 "Un disc a fost restaurat dintr-o copie veche sau s-a schimbat cheia conținutului.", "Restaurați conținutul dintr-o copie și retrimiteți, sau semnați din nou comanda."]),
            Self::Unreachable => text(
                ["The bureau could not be reached.", "Every attempt to hand the order over ended without an answer.",
                 "The line, a firewall or the bureau's server does not work.", "Mend the line to the bureau, then send again; the same bytes make no second card."],
                ["Biroul de personalizare nu a putut fi contactat.", "Toate încercările de predare a comenzii s-au încheiat fără răspuns.",
                 "Legătura, un paravan de protecție sau serverul biroului nu funcționează.", "Remediați legătura cu biroul, apoi retrimiteți; același fișier nu produce a doua carte."]),
            Self::Refused => text(
                ["The bureau refused the order.", "The bureau answered and did not take the order; its reason stands in the detail.",
                 "It concerns the file or the way it was sent, not single applications.", "Read its answer, remove the cause, then send again or sign anew."],
                ["Biroul de personalizare a refuzat comanda.", "Biroul a răspuns și nu a primit comanda; motivul este în detaliu.",
                 "Problema ține de fișier sau de transmitere, nu de cereri anume.", "Citiți răspunsul, înlăturați cauza, apoi retrimiteți sau semnați din nou."]),
            Self::RefusedLines => text(
                ["The bureau refused the order because of lines in it.", "The bureau named lines that it cannot make, and refused the whole file for them.",
                 "One wrong line makes a signed file unusable as a whole; the others can go out in a file of their own.", "Split it: the lines in doubt are set aside and the others go out at once."],
                ["Biroul de personalizare a refuzat comanda din cauza unor poziții.", "Biroul a indicat poziții pe care nu le poate produce și a respins tot fișierul.",
                 "O singură poziție greșită face fișierul semnat inutilizabil; celelalte pot pleca într-un fișier separat.", "Împărțiți-o: pozițiile îndoielnice se rețin, iar celelalte pleacă imediat."]),
            Self::Silence => text(
                ["The bureau says nothing.", "An order was delivered and its time for a word of the bureau ran out.",
                 "The file may be lost or the bureau late; only the bureau knows which.", "Ask it whether it holds the order; send the same bytes again if not. Never sign anew what it may hold."],
                ["Biroul de personalizare nu răspunde.", "O comandă a fost transmisă, iar termenul pentru răspunsul biroului a trecut.",
                 "Fișierul s-a putut pierde sau biroul întârzie; numai biroul știe.", "Întrebați dacă are comanda; dacă nu, retrimiteți același fișier. Nu semnați din nou ce ar putea avea."]),
            Self::Conflict => text(
                ["What the bureau says contradicts what is known.", "A signed word of the bureau does not fit what it said before or what the history shows.",
                 "A word was lost, was written twice, or is about another order; guessing could hand over the wrong card.", "Ask the bureau what counts; where it tells by other means, two persons force its word."],
                ["Cele comunicate de birou contrazic datele cunoscute.", "Un răspuns semnat al biroului nu se potrivește cu cele anterioare sau cu istoricul.",
                 "Un răspuns s-a pierdut, a fost scris de două ori sau privește altă comandă; o presupunere ar putea duce la înmânarea cărții greșite.", "Întrebați biroul ce este valabil; dacă răspunde pe altă cale, două persoane aplică răspunsul."]),
            Self::Production => text(
                ["A card or a parcel of the order went wrong at the bureau.", "The bureau or an office reported a card that failed, was spoiled, lost or damaged.",
                 "Machines, material and transport fail now and then; the applicant does not pay for it.", "Settle it line by line with the bureau, then take note of the hold."],
                ["O carte sau un colet din comandă are o problemă la birou.", "Biroul sau un serviciu a raportat o carte eșuată, rebutată, pierdută sau deteriorată.",
                 "Echipamentele, materialele și transportul mai dau greș; solicitantul nu plătește pentru asta.", "Rezolvați cu biroul fiecare poziție, apoi închideți reținerea."]),
            Self::Operator => text(
                ["An operator took the order out of all automatic sending.", "A person stopped the order and wrote down why.",
                 "What looks wrong to a person must not go on by itself.", "Read the reason in its history, then release it or give it up."],
                ["Un operator a scos comanda din orice trimitere automată.", "O persoană a oprit comanda și a notat motivul.",
                 "Ce pare greșit unui om nu trebuie să continue automat.", "Citiți motivul în istoric, apoi eliberați comanda sau renunțați la ea."]),
            Self::Other => text(
                ["The order waits for another reason.", "A hold is open whose code belongs to none of the usual causes.",
                 "Not every failure can be grouped in advance.", "Look at its holds; `explain` says what their codes mean."],
                ["Comanda așteaptă din alt motiv.", "Există o reținere al cărei cod nu ține de cauzele obișnuite.",
                 "Nu orice problemă poate fi grupată dinainte.", "Consultați reținerile ei; `explain` arată ce înseamnă codurile."]),
        }
    }
}
