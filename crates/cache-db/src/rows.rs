//! Reading rows into values.

use std::fmt::Display;
use std::str::FromStr;

use chunk_store::{BlobKey, ChunkId};
use nar_format::{NarHash, StorePath};
use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::{CacheId, ChunkLoc, DbError, NarFacts, NarId, NarRow, ObjectId, ObjectRow};

/// What [`object`] reads: object `o` joined with its nar `n`.
pub(crate) const OBJECT: &str = "o.id, o.cache_id, o.path_hash, o.name, o.refs, o.deriver, o.ca,
    o.sigs, o.record, o.created_at, o.created_by, o.accessed_at,
    n.id, n.version, n.hash, n.size, n.frame_size, n.state";

/// What [`nar`] reads: nar `n`.
pub(crate) const NAR: &str =
    "n.id, n.version, n.hash, n.size, n.frame_size, n.state, n.cache_id, n.seq, n.recipe";

/// What [`chunk_loc`] reads: chunk `c` joined with its pack `p`.
pub(crate) const CHUNK_LOC: &str =
    "c.id, p.key, c.offset, c.frame_len, c.raw_len, c.frame_sum, c.broken";

/// An object, and whether its NAR is whole.
pub(crate) fn object(row: &Row<'_>) -> Result<(ObjectRow, bool), DbError> {
    let base_name = format!("{}-{}", row.get::<_, String>(2)?, row.get::<_, String>(3)?);
    let refs: String = row.get(4)?;
    let deriver: Option<String> = row.get(5)?;
    let sigs: String = row.get(7)?;
    let object = ObjectRow {
        id: ObjectId(row.get(0)?),
        cache_id: CacheId(row.get(1)?),
        path: parsed(&base_name)?,
        nar: nar_facts(row, 12)?,
        references: refs
            .split_whitespace()
            .map(parsed)
            .collect::<Result<_, _>>()?,
        deriver: deriver.as_deref().map(parsed).transpose()?,
        ca: row.get(6)?,
        sigs: sigs.split_whitespace().map(str::to_owned).collect(),
        record: parsed(&row.get::<_, String>(8)?)?,
        created_at: row.get(9)?,
        created_by: row.get(10)?,
        accessed_at: row.get(11)?,
    };
    Ok((object, row.get::<_, i64>(17)? == 0))
}

/// Bytes of the texts of an object that may be long: references, signatures.
pub(crate) fn object_texts(row: &Row<'_>) -> Result<usize, DbError> {
    Ok(text(row, 4)?.len() + text(row, 7)?.len())
}

/// A NAR.
pub(crate) fn nar(row: &Row<'_>) -> Result<NarRow, DbError> {
    Ok(NarRow {
        facts: nar_facts(row, 0)?,
        sound: row.get::<_, i64>(5)? == 0,
        cache_id: CacheId(row.get(6)?),
        seq: row.get(7)?,
        recipe: row.get(8)?,
    })
}

pub(crate) fn nar_facts(row: &Row<'_>, first: usize) -> Result<NarFacts, DbError> {
    Ok(NarFacts {
        id: NarId(row.get(first)?),
        version: row.get(first + 1)?,
        hash: NarHash::from_bytes(row.get(first + 2)?),
        size: row.get(first + 3)?,
        frame_size: row.get(first + 4)?,
    })
}

/// Where a chunk rests.
pub(crate) fn chunk_loc(row: &Row<'_>) -> Result<ChunkLoc, DbError> {
    Ok(ChunkLoc {
        id: ChunkId(row.get(0)?),
        pack_key: key(row, 1)?,
        offset: row.get(2)?,
        frame_len: row.get(3)?,
        raw_len: row.get(4)?,
        sum: row.get::<_, i64>(5)?.cast_unsigned(),
        broken: row.get(6)?,
    })
}

/// The blob key in this column.
pub(crate) fn key(row: &Row<'_>, column: usize) -> Result<BlobKey, DbError> {
    parsed(text(row, column)?)
}

/// The text in this column, where it lies.
pub(crate) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, DbError> {
    let text = row.get_ref(column)?.as_str();
    Ok(text.map_err(rusqlite::Error::from)?)
}

/// As [`text`], where there need not be one.
pub(crate) fn optional_text<'a>(
    row: &'a Row<'_>,
    column: usize,
) -> Result<Option<&'a str>, DbError> {
    let text = row.get_ref(column)?.as_str_or_null();
    Ok(text.map_err(rusqlite::Error::from)?)
}

/// A text that we wrote ourselves.
pub(crate) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, DbError> {
    text.parse()
        .map_err(|error| DbError::Corrupt(format!("{text:?}: {error}")))
}

/// The base names, sorted, without duplicates, with spaces between.
pub(crate) fn refs_text(refs: &[StorePath]) -> String {
    let mut names: Vec<String> = refs.iter().map(StorePath::base_name).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" ")
}

/// All rows of a query, each through `read`.
pub(crate) fn collect<T>(
    mut rows: rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(read(row)?);
    }
    Ok(values)
}

/// The first row of a query, if there is one, through `read`.
pub(crate) fn first<T>(
    mut rows: rusqlite::Rows<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, DbError>,
) -> Result<Option<T>, DbError> {
    rows.next()?.map(read).transpose()
}

/// The only column of the first row of a query, if there is one.
pub(crate) fn first_value<T: FromSql>(rows: rusqlite::Rows<'_>) -> Result<Option<T>, DbError> {
    first(rows, |row| Ok(row.get(0)?))
}
