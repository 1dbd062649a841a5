//! Where output goes: data to stdout, talk to stderr.

use std::borrow::Cow;
use std::io::{self, BufRead, IsTerminal, Write};

use routeros_client::device::Event;
use routeros_client::failure::{Code, Failure, Result};
use serde::Serialize;

use crate::hidden::Hidden;

/// The streams of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Whether everything is JSON.
    pub(crate) json: bool,
    /// Whether talk that is no warning is left out.
    pub(crate) quiet: bool,
}

impl Console {
    /// A line of data.
    pub(crate) fn data(&self, line: &str) {
        let mut out = io::stdout().lock();
        // A reader that has left wants no more.
        let _ = writeln!(out, "{}", plain(line)).and_then(|()| out.flush());
    }

    /// A value as one line of JSON.
    pub(crate) fn value(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.data(&line),
            Err(error) => self.warn(&format!("cannot write as JSON: {error}")),
        }
    }

    /// A line of talk.
    pub(crate) fn talk(&self, line: &str) {
        if !self.quiet {
            say(line);
        }
    }

    /// A line that a question is about.
    pub(crate) fn insist(&self, line: &str) {
        say(line);
    }

    /// A line that nobody should miss.
    pub(crate) fn warn(&self, line: &str) {
        say(&format!("warning: {line}"));
    }

    /// What happens meanwhile.
    pub(crate) fn event(&self, event: &Event) {
        match self.json {
            true => self.value(event),
            false => self.talk(&event.to_string()),
        }
    }

    /// Why it did not work, and how to go on.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            self.failed(failure);
        }
        say(&format!("error[{}]: {failure}", failure.code));
        for hint in &failure.hints {
            say(&format!("hint: {hint}"));
        }
    }

    fn failed(&self, failure: &Failure) {
        let Failure {
            code,
            message,
            hints,
        } = failure;
        self.value(&serde_json::json!({
            "event": "failed", "code": code.name(), "message": message, "hints": hints,
        }));
    }

    /// As JSON, that the command line could not be read; people are told in
    /// their own way.
    pub(crate) fn misread(&self, text: &str) {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let message = lines.next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        let failure = Failure::new(Code::Usage, message);
        self.failed(&lines.fold(failure, Failure::hint));
    }

    /// A question that is answered with yes or no.
    pub(crate) fn ask(&self, question: &str) -> Result<bool> {
        if !io::stdin().is_terminal() {
            return Err(Failure::new(
                Code::Declined,
                format!("nobody is there to answer: {question}"),
            )
            .hint("give --yes where nobody is to be asked"));
        }
        let _ = write!(io::stderr(), "{} [y/N] ", plain(question));
        let answer = read_line()?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// A password, not shown while it is typed.
    pub(crate) fn password(&self, prompt: &str) -> Result<String> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Err(
                Failure::new(Code::Usage, "there is no terminal to ask for a password")
                    .hint("give it in a file (--password-file) or in $ROUTEROS_PASSWORD"),
            );
        }
        let hidden = Hidden::hide()
            .map_err(|error| Failure::new(Code::LocalFile, format!("the terminal: {error}")))?;
        let _ = write!(io::stderr(), "{}: ", plain(prompt));
        let line = read_line();
        drop(hidden);
        say("");
        line
    }
}

/// One line of stdin, without its end.
pub(crate) fn read_line() -> Result<String> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new(Code::LocalFile, format!("cannot read stdin: {error}")))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn say(line: &str) {
    // There is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}", plain(line));
}

/// The text without characters that command a terminal: some of what is shown
/// comes from the device.
fn plain(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    match text.contains(commands) {
        true => Cow::Owned(text.replace(commands, "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}
