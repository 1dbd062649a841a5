//! Docs that name what is there: links between pages, and the tests that
//! docs/reliability.md promises.

use super::tree::Tree;

const RELIABILITY: &str = "docs/reliability.md";

/// Relative links in Markdown files that lead nowhere.
pub(crate) fn links(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in tree.matching("", ".md") {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in targets(text) {
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let wanted = join(folder, target);
            let folder_of = format!("{}/", wanted.trim_end_matches('/'));
            let there = tree.files.contains_key(&wanted)
                || tree.files.keys().any(|file| file.starts_with(&folder_of));
            if !there {
                problems.push(format!("{path}: the link to {target} leads nowhere"));
            }
        }
    }
    problems
}

fn targets(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .collect()
}

/// `docs` and `../README.md` as `README.md`.
fn join(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Source files that the architecture page names and that are not there.
pub(crate) fn architecture(tree: &Tree) -> Vec<String> {
    const PAGE: &str = "docs/architecture.md";
    let Some(page) = tree.get(PAGE) else {
        return vec![format!("{PAGE} is missing")];
    };
    let named = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.ends_with(".rs"));
    let absent = named.filter(|name| {
        let below = format!("/{name}");
        !tree
            .files
            .keys()
            .any(|file| file == name || file.ends_with(&below))
    });
    absent
        .map(|name| format!("{PAGE}: there is no file {name}"))
        .collect()
}

/// Rows of the reliability page that name neither a test that exists nor a later
/// issue. A test is written `crate::…::function`, a wait `later: …`.
pub(crate) fn reliability(tree: &Tree) -> Vec<String> {
    let Some(page) = tree.get(RELIABILITY) else {
        return vec![format!("{RELIABILITY} is missing")];
    };
    let mut problems = Vec::new();
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [rule, proof] = cells[..] else {
            problems.push(format!("{RELIABILITY}: not a row of two cells: {line}"));
            continue;
        };
        if rule.starts_with("---") || rule == "Rule" {
            continue;
        }
        rows += 1;
        let tests: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() && !proof.contains("later:") {
            problems.push(format!(
                "{RELIABILITY}: no test and no `later:` for: {rule}"
            ));
        }
        let absent = tests.into_iter().filter(|test| !exists(tree, test));
        problems.extend(absent.map(|test| format!("{RELIABILITY}: there is no test {test}")));
    }
    let named = attacks(page);
    let absent = named.into_iter().filter(|test| !exists(tree, test));
    problems.extend(absent.map(|test| format!("{RELIABILITY}: there is no test {test}")));
    if rows == 0 {
        problems.push(format!("{RELIABILITY} has no rows"));
    }
    problems
}

/// The tests of the lists that begin with `- Attacked:`, each to the next item.
fn attacks(page: &str) -> Vec<&str> {
    let lists = page.split("\n- Attacked:").skip(1);
    let lists = lists.map(|rest| rest.split("\n- ").next().unwrap_or_default());
    let tests = lists.flat_map(|list| list.split('`').skip(1).step_by(2));
    tests.collect()
}

/// Whether the package has a test function of that name.
fn exists(tree: &Tree, test: &str) -> bool {
    let Some((package, function)) = test.split_once("::") else {
        return false;
    };
    let function = function.rsplit("::").next().unwrap_or_default();
    let declaration = format!("fn {function}(");
    ["crates", "bins"].iter().any(|folder| {
        let prefix = format!("{folder}/{package}/");
        tree.matching(&prefix, ".rs")
            .any(|(_, text)| is_test(text, &declaration) || is_scenario(text, function))
    })
}

/// Whether `declaration` stands right below a `#[test]`-like attribute, with
/// nothing but attributes and comments between.
fn is_test(text: &str, declaration: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let above = |at: usize| {
        let above = lines[..at].iter().rev();
        above.take_while(|line| !line.is_empty() && !line.ends_with(['{', '}', ';']))
    };
    lines.iter().enumerate().any(|(at, line)| {
        line.contains(declaration)
            && above(at).any(|line| line.starts_with("#[") && line.contains("test"))
    })
}

/// Whether a suite (`suite! { … }`, which makes a test of each name in it) lists
/// the function.
fn is_scenario(text: &str, function: &str) -> bool {
    let suite = text.split("\nsuite! {").nth(1).unwrap_or_default();
    suite
        .lines()
        .any(|line| line.trim().trim_end_matches([',', ';']) == function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed() {
        let tree = Tree::of(&[
            (
                "README.md",
                "[a](docs/a.md) [b](docs/b.md#x) [c](https://x.example/) [d](docs/)",
            ),
            (
                "docs/a.md",
                "[r](../README.md) [here](#there) [gone](../gone)",
            ),
        ]);
        let got = links(&tree);
        assert_eq!(got.len(), 2, "{got:?}");
    }

    #[test]
    fn files_on_the_architecture_page_must_exist() {
        let page = "`a/b.rs` then `b.rs`, `gone.rs`, `folder/`";
        let tree = Tree::of(&[("docs/architecture.md", page), ("crates/x/src/a/b.rs", "")]);
        assert_eq!(architecture(&tree).len(), 1);
        assert_eq!(architecture(&Tree::default()).len(), 1);
    }

    #[test]
    fn promised_tests_must_exist() {
        let source = "#[tokio::test]\nasync fn kept() {}\nfn helper() {}\n\
                      \nsuite! {\n    a:\n        listed,\n        last;\n}\n";
        let rows = [
            ("| r | `db::it::kept` |", 0),
            ("| r | later: the sweeper |", 0),
            ("| r | `db::it::listed`, `db::last` |", 0),
            ("| r | `db::kept`, `db::gone` |", 1),
            ("| r | `db::helper` |", 1),
            ("| r | `other::kept` |", 1),
            ("| r | none |", 1),
            ("| r |", 2),
            (
                "| r | `db::kept` |\n\n- Attacked: `db::kept`,\n  `db::gone`\n- Runs: `x::y`",
                1,
            ),
        ];
        for (row, wanted) in rows {
            let page = format!("| Rule | Test |\n| --- | --- |\n{row}\n");
            let tree = Tree::of(&[(RELIABILITY, &page), ("crates/db/tests/it/main.rs", source)]);
            let got = reliability(&tree);
            assert_eq!(got.len(), wanted, "{row}: {got:?}");
        }
    }
}
