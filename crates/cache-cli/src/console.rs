//! Where output goes: data to stdout, talk to stderr.

use std::borrow::Cow;
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::error::{CliError, ErrorKind, Result};

/// The three streams of a command.
#[derive(Clone)]
pub struct Console {
    out: Arc<Mutex<dyn Write + Send>>,
    err: Arc<Mutex<dyn Write + Send>>,
    input: Arc<Mutex<dyn BufRead + Send>>,
    /// Whether data is JSON.
    pub json: bool,
    /// Whether talk that is no warning is left out.
    pub quiet: bool,
}

impl Console {
    /// A console over these streams.
    pub fn new(
        out: impl Write + Send + 'static,
        err: impl Write + Send + 'static,
        input: impl BufRead + Send + 'static,
    ) -> Console {
        Console {
            out: Arc::new(Mutex::new(out)),
            err: Arc::new(Mutex::new(err)),
            input: Arc::new(Mutex::new(input)),
            json: false,
            quiet: false,
        }
    }

    /// A line of data.
    ///
    /// # Errors
    /// When stdout takes no more; a reader that has left is none.
    pub fn data(&self, line: &str) -> Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        match writeln!(out, "{}", plain(line)).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(CliError::new(ErrorKind::Io, "cannot write to stdout").because(error))
            }
            _ => Ok(()),
        }
    }

    /// A value as one line of JSON.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub fn value(&self, value: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(value)
            .map_err(|error| CliError::new(ErrorKind::Io, "cannot write as JSON").because(error))?;
        self.data(&line)
    }

    /// A line of talk.
    pub fn talk(&self, line: &str) {
        if !self.quiet {
            self.write_err(line);
        }
    }

    /// A line that nobody should miss.
    pub fn warn(&self, line: &str) {
        self.write_err(&format!("warning: {line}"));
    }

    /// One line of input, without its end; `None` when there is no more.
    ///
    /// # Errors
    /// When stdin cannot be read.
    pub fn read_line(&self) -> Result<Option<String>> {
        let mut line = String::new();
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let read = input
            .read_line(&mut line)
            .map_err(|error| CliError::new(ErrorKind::Io, "cannot read stdin").because(error))?;
        Ok((read > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn write_err(&self, line: &str) {
        let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
        // There is nobody left to tell.
        let _ = writeln!(err, "{}", plain(line));
    }
}

/// The text without characters that command a terminal: some of what is shown
/// comes from a server, which may be hostile.
pub fn plain(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    match text.contains(commands) {
        true => Cow::Owned(text.replace(commands, "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A stream that keeps what is written.
    #[derive(Clone, Default)]
    pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        pub(crate) fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().expect("sound")).into_owned()
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("sound").write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn data_and_talk_go_apart() {
        let (out, err) = (Kept::default(), Kept::default());
        let mut console = Console::new(out.clone(), err.clone(), &b"one\r\ntwo"[..]);
        console.data("d").expect("written");
        console.value(&[1, 2]).expect("written");
        console.talk("t");
        console.quiet = true;
        console.talk("not said");
        console.warn("w");
        assert_eq!(
            (out.text().as_str(), err.text().as_str()),
            ("d\n[1,2]\n", "t\nwarning: w\n")
        );
        console.quiet = false;
        console.data("a\u{1b}]0;b\tc\nd").expect("written");
        console.talk("\u{9b}2J\r");
        assert!(out.text().ends_with("a\u{fffd}]0;b\tc\nd\n"));
        assert!(err.text().ends_with("\u{fffd}2J\u{fffd}\n"));
        let lines: Vec<_> = std::iter::from_fn(|| console.read_line().expect("read")).collect();
        assert_eq!(lines, ["one", "two"]);
    }
}
