//! Expressions of scripts.

use super::{Done, Run, Value, pattern};
use crate::lang::{Expr, Op};
use crate::state::{Refusal, contains};

impl Run<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Done<Value> {
        match expr {
            Expr::Text(text) => Ok(Value::text(text.as_str())),
            Expr::Bare(text) => Ok(Value::of_word(text)),
            Expr::Join(parts) => {
                let mut text = String::new();
                for part in parts {
                    text.push_str(&self.eval(part)?.put());
                }
                Ok(Value::Text(text))
            }
            Expr::Var(name) => self.variable(name),
            Expr::Prop(name) => {
                Err(Refusal::unknown(format_args!("the property {name} outside of find")).into())
            }
            Expr::Sub(script) => {
                self.brackets += 1;
                let value = self.script(script);
                self.brackets -= 1;
                value
            }
            Expr::Code(_, text) => Ok(Value::Code(text.clone())),
            Expr::Array(values) => {
                let values = values.iter().map(|value| self.eval(value));
                values.collect::<Done<Vec<_>>>().map(Value::List)
            }
            Expr::Not(inner) => {
                let value = self.eval(inner)?;
                let truth = value.truth().ok_or_else(|| unknown("not", &value))?;
                Ok(Value::Bool(!truth))
            }
            Expr::Binary(op, left, right) => {
                let left = self.eval(left)?;
                let right = match right.as_ref() {
                    Expr::Bare(name) if *op == Op::Pick => Value::text(name.as_str()),
                    other => self.eval(other)?,
                };
                binary(*op, &left, &right)
            }
        }
    }

    /// The text of an argument: a word without quotes is that word.
    pub(super) fn argument(&mut self, expr: &Expr) -> Done<String> {
        match expr {
            Expr::Bare(text) | Expr::Text(text) | Expr::Code(_, text) => Ok(text.clone()),
            other => Ok(self.eval(other)?.argument()),
        }
    }

    fn variable(&self, name: &str) -> Done<Value> {
        let local = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        Ok(local.cloned().unwrap_or(Value::Nothing))
    }

    /// Sets a variable of the innermost scope that has it.
    pub(super) fn assign(&mut self, name: &str, value: Value) -> bool {
        let scope = self
            .scopes
            .iter_mut()
            .rev()
            .find(|scope| scope.contains_key(name));
        match scope {
            Some(scope) => {
                scope.insert(name.to_owned(), value);
                true
            }
            None => false,
        }
    }

    /// Makes a variable of the scope at hand, or of the whole script.
    pub(super) fn declare(&mut self, name: &str, value: Value, global: bool) {
        let scope = if global {
            self.scopes.first_mut()
        } else {
            self.scopes.last_mut()
        };
        if let Some(scope) = scope {
            scope.insert(name.to_owned(), value);
        }
    }
}

fn unknown(op: &str, value: &Value) -> Refusal {
    Refusal::unknown(format_args!("{op} of {}", value.put()))
}

fn binary(op: Op, left: &Value, right: &Value) -> Done<Value> {
    let numbers = || match (left, right) {
        (Value::Number(a), Value::Number(b)) => Ok((*a, *b)),
        (Value::Seconds(a), Value::Seconds(b)) => Ok((
            i64::try_from(*a).unwrap_or(0),
            i64::try_from(*b).unwrap_or(0),
        )),
        _ => Err(unknown("arithmetic or order", left)),
    };
    let truths = || match (left.truth(), right.truth()) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => Err(unknown("and, or", left)),
    };
    let value = match op {
        Op::Equal => Value::Bool(equal(left, right)),
        Op::NotEqual => Value::Bool(!equal(left, right)),
        Op::Less => Value::Bool(numbers().map(|(a, b)| a < b)?),
        Op::Greater => Value::Bool(numbers().map(|(a, b)| a > b)?),
        Op::LessEqual => Value::Bool(numbers().map(|(a, b)| a <= b)?),
        Op::GreaterEqual => Value::Bool(numbers().map(|(a, b)| a >= b)?),
        Op::And => Value::Bool(truths().map(|(a, b)| a && b)?),
        Op::Or => Value::Bool(truths().map(|(a, b)| a || b)?),
        Op::Matches => Value::Bool(pattern::matches(&right.put(), &left.put())?),
        Op::In => {
            Value::Bool(contains(&right.put(), &left.put()).ok_or_else(|| unknown("in", right))?)
        }
        Op::Join => Value::Text(format!("{}{}", left.put(), right.put())),
        Op::Plus => Value::Number(numbers().map(|(a, b)| a.wrapping_add(b))?),
        Op::Minus => Value::Number(numbers().map(|(a, b)| a.wrapping_sub(b))?),
        Op::Times => Value::Number(numbers().map(|(a, b)| a.wrapping_mul(b))?),
        Op::Divide => {
            let (a, b) = numbers()?;
            Value::Number(a.checked_div(b).ok_or_else(|| unknown("division", right))?)
        }
        Op::Pick => pick(left, right)?,
    };
    Ok(value)
}

fn equal(left: &Value, right: &Value) -> bool {
    left.put() == right.put()
}

/// `($record->"name")` and `($list->0)`
fn pick(left: &Value, right: &Value) -> Done<Value> {
    let index = || {
        usize::try_from(match right {
            Value::Number(n) => *n,
            _ => -1,
        })
        .ok()
    };
    match left {
        Value::Record(record) => Ok(record
            .get(&right.put())
            .map_or(Value::Nothing, Value::of_cell)),
        Value::Records(records) => Ok(index()
            .and_then(|at| records.get(at))
            .map_or(Value::Nothing, |record| Value::Record(record.clone()))),
        Value::List(list) => Ok(index()
            .and_then(|at| list.get(at))
            .cloned()
            .unwrap_or(Value::Nothing)),
        other => Err(unknown("a member", other).into()),
    }
}
