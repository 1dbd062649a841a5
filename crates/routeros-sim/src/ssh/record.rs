//! What was said to the device and what it answered.

/// One command and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it came, in milliseconds of the simulator's clock.
    pub at: u64,
    /// The port that it came by.
    pub port: String,
    /// The user.
    pub user: String,
    /// The command, as sent.
    pub command: String,
    /// The answer, with LF line ends, as the device gave it; faults may have kept it back.
    pub answer: String,
    /// The status that the device gave.
    pub status: u32,
}

/// Words that change something when they stand as a command.
const WRITING: &[&str] = &[
    "add",
    "set",
    "remove",
    "enable",
    "disable",
    "move",
    "unset",
    "comment",
    "edit",
    "reset",
    "save",
    "load",
    "import",
    "export",
    "reboot",
    "shutdown",
    "reset-configuration",
    "make-static",
    "run",
    "undo",
    "redo",
    "copy",
    "upgrade",
    "take",
    "release",
    "unroll",
    "flush",
    "update",
];

impl Entry {
    /// Whether the command may change something, judged by its words outside of quotes.
    ///
    /// `export` without `file=` only reads.
    pub fn writes(&self) -> bool {
        let words = bare_words(&self.command);
        let to_file = words.iter().any(|word| word.starts_with("file="));
        words
            .iter()
            .any(|word| WRITING.contains(&word.as_str()) && (word != "export" || to_file))
    }
}

/// The words of a line; quoted parts are left out, and `/ [ ] { } ; ( )` and blanks part words.
fn bare_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    let mut escaped = false;
    for letter in line.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '/' | '[' | ']' | '{' | '}' | ';' | '(' | ')' => words.push(String::new()),
            blank if blank.is_whitespace() => words.push(String::new()),
            other => words
                .last_mut()
                .into_iter()
                .for_each(|word| word.push(other)),
        }
    }
    words
}
