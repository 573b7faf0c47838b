//! What happens to applications, their fees, cards and complaints, in both languages.

use crate::domain::application::{ApplicationEvent, CardReason};
use crate::domain::card::CardState;
use crate::domain::complaint::{ComplaintEvent, ComplaintState, Payer};
use crate::domain::fee::FeeEvent;
use crate::domain::requester::Capacity;
use crate::flow::decide_card::CardDecision;
use crate::flow::withdraw_application::WithdrawalReason;
use crate::words::states::names;
use crate::words::{Both, Language};

names! {
    ApplicationEvent {
        ChecksPassed: "A trecut de verificări", "The checks passed";
        FeeFoundDue: "Se datorează taxa", "A fee is owed";
        FeeSettled: "Taxa este rezolvată", "The fee is settled";
        FeeReopened: "Taxa este din nou datorată", "The fee is owed again";
        PutInOrder: "Pusă într-o comandă", "Put in an order";
        OrderWithdrawn: "Comanda ei nu se mai trimite", "Its order is not sent";
        ProductionStarted: "Cartea a intrat în producție", "The card is being made";
        CardProduced: "Cartea a fost personalizată", "The card was made";
        CardFailed: "Cartea nu a trecut de control și se reface", "The card was found wanting and is made again";
        CardShipped: "Cartea a fost expediată", "The card was shipped";
        ShipmentFailed: "Coletul nu a ajuns la serviciu", "The parcel did not reach the office";
        CountyPassed: "Validată de județ", "Validated by the county";
        CardReceived: "Cartea a ajuns la serviciu", "The card is at the office";
        CardHandedOver: "Cartea a fost înmânată", "The card was handed over";
        SentBack: "Trimisă înapoi pentru corectare", "Sent back to be corrected";
        Resubmitted: "Corectată de serviciu", "Corrected by the office";
        RefusedTechnically: "Poziția a fost respinsă tehnic", "Its line was refused for a technical reason";
        Held: "Reținută", "Put on hold";
        ReleasedReady: "Eliberată, se poate comanda", "Released, may be ordered";
        ReleasedOrdered: "Eliberată, comanda rămâne", "Released, its order stands";
        CancelAsked: "S-a cerut anularea", "Its end was asked for";
        CancelConfirmed: "Anulată", "Cancelled";
        CancelTooLate: "Prea târziu pentru anulare", "Too late to cancel";
        TermPassed: "Nu a fost ridicată în termen", "Not collected within the term";
        CardDestroyed: "Cartea a fost distrusă", "The card was destroyed";
        RemakeOrdered: "Se comandă din nou", "To be ordered anew";
        RecaptureNeeded: "Serviciul reia fotografia și semnătura", "The office takes the images again";
        CardAbandoned: "S-a renunțat la carte", "The card was given up";
    }
    FeeEvent {
        FoundExempt: "Scutită de taxă", "Nothing is owed";
        FoundDue: "Taxa este datorată", "The fee is owed";
        FellShort: "Plătit mai puțin decât se datorează", "Less is paid than is owed";
        BecamePaid: "Taxa este plătită", "The fee is paid";
        BecameOverpaid: "Plătit mai mult decât se datorează", "More is paid than is owed";
        BecameUnpaid: "Nu mai este plătit nimic", "Nothing is paid any more";
        RefundOwed: "Taxa se restituie", "The fee is to be refunded";
        RefundSeen: "Taxa a fost restituită", "The fee was refunded";
        RefundReturned: "Restituirea s-a întors de la bancă", "The refund came back from the bank";
        DisputeOpened: "Plata a fost luată înapoi după comandă", "The payment was taken back after the order";
    }
    CardReason {
        Expiry: "expirarea actului vechi", "the old document expired";
        CivilStatusChange: "schimbarea numelui sau a stării civile", "name or civil status changed";
        DomicileChange: "schimbarea domiciliului", "the applicant moved";
        StreetRenamed: "redenumirea străzii", "the street was renamed";
        NewCnp: "CNP nou", "a new CNP";
        Damage: "deteriorare", "the document was damaged";
        LossTheft: "pierdere sau furt", "the document was lost or stolen";
        FaceChanged: "schimbarea fizionomiei", "the face changed";
        SexChange: "schimbarea sexului", "the sex changed";
        Annulment: "anularea actului vechi", "the old document was annulled";
        ExchangeOldModel: "preschimbarea modelului vechi", "the old model is exchanged";
        FirstAt14: "primul act, la 14 ani", "the first document, at 14";
        OptionalUnder14: "la cerere, sub 14 ani", "asked for, under 14";
    }
    CardState {
        Produced: "personalizată", "made";
        Failed: "rebut", "found wanting";
        Shipped: "pe drum", "on its way";
        AtOffice: "la serviciu", "at the office";
        HandedOver: "înmânată", "handed over";
        Returned: "întoarsă la C.N.I.N.", "back at the bureau";
        Lost: "pierdută", "lost";
        Damaged: "deteriorată", "damaged";
        Destroyed: "distrusă", "destroyed";
        Void: "fără valoare", "void";
    }
    ComplaintState {
        Lodged: "Depusă", "Lodged";
        Sent: "La C.N.I.N.", "With the bureau";
        Admitted: "Admisă", "Admitted";
        Refused: "Respinsă", "Refused";
        Withdrawn: "Retrasă", "Withdrawn";
    }
    ComplaintEvent {
        LetterWritten: "Reclamația a fost trimisă la C.N.I.N.", "The bureau is told of the complaint";
        FoundRight: "Reclamația a fost admisă", "The complaint was admitted";
        FoundWrong: "Reclamația a fost respinsă", "The complaint was refused";
        TakenBack: "Reclamația a fost retrasă", "The complaint was taken back";
    }
    Payer {
        Bureau: "plătește C.N.I.N.", "the bureau pays";
        Office: "plătește serviciul", "the office pays";
        Holder: "plătește titularul", "the holder pays";
        Warranty: "garanția producătorului", "the maker's warranty";
    }
    CardDecision {
        OrderAnew: "Comandă din nou", "Order anew";
        GiveUp: "Renunță la carte", "Give the card up";
        Destroyed: "Înregistrează distrugerea", "Record that it was destroyed";
    }
    Capacity {
        Applicant: "titularul", "the applicant";
        BothParents: "ambii părinți", "both parents";
        OneParentWithDeclaration: "un părinte, cu declarația celuilalt", "one parent, with the other's declaration";
        SurvivingParent: "părintele supraviețuitor", "the surviving parent";
        EntrustedParent: "părintele căruia i-a fost încredințat copilul", "the parent to whom the child was entrusted";
        SoleAuthorityJudgment: "părintele care exercită singur autoritatea (hotărâre)", "the parent with sole authority (judgment)";
        SoleAuthorityOrdinance: "părintele care exercită singur autoritatea (ordonanță)", "the parent with sole authority (ordinance)";
        LegalRepresentative: "reprezentantul legal", "the legal representative";
        PlacementPerson: "persoana la care copilul este în plasament", "the person with whom the child was placed";
        SocialServiceDelegate: "delegatul serviciului social", "the delegate of the social service";
        CourtDecision: "un părinte, prin hotărâre care înlocuiește acordul", "a parent, by a judgment that settles the disagreement";
    }
    WithdrawalReason {
        Withdrawn: "solicitantul nu mai dorește cartea", "the applicant no longer wants the card";
        HolderDeceased: "solicitantul a decedat", "the applicant has died";
    }
}

/// What the history says in a word of its own, beside the life cycles; `None` for a word that no page
/// has a sentence for.
pub fn deed(word: &str, language: Language) -> Option<&'static str> {
    let both = |ro, en| Some(Both { ro, en });
    let told = match word {
        "OPENED" => both("Așteaptă o decizie", "Waits for a decision"),
        "RELEASED" => both("Reținerea a fost ridicată", "The hold was released"),
        "SENT_BACK" => both("Trimisă înapoi serviciului", "Sent back to the office"),
        "TAKEN_NOTE_OF" => both("S-a luat la cunoștință", "It was taken note of"),
        "CLAIMED" => both("S-a ocupat cineva", "Somebody took it on"),
        "TAKEN_OVER" => both("Preluată de la altcineva", "Taken over from somebody"),
        "GIVEN_BACK" => both("Dată înapoi", "Given back"),
        "SNOOZED" => both("Amânată", "Snoozed"),
        "WOKEN" => both("Așteaptă din nou", "Waits again"),
        "REMARKED" => both("Notă", "Remark"),
        "GIVEN_UP" => both("S-a renunțat", "Given up"),
        "ORDERED_ANEW" => both("Se comandă din nou", "Ordered anew"),
        "CANCELLED" | "WITHDRAWN" => both("Anulată", "Cancelled"),
        "TERM_EXTENDED" => both("Termenul a fost prelungit", "The term was extended"),
        "PERSON_DISCLOSED" => both(
            "Datele personale au fost consultate",
            "The personal data were looked at",
        ),
        "PAUSED" => both("Trimiterea a fost oprită", "Sending was paused"),
        "RESUMED" => both("Trimiterea a fost reluată", "Sending was resumed"),
        "RECOVERED" => both(
            "Se retrimite de la un moment anterior",
            "Sent again from an earlier moment",
        ),
        "REDRIVEN" => both(
            "Mesajul este din nou la trimis",
            "The message is in the outbox again",
        ),
        "DISCARDED" => both("S-a renunțat la mesaj", "The message was given up"),
        "SET_UP" => both("Webhook configurat", "The webhook was set up"),
        "CHANGED" => both("Webhook schimbat", "The webhook was changed"),
        "TRIED" => both("Mesaj de probă", "A test message was sent"),
        "REMOVED" => both("Webhook eliminat", "The webhook was removed"),
        "ENABLED" => both("Webhook activat", "The webhook was enabled"),
        "KEY_MADE" => both("Cheie nouă", "A key was made"),
        "KEY_ENDED" => both("Cheie încheiată", "A key was ended"),
        _ => None,
    };
    told.map(|told| told.of(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_in_both_languages() {
        for (what, name) in all_names() {
            assert!(!name.ro.is_empty() && name.en.is_ascii(), "{what}");
            assert!(
                !name
                    .ro
                    .contains(['\u{15f}', '\u{163}', '\u{15e}', '\u{162}']),
                "{what}"
            );
        }
    }

    #[test]
    fn what_history_says_in_its_own_words_is_told_and_nothing_is_made_up() {
        assert_eq!(
            deed("TERM_EXTENDED", Language::Romanian),
            Some("Termenul a fost prelungit")
        );
        assert_eq!(
            deed("TERM_EXTENDED", Language::English),
            Some("The term was extended")
        );
        assert_eq!(deed("<script>", Language::English), None);
    }
}
