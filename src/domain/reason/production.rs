//! 4xx and 5xx: making the card and bringing it to the office.

use crate::domain::reason::reasons;

reasons! {
    401 PRINT: Bureau, RemakeFree;
        en "The print of the card failed." => "Nothing is to be done: the bureau makes the card again.";
        ro "Tipărirea cărții a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    402 LASER: Bureau, RemakeFree;
        en "The laser engraving failed." => "Nothing is to be done: the bureau makes the card again.";
        ro "Gravarea cu laser a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    403 CHIP: Bureau, RemakeFree;
        en "The chip does not work." => "Nothing is to be done: the bureau makes the card again.";
        ro "Cipul nu funcționează." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    404 ENCODING: Bureau, RemakeFree;
        en "Writing the data to the chip failed." => "Nothing is to be done: the bureau makes the card again.";
        ro "Înscrierea datelor pe cip a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    405 CERTIFICATE_ISSUANCE: Bureau, RemakeFree;
        en "The certificates of the card could not be issued." => "Nothing is to be done: the bureau makes the card again.";
        ro "Certificatele cărții nu au putut fi emise." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    406 MATERIAL_SHORTAGE: Bureau, Wait;
        en "The bureau lacks material." => "Wait for the bureau; if it lasts, pause it so that orders are held.";
        ro "Biroul de personalizare nu are materiale." => "Așteptați; dacă durează, suspendați trimiterea comenzilor către birou.";
    407 MACHINE_DOWN: Bureau, Wait;
        en "A machine of the bureau stands still." => "Wait for the bureau; if it lasts, pause it so that orders are held.";
        ro "Un echipament al biroului de personalizare este oprit." => "Așteptați; dacă durează, suspendați trimiterea comenzilor către birou.";
    408 VISUAL_QC: Bureau, RemakeFree;
        en "The card failed the visual inspection." => "Nothing is to be done: the bureau makes the card again.";
        ro "Cartea nu a trecut de controlul vizual." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    409 ELECTRICAL_QC: Bureau, RemakeFree;
        en "The card failed the electrical inspection." => "Nothing is to be done: the bureau makes the card again.";
        ro "Cartea nu a trecut de controlul electric." => "Nu este nimic de făcut: biroul de personalizare reface cartea.";
    501 COURIER_DAMAGE: Bureau, RemakeFree;
        en "The card was damaged on its way." => "Send the damaged card back; the bureau makes another.";
        ro "Cartea s-a deteriorat la transport." => "Trimiteți înapoi cartea deteriorată; biroul de personalizare face alta.";
    502 COURIER_LOSS: Bureau, RemakeFree;
        en "The card was lost on its way." => "Nothing is to be done: the bureau blocks the lost card and makes another.";
        ro "Cartea s-a pierdut la transport." => "Nu este nimic de făcut: biroul de personalizare blochează cartea pierdută și face alta.";
    503 WRONG_OFFICE: Bureau, Escalate;
        en "The card came to the wrong office." => "Keep the card locked and send it to the office named in the shipment notice.";
        ro "Cartea a ajuns la alt serviciu." => "Păstrați cartea în siguranță și trimiteți-o serviciului din avizul de expediție.";
    504 MANIFEST_MISMATCH: Bureau, Escalate;
        en "The parcel does not hold the cards that its notice lists." => "Count again with a second person and report the missing or surplus cards.";
        ro "Coletul nu conține cărțile din avizul de expediție." => "Numărați din nou împreună cu o a doua persoană și raportați cărțile lipsă sau în plus.";
    505 OFFICE_REFUSED: Office, Escalate;
        en "The office did not accept the parcel." => "State why, so that the parcel can be sent again.";
        ro "Serviciul nu a acceptat coletul." => "Precizați motivul, pentru ca acesta să poată fi retrimis.";
    506 COUNTY_VALIDATION: Bureau, RemakeFree;
        en "The county's check of the card failed." => "Send the card back; the bureau makes another.";
        ro "Cartea nu a trecut de validarea județeană." => "Trimiteți cartea înapoi; biroul de personalizare face alta.";
}
