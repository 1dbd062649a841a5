//! Backups on the device: saved, looked at, removed, and its configuration as
//! text.

use crate::command::quote::{Escaped, quoted};
use crate::device::{Device, Event, Told, text};
use crate::failure::{Code, Failure, Result};
use crate::read::Notice;
use crate::value::{Type, Value};

/// A backup on the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its name, as `load` takes it.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How many bytes it has.
    pub size: u64,
}

/// Begins a backup that needs no password.
const MARK: [u8; 4] = [0x88, 0xac, 0xa1, 0xb1];

/// Whether this may be a backup that a device loads without a password.
#[must_use]
pub fn is_backup(bytes: &[u8]) -> bool {
    bytes.starts_with(&MARK)
}

/// How often a command whose answer is lost is sent again.
const TRIES: u32 = 5;

/// Saves a backup under a name, in place of one of that name.
///
/// # Errors
/// Where the device refuses, or the file is not there afterwards.
pub fn save(device: &mut Device<'_>, name: &str) -> Result<Saved> {
    let name = format!("{}{name}", folder(device)?);
    let saved = save_as(device, name.clone());
    if saved.as_ref().is_err_and(Failure::is_passing) {
        let file = format!("{name}.backup");
        if remove(device, &file).is_err() {
            let note = format!("{file} may be left on the device");
            device.say(&Event::note(note));
        }
    }
    saved
}

fn save_as(device: &mut Device<'_>, name: String) -> Result<Saved> {
    let answer = device.ask(&format!(
        "/system/backup/save name={} dont-encrypt=yes",
        quoted(&name)
    ))?;
    if Notice::read(&answer) != Some(Notice::BackupSaved) {
        let message = format!("the device did not save a backup: {}", text(&answer));
        return Err(Failure::new(Code::NotArmed, message)
            .hint("nothing was changed; has it space left? /file print"));
    }
    let file = format!("{name}.backup");
    let size = size(device, &file)?;
    Ok(Saved { name, file, size })
}

/// Where files outlive a restart: boards with little memory have a folder for
/// them.
pub(crate) fn folder(device: &mut Device<'_>) -> Result<&'static str> {
    let flash = device.ask_number("[:len [/file/find where name=\"flash\"]]")?;
    Ok(if flash > 0 { "flash/" } else { "" })
}

/// The size in bytes that the device gives for a file.
pub(crate) fn size(device: &mut Device<'_>, file: &str) -> Result<u64> {
    let found = format!("[find where name=\"{}\"]", Escaped(file));
    let shown = device.ask_text(&format!("[/file/get {found} size]"))?;
    match bytes(shown.trim()) {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => {
            let message = format!("the device's {file} has no plausible size: {shown:?}");
            Err(Failure::new(Code::NotArmed, message).hint("nothing was changed"))
        }
    }
}

/// A plain number is bytes here, other than for the memory of caches.
fn bytes(shown: &str) -> Option<u64> {
    match (shown.parse(), Type::Size.read(shown)) {
        (Ok(bytes), _) | (_, Ok(Value::Size(bytes))) => Some(bytes),
        _ => None,
    }
}

/// Removes a file, if it is there.
///
/// # Errors
/// Where it stays.
pub fn remove(device: &mut Device<'_>, file: &str) -> Result<()> {
    let found = format!("[find where name=\"{}\"]", Escaped(file));
    for _ in 0..TRIES {
        match device.tell(&format!("/file remove {found}"))? {
            Told::Refused(refusal) => {
                let message = format!("the device refused to remove it: {refusal}");
                return Err(Failure::new(Code::CommandRefused, message));
            }
            Told::Done => return Ok(()),
            Told::Unknown(_) => {}
        }
    }
    Err(Failure::new(Code::ConnectionLost, "every answer was lost"))
}

/// The whole configuration as text, one command a line.
///
/// # Errors
/// Where it is not whole.
pub fn export(device: &mut Device<'_>) -> Result<String> {
    let answer = device.ask("/export terse")?;
    let hung = answer
        .lines()
        .find(|line| line.starts_with("#error exporting"));
    match hung {
        None if answer.starts_with('#') => Ok(answer),
        Some(line) => Err(incomplete(line)),
        None => Err(incomplete(&text(&answer))),
    }
}

fn incomplete(why: &str) -> Failure {
    Failure::new(
        Code::CommandRefused,
        format!("the device's export is not whole: {why}"),
    )
    .hint("try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_files_are_bytes() {
        assert_eq!(bytes("24576"), Some(24_576));
        assert_eq!(bytes("24KiB"), Some(24_576));
        assert_eq!(bytes(""), None);
    }
}
