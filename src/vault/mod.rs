//! Sealing of personal data: data keys, the master key, sealed blobs, erasure.
