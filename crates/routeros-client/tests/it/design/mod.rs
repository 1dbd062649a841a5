//! Declared states: read, validated, planned, rendered.

mod cleanup;
mod drift;
mod factory;
mod faults;
mod findings;
mod lockout;
mod office;
mod random;
mod scripts;
mod switch;
