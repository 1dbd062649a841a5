//! The program against a simulated switch, over real SSH.

mod factory;
mod faults;
mod office;
mod suites;
mod world;
