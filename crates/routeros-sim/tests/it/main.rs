//! Tests of the simulator.

mod bridging;
mod dialogue;
mod errors;
mod items;
mod lab;
mod language;
mod office;
mod printed;
mod replay;
mod state;

#[test]
fn an_unknown_thing_is_refused_loudly() {
    assert!(routeros_sim::UNKNOWN.starts_with("SIMULATOR"));
}
