//! Sizes of files and functions.

use super::tree::Tree;

/// The most lines of a source file without its tests.
const FILE_LIMIT: usize = 600;
/// The most lines of a function before it is reported.
const FUNCTION_LIMIT: usize = 70;

/// Lines of source files and of functions.
#[derive(Debug, Default)]
pub(crate) struct Report {
    files: Vec<(usize, String)>,
    functions: Vec<(usize, String)>,
    test_lines: usize,
}

impl Report {
    /// Measures every Rust file.
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut report = Self::default();
        for (path, text) in tree.matching("", ".rs") {
            let all = text.lines().count();
            if path.contains("/tests/") || path.ends_with("/tests.rs") {
                report.test_lines += all;
                continue;
            }
            let source = without_tests(text);
            report.test_lines += all - source.lines().count();
            report.files.push((source.lines().count(), path.to_owned()));
            let functions = functions(source).into_iter();
            report
                .functions
                .extend(functions.map(|(name, lines)| (lines, format!("{path}: {name}"))));
        }
        report.files.sort();
        report.functions.sort();
        report
    }

    /// Files above the limit.
    pub(crate) fn problems(&self) -> Vec<String> {
        let long = self.files.iter().filter(|(lines, _)| *lines > FILE_LIMIT);
        long.map(|(lines, path)| {
            format!("{path} has {lines} lines without tests, the limit is {FILE_LIMIT}")
        })
        .collect()
    }

    /// One line about the whole tree.
    pub(crate) fn summary(&self) -> String {
        let middle = |list: &[(usize, String)]| list.get(list.len() / 2).map_or(0, |(n, _)| *n);
        let last = |list: &[(usize, String)]| list.last().map_or(0, |(n, _)| *n);
        let lines: usize = self.files.iter().map(|(lines, _)| lines).sum();
        format!(
            "{} source files, {lines} lines (median {}, longest {}), {} lines of tests; \
             {} functions (median {} lines, longest {}, {} above {FUNCTION_LIMIT})",
            self.files.len(),
            middle(&self.files),
            last(&self.files),
            self.test_lines,
            self.functions.len(),
            middle(&self.functions),
            last(&self.functions),
            self.long_functions().len(),
        )
    }

    /// Functions above the limit, longest first.
    pub(crate) fn long_functions(&self) -> Vec<String> {
        let long = self
            .functions
            .iter()
            .rev()
            .filter(|(lines, _)| *lines > FUNCTION_LIMIT);
        long.map(|(lines, name)| format!("{lines} lines: {name}"))
            .collect()
    }
}

/// A source text up to its inline tests.
pub(crate) fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod tests {")
        .map_or(text, |at| &text[..=at])
}

/// Names and lengths of functions, found by indentation: rustfmt closes a
/// function in the column in which its first line starts.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let closing = format!("{indent}}}");
        let first = lines[at..]
            .iter()
            .position(|line| line.trim_end().ends_with(['{', ';', '}']));
        let Some(first) = first.filter(|first| lines[at + first].ends_with('{')) else {
            continue;
        };
        let end = lines[at + first..].iter().position(|line| *line == closing);
        if let Some(end) = end {
            found.push((name.to_owned(), first + end + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    const BEFORE: &[&str] = &[
        "pub",
        "pub(crate)",
        "pub(super)",
        "const",
        "async",
        "unsafe",
    ];
    let mut words = line.trim_start().split(' ');
    let word = words.find(|word| !BEFORE.contains(word))?;
    if word != "fn" {
        return None;
    }
    words.next()?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
/// fn not_this() {
pub(crate) async fn long(
    a: u8,
) {
    {
    }
}
trait T {
    fn declared(&self);
    const fn short<'a>() -> u8 {
        1
    }
}

#[cfg(test)]
mod tests {
    fn in_tests() {
    }
}
";

    #[test]
    fn functions_and_tests_are_told_apart() {
        let source = without_tests(SOURCE);
        assert!(!source.contains("in_tests"));
        let wanted = [("long".to_owned(), 6), ("short".to_owned(), 3)];
        assert_eq!(functions(source), wanted);
    }

    #[test]
    fn a_file_above_the_limit_is_a_problem() {
        let long = "x\n".repeat(FILE_LIMIT + 1);
        let tree = Tree::of(&[("a/b.rs", &long), ("a/tests/c.rs", &long)]);
        let report = Report::of(&tree);
        assert_eq!(report.problems().len(), 1);
        assert!(report.summary().contains("601 lines of tests"));
    }
}
