//! Commands whose work is done beside the configuration: backups, resets, reboots, keys.

use std::collections::BTreeMap;

use super::{Done, Run, Stop, Value};
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
            _ => return Err(Refusal::unknown(format_args!("{path} {verb}")).into()),
        };
        self.out.push_str(&text);
        Ok(Value::Nothing)
    }
}
