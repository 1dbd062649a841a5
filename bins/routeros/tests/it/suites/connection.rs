//! Whom the program talks to, and when it does not.

use std::net::TcpListener;

use super::script::Script;
use crate::world::Said;

const SUITE: &str = "connection";
const QUERY: [&str; 2] = ["query", "bridges"];
const APPLY: [&str; 5] = ["apply", "--yes", "--confirm-within", "10m", "office.toml"];
const EMPTY: [(&str, &str); 1] = [("ROUTEROS_PASSWORD", "")];

/// The program ends with 5 for this reason, says what to do, and the device
/// heard nothing.
fn refused(said: Said, script: &Script, reason: &str) -> Said {
    let said = said.ends(5);
    let shown = format!("error[{reason}]: ");
    assert!(said.err.contains(&shown), "{}", said.err);
    assert!(said.err.contains("\nhint: "), "no way on: {}", said.err);
    assert_eq!(script.world.sim.log(), []);
    said
}

#[test]
fn a_wrong_password() {
    let mut script = Script::new(SUITE, "a-wrong-password", 20);
    script.password("not this one");
    let said = script.run(&QUERY);
    let said = refused(said, &script, "login-refused");
    assert!(!said.err.contains("not this one"), "{}", said.err);
    script.note("asked once only: no lock-out by repetition");
    script.matches();
}

#[test]
fn a_key_that_is_not_there() {
    let mut script = Script::new(SUITE, "a-key-that-is-not-there", 20);
    let arguments = ["query", "bridges", "--key", "absent"];
    let typed = [&arguments[..], &["--accept-host-key"]].concat();
    let said = script.run_as(&arguments, |operator| operator.run_with(&typed, &[]));
    // The device is not blamed, nor asked.
    let said = said.ends(1);
    assert!(said.err.contains("error[local-file]"), "{}", said.err);
    assert!(said.err.contains("cannot read absent"), "{}", said.err);
    assert_eq!(script.world.sim.log(), []);
    script.matches();
}

#[test]
fn nobody_to_ask_for_a_password() {
    let mut script = Script::new(SUITE, "nobody-to-ask-for-a-password", 20);
    let said = script.run_as(&QUERY, |operator| operator.run_with(&QUERY, &[]));
    let said = said.ends(64);
    assert!(said.err.contains("--password-file"), "{}", said.err);
    assert_eq!(script.world.sim.log(), []);
    script.matches();
}

#[test]
fn an_agent_that_is_not_there() {
    let mut script = Script::new(SUITE, "an-agent-that-is-not-there", 20);
    let typed = [&QUERY[..], &["--accept-host-key"]].concat();
    let agent = [("SSH_AUTH_SOCK", "/nonexistent/agent")];
    let said = script.run_as(&QUERY, |operator| operator.run_with(&typed, &agent));
    let said = refused(said, &script, "login-refused");
    assert!(said.err.contains("agent"), "{}", said.err);
    script.matches();
}

#[test]
fn an_unknown_host_key() {
    let mut script = Script::new(SUITE, "an-unknown-host-key", 20);
    let said = script.run_as(&QUERY, |operator| operator.run_with(&QUERY, &EMPTY));
    let said = refused(said, &script, "host-key-unknown");
    let fingerprint = script.world.sim.fingerprint();
    assert!(said.err.contains(&fingerprint), "{}", said.err);
    script.matches();
}

#[test]
fn another_host_key_than_before() {
    let mut script = Script::new(SUITE, "another-host-key-than-before", 20);
    let known = script.world.home().join("known");
    let arguments = ["query", "bridges", "--known-hosts", "known"];
    let typed = [&arguments[..], &["--accept-host-key"]].concat();
    let said = script.run_as(&arguments, |operator| {
        let other = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
        let port = operator.dial.port();
        let line = format!("[127.0.0.1]:{port} ssh-ed25519 {other}\n");
        std::fs::write(&known, line).expect("written");
        operator.run_with(&typed, &EMPTY)
    });
    refused(said, &script, "host-key-changed");
    let text = std::fs::read_to_string(script.world.home().join("known")).expect("there");
    assert_eq!(text.lines().count(), 1, "the new key was written down");
    script.matches();
}

#[test]
fn a_closed_port() {
    let mut script = Script::new(SUITE, "a-closed-port", 20);
    let said = script.run_as(&QUERY, |operator| {
        let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
        operator.dial = closed.local_addr().expect("an address");
        drop(closed);
        operator.run(&QUERY)
    });
    refused(said, &script, "unreachable");
    script.matches();
}

#[test]
fn a_silent_device() {
    let mut script = Script::new(SUITE, "a-silent-device", 20);
    let said = script.run_as(&QUERY, |operator| {
        // The system takes connections, and nobody ever answers.
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        operator.dial = silent.local_addr().expect("an address");
        operator.run(&QUERY)
    });
    refused(said, &script, "unreachable");
    script.matches();
}

#[test]
fn an_answer_that_never_comes() {
    let mut script = Script::new(SUITE, "an-answer-that-never-comes", 20);
    script.note("the first answer never comes; the question is asked again");
    script.world.sim.fault(1, routeros_sim::ssh::Fault::Stall);
    script.run(&QUERY).ends(0);
    let log = script.world.sim.log();
    assert_eq!(log[0].command, log[1].command);
    script.matches();
}

#[test]
fn from_another_port() {
    let mut script = Script::new(SUITE, "from-another-port", 16);
    script.office(&[]);
    script.file("new", "a new password\n");
    script.plug("ether5");
    let bootstrap = [
        "bootstrap",
        "--yes",
        "--new-password-file",
        "new",
        "office.toml",
    ];
    for arguments in [&APPLY[..], &bootstrap] {
        let said = script.run(arguments).ends(3);
        assert!(said.err.contains("error[wrong-port]"), "{}", said.err);
        let why = "you come by ether5; the management port is ether24";
        assert!(said.err.contains(why), "{}", said.err);
        script.wrote_nothing();
    }
    script.matches();
}
