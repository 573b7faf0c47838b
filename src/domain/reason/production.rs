//! 4xx and 5xx: making the card and bringing it to the office.

use crate::domain::reason::reasons;

reasons! {
    401 PRINT: Bureau, RemakeFree;
        en "The print of the card failed." => "Nothing is to be done: the bureau makes the card again.",
            happened "The bureau printed the card and its image did not come out right.", because "Ink, ribbon or card body were faulty; the data are in order.";
        ro "Tipărirea cărții a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Biroul a tipărit cartea, dar imaginea nu a ieșit corect.", because "Cerneala, ribonul sau suportul cărții au fost defecte; datele sunt în ordine.";
    402 LASER: Bureau, RemakeFree;
        en "The laser engraving failed." => "Nothing is to be done: the bureau makes the card again.",
            happened "The laser marked the card wrongly or not at all.", because "The machine or the card body failed; the data are in order.";
        ro "Gravarea cu laser a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Laserul a marcat greșit cartea sau nu a marcat-o.", because "Echipamentul sau suportul cărții a avut un defect; datele sunt în ordine.";
    403 CHIP: Bureau, RemakeFree;
        en "The chip does not work." => "Nothing is to be done: the bureau makes the card again.",
            happened "The chip did not answer when the card was made.", because "A few chips of every delivery are faulty.";
        ro "Cipul nu funcționează." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Cipul nu a răspuns la producerea cărții.", because "În fiecare livrare câteva cipuri sunt defecte.";
    404 ENCODING: Bureau, RemakeFree;
        en "Writing the data to the chip failed." => "Nothing is to be done: the bureau makes the card again.",
            happened "The data could not be written to the chip, or did not read back the same.", because "Contact or chip failed during writing; the data are in order.";
        ro "Înscrierea datelor pe cip a eșuat." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Datele nu au putut fi scrise pe cip sau nu s-au recitit identic.", because "Contactul sau cipul a cedat la scriere; datele sunt în ordine.";
    405 CERTIFICATE_ISSUANCE: Bureau, RemakeFree;
        en "The certificates of the card could not be issued." => "Nothing is to be done: the bureau makes the card again.",
            happened "The authority gave no certificates for the keys of this card.", because "The certification authority was not reachable, or refused the request.";
        ro "Certificatele cărții nu au putut fi emise." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Autoritatea nu a emis certificate pentru cheile acestei cărți.", because "Autoritatea de certificare nu a fost disponibilă sau a refuzat cererea.";
    406 MATERIAL_SHORTAGE: Bureau, Wait;
        en "The bureau lacks material." => "Wait for the bureau; if it lasts, pause it so that orders are held.",
            happened "The bureau accepted the line and has nothing to make the card from.", because "A delivery of card bodies, chips or ribbon is late.";
        ro "Biroul de personalizare nu are materiale." => "Așteptați; dacă durează, suspendați trimiterea comenzilor către birou.",
            happened "Biroul a acceptat poziția, dar nu are din ce să facă cartea.", because "O livrare de suporturi, cipuri sau ribon întârzie.";
    407 MACHINE_DOWN: Bureau, Wait;
        en "A machine of the bureau stands still." => "Wait for the bureau; if it lasts, pause it so that orders are held.",
            happened "The bureau accepted the line and the machine that makes the card stands still.", because "The machine is broken or being serviced.";
        ro "Un echipament al biroului de personalizare este oprit." => "Așteptați; dacă durează, suspendați trimiterea comenzilor către birou.",
            happened "Biroul a acceptat poziția, dar echipamentul care face cartea este oprit.", because "Echipamentul este defect sau în revizie.";
    408 VISUAL_QC: Bureau, RemakeFree;
        en "The card failed the visual inspection." => "Nothing is to be done: the bureau makes the card again.",
            happened "An inspector or camera at the bureau found the finished card faulty to the eye.", because "Scratches, spots or a shifted print are found only at the end.";
        ro "Cartea nu a trecut de controlul vizual." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Un controlor sau o cameră a găsit cartea finită cu defecte vizibile.", because "Zgârieturile, petele sau tiparul deplasat se văd abia la final.";
    409 ELECTRICAL_QC: Bureau, RemakeFree;
        en "The card failed the electrical inspection." => "Nothing is to be done: the bureau makes the card again.",
            happened "The finished card's chip failed its last test.", because "A chip can be damaged by the steps after it was written.";
        ro "Cartea nu a trecut de controlul electric." => "Nu este nimic de făcut: biroul de personalizare reface cartea.",
            happened "Cipul cărții finite nu a trecut ultimul test.", because "Un cip se poate deteriora în etapele de după scriere.";
    501 COURIER_DAMAGE: Bureau, RemakeFree;
        en "The card was damaged on its way." => "Send the damaged card back; the bureau makes another.",
            happened "The office or the courier reported that the card was damaged in transport.", because "Parcels are crushed or wetted on the way.";
        ro "Cartea s-a deteriorat la transport." => "Trimiteți înapoi cartea deteriorată; biroul de personalizare face alta.",
            happened "Serviciul sau curierul a raportat deteriorarea cărții la transport.", because "Coletele se strivesc sau se udă pe drum.";
    502 COURIER_LOSS: Bureau, RemakeFree;
        en "The card was lost on its way." => "Nothing is to be done: the bureau blocks the lost card and makes another.",
            happened "The parcel left the bureau and never arrived.", because "It was lost or stolen; the card must be blocked so that nobody can use it.";
        ro "Cartea s-a pierdut la transport." => "Nu este nimic de făcut: biroul de personalizare blochează cartea pierdută și face alta.",
            happened "Coletul a plecat de la birou și nu a ajuns.", because "A fost pierdut sau furat; cartea trebuie blocată ca să nu o folosească nimeni.";
    503 WRONG_OFFICE: Bureau, Escalate;
        en "The card came to the wrong office." => "Keep the card locked and send it to the office named in the shipment notice.",
            happened "An office counted a card that its shipment notice does not list and another office's does.", because "Parcels were exchanged, or the card was put into the wrong one.";
        ro "Cartea a ajuns la alt serviciu." => "Păstrați cartea în siguranță și trimiteți-o serviciului din avizul de expediție.",
            happened "Un serviciu a numărat o carte care este în avizul de expediție al altui serviciu.", because "Coletele au fost inversate sau cartea a fost pusă în alt colet.";
    504 MANIFEST_MISMATCH: Bureau, Escalate;
        en "The parcel does not hold the cards that its notice lists." => "Count again with a second person and report the missing or surplus cards.",
            happened "The office counted the parcel, and the numbers differ from the signed notice.", because "A card was left out, added or exchanged when the parcel was packed.";
        ro "Coletul nu conține cărțile din avizul de expediție." => "Numărați din nou împreună cu o a doua persoană și raportați cărțile lipsă sau în plus.",
            happened "Serviciul a numărat coletul, iar rezultatul diferă de avizul semnat.", because "La ambalare o carte a fost omisă, adăugată sau schimbată.";
    505 OFFICE_REFUSED: Office, Escalate;
        en "The office did not accept the parcel." => "State why, so that the parcel can be sent again.",
            happened "The parcel came to the office, which did not take it.", because "Nobody entitled was there, the parcel was open, or the address was wrong.";
        ro "Serviciul nu a acceptat coletul." => "Precizați motivul, pentru ca acesta să poată fi retrimis.",
            happened "Coletul a ajuns la serviciu, dar nu a fost preluat.", because "Nu era prezent nimeni cu acest drept, coletul era desfăcut sau adresa greșită.";
    506 COUNTY_VALIDATION: Bureau, RemakeFree;
        en "The county's check of the card failed." => "Send the card back; the bureau makes another.",
            happened "The county's examiner compared the card with the application and found a fault.", because "Every card is checked by the county before it may be handed over.";
        ro "Cartea nu a trecut de validarea județeană." => "Trimiteți cartea înapoi; biroul de personalizare face alta.",
            happened "Validatorul județean a comparat cartea cu cererea și a găsit o greșeală.", because "Fiecare carte se verifică la județ înainte de înmânare.";
}
