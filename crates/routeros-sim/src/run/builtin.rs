//! The commands of the language itself.

mod control;

use super::{Done, Run, Stop, Value};
use crate::lang::{self, Builtin, Expr};
use crate::print::json::{Strings, cell as json_cell, record as json_record, table as json_table};
use crate::state::{Refusal, parse_seconds};
use crate::view::Cell;

impl Run<'_> {
    pub(super) fn builtin(&mut self, builtin: &Builtin) -> Done<Value> {
        match builtin.name {
            "put" => {
                let text = self.first(builtin)?.put();
                self.print_line(&text);
                Ok(Value::Nothing)
            }
            "error" => Err(Stop::raised(self.first(builtin)?.put())),
            "len" => Ok(Value::Number(
                i64::try_from(self.first(builtin)?.length()).unwrap_or(i64::MAX),
            )),
            "nothing" => Ok(Value::Nothing),
            "return" => {
                self.first(builtin)?;
                Err(Stop::Return)
            }
            "local" | "global" | "set" => self.variables(builtin),
            "if" | "foreach" | "for" | "while" | "do" | "onerror" => self.control(builtin),
            "delay" => self.delay(builtin),
            "serialize" => self.serialize(builtin),
            "parse" => self.parse(builtin),
            _ => self.convert(builtin),
        }
    }

    fn first(&mut self, builtin: &Builtin) -> Done<Value> {
        let named = builtin
            .named
            .iter()
            .find(|(name, _)| matches!(*name, "value" | "message" | "condition" | "delay-time"));
        match (builtin.args.as_slice(), named) {
            ([only], None) => self.eval(only),
            ([], Some((_, only))) => self.eval(only),
            _ => Err(Refusal::unknown(format_args!("these arguments of :{}", builtin.name)).into()),
        }
    }

    pub(super) fn named<'b>(builtin: &'b Builtin, name: &str) -> Option<&'b Expr> {
        builtin
            .named
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// The word of an argument that is a name.
    pub(super) fn word(builtin: &Builtin, at: usize) -> Done<String> {
        match builtin.args.get(at) {
            Some(Expr::Bare(word) | Expr::Text(word)) => Ok(word.clone()),
            _ => Err(Refusal::unknown(format_args!(":{} without a name", builtin.name)).into()),
        }
    }

    fn variables(&mut self, builtin: &Builtin) -> Done<Value> {
        let name = Self::word(builtin, 0)?;
        let value = match builtin
            .args
            .get(1)
            .or_else(|| Self::named(builtin, "value"))
        {
            Some(value) => Some(self.eval(value)?),
            None => None,
        };
        match (builtin.name, value) {
            ("set", value) => {
                if !self.assign(&name, value.unwrap_or(Value::Nothing)) {
                    return Err(
                        Refusal::unknown(format_args!("the unknown variable {name}")).into(),
                    );
                }
            }
            ("local", value) => self.declare(&name, value.unwrap_or(Value::Nothing), false),
            (_, Some(value)) => self.declare(&name, value, true),
            (_, None) => {}
        }
        Ok(Value::Nothing)
    }

    fn delay(&mut self, builtin: &Builtin) -> Done<Value> {
        let seconds = match self.first(builtin)? {
            Value::Seconds(seconds) => Some(seconds),
            other => parse_seconds(&other.put()),
        };
        let seconds = seconds.ok_or_else(|| Refusal::unknown("a delay of such a kind"))?;
        self.device.state.uptime += seconds * 1000;
        self.device.around.ahead += seconds * 1000;
        Ok(Value::Nothing)
    }

    fn serialize(&mut self, builtin: &Builtin) -> Done<Value> {
        let mut named = |name: &str| match Self::named(builtin, name) {
            Some(expr) => self.eval(expr).map(Some),
            None => Ok(None),
        };
        let to = named("to")?.map(|to| to.put());
        let options = named("options")?.map(|options| options.put());
        let value = named("value")?;
        let new = self.device.state.version.minor >= 16;
        let strings = match options.as_deref() {
            None => Strings::Convert,
            Some("json.no-string-conversion") if new => Strings::Keep,
            Some(_) => return Err(Refusal::unknown("these options of :serialize").into()),
        };
        if to.as_deref() != Some("json") {
            return Err(Refusal::unknown(":serialize to anything but json").into());
        }
        match value {
            Some(Value::Records(records)) => Ok(Value::Text(json_table(&records, strings))),
            Some(Value::Record(record)) => Ok(Value::Text(json_record(&record, strings))),
            Some(value) => Ok(Value::Text(json_cell(&cell(&value)?, strings))),
            None => Err(Refusal::unknown(":serialize without a value").into()),
        }
    }

    fn parse(&mut self, builtin: &Builtin) -> Done<Value> {
        let source = self.first(builtin)?.put();
        match lang::parse(&source, self.device.state.version) {
            Ok(_) => Err(Refusal::unknown("what :parse gives of a good text").into()),
            Err(error) => Err(Refusal::new(error.0).into()),
        }
    }

    fn convert(&mut self, builtin: &Builtin) -> Done<Value> {
        if builtin.name == "pick" || builtin.name == "find" {
            return self.texts(builtin);
        }
        let value = self.first(builtin)?;
        match builtin.name {
            "tostr" => Ok(Value::Text(value.put())),
            "tonum" => Ok(value.put().parse().map_or(Value::Nothing, Value::Number)),
            "toarray" => Ok(match value {
                Value::Text(text) => Value::List(text.split(',').map(Value::of_word).collect()),
                other => Value::List(other.members()),
            }),
            "typeof" => Ok(Value::text(match value {
                Value::Nothing => "nothing",
                Value::Text(_) => "str",
                Value::Number(_) => "num",
                Value::Bool(_) => "bool",
                Value::Seconds(_) => "time",
                Value::Id(..) => "id",
                Value::List(_) | Value::Record(_) | Value::Records(_) => "array",
                Value::Code(..) => "code",
            })),
            other => Err(Refusal::unknown(format_args!(":{other}")).into()),
        }
    }

    /// `:pick text from to` and `:find text part`
    fn texts(&mut self, builtin: &Builtin) -> Done<Value> {
        let mut values = Vec::new();
        for arg in &builtin.args {
            values.push(self.eval(arg)?);
        }
        let number = |at: usize| match values.get(at) {
            Some(Value::Number(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
        match (builtin.name, values.as_slice()) {
            ("find", [Value::Text(text), part]) => Ok(text
                .find(&part.put())
                .and_then(|at| i64::try_from(at).ok())
                .map_or(Value::Nothing, Value::Number)),
            ("pick", [Value::List(list), _]) => Ok(number(1)
                .and_then(|at| list.get(at))
                .cloned()
                .unwrap_or(Value::Nothing)),
            ("pick", [Value::Text(text), ..]) => {
                let from = number(1).unwrap_or(0);
                let to = number(2).unwrap_or(from + 1);
                let part: String = text
                    .chars()
                    .skip(from)
                    .take(to.saturating_sub(from))
                    .collect();
                Ok(Value::Text(part))
            }
            _ => Err(Refusal::unknown(format_args!("this use of :{}", builtin.name)).into()),
        }
    }
}

fn cell(value: &Value) -> Done<Cell> {
    Ok(match value {
        Value::Text(text) | Value::Id(_, text) => Cell::Quoted(text.clone()),
        Value::Number(number) => Cell::Number(*number),
        Value::Bool(value) => Cell::Bool(*value),
        Value::Seconds(seconds) => Cell::Duration(*seconds),
        Value::List(list) => Cell::List(list.iter().map(Value::put).collect()),
        _ => return Err(Refusal::unknown("such a value as JSON").into()),
    })
}
