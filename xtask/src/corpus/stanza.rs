//! Debian's package index: the few fields of it that make a corpus.

use std::collections::BTreeMap;

use anyhow::Result;

/// What is known of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stanza {
    /// `Version`, with its epoch.
    pub(crate) version: String,
    /// `SHA256` of the .deb file, in hex.
    pub(crate) sha256: String,
    /// `Pre-Depends` and `Depends`: groups of alternatives, names only.
    pub(crate) depends: Vec<Vec<String>>,
    /// `Provides`, names only.
    pub(crate) provides: Vec<String>,
}

/// Reads the stanzas of an index (`apt-cache dumpavail`), by package name, those
/// of `arch` and of every architecture. Of two with one name the first stays, unless
/// the other's version is to be `preferred` to its.
///
/// # Errors
/// If versions cannot be compared.
pub(crate) fn parse_index(
    text: &str,
    arch: &str,
    preferred: impl Fn(&str, &str) -> Result<bool>,
) -> Result<BTreeMap<String, Stanza>> {
    let mut index: BTreeMap<String, Stanza> = BTreeMap::new();
    for paragraph in text.split("\n\n") {
        let fields = fields(paragraph);
        let field = |name: &str| fields.get(name).copied().unwrap_or_default();
        let (name, of) = (field("Package"), field("Architecture"));
        if name.is_empty() || field("SHA256").is_empty() || (of != arch && of != "all") {
            continue;
        }
        let version = field("Version");
        if let Some(first) = index.get(name)
            && (first.version == version || !preferred(version, &first.version)?)
        {
            continue;
        }
        let stanza = Stanza {
            version: version.to_owned(),
            sha256: field("SHA256").to_owned(),
            depends: [groups(field("Pre-Depends")), groups(field("Depends"))].concat(),
            provides: groups(field("Provides")).concat(),
        };
        index.insert(name.to_owned(), stanza);
    }
    Ok(index)
}

fn fields(paragraph: &str) -> BTreeMap<&str, &str> {
    paragraph
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.trim()))
        .collect()
}

/// `a (>= 1) | b:any, c` as `[[a, b], [c]]`.
fn groups(relation: &str) -> Vec<Vec<String>> {
    relation
        .split(',')
        .map(|group| {
            group
                .split('|')
                .filter_map(|name| name.trim().split(['(', ' ', ':', '[']).next())
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|group| !group.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "\
Package: a
Version: 1:2.0-1
Architecture: amd64
Pre-Depends: libc6 (>= 2.34)
Depends: b (= 1) | c:any,
 d
Provides: virtual (= 2), other
SHA256: 00aa

Package: a
Version: 1.0
Architecture: amd64
SHA256: 00bb

Package: foreign
Version: 1
Architecture: arm64
SHA256: 00cc

Package: installed-only
Version: 1
Architecture: all

";

    #[test]
    fn an_index_is_read() {
        let index = parse_index(INDEX, "amd64", |_, _| Ok(false)).unwrap();
        assert_eq!(index.keys().collect::<Vec<_>>(), ["a"]);
        let a = &index["a"];
        assert_eq!((a.version.as_str(), a.sha256.as_str()), ("1:2.0-1", "00aa"));
        assert_eq!(a.depends, [vec!["libc6"], vec!["b", "c"]]);
        assert_eq!(a.provides, ["virtual", "other"]);
    }

    #[test]
    fn another_version_is_taken_where_it_is_preferred() {
        let index = parse_index(INDEX, "amd64", |one, other| {
            assert_eq!((one, other), ("1.0", "1:2.0-1"));
            Ok(true)
        });
        let a = &index.unwrap()["a"];
        assert_eq!((a.version.as_str(), a.sha256.as_str()), ("1.0", "00bb"));
        assert!(a.depends.is_empty());
    }
}
