//! 6xx and 7xx: the fee, the end of an application, and complaints about a card.

use crate::domain::reason::reasons;

reasons! {
    601 FEE_MISSING: Office, Wait;
        en "The fee has not been paid." => "Tell the applicant the amount and the payment reference; the card is ordered when the money is seen.",
            happened "The application is complete, and no payment for it has been seen.", because "Cards are ordered when their fee is settled; payments are seen when bank or station tells of them.";
        ro "Taxa nu a fost plătită." => "Comunicați solicitantului suma și referința de plată; cartea se comandă după încasare.",
            happened "Cererea este completă, dar nu s-a văzut nicio plată pentru ea.", because "Cartea se comandă după plata taxei; plata se vede când banca sau stația o comunică.";
    602 FEE_SHORT: Office, Wait;
        en "Less than the fee has been paid." => "Ask the applicant to pay the difference with the same reference.",
            happened "Money for the application has come in, and it is not enough.", because "The old price was paid, or part of it by mistake.";
        ro "S-a plătit mai puțin decât taxa." => "Cereți solicitantului să plătească diferența cu aceeași referință.",
            happened "S-au încasat bani pentru cerere, dar nu destui.", because "S-a plătit prețul vechi sau, din greșeală, numai o parte.";
    603 PAYMENT_REVERSED: Bank, Escalate;
        en "The payment was taken back." => "Clear with the bank why; ask the applicant to pay again if it was not an error.",
            happened "The bank or station took a payment back that had settled the fee.", because "A cashier corrected an error, or the payer disputed the payment.";
        ro "Plata a fost retrasă." => "Clarificați cu banca motivul; dacă nu este o eroare, cereți solicitantului să plătească din nou.",
            happened "Banca sau stația a retras o plată cu care se achitase taxa.", because "Un casier a corectat o eroare sau plătitorul a contestat plata.";
    604 EXEMPTION_INVALID: Office, FixAndResubmit;
        en "The applicant is not exempt from the fee." => "Correct what is stated about earlier cards, or have the fee paid.",
            happened "The exemption claimed was compared with the facts of the application, and it does not apply.", because "Only the first card, and cards for persons named by the law, are free.";
        ro "Solicitantul nu este scutit de taxă." => "Corectați declarația despre cărțile anterioare sau solicitați plata taxei.",
            happened "Scutirea cerută a fost comparată cu datele cererii și nu se aplică.", because "Sunt gratuite numai prima carte și cărțile persoanelor prevăzute de lege.";
    605 HOLDER_DECEASED: Office, Escalate;
        en "The applicant has died." => "End the application; a card that exists is returned and destroyed.",
            happened "The register or the office reported the death of the applicant.", because "No card may be made or handed over after it.";
        ro "Solicitantul a decedat." => "Închideți cererea; cartea existentă se returnează și se distruge.",
            happened "Registrul sau serviciul a comunicat decesul solicitantului.", because "După deces cartea nu mai poate fi făcută sau înmânată.";
    606 WITHDRAWN: Office, Refund;
        en "The applicant withdrew the application." => "Give the fee back if the card was not ordered.",
            happened "The applicant asked to end the application.", because "Until the card is ordered an application can be withdrawn at will.";
        ro "Solicitantul și-a retras cererea." => "Restituiți taxa dacă nu s-a comandat cartea.",
            happened "Solicitantul a cerut încetarea cererii.", because "Până la comandarea cărții, cererea se poate retrage oricând.";
    607 UNCLAIMED: Office, Escalate;
        en "Nobody came for the card within the term." => "Inform the applicant once more, then have the card destroyed.",
            happened "The card lies at the office and its term for collection is over.", because "Cards that nobody collects are destroyed, so that they cannot be misused.";
        ro "Cartea nu a fost ridicată în termen." => "Anunțați încă o dată solicitantul, apoi dispuneți distrugerea cărții.",
            happened "Cartea se află la serviciu, iar termenul de ridicare a trecut.", because "Cărțile neridicate se distrug, ca să nu poată fi folosite abuziv.";
    608 RETENTION_EXPIRED: Office, Recapture;
        en "The biometric data had to be erased." => "Take photograph, fingers and signature again if a card is still wanted.",
            happened "Photograph, fingers and signature were erased when their time was over.", because "Biometric data may be kept for 90 days at most (Regulation (EU) 2025/1208).";
        ro "Datele biometrice au fost șterse la expirarea termenului." => "Preluați din nou fotografia, degetele și semnătura dacă se mai dorește cartea.",
            happened "Fotografia, degetele și semnătura au fost șterse la expirarea termenului.", because "Datele biometrice se păstrează cel mult 90 de zile (Regulamentul (UE) 2025/1208).";
    701 PHOTO: Bureau, RemakeFree;
        en "The photograph on the card is bad." => "Take the card back and have it made again.",
            happened "The holder complained that the photograph on the card is not usable.", because "Engraving or the picture itself was bad.";
        ro "Fotografia de pe carte este necorespunzătoare." => "Preluați cartea și cereți refacerea ei.",
            happened "Titularul a reclamat că fotografia de pe carte nu este utilizabilă.", because "Gravarea sau imaginea însăși a fost necorespunzătoare.";
    702 CHIP_COMPLAINT: Bureau, RemakeFree;
        en "The chip of the card handed over does not work." => "Take the card back and have it made again.",
            happened "The holder complained that readers do not find the chip.", because "Chips fail within the warranty; the bureau bears the cost.";
        ro "Cipul cărții înmânate nu funcționează." => "Preluați cartea și cereți refacerea ei.",
            happened "Titularul a reclamat că cititoarele nu găsesc cipul.", because "Cipurile se pot defecta în garanție; costul îl suportă biroul de personalizare.";
    703 DATA: Office, FixAndResubmit;
        en "The data on the card are wrong." => "Take the card back, compare it with the papers and hand in the corrected application.",
            happened "The holder complained that what is printed is not what the papers say.", because "The mistake was in the application, or was made when the card was made.";
        ro "Datele de pe carte sunt greșite." => "Preluați cartea, comparați-o cu actele și depuneți cererea corectată.",
            happened "Titularul a reclamat că datele tipărite nu sunt cele din acte.", because "Greșeala era în cerere sau s-a produs la fabricarea cărții.";
    704 MATERIAL: Bureau, RemakeFree;
        en "The material of the card is faulty." => "Take the card back and have it made again.",
            happened "The holder complained that the card splits, bends or fades.", because "A fault of the material within its warranty.";
        ro "Materialul cărții este defect." => "Preluați cartea și cereți refacerea ei.",
            happened "Titularul a reclamat că se desface, se îndoaie sau se decolorează cartea.", because "Este un defect al materialului, în garanție.";
    705 SIGNATURE: Bureau, RemakeFree;
        en "The signature on the card is bad." => "Take the card back and have it made again.",
            happened "The holder complained that the signature on the card is missing or not readable.", because "Engraving or the picture of the signature was bad.";
        ro "Semnătura de pe carte este necorespunzătoare." => "Preluați cartea și cereți refacerea ei.",
            happened "Titularul a reclamat că semnătura de pe carte lipsește sau nu se distinge.", because "Gravarea sau imaginea semnăturii a fost necorespunzătoare.";
    706 SHIPPING_DAMAGE: Bureau, RemakeFree;
        en "The card arrived damaged." => "Send the card back and have it made again.",
            happened "The card lay damaged in its parcel.", because "It was packed badly or the parcel was crushed.";
        ro "Cartea a sosit deteriorată." => "Trimiteți cartea înapoi și cereți refacerea ei.",
            happened "Cartea era deteriorată în colet.", because "A fost ambalată greșit sau coletul a fost strivit.";
    707 SHIPPING_LOSS: Bureau, RemakeFree;
        en "The card never arrived." => "Report it as lost and have it made again.",
            happened "The shipment notice lists the card, and it was not in the parcel.", because "It was lost on its way or put into another parcel.";
        ro "Cartea nu a sosit." => "Declarați-o pierdută și cereți refacerea ei.",
            happened "Cartea figurează în avizul de expediție, dar nu era în colet.", because "S-a pierdut pe drum sau a fost pusă în alt colet.";
    708 OTHER: Gateway, Escalate;
        en "Something else is wrong with the card." => "Describe it in the note; an operator decides.",
            happened "A complaint came that fits none of the listed kinds.", because "Not everything can be foreseen in a list.";
        ro "Cartea are o altă problemă." => "Descrieți problema în notă; un operator decide.",
            happened "S-a primit o reclamație care nu se încadrează în tipurile din listă.", because "O listă nu poate prevedea toate situațiile.";
}
