//! Conditions, loops, and errors that are caught.

use super::super::{Done, Failure, Run, Stop, Value};
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
            Some(Expr::Code(script, _)) => self.script(script),
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
        for value in self.eval(list)?.members() {
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
            Some(expr) => match self.eval(expr)? {
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
        if Self::named(builtin, "on-error").is_none() {
            return self.script(body);
        }
        match self.caught(|run| run.script(body))? {
            Ok(value) => Ok(value),
            Err(_) => self.block(builtin, "on-error"),
        }
    }

    /// `:onerror e in={ } do={ }`
    fn onerror(&mut self, builtin: &Builtin) -> Done<Value> {
        let name = Self::word(builtin, 0)?;
        match self.caught(|run| run.block(builtin, "in"))? {
            Ok(_) => Ok(Value::Bool(false)),
            Err(failure) => {
                self.with(&name, Value::Text(failure.in_script()), builtin)?;
                Ok(Value::Bool(true))
            }
        }
    }

    /// Runs a part whose failure is caught; what is not simulated must stay loud.
    fn caught(
        &mut self,
        part: impl FnOnce(&mut Self) -> Done<Value>,
    ) -> Done<Result<Value, Failure>> {
        let (scopes, depth, brackets) = (self.scopes.len(), self.depth, self.brackets);
        match part(self) {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Failed(failure)) if !failure.text.starts_with(crate::UNKNOWN) => {
                self.scopes.truncate(scopes);
                self.depth = depth;
                self.brackets = brackets;
                Ok(Err(failure))
            }
            Err(stop) => Err(stop),
        }
    }
}
