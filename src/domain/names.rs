//! Names as print and machine-readable zone can carry them.
