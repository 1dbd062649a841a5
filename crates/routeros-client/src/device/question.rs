//! How commands are sent so that their answers prove something.

use super::{Device, Told};
use crate::command::{OK, before_mark};
use crate::failure::{Code, Failure, Result};
use crate::link::Lost;
use crate::refusal::Refusal;

/// A command with a mark behind it: the console stops at the first error, so
/// the mark proves that there was none.
pub(super) fn marked(line: &str) -> String {
    format!("{line}; :put \"{OK}\"")
}

/// What came of a marked command.
pub(super) fn told(answer: &str) -> Told {
    match body(answer) {
        Some("") => Told::Done,
        // It printed something and went on all the same.
        Some(text) => refused(text),
        None if answer.trim().is_empty() || OK.starts_with(answer.trim()) => {
            Told::Unknown(Lost("the answer was cut off".to_owned()))
        }
        None => refused(answer),
    }
}

fn refused(text: &str) -> Told {
    match Refusal::of_silent(text) {
        Some(refusal) => Told::Refused(refusal),
        None => Told::Done,
    }
}

/// What was printed before the mark; nothing where the mark is missing.
pub(super) fn body(answer: &str) -> Option<&str> {
    before_mark(answer).map(|before| before.trim_end_matches('\n'))
}

/// The values of one property, of all items of a menu that match.
pub(super) fn each(path: &str, condition: &str, property: &str) -> String {
    let condition = if condition.is_empty() {
        String::new()
    } else {
        format!(" where {condition}")
    };
    format!(":foreach i in=[{path} find{condition}] do={{:put [{path} get $i {property}]}}")
}

/// An answer as text for people, shortened.
#[must_use]
pub fn text(answer: &str) -> String {
    let line = answer.trim().replace('\n', " ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

impl Device<'_> {
    /// Asks for lines, and for the mark behind them.
    pub(crate) fn ask_lines(&mut self, line: &str) -> Result<Vec<String>> {
        let mut answer = String::new();
        // An answer may be cut off without the connection's end.
        for _ in 0..super::TRIES {
            answer = self.ask(&marked(line))?;
            if let Some(body) = body(&answer) {
                return Ok(body.lines().map(str::to_owned).collect());
            }
            if let Some(refusal) = Refusal::of_reading(&answer) {
                return Err(Failure::new(
                    Code::CommandRefused,
                    format!("the device refused {line:?}: {refusal}"),
                ));
            }
        }
        let message = format!(
            "the answer to {line:?} is not understood: {:?}",
            text(&answer)
        );
        Err(Failure::new(Code::NotUnderstood, message))
    }

    /// Asks for one text; empty where the device printed nothing.
    pub(crate) fn ask_text(&mut self, expression: &str) -> Result<String> {
        self.ask_lines(&format!(":put {expression}"))
            .map(|lines| lines.join("\n"))
    }

    /// Asks for a number.
    pub(crate) fn ask_number(&mut self, expression: &str) -> Result<u64> {
        let text = self.ask_text(expression)?;
        text.trim().parse().map_err(|_| {
            let message = format!("the answer to {expression:?} is no number: {text:?}");
            Failure::new(Code::NotUnderstood, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_only_the_mark_proves_that_a_command_was_done() {
        assert_eq!(told("@@OK\n"), Told::Done);
        for lost in ["", "\n", "@@O", "@"] {
            assert!(matches!(told(lost), Told::Unknown(_)), "{lost:?}");
        }
        for refusal in [
            "failure: already have such address\n",
            "something new\n",
            "something new\n@@OK\n",
            "x@@OK\n",
        ] {
            assert!(matches!(told(refusal), Told::Refused(_)), "{refusal:?}");
        }
    }

    #[test]
    fn one_property_of_all_that_match() {
        assert_eq!(
            each("/ip/arp", "address=\"10.0.0.2\"", "mac-address"),
            ":foreach i in=[/ip/arp find where address=\"10.0.0.2\"] do={:put [/ip/arp get $i mac-address]}"
        );
    }
}
