//! Unknown, ignored and refused keys of a configuration file.

use super::keys::{KEYS, Key, Use, tables};

/// Looks at every key of `table`.
///
/// Returns one warning for each reason why something is ignored.
///
/// # Errors
/// One sentence a wrong key, all of them at once.
pub(crate) fn check(table: &toml::Table) -> Result<Vec<String>, Vec<String>> {
    let mut found = Found::default();
    walk("", table, &mut found);
    if found.errors.is_empty() {
        Ok(found.warnings())
    } else {
        Err(found.errors)
    }
}

#[derive(Default)]
struct Found {
    errors: Vec<String>,
    ignored: Vec<(&'static str, Vec<String>)>,
}

impl Found {
    fn ignore(&mut self, path: String, why: &'static str) {
        match self.ignored.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, paths)) => paths.push(path),
            None => self.ignored.push((why, vec![path])),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let line =
            |(why, paths): &(&str, Vec<String>)| format!("ignored {}: {why}", paths.join(", "));
        self.ignored.iter().map(line).collect()
    }
}

fn walk(prefix: &str, table: &toml::Table, found: &mut Found) {
    for (name, value) in table {
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match KEYS.iter().find(|key| key.path == path) {
            Some(Key {
                usage: Use::Ignored(why),
                ..
            }) => found.ignore(path, why),
            Some(Key {
                usage: Use::Refused(instead),
                ..
            }) => {
                found
                    .errors
                    .push(format!("`{path}` is not a key here: {instead}"));
            }
            Some(_) => {}
            None => match value {
                toml::Value::Table(inner) if tables().contains(&path.as_str()) => {
                    walk(&path, inner, found);
                }
                _ => found.errors.push(unknown(prefix, &path)),
            },
        }
    }
}

fn unknown(prefix: &str, path: &str) -> String {
    match suggest(prefix, path) {
        Some(near) => format!("unknown key `{path}`; did you mean `{near}`?"),
        None => format!("unknown key `{path}`; `garretd reference config` lists all keys"),
    }
}

/// The nearest known key or table: first one of the same name elsewhere (a key
/// under the wrong table), then the smallest number of edits.
fn suggest(prefix: &str, path: &str) -> Option<&'static str> {
    let known = || {
        let used = KEYS
            .iter()
            .filter(|key| key.usage == Use::Used)
            .map(|key| key.path);
        used.chain(tables())
    };
    let last = |path: &str| {
        path.rsplit('.')
            .next()
            .unwrap_or_default()
            .replace('_', "-")
    };
    let name = last(path);
    let same = known().find(|candidate| last(candidate) == name);
    same.or_else(|| {
        let inside = known().filter(|candidate| candidate.starts_with(prefix));
        let scored = inside.map(|candidate| (distance(&last(candidate), &name), candidate));
        let best = scored.min_by_key(|(edits, _)| *edits)?;
        (best.0 * 2 <= name.len().max(last(best.1).len())).then_some(best.1)
    })
}

/// Levenshtein distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> String {
        let table = text.parse().expect("toml");
        check(&table).expect_err("refused").join("\n")
    }

    #[test]
    fn unknown_keys_are_errors_with_a_suggestion_inside_tables_too() {
        let table = [
            ("listne = '[::]:1'", "did you mean `listen`?"),
            ("[databse]\nurl = 'x'", "did you mean `database`?"),
            (
                "[database]\nurl = 'x'\npath = 'y'",
                "did you mean `storage.path`?",
            ),
            (
                "[compression]\nlvl = 3",
                "did you mean `compression.level`?",
            ),
            (
                "[garbage_collection]\ninterval = '1h'",
                "did you mean `garbage-collection`?",
            ),
            (
                "default-retention-period = '1d'",
                "`garbage-collection.default-retention-period`",
            ),
            ("[server]\nzzzzzzzzzzzz = 1", "garretd reference config"),
            (
                "[jwt.signing]\ntoken-hs256-secret = 'x'",
                "did you mean `jwt.signing.token-hs256-secret-",
            ),
        ];
        for (text, expected) in table {
            let got = errors(text);
            assert!(got.contains(expected), "{text}\n{got}");
        }
    }

    #[test]
    fn retention_days_is_refused_and_names_the_key_to_use() {
        for text in [
            "retention_days = 90",
            "[garbage-collection]\nretention_days = 90",
        ] {
            assert!(errors(text).contains("default-retention-period"), "{text}");
        }
    }

    #[test]
    fn a_chunking_table_gives_one_warning() {
        let table = "[chunking]\nmin-size = 1\navg-size = 2\nmax-size = 3\nnar-size-threshold = 4";
        let warnings = check(&table.parse().expect("toml")).expect("accepted");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("storage format"), "{warnings:?}");
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
