//! One step: was its answer understood, and can its exact form be made again?

use routeros_client::export::{Statement, parse, parse_command};
use routeros_client::read::{
    Notice, ReadError, as_value, detail, records, singleton, table, terse,
};
use routeros_client::refusal::{Reason, Refusal};
use routeros_client::schema::Kind;

use super::layout;

/// What has an exact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Command,
    Export,
    Table,
    Singleton,
}

/// What came of a step.
pub(super) enum Verdict {
    /// It was not understood, and why.
    NotRead(String),
    /// It was understood; there is no exact form to make again.
    Read,
    /// It was understood, and made again, or how that differs.
    Written(Form, Result<(), String>),
}

/// Reads a step as the client would, by its command.
pub(super) fn judge(command: &str, answer: &str) -> Verdict {
    let words: Vec<&str> = command
        .split([' ', '/'])
        .filter(|word| !word.is_empty())
        .collect();
    let has = |word: &str| words.contains(&word);
    if let Ok(statement @ Statement::Command { .. }) = parse_command(command)
        && !has("print")
    {
        return changing(command, &statement, answer);
    }
    if Refusal::of_reading(answer).is_some() {
        return Verdict::Read;
    }
    if has("export") {
        return export(answer);
    }
    if command.starts_with(":foreach") {
        return read(records(Kind::DhcpLease, &format!("{answer}@@OK\n")));
    }
    if command.starts_with(":put [") {
        return read(as_value(answer));
    }
    if answer.trim().is_empty() {
        return silent(command, answer);
    }
    if !has("print") && !has("monitor") {
        return other(command, answer);
    }
    if has("count-only") {
        return read(
            answer
                .trim()
                .parse::<u64>()
                .map_err(|_| ReadError::NotUnderstood(answer.to_owned())),
        );
    }
    if has("terse") {
        return read(terse(answer));
    }
    print(answer)
}

/// A command that prints nothing when it succeeds.
fn changing(command: &str, statement: &Statement, answer: &str) -> Verdict {
    match Refusal::of_silent(answer) {
        Some(refusal)
            if refusal.reason == Reason::Other && !refusal.text.starts_with("failure: ") =>
        {
            Verdict::NotRead(format!("an unknown refusal: {refusal}"))
        }
        _ => Verdict::Written(
            Form::Command,
            same(&compact(&statement.to_string()), &compact(command)),
        ),
    }
}

/// People type brackets in another way than exports write them.
fn compact(command: &str) -> String {
    command
        .replace("[ find ]", "[find]")
        .replace("[ find ", "[find where ")
        .replace(" ]", "]")
}

fn export(answer: &str) -> Verdict {
    match parse(answer) {
        Ok(export) => Verdict::Written(Form::Export, same(&export.to_string(), answer)),
        Err(error) => Verdict::NotRead(error.to_string()),
    }
}

/// Nothing printed: an empty list, or a form that prints nothing by itself.
fn silent(command: &str, answer: &str) -> Verdict {
    let asks = command.contains("as-value") || command.contains(" get ");
    match as_value(answer) {
        Err(ReadError::Silent) if asks => Verdict::Read,
        _ if asks => Verdict::NotRead("silence taken for an answer".to_owned()),
        _ => read(table(answer)),
    }
}

fn print(answer: &str) -> Verdict {
    if answer.contains("\nColumns: ") || answer.starts_with("Columns: ") {
        return match table(answer) {
            Ok(table) => {
                Verdict::Written(Form::Table, same(&layout::table(&table, answer), answer))
            }
            Err(ReadError::TooWide(_)) => {
                Verdict::NotRead("cut at 80 columns, and refused as such".to_owned())
            }
            Err(error) => Verdict::NotRead(error.to_string()),
        };
    }
    if answer
        .lines()
        .any(|line| line.trim_start().starts_with("#  "))
    {
        return Verdict::NotRead("a table of RouterOS 6".to_owned());
    }
    if answer
        .lines()
        .all(|line| line.is_empty() || line.starts_with("  ") || line.contains(" echo: "))
    {
        return match singleton(answer) {
            Ok(fields) => {
                let lines = answer.lines().filter(|line| !line.contains(" echo: "));
                let unlogged: String = lines.map(|line| format!("{line}\n")).collect();
                Verdict::Written(
                    Form::Singleton,
                    same(&layout::singleton(&fields, &unlogged), &unlogged),
                )
            }
            Err(error) => Verdict::NotRead(error.to_string()),
        };
    }
    read(detail(answer))
}

/// Commands that the client never reads, and console scripts of one word.
fn other(command: &str, answer: &str) -> Verdict {
    if Notice::read(answer).is_some() {
        return Verdict::Read;
    }
    if command.starts_with(':') && !answer.trim().contains('\n') {
        return Verdict::Read;
    }
    Verdict::NotRead("output that the client has no reader for".to_owned())
}

fn read<T>(result: Result<T, ReadError>) -> Verdict {
    match result {
        Ok(_) => Verdict::Read,
        Err(error) => Verdict::NotRead(error.to_string()),
    }
}

/// The first line that differs.
fn same(made: &str, wanted: &str) -> Result<(), String> {
    if made == wanted {
        return Ok(());
    }
    let pairs = made.lines().zip(wanted.lines());
    let (made, wanted) = pairs
        .clone()
        .find(|(made, wanted)| made != wanted)
        .unwrap_or(("…", "… at the end"));
    Err(format!("made {made:?} for {wanted:?}"))
}
