//! One file per way money arrives; each turns bytes into statement lines and decides nothing.
