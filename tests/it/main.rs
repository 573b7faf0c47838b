//! Capabilities, each in a file of its own, against real databases, TLS and judges.

#[cfg(test)]
mod acknowledgements;
#[cfg(test)]
mod after;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod cancelling;
#[cfg(test)]
mod console;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod doubt;
#[cfg(test)]
mod encryption;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod failed_orders;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod money;
#[cfg(test)]
mod nights;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod office_api;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod outbox_kept;
#[cfg(test)]
mod races;
#[cfg(test)]
mod receipts;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod shipments;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod store_conformance;
#[cfg(test)]
mod submitted_at_once;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod whole;
#[cfg(test)]
mod words_of_details;
#[cfg(test)]
mod words_together;
#[cfg(test)]
mod xml;
