//! What happened, in one sentence without its end: the events of every life cycle, in both languages.

use crate::domain::acknowledgement::LineEvent;
use crate::domain::letter::LetterEvent;
use crate::domain::order::OrderEvent;
use crate::words::states::names;

names! {
    OrderEvent {
        LinesFixed: "Alcătuită", "Its lines were fixed";
        DocumentSigned: "Semnată", "Signed";
        PutInOutbox: "Pusă la trimis", "Put into the outbox";
        BytesDelivered: "C.N.I.N. a preluat fișierul", "The bureau took the file";
        ReceiptPositive: "Confirmare: fișierul a putut fi citit", "Receipt: the file could be read";
        ReceiptNegative: "Confirmare: fișierul a fost respins", "Receipt: the file was refused";
        LineAnswered: "A sosit un răspuns despre o poziție", "A line was answered";
        LastLineAnswered: "Toate pozițiile au răspuns", "The last line was answered";
        LastLineEnded: "Ultima poziție s-a încheiat", "The last line reached its end";
        ResendDecided: "Retrimisă prin decizie", "Sent again, as decided";
        ResendApproved: "Retrimisă cu aprobarea a două persoane", "Sent again, as two persons approved";
        GivenUp: "S-a renunțat la ea", "Given up";
    }
    LineEvent {
        LineReceived: "C.N.I.N. a citit poziția", "The bureau read the line";
        LineAccepted: "C.N.I.N. a acceptat poziția", "The bureau accepted the line";
        LineRejected: "C.N.I.N. a respins poziția", "The bureau refused the line";
        ProductionBegun: "Cartea a intrat în producție", "The card is being made";
        CardMade: "Cartea a fost personalizată", "The card was made";
        QualityCheckFailed: "Rebut la control; se reface", "Found wanting; made again";
        CardRemade: "Cartea a fost refăcută", "The card was made again";
        LineCancelled: "Poziția a fost anulată", "The line was cancelled";
        CancelCameTooLate: "Prea târziu pentru anulare", "Too late to cancel";
        ParcelShipped: "Cartea a fost expediată", "The card was shipped";
        ParcelLost: "Coletul s-a pierdut", "The parcel was lost";
        ParcelDamaged: "Coletul s-a deteriorat", "The parcel was damaged";
        ParcelUndeliverable: "Coletul nu a putut fi livrat", "The parcel could not be delivered";
        CardReturned: "Cartea s-a întors la C.N.I.N.", "The card came back to the bureau";
        CardSpoiled: "Cartea a fost rebutată", "The card was spoiled";
        CardDestroyed: "Cartea a fost distrusă", "The card was destroyed";
        BiometricsErased: "C.N.I.N. a șters datele biometrice", "The bureau erased the biometric data";
        OfficeReceivedCard: "Serviciul a primit cartea", "The office received the card";
        OfficeHandedOver: "Serviciul a înmânat cartea", "The office handed the card over";
        OrderGivenUp: "S-a renunțat la comandă", "The order was given up";
        CardGivenUp: "S-a renunțat la carte", "The card was given up";
    }
    LetterEvent {
        Written: "Scrisă și semnată", "Written and signed";
        BytesDelivered: "C.N.I.N. a preluat scrisoarea", "The bureau took the letter";
        SentAgain: "Retrimisă", "Sent again";
        AnswerCame: "A sosit răspunsul", "The answer came";
        FoundUnwritable: "Nu a putut fi scrisă", "It could not be written";
        FoundNeedless: "Nu mai este nevoie de ea", "It was not needed any more";
        Refused: "C.N.I.N. nu o poate folosi", "The bureau cannot use it";
        Undeliverable: "Nu a putut fi livrată", "It could not be delivered";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_told_in_both_languages() {
        for (what, told) in all_names() {
            assert!(told.ro.chars().count() > 5 && told.en.is_ascii(), "{what}");
            let first = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
            assert!(first(told.ro) && first(told.en), "{what}");
        }
    }
}
