//! `backup`, `restore` and `reset`.

use std::fs;
use std::path::Path;

use routeros_client::backup::{self, Saved};
use routeros_client::device::Device;
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::renewal::{self, Renewed};

use super::{DONE, agreed};
use crate::args::{Backup, Reset, Restore};
use crate::connection::{unreadable, write_private};
use crate::console::Console;
use crate::surroundings::Clock;

/// The backup's name on the device, while it is fetched.
const NAME: &str = "attic-copy";

pub(super) fn save(args: &Backup, console: Console) -> Result<u8> {
    let mut ssh = args.connection.ssh(console, None)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    device.facts()?;
    let saved = backup::save(&mut device, NAME)?;
    let files = keep(&mut device, &saved, &args.output)
        .map_err(|failure| failure.hint(format!("the device still has it, as {}", saved.file)))?;
    // Not before: where nothing could be written, there would be no backup at all.
    if let Err(failure) = backup::remove(&mut device, &saved.file) {
        console.warn(&format!("{} stays on the device: {failure}", saved.file));
    }
    match console.json {
        true => console.value(&serde_json::json!({"event": "finished", "files": files})),
        false => files.iter().for_each(|file| console.data(file)),
    }
    Ok(DONE)
}

/// Writes the backup, and the configuration as text, here; the files.
fn keep(device: &mut Device<'_>, saved: &Saved, output: &Path) -> Result<Vec<String>> {
    let copy = device.get_file(&saved.file)?;
    if copy.len() as u64 != saved.size {
        let message = format!(
            "the backup has {} bytes, its copy {}",
            saved.size,
            copy.len()
        );
        return Err(Failure::new(Code::ConnectionLost, message).hint("try again"));
    }
    let export = backup::export(device)?;
    let mut files = Vec::new();
    for (ending, bytes) in [("backup", &*copy), ("rsc", export.as_bytes())] {
        let mut file = output.as_os_str().to_owned();
        file.push(format!(".{ending}"));
        let shown = file.to_string_lossy().into_owned();
        write_private(file.as_ref(), bytes).map_err(|error| {
            Failure::new(Code::LocalFile, format!("cannot write {shown}: {error}"))
        })?;
        files.push(shown);
    }
    Ok(files)
}

pub(super) fn restore(args: &Restore, console: Console) -> Result<u8> {
    let bytes = fs::read(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    if !backup::is_backup(&bytes) {
        let message = format!(
            "{} is not a backup, or one that is locked with a password",
            args.file.display()
        );
        return Err(Failure::new(Code::LocalFile, message)
            .hint("nothing was sent; name a file NAME.backup that `backup` made"));
    }
    let mut ssh = args.connection.ssh(console, None)?;
    agreed(
        args.yes,
        "load this backup into the device, and start it again?",
        console,
    )?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    let text = match renewal::restore(&mut device, &bytes, args.boot_time)? {
        Renewed::Back => "done: the device is back",
        Renewed::Stranger => {
            "done: the device is back, with the users of the backup; log in as one of them"
        }
    };
    finished(text, console)
}

pub(super) fn reset(args: &Reset, console: Console) -> Result<u8> {
    let mut ssh = args.connection.ssh(console, None)?;
    agreed(
        args.yes,
        "remove the whole configuration of the device, and start it again?",
        console,
    )?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    renewal::reset(&mut Device::new(&mut ssh, &mut clock, &mut hear))?;
    finished(
        "the device resets itself; it will be 192.168.88.1, with its first password and a new host key",
        console,
    )
}

fn finished(text: &str, console: Console) -> Result<u8> {
    match console.json {
        true => console.value(&serde_json::json!({"event": "finished", "text": text})),
        false => console.data(text),
    }
    Ok(DONE)
}
