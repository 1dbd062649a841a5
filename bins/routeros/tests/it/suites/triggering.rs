//! How the tool is called upon: by name, by help, by completion.

use super::script::Script;

const SUITE: &str = "triggering";

/// What the tool can be asked for.
const COMMANDS: [&str; 12] = [
    "query",
    "check",
    "render",
    "plan",
    "apply",
    "bootstrap",
    "backup",
    "restore",
    "reset",
    "adopt",
    "cleanup",
    "completions",
];

/// The commands that the program's help lists, but for `help` itself.
pub(crate) fn listed(help: &str) -> Vec<&str> {
    let (_, list) = help.split_once("\nCommands:\n").expect("a list");
    let (list, _) = list.split_once("\n\n").expect("its end");
    let names = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").collect()
}

#[test]
fn help() {
    let mut script = Script::new(SUITE, "help", 16);
    let said = script.alone(&["--help"]).ends(0);
    assert_eq!(listed(&said.out), COMMANDS);
    assert!(said.out.contains("2 the plan has changes"), "{}", said.out);
    assert_eq!(said.err, "");
    script.matches();
}

#[test]
fn help_of_each_command() {
    let mut script = Script::new(SUITE, "help-of-each-command", 16);
    for command in COMMANDS {
        let said = script.alone(&[command, "-h"]).ends(0);
        assert!(said.out.contains(&format!("Usage: routeros {command}")));
        let needs_device = !["check", "render", "completions"].contains(&command);
        assert_eq!(
            said.out.contains("--host <HOST>"),
            needs_device,
            "{command}"
        );
    }
    script.matches();
}

#[test]
fn nothing_but_the_name() {
    let mut script = Script::new(SUITE, "nothing-but-the-name", 16);
    let said = script.alone(&[]).ends(64);
    assert!(said.err.contains("Usage: routeros"), "{}", said.err);
    assert_eq!(said.out, "");
    script.matches();
}

#[test]
fn unknown_words_are_answered_with_the_nearest() {
    let mut script = Script::new(SUITE, "unknown-words", 16);
    for (typed, meant) in [
        (&["aply"][..], "'apply'"),
        (&["bootstrp", "office.toml"], "'bootstrap'"),
        (&["query", "vlns"], "'vlans'"),
        (&["plan", "office.toml", "--hots", "x"], "'--host'"),
        (&["completions", "fsh"], "'fish'"),
    ] {
        let said = script.alone(typed).ends(64);
        assert!(said.err.contains(meant), "{meant}: {}", said.err);
        assert_eq!(said.out, "");
    }
    script.matches();
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let mut script = Script::new(SUITE, "missing-and-wrong", 16);
    for (typed, named) in [
        (&["query"][..], "<SUBJECT>"),
        (&["apply"], "<FILE>"),
        (&["apply", "f", "--confirm-within", "soon"], "'soon'"),
        (
            &["apply", "f", "--confirm-within", "0s"],
            "at least one second",
        ),
        (&["apply", "f", "--force", "all"], "none of lockout"),
        (
            &["plan", "f", "--ask-password", "--password-file", "p"],
            "cannot be used with",
        ),
    ] {
        let said = script.alone(typed).ends(64);
        assert!(said.err.contains(named), "{named}: {}", said.err);
    }
    script.matches();
}

#[test]
fn no_device_is_named() {
    let mut script = Script::new(SUITE, "no-device-is-named", 16);
    let said = script.alone(&["query", "bridges"]).ends(64);
    assert!(said.err.contains("--host"), "{}", said.err);
    assert!(said.err.contains("192.168.88.1"), "{}", said.err);
    script.matches();
}

#[test]
fn other_names_of_commands() {
    let mut script = Script::new(SUITE, "other-names", 20);
    script.office(&[]);
    let bridges = script.run(&["query", "bridges"]).ends(0);
    let other = script.run(&["show", "bridge"]).ends(0);
    assert_eq!(other.out, bridges.out);
    let checked = script.alone(&["check", "office.toml"]).ends(0);
    let other = script.alone(&["validate", "office.toml"]).ends(0);
    assert_eq!(other.out, checked.out);
    script.matches();
}

#[test]
fn completions() {
    let mut script = Script::new(SUITE, "completions", 16);
    for (shell, start, place) in [
        ("bash", "_routeros() {", "bash"),
        ("zsh", "#compdef routeros", "zsh"),
        ("fish", "complete -c routeros", "fish"),
    ] {
        let said = script.alone_unshown(&["completions", shell]).ends(0);
        assert!(said.out.contains(start), "{place}: {}", said.out);
        for word in COMMANDS.iter().chain(&["--json", "--confirm-within"]) {
            let word = word.trim_start_matches("--");
            assert!(said.out.contains(word), "{shell} knows no {word}");
        }
        parses(shell, &said.out);
        script.note(&format!("{shell}: every command is known"));
    }
    let said = script.alone(&["completions", "tcsh"]).ends(64);
    assert!(said.err.contains("bash"), "{}", said.err);
    script.matches();
}

/// The shell itself takes the script, where it is installed.
fn parses(shell: &str, text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("completions");
    std::fs::write(&file, text).expect("written");
    let checked = std::process::Command::new(shell)
        .arg("-n")
        .arg(&file)
        .output();
    if let Ok(output) = checked {
        assert!(output.status.success(), "{shell}: {output:?}");
    }
}

#[test]
fn version() {
    let mut script = Script::new(SUITE, "version", 16);
    let said = script.alone(&["--version"]).ends(0);
    assert!(said.out.starts_with("routeros "), "{}", said.out);
    let of_command = script.alone_unshown(&["apply", "-V"]).ends(0);
    assert!(of_command.out.contains(env!("CARGO_PKG_VERSION")));
    script.matches();
}

#[test]
fn the_skill_is_found_by_name_and_by_what_is_asked() {
    let skill = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/skill/SKILL.md");
    let text = std::fs::read_to_string(skill).expect("the skill");
    let front = text.strip_prefix("---\n").expect("a front matter");
    let (front, _) = front.split_once("\n---\n").expect("its end");
    let names = front.lines().filter(|line| line.starts_with("name:"));
    assert_eq!(names.collect::<Vec<_>>(), ["name: mikrotik-management"]);
    let words = front.to_lowercase();
    for asked in ["/mikrotik-management", "configure mikrotik switch"] {
        assert!(words.contains(asked), "{asked}: {front}");
    }
    let mut script = Script::new(SUITE, "skill", 16);
    script.note("the front matter of SKILL.md");
    front.lines().for_each(|line| script.note(line));
    script.matches();
}
