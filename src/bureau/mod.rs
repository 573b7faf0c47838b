//! The bureau's documents as functions on bytes: orders out, receipts and acknowledgements in.
