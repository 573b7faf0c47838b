//! What was done, told on the page of the thing after an action, by a code in its address.

#![expect(
    unreachable_pub,
    reason = "`coded!` declares for everybody what is ours alone"
)]

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

use crate::coded;
use crate::console::asked::Asked;
use crate::words::{Both, Language};

coded! {
    /// What was done.
    pub enum Done as "thing done" {
        // Orders.
        /// An order's bytes are in the outbox again.
        OrderSentAgain = "ORDER_SENT_AGAIN",
        /// A new order stands in an order's place.
        OrderReplaced = "ORDER_REPLACED",
        /// An order is sent no more.
        OrderSetAside = "ORDER_SET_ASIDE",
        /// An order goes on.
        OrderReleased = "ORDER_RELEASED",
        /// An order was given up.
        OrderGivenUp = "ORDER_GIVEN_UP",
        /// The bureau is asked about an order.
        OrderAskedAbout = "ORDER_ASKED_ABOUT",
        /// Another person is asked to approve something about an order.
        OrderRequestMade = "ORDER_REQUEST_MADE",
        /// A word that the bureau told by other means waits for another person.
        WordProposed = "WORD_PROPOSED",
        /// A word that the bureau told by other means counts.
        WordApplied = "WORD_APPLIED",
        /// A proposed word was taken back.
        WordWithdrawn = "WORD_WITHDRAWN",

        // Requests.
        /// Something waits for another person.
        RequestMade = "REQUEST_MADE",
        /// What somebody asked for is done.
        RequestApproved = "REQUEST_APPROVED",
        /// What somebody asked for is not done.
        RequestRejected = "REQUEST_REJECTED",
        /// Whoever asked took it back.
        RequestWithdrawn = "REQUEST_WITHDRAWN",

        // Applications.
        /// A hold was released.
        HoldReleased = "HOLD_RELEASED",

        /// An application waits for a decision.
        ApplicationHeld = "APPLICATION_HELD",
        /// A term is longer.
        TermExtended = "TERM_EXTENDED",
        /// An application has ended.
        ApplicationCancelled = "APPLICATION_CANCELLED",
        /// The bureau is asked whether it can cancel.
        CancelAsked = "CANCEL_ASKED",
        /// An application is back at its office.
        ApplicationSentBack = "APPLICATION_SENT_BACK",
        /// A hold was closed, and nothing else changed.
        HoldNoted = "HOLD_NOTED",
        /// Another card is made.
        CardOrderedAnew = "CARD_ORDERED_ANEW",
        /// No card is made.
        CardGivenUp = "CARD_GIVEN_UP",
        /// A card was destroyed.
        CardDestroyed = "CARD_DESTROYED",

        // Complaints.
        /// A complaint was admitted.
        ComplaintAdmitted = "COMPLAINT_ADMITTED",
        /// A complaint was refused.
        ComplaintRefused = "COMPLAINT_REFUSED",
        /// A complaint was taken back.
        ComplaintWithdrawn = "COMPLAINT_WITHDRAWN",

        // Payments.
        /// A payment was tied to its application.
        PaymentMatched = "PAYMENT_MATCHED",
        /// Parts of a payment were tied to several applications.
        PaymentSplit = "PAYMENT_SPLIT",
        /// A tie of a payment was undone.
        PaymentUnmatched = "PAYMENT_UNMATCHED",
        /// A payment is to be given back.
        PaymentOwedBack = "PAYMENT_OWED_BACK",
        /// A payment is no fee.
        PaymentDismissed = "PAYMENT_DISMISSED",
        /// A refund waits for approval.
        RefundProposed = "REFUND_PROPOSED",
        /// One of two persons approved.
        RefundApprovedOnce = "REFUND_APPROVED_ONCE",
        /// A refund is approved.
        RefundApproved = "REFUND_APPROVED",
        /// A refund was rejected.
        RefundRejected = "REFUND_REJECTED",
        /// A refund was withdrawn.
        RefundWithdrawn = "REFUND_WITHDRAWN",
        /// A list for the bank was written.
        RefundListWritten = "REFUND_LIST_WRITTEN",
        /// A list for the bank was withdrawn.
        RefundListWithdrawn = "REFUND_LIST_WITHDRAWN",
        /// The books of a day were closed.
        DayClosed = "DAY_CLOSED",
        /// The books of a day were opened again.
        DayOpened = "DAY_OPENED",

        // Messages and offices.
        /// Messages are in the outbox again.
        MessagesRedriven = "MESSAGES_REDRIVEN",

        /// Nothing is sent to a destination.
        DestinationPaused = "DESTINATION_PAUSED",
        /// A destination is sent to again.
        DestinationResumed = "DESTINATION_RESUMED",
        /// An office's events are pushed.
        WebhookEnabled = "WEBHOOK_ENABLED",
        /// They are not.
        WebhookDisabled = "WEBHOOK_DISABLED",
        /// They are pushed again from a moment on.
        WebhookRecovered = "WEBHOOK_RECOVERED",

        // People and settings.
        /// Something about an account was changed.
        AccountChanged = "ACCOUNT_CHANGED",
        /// A session was ended.
        SessionEnded = "SESSION_ENDED",
    }
}

impl Done {
    /// What the address of a page says was done, in words; a code that nobody knows says nothing.
    pub(crate) fn told(asked: &Asked, language: Language) -> Option<&'static str> {
        let told = asked.text("done");
        let done = Self::ALL.iter().find(|done| done.as_str() == told)?;
        Some(done.words(language))
    }

    /// What people read.
    const fn words(self, language: Language) -> &'static str {
        self.both().of(language)
    }
}

/// Gives everything that is done its sentence: Romanian, then English.
macro_rules! told {
    ($( $done:ident: $ro:literal, $en:literal; )+) => {
        impl Done {
            const fn both(self) -> Both {
                match self {
                    $( Self::$done => Both { ro: $ro, en: $en }, )+
                }
            }
        }
    };
}

told! {
    OrderSentAgain:
        "Comanda este din nou la trimis, cu același fișier.",
        "The order is in the outbox again, with the same file.";
    OrderReplaced:
        "S-a scris o comandă nouă; la cea veche s-a renunțat.",
        "A new order was written; the old one is given up.";
    OrderSetAside:
        "Comanda a fost pusă deoparte; nu se mai trimite până la eliberare.",
        "The order is set aside; it is sent no more until it is released.";
    OrderReleased:
        "Comanda a fost eliberată.",
        "The order is released.";
    OrderGivenUp:
        "S-a renunțat la comandă; cererile ei sunt din nou libere.",
        "The order is given up; its applications are free again.";
    OrderAskedAbout:
        "C.N.I.N. este întrebat; răspunsul apare aici.",
        "The bureau is asked; its answer appears here.";
    OrderRequestMade:
        "Cererea așteaptă aprobarea altei persoane.",
        "The request waits for another person's approval.";
    WordProposed:
        "Cuvântul propus așteaptă aprobarea altei persoane.",
        "The proposed word waits for another person's approval.";
    WordApplied:
        "Cuvântul a fost aplicat poziției.",
        "The word was applied to the line.";
    WordWithdrawn:
        "Propunerea a fost retrasă.",
        "The proposal was withdrawn.";
    RequestMade:
        "Cererea așteaptă aprobarea altei persoane.",
        "The request waits for another person's approval.";
    RequestApproved:
        "Ați aprobat; ce s-a cerut s-a făcut.",
        "You have approved; what was asked for is done.";
    RequestRejected:
        "Ați respins cererea; nu s-a făcut nimic.",
        "You have rejected the request; nothing was done.";
    RequestWithdrawn:
        "Ați retras cererea; nu s-a făcut nimic.",
        "You have withdrawn the request; nothing was done.";
    HoldReleased:
        "Reținerea a fost ridicată.",
        "The hold is released.";
    ApplicationHeld:
        "Cererea este reținută până la o decizie.",
        "The application is held until somebody decides.";
    TermExtended:
        "Termenul a fost prelungit.",
        "The term was extended.";
    ApplicationCancelled:
        "Cererea a fost anulată; serviciul este anunțat.",
        "The application is cancelled; its office is told.";
    CancelAsked:
        "C.N.I.N. este întrebat dacă mai poate anula cartea.",
        "The bureau is asked whether it can still cancel the card.";
    ApplicationSentBack:
        "Cererea este din nou la serviciu, pentru corectare.",
        "The application is back at its office, to be corrected.";
    HoldNoted:
        "S-a luat la cunoștință; nimic altceva nu s-a schimbat.",
        "It is taken note of; nothing else has changed.";
    CardOrderedAnew:
        "Se comandă altă carte, fără taxă.",
        "Another card is ordered, free of charge.";
    CardGivenUp:
        "S-a renunțat la carte; taxa plătită se restituie.",
        "The card is given up; a fee that was paid is owed back.";
    CardDestroyed:
        "Distrugerea cărții este înregistrată.",
        "That the card was destroyed is recorded.";
    ComplaintAdmitted:
        "Reclamația a fost admisă; cartea se face din nou.",
        "The complaint is admitted; the card is made anew.";
    ComplaintRefused:
        "Reclamația a fost respinsă; serviciul este anunțat.",
        "The complaint is refused; its office is told.";
    ComplaintWithdrawn:
        "Reclamația s-a încheiat fără urmări.",
        "The complaint has ended, and nothing follows from it.";
    PaymentMatched:
        "Plata a fost potrivită cu cererea.",
        "The payment is matched with its application.";
    PaymentSplit:
        "Plata a fost împărțită.",
        "The payment is split.";
    PaymentUnmatched:
        "Potrivirea a fost desfăcută; taxa se datorează din nou.",
        "The match is undone; the fee is owed again.";
    PaymentOwedBack:
        "Plata este marcată de restituit.",
        "The payment is marked for refund.";
    PaymentDismissed:
        "Plata nu mai este oferită nici unei cereri.",
        "The payment is offered to no application any more.";
    RefundProposed:
        "Restituirea a fost propusă; banii sunt puși deoparte până la aprobare.",
        "The refund is proposed; its money is set aside until it is approved.";
    RefundApprovedOnce:
        "Ați aprobat; mai aprobă o altă persoană.",
        "You have approved; another person approves too.";
    RefundApproved:
        "Restituirea este aprobată și intră în următoarea listă pentru bancă.",
        "The refund is approved and stands in the next list for the bank.";
    RefundRejected:
        "Restituirea a fost respinsă; banii sunt din nou liberi.",
        "The refund is rejected; its money is free again.";
    RefundWithdrawn:
        "Restituirea a fost retrasă; banii sunt din nou liberi.",
        "The refund is withdrawn; its money is free again.";
    RefundListWritten:
        "Lista a fost scrisă. Descărcați documentul și transmiteți-l băncii.",
        "The list is written. Take the document and bring it to the bank.";
    RefundListWithdrawn:
        "Lista a fost retrasă; restituirile ei sunt din nou aprobate.",
        "The list is withdrawn; its refunds are approved again.";
    DayClosed:
        "Ziua a fost închisă; totalurile ei se păstrează.",
        "The day is closed; its totals are kept.";
    DayOpened:
        "Ziua este din nou deschisă.",
        "The day is open again.";
    MessagesRedriven:
        "Mesajele sunt din nou la trimis.",
        "The messages are in the outbox again.";
    DestinationPaused:
        "Trimiterea este oprită; totul se păstrează.",
        "Sending is paused; everything is kept.";
    DestinationResumed:
        "Trimiterea a fost reluată.",
        "Sending goes on.";
    WebhookEnabled:
        "Webhook-ul este activ.",
        "The webhook is enabled.";
    WebhookDisabled:
        "Webhook-ul este dezactivat.",
        "The webhook is disabled.";
    WebhookRecovered:
        "Evenimentele se trimit din nou de la acel moment.",
        "The events are pushed again from that moment on.";
    AccountChanged:
        "Contul a fost schimbat.",
        "The account was changed.";
    SessionEnded:
        "Sesiunea a fost încheiată.",
        "The session was ended.";
}

/// Leads to the page of a thing, which tells what was done with it.
pub(crate) fn see_done(path: &str, done: Done) -> HttpResponse {
    let sign = if path.contains('?') { '&' } else { '?' };
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{path}{sign}done={done}")))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_done_is_told_in_whole_sentences() {
        for done in Done::ALL {
            for language in [Language::Romanian, Language::English] {
                assert!(done.words(language).ends_with('.'), "{done}");
            }
            assert!(done.words(Language::English).is_ascii(), "{done}");
        }
    }

    #[test]
    fn nobody_makes_a_page_say_what_was_never_done() {
        let asked = |query: &str| Done::told(&Asked::parse(query).unwrap(), Language::Romanian);
        assert!(
            asked("done=ORDER_GIVEN_UP")
                .unwrap()
                .starts_with("S-a renunțat")
        );
        assert_eq!(asked("done=%3Cscript%3E"), None);
        assert_eq!(asked(""), None);
    }
}
