//! Words that have no place in the tree: paths of the machine it was written on,
//! and marks of unfinished work.

use super::tree::Tree;

/// Written in two halves, so that this file does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of one machine"),
    (
        concat!("../sha", "red"),
        "a folder that a clone does not have",
    ),
    (
        concat!("DESIGN", ".md"),
        "a page that is not here; docs/architecture.md is",
    ),
    (concat!("FORMATS", ".md"), "a page that is not here"),
    (concat!("/home", "/user"), "a path of one machine"),
    (concat!("todo", "!("), "unfinished"),
    (concat!("unimplemented", "!("), "unfinished"),
    (concat!("FIX", "ME"), "unfinished"),
    (concat!("XX", "X:"), "unfinished"),
];

/// The one file that may look for that folder, and goes on without it.
const MAY_LOOK: (&str, &str) = (".ci/run", concat!("../sha", "red"));

/// Every line with such a word.
pub(crate) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in &tree.files {
        for (number, line) in text.lines().enumerate() {
            let found = FORBIDDEN.iter().filter(|(word, _)| line.contains(word));
            for (word, why) in found.filter(|(word, _)| (path.as_str(), *word) != MAY_LOOK) {
                problems.push(format!("{path}:{}: {word}: {why}", number + 1));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found() {
        for (word, _) in FORBIDDEN {
            let text = format!("fine\nsee {word}x\n");
            assert_eq!(check(&Tree::of(&[("a.md", &text)])).len(), 1, "{word}");
        }
        assert!(check(&Tree::of(&[("a.md", "fine\n")])).is_empty());
        let (file, word) = MAY_LOOK;
        assert!(check(&Tree::of(&[(file, word)])).is_empty());
    }
}
