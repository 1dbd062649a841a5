//! `check` and `render`: what needs no device.

use std::path::Path;

use routeros_client::desired::Desired;
use routeros_client::failure::{Code, Failure, Result};

use super::DONE;
use crate::args::Render;
use crate::connection::read;
use crate::console::Console;

/// A file that is valid.
pub(super) fn load(file: &Path) -> Result<Desired> {
    let text = read(file)?;
    Desired::read(&text).map_err(|faults| {
        let mut failure = Failure::new(Code::InvalidFile, format!("{} is not valid", file.display()));
        failure.hints = faults.0.iter().map(|fault| format!("line {}: {}", fault.line, fault.text)).collect();
        failure
    })
}

pub(super) fn check(file: &Path, console: Console) -> Result<u8> {
    let desired = load(file)?;
    let text = format!("{}: valid, {} items declared", file.display(), desired.items.len());
    match console.json {
        true => console.value(&serde_json::json!({"valid": true, "items": desired.items.len()})),
        false => console.data(&text),
    }
    Ok(DONE)
}

pub(super) fn render(args: &Render, _console: Console) -> Result<u8> {
    load(&args.file)?;
    Err(Failure::new(Code::Usage, "not there yet"))
}
