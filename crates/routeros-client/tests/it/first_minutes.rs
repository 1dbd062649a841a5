//! Keys that lock out, restarts that never were, and places that are guessed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use routeros_client::bootstrap::{Wanted, bootstrap};
use routeros_client::desired::Desired;
use routeros_client::failure::{Code, Failure};
use routeros_client::link::Lost;
use routeros_client::renewal::{reset, restore};

use crate::fake::{Closed, Fake, facts};

#[test]
fn a_key_that_does_not_log_in_does_not_lock_out() {
    let desired = Desired::read("owner = \"attic\"\n").expect("a file");
    let keys = Rc::new(Cell::new(0));
    let fake = Fake::new(move |line| {
        if line.contains("ssh-keys/import") {
            keys.set(1);
        } else if line.contains("ssh-keys/remove") {
            keys.set(0);
        } else if line.contains("ssh-keys/find") {
            return Ok(keys.get().to_string());
        }
        Ok(facts(line))
    });
    let (came, sent) = fake.with(|device| {
        let wanted = Wanted {
            desired: &desired,
            user: "admin",
            key: Some("ssh-ed25519 AAAA"),
            password: Some("secret"),
            old_password: "",
        };
        let mut then = Closed(Failure::new(Code::LoginRefused, "no"));
        bootstrap(device, &wanted, &mut then)
    });
    let failure = came.expect_err("nobody could log in");
    assert_eq!(failure.code, Code::LoginRefused);
    assert!(
        failure.hints[0].contains("it was removed"),
        "{:?}",
        failure.hints
    );
    // The password is not touched before.
    assert!(sent.iter().all(|line| !line.contains("password=")));
}

/// A timer whose answer is lost, and which is not there.
fn timer_lost(line: &str) -> Result<String, Lost> {
    match line.contains("/system/scheduler add") {
        true => Err(Lost("cut".to_owned())),
        false => Ok(facts(line)),
    }
}

#[test]
fn a_restart_that_never_was_is_no_success() {
    let (came, _) = Fake::new(timer_lost)
        .with(|device| restore(device, b"abc", Duration::from_secs(60)).expect_err("not restored"));
    assert_eq!(came.code, Code::ConnectionLost);
    let (came, _) = Fake::new(timer_lost).with(|device| reset(device).expect_err("not reset"));
    assert_eq!(came.code, Code::ConnectionLost);
}

#[test]
fn a_timer_that_does_nothing_is_taken_away() {
    let fake = Fake::new(|line| {
        match line.contains(":len [/system/scheduler/find where name=\"attic-renewal\"") {
            true => Ok("1".to_owned()),
            false => Ok(facts(line)),
        }
    });
    let (came, sent) = fake.with(|device| restore(device, b"abc", Duration::from_secs(60)));
    came.expect_err("it did not begin");
    let last = sent.last().expect("something");
    assert!(last.starts_with("/system/scheduler remove"), "{last}");
}

fn at(active: &'static str, port: impl Fn(&str) -> &'static str + 'static) -> Fake {
    Fake::new(move |line| {
        let answer = match line {
            line if line.contains("/user/active") => active,
            line if line.contains("mac-address]") => match line.contains("192.168.88.10") {
                true => "AA:00:00:00:00:10",
                false => "AA:00:00:00:00:11",
            },
            line => port(line),
        };
        Ok(answer.to_owned())
    })
}

#[test]
fn sessions_by_other_ports_are_not_guessed() {
    let ports = |line: &str| match line.contains("00:10") {
        true => "ether24",
        false => "ether5",
    };
    let both = "192.168.88.11\n192.168.88.10";
    let (came, _) = at(both, ports).with(|device| device.place());
    let failure = came.expect_err("it may be either");
    assert_eq!(failure.code, Code::PlaceUnknown);
    assert!(
        failure.message.contains("192.168.88.11 by ether5"),
        "{failure}"
    );
    let (came, _) = at("192.168.88.10", ports).with(|device| device.place());
    assert_eq!(came.expect("one session").port, "ether24");
    let (came, _) = at(both, |_| "ether24").with(|device| device.place());
    assert_eq!(came.expect("one port").port, "ether24");
}

#[test]
fn a_mac_address_that_was_seen_at_two_ports_is_not_guessed() {
    let moved = |line: &str| match line.contains("bridge/host") {
        true => "ether5\nether24\nether5",
        false => "",
    };
    let (came, _) = at("192.168.88.10", moved).with(|device| device.place());
    let failure = came.expect_err("it may be either");
    assert_eq!(failure.code, Code::PlaceUnknown);
    assert!(failure.message.contains("ether24 and ether5"), "{failure}");
    assert!(failure.hints[1].contains("was moved"), "{failure:?}");
    // One entry for each VLAN of one port is no doubt.
    let (came, _) = at("192.168.88.10", |_| "ether24\nether24").with(|device| device.place());
    assert_eq!(came.expect("one port").port, "ether24");
}
