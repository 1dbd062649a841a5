//! `/system/backup` and `/user/ssh-keys import`.

use std::collections::BTreeMap;

use super::backup::LoadError;
use super::files::with_ending;
use super::users::public_key;
use crate::device::Device;
use crate::state::{Item, Refusal, Val};

type Arguments = BTreeMap<&'static str, String>;

impl Device {
    /// `/system/backup/save`: what is printed.
    pub(crate) fn save_backup(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        known(
            arguments,
            &["name", "password", "dont-encrypt", "encryption"],
        )?;
        let name = arguments.get("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            Refusal::unknown("the name that /system/backup/save chooses by itself")
        })?;
        let password = arguments.get("password").map_or("", String::as_str);
        let contents = self.around.snapshots.save(self.state.clone(), password);
        self.write_file(&with_ending(name, ".backup"), contents)?;
        let before = if self.state.version.minor >= 22 {
            "Saving system configuration\n"
        } else {
            ""
        };
        Ok(format!("{before}Configuration backup saved\n"))
    }

    /// `/system/backup/load`: what is printed before the restart.
    ///
    /// Without a password it asks, and what it asks over exec is not known.
    pub(crate) fn load_backup(&mut self, arguments: &Arguments) -> Result<String, Refusal> {
        known(arguments, &["name", "password"])?;
        let (Some(name), Some(password)) = (arguments.get("name"), arguments.get("password"))
        else {
            return Err(Refusal::unknown(
                "the questions of /system/backup/load without name= and password=",
            ));
        };
        let file = self.files.get(name);
        let file = file
            .or_else(|| self.files.get(&with_ending(name, ".backup")))
            .ok_or_else(|| Refusal::unknown("/system/backup/load of a file that is not there"))?;
        let state = match self.around.snapshots.load(&file.contents, password) {
            Ok(state) => state.clone(),
            Err(LoadError::Damaged) => {
                return Err(Refusal::unknown(
                    "/system/backup/load of a damaged file or of another unit's",
                ));
            }
            Err(LoadError::Password) => {
                return Err(Refusal::unknown(
                    "/system/backup/load with a wrong password",
                ));
            }
        };
        self.around.next = Some(state);
        self.reboot();
        Ok("Restoring system configuration\nSystem configuration restored, rebooting now\n".into())
    }

    /// `/user/ssh-keys import`: the file is gone afterwards.
    pub(crate) fn import_key(&mut self, arguments: &Arguments) -> Result<(), Refusal> {
        known(arguments, &["public-key-file", "user"])?;
        let (Some(name), Some(user)) = (arguments.get("public-key-file"), arguments.get("user"))
        else {
            return Err(Refusal::unknown(
                "/user/ssh-keys import without public-key-file= and user=",
            ));
        };
        if self.state.login(user).is_none() {
            return Err(Refusal::new("input does not match any value of user"));
        }
        let file = self.files.get(name);
        let file = file.ok_or_else(|| Refusal::unknown("a key file that is not there"))?;
        let text = String::from_utf8_lossy(&file.contents).into_owned();
        let key = public_key(&text)
            .ok_or_else(|| Refusal::unknown("a key that is neither ed25519 nor RSA"))?;
        let owner = text.split_ascii_whitespace().nth(2).unwrap_or_default();
        let kind = if key.starts_with("ssh-rsa") {
            "rsa"
        } else {
            "ed25519"
        };
        let mut item = Item::new(0)
            .with("user", Val::text(user))
            .with("key-type", Val::text(kind))
            .with("key-owner", Val::text(owner))
            .with("key", Val::text(key));
        if kind == "ed25519" {
            item = item.with("bits", Val::Number(256));
        }
        self.state.insert("/user/ssh-keys", item);
        self.files.remove(name);
        self.refresh();
        Ok(())
    }
}

/// Refuses arguments that a real device may know and this one does not.
pub(super) fn known(arguments: &Arguments, names: &[&str]) -> Result<(), Refusal> {
    match arguments.keys().find(|name| !names.contains(*name)) {
        Some(name) => Err(Refusal::unknown(format_args!("the argument {name}"))),
        None => Ok(()),
    }
}
