//! `import`: the commands of a file.

use super::menu::{Args, text_of};
use super::{Done, Failure, Run, Stop, Value};
use crate::lang;
use crate::state::Refusal;

impl Run<'_> {
    /// Runs a file from its top; what was done before the first failure stays.
    pub(super) fn import(&mut self, args: &Args) -> Done<Value> {
        if args.keys().any(|name| *name != "file-name") {
            return Err(Refusal::unknown("these arguments of import").into());
        }
        let Some(name) = text_of(args, "file-name") else {
            return Err(
                Refusal::new("Script Error: missing value(s) of argument(s) file-name").into(),
            );
        };
        let Some(file) = self.device.files.get(&name) else {
            return Err(Refusal::new(
                "Cannot open import file, file does not exist (:import; line 1)",
            )
            .into());
        };
        let source = String::from_utf8_lossy(&file.contents).into_owned();
        let (script, error) = lang::parse_prefix(&source, self.device.state.version);
        let failure = match self.script(&script) {
            Err(Stop::Failed(failure)) => Some(failure),
            Ok(_) | Err(Stop::Return) => error.map(|error| Failure::new(error.0)),
        };
        match failure {
            None => {
                self.print_line("Script file loaded and executed successfully");
                Ok(Value::Nothing)
            }
            Some(failure) if failure.text.starts_with(crate::UNKNOWN) => Err(Stop::Failed(failure)),
            Some(failure) => {
                let inner = failure.in_script();
                Err(Refusal::new(format!("Script Error: {inner} (:import; line 1)")).into())
            }
        }
    }
}
