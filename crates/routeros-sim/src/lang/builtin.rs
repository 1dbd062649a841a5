//! Commands of the language itself.

use super::{Builtin, Expr, Parsed, Parser, Stmt};

/// A builtin: its name, since when, and the arguments that it knows by name.
struct Form {
    name: &'static str,
    since: u8,
    named: &'static [&'static str],
    /// Which of those are blocks.
    blocks: &'static [&'static str],
}

const fn form(
    name: &'static str,
    named: &'static [&'static str],
    blocks: &'static [&'static str],
) -> Form {
    Form {
        name,
        since: 0,
        named,
        blocks,
    }
}

const fn since(since: u8, mut form: Form) -> Form {
    form.since = since;
    form
}

const FORMS: &[Form] = &[
    form("put", &["message"], &[]),
    form("if", &["condition", "do", "else"], &["do", "else"]),
    form("foreach", &["in", "do"], &["do"]),
    form("for", &["from", "to", "step", "do"], &["do"]),
    form("while", &["do"], &["do"]),
    form("do", &["on-error", "while"], &["on-error"]),
    since(13, form("onerror", &["in", "do"], &["in", "do"])),
    form("local", &["value"], &[]),
    form("global", &["value"], &[]),
    form("set", &["value"], &[]),
    form("len", &["value"], &[]),
    form("error", &["message"], &[]),
    form("delay", &["delay-time"], &[]),
    since(13, form("serialize", &["to", "value", "options"], &[])),
    form("parse", &["value"], &[]),
    form("toarray", &["value"], &[]),
    form("tostr", &["value"], &[]),
    form("tonum", &["value"], &[]),
    form("typeof", &["value"], &[]),
    form("pick", &[], &[]),
    form("find", &[], &[]),
    form("nothing", &[], &[]),
    form("return", &["value"], &[]),
];

/// Builtins of a real device that are not simulated.
const OTHERS: &[&str] = &[
    "beep",
    "convert",
    "deserialize",
    "environment",
    "execute",
    "grep",
    "jobname",
    "range",
    "resolve",
    "retry",
    "rndnum",
    "rndstr",
    "terminal",
    "time",
    "timestamp",
    "tobool",
    "tocrlf",
    "toid",
    "toip",
    "toip6",
    "tolf",
    "tonsec",
    "totime",
    "continue",
    "break",
    "exit",
];

/// Whether a word without a colon may be one of them.
pub(super) fn is_builtin(word: &str) -> bool {
    FORMS.iter().any(|form| form.name == word)
}

impl Parser {
    /// What stands after the colon.
    pub(super) fn builtin(&mut self) -> Parsed<Stmt> {
        let at = self.cursor.at();
        let name = self
            .cursor
            .while_of(|c| c.is_ascii_alphanumeric() || c == '-');
        if name == "log" {
            self.cursor.go(at);
            let menu = std::mem::replace(&mut self.menu, "/".into());
            let stmt = self.menu_statement();
            self.menu = menu;
            return stmt;
        }
        let form = FORMS
            .iter()
            .find(|form| form.name == name && form.since <= self.version.minor);
        let Some(form) = form else {
            if OTHERS.contains(&name.as_str()) {
                return self.unknown(&format!(":{name}"));
            }
            return self.error(&format!("bad command name {name}"), at);
        };
        let mut builtin = Builtin {
            name: form.name,
            args: Vec::new(),
            named: Vec::new(),
        };
        loop {
            self.cursor.skip_blanks();
            if self.at_end() {
                return Ok(Stmt::Builtin(builtin));
            }
            self.builtin_argument(form, &mut builtin)?;
        }
    }

    fn builtin_argument(&mut self, form: &Form, builtin: &mut Builtin) -> Parsed<()> {
        let at = self.cursor.at();
        let word = self
            .cursor
            .while_of(|c| c.is_ascii_alphanumeric() || c == '-');
        let named = form.named.iter().find(|name| **name == word);
        if let (Some(name), Some('=')) = (named, self.cursor.peek()) {
            if *name == "options" && self.version.minor < 16 {
                return self.bad_argument(name, self.cursor.at());
            }
            self.cursor.next();
            let block = form.blocks.contains(name);
            let value = self.value(!block)?;
            if block && !matches!(value, Expr::Code(..)) {
                return self.unknown("a block that is no block");
            }
            builtin.named.push((name, value));
            return Ok(());
        }
        self.cursor.go(at);
        let block = form.name == "do";
        builtin.args.push(self.value(!block)?);
        Ok(())
    }
}
