//! `check` and `render`: what needs no device.

use std::path::Path;

use routeros_client::desired::Desired;
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::render::{Form, render as script};
use routeros_client::validate::{Finding, Severity, validate};
use routeros_client::words::counted;

use super::DONE;
use crate::args::Render;
use crate::connection::read;
use crate::console::Console;

/// What a file says of the way to the device itself.
const CUTS: [&str; 2] = ["E-management-cut", "E-management-frames"];

/// A file that may be carried out. What is worth knowing of it is said.
pub(super) fn load(file: &Path, console: Console) -> Result<Desired> {
    load_forced(file, false, console)
}

/// As [`load`]; forced, it may cut off management.
pub(super) fn load_forced(file: &Path, forced: bool, console: Console) -> Result<Desired> {
    checked(file, &read(file)?, forced, console)
}

/// As [`load_forced`], of the text of the file.
fn checked(file: &Path, text: &str, forced: bool, console: Console) -> Result<Desired> {
    let desired = parse(file, text)?;
    let findings = validate(&desired, None);
    if let Some(failure) = refusal(file, &findings, forced) {
        return Err(failure);
    }
    for finding in findings {
        console.talk(&format!("warning: {finding}"));
    }
    Ok(desired)
}

/// Why a file is not carried out, if so; forced, it may cut off management.
fn refusal(file: &Path, findings: &[Finding], forced: bool) -> Option<Failure> {
    let cuts = |finding: &&Finding| CUTS.contains(&finding.code);
    let errors = findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error);
    let errors: Vec<_> = errors
        .filter(|finding| !(forced && cuts(finding)))
        .collect();
    if errors.is_empty() {
        return None;
    }
    let mut failure = match errors.iter().all(cuts) {
        true => Failure::new(
            Code::Lockout,
            format!("{} would cut you off", file.display()),
        ),
        false => invalid(file),
    };
    failure.hints = errors.iter().map(ToString::to_string).collect();
    Some(failure)
}

fn parse(file: &Path, text: &str) -> Result<Desired> {
    Desired::read(text).map_err(|faults| {
        let mut failure = invalid(file);
        let lines = faults
            .0
            .iter()
            .map(|fault| format!("line {}: {}", fault.line, fault.text));
        failure.hints = lines.collect();
        failure
    })
}

fn invalid(file: &Path) -> Failure {
    Failure::new(
        Code::InvalidFile,
        format!("{} is not valid", file.display()),
    )
}

pub(super) fn check(file: &Path, console: Console) -> Result<u8> {
    if console.json {
        let desired = parse(file, &read(file)?)?;
        let findings = validate(&desired, None);
        let refused = refusal(file, &findings, false);
        console.value(&serde_json::json!({
            "event": "checked", "valid": refused.is_none(), "findings": findings,
        }));
        return refused.map_or(Ok(DONE), Err);
    }
    let desired = load(file, console)?;
    console.data(&format!(
        "{}: valid, {} declared",
        file.display(),
        counted(desired.items.len(), "item")
    ));
    Ok(DONE)
}

pub(super) fn render(args: &Render, console: Console) -> Result<u8> {
    // Read once: it may be a pipe.
    let text = read(&args.file)?;
    let desired = checked(&args.file, &text, false, console)?;
    let form = if args.guarded {
        Form::Guarded
    } else {
        Form::Blank
    };
    let text = script(&desired, &text, form).map_err(|error| {
        Failure::new(Code::InvalidFile, error.to_string())
            .hint("render works only for what the board has")
    })?;
    match console.json {
        true => console.value(&serde_json::json!({"event": "rendered", "script": text})),
        false => console.data(text.trim_end()),
    }
    Ok(DONE)
}
