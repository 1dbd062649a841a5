//! A device that answers as a test says, over connections that may end.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use routeros_client::device::{Device, Event};
use routeros_client::failure::{Failure, Result};
use routeros_client::link::{Connector, FileError, Lost, Patience, Session};

/// What was sent.
pub(crate) type Log = Rc<RefCell<Vec<String>>>;
/// What a command answers.
pub(crate) type Answer = Rc<dyn Fn(&str) -> Result<String, Lost>>;

/// A way to a device that answers.
pub(crate) struct Fake {
    pub(crate) log: Log,
    answer: Answer,
}

impl Fake {
    /// `answer` is what a command prints; the mark behind it is added.
    pub(crate) fn new(answer: impl Fn(&str) -> Result<String, Lost> + 'static) -> Self {
        Fake::raw(move |line| {
            let text = answer(line)?;
            match text.is_empty() {
                true => Ok("@@OK\n".to_owned()),
                false => Ok(format!("{text}\n@@OK\n")),
            }
        })
    }

    /// `answer` is the whole answer.
    pub(crate) fn raw(answer: impl Fn(&str) -> Result<String, Lost> + 'static) -> Self {
        Fake {
            log: Log::default(),
            answer: Rc::new(answer),
        }
    }

    /// What `act` makes of the device, and what it sent.
    pub(crate) fn with<T>(mut self, act: impl FnOnce(&mut Device<'_>) -> T) -> (T, Vec<String>) {
        let log = self.log.clone();
        let (mut still, mut hear) = (Still::default(), |_: &Event| {});
        let came = act(&mut Device::new(&mut self, &mut still, &mut hear));
        let sent = log.borrow().clone();
        (came, sent)
    }
}

impl Connector for Fake {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        Ok(Box::new(Line(self.log.clone(), self.answer.clone())))
    }
}

/// Nobody is let in.
pub(crate) struct Closed(pub(crate) Failure);

impl Connector for Closed {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        Err(self.0.clone())
    }
}

struct Line(Log, Answer);

impl Session for Line {
    fn exec(&mut self, line: &str) -> Result<String, Lost> {
        self.0.borrow_mut().push(line.to_owned());
        (self.1)(line)
    }

    fn put_file(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    fn get_file(&mut self, _: &str) -> Result<Vec<u8>, FileError> {
        Ok(Vec::new())
    }
}

/// Time that passes only while somebody waits.
#[derive(Default)]
pub(crate) struct Still(Duration);

impl Patience for Still {
    fn now(&self) -> Duration {
        self.0
    }

    fn pause(&mut self, time: Duration) {
        self.0 += time;
    }
}

/// The answers to what every run asks first.
pub(crate) fn facts(line: &str) -> String {
    let answers = [
        ("/system/resource/get version", "7.16 (stable)"),
        ("board-name", "CRS326-24G-2S+"),
        ("identity/get name", "attic-switch"),
        ("serial-number", "HE00000000A"),
        ("resource/get uptime", "1h"),
        ("/file/get", "3"),
        (":len", "0"),
    ];
    let found = answers.iter().find(|(part, _)| line.contains(part));
    found.map_or_else(String::new, |(_, answer)| (*answer).to_owned())
}
