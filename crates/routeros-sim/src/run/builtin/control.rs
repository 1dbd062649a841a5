//! Conditions, loops, and errors that are caught.

use super::super::{Done, Run, Stop, Value};
use crate::lang::{Builtin, Expr};
use crate::state::Refusal;

impl Run<'_> {
    pub(super) fn control(&mut self, builtin: &Builtin) -> Done<Value> {
        match builtin.name {
            "if" => {
                let value = self.first(builtin)?;
                let truth = value
                    .truth()
                    .ok_or_else(|| Refusal::unknown("a condition that is neither yes nor no"))?;
                self.block(builtin, if truth { "do" } else { "else" })
            }
            "foreach" => self.foreach(builtin),
            "for" => self.count(builtin),
            "while" => {
                while self.first(builtin)?.truth() == Some(true) {
                    self.block(builtin, "do")?;
                }
                Ok(Value::Nothing)
            }
            "do" => self.attempt(builtin),
            _ => self.onerror(builtin),
        }
    }

    fn block(&mut self, builtin: &Builtin, name: &str) -> Done<Value> {
        match Self::named(builtin, name) {
            Some(Expr::Code(script, _)) => self.script(&script.clone()),
            Some(_) => Err(Refusal::unknown("a block that is no block").into()),
            None => Ok(Value::Nothing),
        }
    }

    fn foreach(&mut self, builtin: &Builtin) -> Done<Value> {
        let name = Self::word(builtin, 0)?;
        if name.contains(',') {
            return Err(Refusal::unknown(":foreach over keys and values").into());
        }
        let Some(list) = Self::named(builtin, "in") else {
            return Err(Refusal::unknown(":foreach without in").into());
        };
        for value in self.eval(&list.clone())?.members() {
            self.with(&name, value, builtin)?;
        }
        Ok(Value::Nothing)
    }

    /// Runs the block with a variable of its own.
    fn with(&mut self, name: &str, value: Value, builtin: &Builtin) -> Done<Value> {
        self.scopes
            .push([(name.to_owned(), value)].into_iter().collect());
        let done = self.block(builtin, "do");
        self.scopes.pop();
        done
    }

    fn count(&mut self, builtin: &Builtin) -> Done<Value> {
        let name = Self::word(builtin, 0)?;
        let mut number = |name: &str| match Self::named(builtin, name) {
            Some(expr) => match self.eval(&expr.clone())? {
                Value::Number(number) => Ok(Some(number)),
                _ => Err(Stop::from(Refusal::unknown(":for over no numbers"))),
            },
            None => Ok(None),
        };
        let bounds = (number("from")?, number("to")?, number("step")?.unwrap_or(1));
        let (Some(from), Some(to), step @ 1..) = bounds else {
            return Err(Refusal::unknown("these bounds of :for").into());
        };
        let mut at = from;
        while at <= to {
            self.with(&name, Value::Number(at), builtin)?;
            at += step;
        }
        Ok(Value::Nothing)
    }

    /// `:do { } on-error={ }` and `:do { } while=( )`
    fn attempt(&mut self, builtin: &Builtin) -> Done<Value> {
        let Some(Expr::Code(body, _)) = builtin.args.first() else {
            return Err(Refusal::unknown(":do without a block").into());
        };
        if let Some(condition) = Self::named(builtin, "while") {
            loop {
                self.script(body)?;
                if self.eval(condition)?.truth() != Some(true) {
                    return Ok(Value::Nothing);
                }
            }
        }
        let (scopes, depth, brackets) = (self.scopes.len(), self.depth, self.brackets);
        match self.script(body) {
            Err(Stop::Failed(failure)) if Self::named(builtin, "on-error").is_some() => {
                self.refuse_to_catch(&failure)?;
                self.scopes.truncate(scopes);
                self.depth = depth;
                self.brackets = brackets;
                self.block(builtin, "on-error")
            }
            done => done,
        }
    }

    /// `:onerror e in={ } do={ }`
    fn onerror(&mut self, builtin: &Builtin) -> Done<Value> {
        let name = Self::word(builtin, 0)?;
        let (scopes, depth, brackets) = (self.scopes.len(), self.depth, self.brackets);
        match self.block(builtin, "in") {
            Err(Stop::Failed(failure)) => {
                self.refuse_to_catch(&failure)?;
                self.scopes.truncate(scopes);
                self.depth = depth;
                self.brackets = brackets;
                self.with(&name, Value::Text(failure.in_script()), builtin)?;
                Ok(Value::Bool(true))
            }
            Err(stop) => Err(stop),
            Ok(_) => Ok(Value::Bool(false)),
        }
    }

    /// What is not simulated must stay loud.
    fn refuse_to_catch(&self, failure: &super::super::Failure) -> Done<()> {
        if failure.text.starts_with(crate::UNKNOWN) {
            return Err(Stop::Failed(failure.clone()));
        }
        Ok(())
    }
}
