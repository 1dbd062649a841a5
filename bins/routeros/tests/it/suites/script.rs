//! Scripted cases: what was typed, what was said, and what the device heard.
//!
//! The transcript of a case is compared with `tests/golden/SUITE/CASE.txt`;
//! `UPDATE_EXPECT=1` renews it. A case checks what matters by itself as well.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

use super::mask::Masks;
use crate::world::{Operator, Said, World, office};

/// Longer lines of the device's answers are cut in a transcript.
const WIDTH: usize = 160;
/// As many lines of an answer are shown.
const LINES: usize = 12;
/// As many rows of one kind are shown as JSON.
const ROWS: usize = 3;
/// Where it is said that there are more.
const MORE: usize = ROWS + 1;

/// A case that is being played.
pub(crate) struct Script {
    /// The switch and the operator's folder.
    pub(crate) world: World,
    golden: PathBuf,
    port: &'static str,
    dials: BTreeMap<&'static str, SocketAddr>,
    password: String,
    masks: Masks,
    text: String,
}

impl Script {
    /// A case of a suite, against a switch from the factory, with the operator
    /// on ether24.
    pub(crate) fn new(suite: &str, case: &str, minor: u8) -> Self {
        let text = format!("# {suite}: {case}, RouterOS 7.{minor}\n");
        Script::within(World::factory(minor), suite, case, text)
    }

    /// A case against a switch of its own, which the heading tells of.
    pub(crate) fn within(world: World, suite: &str, case: &str, text: String) -> Self {
        let mut masks = Masks::default();
        masks.word(world.home().to_str().expect("text"), "HOME");
        masks.word(&world.sim.fingerprint(), "FINGERPRINT");
        let version = concat!("routeros ", env!("CARGO_PKG_VERSION"));
        masks.word(version, "routeros VERSION");
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        Script {
            world,
            golden: golden.join(suite).join(format!("{case}.txt")),
            port: "ether24",
            dials: BTreeMap::new(),
            password: String::new(),
            masks,
            text,
        }
    }

    /// The operator plugs the cable into another port.
    pub(crate) fn plug(&mut self, port: &'static str) {
        self.port = port;
        self.note(&format!("by {port}"));
    }

    /// The password that is given from now on.
    pub(crate) fn password(&mut self, password: &str) {
        self.password = password.to_owned();
    }

    /// A line that explains the transcript.
    pub(crate) fn note(&mut self, line: &str) {
        self.text.push_str(&format!("\n# {line}\n"));
    }

    /// A file in the operator's folder.
    pub(crate) fn file(&mut self, name: &str, text: &str) {
        std::fs::write(self.world.home().join(name), text).expect("written");
    }

    /// The project's example of a whole office, as `office.toml`, with changes.
    ///
    /// Each change replaces text that must be there.
    pub(crate) fn office(&mut self, changes: &[(&str, &str)]) {
        let mut text = std::fs::read_to_string(office()).expect("the office");
        for (old, new) in changes {
            assert!(text.contains(old), "no {old:?} in the office");
            text = text.replace(old, new);
        }
        self.file("office.toml", &text);
    }

    /// Something is done on the device itself, by hand.
    pub(crate) fn by_hand(&mut self, line: &str) -> String {
        let answer = self.world.sim.console(line);
        self.text.push_str(&format!("\n[by hand] {line}\n"));
        self.answer(&answer);
        answer
    }

    /// How many items the device itself counts: `/menu find where …`.
    pub(crate) fn count(&self, find: &str) -> usize {
        let counted = self.world.sim.console(&format!(":put [:len [{find}]]"));
        counted.trim().parse().expect(find)
    }

    /// The device's own configuration, without the line that names its time.
    pub(crate) fn export(&self) -> String {
        self.world.configuration()
    }

    /// Runs a command that reaches the device; the way to it is not shown.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Said {
        let said = self.run_unshown(arguments);
        self.record(arguments, &said);
        said
    }

    /// As [`Self::run`], for what was shown before.
    pub(crate) fn run_unshown(&mut self, arguments: &[&str]) -> Said {
        self.world.sim.clear_log();
        let dial = self.cable();
        self.world.from(dial, &self.password).run(arguments)
    }

    /// Runs a command in a way of the case's own.
    pub(crate) fn run_as(
        &mut self,
        arguments: &[&str],
        run: impl FnOnce(&mut Operator<'_>) -> Said,
    ) -> Said {
        self.world.sim.clear_log();
        let dial = self.cable();
        let mut operator = self.world.from(dial, "");
        let said = run(&mut operator);
        self.masks.port(operator.dial);
        self.record(arguments, &said);
        said
    }

    fn cable(&mut self) -> SocketAddr {
        let dial = match self.dials.get(self.port) {
            Some(dial) => *dial,
            None => self.world.at(self.port).dial,
        };
        self.dials.insert(self.port, dial);
        self.masks.port(dial);
        dial
    }

    /// Runs a command as it is typed, without a device.
    pub(crate) fn alone(&mut self, arguments: &[&str]) -> Said {
        let said = self.alone_unshown(arguments);
        self.record(arguments, &said);
        said
    }

    /// As [`Self::alone`], for what is too long to be shown.
    pub(crate) fn alone_unshown(&self, arguments: &[&str]) -> Said {
        self.world.sim.clear_log();
        let said = self.world.run(arguments);
        assert_eq!(self.world.sim.log(), [], "the device was asked");
        said
    }

    /// Nothing that changes anything was sent by the last command.
    #[track_caller]
    pub(crate) fn wrote_nothing(&self) {
        assert_eq!(self.world.sim.writes(), []);
    }

    /// The transcript is the one that is known to be right.
    #[track_caller]
    pub(crate) fn matches(self) {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let folder = self.golden.parent().expect("a folder");
            std::fs::create_dir_all(folder).expect("made");
        }
        expect_file![&self.golden].assert_eq(&self.masks.apply(&self.text));
    }

    fn record(&mut self, arguments: &[&str], said: &Said) {
        let shown = arguments.iter().map(|argument| shell_word(argument));
        let shown: Vec<_> = shown.collect();
        self.text
            .push_str(&format!("\n$ routeros {}\n", shown.join(" ")).replace(" \n", "\n"));
        for (mark, stream) in [("", &said.out), ("! ", &said.err)] {
            for line in fewer_rows(stream) {
                self.text
                    .push_str(format!("{mark}{line}").trim_end_matches(' '));
                self.text.push('\n');
            }
        }
        self.text.push_str(&format!("[exit {}]\n", said.code));
        for entry in self.world.sim.log() {
            self.text.push_str(&format!("  > {}\n", entry.command));
            let tells_time = entry.command.contains("uptime");
            let answer = if tells_time { "TIME" } else { &entry.answer };
            self.answer(answer);
        }
    }

    fn answer(&mut self, answer: &str) {
        let lines: Vec<_> = answer.lines().collect();
        for line in lines.iter().take(LINES) {
            let start: String = line.chars().take(WIDTH).collect();
            let cut = if start.len() < line.len() { "…" } else { "" };
            self.text.push_str(&format!("  < {start}{cut}\n"));
        }
        if lines.len() > LINES {
            self.text
                .push_str(&format!("  < … {} lines\n", lines.len()));
        }
    }
}

/// The lines of a stream; of many rows of one kind, the first ones.
fn fewer_rows(stream: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut alike = ("", 0);
    for line in stream.lines() {
        let kind = line
            .strip_prefix("{\"kind\":")
            .and_then(|rest| rest.split(',').next());
        let kind = kind.unwrap_or_default();
        alike = if kind == alike.0 {
            (kind, alike.1 + 1)
        } else {
            (kind, 1)
        };
        match alike.1 {
            _ if kind.is_empty() => lines.push(line.to_owned()),
            1..=ROWS => lines.push(line.to_owned()),
            MORE => lines.push(format!("… more of {kind}")),
            _ => {}
        }
    }
    lines
}

fn shell_word(word: &str) -> String {
    match word.contains([' ', '"', '$']) || word.is_empty() {
        true => format!("'{word}'"),
        false => word.to_owned(),
    }
}
