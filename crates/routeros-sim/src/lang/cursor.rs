//! A place in a text.

/// Characters with their places; lines that end in a backslash are joined.
pub(super) struct Cursor {
    chars: Vec<(char, usize, usize)>,
    end: (usize, usize),
    at: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        let mut chars: Vec<(char, usize, usize)> = Vec::new();
        let (mut line, mut column) = (1, 1);
        let mut source = text.chars().peekable();
        // A backslash that is itself escaped ends no line.
        let mut escaped = false;
        while let Some(c) = source.next() {
            if c == '\\' && !escaped && source.peek() == Some(&'\n') {
                source.next();
                line += 1;
                column = 1;
                while source.next_if(|c| matches!(c, ' ' | '\t')).is_some() {
                    column += 1;
                }
                continue;
            }
            escaped = c == '\\' && !escaped;
            if c != '\r' {
                chars.push((c, line, column));
            }
            column += 1;
            if c == '\n' {
                line += 1;
                column = 1;
            }
        }
        Self {
            chars,
            end: (line, column),
            at: 0,
        }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn go(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        self.chars
            .get(at)
            .map_or(self.end, |(_, line, column)| (*line, *column))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.look(0)
    }

    pub(super) fn look(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|(c, _, _)| *c)
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += 1;
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    pub(super) fn skip_separators(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | ';')) {
            self.at += 1;
        }
    }

    pub(super) fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    /// Takes characters as long as they are of a kind.
    pub(super) fn while_of(&mut self, kind: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|c| kind(*c)) {
            text.push(c);
            self.at += 1;
        }
        text
    }

    /// The text between two places.
    pub(super) fn between(&self, from: usize, to: usize) -> String {
        self.chars[from..to].iter().map(|(c, _, _)| *c).collect()
    }
}
