//! Exports read into views and words, and written again.

use super::Tally;
use super::transcripts::{Step, steps, steps_of_all_eras};
use crate::items::{forever, property, row, view};
use routeros_sim::export::wrap::{Word, wrap};
use routeros_sim::export::{Head, Options, export};
use routeros_sim::view::{Cell, Layout, Row, View};

const SHORTENED: &str = "a value was shortened, or its quotes left, by the donors";

const OLD: &str = "version 6 in a terminal of another width";

#[test]
fn lines_of_real_exports_break_where_they_did() {
    let all = steps_of_all_eras();
    if all.is_empty() {
        return;
    }
    let mut tally = Tally::new("exported commands");
    let mut broken = Tally::new("exported commands that were broken");
    for step in all.iter().filter(|step| is_export(step) && !is_terse(step)) {
        for command in commands(&step.output) {
            if command.starts_with(['#', '/']) {
                continue;
            }
            let again = wrap(&words(&joined(&command)));
            let name = format!("{}: {}", step.file, joined(&command));
            if command.trim_end().contains('\n') {
                broken.note(name.clone(), &command, &again);
            }
            tally.note(name, &command, &again);
        }
    }
    let known = [
        ("network=192.0.2.0", SHORTENED),
        ("gateway=192.0.2.1", SHORTENED),
        ("list=\"office\"", SHORTENED),
        ("list=\"nms\"", SHORTENED),
        ("trap-community=community", SHORTENED),
        ("ansible-facts-6.42", OLD),
        ("ntc-mixed-captures", OLD),
    ];
    broken.settle(&known);
    tally.settle(&known);
}

#[test]
fn whole_exports_of_real_devices_come_out_as_they_were() {
    let all = steps();
    if all.is_empty() {
        return;
    }
    let mut tally = Tally::new("whole exports");
    for step in all.iter().filter(|step| is_export(step)) {
        let (head, time) = head(&step.output);
        let mut views = views(&step.output);
        views.reverse();
        let options = Options {
            terse: is_terse(step),
            ..Options::default()
        };
        let again = export(&views, &head, &time, options, step.version);
        tally.note(step.name(), &step.output, &again);
    }
    tally.settle(&[("l009-7.15.2-exec", SHORTENED)]);
}

fn is_export(step: &Step) -> bool {
    step.command.contains("export") && step.output.starts_with("# ")
}

fn is_terse(step: &Step) -> bool {
    step.command.contains("terse")
}

/// The commands, sections and comments, each with its line ends.
fn commands(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        match out.last_mut() {
            Some(last) if goes_on => *last += &format!("{line}\n"),
            _ => out.push(format!("{line}\n")),
        }
        goes_on = line.ends_with('\\') && !line.starts_with('#');
    }
    out
}

/// A command on one line.
fn joined(command: &str) -> String {
    command.trim_end().replace("\\\n    ", "")
}

/// The words of a command; values without quotes and escapes.
fn words(command: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut rest = command;
    while !rest.is_empty() {
        let end = if rest.starts_with("[ ") {
            rest.find(" ]").expect("a closing bracket") + 2
        } else {
            end_of_word(rest)
        };
        let (word, after) = rest.split_at(end);
        out.push(match word.split_once('=') {
            Some((name, value)) if !word.starts_with('[') => {
                Word::Pair(name.to_owned(), plain(value))
            }
            _ => Word::Plain(word.to_owned()),
        });
        rest = after.trim_start();
    }
    out
}

fn end_of_word(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn plain(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    inner.unwrap_or(value).to_owned()
}

fn head(text: &str) -> (Head, String) {
    let after = |start: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(start));
        line.map(str::to_owned)
    };
    let first = after("# ").expect("a first line");
    let time = first.split(" by ").next().unwrap_or_default();
    let id = after("# software id = ").or_else(|| after("# system id = "));
    let id = id.unwrap_or_default();
    let head = match (after("# model = "), after("# serial number = ")) {
        (Some(model), Some(serial)) => Head::Board {
            software_id: id,
            model,
            serial,
        },
        _ => Head::Virtual { id },
    };
    (head, iso(time))
}

/// `2022-03-13 20:45:48` of `mar/13/2022 20:45:48`.
fn iso(time: &str) -> String {
    let months = "jan feb mar apr may jun jul aug sep oct nov dec";
    let place = months.find(&time[..3]);
    match place {
        Some(at) if time[..3].chars().all(char::is_alphabetic) => {
            format!(
                "{}-{:02}-{}{}",
                &time[7..11],
                at / 4 + 1,
                &time[4..6],
                &time[11..]
            )
        }
        _ => time.to_owned(),
    }
}

fn views(text: &str) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    let mut warnings = Vec::new();
    let mut path = String::new();
    let header = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .count();
    for command in commands(text).iter().skip(header) {
        let line = joined(command);
        if let Some(warning) = line.strip_prefix("# ") {
            warnings.push(warning.to_owned());
            continue;
        }
        let verb = [" add ", " set "].iter().find_map(|verb| line.find(verb));
        let (section, words) = match (line.starts_with('/'), verb) {
            (true, Some(at)) => (line[..at].to_owned(), words(&line[at + 1..])),
            (true, None) => (line.clone(), Vec::new()),
            (false, _) => (path.clone(), words(&line)),
        };
        if section != path {
            let mut next = view(Layout::Singleton, Vec::new(), Vec::new());
            next.path = forever(&section.replace(' ', "/"));
            views.push(next);
            path = section;
        }
        let view = views.last_mut().expect("a section");
        if !words.is_empty() {
            let mut one = item(&words);
            one.warnings = std::mem::take(&mut warnings);
            if words[0] == Word::Plain("add".to_owned()) {
                view.layout = Layout::Table;
            }
            view.rows.push(one);
        }
    }
    views
}

fn item(words: &[Word]) -> Row {
    let mut one = row();
    let set = words[0] == Word::Plain("set".to_owned());
    for word in &words[1..] {
        match word {
            Word::Plain(find) if set => one.find = Some(find.clone()),
            Word::Plain(name) => one.properties.push(property(name, Cell::Present)),
            Word::Pair(name, value) if name == "comment" => one.comment = Some(value.clone()),
            Word::Pair(name, value) => {
                one.properties
                    .push(property(name, Cell::Quoted(value.clone())));
            }
        }
    }
    one.properties.reverse();
    one
}
