//! Tests of the simulator.

mod bridging;
mod cases;
mod claims;
mod dialogue;
mod errors;
mod fake;
mod items;
mod lab;
mod language;
mod limits;
mod office;
mod operator;
mod printed;
mod reach;
mod replay;
mod schedule;
mod ssh_cuts;
mod ssh_openssh;
mod ssh_session;
mod ssh_sftp;
mod ssh_shell;
mod state;
mod switch;
mod tokens;

#[test]
fn an_unknown_thing_is_refused_loudly() {
    assert!(routeros_sim::UNKNOWN.starts_with("SIMULATOR"));
}
