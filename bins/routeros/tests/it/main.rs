//! The program against a simulated switch, over real SSH.

mod documented;
mod factory;
mod faults;
mod lockout;
mod strangers;
mod suites;
mod sweep;
mod switchboard;
mod world;
