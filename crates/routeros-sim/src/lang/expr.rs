//! Expressions, in parentheses and after `where`.

use super::{Expr, Op, Parsed, Parser};

impl Parser {
    /// What stands after `where`; expressions that merely follow each other are all asked for.
    pub(super) fn filter(&mut self) -> Parsed<Option<Expr>> {
        let mut whole: Option<Expr> = None;
        loop {
            self.cursor.skip_blanks();
            if self.at_end() {
                return Ok(whole);
            }
            let next = self.expression(true)?;
            whole = Some(match whole {
                None => next,
                Some(before) => binary(Op::And, before, next),
            });
        }
    }

    /// An expression; `items` tells whether bare words on the left are properties.
    pub(super) fn expression(&mut self, items: bool) -> Parsed<Expr> {
        let mut left = self.conjunction(items)?;
        while self.word_operator("or", "||") {
            let right = self.conjunction(items)?;
            left = binary(Op::Or, left, right);
        }
        Ok(left)
    }

    fn conjunction(&mut self, items: bool) -> Parsed<Expr> {
        let mut left = self.comparison(items)?;
        while self.word_operator("and", "&&") {
            let right = self.comparison(items)?;
            left = binary(Op::And, left, right);
        }
        Ok(left)
    }

    fn comparison(&mut self, items: bool) -> Parsed<Expr> {
        let left = self.sum(items)?;
        let Some(op) = self.comparator() else {
            return Ok(left);
        };
        let right = self.sum(false)?;
        Ok(binary(op, left, right))
    }

    fn comparator(&mut self) -> Option<Op> {
        self.cursor.skip_blanks();
        if self.word_operator("in", "") {
            return Some(Op::In);
        }
        let two: String = [self.cursor.look(0)?, self.cursor.look(1).unwrap_or(' ')]
            .into_iter()
            .collect();
        let (op, length) = match two.as_str() {
            "!=" => (Op::NotEqual, 2),
            "<=" => (Op::LessEqual, 2),
            ">=" => (Op::GreaterEqual, 2),
            _ => match self.cursor.look(0)? {
                '=' => (Op::Equal, 1),
                '<' => (Op::Less, 1),
                '>' => (Op::Greater, 1),
                '~' => (Op::Matches, 1),
                _ => return None,
            },
        };
        self.cursor.go(self.cursor.at() + length);
        Some(op)
    }

    fn sum(&mut self, items: bool) -> Parsed<Expr> {
        let mut left = self.unary(items)?;
        loop {
            self.cursor.skip_blanks();
            let op = match (self.cursor.look(0), self.cursor.look(1)) {
                (Some('-'), Some('>')) => Op::Pick,
                _ if items => return Ok(left),
                (Some('.'), _) => Op::Join,
                (Some('+'), _) => Op::Plus,
                (Some('-'), _) => Op::Minus,
                (Some('*'), Some(c)) if !c.is_ascii_hexdigit() => Op::Times,
                (Some('/'), _) => Op::Divide,
                _ => return Ok(left),
            };
            self.cursor
                .go(self.cursor.at() + if op == Op::Pick { 2 } else { 1 });
            let right = self.unary(false)?;
            left = binary(op, left, right);
        }
    }

    fn unary(&mut self, items: bool) -> Parsed<Expr> {
        self.deeper()?;
        let expr = self.operand(items)?;
        self.depth -= 1;
        Ok(expr)
    }

    fn operand(&mut self, items: bool) -> Parsed<Expr> {
        self.cursor.skip_blanks();
        let at = self.cursor.at();
        match self.cursor.peek() {
            Some('!') if self.cursor.look(1) != Some('=') => {
                self.cursor.next();
                Ok(Expr::Not(Box::new(self.unary(items)?)))
            }
            Some('(') => {
                self.cursor.next();
                let inner = self.expression(items)?;
                self.close(')')?;
                Ok(inner)
            }
            Some('"') => self.quoted(),
            Some('$') => self.variable(),
            Some('[') => self.sub(),
            Some('{') => self.array(),
            Some(_) if items => self.property(at),
            Some(_) => self.literal(at),
            None => self.syntax(at),
        }
    }

    fn property(&mut self, at: usize) -> Parsed<Expr> {
        let name = self
            .cursor
            .while_of(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
        if name.is_empty() {
            return self.syntax(at);
        }
        Ok(Expr::Prop(name))
    }

    /// A word on the right; addresses may have a length, other words no slash and no colon.
    fn literal(&mut self, at: usize) -> Parsed<Expr> {
        let mut text = String::new();
        while let Some(c) = self.cursor.peek() {
            let numeric = text
                .rsplit(',')
                .next()
                .is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
            let good = c.is_alphanumeric()
                || matches!(c, '-' | '.' | '_' | ',' | '*')
                || (c == '/' && numeric && text.contains('.'))
                || (c == ':' && numeric && !text.is_empty() || c == ':' && text.contains(':'));
            if !good {
                break;
            }
            text.push(c);
            self.cursor.next();
        }
        if text.is_empty() {
            return self.syntax(at);
        }
        let is_time = text.contains(':') && crate::state::parse_seconds(&text).is_none();
        if is_time {
            return self.syntax(at);
        }
        Ok(Expr::Bare(text))
    }

    /// Takes an operator that is a word, or its sign.
    fn word_operator(&mut self, word: &str, sign: &str) -> bool {
        self.cursor.skip_blanks();
        let at = self.cursor.at();
        if !sign.is_empty() && sign.chars().all(|c| self.cursor.take(c)) {
            return true;
        }
        self.cursor.go(at);
        if self
            .cursor
            .while_of(|c| c.is_ascii_alphanumeric() || c == '-')
            == word
            && self.cursor.peek() != Some('=')
        {
            return true;
        }
        self.cursor.go(at);
        false
    }
}

fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}
