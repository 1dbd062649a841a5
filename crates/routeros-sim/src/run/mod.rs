//! Running what was read.

mod builtin;
mod eval;
mod export;
mod fail;
mod file;
mod filter;
mod import;
mod items;
mod menu;
mod outside;
mod pattern;
mod print;
mod value;

pub(crate) use fail::{Failure, Stop};
pub(crate) use value::Value;

use std::collections::BTreeMap;

use crate::device::{Device, Reply, Session};
use crate::lang::{self, Script, Stmt};
use crate::state::Refusal;

/// A script in its course.
pub(crate) struct Run<'a> {
    pub(crate) device: &'a mut Device,
    pub(crate) session: &'a Session,
    /// What was printed so far.
    pub(crate) out: String,
    scopes: Vec<BTreeMap<String, Value>>,
    depth: usize,
    /// How many brackets want the value of what runs.
    brackets: usize,
    /// Statements that may still run, so that an endless loop ends.
    fuel: usize,
}

/// How many statements one command may run.
const FUEL: usize = 200_000;
/// How deep calls may nest.
const DEEPEST: usize = 80;

/// What the log says of a failed command of an exec channel, from 7.15.
const FAILED: &str = "executing script from sshd failed, please check it manually";

type Done<T> = Result<T, Stop>;

impl<'a> Run<'a> {
    pub(crate) fn new(device: &'a mut Device, session: &'a Session) -> Self {
        Self {
            device,
            session,
            out: String::new(),
            scopes: vec![BTreeMap::new()],
            depth: 0,
            brackets: 0,
            fuel: FUEL,
        }
    }

    /// Runs a script; its value is that of its last statement.
    pub(crate) fn script(&mut self, script: &Script) -> Done<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refusal::unknown("calls as deep as these").into());
        }
        self.scopes.push(BTreeMap::new());
        let mut last = Ok(Value::Nothing);
        for (line, stmt) in script.iter() {
            last = self.statement(stmt).map_err(|stop| stop.at(stmt, *line));
            if last.is_err() {
                break;
            }
        }
        self.scopes.pop();
        self.depth -= 1;
        last
    }

    fn statement(&mut self, stmt: &Stmt) -> Done<Value> {
        self.fuel = self.fuel.saturating_sub(1);
        if self.fuel == 0 {
            return Err(Refusal::unknown("a script that runs as long as this").into());
        }
        let uptime = self.device.state.uptime;
        if self.device.around.deadline.is_some_and(|end| uptime > end) {
            return Err(Refusal::new("runtime limit exceeded").into());
        }
        match stmt {
            Stmt::Menu(command) => self.command(command),
            Stmt::Builtin(builtin) => self.builtin(builtin),
            Stmt::Block(script) => self.script(script),
            Stmt::Value(expr) => self.eval(expr),
            Stmt::Nothing => Ok(Value::Nothing),
        }
    }

    pub(crate) fn print_line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }
}

impl Device {
    /// Runs one line, as it comes over an exec channel.
    pub fn exec(&mut self, line: &str, session: &Session) -> Reply {
        let (text, failure) = self.run(line, session, true);
        if failure.is_some() && self.state.version.minor >= 15 {
            self.log("script,error", FAILED);
        }
        let (text, status) = match failure {
            None => (text, 0),
            Some(failure) => (
                format!("{text}{}\n", failure.plain()),
                u32::from(failure.raised),
            ),
        };
        Reply {
            text,
            status,
            events: std::mem::take(&mut self.events),
        }
    }

    /// Runs a script of the device's own, such as that of a scheduler entry.
    ///
    /// Gives what it printed, and what ended it early.
    pub fn run_script(&mut self, source: &str, session: &Session) -> (String, Option<String>) {
        let (text, failure) = self.run(source, session, false);
        (text, failure.map(|failure| failure.in_script()))
    }

    fn run(&mut self, text: &str, session: &Session, one_line: bool) -> (String, Option<Failure>) {
        let newline = text.chars().position(|c| c == '\n').filter(|_| one_line);
        if let Some(at) = newline {
            let text = format!("syntax error (line 1 column {})", at + 1);
            return (String::new(), Some(Failure::new(text)));
        }
        let script = match lang::parse(text, self.state.version) {
            Ok(script) => script,
            Err(error) => return (String::new(), Some(Failure::new(error.0))),
        };
        self.refresh();
        let mut run = Run::new(self, session);
        let failure = match run.script(&script) {
            Ok(_) | Err(Stop::Return) => None,
            Err(Stop::Failed(failure)) => Some(failure),
        };
        (run.out, failure)
    }
}
