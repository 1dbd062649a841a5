//! How `export` breaks long lines.

use super::quote::{atoms, quoted};

/// Whole words follow each other up to here.
const WORDS: usize = 77;
/// A line broken after `name=` or inside a value is as long as this before its `\`.
const BROKEN: usize = 78;
/// What begins a line on which a command goes on.
const INDENT: &str = "    ";

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A word that is never broken: `add`, `[ find default-name=ether1 ]`.
    Plain(String),
    /// `name=value`; the value is neither quoted nor escaped.
    Pair(String, String),
}

/// Breaks one command into lines, each ended by LF.
pub fn wrap(words: &[Word]) -> String {
    let mut lines = Lines::default();
    for word in words {
        match word {
            Word::Plain(text) => lines.place(text),
            Word::Pair(name, value) => lines.pair(&format!("{name}="), value),
        }
    }
    lines.done + &lines.line + "\n"
}

/// The same command on one line, ended by LF.
pub fn unwrapped(words: &[Word]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| match word {
            Word::Plain(text) => text.clone(),
            Word::Pair(name, value) => format!("{name}={}", quoted(value)),
        })
        .collect();
    words.join(" ") + "\n"
}

#[derive(Default)]
struct Lines {
    done: String,
    line: String,
}

impl Lines {
    /// `name=` and its value.
    fn pair(&mut self, name: &str, value: &str) {
        let text = quoted(value);
        let starts = self.gap().len() + name.len();
        if value.contains('\n') || INDENT.len() + text.len() > WORDS {
            self.cut(name, value);
        } else if self.line.len() + starts + text.len() <= WORDS {
            self.append(&format!("{name}{text}"));
        } else if self.line.len() + starts < BROKEN {
            self.append(name);
            self.next("\\");
            self.line.push_str(&text);
        } else {
            self.next(" \\");
            self.pair(name, value);
        }
    }

    /// A word that is not broken.
    fn place(&mut self, text: &str) {
        if !self.is_fresh() && self.line.len() + 1 + text.len() > WORDS {
            self.next(" \\");
        }
        self.append(text);
    }

    /// A value that fits on no line: in quotes, cut where a line is full and before line ends.
    fn cut(&mut self, name: &str, value: &str) {
        let starts = self.gap().len() + name.len() + 1;
        if !self.is_fresh() && self.line.len() + starts >= BROKEN {
            self.next(" \\");
        }
        self.append(&format!("{name}\""));
        for atom in atoms(value) {
            let full = self.line.len() + atom.len() > BROKEN;
            if full || atom == "\\n" {
                self.next("\\");
            }
            if full && atom == " " {
                self.line.push_str("\\_");
            } else {
                self.line.push_str(&atom);
            }
        }
        if self.line.len() >= WORDS {
            self.next("\\");
        }
        self.line.push('"');
    }

    /// Whether nothing but the indent stands on the line.
    fn is_fresh(&self) -> bool {
        self.line.is_empty() || self.line == INDENT
    }

    fn gap(&self) -> &'static str {
        if self.is_fresh() { "" } else { " " }
    }

    fn append(&mut self, text: &str) {
        self.line.push_str(self.gap());
        self.line.push_str(text);
    }

    fn next(&mut self, end: &str) {
        self.done.push_str(&self.line);
        self.done.push_str(end);
        self.done.push('\n');
        self.line = INDENT.to_owned();
    }
}
