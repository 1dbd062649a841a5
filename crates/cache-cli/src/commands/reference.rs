//! The reference page of the command line, made from the same description as the help.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;
use crate::error::ErrorKind;

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "GARRET_TOKEN",
        "the token that `garret login` takes where none is typed",
    ),
    (
        "GARRET_LOG",
        "what is logged to stderr, such as `debug` or `cache_cli=trace`",
    ),
    (
        "XDG_CONFIG_HOME",
        "where `garret/config.toml` and the user's `nix/nix.conf` are, `~/.config` by default",
    ),
    (
        "XDG_CACHE_HOME",
        "where Nix remembers what caches have, `~/.cache` by default",
    ),
    (
        "NIX_REMOTE",
        "the store that is meant where `--store` names none",
    ),
    (
        "NIX_STORE_DIR, NIX_STATE_DIR",
        "where the machine's store and Nix's database are",
    ),
    (
        "NIX_CONF_DIR, NIX_USER_CONF_FILES, NIX_CONFIG",
        "Nix's own settings, as Nix takes them",
    ),
    ("NO_COLOR", "no colours"),
];

/// The page, in Markdown.
pub fn cli_page() -> String {
    let mut page = String::from("# garret\n\nMade by `garret reference cli`; do not edit.\n\n");
    let mut command = Cli::command();
    command.build();
    section(&mut page, &command, "garret", 2);
    page.push_str("## Exit codes\n\n| code | meaning |\n|--:|---|\n| 0 | all was done |\n");
    let mut kinds: Vec<(u8, &str)> = ErrorKind::ALL
        .iter()
        .map(|kind| (kind.exit_code(), kind.meaning()))
        .collect();
    kinds.sort();
    for (code, meaning) in kinds {
        let _ = writeln!(page, "| {code} | {meaning} |");
    }
    page.push_str("\n## Environment\n\n| variable | meaning |\n|---|---|\n");
    for (name, meaning) in ENVIRONMENT {
        let _ = writeln!(page, "| `{name}` | {meaning} |");
    }
    page
}

fn section(page: &mut String, command: &Command, path: &str, level: usize) {
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let _ = writeln!(page, "{} {path}\n\n{about}.\n", "#".repeat(level.min(4)));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    if !command.has_subcommands() {
        let _ = writeln!(page, "    {usage}\n");
    }
    let shown = |arg: &&Arg| !(arg.is_hide_set() || level > 2 && arg.is_global_set());
    let args: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    if !args.is_empty() {
        page.push_str("| argument | meaning |\n|---|---|\n");
        args.iter().for_each(|arg| row(page, arg));
        page.push('\n');
    }
    for child in command
        .get_subcommands()
        .filter(|child| !child.is_hide_set() && child.get_name() != "help")
    {
        section(
            page,
            child,
            &format!("{path} {}", child.get_name()),
            level + 1,
        );
    }
}

fn row(page: &mut String, arg: &Arg) {
    let takes_value = arg.get_action().takes_values();
    let values: Vec<String> = arg
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    let value = values.join(" ");
    let mut names = Vec::new();
    names.extend(arg.get_short().map(|short| format!("`-{short}`")));
    names.extend(arg.get_long().map(|long| match takes_value {
        true => format!("`--{long} {value}`"),
        false => format!("`--{long}`"),
    }));
    if names.is_empty() {
        names.push(format!("`{value}`"));
    }
    let mut help = arg
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default()
        .replace('|', "\\|");
    let choices: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|choice| format!("`{}`", choice.get_name()))
        .collect();
    if takes_value && !choices.is_empty() {
        let _ = write!(help, ": {}", choices.join(", "));
    }
    let _ = writeln!(page, "| {} | {help} |", names.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visible_command_and_option_is_on_the_page() {
        let page = cli_page();
        for wanted in [
            "## garret\n",
            "### garret push\n",
            "#### garret cache create\n",
            "#### garret cache key retire\n",
            "`--no-closure`",
            "`-j`, `--jobs N`",
            "`nix.conf`",
            "| 4 | the token is not accepted",
            "`GARRET_TOKEN`",
        ] {
            assert!(page.contains(wanted), "{wanted:?} is missing");
        }
        assert!(!page.contains("garret reference\n"), "hidden");
        assert_eq!(page, cli_page());
    }
}
