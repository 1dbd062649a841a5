//! Tests of the simulator.

mod items;
mod printed;
mod replay;

#[test]
fn an_unknown_thing_is_refused_loudly() {
    assert!(routeros_sim::UNKNOWN.starts_with("SIMULATOR"));
}
