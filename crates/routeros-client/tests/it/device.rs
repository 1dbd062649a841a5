//! Questions and commands over connections that end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use routeros_client::device::{Device, Event, Told};
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::link::{Connector, Lost, Session};

use crate::fake::{Fake, Still};

/// A device that refuses to connect so often before; counts the connections.
struct Absent {
    left: u32,
    connections: u32,
    then: Fake,
}

impl Connector for Absent {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        if self.left > 0 {
            self.left -= 1;
            return Err(Failure::new(Code::Unreachable, "nobody there"));
        }
        self.connections += 1;
        self.then.connect()
    }
}

/// Runs `act` against a script: what happens at each command, in turn. How
/// many connections it took.
fn play(absent: u32, script: &[Result<&str, &str>], act: impl FnOnce(&mut Device<'_>)) -> u32 {
    let answers = script.iter().map(|answer| match answer {
        Ok(text) => Ok((*text).to_owned()),
        Err(why) => Err(Lost((*why).to_owned())),
    });
    let left: Rc<RefCell<VecDeque<_>>> = Rc::new(RefCell::new(answers.collect()));
    let script = left.clone();
    let mut player = Absent {
        left: absent,
        connections: 0,
        then: Fake::raw(move |_| {
            let next = script.borrow_mut().pop_front();
            next.expect("no more commands than the script has")
        }),
    };
    let (mut still, mut hear) = (Still::default(), |_: &Event| {});
    act(&mut Device::new(&mut player, &mut still, &mut hear));
    assert_eq!(left.borrow().len(), 0, "commands that were not sent");
    player.connections
}

#[test]
fn a_question_is_asked_again_over_a_new_connection() {
    let connections = play(1, &[Err("cut"), Ok("7.16\n")], |device| {
        assert_eq!(device.ask("x").expect("answered"), "7.16\n");
    });
    assert_eq!(connections, 2);
    play(0, &[Err("1"), Err("2"), Err("3"), Err("4")], |device| {
        let failure = device.ask("x").expect_err("lost each time");
        assert_eq!(failure.code, Code::ConnectionLost);
    });
}

#[test]
fn a_command_is_never_sent_again_by_itself() {
    let connections = play(0, &[Err("cut"), Ok("@@OK\n"), Ok("")], |device| {
        assert!(matches!(device.tell("x"), Ok(Told::Unknown(_))));
        assert_eq!(device.tell("x"), Ok(Told::Done));
        // An answer that lacks its mark proves nothing, whatever the status.
        assert!(matches!(device.tell("x"), Ok(Told::Unknown(_))));
    });
    assert_eq!(connections, 2);
}

#[test]
fn trap_text_is_a_refusal_though_the_status_is_zero() {
    play(
        0,
        &[
            Ok("failure: already have such address\n"),
            Ok("new words\n@@OK\n"),
        ],
        |device| {
            for _ in 0..2 {
                assert!(matches!(device.tell("x"), Ok(Told::Refused(_))));
            }
        },
    );
}

#[test]
fn nobody_waits_for_ever() {
    play(1000, &[], |device| {
        let deadline = Duration::from_secs(30);
        let failure = device.connect_until(deadline).expect_err("nobody is there");
        assert_eq!(failure.code, Code::Unreachable);
        assert_eq!(device.now(), deadline);
    });
}

#[test]
fn a_version_that_is_too_old_is_told_politely() {
    play(0, &[Ok("6.49.10 (long-term)\n@@OK\n")], |device| {
        let failure = device.facts().expect_err("too old");
        assert_eq!(failure.code, Code::UnsupportedVersion);
        assert!(failure.hints[0].contains("upgrade"), "{failure:?}");
    });
}
