//! Cut paths, faults and restarts, seen by a real SSH client.

use std::io::Read;

use routeros_sim::ssh::Fault;

use crate::operator::{connect, exec, login, rescue, simulator};

/// Enough for a local answer, short enough to wait for silence.
const PATIENCE: u32 = 700;

#[test]
fn a_cut_path_is_silent_and_comes_back_when_the_timer_fires() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let session = login(dial);
    exec(&session, "save pre.backup").expect("an answer");
    exec(&session, "arm 600").expect("an answer");
    session.set_timeout(PATIENCE);
    assert!(
        exec(&session, "cut").is_err(),
        "the answer is lost with the path"
    );
    assert_eq!(
        sim.cut(dial).expect("cut").to_string(),
        "port ether24 is off"
    );
    assert!(
        connect(dial, PATIENCE).is_err(),
        "no greeting on a dead path"
    );

    sim.advance(599_000);
    assert!(connect(dial, PATIENCE).is_err());
    assert_eq!(sim.boots(), 0);
    sim.advance(1_000);
    assert!(!sim.is_up());
    assert!(connect(dial, PATIENCE).is_err(), "it starts");
    sim.advance(60_000);
    assert_eq!(sim.boots(), 1);
    let session = login(dial);
    assert!(exec(&session, "say back").is_ok());
    assert_eq!(sim.unreachable(dial), 660_000);
}

#[test]
fn other_operators_have_their_own_paths() {
    let sim = simulator(|_| {});
    let near = rescue(&sim);
    let far = sim
        .dial("ether5", "192.168.88.1", "10.0.0.7")
        .expect("a listener");
    assert!(connect(far, PATIENCE).is_err());
    let why = sim.cut(far).expect("cut").to_string();
    assert_eq!(why, "the operator is not in the subnet of 192.168.88.1");
    login(near);
    assert_eq!(sim.unreachable(near), 0);
}

#[test]
fn an_ordered_restart_closes_connections_and_keeps_files() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let session = login(dial);
    exec(&session, "save kept.backup").expect("an answer");
    let answer = exec(&session, "restart");
    assert!(!matches!(answer, Ok((text, _)) if !text.is_empty()));
    assert!(exec(&session, "say x").is_err());
    assert!(connect(dial, PATIENCE).is_err());
    sim.advance(60_000);
    login(dial);
    assert!(sim.file("kept.backup").is_some());
    assert_eq!(sim.unreachable(dial), 60_000);
}

#[test]
fn a_power_failure_is_silent_and_refuses_old_connections_after_the_boot() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let session = login(dial);
    session.set_timeout(PATIENCE);
    sim.reboot_after(1);
    assert!(exec(&session, "save done.backup").is_err());
    assert!(sim.file("done.backup").is_some(), "the command ran");
    session.set_timeout(20_000);
    sim.advance(60_000);
    assert!(exec(&session, "say x").is_err());
    login(dial);
}

#[test]
fn the_timer_counts_anew_after_a_boot_and_so_does_the_time_without_a_path() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    for line in ["save pre.backup", "arm 600", "cut"] {
        sim.console(line);
    }
    sim.advance(500_000);
    sim.fail_power();
    sim.advance(60_000);
    assert_eq!(sim.boots(), 1);
    sim.advance(599_900);
    assert!(sim.is_up());
    sim.advance(100);
    assert!(!sim.is_up());
    sim.advance(60_000);
    login(dial);
    assert_eq!(sim.unreachable(dial), 660_000);
}

#[test]
fn a_restart_of_ports_stalls_and_then_the_answer_comes() {
    let sim = simulator(|options| options.speed = 20);
    let dial = rescue(&sim);
    let session = login(dial);
    assert_eq!(exec(&session, "ports"), Ok(("ok\r\n".into(), 0)));
    assert!(sim.unreachable(dial) >= 2_900);
}

#[test]
fn cut_before_runs_nothing_and_cut_after_runs_it() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let session = login(dial);
    sim.cut_before(1);
    assert!(exec(&session, "save never.backup").is_err());
    assert!(sim.file("never.backup").is_none());
    let session = login(dial);
    sim.cut_after(2);
    exec(&session, "say first").expect("an answer");
    assert!(exec(&session, "save done.backup").is_err());
    assert!(sim.file("done.backup").is_some());
    assert!(exec(&login(dial), "say on").is_ok());
}

#[test]
fn a_stalled_command_leaves_the_connection_usable() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    session.set_timeout(PATIENCE);
    sim.fault(1, Fault::Stall);
    let mut channel = session.channel_session().expect("a channel");
    channel.exec("say x").expect("taken");
    assert!(channel.read_to_string(&mut String::new()).is_err());
    assert_eq!(sim.log().len(), 1);
    assert!(exec(&session, "say y").is_ok());
}

#[test]
fn a_slow_answer_waits_for_the_devices_clock() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    sim.fault(1, Fault::Slow(5_000));
    session.set_timeout(PATIENCE);
    let mut channel = session.channel_session().expect("a channel");
    channel.exec("say x").expect("taken");
    let mut text = String::new();
    assert!(channel.read_to_string(&mut text).is_err());
    sim.advance(5_000);
    session.set_timeout(20_000);
    channel.read_to_string(&mut text).expect("it comes");
    assert_eq!(text, "x\r\nend\r\n");
}

#[test]
fn a_dropped_simulator_ends_its_connections() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    drop(sim);
    assert!(exec(&session, "say x").is_err());
}
