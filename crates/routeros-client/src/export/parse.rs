//! From text to statements.

use super::join::whole_lines;
use super::token::tokens;
use super::{Export, ExportError, Statement};

/// The commands that an export is made of, and those that change a menu
/// beside them.
const VERBS: [&str; 9] = [
    "add", "set", "remove", "enable", "disable", "move", "unset", "comment", "reset",
];

/// Parses an export of any version: whole, of one menu, terse or verbose.
///
/// # Errors
/// Where a line is neither a menu, a comment nor a command.
pub fn parse(text: &str) -> Result<Export, ExportError> {
    let mut export = Export::default();
    let mut section = String::new();
    for (line, text) in whole_lines(text) {
        let error = |problem| ExportError {
            line,
            problem,
            text: text.clone(),
        };
        if text.trim().is_empty() {
            continue;
        }
        if let Some(statement) = hung(&text) {
            export.statements.push(statement);
        } else if text.starts_with('#') {
            match export.statements.is_empty() {
                true => export.head.take(&text),
                false => export.statements.push(Statement::Comment(text)),
            }
        } else if text.starts_with('/') {
            let statement = parse_command(&text).map_err(error)?;
            if let Statement::Section(path) = &statement {
                section.clone_from(path);
            }
            export.statements.push(statement);
        } else if section.is_empty() {
            return Err(error("a command before the first menu"));
        } else {
            let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
            if !VERBS.contains(&verb) {
                return Err(error("not a command"));
            }
            let tokens = tokens(rest).map_err(error)?;
            let (path, verb) = (section.clone(), verb.to_owned());
            export.statements.push(Statement::Command {
                path,
                inline: false,
                verb,
                tokens,
            });
        }
    }
    Ok(export)
}

/// Parses one line with its menu in front: `/ip address add …`, or
/// `/ip/address add …`; a menu alone is a section.
///
/// # Errors
/// The problem, where it is no such line.
pub fn parse_command(text: &str) -> Result<Statement, &'static str> {
    let mut rest = text.strip_prefix('/').ok_or("not a menu")?;
    let mut path = String::new();
    loop {
        let end = rest.find([' ', '/']).unwrap_or(rest.len());
        let (word, after) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
        if VERBS.contains(&word) && !path.is_empty() {
            let (verb, tokens) = (word.to_owned(), tokens(after)?);
            return Ok(Statement::Command {
                path,
                inline: true,
                verb,
                tokens,
            });
        }
        if word.is_empty()
            || !word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err("not a menu");
        }
        path.push_str(if path.is_empty() { "/" } else { " " });
        path.push_str(word);
        if after.is_empty() {
            return Ok(Statement::Section(path));
        }
        rest = after;
    }
}

/// `#error exporting "/xxx" (timeout)`.
fn hung(line: &str) -> Option<Statement> {
    let rest = line.strip_prefix("#error exporting ")?;
    let menu = rest.split('"').nth(1).unwrap_or(rest);
    Some(Statement::Hung {
        menu: menu.to_owned(),
        text: line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    const TEXT: &str = "# 2026-04-05 06:07:08 by RouterOS 7.20.8\r\n# software id = ABCD-0123\r\n#\r\n# model = CRS326-24G-2S+\r\n# serial number = HD0123456789\r\n/interface bridge\r\n# no link\r\nadd name=bridge-attic\r\n#error exporting \"/interface/wifi\" (timeout)\r\n/ip dns set servers=10.0.0.1\r\n";

    #[test]
    fn heads_sections_and_comments_are_told_apart() {
        let export = parse(TEXT).expect("parses");
        assert_eq!(export.head.version, Some(Version::new(7, 20, 8)));
        assert_eq!(export.head.model.as_deref(), Some("CRS326-24G-2S+"));
        assert_eq!(export.head.serial.as_deref(), Some("HD0123456789"));
        assert_eq!(export.statements.len(), 5);
        assert_eq!(
            export.statements[1],
            Statement::Comment("# no link".to_owned())
        );
        let old = parse("# apr/05/2021 06:07:08 by RouterOS 7.1.3\n#\n/ip pool\n").expect("parses");
        assert_eq!(
            (old.head.version, old.head.date.as_deref()),
            (Some(Version::new(7, 1, 3)), Some("apr/05/2021 06:07:08"))
        );
    }

    #[test]
    fn a_menu_that_hung_makes_the_export_incomplete() {
        assert!(!parse(TEXT).expect("parses").is_whole());
        assert!(
            parse(&TEXT.replace("#error", "# error"))
                .expect("parses")
                .is_whole()
        );
    }

    #[test]
    fn both_styles_of_paths_are_one() {
        assert_eq!(
            parse_command("/ip/address/add address=10.0.0.1/24"),
            parse_command("/ip address add address=10.0.0.1/24")
        );
        assert_eq!(
            parse_command("/ip/dhcp-server"),
            Ok(Statement::Section("/ip dhcp-server".to_owned()))
        );
    }

    #[test]
    fn what_is_no_export_is_refused_with_its_line() {
        assert_eq!(parse("add name=x\n").expect_err("refused").line, 1);
        assert_eq!(
            parse("/ip pool\n\nadd name=\"x\n")
                .expect_err("refused")
                .line,
            3
        );
        assert_eq!(
            parse("/ip pool\nfailure: x\n")
                .expect_err("refused")
                .problem,
            "not a command"
        );
    }
}
