//! Proof that a command ran to its end.

/// What is printed when the commands ran to their end.
pub const OK: &str = "@@OK";
/// What is printed before an error that came up while they ran.
pub const ERROR: &str = "@@ERR ";

/// Commands in a wrap that prints [`OK`] at the end; an error while they run
/// is caught and printed behind [`ERROR`]. What the console cannot parse
/// cannot be caught and is printed as it is.
#[must_use]
pub fn guarded(commands: &str) -> String {
    format!(":onerror e in={{ {commands}; :put \"{OK}\" }} do={{ :put (\"{ERROR}\" . $e) }}")
}

/// How guarded commands ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They ran to their end; what they printed before.
    Done(String),
    /// The device refused one of them.
    Refused(String),
    /// The proof is missing: the answer was cut, or the device refused the
    /// commands before it ran any.
    Unproven(String),
}

impl Outcome {
    /// Reads the answer to [`guarded`] commands.
    #[must_use]
    pub fn read(answer: &str) -> Self {
        let answer = answer.replace("\r\n", "\n");
        if let Some(at) = line_start(&answer, ERROR) {
            return Outcome::Refused(answer[at + ERROR.len()..].trim_end().to_owned());
        }
        match before_mark(&answer) {
            Some(before) => Outcome::Done(before.to_owned()),
            None => Outcome::Unproven(answer),
        }
    }
}

/// What was printed before [`OK`], with its line ends; nothing where the mark
/// is missing or does not stand on the last line alone.
pub(crate) fn before_mark(answer: &str) -> Option<&str> {
    let before = answer.trim_end_matches('\n').strip_suffix(OK)?;
    (before.is_empty() || before.ends_with('\n')).then_some(before)
}

/// Where `mark` starts a line.
fn line_start(text: &str, mark: &str) -> Option<usize> {
    if text.starts_with(mark) {
        return Some(0);
    }
    text.find(&format!("\n{mark}")).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_at_the_end_proves_success() {
        assert_eq!(Outcome::read("@@OK\r\n"), Outcome::Done(String::new()));
        assert_eq!(
            Outcome::read("*5\r\n@@OK\r\n"),
            Outcome::Done("*5\n".to_owned())
        );
        assert_eq!(
            Outcome::read("@@ERR failure: already have such address\n"),
            Outcome::Refused("failure: already have such address".to_owned())
        );
        for cut in [
            "",
            "*5\n",
            "@@O",
            "syntax error (line 1 column 9)\n",
            "x@@OK\n",
            "@@OK\nmore\n",
        ] {
            assert_eq!(Outcome::read(cut), Outcome::Unproven(cut.to_owned()));
        }
    }
}
