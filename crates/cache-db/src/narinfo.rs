//! What a narinfo needs of an object, as it lies in its row: this is asked for
//! more often than anything else, and most of it is only copied to the answer.

use nar_format::{PathHash, StorePath};
use rusqlite::{Row, params};

use crate::{CacheId, Db, DbError, NarFacts, rows};

/// A published path whose NAR is whole, with texts that were checked.
#[derive(Debug)]
pub struct NarinfoRow<'a> {
    /// The path.
    pub path: StorePath,
    /// Its NAR.
    pub nar: NarFacts,
    /// Base names of the references, sorted, each once, with spaces between.
    pub references: &'a str,
    /// Deriver.
    pub deriver: Option<StorePath>,
    /// Content address.
    pub ca: Option<&'a str>,
    /// Signatures with spaces between, ours and foreign ones that verified.
    pub sigs: &'a str,
    /// When it was published, in seconds of the stored clock.
    pub created_at: i64,
}

impl Db {
    /// What `render` makes of the live object of a path, if its NAR is whole.
    ///
    /// # Errors
    /// When the row cannot be read, or is damaged.
    pub async fn narinfo<T>(
        &self,
        cache_id: CacheId,
        path_hash: &PathHash,
        render: impl FnOnce(NarinfoRow<'_>) -> T,
    ) -> Result<Option<T>, DbError> {
        self.inner.readers.read_one(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT o.name, o.refs, o.deriver, o.ca, o.sigs, o.created_at,
                     n.id, n.version, n.hash, n.size, n.frame_size
                 FROM object o JOIN nar n ON n.id = o.nar_id
                     JOIN cache c ON c.id = o.cache_id
                 WHERE o.cache_id = ? AND o.path_hash = ? AND o.removed_at IS NULL
                     AND n.state = 0 AND c.deleted_at IS NULL",
            )?;
            let found = select.query(params![cache_id.0, path_hash.as_str()])?;
            rows::first(found, |row| Ok(render(narinfo(path_hash, row)?)))
        })
    }
}

fn narinfo<'a>(path_hash: &PathHash, row: &'a Row<'_>) -> Result<NarinfoRow<'a>, DbError> {
    let name = rows::text(row, 0)?;
    let deriver = rows::optional_text(row, 2)?;
    Ok(NarinfoRow {
        path: rows::parsed(&format!("{path_hash}-{name}"))?,
        nar: rows::nar_facts(row, 6)?,
        references: references(rows::text(row, 1)?)?,
        deriver: deriver.map(rows::parsed).transpose()?,
        ca: rows::optional_text(row, 3)?,
        sigs: rows::text(row, 4)?,
        created_at: row.get(5)?,
    })
}

/// The text, if it is one that [`rows::refs_text`] makes.
fn references(text: &str) -> Result<&str, DbError> {
    let mut last = "";
    for name in text.split(' ').filter(|_| !text.is_empty()) {
        StorePath::check(name)
            .map_err(|error| DbError::Corrupt(format!("reference {name:?}: {error}")))?;
        if name <= last {
            return Err(DbError::Corrupt(format!("reference {name:?} out of order")));
        }
        last = name;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_as_they_were_written_or_damaged() {
        let name = |digit: &str, name: &str| format!("{}-{name}", digit.repeat(32));
        let (a, b, c) = (name("0", "a"), name("0", "b"), name("1", "a"));
        let sound = [a.clone(), b.clone(), c.clone()].map(|name| name.parse().unwrap());
        for paths in [&sound[..0], &sound[..1], &sound] {
            let text = rows::refs_text(paths);
            assert_eq!(references(&text).unwrap(), text);
        }
        for text in [
            format!("{b} {a}"),
            format!("{a} {c} {b}"),
            format!("{a} {a}"),
            format!("{a}  {b}"),
            format!("{a} "),
            format!(" {a}"),
            format!("{a}\n{b}"),
            format!("{a} {}", &b[1..]),
            "x".to_owned(),
        ] {
            let found = references(&text);
            assert!(matches!(found, Err(DbError::Corrupt(_))), "{text:?}");
        }
    }
}
