//! Tests of the simulator.

#[test]
fn an_unknown_thing_is_refused_loudly() {
    assert!(routeros_sim::UNKNOWN.starts_with("SIMULATOR"));
}
