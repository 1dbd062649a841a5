//! Timers whose start is doubtful.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::link::{Connector, FileError, Patience, Session};

/// What becomes of each command: a text before the mark, or nothing at all.
type Answer = fn(usize, &str) -> Option<&'static str>;

#[derive(Clone)]
struct Fake(Answer, Rc<RefCell<Vec<String>>>);

impl Connector for Fake {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        Ok(Box::new(self.clone()))
    }
}

impl Session for Fake {
    fn exec(&mut self, line: &str) -> Result<String, Lost> {
        let before = self.1.borrow().len();
        self.1.borrow_mut().push(line.to_owned());
        let text = (self.0)(before, line).ok_or_else(|| Lost("cut".to_owned()))?;
        Ok(match text {
            "" => "@@OK\n".to_owned(),
            refusal if refusal.starts_with("failure") => format!("{refusal}\n"),
            text => format!("{text}\n@@OK\n"),
        })
    }

    fn put_file(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    fn get_file(&mut self, _: &str) -> Result<Vec<u8>, FileError> {
        Ok(Vec::new())
    }
}

struct Still(Duration);

impl Patience for Still {
    fn now(&self) -> Duration {
        self.0
    }

    fn pause(&mut self, time: Duration) {
        self.0 += time;
    }
}

fn play<T>(answer: Answer, act: impl FnOnce(&mut Device<'_>) -> T) -> (T, Vec<String>) {
    let mut fake = Fake(answer, Rc::default());
    let sent = fake.1.clone();
    let (mut still, mut hear) = (Still(Duration::ZERO), |_: &Event| {});
    let came = act(&mut Device::new(&mut fake, &mut still, &mut hear));
    (came, sent.take())
}

#[test]
fn a_timer_that_is_there_already_is_no_refusal() {
    let answer: Answer = |before, line| match line.contains("scheduler add") {
        true if before == 0 => None,
        true => Some("failure: item with this name already exists"),
        // It was slow: seen only after the second try.
        false if before < 2 => Some("0"),
        false => Some("1"),
    };
    let (came, sent) = play(answer, |device| {
        start_timer(device, BACKUP, Duration::from_secs(600))
    });
    came.expect("armed");
    assert_eq!(sent.len(), 4, "{sent:#?}");
}

#[test]
fn a_timer_that_was_not_wanted_after_all_is_removed_or_told_of() {
    let failure = || Failure::new(Code::ConnectionLost, "lost");
    let gone: Answer = |_, line| Some(if line.contains(":len") { "0" } else { "" });
    let (came, sent) = play(gone, |device| unwind(device, "attic-pre.backup", failure()));
    assert!(sent[0].starts_with("/system/scheduler remove"), "{sent:?}");
    let last = sent.last().expect("something");
    assert!(last.starts_with("/file remove"), "{last}");
    assert_eq!(came, failure());
    let (came, sent) = play(
        |_, _| None,
        |device| unwind(device, "attic-pre.backup", failure()),
    );
    assert!(came.hints[0].contains("restart the device"), "{came:?}");
    // It would need the backup.
    assert!(sent.iter().all(|line| !line.contains("/file")), "{sent:?}");
}

#[test]
fn a_timer_that_would_not_go_off_in_time_is_not_relied_on() {
    fn start(next_run: Answer) -> (Result<String>, Vec<String>) {
        let since = "2026-11-28 03:00:00";
        play(next_run, |device| {
            starting(device, since, Duration::from_secs(600))
        })
    }
    let (came, _) = start(|_, line| {
        Some(match line.contains("next-run") {
            true => "2026-11-28 03:10:01",
            false => "2026-11-28 03:00:02",
        })
    });
    assert_eq!(came, Ok("2026-11-28 03:10:01".to_owned()));
    let (came, sent) = start(|_, line| {
        Some(match line.contains("next-run") {
            true => "2026-11-29 03:00:00",
            false => "2026-11-28 03:00:02",
        })
    });
    let failure = came.expect_err("a day late");
    assert_eq!(failure.code, Code::NotArmed);
    let said = "its clock says 2026-11-28 03:00:02, and its timer is to run 2026-11-29 03:00:00";
    assert!(failure.message.contains(said), "{failure}");
    assert_eq!(sent.len(), 2);
    let (came, _) = start(|_, line| {
        Some(match line.contains("next-run") {
            true => "",
            false => "2026-11-28 03:00:02",
        })
    });
    let failure = came.expect_err("never");
    assert!(failure.message.ends_with("is to run never"), "{failure}");
}
