//! Pages of the reference, made from what the program does.

mod attributes;
mod errors;
mod file;
mod types;

use clap::{Command, CommandFactory, ValueEnum};

use crate::args::Cli;

/// A page of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Commands and options
    Cli,
    /// The format of the file
    File,
    /// What the kinds have
    Attributes,
    /// What can go wrong
    Errors,
}

/// A page, in Markdown.
pub(crate) fn page(page: Page) -> String {
    match page {
        Page::Cli => command_line(),
        Page::File => file::page(),
        Page::Attributes => attributes::page(),
        Page::Errors => errors::page(),
    }
}

fn command_line() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut page = String::from(
        "# routeros\n\nHow the program is used from start to end: \
         [the office's network](../operate/office-network.md). \
         What can go wrong: [errors](routeros-errors.md).\n",
    );
    section(&mut page, &mut root, "routeros", 2);
    page
}

fn section(page: &mut String, command: &mut Command, name: &str, depth: usize) {
    let help = command.render_long_help().to_string();
    let help: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
    page.push_str(&format!(
        "\n{} {name}\n\n```text\n{}\n```\n",
        "#".repeat(depth),
        help.join("\n")
    ));
    let inner = command.get_subcommands_mut();
    for inner in inner.filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        let name = format!("{name} {}", inner.get_name());
        section(page, inner, &name, 3);
    }
}

/// A text within a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ⏎ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_written() {
        for which in Page::value_variants() {
            let text = page(*which);
            assert!(text.starts_with("# ") && text.len() > 1000, "{which:?}");
        }
    }

    #[test]
    fn rows_of_tables_have_as_many_cells_as_their_head() {
        for which in Page::value_variants() {
            let mut cells = None;
            for line in page(*which).lines() {
                let count = line.replace("\\|", "").matches('|').count();
                match line.starts_with('|') {
                    true => assert_eq!(*cells.get_or_insert(count), count, "{line}"),
                    false => cells = None,
                }
            }
        }
    }
}
