//! The life of an order, as one signed document that asks the bureau for cards.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {OrderEvent::*, OrderState::*};

coded! {
    /// What has happened to an order.
    pub enum OrderState as "order state" {
        /// Begun; its lines may still change. Exists only inside the transaction that fills it.
        Open = "OPEN",
        /// Its lines are fixed.
        Closed = "CLOSED",
        /// Written, signed and stored; its bytes never change again.
        Signed = "SIGNED",
        /// Waits in the outbox.
        Queued = "QUEUED",
        /// The bureau took the bytes.
        Sent = "SENT",
        /// The bureau holds the file and could read it.
        ReceiptOk = "RECEIPT_OK",
        /// The bureau refused the file as a whole.
        ReceiptRejected = "RECEIPT_REJECTED",
        /// Some lines have an answer that ends them or sets them on their way.
        PartlyAnswered = "PARTLY_ANSWERED",
        /// Every line was accepted or refused.
        AllAnswered = "ALL_ANSWERED",
        /// Every line reached its end.
        Settled = "SETTLED",
        /// Will not be sent, or was refused and given up; its lines are free again.
        Cancelled = "CANCELLED",
    }
}

coded! {
    /// What may happen to an order.
    pub enum OrderEvent as "order event" {
        /// The batching rule closed it.
        LinesFixed = "LINES_FIXED",
        /// Written, signed, stored durably.
        DocumentSigned = "DOCUMENT_SIGNED",
        /// A message in the outbox will carry it.
        PutInOutbox = "PUT_IN_OUTBOX",
        /// The bureau took the bytes.
        BytesDelivered = "BYTES_DELIVERED",
        /// The receipt says that the file could be read.
        ReceiptPositive = "RECEIPT_POSITIVE",
        /// The receipt refuses the file.
        ReceiptNegative = "RECEIPT_NEGATIVE",
        /// A line was answered, and others wait.
        LineAnswered = "LINE_ANSWERED",
        /// The last line was answered.
        LastLineAnswered = "LAST_LINE_ANSWERED",
        /// The last line reached its end.
        LastLineEnded = "LAST_LINE_ENDED",
        /// The same bytes are sent again.
        ResendDecided = "RESEND_DECIDED",
        /// Two persons had the same bytes sent again, although the bureau has answered them.
        ResendApproved = "RESEND_APPROVED",
        /// An operator gave it up.
        GivenUp = "GIVEN_UP",
    }
}

/// The life of an order. A receipt or an answer may overtake the record of its delivery.
#[rustfmt::skip]
pub const STEPS: &[Step<OrderState, OrderEvent>] = &[
    (Open,            LinesFixed,       Closed),
    (Closed,          DocumentSigned,   Signed),
    (Signed,          PutInOutbox,      Queued),
    (Queued,          BytesDelivered,   Sent),
    (Sent,            ReceiptPositive,  ReceiptOk),
    (ReceiptOk,       LineAnswered,     PartlyAnswered),
    (ReceiptOk,       LastLineAnswered, AllAnswered),
    (PartlyAnswered,  LineAnswered,     PartlyAnswered),
    (PartlyAnswered,  LastLineAnswered, AllAnswered),
    (AllAnswered,     LastLineEnded,    Settled),

    (ReceiptOk,       ReceiptPositive,  ReceiptOk),        // The bureau may repeat itself.
    (PartlyAnswered,  ReceiptPositive,  PartlyAnswered),
    (AllAnswered,     ReceiptPositive,  AllAnswered),
    (AllAnswered,     LineAnswered,     AllAnswered),      // A remake, told again.
    (AllAnswered,     LastLineAnswered, AllAnswered),
    (Settled,         LineAnswered,     Settled),          // Erasure confirmations come late.
    (Settled,         ReceiptPositive,  Settled),
    (Queued,          ReceiptPositive,  ReceiptOk),        // Delivered, but the answer was lost.
    (Queued,          ReceiptNegative,  ReceiptRejected),
    (Queued,          LineAnswered,     PartlyAnswered),
    (Queued,          LastLineAnswered, AllAnswered),
    (Sent,            LineAnswered,     PartlyAnswered),   // The receipt was lost on its way.
    (Sent,            LastLineAnswered, AllAnswered),
    (Sent,            BytesDelivered,   Sent),             // Resent; the bureau took it again.
    (ReceiptOk,       BytesDelivered,   ReceiptOk),        // The receipt overtook the record.
    (PartlyAnswered,  BytesDelivered,   PartlyAnswered),
    (AllAnswered,     BytesDelivered,   AllAnswered),
    (Settled,         BytesDelivered,   Settled),
    (Sent,            ReceiptNegative,  ReceiptRejected),
    (ReceiptRejected, ReceiptNegative,  ReceiptRejected),
    (ReceiptRejected, ResendDecided,    Queued),           // An operator: the cause is mended.
    (Sent,            ResendDecided,    Queued),           // No receipt after T1: the same bytes.
    (Queued,          ResendDecided,    Queued),           // Dead in the outbox: a new message.
    (ReceiptOk,       ResendApproved,   ReceiptOk),        // What was answered stays answered.
    (PartlyAnswered,  ResendApproved,   PartlyAnswered),
    (AllAnswered,     ResendApproved,   AllAnswered),
    (ReceiptRejected, GivenUp,          Cancelled),
    (Queued,          GivenUp,          Cancelled),        // Only what the bureau cannot have seen.
    (Closed,          GivenUp,          Cancelled),
    (AllAnswered,     GivenUp,          Cancelled),        // Every line was refused.
];

impl OrderState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: OrderEvent) -> Result<Self, IllegalStep<Self, OrderEvent>> {
        step::next(STEPS, self, event)
    }
}
