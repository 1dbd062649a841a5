//! Database addresses.

use std::path::PathBuf;

/// The file that a `sqlite:` URL names.
///
/// # Errors
/// A sentence on what is wrong with the URL, or that its kind is not built in yet.
pub(crate) fn sqlite_path(url: &str) -> Result<PathBuf, String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err("PostgreSQL is not built in yet; use database.url = \
                    \"sqlite:///var/lib/garret/garret.db\""
            .to_owned());
    }
    let rest = url
        .strip_prefix("sqlite:")
        .ok_or_else(|| "database.url must begin with `sqlite:`".to_owned())?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path == ":memory:" || query.contains("mode=memory") {
        return Err(
            "a database in memory would lose what the storage holds; name a file".to_owned(),
        );
    }
    if path.is_empty() {
        return Err(format!(
            "`{url}` names no file; write sqlite:///absolute/path"
        ));
    }
    let modes = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("mode="));
    if let Some(mode) = modes
        .into_iter()
        .find(|mode| !matches!(*mode, "rwc" | "rw"))
    {
        return Err(format!(
            "mode={mode} in database.url cannot work; use mode=rwc"
        ));
    }
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_attic_accepts() {
        let table = [
            (
                "sqlite:///var/lib/atticd/server.db?mode=rwc",
                "/var/lib/atticd/server.db",
            ),
            ("sqlite://server.db", "server.db"),
            ("sqlite:/x/y.db", "/x/y.db"),
        ];
        for (url, path) in table {
            assert_eq!(sqlite_path(url), Ok(PathBuf::from(path)), "{url}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let table = [
            ("postgres://u@h/d", "not built in yet"),
            ("postgresql:///db?host=/run/postgresql", "not built in yet"),
            ("sqlite::memory:", "in memory"),
            ("sqlite:///x?mode=ro", "mode=rwc"),
            ("mysql://x", "sqlite:"),
            ("sqlite://", "names no file"),
        ];
        for (url, words) in table {
            let error = sqlite_path(url).expect_err(url);
            assert!(error.contains(words), "{url}: {error}");
        }
    }
}
