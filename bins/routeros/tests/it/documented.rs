//! What the pages show is what the program says: every command of their
//! `console` blocks is run against a simulated switch. `UPDATE_EXPECT=1` writes
//! what was said into the pages.
//!
//! Each page begins with a switch from the factory and `office.toml` in the
//! operator's folder. A block marked `console fresh` begins anew, one marked
//! `console ether5` has the operator plugged in there. `$` is the operator's
//! shell, `[admin@attic-switch] >` the switch's own console.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::expect_file;

use crate::suites::mask::Masks;
use crate::suites::triggering::listed;
use crate::world::{World, office};

const FENCE: &str = "```";
const SHELL: &str = "$ ";
const DEVICE: &str = "[admin@attic-switch] > ";

/// Longer outputs are shown by their first and last lines, longer lines cut.
const LINES: usize = 30;
const FIRST: usize = 16;
const LAST: usize = 8;
const WIDTH: usize = 150;

/// Adds the way to the simulator to commands that go to a device.
const WRAPPER: &str = r#"#!/bin/sh
case "$1" in
check | validate | render | completions | help | -*) exec "$ROUTEROS" "$@" ;;
esac
exec "$ROUTEROS" "$@" --host 127.0.0.1 --port "$PORT" --accept-host-key --connect-timeout 2s --command-timeout 3s
"#;

fn docs(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page)
}

/// One operator at one switch.
struct Desk {
    world: World,
    port: String,
    dials: BTreeMap<String, SocketAddr>,
    exports: String,
    masks: Masks,
}

impl Desk {
    fn new() -> Self {
        let world = World::factory(20);
        let home = world.home();
        std::fs::copy(office(), home.join("office.toml")).expect("copied");
        std::fs::create_dir(home.join("bin")).expect("made");
        std::fs::write(home.join("bin/routeros"), WRAPPER).expect("written");
        let made = Command::new("chmod")
            .arg("755")
            .arg(home.join("bin/routeros"))
            .status();
        assert!(made.expect("chmod runs").success());
        let mut masks = Masks::default();
        masks.word(home.to_str().expect("text"), "~");
        masks.word(&world.sim.fingerprint(), "SHA256:FINGERPRINT");
        masks.word("127.0.0.1", "192.168.88.1");
        Desk {
            world,
            port: "ether24".to_owned(),
            dials: BTreeMap::new(),
            exports: String::new(),
            masks,
        }
    }

    fn shell(&mut self, line: &str) -> String {
        if line.starts_with("export ") {
            self.exports.push_str(&format!("{line}\n"));
            return String::new();
        }
        let home = self.world.home();
        let path = std::env::var("PATH").expect("a PATH");
        let world = &self.world;
        let dial = self.dials.entry(self.port.clone());
        let dial = *dial.or_insert_with_key(|port| world.at(port).dial);
        let output = Command::new("sh")
            .args(["-c", &format!("{}{line}", self.exports)])
            .env_clear()
            .env("HOME", home)
            .env("PATH", format!("{}:{path}", home.join("bin").display()))
            .env("PORT", dial.port().to_string())
            .env("ROUTEROS", env!("CARGO_BIN_EXE_routeros"))
            .env("ROUTEROS_PASSWORD", "")
            .current_dir(home)
            .output()
            .expect("sh runs");
        let port = format!("192.168.88.1:{}", dial.port());
        let shown = self.masks.apply(&said(&output));
        shorten(&shown.replace(&port, "192.168.88.1:22"))
    }

    fn device(&self, line: &str) -> String {
        let answer = self.world.sim.console(line);
        shorten(&self.masks.apply(answer.trim_end()))
    }
}

/// Talk, then data, then how it ended.
fn said(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stdout));
    match output.status.code() {
        Some(0) => {}
        code => text.push_str(&format!("[exit {}]\n", code.expect("an exit code"))),
    }
    text
}

fn shorten(text: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…\n", line[..at].trim_end()),
        None => format!("{}\n", line.trim_end()),
    };
    let lines: Vec<String> = text.lines().map(cut).collect();
    if lines.len() <= LINES {
        return lines.concat();
    }
    let left_out = lines.len() - FIRST - LAST;
    let (first, last) = (&lines[..FIRST], &lines[lines.len() - LAST..]);
    format!(
        "{}… {left_out} more lines …\n{}",
        first.concat(),
        last.concat()
    )
}

/// The page as it should be, and how many commands of the program it shows.
fn play(page: &str) -> (String, usize) {
    let mut desk = Desk::new();
    let (mut text, mut inside, mut count) = (String::new(), false, 0);
    for line in page.lines() {
        let command = [SHELL, DEVICE].iter().any(|mark| line.starts_with(mark));
        if let Some(info) = line.strip_prefix(FENCE) {
            let mut words = info.split(' ');
            inside = words.next() == Some("console");
            let words: Vec<_> = words.collect();
            if inside {
                if words.contains(&"fresh") {
                    desk = Desk::new();
                }
                let port = words.iter().find(|word| word.starts_with("ether"));
                desk.port = port.map_or("ether24", |port| *port).to_owned();
            }
        } else if inside && !command {
            continue;
        }
        text.push_str(&format!("{line}\n"));
        if !inside {
            continue;
        }
        if let Some(line) = line.strip_prefix(SHELL) {
            count += usize::from(line.starts_with("routeros "));
            text.push_str(&desk.shell(line));
        } else if let Some(line) = line.strip_prefix(DEVICE) {
            text.push_str(&desk.device(line));
        }
    }
    (text, count)
}

#[track_caller]
fn holds(page: &str, least: usize) {
    let file = docs(page);
    let (text, count) = play(&std::fs::read_to_string(&file).expect("the page"));
    assert!(count >= least, "{page} shows {count} commands");
    expect_file![file].assert_eq(&text);
}

#[test]
fn the_skill_shows_what_the_program_says() {
    holds("skill/SKILL.md", 20);
}

#[test]
fn the_cases_of_the_skill_are_what_the_program_does() {
    holds("skill/test-cases.md", 20);
}

#[test]
fn the_way_to_the_office_network_is_what_the_program_does() {
    holds("operate/office-network.md", 8);
}

#[test]
fn a_file_that_comes_by_a_pipe_is_rendered_as_it_is() {
    let mut desk = Desk::new();
    let file = desk.shell("routeros render office.toml");
    assert!(file.contains("# input sha256:"), "{file}");
    let piped = desk.shell("cat office.toml | routeros render /dev/stdin");
    assert_eq!(piped, file);
}

#[test]
fn the_skill_shows_every_command() {
    let page = std::fs::read_to_string(docs("skill/SKILL.md")).expect("the page");
    let said = World::factory(20).run(&["--help"]).ends(0);
    for command in listed(&said.out) {
        assert!(
            page.contains(&format!("\n$ routeros {command} ")),
            "{command} is not shown"
        );
    }
}
