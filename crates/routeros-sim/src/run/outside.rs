//! Commands whose work is done beside the configuration: backups, resets, reboots, keys, safe mode.

use std::collections::BTreeMap;

use super::{Done, Run, Stop, Value};
use crate::lang;
use crate::state::Refusal;

impl Run<'_> {
    pub(super) fn outside(
        &mut self,
        path: &str,
        verb: &str,
        args: &BTreeMap<&'static str, String>,
    ) -> Done<Value> {
        let text = match (path, verb) {
            ("/system/backup", "save") => self.device.save_backup(args)?,
            ("/system/backup", "load") => {
                let text = self.device.load_backup(args)?;
                self.out.push_str(&text);
                return Err(Stop::Return);
            }
            ("/system", "reset-configuration") => {
                self.device.reset(args)?;
                return Err(Stop::Return);
            }
            ("/system", "reboot") => {
                self.device.reboot();
                return Err(Stop::Return);
            }
            ("/user/ssh-keys", "import") => {
                self.device.import_key(args)?;
                String::new()
            }
            ("/system/script", "run") => return self.run_stored(args),
            // Over exec it is given back as soon as it was taken.
            ("/safe-mode", "take") if args.is_empty() => {
                "Taking Safe Mode session... Success!\n".to_owned()
            }
            ("/safe-mode", "release" | "unroll") => {
                "Safe Mode has not been taken. Action aborted.\n".to_owned()
            }
            _ => return Err(Refusal::unknown(format_args!("{path} {verb}")).into()),
        };
        self.out.push_str(&text);
        Ok(Value::Nothing)
    }

    fn run_stored(&mut self, args: &BTreeMap<&'static str, String>) -> Done<Value> {
        let name = args.get("number").map(String::as_str);
        let scripts = self.device.state.items("/system/script").iter();
        let source = scripts
            .filter(|script| name.is_some() && script.text("name") == name)
            .find_map(|script| script.text("source"))
            .ok_or_else(|| Refusal::new("no such item"))?;
        let script = lang::parse(source, self.device.state.version)
            .map_err(|error| Stop::from(Refusal::new(error.0)))?;
        self.script(&script)
    }
}
