//! A person at a terminal: passwords that are not shown, and questions that
//! are answered late.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStderr, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::world::{Operator, Said, World, office};

/// The program, and the terminal that it is typed to.
struct Terminal {
    keys: File,
    /// Kept, so that what is set stays set when the program ends.
    end: OwnedFd,
    program: Child,
    err: ChildStderr,
    /// What was said so far.
    said: String,
}

impl Terminal {
    fn run(operator: &Operator<'_>, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keys).expect("granted");
        unlockpt(&keys).expect("unlocked");
        let name = ptsname(&keys, Vec::new()).expect("a name");
        let end = open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("opened");
        let modes = tcgetattr(&end).expect("modes").local_modes;
        assert!(
            modes.contains(LocalModes::ECHO),
            "nobody has changed it yet"
        );
        let mut command = operator.command(arguments, environment);
        let mut program = command
            .stdin(end.try_clone().expect("another"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        Terminal {
            keys: keys.into(),
            end,
            err: program.stderr.take().expect("its words"),
            program,
            said: String::new(),
        }
    }

    /// Reads until this is said; what was said before it.
    fn until(&mut self, words: &str) -> String {
        let mut byte = [0];
        while !self.said.ends_with(words) {
            let read = self.err.read(&mut byte).expect("more");
            assert_eq!(read, 1, "{words:?} is never said: {}", self.said);
            self.said.push(char::from(byte[0]));
        }
        std::mem::take(&mut self.said)
    }

    fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("typed");
    }

    fn shows_what_is_typed(&self) -> bool {
        let modes = tcgetattr(&self.end).expect("modes").local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// What the program says until it ends, and how it ends.
    fn ends(mut self) -> (std::process::ExitStatus, String) {
        let mut byte = [0];
        while self.err.read(&mut byte).expect("more") == 1 {
            self.said.push(char::from(byte[0]));
            assert!(!self.said.ends_with(ASKED), "asked again: {}", self.said);
        }
        let said = std::mem::take(&mut self.said);
        (self.program.wait().expect("ends"), said)
    }
}

/// What a question is, and what is typed then.
pub(crate) type Talk<'a> = &'a [(&'a str, &'a str)];

/// Runs the program; each answer is typed when its question is there, not
/// before. What it said, and what the terminal showed of what was typed.
pub(crate) fn sit(
    operator: &Operator<'_>,
    arguments: &[&str],
    environment: &[(&str, &str)],
    talk: Talk<'_>,
) -> (Said, String) {
    let mut terminal = Terminal::run(operator, arguments, environment);
    let mut err = String::new();
    for (question, answer) in talk {
        err.push_str(&terminal.until(question));
        terminal.type_in(&format!("{answer}\n"));
    }
    terminal.err.read_to_string(&mut err).expect("text");
    let mut out = String::new();
    let stream = terminal.program.stdout.as_mut().expect("its data");
    stream.read_to_string(&mut out).expect("text");
    let status = terminal.program.wait().expect("ends");
    rustix::io::ioctl_fionbio(&terminal.keys, true).expect("set");
    let mut shown = Vec::new();
    // It ends in an error: there is no more.
    let _ = terminal.keys.read_to_end(&mut shown);
    let code = status.code().expect("an exit code");
    let shown = String::from_utf8_lossy(&shown).into_owned();
    (Said { code, out, err }, shown)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, but for tests that fail.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_password_is_not_shown_and_the_terminal_is_as_before_however_it_ends() {
    let world = World::factory(20);
    let query = ["query", "bridges", "--accept-host-key", "--ask-password"];
    let asked = || {
        let mut terminal = Terminal::run(&world.at("ether24"), &query, &[]);
        terminal.until("password of admin: ");
        assert!(!terminal.shows_what_is_typed());
        terminal
    };
    let mut terminal = asked();
    terminal.type_in("wrong\n");
    terminal.until("error[login-refused]");
    assert!(terminal.shows_what_is_typed());
    // A terminal sends them to the programs in front of it: Ctrl-C, Ctrl-\, and
    // where it is closed; and somebody may end the program.
    for signal in [Signal::INT, Signal::QUIT, Signal::HUP, Signal::TERM] {
        let mut terminal = asked();
        let pid = Pid::from_child(&terminal.program);
        kill_process(pid, signal).expect("sent");
        let status = terminal.program.wait().expect("ends");
        let number = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(number, Some(signal.as_raw()));
        assert!(terminal.shows_what_is_typed(), "{signal:?}");
    }
}

const ASKED: &str = "carry it out? [y/N] ";
const PASSWORD: [(&str, &str); 1] = [("ROUTEROS_PASSWORD", "")];

/// Somebody who is asked whether to apply the office.
fn asked(world: &World) -> (Terminal, String) {
    let operator = world.at("ether24");
    let office = office();
    let apply = [
        "apply",
        "--accept-host-key",
        "--confirm-within",
        "1h",
        &office,
    ];
    let mut terminal = Terminal::run(&operator, &apply, &PASSWORD);
    let said = terminal.until(ASKED);
    (terminal, said)
}

const CHANGE: &str = "/interface/bridge/port set [find where interface=ether3] comment=printer";
const CHANGED: &str = "this is no longer the plan that was shown";

#[test]
fn a_device_that_was_changed_while_the_question_waited_is_asked_about_again() {
    let world = World::factory(20);
    let (mut terminal, first) = asked(&world);
    assert!(!first.contains("printer"), "{first}");
    assert_eq!(world.sim.console(CHANGE), "");
    terminal.type_in("y\n");
    let second = terminal.until(ASKED);
    assert!(second.contains(CHANGED), "{second}");
    assert!(second.contains("attic(was printer)"), "{second}");
    assert_eq!(world.sim.writes(), []);
    terminal.type_in("y\n");
    let (status, said) = terminal.ends();
    assert!(status.success(), "{said}");
    assert!(world.configuration().contains("attic(was printer)"));
}

#[test]
fn a_changed_plan_may_be_refused() {
    let world = World::factory(20);
    let (mut terminal, _) = asked(&world);
    world.sim.console(CHANGE);
    let before = world.configuration();
    terminal.type_in("y\n");
    terminal.until(ASKED);
    terminal.type_in("n\n");
    let (status, said) = terminal.ends();
    assert_eq!(status.code(), Some(3), "{said}");
    assert!(
        said.contains("error[declined]: nothing was changed"),
        "{said}"
    );
    assert_eq!(world.sim.writes(), []);
    assert_eq!(world.configuration(), before);
}

#[test]
fn what_somebody_else_did_while_the_question_waited_is_not_done_again() {
    let world = World::factory(20);
    let (mut terminal, _) = asked(&world);
    let other = ["apply", "--yes", "--confirm-within", "1h", &office()];
    world.at("ether24").run(&other).ends(0);
    world.sim.clear_log();
    terminal.type_in("y\n");
    let (status, said) = terminal.ends();
    assert!(status.success(), "{said}");
    assert_eq!(world.sim.writes(), []);
}

#[test]
fn a_device_that_is_as_it_was_is_asked_about_once() {
    let world = World::factory(20);
    let (mut terminal, _) = asked(&world);
    // The question may wait for longer than a connection lives.
    world.sim.fail_power();
    world.pass(60_000);
    terminal.type_in("y\n");
    let (status, said) = terminal.ends();
    assert!(status.success(), "{said}");
    assert!(!said.contains(CHANGED), "{said}");
}
