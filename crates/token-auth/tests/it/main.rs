//! Tokens and keys seen from outside: those of other tools, refusals, and that
//! no token ever gives more than one entry says.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod independent;
mod keys;
mod mint;
mod never_widen;
mod refusals;
