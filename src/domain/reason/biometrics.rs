//! 3xx: face, signature and fingers.

use crate::domain::reason::reasons;

reasons! {
    301 FACE_FORMAT: Office, Recapture;
        en "The photograph is not a whole JPEG or JPEG 2000 file." => "Export the photograph again as JPEG or JPEG 2000, or take it again.",
            happened "The bytes of the photograph break off or belong to another kind of file.", because "The upload was cut short, or the camera's program saved another format.";
        ro "Fotografia nu este un fișier JPEG sau JPEG 2000 complet." => "Exportați din nou fotografia ca JPEG sau JPEG 2000 ori refaceți-o.",
            happened "Fișierul fotografiei se întrerupe sau este de alt tip.", because "Încărcarea s-a întrerupt sau aplicația camerei a salvat alt format.";
    302 FACE_RESOLUTION: Office, Recapture;
        en "The photograph has the wrong number of pixels or is too large a file." => "Take or export the photograph with 413 x 531 pixels.",
            happened "The picture was opened, and its width, height or size is not the one for the card.", because "The card is engraved from 413 x 531 pixels; scaling afterwards would blur the face.";
        ro "Fotografia are un număr nepotrivit de pixeli sau fișierul este prea mare." => "Faceți sau exportați fotografia la 413 x 531 de pixeli.",
            happened "Imaginea a fost deschisă, dar lățimea, înălțimea sau mărimea nu este cea cerută.", because "Cartea se gravează din 413 x 531 de pixeli; redimensionarea ulterioară ar estompa fața.";
    303 FACE_QUALITY: Office, Recapture;
        en "The photograph is not good enough for the card." => "Take the photograph again: sharp, evenly lit, eyes open, plain background.",
            happened "The photograph was judged too dark, unsharp, turned, or with closed eyes.", because "Machines at borders compare it with the face for ten years (ISO/IEC 39794-5).";
        ro "Fotografia nu are calitatea necesară." => "Refaceți fotografia: clară, luminată uniform, cu ochii deschiși, pe fundal simplu.",
            happened "Fotografia a fost găsită prea întunecată, neclară, rotită sau cu ochii închiși.", because "Aparatele de la frontieră o compară cu fața timp de zece ani (ISO/IEC 39794-5).";
    304 FACE_COUNT: Office, Recapture;
        en "The photograph does not show exactly one face." => "Take the photograph again with the applicant alone.",
            happened "No face was found in the photograph, or more than one.", because "Somebody stood behind the applicant, or the wrong picture was attached.";
        ro "Fotografia nu arată exact o față." => "Refaceți fotografia numai cu solicitantul.",
            happened "În fotografie nu s-a găsit nicio față sau s-au găsit mai multe.", because "În spatele solicitantului era altcineva sau s-a atașat altă imagine.";
    321 SIGNATURE_FORMAT: Office, Recapture;
        en "The signature is not a usable PNG or JPEG file." => "Take the signature again or export it as PNG within the limits.",
            happened "The picture of the signature cannot be opened or is outside its limits of size.", because "The tablet saved another format, or the file was damaged.";
        ro "Semnătura nu este un fișier PNG sau JPEG utilizabil." => "Preluați din nou semnătura sau exportați-o ca PNG, în limitele stabilite.",
            happened "Imaginea semnăturii nu poate fi deschisă sau depășește limitele de dimensiune.", because "Tableta a salvat alt format sau fișierul s-a deteriorat.";
    322 SIGNATURE_EMPTY: Office, Recapture;
        en "The signature is empty." => "Have the applicant sign again on the tablet.",
            happened "The picture of the signature holds no line.", because "The applicant confirmed without signing, or the pen did not write.";
        ro "Semnătura este goală." => "Solicitantul trebuie să semneze din nou pe tabletă.",
            happened "Imaginea semnăturii nu conține nicio linie.", because "Solicitantul a confirmat fără să semneze sau stiloul tabletei nu a scris.";
    323 SIGNATURE_MISSING: Office, Recapture;
        en "There is no signature and no valid reason for its absence." => "Take the signature, or state why the applicant cannot sign.",
            happened "The application has neither a signature nor a reason why there is none.", because "The law knows few cases without signature: small children, and those who cannot write.";
        ro "Lipsește semnătura și nu există un motiv valabil pentru absența ei." => "Preluați semnătura sau precizați de ce solicitantul nu poate semna.",
            happened "Cererea nu are nici semnătură, nici motivul absenței ei.", because "Legea admite puține cazuri fără semnătură: copiii mici și cei care nu pot scrie.";
    341 FINGER_FORMAT: Office, Recapture;
        en "A fingerprint is not a usable WSQ or JPEG 2000 file." => "Take the finger again or export it as WSQ within the limits.",
            happened "The picture of a finger cannot be opened or is outside its limits of size.", because "The reader saved another format, or the file was damaged.";
        ro "O impresiune digitală nu este un fișier WSQ sau JPEG 2000 utilizabil." => "Preluați din nou degetul sau exportați imaginea ca WSQ, în limitele stabilite.",
            happened "Imaginea unui deget nu poate fi deschisă sau depășește limitele de dimensiune.", because "Cititorul a salvat alt format sau fișierul s-a deteriorat.";
    342 FINGER_QUALITY: Office, Recapture;
        en "A fingerprint is not good enough." => "Clean finger and reader and take it again, if needed another finger.",
            happened "The ridges of a finger could not be read well enough to be recognised later.", because "Dry, wet or dirty skin and a dirty reader are the usual causes.";
        ro "O impresiune digitală nu are calitatea necesară." => "Curățați degetul și cititorul și preluați din nou, la nevoie un alt deget.",
            happened "Liniile unui deget nu se disting suficient pentru recunoașterea ulterioară.", because "Cauzele obișnuite sunt pielea uscată, umedă sau murdară și cititorul murdar.";
    343 FINGERS_REQUIRED: Office, Recapture;
        en "From the age of 12 two fingers are needed." => "Take two fingers, or state why it is impossible.",
            happened "The applicant is 12 or older and fewer than two fingers were given.", because "Two fingers are stored on the chip (Regulation (EU) 2025/1208); exceptions need their reason.";
        ro "De la vârsta de 12 ani sunt necesare două degete." => "Preluați două degete sau precizați de ce nu este posibil.",
            happened "Solicitantul are cel puțin 12 ani, dar s-au transmis mai puțin de două degete.", because "Pe cip se stochează două degete (Regulamentul (UE) 2025/1208); excepțiile trebuie motivate.";
    344 FINGERS_UNDER_12: Office, FixAndResubmit;
        en "No fingers are taken under the age of 12." => "Delete the fingerprints and hand the application in without them.",
            happened "Fingerprints were given for a child under 12.", because "The law does not allow them to be taken, so they may not be kept.";
        ro "Sub vârsta de 12 ani nu se preiau amprente." => "Ștergeți amprentele și depuneți cererea fără ele.",
            happened "S-au transmis amprente pentru un copil sub 12 ani.", because "Legea nu permite preluarea lor, deci nici păstrarea lor.";
    345 SAME_FINGER_TWICE: Office, Recapture;
        en "The same finger was given twice." => "Take two different fingers.",
            happened "Both pictures bear the same finger's code or show the same finger.", because "The chip needs two different fingers, so that one is left when the other is hurt.";
        ro "Același deget a fost transmis de două ori." => "Preluați două degete diferite.",
            happened "Ambele imagini au codul aceluiași deget sau arată același deget.", because "Pe cip trebuie două degete diferite, ca unul să rămână când celălalt este rănit.";
    346 EXCEPTION_NOT_JUSTIFIED: Office, FixAndResubmit;
        en "The reason given for missing biometrics does not fit." => "Correct the reason, or leave it out if everything was taken.",
            happened "A reason for missing biometrics was given, and it does not apply to this age or to what was taken.", because "An exception is printed on the card's record and must be true.";
        ro "Motivul indicat pentru lipsa datelor biometrice nu se potrivește." => "Corectați motivul sau eliminați-l dacă s-au preluat toate datele.",
            happened "S-a indicat un motiv pentru lipsa datelor biometrice, care nu se aplică vârstei sau datelor preluate.", because "Excepția rămâne în evidența cărții și trebuie să fie reală.";
}
