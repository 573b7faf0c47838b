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

        // Applications.
        /// A hold was released.
        HoldReleased = "HOLD_RELEASED",

        // Payments.
        /// A payment was tied to its application.
        PaymentMatched = "PAYMENT_MATCHED",

        // Messages and offices.
        /// Messages are in the outbox again.
        MessagesRedriven = "MESSAGES_REDRIVEN",

        // People and settings.
        /// Something about an account was changed.
        AccountChanged = "ACCOUNT_CHANGED",
    }
}

const fn both(ro: &'static str, en: &'static str) -> Both {
    Both { ro, en }
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

    const fn both(self) -> Both {
        match self {
            Self::OrderSentAgain => both(
                "Comanda este din nou la trimis, cu același fișier.",
                "The order is in the outbox again, with the same file.",
            ),
            Self::OrderReplaced => both(
                "S-a scris o comandă nouă; la cea veche s-a renunțat.",
                "A new order was written; the old one is given up.",
            ),
            Self::OrderSetAside => both(
                "Comanda a fost pusă deoparte; nu se mai trimite până la eliberare.",
                "The order is set aside; it is sent no more until it is released.",
            ),
            Self::OrderReleased => both("Comanda a fost eliberată.", "The order is released."),
            Self::OrderGivenUp => both(
                "S-a renunțat la comandă; cererile ei sunt din nou libere.",
                "The order is given up; its applications are free again.",
            ),
            Self::OrderAskedAbout => both(
                "C.N.I.N. este întrebat; răspunsul apare aici.",
                "The bureau is asked; its answer appears here.",
            ),
            Self::OrderRequestMade => both(
                "Cererea așteaptă aprobarea altei persoane.",
                "The request waits for another person's approval.",
            ),
            Self::WordProposed => both(
                "Cuvântul propus așteaptă aprobarea altei persoane.",
                "The proposed word waits for another person's approval.",
            ),
            Self::WordApplied => both(
                "Cuvântul a fost aplicat poziției.",
                "The word was applied to the line.",
            ),
            Self::WordWithdrawn => {
                both("Propunerea a fost retrasă.", "The proposal was withdrawn.")
            }
            Self::HoldReleased => both("Reținerea a fost ridicată.", "The hold is released."),
            Self::PaymentMatched => both(
                "Plata a fost potrivită cu cererea.",
                "The payment is matched with its application.",
            ),
            Self::MessagesRedriven => both(
                "Mesajele sunt din nou la trimis.",
                "The messages are in the outbox again.",
            ),
            Self::AccountChanged => both("Contul a fost schimbat.", "The account was changed."),
        }
    }
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
