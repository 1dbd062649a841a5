//! Running other programs: what is run is said on stderr, a failure names the
//! command, and a child never outlives the task (see [`crate::cleanup`]).

use std::io::Read;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cleanup::Child;

/// A title on stderr.
pub(crate) fn step(text: &str) {
    eprintln!("\n== {text}");
}

/// The command as one would type it.
pub(crate) fn display(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| quote(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs a command with this process's output.
///
/// # Errors
/// If it cannot be started or does not end with exit code 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", display(command));
    quiet(command)
}

/// As [`run`], without saying the command first.
///
/// # Errors
/// As [`run`].
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let status = Child::spawn(command)?.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", display(command));
    }
    Ok(())
}

/// What a command writes to stdout; its stderr goes where ours goes, if the
/// command says nothing else.
///
/// # Errors
/// As [`run`], or if the output is not UTF-8.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let (ok, text) = try_read(command)?;
    if !ok {
        bail!("{} failed", display(command));
    }
    Ok(text)
}

/// Whether a command succeeds, and what it writes to stdout.
///
/// # Errors
/// If it cannot be started, or the output is not UTF-8.
pub(crate) fn try_read(command: &mut Command) -> Result<(bool, String)> {
    let mut child = Child::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let mut text = String::new();
    if let Some(stdout) = child.inner().stdout.as_mut() {
        stdout
            .read_to_string(&mut text)
            .with_context(|| format!("reading the output of {}", display(command)))?;
    }
    Ok((child.wait()?.success(), text))
}

/// Whether a program can be found on the search path.
pub(crate) fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_they_would_be_typed() {
        let mut command = Command::new("echo");
        command.args(["a b", "it's", "x=/nix/store", ""]);
        assert_eq!(display(&command), r"echo 'a b' 'it'\''s' x=/nix/store ''");
    }

    #[test]
    fn a_failure_is_an_error_and_output_is_read() {
        assert!(quiet(Command::new("sh").args(["-c", "exit 3"])).is_err());
        assert_eq!(read(Command::new("echo").arg("hi")).unwrap(), "hi\n");
        assert!(run(&mut Command::new("/no/such/program")).is_err());
    }
}
