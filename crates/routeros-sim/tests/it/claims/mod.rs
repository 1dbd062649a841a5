//! What the simulator is willing to print, and what ties each of it to a real device.

mod sweep;
mod ties;

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::Lab;
use crate::replay::transcripts::steps;
use routeros_sim::{UNKNOWN, Version, menus};
use ties::{Tie, section, table};

/// The versions of `12-18 20-24`.
fn minors(text: &str) -> BTreeSet<u8> {
    let number = |text: &str| text.parse::<u8>().expect("a minor version");
    let ranges = text
        .split(' ')
        .map(|range| range.split_once('-').unwrap_or((range, range)));
    ranges
        .flat_map(|(from, to)| number(from)..=number(to))
        .collect()
}

#[test]
fn every_form_that_is_printed_is_tied_and_no_other() {
    let mut claims = sweep::claims();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ([form, of], _) in table("derived") {
        let derived: Vec<String> = claims
            .keys()
            .filter(|(_, other)| *other == form)
            .map(|(path, _)| path.clone())
            .collect();
        for path in derived {
            let minors = claims.remove(&(path.clone(), form)).unwrap_or_default();
            let base = claims.get(&(path.clone(), of)).cloned().unwrap_or_default();
            assert!(
                minors.is_subset(&base),
                "{path} {form} is printed where {of} is not: {minors:?}"
            );
            *counts.entry(form).or_default() += 1;
        }
    }
    for ([path, form, versions], _) in table("forms") {
        let claimed = claims.remove(&(path.to_owned(), form));
        assert_eq!(claimed, Some(minors(versions)), "{path} {form}");
        *counts.entry(form).or_default() += 1;
    }
    assert!(
        claims.is_empty(),
        "printed, and nothing ties it: {claims:?}"
    );
    println!("forms of menus: {counts:?}");
}

const INFERRED: &str = include_str!("../../../src/inferred.md");

#[test]
fn the_office_page_lists_what_is_inferred() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/operate/office-network.md"
    );
    let page = std::fs::read_to_string(page).expect("a page");
    let (_, unproven) = page.split_once("## What is unproven").expect("a section");
    let told = unproven.split("\n\n").find(|part| part.starts_with("- "));
    assert_eq!(told, Some(INFERRED.trim_end()));
}

#[test]
fn every_tie_is_there() {
    let sections = ["forms", "derived", "general", "commands", "refusals"];
    let all = sections.iter().flat_map(|name| section(name));
    let steps = steps();
    let mut counts = [0; 3];
    for (what, tie) in all {
        let what = what.join(" ");
        match tie {
            Tie::Seen(seen) => {
                counts[0] += 1;
                let there = steps
                    .iter()
                    .any(|step| step.name() == seen && !step.output.is_empty());
                assert!(there || steps.is_empty(), "{what}: no step {seen}");
            }
            Tie::Rule(test) => {
                counts[1] += 1;
                assert!(is_a_test(test), "{what}: no test {test}");
            }
            Tie::Inferred(entry) => {
                counts[2] += 1;
                assert!(
                    INFERRED.contains(&format!("- **{entry}**")),
                    "{what}: no entry {entry}"
                );
            }
        }
    }
    let [seen, ruled, taken] = counts;
    println!("ties: {seen} to transcripts, {ruled} to tests of a rule, {taken} inferred");
}

#[test]
fn exported_sections_and_tables_are_those_of_their_transcripts() {
    let steps = steps();
    for ([path, form, versions], tie) in table("forms") {
        let Tie::Seen(seen) = tie else {
            continue;
        };
        for step in steps.iter().filter(|step| step.name() == seen) {
            if form == "export" {
                let section = path.replace('/', " ");
                assert!(step.output.contains(section.trim_start()), "{path}: {seen}");
            } else if step.version.minor != 12 {
                // What has no known version counts as 12.
                assert_eq!(
                    minors(versions),
                    [step.version.minor].into(),
                    "{path} {form}"
                );
            }
        }
    }
}

/// The source of the module of a test.
fn module_of(test: &str) -> Option<String> {
    let (module, _) = test.rsplit_once("::")?;
    let module = module.replace("::", "/");
    let file = format!("{}/tests/it/{module}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(format!("{file}.rs")).ok()
}

fn is_a_test(name: &str) -> bool {
    let function = name.rsplit("::").next().unwrap_or_default();
    module_of(name).is_some_and(|source| source.contains(&format!("#[test]\nfn {function}()")))
}

#[test]
fn every_command_beside_the_usual_ones_is_tied_and_no_other() {
    let usual = [
        "add", "set", "remove", "enable", "disable", "comment", "print", "get", "find",
    ];
    let mut commands = BTreeSet::new();
    for minor in sweep::MINORS {
        for (path, extra) in menus(Version::new(minor)) {
            let extra = extra.iter().filter(|name| !usual.contains(name));
            commands.extend(extra.map(|name| (path, *name)));
        }
    }
    let tied = table("commands").into_iter();
    let tied = tied.map(|([path, name], _)| (path, name)).collect();
    assert_eq!(commands, tied);
}

#[test]
fn every_text_of_a_refusal_is_tied_and_no_other() {
    let mut texts = BTreeSet::new();
    sources(
        &format!("{}/src", env!("CARGO_MANIFEST_DIR")),
        &mut |source| {
            for start in ["Refusal::new(", "Refusal::failure(", ".error("] {
                for (at, _) in source.match_indices(start) {
                    texts.extend(literal(&source[at + start.len()..]));
                }
            }
        },
    );
    let mut tied = BTreeSet::new();
    for ([text], tie) in table("refusals") {
        tied.insert(text.to_owned());
        if let Tie::Rule(test) = tie {
            let (fixed, _) = text.split_once("{}").unwrap_or((text, ""));
            let source = module_of(test).unwrap_or_default();
            assert!(source.contains(fixed), "{test} says nothing of {text:?}");
        }
    }
    assert_eq!(texts, tied);
}

fn sources(folder: &str, read: &mut dyn FnMut(&str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_str().expect("a name");
        if path.is_dir() {
            sources(name, read);
        } else if name.ends_with(".rs") {
            read(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

/// The text that an argument begins with, its braces emptied.
fn literal(argument: &str) -> Option<String> {
    let mut rest = argument.trim_start().trim_start_matches('&');
    rest = rest.strip_prefix("format!(").unwrap_or(rest).trim_start();
    let (text, _) = rest.strip_prefix('"')?.split_once('"')?;
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        inside = inside && c != '}' || c == '{';
        if !inside || c == '{' {
            out.push(c);
        }
    }
    Some(out)
}

#[test]
fn what_must_stay_refused_is_refused() {
    let mut lab = Lab::factory(20);
    lab.quietly(&["/export file=x", "/system/script/add name=s source=\"\""]);
    for line in [
        "/safe-mode take",
        "/safe-mode release",
        "/safe-mode unroll",
        "/safe-mode print",
        ":put [/safe-mode get]",
        "/import x.rsc dry-run verbose=yes",
        "/import x.rsc verbose=yes",
        "/import x.rsc from-line=2",
        "/export verbose",
        "/export",
        "/system/shutdown",
        "/system/script/run s",
        "/system/history/print",
        "/interface/ethernet/monitor ether1 once",
        "/interface/monitor-traffic ether1 once",
        "/interface/print stats",
        "/tool/ping 192.168.88.10 count=1",
        "/system/scheduler/add name=t start-time=startup on-event=\"\"",
        "/ip/address/print foo=1",
        "/ip/address/export where dynamic=no",
    ] {
        let answer = lab.type_in(line);
        assert!(answer.starts_with(UNKNOWN), "{line}: {answer}");
    }
}
