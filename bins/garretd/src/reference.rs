//! Pages of the reference, made from what the program does, and completions.

use cache_server::http::reference;
use clap::{Command, CommandFactory as _};

use crate::cli::{Cli, Page};
use crate::config::keys::{KEYS, Key, Use};
use crate::config::secret;
use crate::failure::Failure;

/// Prints completions for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(
        shell,
        &mut Cli::command(),
        "garretd",
        &mut std::io::stdout(),
    );
}

/// Prints a page.
pub(crate) fn print(page: Page) -> Result<(), Failure> {
    let text = match page {
        Page::GarretdCli => command_line(),
        Page::Config => config(),
        Page::Api => reference::api(),
        Page::Errors => reference::errors(),
        Page::Metrics => reference::metrics(),
    };
    print!("{text}");
    Ok(())
}

fn command_line() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut page = String::from("# garretd\n");
    section(&mut page, &mut root, "garretd", 2);
    page
}

fn section(page: &mut String, command: &mut Command, name: &str, depth: usize) {
    let help = command.render_long_help();
    page.push_str(&format!(
        "\n{} {name}\n\n```text\n{}\n```\n",
        "#".repeat(depth),
        help.to_string().trim_end()
    ));
    for inner in command
        .get_subcommands_mut()
        .filter(|inner| !inner.is_hide_set())
    {
        if inner.get_name() != "help" {
            let name = format!("{name} {}", inner.get_name());
            section(page, inner, &name, 3);
        }
    }
}

fn config() -> String {
    let mut page = String::from(INTRODUCTION);
    for name in secret::VARIABLES
        .iter()
        .chain(secret::FILE_VARIABLES)
        .map(|(name, _)| name)
    {
        page.push_str(&format!("- `{name}`\n"));
    }
    page.push_str("\n## Keys\n\n| key | value | default | |\n|---|---|---|---|\n");
    for key in KEYS.iter().filter(|key| key.usage == Use::Used) {
        let Key {
            path,
            kind,
            default,
            doc,
            ..
        } = key;
        page.push_str(&format!("| `{path}` | {kind} | {default} | {doc} |\n"));
    }
    page.push_str("\n## Attic's keys that do nothing here\n\nThey are accepted with a warning.\n\n| key | why |\n|---|---|\n");
    for key in KEYS {
        if let Use::Ignored(why) = key.usage {
            page.push_str(&format!("| `{}` | {why} |\n", key.path));
        }
    }
    page
}

const INTRODUCTION: &str = "# Configuration of garretd

TOML, with Attic's keys and meanings. Read from the first of these that there is: `-f FILE`; the file that `GARRET_CONFIG`
names; base64 of the text in `GARRET_CONFIG_BASE64` or `ATTIC_SERVER_CONFIG_BASE64`; under the name `atticd` Attic's
`$XDG_CONFIG_HOME/attic/server.toml`; `/etc/garret/garretd.toml`. Without
any of them the server runs from a folder of its own, DATA: `--data-dir`, `GARRET_DATA_DIR`, `/var/lib/garret` for root,
else `$XDG_DATA_HOME/garret`. `-f` may also name a SQLite database: the storage then lies beside it.

A key that is not listed here is an error. Durations are text such as `90 days`, `24h` or `1day 2h`; sizes are numbers
of bytes or text such as `16 MiB`. The database may be named by `GARRET_DATABASE_URL` or `ATTIC_SERVER_DATABASE_URL`.

The key that signs tokens stands in `[jwt.signing]`, else in one of these variables, tried in this order (those ending
in `_FILE` name a file), else in the file `token-secret` beside the database, which a start without configuration makes:

";
