//! 6xx and 7xx: the fee, the end of an application, and complaints about a card.

use crate::domain::reason::reasons;

reasons! {
    601 FEE_MISSING: Office, Wait;
        en "The fee has not been paid." => "Tell the applicant the amount and the payment reference; the card is ordered when the money is seen.";
        ro "Taxa nu a fost plătită." => "Comunicați solicitantului suma și referința de plată; cartea se comandă după încasare.";
    602 FEE_SHORT: Office, Wait;
        en "Less than the fee has been paid." => "Ask the applicant to pay the difference with the same reference.";
        ro "S-a plătit mai puțin decât taxa." => "Cereți solicitantului să plătească diferența cu aceeași referință.";
    603 PAYMENT_REVERSED: Bank, Escalate;
        en "The payment was taken back." => "Clear with the bank why; ask the applicant to pay again if it was not an error.";
        ro "Plata a fost retrasă." => "Clarificați cu banca motivul; dacă nu este o eroare, cereți solicitantului să plătească din nou.";
    604 EXEMPTION_INVALID: Office, FixAndResubmit;
        en "The applicant is not exempt from the fee." => "Correct what is stated about earlier cards, or have the fee paid.";
        ro "Solicitantul nu este scutit de taxă." => "Corectați declarația despre cărțile anterioare sau solicitați plata taxei.";
    605 HOLDER_DECEASED: Office, Escalate;
        en "The applicant has died." => "End the application; a card that exists is returned and destroyed.";
        ro "Solicitantul a decedat." => "Închideți cererea; cartea existentă se returnează și se distruge.";
    606 WITHDRAWN: Office, Refund;
        en "The applicant withdrew the application." => "Give the fee back if the card was not ordered.";
        ro "Solicitantul și-a retras cererea." => "Restituiți taxa dacă nu s-a comandat cartea.";
    607 UNCLAIMED: Office, Escalate;
        en "Nobody came for the card within the term." => "Inform the applicant once more, then have the card destroyed.";
        ro "Cartea nu a fost ridicată în termen." => "Anunțați încă o dată solicitantul, apoi dispuneți distrugerea cărții.";
    608 RETENTION_EXPIRED: Office, Recapture;
        en "The biometric data had to be erased." => "Take photograph, fingers and signature again if a card is still wanted.";
        ro "Datele biometrice au fost șterse la expirarea termenului." => "Preluați din nou fotografia, degetele și semnătura dacă se mai dorește cartea.";
    701 PHOTO: Bureau, RemakeFree;
        en "The photograph on the card is bad." => "Take the card back and have it made again.";
        ro "Fotografia de pe carte este necorespunzătoare." => "Preluați cartea și cereți refacerea ei.";
    702 CHIP_COMPLAINT: Bureau, RemakeFree;
        en "The chip of the card handed over does not work." => "Take the card back and have it made again.";
        ro "Cipul cărții înmânate nu funcționează." => "Preluați cartea și cereți refacerea ei.";
    703 DATA: Office, FixAndResubmit;
        en "The data on the card are wrong." => "Take the card back, compare it with the papers and hand in the corrected application.";
        ro "Datele de pe carte sunt greșite." => "Preluați cartea, comparați-o cu actele și depuneți cererea corectată.";
    704 MATERIAL: Bureau, RemakeFree;
        en "The material of the card is faulty." => "Take the card back and have it made again.";
        ro "Materialul cărții este defect." => "Preluați cartea și cereți refacerea ei.";
    705 SIGNATURE: Bureau, RemakeFree;
        en "The signature on the card is bad." => "Take the card back and have it made again.";
        ro "Semnătura de pe carte este necorespunzătoare." => "Preluați cartea și cereți refacerea ei.";
    706 SHIPPING_DAMAGE: Bureau, RemakeFree;
        en "The card arrived damaged." => "Send the card back and have it made again.";
        ro "Cartea a sosit deteriorată." => "Trimiteți cartea înapoi și cereți refacerea ei.";
    707 SHIPPING_LOSS: Bureau, RemakeFree;
        en "The card never arrived." => "Report it as lost and have it made again.";
        ro "Cartea nu a sosit." => "Declarați-o pierdută și cereți refacerea ei.";
    708 OTHER: Gateway, Escalate;
        en "Something else is wrong with the card." => "Describe it in the note; an operator decides.";
        ro "Cartea are o altă problemă." => "Descrieți problema în notă; un operator decide.";
}
