//! 3xx: face, signature and fingers.

use crate::domain::reason::reasons;

reasons! {
    301 FACE_FORMAT: Office, Recapture;
        en "The photograph is not a whole JPEG or JPEG 2000 file." => "Export the photograph again as JPEG or JPEG 2000, or take it again.";
        ro "Fotografia nu este un fișier JPEG sau JPEG 2000 complet." => "Exportați din nou fotografia ca JPEG sau JPEG 2000 ori refaceți-o.";
    302 FACE_RESOLUTION: Office, Recapture;
        en "The photograph has the wrong number of pixels or is too large a file." => "Take or export the photograph with 413 x 531 pixels.";
        ro "Fotografia are un număr nepotrivit de pixeli sau fișierul este prea mare." => "Faceți sau exportați fotografia la 413 x 531 de pixeli.";
    303 FACE_QUALITY: Office, Recapture;
        en "The photograph is not good enough for the card." => "Take the photograph again: sharp, evenly lit, eyes open, plain background.";
        ro "Fotografia nu are calitatea necesară." => "Refaceți fotografia: clară, luminată uniform, cu ochii deschiși, pe fundal simplu.";
    304 FACE_COUNT: Office, Recapture;
        en "The photograph does not show exactly one face." => "Take the photograph again with the applicant alone.";
        ro "Fotografia nu arată exact o față." => "Refaceți fotografia numai cu solicitantul.";
    321 SIGNATURE_FORMAT: Office, Recapture;
        en "The signature is not a usable PNG or JPEG file." => "Take the signature again or export it as PNG within the limits.";
        ro "Semnătura nu este un fișier PNG sau JPEG utilizabil." => "Preluați din nou semnătura sau exportați-o ca PNG, în limitele stabilite.";
    322 SIGNATURE_EMPTY: Office, Recapture;
        en "The signature is empty." => "Have the applicant sign again on the tablet.";
        ro "Semnătura este goală." => "Solicitantul trebuie să semneze din nou pe tabletă.";
    323 SIGNATURE_MISSING: Office, Recapture;
        en "There is no signature and no valid reason for its absence." => "Take the signature, or state why the applicant cannot sign.";
        ro "Lipsește semnătura și nu există un motiv valabil pentru absența ei." => "Preluați semnătura sau precizați de ce solicitantul nu poate semna.";
    341 FINGER_FORMAT: Office, Recapture;
        en "A fingerprint is not a usable WSQ or JPEG 2000 file." => "Take the finger again or export it as WSQ within the limits.";
        ro "O impresiune digitală nu este un fișier WSQ sau JPEG 2000 utilizabil." => "Preluați din nou degetul sau exportați imaginea ca WSQ, în limitele stabilite.";
    342 FINGER_QUALITY: Office, Recapture;
        en "A fingerprint is not good enough." => "Clean finger and reader and take it again, if needed another finger.";
        ro "O impresiune digitală nu are calitatea necesară." => "Curățați degetul și cititorul și preluați din nou, la nevoie un alt deget.";
    343 FINGERS_REQUIRED: Office, Recapture;
        en "From the age of 12 two fingers are needed." => "Take two fingers, or state why it is impossible.";
        ro "De la vârsta de 12 ani sunt necesare două degete." => "Preluați două degete sau precizați de ce nu este posibil.";
    344 FINGERS_UNDER_12: Office, FixAndResubmit;
        en "No fingers are taken under the age of 12." => "Delete the fingerprints and hand the application in without them.";
        ro "Sub vârsta de 12 ani nu se preiau amprente." => "Ștergeți amprentele și depuneți cererea fără ele.";
    345 SAME_FINGER_TWICE: Office, Recapture;
        en "The same finger was given twice." => "Take two different fingers.";
        ro "Același deget a fost transmis de două ori." => "Preluați două degete diferite.";
    346 EXCEPTION_NOT_JUSTIFIED: Office, FixAndResubmit;
        en "The reason given for missing biometrics does not fit." => "Correct the reason, or leave it out if everything was taken.";
        ro "Motivul indicat pentru lipsa datelor biometrice nu se potrivește." => "Corectați motivul sau eliminați-l dacă s-au preluat toate datele.";
}
