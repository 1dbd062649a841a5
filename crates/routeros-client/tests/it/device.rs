//! Questions and commands over connections that end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use routeros_client::device::{Device, Event, Told};
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::link::{Connector, FileError, Lost, Patience, Session};

/// What happens at each command, in turn.
type Script = Rc<RefCell<VecDeque<Result<String, Lost>>>>;

/// Plays a script; counts the connections.
struct Player {
    script: Script,
    connections: Rc<RefCell<u32>>,
    /// How often it refuses to connect before.
    absent: u32,
}

struct Line(Script);

impl Session for Line {
    fn exec(&mut self, _: &str) -> Result<String, Lost> {
        let next = self.0.borrow_mut().pop_front();
        next.expect("no more commands than the script has")
    }

    fn put_file(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Err(FileError::Refused("no files".to_owned()))
    }

    fn get_file(&mut self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Lost(Lost("cut".to_owned())))
    }
}

impl Connector for Player {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        if self.absent > 0 {
            self.absent -= 1;
            return Err(Failure::new(Code::Unreachable, "nobody there"));
        }
        *self.connections.borrow_mut() += 1;
        Ok(Box::new(Line(self.script.clone())))
    }
}

/// Time that passes only while somebody waits.
#[derive(Default)]
struct Still(Duration);

impl Patience for Still {
    fn now(&self) -> Duration {
        self.0
    }

    fn pause(&mut self, time: Duration) {
        self.0 += time;
    }
}

/// Runs `act` against a script; how many connections it took.
fn play(absent: u32, script: &[Result<&str, &str>], act: impl FnOnce(&mut Device<'_>)) -> u32 {
    let answers = script.iter().map(|answer| match answer {
        Ok(text) => Ok((*text).to_owned()),
        Err(why) => Err(Lost((*why).to_owned())),
    });
    let connections = Rc::new(RefCell::new(0));
    let mut player = Player {
        script: Rc::new(RefCell::new(answers.collect())),
        connections: connections.clone(),
        absent,
    };
    let (mut still, mut hear) = (Still::default(), |_: &Event| {});
    act(&mut Device::new(&mut player, &mut still, &mut hear));
    assert_eq!(
        player.script.borrow().len(),
        0,
        "commands that were not sent"
    );
    *connections.borrow()
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
