//! The part of POSIX extended expressions that `~` is used with.

use crate::state::Refusal;

/// Whether a text matches a pattern somewhere.
pub(crate) fn matches(pattern: &str, text: &str) -> Result<bool, Refusal> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut parser = Parser {
        chars: &chars,
        at: 0,
    };
    let tree = parser.choice()?;
    if parser.at < chars.len() {
        return Err(refused());
    }
    let text: Vec<char> = text.chars().collect();
    Ok((0..=text.len()).any(|from| !ends(&tree, &text, &[from]).is_empty()))
}

fn refused() -> Refusal {
    Refusal::unknown("this regular expression")
}

enum Node {
    Char(char),
    Any,
    Set(Vec<(char, char)>, bool),
    Start,
    End,
    Repeat(Box<Node>, usize, usize),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn choice(&mut self) -> Result<Node, Refusal> {
        let mut parts = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            parts.push(self.sequence()?);
        }
        Ok(Node::Choice(parts))
    }

    fn sequence(&mut self) -> Result<Node, Refusal> {
        let mut parts = Vec::new();
        while let Some(c) = self.peek().filter(|c| !matches!(c, '|' | ')')) {
            self.at += 1;
            let node = self.atom(c)?;
            let (least, most) = match self.peek() {
                Some('*') => (0, usize::MAX),
                Some('+') => (1, usize::MAX),
                Some('?') => (0, 1),
                _ => (1, 1),
            };
            if (least, most) == (1, 1) {
                parts.push(node);
            } else {
                self.at += 1;
                parts.push(Node::Repeat(Box::new(node), least, most));
            }
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self, c: char) -> Result<Node, Refusal> {
        match c {
            '.' => Ok(Node::Any),
            '^' => Ok(Node::Start),
            '$' => Ok(Node::End),
            '(' => {
                let inner = self.choice()?;
                if self.peek() != Some(')') {
                    return Err(refused());
                }
                self.at += 1;
                Ok(inner)
            }
            '[' => self.set(),
            '\\' => {
                let c = self
                    .peek()
                    .filter(|c| !c.is_alphanumeric())
                    .ok_or_else(refused)?;
                self.at += 1;
                Ok(Node::Char(c))
            }
            '*' | '+' | '?' | '{' | '}' => Err(refused()),
            c => Ok(Node::Char(c)),
        }
    }

    fn set(&mut self) -> Result<Node, Refusal> {
        let without = self.peek() == Some('^');
        self.at += usize::from(without);
        let mut ranges = Vec::new();
        loop {
            let first = self.peek().ok_or_else(refused)?;
            self.at += 1;
            if first == ']' && !ranges.is_empty() {
                return Ok(Node::Set(ranges, without));
            }
            if first == '[' || first == '\\' {
                return Err(refused());
            }
            let ranged = self.peek() == Some('-') && self.chars.get(self.at + 1) != Some(&']');
            if ranged {
                let last = self.chars.get(self.at + 1).ok_or_else(refused)?;
                ranges.push((first, *last));
                self.at += 2;
            } else {
                ranges.push((first, first));
            }
        }
    }
}

/// Where a match that begins at one of these places may end.
fn ends(node: &Node, text: &[char], from: &[usize]) -> Vec<usize> {
    let mut to: Vec<usize> = match node {
        Node::Start => from.iter().copied().filter(|at| *at == 0).collect(),
        Node::End => from
            .iter()
            .copied()
            .filter(|at| *at == text.len())
            .collect(),
        Node::Char(_) | Node::Any | Node::Set(..) => from
            .iter()
            .filter(|at| text.get(**at).is_some_and(|c| one(node, *c)))
            .map(|at| at + 1)
            .collect(),
        Node::Sequence(parts) => parts
            .iter()
            .fold(from.to_vec(), |places, part| ends(part, text, &places)),
        Node::Choice(parts) => parts
            .iter()
            .flat_map(|part| ends(part, text, from))
            .collect(),
        Node::Repeat(inner, least, most) => repeat(inner, *least, *most, text, from),
    };
    to.sort_unstable();
    to.dedup();
    to
}

fn repeat(inner: &Node, least: usize, most: usize, text: &[char], from: &[usize]) -> Vec<usize> {
    let mut all = if least == 0 {
        from.to_vec()
    } else {
        Vec::new()
    };
    let mut places = from.to_vec();
    for _ in 0..most.min(text.len() + 1) {
        places = ends(inner, text, &places);
        if places.iter().all(|place| all.contains(place)) {
            break;
        }
        all.extend(places.iter().copied());
    }
    all
}

fn one(node: &Node, c: char) -> bool {
    match node {
        Node::Char(wanted) => *wanted == c,
        Node::Set(ranges, without) => {
            ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&c))
                != *without
        }
        _ => true,
    }
}
