//! What happens to money, in words: events of payments and refunds, rules of matching, the legs and
//! findings of the reconciliation.

use crate::domain::day::{DayEvent, DayState};
use crate::domain::matching::MatchRule;
use crate::domain::payment::PaymentEvent;
use crate::domain::payment_action::PaymentAction;
use crate::domain::reconciliation::money::{Head, InvariantCode, Leg, RowFinding};
use crate::domain::refund::RefundEvent;
use crate::words::states::names;

names! {
    PaymentEvent {
        MatchMade: "Potrivită cu o cerere", "Matched to an application";
        MatchSuggested: "Candidați propuși", "Candidates suggested";
        MatchMissed: "Nicio cerere găsită", "No application found";
        MatchUndone: "Potrivirea a fost desfăcută", "Match undone";
        PartMade: "O parte potrivită cu o cerere", "A part matched";
        PartUndone: "Potrivirea unei părți desfăcută", "A part unmatched";
        FoundInvalid: "Nu este plata unei taxe", "No payment of a fee";
        CardOrdered: "Cartea a fost comandată", "Card ordered";
        CardNotMade: "Cartea nu s-a produs", "Card not made";
        TakenBack: "Retrasă de canal", "Taken back by the channel";
        RefundOwed: "De restituit", "To be given back";
        RefundSeen: "Restituită, după extras", "Given back, by statement";
        RefundReturned: "Restituirea s-a întors", "The refund came back";
        PartSetAside: "O parte pusă deoparte", "A part set aside";
        PartFreed: "O parte eliberată", "A part freed";
    }
    RefundEvent {
        ApprovalGiven: "Aprobată de o persoană", "Approved by one person";
        ApprovalCompleted: "Aprobată", "Approved";
        ApprovalRefused: "Respinsă", "Rejected";
        Recalled: "Retrasă", "Withdrawn";
        ListWritten: "Înscrisă într-o listă", "Written into a list";
        ListWithdrawn: "Lista a fost retrasă", "List withdrawn";
        DebitSeen: "Plătită, după extras", "Paid, by statement";
        ReturnSeen: "Întoarsă de bancă", "Returned by the bank";
        PaymentTakenBack: "Plata a fost retrasă", "Payment taken back";
    }
    MatchRule {
        StructuredReference: "referința din câmpul ei", "reference in its field";
        Reference: "referința din text", "reference in the text";
        Person: "persoana și suma", "person and amount";
        ApplicationNumber: "numărul cererii", "application number";
        Operator: "decizia unei persoane", "a person's decision";
    }
    PaymentAction {
        Match: "Potrivește", "Match";
        Split: "Împarte", "Split";
        Unmatch: "Desfă potrivirea", "Undo the match";
        OweBack: "Marchează de restituit", "Mark for refund";
        Dismiss: "Nu este o taxă", "Not a fee";
    }
    Head {
        Matched: "Potrivit", "Matched";
        Suggested: "Cu candidați", "With candidates";
        Unmatched: "Nepotrivit", "Unmatched";
        Refunds: "Restituiri", "Refunds";
        Foreign: "În altă monedă", "Not in lei";
        Reversed: "Retras de canal", "Taken back";
        NotFees: "Nu sunt taxe", "No fees";
    }
    Leg {
        NotificationSettlement: "Notificare și decontare", "Notification and settlement";
        LotCredit: "Lot și încasare în cont", "Lot and credit";
        IntradayStatement: "Intrazi și extras", "Intraday and statement";
        PaymentMatch: "Plată și taxă", "Payment and fee";
        RefundDebit: "Restituire și debit", "Refund and debit";
    }
    RowFinding {
        Matched: "Se potrivește", "Agrees";
        Expected: "Se așteaptă cealaltă parte", "The other side is awaited";
        Overdue: "Cealaltă parte întârzie", "The other side is overdue";
        MissingNotification: "Nu a fost anunțată", "Never announced";
        MissingInSettlement: "Lipsește din decontare", "Not in the settlement";
        AmountDiffers: "Sumele diferă", "The amounts differ";
        Duplicate: "Apare de două ori", "Told twice";
        UnknownReference: "Referință necunoscută", "Unknown reference";
        Reversed: "Retrasă de canal", "Taken back";
    }
    InvariantCode {
        MoneyAccounted: "Fiecare ban încasat are un loc", "Every ban that came in is accounted for";
        TiesWithinPayment: "Nicio plată nu este legată peste suma ei", "No payment is tied beyond its amount";
        TiesFollowState: "Legăturile corespund stării plăților", "Ties follow the state of the payments";
        FeesFollowTies: "Taxele plătite sunt suma legăturilor", "What was paid for fees is the sum of ties";
        ReversalsPaired: "Fiecare stornare are plata ei", "Every reversal has its payment";
        StatementsTie: "Soldurile extraselor se închid", "Statements add up";
        RecordedOnce: "Fiecare mișcare este înregistrată o dată", "Every movement is recorded once";
        ImportsFinished: "Niciun import nu s-a oprit la jumătate", "No import stopped halfway";
        NotificationsRead: "Toate notificările sunt citite", "All notifications are read";
        ClosedDaysExplained: "Zilele închise arată ce s-a schimbat", "Closed days show what changed";
    }
    DayState {
        Open: "deschisă", "open";
        Closed: "închisă", "closed";
    }
    DayEvent {
        CloseDecided: "Închisă", "Closed";
        ReopenDecided: "Redeschisă", "Opened again";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_about_money_has_words_of_its_own_in_both_languages() {
        let mut seen = BTreeSet::new();
        for (what, words) in all_names() {
            assert!(
                words.ro.chars().count() > 4 && words.en.is_ascii(),
                "{what}"
            );
            assert!(!words.ro.contains(['ş', 'ţ', 'Ş', 'Ţ', '<']), "{what}");
            assert!(seen.insert((what, words.ro)));
        }
        assert!(seen.len() > 60);
    }
}
