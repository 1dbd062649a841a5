//! Wrapped lines made whole again.

/// The lines of a text, each with the number of its first: `\` at the end
/// joins the next one without its leading blanks, inside quotes too.
pub(super) fn whole_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        match lines.last_mut().filter(|_| open) {
            Some((_, before)) => before.push_str(line.trim_start_matches(' ')),
            None => lines.push((number + 1, line.to_owned())),
        }
        let Some((_, whole)) = lines.last_mut() else {
            continue;
        };
        open = !whole.starts_with('#') && continues(whole);
        if open {
            whole.pop();
        }
    }
    lines
}

/// Whether the last backslash is not itself escaped.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_inside_quotes_too() {
        let text = "add comment=\\\n    \"a b\" tagged=\"ether1,sfp-sfpplus\\\n    2\" \\\n    pvid=10\nset a=\"\\\\\"\n# x \\\nadd";
        let lines = whole_lines(text);
        assert_eq!(
            lines[0],
            (
                1,
                "add comment=\"a b\" tagged=\"ether1,sfp-sfpplus2\" pvid=10".to_owned()
            )
        );
        assert_eq!(lines[1], (5, "set a=\"\\\\\"".to_owned()));
        assert_eq!(lines[2], (6, "# x \\".to_owned()));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn an_escaped_backslash_at_the_end_joins_nothing() {
        let lines = whole_lines("set a=b\\\\\nset c=d");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1, "set a=b\\\\");
    }
}
