//! The program against a simulated switch, over real SSH.

#[expect(dead_code, reason = "the rest is for tests of the other program")]
#[path = "../../../garret/tests/it/chance.rs"]
mod chance;
mod documented;
mod factory;
mod faults;
mod keys;
mod lockout;
mod strangers;
mod suites;
mod sweep;
mod switchboard;
mod take_back;
mod terminal;
mod world;
