//! Canonical XML, XAdES signing and strict verifying, streaming. Knows no card.
