//! Blocks, terse lines, value lists, singletons and empty printouts, read and printed again.

use super::Tally;
use super::transcripts::{Step, steps};
use crate::items::{forever, legend, property, raised, row, view};
use routeros_sim::print::{Form, Options, print};
use routeros_sim::view::{Cell, Flag, Layout, Row, View};

fn form(form: Form) -> Options {
    Options {
        form,
        ..Options::default()
    }
}

fn replay(
    what: &'static str,
    wanted: fn(&Step) -> bool,
    again: fn(&Step) -> String,
    known: &[(&str, &str)],
) {
    let all = steps();
    if all.is_empty() {
        return;
    }
    let mut tally = Tally::new(what);
    for step in all.iter().filter(|step| wanted(step)) {
        tally.note(
            step.name(),
            &step.comparable(&step.output),
            &step.comparable(&again(step)),
        );
    }
    tally.settle(known);
}

#[test]
fn blocks_of_real_devices_come_out_as_they_were() {
    let wanted = |step: &Step| {
        let of_print = step.command.contains("print") && !step.command.contains("terse");
        let item = |line: &str| line.trim_start().starts_with("0 ") && line.contains('=');
        let legend = step.output.starts_with("Flags: ") && step.output.ends_with(" \n\n");
        let table = step.output.contains("Columns: ");
        of_print && !table && (legend || step.output.lines().any(item))
    };
    let again = |step: &Step| print(&blocks(&step.output), form(Form::Detail), step.version);
    replay(
        "blocks",
        wanted,
        again,
        &[(
            "manual-samples: /interface/bridge/vlan/print detail",
            "a wide terminal",
        )],
    );
}

#[test]
fn terse_lines_of_real_devices_come_out_as_they_were() {
    let wanted = |step: &Step| step.command.contains("print terse") && step.output != "\n";
    let again = |step: &Step| print(&terse(&step.output), form(Form::Terse), step.version);
    replay("terse", wanted, again, &[]);
}

#[test]
fn singletons_of_real_devices_come_out_as_they_were() {
    let wanted = |step: &Step| {
        step.command.ends_with(" print")
            && step.output.starts_with("  ")
            && step.output.contains(": ")
    };
    let again = |step: &Step| {
        let rows = vec![named_lines(&step.output).0];
        let text = print(
            &view(Layout::Singleton, Vec::new(), rows),
            form(Form::Own),
            step.version,
        );
        // One of the recorders drops the empty line at the end.
        if step.output.ends_with("\n\n") {
            text
        } else {
            text.trim_end_matches('\n').to_owned() + "\n"
        }
    };
    replay("singletons", wanted, again, &[]);
}

#[test]
fn value_lists_of_real_devices_come_out_as_they_were() {
    let wanted = |step: &Step| step.command.contains("value-list");
    let again = |step: &Step| {
        let (mut one, flags) = named_lines(&step.output);
        one.properties.retain(|property| property.name != "flags");
        let flags = if flags {
            legend("X - disabled")
        } else {
            Vec::new()
        };
        print(
            &view(Layout::Table, flags, vec![one]),
            form(Form::ValueList),
            step.version,
        )
    };
    replay("value lists", wanted, again, &[]);
}

#[test]
fn empty_printouts_and_counts_of_real_devices_come_out_as_they_were() {
    let wanted = |step: &Step| {
        step.command.contains(" print")
            && (step.output == "\n" || step.command.contains("count-only"))
    };
    let again = |step: &Step| {
        let count = step.output.trim().parse().unwrap_or(0);
        let view = view(Layout::Table, legend("X - disabled"), vec![row(); count]);
        let terse = step.command.contains("terse");
        let mut options = form(if terse { Form::Terse } else { Form::Own });
        options.count_only = step.command.contains("count-only");
        print(&view, options, step.version)
    };
    replay("empty printouts and counts", wanted, again, &[]);
}

/// Blocks: a legend that may go on over lines, then items parted by empty lines.
fn blocks(text: &str) -> View {
    let mut flags = String::new();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let goes_on = flags.is_empty() && line.starts_with("Flags: ")
            || !flags.is_empty() && !line.starts_with(' ') && line.contains(" - ");
        if !goes_on {
            break;
        }
        flags.push_str(line.trim_start_matches("Flags: "));
        rest = after;
    }
    let flags = legend(&flags);
    let groups = flags.last().map_or(0, |flag| usize::from(flag.group) + 1);
    let items = rest.split("\n\n").filter(|item| !item.trim().is_empty());
    let rows = items.map(|item| block(item, groups, &flags)).collect();
    view(Layout::Block, flags, rows)
}

fn block(item: &str, groups: usize, flags: &[Flag]) -> Row {
    let mut one = row();
    let (head, mut rest) = item.split_at(if groups == 0 { 3 } else { 4 + groups });
    one.number = head[..2].trim().parse().ok();
    one.flags = raised(&head[2..], flags);
    if let Some(comment) = rest.strip_prefix(";;; ") {
        let (comment, after) = comment.split_once('\n').expect("properties");
        one.comment = Some(comment.to_owned());
        rest = after;
    }
    one.properties = words(rest)
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                None => Cell::Present,
                Some(value) => match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                    Some("") => Cell::List(Vec::new()),
                    Some(quoted) => Cell::Quoted(quoted.to_owned()),
                    None => Cell::Bare(value),
                },
            };
            property(&name, value)
        })
        .collect();
    one
}

/// `name=value` and bare words; a time's second half belongs to its first.
fn words(text: &str) -> Vec<(String, Option<String>)> {
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    for word in text.split_whitespace() {
        if let Some((name, value)) = word.split_once('=') {
            out.push((name.to_owned(), Some(value.to_owned())));
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            let (_, value) = out.last_mut().expect("a word before");
            *value.as_mut().expect("a value before") += &format!(" {word}");
        } else {
            out.push((word.to_owned(), None));
        }
    }
    out
}

/// Terse lines, whose letters stand for groups of their own.
fn terse(text: &str) -> View {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let mut flags: Vec<Flag> = Vec::new();
    let mut rows = Vec::new();
    for line in lines {
        let mut one = row();
        let start = line
            .find('=')
            .map_or(0, |sign| line[..sign].rfind(' ').map_or(0, |at| at + 1));
        let (head, rest) = line.split_at(start);
        let digits = head
            .trim_start()
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(0);
        one.number = head[..digits].parse().ok();
        let slot = if digits > 0 {
            &head[digits + 1..]
        } else {
            head
        };
        for (group, letter) in (0..).zip(slot.chars()).filter(|(_, letter)| *letter != ' ') {
            let name = forever(&letter.to_string());
            flags.push(Flag {
                letter,
                name,
                group,
            });
            one.flags.push(name);
        }
        one.properties = words(rest)
            .into_iter()
            .map(|(name, value)| property(&name, Cell::Bare(value.expect("a value"))))
            .collect();
        if one.properties[0].name == "comment" {
            let comment = one.properties.remove(0);
            if let Cell::Bare(text) = comment.value {
                one.comment = Some(text);
            }
        }
        rows.push(one);
    }
    view(Layout::Table, flags, rows)
}

/// `name: value` lines, and whether `flags` is among them.
fn named_lines(text: &str) -> (Row, bool) {
    let mut one = row();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.trim_start().strip_prefix(";;; ") {
            one.comment = Some(comment.to_owned());
            continue;
        }
        let (name, value) = line.trim_start().split_once(':').expect("a name");
        one.properties
            .push(property(name, Cell::Bare(value.trim().to_owned())));
    }
    let flags = one
        .properties
        .iter()
        .any(|property| property.name == "flags");
    (one, flags)
}
