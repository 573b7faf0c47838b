//! Keys. Each noun has a type of its own, so that no two can be mixed up.

use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A local office; never changes, though its codes do.
    OfficeId,
    /// One request of one office for one card for one applicant.
    ApplicationId,
    /// One real movement of money that a channel says has happened.
    PaymentId,
    /// The tie between one payment and one fee.
    MatchId,
    /// One signed document that asks the bureau for cards.
    OrderId,
    /// One card in an order.
    OrderLineId,
    /// One letter to the bureau; also the identifier of its document.
    LetterId,
    /// One thing to be delivered to one address.
    MessageId,
    /// A state that waits for an operator.
    HoldId,
    /// Sealed content: a blob and the key that opens it.
    SealedId,
    /// A document that arrived, kept as received.
    InboxId,
    /// One file of a payment channel, as received.
    SourceFileId,
    /// Money of one payment that is given back.
    RefundId,
    /// Cards that the bureau sent to one office together.
    ConsignmentId,
    /// What an office says is wrong with a card.
    ComplaintId,
    /// A list of refunds for the bank.
    RefundListId,
    /// One decision about all orders of a cause.
    CauseDecisionId,
    /// One decision about many dead letters.
    DeadLetterDecisionId,
    /// A word on a line that the bureau told by other means than a document.
    ForcedWordId,
    /// Something that proves who is calling: a certificate or an API key.
    CredentialId,
    /// The account of somebody who uses the console.
    UserId,
    /// One person's use of the console, from signing in to its end.
    SessionId,
    /// What one person asks for and another decides.
    RequestId,
}
